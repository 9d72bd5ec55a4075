"""Page 列表页: 50 enterprises × 10 fields with diagnosis and provider nested, against PostGraphile 5 on the same tables.

Both serve from one process each, on one PostgreSQL, to the same client; the two answers are first compared, row by row. Ours
signs in, looks the session up, checks rights and scope and weighs the query at each request; PostGraphile does none of this
and is given the filter that our scope amounts to. `--profile` shows where the time of ours goes instead.

Run: python -m benchmarks.page [--rounds N] [--seconds N] [--connections N] [--profile]
"""

import argparse
import cProfile
import os
import pstats
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import orjson
import psycopg2
from sqlalchemy import select

from api.kit.published import declared
from api.schema import build_schema
from api.server.http import QUERIES_AND_MUTATIONS
from api.server.operations import GraphQLRequest, Operations
from benchmarks.measuring import in_turn, postgres, table
from domain.access import Role, scope_of
from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.state import Purpose
from domain.kernel import Refused
from journal import Caller
from projections.engine.places import ENTERPRISES
from standards import Form
from zhenduan.demo.city import open_demo
from zhenduan.demo.people import SHOWN_DISTRICT
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, opened

PACKAGE = "postgraphile@5.1.5"
CACHE = Path(__file__).parents[1] / "var" / "postgraphile"
PRESET = "postgraphile/presets/amber"
PROVIDER = "provider-equipment"
GOAL = 1.5
ROWS = 50

FIRM = "uscc name district subdistrict industry employees revenueWan sizeClass aboveScale"
CASE = "campaign status version answered"
OURS = f"""query Page($first: Int!) {{
  enterprises(first: $first) {{
    nodes {{ id {FIRM} diagnosis {{ id {CASE} provider {{ id name }} }} }}
  }}
}}"""
THEIRS = f"""query Page($first: Int!) {{
  enterprises: allEnterprises(first: $first, condition: {{ district: "{SHOWN_DISTRICT}" }}, orderBy: PRIMARY_KEY_ASC) {{
    nodes {{ id: rowId {FIRM} diagnosis {{ id: rowId {CASE} provider: assigned {{ id: rowId name }} }} }}
  }}
}}"""
TAGS = {
    "enterprises": "@name enterprises\n@foreignKey (latest_diagnosis) references diagnoses_1 (id)|@fieldName diagnosis",
    "diagnoses": "@name diagnoses\n@foreignKey (provider) references organisations_1 (id)|@fieldName assigned",
    "organisations": "@name organisations",
}
"""How PostGraphile learns what belongs together: comments that change neither rows nor plans."""


