"""The same page asked again 重复查询: given from what was kept, and told 304 to who has it, beside made anew. decision 0055.

A page of 50 enterprises with diagnosis and provider, session, limits, row security and disclosure log on in all three.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection

from benchmarks.cities import BuiltCity, built
from benchmarks.clients import OURS, message, tagged
from benchmarks.measuring import Bench, Compared, compared, in_turn
from benchmarks.serving import a_client, asked, ours, server
from zhenduan.limits import KEPT_ANSWERS

ANEW, AGAIN, KNOWN = "made anew", "asked again", "asked by who has it (304)"
GOALS: dict[tuple[str, str], float | None] = {(AGAIN, ANEW): 5.0, (KNOWN, ANEW): 10.0}


@dataclass(frozen=True)
class Sizes:
    """seconds: of one load. connections: clients at a time."""

    seconds: float = 3.0
    rounds: int = 3
    connections: tuple[int, ...] = (1, 8)


SIZES = Sizes()
SMOKE = Sizes(seconds=0.1, rounds=1, connections=(2,))


def tag_of(port: int, sent: bytes) -> str:
    """The tag of an answer."""
    address = sent.split(b" ", 2)[1].decode()
    lines = [line.partition(": ") for line in sent.decode().split("\r\n")[1:] if line]
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", address, headers={name: value for name, _, value in lines if name != "Host"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    found = answer.getheader("etag")
    if answer.status != 200 or found is None:  # noqa: PLR2004 - HTTP's own number
        raise RuntimeError(f"{answer.status}: no tag")
    return found


def measured(city: BuiltCity, sizes: Sizes, engine: str) -> Iterator[Compared]:
    """Two servers over one city, one of which keeps nothing, asked in turn."""
    database, token, first = city.settings.database, city.districts[0], {"first": city.rows}
    environment = {"ZHENDUAN_DATABASE": database or ""}
    with ExitStack() as stack:
        client = stack.enter_context(a_client())
        anew, port = stack.enter_context(server(ours(city.settings.data), environment))
        keeping, other = stack.enter_context(server(ours(city.settings.data), {**environment, KEPT_ANSWERS: "16"}))
        tag = tag_of(other, tagged(other, OURS, first, token))
        asking = {
            ANEW: (port, message(port, OURS, first, token), anew),
            AGAIN: (other, message(other, OURS, first, token), keeping),
            KNOWN: (other, tagged(other, OURS, first, token, tag), keeping),
        }
        for connections in sizes.connections:
            contenders = {
                name: asked(client, where, sent, sizes.seconds, connections, of, database)
                for name, (where, sent, of) in asking.items()
            }
            for warm in contenders.values():
                warm()
            done = in_turn(contenders, sizes.rounds)
            yield from compared(f"{city.rows} rows × 10 fields, {engine}, {connections} at a time", "requests/s", done, GOALS)


def compare(bench: Bench, sizes: Sizes) -> Iterator[Compared]:
    """On each engine."""
    for engine in bench.served_on:
        with built(bench, engine) as city:
            yield from measured(city, sizes, engine)
