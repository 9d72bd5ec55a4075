"""Access 访问权限: who may do what (rights), to whose records (scope). plan P7.

A scope is one frozen predicate tree over a thing's `Place`. It has three readers that property tests hold equal:
`admits` here (Python), `projections.engine.scope.to_sql` (SQL), and `sentence` here (what we tell people).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import assert_never

from standards.described import DescribedEnum


class Role(DescribedEnum):
    """Capacity in which a person or machine acts, one at a time · 角色. plan P7.

    A position inside a unit is a role of its own: ENTERPRISE is the firm's owner and PROVIDER the provider's manager, who
    may do all that the positions of their unit may, so that a unit of one person works.
    """

    CITY = "city", "City department · 市级部门"
    DISTRICT = "district", "District department · 区级部门"
    SUBDISTRICT = "subdistrict", "Subdistrict or town · 街镇"
    PARK = "park", "Industrial park · 产业园区"
    REPORTING_UNIT = "reporting_unit", "Reporting unit beside the district · 申报单位"
    GROUP = "group", "Enterprise group · 企业集团"
    ENTERPRISE = "enterprise", "Owner of the enterprise's account · 企业负责人"
    FILLER = "filler", "Filler of the enterprise · 企业填报人"
    DEPARTMENT_FILLER = "department_filler", "Filler of some sections · 部门填报人"
    CONFIRMER = "confirmer", "Confirmer of the enterprise · 企业确认人"
    PROVIDER = "provider", "Manager of the provider · 服务商负责人"
    DIAGNOSTICIAN = "diagnostician", "Diagnostician of the provider · 诊断师"
    REVIEWER = "reviewer", "Reviewer of the provider · 内审人"
    MARKER = "marker", "Expert who marks · 评分专家"
    ARBITER = "arbiter", "Expert who decides objections · 仲裁专家"
    SAMPLER = "sampler", "Expert who assesses samples · 抽评专家"
    READER = "reader", "Expert who reads reports · 解读专家"
    SUPPORT = "support", "Support body · 支撑机构"
    BANK = "bank", "Bank · 银行"
    SUPPLIER = "supplier", "Solution supplier · 解决方案商"
    AUDITOR = "auditor", "Auditor · 审计"
    OPERATOR = "operator", "Operator of the platform · 平台运维"
    PARTNER = "partner", "Partner system · 合作方系统"
    PUBLIC = "public", "Public · 公众"
    SYSTEM = "system", "The system itself · 系统"


ROLE_NAMES: Mapping[Role, tuple[str, str]] = {role: role.names for role in Role}

POSITIONS: Mapping[Role, frozenset[Role]] = {
    Role.ENTERPRISE: frozenset({Role.ENTERPRISE, Role.FILLER, Role.DEPARTMENT_FILLER, Role.CONFIRMER}),
    Role.PROVIDER: frozenset({Role.PROVIDER, Role.DIAGNOSTICIAN, Role.REVIEWER}),
}
"""Head of a unit 单位负责人 -> the positions of its unit, its own included. Every other role is a unit's only one."""

EXPERTS = frozenset({Role.MARKER, Role.ARBITER, Role.SAMPLER, Role.READER})
"""Experts 专家: they see the diagnoses that they are assigned to, for as long as they are."""


def head_of(role: Role) -> Role:
    """The head of the unit that a role is a position of 所属单位负责人; itself where there are no others."""
    return next((head for head, held in POSITIONS.items() if role in held), role)


class Mask(DescribedEnum):
    """Kind of protected data, the reading of which is written down · 字段遮蔽.

    The order is that of the bits in the disclosure log, whose rows are kept: a new mask goes to the end.
    """

    CONTACTS = "contacts", "Names and phones of people · 联系方式"
    REVENUE = "revenue", "Revenue and employees · 经营数据"
    PROCESS_SECRETS = "process secrets", "Answers, evidence and what was seen on site · 工艺秘密"
    OUTCOME = "outcome", "Grade, level and total · 诊断结果"
    RESULT_AND_REPORT = "result and report", "Detailed result, and reports · 详细结果与报告"
    TRAIL = "trail", "What an entry of the trail holds · 轨迹内容"
    CONSENTS = "consents", "Consents to banks · 对银行的授权"


class Attribute(StrEnum):
    """Coordinate of a place 归属要素: what a scope may ask about a thing."""

    ENTERPRISE = "enterprise"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    PARK = "park"
    REPORTING_UNIT = "reporting_unit"
    GROUP = "group"
    PROVIDER = "provider"
    CONSENT = "consents"
    ASSIGNMENT = "assignments"


@dataclass(frozen=True)
class Term:
    """A party that a thing is open to for a period 期限: from `since` to `until`, both days included; None = open-ended.

    role: of an assignment, the one that it was made for; None = any.
    """

    party: str
    since: date
    until: date | None
    role: Role | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the thing is open to the party on a day of the city's calendar."""
        return self.since <= day and (self.until is None or day <= self.until)

    def meets(self, since: date, until: date) -> bool:
        """Whether it holds on any day of a period 时段相交."""
        return self.since <= until and (self.until is None or max(self.since, since) <= self.until)

    def is_for(self, party: str, role: Role | None) -> bool:
        """Whether it is a party's, in a role; None = in any."""
        return self.party == party and (role is None or self.role in (None, role))


