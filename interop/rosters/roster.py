"""Roster 名单 as a file says it, made a command with the whole report. plan P1, G4.

    command = roster_command(read_roster(data, filename), year, salt, accept_partial=False)

Nothing here reads a file: that is done by `roster_reading`, in a process of its own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from domain.participants.enterprises import Firm, organisation_code
from domain.participants.rosters.comparison import ImportRoster, SilentField
from domain.participants.rosters.findings import ConfirmedFinding, RosterFinding
from interop.code_lists import names_of_codes
from interop.rosters import cells, rules
from interop.rosters.classification import SizeName, size_class, size_names, threshold

MOST_FINDINGS = 20_000
"""The report is one entry of the journal; a file with more findings than this is not read by anyone line by line."""
NAMED_UNITS: tuple[Literal["park", "reporting_unit", "group"], ...] = ("park", "reporting_unit", "group")
"""Columns that name an organisation, which are also its kinds."""


@dataclass(frozen=True)
class StatedFirm:
    """An enterprise as a row states it 名单行读数, every cell checked; what depends on the roster's year is not decided yet.

    stated_size: the size class as written, None where the file has no such column or the cell is empty. silent: what the row
    says nothing of. The rest: see `Firm`.
    """

    row: int
    uscc: str
    name: str
    district: str
    subdistrict: str | None
    park: str | None
    reporting_unit: str | None
    group: str | None
    industry: str
    employees: int
    revenue_wan: Decimal
    stated_size: str | None
    silent: frozenset[SilentField]


@dataclass(frozen=True)
class RosterReading:
    """What a roster file says 名单读数.

    digest: SHA-256 of the bytes. firms: the rows not refused. findings: all refusals and warnings so far, in the order of
    the rows. read_rows, refused_rows: how many rows held anything, and how many of them were refused. titles: field ->
    header as written. Empty but for findings when the file as a whole was refused.
    """

    filename: str
    digest: str
    firms: tuple[StatedFirm, ...]
    findings: tuple[RosterFinding, ...]
    read_rows: int
    refused_rows: int
    titles: Mapping[str, str]


Progress = Callable[[int], None]
"""Told how many rows were read so far 进度."""


def organisation_codes(reading: RosterReading) -> frozenset[str]:
    """Organisation codes of the firms that a file states 组织机构代码."""
    return frozenset(organisation_code(stated.uscc) for stated in reading.firms)


def roster_command(
    reading: RosterReading,
    year: int,
    salt: str,
    *,
    accept_partial: bool = False,
    confirmed: Sequence[ConfirmedFinding] = (),
    organisations: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    registered: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> ImportRoster:
    """The command that brings a reading into a year's roster 导入命令, with the report completed by that year's rules.

    The size class is computed; a stated one that differs is a warning. A revenue below the year's threshold is a warning
    and not a refusal: who is above scale is a yearly snapshot of the statistical register, which lags behind a year's
    revenue, and the city diagnoses some firms below it (plan G1).

    An empty cell of an optional column says nothing, like a column that isn't there: the firm stays where it is. Who means
    "none" writes so (无), and is asked to confirm what that takes away.

    Args:
        reading: of a file.
        year: the roster's year.
        salt: of the installation's ids of enterprises.
        accept_partial: a refused row does not block the others.
        confirmed: findings of the report that a person confirms.
        organisations: "park", "reporting_unit" and "group" -> registered name or id -> id. A text that is neither of an
            organisation of that kind is left out with a warning, since no scope could ever name it (plan P7).
        registered: of `organisation_codes`, organisation code -> USCC on record -> as it may be told; a row under another code,
            which differs in the registrar's division, is the same organisation and refused.

    Raises:
        Refused: NO_RULE_YET, no size rule or threshold reaches back to the year.
    """
    findings = list(reading.findings)
    refused = reading.refused_rows
    rows = []
    silent: dict[int, frozenset[SilentField]] = {}
    for stated in reading.firms:
        unknown: set[SilentField] = set(stated.silent)
        known = registered.get(organisation_code(stated.uscc), {})
        if known and stated.uscc not in known:
            told = "、".join(sorted(known.values()))
            findings.append(cells.finding(stated.row, reading.titles["uscc"], "refused", rules.USCC_OTHER_DIVISION, known=told))
            refused += 1
            continue
        computed = size_class(stated.employees, stated.revenue_wan, year)
        at_least = threshold(year).revenue_wan
        above_scale = stated.revenue_wan >= at_least
        findings += _size_findings(stated, computed, year, reading.titles.get("size_class", ""))
        if not above_scale:
            column = reading.titles["revenue_wan"]
            facts = {"revenue": format(stated.revenue_wan, "f"), "year": year, "threshold": format(at_least, "f")}
            findings.append(cells.finding(stated.row, column, "warned", rules.BELOW_SCALE, **facts))
        ids: dict[str, str | None] = {}
        for field in NAMED_UNITS:
            text: str | None = getattr(stated, field)
            ids[field] = text and organisations.get(field, {}).get(text)
            if text is not None and ids[field] is None:
                column = reading.titles[field]
                facts = {"value": cells.shown(text), "column": column}
                findings.append(cells.finding(stated.row, column, "warned", rules.ORGANISATION_UNKNOWN, **facts))
                unknown.add(field)
        firm = Firm(
            uscc=stated.uscc,
            name=stated.name,
            district=stated.district,
            subdistrict=stated.subdistrict,
            **ids,
            industry=stated.industry,
            employees=stated.employees,
            revenue_wan=stated.revenue_wan,
            size_class=computed.key,
            above_scale=above_scale,
        )
        rows.append((stated.row, firm))
        silent[stated.row] = frozenset(unknown)
    findings.sort(key=lambda found: found.row)
    if (cut := len(findings) - MOST_FINDINGS) > 0:
        findings = [cells.finding(0, "", "warned", rules.FINDINGS_CUT, count=cut), *findings[:MOST_FINDINGS]]
    return ImportRoster(
        year=year,
        digest=reading.digest,
        filename=reading.filename,
        rows=tuple(rows),
        findings=tuple(findings),
        refused_rows=refused,
        accept_partial=accept_partial,
        confirmed=tuple(confirmed),
        salt=salt,
        silent=silent,
        titles=reading.titles,
        names={**names_of_codes(), **_names_of(organisations)},
    )


def _names_of(organisations: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {unit: name for named in organisations.values() for name, unit in named.items() if name != unit}


def _size_findings(stated: StatedFirm, computed: SizeName, year: int, column: str) -> Iterator[RosterFinding]:
    if stated.stated_size is None:
        return
    meant = size_names(year).get(stated.stated_size.casefold())
    facts = {"value": cells.shown(stated.stated_size), "computed": computed.name}
    if meant is None:
        yield cells.finding(stated.row, column, "warned", rules.SIZE_UNKNOWN, **facts)
    elif meant.key != computed.key:
        yield cells.finding(stated.row, column, "warned", rules.SIZE_DIFFERS, **facts)
