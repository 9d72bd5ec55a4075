"""State of a proceeding 程序现状: who stands against whom, about what, how far it has come and what is due. plan P6, V4."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.access import Role
from domain.governance.dated_rules import DatedRules, dated_rule_on, rule_stream
from domain.governance.rule_bodies.body import ProcedureDays, RuleKind
from domain.governance.working_calendar import CALENDAR_STREAM, Deadline, WorkingCalendar, calendar_in_force
from domain.kernel import Command, DecisionContext, IdOf, ProceedingRef, Rule, Stream, refuse_step, stream_of
from standards.described import DescribedEnum

PROCEEDING_READERS = frozenset(
    {Role.CITY, Role.DISTRICT, Role.PROVIDER, Role.ENTERPRISE, Role.CONFIRMER, Role.AUDITOR, Role.SYSTEM}
)
"""Roles that may know of a proceeding at all 程序可见角色: the city, the district where it lies, who speaks for the two sides, the
auditor, each within its scope."""

Thing = Annotated[str, StringConstraints(pattern=r"^[a-z_]+/[0-9A-Za-z][0-9A-Za-z._-]{0,199}$"), IdOf("")]
"""A thing by the name of its stream 事项: "listing/p7", "rating/2024"."""


class ProceedingKind(DescribedEnum):
    """What a proceeding is about · 程序类别."""

    DIRECTORY_MOVE = "directory_move", "Warning, suspension or removal in the directory · 名录调整"
    RED_LINE = "red_line", "A red line that was crossed · 红线"
    RATING_OBJECTION = "rating_objection", "Objection of a provider to its rating · 评价异议"
    MARK_OBJECTION = "mark_objection", "Objection of a provider to its marks in the selection · 评分异议"
    ITEM_OBJECTION = "item_objection", "Objection of a firm to items of its report, for arbitration · 指标异议仲裁"
    COMPLAINT = "complaint", "Complaint of a firm about its provider · 投诉"
    SAMPLE_FINDING = "sample_finding", "What a sampled re-assessment found · 抽评发现"
    CLAWBACK = "clawback", "Subsidy to be paid back · 补贴追回"


class ProceedingStatus(DescribedEnum):
    """How far a proceeding has come · 程序状态."""

    OPENED = "opened", "Opened; the notice is still to be served · 已立案"
    NOTIFIED = "notified", "Notice served; the time to answer runs · 待陈述"
    ANSWERED = "answered", "Answered, or the time to answer is over · 待处理"
    HEARING_SET = "hearing_set", "A hearing has its day · 待听证"
    HEARD = "heard", "The hearing was held · 已听证"
    DECIDED = "decided", "Decided; the time to appeal runs · 已决定"
    APPEALED = "appealed", "An appeal waits for its decision · 申诉中"
    FINAL = "final", "The decision is final · 已终结"
    WITHDRAWN = "withdrawn", "Withdrawn before a decision · 已撤回"


NEXT_STEPS: Mapping[ProceedingStatus, tuple[str, str]] = {
    ProceedingStatus.OPENED: ("须先送达告知", "first the notice is served"),
    ProceedingStatus.NOTIFIED: (
        "须先由被申请方陈述，或等陈述期限届满",
        "first the respondent answers, or the time to answer ends",
    ),
    ProceedingStatus.ANSWERED: ("须由办理人确定听证日期或作出决定", "the office sets a hearing or decides"),
    ProceedingStatus.HEARING_SET: ("须先举行听证", "first the hearing is held"),
    ProceedingStatus.HEARD: ("须由办理人作出决定", "the office decides"),
    ProceedingStatus.DECIDED: ("当事方可在期限内申诉，期满即终结", "a side may appeal in time, after which it is final"),
    ProceedingStatus.APPEALED: ("须先对申诉作出决定", "first the appeal is decided"),
    ProceedingStatus.FINAL: ("该程序已终结，不再办理", "it is final, and nothing follows"),
    ProceedingStatus.WITHDRAWN: ("该程序已撤回；需要时请另行立案", "it was withdrawn; open another where one is needed"),
}
class ProceedingOutcome(DescribedEnum):
    """What was decided of what is asked · 处理结果."""

    UPHELD = "upheld", "What is asked is granted · 成立"
    PARTLY = "partly", "It is granted in part · 部分成立"
    DISMISSED = "dismissed", "It is not granted · 不成立"


class Side(DescribedEnum):
    """One of the two sides of a proceeding · 当事方."""

    APPLICANT = "applicant", "Who asks for something · 申请方"
    RESPONDENT = "respondent", "Against whom it is asked · 被申请方"


OFFICE = frozenset({ProceedingKind.DIRECTORY_MOVE, ProceedingKind.RED_LINE, ProceedingKind.SAMPLE_FINDING, ProceedingKind.CLAWBACK})
"""Kinds that the administration opens against a provider 依职权程序; nothing is granted in them before a hearing."""
OF_A_PROVIDER = frozenset({ProceedingKind.RATING_OBJECTION, ProceedingKind.MARK_OBJECTION})
"""Kinds that a provider opens against the city 服务商申请程序."""
OF_A_FIRM = frozenset({ProceedingKind.ITEM_OBJECTION, ProceedingKind.COMPLAINT})
"""Kinds that a firm opens against a provider 企业申请程序."""
RULE_OF: Mapping[ProceedingKind, RuleKind] = {
    kind: RuleKind.LADDER if kind in (ProceedingKind.DIRECTORY_MOVE, ProceedingKind.RED_LINE) else RuleKind.PROCEDURE
    for kind in ProceedingKind
}
"""Kind -> the kind of dated rule that its periods follow from."""

ARBITRATION_PREFIX = "arbitration."
"""How the keys of proceedings begin that a case opened for arbitration 仲裁程序标识前缀: arbiters decide them, within the case."""

ENDED = frozenset({ProceedingStatus.FINAL, ProceedingStatus.WITHDRAWN})
"""Nothing more happens in these 已结束."""

# Rules

PROCEEDING_STATUS = Rule(
    "PROCEEDING_STATUS",
    "plan P6",
    "该程序目前为“{status_name}”，此时不能办理这一步；{next_step}",
    "The proceeding is {status}; this step does not follow from there; {next_step_in_english}",
)
PROCEEDING_NOT_CONCLUDED = Rule(
    "PROCEEDING_NOT_CONCLUDED",
    "plan V4",
    "该处理须以已终结且成立的“{title}”程序为依据，请先完成告知、陈述、听证、决定和申诉",
    "This needs a concluded proceeding ({kind}) that granted it: notice, statement, hearing, decision and appeal come first",
)

# Commands


class ProceedingCommand(Command):
    """A command about one proceeding 程序命令."""

    proceeding: ProceedingRef = Field(description="Proceeding, by its id · 程序标识")


# State


class Proceeding(BaseModel):
    """A proceeding as it stands 程序.

    served_by, stated_by: who served its notice and who answered it; None = nobody yet, or not kept at the time.

    about: the thing that it is about. provider, enterprise: those of its two sides; None = not party to it. district: where it
    lies, if the firm does not say so. opened_by, decided_by: people. answer, decision, appeal: deadlines, once they run;
    decision: the office's own. hearing: its day. asks_hearing: the respondent did. time_over: it did not answer in time.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    kind: ProceedingKind
    about: str
    cause: str
    provider: str | None
    enterprise: str | None
    district: str | None
    applicant_role: str
    opened_on: date
    opened_by: str
    status: ProceedingStatus = ProceedingStatus.OPENED
    answer: Deadline | None = None
    decision: Deadline | None = None
    appeal: Deadline | None = None
    hearing: date | None = None
    asks_hearing: bool = False
    time_over: bool = False
    outcome: ProceedingOutcome | None = None
    decided_by: str | None = None
    served_by: str | None = None
    stated_by: str | None = None
    version: int = 1

    @property
    def took_part(self) -> frozenset[str]:
        """Who opened it, served its notice or answered it 已参与办理的人: none of them decides it."""
        return frozenset(filter(None, (self.opened_by, self.served_by, self.stated_by)))

    @property
    def respondent(self) -> str | None:
        """The provider against whom it is 被申请方; None: the city."""
        return None if self.kind in OF_A_PROVIDER else self.provider

    def side_of(self, role: str, organisation: str) -> Side | None:
        """Which side someone speaks for 所属一方; None = neither."""
        if role in (Role.ENTERPRISE, Role.CONFIRMER):
            return Side.APPLICANT if organisation == self.enterprise and self.kind in OF_A_FIRM else None
        if role == Role.PROVIDER:
            mine = Side.APPLICANT if self.kind in OF_A_PROVIDER else Side.RESPONDENT
            return mine if organisation == self.provider else None
        if role == Role.CITY:
            return Side.RESPONDENT if self.kind in OF_A_PROVIDER else Side.APPLICANT if self.kind in OFFICE else None
        if role == Role.DISTRICT:
            return Side.APPLICANT if self.applicant_role == Role.DISTRICT and organisation == self.district else None
        return None


