"""Totals of our emission maps against SUMO's `emissionsDrivingCycle` and its emission device.

`pytest --log-cli-level=INFO` prints the tables of the documentation.
"""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest

import emissions.map_loading
from emissions import QUANTITIES, emission_classes, load_maps
from emissions.classes import ClassName
from emissions.map_making import Grid
from experiments.trace import add_arrivals, read_trace, read_trips
from sumo_nets import sumo_home, sumo_version
from sumo_nets.binaries import run_program

pytestmark = pytest.mark.sumo
log = logging.getLogger(__name__)

N_CLASSES = {"HBEFA2": 5, "HBEFA3": 5, "HBEFA4": 18, "MMPEVEM": 3}
"""How many of a family are compared; all of the small families are."""
EXACT, CLOSE = 0.001, 0.005
"""Relative errors of totals."""
DEVICE = {
    "HBEFA4/PC_petrol_Euro-4": EXACT,
    "HBEFA4/PC_diesel_Euro-6ab": EXACT,
    "HBEFA3/PC_G_EU4": EXACT,
    "PHEMlight5/PC_EU4_G": CLOSE,
    "PHEMlight5/PC_EU4_D_MW": CLOSE,
    "HBEFA4/PC_BEV": CLOSE,
    "Energy/default": CLOSE,
    "MMPEVEM/default": CLOSE,
}
"""Classes of the vehicles of one run, in turn, and what their totals may be off by."""
HILLY = ("HBEFA4/PC_petrol_Euro-4", "PHEMlight5/PC_EU4_G", "Energy/default")
"""Slope moves the drop of the first, and the power of the others."""
STRAIGHT = '<param key="radialDragCoefficient" value="0"/>'
"""`Energy` charges friction in bends, which no map over speed and acceleration can hold."""
PIECES = (
    # Cruising speed in m/s, acceleration, seconds at that speed, deceleration, seconds standing.
    (4.0, 1.2, 8, 1.5, 12),
    (8.5, 1.6, 15, 0.9, 25),
    (13.5, 1.1, 40, 1.9, 8),
    (10.2, 2.2, 12, 0.4, 30),
    (13.9, 0.8, 60, 2.8, 18),
    (19.3, 1.3, 75, 0.7, 9),
    (24.6, 0.9, 120, 0.25, 5),
    (6.1, 2.4, 5, 3.6, 20),
    (27.8, 0.7, 150, 1.2, 4),
)
"""A made-up cycle: town, arterial, main road."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """Speed, acceleration and slope of each second."""

    speed_mps: np.ndarray
    accel_mps2: np.ndarray
    slope_deg: np.ndarray

    @classmethod
    def of(cls, speed_mps):
        return cls(
            speed_mps=speed_mps,
            accel_mps2=np.diff(speed_mps, prepend=speed_mps[0]),
            slope_deg=np.zeros(speed_mps.size),
        )

    def over_hills(self):
        """The same drive up and down, up to a degree."""
        return replace(self, slope_deg=np.sin(np.arange(self.speed_mps.size) / 15.0))


def made_up_cycle():
    """The pieces in a row; a cruising driver wavers, as people do."""
    speeds = [0.0, 0.0, 0.0]
    for top_mps, accel_mps2, hold_s, decel_mps2, stand_s in PIECES:
        while speeds[-1] < top_mps:
            speeds.append(min(speeds[-1] + accel_mps2, top_mps))
        waver = np.sin(np.arange(hold_s) * 0.37) * 0.03 * top_mps
        speeds += list(top_mps + waver)
        while speeds[-1] > 0.0:
            speeds.append(max(speeds[-1] - decel_mps2, 0.0))
        speeds += [0.0] * stand_s
    return Cycle.of(np.array(speeds))


def where(cache_dir):
    return {"sumo_home": sumo_home(), "sumo_version": sumo_version(), "cache_dir": cache_dir}


@pytest.fixture(scope="module")
def narrow():
    """The steps of the maps, but no more speeds and accelerations than are driven here."""
    with pytest.MonkeyPatch.context() as patch:
        grid = Grid(speed_mps=(0.0, 30.0, 0.25), accel_mps2=(-5.0, 3.0, 0.05))
        patch.setattr(emissions.map_loading, "GRID", grid)
        yield grid


@pytest.fixture(scope="module")
def device_run(load, cache_dir, tmp_path_factory):
    """Ten minutes of cologne8 with vehicles of many classes: folder, and the class of each."""
    folder = tmp_path_factory.mktemp("device")
    base = load("resco:cologne8", end_s=25200.0 + 600)
    (routes,) = base.route_files
    text = routes.read_text()
    kind = re.search(r"<vType id=\"(\w+)\"([^>]*)/>", text)
    types = "".join(
        f'<vType id="t{i}"{kind[2]} emissionClass="{name}">{STRAIGHT}</vType>'
        for i, name in enumerate(DEVICE)
    )
    turn = iter(range(10**6))
    text = text.replace(kind[0], types)
    text = re.sub(rf'type="{kind[1]}"', lambda _: f'type="t{next(turn) % len(DEVICE)}"', text)
    (folder / "mixed.rou.xml").write_text(text)
    words = f"--net-file {base.net_file} --route-files mixed.rou.xml --begin 25200 --end 25800 "
    words += "--seed 1 --precision 6 --no-step-log --no-warnings --time-to-teleport -1 "
    words += "--device.emissions.probability 1 --tripinfo-output tripinfo.xml "
    words += "--tripinfo-output.write-unfinished --fcd-output fcd.parquet "
    words += "--fcd-output.attributes id,speed,lane,pos,slope,acceleration "
    words += "--fcd-output.acceleration true --fcd-output.skip-empty true"
    done = run_program("sumo", words.split(), folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


def driven(folder):
    """Rows that SUMO's device counts."""
    trace = read_trace(folder / "fcd.parquet")
    moves = add_arrivals(trace, read_trips(folder / "tripinfo.xml"), 1.0).filter("is_move")
    return moves.with_columns(pl.col("vehicle_id").cast(pl.String))


