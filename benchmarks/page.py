"""Page 列表页: 50 enterprises × 10 fields with diagnosis and provider nested, against PostGraphile 5 on the same tables.

Both serve from one process each, on one PostgreSQL, to the same client; the two answers are first compared, row by row. Ours
signs in, looks the session up, checks rights and scope and weighs the query at each request; PostGraphile does none of this
and is given the filter that our scope amounts to. npm fetches it once; the small run goes without it. Beside it
our own page over HTTP, against the same operation in this process.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import orjson
import psycopg2

from api.kit.published import declared
from api.schema import build_schema
from api.server.answer_cache import AnswerCache
from api.server.http import QUERIES_AND_MUTATIONS
from api.server.messages import GraphQLRequest
from api.server.operations import Operations
from benchmarks.cities import BuiltCity, built
from benchmarks.clients import CASE, FIRM, OURS, message
from benchmarks.measuring import Bench, Compared, Processor, Work, compared, in_turn, say
from benchmarks.serving import a_client, asked, free_port, ours, server
from zhenduan.demo.people import SHOWN_DISTRICT
from zhenduan.wiring import opened

PACKAGE = "postgraphile@5.1.5"
CACHE = Path(__file__).parents[1] / "var" / "postgraphile"
PRESET = "postgraphile/presets/amber"
GOAL = 1.5
SERVED, GRAPHILE, IN_PROCESS = "page of enterprises", "PostGraphile 5", "the same in process"


@dataclass(frozen=True)
class Sizes:
    """seconds: of one load. connections: clients at a time."""

    seconds: float = 5.0
    rounds: int = 5
    connections: tuple[int, ...] = (1, 8, 16)


SIZES = Sizes()
SMOKE = Sizes(seconds=0.1, rounds=1, connections=(2,))

ENUMERATED = ("sizeClass", "status")
"""Fields that we publish as values of an enumeration, and a row holds as their texts."""
IDENTIFIED = ("id", "campaign")
"""Fields that we publish as ids of things, and a row holds as their keys."""
THEIRS = f"""query Page($first: Int!) {{
  enterprises: allEnterprises(first: $first, condition: {{ district: "{SHOWN_DISTRICT}" }}, orderBy: PRIMARY_KEY_ASC) {{
    nodes {{ id: rowId {FIRM.replace(" { code }", "")} diagnosis {{ id: rowId {CASE} provider: assigned {{ id: rowId name }} }} }}
  }}
}}"""
TAGS = {
    "enterprises": "@name enterprises\n@foreignKey (latest_diagnosis) references diagnoses_1 (id)|@fieldName diagnosis",
    "diagnoses": "@name diagnoses\n@foreignKey (provider) references organisations_1 (id)|@fieldName assigned",
    "organisations": "@name organisations",
}
"""How PostGraphile learns what belongs together: comments that change neither rows nor plans."""


def tag(address: str) -> None:
    """Tell PostGraphile how the tables belong together, and PostgreSQL how many rows they have."""
    connection = psycopg2.connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for name, says in TAGS.items():
            cursor.execute(f"COMMENT ON TABLE {name}_1 IS %s", (says,))
        cursor.execute("ANALYZE")
    connection.close()


def postgraphile() -> Path:
    """Folder with PostGraphile installed by npm, once."""
    if not (CACHE / "node_modules" / "postgraphile").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        say(f"npm install {PACKAGE} …")
        subprocess.run(
            [npm(), "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(CACHE), PACKAGE], check=True
        )
    return CACHE


def npm() -> str:
    """Path of npm 包管理器, as the environment brings it."""
    return str(Path(sys.executable).with_name("npm"))


def answer(port: int, query: str, token: str | None, rows: int) -> Any:  # noqa: ANN401 - any JSON
    """One answer, decoded."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"content-type": "application/json", "accept": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    body = orjson.dumps({"query": query, "variables": {"first": rows}, "operationName": "Page"})
    connection.request("POST", "/graphql", body, headers)
    found = orjson.loads(connection.getresponse().read())
    connection.close()
    if "errors" in found:
        raise RuntimeError(str(found["errors"])[:500])
    return found["data"]


