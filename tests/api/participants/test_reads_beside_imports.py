"""The workbook that once made a city's reads wait 83 s, sent fourteen times side by side: readers pay nothing. plan P1, P5."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from api.app import create_app
from domain.kernel import Refused
from interop.editions.workbook_reading import read_workbook
from interop.foreign_files import ForeignFiles
from interop.rosters.roster_reading import read_roster
from isolation.quotas import WORK_BUSY
from standards import EditionMalformed
from tests.api.small_api import serving
from tests.interop.test_foreign_files import hostile
from tests.live_city import LiveCity

COSTLY = hostile(b"<row/>" * 600_000 + (b"<row>" + b"<c><v>1</v></c>" * 90 + b"</row>") * 4_000)
"""600,000 empty rows, which once cost 67 s, and 360,000 cells, which still cost seconds; a few kilobytes in all."""
SIDE_BY_SIDE = 14
ALONE, FEWEST = 40, 5
BETWEEN = 0.02
"""Seconds from one page to the next: whoever reads without a pause leaves the imports no core."""
READ = "{ enterprises { totalCount nodes { name } } }"
IMPORT = "mutation($input: ImportRosterInput!) { importRoster(input: $input) { userErrors { code } rosterImport { blocked } } }"


def spent(function: Callable[[], Any], times: int = 1) -> float:
    """Seconds of this process that a call takes."""
    before = time.process_time()
    for _ in range(times):
        function()
    return (time.process_time() - before) / times


def trial(read: Callable[[], Any], work: Callable[[], str | None], here: Callable[[], Any], fewest: int = FEWEST) -> None:
    """The sender waits or is told to come back; the reader is answered meanwhile; the fourteen cost less than two read in place."""
    read()
    alone, one = spent(read, ALONE), spent(here)
    answered = 0
    with ThreadPoolExecutor(SIDE_BY_SIDE) as people:
        before = time.process_time()
        at_work = [people.submit(work) for _ in range(SIDE_BY_SIDE)]
        while not all(one.done() for one in at_work):
            read()
            answered += 1
            time.sleep(BETWEEN)
        fourteen = time.process_time() - before - answered * alone
    ends = [one.result() for one in at_work]
    assert ends.count(WORK_BUSY.code) >= SIDE_BY_SIDE - 4
    assert len([end for end in ends if end != WORK_BUSY.code]) >= 1
    assert answered >= fewest
    assert fourteen < 2 * one, f"{fourteen:.2f} s of this process; a file that is read in it takes {one:.2f}"


@pytest.fixture
def files() -> ForeignFiles:
    made = ForeignFiles()
    made.roster(b"a", "名单.csv", "operator")  # the process that calls are made from has been started
    return made


def test_a_city_reads_on_while_a_district_imports_a_hostile_roster_fourteen_times(city: LiveCity) -> None:
    sha256 = city.uploaded("district", "名单.xlsx", COSTLY, kind="roster")
    body = {"query": IMPORT, "variables": {"input": {"sha256": sha256, "year": 2024}}}
    with serving(create_app(city.installation.services)) as host, httpx2.Client(base_url=f"http://{host}", timeout=120) as client:

        def asked(who: str, sent: dict[str, Any]) -> Any:
            answer = client.post("/graphql", json=sent, headers={"authorization": f"Bearer {city.tokens[who]}"})
            assert answer.status_code == 200, answer.text
            return answer.json()["data"]

        def imported() -> str | None:
            errors = asked("district", body)["importRoster"]["userErrors"]
            return errors[0]["code"] if errors else None

        for who in ("district", "city"):
            asked(who, {"query": READ})  # from here on the tokens are known
        trial(lambda: asked("city", {"query": READ}), imported, lambda: read_roster(COSTLY, "名单.xlsx"))


def test_a_city_reads_on_while_a_hostile_edition_is_imported_fourteen_times(city: LiveCity, files: ForeignFiles) -> None:
    def imported() -> str | None:
        try:
            files.workbook(COSTLY, "city")
        except Refused as refused:
            return refused.rule.code
        except EditionMalformed:
            return None
        raise AssertionError("it holds no edition")

    def here() -> None:
        with pytest.raises(EditionMalformed):
            read_workbook(COSTLY)

    trial(lambda: city.data("city", READ), imported, here, fewest=1)  # it is refused at its thousandth row, in a tenth of a second
