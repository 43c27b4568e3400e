"""The same job as `ecocorridor run`, as a call in Python."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from experiments.dotted import dotted
from experiments.outcome import Outcome
from experiments.own_policy import (
    OwnPolicy,
    absolute_reference,
    check_arm_name,
    policy_of_object,
)
from experiments.saying import Say, say_nothing

if TYPE_CHECKING:
    from experiments.engines import Engine, Tell
    from experiments.sweeps import SweepOutcome


def run(  # noqa: PLR0913 (what is an option of the command line is an argument here)
    what: str | os.PathLike[str],
    *,
    out: str | os.PathLike[str],
    arms: Iterable[str] | None = None,
    policies: Mapping[str, object] | None = None,
    seeds: int | Iterable[int] | None = None,
    execution: Literal["automated", "driver"] | None = None,
    n_jobs: int | None = None,
    say: Say = say_nothing,
    until: Iterable[str] = (),
    batch: int | None = None,
    most_seeds: int | None = None,
    **settings: object,
) -> Outcome:
    """Run the arms of an experiment on equal traffic, compare them, and write a report.

    Each run has a process of its own, as from the command line, and finished runs are kept.

    Args:
        what: An experiment file, or name or path of a scenario.
        out: Folder for the results.
        arms: Names of arms, as in `["unadvised", "glosa"]`; not given: those of the experiment.
        policies: Own policies, which are arms too: name → an object with `advise(seen) -> Advice`,
            its class, or `FILE.py:CLASS`. Objects and classes must come from an imported file.
        seeds: A count n (the seeds 1 to n), or the seeds.
        execution: Who carries out advice.
        n_jobs: Runs at a time; not given: as many as there are processors.
        say: Is called with a sentence now and then, as in `say=print`.
        until: Conditions; seeds are added until all of them hold, as in
            `["eco.co2_own_pct.width < 1"]`.
        batch: Seeds to add at a time; not given: 4.
        most_seeds: The cap; not given: 64.
        **settings: Any other keys of an experiment file: `penetration=0.5`,
            `rsu={"range_m": 200}`.

    Returns:
        The summary of the results, and what failed.

    Raises:
        ValueError: With all that is wrong with what was asked; nothing was simulated.
        RuntimeError: SUMO cannot run on this machine.
    """
    # What is heavy is imported where it is needed: the processes of the runs import this too.
    from experiments.asked import asked_experiment
    from experiments.doctor import preflight, render
    from experiments.main_job import Wishes, run_experiment
    from experiments.progress import Lines
    from experiments.until import parse_until

    given, references = _own_policies(policies or {})
    keys = {"arms": _as_list(arms), "seeds": _as_list(seeds), "execution": execution}
    asked = _plain(keys | references | dict(dotted(settings)))
    experiment = asked_experiment(os.fspath(what), asked, by_option=False)
    if failing := preflight():
        raise RuntimeError(render(failing))
    wishes = Wishes(
        out=Path(out),
        n_jobs=n_jobs or os.cpu_count() or 1,
        until=parse_until(_as_texts(until), experiment, batch=batch, most=most_seeds),
        command=f"experiments.run({os.fspath(what)!r})",
    )
    lines = Lines(say, len(experiment.all_arms) * len(experiment.seeds))
    return run_experiment(
        experiment, wishes, policies=given, tell=lines.tell, say=say, expect=lines.expect
    )


def sweep(  # noqa: PLR0913 (as above)
    file: str | os.PathLike[str],
    *,
    out: str | os.PathLike[str],
    n_jobs: int | None = None,
    retries_failed: bool = False,
    engine: Callable[["Tell"], "Engine"] | None = None,
    say: Say = say_nothing,
    until: Iterable[str] = (),
    batch: int | None = None,
    most_seeds: int | None = None,
) -> "SweepOutcome":
    """Do all runs of a sweep that are not done yet, and write their table.

    Args:
        file: The file of the sweep.
        out: Folder for the results; runs that stand in it are not done again.
        n_jobs: Runs at a time; not given: as many as there are processors.
        retries_failed: Whether runs that failed before are tried again.
        engine: Given what is told of the runs, makes what does them; not given: processes here.
        say: Is called with a sentence now and then, as in `say=print`.
        until: Conditions; each point adds seeds until all of them hold there.
        batch: Seeds to add at a time; not given: 4.
        most_seeds: The cap at a point; not given: 64.

    Returns:
        The summary of the results, and what failed.

    Raises:
        ValueError: With all that is wrong with what was asked; nothing was simulated.
        RuntimeError: SUMO cannot run on this machine.
    """
    from experiments.doctor import preflight, render
    from experiments.progress import Lines
    from experiments.sweeps import SweepWishes, load_sweep, run_sweep, waiting_for

    loaded = load_sweep(os.fspath(file))
    asked = waiting_for(loaded, _as_texts(until), batch=batch, most=most_seeds)
    if failing := preflight():
        raise RuntimeError(render(failing))
    wishes = SweepWishes(
        out=Path(out),
        n_jobs=n_jobs or os.cpu_count() or 1,
        retries_failed=retries_failed,
        engine=engine,
    )
    shown: list[Lines] = []

    def show(n_runs: int) -> "Tell":
        shown.extend([] if shown else [Lines(say, 0)])
        shown[0].expect(n_runs)
        return shown[0].tell

    return run_sweep(asked, wishes, show=show, say=say)


def _own_policies(
    policies: Mapping[str, object],
) -> tuple[dict[str, OwnPolicy], dict[str, str]]:
    """Those that were given as objects, by arm; and key → reference of all, for the experiment."""
    given, references = {}, {}
    for arm, policy in policies.items():
        try:
            check_arm_name(arm)
        except ValueError as error:
            raise ValueError(f"policies.{arm}: {error}") from None
        if isinstance(policy, str):
            references[f"policies.{arm}"] = absolute_reference(policy)
        else:
            given[arm] = policy_of_object(arm, policy)
            references[f"policies.{arm}"] = given[arm].reference
    return given, references


def _plain(asked: dict[str, object]) -> dict[str, object]:
    """Keys of an experiment as a file would have them, with whole paths."""
    from experiments.mix_files import absolute_mix

    if isinstance(mix := asked.get("fleet_mix"), str):
        asked["fleet_mix"] = absolute_mix(mix)
    if isinstance(factors := asked.get("factors"), str):
        asked["factors"] = str(Path(factors).absolute())
    try:
        json.dumps(asked)
    except TypeError as error:
        raise ValueError(f"settings must be plain numbers, texts and lists: {error}") from None
    return asked


def _as_list(value: object) -> object:
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else value


def _as_texts(value: Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