def build(installation: Installation) -> str:
    """The demo city, and a diagnosis with a provider for every firm of one district.

    Returns:
        The bearer token of that district's department.
    """
    services = installation.services
    logins = open_demo(services, installation.accounts)
    city = Caller("benchmark", Role.CITY, "city", scope_of(Role.CITY, ""))
    with services.models.reading() as snapshot:
        firms = snapshot[ENTERPRISES]
        waiting = snapshot.rows(
            select(firms.c.id).where(firms.c.district == SHOWN_DISTRICT, firms.c.latest_diagnosis.is_(None))
        )
    for number, (firm,) in enumerate(waiting):
        wish = OpenDiagnosis(
            diagnosis=f"benchmark-{number}",
            enterprise=firm,
            campaign="2026",
            purpose=Purpose.INITIAL,
            form=Form.BRIEF,
            edition="2023",
            provider=PROVIDER,
            reason="基准测试统一使用通用版 the plain edition for every firm of the benchmark",
        )
        try:
            services.send(city, wish)
        except Refused:  # the provider serves other industries: this one is opened without one
            services.send(city, wish.model_copy(update={"provider": None}))
    services.models.catch_up()
    login = next(one for one in logins if one.role is Role.DISTRICT)
    session = installation.accounts.sign_in(login.login, login.password)
    assert session is not None, "the demo's own login"  # noqa: S101
    return session.token


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
        print(f"npm install {PACKAGE} …", flush=True)
        subprocess.run(
            [npm(), "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(CACHE), PACKAGE], check=True
        )
    return CACHE


def npm() -> str:
    """Path of npm 包管理器, as the environment brings it."""
    return str(Path(sys.executable).with_name("npm"))


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def server(command: list[str], port: int, environment: Mapping[str, str]) -> Iterator[int]:
    """A server process until the block ends, once it answers."""
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=told, stderr=told, start_new_session=True
        )
        try:
            deadline = time.monotonic() + 60
            while not listens(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    told.seek(0)
                    raise RuntimeError(told.read().decode())
                time.sleep(0.1)
            yield port
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def listens(port: int) -> bool:
    """Whether anything answers on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def message(port: int, query: str, token: str | None) -> bytes:
    """The whole HTTP request, sent again and again."""
    body = orjson.dumps({"query": query, "variables": {"first": ROWS}, "operationName": "Page"})
    head = [
        "POST /graphql HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/json",
        "Accept: application/json",
        f"Content-Length: {len(body)}",
        *([f"Authorization: Bearer {token}"] if token else []),
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def answer(port: int, query: str, token: str | None) -> Any:  # noqa: ANN401 - any JSON
    """One answer, decoded."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"content-type": "application/json", "accept": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    body = orjson.dumps({"query": query, "variables": {"first": ROWS}, "operationName": "Page"})
    connection.request("POST", "/graphql", body, headers)
    found = orjson.loads(connection.getresponse().read())
    connection.close()
    if "errors" in found:
        raise RuntimeError(str(found["errors"])[:500])
    return found["data"]


def one_client(port: int, sent: bytes, until: float, done: list[int]) -> None:
    """One connection that asks as soon as it was answered."""
    count = 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = connection.makefile("rb", 1 << 17)
        while time.monotonic() < until:
            connection.sendall(sent)
            status = reader.readline()
            if b" 200 " not in status:
                raise RuntimeError(status.decode())
            length = 0
            while (line := reader.readline()) != b"\r\n":
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if len(reader.read(length)) != length or not length:
                raise RuntimeError("an answer was cut short")
            count += 1
    done.append(count)


def load(port: int, sent: bytes, seconds: float, connections: int) -> float:
    """Requests a second over some connections."""
    done: list[int] = []
    before = time.monotonic()
    threads = [
        threading.Thread(target=one_client, args=(port, sent, before + seconds, done)) for _ in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(done) < connections:
        raise RuntimeError("a connection failed")
    return sum(done) / (time.monotonic() - before)


def asked(port: int, query: str, token: str | None, seconds: float, connections: int) -> Callable[[], float]:
    """A round of load from a client process of its own."""
    sent = message(port, query, token)

    def rate() -> float:
        with get_context("spawn").Pool(1) as client:
            return float(client.apply(load, (port, sent, seconds, connections)))

    return rate


def profile(installation: Installation, token: str) -> None:
    """Where the time of one request goes, in this process."""
    operations = Operations(installation.services, build_schema(), declared(build_schema()))
    request = GraphQLRequest(OURS, {"first": ROWS}, "Page")

    def once() -> bytes:
        return orjson.dumps(operations.run(request, token, QUERIES_AND_MUTATIONS).payload)

    once()
    before = time.perf_counter()
    for _ in range(200):
        once()
    print(f"in process, one after another: {(time.perf_counter() - before) / 200 * 1e3:.2f} ms a request")
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(200):
        once()
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(35)


def main() -> None:
    """Build, compare, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        with postgres() as address:
            settings = Settings(folder / "city", database=address)
            with opened(settings, demo=True) as installation:
                token = build(installation)
                if given.profile:
                    profile(installation, token)
                    return
            tag(address)
            measure(settings, address, token, given.rounds, given.seconds, given.connections)
    finally:
        shutil.rmtree(folder)


def measure(settings: Settings, address: str, token: str, rounds: int, seconds: float, connections: int) -> None:
    """Start both, compare their answers, then ask them in turn."""
    ours, theirs = free_port(), free_port()
    zhenduan = [sys.executable, "-m", "zhenduan", "--data", str(settings.data), "serve", "--port", str(ours)]
    node = [
        str(Path(sys.executable).with_name("node")),
        str(postgraphile() / "node_modules/postgraphile/dist/cli-run.js"),
    ]
    graphile = [*node, "-n", "127.0.0.1", "-p", str(theirs), "-c", address, "-s", "public", "-P", PRESET]
    with (
        server(zhenduan, ours, {"ZHENDUAN_DATABASE": address}),
        server(graphile, theirs, {"GRAPHILE_ENV": "production", "NODE_ENV": "production"}),
    ):
        first, second = answer(ours, OURS, token), answer(theirs, THEIRS, None)
        rows = first["enterprises"]["nodes"]
        nested = sum(1 for row in rows if row["diagnosis"] is not None and row["diagnosis"]["provider"] is not None)
        if len(rows) != ROWS or nested < ROWS * 4 // 5:
            raise RuntimeError(f"the page is not full: {len(rows)} rows, {nested} with all that is nested")
        if first != second:
            raise RuntimeError(f"the answers differ:\n{str(first)[:2000]}\n{str(second)[:2000]}")
        size = len(orjson.dumps(first))
        print(
            f"both answer with the same {ROWS} rows, {nested} with diagnosis and provider, {size:,} bytes",
            flush=True,
        )
        contenders = {
            "zhenduan": asked(ours, OURS, token, seconds, connections),
            "PostGraphile 5": asked(theirs, THEIRS, None, seconds, connections),
        }
        for warm in contenders.values():
            warm()
        rates = in_turn(contenders, rounds)
    title = f"page of {ROWS} enterprises × 10 fields with diagnosis and provider, {connections} connections"
    table(title, "requests/s", rates, {("zhenduan", "PostGraphile 5"): GOAL})


if __name__ == "__main__":
    main()
