"""Proceedings of the demo city 示例程序: one won on appeal, one that ended by itself, one that waits for an answer. plan P6, V4."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from domain.access import Everything, Role
from domain.governance.proceedings.decision import AppealDecision, DecideAppeal, DecideProceeding, EndTimeToAppeal
from domain.governance.proceedings.hearing import EndTimeToAnswer, GiveStatement, RecordHearing, SetHearing
from domain.governance.proceedings.opening import OpenProceeding, ServeNotice
from domain.governance.proceedings.state import ProceedingKind, ProceedingOutcome, Side
from domain.governance.standing import listing_stream
from domain.instants import city_day
from domain.kernel import Command, cause_of
from domain.participants.organisations import organisation_stream
from journal import Caller
from zhenduan.demo.people import People, draw_id

SYSTEM = Caller("system-due-acts", Role.SYSTEM, "", Everything())
JOINED = date(2024, 5, 27)
"""When two more people of the city were let in: who opens a proceeding does not decide it, nor who decides the appeal."""
VENUE = "市政务服务中心 301 室（示例）"
Played = tuple[date, Caller, Command]


def concluded(people: People, district: Caller, providers: Sequence[str]) -> Iterator[Played]:
    """Two proceedings of 2024 against two providers, each act with its day 已终结的程序."""
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    chief, director = (Caller(draw_id(people.chance), Role.CITY, city.organisation, Everything()) for _ in range(2))
    for one in (chief, director):
        for command in people.joining(one, JOINED):
            yield JOINED, city, command
    warned, suspected = providers
    yield from _won_on_appeal(draw_id(people.chance), district, (city, chief, director), people.callers[Role.PROVIDER, warned])
    yield from _ended_by_itself(draw_id(people.chance), city, chief, suspected)


def _won_on_appeal(proceeding: str, district: Caller, city: tuple[Caller, Caller, Caller], provider: Caller) -> Iterator[Played]:
    clerk, chief, director = city
    about, stream = listing_stream(provider.organisation), organisation_stream(provider.organisation)
    opening = OpenProceeding(
        proceeding=proceeding,
        kind=ProceedingKind.DIRECTORY_MOVE,
        provider=provider.organisation,
        about=about,
        cause=cause_of(stream, 1),
        asked="予以警告，限期整改（示例）",
        grounds="多份报告逾期（示例）",
    )
    text = "逾期系企业停产所致，附停产通知（示例）"
    reasons = "逾期属实（示例）"
    yield date(2024, 6, 3), district, opening
    yield date(2024, 6, 4), clerk, ServeNotice(proceeding=proceeding)
    yield date(2024, 6, 11), provider, GiveStatement(proceeding=proceeding, text=text, asks_hearing=True)
    yield date(2024, 6, 12), clerk, SetHearing(proceeding=proceeding, day=date(2024, 6, 24), venue=VENUE)
    minutes = RecordHearing(proceeding=proceeding, attended=tuple(Side), minutes="双方陈述并质证（示例）")
    yield date(2024, 6, 24), clerk, minutes
    yield date(2024, 6, 25), chief, DecideProceeding(proceeding=proceeding, outcome=ProceedingOutcome.UPHELD, reasons=reasons)
    yield date(2024, 7, 8), provider, AppealDecision(proceeding=proceeding, grounds="决定未提及停产通知（示例）")
    final = DecideAppeal(proceeding=proceeding, outcome=ProceedingOutcome.DISMISSED, reasons="停产期间应予扣除（示例）")
    yield date(2024, 7, 15), director, final


def _ended_by_itself(proceeding: str, clerk: Caller, chief: Caller, provider: str) -> Iterator[Played]:
    about, stream = listing_stream(provider), organisation_stream(provider)
    opening = OpenProceeding(
        proceeding=proceeding,
        kind=ProceedingKind.RED_LINE,
        provider=provider,
        about=about,
        cause=cause_of(stream, 1),
        asked="认定出借证书（示例）",
        grounds="两处现场签到时间重叠（示例）",
    )
    decision = DecideProceeding(proceeding=proceeding, outcome=ProceedingOutcome.DISMISSED, reasons="签到时区记录有误（示例）")
    yield date(2024, 8, 5), clerk, opening
    yield date(2024, 8, 6), clerk, ServeNotice(proceeding=proceeding)
    yield date(2024, 8, 14), SYSTEM, EndTimeToAnswer(proceeding=proceeding)
    yield date(2024, 8, 19), chief, decision
    yield date(2024, 9, 3), SYSTEM, EndTimeToAppeal(proceeding=proceeding)


def pending(
    people: People, enterprise: Caller, provider: str, diagnosis: str, since: datetime
) -> Iterator[tuple[datetime, Caller, Command]]:
    """A complaint of the owner's firm, soon after its diagnosis was opened, that waits for the provider's answer 在办的投诉."""
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    proceeding = draw_id(people.chance)
    opening = OpenProceeding(
        proceeding=proceeding,
        kind=ProceedingKind.COMPLAINT,
        provider=provider,
        enterprise=enterprise.organisation,
        about=diagnosis,
        cause=cause_of(diagnosis, 1),
        asked="更换现场诊断师（示例）",
        grounds="约定的现场诊断两次未到（示例）",
    )
    yield since + timedelta(minutes=30), enterprise, opening
    clerk = Caller(draw_id(people.chance), Role.CITY, city.organisation, Everything())  # so that another than who served decides
    for command in people.joining(clerk, city_day(since)):
        yield since + timedelta(minutes=45), city, command
    yield since + timedelta(minutes=60), clerk, ServeNotice(proceeding=proceeding)
