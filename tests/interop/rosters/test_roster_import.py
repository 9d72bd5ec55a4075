"""A roster file on its way into the journal and the read models 名单导入 (plan P1, G4), on both engines."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from domain.access import Role, scope_of
from domain.events import CAPABILITIES
from domain.kernel import Refused
from interop.rosters.roster import read_roster, roster_command
from journal import Caller, Entry, Handled, Journal, handle
from projections import open_read_models
from tests.interop.sample_rosters import HEADERS, csv_of, row, table, xlsx

CITY = Caller("city-person", Role.CITY, "city", scope_of(Role.CITY, ""))
SONGJIANG = Caller("songjiang-person", Role.DISTRICT, "310117", scope_of(Role.DISTRICT, "310117"))
ROWS = [row(number) for number in range(1, 6)]
DISTRICT = HEADERS[2]


def bring_in(journal: Journal, data: bytes, filename: str, who: Caller = CITY, **rest: Any) -> Handled:
    command = roster_command(read_roster(data, filename), 2024, **rest)
    return handle(journal, CAPABILITIES, command, who, clock=lambda: datetime.now(UTC))


def report(handled: Handled) -> dict[str, Any]:
    entry: Entry = handled.entries[0]
    return {"type": entry.type} | orjson.loads(entry.state)


def test_the_same_file_twice_changes_nothing(journal: Journal) -> None:
    bring_in(journal, xlsx(table(ROWS)), "名单.xlsx")
    head = journal.head()
    data = csv_of(table(ROWS), "gb18030")
    first = bring_in(journal, data, "名单.csv")
    assert [entry.type for entry in first.entries] == ["roster.imported.v1"]
    assert (report(first)["unchanged"], report(first)["registered"], report(first)["revised"]) == (5, 0, 0)
    assert bring_in(journal, data, "改名.csv").entries == ()
    assert journal.head().size == head.size + 1


def test_a_refused_row_blocks_the_file_and_the_report_names_row_column_and_reason(journal: Journal) -> None:
    data = xlsx(table([*ROWS, row(9, **{DISTRICT: "火星"})]))
    blocked = report(bring_in(journal, data, "名单.xlsx"))
    assert (blocked["type"], blocked["refused_rows"]) == ("roster.blocked.v1", 1)
    (finding,) = blocked["findings"]
    assert (finding["row"], finding["column"], finding["code"]) == (7, DISTRICT, "DISTRICT_UNKNOWN")
    partial = bring_in(journal, data, "名单.xlsx", accept_partial=True)
    assert (report(partial)["registered"], report(partial)["refused_rows"]) == (5, 1)


def test_a_file_that_cannot_be_read_leaves_a_report_even_when_partial_import_is_accepted(journal: Journal) -> None:
    blocked = report(bring_in(journal, b"not a workbook", "名单.xlsx", accept_partial=True))
    assert blocked["type"] == "roster.blocked.v1"
    assert [finding["code"] for finding in blocked["findings"]] == ["FILE_NOT_XLSX"]


def test_a_district_cannot_take_over_a_firm_but_the_city_can_move_it(journal: Journal) -> None:
    bring_in(journal, xlsx(table([row(1, **{DISTRICT: "嘉定区"})])), "全市.xlsx")
    mine = xlsx(table(ROWS))
    size = journal.head().size
    with pytest.raises(Refused) as caught:
        bring_in(journal, mine, "松江.xlsx", SONGJIANG)
    assert caught.value.rule.code == "ROSTER_TAKES_OVER"
    assert journal.head().size == size
    moved = bring_in(journal, mine, "松江.xlsx")
    assert (report(moved)["revised"], report(moved)["registered"]) == (1, 4)


def test_every_accepted_firm_stands_in_the_directory_and_on_the_years_roster(journal: Journal, tmp_path: Path) -> None:
    bring_in(journal, xlsx(table(ROWS)), "名单.xlsx")
    models = open_read_models(f"sqlite:///{tmp_path / 'models.db'}", journal)
    models.catch_up()
    rows = models.dump()
    models.close()
    assert len(rows["enterprises"]) == len(rows["roster_members"]) == 5
    assert len(rows["roster_imports"]) == 1
