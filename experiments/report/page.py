"""The report of an experiment: one HTML page that needs nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.arms import split_arm
from experiments.atomic import replacing
from experiments.measures import FEW_SEEDS
from experiments.report.bound import bound_table, read_bound
from experiments.report.data import Results, read_results
from experiments.report.effects import (
    CO2_ACCOUNTS,
    SIDED,
    arm_effects,
    compared_words,
    effect,
    signed,
)
from experiments.report.equity import balance_table, class_table, gini_words
from experiments.report.explained import explain_typical, typical_account
from experiments.report.factors import factor_tables
from experiments.report.glossary import RULES, TERMS, model_name
from experiments.report.heeding import shares
from experiments.report.journeys import Explained
from experiments.report.language import ENGLISH, say, speaking
from experiments.report.names import page_name
from experiments.report.passages import passage_accounts, passages_table
from experiments.report.plot_spacetime import heeding_words
from experiments.report.plot_vehicles import paired_differences
from experiments.report.plots import draw_all
from experiments.report.safety import safety_table
from experiments.report.tables import (
    Cell,
    advice_table,
    arms_table,
    change_cell,
    flat,
    groups_table,
    table_arms,
)
from experiments.report.templating import template
from experiments.report.who_pays import shares_by_approach, who_pays_table
from experiments.report.who_waits import persons_table, waits_table
from experiments.report.words import (
    and_list,
    answer,
    nothing_words,
    reference_words,
    smoothing_words,
)
from experiments.sequential import sequential_of
from experiments.statistics import ONE_RUN, verdict

KEY_METRICS = (
    ("co2_own", "CO₂"),
    ("trip_time", "Trip time"),
    ("stops", "Stops"),
    ("creep_time", "Creeping time"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """One tile of the strip at the top."""

    name: str
    cell: Cell


def write_report(directory: Path, language: str = ENGLISH, *, focus: str | None = None) -> Path:
    """Write the page into a folder of results, from what the folder holds.

    The same folder gives the same bytes. The page appears whole or not at all.

    Args:
        directory: Folder that a run has written.
        language: `en` or `zh`; each has a file of its own.
        focus: The arm that pictures and key figures are about; None: the planner, where it ran.

    Returns:
        Path of the page.

    Raises:
        ValueError: The folder is missing, is no folder of results, or a file in it is damaged; or
            the language or the arm is not known.
    """
    with speaking(language):
        results = read_results(directory, focus)
        typical = explain_typical(directory, focus)
        bound = read_bound(directory)
        page = template("report.html.j2").render(_contents(results, typical, bound))
    target = directory / page_name(language)
    with replacing(target) as temporary:
        temporary.write_text(page, encoding="utf-8", newline="\n")
    return target


def _titles(results: Results) -> tuple[str, str]:
    """Of the browser's window and of the page: what is tried on which road."""
    scenario = results.summary["scenario"]
    if any(split_arm(arm)[0] for arm in results.summary["arms"]):
        return (
            say("Signals and speed advice on {scenario}: what they change", scenario=scenario),
            say("Signals and speed advice on {scenario}: do they save CO₂?", scenario=scenario),
        )
    return (
        say("Speed advice on {scenario}: what it changes", scenario=scenario),
        say("Speed advice at signals on {scenario}: does it save CO₂?", scenario=scenario),
    )


def _contents(
    results: Results, typical: Explained | None, bound: dict[str, Any] | None
) -> dict[str, Any]:
    focus = results.focus
    page_title, headline = _titles(results)
    scenario = results.manifest.get("scenario") or {}
    pairs, groups = None, []
    if focus is not None:
        pairs = paired_differences(results.vehicles, results.reference, focus)
        groups = groups_table(results, focus, pairs)
    return {
        "results": results,
        "summary": results.summary,
        "manifest": {"command": None, "git_commit": None, "inputs": []} | results.manifest,
        "title": results.summary["scenario"],
        "page_title": page_title,
        "headline": headline,
        "answers": [answer(results, arm) for arm in _focus_first(results)],
        "nothing_text": nothing_words(results),
        "reference_text": reference_words(results),
        "smoothing_text": smoothing_words(results.summary),
        "looks_text": looked.words if (looked := sequential_of(results.summary)) else "",
        "seeds_text": _seeds_words(results, is_one_run=_is_one_run(results)),
        "key_figures": _key_figures(results),
        "equipped_text": _share_words(results.summary.get("penetration")),
        "left_out": scenario.get("left_out") or [],
        "origin": scenario.get("origin") or "",
        "table_arms": table_arms(results),
        "table": arms_table(results),
        "factors": factor_tables(results),
        "safety": safety_table(results),
        "groups": groups,
        "balance": [] if pairs is None else balance_table(pairs),
        "classes": [] if pairs is None else class_table(pairs),
        "compared": compared_words(results.focus or ""),
        "gini_text": "" if pairs is None else gini_words(pairs, results.focus or ""),
        "advice": advice_table(results),
        "heeded": [] if results.heeding is None else shares(results.heeding).to_dicts(),
        "heeding_text": "" if results.heeding is None else heeding_words(results),
        "waits": waits_table(results),
        "persons": persons_table(results),
        "who_pays": who_pays_table(shares_by_approach(results)),
        "passage_accounts": passage_accounts(results),
        "passages": passages_table(results),
        "typical": typical_account(typical),
        "bound": bound,
        "model_name": model_name,
        "bound_rows": bound_table(bound) if bound else [],
        "pictures": draw_all(results, pairs, typical, bound),
        "warnings": [str(warning) for warning in results.summary.get("warnings") or []],
        "configuration": flat(results.manifest.get("experiment") or {}),
        "versions": flat(results.manifest.get("versions") or {}),
        "terms": [(say(term), say(meaning)) for term, meaning in TERMS],
        "rules": [say(rule) for rule in RULES],
    }


