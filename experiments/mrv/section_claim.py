"""What may be claimed, or why nothing may, and what is conservative in it."""

from typing import Any

from experiments.measures import FEW_SEEDS
from experiments.mrv.blocks import Bullets, Notice, Section, Table, Text
from experiments.mrv.case import Case, account_name
from experiments.mrv.figures import THIN, floored, number
from experiments.mrv.section_result import NO_CLAIM, NOT_COMPARED, best_and_span, claim_text
from experiments.mrv.section_uncertainty import range_text, tally
from experiments.mrv.uncertainty import claim_confidence, finding

ONE_DEMAND = (
    "One pattern of demand was simulated, that of the input files, frozen. Seeds change who drives "
    "how, who is equipped and which routes SUMO chose: the interval is of that chance, not of days."
)


def claim_section(case: Case) -> Section:
    """The claim, and what makes it conservative."""
    rows = [_claim_row(case, account) for account in case.evidence.tailpipe]
    return Section(
        title="Claim and conservativeness",
        blocks=(
            claim_notice(case),
            Table(
                title="Conservative claims per vehicle, tailpipe CO₂",
                head=("Account", "Best estimate", "Claim", "with waiting charged", "of one run"),
                rows=tuple(rows),
            ),
            Bullets(
                items=(
                    "The claim under an account is the end of its interval that is nearest to "
                    "zero. Where the interval contains zero there is no claim, whatever the best "
                    f"estimate is. {_interval_words(case)}",
                    f"There is no claim from fewer than {FEW_SEEDS} pairs of runs, where a run of "
                    "either scenario failed, or where seeds of the experiment were left out.",
                    "The claim is of the simulated window. A year is told as a best estimate and "
                    "its conservative end (section 12).",
                    "The claim of the project is the smallest over all tailpipe accounts, with "
                    "and without waiting at the entry charged. If one of them shows no saving, "
                    "or a loss, there is none.",
                    "Less waiting outside the network earns nothing; more of it takes away.",
                    "Claims are rounded down. Electricity of the platform runs all year, also in "
                    "hours that earn nothing.",
                    "The claim covers chance and model. The bounds of the fuel's carbon scale it "
                    f"by {number(case.layer.fuel_ratio.low, 3)} to "
                    f"{number(case.layer.fuel_ratio.high, 3)}; of the annual figures only "
                    "the conservative end net of the platform takes the lower.",
                    "It does not cover how well the simulation matches the real road; see "
                    "section 11.",
                )
            ),
            *_rosy(case),
        ),
    )


def _rosy(case: Case) -> list[Text | Bullets]:
    """Assumptions of the run that flatter the project."""
    experiment: dict[str, Any] = case.evidence.manifest.get("experiment") or {}
    driver, rsu = experiment.get("driver") or {}, experiment.get("rsu") or {}
    is_driven = case.evidence.summary.get("execution") == "driver"
    n_advised, seeds = case.evidence.n_advised, list(case.evidence.summary["seeds"])
    told = (
        (
            is_driven and driver.get("compliant_drivers") == driver.get("compliant_time") == 1.0,
            "every equipped driver follows all advice",
        ),
        (
            rsu.get("loss") == 0.0 and not rsu.get("outages"),
            "no message is lost and no device fails",
        ),
        (experiment.get("spat") == "oracle", "the future of every signal is known"),
        (experiment.get("sensing") == "all", "roadside units see all vehicles ahead"),
        (
            n_advised > 1,
            f"{n_advised} kinds of advice were run; the best estimate of the one that is picked "
            "afterwards is flattered by chance (its claim is not)",
        ),
        (
            sorted(seeds) != list(range(1, len(seeds) + 1)),
            "the seeds are a list that somebody chose, not 1 to n",
        ),
    )
    items = tuple(text for is_so, text in told if is_so)
    return [Text(text="Not conservative in this run:"), Bullets(items=items)] if items else []


