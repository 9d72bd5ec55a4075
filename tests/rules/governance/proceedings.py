"""A proceeding on its way, each step through the rules: opened, notified, answered … final."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.diagnosis.state import Diagnosis, Purpose, diagnosis_stream
from domain.governance.proceedings.decision import AppealDecision, DecideAppeal, DecideProceeding, EndTimeToAppeal
from domain.governance.proceedings.hearing import (
    EndTimeToAnswer,
    GiveStatement,
    MoveDeadline,
    RecordHearing,
    SetHearing,
)
from domain.governance.proceedings.opening import OpenProceeding, ServeNotice, WithdrawProceeding
from domain.governance.proceedings.proceeding import PROCEEDINGS
from domain.governance.proceedings.state import (
    OF_A_FIRM,
    OF_A_PROVIDER,
    OFFICE,
    Proceeding,
    ProceedingKind,
    ProceedingOutcome,
    ProceedingStatus,
    Side,
    proceeding_stream,
)
from domain.kernel import Command
from domain.participants.enterprises import enterprise_stream
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from standards import Form
from tests.rules.cases import FIRM
from tests.rules.given import Given, given

OPEN_CASE = Diagnosis(
    enterprise="e1",
    campaign="2024",
    purpose=Purpose.INITIAL,
    form=Form.FULL,
    edition="2023",
    edition_digest="a",
    provider="p1",
    applicable=None,
    reason=None,
)
FINDING = Proceeding(
    kind=ProceedingKind.SAMPLE_FINDING,
    about="diagnosis/d1",
    cause="draw/2024.03/6",
    provider="p1",
    enterprise=None,
    district=None,
    applicant_role="city",
    opened_on=date(2024, 4, 1),
    opened_by="li",
    status=ProceedingStatus.FINAL,
    outcome=ProceedingOutcome.UPHELD,
)
WORLD: Mapping[str, Any] = {
    organisation_stream("p1"): Organisation(kind=OrganisationKind.PROVIDER, name="示例服务商", parent="310117"),
    organisation_stream("p2"): Organisation(kind=OrganisationKind.PROVIDER, name="另一服务商"),
    organisation_stream("310117"): Organisation(kind=OrganisationKind.DISTRICT, name="松江区"),
    enterprise_stream("e1"): FIRM,
    diagnosis_stream("d1"): OPEN_CASE,
    proceeding_stream("f1"): FINDING,
}
CAUSE = "diagnosis/d1/7"
ON_RECORD = {
    "diagnosis/d1": 7,
    "draw/2024.03": 6,
    "rating/2023": 4,
    "rule/selection": 2,
    "listing/p1": 1,
    "subsidy/2023": 3,
    "proceeding/f1": 7,
    "application/2024.p1": 5,
}
"""How many facts there are of what proceedings are about and follow from."""
RESTS_ON: Mapping[ProceedingKind, tuple[str, str]] = {
    ProceedingKind.DIRECTORY_MOVE: ("listing/p1", CAUSE),
    ProceedingKind.RED_LINE: ("listing/p1", CAUSE),
    ProceedingKind.RATING_OBJECTION: ("rating/2023", "rating/2023/4"),
    ProceedingKind.MARK_OBJECTION: ("application/2024.p1", "application/2024.p1/5"),
    ProceedingKind.ITEM_OBJECTION: ("diagnosis/d1", CAUSE),
    ProceedingKind.COMPLAINT: ("diagnosis/d1", CAUSE),
    ProceedingKind.SAMPLE_FINDING: ("diagnosis/d1", "draw/2024.03/6"),
    ProceedingKind.CLAWBACK: ("subsidy/2023", "proceeding/f1/7"),
}
"""Kind -> what it is about, and the fact that it follows from."""
OPENED = datetime(2024, 5, 6, 8, 0, tzinfo=UTC)
"""A Monday. Five working days end on Saturday the 11th, which is worked."""
CLERK, CHIEF, DIRECTOR = "li", "wang", "zhao"
"""Who opens, who decides, who decides an appeal: all of the city."""


def on(day: date) -> datetime:
    """Noon of a day in the city."""
    return datetime(day.year, day.month, day.day, 4, 0, tzinfo=UTC)


def asking(kind: ProceedingKind = ProceedingKind.DIRECTORY_MOVE, **changes: Any) -> OpenProceeding:
    about, cause = RESTS_ON[kind]
    stated = {
        "proceeding": "x1",
        "kind": kind,
        "provider": "p1",
        "enterprise": "e1" if kind in OF_A_FIRM else None,
        "about": about,
        "cause": cause,
        "asked": "移出名录",
        "grounds": "抽评结果不实",
    }
    return OpenProceeding.model_validate(stated | changes)


def before() -> Given:
    return given(PROCEEDINGS).having_read(WORLD).having_facts(ON_RECORD)


def opener_of(kind: ProceedingKind) -> tuple[str, str]:
    return ("provider", "p1") if kind in OF_A_PROVIDER else ("enterprise", "e1") if kind in OF_A_FIRM else ("city", "")


OPENED_ELSEWHERE = {
    ProceedingKind.MARK_OBJECTION: ProceedingKind.RATING_OBJECTION,
    ProceedingKind.ITEM_OBJECTION: ProceedingKind.COMPLAINT,
}
"""Opened by an objection to a result, or within a case, and never by itself -> a kind that stands like it."""


def opened(kind: ProceedingKind = ProceedingKind.DIRECTORY_MOVE, **changes: Any) -> Given:
    alike = OPENED_ELSEWHERE.get(kind)
    if alike is not None:
        case = opened(alike, **changes)
        about, cause = RESTS_ON[kind]
        case.state = case.state.model_copy(update={"kind": kind, "about": about, "cause": cause})
        return case
    role, organisation = opener_of(kind)
    return before().when(asking(kind, **changes), role, organisation, CLERK, OPENED).accepted


def city(case: Given, command: Command, by: str = CHIEF, at: datetime = OPENED) -> Given:
    return case.when(command, "city", "", by, at)


def notified(kind: ProceedingKind = ProceedingKind.DIRECTORY_MOVE) -> Given:
    return city(opened(kind), SERVE, by=CLERK).accepted


def respondent(case: Given, command: Command, at: datetime = OPENED) -> Given:
    if case.state.kind in OF_A_PROVIDER:
        return case.when(command, "city", "", CLERK, at)
    return case.when(command, "provider", "p1", "chen", at)


def answered(kind: ProceedingKind = ProceedingKind.DIRECTORY_MOVE, *, asks_hearing: bool = False) -> Given:
    return respondent(notified(kind), STATEMENT.model_copy(update={"asks_hearing": asks_hearing})).accepted


def heard(kind: ProceedingKind = ProceedingKind.DIRECTORY_MOVE) -> Given:
    case = city(answered(kind), HEARING).accepted
    return city(case, MINUTES, at=on(HEARING.day)).accepted


def decided(kind: ProceedingKind = ProceedingKind.DIRECTORY_MOVE, outcome: ProceedingOutcome = ProceedingOutcome.UPHELD) -> Given:
    return city(heard(kind), DECISION.model_copy(update={"outcome": outcome}), at=DECIDED).accepted


def appealed(kind: ProceedingKind = ProceedingKind.DIRECTORY_MOVE) -> Given:
    return decided(kind).when(APPEAL, "provider", "p1", "chen", DECIDED).accepted


SERVE = ServeNotice(proceeding="x1")
STATEMENT = GiveStatement(proceeding="x1", text="抽评样本与现场不符", asks_hearing=False)
END_ANSWER = EndTimeToAnswer(proceeding="x1")
END_APPEAL = EndTimeToAppeal(proceeding="x1")
HEARING = SetHearing(proceeding="x1", day=date(2024, 5, 20), venue="市政务服务中心 301 室")
MINUTES = RecordHearing(proceeding="x1", attended=(Side.APPLICANT, Side.RESPONDENT), minutes="双方陈述如下")
DECIDED = on(date(2024, 5, 21))
DECISION = DecideProceeding(proceeding="x1", outcome=ProceedingOutcome.UPHELD, reasons="事实清楚")
APPEAL = AppealDecision(proceeding="x1", grounds="未考虑更正")
APPEAL_DECISION = DecideAppeal(proceeding="x1", outcome=ProceedingOutcome.DISMISSED, reasons="已更正，撤销原决定")
WITHDRAWAL = WithdrawProceeding(proceeding="x1", reason="起因有误")
EXTENSION = MoveDeadline(proceeding="x1", until=date(2024, 5, 31), reason="负责人住院")
DAY = timedelta(days=1)
OF_THE_OFFICE = OFFICE
