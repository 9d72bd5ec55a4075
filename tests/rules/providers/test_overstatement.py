"""Over-statement (plan P3, method h): told of enough firms alone, and of a provider beside its severity alone."""

from decimal import Decimal
from typing import Any

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.agreement import AgreementRule
from domain.governance.rule_bodies.exam import ExamRule
from domain.governance.rule_bodies.rating import RatingRule
from domain.kernel import NOT_FOUND
from domain.providers.overstatements.numbers import (
    METHOD,
    OverstatementFirm,
    OverstatementInputs,
    OverstatementShare,
    OverstatementSubject,
    OverstatementVerdict,
    compute_overstatement,
    parameters,
)
from domain.providers.overstatements.overstatement import (
    OVERSTATEMENT_EDITION_UNKNOWN,
    OVERSTATEMENT_UNDER_WAY,
    OVERSTATEMENT_YEAR_AHEAD,
    OVERSTATEMENTS,
    RecordOverstatement,
    RequestOverstatement,
)
from tests.rules.cases import WORLD
from tests.rules.given import AT, Given, given

DAY = AT.date()
RULE = rule_in_force(None, AgreementRule, DAY)
BY = parameters(RULE, rule_in_force(None, RatingRule, DAY), rule_in_force(None, ExamRule, DAY))
OF = {"year": 2024, "edition": "2023"}
REQUEST = RequestOverstatement(**OF)
PROVIDER, DISTRICT = OverstatementSubject.PROVIDER, OverstatementSubject.DISTRICT
ESTIMATED, TOO_FEW = OverstatementVerdict.ESTIMATED, OverstatementVerdict.TOO_FEW
SEVERITY = [Decimal(at % 3) for at in range(6)]


def firms(provider: str, count: int, gap: int, district: str = "310117") -> list[OverstatementFirm]:
    """Firms of a provider whose gap is so many points, give or take one, and half a level on each fifth indicator."""
    return [
        OverstatementFirm(
            f"{provider}{at:03}", provider, district, "34", "medium", Decimal(50 + gap + at % 3 - 1), Decimal(50),
            {"Z01": Decimal("0.5"), "Z02": Decimal(at % 2), "Z03": Decimal(-1)},
        )
        for at in range(count)
    ]  # fmt: skip


def shares(
    *known: OverstatementFirm, severity: Any = None, former: tuple[OverstatementShare, ...] = ()
) -> dict[tuple[str, str | None], OverstatementShare]:
    differences = {one.provider: SEVERITY for one in known} if severity is None else severity
    found = compute_overstatement(OverstatementInputs(known, differences, former), BY).shares
    return {(one.subject.value, one.key): one for one in found}


def record(requested: int = 1) -> RecordOverstatement:
    found, digest = compute_overstatement(OverstatementInputs(firms("p1", 12, 4), {"p1": SEVERITY}, ()), BY)
    told = {"method": METHOD, "position": 9, "rule": None, "rating_rule": None, "input_digest": digest}
    return RecordOverstatement(**OF, requested=requested, shares=found, **told)


def asked() -> Given:
    return given(OVERSTATEMENTS).having_read(WORLD).when(REQUEST, "city")


def test_the_city_asks_the_program_works_it_out_and_what_was_found_stays_until_it_is_found_anew() -> None:
    case = asked().happened("overstatement.requested.v1")
    case.when(REQUEST, "city").refused(OVERSTATEMENT_UNDER_WAY)
    case.when(record(), "system").happened("overstatement.computed.v1")
    case.when(record(), "system").then()
    case.when(REQUEST, "city").happened("overstatement.requested.v1")
    assert case.state is not None
    assert case.state.computed.estimated == 3
    case.when(record(), "system").then()


def test_who_asks_and_of_which_year_and_edition() -> None:
    for role in ("district", "provider", "enterprise", "auditor"):
        given(OVERSTATEMENTS).having_read(WORLD).when(REQUEST, role).refused(ROLE_NOT_ALLOWED)
    given(OVERSTATEMENTS).when(record(), "system").refused(NOT_FOUND)
    ahead = REQUEST.model_copy(update={"year": 2025})
    given(OVERSTATEMENTS).having_read(WORLD).when(ahead, "city").refused(OVERSTATEMENT_YEAR_AHEAD, path="year", latest=2024)
    unknown = REQUEST.model_copy(update={"edition": "2031"})
    given(OVERSTATEMENTS).having_read(WORLD).when(unknown, "city").refused(OVERSTATEMENT_EDITION_UNKNOWN, path="edition")


