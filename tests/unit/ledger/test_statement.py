import pytest

from experiments.ledger.benchmark import made_up_manifest
from experiments.ledger.statement import MadeOf

FLEET = {"mix": {"name": "town", "sha256": "1" * 64}}


@pytest.mark.parametrize("change", [{"fleet": FLEET}, {"seeds": [2]}, {"code_sha256": "1" * 64}])
def test_all_that_records_come_of_is_in_the_name_of_the_run(change):
    before = MadeOf.of_manifest(made_up_manifest()).identity
    assert MadeOf.of_manifest(made_up_manifest()).identity == before
    assert MadeOf.of_manifest(made_up_manifest() | change).identity != before
