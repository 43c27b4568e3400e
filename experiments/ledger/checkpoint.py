"""The checkpoint: the few lines that are signed, and that all else is checked against.

The first three lines are those of a checkpoint of a transparency log (https://c2sp.org/tlog-checkpoint):
origin, number of records, Merkle root. Each other line says what it holds.
"""

import base64
import re

from experiments.ledger.chain import Chain
from experiments.ledger.merkle import leaf_hash, merkle_root
from experiments.ledger.statement import Statement

ORIGIN = "ecocorridor/ledger/1"
"""Start of the first line; the name of the run follows."""
LINE_NAMES = ("origin", "size", "root")
"""Of the first lines; the others start with their names."""
_HEAD = re.compile(rf"({ORIGIN}/[0-9a-f]{{64}})\n(0|[1-9]\d{{0,17}})\n([A-Za-z0-9+/]{{43}}=)\n")


def checkpoint_text(chain: Chain, statement: Statement) -> str:
    """What is signed of records and a statement."""
    root = merkle_root([leaf_hash(line) for line in chain.lines])
    lines = [
        f"{ORIGIN}/{statement.made_of.identity}",
        str(len(chain.lines)),
        base64.b64encode(root).decode(),
        f"head {chain.head}",
        *statement.lines(),
    ]
    return "".join(f"{line}\n" for line in lines)


def size_and_root(text: str) -> tuple[int, bytes]:
    """Number of records and Merkle root that a checkpoint states.

    Raises:
        ValueError: It is no checkpoint.
    """
    match = _HEAD.match(text)
    if match is None:
        raise ValueError("the first lines are not those of a checkpoint of a ledger")
    return int(match[2]), base64.b64decode(match[3])


def line_name(text: str, number: int) -> str:
    """What a line of a checkpoint is about."""
    if number <= len(LINE_NAMES):
        return LINE_NAMES[number - 1]
    lines = text.splitlines()
    return lines[number - 1].partition(" ")[0] if number <= len(lines) else "missing"
