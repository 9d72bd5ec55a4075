"""Reading a roster 名单读取: its rows checked one by one, as a process of its own does it (`interop.worker`). plan P1, G4.

Reading never fails on what a file holds: a file that cannot be read at all yields a finding for row 0 and no rows, and
the rules then block it with that report as an entry.
"""

from collections.abc import Iterator
from hashlib import sha256

from domain.kernel import Refused
from domain.participants.rosters.findings import FindingSeverity, RosterFinding
from interop.rosters import cells, rules
from interop.rosters.files import open_sheets
from interop.rosters.grid import is_blank
from interop.rosters.headers import (
    COLUMN_HIDDEN,
    COLUMNS_IGNORED,
    REVENUE_UNIT_ASSUMED,
    REVENUE_UNIT_CONVERTED,
    SHEETS_HIDDEN,
    Header,
    Table,
    find_table,
)
from interop.rosters.non_firm_rows import kind_of
from interop.rosters.roster import Progress, RosterReading, StatedFirm

MOST_ROWS = 50_000
"""Several times the city's roster; more is another kind of file."""
PROGRESS_EVERY = 100


def read_roster(data: bytes, filename: str, *, progress: Progress | None = None) -> RosterReading:
    """Read and check a roster file 读取名单.

    The header may stand below a title and have its columns in any order; blank rows are skipped, and so are totals, remarks and
    rows of column numbers, with a warning. A formula counts by the value that the spreadsheet program saved with it; where it
    saved none, nothing is known of the cell. What a person sees is what is read: hidden sheets are not, hidden rows are named.

    Args:
        data: the file's bytes.
        filename: with its extension, .xlsx or .csv.
        progress: told the number of rows read, every hundred rows and at the end.

    Returns:
        The firms of all rows not refused, and every finding. plan P1.
    """
    digest = sha256(data).hexdigest()
    try:
        with open_sheets(data, filename) as sheets:
            return _read_table(find_table(sheets), filename, digest, progress or (lambda _rows: None))
    except Refused as refused:
        row, column = refused.facts.get("row", 0), str(refused.facts.get("column", ""))
        found = cells.finding(int(str(row)), column, "refused", refused.rule, **refused.facts)
        return RosterReading(filename, digest, (), (found,), 0, 0, {})


def _read_table(table: Table, filename: str, digest: str, progress: Progress) -> RosterReading:
    header = table.header
    findings = list(_file_findings(table))
    firms: list[StatedFirm] = []
    first_rows: dict[str, int] = {}
    read = refused = 0
    for number, row in table.rows:
        if all(map(is_blank, row)):
            continue
        values = {field: row[place] if place < len(row) else None for field, place in header.places.items()}
        if (kind := kind_of(row, values)) is not None:
            findings.append(cells.finding(number, "", "warned", rules.ROW_SKIPPED, kind=kind[0], kind_in_english=kind[1]))
            continue
        read += 1
        if read > MOST_ROWS:
            raise rules.ROWS_TOO_MANY.refuse(most=MOST_ROWS)
        check = cells.RowCheck(number, values, header.titles)
        if table.delimited and (surplus := sum(not is_blank(cell) for cell in row[header.width :])):
            check.note("refused", "", rules.CELLS_SURPLUS, count=surplus)
        if number in table.hidden_rows:
            check.note("warned", "", rules.ROW_HIDDEN)
        firm = _firm(check, header, first_rows)
        findings += check.findings if firm is not None else map(_as_warning, check.findings)
        if firm is None:
            refused += 1
        else:
            firms.append(firm)
        if read % PROGRESS_EVERY == 0:
            progress(read)
    if not read:
        raise rules.ROWS_MISSING.refuse(row=header.row)
    progress(read)
    return RosterReading(filename, digest, tuple(firms), tuple(findings), read, refused, header.titles)


def _file_findings(table: Table) -> Iterator[RosterFinding]:
    header = table.header
    revenue = header.titles["revenue_wan"]
    if table.hidden:
        yield cells.finding(0, "", "warned", SHEETS_HIDDEN, sheet=table.name, others="、".join(table.hidden))
    for field, place in header.places.items():
        if place in table.hidden_columns:
            yield cells.finding(header.row, header.titles[field], "warned", COLUMN_HIDDEN, column=header.titles[field])
    if header.ignored:
        columns = "、".join(header.ignored)
        yield cells.finding(header.row, columns, "warned", COLUMNS_IGNORED, columns=columns)
    if not header.unit:
        yield cells.finding(header.row, revenue, "confirm", REVENUE_UNIT_ASSUMED)
    elif header.in_wan != 1:
        yield cells.finding(header.row, revenue, "warned", REVENUE_UNIT_CONVERTED, unit=header.unit)


def _as_warning(found: RosterFinding) -> RosterFinding:
    """A finding of a refused row: what it would ask is told alone, since nothing of the row is taken in."""
    return found.model_copy(update={"severity": FindingSeverity.WARNED}) if found.severity == "confirm" else found


def _firm(check: cells.RowCheck, header: Header, first_rows: dict[str, int]) -> StatedFirm | None:
    """The firm of a row, None when the row is refused; every cell is checked, so that one report names all that is wrong."""
    uscc = cells.uscc(check)
    if uscc is not None and (first := first_rows.setdefault(uscc, check.row)) != check.row:
        check.note("refused", "uscc", rules.USCC_REPEATED, first=first)
    name = cells.name(check)
    district = cells.district(check)
    industry = cells.industry(check)
    employees = cells.employees(check)
    revenue_wan = cells.revenue_wan(check, header.in_wan)
    stated_size = cells.optional(check, "size_class")
    subdistrict = cells.subdistrict(check, district)
    park, group = cells.optional(check, "park"), cells.optional(check, "group")
    reporting_unit = cells.optional(check, "reporting_unit")
    if check.refused:
        return None
    if uscc is None or name is None or district is None or industry is None or employees is None or revenue_wan is None:
        raise AssertionError(f"row {check.row} lacks a value that nothing refused")
    return StatedFirm(
        row=check.row,
        uscc=uscc,
        name=name,
        district=district,
        subdistrict=subdistrict,
        park=park,
        reporting_unit=reporting_unit,
        group=group,
        industry=industry,
        employees=employees,
        revenue_wan=revenue_wan,
        stated_size=stated_size,
        silent=frozenset(check.silent),
    )
