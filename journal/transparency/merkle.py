"""Merkle tree 默克尔树 over the journal as in RFC 6962, section 2.1: grown leaf by leaf in O(log n) state, and its proofs."""

from collections.abc import Sequence

from journal.digests import HASH_SIZE, Digest


class Tree:
    """A tree that only grows 累加器: `frontier` holds the roots of its perfect subtrees, largest first."""

    def __init__(self, digest: Digest, size: int = 0, frontier: bytes = b"") -> None:
        self.digest = digest
        self.size = size
        self._roots = [frontier[start : start + HASH_SIZE] for start in range(0, len(frontier), HASH_SIZE)]
        if len(self._roots) != size.bit_count() or len(frontier) % HASH_SIZE:
            raise ValueError("the frontier does not fit the size")

    def add(self, leaf: bytes) -> None:
        """Append the hash of one more leaf."""
        size = self.size
        while size & 1:
            leaf = self.digest.node(self._roots.pop(), leaf)
            size >>= 1
        self._roots.append(leaf)
        self.size += 1

    @property
    def frontier(self) -> bytes:
        """The state to store: 32 bytes a perfect subtree."""
        return b"".join(self._roots)

    @property
    def root(self) -> bytes:
        """Root over all leaves; the hash of nothing for the empty tree."""
        return joined(self.digest, self._roots)


def joined(digest: Digest, roots: Sequence[bytes]) -> bytes:
    """Root over the roots of perfect subtrees that stand side by side, largest first."""
    if not roots:
        return digest.empty
    root = roots[-1]
    for left in reversed(roots[:-1]):
        root = digest.node(left, root)
    return root


def root_of(digest: Digest, leaves: Sequence[bytes]) -> bytes:
    """Root over leaf hashes by the recursive definition."""
    if not leaves:
        return digest.empty
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return digest.node(root_of(digest, leaves[:split]), root_of(digest, leaves[split:]))


def _split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def perfect_root(digest: Digest, hashes: Sequence[bytes]) -> bytes:
    """Root over the hashes of a perfect tree's level; their number is a power of two."""
    while len(hashes) > 1:
        hashes = [digest.node(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def perfect_subtrees(start: int, stop: int) -> list[tuple[int, int]]:
    """Perfect subtrees over the leaves [start, stop), largest first, each as (height, number among those of its height).

    start: a multiple of the largest of them, as it is for every range that a proof asks for.
    """
    found = []
    while start < stop:
        height = (stop - start).bit_length() - 1
        found.append((height, start >> height))
        start += 1 << height
    return found


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """Ranges of leaves [start, stop) whose roots are a leaf's audit path, from its sibling up."""
    start, stop = 0, size
    found = []
    while stop - start > 1:
        split = start + _split(stop - start)
        if index < split:
            found.append((split, stop))
            stop = split
        else:
            found.append((start, split))
            start = split
    return found[::-1]


def inclusion_proof(digest: Digest, index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Audit path of a leaf, from its sibling up."""
    return [root_of(digest, leaves[start:stop]) for start, stop in inclusion_ranges(index, len(leaves))]


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_SIZE for value in values)


def includes(
    digest: Digest, root: bytes, size: int, index: int, leaf: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether a proof shows that a leaf stands at an index of the tree with this root and size."""
    if not 0 <= index < size or not _are_hashes(leaf, *proof):
        return False
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = digest.node(sibling, found)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            found = digest.node(found, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and found == root


def consistency_ranges(old_size: int, size: int) -> list[tuple[int, int]]:
    """Ranges of leaves [start, stop) whose roots prove that the first `old_size` leaves are a prefix of all."""
    if old_size in (0, size):
        return []
    start, stop = 0, size
    found = []
    while stop != old_size:
        split = start + _split(stop - start)
        if old_size <= split:
            found.append((split, stop))
            stop = split
        else:
            found.append((start, split))
            start = split
    if start:  # a tree that is itself the left edge is known to whoever holds the old root
        found.append((start, stop))
    return found[::-1]


def consistency_proof(digest: Digest, old_size: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Proof that the first `old_size` leaves are a prefix of all."""
    return [root_of(digest, leaves[start:stop]) for start, stop in consistency_ranges(old_size, len(leaves))]


def consistent(
    digest: Digest, old_root: bytes, old_size: int, root: bytes, size: int, proof: Sequence[bytes]
) -> bool:
    """Whether a proof shows that the tree of `size` extends the tree of `old_size`."""
    if not 0 <= old_size <= size or not _are_hashes(old_root, root, *proof):
        return False
    if old_size in (0, size):
        return not proof and (old_size == 0 or old_root == root)
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        return False
    node, last = old_size - 1, size - 1
    while node & 1:
        node >>= 1
        last >>= 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = digest.node(sibling, first), digest.node(sibling, second)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            second = digest.node(second, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and (first, second) == (old_root, root)
