"""Conditions of a policy 政策条件: clauses that all must hold, each met by any of its tests. plan I2, I3.

Every test may be turned round. What is asked and not on record is neither met nor failed, and what an expert must judge is told
apart: unknown is never taken for no.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from re import fullmatch
from typing import Annotated, Literal, NamedTuple, assert_never, get_args

from pydantic import Field

from domain.instants import months_after
from domain.kernel import Label, OrganisationRef, Part, Refused, Rule, Text, repeated
from domain.participants.organisations import DIVISION
from standards.described import DescribedEnum
from standards.edition.mapping import SizeClass

# Rules

POLICY_DIMENSION_UNKNOWN = Rule(
    "POLICY_DIMENSION_UNKNOWN",
    "plan I3",
    "所引标准没有这一维度，请填 {allowed} 之一，或不填以指总分",
    "The standard that is named has no such dimension; take one of {allowed}, or none for the total",
)
POLICY_INDUSTRY_UNKNOWN = Rule(
    "POLICY_INDUSTRY_UNKNOWN",
    "plan I3",
    "没有行业 {industry}：请填 GB/T 4754 制造业大类 C13 至 C43 的代码，或以其开头的三至四位代码",
    "There is no industry {industry}: name a division of manufacturing of GB/T 4754, C13 to C43, or a longer code that begins so",
)
POLICY_RANGE_EMPTY = Rule(
    "POLICY_RANGE_EMPTY",
    "plan I3",
    "得分下限 {at_least} 高于上限 {at_most}，没有企业能满足；请改正上下限",
    "The lower bound {at_least} lies above the upper bound {at_most}: no firm can meet that; put the bounds right",
)
POLICY_TEST_TWICE = Rule(
    "POLICY_TEST_TWICE",
    "plan I3",
    "同一条款内第 {place} 项条件与前面的条件相同，或恰好相反而恒成立，请删去",
    "Test {place} of the clause repeats one before it, or says its opposite, so that every firm meets the clause; take it out",
)
POLICY_CLAUSES_EXCLUDE = Rule(
    "POLICY_CLAUSES_EXCLUDE",
    "plan I3",
    "第 {place} 条与第 {other} 条互相排斥，没有企业能同时满足；请修改其一",
    "Clauses {place} and {other} exclude each other: no firm can meet both; change one of them",
)

# What a policy may ask


class Designation(DescribedEnum):
    """Designation that a firm holds · 企业称号."""

    CHAIN_LEADER = "chain_leader", "Chain leader of the industrial internet · 工赋链主"
    SPECIALISED = "specialised", "Specialised and innovative firm · 专精特新企业"
    LITTLE_GIANT = "little_giant", "Little giant among them · 专精特新小巨人"
    HIGH_TECHNOLOGY = "high_technology", "High-technology firm · 高新技术企业"
    SMART_FACTORY = "smart_factory", "Smart factory of the city · 市级智能工厂"
    BENCHMARK = "benchmark", "Benchmark of digital transformation · 数字化转型标杆企业"
    NATIONAL_PROJECT = "national_project", "Firm of a national project · 国家级项目承担企业"
    CITY_PROJECT = "city_project", "Firm of a project of the city · 市级项目承担企业"
    PARK_PILOT = "park_pilot", "Firm of a pilot of a platform in a park · 平台加园区试点企业"
    FUNDED = "funded", "Firm supported by an industry or special fund · 产业基金与专项资金支持企业"


class PolicyTest(Part):
    """One thing that a policy asks of a firm 政策条件项. excluded: the firm must not be so."""

    excluded: bool = Field(default=False, description="Whether the firm must not be so · 是否排除")


class GradeTest(PolicyTest):
    """Grade of the latest report at least · 诊断档次."""

    kind: Literal["grade"] = "grade"
    at_least: Annotated[int, Field(ge=1, le=10)] = Field(description="Grade, 1–10 · 最低档次")


class ScoreTest(PolicyTest):
    """Score of the latest report, of a dimension or in all · 诊断得分."""

    kind: Literal["score"] = "score"
    dimension: Label | None = Field(default=None, description="Id of the dimension; none = the total · 维度")
    at_least: Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)] = Field(
        description="Points at least, 0–100 · 最低得分"
    )
    at_most: Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)] | None = Field(
        default=None, description="Points at most, 0–100; none = no bound · 最高得分"
    )


class ReportTest(PolicyTest):
    """A report no older than so many months · 诊断报告时效."""

    kind: Literal["report"] = "report"
    within_months: Annotated[int, Field(ge=1, le=120)] = Field(description="Months since it was issued at most · 出具后月数")


class DesignationTest(PolicyTest):
    """A designation that is held on the day · 称号."""

    kind: Literal["designation"] = "designation"
    one_of: Annotated[tuple[Designation, ...], Field(min_length=1, max_length=10)] = Field(description="Any of these · 任一称号")


class DistrictTest(PolicyTest):
    """Where the firm lies · 所在区."""

    kind: Literal["district"] = "district"
    one_of: Annotated[tuple[OrganisationRef, ...], Field(min_length=1, max_length=20)] = Field(description="Any of these · 任一区")


class ParkTest(PolicyTest):
    """Park that the firm is in · 所在园区."""

    kind: Literal["park"] = "park"
    one_of: Annotated[tuple[OrganisationRef, ...], Field(min_length=1, max_length=50)] = Field(
        description="Any of these · 任一园区"
    )


class IndustryTest(PolicyTest):
    """Industry of the firm · 所属行业."""

    kind: Literal["industry"] = "industry"
    one_of: Annotated[tuple[Annotated[str, Field(pattern=r"^C[0-9]{2,4}$")], ...], Field(min_length=1, max_length=50)] = Field(
        description="Beginnings of the GB/T 4754 code, such as C34, any of these · 行业代码前缀"
    )


class SizeTest(PolicyTest):
    """Size class of the firm · 企业规模."""

    kind: Literal["size"] = "size"
    one_of: Annotated[tuple[SizeClass, ...], Field(min_length=1, max_length=4)] = Field(description="Any of these · 任一规模")


class ExpertTest(PolicyTest):
    """What an expert must judge; the program never does · 专家判断."""

    kind: Literal["expert"] = "expert"
    question: Text = Field(description="What is asked of the expert · 判断事项")


EveryTest = GradeTest | ScoreTest | ReportTest | DesignationTest | DistrictTest | ParkTest | IndustryTest | SizeTest | ExpertTest
AnyTest = Annotated[EveryTest, Field(discriminator="kind")]


class PolicyClause(Part):
    """One clause of a policy, met by any of its tests · 政策条款."""

    title: Label = Field(description="What it asks, in words · 条款名称")
    any_of: Annotated[tuple[AnyTest, ...], Field(min_length=1, max_length=10)] = Field(
        title="PolicyTest", description="Tests, any of which meets the clause · 条件（任一满足即可）"
    )


def undecidable(clauses: Sequence[PolicyClause], dimensions: Sequence[str]) -> list[Refused]:
    """Everything that keeps a tree from telling firms apart 条件不可判定之处, with its path; none where it decides."""
    found = list(repeated("clauses", clauses))
    for at, clause in enumerate(clauses):
        seen: set[PolicyTest] = set()
        for place, test in enumerate(clause.any_of):
            path = f"clauses.{at}.any_of.{place}"
            if isinstance(test, ScoreTest):
                if test.dimension is not None and test.dimension not in dimensions:
                    found.append(POLICY_DIMENSION_UNKNOWN.refuse(path=f"{path}.dimension", allowed=", ".join(dimensions)))
                if test.at_most is not None and test.at_most < test.at_least:
                    told = {"at_least": f"{test.at_least:f}", "at_most": f"{test.at_most:f}"}
                    found.append(POLICY_RANGE_EMPTY.refuse(path=f"{path}.at_least", **told))
            if isinstance(test, IndustryTest):
                for number, code in enumerate(test.one_of):
                    if not fullmatch(DIVISION, code[:3]):
                        found.append(POLICY_INDUSTRY_UNKNOWN.refuse(path=f"{path}.one_of.{number}", industry=code))
            if test in seen or _turned(test) in seen:
                found.append(POLICY_TEST_TWICE.refuse(path=path, place=place + 1))
            seen.add(test)
    single = [(at, clause.any_of[0]) for at, clause in enumerate(clauses) if len(clause.any_of) == 1]
    for position, (at, test) in enumerate(single):
        other = next((before for before, one in single[:position] if _exclude(one, test)), None)
        if other is not None:
            found.append(POLICY_CLAUSES_EXCLUDE.refuse(path=f"clauses.{at}", place=at + 1, other=other + 1))
    return found


def _turned(test: PolicyTest) -> PolicyTest:
    return test.model_copy(update={"excluded": not test.excluded})


def _exclude(one: EveryTest, other: EveryTest) -> bool:
    """Whether no firm can meet both of two tests: it has one district, park, size, industry and grade, one score of each kind."""
    if _turned(one) == other:
        return True
    match one, other:
        case GradeTest(), GradeTest():
            low, high = sorted((one, other), key=lambda test: test.excluded)
            return (low.excluded, high.excluded) == (False, True) and low.at_least >= high.at_least
        case ScoreTest(excluded=False), ScoreTest(excluded=False) if one.dimension == other.dimension:
            highest = min((test.at_most for test in (one, other) if test.at_most is not None), default=Decimal(100))
            return max(one.at_least, other.at_least) > highest
        case DistrictTest(excluded=False), DistrictTest(excluded=False):
            return not set(one.one_of) & set(other.one_of)
        case ParkTest(excluded=False), ParkTest(excluded=False):
            return not set(one.one_of) & set(other.one_of)
        case SizeTest(excluded=False), SizeTest(excluded=False):
            return not set(one.one_of) & set(other.one_of)
        case IndustryTest(excluded=False), IndustryTest(excluded=False):
            return not any(a.startswith(b) or b.startswith(a) for a in one.one_of for b in other.one_of)
    return False


# How a firm stands to it


class PolicyVerdict(DescribedEnum):
    """How a firm stands to what a policy asks; only what is on record is met or failed · 政策比对结论."""

    MEETS = "meets", "Met by what is on record · 符合"
    FAILS = "fails", "Not met, by what is on record · 不符合"
    EVIDENCE_MISSING = "evidence_missing", "Not known: nothing on record says it · 缺少依据"
    NEEDS_EXPERT = "needs_expert", "For an expert to judge · 待专家判断"


class FirmFacts(NamedTuple):
    """What is on record of a firm that a policy may ask about 企业已知情况.

    grade, total, dimensions, issued_on: of its latest report; None without one. designations: each with first and last day. park:
    None = it is in none.
    """

    enterprise: str
    district: str
    industry: str
    size_class: str
    grade: int | None = None
    total: Decimal | None = None
    dimensions: Mapping[str, Decimal] | None = None
    issued_on: date | None = None
    designations: Mapping[str, tuple[date, date | None]] = {}
    park: str | None = None


class ClauseVerdict(NamedTuple):
    """How a firm stands to one clause, and to each of its tests 条款结论."""

    title: str
    verdict: PolicyVerdict
    tests: tuple[PolicyVerdict, ...]


class Explanation(NamedTuple):
    """How a firm stands to a policy, clause by clause 政策解释."""

    verdict: PolicyVerdict
    clauses: tuple[ClauseVerdict, ...]


def explain(clauses: Sequence[PolicyClause], firm: FirmFacts, day: date) -> Explanation:
    """A firm held against the clauses on a day: one that is failed fails it all; what is missing is told before the expert's."""
    found = []
    for clause in clauses:
        tests = tuple(_verdict(test, firm, day) for test in clause.any_of)
        found.append(ClauseVerdict(clause.title, _first(tests, ANY_OF), tests))
    return Explanation(_first([one.verdict for one in found], ALL_OF), tuple(found))


