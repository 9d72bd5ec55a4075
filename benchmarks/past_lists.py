"""Lists as of a moment 往期列表: what they cost beside the same lists of now, through the whole API, on 10,000 firms.

    python -m benchmarks.past_lists [--entries 150000] [--firms 10000] [--rounds 7] [--sqlite]

Queries run in turn in one process; times are medians of the rounds. The moment lies half way through the journal, and one firm in
ten has been renamed since. Last, what the rows that lists of the past are found by add to a rebuild.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import orjson
import psycopg2

from api.kit.cursors import Cursors
from api.kit.published import declared
from api.schema import build_schema
from api.server.http import QUERIES_AND_MUTATIONS
from api.server.operations import GraphQLRequest, Operations
from benchmarks import diagnoses, measuring
from domain.access import Role
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.people import GrantMembership, RegisterPerson
from journal import Journal, NewEntry
from projections import READ_MODELS, open_read_models
from projections.as_of.validity import PERIODS
from tests.small_city import ENTERPRISE
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, opened, operator

PASSWORD = "correct horse battery"  # noqa: S105 - of a city that is thrown away
ASKED = {
    "50 firms": "enterprises(first: 50) { nodes { id name district industry sizeClass } }",
    "50 firms with their diagnosis": (
        "enterprises(first: 50) { nodes { id name diagnosis { status version answered provider { name } } } }"
    ),
    "firms found by a part of the name": 'enterprises(first: 20, filter: {text: "0042"}) { totalCount nodes { name } }',
    "count of firms": "enterprises(first: 1) { totalCount }",
    "20 diagnoses": "diagnoses(first: 20) { nodes { id status version answered grade enterprise { name } } }",
    "diagnoses found by status, counted": 'diagnoses(first: 20, filter: {status: "issued"}) { totalCount nodes { id status } }',
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
        revised = {"stream": stream, "version": version, "type": "enterprise.revised.v3", "state": orjson.dumps(data)}
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
    services.send(operator("bench"), RegisterPerson(person="li", sealed_name="x"))
    role = GrantMembership(person="li", membership="m", role=Role.CITY, organisation="city", since=date(2024, 1, 1))
    services.send(operator("bench"), role)
    accounts.register("li", PASSWORD, "li")
    services.models.catch_up()
    session = accounts.sign_in("li", PASSWORD)
    assert session is not None  # noqa: S101 - registered above
    return session.token


def measure(installation: Installation, rounds: int) -> None:
    """Each query of now and of then, in turn."""
    services, token = installation.services, signed_in(installation)
    operations = Operations(services, build_schema(), declared(build_schema()))
    moment = Cursors(services.secret).seal(services.journal.head().size // 2)

    def asked(query: str) -> float:
        start = time.perf_counter()
        answer = operations.run(GraphQLRequest(f"{{ {query} }}"), token, QUERIES_AND_MUTATIONS)
        if "errors" in answer.payload:
            raise RuntimeError(answer.payload["errors"])
        return (time.perf_counter() - start) * 1000

    print(f"{'':<40} {'now':>9} {'then':>9}   ms, median of {rounds}")
    for name, now in ASKED.items():
        then = now.replace("(", f'(asOf: "{moment}", ', 1)
        runs = {"now": lambda query=now: asked(query), "then": lambda query=then: asked(query)}
        for run in runs.values():
            run()
        took = measuring.in_turn(runs, rounds)
        print(f"{name:<40} {statistics.median(took['now']):>9.1f} {statistics.median(took['then']):>9.1f}")


def rebuilt(journal: Journal, folder: Path) -> None:
    """Time to fold the whole journal, without these rows and with them."""
    took = {}
    others = [read_model for read_model in READ_MODELS if read_model is not PERIODS]
    for name, read_models in (("without", others), ("with", list(READ_MODELS))):
        models = open_read_models(f"sqlite:///{folder / f'{name}.db'}", journal, read_models)
        start = time.perf_counter()
        models.catch_up()
        took[name] = time.perf_counter() - start
        models.close()
    added = took["with"] / took["without"] - 1
    print(f"folded from the start: {took['without']:.1f} s without the periods, {took['with']:.1f} s with them ({added:+.0%})")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--entries", type=int, default=150_000)
    options.add_argument("--firms", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--sqlite", action="store_true")
    given = options.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = None if given.sqlite else stack.enter_context(measuring.postgres())
        installation = stack.enter_context(opened(Settings(folder, url), create=True))
        journal = installation.services.journal
        diagnoses.fill(journal, given.entries)
        more_firms(journal, given.firms)
        installation.services.models.catch_up()
        if url is not None:
            with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        print(f"{journal.head().size:,} entries, {given.firms:,} firms, {'SQLite' if given.sqlite else 'PostgreSQL'}")
        measure(installation, given.rounds)
        rebuilt(journal, folder)


if __name__ == "__main__":
    main()
