"""Largest remainder 最大余数法 (Hamilton's): a whole number split by weights, so that the parts add up.

Method m, and p's budget. plan G4, I1.
"""

from collections.abc import Mapping


def largest_remainder(total: int, weights: Mapping[str, int]) -> Mapping[str, int]:
    """Parts of a total of 0 or more, in the order of the weights, which are 0 or more and not all 0.

    Each gets the whole part of its share; what is left goes one each to the largest remainders, ties to the larger weight,
    then by id. A larger total may make one part smaller: freeze a split that is published.
    """
    whole = sum(weights.values())
    if whole <= 0 or total < 0 or min(weights.values()) < 0:
        raise ValueError("a total of 0 or more is split by weights of which none is below 0 and one above")
    parts = {name: total * weight // whole for name, weight in weights.items()}
    order = sorted(weights, key=lambda name: (-(total * weights[name] % whole), -weights[name], name))
    for name in order[: total - sum(parts.values())]:
        parts[name] += 1
    return parts
