"""Facts of a follow-up 跟踪回访事实: what was planned after the filing, what was reported of it, how it ended. plan R2."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.access import Mask
from domain.diagnosis.state import PROCEEDINGS_READERS
from domain.governance.working_calendar import Deadline
from domain.kernel import Event, Identifier, Label, Part, Rule, Sha256, Stream, Text, stream_of

Measurement = Annotated[Decimal, Field(ge=-(10**12), le=10**12, max_digits=18, decimal_places=6)]
"""A number as it was measured 测量值: exact, in the unit that is said beside it, up to six decimals."""

# Rules

FOLLOW_UP_CLOSED = Rule(
    "FOLLOW_UP_CLOSED", "plan R2", "该诊断的跟踪回访已经结束，不再变动", "The follow-up is closed and changes no more"
)


class PlannedMeasure(Part):
    """What the firm will do about one indicator · 改进措施."""

    indicator: Identifier = Field(description="Indicator id, such as Z01 · 指标编号")
    recommendation: Annotated[int, Field(ge=1, le=50)] | None = Field(
        default=None, description="Number of the recommendation of the reading that it answers; none of none · 所回应的建议序号"
    )
    text: Text = Field(description="What is to be done · 措施内容")
    by: date = Field(description="Day by which it is to be done · 完成日")


class MeasuredChange(Part):
    """What was measured before and after, about one indicator; it is shown as it is and counts for no score · 前后对比."""

    indicator: Identifier = Field(description="Indicator id, such as Z01 · 指标编号")
    name: Label = Field(description="What was measured · 测量项目")
    unit: Label = Field(description="Unit of both numbers · 计量单位")
    before: Measurement = Field(description="Before the measures · 改进前")
    after: Measurement = Field(description="After them · 改进后")
    evidence: Sha256 | None = Field(default=None, description="SHA-256 of a file of the case that shows it · 佐证散列")


class FollowUpRound(Part):
    """A report that is due so many months after the filing 回访期次. opens: from which day on; remind_on: it is reminded of."""

    month: int
    opens: date
    deadline: Deadline
    remind_on: date


class FollowUpFact(Event):
    """A fact of a follow-up 跟踪回访事实."""

    told_to: ClassVar = PROCEEDINGS_READERS


class FollowUpBegan(FollowUpFact):
    """A follow-up begins with the filing 跟踪回访已开始, from which day on its rounds are counted.

    rule: the dated rule, as stream/version; None = the default on file.
    """

    type: Literal["followup.began.v1"] = "followup.began.v1"
    concerns: ClassVar = ("enterprise", "provider")
    says: ClassVar = "开始跟踪回访，自 {counted_from} 起 {rounds:count} 期"
    says_in_english: ClassVar = "began the follow-up, counted from {counted_from}; rounds: {rounds:count}"
    enterprise: str
    provider: str | None
    counted_from: date
    rounds: tuple[FollowUpRound, ...]
    rule: str | None
    rule_since: date


class FollowUpPlanned(FollowUpFact):
    """The firm said what it will do 改进计划已提交; said again, it takes the place of what was said before."""

    type: Literal["followup.planned.v1"] = "followup.planned.v1"
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "提交了改进计划，措施 {measures:count} 项"
    says_in_english: ClassVar = "handed in the plan of improvement; measures: {measures:count}"
    measures: tuple[PlannedMeasure, ...]


class FollowUpReported(FollowUpFact):
    """The firm said what was done, and what it brought 回访期次已报告. due: last day of the round; late: whether it was over."""

    type: Literal["followup.reported.v1"] = "followup.reported.v1"
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "报告了第 {month} 个月的改进情况{lateness}，前后对比 {changes:count} 项"
    says_in_english: ClassVar = (
        "reported on the improvement of month {month}{late:? (late)}; before and after compared: {changes:count}"
    )
    month: int
    due: date
    late: bool
    done: str
    changes: tuple[MeasuredChange, ...]

    @property
    def lateness(self) -> str:
        """That it was late, where it was 逾期."""
        return "（逾期）" if self.late else ""


class FollowUpReminded(FollowUpFact):
    """A round ends soon 回访临期已提醒."""

    type: Literal["followup.reminded.v1"] = "followup.reminded.v1"
    says: ClassVar = "提醒：第 {month} 个月的改进情况须于 {due} 前报告"
    says_in_english: ClassVar = "reminded that the improvement of month {month} is to be reported by {due}"
    month: int
    due: date


class FollowUpEscalated(FollowUpFact):
    """The time of a round is over without a report 回访逾期已上报."""

    type: Literal["followup.escalated.v1"] = "followup.escalated.v1"
    says: ClassVar = "上报：第 {month} 个月的改进情况已于 {due} 逾期"
    says_in_english: ClassVar = "escalated that the improvement of month {month} was to be reported by {due}"
    month: int
    due: date


class FollowUpClosed(FollowUpFact):
    """The follow-up ended with a conclusion 跟踪回访已结束. missing: months without a report."""

    type: Literal["followup.closed.v1"] = "followup.closed.v1"
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "结束了跟踪回访：{conclusion}"
    says_in_english: ClassVar = "closed the follow-up: {conclusion}"
    conclusion: str
    missing: tuple[int, ...]


FollowUpEvent = FollowUpBegan | FollowUpPlanned | FollowUpReported | FollowUpReminded | FollowUpEscalated | FollowUpClosed


class RoundState(Part):
    """How a round stands 回访期次现状. reminded, escalated, reported: whether it was."""

    round: FollowUpRound
    reminded: bool = False
    escalated: bool = False
    reported: bool = False


class FollowUp(Part):
    """A follow-up as far as its history tells 跟踪回访. rounds: month -> how it stands. measures: as planned last.

    changes: what was reported as measured before and after, over all months, in the order of the reports.
    """

    enterprise: str
    provider: str | None
    rounds: Mapping[int, RoundState]
    measures: tuple[PlannedMeasure, ...] = ()
    changes: tuple[MeasuredChange, ...] = ()
    closed: bool = False


def follow_up_stream(diagnosis: str) -> Stream:
    """Stream of one case's follow-up."""
    return stream_of("followup", diagnosis)
