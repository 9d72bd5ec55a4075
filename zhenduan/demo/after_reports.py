"""After a report 报告出具之后: what the demo city's people do with one, beyond confirming it. plan P6."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from domain.access import Everything, Role
from domain.diagnosis.arbitration import DecideArbitration, GiveArbiterOpinion, RequestArbitration, SettleArbitration
from domain.diagnosis.assignments import AssignExpert
from domain.diagnosis.filing import FileReport
from domain.diagnosis.follow_up import PlanFollowUp, ReportFollowUp
from domain.diagnosis.follow_up_facts import MeasuredChange, PlannedMeasure
from domain.diagnosis.objections import AnswerObjections, ObjectionItem
from domain.diagnosis.on_site import VerifyAnswers
from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.readings import AppointReader, RecordReading
from domain.diagnosis.report import ConfirmReport, IssueReport
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.self_assessment import SaveAnswers
from domain.diagnosis.state import ArbiterFinding, DiagnosisCommand, ExpertRecommendation
from domain.governance.proceedings.decision import EndTimeToAppeal
from domain.governance.proceedings.hearing import GiveStatement
from domain.governance.proceedings.opening import ServeNotice
from domain.governance.proceedings.state import ARBITRATION_PREFIX
from domain.instants import city_day
from domain.kernel import Command
from domain.participants.people.granting_rights import KIND_OF_HEAD
from journal import Caller
from standards import Answer
from zhenduan.demo.office_hours import later, office_time
from zhenduan.demo.people import People, draw_id
from zhenduan.demo.proceedings import SYSTEM
from zhenduan.demo.terms import TERM

HALF_A_YEAR = 125
"""Working days from the plan to the report at six months, which the filing's half year is over by."""
PANEL = 3
"""Arbiters of the case that is shown."""
Step = tuple[datetime, Caller, Command]
Said = Command | Callable[[date], Command]
"""A command, or what makes it of the day that it falls on."""


def arbitrated(people: People, played: Sequence[Step]) -> tuple[Command | None, list[Step]]:
    """The confirmation that comes later, and the acts of an arbitration in its place 仲裁的诊断; none where no firm objected."""
    ofcase: dict[str, list[Step]] = {}
    for step in played:
        if isinstance(step[2], DiagnosisCommand):
            ofcase.setdefault(step[2].diagnosis, []).append(step)
    for diagnosis, steps in ofcase.items():
        kinds = {type(command) for _, _, command in steps}
        if {AnswerObjections, ConfirmReport} <= kinds:
            issued = max(at for at, _, command in steps if isinstance(command, IssueReport))
            confirming = next(command for _, _, command in steps if isinstance(command, ConfirmReport))
            return confirming, _timed(issued, _arbitration(people, diagnosis, steps))
    return None, []


def _timed(since: datetime, steps: Iterator[tuple[int, Caller, Said]]) -> list[Step]:
    """Each so many working days after the one before, those of one day a minute apart."""
    day, minute, found = city_day(since), 0, list[Step]()
    for days, who, said in steps:
        day, minute = (later(day, days), 0) if days else (day, minute + 1)
        found.append((office_time(day, 360 + minute), who, said if isinstance(said, Command) else said(day)))
    return found


def _arbitration(people: People, diagnosis: str, steps: Sequence[Step]) -> Iterator[tuple[int, Caller, Said]]:
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    by = {type(command): who for _, who, command in steps}
    firm, provider, of = by[ConfirmReport], by[AnswerObjections], {"diagnosis": diagnosis}
    item = next(one.indicator for _, _, c in steps if isinstance(c, AnswerObjections) for one in c.answers if not one.upheld)
    own, verified = (_last_answer(steps, kind, item) for kind in (SaveAnswers, VerifyAnswers))
    since, holds = city_day(steps[-1][0]), own if own != verified else None
    yield from heard(people, (firm, provider), diagnosis, since, (item, holds))
    if holds is not None:
        yield 1, provider, ScoreDiagnosis(**of)
        yield 1, provider, IssueReport(**of)
    yield 1, firm, ConfirmReport(**of)
    yield 2, by[OpenDiagnosis], FileReport(**of)
    reader = Caller(draw_id(people.chance), Role.READER, experts_of(people), Everything())
    for command in people.joining(reader, since):
        yield 0, city, command
    yield from read_with_the_firm(by[OpenDiagnosis], reader, of, (draw_id(people.chance), since + TERM), item)
    yield from followed_up(firm, of, item)


