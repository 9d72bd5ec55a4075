"""Long answers (plan P7): what is sent piece by piece breaks off with the session, role or key of whoever asked for it."""

import ast
import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import StreamingResponse

from api.downloads.dossiers import Dossiers
from api.downloads.process_log import ProcessLogFiles
from api.server.messages import CallerGone
from domain.instants import city_day
from domain.participants.people.memberships import EndMembership
from interop import process_log
from tests.live_city import LiveCity

DOWNLOADS = Path(__file__).parents[3] / "graphql/api/downloads"


def asked(city: LiveCity, who: str) -> Request:
    return Request(
        {"type": "http", "headers": [(b"authorization", f"Bearer {city.tokens[who]}".encode())], "query_string": b""}
    )


def the_log(city: LiveCity) -> StreamingResponse:
    found = ProcessLogFiles(city.installation.services, city.operations)._begun(asked(city, "auditor"))  # noqa: SLF001 - what a thread does of a request
    assert isinstance(found, StreamingResponse)
    return found


def the_trail(city: LiveCity) -> StreamingResponse:
    dossiers, request = Dossiers(city.installation.services, city.operations), asked(city, "auditor")
    found = dossiers._trail(request, city.operations.signed_in(city.tokens["auditor"]))  # noqa: SLF001 - as above
    assert isinstance(found, StreamingResponse)
    return found


def sign_out(city: LiveCity) -> None:
    city.data("auditor", "mutation { signOut { userErrors { code } } }")


def end_the_role(city: LiveCity) -> None:
    yesterday = city_day(city.installation.services.clock()) - timedelta(days=1)
    city.send(EndMembership(person="auditor", membership="m-auditor", on=yesterday))
    city.installation.services.models.catch_up()


@pytest.mark.parametrize("begin", [the_log, the_trail])
@pytest.mark.parametrize("end", [sign_out, end_the_role])
def test_an_answer_that_is_under_way_breaks_off_when_its_reader_is_one_no_more(
    city: LiveCity,
    monkeypatch: pytest.MonkeyPatch,
    begin: Callable[[LiveCity], StreamingResponse],
    end: Callable[[LiveCity], None],
) -> None:
    city.issued()
    monkeypatch.setattr(process_log, "BATCH", 1)

    async def read() -> None:
        pieces = aiter(begin(city).body_iterator)
        assert await anext(pieces)
        await asyncio.to_thread(end, city)
        with pytest.raises(CallerGone):
            await anext(pieces)

    asyncio.run(read())


def test_every_answer_that_is_sent_piece_by_piece_is_such_a_one() -> None:
    made = {
        path.name
        for path in DOWNLOADS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "StreamingResponse"
    }
    assert made == set()
