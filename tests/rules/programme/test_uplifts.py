"""Uplift between two years (plan R2, G4): three numbers together, and nothing where they disagree or firms are few."""

from decimal import Decimal

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.governance.dated_rules import defaults_of
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.publication import PublicationRule
from domain.kernel import NOT_FOUND
from domain.programme.papers.inputs import PaperInputs
from domain.programme.papers.numbers import compute_paper
from domain.programme.papers.tables import PaperTableName, Withheld
from domain.programme.uplifts.numbers import METHOD, UpliftFirm, UpliftVerdict, compute_uplift, said_of
from domain.programme.uplifts.uplift import (
    UPLIFT_EDITION_UNKNOWN,
    UPLIFT_UNDER_WAY,
    UPLIFT_YEARS,
    UPLIFTS,
    RecordUplift,
    RequestUplift,
)
from tests.rules.cases import WORLD
from tests.rules.given import Given, given

RULE = PublicationRule.model_validate(defaults_of(RuleKind.PUBLICATION)[0].body.model_dump())
OF = {"first_year": 2023, "second_year": 2024, "edition": "2023"}
REQUEST = RequestUplift(**OF)


def firms(gain: int, spread: int = 2, count: int = 40) -> list[UpliftFirm]:
    """Treated and controls of one stratum that begin alike; the treated gain so many points more, give or take."""
    found = []
    for at in range(count):
        first = 30 + at % 20
        for acted in (True, False):
            second = first + 1 + at % spread + acted * gain
            found.append(UpliftFirm(f"e{at:03}{acted}", f"31010{at % 2}", "C34 medium", str(first), str(second), acted))
    return found


def record(requested: int = 1) -> RecordUplift:
    found = compute_uplift(firms(3), RULE)
    told = {"method": METHOD, "position": 9, "rule": None, "left_out": 0, "input_digest": found.input_digest}
    return RecordUplift(**OF, requested=requested, shares=found.shares, **told)


def asked() -> Given:
    return given(UPLIFTS).having_read(WORLD).when(REQUEST, "city")


def test_the_city_asks_the_program_works_it_out_and_what_was_found_stays_until_it_is_found_anew() -> None:
    case = asked().happened("uplift.requested.v1")
    case.when(REQUEST, "city").refused(UPLIFT_UNDER_WAY)
    case.when(record(), "system").happened("uplift.computed.v1")
    case.when(record(), "system").then()
    case.when(REQUEST, "city").happened("uplift.requested.v1")
    assert case.state is not None
    assert case.state.computed.left_out == 0
    case.when(record(), "system").then()


def test_who_asks_and_of_which_years_and_edition() -> None:
    given(UPLIFTS).having_read(WORLD).when(REQUEST, "district").refused(ROLE_NOT_ALLOWED)
    given(UPLIFTS).when(record(), "system").refused(NOT_FOUND)
    for years in ({"second_year": 2023}, {"second_year": 2025}):
        given(UPLIFTS).having_read(WORLD).when(REQUEST.model_copy(update=years), "city").refused(UPLIFT_YEARS, path="second_year")
    unknown = REQUEST.model_copy(update={"edition": "2031"})
    given(UPLIFTS).having_read(WORLD).when(unknown, "city").refused(UPLIFT_EDITION_UNKNOWN, path="edition")


def test_an_uplift_is_established_where_both_estimates_with_controls_lie_on_one_side_and_overlap() -> None:
    whole, *districts = compute_uplift(firms(3), RULE).shares
    assert (whole.district, whole.treated, whole.controls, whole.matched) == (None, 40, 40, 40)
    assert (whole.in_strata, whole.verdict) == (Decimal("3.0000"), UpliftVerdict.ESTABLISHED)
    assert whole.before_after == Decimal("4.5000"), "alone it says too much"
    assert [(one.district, one.verdict, one.before_after) for one in districts] == [
        (district, UpliftVerdict.TOO_FEW, None) for district in ("310100", "310101")
    ], "twenty matched firms of a district tell no number"


def test_each_verdict_says_why_in_both_languages() -> None:
    """With how many firms of how many a number is withheld; never a number that is withheld itself."""
    few, none = compute_uplift(firms(3, count=9), RULE).shares[0], compute_uplift((), RULE).shares[0]
    alike = compute_uplift(firms(3, spread=1), RULE.model_copy(update={"matched_at_least": 10})).shares[0]
    told = {
        "few": said_of(few, RULE.matched_at_least),
        "none": said_of(none, RULE.matched_at_least),
        "rose": said_of(compute_uplift(firms(3), RULE).shares[0], RULE.matched_at_least),
        "fell": said_of(compute_uplift(firms(-6), RULE).shares[0], RULE.matched_at_least),
        "zero": said_of(compute_uplift(firms(0, spread=7), RULE).shares[0], RULE.matched_at_least),
        "apart": said_of(
            alike.model_copy(
                update={
                    "verdict": UpliftVerdict.NOT_ESTABLISHED,
                    "in_strata_low": Decimal(1), "in_strata_high": Decimal(2),
                    "matched_low": Decimal(3), "matched_high": Decimal(4),
                }
            ),
            10,
        ),
    }
    counts = "有改进行动的 9 家，没有的 9 家，可匹配 9 家，少于公开统计规则所定的 30 家"
    for name, chinese, english in (
        ("few", counts, "9 can be matched, fewer than the 30"),
        ("none", "没有企业在前后两期各诊断一次", "No firm was diagnosed in both times"),
        ("rose", "已确认总分上升", "Established that totals rose"),
        ("fell", "已确认总分下降", "Established that totals fell"),
        ("zero", "区间含零", "includes zero"),
        ("apart", "互不重叠", "do not overlap"),
    ):
        assert chinese in told[name].chinese, name
        assert english in told[name].english, name
    assert "不足以估计误差" in said_of(few, 9).chinese, "matched, and their error not known"


def test_an_interval_that_includes_nothing_establishes_nothing() -> None:
    whole = compute_uplift(firms(0, spread=7), RULE).shares[0]
    assert whole.verdict is UpliftVerdict.NOT_ESTABLISHED
    assert whole.matched_low is not None and whole.matched_high is not None  # noqa: PT018 - for mypy
    assert whole.matched_low < 0 < whole.matched_high


def test_a_paper_shows_the_three_together_or_none() -> None:
    def uplift(found: list[UpliftFirm], **odd: object) -> list[tuple[str, str, int | None, Withheld | None]]:
        inputs = PaperInputs((), {}, (), found, (), RULE)._replace(**odd)  # type: ignore[arg-type] # as given
        cells = compute_paper(inputs).cells[PaperTableName.UPLIFT]
        return [(one.row, one.column, one.firms, one.withheld) for one in cells]

    assert uplift(firms(3)) == [
        *((row, "total", 40, None) for row in ("before_after", "in_strata", "matched")),
        ("verdict", "established", None, None),
    ]
    assert uplift(firms(3, count=9)) == [("verdict", "total", None, Withheld.TOO_FEW)]
    first = compute_paper(PaperInputs((), {}, (), firms(3), (), RULE)).basis
    assert uplift(firms(3), former=(first,))[-1] == ("verdict", "established", None, None)
    assert uplift(firms(3)[2:], former=(first,)) == [("verdict", "total", None, Withheld.TOO_FEW)], "apart by two firms"


def test_the_digest_does_not_depend_on_the_order_of_facts() -> None:
    known = firms(2)
    assert compute_uplift(known[::-1], RULE) == compute_uplift(known, RULE)