def claim_notice(case: Case) -> Notice:
    """The claim in one sentence, or why there is none."""
    best = _best_range(case)
    claim = case.claim
    if case.evidence.obstacles:
        return Notice(
            sentence=f"No claim: {'; '.join(case.evidence.obstacles)}.",
            lines=(best, *_intervals(case)),
            tone="bad" if _any_loss(case) else "open",
        )
    if claim is None:
        return Notice(
            sentence="No claim: a saving of tailpipe CO₂ is not shown under every account.",
            lines=(best, *_intervals(case), *_reasons(case), *_choice_words(case)),
            tone="bad" if _any_loss(case) else "open",
        )
    kg = claim.per_vehicle * case.evidence.n_vehicles / 1000.0
    return Notice(
        sentence=f"Conservative claim: {floored(claim.per_vehicle)}{THIN}g of tailpipe CO₂ per "
        f"vehicle ({floored(claim.percent)}{THIN}%), {floored(kg)}{THIN}kg in the simulated "
        "window.",
        lines=(
            best,
            f"The account that sets the claim is “{account_name(claim.account)}”"
            + (
                "."
                if claim.percent_account == claim.account
                else f", in percent “{account_name(claim.percent_account)}”."
            ),
            *_choice_words(case),
            ONE_DEMAND,
        ),
        tone="good",
    )


def _choice_words(case: Case) -> list[str]:
    """How the claim allows for several kinds of advice; nothing where there is one."""
    n_advised = case.evidence.n_advised
    if n_advised <= 1:
        return []
    return [f"{n_advised} kinds of advice were run. {_interval_words(case)}"]


def _interval_words(case: Case) -> str:
    n_advised = case.evidence.n_advised
    percent = f"{100.0 * claim_confidence(n_advised, case.evidence.confidence):.4g}{THIN}%"
    if n_advised <= 1:
        return f"It is the {percent} interval."
    return (
        f"A claim takes the {percent} interval (Bonferroni), so that picking the best of them "
        "afterwards earns nothing."
    )


def _best_range(case: Case) -> str:
    found = [each for each in map(case.savings.get, case.evidence.tailpipe) if each]
    if not found:
        return "No account of tailpipe CO₂ could be compared."
    grams = range_text([each.change for each in found], "g")
    percent = range_text([each.percent for each in found], "%")
    plural, n_seeds = "s" if len(found) > 1 else "", case.evidence.n_seeds
    pairs = "one pair of runs" if n_seeds == 1 else f"{n_seeds} pairs of runs"
    return (
        f"Best estimate: {grams} per vehicle ({percent}), over {len(found)} tailpipe "
        f"account{plural} and {pairs}."
    )


def _reasons(case: Case) -> list[str]:
    """Why there is no claim: how many accounts of each finding, as recorded and with waiting."""
    lines = []
    for words, savings in (
        ("As recorded", case.savings),
        ("With waiting to enter the network charged as idling", case.with_waiting),
    ):
        found = [savings[each] for each in case.evidence.tailpipe if each in savings]
        if found:
            lines.append(f"{words}, of {len(found)} accounts: {'; '.join(tally(found))}.")
    return lines


def _intervals(case: Case) -> list[str]:
    """Each account's best estimate with its interval."""
    told = [
        f"{account_name(account)}: {best_and_span(found.change, 'g')}"
        for account in case.evidence.tailpipe
        if (found := case.savings[account])
    ]
    return [f"With 95 % intervals, {'; '.join(told)}."] if told else []


def _any_loss(case: Case) -> bool:
    found = [*map(case.savings.get, case.evidence.tailpipe)]
    return any(each is not None and finding(each.change) == "loss" for each in found)


def _claim_row(case: Case, account: str) -> tuple[str, ...]:
    found, waiting = case.savings[account], case.with_waiting.get(account)
    if found is None:
        return (account_name(account), NOT_COMPARED, NO_CLAIM, "", NO_CLAIM)
    charged = (
        claim_text(waiting.change, waiting.claim, "g")
        if waiting
        else "not charged: idling not known"
    )
    smallest = case.claim_of(account)
    kg = 0.0 if smallest is None else smallest * case.evidence.n_vehicles / 1000.0
    return (
        account_name(account),
        best_and_span(found.change, "g"),
        claim_text(found.change, found.claim, "g"),
        charged,
        f"{floored(kg)}{THIN}kg" if kg else NO_CLAIM,
    )
