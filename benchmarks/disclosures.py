"""Disclosures 披露日志: what it costs a read that its disclosure is on the disk before the answer leaves, on both engines.

Two servers over one installation, one with the log and one whose log keeps nothing, are asked in turn by the same client, with
one connection and with eight: for a page of 50 enterprises with their revenue, and for a diagnosis with its answers and
result. The log holds some years' rows before the measurement begins, so that its index is as wide as it will be.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random

from sqlalchemy import select

from benchmarks.cities import built
from benchmarks.clients import OURS, message
from benchmarks.measuring import NAMES, Bench, Compared, compared, in_turn
from benchmarks.serving import a_client, asked, ours, server
from domain.access import Attribute, Is
from domain.disclosures import Disclosed, Disclosure
from journal.engines.group_commit import LARGEST_GROUP
from projections.diagnosis.diagnoses_fold import ANSWERS, DIAGNOSES
from projections.engine.places import ENTERPRISES
from zhenduan.demo.people import SHOWN_DISTRICT
from zhenduan.wiring import Installation, opened


@dataclass(frozen=True)
class Sizes:
    """seconds: of one load. kept: answers in the log before. connections: clients at a time."""

    seconds: float = 4.0
    rounds: int = 5
    kept: int = 10_000
    connections: tuple[int, ...] = (1, 8)


SIZES = Sizes()
SMOKE = Sizes(seconds=0.1, rounds=1, kept=3, connections=(1,))
GOAL = 1 / 1.10
CASE = """query Case($id: ID!) {
  diagnosis(id: $id) {
    id status grade level enterprise { id name revenueWan }
    answers { indicator name version given { level notApplicable } verified { level notApplicable } }
    result { verifiedTotal issuedGrade dimensions { id name verifiedScore } gates { code holds says } }
  }
}"""


def fill(installation: Installation, kept: int, rows: int) -> None:
    """Some years' rows: pages of 50 firms of the district."""
    services = installation.services
    with services.models.reading() as snapshot:
        firms = [str(row[0]) for row in snapshot.rows(select(snapshot[ENTERPRISES].c.id))]
    chance = Random(7)  # noqa: S311 - which firms, repeatable

    def told(number: int) -> None:
        found = [Disclosed(firm, f"enterprise/{firm}", ("revenue",)) for firm in chance.choices(firms, k=rows)]
        scope = Is(Attribute.DISTRICT, SHOWN_DISTRICT)
        services.disclosures.write(
            Disclosure(number, "filled", "district", SHOWN_DISTRICT, "Query.enterprises", scope, found)
        )

    with ThreadPoolExecutor(LARGEST_GROUP) as pool:
        list(pool.map(told, range(kept)))


def answered(installation: Installation) -> str:
    """The diagnosis of the district with most answers and a score."""
    with installation.services.models.reading() as snapshot:
        cases, firms, answers = snapshot[DIAGNOSES], snapshot[ENTERPRISES], snapshot[ANSWERS]
        query = select(cases.c.id).where(
            firms.c.id == cases.c.enterprise,
            firms.c.district == SHOWN_DISTRICT,
            cases.c.grade.is_not(None),
            answers.c.diagnosis == cases.c.id,
        )
        return str(snapshot.rows(query.limit(1))[0][0])


def measured(bench: Bench, engine: str, sizes: Sizes) -> Iterator[Compared]:
    """Build, start both, ask in turn."""
    with built(bench, engine) as city:
        with opened(city.settings) as installation:
            case = answered(installation)
            fill(installation, sizes.kept, city.rows)
        (token,), data, database = city.districts, city.settings.data, city.settings.database
        environment = {"ZHENDUAN_DATABASE": database or ""}
        with (
            a_client() as client,
            server(ours(data), environment) as (logging, on),
            server(ours(data, forgetful=True), environment) as (forgetting, off),
        ):
            questions = {
                f"page of {city.rows} with revenue": (OURS, {"first": city.rows}),
                "diagnosis with answers": (CASE, {"id": case}),
            }
            for what, (query, variables) in questions.items():
                for connections in sizes.connections:
                    contenders = {
                        name: asked(
                            client, port, message(port, query, variables, token), sizes.seconds, connections, process, database
                        )
                        for name, port, process in (("logged", on, logging), ("not logged", off, forgetting))
                    }
                    for warm in contenders.values():
                        warm()
                    done = in_turn(contenders, sizes.rounds)
                    where = f"{what}, {NAMES[engine]}, {connections} at a time, {sizes.kept:,} kept before"
                    yield from compared(where, "requests/s", done, {("logged", "not logged"): round(GOAL, 2)})


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Measure both engines, and one in the small run."""
    for engine in bench.served_on:
        yield from measured(bench, engine, sizes)
