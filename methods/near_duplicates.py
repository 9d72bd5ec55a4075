"""Near duplicates 近似重复: pairs of texts that share much wording, and more than most pairs do. Method k. plan V5.

Sketches find the candidates by the hashes that they have in common; only these are compared exactly.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from methods.text_similarity import jaccard, sketch, sketched_jaccard

MARGIN = Fraction(6, 100)
"""How far below the least a sketch may lie and still be compared exactly: three standard deviations of its estimate."""


class Pair(NamedTuple):
    """Two texts and the share of wording that they have in common, exactly 文本对. one < other."""

    one: str
    other: str
    similarity: Fraction


def near_duplicates(texts: Mapping[str, frozenset[str]], least: Fraction) -> Sequence[Pair]:
    """Pairs of texts, given by their shingles, that have at least such a share in common, in order of their names."""
    sketches = {name: sketch(text) for name, text in texts.items()}
    holders: defaultdict[int, list[str]] = defaultdict(list)
    for name in sorted(sketches):
        for value in sketches[name]:
            holders[value].append(name)
    candidates = {pair for names in holders.values() for pair in combinations(names, 2)}
    found = []
    for one, other in sorted(candidates):
        if sketched_jaccard(sketches[one], sketches[other]) >= least - MARGIN:
            exact = jaccard(texts[one], texts[other])
            if exact >= least:
                found.append(Pair(one, other, exact))
    return found


def tail_threshold(similarities: Iterable[Fraction], pairs: int, tail_share: Fraction, least: Fraction) -> Fraction:
    """The similarity that a share of all pairs reaches at most, and never below the least 尾部阈值.

    similarities: those of at least `least`; pairs: how many there are in all. Where so small a share is not one whole pair, there
    are too few to tell a tail, and the least holds.
    """
    rank = int(pairs * tail_share)
    high = sorted(similarities, reverse=True)
    return max(least, high[rank - 1]) if 1 <= rank <= len(high) else least
