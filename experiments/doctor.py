"""What is wrong with this machine, and the command that mends it.

The checks judge facts; here the facts are gathered. Nothing is mended, nothing is imported of SUMO.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments import machine
from experiments import machine_checks as around
from experiments import sumo_checks as sumo
from experiments.machine_checks import Check


def diagnose(*, cache_dir: Path | None = None) -> tuple[Check, ...]:
    """All checks of this machine, this installation and the current folder.

    Args:
        cache_dir: Folder to be written to; by default the one of `machine.cache_folder`.
    """
    here = Path.cwd()
    return (
        around.check_python(sys.version_info[:2]),
        around.check_libraries(machine.missing_libraries()),
        *_sumo_checks(),
        around.check_scenarios(sumo.version_of("sumo-rl")),
        around.check_shadows(here, Path(__file__).resolve().parents[1]),
        around.check_disk(machine.free_disk_gb(here), here),
        around.check_cache(cache_dir or machine.cache_folder()),
    )


def preflight() -> tuple[Check, ...]:
    """What would make any run fail, as far as it is seen without starting SUMO."""
    pinned = sumo.pinned_versions()
    installed = {name: sumo.version_of(name) for name in sumo.SUMO_DISTRIBUTIONS}
    checks = (
        around.check_python(sys.version_info[:2]),
        around.check_libraries(machine.missing_libraries()),
        sumo.check_versions(installed, pinned),
    )
    return tuple(check for check in checks if check.level == "error")


def _sumo_checks() -> tuple[Check, ...]:
    sites = sorted(sumo.site_folders())
    homes = [site / name for site in sites for name in ("sumo", "sumo_data")]
    pinned = sumo.pinned_versions()
    installed = {name: sumo.version_of(name) for name in sumo.SUMO_DISTRIBUTIONS}
    environment = os.environ | ({"SUMO_HOME": str(homes[0])} if homes else {})
    program = str(homes[0] / "bin" / "sumo") if homes else "sumo"
    library = [sys.executable, "-P", "-c", sumo.TRY_LIBSUMO]
    return (
        sumo.check_versions(installed, pinned),
        sumo.check_origins(sumo.module_folders(), sites),
        sumo.check_trial("sumo", sumo.attempt([program, "--version"], environment), pinned),
        sumo.check_trial("libsumo", sumo.attempt(library, environment), pinned),
        sumo.check_sumo_home(os.environ.get("SUMO_HOME"), homes),
    )


def render(checks: Sequence[Check]) -> str:
    """One line per check, a second one with the remedy where there is something to mend."""
    width = max((len(check.name) for check in checks), default=0)
    lines = []
    for check in checks:
        lines.append(f"{check.level:<8} {check.name:<{width}}  {check.found}")
        if check.remedy:
            lines.append(f"{'':<8} {'':<{width}}  -> {check.remedy}")
    return "\n".join(lines)
