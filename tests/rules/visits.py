"""A visit by plan, step by step: two certified diagnosticians of the provider, agreed with the firm."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from domain.access import Role
from domain.diagnosis.on_site import PROCESS_RULE
from domain.diagnosis.visits import AgreeToVisit, CloseSiteVisit, PlanSiteVisit, RecordInterview, SignInOnSite
from domain.governance.dated_rules import DATED_RULES, SetRule, rule_in_force
from domain.governance.rule_bodies.process import ProcessRule
from domain.kernel import Command
from domain.participants.people.state import Membership, Person, person_stream
from tests.rules.cases import accepted, firm
from tests.rules.given import AT, Given, given
from tests.rules.qualified import SINCE, granted, holding

PLAN = PlanSiteVisit(
    diagnosis="d1", day=AT.date(), team=("li", "wang"), functions=("生产", "质量", "设备", "信息化"), agenda="请准备设备台账"
)
AGREE = AgreeToVisit(diagnosis="d1")
SIGN_IN = SignInOnSite(diagnosis="d1", place="一号厂房东门")
CLOSE = CloseSiteVisit(diagnosis="d1", notes="设备联网率与自评一致")
DAY = timedelta(days=1)
DEFAULT = rule_in_force(None, ProcessRule, AT.date())


def asking(since: date = SINCE, **changes: Any) -> Mapping[str, Any]:
    """The stream of the process rule, by which steps are asked for from a day on."""
    command = SetRule(since=since, body=DEFAULT.model_copy(update=changes), source="市级部门通知", mark="I")
    return {PROCESS_RULE: given(DATED_RULES).when(command, "city").accepted.state}


def interview(function: str, notes: str = "已看现场") -> RecordInterview:
    return RecordInterview(diagnosis="d1", function=function, notes=notes)


def employed(person: str, organisation: str = "p1", role: Role = Role.DIAGNOSTICIAN, **period: Any) -> Mapping[str, Any]:
    """The stream of a person of a provider."""
    held = Membership(role=role, organisation=organisation, since=date(2023, 8, 1), **period)
    return {person_stream(person): Person(memberships={"m1": held})}


def staffed(case: Given | None = None) -> Given:
    """An accepted case of a provider with two certified diagnosticians, the first endorsed for the case's edition."""
    case = case or accepted()
    for one in ("li", "wang"):
        case.having_read(employed(one))
    case.having_read(holding("li", granted()))
    return case.having_read(holding("wang", granted("2023-automotive", number="ZDS-2024-000000000002")))


def by(person: str, case: Given, command: Command, at: datetime = AT) -> Given:
    return case.when(command, "diagnostician", "p1", by=person, at=at)


def agreed() -> Given:
    return firm(by("li", staffed(), PLAN).accepted, AGREE).accepted


def signed_in(*people: str) -> Given:
    case = agreed()
    for person in people:
        case = by(person, case, SIGN_IN).accepted
    return case


def complete() -> Given:
    case = signed_in("li", "wang")
    for function in PLAN.functions:
        case = by("li", case, interview(function)).accepted
    return case