class Opening(Protocol):
    """What is stated to open a proceeding 立案内容."""

    @property
    def proceeding(self) -> str:
        """Its id."""

    @property
    def kind(self) -> ProceedingKind:
        """What it is about."""

    @property
    def provider(self) -> str:
        """Against whom it is, or who objects."""

    @property
    def enterprise(self) -> str | None:
        """The firm that complains; None = none does."""

    @property
    def about(self) -> str:
        """The thing, by its stream."""

    @property
    def cause(self) -> str:
        """The fact that it follows from, as stream/version."""


def require_proceeding_status(proceeding: Proceeding, *allowed: ProceedingStatus) -> None:
    """Raises Refused: PROCEEDING_STATUS (plan P6)."""
    if proceeding.status not in allowed:
        raise refuse_step(PROCEEDING_STATUS, proceeding.status, NEXT_STEPS)


def has_granted(proceeding: Proceeding, kind: ProceedingKind) -> bool:
    """Whether a proceeding is of a kind, final, and granted what was asked, at least in part 是否已终结且成立."""
    granted = proceeding.outcome in (ProceedingOutcome.UPHELD, ProceedingOutcome.PARTLY)
    return proceeding.kind is kind and granted and proceeding.status is ProceedingStatus.FINAL


def require_concluded(proceeding: Proceeding | None, kind: ProceedingKind, about: str) -> Proceeding:
    """The concluded proceeding that granted what another capability is about to do 已终结的程序.

    Args:
        proceeding: the folded stream, as read by who decides; None = there is none.
        kind: what it must have been about.
        about: the thing, by the name of its stream, such as "listing/p7".

    Raises:
        Refused: PROCEEDING_NOT_CONCLUDED (plan V4): it is not final, granted nothing, or is about something else.
    """
    if proceeding is None or not has_granted(proceeding, kind) or proceeding.about != about:
        raise PROCEEDING_NOT_CONCLUDED.refuse(kind=kind.value, title=kind.description.rpartition(" · ")[2])
    return proceeding


def proceeding_stream(proceeding: str) -> Stream:
    """Stream of one proceeding."""
    return stream_of("proceeding", proceeding)


def calendar_of(context: DecisionContext) -> WorkingCalendar:
    """The calendar that periods are counted by 现行日历, as it was read."""
    return calendar_in_force(context.read.get(CALENDAR_STREAM))


def periods_of(kind: ProceedingKind, opened_on: date, context: DecisionContext) -> ProcedureDays:
    """The periods of a proceeding 办理期限: by the rule in force on the day that it was opened, whatever is set later."""
    rules: DatedRules | None = context.read.get(rule_stream(RULE_OF[kind]))
    body = dated_rule_on(rules, RULE_OF[kind], opened_on).body
    assert isinstance(body, ProcedureDays)  # noqa: S101 - the table above names no other kinds
    return body
