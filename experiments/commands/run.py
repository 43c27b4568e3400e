"""The command `run`: an experiment, from its file or scenario to its report."""

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from experiments.commands import run_options as option
from experiments.commands.ends import FAILED, NOT_MET, AsJson, errors_told, stop
from experiments.commands.engines import Timeout, timeout_of
from experiments.commands.outcome import tell_outcome

if TYPE_CHECKING:
    from experiments.config import Experiment
    from experiments.ledger import Signer
    from experiments.main_job import Wishes
    from experiments.outcome import Outcome
    from experiments.require import Condition


def run(
    what: option.What = None,
    arms: option.Arms = None,
    policy: option.Policies = None,
    seeds: option.Seeds = None,
    penetration: option.Penetration = None,
    execution: option.Execution = None,
    range_: option.Range = None,
    begin: option.Begin = None,
    end: option.End = None,
    step_length: option.StepLength = None,
    accounts: option.Accounts = None,
    fleet_mix: option.FleetMix = None,
    grid: option.Grid = None,
    factors: option.Factors = None,
    signal_plan: option.SignalPlan = None,
    out: option.Out = None,
    jobs: option.Jobs = option.N_JOBS,
    keep_raw: option.KeepRaw = False,
    ledger: option.Ledger = False,
    key: option.Key = None,
    timeout: Timeout = None,
    as_json: AsJson = False,
    gui: option.Gui = False,
    engine: option.Api = "libsumo",
    require: option.Require = None,
    until: option.Until = None,
    batch: option.Batch = None,
    most_seeds: option.MostSeeds = None,
) -> None:
    """Run the arms of an experiment on equal traffic, compare them, and write a report."""
    from experiments.asked import asked_experiment
    from experiments.main_job import Wishes
    from experiments.require import parse_condition
    from experiments.until import parse_until

    keys: dict[str, object] = {
        "arms": arms, "seeds": seeds, "penetration": penetration, "execution": execution,
        "rsu.range_m": range_, "begin_s": begin, "end_s": end, "step_length_s": step_length,
        "accounts": accounts, "grid": grid,
    }  # fmt: skip
    _check_machine()
    with errors_told():
        _check_display(gui=gui)
        files = _own_files(policy or (), fleet_mix, factors, signal_plan)
        experiment = asked_experiment(what, keys | files)
        conditions = [
            parse_condition(text, experiment.all_arms, experiment.accounts)
            for text in require or ()
        ]
        folder = out or Path("runs") / _run_name(what, experiment)
        wishes = Wishes(
            out=folder,
            n_jobs=1 if gui else jobs,
            timeout_s=timeout_of(timeout),
            keeps_raw=keep_raw,
            api="traci" if gui else engine,
            gui=gui,
            command=shlex.join(["ecocorridor", *sys.argv[1:]]),
            signer=_signer(key, folder) if ledger or key else None,
            until=parse_until(until or (), experiment, batch=batch, most=most_seeds),
        )
        outcome, n_runs = _shown(experiment, wishes)
    tell_outcome(outcome.summary, wishes.out, as_json=as_json)
    _end(outcome, conditions, n_runs)


def _shown(experiment: "Experiment", wishes: "Wishes") -> tuple["Outcome", int]:
    """Do the runs while their progress is shown; what came of them, and how many they were."""
    from experiments.main_job import run_experiment
    from experiments.progress import showing

    n_runs = len(experiment.all_arms) * len(experiment.seeds)
    with showing(Console(stderr=True), n_runs) as shown:
        outcome = run_experiment(
            experiment, wishes, tell=shown.tell, say=shown.say, expect=shown.expect
        )
    return outcome, shown.n_runs


def _end(outcome: "Outcome", conditions: Sequence["Condition"], n_runs: int) -> None:
    """Tell whether conditions hold, and exit by what failed."""
    for condition in conditions:
        print(condition.sentence(outcome.summary), file=sys.stderr)
    if outcome.failures:
        n_failed, first = len(outcome.failures), outcome.failures[0].splitlines()[0]
        stop(f"{n_failed} of {n_runs} runs failed, the first one: {first}", FAILED)
    if not all(condition.holds(outcome.summary) for condition in conditions):
        raise typer.Exit(NOT_MET)


def _signer(key: Path | None, out: Path) -> "Signer":
    """Who signs the ledger; told of a wrong key before anything is simulated."""
    from experiments.ledger import key_file, load_or_make_key

    return load_or_make_key(key_file(key), results=out)


def _check_machine() -> None:
    from experiments.doctor import preflight, render

    if failing := preflight():
        stop(render(failing), FAILED)


def _check_display(*, gui: bool) -> None:
    if gui and sys.platform == "linux" and not os.environ.get("DISPLAY"):
        raise ValueError("--gui: there is no display (DISPLAY is not set)")


def _own_files(
    references: Sequence[str],
    fleet_mix: str | None,
    factors: Path | None,
    signal_plan: Path | None,
) -> dict[str, str]:
    """Keys of files of the user in an experiment → with whole paths."""
    from experiments.mix_files import absolute_mix
    from experiments.own_policy import named_by_class

    try:
        named = named_by_class(references)
    except ValueError as error:
        raise ValueError(f"--policy: {error}") from None
    found = {f"policies.{arm}": reference for arm, reference in named.items()}
    if fleet_mix:
        found["fleet_mix"] = absolute_mix(fleet_mix)
    files = {"factors": factors, "signal_plan": signal_plan}
    return found | {key: str(path.absolute()) for key, path in files.items() if path}


def _run_name(what: str | None, experiment: "Experiment") -> str:
    if what is None:
        return "default"
    stem = Path(what).stem if Path(what).suffix else experiment.scenario
    return "".join(c if c.isalnum() or c in "._-" else "-" for c in stem).strip("-.") or "run"
