"""The command `bound`: how much was there to gain, and what of it was realised."""

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from experiments.commands.ends import FAILED, AsJson, errors_told, stop, table_console

if TYPE_CHECKING:
    from experiments.config import Experiment

TEXTBOOK = "textbook"


def bound(
    what: Annotated[
        str,
        typer.Argument(
            metavar="DIR | SCENARIO | EXPERIMENT.yaml | textbook",
            help="Folder of results, or what to run first, or the textbook's single signal.",
        ),
    ],
    execution: Annotated[str | None, typer.Option(help="automated or driver.")] = None,
    arms: Annotated[str | None, typer.Option(help="As in unadvised,glosa,eco.")] = None,
    seed: Annotated[str, typer.Option(help="The one to run.")] = "1",
    begin: Annotated[str | None, typer.Option(help="Start of the window, s.")] = None,
    end: Annotated[str | None, typer.Option(help="End of the window, s.")] = None,
    accounts: Annotated[
        str | None, typer.Option(help="As in hbefa4,bev.", show_default="all four")
    ] = None,
    sample: Annotated[
        int, typer.Option(min=0, help="Look at so many approaches, drawn by hash; 0: all.")
    ] = 500,
    quantum: Annotated[
        float | None,
        typer.Option(
            min=0.05,
            max=1.0,
            help="Speeds of the bound are multiples of it, m/s.",
            show_default="0.125 on maps with a jump, else 0.25",
        ),
    ] = None,
    own: Annotated[
        str | None,
        typer.Option(metavar="ARMS", help="Also what these arms could save at their own slots."),
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(metavar="FILE.svg|.png", help="Draw the figure.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the results of a run.")] = None,
    base: Annotated[
        Path | None,
        typer.Option(help="Where the scenario's path starts from.", show_default="here"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Least emission of each approach to a signal, and what of the possible saving arms realise."""
    from experiments.bound.job import BoundWishes, study_bound
    from experiments.bound.maps import NAMES
    from experiments.report.plot_bound import check_figure, save_bound

    with errors_told():
        if figure is not None:
            check_figure(figure)
        if what == TEXTBOOK:
            _textbook(as_json=as_json)
            return
        options: dict[str, object]
        options = {"execution": execution, "arms": arms, "begin_s": begin, "end_s": end}
        directory = Path(what)
        if directory.is_dir():
            _check_results(directory, options)
        else:
            directory, base = _run(what, options | {"seeds": [seed]}, out)
        wishes = BoundWishes(
            accounts=_names(accounts) or NAMES,
            sample=sample or None,
            own_arms=_names(own),
            quantum_mps=quantum,
            base=base,
        )
        found = study_bound(directory, wishes, say=lambda text: print(text, file=sys.stderr))
        if figure is not None:
            save_bound(found, figure)
    if as_json:
        print(json.dumps(found, sort_keys=True))
        return
    for table in (arms_table(found), kinds_table(found)):
        table_console(200).print(table)


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip()) if text else ()


def _check_results(directory: Path, options: dict[str, object]) -> None:
    """Refuse a folder without results, and options that results cannot follow any more."""
    if not (directory / "summary.json").is_file():
        raise ValueError(
            f"'{directory}' is no folder of finished results: it holds no summary.json"
        )
    if given := [name for name, value in options.items() if value is not None]:
        raise ValueError(f"'{directory}' is a folder of results; {given[0]} is for a new run only")


def _run(what: str, overrides: dict[str, object], out: Path | None) -> tuple[Path, Path | None]:
    """Run an experiment with one seed; folder of its results, and where its paths start from."""
    from experiments.asked import asked_experiment
    from experiments.main_job import Wishes, run_experiment
    from experiments.progress import showing

    experiment: Experiment = asked_experiment(what, overrides)
    directory = out or Path("runs") / f"bound-{Path(what).stem.replace(':', '-')}"
    wishes = Wishes(out=directory, n_jobs=1, command=shlex.join(["ecocorridor", *sys.argv[1:]]))
    with showing(Console(stderr=True), len(experiment.all_arms)) as shown:
        outcome = run_experiment(experiment, wishes, tell=shown.tell, say=shown.say)
    if outcome.failures:
        stop(f"a run failed: {outcome.failures[0].splitlines()[0]}", FAILED)
    return directory, experiment.folder


def arms_table(found: dict[str, Any]) -> Table:
    """Per arm and account: emission of an approach, and the share realised."""
    from experiments.bound.maps import JUMPED

    left_out = f", {found['n_left_out']} left out" if found["n_left_out"] else ""
    table = Table(
        title=f"{found['scenario']}, {found['execution']}, seed {found['seed']}: per approach, and "
        f"realised share of the possible saving ({found['n_approaches']} of {found['n_all']} "
        f"approaches{left_out})",
        title_justify="left",
    )
    table.add_column("")
    for name, facts in found["accounts"].items():
        table.add_column(f"{name}, {facts['unit']}", justify="right")
    table.add_column("trip time, %", justify="right")
    for arm, facts in found["arms"].items():
        cells = [
            f"{each['per_approach']:.1f} ({_share(each['realised'])})"
            for each in facts["accounts"].values()
        ]
        table.add_row(arm, *cells, f"{facts['trip_time_pct']:+.2f}")
    quanta = ", ".join(f"{name} {found['quantum_mps'][name]:g}" for name in found["accounts"])
    table.caption = f"Speeds in steps of, m/s: {quanta}"
    if jumped := sorted(JUMPED & found["accounts"].keys()):
        table.caption += (
            f". On maps with a jump ({', '.join(jumped)}) the bound is rather too high, and with "
            "it what is realised; half the step (--quantum) says by how much"
        )
    table.caption_justify = "left"
    cells = [
        f"{facts['bound']:.1f} (-{facts['possible_pct']:.1f} %)"
        for facts in found["accounts"].values()
    ]
    table.add_row("bound", *cells, "")
    return table


def kinds_table(found: dict[str, Any]) -> Table:
    """Where the possible saving lies, and what of it was saved; % of the reference's emission."""
    table = Table(
        title=f"% of what {found['reference']} emits on approaches, by what it met there",
        title_justify="left",
    )
    table.add_column("")
    table.add_column("")
    kinds = next(iter(found["accounts"].values()))["share_pct_by_kind"]
    for kind, share_pct in kinds.items():
        table.add_column(f"{kind}\n({share_pct:.0f} % of all)", justify="right")
    table.add_column("all", justify="right")
    for name, facts in found["accounts"].items():
        possible = [*facts["possible_pct_by_kind"].values(), facts["possible_pct"]]
        table.add_row(name, "possible", *(f"{value:.1f}" for value in possible))
        for arm, each in found["arms"].items():
            if arm != found["reference"]:
                saved = each["accounts"][name]
                values = [*saved["saved_pct_by_kind"].values(), saved["saved_pct"]]
                table.add_row("", f"saved by {arm}", *(f"{value:.1f}" for value in values))
        for arm, own in found["own"].items():
            values = [*own[name]["left_pct_by_kind"].values(), own[name]["left_pct"]]
            label = f"left by {arm}, own slots"
            table.add_row("", label, *(f"{value:.1f}" for value in values))
        table.add_section()
    return table


def _share(realised: float | None) -> str:
    return "-" if realised is None else f"{100.0 * realised:.0f} %"


def _textbook(*, as_json: bool) -> None:
    from experiments.bound.textbook import PUBLISHED_PCT, textbook_bounds

    found = textbook_bounds()
    if as_json:
        print(json.dumps(found, sort_keys=True))
        return
    table = Table(
        title="one signal, 50 km/h, cycle 90 s, green 40 s, uniform arrivals, from 300 m before to "
        "300 m behind",
        title_justify="left",
    )
    for name in ("account", "baseline per km", "possible, %", "expected, %", "per vehicle"):
        table.add_column(name, justify="right")
    for name, facts in found.items():
        table.add_row(
            name,
            f"{facts['base_per_km']:.1f} {facts['unit']}",
            f"{facts['possible_pct']:.1f}",
            f"{PUBLISHED_PCT[name]:.1f}",
            f"{facts['saved_per_vehicle']:.1f} {facts['unit']}",
        )
    table_console().print(table)