@dataclass(frozen=True)
class Place:
    """Where a thing lies 归属: the coordinates that a scope judges. None = the thing has no such coordinate.

    district, subdistrict: GB/T 2260 codes. The others: ids of organisations. Read from the enterprise's current row.
    reporting_unit: the unit that the firm reports to beside its district. consents: banks that the firm lets see its
    results. assignments: experts, by person, who are given the diagnosis to work on.
    """

    enterprise: str | None = None
    district: str | None = None
    subdistrict: str | None = None
    park: str | None = None
    reporting_unit: str | None = None
    group: str | None = None
    provider: str | None = None
    consents: tuple[Term, ...] = ()
    assignments: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Everything:
    """Scope without limit 全部."""


@dataclass(frozen=True)
class Nothing:
    """Scope that admits no thing 空."""


@dataclass(frozen=True)
class Is:
    """Scope of the things with one coordinate 等于; a thing that lacks the coordinate is outside."""

    attribute: Attribute
    value: str


@dataclass(frozen=True)
class OpenTo:
    """Scope of the things that are open to a party on a day 期限内开放: by consent or by assignment.

    role: in which an expert acts; what is assigned in another is not open. None = in any.
    """

    attribute: Attribute
    party: str
    on: date
    role: Role | None = None


@dataclass(frozen=True)
class AnyOf:
    """Union of scopes 任一; empty admits nothing."""

    scopes: tuple["Scope", ...]


@dataclass(frozen=True)
class AllOf:
    """Intersection of scopes 全部满足; empty admits everything."""

    scopes: tuple["Scope", ...]


@dataclass(frozen=True)
class Outside:
    """Scope of a reader who is no party to a case 案外范围: the same things, and of a diagnosis only what is issued. plan P4, P7.

    It is a part of the scope so that no read can forget it: wherever the things in sight go, this goes with them.
    """

    scope: "Scope"


Scope = Everything | Nothing | Is | OpenTo | AnyOf | AllOf | Outside

ATTRIBUTE_NAMES = {
    Attribute.ENTERPRISE: ("企业", "enterprise"),
    Attribute.DISTRICT: ("区", "district"),
    Attribute.SUBDISTRICT: ("街镇", "subdistrict"),
    Attribute.PARK: ("园区", "park"),
    Attribute.GROUP: ("企业集团", "group"),
    Attribute.PROVIDER: ("服务商", "provider"),
    Attribute.CONSENT: ("企业授权", "the enterprise's consent"),
    Attribute.ASSIGNMENT: ("专家指派", "the expert's assignment"),
    Attribute.REPORTING_UNIT: ("申报单位", "reporting unit"),
}


def admits(scope: Scope, place: Place) -> bool:
    """Whether a scope lets its holder see a thing 是否在范围内; the Python reader of the predicate."""
    match scope:
        case Everything():
            return True
        case Nothing():
            return False
        case Is(attribute=attribute, value=value):
            return getattr(place, attribute.value) == value  # type: ignore[no-any-return]
        case OpenTo(attribute=attribute, party=party, on=on, role=role):
            terms: tuple[Term, ...] = getattr(place, attribute.value)
            return any(term.is_for(party, role) and term.holds_on(on) for term in terms)
        case AnyOf(scopes=scopes):
            return any(admits(inner, place) for inner in scopes)
        case AllOf(scopes=scopes):
            return all(admits(inner, place) for inner in scopes)
        case Outside(scope=inner):
            return admits(inner, place)
        case never:
            assert_never(never)


NO_NAMES: Mapping[str, str] = {}


def ids_in(scope: Scope) -> frozenset[str]:
    """Ids of what a scope's sentence names 范围所涉标识: of firms, units and parties, never a person's."""
    match scope:
        case Is(value=value):
            return frozenset({value})
        case OpenTo(attribute=attribute, party=party):
            return frozenset() if attribute is Attribute.ASSIGNMENT else frozenset({party})
        case AnyOf(scopes=scopes) | AllOf(scopes=scopes):
            return frozenset[str]().union(*map(ids_in, scopes))
        case Outside(scope=inner):
            return ids_in(inner)
        case _:
            return frozenset()


