"""Monitoring: each input, what it is worth, how complete it is; and the record of the run."""

from collections.abc import Iterator
from pathlib import PurePath

from experiments.mrv.blocks import Section, Table, Text
from experiments.mrv.case import Case, account_name
from experiments.mrv.figures import THIN, number, share

_INPUTS = {
    "network": "Roads, lanes, limits",
    "signal_plans": "Signal programs",
    "demand": "Vehicles, routes, departures",
    "equipped_share": "Share of equipped vehicles",
    "compliance": "How drivers follow advice",
}
_DEFAULT_NOTE = "default; nothing is stated"


def quality_section(case: Case) -> Section:
    """Every input with its grade and its completeness."""
    calibration = case.settings.quality.calibration
    said = (
        f"Calibration, as stated: {calibration}"
        if calibration
        else "Calibration: nothing is stated. Whether the simulation matches the real road is "
        "not known, and no figure here covers it."
    )
    return Section(
        title="Monitoring and data quality",
        blocks=(
            Text(
                text="Grades: measured on the road; derived from other figures by a stated "
                "method; default, which is an assumption or a published value for a "
                "region. A project that is carried out would have to measure what is default here."
            ),
            Table(
                title="Inputs",
                head=("Input", "Value", "Grade", "Complete", "Source"),
                rows=tuple(_rows(case)),
                is_text=True,
            ),
            Text(text=said, is_strong=not calibration),
        ),
    )


def _rows(case: Case) -> Iterator[tuple[str, ...]]:
    yield from _inputs_of_the_simulation(case)
    yield from _results_of_the_simulation(case)
    yield from _factors(case)
    yield from _operation(case)


def _inputs_of_the_simulation(case: Case) -> Iterator[tuple[str, ...]]:
    quality = case.settings.quality.model_dump()
    for key, name in _INPUTS.items():
        source = "stated" if case.is_stated(f"quality.{key}") else "nothing is stated"
        yield (name, "see sections 1 and 3", quality[key], "–", source)
    for part in case.evidence.fleet:
        stated = (
            "what the mix states is not known: its file is gone or changed"
            if part.stated is None
            else f"the mix states {number(100 * part.stated, 1)}{THIN}%"
        )
        value = f"{number(100 * part.drawn, 1)}{THIN}% of the vehicles; {stated}"
        how = "one draw by id for all seeds; its error is in no interval"
        yield (f"Fleet, {part.name}", value, "default", "–", how)


def _results_of_the_simulation(case: Case) -> Iterator[tuple[str, ...]]:
    evidence = case.evidence
    failed = evidence.summary.get("failed_runs") or {}
    asked = evidence.n_seeds + len({seed for seeds in failed.values() for seed in seeds})
    complete = share(evidence.n_seeds, asked)
    yield ("Pairs of runs", f"{evidence.n_seeds}", "derived", complete, "simulation")
    total = round(2 * evidence.n_seeds * evidence.n_vehicles)
    arrived = total - sum(evidence.n_unfinished.values())
    yield ("Drives", number(total, 0), "derived", share(arrived, total), "simulation; arrived")
    for account in (*evidence.tailpipe, *evidence.electricity, *evidence.pollutants):
        n_known, n_rows = evidence.completeness[account]
        quantity = account.partition("_")[0].replace("energy", "electricity").upper()
        name = f"{quantity.capitalize() if quantity == 'ELECTRICITY' else quantity} of the drives"
        yield (name, account_name(account), "derived", share(n_known, n_rows), "emission model")
    how = "stated by the run" if evidence.window.is_stated else "first and last departure"
    yield ("Time window", f"{number(evidence.window.hours)} h", "derived", "–", how)


def _factors(case: Case) -> Iterator[tuple[str, ...]]:
    layer = case.layer
    factors = (layer.grid, layer.grid_wtw, layer.fuel_ttw, layer.fuel_wtw)
    for factor in {each.key: each for each in factors}.values():
        value = f"{factor.value:.4g} {factor.unit}"
        grade = "derived" if factor.quality == "computed" else "default"
        source = f"{factor.source} ({factor.region}, {factor.year})"
        if not case.is_stated(factor.key.partition("/")[0]):
            source += "; chosen by default, nothing is stated"
        yield (f"Factor {factor.key}", value, grade, "–", source)


def _operation(case: Case) -> Iterator[tuple[str, ...]]:
    platform, operation = case.settings.platform, case.settings.operation
    for device, short in zip(case.devices, ("rsu", "mec"), strict=True):
        stated = case.is_stated(f"platform.{short}_power_w")
        source = "stated" if stated else device.source
        yield (f"{device.name}, power", f"{device.power_w:g} W", "default", "–", source)
        count = case.is_stated(f"platform.{short}_count")
        how = "stated" if count else ("one per signal" if short == "rsu" else _DEFAULT_NOTE)
        yield (f"{device.name}, count", f"{device.count}", "default", "–", how)
    hours = f"{platform.hours_per_day:g} h on {platform.days_per_year:g} days"
    yield ("Hours of the platform", hours, "default", "–", _how(case, "platform"))
    days = f"{operation.days_per_year:g} days a year"
    yield ("Days of operation", days, "default", "–", _how(case, "operation.days_per_year"))
    profile = "; ".join(f"{each.hours:g} h × {each.flow:g}" for each in operation.profile)
    value = profile or "the simulated window, once a day"
    yield ("Demand profile", value, "default", "–", _how(case, "operation.profile"))


def _how(case: Case, key: str) -> str:
    return "stated" if case.is_stated(key) else _DEFAULT_NOTE


def record_section(case: Case) -> Section:
    """What the figures can be made again from."""
    manifest = case.evidence.manifest
    rows = [("Command", str(manifest.get("command") or "not recorded"))]
    rows += [(name, str(version)) for name, version in (manifest.get("versions") or {}).items()]
    rows += [("Code, SHA-256", str(manifest.get("code_sha256") or "not recorded"))]
    rows += [("Commit", str(manifest.get("git_commit") or "not recorded"))]
    rows += [
        (f"{PurePath(each['name']).name}, SHA-256", str(each["sha256"]))
        for each in manifest.get("inputs") or []
    ]
    rows += [("Seeds", ", ".join(map(str, case.evidence.summary["seeds"])))]
    rows += [("Factor file", case.layer.factors.version)]
    rows += [("Factor file, SHA-256", each) for each in case.layer.factors.sha256]
    warnings = tuple(str(text) for text in case.evidence.summary.get("warnings") or [])
    told = tuple((f"Warning {place}", text) for place, text in enumerate(warnings, start=1))
    return Section(
        title="Record",
        blocks=(
            Text(
                text="The same inputs, seeds and versions give the same results to the last "
                "byte. Warnings are those of the run."
            ),
            Table(title="What the figures rest on", head=("", ""), rows=tuple(rows), is_text=True),
            *([Table(title="Warnings", head=("", ""), rows=told, is_text=True)] if told else []),
        ),
    )
