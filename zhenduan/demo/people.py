"""People and organisations of the demo city 示例人员与组织, and the logins that a visitor may use."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random
from uuid import UUID

from domain.access import Role, scope_of
from domain.kernel import Command
from domain.participants.organisations import OrganisationKind, RegisterOrganisation, RetireOrganisation
from domain.participants.ownership import DeclareOwnership, Ownership
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import RegisterPerson
from interop.code_lists import districts
from journal import Caller
from standards import time_limits
from zhenduan.demo.data import DemoData

SHOWN_DISTRICT = "310117"
"""松江: where the owner's firm lies; its department may sign in."""


SECTIONS = ("D1",)
"""Of the department's filler."""


@dataclass(frozen=True)
class DemoLogin:
    """One way into the demo city 示例账户. password: of the login; for a partner, who has no login, its bearer key."""

    role: Role
    login: str
    password: str
    says: str
    says_in_english: str


SECOND_LOGINS = tuple(
    DemoLogin(role, login, f"demo-{login}-2024", says, says_in_english)
    for role, login, says, says_in_english in (
        (Role.ENTERPRISE, "enterprise-2", "另一企业：已备案，有成交、回访", "another enterprise: a filed report, a deal"),
        (Role.CITY, "city-2", "市级部门另一人：作出决定", "another of the city department, who decides"),
        (Role.CITY, "city-3", "市级部门第三人：处理申诉", "a third of the city department, who decides appeals"),
        (Role.MARKER, "marker-2", "评分专家另一人", "another expert who marks"),
        (Role.MARKER, "marker-3", "评分专家第三人", "a third expert who marks"),
    )
)
"""More logins of roles in which one does not do: another opens a proceeding than decides it, two mark an application, and only a
firm with a report does what follows one."""
LOGINS = tuple(
    DemoLogin(role, role.value, f"demo-{role.value}-2024", says, says_in_english)
    for role, says, says_in_english in (
        (Role.CITY, "市级部门：全市", "city department: the whole city"),
        (Role.DISTRICT, "区级部门：松江区", "district department: Songjiang"),
        (Role.SUBDISTRICT, "街镇：新桥镇", "town: Xinqiao"),
        (Role.PARK, "园区：示例西部智造园区", "industrial park in the west"),
        (Role.GROUP, "企业集团：示例装备集团", "enterprise group: equipment"),
        (Role.ENTERPRISE, "企业：自评进行中", "enterprise: its self-assessment is under way"),
        (Role.FILLER, "企业填报人：同一企业", "filler of that enterprise"),
        (Role.DEPARTMENT_FILLER, "部门填报人：同一企业，只填数字战略", "filler of one section of that enterprise"),
        (Role.CONFIRMER, "企业确认人：同一企业", "confirmer of that enterprise"),
        (Role.PROVIDER, "服务商：示例装备诊断中心", "provider: equipment"),
        (Role.DIAGNOSTICIAN, "诊断师：同一服务商", "diagnostician of that provider"),
        (Role.REVIEWER, "内审人：同一服务商", "reviewer of that provider"),
        (Role.REPORTING_UNIT, "申报单位：示例西部开发区", "reporting unit: a development zone in the west"),
        (Role.READER, "解读专家：已指派的诊断", "expert who reads the reports assigned"),
        (Role.SAMPLER, "抽评专家：已指派的诊断", "expert who assesses the samples assigned"),
        (Role.MARKER, "评分专家：抽到的匿名申报", "expert who marks: applications by number"),
        (Role.ARBITER, "仲裁专家：待其提出意见的异议", "expert who arbitrates: objections that wait for an opinion"),
        (Role.BANK, "银行：经企业授权的结果", "bank: results by the firms' consent"),
        (Role.SUPPORT, "支撑机构：汇总数据", "support body: totals"),
        (Role.SUPPLIER, "解决方案商：方案、需求与报价", "solution supplier: solutions, demands and offers"),
        (Role.OPERATOR, "平台运维：不见企业数据", "operator of the platform: no firm's data"),
        (Role.AUDITOR, "审计：全部日志", "auditor: the whole journal"),
    )
) + SECOND_LOGINS
"""A login for each role that a person may hold, whose name is the role's, and the second ones.
Experts and the bank see the owner's firm for a term, who arbitrates the firm of one case that is in arbitration, support body,
supplier and operator no firm."""


