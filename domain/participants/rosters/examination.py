"""Examination 名单校验: what becomes of a file, with its whole report, before anything is taken in. plan P1, G4."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from domain.kernel import Rule
from domain.participants.enterprises import Enterprise, enterprise_stream
from domain.participants.rosters.comparison import ImportRoster, StatedRow, ids_of, stated_rows
from domain.participants.rosters.confirmations import asked_of
from domain.participants.rosters.findings import FindingSeverity, LeftOut, RosterFinding, RosterReport
from domain.participants.rosters.state import Roster

# Rules

ROSTER_LEAVES_OUT = Rule(
    "ROSTER_LEAVES_OUT",
    "plan G4",
    "{year} 年名单上本文件所涉各区的 {count} 家企业不在文件中（如“{name}”），仍计入该年名单；确应移出的请逐家移出并说明理由",
    "{count} enterprises of the file's districts on the roster of {year} are not in the file (such as “{name}”) and still count; "
    "take those that shall not count off it, each with a reason",
)


@dataclass(frozen=True)
class Examined:
    """A file beside what is on record 校验全貌: the report, the rows that are taken in, how many are not."""

    report: RosterReport
    rows: tuple[StatedRow, ...]
    refused_rows: int
    blocked: bool


def examine(command: ImportRoster, roster: Roster | None, read: Mapping[str, Any], seen: str | None = None) -> Examined:
    """What becomes of a file 校验名单, with the whole report.

    Args:
        command: the file as it was read.
        roster: the year's, so far.
        read: histories of the firms that the file names and of those it may leave out, and of later rosters where asked for.
        seen: district whose firms alone are compared; a file of another's tells nothing of what is on record. None = all.
    """
    rows = stated_rows(command, roster, read)
    findings = list(command.findings)
    for one in rows:
        if seen is None or one.before is None or one.before.district == seen:
            findings += asked_of(command, one)
    confirmed = {(one.row, one.code) for one in command.confirmed}
    findings = [
        one.model_copy(update={"severity": FindingSeverity.CONFIRMED})
        if one.severity == "confirm" and (one.row, one.code) in confirmed
        else one
        for one in findings
    ]
    open_rows = {one.row for one in findings if one.severity == "confirm"}
    of_the_file = not open_rows <= {one.row for one in rows}  # what is asked of the header concerns every row
    taken = tuple(one for one in rows if one.row not in open_rows)
    refused_rows = command.refused_rows + len(rows) - len(taken)
    left_out = _left_out(command, roster, read)
    if left_out:
        facts = {"year": command.year, "count": len(left_out), "name": left_out[0].name}
        findings.insert(
            0,
            RosterFinding(
                row=0,
                column="",
                severity="warned",
                code=ROSTER_LEAVES_OUT.code,
                says=ROSTER_LEAVES_OUT.says.format(**facts),
                says_in_english=ROSTER_LEAVES_OUT.says_in_english.format(**facts),
            ),
        )
    findings.sort(key=lambda found: found.row)
    blocked = not taken or of_the_file or (refused_rows > 0 and not command.accept_partial)
    return Examined(RosterReport(findings=tuple(findings), left_out=left_out), taken, refused_rows, blocked)


def maybe_left_out(command: ImportRoster, roster: Roster | None) -> list[str]:
    """Ids of firms that the file doesn't name and that may be of its districts; of older entries it isn't known of which."""
    if roster is None:
        return []
    named = set(chain.from_iterable(ids_of(command)))
    districts = {firm.district for _, firm in command.rows} | {""}
    return sorted(one for one, district in roster.members.items() if district in districts and one not in named)


def _left_out(command: ImportRoster, roster: Roster | None, read: Mapping[str, Any]) -> tuple[LeftOut, ...]:
    districts = {firm.district for _, firm in command.rows}
    found = []
    for identity in maybe_left_out(command, roster):
        known: Enterprise | None = read.get(enterprise_stream(identity))
        if known is not None and command.year not in known.taken_off:
            stated = known.stated.get(command.year, known)
            if stated.district in districts:
                found.append(LeftOut(enterprise=identity, uscc=stated.uscc, name=stated.name))
    return tuple(found)
