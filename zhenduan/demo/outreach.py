"""Outreach in the demo city 示例宣讲交流: a briefing that was held, a question, who came, the next session. plan T2, T3."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

from domain.kernel import Command
from domain.programme.sessions.attendance import SignUpForOutreachSession
from domain.programme.sessions.attendance_facts import AttendeeGroup
from domain.programme.sessions.question import AnswerOutreachQuestion, AskOutreachQuestion, PublishOutreachAnswer
from domain.programme.sessions.schedule import SetOutreachSchedule
from domain.programme.sessions.session import (
    AnnounceOutreachSession,
    InviteToOutreachSession,
    PlanOutreachSession,
    RecordOutreachAttendance,
)
from domain.programme.sessions.state import OutreachKind
from journal import Caller
from zhenduan.demo.office_hours import later, office_time
from zhenduan.demo.people import draw_id

HELD_AGO, PREPARED, AHEAD = 60, 20, 14
"""Days before the present on which the briefing was held, before it that it was planned, and until the next one."""
CAME_EVERY = 2
"""Of the firms invited one in so many came."""
WEEKS = 8
HOURS = {"begins": "14:00", "ends": "16:00", "place": "区会议中心（示例）"}


EARLIER = (
    (date(2023, 11, 15), "诊断政策、标准与流程"),
    (date(2024, 4, 24), "第二年诊断安排与常见填报问题"),
    (date(2024, 10, 16), "诊断结果怎么用"),
    (date(2025, 4, 23), "第三年诊断安排，复诊与改进"),
)
"""Day and topic of the briefings of the years before."""


def earlier_sessions(district: Caller, firms: Sequence[str]) -> Iterator[tuple[datetime, Caller, Command]]:
    """The briefings that the district held in the years before, each with who came 历次宣讲. firms: of it, which are invited."""
    chance = Random(f"briefings of {district.organisation}")  # noqa: S311 - a demo is drawn
    host = {"host": "区工业和信息化主管部门（示例）", **HOURS}
    for held_on, topic in EARLIER:
        of, began = {"outreach_session": draw_id(chance)}, later(held_on - timedelta(days=PREPARED), 0)
        planned = PlanOutreachSession(**of, kind=OutreachKind.BRIEFING, topic=topic, held_on=held_on, capacity=120, **host)
        invited = InviteToOutreachSession(**of, enterprises=tuple(firms))
        came = tuple(one for one in firms if chance.randrange(3))
        for minute, command in enumerate((planned, AnnounceOutreachSession(**of), invited)):
            yield office_time(began, 410 + minute), district, command
        yield office_time(held_on, 450), district, RecordOutreachAttendance(**of, enterprises=came)


def outreach(
    district: Caller, owner: Caller, firms: Sequence[str], chance: Random, present: date
) -> Iterator[tuple[datetime, Caller, Command]]:
    """What the district and the owner's firm did, in order of time.

    firms: of the district, which are invited. chance: where ids are drawn from.
    """
    held_on, ahead = later(present - timedelta(days=HELD_AGO), 0), later(present + timedelta(days=AHEAD), 0)
    began = later(held_on - timedelta(days=PREPARED), 0)
    past, following, question = (draw_id(chance) for _ in range(3))
    host = {"host": "区工业和信息化主管部门（示例）", **HOURS}
    minute = 420
    told = PlanOutreachSession(
        outreach_session=past, kind=OutreachKind.BRIEFING, topic="诊断流程、填报与人员安排", held_on=held_on, capacity=120, **host
    )
    yield office_time(began, minute), district, SetOutreachSchedule(unit=district.organisation, weeks=WEEKS, since=began)
    yield office_time(began, minute + 1), district, told
    yield office_time(began, minute + 2), district, AnnounceOutreachSession(outreach_session=past)
    everyone = tuple(dict.fromkeys((owner.organisation, *firms)))
    yield office_time(began, minute + 3), district, InviteToOutreachSession(outreach_session=past, enterprises=everyone)
    of = {"outreach_session": past, "enterprise": owner.organisation}
    groups = (AttendeeGroup(function="生产", people=1), AttendeeGroup(function="信息化", people=1))
    yield office_time(began, minute + 10), owner, SignUpForOutreachSession(**of, groups=groups)
    asked = AskOutreachQuestion(outreach_question=question, **of, text="没有专职人员怎么填报？（示例）")
    yield office_time(began, minute + 12), owner, asked
    answer = AnswerOutreachQuestion(outreach_question=question, answer="可由熟悉生产的兼职人员填报（示例）")
    yield office_time(held_on, minute + 30), district, answer
    wording = PublishOutreachAnswer(outreach_question=question, wording="人员不足时由谁填报？（示例）")
    yield office_time(held_on, minute + 31), district, wording
    came = RecordOutreachAttendance(outreach_session=past, enterprises=everyone[::CAME_EVERY])
    yield office_time(held_on, minute + 32), district, came
    now = later(present - timedelta(days=4), 0)
    reading = PlanOutreachSession(
        outreach_session=following, kind=OutreachKind.REPORT_READING, topic="读懂诊断报告", held_on=ahead, **host
    )
    yield office_time(now, minute), district, reading
    yield office_time(now, minute + 1), district, AnnounceOutreachSession(outreach_session=following)
    invited = InviteToOutreachSession(outreach_session=following, enterprises=everyone[:1])
    yield office_time(now, minute + 2), district, invited
