import pytest

from emissions import draw_classes
from experiments.data_files import ConfigError
from experiments.mix_files import load_mix, load_mixes

TEXT = """\
version: mine
class_sets:
  old:
    carrier: petrol
    shares: {HBEFA4/PC_petrol_Euro-3: 0.5, HBEFA4/PC_petrol_Euro-4: 0.5}
    source: a count
    year: 2024
    quality: reported
  plug:
    carrier: electricity
    shares: {HBEFA4/PC_BEV: 1}
    source: a count
    year: 2024
    quality: assumed
mixes:
  town:
    title: A town
    groups:
      cars:
        vehicle_classes: [passenger, taxi]
        rows:
          - {powertrain: petrol, share: 0.6, classes: old, source: A, year: 2024, quality: reported}
          - {powertrain: plugin_hybrid, share: 0.4, classes: old, utility_factor: 0.25,
             electric_classes: plug, source: B, year: 2024, quality: reported}
"""


@pytest.fixture
def write(tmp_path):
    def written(text):
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


SHIPPED = load_mixes()


@pytest.mark.parametrize("name", SHIPPED)
def test_each_row_of_a_shipped_mix_says_where_it_is_from(name):
    for cell in SHIPPED[name].cells:
        assert len(cell.source) > 10 and 2019 <= cell.year <= 2026
        if cell.source.startswith("Assumption"):
            assert cell.quality == "assumed"


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("vehicle_class", ["passenger", "delivery", "truck", "trailer", "bus"])
def test_each_shipped_mix_knows_what_drives_on_roads(name, vehicle_class):
    ids = [str(i) for i in range(300)]
    assert len(set(draw_classes(SHIPPED[name], ids, [vehicle_class] * 300))) >= 2


def test_there_are_mixes_of_china_of_the_union_and_of_the_states():
    assert list(SHIPPED) == ["CN-2024", "EU-2024", "US-2024"]
    battery = {
        name: sum(c.share for c in mix.cells if (c.group, c.powertrain) == ("cars", "battery"))
        for name, mix in SHIPPED.items()
    }
    assert battery == pytest.approx(
        {"CN-2024": 22.09 / 353, "EU-2024": 0.023, "US-2024": 0.016}, rel=1e-3
    )


def test_a_plug_in_hybrid_drives_on_electricity_for_its_utility_factor(write):
    mix = load_mix(str(write(TEXT)))
    shares = {}
    for cell in mix.cells:
        shares[cell.emission_class] = shares.get(cell.emission_class, 0.0) + cell.share
    assert shares == pytest.approx(
        {
            "HBEFA4/PC_BEV": 0.4 * 0.25,
            "HBEFA4/PC_petrol_Euro-3": 0.3 + 0.4 * 0.75 / 2,
            "HBEFA4/PC_petrol_Euro-4": 0.3 + 0.4 * 0.75 / 2,
        }
    )
    assert mix.carriers["HBEFA4/PC_BEV"] == "electricity"


def test_a_cell_is_reported_only_if_its_share_and_its_split_are(write):
    quality = {cell.emission_class: cell.quality for cell in load_mix(str(write(TEXT))).cells}
    assert quality == {
        "HBEFA4/PC_BEV": "assumed",
        "HBEFA4/PC_petrol_Euro-3": "reported",
        "HBEFA4/PC_petrol_Euro-4": "reported",
    }


def test_a_mix_is_named_by_itself_by_its_file_or_by_both(write):
    path = write(TEXT)
    assert load_mix("EU-2024").name == "EU-2024"
    assert load_mix(str(path)).name == load_mix(f"{path}:town").name == "town"


@pytest.mark.parametrize("name", ["EU", "", "{path}:village"])
def test_a_mix_that_does_not_exist_is_told_with_those_that_do(write, name):
    with pytest.raises(ValueError, match=r"fleet mix.*there are (CN-2024, EU-2024|town)|name one"):
        load_mix(name.format(path=write(TEXT)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0.6", "0.7", ":16:3: mixes.town: shares of 'cars' must be at least 0 and add up to 1"),
        ("Euro-3: 0.5", "Euro-3: 0.4", ":5:5: class_sets.old.shares: must be at least 0 and add"),
        ("classes: old,", "classes: odl,", ":22:46: mixes.town.groups.cars.rows.0.classes: no cl"),
        (", source: A", "", ":22:13: mixes.town.groups.cars.rows.0.source: required, but not"),
        ("source: a count", "source: ''", ":6:13: class_sets.old.source: must not be empty"),
        ("utility_factor: 0.25,", "", ":23:13: mixes.town.groups.cars.rows.1: utility_factor and"),
        ("passenger", "pasenger", ":20:27: mixes.town.groups.cars.vehicle_classes.0"),
        ("powertrain: petrol", "powertrain: steam", ":22:26: mixes.town.groups.cars.rows.0.power"),
        ("carrier: petrol", "carrier: coal", ":4:14: class_sets.old.carrier: should be"),
    ],
)
def test_a_mistake_in_a_mix_is_told_with_its_place(write, old, new, said):
    path = write(TEXT.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load_mixes(path)
    found = [problem.removeprefix(str(path)) for problem in caught.value.problems]
    assert any(problem.startswith(said) for problem in found), found


def test_a_vehicle_class_belongs_to_one_group(write):
    more = "      more:\n        vehicle_classes: [taxi]\n        rows:\n"
    row = "          - {powertrain: petrol, share: 1, classes: old, source: A, year: 2024, "
    path = write(f"{TEXT}{more}{row}quality: assumed}}\n")
    with pytest.raises(ConfigError, match="'taxi' stands in 'cars', too"):
        load_mixes(path)
