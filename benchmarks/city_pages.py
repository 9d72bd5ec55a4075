"""Pages of a whole city 全市页面: portrait, forecast, coverage and a district's page of many firms over three years, and a policy.

Each goal is seconds by the clock: a row says how many times as fast as its goal a page is. Cold: asked for the first time after the
installation was opened, with nothing in memory; warm: the median of what follows. Through the whole API, in one process.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median

import orjson
import psycopg2

from api.kit.published import declared
from api.schema import build_schema
from api.server.answer_cache import AnswerCache
from api.server.http import QUERIES_AND_MUTATIONS
from api.server.messages import GraphQLRequest
from api.server.operations import Operations
from benchmarks import diagnoses
from benchmarks.firms import INDUSTRIES
from benchmarks.measuring import NAMES, Bench, Compared, say
from domain.access import Everything, Role
from domain.instants import city_day, microseconds
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.participants.people.memberships import GrantMembership
from domain.participants.people.registration import RegisterPerson
from domain.programme.policies.conditions import GradeTest, PolicyClause, ScoreTest
from domain.programme.policies.simulation import SimulationInputs, simulation_bytes
from domain.programme.policies.terms import PolicyPurpose, PolicyTerms
from interop.code_lists import district_codes
from journal import Journal, NewEntry
from projections.engine.filters import A_DAY
from projections.programme.policy_firms import firm_facts
from tests.small_city import ENTERPRISE
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, opened, operator


@dataclass(frozen=True)
class Sizes:
    """firms: of the city, each on the roster and diagnosed in each of `years`."""

    firms: int = 10_000
    years: int = 3
    rounds: int = 7


SIZES = Sizes()
SMOKE = Sizes(firms=6, years=2, rounds=1)
DISTRICT = "310117"
PASSWORD = "correct horse battery"  # noqa: S105 - of a city that is thrown away
PORTRAIT = """portrait(year: %d) { onRoster withResult grades { grade firms } movement { risen same fallen new }
  cells(first: 100) { nodes { district { code } industry { code } firms mean low high } } }"""
WEAKEST = "portrait(year: %d) { weakest(first: 20) { nodes { edition indicator firms mean } } }"
PACE = """pace(year: %d) { whole { diagnosed total perWeek forecast { mean low high } }
  districts { district { code } diagnosed forecast { mean } } days(first: 100) { nodes { day diagnosed } } }"""
PAGE = "enterprises(first: 50) { nodes { id name industry { code } diagnosis { status grade provider { name } } } }"
LINKS = "ecosystemLinks(first: 50) { nodes { kind source { name } target { name } } }"
COUNTS = "ecosystemCounts { kind links sources targets }"
WARM, COLD = 0.3, 3.0
"""Seconds that a page may take."""
SIMULATED = 10.0
ASKED = {
    "portrait of the city": ("city", PORTRAIT),
    "weakest indicators of the city": ("city", WEAKEST),
    "forecast of the city": ("city", PACE),
    "a district's page of firms": ("district", PAGE),
    "forecast of a district": ("district", PACE),
    "ecosystem, a page of the city": ("city", LINKS),
    "ecosystem, counts of the city": ("city", COUNTS),
}
"""What is asked -> by whom, and how."""


def fill(journal: Journal, firms: int, years: int) -> int:
    """Fill an empty journal: the year's roster and a whole diagnosis of every firm, year by year; the last year that there is."""
    codes, now = sorted({one.code for one in district_codes().values()}), datetime.now(UTC)
    first = now.replace(year=now.year - years + 1, month=1, day=5)
    firm, case = diagnoses.pattern(journal, lambda: first)
    for past in range(years):
        begun = now.replace(year=now.year - years + 1 + past, month=1, day=15)
        batch = list[NewEntry]()
        for number in range(firms):
            stated, *led = diagnoses.copies(firm, case, number * years + past)
            data = orjson.loads(stated.state) | {"year": begun.year}
            data["firm"]["name"] = f"示例{number:06d}有限公司"
            data["firm"] |= {"district": codes[number % len(codes)], "industry": INDUSTRIES[number // 7 % len(INDUSTRIES)]}
            enterprise = f"{ENTERPRISE}-{number}"
            kept = {"stream": f"enterprise/{enterprise}", "version": past + 1}
            batch.append(replace(stated, **kept, state=orjson.dumps(data)))
            batch.extend(replace(one, state=_of_firm(one, enterprise)) for one in led)
            if len(batch) >= diagnoses.BATCH or number == firms - 1:
                journal.append(batch, microseconds(begun) + number * 200 * A_DAY // firms)
                batch = []
    return now.year


def _of_firm(one: NewEntry, enterprise: str) -> bytes:
    data = orjson.loads(one.state)
    return orjson.dumps(data | {"enterprise": enterprise}) if "enterprise" in data else one.state


def _token(installation: Installation, person: str, role: Role, organisation: str) -> str:
    services, accounts = installation.services, installation.accounts
    services.send(operator("bench"), RegisterPerson(person=person, name="x"))
    since = date(2024, 1, 1)
    held = {"person": person, "membership": "m", "role": role, "organisation": organisation, "since": since}
    services.send(operator("bench"), GrantMembership(**held))
    accounts.register(person, PASSWORD, person)
    services.models.catch_up()
    session = accounts.sign_in(person, PASSWORD)
    assert session is not None  # noqa: S101 - registered above
    return session.token


def _tokens(settings: Settings) -> dict[str, str]:
    with opened(settings) as installation:
        units = (("city", OrganisationKind.CITY), (DISTRICT, OrganisationKind.DISTRICT))
        for unit, kind in units:
            parent = "city" if kind is OrganisationKind.DISTRICT else None
            named = RegisterOrganisation(organisation=unit, kind=kind, name="示例单位", parent=parent)
            installation.services.send(operator("bench"), named)
        return {
            "city": _token(installation, "li", Role.CITY, "city"),
            "district": _token(installation, "wang", Role.DISTRICT, DISTRICT),
        }


def _answered(installation: Installation, tokens: dict[str, str], year: int, rounds: int) -> dict[str, list[float]]:
    """Seconds that each page took, in turn: the first cold, the others warm."""
    schema = build_schema()
    operations = Operations(installation.services, schema, declared(schema), answers=AnswerCache(0))
    seconds: dict[str, list[float]] = {name: [] for name in ASKED}
    for _ in range(rounds + 1):
        for name, (who, query) in ASKED.items():
            begun = time.perf_counter()
            said = f"{{ {query % year if '%d' in query else query} }}"
            answer = operations.run(GraphQLRequest(said), tokens[who], QUERIES_AND_MUTATIONS)
            seconds[name].append(time.perf_counter() - begun)
            if "errors" in answer.payload:
                raise RuntimeError(answer.payload["errors"])
    return seconds


def _simulated(installation: Installation) -> float:
    """Seconds that a draft of three clauses takes over every firm, the reading included."""
    clauses = (
        PolicyClause(title="不低于三档", any_of=(GradeTest(at_least=3),)),
        PolicyClause(title="总分", any_of=(ScoreTest(at_least=Decimal(40)), ScoreTest(dimension="A", at_least=Decimal(60)))),
    )
    told = {"title": "示例政策", "purpose": PolicyPurpose.TRANSFORMATION, "fen": 10_000_000, "combinable": False}
    terms = PolicyTerms(**told, since=date(2024, 1, 1), edition="2023", clauses=clauses)
    begun, day = time.perf_counter(), city_day(datetime.now(UTC))
    with installation.services.models.reading() as snapshot:
        facts = firm_facts(snapshot, Everything(), day)
    simulation_bytes(SimulationInputs(None, terms, (), facts, day))
    return time.perf_counter() - begun


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """Each engine in turn."""
    for engine in bench.engines:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            settings = Settings(folder, stack.enter_context(bench.postgres()) if engine == "postgres" else None)
            begun = time.perf_counter()
            with opened(settings, demo=True) as installation:
                year = fill(installation.services.journal, sizes.firms, sizes.years)
                installation.services.models.catch_up()
                size = installation.services.journal.head().size
            say(f"{NAMES[engine]}: {sizes.firms:,} firms, {size:,} entries in {time.perf_counter() - begun:.0f} s")
            if settings.database is not None:
                with closing(psycopg2.connect(settings.database)) as connection, connection, connection.cursor() as cursor:
                    cursor.execute("ANALYZE")
            tokens = _tokens(settings)
            with opened(settings) as installation:
                seconds = _answered(installation, tokens, year, sizes.rounds)
                simulated = _simulated(installation)
            of = f"{NAMES[engine]}, {sizes.firms:,} firms × {sizes.years} years"
            for name, (cold, *warm) in seconds.items():
                say(f"  {name:<40} cold {cold * 1e3:>8.0f} ms, warm {median(warm) * 1e3:>8.0f} ms")
                yield Compared(f"{name}, cold, {of}", f"{COLD:g} s", COLD / cold, goal=1)
                yield Compared(f"{name}, warm, {of}", f"{WARM:g} s", WARM / median(warm), goal=1)
            yield Compared(f"simulation of a policy, {of}", f"{SIMULATED:g} s", SIMULATED / simulated, goal=1)
