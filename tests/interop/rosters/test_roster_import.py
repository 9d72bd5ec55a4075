"""A roster file on its way into the journal and the read models 名单导入 (plan P1, G4), on both engines."""

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from domain.access import Role, scope_of
from domain.events import CAPABILITIES
from domain.kernel import Refused, Unfinished
from domain.participants.rosters.bringing_in import RosterBlocked
from domain.participants.rosters.findings import ConfirmedFinding
from interop.rosters.reports import keep_report, read_report
from interop.rosters.roster import roster_command
from interop.rosters.roster_reading import read_roster
from journal import Accepted, Caller, Entry, Handled, Journal, handle
from journal.blobs import Blobs
from projections import open_read_models
from tests.firm_ids import SALT
from tests.interop.sample_rosters import HEADERS, csv_of, row, table, xlsx

CITY = Caller("city-person", Role.CITY, "city", scope_of(Role.CITY, ""))
SONGJIANG = Caller("songjiang-person", Role.DISTRICT, "310117", scope_of(Role.DISTRICT, "310117"))
ROWS = [row(number) for number in range(1, 6)]
DISTRICT = HEADERS[2]


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


@pytest.fixture
def bring_in(journal: Journal, blobs: Blobs) -> Callable[..., Handled]:
    def bring_in(data: bytes, filename: str, who: Caller = CITY, **rest: Any) -> Handled:
        command = roster_command(read_roster(data, filename), 2024, SALT, **rest)
        finish = keep_report(blobs)
        return handle(journal, CAPABILITIES, command, who, clock=lambda: datetime.now(UTC), finish=finish)

    return bring_in


def report(handled: Handled) -> dict[str, Any]:
    entry: Entry = handled.entries[0]
    return {"type": entry.type} | orjson.loads(entry.state)


def test_the_same_file_twice_changes_nothing(journal: Journal, bring_in: Callable[..., Handled]) -> None:
    bring_in(xlsx(table(ROWS)), "名单.xlsx")
    head = journal.head()
    data = csv_of(table(ROWS), "gb18030")
    first = bring_in(data, "名单.csv")
    assert [entry.type for entry in first.entries] == ["roster.imported.v2"]
    assert (report(first)["unchanged"], report(first)["registered"], report(first)["revised"]) == (5, 0, 0)
    again = bring_in(data, "改名.csv")
    assert report(again) == report(again) | {"type": "roster.unchanged.v1", "unchanged": 5, "refused_rows": 0}
    assert journal.head().size == head.size + 2


def test_a_refused_row_blocks_the_file_and_the_report_names_row_column_and_reason(
    blobs: Blobs, bring_in: Callable[..., Handled]
) -> None:
    data = xlsx(table([*ROWS, row(9, **{DISTRICT: "火星"})]))
    blocked = report(bring_in(data, "名单.xlsx"))
    assert (blocked["type"], blocked["refused_rows"]) == ("roster.blocked.v2", 1)
    (finding,) = read_report(blobs, blocked["report"], None).findings
    assert (finding.row, finding.column, finding.code) == (7, DISTRICT, "DISTRICT_UNKNOWN")
    partial = bring_in(data, "名单.xlsx", accept_partial=True)
    assert (report(partial)["registered"], report(partial)["refused_rows"]) == (5, 1)


def test_a_file_that_cannot_be_read_leaves_a_report_even_when_partial_import_is_accepted(
    blobs: Blobs, bring_in: Callable[..., Handled]
) -> None:
    blocked = report(bring_in(b"not a workbook", "名单.xlsx", accept_partial=True))
    assert blocked["type"] == "roster.blocked.v2"
    assert [finding.code for finding in read_report(blobs, blocked["report"], None).findings] == ["FILE_NOT_XLSX"]


def test_a_district_cannot_take_over_a_firm_but_the_city_can_move_it(journal: Journal, bring_in: Callable[..., Handled]) -> None:
    bring_in(xlsx(table([row(1, **{DISTRICT: "嘉定区"})])), "全市.xlsx")
    mine = xlsx(table(ROWS))
    size = journal.head().size
    with pytest.raises(Refused) as caught:
        bring_in(mine, "松江.xlsx", SONGJIANG)
    assert caught.value.rule.code == "ROSTER_TAKES_OVER"
    assert journal.head().size == size
    asked = bring_in(mine, "松江.xlsx")
    assert (report(asked)["type"], report(asked)["to_confirm"]) == ("roster.blocked.v2", 1)
    moved = bring_in(mine, "松江.xlsx", confirmed=[ConfirmedFinding(row=2, code="ROSTER_DISTRICT_CHANGED")])
    assert (report(moved)["revised"], report(moved)["registered"]) == (1, 4)


def test_the_report_that_is_kept_is_the_one_that_was_decided_on_and_no_file_is_examined_again(blobs: Blobs) -> None:
    command = roster_command(read_roster(xlsx(table(ROWS)), "名单.xlsx"), 2024, SALT)
    cited = sha256(b"decided on").hexdigest()
    decided = Unfinished(RosterBlocked, {"report": cited}, b"decided on")
    keep_report(blobs)(Accepted(command, [], None, {}, {}, datetime.now(UTC), facts=(decided,)))
    assert blobs.get(cited) == b"decided on"
    assert len([path for path in blobs.folder.rglob("*") if path.is_file()]) == 1


def test_every_accepted_firm_stands_in_the_directory_and_on_the_years_roster(
    journal: Journal, tmp_path: Path, bring_in: Callable[..., Handled]
) -> None:
    bring_in(xlsx(table(ROWS)), "名单.xlsx")
    models = open_read_models(f"sqlite:///{tmp_path / 'models.db'}", journal)
    models.catch_up()
    rows = models.dump()
    models.close()
    assert len(rows["enterprises"]) == len(rows["roster_members"]) == 5
    assert len(rows["roster_imports"]) == 1


def test_a_report_of_many_findings_is_a_file_and_the_entry_cites_it(blobs: Blobs, bring_in: Callable[..., Handled]) -> None:
    handled = bring_in(xlsx(table([row(number, **{DISTRICT: "火星"}) for number in range(1, 2000)])), "名单.xlsx")
    assert len(handled.entries[0].state) < 1_000
    kept = read_report(blobs, report(handled)["report"], None)
    assert len(kept.findings) == report(handled)["refused"] == 1999


def test_the_report_of_an_older_entry_is_read_from_the_entry(blobs: Blobs) -> None:
    held = '[{"row":3,"column":"","severity":"refused","code":"X","says":"无","says_in_english":"none"}]'
    assert [found.row for found in read_report(blobs, None, held).findings] == [3]
    with pytest.raises(LookupError):
        read_report(blobs, "0" * 64, None)