def sentence(scope: Scope, names: Mapping[str, str] = NO_NAMES) -> tuple[str, str]:
    """Why the holder sees a thing 可见原因: (中文, English). names: id -> name.

    What has no name there stays unnamed: no sentence says an id or a code, and none says a person.
    """
    match scope:
        case Everything():
            return "全市", "the whole city"
        case Nothing():
            return "不含企业与诊断，只见公开的与本岗位自己的内容", "no firms and no diagnoses: what is public, and what is its own"
        case Is(attribute=attribute, value=value):
            chinese, english = ATTRIBUTE_NAMES[attribute]
            if value not in names:
                return f"某一{chinese}（不具名）", f"one {english} (not named)"
            return f"{chinese}为“{names[value]}”", f"{english} is “{names[value]}”"
        case OpenTo(attribute=attribute, party=party, on=on):
            chinese, english = ATTRIBUTE_NAMES[attribute]
            if attribute is Attribute.ASSIGNMENT or party not in names:
                return f"{on} 在{chinese}期内", f"{english} holds on {on}"
            return f"{on} 在{chinese}期内：“{names[party]}”", f"{english} to “{names[party]}” holds on {on}"
        case AnyOf(scopes=()):
            return "无", "nothing"
        case AllOf(scopes=()):
            return "全市", "the whole city"
        case AnyOf(scopes=scopes):
            said = [sentence(inner, names) for inner in scopes]
            return "（" + " 或 ".join(c for c, _ in said) + "）", "(" + " or ".join(e for _, e in said) + ")"
        case AllOf(scopes=scopes):
            said = [sentence(inner, names) for inner in scopes]
            return "（" + " 且 ".join(c for c, _ in said) + "）", "(" + " and ".join(e for _, e in said) + ")"
        case Outside(scope=inner):
            chinese, english = sentence(inner, names)
            return f"{chinese}，诊断仅限已出具的内容", f"{english}, and of a diagnosis only what is issued"
        case never:
            assert_never(never)


def sees_only_issued(scope: Scope) -> bool:
    """Whether a scope shows of a diagnosis only what is issued 是否仅见已出具的内容."""
    match scope:
        case Outside():
            return True
        case AnyOf(scopes=scopes) | AllOf(scopes=scopes):
            return any(map(sees_only_issued, scopes))
        case _:
            return False


def sees_the_city(scope: Scope) -> bool:
    """Whether no place limits a scope 是否全市."""
    return sees_the_city(scope.scope) if isinstance(scope, Outside) else scope == Everything()


ATTRIBUTE_OF_ROLE: Mapping[Role, Attribute] = {
    Role.DISTRICT: Attribute.DISTRICT,
    Role.SUBDISTRICT: Attribute.SUBDISTRICT,
    Role.PARK: Attribute.PARK,
    Role.REPORTING_UNIT: Attribute.REPORTING_UNIT,
    Role.GROUP: Attribute.GROUP,
    Role.ENTERPRISE: Attribute.ENTERPRISE,
    Role.PROVIDER: Attribute.PROVIDER,
}
"""Head of a unit -> the coordinate that its things have in common."""

SEES_EVERYTHING = frozenset({Role.CITY, Role.AUDITOR, Role.SYSTEM, Role.SUPPORT})
"""No limit of place 不限范围. Which fields a support body may read keeps it to totals (domain/masks.py)."""
PARTIES = (
    POSITIONS[Role.ENTERPRISE]
    | POSITIONS[Role.PROVIDER]
    | {Role.CITY, Role.DISTRICT, Role.READER, Role.ARBITER, Role.AUDITOR, Role.SYSTEM}
)
"""Parties to the cases in their scope 案内角色: the firm, its provider, the city and the firm's own district, who run the case
(they name its provider and may withdraw it, plan G2), the experts who act in it, and the auditor, who proves it. To everyone else a
diagnosis is what is issued of it: an unissued score is nobody's to be pressed about or to lend on. plan P4, P7, R4."""
SEES_NOTHING = frozenset({Role.PUBLIC, Role.OPERATOR, Role.SUPPLIER})
"""No firm's things at all 不见企业数据: the operator runs the platform, a supplier has no part in a diagnosis."""


def scope_of(role: Role, organisation: str, person: str = "", on: date | None = None) -> Scope:
    """Scope of a role held for an organisation 角色范围. plan P7.

    Args:
        role: the capacity acted in.
        organisation: district or subdistrict code, or the organisation's id; unused where the role sees all or nothing.
        person: who acts; experts see what is assigned to them by name, in the role that they act in.
        on: the day it is in the city; a bank's consents and an expert's assignments are judged on it, and without a day
            they admit nothing.

    Returns:
        Everything for city, auditor, support body and system; nothing for public, operator and supplier; for a bank what
        firms have consented to; for an expert the assigned diagnoses; for a partner one district ("310117") or, with
        "*", the city; for all others the things of their own unit. Who is no party to the cases sees them from `Outside`.
    """
    whole = _things_of(role, organisation, person, on)
    return whole if role in PARTIES or role in SEES_NOTHING else Outside(whole)


def _things_of(role: Role, organisation: str, person: str, on: date | None) -> Scope:
    """Whose things a role sees."""
    if role in SEES_EVERYTHING:
        return Everything()
    if role in SEES_NOTHING:
        return Nothing()
    if role is Role.PARTNER:
        return Everything() if organisation == "*" else Is(Attribute.DISTRICT, organisation)
    if role is Role.BANK or role in EXPERTS:
        party = organisation if role is Role.BANK else person
        if on is None or not party:
            return Nothing()
        return OpenTo(Attribute.CONSENT, party, on) if role is Role.BANK else OpenTo(Attribute.ASSIGNMENT, party, on, role)
    return Is(ATTRIBUTE_OF_ROLE[head_of(role)], organisation)