ANY_OF = (PolicyVerdict.MEETS, PolicyVerdict.EVIDENCE_MISSING, PolicyVerdict.NEEDS_EXPERT, PolicyVerdict.FAILS)
ALL_OF = (PolicyVerdict.FAILS, PolicyVerdict.EVIDENCE_MISSING, PolicyVerdict.NEEDS_EXPERT, PolicyVerdict.MEETS)


def _first(verdicts: Sequence[PolicyVerdict], order: Sequence[PolicyVerdict]) -> PolicyVerdict:
    return min(verdicts, key=order.index)


def _verdict(test: EveryTest, firm: FirmFacts, day: date) -> PolicyVerdict:
    if isinstance(test, ExpertTest):
        return PolicyVerdict.NEEDS_EXPERT
    holds = _holds(test, firm, day)
    if holds is None:
        return PolicyVerdict.EVIDENCE_MISSING
    return PolicyVerdict.MEETS if holds != test.excluded else PolicyVerdict.FAILS


def _holds(test: EveryTest, firm: FirmFacts, day: date) -> bool | None:
    """Whether it is so, by what is on record; None = unknown."""
    match test:
        case GradeTest():
            return None if firm.grade is None else firm.grade >= test.at_least
        case ScoreTest():
            score = firm.total if test.dimension is None else (firm.dimensions or {}).get(test.dimension)
            return None if score is None else test.at_least <= score <= (test.at_most if test.at_most is not None else 100)
        case ReportTest():
            return None if firm.issued_on is None else day <= months_after(firm.issued_on, test.within_months)
        case DesignationTest():
            known = [firm.designations.get(one) for one in test.one_of]
            if any(term is not None and term[0] <= day and (term[1] is None or day <= term[1]) for term in known):
                return True
            return None if None in known else False
        case DistrictTest():
            return firm.district in test.one_of
        case ParkTest():
            return firm.park in test.one_of
        case IndustryTest():
            return firm.industry.startswith(test.one_of)
        case SizeTest():
            return firm.size_class in test.one_of
        case ExpertTest():
            return None
        case never:
            assert_never(never)


KINDS: tuple[str, ...] = tuple(one.model_fields["kind"].default for one in get_args(EveryTest))
"""What a test may be about 条件类别."""
