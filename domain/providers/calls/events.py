"""Facts of a year's call 征集事实, from its opening to the directory that comes of it. plan V1, V2, V4."""

from typing import Annotated, ClassVar, Literal

from pydantic import WithJsonSchema

from domain.access import Role
from domain.governance.rule_bodies.selection import SelectionRule
from domain.kernel import EVERYONE, Event, Text
from domain.person_id_fields import PersonId
from domain.providers.calls.state import CallDates

StoredSelection = Annotated[SelectionRule, WithJsonSchema({"type": "object"})]
"""The rule as a call keeps it; its own shape is kept with the rules."""
CITY_ALONE = frozenset({Role.CITY, Role.AUDITOR, Role.SYSTEM})
"""Who is told which number is whose, and which marker has it."""


class CallOpened(Event):
    """The year's call is open 征集已开启. rule_cause: where the rule was set; None of a default on file.

    seed_digest: SHA-256 of the seed that the order of marking will be drawn from.
    """

    type: Literal["call.opened.v1"] = "call.opened.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "开启了 {year} 年服务商征集，申报截止 {dates.applications_until}"
    says_in_english: ClassVar = "opened the call of {year} for providers, applications until {dates.applications_until}"
    year: int
    dates: CallDates
    rule: StoredSelection
    rule_cause: str | None
    seed_digest: str


class CallExtended(Event):
    """Dates of the call were put off 征集已延期; all of them as they are from now on."""

    type: Literal["call.extended.v1"] = "call.extended.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = (
        "延期了征集，申报至 {dates.applications_until}，评分至 {dates.marking_until}，异议至 {dates.objections_until}：{reason}"
    )
    says_in_english: ClassVar = (
        "put off dates of the call, applications until {dates.applications_until}, marking until "
        "{dates.marking_until}, objections until {dates.objections_until}: {reason}"
    )
    dates: CallDates
    reason: Text


class ApplicationReceived(Event):
    """A provider applied 收到申报, for the first time in this call."""

    type: Literal["call.application_received.v1"] = "call.application_received.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "登记了{provider:organisation}的申报"
    says_in_english: ClassVar = "recorded the application of {provider:organisation}"
    provider: str


class CallClosed(Event):
    """Nothing more is taken or mended 征集已截止."""

    type: Literal["call.closed.v1"] = "call.closed.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "截止了征集，共收到 {received} 份申报"
    says_in_english: ClassVar = "closed the call; applications received: {received}"
    received: int


class MarkingDrawn(Event):
    """The order and the markers were drawn from the committed seed 评分已抽签. order: providers, number 1 first."""

    type: Literal["call.marking_drawn.v1"] = "call.marking_drawn.v1"
    told_to: ClassVar = CITY_ALONE
    says: ClassVar = "抽签确定了 {order:count} 份申报的评分顺序"
    says_in_english: ClassVar = "drew the order in which applications are marked: {order:count}"
    seed: str
    order: tuple[str, ...]
    markers: tuple[PersonId, ...]


class MarkerGiven(Event):
    """An application got a marker 已分配评分人: by the draw, in place of one in conflict, or as the third."""

    type: Literal["call.marker_given.v1"] = "call.marker_given.v1"
    told_to: ClassVar = CITY_ALONE
    says: ClassVar = "为第 {number} 号申报分配了一名评分专家"
    says_in_english: ClassVar = "gave application {number} to a marker"
    number: int
    marker: PersonId


class MarkerReleased(Event):
    """A marker does not mark an application any more 评分人已回避."""

    type: Literal["call.marker_released.v1"] = "call.marker_released.v1"
    told_to: ClassVar = CITY_ALONE
    says: ClassVar = "记录了第 {number} 号申报的一名评分专家回避"
    says_in_english: ClassVar = "recorded that a marker of application {number} stands back"
    number: int
    marker: PersonId


class MarkerTakenOff(Event):
    """An application was taken back from a marker who had not marked it 已收回评分任务."""

    type: Literal["call.marker_taken_off.v1"] = "call.marker_taken_off.v1"
    told_to: ClassVar = CITY_ALONE
    says: ClassVar = "收回了一名评分专家对第 {number} 号申报的评分任务：{reason}"
    says_in_english: ClassVar = "took application {number} back from a marker: {reason}"
    number: int
    marker: PersonId
    reason: str


class ThirdMarkersAsked(Event):
    """Two marks differ by more than the rule's gap 须第三人评分: of the applications of these numbers. All marks stay sealed."""

    type: Literal["call.third_markers_asked.v1"] = "call.third_markers_asked.v1"
    told_to: ClassVar = CITY_ALONE
    says: ClassVar = "将封存的评分作了比对，{numbers:count} 份申报的分差超过规则，须第三人评分；全部评分继续封存"
    says_in_english: ClassVar = (
        "compared the sealed marks: of {numbers:count} of the applications they differ by more than the rule allows, "
        "so that a third marker is asked; all marks stay sealed"
    )
    numbers: tuple[int, ...]


class MarkingClosed(Event):
    """The marks are open 评分已截止. opened: how many. third: of old entries, for which a third was asked with it."""

    type: Literal["call.marking_closed.v1"] = "call.marking_closed.v1"
    told_to: ClassVar = CITY_ALONE
    says: ClassVar = "截止评分，公开 {opened} 份评分，{third:count} 份申报须第三人评分"
    says_in_english: ClassVar = (
        "closed the marking; marks opened: {opened}, applications for a third marker: {third:count}"
    )
    opened: int
    third: tuple[int, ...]


class OutcomePublished(Event):
    """The outcome is open to objection 结果已公示."""

    type: Literal["call.outcome_published.v1"] = "call.outcome_published.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "公示了遴选结果：{assessed} 份申报中 {listed} 家拟入选"
    says_in_english: ClassVar = (
        "published the outcome of the selection: of {assessed} applications {listed} are to be listed"
    )
    assessed: int
    listed: int


class ObjectionsOver(Event):
    """Objections are over 公示已结束; changed: results that a decision changed."""

    type: Literal["call.objections_over.v1"] = "call.objections_over.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "结束了公示，{changed} 项结果因异议变更"
    says_in_english: ClassVar = "ended the time to object; results changed by objections: {changed}"
    changed: int


class DirectoryAdopted(Event):
    """The year's directory is adopted 名录已发布."""

    type: Literal["call.directory_adopted.v1"] = "call.directory_adopted.v1"
    told_to: ClassVar = EVERYONE
    says: ClassVar = "发布了 {year} 年服务商名录，共 {listed} 家，{lapsed} 家未续列"
    says_in_english: ClassVar = (
        "adopted the directory of {year}; providers listed: {listed}, not listed again: {lapsed}"
    )
    year: int
    listed: int
    lapsed: int


CallEvent = (
    CallOpened
    | CallExtended
    | ApplicationReceived
    | CallClosed
    | MarkingDrawn
    | MarkerGiven
    | MarkerReleased
    | MarkerTakenOff
    | ThirdMarkersAsked
    | MarkingClosed
    | OutcomePublished
    | ObjectionsOver
    | DirectoryAdopted
)
