"""A signed record of every trip: written at the end of an experiment, verified by anybody."""

from experiments.ledger.faults import Fault
from experiments.ledger.keys import config_folder, key_file, load_key, load_or_make_key
from experiments.ledger.notes import PublicKey, Signer
from experiments.ledger.proofs import Proof, Wanted, check_proof, prove
from experiments.ledger.verifying import Ledger, verify_ledger
from experiments.ledger.writing import Written, remove_ledger, write_ledger

__all__ = [
    "Fault",
    "Ledger",
    "Proof",
    "PublicKey",
    "Signer",
    "Wanted",
    "Written",
    "check_proof",
    "config_folder",
    "key_file",
    "load_key",
    "load_or_make_key",
    "prove",
    "remove_ledger",
    "verify_ledger",
    "write_ledger",
]