def device_totals(folder):
    """SUMO's class number, and the totals of each vehicle in g and Wh."""
    rows = []
    for trip in ElementTree.parse(folder / "tripinfo.xml").iter("tripinfo"):
        counted = trip.find("emissions")
        totals = [float(counted.get(f"{quantity}_abs")) for quantity in QUANTITIES]
        rows.append((trip.get("id"), int(trip.get("vType")[1:]), *totals))
    table = pl.DataFrame(rows, schema=["vehicle_id", "kind", *QUANTITIES], orient="row")
    return table.with_columns(pl.exclude("vehicle_id", "kind", "electricity") / 1e3)


@pytest.fixture(scope="module")
def cycles(device_run):
    """The made-up cycle, and the drive with the most stops of a vehicle of the run."""
    trace = driven(device_run).with_columns(stops=pl.col("speed_mps") < 0.1)
    rows = trace.group_by("vehicle_id").agg("time_s", "speed_mps", pl.col("stops").sum())
    most = rows.sort("stops", "vehicle_id").row(-1, named=True)
    return {"made up": made_up_cycle(), "cologne8": Cycle.of(np.array(most["speed_mps"]))}


def family_of(name):
    return re.split("[/@]", name)[0]


def compared_classes(cache_dir):
    """Classes of all families, spread over each."""
    by_family = {}
    for name in emission_classes(**where(cache_dir)):
        by_family.setdefault(family_of(name), []).append(name)
    picked = []
    for family, names in by_family.items():
        number = min(N_CLASSES.get(family, len(names)), len(names))
        picked += [names[i] for i in np.linspace(0, len(names) - 1, number).astype(int)]
    return sorted({*picked, *list(DEVICE)[:-2]})


def cycle_by_sumo(emission_class, cycle, folder):
    """Rate of each second and quantity, in g/s and Wh/s, as SUMO has it."""
    stem = re.sub(r"\W", "_", emission_class)
    rows = enumerate(zip(cycle.speed_mps, cycle.accel_mps2, cycle.slope_deg, strict=True))
    text = "".join(f"{second};{v:.9f};{a:.9f};{s:.9f}\n" for second, (v, a, s) in rows)
    (folder / f"{stem}.csv").write_text(text)
    words = [*ClassName.of(emission_class).words(sumo_home()), "-t", f"{stem}.csv", "--have-slope"]
    done = run_program("emissionsDrivingCycle", [*words, "-o", f"{stem}.out"], folder=folder)
    assert done.returncode == 0, done.stderr
    columns = np.loadtxt(folder / f"{stem}.out", delimiter=";", usecols=range(4, 11)).T
    scale = {"electricity": 1.0}
    return {
        name: column * scale.get(name, 1e-3)
        for name, column in zip(QUANTITIES, columns, strict=True)
    }


