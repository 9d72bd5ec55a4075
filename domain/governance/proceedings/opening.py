"""Opening 立案与告知: a proceeding is opened with its cause, the notice of it is served, and it may be withdrawn. plan P6, V4."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from domain.access import Mask, Role
from domain.command_rights import CITY, GOVERNMENT
from domain.governance.dated_rules import DatedRules, dated_rule_on, rule_stream
from domain.governance.proceedings.docket import docket_of, file_proceeding
from domain.governance.proceedings.state import (
    OF_A_FIRM,
    OF_A_PROVIDER,
    PROCEEDING_READERS,
    RULE_OF,
    Proceeding,
    ProceedingCommand,
    ProceedingKind,
    ProceedingStatus,
    Side,
    Thing,
    calendar_of,
    periods_of,
    require_proceeding_status,
)
from domain.governance.proceedings.subjects import require_cause
from domain.governance.working_calendar import Deadline, deadline
from domain.kernel import NOT_FOUND, Cause, DecisionContext, EnterpriseRef, Event, Facts, OrganisationRef, Rule, Text
from domain.participants.enterprises import Firm, enterprise_stream
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.person_id_fields import PersonId

# Rules

ITEMS_GO_TO_ARBITRATION = Rule(
    "ITEMS_GO_TO_ARBITRATION",
    "plan P6",
    "对报告指标的异议请在诊断中提请仲裁，由仲裁专家裁定",
    "An objection to items of a report goes to arbiters: ask for arbitration in the case",
)
PROCEEDING_EXISTS = Rule(
    "PROCEEDING_EXISTS",
    "plan P6",
    "该程序已立案，无须再次提起",
    "The proceeding is open already; it need not be opened again",
)
PROCEEDING_NOT_YOURS_TO_OPEN = Rule(
    "PROCEEDING_NOT_YOURS_TO_OPEN",
    "plan P6",
    "“{title}”程序由{who}提起，请选择适用的程序类别",
    "A proceeding of the kind {kind} is opened by {who_in_english}; choose the kind that fits",
)
FIRM_TO_BE_NAMED = Rule(
    "FIRM_TO_BE_NAMED",
    "plan P6",
    "指标异议和投诉须填写提出的企业，其他类别不填",
    "An objection to items or a complaint names the firm that makes it; the other kinds name none",
)
NOT_YOURS_TO_WITHDRAW = Rule(
    "NOT_YOURS_TO_WITHDRAW",
    "plan P6",
    "只有提起方可以撤回该程序",
    "Only the side that opened the proceeding withdraws it",
)

OBJECTION_BY_THE_RESULT = Rule(
    "OBJECTION_BY_THE_RESULT",
    "plan V1",
    "评分异议请在公示期内以“对遴选结果提出异议”提起，以便公示据以等候其终结",
    "Object to marks by objecting to the result while it is open, so that the outcome waits for the decision",
)

# Commands


class OpenProceeding(ProceedingCommand):
    """Open a proceeding: what is asked, of whom, about what, and for which fact · 提起程序.

    The city or a district opens one on a move of the directory or a red line, the city one on a sample or a clawback; a provider
    objects to its rating or marks, a firm complains of its provider; to items of its report it objects by arbitration.
    """

    roles: ClassVar = GOVERNMENT | {Role.PROVIDER, Role.ENTERPRISE, Role.CONFIRMER, Role.SYSTEM}

    kind: ProceedingKind = Field(description="What it is about · 程序类别")
    provider: OrganisationRef = Field(description="Provider against whom it is, or that objects · 服务商")
    enterprise: EnterpriseRef | None = Field(default=None, description="Firm that objects or complains; else none · 企业")
    about: Thing = Field(description="What it is about, by the name of its stream, such as rating/2024 · 所涉事项")
    cause: Cause = Field(description="Fact it follows from, stream and version, such as rating/2024/3 · 起因")
    asked: Text = Field(description="What is asked for · 请求事项")
    grounds: Text = Field(description="Why · 事实与理由")


class ServeNotice(ProceedingCommand):
    """Serve the notice of a proceeding, from which the time to answer runs · 送达告知书."""

    roles: ClassVar = CITY


class WithdrawProceeding(ProceedingCommand):
    """Withdraw a proceeding before its decision, with the reason · 撤回程序."""

    roles: ClassVar = GOVERNMENT | {Role.PROVIDER, Role.ENTERPRISE, Role.CONFIRMER}

    reason: Text = Field(description="Why · 理由")


# Events


class ProceedingOpened(Event):
    """A proceeding was opened 程序已提起.

    rule: the dated rule that its periods follow from, as stream/version; None = the default on file. rule_since: its first day.
    applicant_role: in which capacity it was opened.
    """

    type: Literal["proceeding.opened.v1"] = "proceeding.opened.v1"
    told_to: ClassVar = PROCEEDING_READERS
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    concerns: ClassVar = ("enterprise", "provider", "district")
    says: ClassVar = "提起了{title}程序，请求：{asked}"
    says_in_english: ClassVar = "opened a proceeding ({kind:term}) and asked: {asked}"
    kind: ProceedingKind
    about: str
    cause: str
    asked: str
    grounds: str
    provider: str | None
    enterprise: str | None
    district: str | None
    applicant_role: str
    opened_on: date
    opened_by: PersonId
    rule: str | None
    rule_since: date

    @property
    def title(self) -> str:
        """What its kind is called 程序名称."""
        return self.kind.description.rpartition(" · ")[2]


class NoticeServed(Event):
    """The notice was served 告知书已送达. answer: until when the respondent may answer; served_by: None = not kept at the time."""

    type: Literal["proceeding.notice_served.v2"] = "proceeding.notice_served.v2"
    told_to: ClassVar = PROCEEDING_READERS
    says: ClassVar = "送达了告知书，陈述申辩至 {answer.due}"
    says_in_english: ClassVar = "served the notice; a statement may be given until {answer.due}"
    answer: Deadline
    served_by: PersonId | None


class ProceedingWithdrawn(Event):
    """The proceeding ended without a decision 程序已撤回."""

    type: Literal["proceeding.withdrawn.v1"] = "proceeding.withdrawn.v1"
    told_to: ClassVar = PROCEEDING_READERS
    says: ClassVar = "撤回了程序：{reason}"
    says_in_english: ClassVar = "withdrew the proceeding: {reason}"
    reason: str


# Decide: what may happen

OPENERS = (
    (OF_A_PROVIDER, frozenset({Role.PROVIDER}), "服务商", "the provider"),
    (OF_A_FIRM, frozenset({Role.ENTERPRISE, Role.CONFIRMER}), "企业", "the firm"),
    (
        frozenset({ProceedingKind.DIRECTORY_MOVE, ProceedingKind.RED_LINE}),
        GOVERNMENT | {Role.SYSTEM},
        "市级或区级部门",
        "the city or a district",
    ),
    (
        frozenset({ProceedingKind.SAMPLE_FINDING, ProceedingKind.CLAWBACK}),
        CITY | {Role.SYSTEM},
        "市级部门",
        "the city",
    ),
)
"""(kinds, who opens them, what these are called) 提起权."""


def open_proceeding(command: OpenProceeding, proceeding: Proceeding | None, context: DecisionContext) -> Facts:
    """By whoever may, against a provider on record, so many a year 提起程序."""
    if proceeding is not None:
        raise PROCEEDING_EXISTS.refuse()
    _require_opener(command.kind, context.role)
    if (command.enterprise is None) is (command.kind in OF_A_FIRM):
        raise FIRM_TO_BE_NAMED.refuse(path="enterprise")
    own = command.provider if context.role == Role.PROVIDER else command.enterprise or context.organisation
    stands: Organisation | None = context.read.get(organisation_stream(command.provider))
    if own != context.organisation or stands is None or stands.kind is not OrganisationKind.PROVIDER:
        raise NOT_FOUND.refuse()
    kind = RULE_OF[command.kind]
    rules: DatedRules | None = context.read.get(rule_stream(kind))
    rule = dated_rule_on(rules, kind, context.day)
    docket = docket_of(command.kind, command.provider, command.enterprise)
    filed = (file_proceeding(command, docket, context),) if docket is not None else ()
    return (
        ProceedingOpened(
            **command.model_dump(exclude={"proceeding"}),
            district=_district(command, stands, context),
            applicant_role=context.role,
            opened_on=context.day,
            opened_by=context.by,
            rule=rule.cause,
            rule_since=rule.since,
        ),
        *filed,
    )


def _require_opener(kind: ProceedingKind, role: str) -> None:
    """Raises Refused: PROCEEDING_NOT_YOURS_TO_OPEN (plan P6)."""
    for kinds, roles, who, who_in_english in OPENERS:
        if kind in kinds and role not in roles:
            title = kind.description.rpartition(" · ")[2]
            raise PROCEEDING_NOT_YOURS_TO_OPEN.refuse(
                path="kind", kind=kind.value, title=title, who=who, who_in_english=who_in_english
            )


def _district(command: OpenProceeding, provider: Organisation, context: DecisionContext) -> str | None:
    """Where it lies 所在区: the district that opened it, the firm's, else the one that the provider stands below."""
    if context.role == Role.DISTRICT:
        return context.organisation
    firm: Firm | None = context.read.get(enterprise_stream(command.enterprise or ""))
    if firm is not None:
        return firm.district
    above: Organisation | None = context.read.get(organisation_stream(provider.parent or ""))
    return provider.parent if above is not None and above.kind is OrganisationKind.DISTRICT else None


def serve_notice(_command: ServeNotice, proceeding: Proceeding, context: DecisionContext) -> Facts:
    """Its cause is looked up once more: one that was opened before causes were, may cite none 送达告知书."""
    require_proceeding_status(proceeding, ProceedingStatus.OPENED)
    require_cause(proceeding.cause, context)
    periods = periods_of(proceeding.kind, proceeding.opened_on, context)
    answer = deadline(context.day, periods.answer_days, calendar_of(context))
    return (NoticeServed(answer=answer, served_by=context.by),)


def withdraw_proceeding(command: WithdrawProceeding, proceeding: Proceeding, context: DecisionContext) -> Facts:
    """By the side that opened it, as long as nothing is decided 撤回程序."""
    require_proceeding_status(
        proceeding,
        ProceedingStatus.OPENED,
        ProceedingStatus.NOTIFIED,
        ProceedingStatus.ANSWERED,
        ProceedingStatus.HEARING_SET,
        ProceedingStatus.HEARD,
    )
    if proceeding.side_of(context.role, context.organisation) is not Side.APPLICANT:
        raise NOT_YOURS_TO_WITHDRAW.refuse()
    return (ProceedingWithdrawn(reason=command.reason),)
