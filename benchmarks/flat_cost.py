"""Flat cost 费用与规模: what a read costs in a large city beside the same in a small one, by processor of process and database.

The goal is 1.2 × at most, for whoever asks: the city, a district, a provider with 240 cases and one with a case in forty.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from statistics import median

import psycopg2

from benchmarks.firms import DISTRICT, LARGE_PROVIDER, RARE, SMALL_PROVIDER, fill
from benchmarks.measuring import NAMES, Bench, Compared, Processor, Work, in_turn, say
from domain.access import Everything, Role, Scope, scope_of
from journal import open_journal
from projections import ReadModels, Snapshot, open_read_models
from projections.engine.pages import Page
from projections.participants import enterprises
from projections.participants.enterprises import EnterpriseFilter
from projections.programme import coverage

GOAL = 1 / 1.2
"""Of the small city's reads for each second of the processor, so many in the large one."""


@dataclass(frozen=True)
class Sizes:
    """small, large: firms. seconds: of one round of one read."""

    small: int = 10_000
    large: int = 200_000
    rounds: int = 3
    seconds: float = 0.5


SIZES = Sizes()
SMOKE = Sizes(small=20, large=40, rounds=1, seconds=0.0)
CALLERS: dict[str, Scope] = {
    "city": Everything(),
    "district": scope_of(Role.DISTRICT, DISTRICT),
    "small provider": scope_of(Role.PROVIDER, SMALL_PROVIDER),
    "large provider": scope_of(Role.PROVIDER, LARGE_PROVIDER),
}
Read = Callable[[Snapshot, Scope], object]


def page(where: EnterpriseFilter) -> Read:
    """A page of firms from the middle of the list."""
    return lambda snapshot, scope: enterprises.enterprises(snapshot, scope, where, Page(51, beyond=("8",)))


READS: dict[str, tuple[Read, tuple[str, ...]]] = {
    "page": (page(EnterpriseFilter()), tuple(CALLERS)),
    "totalCount": (lambda snapshot, scope: enterprises.count(snapshot, scope, EnterpriseFilter()), tuple(CALLERS)),
    "rare name": (page(EnterpriseFilter(text=RARE)), ("city", "district")),
    "name with 科技": (page(EnterpriseFilter(text="科技")), ("city", "district")),
    "credit code": (page(EnterpriseFilter(text="91310000000000007X")), ("city",)),
    "one industry": (page(EnterpriseFilter(industry=["C39"])), ("district", "large provider")),
    "coverage": (lambda snapshot, scope: coverage.by_district(snapshot, scope, 2024), ("city", "district")),
}
"""What is read -> how, and who asks."""


def asked(models: ReadModels, read: Read, scope: Scope, processor: Processor, seconds: float) -> Callable[[], Work]:
    """A contender: a read over and over, as one caller."""

    def again() -> float:
        count, until = 0, time.monotonic() + seconds
        while not count or time.monotonic() < until:
            with models.reading(scope) as snapshot:
                read(snapshot, scope)
            count += 1
        return count

    return lambda: processor.measured(again)


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Both cities of each engine."""
    for engine in bench.engines:
        with ExitStack() as stack:
            cities: dict[str, tuple[ReadModels, Processor]] = {}
            for name, firms in (("large", sizes.large), ("small", sizes.small)):
                folder = stack.enter_context(tempfile.TemporaryDirectory())
                address = stack.enter_context(bench.postgres()) if engine == "postgres" else None
                journal = stack.enter_context(closing(open_journal(address or f"sqlite:///{folder}/journal.db")))
                entries = fill(journal, firms)
                models = stack.enter_context(closing(open_read_models(address or f"sqlite:///{folder}/read.db", journal)))
                begun = time.process_time()
                models.catch_up()
                took = time.process_time() - begun
                say(f"{NAMES[engine]}: {firms:,} firms, {entries:,} entries folded in {took:.0f} s of this process")
                if address is not None:
                    with closing(psycopg2.connect(address)) as connection, connection, connection.cursor() as cursor:
                        cursor.execute("ANALYZE")
                cities[name] = (models, Processor().of_database(address or f"sqlite:///{folder}"))
            for what, (read, callers) in READS.items():
                for caller in callers:
                    asks = {
                        name: asked(models, read, CALLERS[caller], processor, sizes.seconds)
                        for name, (models, processor) in cities.items()
                    }
                    for ask in asks.values():
                        ask()
                    yield _compared(f"{what}, {caller}, {NAMES[engine]}", in_turn(asks, sizes.rounds))


def _compared(what: str, done: dict[str, list[Work]]) -> Compared:
    spent = {name: median((work.processor or work.seconds) / work.count for work in works) * 1e3 for name, works in done.items()}
    say(f"  {what:<44} {spent['small']:>9.3f} ms {spent['large']:>9.3f} ms   {spent['large'] / spent['small']:.2f}×")
    wall = median(a.rate / b.rate for a, b in zip(done["large"], done["small"], strict=True))
    return Compared(what, "the same in the small city", wall, spent["small"] / max(spent["large"], 1e-9), GOAL)
