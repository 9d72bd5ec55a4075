"""Equating with others' models (plan P8): levels of firms with like totals, from fifty firms on, with firms and error; no award."""

from decimal import Decimal

from hypothesis import given as drawn
from hypothesis import strategies as st

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.equatings.equating import (
    EQUATING_EDITION_UNKNOWN,
    EQUATING_MODEL_UNFIT,
    EQUATING_UNDER_WAY,
    EQUATINGS,
    RecordEquating,
    RequestEquating,
)
from domain.diagnosis.equatings.numbers import (
    METHOD,
    EquatingPair,
    EquatingResult,
    EquatingVerdict,
    compute_equating,
    step_of,
)
from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.equating import EquatingRule
from domain.kernel import NOT_FOUND
from tests.rules.cases import WORLD
from tests.rules.given import AT, Given, given

RULE = rule_in_force(None, EquatingRule, AT.date())
RANKS = range(1, 6)
OF = {"external_edition": "dcmm-2018", "edition": "2023"}
REQUEST = RequestEquating(**OF)


def firms(count: int = 60) -> list[EquatingPair]:
    """Firms of 20 to 79 points, whose level rises with the total, one in six of them a level off."""
    levels = [min(max((20 + at % 60) // 16 + (at % 6 == 0), 1), 5) for at in range(count)]
    return [EquatingPair(f"e{at:03}", Decimal(20 + at % 60), level) for at, level in enumerate(levels)]


def found(pairs: list[EquatingPair], former: EquatingResult | None = None) -> EquatingResult:
    return compute_equating(pairs, RANKS, RULE, former).result


def record(requested: int = 1) -> RecordEquating:
    result, digest = compute_equating(firms(), RANKS, RULE, None)
    return RecordEquating(**OF, requested=requested, method=METHOD, position=9, rule=None, input_digest=digest, result=result)


def asked() -> Given:
    return given(EQUATINGS).having_read(WORLD).when(REQUEST, "city")


def test_the_city_asks_the_program_works_it_out_and_what_was_found_stays_until_it_is_found_anew() -> None:
    case = asked().happened("equating.requested.v1")
    case.when(REQUEST, "city").refused(EQUATING_UNDER_WAY)
    case.when(record(), "system").happened("equating.computed.v1")
    case.when(record(), "system").then()
    case.when(REQUEST, "city").happened("equating.requested.v1")
    assert case.state is not None
    assert case.state.computed.firms == 60
    case.when(record(), "system").then()


def test_an_equating_is_of_a_ladder_that_is_in_force_and_of_a_published_edition() -> None:
    for unfit in ("none", "cmmm-draft", "internet-security-2024", "state-owned-firms-1"):
        model = REQUEST.model_copy(update={"external_edition": unfit})
        given(EQUATINGS).having_read(WORLD).when(model, "city").refused(EQUATING_MODEL_UNFIT, path="external_edition")
    unknown = REQUEST.model_copy(update={"edition": "2031"})
    given(EQUATINGS).having_read(WORLD).when(unknown, "city").refused(EQUATING_EDITION_UNKNOWN, path="edition")
    given(EQUATINGS).when(record(), "system").refused(NOT_FOUND)
    for role in ("district", "enterprise", "provider", "auditor"):
        given(EQUATINGS).having_read(WORLD).when(REQUEST, role).refused(ROLE_NOT_ALLOWED)


def test_below_fifty_firms_with_both_nothing_is_equated() -> None:
    few = found(firms(49))
    assert (few.verdict, few.firms, few.needed, few.steps, few.error, few.margin) == (
        EquatingVerdict.TOO_FEW, 49, 50, (), None, None
    )  # fmt: skip
    assert step_of(few, Decimal(50)) is None
    assert found(firms(50)).verdict is EquatingVerdict.EQUATED


def test_it_bears_its_firms_and_the_error_of_firms_that_were_left_out() -> None:
    result = found(firms())
    assert result.firms == sum(one.firms for one in result.steps) == 60
    assert result.error is not None and result.error_low is not None and result.error_high is not None  # noqa: PT018 - for mypy
    assert 0 < result.error_low < result.error < result.error_high < 1
    assert all(one.firms >= RULE.step_at_least for one in result.steps)
    within = sum(one.lowest <= pair.level <= one.highest for pair in firms() if (one := step_of(result, pair.total)))
    assert within >= 54, "nine of ten firms lie between the levels that are told of their step"


@drawn(st.lists(st.tuples(st.decimals(0, 100, places=2), st.sampled_from(RANKS)), min_size=50, max_size=70))
def test_more_points_never_mean_a_lower_level_and_order_changes_nothing(drawn_pairs: list[tuple[Decimal, int]]) -> None:
    pairs = [EquatingPair(f"e{at:03}", total, level) for at, (total, level) in enumerate(drawn_pairs)]
    result = found(pairs)
    for name in ("fitted", "lowest", "highest"):
        ends = [getattr(one, name) for one in result.steps]
        assert ends == sorted(ends)
    assert all(1 <= one.lowest <= one.highest <= 5 for one in result.steps)
    assert compute_equating(pairs[::-1], RANKS, RULE, None) == compute_equating(pairs, RANKS, RULE, None)


def test_nothing_is_told_of_a_total_that_no_firm_had() -> None:
    result = found(firms())
    assert step_of(result, Decimal("19.49")) is None
    assert step_of(result, Decimal("79.50")) is None
    assert step_of(result, Decimal("19.50")) == result.steps[0]
    assert step_of(result, Decimal("79.49")) == result.steps[-1]


def test_a_later_equating_tells_nobody_what_one_more_firm_holds() -> None:
    first = found(firms())
    more = [EquatingPair(f"x{at}", Decimal(25), 5) for at in range(RULE.step_at_least)]
    assert found([*firms(), *more[:-1]], first) == first
    assert found(firms()[1:], first) == first
    assert found([*firms(), *more], first) != first
    assert found(firms(49), first).verdict is EquatingVerdict.TOO_FEW, "too few is too few, whatever was told before"
