"""Methods g and h: severity and drift of assessors, over-statement of those assessed."""

from decimal import Decimal

from methods.overstatement import Gap, Quartiles, overstatement, quartiles
from methods.severity import drift, sample_of, severities
from tests.methods.worked_cases import cases, decimals, texts


def test_severity_is_the_shrunk_difference_from_the_true_total() -> None:
    (case,) = cases("g", "severity")
    facts, expect = case["given"], case["expect"]
    found = severities({name: [Decimal(one) for one in values] for name, values in facts["differences"].items()}, facts["d0"])
    assert found is not None
    assert texts(found.noise.of.values()) == expect["v"]
    assert (str(found.of.between), str(found.of.mean)) == (expect["tau2"], expect["mu"])
    assert {name: str(one.score) for name, one in found.of.of.items()} == expect["severity"]
    assert {name: str(one.error) for name, one in found.of.of.items()} == expect["se"]


def test_severity_is_not_known_of_single_cases() -> None:
    assert severities({"r1": [Decimal(2)], "r2": [Decimal(1)]}, 20) is None
    assert sample_of([Decimal(2)]).variance == 0


def test_drift_is_smoothed_and_measured_in_its_own_noise() -> None:
    (case,) = cases("g", "ewma")
    facts = case["given"]
    before, now = ([one for one in decimals(facts[key]) if one is not None] for key in ("before", "now"))
    found = drift(before, now, Decimal(facts["sd_quarter"]), Decimal("0.5"))
    assert [[str(one.distance), str(one.z)] for one in found] == case["expect"]["ewma_and_z"]


def test_who_boasts_alike_in_a_boastful_district_is_not_called_boastful() -> None:
    """Two providers with the same firms, in districts that differ: after adjusting they are alike."""
    gaps = [
        Gap(provider, (district,), Decimal(60 + extra + at % 2), Decimal(50))
        for provider in ("p", "q", "r")
        for district, extra in (("east", 6), ("west", 0))
        for at in range(6 if (provider, district) == ("p", "east") else 4)
    ]
    found = overstatement(gaps, 1, 20)
    assert found is not None
    scores = [one.score for one in found.of.values()]
    assert max(scores) - min(scores) < Decimal("0.1")
    assert overstatement([], 1, 20) is None
    assert overstatement([Gap("p", ("east",), Decimal(60), Decimal(50))], 1, 20) is None


def test_quartiles_stand_beside_a_mean() -> None:
    assert quartiles([Decimal(one) for one in (1, 2, 3, 4)]) == Quartiles(Decimal("1.75"), Decimal("2.5"), Decimal("3.25"))
    assert quartiles([]) is None
    assert quartiles([Decimal(7)]) == Quartiles(Decimal(7), Decimal(7), Decimal(7))
