"""Diagnoses of the demo city 示例诊断: for each the acts of its people in order, from opening to where it ends."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from random import Random
from typing import Protocol, runtime_checkable

from api.kit.services import Services
from domain.diagnosis.deferrals import DeferQuestions
from domain.diagnosis.objections import AnswerObjections, ObjectionAnswer, ObjectionItem, ObjectToReport
from domain.diagnosis.on_site import RecordSiteVisit, VerifyAnswers
from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.provider import AcceptDiagnosis, AssignProvider
from domain.diagnosis.report import ConfirmReport, IssueReport
from domain.diagnosis.review import HandInReport, ReviewCheck, ReviewItem, ReviewReport
from domain.diagnosis.scoring import RecordExpertReview, ScoreDiagnosis
from domain.diagnosis.self_assessment import AnswerGiven, PledgeTruth, SaveAnswers, SubmitSelfAssessment
from domain.diagnosis.state import Deferral, Purpose, VerifiedAnswer
from domain.diagnosis.visits import AgreeToVisit, CloseSiteVisit, PlanSiteVisit, RecordInterview, SignInOnSite
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.kernel import Command
from journal import Caller
from standards import Answer, Edition, Form
from zhenduan.demo.answers import DemoAnswers, Saying, draw_answers
from zhenduan.demo.data import DemoData, Ending
from zhenduan.demo.files import evidence_pdf, evidence_png
from zhenduan.demo.firms import DemoFirm

EVIDENCE_IN_HUNDRED = 40
"""How often the firm attaches a file to a section of its self-assessment."""
EXPERTS_FROM = 75
"""From this total on a firm may reach the level that asks for an expert review."""


@dataclass(frozen=True)
class Cast:
    """Who acts in one diagnosis 参与者. second: a diagnostician of the provider, with whom its visit is made by plan."""

    city: Caller
    district: Caller
    enterprise: Caller
    provider: Caller
    second: Caller | None = None


@dataclass(frozen=True)
class Attachment:
    """A file to upload and attach 佐证文件."""

    filename: str
    data: bytes
    indicators: tuple[str, ...]


@runtime_checkable
class OnRecord(Protocol):
    """What somebody says that rests on what is on record when it is said 依当时记录."""

    def command(self, services: Services, who: Caller, at: datetime) -> Command | None:
        """What is sent; None = nothing is."""
        ...


@dataclass(frozen=True)
class Act:
    """One act 一步: working days after the one before, by whom, and what.

    what: a command, one made from the day it is sent on, a file to upload and attach to the diagnosis, or what rests on the record.
    """

    days: int
    who: Caller
    what: Command | Callable[[date], Command] | Attachment | OnRecord


@dataclass(frozen=True)
class Timed:
    """An act and its moment 带时刻的行为. diagnosis: to which a file is attached; else empty."""

    at: datetime
    act: Act
    diagnosis: str = ""


@dataclass(frozen=True)
class DemoCase:
    """One diagnosis to play 示例诊断. number: tells its evidence from that of others. reason: why not under what applies."""

    id: str
    number: int
    enterprise: str
    firm: DemoFirm
    campaign: str
    purpose: Purpose
    form: Form
    reason: str | None
    ending: Ending
    cast: Cast


ORDER = tuple(Ending)


def acts(case: DemoCase, data: DemoData, edition: Edition, chance: Random) -> Iterator[Act]:
    """The acts of a diagnosis in order 诊断过程, up to its ending."""
    answers = draw_answers(
        edition,
        case.form,
        chance,
        case.firm.total,
        round(chance.gauss(data.overstatement.mean, data.overstatement.deviation)),
        Saying(max(20, case.firm.employees // 2), case.firm.revenue_wan),
        (data.differences, data.not_applicable),
    )
    withdrawn_at = chance.choice((Ending.OPENED, Ending.PARTLY_ANSWERED, Ending.ACCEPTED))
    goal = withdrawn_at if case.ending is Ending.WITHDRAWN else case.ending
    for reached, act in _way(case, data, edition, answers, chance):
        if ORDER.index(reached) > ORDER.index(goal):
            break
        yield act
    if case.ending is Ending.WITHDRAWN:
        reason = chance.choice(data.withdrawals)
        yield Act(chance.randint(2, 9), case.cast.district, WithdrawDiagnosis(diagnosis=case.id, reason=reason))


def _way(
    case: DemoCase, data: DemoData, edition: Edition, answers: DemoAnswers, chance: Random
) -> Iterator[tuple[Ending, Act]]:
    """Every act of the whole way, each with the ending that it belongs to."""
    yield from _self_assessment(case, data, edition, answers, chance)
    yield from _on_site(case, data, edition, answers, chance)
    yield from _reporting(case, data, edition, answers, chance)


def _sections(edition: Edition, form: Form, answers: Mapping[str, Answer]) -> dict[str, dict[str, Answer]]:
    found: dict[str, dict[str, Answer]] = {}
    for item in edition.of(form):
        found.setdefault(item.dimension, {})[item.id] = answers[item.id]
    return found


def _self_assessment(
    case: DemoCase, data: DemoData, edition: Edition, answers: DemoAnswers, chance: Random
) -> Iterator[tuple[Ending, Act]]:
    identity, cast = case.id, case.cast
    named_late = case.ending is not Ending.OPENED and chance.randrange(4) == 0
    provider = cast.provider.organisation
    opening = OpenDiagnosis(
        diagnosis=identity,
        enterprise=case.enterprise,
        campaign=case.campaign,
        purpose=case.purpose,
        form=case.form,
        edition=edition.key,
        provider=None if named_late else provider,
        reason=case.reason,
    )
    yield Ending.OPENED, Act(0, cast.district, opening)
    if named_late:
        assignment = AssignProvider(diagnosis=identity, provider=provider)
        yield Ending.PARTLY_ANSWERED, Act(1, cast.district, assignment)
    sections = _sections(edition, case.form, answers.own)
    saved_partly = chance.randint(2, len(sections) - 2)
    for number, (section, own) in enumerate(sections.items()):
        reached = Ending.PARTLY_ANSWERED if number < saved_partly else Ending.SUBMITTED
        if number == saved_partly and case.ending is Ending.PARTLY_ANSWERED:
            for deferral, indicator in zip(Deferral, own, strict=False):
                deferring = DeferQuestions(diagnosis=identity, indicators=(indicator,), deferral=deferral)
                yield Ending.PARTLY_ANSWERED, Act(0, cast.enterprise, deferring)
        given = {indicator: AnswerGiven(answer=answer) for indicator, answer in own.items()}
        saving = SaveAnswers(diagnosis=identity, section=section, answers=given)
        yield reached, Act(chance.randint(0, 2), cast.enterprise, saving)
        if chance.randrange(100) < EVIDENCE_IN_HUNDRED:
            yield reached, Act(0, cast.enterprise, _evidence(case, data, number, tuple(own), chance))
    yield Ending.SUBMITTED, Act(1, cast.enterprise, PledgeTruth(diagnosis=identity))
    yield Ending.SUBMITTED, Act(0, cast.enterprise, SubmitSelfAssessment(diagnosis=identity))


def _evidence(
    case: DemoCase, data: DemoData, number: int, indicators: tuple[str, ...], chance: Random
) -> Attachment:
    serial = case.number * 10 + number
    picture = chance.randrange(4) == 0
    title = data.evidence[number % len(data.evidence)]
    return Attachment(
        filename=f"{title}.{'png' if picture else 'pdf'}",
        data=evidence_png(serial) if picture else evidence_pdf(serial),
        indicators=indicators[: chance.randint(1, 2)],
    )


def _on_site(
    case: DemoCase, data: DemoData, edition: Edition, answers: DemoAnswers, chance: Random
) -> Iterator[tuple[Ending, Act]]:
    identity, cast = case.id, case.cast
    yield Ending.ACCEPTED, Act(chance.randint(1, 3), cast.provider, AcceptDiagnosis(diagnosis=identity))
    sections = _sections(edition, case.form, answers.verified)
    first = next(iter(sections.values()))
    yield Ending.ACCEPTED, Act(1, cast.provider, _evidence(case, data, len(sections), tuple(first), chance))
    people, functions = chance.randint(2, 4), tuple(chance.sample(data.functions, 4))
    notes, after = chance.choice(data.visit_notes), chance.randint(3, 10)
    if cast.second is not None:
        yield from _by_plan(case, cast.second, functions, notes, after)
    else:
        visit = partial(RecordSiteVisit, diagnosis=identity, diagnosticians=people, functions=functions, notes=notes)
        yield Ending.VISITED, Act(after, cast.provider, lambda day: visit(visited_on=day))
    verified_partly = chance.randint(0, len(sections) - 2)
    for number, (section, found) in enumerate(sections.items()):
        reached = Ending.VISITED if number < verified_partly else Ending.VERIFIED
        verified = {
            indicator: VerifiedAnswer(answer=answer, reason=answers.reasons.get(indicator))
            for indicator, answer in found.items()
        }
        verifying = VerifyAnswers(diagnosis=identity, section=section, answers=verified)
        yield reached, Act(chance.randint(0, 1), cast.provider, verifying)
    if case.firm.total >= EXPERTS_FROM:
        review = RecordExpertReview(diagnosis=identity, conclusion=data.expert_conclusion)
        yield Ending.VERIFIED, Act(3, cast.city, review)


def _by_plan(
    case: DemoCase, second: Caller, functions: tuple[str, ...], notes: str, after: int
) -> Iterator[tuple[Ending, Act]]:
    """A visit by two: planned, agreed by the firm, signed in, interviewed and closed 按计划现场诊断."""
    of, cast = {"diagnosis": case.id}, case.cast
    agenda = "请准备设备台账、系统清单，并安排各部门负责人（示例）"
    plan = partial(PlanSiteVisit, **of, team=(cast.provider.actor, second.actor), functions=functions, agenda=agenda)
    yield Ending.ACCEPTED, Act(1, cast.provider, lambda day: plan(day=day))
    yield Ending.ACCEPTED, Act(1, cast.enterprise, AgreeToVisit(**of))
    for days, who in ((after, cast.provider), (0, second)):
        yield Ending.VISITED, Act(days, who, SignInOnSite(**of, place="厂区一号门（示例）"))
    for function in functions:
        yield Ending.VISITED, Act(0, second, RecordInterview(**of, function=function, notes=f"{function}：{notes}"))
    yield Ending.VISITED, Act(0, cast.provider, CloseSiteVisit(**of, notes=notes))


def _reporting(
    case: DemoCase, data: DemoData, edition: Edition, answers: DemoAnswers, chance: Random
) -> Iterator[tuple[Ending, Act]]:
    identity, cast = case.id, case.cast
    scoring = ScoreDiagnosis(diagnosis=identity)
    issuing = IssueReport(diagnosis=identity)
    confirming = ConfirmReport(diagnosis=identity)
    yield Ending.SCORED, Act(1, cast.provider, scoring)
    if cast.second is not None:
        of, checks = {"diagnosis": identity}, tuple(ReviewCheck(item=item, met=True) for item in ReviewItem)
        yield Ending.SCORED, Act(1, cast.second, HandInReport(**of, summary="与自评不同的指标均写明理由（示例）"))
        passing = ReviewReport(**of, passed=True, checks=checks, conclusion="各项符合，同意出具（示例）")
        yield Ending.ISSUED, Act(1, cast.provider, passing)
    yield Ending.ISSUED, Act(chance.randint(2, 6), cast.provider, issuing)
    if case.ending is Ending.CONFIRMED:
        yield Ending.CONFIRMED, Act(chance.randint(1, 5), cast.enterprise, confirming)
        return
    disputed = [*answers.reasons, *(i for i in answers.own if i not in answers.reasons)][:2]
    items = tuple(
        ObjectionItem(indicator=indicator, reason=reason)
        for indicator, reason in zip(disputed, data.objections, strict=False)
    )
    yield Ending.OBJECTED, Act(chance.randint(1, 4), cast.enterprise, ObjectToReport(diagnosis=identity, items=items))
    upheld, *kept = disputed
    replies = (
        ObjectionAnswer(indicator=upheld, upheld=True, reason=data.objection_upheld),
        *(ObjectionAnswer(indicator=one, upheld=False, reason=data.differences[0]) for one in kept),
    )
    answering = AnswerObjections(diagnosis=identity, answers=replies)
    again = VerifyAnswers(
        diagnosis=identity,
        section=edition.by_id[upheld].dimension,
        answers={upheld: VerifiedAnswer(answer=answers.own[upheld])},
    )
    for days, who, command in (
        (3, cast.provider, answering),
        (2, cast.provider, again),
        (0, cast.provider, scoring),
        (1, cast.provider, issuing),
        (2, cast.enterprise, confirming),
    ):
        yield Ending.REISSUED, Act(days, who, command)
