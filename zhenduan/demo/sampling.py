"""Sampling of the demo city 示例抽样: the month of its rated year with most confirmed reports, drawn and given out. plan V5."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from sqlalchemy import select

from api.kit.services import Services
from domain.access import Role
from domain.instants import city_day
from domain.kernel import Command
from domain.providers.sampling.draw import CommitDraw, FixFrame, RecordBeacon, RevealDraw
from domain.providers.sampling.reassessment import AssignReassessment
from domain.providers.sampling.state import day_after, first_day_of
from journal import Caller
from projections.diagnosis.assignments import ASSIGNMENTS
from projections.engine.snapshot import Snapshot
from projections.providers.sampling import draws_of, frame_entries
from zhenduan.demo.office_hours import later
from zhenduan.demo.people import People
from zhenduan.demo.ratings import YEAR

SECRET = sha256("示例抽样密值".encode()).hexdigest()
"""Known to all, so that the same demo draws the same jobs; a city's own is derived in its vault."""
BEACON = "03 07 12 18 24 33 09"
SOURCE = "示例彩票当月最后一期"
FIXED, DRAWN = 2, 3
"""Working days from the end of a month to its frame, and from there to the draw."""
GIVEN_OUT = 2
"""Drawn jobs, at most, that wait for the assessor who may sign in."""


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
    """The month of the rated year in which most reports were confirmed, the earliest of equals; None = none was."""
    months = Counter(f"{day.year}.{day.month:02}" for day in map(city_day, confirmed) if day.year == YEAR)
    return min(months, key=lambda month: (-months[month], month), default=None)


def sampled(
    people: People, shown: Mapping[Role, str], confirmed: Sequence[datetime]
) -> Iterator[tuple[date, Caller, Command | FromRecord]]:
    """The draw from its secret to its first re-assessments, each act with its day 抽样经过. confirmed: when reports were."""
    month = month_of(confirmed)
    if month is None:
        return
    city, assessor = (people.callers[role, shown[role]] for role in (Role.CITY, Role.SAMPLER))
    yield from drawn_of(month, city)
    for _ in range(GIVEN_OUT):
        yield later(drawn_on(month), 1), city, FromRecord(lambda snapshot: _next(snapshot, month, assessor.actor))


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