def _focus_first(results: Results) -> list[str]:
    if not results.is_compared:
        return []
    return sorted(results.treated, key=lambda arm: arm != results.focus)


def _share_words(penetration: float | None) -> str:
    if penetration is None:
        return say("not recorded")
    return say("{share:g} % of the vehicles that can be", share=100 * penetration)


def _is_one_run(results: Results) -> bool:
    """Whether several seeds gave an arm the very same change of CO2."""
    found = (effect(arm_effects(results.summary, arm), "co2_own") for arm in results.treated)
    return results.n_seeds > 1 and any(each is not None and each.n == 1 for each in found)


def _seeds_words(results: Results, *, is_one_run: bool) -> str:
    n_seeds, told = results.n_seeds, ""
    if n_seeds == 0:
        return say("No seed was finished in all arms; nothing is compared.")
    unfinished = results.unfinished
    if unfinished:
        told = say("No run of {arms} was finished. ", arms=and_list(unfinished))
    # An arm of which no run was finished is left out, and not the seeds.
    failed_runs: dict[str, Sequence[int]] = {
        arm: seeds for arm, seeds in results.summary["failed_runs"].items() if arm not in unfinished
    }
    if failed_runs:
        n_left = len({seed for seeds in failed_runs.values() for seed in seeds})
        arms = say(", ").join(
            say("{arm} in {n}", arm=arm, n=len(seeds)) for arm, seeds in failed_runs.items()
        )
        told += say(
            "{left} of {all} seeds are left out because a run failed: {arms}. If one arm fails "
            "more often than another, what is left flatters it. ",
            left=n_left,
            all=n_seeds + n_left,
            arms=arms,
        )
    if n_seeds == 1:
        return told + say(
            "Only one seed counts: there are no intervals, and no figure here proves anything. "
            "Run at least {few}.",
            few=FEW_SEEDS,
        )
    if is_one_run:
        return told + say(
            "It is one run in fact: the seeds change nothing. So there is no interval, and more "
            "seeds will give none."
        )
    if n_seeds < FEW_SEEDS:
        told += say(
            "Only {n} seeds count; the intervals are wide. Run at least {few}.",
            n=n_seeds,
            few=FEW_SEEDS,
        )
    return told.strip()


def _key_figures(results: Results) -> list[KeyFigure]:
    """Changes under the arm in focus, the reach of the accounts, and what happened to safety."""
    if results.focus is None:
        return []
    effects = arm_effects(results.summary, results.focus)
    figures = [
        KeyFigure(name=say(name), cell=change_cell(effect(effects, metric)))
        for metric, name in KEY_METRICS
    ]
    if any(effect(effects, metric) for metric in CO2_ACCOUNTS):
        figures.insert(1, _accounts_figure(effects))
    here, there = (results.summary["arms"].get(a, {}) for a in (results.focus, results.reference))
    crashes, crashes_before = here.get("collisions"), there.get("collisions")
    if crashes is not None and crashes_before is not None:
        tone = "more" if crashes > crashes_before else "open"
        figures.append(
            KeyFigure(
                name=say("Collisions"),
                cell=Cell(
                    change=f"{crashes:g}",
                    interval=say(
                        "{compared}: {n:g}",
                        compared=compared_words(results.focus),
                        n=crashes_before,
                    ),
                    tone=tone,
                ),
            )
        )
    return figures


def _accounts_figure(effects: dict[str, Any]) -> KeyFigure:
    """The span of the means over the four accounts, and whether they agree."""
    found = [item for item in (effect(effects, metric) for metric in CO2_ACCOUNTS) if item]
    said = {verdict(item) for item in found}
    means = [item.mean for item in found]
    if ONE_RUN in said:
        judgement = ""
    else:
        judgement = say("accounts disagree")
        if len(said) == 1:
            judgement = say("accounts agree") if said <= set(SIDED) else say(*said)
    tones = {frozenset({"less"}): "less", frozenset({"more"}): "more"}
    return KeyFigure(
        name=say("On four accounts"),
        cell=Cell(
            change=say(
                "{low} to {high} %",
                low=signed(min(means), digits=1),
                high=signed(max(means), digits=1),
            ),
            interval=say("span of the means"),
            verdict=judgement,
            tone=tones.get(frozenset(said), "open"),
        ),
    )
