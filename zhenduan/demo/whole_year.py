"""A firm's whole year in the demo city 示例企业的一年: from the invitation to what it brought, then diagnosed again. plan P1–P6.

Invited in March under limits of the campaign's own, filled in by departments and, without a network, by workbook, visited by two,
reviewed, disputed before experts, confirmed, filed, drawn and assessed again, read with an expert, followed up twice; the repeat.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from random import Random

from domain.access import Everything, Role, scope_of
from domain.diagnosis.campaign_limits import SetCampaignLimits
from domain.diagnosis.campaigns import InviteFirms
from domain.diagnosis.filing import FileReport
from domain.diagnosis.follow_up import CloseFollowUp, ReportFollowUp
from domain.diagnosis.follow_up_facts import MeasuredChange
from domain.diagnosis.objections import AnswerObjections, ObjectionAnswer, ObjectToReport
from domain.diagnosis.on_site import VerifyAnswers
from domain.diagnosis.report import ConfirmReport
from domain.diagnosis.self_assessment import SaveAnswers
from domain.diagnosis.state import Purpose
from domain.governance.dated_rules import rule_in_force
from domain.governance.rule_bodies.stages import StageLimits
from domain.instants import city_day
from domain.participants.firm_ids import enterprise_id
from domain.providers.feedback.handling import AnswerFeedback, CloseFeedback, TakeUpFeedback
from domain.providers.feedback.state import FeedbackMilestone, FeedbackOutcome
from domain.providers.sampling.reassessment import AssignReassessment, GiveReassessment
from journal import Caller
from standards import Form, edition_for, edition_mappings, load
from zhenduan.demo.after_reports import experts_of, followed_up, heard, read_with_the_firm
from zhenduan.demo.campaigns import campaign_of
from zhenduan.demo.cases import cast_of, joining
from zhenduan.demo.data import DemoData, Ending, Provider
from zhenduan.demo.diagnosis_story import Act, DemoCase, Timed, acts
from zhenduan.demo.finished_cases import REASON
from zhenduan.demo.firms import DemoFirm
from zhenduan.demo.office_hours import later, moments, office_time
from zhenduan.demo.offline_forms import offline
from zhenduan.demo.people import SHOWN_DISTRICT, People, draw_id
from zhenduan.demo.rated_jobs import HowItWent
from zhenduan.demo.rosters import DEMO_SALT, FIRST_ROSTER, size_of
from zhenduan.demo.sampling import drawn_of, drawn_on
from zhenduan.demo.terms import TERM
from zhenduan.demo.training import EDITION

LIMITED, INVITED = date(2025, 3, 5), date(2025, 3, 10)
"""When the city gives the campaign limits of its own, and the district invites the firm."""
TO_BEGIN = 8
"""Working days from the invitation to the opening."""
HALF_A_YEAR = 130
"""Working days from one report of the follow-up to the next, by which a half year is over."""
REPEATED_AFTER = 10
"""Working days from the end of the follow-up to the repeat."""
BETTER_BY = 14
"""Points of the total that the firm has gained by the repeat."""
FIRST_NUMBER = 401
"""Number of the first of the two cases; those of the others lie elsewhere."""
DEPARTMENTS = 2
"""Sections that departments fill in, each by its own person."""


def whole_year(data: DemoData, people: People, firms: Sequence[DemoFirm], present: datetime) -> Iterator[Timed]:
    """The year of one firm of the shown district and provider, as far as the present goes.

    Args:
        data: the synthetic city.
        people: of the demo, all others met before.
        firms: on every roster, of which no other case is.
        present: no act lies after it.
    """
    shown = next(one for one in data.organisations.providers if one.id == data.owner_firm.provider)
    served = [one for one in firms if one.district == SHOWN_DISTRICT and one.industry in shown.industries]
    if not served:
        return
    chance = Random(f"whole year of {data.seed}")  # noqa: S311 - a demo is drawn
    case = _case(data, people, chance, (served[-1], shown), Purpose.INITIAL, INVITED)
    played = list(_first(data, people, chance, case))
    again = later(city_day(max(one.at for one in played)), REPEATED_AFTER)
    better = replace(served[-1], total=served[-1].total + BETTER_BY)
    repeat = _case(data, people, chance, (better, shown), Purpose.REPEAT, again)
    invited = Act(0, repeat.cast.district, InviteFirms(campaign=repeat.campaign, enterprises=(repeat.enterprise,)))
    done = [invited, *acts(repeat, data, load(EDITION), chance)]
    played += _timed(repeat, done, chance, again)
    yield from (one for one in sorted(played, key=lambda timed: timed.at) if one.at <= present)


def _case(
    data: DemoData, people: People, chance: Random, of: tuple[DemoFirm, Provider], purpose: Purpose, since: date
) -> DemoCase:
    """A case of the firm in brief form under the plain edition; the first ends in an objection, the repeat confirmed."""
    firm, provider = of
    applies = edition_for(edition_mappings(), firm.industry, size_of(firm, FIRST_ROSTER.year), since)
    plain = (applies.edition, applies.form) == (EDITION, Form.BRIEF)
    again = purpose is Purpose.REPEAT
    return DemoCase(
        id=draw_id(chance),
        number=FIRST_NUMBER + again,
        enterprise=enterprise_id(DEMO_SALT, firm.uscc),
        firm=firm,
        campaign=campaign_of(purpose, since.year),
        purpose=purpose,
        form=Form.BRIEF,
        reason=None if plain else REASON,
        ending=Ending.CONFIRMED if again else Ending.OBJECTED,
        cast=cast_of(data, chance, people, firm, provider, planned=True),
    )


def _timed(case: DemoCase, done: Sequence[Act], chance: Random, since: date) -> list[Timed]:
    """The acts of a case with their moments, in order."""
    found = moments([act.days for act in done], [chance.randrange(420) for _ in done], since)
    return [Timed(at, act, case.id) for at, act in zip(found, done, strict=True)]


def _first(data: DemoData, people: People, chance: Random, case: DemoCase) -> Iterator[Timed]:
    """The first diagnosis from the invitation to the end of its follow-up, and the draw that it fell under beside it."""
    cast = case.cast
    limits = rule_in_force(None, StageLimits, LIMITED).model_copy(update={"self_assessment": 20, "remind_before": 3})
    told = {"since": LIMITED, "limits": limits, "source": "市级部门关于批次环节时限的通知（示例）", "mark": "I"}
    yield Timed(office_time(LIMITED, 0), Act(0, cast.city, SetCampaignLimits(campaign=case.campaign, **told)))
    yield from joining(people, case, office_time(INVITED, 0))
    edition = load(EDITION)
    opening, *own = offline(Ending.SUBMITTED, edition, case.form, list(acts(case, data, edition, chance)))
    invited = Act(0, cast.district, InviteFirms(campaign=case.campaign, enterprises=(case.enterprise,)))
    until_disputed = _timed(case, [invited, replace(opening, days=TO_BEGIN), *_by_departments(people, case, own)], chance, INVITED)
    yield from until_disputed
    since = city_day(until_disputed[-1].at)
    rest = _timed(case, [*_disputed(people, case, own, since), *_afterwards(people, case, own, since)], chance, since)
    yield from rest
    confirmed = next(city_day(one.at) for one in rest if isinstance(one.act.what, ConfirmReport))
    yield from _drawn(people, case, own, f"{confirmed.year}.{confirmed.month:02}")


def _by_departments(people: People, case: DemoCase, own: Sequence[Act]) -> Iterator[Act]:
    """The same acts, of which departments fill in the first sections, each by its own person."""
    left = DEPARTMENTS
    for act in own:
        if left and isinstance(act.what, SaveAnswers):
            sections, scope = frozenset({act.what.section}), scope_of(Role.DEPARTMENT_FILLER, case.enterprise)
            filler = Caller(draw_id(people.chance), Role.DEPARTMENT_FILLER, case.enterprise, scope, sections)
            yield from (Act(0, case.cast.city, command) for command in people.joining(filler, INVITED))
            yield replace(act, who=filler)
            left -= 1
        else:
            yield act


def _item(own: Sequence[Act]) -> str:
    """The indicator that goes to the experts."""
    return next(act.what.items[0].indicator for act in own if isinstance(act.what, ObjectToReport))


def _disputed(people: People, case: DemoCase, own: Sequence[Act], since: date) -> Iterator[Act]:
    """Nothing of the objection is upheld, by the provider or by the experts; the firm confirms, and says how it went."""
    of, cast = {"diagnosis": case.id}, case.cast
    objected = next(act.what.items for act in own if isinstance(act.what, ObjectToReport))
    kept = [ObjectionAnswer(indicator=one.indicator, upheld=False, reason="与现场记录不一致（示例）") for one in objected]
    yield Act(3, cast.provider, AnswerObjections(**of, answers=tuple(kept)))
    yield from (Act(*step) for step in heard(people, (cast.enterprise, cast.provider), case.id, since, (_item(own), None)))
    yield Act(1, cast.enterprise, ConfirmReport(**of))
    feedback = draw_id(people.chance)
    yield Act(0, cast.enterprise, HowItWent(case.id, feedback, (4, 5), FeedbackMilestone.CONFIRMATION))
    yield Act(2, cast.city, TakeUpFeedback(feedback=feedback))
    yield Act(1, cast.city, AnswerFeedback(feedback=feedback, reply="已转服务商，现场计划将列明全部厂区（示例）"))
    reason = "服务商已修订现场计划模板（示例）"
    yield Act(2, cast.city, CloseFeedback(feedback=feedback, outcome=FeedbackOutcome.RECTIFIED, reason=reason))


def _afterwards(people: People, case: DemoCase, own: Sequence[Act], since: date) -> Iterator[Act]:
    """Filed, read by an expert who joins for it, followed up after half a year and after a year, and closed by the district."""
    of, cast = {"diagnosis": case.id}, case.cast
    yield Act(1, cast.district, FileReport(**of))
    reader = Caller(draw_id(people.chance), Role.READER, experts_of(people), Everything())
    yield from (Act(0, cast.city, command) for command in people.joining(reader, since))
    term = (draw_id(people.chance), since + TERM)
    yield from (Act(*step) for step in read_with_the_firm(cast.district, reader, of, term, _item(own)))
    yield from (Act(*step) for step in followed_up(cast.enterprise, of, _item(own)))
    brought = MeasuredChange(
        indicator=_item(own), name="第二厂区设备联网率", unit="%", before=Decimal("62.25"), after=Decimal("88.5")
    )
    done = "两个厂区的设备全部接入，规划已按年修订（示例）"
    yield Act(HALF_A_YEAR, cast.enterprise, ReportFollowUp(**of, month=12, done=done, changes=(brought,)))
    yield Act(3, cast.district, CloseFollowUp(**of, conclusion="两期均按时报告，联网率逐期提高（示例）"))


def _drawn(people: People, case: DemoCase, own: Sequence[Act], month: str) -> Iterator[Timed]:
    """The month's draw, for which a provider of few jobs has them all drawn; another expert finds what the provider found."""
    minutes = count(400)
    for day, who, what in drawn_of(month, case.cast.city):
        yield Timed(office_time(day, next(minutes)), Act(0, who, what))
    assessor = Caller(draw_id(people.chance), Role.SAMPLER, experts_of(people), Everything())
    found = {name: one for act in own if isinstance(act.what, VerifyAnswers) for name, one in act.what.answers.items()}
    assigned, given = (later(drawn_on(month), days) for days in (1, 5))
    giving_out = AssignReassessment(diagnosis=case.id, draw=month, assessor=assessor.actor)
    for command in (*people.joining(assessor, assigned), giving_out):
        yield Timed(office_time(assigned, next(minutes)), Act(0, case.cast.city, command))
    yield Timed(office_time(given, next(minutes)), Act(0, assessor, GiveReassessment(diagnosis=case.id, answers=found)))
