"""Why listed 在录缘由: why each provider stands where it does, down to its marks, against a plain page of the directory. plan V4.

Asked of the program as its server asks it, in its thread's processor time, over the demo's two years; on SQLite or PostgreSQL.
"""

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from api.kit.published import declared
from api.schema import build_schema
from api.server.answer_cache import AnswerCache
from api.server.http import QUERIES
from api.server.messages import GraphQLRequest
from api.server.operations import Operations
from benchmarks.measuring import NAMES, Bench, Compared, say
from domain.access import Role
from zhenduan.demo.city import open_demo
from zhenduan.demo.data import demo_data
from zhenduan.settings import Settings
from zhenduan.wiring import opened

GOAL = 100.0
"""Milliseconds."""
DIRECTORY = "{ directory(first: 100) { nodes { provider name standing year tags { industry { code } } } } }"
WHY = """query($provider: ID!) { whyListed(provider: $provider) { sentence
  entry { standing history { nodes { id what on reason causes } } }
  causes { id parent depth type what at sentence } } }"""


@dataclass(frozen=True)
class Sizes:
    """rounds: of each question. firms: of the demo, which have no part in it. rated: providers with jobs in both rated years."""

    rounds: int = 15
    firms: int = 420
    rated: int = 14


SIZES = Sizes()
SMOKE = Sizes(rounds=1, firms=60, rated=2)


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """The city asks, who is told most; on the last of the engines."""
    engine = bench.engines[-1]
    fewer: dict[str, Any] = {"cases": {ending: one.model_copy(update={"count": 1}) for ending, one in demo_data().cases.items()}}
    fewer |= {"finished": {}, "rated_providers": sizes.rated}
    data = demo_data().model_copy(update={"firms": sizes.firms, **fewer})
    with tempfile.TemporaryDirectory() as place, bench.postgres() if engine == "postgres" else nullcontext() as address:
        settings = Settings(Path(place) / "city", database=address)
        with opened(settings, demo=True) as installation:
            logins = {one.role: one for one in open_demo(installation.services, installation.accounts, data=data)}
            login = logins[Role.CITY]
            session = installation.accounts.sign_in(login.login, login.password)
            assert session is not None, "the demo's own login"  # noqa: S101
            schema = build_schema()
            operations = Operations(installation.services, schema, declared(schema), answers=AnswerCache(0))

            def taken(query: str, variables: Mapping[str, Any]) -> tuple[float, Any]:
                times, payload = [], None
                for _ in range(sizes.rounds):
                    before = time.thread_time()
                    payload = operations.run(GraphQLRequest(query, dict(variables)), session.token, QUERIES).payload
                    times.append((time.thread_time() - before) * 1e3)
                return median(times), payload["data"] if payload is not None else None

            page, listed = taken(DIRECTORY, {})
            providers = [one["provider"] for one in listed["directory"]["nodes"]]
            asked = [(*taken(WHY, {"provider": one}), one) for one in providers]
    chains = [len(found["whyListed"]["causes"]) for _, found, _ in asked]
    slowest = max(milliseconds for milliseconds, _, _ in asked)
    usual = median(milliseconds for milliseconds, _, _ in asked)
    say(
        f"{len(providers)} listed: {usual:.1f} ms in the median, {slowest:.1f} ms at most, {max(chains)} facts in the longest chain"
    )
    note = f"at most {slowest:.0f} ms of a core (goal {GOAL:g}); a page of {len(providers)} takes {page:.0f} ms"
    yield Compared(
        f"why one is listed, {NAMES[engine]}", "a page of the directory", page / usual, page / usual, note=note
    )
