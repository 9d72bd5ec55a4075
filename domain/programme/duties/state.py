"""State of a duty 专班任务现状: what is to be delivered by when, who leads it, how far it has come. plan O1."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from domain.access import Role
from domain.kernel import Identifier, IdOf, Part, Rule, Stream, stream_of
from domain.participants.organisations import OrganisationKind
from domain.programme.duties.strengths import Strength
from standards.described import DescribedEnum

DutyRef = Annotated[Identifier, IdOf("duty")]

LEADING: Mapping[OrganisationKind, Role] = {
    OrganisationKind.CITY: Role.CITY,
    OrganisationKind.DISTRICT: Role.DISTRICT,
    OrganisationKind.SUPPORT: Role.SUPPORT,
    OrganisationKind.PROVIDER: Role.PROVIDER,
}
"""Kind of a body that may lead a duty -> the role that acts for it 可牵头的单位."""
LEADERS = frozenset(LEADING.values())
DUTY_READERS = LEADERS | {Role.AUDITOR}
"""Who may know of duties 专班任务知情角色: city, districts and the auditor of all; a support body or provider those that it
leads, and of those without a lead the ones that ask for a strength of its own."""
SEE_ALL_DUTIES = frozenset({Role.CITY, Role.DISTRICT, Role.AUDITOR})


class DutyStatus(DescribedEnum):
    """How far a duty has come · 专班任务状态."""

    OPEN = "open", "Nobody leads it · 无牵头单位"
    OFFERED = "offered", "A lead is named and has not answered · 待牵头单位答复"
    LED = "led", "Led; the work is under way · 进行中"
    DELIVERED = "delivered", "Delivered; the city has not judged it yet · 待验收"
    DONE = "done", "Accepted by the city · 已验收"
    WITHDRAWN = "withdrawn", "Withdrawn by the city, with the reason · 已撤销"


NEXT_STEPS: Mapping[DutyStatus, tuple[str, str]] = {
    DutyStatus.OPEN: ("须先由市级部门指定牵头单位", "first the city names a lead"),
    DutyStatus.OFFERED: ("须先由牵头单位答复", "first the lead that is named answers"),
    DutyStatus.LED: ("须先由牵头单位提交成果", "first its lead delivers"),
    DutyStatus.DELIVERED: ("须先由市级部门验收或退回", "first the city accepts what was delivered or sends it back"),
    DutyStatus.DONE: ("该任务已验收，不再变动", "it is done and changes no more"),
    DutyStatus.WITHDRAWN: ("该任务已撤销；需要时请另行设立", "it is withdrawn; state another where one is needed"),
}

# Rules

DUTY_STATUS = Rule(
    "DUTY_STATUS",
    "plan O1",
    "该任务的状态为“{status_name}”，此时不能办理这一步；{next_step}",
    "The duty is {status}; this step does not follow from there; {next_step_in_english}",
)

# State


class DutyLead(Part):
    """The body that leads a duty, or is asked to 牵头单位. contact: id of its named contact."""

    organisation: str
    kind: OrganisationKind
    contact: str


class LaterDay(Part):
    """A later day that the lead asks for 申请的完成日, with its reason."""

    by: date
    reason: str


class DutyDayChange(Part):
    """How a request for a later day, or the city's own wish for another, ended 完成日变更. asked: None = the city's own.

    by: the day that holds from then on, `before` where it was kept. day: when that was decided, by whom: decided_by.
    """

    before: date
    asked: LaterDay | None
    by: date
    reason: str
    day: date
    decided_by: str


class DutyReport(Part):
    """What the lead reported on a day 进展."""

    day: date
    text: str


class Duty(Part):
    """A duty as it stands 专班任务. asked: a later day that waits for the city. delivery, delivered_by: what was delivered last.

    reason: why it was declined, resigned from, released, sent back or withdrawn last. reminded, escalated: of this day, or not.
    """

    title: str
    clause: str
    deliverable: str
    strength: Strength | None
    since: date
    by: date
    remind_on: date
    status: DutyStatus = DutyStatus.OPEN
    lead: DutyLead | None = None
    asked: LaterDay | None = None
    day_changes: tuple[DutyDayChange, ...] = ()
    reports: tuple[DutyReport, ...] = ()
    delivery: str | None = None
    delivered_by: str | None = None
    reason: str | None = None
    reminded: bool = False
    escalated: bool = False


def duty_stream(duty: str) -> Stream:
    """Stream of one duty."""
    return stream_of("duty", duty)
