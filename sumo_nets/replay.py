"""What signals that traffic decides showed in one run, as fixed programs for others."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from sumo_nets.binaries import SumoProgramError, complaints, run_program, sumo_version
from sumo_nets.demand import sumo_arguments
from sumo_nets.describe import describe_signals
from sumo_nets.inputs import fingerprint, own_code
from sumo_nets.network import read_network, read_programs
from sumo_nets.scenario import Scenario, ScenarioError
from sumo_nets.xml_source import as_text, read_pieces, write_pieces

PROGRAM_ID = "replay"
"""Of the programs that replay a run."""
FOREKNOWN = frozenset({"static", "off", "rail_signal", "rail_crossing"})
"""Types of control whose future is known without a recording, or is not to be replayed."""


def signals_to_replay(scenario: Scenario) -> tuple[str, ...]:
    """Signals for motor traffic that traffic decides.

    Raises:
        ScenarioError: One of them changes its program by plan, which a recording cannot outlive.
    """
    network = read_network(scenario.net_file)
    programs = list(network.programs)
    for path in scenario.additional_files:
        programs += read_programs(path)
    decided = {program.signal_id for program in programs if program.kind not in FOREKNOWN}
    signals = describe_signals(scenario, network)
    if switched := sorted(each.id for each in signals if each.is_switched and each.id in decided):
        raise ScenarioError(
            f"{scenario.name}: signal '{signal}' is decided by traffic and changes its program by "
            "plan (WAUT); its future cannot be replayed"
            for signal in switched
        )
    return tuple(each.id for each in signals if each.control not in FOREKNOWN)


def replayed_signals(
    scenario: Scenario,
    demand_file: Path,
    additional_files: Sequence[Path],
    further: Sequence[str],
    *,
    end_s: float,
    cache_dir: Path,
) -> tuple[Path, ...]:
    """An additional file by which signals show again what they showed in a run.

    The run is that of the arguments, by SUMO alone. A run with the file that is driven in the
    same way is the same run; in any other, signals do what they did, whatever the traffic does.

    Args:
        scenario: Road and options.
        demand_file: What drives.
        additional_files: As in the run that is replayed.
        further: Arguments of SUMO besides these, such as the seed; no outputs.
        end_s: No run lasts longer.
        cache_dir: A recording that is there for the same contents is taken from there.

    Returns:
        The file; nothing where no signal is decided by traffic.

    Raises:
        ScenarioError: SUMO refuses the run, or programs change by plan.
        SumoProgramError: SUMO dies.
    """
    signals = signals_to_replay(scenario)
    if not signals:
        return ()
    values = {
        "code": own_code(),
        "sumo": sumo_version(),
        "scenario": fingerprint(scenario),
        "demand": hashlib.sha256(demand_file.read_bytes()).hexdigest(),
        "further": list(further),
        "end_s": end_s,
    }
    key = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:32]
    kept = cache_dir.resolve() / "signals" / f"{key}.add.xml"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".signals-", dir=kept.parent))
        try:
            recorder = _write_recorder(folder, signals)
            # SUMO works in a folder of its own.
            files = [*(path.resolve() for path in additional_files), recorder]
            arguments = sumo_arguments(scenario, demand_file.resolve(), files)
            _record(folder, scenario, [*arguments, *further, "--end", f"{end_s:.3f}"])
            _write_programs(folder / "programs.add.xml", folder, signals, scenario.begin_s)
            (folder / "programs.add.xml").rename(kept)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return (kept,)


def _output(folder: Path, number: int) -> Path:
    return folder / f"signal-{number}.xml"


def _write_recorder(folder: Path, signals: Sequence[str]) -> Path:
    path = folder / "recorder.add.xml"
    events = (
        Element("timedEvent", type="SaveTLSProgram", source=signal, dest=str(_output(folder, n)))
        for n, signal in enumerate(signals)
    )
    write_pieces(path, "additional", map(as_text, events))
    return path


def _record(folder: Path, scenario: Scenario, arguments: Sequence[str]) -> None:
    quiet = ("--no-step-log", "true", "--duration-log.disable", "true")
    done = run_program("sumo", [*arguments, *quiet], folder=folder)
    if done.returncode:
        words = complaints(done, "Error") or (done.stderr.strip() or "no reason given",)
        raise ScenarioError(f"{scenario.name}: SUMO refuses it: {word}" for word in words)


def _write_programs(path: Path, folder: Path, signals: Sequence[str], begin_s: float) -> None:
    texts = []
    for number, signal in enumerate(signals):
        pieces = [piece.element for piece in read_pieces(_output(folder, number))]
        phases = [phase for element in pieces for phase in element.iter("phase")]
        if not phases:
            raise SumoProgramError(f"SUMO recorded no phases of signal '{signal}'")
        program = Element(
            "tlLogic", id=signal, type="static", programID=PROGRAM_ID, offset=f"{begin_s:.3f}"
        )
        for phase in phases:
            attributes = {key: phase.get(key, "") for key in ("duration", "state")}
            SubElement(program, "phase", attributes)
        texts.append(as_text(program))
    write_pieces(path, "additional", texts)
