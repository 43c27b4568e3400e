"""Merkle trees against known answers, and against the definition of RFC 6962 itself."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.ledger.merkle import InclusionPaths, leaf_hash, merkle_root, root_of_path

RECORDS = [
    bytes.fromhex(text)
    for text in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
# Those of the reference implementation of Certificate Transparency (merkletree tests).
ROOTS = """
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
""".split()


def of_the_definition(records):
    """Section 2.1 of RFC 6962, as it stands there."""
    n = len(records)
    if n == 0:
        return hashlib.sha256(b"").digest()
    if n == 1:
        return hashlib.sha256(b"\x00" + records[0]).digest()
    k = 1
    while 2 * k < n:
        k *= 2
    halves = of_the_definition(records[:k]) + of_the_definition(records[k:])
    return hashlib.sha256(b"\x01" + halves).digest()


def path_of_the_definition(index, records):
    """Section 2.1.1 of RFC 6962, as it stands there."""
    n = len(records)
    if n == 1:
        return []
    k = 1
    while 2 * k < n:
        k *= 2
    if index < k:
        inner = path_of_the_definition(index, records[:k])
        return [*inner, of_the_definition(records[k:])]
    inner = path_of_the_definition(index - k, records[k:])
    return [*inner, of_the_definition(records[:k])]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size):
    assert merkle_root([leaf_hash(each) for each in RECORDS[:size]]).hex() == ROOTS[size]


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_roots_are_those_of_the_definition(records):
    assert merkle_root([leaf_hash(each) for each in records]) == of_the_definition(records)


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70), st.data())
def test_a_path_is_that_of_the_definition_and_leads_to_the_root(records, data):
    index = data.draw(st.integers(0, len(records) - 1))
    leaves = [leaf_hash(each) for each in records]
    path = InclusionPaths(leaves).path(index)
    assert path == path_of_the_definition(index, records)
    assert root_of_path(leaves[index], index, len(leaves), path) == merkle_root(leaves)


@given(st.integers(1, 40), st.data())
def test_no_other_leaf_place_size_or_path_leads_to_the_root(size, data):
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    root, index = merkle_root(leaves), data.draw(st.integers(0, size - 1))
    path = InclusionPaths(leaves).path(index)
    assert root_of_path(leaf_hash(b"other"), index, size, path) != root
    other = data.draw(st.integers(-1, size).filter(lambda each: each != index))
    assert root_of_path(leaves[index], other, size, path) != root
    assert root_of_path(leaves[index], index, size, [*path, root]) != root
    if path:
        assert root_of_path(leaves[index], index, size, path[:-1]) != root
        assert root_of_path(leaves[index], index, size, [bytes(32), *path[1:]]) != root


def test_there_is_no_path_of_a_leaf_that_is_not_there():
    with pytest.raises(IndexError):
        InclusionPaths([leaf_hash(b"")]).path(1)
