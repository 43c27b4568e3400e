"""Small networks of fixed-time signals."""

import numpy as np
import pytest

from controller import Roads, TimedNetwork, TimedSignal, Timing


def make_signal(flow_vps=(0.15, 0.1), *, name="a", saturation_vps=0.5, room_veh=np.inf, **changed):
    """As many stages as flows, with one link and lane each."""
    n = len(flow_vps)
    given = {
        "signal_id": name,
        "is_green": np.eye(n, dtype=bool),
        "is_protected": np.eye(n, dtype=bool),
        "min_green_s": np.full(n, 5.0),
        "max_green_s": np.full(n, 80.0),
        "change_s": np.full(n, 3.0),
        "lane": np.arange(n),
        "saturation_vps": np.full(n, saturation_vps),
        "flow_vps": np.array(flow_vps),
        "yields_to": np.zeros((n, n), dtype=bool),
        "room_veh": np.full(n, room_veh),
    }
    return TimedSignal(**given | changed)


def make_roads(rows=()):
    """Roads from rows: from signal and link, to signal and link, share, travel time."""
    table = np.array(rows, dtype=float).reshape(-1, 6)
    whole = table[:, :4].astype(np.int64)
    return Roads(
        from_signal=whole[:, 0],
        from_link=whole[:, 1],
        to_signal=whole[:, 2],
        to_link=whole[:, 3],
        share=table[:, 4],
        travel_s=table[:, 5],
    )


def make_street(n_signals, travel_s=30.0, flow_vps=(0.15, 0.1)):
    """A one-way street along link 0 of each signal, crossed by link 1."""
    signals = tuple(make_signal(flow_vps, name=f"s{i}") for i in range(n_signals))
    rows = [(i, 0, i + 1, 0, 1.0, travel_s) for i in range(n_signals - 1)]
    return TimedNetwork(signals=signals, roads=make_roads(rows))


def make_timing(green_s=(50.0, 34.0), offset_s=0.0, change_s=6.0):
    """A timing of `make_signal`."""
    greens = np.array(green_s, dtype=float)
    return Timing(cycle_s=float(greens.sum() + change_s), offset_s=offset_s, green_s=greens)


@pytest.fixture(scope="session")
def signal():
    return make_signal


@pytest.fixture(scope="session")
def roads():
    return make_roads


@pytest.fixture(scope="session")
def street():
    return make_street


@pytest.fixture(scope="session")
def timing():
    return make_timing