def test_it_cannot_tell_of_too_few_firms_and_of_fewer_than_five_not_even_how_many() -> None:
    found = shares(*firms("p1", 9, 4), *firms("p2", 4, 4), *firms("p3", 10, 4))
    assert [(found["provider", one].verdict, found["provider", one].firms) for one in ("p1", "p2", "p3")] == [
        (TOO_FEW, 9), (TOO_FEW, None), (ESTIMATED, 10)
    ]  # fmt: skip
    for few in (found["provider", "p1"], found["provider", "p2"]):
        assert {few.index, few.low, few.high, few.median, few.severity, few.indicators} == {None, ()}
    assert shares()["city", None].firms == 0


def test_a_provider_is_told_of_beside_its_severity_alone_and_a_district_without_any() -> None:
    found = shares(*firms("p1", 12, 4), *firms("p2", 12, 4), severity={"p1": SEVERITY, "p2": SEVERITY[:4]})
    assert (found["provider", "p1"].verdict, found["provider", "p1"].severity_cases) == (ESTIMATED, 6)
    assert found["provider", "p1"].severity is not None
    unknown = found["provider", "p2"]
    assert (unknown.verdict, unknown.index, unknown.severity) == (OverstatementVerdict.SEVERITY_UNKNOWN, None, None)
    assert (found["district", "310117"].verdict, found["district", "310117"].severity) == (ESTIMATED, None)


def test_the_index_bears_its_interval_and_the_quartiles_of_the_bare_gaps() -> None:
    found = shares(*firms("p1", 12, 4))
    for one in found.values():
        assert one.index == Decimal("4.0000")
        assert one.low is not None and one.high is not None  # noqa: PT018 - for mypy
        assert one.low < 4 < one.high
        assert (one.lower_quartile, one.median, one.upper_quartile) == (Decimal("3.0000"), Decimal("4.0000"), Decimal("5.0000"))


def test_a_provider_of_few_firms_is_drawn_to_the_others_where_there_are_ten() -> None:
    others = [firm for at in range(9) for firm in firms(f"q{at}", 40, at % 3)]
    found = shares(*others, *firms("p1", 10, 20))["provider", "p1"]
    assert found.index is not None and found.low is not None and found.high is not None  # noqa: PT018 - for mypy
    assert found.median == 20
    assert found.low < found.index < 20
    alone = shares(*firms("q0", 40, 0), *firms("p1", 10, 20))["provider", "p1"]
    assert alone.index == Decimal("19.9000"), "of two providers each keeps its own mean"


def test_the_indicators_that_are_over_stated_most_come_first_and_none_that_is_under_stated() -> None:
    found = shares(*firms("p1", 12, 4))["provider", "p1"].indicators
    half = Decimal("0.5000")
    assert [(one.indicator, one.gap, one.firms) for one in found] == [("Z01", half, 12), ("Z02", half, 12)]
    rare = [one._replace(gaps={"Z09": Decimal(2)} if at < 9 else {}) for at, one in enumerate(firms("p1", 12, 4))]
    assert shares(*rare)["provider", "p1"].indicators == (), "nine firms that answered it tell nothing"


def test_a_later_result_tells_nobody_what_one_more_firm_came_to() -> None:
    first = firms("p1", 12, 4)
    former = tuple(shares(*first).values())
    more = [one._replace(enterprise=f"x{at}", provider="p1") for at, one in enumerate(firms("p1", RULE.cell_from, 30))]
    for known in ([*first, *more[:-1]], first[1:]):
        assert tuple(shares(*known, former=former).values()) == former
    assert tuple(shares(*first, *more, former=former).values()) != former
    assert shares(*first[:9], former=former)["provider", "p1"].verdict is TOO_FEW


def test_the_order_of_firms_changes_nothing() -> None:
    known = [*firms("p1", 12, 4), *firms("p2", 15, 7, "310115")]
    differences = {"p1": SEVERITY, "p2": SEVERITY}
    one = compute_overstatement(OverstatementInputs(known, differences, ()), BY)
    other = {provider: found[::-1] for provider, found in differences.items()}
    assert compute_overstatement(OverstatementInputs(known[::-1], other, ()), BY) == one
    assert one.shares[1].subject is DISTRICT
    assert one.shares[-1].subject is PROVIDER
