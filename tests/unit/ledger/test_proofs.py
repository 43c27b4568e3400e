import json
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from experiments.ledger import Signer, Wanted, check_proof, prove, verify_ledger
from experiments.ledger.chain import chained, read_record
from experiments.ledger.checkpoint import checkpoint_text
from experiments.ledger.proofs import Inclusion, Proof


@pytest.fixture
def ledger(out):
    found, _ = verify_ledger(out)
    return found


def records_of(ledger):
    return [json.loads(read_record(line)) for line in ledger.chain.lines]


def test_every_record_can_be_proved_without_the_ledger(ledger, signer):
    for record in records_of(ledger):
        wanted = Wanted(vehicle=record["trip"], arm=record["arm"], seed=record["seed"])
        content = prove(ledger, wanted).content()
        proof, wrong = check_proof(content, signer.public_key)
        assert wrong is None
        assert proof.inclusion.record == record


def test_a_proof_tells_nothing_of_other_trips(ledger):
    wanted, *others = {record["trip"] for record in records_of(ledger)}
    content = prove(ledger, Wanted(vehicle=wanted, arm="eco", seed=1)).content().decode()
    assert not [trip for trip in others if trip in content]


def test_a_vehicle_is_found_by_its_id_where_the_results_are(ledger, vehicles, out):
    proof = prove(ledger, Wanted(vehicle="vehicle.4", arm="eco", seed=2))
    row = vehicles.row(34, named=True)
    assert (row["vehicle_id"], row["arm"], row["seed"]) == ("vehicle.4", "eco", 2)
    assert proof.inclusion.record["co2_own_g"] == pytest.approx(row["co2_own_g"], abs=1e-6)
    alone, _ = verify_ledger(out / "ledger")
    with pytest.raises(ValueError, match=r"vehicle\.4"):
        prove(alone, Wanted(vehicle="vehicle.4", arm="eco", seed=2))


@pytest.mark.parametrize(
    ("wanted", "what"),
    [
        (Wanted(vehicle="nobody"), "no record of a vehicle or trip 'nobody'"),
        (Wanted(vehicle="vehicle.1"), "several records .* unadvised 1, unadvised 2, eco 1, eco 2"),
        (Wanted(vehicle="vehicle.1", seed=9), "no record of 'vehicle.1' in that arm"),
    ],
)
def test_a_record_that_is_not_meant_clearly_is_asked_for_again(ledger, wanted, what):
    with pytest.raises(ValueError, match=what):
        prove(ledger, wanted)


def test_a_changed_byte_of_a_proof_is_found(ledger, signer):
    content = prove(ledger, Wanted(vehicle="vehicle.1", arm="eco", seed=1)).content()
    chance = random.Random(1)
    for place in {*chance.sample(range(len(content)), 100), 0, len(content) - 1}:
        changed = bytearray(content)
        changed[place] = chance.choice([byte for byte in range(256) if byte != content[place]])
        proof, wrong = check_proof(bytes(changed), signer.public_key)
        assert proof is None
        assert wrong


def test_a_record_of_another_place_is_not_proved(ledger):
    one, other = (
        prove(ledger, Wanted(vehicle="vehicle.1", arm="eco", seed=seed)) for seed in (1, 2)
    )
    swapped = one.inclusion.model_copy(update={"line": other.inclusion.line})
    _, wrong = check_proof(one.model_copy(update={"inclusion": swapped}).content())
    assert "does not stand in the ledger" in wrong


def test_what_is_signed_but_no_record_of_a_trip_is_not_proved(ledger, signer):
    chain = chained([b'{"hello":"world"}'])
    text = checkpoint_text(chain, ledger.statement)
    inclusion = Inclusion(index=0, line=chain.lines[0].decode(), path=())
    proof = Proof(
        inclusion=inclusion,
        checkpoint=signer.sign(text).content,
        public_key=signer.public_key.text,
    )
    assert check_proof(proof.content())[1] == "a record of the ledger is not one of a trip"


def test_a_proof_of_another_signer_is_refused_if_the_key_is_known(ledger):
    content = prove(ledger, Wanted(vehicle="vehicle.1", arm="eco", seed=1)).content()
    other = Signer(Ed25519PrivateKey.generate()).public_key
    _, wrong = check_proof(content, other)
    assert "not by the key that was asked for" in wrong
