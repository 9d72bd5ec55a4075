"""Filling burden 填报负担 from the moments at which people saved answers: how long they took, and what was asked twice. plan P3.

A lower bound: what a person did before the first saving of a sitting, no record tells.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

MINUTE = 60_000_000
"""Microseconds."""


def minutes_spent(savings: Iterable[tuple[str, int]], pause: int) -> int:
    """Whole minutes between one person's savings, of all persons together; a gap of more than a pause is none of them 填报分钟数.

    savings: (person, moment in microseconds), in any order. pause: minutes.
    """
    moments: defaultdict[str, list[int]] = defaultdict(list)
    for person, moment in savings:
        moments[person].append(moment)
    gaps = (later - earlier for own in map(sorted, moments.values()) for earlier, later in pairwise(own))
    return sum(gap for gap in gaps if gap <= pause * MINUTE) // MINUTE


def asked_twice(savings: Iterable[tuple[str, Collection[str]]]) -> Sequence[str]:
    """Questions that more than one person answered, in order of id 重复填报的问题. savings: (person, questions)."""
    people: defaultdict[str, set[str]] = defaultdict(set)
    for person, questions in savings:
        for question in questions:
            people[question].add(person)
    return sorted(question for question, own in people.items() if len(own) > 1)
