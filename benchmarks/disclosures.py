"""Disclosures 披露日志: what it costs a read that its disclosure is on the disk before the answer leaves, on both engines.

Two servers over one installation, one with the log and one whose log keeps nothing, are asked in turn by the same client, with
one connection and with eight: for a page of 50 enterprises with their revenue, and for a diagnosis with its answers and
result. The log holds some years' rows before the measurement begins, so that its index is as wide as it will be.

Run: python -m benchmarks.disclosures [--rounds N] [--seconds N] [--kept N] [--engine sqlite|postgres]
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import orjson
import uvicorn
from sqlalchemy import select

from api.app import create_app
from benchmarks.measuring import in_turn, postgres, table
from benchmarks.page import OURS, ROWS, build, free_port, load, server
from domain.access import Attribute, Is
from domain.disclosures import Disclosed, Disclosure
from journal.disclosure_log.disclosure_log import DisclosureLog
from journal.engines.group_commit import LARGEST_GROUP
from projections.diagnosis.diagnoses import ANSWERS, DIAGNOSES
from projections.engine.places import ENTERPRISES
from zhenduan.demo.people import SHOWN_DISTRICT
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, opened

GOAL = 1 / 1.10
CASE = """query Case($id: ID!) {
  diagnosis(id: $id) {
    id status grade level enterprise { id name revenueWan }
    answers { indicator name version given { level notApplicable } verified { level notApplicable } }
    result { verifiedTotal issuedGrade dimensions { id name verifiedScore } gates { code holds says } }
  }
}"""


class Forgetful(DisclosureLog):
    """A log that keeps nothing 不留存: every answer may leave at once."""

    def write(self, disclosure: Disclosure) -> None:
        """Nothing."""


def serve(settings: Settings, port: int, *, logged: bool) -> None:
    """Answer on a port until told to stop."""
    with opened(settings) as installation:
        services = installation.services
        if not logged:
            kept = services.disclosures
            services = replace(services, disclosures=Forgetful(kept._store, kept._engine))  # noqa: SLF001 - never asked
        uvicorn.run(create_app(services), host="127.0.0.1", port=port, log_level="error")


def fill(installation: Installation, kept: int) -> None:
    """Some years' rows: pages of 50 firms of the district."""
    services = installation.services
    with services.models.reading() as snapshot:
        firms = [str(row[0]) for row in snapshot.rows(select(snapshot[ENTERPRISES].c.id))]
    chance = Random(7)  # noqa: S311 - which firms, repeatable

    def told(number: int) -> None:
        found = [Disclosed(firm, f"enterprise/{firm}", ("revenue",)) for firm in chance.choices(firms, k=ROWS)]
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


def sent(port: int, query: str, variables: dict[str, Any], token: str) -> bytes:
    """The whole HTTP request, sent again and again."""
    body = orjson.dumps({"query": query, "variables": variables})
    head = [
        "POST /graphql HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/json",
        "Accept: application/json",
        f"Content-Length: {len(body)}",
        f"Authorization: Bearer {token}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


@contextmanager
def installed(engine: str) -> Iterator[Settings]:
    """An empty installation on an engine, on disk."""
    folder = Path(tempfile.mkdtemp())
    try:
        with postgres() if engine == "postgres" else nullcontext() as address:
            yield Settings(folder / "city", database=address)
    finally:
        shutil.rmtree(folder)


def measure(engine: str, settings: Settings, given: argparse.Namespace) -> None:
    """Build, start both, ask in turn."""
    with opened(settings, demo=True) as installation:
        token = build(installation)
        case = answered(installation)
        fill(installation, given.kept)
    on, off = free_port(), free_port()
    command = [sys.executable, "-m", "benchmarks.disclosures", "--serve"]
    environment = {"ZHENDUAN_DATABASE": settings.database or ""}
    with (
        server([*command, "on", str(settings.data), str(on)], on, environment),
        server([*command, "off", str(settings.data), str(off)], off, environment),
    ):
        questions = {f"page of {ROWS} with revenue": (OURS, {"first": ROWS}), "diagnosis with answers": (CASE, {"id": case})}
        for what, (query, variables) in questions.items():
            for connections in (1, 8):
                contenders = {}
                for name, port in (("logged", on), ("not logged", off)):
                    asked = sent(port, query, variables, token)

                    def rate(port: int = port, asked: bytes = asked, connections: int = connections) -> float:
                        with get_context("spawn").Pool(1) as client:
                            return float(client.apply(load, (port, asked, given.seconds, connections)))

                    contenders[name] = rate
                for warm in contenders.values():
                    warm()
                rates = in_turn(contenders, given.rounds)
                title = f"{engine}: {what}, {connections} connections; {given.kept:,} kept before"
                table(title, "requests/s", rates, {("logged", "not logged"): GOAL})


def main() -> None:
    """Measure both engines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--kept", type=int, default=10_000, help="answers in the log before")
    parser.add_argument("--engine", choices=("sqlite", "postgres"))
    parser.add_argument("--serve", nargs=3, metavar=("on|off", "DATA", "PORT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        logged, data, port = given.serve
        settings = Settings(Path(data), os.environ.get("ZHENDUAN_DATABASE") or None)
        serve(settings, int(port), logged=logged == "on")
        return
    for engine in (given.engine,) if given.engine else ("sqlite", "postgres"):
        with installed(engine) as settings:
            measure(engine, settings, given)


if __name__ == "__main__":
    main()
