"""The commands `emissions …`: what SUMO's emission classes are, and what each charges for."""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.commands.ends import BAD_INPUT, AsJson, errors_told, stop
from experiments.machine import cache_folder

if TYPE_CHECKING:
    from emissions import EmissionMap

emissions_app = typer.Typer(
    help="Emission classes of SUMO: list them, draw what one charges for.", no_args_is_help=True
)


@emissions_app.callback()
def _common() -> None:
    pass


@emissions_app.command("classes")
def emissions_classes(
    pattern: Annotated[
        str, typer.Argument(help="Part of a name, in any case; * stands for anything.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the emission classes of the installed SUMO; exit code 2 if none fits."""
    from emissions import emission_classes

    with errors_told():
        known = emission_classes(**_place())
    parts = [re.escape(part) for part in pattern.split("*")]
    wanted = re.compile(".*".join(parts), re.IGNORECASE)
    names = [name for name in known if wanted.search(name)]
    if not names:
        stop(f"none of SUMO's {len(known)} emission classes fits '{pattern}'", BAD_INPUT)
    print(json.dumps(names) if as_json else "\n".join(names))


@emissions_app.command("map")
def emissions_map(
    emission_class: Annotated[
        str, typer.Argument(metavar="CLASS", help="As `emissions classes` lists them.")
    ],
    *,
    quantity: Annotated[
        str, typer.Option(help="CO2, fuel, electricity, NOx, PMx, CO or HC.")
    ] = "CO2",
    out: Annotated[
        Path | None, typer.Option(help="Picture to write, .png or .svg; a name is made up else.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw what a class charges: over speed and acceleration, and per kilometre."""
    from experiments.report.plot_emission_map import (
        FORMATS,
        Scale,
        save_emission_map,
        steady_states,
    )

    plain = re.sub(r"[^\w.@+-]+", "-", emission_class)
    path = out or Path(f"emissions-{plain}-{quantity}.png")
    if path.suffix not in FORMATS:
        stop(f"--out: '{path}' must end in {' or '.join(FORMATS)}", BAD_INPUT)
    if not path.parent.is_dir():
        stop(f"--out: there is no folder '{path.parent}'", BAD_INPUT)
    with errors_told():
        found = _load(emission_class, quantity)
        save_emission_map(found, path)
    scale, states = Scale.of(quantity), steady_states(found)
    if as_json:
        told: dict[str, Any] = {name: asdict(state) for name, state in states.items()}
        units = {"rate": scale.rate_unit, "per_way": scale.way_unit}
        print(json.dumps({"picture": str(path), "units": units, "steady": told}))
        return
    for name, state in states.items():
        way = "" if state.per_way is None else f", {state.per_way:.4g} {scale.way_unit}"
        print(f"{name} at {state.speed_kmh:g} km/h: {state.rate:.4g} {scale.rate_unit}{way}")
    print(path)


def _load(emission_class: str, quantity: str) -> "EmissionMap":
    """The map on a level road.

    Raises:
        ValueError: No such class or quantity, or the class emits nothing of it.
    """
    from emissions import load_map, load_maps

    found = load_map(emission_class, quantity, slopes_deg=(0.0,), **_place())
    if not found.rate.any():
        maps = load_maps(emission_class, slopes_deg=(0.0,), **_place())
        has = [name for name, other in maps.items() if other.rate.any()]
        raise ValueError(
            f"'{emission_class}' has no {quantity}; it has {', '.join(has) or 'no emission at all'}"
        )
    return found


def _place() -> dict[str, Any]:
    from sumo_nets import sumo_home, sumo_version

    return {
        "sumo_home": sumo_home(),
        "sumo_version": sumo_version(),
        "cache_dir": cache_folder(),
    }
