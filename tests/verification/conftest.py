"""What tests with SUMO share: scenarios, a cache of their own, runs in child processes."""

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from experiments.config import Experiment
from experiments.order import Order
from experiments.runner import Runner
from sumo_nets import Scenario, load_scenario
from sumo_nets.binaries import run_program

Load = Callable[..., Scenario]
RunArms = Callable[..., dict[str, Path]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The console command, with a cache that no other session of tests uses."""

    cache_home: Path

    def call(
        self, *words: str, cwd: Path, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self._command(words),
            cwd=cwd,
            env=self._environment(environment or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, *words: str, cwd: Path) -> subprocess.Popen[str]:
        """Start a command; Ctrl-C reaches it even where a shell told us to ignore it."""
        return subprocess.Popen(
            self._command(words),
            cwd=cwd,
            env=self._environment({}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_obey_ctrl_c,  # noqa: PLW1509 (no threads are about)
        )

    def _command(self, words: Sequence[str]) -> list[str]:
        return [str(Path(sys.executable).with_name("ecocorridor")), *words]

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        return {**os.environ, "XDG_CACHE_HOME": str(self.cache_home), **more}


def _obey_ctrl_c():
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture(scope="session")
def cache_home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache-home")


@pytest.fixture(scope="session")
def cache_dir(cache_home) -> Path:
    return cache_home / "ecocorridor"


@pytest.fixture(scope="session")
def door(cache_home) -> Door:
    if not Path(sys.executable).with_name("ecocorridor").is_file():
        pytest.skip("the console script is not installed; 'make install' brings it")
    return Door(cache_home=cache_home)


@pytest.fixture(scope="session")
def load(cache_dir) -> Load:
    """`load_scenario` that skips where the public networks are not installed."""

    def find(name: str, **window: object) -> Scenario:
        if name.startswith("resco:") and importlib.util.find_spec("sumo_rl") is None:
            pytest.skip("needs the extra 'scenarios' (package sumo-rl)")
        return load_scenario(name, cache_dir=cache_dir, **window)

    return find


@pytest.fixture(scope="session")
def run_arms(cache_dir) -> RunArms:
    """Run some arms of a scenario, one child process each; the folder of each finished run."""

    def run(scenario: Scenario, arms: Sequence[str], out: Path, **wishes: object):
        api, seed = wishes.pop("api", "libsumo"), wishes.pop("seed", 1)
        experiment = Experiment.model_validate(
            {"scenario": scenario.name, "arms": arms, "seeds": [seed], **wishes}
        )
        orders = {
            arm: Order(
                experiment=experiment,
                scenario=scenario,
                arm=arm,
                seed=seed,
                cache_dir=cache_dir,
                out=out / str(number),
                keeps_raw=True,
                records=False,
                api=api,
                gui=False,
            )
            for number, arm in enumerate(arms)
        }
        ends = Runner(n_jobs=1, tell=lambda _event: None).do(tuple(orders.values()))
        assert set(ends.values()) == {None}, ends
        return {arm: order.out for arm, order in orders.items()}

    return run


@pytest.fixture(scope="session")
def crossings(tmp_path_factory) -> Path:
    """A network of two signals, `A0` and `B0`, in a row; its demand is empty."""
    folder = tmp_path_factory.mktemp("crossings")
    grid = "--grid --grid.x-number 2 --grid.y-number 1 --grid.length 300 --grid.attach-length 200"
    signals = ["--default-junction-type", "traffic_light"]
    done = run_program("netgenerate", [*grid.split(), *signals, "-o", "two.net.xml"], folder=folder)
    assert done.returncode == 0, done.stderr
    (folder / "two.rou.xml").write_text("<routes/>")
    return folder / "two.net.xml"
