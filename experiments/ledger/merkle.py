"""Merkle trees of RFC 6962: one hash for many records, and short proofs that one is among them.

A leaf is SHA-256 of 0x00 and the record, a node SHA-256 of 0x01 and its two children, so that no
record can pass for a node. The root of nothing is SHA-256 of nothing.

References: RFC 6962, sections 2.1 and 2.1.1; the check of a path: RFC 9162, section 2.1.3.2.
"""

import hashlib
from collections.abc import Sequence


def leaf_hash(record: bytes) -> bytes:
    """Hash of a record."""
    return hashlib.sha256(b"\x00" + record).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Root over the hashes of all records, in order."""
    levels = _levels(leaves)
    return levels[-1][0] if levels[-1] else hashlib.sha256(b"").digest()


class InclusionPaths:
    """Paths of many leaves of one tree, which is hashed once."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._levels = _levels(leaves)

    def path(self, index: int) -> list[bytes]:
        """The hashes beside the way from a leaf to the root, from below.

        Raises:
            IndexError: There is no such leaf.
        """
        if not 0 <= index < len(self._levels[0]):
            raise IndexError(f"there are {len(self._levels[0])} leaves, none with index {index}")
        found = []
        for level in self._levels[:-1]:
            beside = index ^ 1
            if beside < len(level):  # the last of an odd level goes up alone
                found.append(level[beside])
            index >>= 1
        return found


def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Root that a leaf and its path lead to; None where no tree of this size has such a path.

    Args:
        leaf: Hash of the record.
        index: Its place in the tree, from 0.
        size: Number of leaves.
        path: As of `InclusionPaths`.
    """
    if not 0 <= index < size:
        return None
    place, last, node = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return None
        if place % 2 or place == last:
            node = _node(beside, node)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            node = _node(node, beside)
        place, last = place >> 1, last >> 1
    return node if last == 0 else None


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Hashes from the leaves up to the root; an odd last one is carried up as it is.

    That gives the tree of RFC 6962, whose left side holds the largest power of two.
    """
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [_node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        if len(below) % 2:
            above.append(below[-1])
        levels.append(above)
    return levels


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