def bare(answer: Any, name: str = "") -> Any:  # noqa: ANN401 - any JSON
    """An answer of ours as the rows have it: keys of things in place of their ids `kind/key`, codes, what is stored of a value."""
    if isinstance(answer, dict) and answer.keys() == {"code"}:
        return answer["code"]
    if isinstance(answer, dict):
        return {name: str(one).rpartition("/")[2] if name in IDENTIFIED else bare(one, name) for name, one in answer.items()}
    if isinstance(answer, list):
        return [bare(one) for one in answer]
    return answer.lower() if name in ENUMERATED else answer


def graphile(address: str, port: int) -> list[str]:
    """The command that starts the peer."""
    node = str(Path(sys.executable).with_name("node"))
    started = [node, str(postgraphile() / "node_modules/postgraphile/dist/cli-run.js")]
    return [*started, "-n", "127.0.0.1", "-p", str(port), "-c", address, "-s", "public", "-P", PRESET]


def in_process(city: BuiltCity, seconds: float) -> Work:
    """Our page asked for again and again without HTTP, by one caller."""
    with opened(city.settings) as installation:
        operations = Operations(installation.services, build_schema(), declared(build_schema()), answers=AnswerCache(0))
        request = GraphQLRequest(OURS, {"first": city.rows}, "Page")

        def once() -> None:
            payload = operations.run(request, city.districts[0], QUERIES_AND_MUTATIONS).payload
            if "errors" in payload:
                raise RuntimeError(str(payload)[:500])
            orjson.dumps(payload)

        once()

        def all_the_time() -> float:
            count, until = 0, time.monotonic() + seconds
            while not count or time.monotonic() < until:
                once()
                count += 1
            return count

        return Processor().of_database(city.settings.journal_url).measured(all_the_time)


def measured(city: BuiltCity, sizes: Sizes, *, beside: bool) -> Iterator[Compared]:
    """Start ours, and the peer where it is there; compare their answers, then ask them in turn."""
    address, token = str(city.settings.database), city.districts[0]
    other = free_port()
    with ExitStack() as stack:
        client = stack.enter_context(a_client())
        process, port = stack.enter_context(server(ours(city.settings.data), {"ZHENDUAN_DATABASE": address}))
        asking = {SERVED: (port, message(port, OURS, {"first": city.rows}, token), process)}
        first = answer(port, OURS, token, city.rows)
        rows = first["enterprises"]["nodes"]
        nested = sum(1 for row in rows if row["diagnosis"] is not None and row["diagnosis"]["provider"] is not None)
        if len(rows) != city.rows or nested < city.rows * 4 // 5:
            raise RuntimeError(f"the page is not full: {len(rows)} rows, {nested} with all that is nested")
        if beside:
            tag(address)
            environment = {"GRAPHILE_ENV": "production", "NODE_ENV": "production"}
            theirs, _ = stack.enter_context(server(graphile(address, other), environment, other))
            second = answer(other, THEIRS, None, city.rows)
            if bare(first) != second:
                raise RuntimeError(f"the answers differ:\n{str(first)[:2000]}\n{str(second)[:2000]}")
            asking[GRAPHILE] = (other, message(other, THEIRS, {"first": city.rows}, None), theirs)
            say(f"both answer with the same {city.rows} rows, {len(orjson.dumps(first)):,} bytes")
        for connections in sizes.connections:
            contenders = {
                name: asked(client, where, sent, sizes.seconds, connections, of, address)
                for name, (where, sent, of) in asking.items()
            }
            for warm in contenders.values():
                warm()
            contenders[IN_PROCESS] = lambda: in_process(city, sizes.seconds)
            goals: dict[tuple[str, str], float | None] = {(SERVED, IN_PROCESS): None}
            if beside:
                goals[SERVED, GRAPHILE] = GOAL
            done = in_turn(contenders, sizes.rounds)
            yield from compared(f"{city.rows} rows × 10 fields, {connections} at a time", "requests/s", done, goals)


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """On PostgreSQL, which the peer needs."""
    if "postgres" not in bench.engines:
        return
    with built(bench, "postgres") as city:
        yield from measured(city, sizes, beside=not bench.small)
