"""Lists as of a moment 往期列表: what they cost beside the same lists of now, through the whole API, on 10,000 firms.

Queries run in turn in one process; The moment lies half way through the journal, and one firm in
ten has been renamed since. Last, what the rows that lists of the past are found by add to a rebuild.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import orjson
import psycopg2

from api.kit.cursors import Cursors
from api.kit.published import declared
from api.schema import build_schema
from api.server.answer_cache import AnswerCache
from api.server.http import QUERIES_AND_MUTATIONS
from api.server.messages import GraphQLRequest
from api.server.operations import Operations
from benchmarks import diagnoses
from benchmarks.measuring import NAMES, Bench, Compared, Processor, Work, compared, in_turn
from domain.access import Role
from domain.kernel import name_of
from domain.participants.enterprises import EnterpriseRevised
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import RegisterPerson
from journal import Journal, NewEntry
from projections import READ_MODELS, open_read_models
from projections.as_of.validity import VALIDITY
from tests.small_city import ENTERPRISE
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, opened, operator


@dataclass(frozen=True)
class Sizes:
    """entries: of whole diagnoses. firms: in all."""

    entries: int = 150_000
    firms: int = 10_000
    rounds: int = 7


SIZES = Sizes()
SMOKE = Sizes(entries=60, firms=8, rounds=1)
PASSWORD = "correct horse battery"  # noqa: S105 - of a city that is thrown away
ASKED = {
    "50 firms": "enterprises(first: 50) { nodes { id name district { code } industry { code } sizeClass } }",
    "50 firms with their diagnosis": (
        "enterprises(first: 50) { nodes { id name diagnosis { status version answered provider { name } } } }"
    ),
    "firms found by a part of the name": 'enterprises(first: 20, filter: {text: "0042"}) { totalCount nodes { name } }',
    "count of firms": "enterprises(first: 1) { totalCount }",
    "20 diagnoses": "diagnoses(first: 20) { nodes { id status version answered grade enterprise { name } } }",
    "diagnoses found by status, counted": "diagnoses(first: 20, filter: {status: [ISSUED]}) { totalCount nodes { id status } }",
    "100 entries of the trail": "auditTrail(first: 100) { nodes { id what } }",
}


def more_firms(journal: Journal, firms: int) -> None:
    """Firms without a diagnosis, until there are so many; then one in ten is stated under another name."""
    first = journal.read(f"enterprise/{ENTERPRISE}-1")[0]
    there = sum(1 for entry in _all(journal) if entry.startswith("enterprise/"))
    blank = NewEntry(**{name: getattr(first, name) for name in NewEntry.__slots__})
    batch = []
    for number in range(there, firms):
        data = orjson.loads(first.state)
        data["firm"]["name"] = f"示例{number:06d}后来有限公司"
        batch.append(replace(blank, stream=f"enterprise/{ENTERPRISE}-x{number}", state=orjson.dumps(data)))
    for number in range(1, firms // 10):
        data = orjson.loads(first.state)
        data["firm"]["name"] = f"示例{number:06d}更名有限公司"
        stream, version = f"enterprise/{ENTERPRISE}-{number}", 2
        if not journal.read(stream):
            break
        revised = {"stream": stream, "version": version, "type": name_of(EnterpriseRevised), "state": orjson.dumps(data)}
        batch.append(replace(blank, **revised))
    for start in range(0, len(batch), diagnoses.BATCH):
        journal.append(batch[start : start + diagnoses.BATCH], time.time_ns() // 1000)


def _all(journal: Journal) -> Iterator[str]:
    position = 0
    while found := journal.since(position, diagnoses.BATCH):
        position = found[-1].position
        yield from (entry.stream for entry in found if entry.version == 1)


def signed_in(installation: Installation) -> str:
    """The token of somebody of the city."""
    services, accounts = installation.services, installation.accounts
    services.send(operator("bench"), RegisterOrganisation(organisation="city", kind=OrganisationKind.CITY, name="示例市"))
    services.send(operator("bench"), RegisterPerson(person="li", name="x"))
    role = GrantMembership(person="li", membership="m", role=Role.CITY, organisation="city", since=date(2024, 1, 1))
    services.send(operator("bench"), role)
    accounts.register("li", PASSWORD, "li")
    services.models.catch_up()
    session = accounts.sign_in("li", PASSWORD)
    assert session is not None  # noqa: S101 - registered above
    return session.token


def measured(engine: str, installation: Installation, sizes: Sizes) -> Iterator[Compared]:
    """Each query of now and of then, in turn."""
    services, token = installation.services, signed_in(installation)
    operations = Operations(services, build_schema(), declared(build_schema()), answers=AnswerCache(0))
    moment = Cursors(services.secret).seal(services.journal.head().size // 2)

    def asked(query: str) -> Work:
        spent, start = time.thread_time(), time.perf_counter()
        answer = operations.run(GraphQLRequest(f"{{ {query} }}"), token, QUERIES_AND_MUTATIONS)
        if "errors" in answer.payload:
            raise RuntimeError(answer.payload["errors"])
        return Work(1, time.perf_counter() - start, time.thread_time() - spent)

    for name, now in ASKED.items():
        then = now.replace("(", f'(asOf: "{moment}", ', 1)
        asks = {"as of a moment": lambda query=then: asked(query), "the same list of now": lambda query=now: asked(query)}
        for ask in asks.values():
            ask()
        done = in_turn(asks, sizes.rounds)
        goals: dict[tuple[str, str], float | None] = {("as of a moment", "the same list of now"): None}
        yield from compared(f"{name}, {NAMES[engine]}, {sizes.firms:,} firms", "queries/s", done, goals)


def rebuilt(journal: Journal, folder: Path) -> Iterator[Compared]:
    """The whole journal folded, with these rows and without them."""
    done = {}
    others = [read_model for read_model in READ_MODELS if read_model is not VALIDITY]
    for name, read_models in (("without the periods", others), ("folded with the periods", list(READ_MODELS))):
        with closing(open_read_models(f"sqlite:///{folder / f'{name}.db'}", journal, read_models)) as models:
            done[name] = [Processor().measured(models.catch_up)]
    goals: dict[tuple[str, str], float | None] = {("folded with the periods", "without the periods"): None}
    yield from compared("SQLite", "entries/s", done, goals)


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Measure both engines."""
    for engine in bench.engines:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = stack.enter_context(bench.postgres()) if engine == "postgres" else None
            installation = stack.enter_context(opened(Settings(folder, url), create=True))
            journal = installation.services.journal
            diagnoses.fill(journal, sizes.entries)
            more_firms(journal, sizes.firms)
            installation.services.models.catch_up()
            if url is not None:
                with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
                    cursor.execute("ANALYZE")
            yield from measured(engine, installation, sizes)
            if engine == bench.engines[-1]:
                yield from rebuilt(journal, folder)
