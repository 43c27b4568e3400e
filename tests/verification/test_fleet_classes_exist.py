import os
import subprocess

import pytest

from emissions import FUELS
from experiments.factor_files import load_factors
from experiments.mix_files import load_mixes
from sumo_nets import sumo_home

pytestmark = pytest.mark.sumo

MIXES = load_mixes()
CARRIERS = {name: carrier for mix in MIXES.values() for name, carrier in mix.carriers.items()}


def rates(emission_class, folder):
    """Quantity → mg/s (Wh/s of electricity) at 14 m/s; None where SUMO does not know the class."""
    output = folder / "map.csv"
    bounds = [f"--{a}-{b}={x}" for a, x in (("v", 14), ("a", 0), ("s", 0)) for b in ("min", "max")]
    done = subprocess.run(
        [sumo_home() / "bin" / "emissionsMap", "-e", emission_class, "-o", output, *bounds],
        env={**os.environ, "SUMO_HOME": str(sumo_home())},
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        return None
    rows = (row.split(";") for row in output.read_text().splitlines())
    return {row[3]: float(row[4]) for row in rows}


def test_a_class_that_does_not_exist_is_noticed(tmp_path):
    assert rates("HBEFA4/PC_petrol_Euro-66", tmp_path) is None


@pytest.mark.parametrize("emission_class", sorted(CARRIERS))
def test_sumo_knows_each_class_of_a_mix_and_it_consumes_what_the_mix_says(emission_class, tmp_path):
    found = rates(emission_class, tmp_path)
    assert found is not None
    carrier = CARRIERS[emission_class]
    assert (found["electricity"] > 0.0) == (carrier == "electricity")
    assert (found["CO2"] > 0.0) == (found["fuel"] > 0.0) == (carrier in FUELS)


# Not of gas: the mass that SUMO tells makes 15 % more CO2 than natural gas can.
@pytest.mark.parametrize("carrier", ["petrol", "diesel", "lpg"])
def test_sumo_makes_as_much_co2_of_a_fuel_as_the_factors_do(carrier, tmp_path):
    factor = load_factors()[f"fuel/{carrier}/ttw"]
    classes = [name for name, burnt in CARRIERS.items() if burnt == carrier]
    for name in classes:
        found = rates(name, tmp_path)
        assert factor.low <= found["CO2"] / found["fuel"] <= factor.high, name
