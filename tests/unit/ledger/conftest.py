"""A folder of made-up results with a signed ledger."""

import shutil
from pathlib import Path

import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from experiments.ledger import Signer, write_ledger
from experiments.ledger.benchmark import made_up_manifest, made_up_table, write_made_up_results


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer(Ed25519PrivateKey.generate())


@pytest.fixture(scope="session")
def vehicles() -> pl.DataFrame:
    """Trips of ten vehicles in two arms with two seeds each."""
    runs = [(arm, seed) for arm in ("unadvised", "eco") for seed in (1, 2)]
    few = made_up_table(10)
    tables = [
        few.with_columns(
            pl.lit(arm).alias("arm"),
            pl.lit(seed, dtype=pl.Int64).alias("seed"),
            pl.col("co2_own_g") + place,
        )
        for place, (arm, seed) in enumerate(runs)
    ]
    return pl.concat(tables)


@pytest.fixture(scope="session")
def untouched(tmp_path_factory, vehicles, signer):
    folder = tmp_path_factory.mktemp("untouched")
    write_made_up_results(folder, vehicles, made_up_manifest(seeds=(1, 2)))
    write_ledger(folder, signer)
    return folder


@pytest.fixture
def out(tmp_path, untouched):
    """A copy of it, to be changed."""
    return Path(shutil.copytree(untouched, tmp_path / "out"))