def experts_of(people: People) -> str:
    """The body that arbiters and readers are of."""
    return next(one.id for one in people.data.organisations.others if one.kind is KIND_OF_HEAD[Role.ARBITER])


def heard(
    people: People, sides: tuple[Caller, Caller], diagnosis: str, since: date, about: tuple[str, Answer | None]
) -> Iterator[tuple[int, Caller, Said]]:
    """An arbitration from the request to its settling 仲裁经过, before three experts who join for it.

    sides: the firm, and the provider. about: the item, and the answer that most of the experts find, None = that of the provider.
    """
    (firm, provider), (item, holds), of = sides, about, {"diagnosis": diagnosis}
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    chief = Caller(draw_id(people.chance), Role.CITY, city.organisation, Everything())
    for command in people.joining(chief, since):
        yield 0, city, command
    yield 1, firm, RequestArbitration(**of, items=(ObjectionItem(indicator=item, reason="现场未查看第二厂区的系统（示例）"),))
    asked = {"proceeding": f"{ARBITRATION_PREFIX}{diagnosis}.1"}
    yield 1, city, ServeNotice(**asked)
    yield 3, provider, GiveStatement(**asked, text="第二厂区未列入现场诊断计划（示例）", asks_hearing=False)
    panel = [Caller(draw_id(people.chance), Role.ARBITER, experts_of(people), Everything()) for _ in range(PANEL)]
    for arbiter in panel:
        for command in people.joining(arbiter, since):
            yield 0, city, command
        term = {"since": since, "until": since + TERM}
        yield 0, city, AssignExpert(**of, assignment=draw_id(people.chance), expert=arbiter.actor, role=Role.ARBITER, **term)
    for number, arbiter in enumerate(panel):
        upheld = holds is not None and number > 0
        reason = "补充查看第二厂区的运行记录，自评属实（示例）" if upheld else "现有佐证不足以改变核验结果（示例）"
        finding = ArbiterFinding(indicator=item, upheld=upheld, answer=holds if upheld else None, reason=reason)
        yield 1, arbiter, GiveArbiterOpinion(**of, findings=(finding,))
    yield 1, chief, DecideArbitration(**of, reasons="按多数专家意见（示例）")
    yield 20, SYSTEM, EndTimeToAppeal(**asked)
    yield 0, SYSTEM, SettleArbitration(**of)


def read_with_the_firm(
    district: Caller, reader: Caller, of: Mapping[str, str], term: tuple[str, date], item: str
) -> Iterator[tuple[int, Caller, Said]]:
    """The district appoints an expert, who reads the report with the firm some days later."""
    assignment, until = term
    yield 1, district, AppointReader(**of, assignment=assignment, expert=reader.actor, until=until)
    advice = (
        ExpertRecommendation(indicator=item, text="先把两个厂区的系统接到同一平台，再谈数据治理（示例）"),
        ExpertRecommendation(indicator="Z01", text="数字化规划按年滚动修订，并写明预算（示例）"),
    )
    said = "规划与现场差距主要在第二厂区；基础较好，宜先易后难（示例）"
    yield 4, reader, lambda day: RecordReading(**of, held_on=day, findings=said, recommendations=advice)


def followed_up(firm: Caller, of: Mapping[str, str], item: str) -> Iterator[tuple[int, Caller, Said]]:
    """The firm plans what was recommended, and reports half a year after the filing; what is due after a year is still open."""

    def planned(day: date) -> PlanFollowUp:
        first = PlannedMeasure(indicator=item, recommendation=1, text="两个厂区系统接入同一平台（示例）", by=later(day, 90))
        second = PlannedMeasure(indicator="Z01", recommendation=2, text="按年修订规划并列支预算（示例）", by=later(day, 200))
        return PlanFollowUp(**of, measures=(first, second))

    yield 5, firm, planned
    brought = MeasuredChange(indicator=item, name="第二厂区设备联网率", unit="%", before=Decimal("31.5"), after=Decimal("62.25"))
    done = "第二厂区系统已接入同一平台，预算已列入次年计划（示例）"
    yield HALF_A_YEAR, firm, ReportFollowUp(**of, month=6, done=done, changes=(brought,))


def _last_answer(steps: Sequence[Step], kind: type[SaveAnswers | VerifyAnswers], indicator: str) -> Answer | None:
    """What was said of an indicator last, by the firm or the provider."""
    saved = [command.answers for _, _, command in steps if isinstance(command, kind) and indicator in command.answers]
    return saved[-1][indicator].answer if saved else None
