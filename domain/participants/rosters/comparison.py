"""Comparison 名单比对: the rows of a file beside what is on record of each firm. plan P1, G4."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from domain.access import Role
from domain.command_rights import GOVERNMENT
from domain.kernel import Command
from domain.participants.enterprises import Enterprise, Firm, enterprise_stream
from domain.participants.firm_ids import Salt, enterprise_id, unsalted_id
from domain.participants.rosters.findings import ConfirmedFinding, RosterFinding
from domain.participants.rosters.state import LAST_YEAR, Roster, RosterYear, roster_stream

# Commands


SilentField = Literal["subdistrict", "park", "reporting_unit", "group"]


class ImportRoster(Command):
    """Bring in a year's roster · 导入名单.

    digest: SHA-256 of the file. rows: (row in the file, firm), only those not refused. findings: every refusal and
    warning of the reading. refused_rows: how many rows were refused, however many reasons each had; a file refused as a
    whole has no rows. accept_partial: a refused row does not block the others. confirmed: findings that a person confirms.
    silent: row -> what it says nothing of, by an empty cell or a column that isn't there; that stays as it was, since
    silence hides no firm of anybody. titles: field -> header as written in the file. names: code of a district or
    division, id of a unit -> its name. salt: of the ids of new firms.
    """

    roles: ClassVar = GOVERNMENT | {Role.SYSTEM}

    year: RosterYear = Field(description="Year of the roster · 年度")
    digest: str
    filename: str
    rows: tuple[tuple[int, Firm], ...]
    findings: tuple[RosterFinding, ...]
    refused_rows: Annotated[int, Field(ge=0)]
    accept_partial: bool = Field(
        default=False, description="Take in the good rows although some are refused or not confirmed · 部分接收"
    )
    confirmed: tuple[ConfirmedFinding, ...] = Field(
        default=(), description="Findings of the report that a person has looked at and confirms · 已核对并确认的校验结果"
    )
    salt: Salt
    silent: Mapping[int, frozenset[SilentField]] = {}
    titles: Mapping[str, str] = {}
    names: Mapping[str, str] = {}


# Rows beside what is on record


def ids_of(command: ImportRoster) -> Iterator[tuple[str, str]]:
    """Ids that each row's firm may have 可能的企业标识: the installation's, and the one of earlier versions."""
    return ((enterprise_id(command.salt, firm.uscc), unsalted_id(firm.uscc)) for _, firm in command.rows)


@dataclass(frozen=True)
class StatedRow:
    """A row beside what is on record 名单行与现登记.

    before: None = a firm new to the programme. compared: the statement that the row is compared with, of its year or the one
    before. stated: the row's statement, what it is silent about taken from `compared`. same: it is on the roster just so.
    present: whether the present follows this year.
    """

    row: int
    identity: str
    stated: Firm
    before: Enterprise | None
    compared: Firm | None
    same: bool
    present: bool


def stated_rows(command: ImportRoster, roster: Roster | None, read: Mapping[str, Any]) -> list[StatedRow]:
    """The rows of a file beside what is on record 逐行比对."""
    own = roster.members if roster is not None else {}
    later = [found.members for year in range(command.year + 1, LAST_YEAR + 1) if (found := read.get(roster_stream(year)))]
    rows = []
    for (row, firm), (salted, unsalted) in zip(command.rows, ids_of(command), strict=True):
        identity = unsalted if read.get(enterprise_stream(unsalted)) is not None else salted
        before: Enterprise | None = read.get(enterprise_stream(identity))
        if before is None:
            rows.append(StatedRow(row, identity, firm, None, None, same=False, present=True))
            continue
        present = _follows(command.year, identity, before, later)
        of_year = before.stated.get(command.year)
        if of_year is None and before.year is None and present and identity in own:
            of_year = before.present
        compared = of_year or _stated_before(before, command.year)
        now = _completed(firm, compared, command.silent.get(row, frozenset()))
        same = now == of_year and command.year not in before.taken_off
        rows.append(StatedRow(row, identity, now, before, compared, same=same, present=present))
    return rows


def _follows(year: int, identity: str, before: Enterprise, later: Sequence[Mapping[str, str]]) -> bool:
    """Whether the present follows a year's roster; of which year an older entry is, is told by the later years' rosters."""
    if before.year is None:
        return not any(identity in members for members in later)
    return year >= before.year


def _stated_before(before: Enterprise, year: int) -> Firm:
    """The latest statement of a year before; where there is none, the present one."""
    earlier = [one for one in before.stated if one < year]
    return before.stated[max(earlier)] if earlier else before.present


def _completed(firm: Firm, compared: Firm, silent: frozenset[str]) -> Firm:
    """A statement with what its row does not speak of as it was; a subdistrict stays only within its district."""
    if not silent:
        return firm
    moved = firm.district != compared.district
    kept = {name: getattr(compared, name) for name in silent if not (name == "subdistrict" and moved)}
    return firm.model_copy(update=kept)
