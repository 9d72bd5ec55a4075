"""Counts in an export package (plan P8): small ones are withheld, and what would tell them. Method q."""

from datetime import date

from interop.packages.outcome import LatestResult, counts_of

PLACED = {("310101", 3): 3, ("310115", 1): 9, ("310115", 3): 9, ("310117", 1): 8, ("310117", 3): 7, ("310118", 3): 40}
"""District and grade -> firms."""


def test_none_of_a_grade_beside_a_withheld_count_is_withheld_too() -> None:
    """Who was diagnosed in a district is known: none of one grade there says that all are of the other."""
    latest = [LatestResult((date(2024, 5, 6), "x"), *place) for place, count in PLACED.items() for _ in range(count)]
    told = {(one.district, one.grade): one.firms for one in counts_of(latest, 5)}
    assert {grade: count for (district, grade), count in told.items() if district == "310101"} == dict.fromkeys(("1", "3", "total"))
    assert (told["310118", "1"], told["310118", "3"]) == (0, 40), "beside nothing that is withheld"