def cycle_by_map(maps, cycle):
    """The same of our maps."""
    return {
        name: found.at(cycle.speed_mps, cycle.accel_mps2, cycle.slope_deg)
        / (3600.0 if name == "electricity" else 1.0)
        for name, found in maps.items()
    }


def compare(emission_class, cycles, cache_dir, folder, slopes_deg=(0.0,)):
    """Relative errors of the totals by cycle and quantity, where SUMO's is not zero."""
    maps = load_maps(emission_class, slopes_deg=slopes_deg, **where(cache_dir))
    errors = {}
    for cycle_name, cycle in cycles.items():
        ours, sumo = cycle_by_map(maps, cycle), cycle_by_sumo(emission_class, cycle, folder)
        for quantity in QUANTITIES:
            total = float(sumo[quantity].sum())
            if total == 0.0:
                assert float(np.abs(ours[quantity]).sum()) == 0.0, (emission_class, quantity)
            else:
                error = float(ours[quantity].sum()) / total - 1.0
                errors[emission_class, cycle_name, quantity] = error
    return errors


def tell_worst(errors):
    """The largest error of each quantity and family."""
    worst = {}
    for (name, cycle_name, quantity), error in errors.items():
        key = quantity, family_of(name)
        worst[key] = max(worst.get(key, (0.0, "", "")), (abs(error), name, cycle_name))
    log.info("%d classes", len({name for name, _, _ in errors}))
    for (quantity, family), (error, name, cycle_name) in sorted(worst.items()):
        log.info("%-12s%-12s%8.4f %% %s, %s", quantity, family, 100 * error, name, cycle_name)


def test_totals_of_driving_cycles_are_those_of_sumo(narrow, cycles, cache_dir, tmp_path):
    classes = compared_classes(cache_dir)
    assert len(classes) >= 40
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda name: compare(name, cycles, cache_dir, tmp_path), classes)
    errors = {key: error for each in found for key, error in each.items()}
    tell_worst(errors)
    for (name, cycle_name, quantity), error in errors.items():
        allowed = EXACT if quantity in ("CO2", "fuel", "electricity") else CLOSE
        assert abs(error) <= allowed, (name, cycle_name, quantity, error)


def test_totals_over_hills_are_those_of_sumo(narrow, cycles, cache_dir, tmp_path):
    hills = {name: cycle.over_hills() for name, cycle in cycles.items()}
    errors = {}
    for name in HILLY:
        errors |= compare(name, hills, cache_dir, tmp_path, slopes_deg=(-1.0, 0.0, 1.0))
    tell_worst(errors)
    for key, error in errors.items():
        if key[2] in ("CO2", "fuel", "electricity"):
            assert abs(error) <= CLOSE, (key, error)


def test_totals_of_a_run_are_those_of_the_emission_device(narrow, device_run, cache_dir):
    totals, trace = device_totals(device_run), driven(device_run)
    rows = trace.join(totals.select("vehicle_id", "kind"), on="vehicle_id")
    assert rows.height > 20_000
    for kind, (name, allowed) in enumerate(DEVICE.items()):
        mine = rows.filter(pl.col("kind") == kind)
        speed, accel = mine["speed_mps"].to_numpy(), mine["accel_mps2"].to_numpy()
        counted = totals.filter(pl.col("kind") == kind)
        maps = load_maps(name, slopes_deg=(0.0,), **where(cache_dir))
        errors = {}
        for quantity in QUANTITIES:
            scale = 3600.0 if quantity == "electricity" else 1.0
            ours = float(maps[quantity].at(speed, accel, np.zeros(1)).sum()) / scale
            sumo = float(counted[quantity].sum())
            if sumo != 0.0:
                errors[quantity] = ours / sumo - 1.0
        told = ", ".join(f"{quantity} {100 * error:+.4f} %" for quantity, error in errors.items())
        log.info("%-28s%4d vehicles%7d rows: %s", name, counted.height, mine.height, told)
        main = errors.get("CO2", errors.get("electricity"))
        assert abs(main) <= allowed, (name, main)