def draw_id(chance: Random) -> str:
    """An id of the common form 标识, from the seed."""
    return str(UUID(int=chance.getrandbits(128), version=4))


def owned(provider: str, ownership: Ownership) -> DeclareOwnership:
    """Who controls a provider since before the programme 示例控股情况."""
    since = time_limits().programme_began.day
    return DeclareOwnership(organisation=provider, ownership=ownership, since=since, source="营业执照及股东名册（示例）")


def organisations(data: DemoData) -> Iterator[RegisterOrganisation | RetireOrganisation | DeclareOwnership]:
    """Every organisation but the city itself 组织, those above before those below."""
    parts = data.organisations
    for district in districts().districts:
        yield RegisterOrganisation(
            organisation=district.code,
            kind=OrganisationKind.DISTRICT,
            name=f"{district.name}（示例）",
            parent=parts.city.id,
        )
    for town in parts.subdistricts:
        yield RegisterOrganisation(
            organisation=town.id, kind=OrganisationKind.SUBDISTRICT, name=town.name, parent=town.id[:6]
        )
    for park in parts.parks:
        yield RegisterOrganisation(
            organisation=park.id, kind=OrganisationKind.PARK, name=park.name, parent=park.district
        )
    for group in parts.groups:
        yield RegisterOrganisation(organisation=group.id, kind=OrganisationKind.GROUP, name=group.name)
    for provider in parts.providers:
        yield RegisterOrganisation(
            organisation=provider.id,
            kind=OrganisationKind.PROVIDER,
            name=provider.name,
            parent=provider.district,
            industries=provider.industries,
        )
        yield owned(provider.id, provider.ownership)
        if provider.last is not None:
            yield RetireOrganisation(organisation=provider.id, last=provider.last, reason="不再开展诊断业务")
    for other in parts.others:
        yield RegisterOrganisation(organisation=other.id, kind=other.kind, name=other.name)
    yield RegisterOrganisation(
        organisation=parts.auditor.id, kind=OrganisationKind.AUDITOR, name=parts.auditor.name
    )


@dataclass
class People:
    """The people of the demo, each in one role 示例人员: (role, organisation) -> who acts there."""

    data: DemoData
    chance: Random
    callers: dict[tuple[Role, str], Caller] = field(default_factory=dict)

    def meet(self, role: Role, organisation: str) -> Caller:
        """Who acts in a role for an organisation, the same person each time."""
        found = self.callers.get((role, organisation))
        if found is None:
            found = Caller(draw_id(self.chance), role, organisation, scope_of(role, organisation))
            self.callers[role, organisation] = found
        return found

    def joining(self, who: Caller, since: date) -> tuple[Command, Command]:
        """The commands that bring a person in."""
        sections = tuple(sorted(who.sections or SECTIONS)) if who.role == Role.DEPARTMENT_FILLER else ()
        name = f"示例·{self.chance.choice(self.data.surnames)}{self.chance.choice(self.data.given_names)}"
        return (
            RegisterPerson(person=who.actor, name=name),
            GrantMembership(
                person=who.actor,
                membership=draw_id(self.chance),
                role=Role(who.role),
                organisation=who.organisation,
                since=since,
                sections=sections,
            ),
        )

    def officials(self, since: date) -> Iterator[tuple[Command, Command]]:
        """One person for every organisation but the city 各组织联络人."""
        parts = self.data.organisations
        named = (
            *((Role.DISTRICT, one.code) for one in districts().districts),
            *((Role.SUBDISTRICT, one.id) for one in parts.subdistricts),
            *((Role.PARK, one.id) for one in parts.parks),
            *((Role.GROUP, one.id) for one in parts.groups),
            *((Role.PROVIDER, one.id) for one in parts.providers),
            (Role.AUDITOR, parts.auditor.id),
        )
        for role, organisation in named:
            yield self.joining(self.meet(role, organisation), since)
