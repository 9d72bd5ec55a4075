"""A proceeding on its way, each step through the rules: opened, notified, answered … final."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

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
    ProceedingKind,
    ProceedingOutcome,
    Side,
)
from domain.kernel import Command
from domain.participants.enterprises import enterprise_stream
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from tests.rules.cases import FIRM
from tests.rules.given import Given, given

WORLD: Mapping[str, Any] = {
    organisation_stream("p1"): Organisation(kind=OrganisationKind.PROVIDER, name="示例服务商", parent="310117"),
    organisation_stream("p2"): Organisation(kind=OrganisationKind.PROVIDER, name="另一服务商"),
    organisation_stream("310117"): Organisation(kind=OrganisationKind.DISTRICT, name="松江区"),
    enterprise_stream("e1"): FIRM,
}
CAUSE = "diagnosis/d1/7"
OPENED = datetime(2024, 5, 6, 8, 0, tzinfo=UTC)
"""A Monday. Five working days end on Saturday the 11th, which is worked."""
CLERK, CHIEF, DIRECTOR = "li", "wang", "zhao"
"""Who opens, who decides, who decides an appeal: all of the city."""


def on(day: date) -> datetime:
    """Noon of a day in the city."""
    return datetime(day.year, day.month, day.day, 4, 0, tzinfo=UTC)


def asking(kind: ProceedingKind = ProceedingKind.DIRECTORY_MOVE, **changes: Any) -> OpenProceeding:
    stated = {
        "proceeding": "x1",
        "kind": kind,
        "provider": "p1",
        "enterprise": "e1" if kind in OF_A_FIRM else None,
        "about": "listing/p1",
        "cause": CAUSE,
        "asked": "移出名录",
        "grounds": "抽评结果不实",
    }
    return OpenProceeding.model_validate(stated | changes)


def before() -> Given:
    return given(PROCEEDINGS).having_read(WORLD).having_facts({"diagnosis/d1": 7})


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
        case.state = case.state.model_copy(update={"kind": kind})
        return case
    role, organisation = opener_of(kind)
    return before().when(asking(kind, **changes), role, organisation, CLERK, OPENED).accepted


def city(case: Given, command: Command, by: str = CHIEF, at: datetime = OPENED) -> Given:
    return case.when(command, "city", "", by, at)


def notified(kind: ProceedingKind = ProceedingKind.DIRECTORY_MOVE) -> Given:
    return city(opened(kind), SERVE).accepted


def respondent(case: Given, command: Command, at: datetime = OPENED) -> Given:
    if case.state.kind in OF_A_PROVIDER:
        return case.when(command, "city", "", CHIEF, at)
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
