"""Duties of the demo city 示例专班任务: one under way, one that nobody leads, one over whose day is asked to move. plan O1."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from domain.access import Role
from domain.kernel import Command
from domain.programme.duties.commands import AskForLaterDutyDay, NameDutyLead, ReportDuty, StateDuty, TakeOnDuty
from domain.programme.duties.strengths import RecordStrengths, Strength
from journal import Caller
from zhenduan.demo.office_hours import later, office_time
from zhenduan.demo.people import People, draw_id

BEGAN_AGO, OVER_AGO, AHEAD = 60, 6, 45
"""Days before the present on which the duties were stated and one of them was to be done, and until the others are."""
SOURCE = {"source": "示例数据，并非真实材料", "mark": "I"}


def duties(people: People, shown: Mapping[Role, str], present: date) -> Iterator[tuple[datetime, Caller, Command]]:
    """What the city states and the support body leads, in order of time."""
    city, body = (people.callers[role, shown[role]] for role in (Role.CITY, Role.SUPPORT))
    began, ahead = later(present - timedelta(days=BEGAN_AGO), 0), later(present + timedelta(days=AHEAD), 0)
    contact = Caller(draw_id(people.chance), Role.SUPPORT, body.organisation, body.scope)
    register, grant = people.joining(contact, began)
    good_at = (Strength.TRAINING, Strength.RESEARCH)
    first: list[Command] = [
        register,
        grant.model_copy(update={"contact": True}),
        RecordStrengths(organisation=body.organisation, since=began, strengths=good_at, **SOURCE),
    ]
    over = later(present - timedelta(days=OVER_AGO), 0)
    stated = (
        ("编写下一年度培训教材（示例）", "plan T1", "教材与题库各一套", Strength.TRAINING, ahead, True),
        ("整理诊断数据字典（示例）", "plan R1", "数据字典一份", Strength.RESEARCH, over, True),
        ("对接金融机构产品（示例）", "plan I2", "产品清单一份", Strength.FINANCE, ahead, False),
    )
    minute, led = 450, list[str]()
    for title, clause, deliverable, strength, by, is_led in stated:
        duty = draw_id(people.chance)
        told = {"title": title, "clause": clause, "deliverable": deliverable, "strength": strength}
        first.append(StateDuty(duty=duty, **told, since=began, by=by))
        if is_led:
            first.append(NameDutyLead(duty=duty, organisation=body.organisation, contact=contact.actor))
            led.append(duty)
    for number, command in enumerate(first):
        yield office_time(began, minute + number), city, command
    answered = later(began, 2)
    for number, duty in enumerate(led):
        yield office_time(answered, minute + number), body, TakeOnDuty(duty=duty)
    reported = later(began, 20)
    yield office_time(reported, minute), body, ReportDuty(duty=led[0], text="目录已定，题库完成一半（示例）")
    asked = AskForLaterDutyDay(duty=led[1], by=ahead, reason="数据项较原计划多（示例）")
    yield office_time(reported, minute + 1), body, asked
