import hashlib
import math

import pytest

from emissions import draw, parse_unit, wtw_intensities
from experiments.data_files import ConfigError
from experiments.factor_files import FACTORS_FILE, load_factors

ROW = """\
version: mine
factors:
  {key}:
    value: {value}
    unit: {unit}
    low: 0.1
    high: 100000
    year: 2024
    region: XX
    scope: WTT
    source: my meter
"""


@pytest.fixture
def write(tmp_path):
    def written(text):
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def problems(path):
    with pytest.raises(ConfigError) as caught:
        load_factors(path)
    return [problem.removeprefix(str(path)) for problem in caught.value.problems]


def row(key="grid/XX/2024", value="0.4", unit="kgCO2/kWh"):
    return ROW.format(key=key, value=value, unit=unit)


SHIPPED = load_factors()


@pytest.mark.parametrize("key", SHIPPED)
def test_each_shipped_factor_says_where_it_is_from_and_in_which_unit(key):
    found = SHIPPED[key]
    parse_unit(found.unit)
    assert len(found.source) > 10
    assert found.low <= found.value <= found.high
    assert found.note or found.quality != "assumed"
    assert (
        found.retrieved
        or found.quality != "reported"
        or found.source.startswith(("IPCC", "EN ", "Ploetz"))
    )


@pytest.mark.parametrize(
    ("key", "unit", "expected"),
    [
        ("grid/CN/2023", "kgCO2/kWh", 0.5306),
        ("grid/CN-SW/2023", "gCO2/kWh", 247.2),
        ("fuel/petrol/ttw", "kgCO2/kg", 3.06999),
        ("fuel/petrol/ttw_volume", "kgCO2/L", 2.28714),
        ("fuel/diesel/ttw", "kgCO2/kg", 3.1863),
        ("fuel/diesel/ttw_volume", "kgCO2/L", 2.67649),
    ],
)
def test_known_figures_come_out_of_the_shipped_rows(key, unit, expected):
    assert SHIPPED[key].in_unit(unit) == pytest.approx(expected, rel=1e-5)


def test_a_fuel_from_the_well_costs_more_than_at_the_tailpipe():
    found = wtw_intensities(SHIPPED, "grid/CN/2023/lifecycle")
    assert all(1.1 < found[fuel] < 1.3 for fuel in ("petrol", "diesel", "cng", "lpg"))


def test_draws_of_all_shipped_factors_are_finite_and_meet_their_values():
    for key, drawn in draw(SHIPPED, 2000, seed=1).items():
        assert drawn.shape == (2000,)
        assert SHIPPED[key].low * 0.9 <= drawn.mean() <= SHIPPED[key].high * 1.1
        assert all(map(math.isfinite, drawn))


def test_the_file_is_named_by_its_version_and_its_hash(write):
    path = write(row())
    found = load_factors(path)
    hashes = [hashlib.sha256(each.read_bytes()).hexdigest() for each in (FACTORS_FILE, path)]
    assert found.sha256 == tuple(hashes)
    assert found.version == f"{SHIPPED.version} + mine"


def test_a_users_row_replaces_the_shipped_one_and_what_is_computed_from_it_follows(write):
    path = write(row(key="fuel/petrol/ncv", value="40", unit="MJ/kg").replace("WTT", "property"))
    found = load_factors(path)
    assert len(found) == len(SHIPPED)
    assert found["fuel/petrol/ncv"].source == "my meter"
    assert found["fuel/petrol/ttw"].value == pytest.approx(69_300 * 40e-6)
    assert found["fuel/diesel/ttw"] == SHIPPED["fuel/diesel/ttw"]


def test_a_users_row_may_stand_for_what_was_computed(write):
    found = load_factors(write(row(key="fuel/petrol/ttw", value="3", unit="kgCO2/kg")))
    assert (found["fuel/petrol/ttw"].value, found["fuel/petrol/ttw"].product) == (3.0, ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            row().replace("    source: my meter\n", ""),
            ":4:5: factors.grid/XX/2024.source: required, but not given",
        ),
        (
            row().replace("my meter", "' '"),
            ":11:13: factors.grid/XX/2024.source: must not be empty: every row says where it is "
            "from",
        ),
        (
            row(unit="kgCO2/kWhh"),
            ":5:11: factors.grid/XX/2024.unit: 'kgCO2/kWhh' is no unit: 'kWhh' is not known; "
            "right are such as kgCO2/kWh, kgCO2e/kg, kgCO2/TJ, MJ/kg, kg/L, W, 1",
        ),
        (
            row(value="0.05"),
            ":3:3: factors.grid/XX/2024: must be 0 <= low <= value <= high, got low 0.1, value "
            "0.05, high 100000",
        ),
        (
            row().replace("WTT", "WTX"),
            ":10:12: factors.grid/XX/2024.scope: should be 'TTW', 'WTT', 'WTW', 'device' or "
            "'property', got 'WTX'; did you mean 'WTW'?",
        ),
        (
            row().replace("high", "hgh"),
            ":7:5: factors.grid/XX/2024.hgh: unknown key; did you mean 'high'?",
        ),
        (
            row() + "    retrieved: yesterday\n",
            ":12:16: factors.grid/XX/2024.retrieved: ",
        ),
        (row() + row(), ":12:1: version: duplicate key, first written in line 1"),
        (row().replace("version: mine\n", ""), ":1:1: version: required, but not given"),
        (
            row() + "products:\n  a: {of: [grid/XX/2024, fuel/petrol/ttw_energy], unit: kgCO2}\n",
            ":13:3: products.a: grid/XX/2024 (WTT) and fuel/petrol/ttw_energy (TTW) cannot be "
            "multiplied: only one may have a scope",
        ),
        (
            row() + "products:\n  a: {of: [fuel/petrol/ncw], unit: MJ/kg}\n",
            ":13:3: products.a: no factor 'fuel/petrol/ncw'; near it: fuel/petrol/ncv",
        ),
        (
            row() + "products:\n  grid/XX/2024: {of: [fuel/petrol/ncv], unit: MJ/kg}\n",
            ":13:3: products.grid/XX/2024: stands under factors, too",
        ),
        ("version: [", ":1:11: not valid YAML"),
    ],
)
def test_a_mistake_is_told_with_its_place(write, text, said):
    found = problems(write(text))
    assert any(problem.startswith(said) for problem in found), found


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(write):
    text = row(unit="kWhh").replace("    source: my meter\n", "").replace("WTT", "x")
    lines = [int(problem.split(":")[1]) for problem in problems(write(text))]
    assert lines == [4, 5, 10]


def test_a_file_that_is_not_there_is_told(tmp_path):
    assert problems(tmp_path / "none.yaml") == [": cannot be read: No such file or directory"]
