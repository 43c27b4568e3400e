"""The whole of a tuning: search, confirm, tell."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.claim import claimed
from experiments.engines import Engine
from experiments.engines.rests import remove_all_rests
from experiments.ordering import load_checked, try_policies
from experiments.saying import Say, say_nothing
from experiments.tuning.choosing import candidates
from experiments.tuning.confirming import Confirmation, confirm, current_trial
from experiments.tuning.measuring import Bench, SumoBench
from experiments.tuning.page import write_page
from experiments.tuning.searching import require_optuna, search
from experiments.tuning.tune_file import Tuning
from experiments.tuning.verdict import verdict_words
from experiments.tuning.writing import PAGE, content_of, write_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """What came of a tuning."""

    content: dict[str, Any]
    """Of `optimize.json`."""
    confirmation: Confirmation | None
    """None: there was no candidate."""

    @property
    def verdict(self) -> str:
        """In plain words."""
        return str(self.content["verdict"])


def optimize(
    tuning: Tuning,
    *,
    out: Path,
    engine: Engine,
    n_jobs: int,
    say: Say = say_nothing,
) -> Tuned:
    """Search for a better configuration, confirm it on held-out seeds, and write what was found.

    A call that was killed goes on: finished runs and trials are kept in the folder.

    Args:
        tuning: As of `load_tuning`.
        out: Folder for the results.
        engine: Does the runs.
        n_jobs: Processors of this machine that emission maps are made on.
        say: Is called with a sentence now and then.

    Raises:
        ScenarioError: The scenario cannot be used; nothing was written.
        ValueError: The folder for the results holds something else, or an own policy is wrong.
        RunsFailedError: The current configuration cannot be run, or not on the held-out seeds.
    """
    require_optuna()  # before anything is simulated
    scenario = load_checked(tuning.current)
    policies = try_policies(tuning.current, {})
    with claimed(out) as store:
        remove_all_rests(store)
        bench = SumoBench(
            current=tuning.current,
            arm=tuning.arm,
            scenario=scenario,
            policies=policies,
            engine=engine,
            store=store,
            n_jobs=n_jobs,
        )
        seeds = tuning.current.seeds
        about = [
            order.key
            for arm in (tuning.current.reference, tuning.arm)
            for order in bench.orders(arm, {}, seeds)
        ]
        return tune(tuning, bench, out=out, about=about, say=say)


def tune(tuning: Tuning, bench: Bench, *, out: Path, about: object, say: Say) -> Tuned:
    """The same with any way to measure configurations.

    Args:
        tuning: As of `load_tuning`.
        bench: Measures.
        out: Folder of the results; it is there.
        about: Plain values that all figures depend on.
        say: Is called with a sentence now and then.
    """
    say(f"the current configuration of '{tuning.arm}' on {len(tuning.current.seeds)} seeds")
    current = current_trial(tuning, bench)
    trials = search(tuning, bench, folder=out, about=about, say=say)
    chosen = candidates(trials, current)
    confirmation = None
    if chosen:
        say(f"confirming {len(chosen)} on {len(tuning.confirm_seeds)} held-out seeds")
        confirmation = confirm(tuning, bench, chosen)
    verdict = verdict_words(tuning, trials, confirmation)
    content = content_of(tuning, current, trials, confirmation, verdict)
    write_folder(
        tuning,
        content,
        confirmation,
        origin=tuning.current.folder or Path(),
        out=out,
    )
    write_page(content, out / PAGE)
    return Tuned(content=content, confirmation=confirmation)
