"""Foreign files 外来文件: read as they are read in place, at no cost to this process, and counted for whoever sent them."""

import io
import json
import os
import time
import zipfile
from pathlib import Path

import pytest

from domain.kernel import Refused
from interop.editions.workbook import workbook_of
from interop.editions.workbook_reading import as_stated
from interop.foreign_files import FILE_TOO_COSTLY, ForeignFiles
from interop.proof.dossier import with_files
from interop.rosters.files import FILE_NOT_XLSX
from interop.rosters.roster_reading import read_roster
from isolation import Bounds, Turns
from isolation.quotas import WORK_SHARE_USED
from journal.blobs import Blobs
from standards import EditionMalformed, load, plain_origins
from tests.interop.sample_rosters import csv_of, row, table, xlsx


def hostile(rows: bytes) -> bytes:
    """A good roster with these rows below."""
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(table([row()])))) as old,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/"):
                content = content.replace(b"</sheetData>", rows + b"</sheetData>")
            new.writestr(name, content)
    return changed.getvalue()


MANY_ROWS = hostile(b"".join(b"<row/>" for _ in range(600_000)))
"""600,000 empty rows in a few kilobytes: fourteen of them made a city's reads wait 83 s."""
FAR_CELL = hostile(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
FILES = {
    "a good workbook": (xlsx(table([row(), row(1, 从业人员="many")])), "名单.xlsx"),
    "a workbook with findings": (xlsx(table([row(), row()])), "名单.xlsx"),
    "a good CSV": (csv_of(table([row()])), "名单.csv"),
    "no workbook": (b"PK\x03\x04 no archive", "名单.xlsx"),
    "another type": (b"%PDF-", "名单.pdf"),
    "a far cell": (FAR_CELL, "名单.xlsx"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_roster_read_apart_says_what_it_says_in_place(name: str) -> None:
    data, filename = FILES[name]
    assert ForeignFiles().roster(data, filename, "city") == read_roster(data, filename)


def test_progress_is_told_from_there_as_from_here() -> None:
    here, there = list[int](), list[int]()
    data = csv_of(table([row(each) for each in range(250)]))
    read_roster(data, "名单.csv", progress=here.append)
    ForeignFiles().roster(data, "名单.csv", "city", there.append)
    assert there == here


def test_a_hostile_workbook_costs_this_process_next_to_nothing() -> None:
    assert len(MANY_ROWS) < 20_000
    ForeignFiles().roster(FAR_CELL, "名单.xlsx", "310117")  # the process that calls are made from has been started
    before = time.process_time()
    ForeignFiles().roster(MANY_ROWS, "名单.xlsx", "310117")
    assert time.process_time() - before < 0.2


def test_a_dossiers_files_are_put_in_apart_and_cost_this_process_little(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    cited = [blobs.put(os.urandom(8 * 2**20)) for _ in range(3)]
    made = {"digest": "", "files": {}, "kind": "评", "result": {"evidence": [{"sha256": digest} for digest in cited]}}
    content = json.dumps(made, ensure_ascii=False).encode()
    ForeignFiles().roster(FAR_CELL, "名单.xlsx", "310117")  # the process that calls are made from has been started
    before = time.process_time()
    here = with_files(content, blobs)
    between = time.process_time()
    apart = ForeignFiles().dossier(content, blobs.folder, "city")
    assert time.process_time() - between < (between - before) / 2
    assert (apart == here, set(json.loads(apart)["files"])) == (True, set(cited))


def test_a_file_that_takes_more_than_it_may_is_refused_and_counted_for_its_sender() -> None:
    turns = Turns(at_once=1, waiting=0, of_holder=1, wait_seconds=1.0, share_seconds=0.5, every_seconds=1e9)
    files = ForeignFiles(turns, Bounds(memory_mib=256, cpu_seconds=1, wall_seconds=120.0))
    many_cells = hostile((b"<row>" + b"<c><v>1</v></c>" * 90 + b"</row>") * 40_000)  # 3,600,000, in a hundredth of their size
    with pytest.raises(Refused) as refused:
        files.roster(many_cells, "名单.xlsx", "310117")
    assert refused.value.rule == FILE_TOO_COSTLY
    with pytest.raises(Refused) as refused:
        files.roster(b"a", "名单.csv", "310117")
    assert refused.value.rule == WORK_SHARE_USED
    assert files.roster(b"a", "名单.csv", "310118").findings  # another's share is its own


def test_a_workbook_of_the_standard_is_read_apart_or_refused_as_in_place() -> None:
    edition = load("2023")
    files = ForeignFiles()
    assert as_stated(files.workbook(workbook_of(edition, plain_origins(edition), None), "city"), edition) == edition
    with pytest.raises(EditionMalformed):
        files.workbook(xlsx(table([row()])), "city")
    with pytest.raises(Refused) as refused:
        files.workbook(b"no workbook", "city")
    assert refused.value.rule == FILE_NOT_XLSX
