"""Sampling of the demo city 示例抽样: of its rated year a month is drawn, a job assessed again, others given out. plan V5."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from hashlib import sha256

from sqlalchemy import select

from api.kit.services import Services
from domain.access import Everything, Role
from domain.diagnosis.state import VerifiedAnswer
from domain.governance.standing import listing_stream
from domain.instants import city_day
from domain.kernel import Command, cause_of
from domain.providers.listings.events import ProviderWarned
from domain.providers.listings.listing import ConfirmCorrection, WarnProvider
from domain.providers.ratings.state import rating_stream
from domain.providers.sampling.draw import CommitDraw, FixFrame, RecordBeacon, RevealDraw
from domain.providers.sampling.reassessment import AssignReassessment, GiveReassessment
from domain.providers.sampling.state import day_after, first_day_of
from journal import Caller
from projections.diagnosis.assignments import ASSIGNMENTS
from projections.diagnosis.diagnoses_fold import ANSWERS, DIAGNOSES
from projections.engine.snapshot import Snapshot
from projections.providers.directory import moves
from projections.providers.ratings import rating_of
from projections.providers.sampling import adjudicated, draws_of, frame_entries
from standards import Answer, Edition, Form, load
from zhenduan.demo.office_hours import later
from zhenduan.demo.people import People
from zhenduan.demo.ratings import YEAR

SECRET = sha256("示例抽样密值".encode()).hexdigest()
"""Known to all, so that the same demo draws the same jobs; a city's own is derived in its vault."""
BEACON = "03 07 12 18 24 33 09"
SOURCE = "示例彩票当月最后一期"
FIXED, DRAWN = 2, 3
"""Working days from the end of a month to its frame, and from there to the draw."""
GIVEN_OUT = 4
"""Drawn jobs, at most, that the assessor who may sign in is given."""
ASSESSED = 2
"""Of these, jobs of one provider that are assessed, so that it is told how samples differ; the others wait."""
WARNED, TO_BE_CORRECTED, CORRECTED = date(2025, 3, 3), date(2025, 4, 18), date(2025, 4, 10)
"""Once the rating of the year is final: the provider whose job was found lower is warned by it, and has corrected it."""
LAST_MONTH = f"{YEAR}.11"
"""Whose sample is adjudicated before the inputs of the year's rating are fixed."""
LOWER, MOST_LOWER = Decimal(3), Decimal("4.5")
"""Points by which the assessor finds less: more than counts as the same, and less than is material."""


@dataclass(frozen=True)
class FromRecord:
    """What is sent of what is on record then 依当时记录."""

    made: Callable[[Snapshot], Command | None]

    def command(self, services: Services, _who: Caller, _at: datetime) -> Command | None:
        """The command; None where the record leaves nothing to say."""
        services.models.catch_up()
        with services.models.reading() as snapshot:
            return self.made(snapshot)


def month_of(confirmed: Sequence[datetime]) -> str | None:
    """The month of the rated year, its last only at need, in which most reports were confirmed, the earliest of equals; or None."""
    months = Counter(f"{day.year}.{day.month:02}" for day in map(city_day, confirmed) if day.year == YEAR)
    return min(months, key=lambda month: (month > LAST_MONTH, -months[month], month), default=None)


def sampled(
    people: People, shown: Mapping[Role, str], confirmed: Sequence[datetime]
) -> Iterator[tuple[date, Caller, Command | FromRecord]]:
    """The draw from its secret to its first re-assessment, each act with its day 抽样经过. confirmed: when reports were."""
    month = month_of(confirmed)
    if month is None:
        return
    city, assessor = (people.callers[role, shown[role]] for role in (Role.CITY, Role.SAMPLER))
    yield from drawn_of(month, city)
    for _ in range(GIVEN_OUT):
        yield later(drawn_on(month), 1), city, FromRecord(lambda snapshot: _next(snapshot, month, assessor.actor))
    seen = replace(assessor, scope=Everything())
    for place in range(ASSESSED):
        yield later(drawn_on(month), 4), seen, FromRecord(partial(_assessed, month=month, place=place))
    yield WARNED, city, FromRecord(_warned)
    yield CORRECTED, city, FromRecord(_corrected)


def drawn_on(month: str) -> date:
    """The day on which a month's jobs are drawn."""
    return later(day_after(month), FIXED + DRAWN)


