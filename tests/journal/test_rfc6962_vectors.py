"""Vectors of others 标准向量: what verifiers of RFC 6962 trees elsewhere accept and refuse, ours does too."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal.digests import SHA256
from journal.transparency.merkle import (
    consistency_proof,
    consistency_ranges,
    consistent,
    includes,
    inclusion_proof,
    inclusion_ranges,
    perfect_subtrees,
    root_of,
)

VECTORS = Path(__file__).parents[3] / "shared" / "fixtures" / "rfc6962"
FOUND = {kind: sorted((VECTORS / kind).rglob("*.json")) for kind in ("inclusion", "consistency")}
absent = pytest.mark.skipif(not all(FOUND.values()), reason=f"the vectors are not on this machine: {VECTORS}")
LEAVES = [SHA256.leaf(bytes([number])) for number in range(70)]


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def named(path: Path) -> str:
    return path.relative_to(VECTORS).as_posix()


def proof_of(vector: dict[str, Any]) -> list[bytes]:
    return [raw(step) for step in vector["proof"] or ()]


@absent
@pytest.mark.parametrize("path", FOUND["inclusion"] or [None], ids=lambda path: named(path) if path else "none")
def test_an_inclusion_proof_is_judged_as_elsewhere(path: Path) -> None:
    vector = json.loads(path.read_text("utf-8"))
    index, size = vector["leafIdx"], vector["treeSize"]
    holds = includes(SHA256, raw(vector["root"]), size, index, raw(vector["leafHash"]), proof_of(vector))
    assert holds is not vector["wantErr"], vector["desc"]


@absent
@pytest.mark.parametrize("path", FOUND["consistency"] or [None], ids=lambda path: named(path) if path else "none")
def test_a_consistency_proof_is_judged_as_elsewhere(path: Path) -> None:
    vector = json.loads(path.read_text("utf-8"))
    old, size = vector["size1"], vector["size2"]
    holds = consistent(SHA256, raw(vector["root1"]), old, raw(vector["root2"]), size, proof_of(vector))
    assert holds is not vector["wantErr"], vector["desc"]


def path_of(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962, section 2.1.1, as it is written there."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return [*path_of(index, leaves[:k]), root_of(SHA256, leaves[k:])]
    return [*path_of(index - k, leaves[k:]), root_of(SHA256, leaves[:k])]


def subproof(m: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of RFC 6962, section 2.1.2, as it is written there."""
    if m == len(leaves):
        return [] if whole else [root_of(SHA256, leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), root_of(SHA256, leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), root_of(SHA256, leaves[:k])]


@pytest.mark.parametrize("size", range(1, 70))
def test_proofs_are_those_of_the_standards_own_recursion(size: int) -> None:
    leaves = LEAVES[:size]
    for index in range(size):
        assert inclusion_proof(SHA256, index, leaves) == path_of(index, leaves)
    for old in range(1, size + 1):
        assert consistency_proof(SHA256, old, leaves) == subproof(old, leaves, whole=True)
    assert consistency_proof(SHA256, 0, leaves) == []


@given(size=st.integers(1, 10**9), data=st.data())
def test_every_range_of_a_proof_is_made_of_perfect_subtrees(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    ranges = [*inclusion_ranges(index, size), *consistency_ranges(old, size), (0, size)]
    assert len(ranges) <= 2 * size.bit_length() + 2
    for start, stop in ranges:
        at = start
        for height, number in perfect_subtrees(start, stop):
            assert number << height == at
            at += 1 << height
        assert at == stop


def test_a_root_is_joined_of_perfect_subtrees() -> None:
    pair = SHA256.node(LEAVES[0], LEAVES[1])
    assert root_of(SHA256, LEAVES[:3]) == SHA256.node(pair, LEAVES[2])
    assert perfect_subtrees(0, 3) == [(1, 0), (0, 2)]
