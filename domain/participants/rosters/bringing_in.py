"""Bringing a roster in 导入名单: whose firms a file may state, and what it changes. plan P1, G4, P7.

Whether a file changes anything is judged by what is on record now, never by which files came before: the right file, the wrong
one and the right one again leave what the right one states.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

from domain.access import Role
from domain.kernel import DecisionContext, Event, Fact, Facts, OnStream, Rule, Unfinished, refuse_together
from domain.participants.enterprises import (
    EnterpriseRegistered,
    EnterpriseRevised,
    EnterpriseStated,
    enterprise_stream,
    organisation_code,
)
from domain.participants.rosters.comparison import ImportRoster, StatedRow, stated_rows
from domain.participants.rosters.examination import examine
from domain.participants.rosters.findings import ConfirmedFinding, RosterReport
from domain.participants.rosters.state import Roster

# Rules

ROSTER_YEAR_AHEAD = Rule(
    "ROSTER_YEAR_AHEAD",
    "plan G4",
    "{year} 年尚未开始，现在最晚可导入 {latest} 年名单",
    "The year {year} has not begun; the latest roster that can be brought in now is that of {latest}",
)
ROSTER_OUTSIDE_DISTRICT = Rule(
    "ROSTER_OUTSIDE_DISTRICT",
    "plan G4",
    "第 {row} 行（共 {count} 行）的企业不属于本区，区级名单只能包含本区企业",
    "Row {row} ({count} in all) is not in your district; a district's roster holds its own enterprises only",
)
ROSTER_TAKES_OVER = Rule(
    "ROSTER_TAKES_OVER",
    "plan G4",
    "第 {row} 行（共 {count} 行）的企业现登记在其他区，迁移须由市级办理",
    "Row {row} ({count} in all) is an enterprise on record in another district; only the city may move it",
)
ROSTER_REPEATS_ENTERPRISE = Rule(
    "ROSTER_REPEATS_ENTERPRISE",
    "plan P1",
    "第 {row} 行与第 {first} 行是同一家企业（{uscc}）；请只留一行",
    "Row {row} is the same enterprise as row {first} ({uscc}); leave one of them",
)

ROSTER_NOTHING_TO_CONFIRM = Rule(
    "ROSTER_NOTHING_TO_CONFIRM",
    "plan P1",
    "第 {row} 行没有待确认的“{code}”；请按最近一次校验报告填写 confirmed，删去这一项",
    "Row {row} has no finding {code} that waits to be confirmed; take the entry out and confirm what the latest report asks",
)


# Events


class RosterImported(Event):
    """A file was taken into the year's roster 名单已导入.

    members: district -> ids of the firms that the file states there; they join the year's roster (the denominator of
    coverage, plan G4). left_out: firms of these districts that are on the roster and not in the file; they stay on it.
    report: SHA-256 of the report per row, a file of its own (`RosterReport`); None = an older entry, which held it itself.
    refused, warned: findings of each kind. confirmed: findings that a person confirmed.
    """

    type: Literal["roster.imported.v2"] = "roster.imported.v2"
    says: ClassVar = (
        "导入了 {year} 年名单“{filename}”：新登记 {registered} 家，更新 "
        "{revised} 家，无变化 {unchanged} 家，退回 {refused_rows} 行"
    )
    says_in_english: ClassVar = (
        "imported the roster of {year} “{filename}”: firms registered: {registered}, updated: {revised}, unchanged: "
        "{unchanged}, rows refused: {refused_rows}"
    )
    year: int
    digest: str
    filename: str
    members: Mapping[str, tuple[str, ...]]
    left_out: tuple[str, ...]
    registered: int
    revised: int
    unchanged: int
    refused_rows: int
    report: str | None
    refused: int
    warned: int
    confirmed: tuple[ConfirmedFinding, ...]


class RosterUnchanged(Event):
    """A file that states what is on record was sent again 名单重复提交, by the same sender or another; nothing but this changed.

    unchanged: firms that it states, all on the roster just so. report, refused, warned, confirmed: as of `RosterImported`.
    """

    type: Literal["roster.unchanged.v1"] = "roster.unchanged.v1"
    says: ClassVar = "再次提交了 {year} 年名单“{filename}”：{unchanged} 家均无变化，退回 {refused_rows} 行"
    says_in_english: ClassVar = (
        "sent the roster of {year} “{filename}” again: all firms unchanged: {unchanged}, rows refused: {refused_rows}"
    )
    year: int
    digest: str
    filename: str
    unchanged: int
    refused_rows: int
    report: str
    refused: int
    warned: int
    confirmed: tuple[ConfirmedFinding, ...]


class RosterBlocked(Event):
    """A file was not taken in 名单被退回, because rows were refused or are to be confirmed; nothing but this changed.

    report: as of `RosterImported`. to_confirm: findings that a person has not confirmed yet.
    """

    type: Literal["roster.blocked.v2"] = "roster.blocked.v2"
    says: ClassVar = "提交了 {year} 年名单“{filename}”，被整份退回：{because}"
    says_in_english: ClassVar = "sent the roster of {year} “{filename}”, which was returned whole: {because_in_english}"
    year: int
    digest: str
    filename: str
    refused_rows: int
    report: str | None
    refused: int
    warned: int
    to_confirm: int

    @property
    def because(self) -> str:
        """Why, in words · 退回原因."""
        return held_back(self.refused_rows)

    @property
    def because_in_english(self) -> str:
        """Why, in English words · 退回原因."""
        return held_back_in_english(self.refused_rows)


def held_back(refused_rows: int) -> str:
    """Why a file was not taken in 退回原因: its rows, or what is asked of the whole file while no row is at fault."""
    return f"{refused_rows} 行有误或待确认" if refused_rows else "表头等涉及全表的事项待确认"


def held_back_in_english(refused_rows: int) -> str:
    """The same, in English 退回原因."""
    return f"rows refused or to be confirmed: {refused_rows}" if refused_rows else "what concerns the whole file is to be confirmed"


# Decide: what may happen


def bring_in(command: ImportRoster, roster: Roster | None, context: DecisionContext) -> Facts:
    """What becomes of a file 导入.

    Every file is answered by a fact, so that its sender finds its own report: one sent again that states what is on record says
    just that. A firm stated as before yields no fact of its own; a file with a row that is refused or not confirmed is blocked,
    unless a part is accepted.
    """
    if command.year > context.day.year:
        raise ROSTER_YEAR_AHEAD.refuse(year=command.year, latest=context.day.year)
    known = roster or Roster()
    own = context.organisation if context.role == Role.DISTRICT else None
    if command.rows and (command.accept_partial or not command.refused_rows):
        _require_distinct(command)
        if own is not None:
            _require_own_district(command, roster, context)
    examined = examine(command, roster, context.read, own)
    report = examined.report
    _require_asked(command, report)
    answered = {"year": command.year, "digest": command.digest, "filename": command.filename}
    counted = {"report": report.digest, "refused": report.count("refused"), "warned": report.count("warned")}
    if examined.blocked:
        to_confirm = report.count("confirm")
        said: dict[str, object] = {"refused_rows": examined.refused_rows, "to_confirm": to_confirm}
        return (Unfinished(RosterBlocked, {**answered, **counted, **said}, report.content),)
    facts = [_stated(command.year, one) for one in examined.rows if not one.same]
    confirmed = tuple(ConfirmedFinding(row=one.row, code=one.code) for one in report.findings if one.severity == "confirmed")
    if not facts and known.answers.get(command.digest) == "":
        said = {"unchanged": len(examined.rows), "refused_rows": examined.refused_rows, "confirmed": confirmed}
        return (Unfinished(RosterUnchanged, {**answered, **counted, **said}, report.content),)
    registered = sum(one.before is None for one in examined.rows)
    unchanged = sum(one.stated == one.compared for one in examined.rows)
    members: dict[str, list[str]] = {}
    for one in examined.rows:
        members.setdefault(one.stated.district, []).append(one.identity)
    imported = {
        "members": {district: tuple(ids) for district, ids in members.items()},
        "left_out": tuple(one.enterprise for one in report.left_out),
        "registered": registered,
        "revised": len(examined.rows) - registered - unchanged,
        "unchanged": unchanged,
        "refused_rows": examined.refused_rows,
        "confirmed": confirmed,
    }
    return (Unfinished(RosterImported, {**answered, **counted, **imported}, report.content), *facts)


def _stated(year: int, one: StatedRow) -> Fact:
    stream = enterprise_stream(one.identity)
    if one.before is None:
        return OnStream(stream, EnterpriseRegistered(year=year, firm=one.stated))
    if one.present:
        return OnStream(stream, EnterpriseRevised(year=year, firm=one.stated))
    return OnStream(stream, EnterpriseStated(year=year, firm=one.stated))


def _require_asked(command: ImportRoster, report: RosterReport) -> None:
    """Refuse a confirmation of what is not asked 无需确认: who confirms the wrong row would believe the right one confirmed.

    Raises:
        Refused: ROSTER_NOTHING_TO_CONFIRM (plan P1), one for each.
    """
    asked = {(one.row, one.code) for one in report.findings if one.severity == "confirmed"}
    refuse_together(
        ROSTER_NOTHING_TO_CONFIRM.refuse(path=f"confirmed.{place}", row=one.row, code=one.code)
        for place, one in enumerate(command.confirmed)
        if (one.row, one.code) not in asked
    )


def _require_distinct(command: ImportRoster) -> None:
    """Refuse a file that states one enterprise twice 企业重复: which statement stands would be a matter of order.

    One organisation under two codes, which differ in the registrar's division, is one enterprise.

    Raises:
        Refused: ROSTER_REPEATS_ENTERPRISE (plan P1).
    """
    first: dict[str, int] = {}
    for row, firm in command.rows:
        code = organisation_code(firm.uscc)
        if code in first:
            raise ROSTER_REPEATS_ENTERPRISE.refuse(row=row, first=first[code], uscc=firm.uscc)
        first[code] = row


def _require_own_district(command: ImportRoster, roster: Roster | None, context: DecisionContext) -> None:
    """Refuse a district's file that states a firm of another district, or takes one over 区级名单归属.

    Whoever moves a firm gains the sight of its data, so a district may neither name another district nor claim a firm
    that lies there in the roster's year. Naming the row tells that the firm is on record elsewhere; not where, nor anything
    about it.

    Raises:
        Refused: ROSTER_OUTSIDE_DISTRICT, ROSTER_TAKES_OVER (plan G4, P7).
    """
    own = context.organisation
    outside = [row for row, firm in command.rows if firm.district != own]
    if outside:
        raise ROSTER_OUTSIDE_DISTRICT.refuse(row=outside[0], count=len(outside))
    rows = stated_rows(command, roster, context.read)
    taken = [one.row for one in rows if one.compared is not None and one.compared.district != own]
    if taken:
        raise ROSTER_TAKES_OVER.refuse(row=taken[0], count=len(taken))