def drawn_of(month: str, city: Caller) -> Iterator[tuple[date, Caller, Command | FromRecord]]:
    """The draw of a month from its secret to what was drawn 当月抽样."""
    drawn, commitment = drawn_on(month), sha256(bytes.fromhex(SECRET)).hexdigest()
    yield first_day_of(month) - timedelta(days=1), city, CommitDraw(draw=month, commitment=commitment, source=SOURCE)
    yield later(day_after(month), FIXED), city, FromRecord(lambda snapshot: _frame(snapshot, month, drawn))
    yield drawn, city, RecordBeacon(draw=month, beacon=BEACON)
    yield drawn, city, RevealDraw(draw=month, secret=SECRET)


def _frame(snapshot: Snapshot, month: str, drawn: date) -> FixFrame:
    return FixFrame(draw=month, beacon_day=drawn, position=snapshot.position, jobs=frame_entries(snapshot, month))


def _next(snapshot: Snapshot, month: str, assessor: str) -> AssignReassessment | None:
    """The first drawn job that the assessor does not hold yet."""
    table = snapshot[ASSIGNMENTS]
    held = {str(case) for (case,) in snapshot.rows(select(table.c.diagnosis).where(table.c.expert == assessor))}
    left = [job for job in draws_of(snapshot, YEAR)[month].drawn if job not in held]
    return AssignReassessment(diagnosis=left[0], draw=month, assessor=assessor) if left else None


def _assessed(snapshot: Snapshot, month: str, place: int) -> GiveReassessment | None:
    """One of the jobs of the provider that has most, where there are others besides: the first is found a little lower."""
    drawn = draws_of(snapshot, YEAR)[month].drawn
    (most, count), *_ = Counter(job.provider for job in drawn.values()).most_common()
    if count < ASSESSED or len(drawn) == ASSESSED:
        return None
    job = [one for one, of in drawn.items() if of.provider == most][place]
    edition, form, issued = _issued(snapshot, job)
    lowered = _lowered(edition, form, issued) if place == 0 else {}
    given = {
        one: VerifiedAnswer(answer=lowered.get(one, answer), reason="现场仅见部分车间使用（示例）" if one in lowered else None)
        for one, answer in issued.items()
    }
    return GiveReassessment(diagnosis=job, answers=given)


def _issued(snapshot: Snapshot, job: str) -> tuple[Edition, Form, dict[str, Answer]]:
    """What the job was measured by, and its verified answers."""
    cases, answers = snapshot[DIAGNOSES], snapshot[ANSWERS]
    [(edition, form)] = snapshot.rows(select(cases.c.edition, cases.c.form).where(cases.c.id == job))
    query = select(answers.c.indicator, answers.c.verified).where(answers.c.diagnosis == job).order_by(answers.c.indicator)
    found = {str(indicator): Answer.model_validate_json(verified) for indicator, verified in snapshot.rows(query)}
    return load(str(edition)), Form(form), found


def _lowered(edition: Edition, form: Form, issued: Mapping[str, Answer]) -> dict[str, Answer]:
    """So many choices a level lower that the total falls by `LOWER`, or a little more."""
    total, lowered = edition.measure(form, issued).total, dict[str, Answer]()
    for indicator, answer in issued.items():
        lower = _lower(edition, indicator, answer)
        less = total - edition.measure(form, {**issued, **lowered, indicator: lower}).total
        if lower != answer and less <= MOST_LOWER:
            lowered[indicator] = lower
        if less >= LOWER:
            break
    return lowered


def _lower(edition: Edition, indicator: str, answer: Answer) -> Answer:
    """A choice one level lower; any other answer as it is."""
    if edition.by_id[indicator].kind != "choice" or answer.level is None or answer.level < 1:
        return answer
    return answer.model_copy(update={"level": answer.level - 1})


def _warned(snapshot: Snapshot) -> WarnProvider | None:
    """A warning that rests on the year's rating and on the sample that was found lower."""
    rating = rating_of(snapshot, YEAR)
    lower = [one for one in adjudicated(snapshot, YEAR) if one.fact.adjudicated_total < one.fact.issued_total]
    if rating is None or not lower:
        return None
    causes = (cause_of(rating_stream(YEAR), rating.version), lower[0].cause)
    reason = f"{YEAR} 年度抽样评估低于出具总分，限期复核当年报告（示例）"
    return WarnProvider(provider=lower[0].fact.provider, due=TO_BE_CORRECTED, causes=causes, reason=reason)


def _corrected(snapshot: Snapshot) -> ConfirmCorrection | None:
    """It is found corrected."""
    warned = [one for one in moves(snapshot) if isinstance(event := one.event(), ProviderWarned) and event.on == WARNED]
    if not warned:
        return None
    [move] = warned
    cause = cause_of(listing_stream(move.provider), move.version)
    return ConfirmCorrection(provider=move.provider, causes=(cause,), reason="当年报告已全部复核（示例）")
