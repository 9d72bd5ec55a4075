"""Text similarity 文本相似度: which reports or reasons share wording, told by their shingles. Method k. plan P6.

A signal and never a verdict: what it finds has a reason, evidence and a right to answer. Wording that many texts share, and
that of the standard, is left out before two texts are compared.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from hashlib import sha256

SHINGLE = 5
"""Letters of a shingle."""
SKETCH = 128
"""Hashes of a sketch; the standard deviation of its estimate is 0.02."""


def normalised(text: str) -> str:
    """Letters alone, in compatibility form and lower case: no digits, punctuation or space."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).lower() if unicodedata.category(one)[0] == "L")


def shingles(text: str) -> frozenset[str]:
    """Every run of five letters."""
    letters = normalised(text)
    return frozenset(letters[at : at + SHINGLE] for at in range(len(letters) - SHINGLE + 1))


def jaccard(one: Collection[str], other: Collection[str]) -> Fraction:
    """What two sets share, of all that is in either; 0 where both are empty."""
    every = frozenset(one) | frozenset(other)
    return Fraction(len(frozenset(one) & frozenset(other)), len(every)) if every else Fraction(0)


def without_boilerplate(
    texts: Mapping[str, frozenset[str]], standard: frozenset[str], most_share: Fraction, least_texts: int
) -> Mapping[str, frozenset[str]]:
    """Shingles of each text without those of the standard and those in more than a share of the texts of that section.

    least_texts: what is in fewer texts than this is nobody's stock wording, however few texts there are.
    """
    counts = Counter(one for text in texts.values() for one in text)
    allowed = max(most_share * len(texts), Fraction(least_texts - 1))
    stock = standard | {one for one, count in counts.items() if count > allowed}
    return {name: text - stock for name, text in texts.items()}


def sketch(of: Collection[str]) -> tuple[int, ...]:
    """Bottom-128 sketch 草图: the smallest hashes (eight bytes of SHA-256) of the shingles, rising.

    No seed, the same everywhere.
    """
    return tuple(sorted({int.from_bytes(sha256(one.encode()).digest()[:8], "big") for one in of})[:SKETCH])


def sketched_jaccard(one: Sequence[int], other: Sequence[int]) -> Fraction:
    """Estimate of `jaccard` from two sketches: finds candidates, which are then compared exactly."""
    both = set(one) & set(other)
    every = sorted({*one, *other})[:SKETCH]
    return Fraction(sum(value in both for value in every), len(every)) if every else Fraction(0)
