"""Filling burden (plan P3): minutes between savings, pauses left out, and questions that two people answered."""

from methods.filling_burden import MINUTE, asked_twice, minutes_spent


def at(person: str, *minutes: int) -> list[tuple[str, int]]:
    return [(person, minute * MINUTE) for minute in minutes]


def test_gaps_up_to_a_pause_are_counted_and_longer_ones_are_not() -> None:
    assert minutes_spent(at("li", 0, 10, 40, 71, 75), pause=30) == 44
    assert minutes_spent(at("li", 75, 0, 71, 10, 40), pause=30) == 44


def test_each_person_is_timed_by_himself_and_all_are_added() -> None:
    assert minutes_spent([*at("li", 0, 20), *at("wang", 10, 25)], pause=30) == 35
    assert minutes_spent([*at("li", 0), *at("wang", 5)], pause=30) == 0


def test_seconds_add_up_before_minutes_are_counted() -> None:
    assert minutes_spent([("li", second * 1_000_000) for second in (0, 40, 80, 119)], pause=1) == 1


def test_a_question_is_asked_twice_where_two_people_answered_it() -> None:
    assert asked_twice([("li", {"Z01", "Z04"}), ("li", {"Z01"}), ("wang", {"Z04", "F08"})]) == ["Z04"]
