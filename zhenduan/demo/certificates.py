"""Certificates of the demo city 示例证书: its diagnosticians are certified, endorsed, renewed, and one is suspended. plan T1."""

from collections.abc import Iterator
from datetime import date, timedelta

from domain.access import Everything, Role
from domain.governance.dated_rules import SetRule, rule_in_force
from domain.governance.proceedings.decision import DecideProceeding, EndTimeToAppeal
from domain.governance.proceedings.hearing import GiveStatement, RecordHearing, SetHearing
from domain.governance.proceedings.opening import OpenProceeding, ServeNotice
from domain.governance.proceedings.state import ProceedingKind, ProceedingOutcome, Side
from domain.governance.qualification import CertificateGrade, NameShown, certificate_stream
from domain.governance.rule_bodies.exam import ExamRule
from domain.instants import months_after
from domain.kernel import Command, cause_of
from domain.providers.certificates import (
    EndorseCertificate,
    GrantCertificate,
    RestoreCertificate,
    ShowHolderName,
    SuspendCertificate,
)
from journal import Caller
from standards import published_editions
from zhenduan.demo.people import SHOWN_DISTRICT, People, draw_id
from zhenduan.demo.training import EDITION, training

FIRST = date(2023, 8, 28)
"""When the first were certified: before the first visit."""
REQUIRED_FROM = date(2025, 1, 1)
"""From here on certified diagnosticians alone work on site."""
DECIDED = date(2024, 12, 2)
PROCEEDING = "red-line-2024-1"
OPENED, NOTIFIED, ANSWERED, HEARING_SET, HEARD, DECIDED_ON, FINAL = (
    date(2024, 7, 1), date(2024, 7, 2), date(2024, 7, 4), date(2024, 7, 5), date(2024, 7, 22), date(2024, 7, 24), date(2024, 8, 9)
)  # fmt: skip
SUSPENDED, RESTORED = date(2024, 9, 2), date(2024, 10, 14)
BY_TIME = Caller("operator-demo", Role.SYSTEM, "", Everything())
RENEWED_AHEAD = timedelta(days=30)
RECOGNISED = "试点培训考核合格（示例）"
GRADES = {
    Role.PROVIDER: CertificateGrade.SENIOR,
    Role.DIAGNOSTICIAN: CertificateGrade.DIAGNOSTICIAN,
    Role.REVIEWER: CertificateGrade.ASSISTANT,
}
"""Position -> the grade that its people hold."""
NOT_RENEWED = Role.REVIEWER
"""Whose certificate has run out, so that one can be looked at."""


def certificates(people: People, present: date) -> Iterator[tuple[date, Caller, Command]]:
    """Who is certified when, up to the present 证书经过; each with its day.

    Args:
        people: of the demo, all met before.
        present: no act lies after it.
    """
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    rule = rule_in_force(None, ExamRule, FIRST)
    holders = [who for (role, _), who in people.callers.items() if role in GRADES]
    yield from training(people, [who for who in holders if who.role != NOT_RENEWED])
    for who in holders:
        grade, since, day = GRADES[Role(who.role)], FIRST, FIRST
        while day <= present:
            examined = who.role == Role.DIAGNOSTICIAN and day == FIRST
            granting = GrantCertificate(
                person=who.actor,
                number=f"ZDS-{day.year}-{people.chance.getrandbits(48):012X}",
                grade=grade,
                editions=(EDITION,) if examined else published_editions(),
                since=since,
                recognised=None if examined else RECOGNISED,
            )
            yield day, city, granting
            if examined:
                for edition in published_editions():
                    if edition != EDITION:
                        yield day, city, EndorseCertificate(person=who.actor, edition=edition, recognised=RECOGNISED)
            if who.role == NOT_RENEWED:
                break
            since = months_after(since, rule.certificate_months)
            day = since - RENEWED_AHEAD
    shown = people.data.owner_firm.provider
    diagnostician = people.callers[Role.DIAGNOSTICIAN, shown]
    for role, how in ((Role.PROVIDER, NameShown.FULL), (Role.DIAGNOSTICIAN, NameShown.FAMILY_NAME)):
        who = people.callers[role, shown]
        yield FIRST + timedelta(days=1), who, ShowHolderName(person=who.actor, shown=how)
    yield from _red_line(people, city, diagnostician)
    reason = "现场记录由他人代签（示例）"
    yield SUSPENDED, city, SuspendCertificate(person=diagnostician.actor, proceeding=PROCEEDING, reason=reason)
    yield RESTORED, city, RestoreCertificate(person=diagnostician.actor, reason="整改完成，复训合格（示例）")
    strict = rule.model_copy(update={"certified_only": True})
    yield DECIDED, city, SetRule(since=REQUIRED_FROM, body=strict, source="市级部门关于持证上岗的通知（示例）", mark="I")


def _red_line(people: People, city: Caller, who: Caller) -> Iterator[tuple[date, Caller, Command]]:
    """The proceeding on a red line, opened by the district, served by one of the city and decided by another, until it is final."""
    of, about = {"proceeding": PROCEEDING}, certificate_stream(who.actor)
    opening = OpenProceeding(
        **of,
        kind=ProceedingKind.RED_LINE,
        provider=who.organisation,
        about=about,
        cause=cause_of(about, 1),
        asked="暂停该诊断师的证书",
        grounds="企业反映现场记录由他人代签（示例）",
    )
    manager = people.callers[Role.PROVIDER, who.organisation]
    clerk = Caller(draw_id(people.chance), Role.CITY, city.organisation, Everything())
    for command in people.joining(clerk, OPENED):
        yield OPENED, city, command
    yield OPENED, people.callers[Role.DISTRICT, SHOWN_DISTRICT], opening
    yield NOTIFIED, clerk, ServeNotice(**of)
    yield ANSWERED, manager, GiveStatement(**of, text="当日诊断师在另一企业，由同事代签，愿意整改（示例）", asks_hearing=True)
    yield HEARING_SET, clerk, SetHearing(**of, day=HEARD, venue="市级部门会议室（示例）")
    yield HEARD, clerk, RecordHearing(**of, attended=(Side.APPLICANT, Side.RESPONDENT), minutes="双方陈述一致，承认代签（示例）")
    yield DECIDED_ON, city, DecideProceeding(**of, outcome=ProceedingOutcome.UPHELD, reasons="代签属实，触及红线（示例）")
    yield FINAL, BY_TIME, EndTimeToAppeal(**of)
