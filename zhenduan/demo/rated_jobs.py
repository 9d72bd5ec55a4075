"""Jobs of the demo's rated years 示例评价任务: of so many providers that they are ranked, and move between tiers. plan V5.

Each is opened, answered and accepted, and its firm says how it was taken on; it runs at the end of the year and goes over into the
next campaign. So it counts in the year's rating, and no report is made of it, which would take longer than all the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from random import Random

from api.kit.services import Services
from domain.access import Role
from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.provider import AcceptDiagnosis
from domain.diagnosis.self_assessment import AnswerGiven, PledgeTruth, SaveAnswers, SubmitSelfAssessment
from domain.diagnosis.state import Purpose, diagnosis_stream
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.governance.proceedings.state import ProceedingOutcome
from domain.kernel import Command, cause_of
from domain.participants.firm_ids import enterprise_id
from domain.providers.applications.commands import SaveApplication
from domain.providers.feedback.giving import GiveFeedback
from domain.providers.feedback.state import FeedbackKind, FeedbackMilestone, FeedbackScore, FeedbackSubject
from journal import Caller
from standards import Edition, Form, edition_for, edition_mappings, load
from zhenduan.demo.answers import Saying, draw_answers
from zhenduan.demo.campaigns import campaign_of
from zhenduan.demo.data import DemoData
from zhenduan.demo.diagnosis_story import Act, Timed
from zhenduan.demo.firms import DemoFirm
from zhenduan.demo.office_hours import later, office_time
from zhenduan.demo.people import SHOWN_DISTRICT, People, draw_id
from zhenduan.demo.rosters import DEMO_SALT, FIRST_ROSTER, size_of
from zhenduan.demo.selected_people import SIX
from zhenduan.demo.selection import FIRST

FIRMS_EACH = 2
"""Jobs of a provider in a year: from two on it is told how its jobs differ."""
OPENED = {2023: date(2023, 11, 27), 2024: date(2024, 4, 8)}
"""Rated year -> day on which its first job opens; the others follow, so many days apart."""
APART = {2023: 1, 2024: 8}
GOES_OVER = {2023: date(2024, 2, 5), 2024: date(2025, 2, 13)}
"""Rated year -> day on which what still runs goes over into the next campaign; its rating was fixed before."""
REASON = "当年未能完成，转入下一年度批次重新开启（示例）"
SCORES: Sequence[Mapping[int, tuple[tuple[int, int], tuple[int, int]]]] = (
    {2023: ((5, 5), (5, 4)), 2024: ((5, 5), (5, 5))},
    {2023: ((4, 4), (4, 4)), 2024: ((2, 3), (3, 2))},
    {2023: ((3, 4), (3, 3)), 2024: ((5, 5), (5, 4))},
    {2023: ((3, 3), (4, 3)), 2024: ((4, 3), (4, 4))},
    {2023: ((4, 4), (5, 4)), 2024: ((4, 4), (4, 3))},
    {2023: ((2, 3), (2, 2)), 2024: ((5, 4), (4, 5))},
    {2023: ((5, 4), (5, 5)), 2024: ((3, 3), (3, 3))},
    {2023: ((4, 3), (4, 4)), 2024: ((4, 4), (3, 4))},
    {2023: ((2, 2), (3, 2)), 2024: ((2, 2), (2, 2))},
    {2023: ((3, 3), (3, 3)), 2024: ((3, 3), (3, 4))},
    {2023: ((4, 5), (4, 4)), 2024: ((5, 5), (5, 5))},
    {2023: ((4, 4), (3, 4)), 2024: ((2, 2), (2, 2))},
    {2023: ((5, 4), (4, 4)), 2024: ((4, 5), (4, 4))},
    {2023: ((3, 2), (3, 3)), 2024: ((3, 4), (4, 4))},
)
"""Of each provider in turn, year by year and job by job: what the firm gave the provider, and how the diagnosis was run."""
SAID = {
    2: "受理较慢，联系人多次更换（示例）",
    3: "受理及时，要求讲解得不够细（示例）",
    4: "受理当日即联系，讲解清楚（示例）",
    5: "受理当日即上门说明，准备充分（示例）",
}
"""By the lower of its two scores, what the firm says in words."""


@dataclass(frozen=True)
class HowItWent:
    """What a firm says of a step, which is the latest fact of its case 环节反馈. given: provider, and process."""

    diagnosis: str
    feedback: str
    given: tuple[int, int]
    milestone: FeedbackMilestone = FeedbackMilestone.ACCEPTANCE

    def command(self, services: Services, _who: Caller, _at: object) -> Command:
        """The feedback, about that fact."""
        stream = diagnosis_stream(self.diagnosis)
        subjects = (FeedbackSubject.PROVIDER, FeedbackSubject.PROCESS)
        return GiveFeedback(
            feedback=self.feedback,
            diagnosis=self.diagnosis,
            milestone=self.milestone,
            about=cause_of(stream, len(services.journal.read(stream))),
            kind=FeedbackKind.FEEDBACK,
            scores=tuple(FeedbackScore(subject=one, score=score) for one, score in zip(subjects, self.given, strict=True)),
            text=SAID[min(self.given)],
            anonymous=False,
        )


def rated_jobs(data: DemoData, people: People, played: Sequence[Timed], firms: Sequence[DemoFirm]) -> Iterator[Timed]:
    """The same firms of each provider in both years 评价任务. firms: the same in all rosters, whoever diagnoses them."""
    chance, minutes = Random(f"rated jobs of {data.seed}"), count()  # noqa: S311 - a demo is drawn
    taken = {what.enterprise for timed in played if isinstance(what := timed.act.what, OpenDiagnosis)}
    free = [one for one in firms if enterprise_id(DEMO_SALT, one.uscc) not in taken and _is_plain(one)]
    city = people.callers[Role.CITY, data.organisations.city.id]
    number, scores_of = count(), iter(SCORES[: data.rated_providers])
    for provider, industries in _providers(data, played).items():
        own = [one for one in free if one.industry in industries][:FIRMS_EACH]
        scores = next(scores_of, None) if len(own) == FIRMS_EACH else None
        for place, firm in enumerate(own if scores is not None else ()):
            free.remove(firm)
            enterprise = people.meet(Role.ENTERPRISE, enterprise_id(DEMO_SALT, firm.uscc))
            joined = later(OPENED[min(OPENED)], 0)
            for command in people.joining(enterprise, joined):
                yield Timed(office_time(joined, next(minutes)), Act(0, city, command))
            at = next(number)
            for year in OPENED:
                assert scores is not None  # noqa: S101 - else there is no firm here
                yield from _job(data, people, chance, (firm, enterprise, provider), (year, at, scores[year][place]))


def _is_plain(firm: DemoFirm) -> bool:
    """Whether nobody who signs in looks at it: neither of the shown district nor of a group."""
    return firm.district != SHOWN_DISTRICT and not firm.group


def _providers(data: DemoData, played: Sequence[Timed]) -> dict[Caller, tuple[str, ...]]:
    """Who acts for each provider that has been listed since the first year, and the industries it applied for."""
    applied: dict[Caller, SaveApplication] = {}
    for timed in played:
        if isinstance(what := timed.act.what, SaveApplication) and what.year == FIRST.year:
            applied.setdefault(timed.act.who, what)
    at, outcome = FIRST.objection
    failed = {place for place in FIRST.failing if place != at or outcome is not ProceedingOutcome.UPHELD}
    gone = {*SIX, *(one.id for one in data.organisations.providers if one.last is not None)}
    return {
        who: what.industries
        for place, (who, what) in enumerate(applied.items())
        if place not in failed and what.provider not in gone
    }


def _job(
    data: DemoData,
    people: People,
    chance: Random,
    who: tuple[DemoFirm, Caller, Caller],
    which: tuple[int, int, tuple[int, int]],
) -> Iterator[Timed]:
    """A job from its opening into the next campaign."""
    (firm, enterprise, provider), (year, number, given) = who, which
    district, identity = people.callers[Role.DISTRICT, firm.district], draw_id(chance)
    opens = later(OPENED[year], 1 + number * APART[year] % (12 if year == min(OPENED) else 160))
    applies = edition_for(edition_mappings(), firm.industry, size_of(firm, FIRST_ROSTER.year), opens)
    edition = load(applies.edition)
    minute = 30 + number * 7 % 300
    opening = OpenDiagnosis(
        diagnosis=identity,
        enterprise=enterprise.organisation,
        campaign=campaign_of(Purpose.INITIAL, year),
        purpose=Purpose.INITIAL,
        form=applies.form,
        edition=edition.key,
        provider=provider.organisation,
    )
    acts = [(district, opening), *((enterprise, one) for one in _answered(identity, edition, applies.form, data, chance, firm))]
    for at, (caller, command) in enumerate(acts):
        yield Timed(office_time(opens, minute + at), Act(0, caller, command))
    yield Timed(office_time(later(opens, 1), minute), Act(0, provider, AcceptDiagnosis(diagnosis=identity)))
    said = HowItWent(identity, draw_id(chance), given)
    yield Timed(office_time(later(opens, 2), minute), Act(0, enterprise, said))
    withdrawal = WithdrawDiagnosis(diagnosis=identity, reason=REASON)
    yield Timed(office_time(GOES_OVER[year], minute + number), Act(0, district, withdrawal))


def _answered(
    identity: str, edition: Edition, form: Form, data: DemoData, chance: Random, firm: DemoFirm
) -> Iterator[Command]:
    """The firm's own answers, pledged and submitted."""
    saying = Saying(max(20, firm.employees // 2), firm.revenue_wan)
    drawn = draw_answers(edition, form, chance, firm.total, 0, saying, (data.differences, data.not_applicable)).own
    sections: dict[str, dict[str, AnswerGiven]] = {}
    for item in edition.of(form):
        sections.setdefault(item.dimension, {})[item.id] = AnswerGiven(answer=drawn[item.id])
    for section, answers in sections.items():
        yield SaveAnswers(diagnosis=identity, section=section, answers=answers)
    yield PledgeTruth(diagnosis=identity)
    yield SubmitSelfAssessment(diagnosis=identity)
