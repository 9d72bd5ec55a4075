"""Grounds 依据与后果: what a fact rests on without citing it, and what rests on a fact. plan V4, V5.

A rating is of everybody and cites nobody's job: of one provider it rests on the table of its inputs, and that on the provider's own
jobs, what firms said of them, and samples. A proceeding goes back to its opening, and that to its cause and on to what was decided:
whoever was suspended before the hearing is told what the hearing led to.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from domain.governance.proceedings.decision import AppealDecided, DecisionBecameFinal, ProceedingDecided
from domain.governance.proceedings.opening import ProceedingOpened, ProceedingWithdrawn
from domain.governance.proceedings.state import proceeding_stream
from domain.governance.standing import listing_stream
from domain.kernel import Event, cause_of, cited, key_of, kind_of
from domain.providers.ratings.events import RatingComputed, RatingFinal, RatingInputsFixed, RatingPublished
from domain.providers.ratings.state import rating_stream
from domain.providers.sampling.state import SampleAdjudicated
from journal.codec import stored_names
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.snapshot import Snapshot
from projections.governance.proceedings import PROCEEDINGS
from projections.providers import directory
from projections.providers.causes import DEPTH, MOST, CauseRow, causes_of, entries_of, event_of
from projections.providers.feedback import FEEDBACK
from projections.providers.rating_inputs import facts_of
from projections.providers.ratings import inputs_of, rated_years, rating_of
from projections.record.audit_trail import ENTRIES

OPENING = 1
"""Version of a proceeding's first fact."""
FIRST = ("draw", "feedback")
"""Kinds of facts below a rating that are named before its jobs, of which there may be more than one chain holds."""
OF_ALL = frozenset({"diagnosis", "feedback", "proceeding"})
"""Kinds of streams that are about one thing: who cites any fact of it rests on each."""


CONCLUSIONS: tuple[type[Event], ...] = (ProceedingDecided, AppealDecided, DecisionBecameFinal, ProceedingWithdrawn)
"""What a proceeding comes to 程序结论."""


@dataclass(frozen=True)
class Grounds:
    """What facts about one provider rest on without citing it 未写明的依据. unnamed: as of `facts_of`.

    until: the moment before which a proceeding's conclusions were known, in microseconds of UTC; None = now.
    """

    snapshot: Snapshot
    provider: str
    unnamed: bool
    until: int | None = None

    def __call__(self, cause: str, event: Event) -> Sequence[str]:
        """In order; of a fact of another kind nothing."""
        stream, version = cited(cause)
        match event:
            case ProceedingOpened():
                return (event.cause, *self._concluded(stream))
            case RatingInputsFixed():
                year = int(key_of(stream))
                if not self.unnamed and not _is_published(self.snapshot, year, event.round):
                    return ()
                found = facts_of(self.snapshot, year, self.provider, event.position, unnamed=self.unnamed)
                return sorted(found, key=lambda fact: (kind_of(fact) not in FIRST, kind_of(fact)))
            case RatingComputed() | RatingPublished() | RatingFinal():
                fixed = inputs_of(self.snapshot.whole(), int(key_of(stream)), event.round).get(self.provider)
                return (fixed.cause,) if fixed is not None else ()
        return (cause_of(stream, OPENING),) if kind_of(stream) == "proceeding" and version > OPENING else ()


    def _concluded(self, stream: str) -> list[str]:
        entries = self.snapshot[ENTRIES]
        known = [] if self.until is None else [entries.c.at < self.until]
        query = select(entries.c.version).where(
            entries.c.stream == stream, entries.c.type.in_(sorted(stored_names(CONCLUSIONS))), *known
        )
        return [cause_of(stream, int(version)) for (version,) in self.snapshot.rows(query.order_by(entries.c.version))]


def _is_published(snapshot: Snapshot, year: int, number: int) -> bool:
    rating = rating_of(snapshot.whole(), year)
    return rating is not None and rating.published is not None and rating.published.round == number


def resting_on(snapshot: Snapshot, fact: str) -> list[CauseRow]:
    """Facts that rest on a fact, level by level, each once below the first of them that leads to it 以此为据的事实.

    Moves of the directory, proceedings, and ratings of whoever the fact is about. The caller has judged who is told.
    """
    start = entries_of(snapshot, [fact]).get(fact)
    if start is None:
        return []
    provider = _provider_of(snapshot, fact, event_of(start))
    found: list[CauseRow] = []
    seen, level = {fact}, [fact]
    for depth in range(DEPTH):
        above = dict[str, str]()
        for below in level:
            for one in _above(snapshot, below, provider):
                if one not in seen:
                    above.setdefault(one, below)
        entries = entries_of(snapshot, list(above)[: MOST - len(found)]) if above else {}
        level = [one for one in above if one in entries]
        found += [CauseRow(one, above[one], depth, entries[one], event_of(entries[one])) for one in level]
        seen |= above.keys()
    return found


def _provider_of(snapshot: Snapshot, fact: str, event: Event) -> str | None:
    """Whom a fact of a job is about; None of any other."""
    stream, _ = cited(fact)
    if isinstance(event, SampleAdjudicated):
        return event.provider
    table = {"diagnosis": DIAGNOSES, "feedback": FEEDBACK}.get(kind_of(stream))
    if table is None:
        return None
    rows = snapshot.rows(select(snapshot[table].c.provider).where(snapshot[table].c.id == key_of(stream)))
    return str(rows[0][0]) if rows and rows[0][0] is not None else None


def _above(snapshot: Snapshot, fact: str, provider: str | None) -> Iterator[str]:
    """What rests on a fact at once. provider: whose alone of a rating, which is everybody's; None = everybody's."""
    stream, _ = cited(fact)
    kind = kind_of(stream)
    if kind in FIRST or kind == "diagnosis":
        yield from _ratings_of(snapshot, fact, provider)
    whole = f"{stream}/" if kind in OF_ALL or kind == "rating" else None

    def rests(cause: str) -> bool:
        return cause == fact or (whole is not None and cause.startswith(whole))

    table = snapshot[PROCEEDINGS]
    follows = [table.c.cause == fact, *([table.c.cause.startswith(whole)] if whole is not None else [])]
    of = [table.c.provider == provider] if kind == "rating" and provider is not None else []
    for (identity,) in snapshot.rows(select(table.c.id).where(or_(*follows), *of).order_by(table.c.id)):
        yield cause_of(proceeding_stream(str(identity)), OPENING)
    for move in directory.moves(snapshot, provider=provider if kind == "rating" else None):
        if any(map(rests, causes_of(move.event()))):
            yield cause_of(listing_stream(move.provider), move.version)


def _ratings_of(snapshot: Snapshot, fact: str, provider: str | None) -> Iterator[str]:
    """The inputs of ratings that counted a job, a feedback or a sample."""
    if provider is None:
        return
    stream, _ = cited(fact)
    whole = kind_of(stream) in OF_ALL
    for year, rating in rated_years(snapshot).items():
        for number, position in rating.positions.items():
            fixed = inputs_of(snapshot, year, number).get(provider)
            if fixed is None:
                continue
            counted = facts_of(snapshot, year, provider, position, unnamed=True)
            if any(one == fact or (whole and cited(one)[0] == stream) for one in counted):
                assert cited(fixed.cause)[0] == rating_stream(year)  # noqa: S101 - that is where inputs are fixed
                yield fixed.cause
