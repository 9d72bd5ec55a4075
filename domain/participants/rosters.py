"""Roster 名单: who counts in a year, as a file states it and as firms are taken off it. plan P1, G4.

Whether a file changes anything is judged by what is on record now, never by which files came before: the right file, the wrong
one and the right one again leave what the right one states.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Place, Role
from domain.command_rights import GOVERNMENT, require_right
from domain.kernel import (
    Capability,
    Command,
    DecisionContext,
    Event,
    Fact,
    Facts,
    Identifier,
    Label,
    OnStream,
    Rule,
    Text,
)
from domain.participants.enterprises import (
    Enterprise,
    EnterpriseRegistered,
    EnterpriseRevised,
    EnterpriseStated,
    EnterpriseTakenOffRoster,
    Firm,
    enterprise_id,
    enterprise_stream,
    organisation_code,
    place_of,
    plain,
)

FIRST_YEAR, LAST_YEAR = 2023, 2100
TIMES = Decimal(10)
"""A revenue that grew or shrank so many times asks a person (ours); mostly it is a unit or a digit. It decides nothing else."""

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
    "第 {row} 行与第 {first} 行是同一家企业（{uscc}）",
    "Row {row} is the same enterprise as row {first} ({uscc})",
)
NOT_ON_ROSTER = Rule(
    "NOT_ON_ROSTER",
    "plan G4",
    "该企业不在 {year} 年名单上",
    "The enterprise is not on the roster of {year}",
)
ROSTER_OF_ANOTHER_DISTRICT = Rule(
    "ROSTER_OF_ANOTHER_DISTRICT",
    "plan G4",
    "{year} 年名单上该企业在其他区，移出须由市级办理",
    "On the roster of {year} the enterprise lay in another district; only the city may take it off",
)

# What a person is asked to confirm, row by row

ROSTER_NAME_CHANGED = Rule(
    "ROSTER_NAME_CHANGED",
    "plan P1",
    "该代码登记的企业名称是“{before}”，本行是“{now}”：确已更名的请确认，代码填错的请更正",
    "The code is on record for “{before}”, the row says “{now}”: confirm a change of name, or correct the code",
)
ROSTER_INDUSTRY_CHANGED = Rule(
    "ROSTER_INDUSTRY_CHANGED",
    "plan P1",
    "登记的行业是 {before}，本行是 {now}：确已变更的请确认，否则请更正行业或代码",
    "The industry on record is {before}, the row says {now}: confirm the change, or correct the industry or the code",
)
ROSTER_DISTRICT_CHANGED = Rule(
    "ROSTER_DISTRICT_CHANGED",
    "plan G4",
    "登记的所属区是 {before}，本行是 {now}，迁移后原区不再看到该企业：请确认或更正",
    "The district on record is {before}, the row says {now}; the former one loses sight of the firm: confirm or correct it",
)
ROSTER_REVENUE_JUMPED = Rule(
    "ROSTER_REVENUE_JUMPED",
    "plan P1",
    "登记的营业收入是 {before} 万元，本行是 {now} 万元，相差十倍以上：请核对单位后确认或更正",
    "The revenue on record is {before}, the row says {now} (ten thousand yuan), ten times apart: check the unit, then confirm or "
    "correct it",
)
ROSTER_UNIT_REMOVED = Rule(
    "ROSTER_UNIT_REMOVED",
    "plan P7",
    "登记的“{column}”是“{before}”，本行写明没有，其用户将看不到该企业：请确认或更正；留空则保持不变",
    "“{column}” is “{before}” on record and the row says there is none; its users will lose sight of the enterprise: confirm or "
    "correct it; an empty cell leaves it as it is",
)
ROSTER_BACK_ON = Rule(
    "ROSTER_BACK_ON",
    "plan G4",
    "该企业此前已移出 {year} 年名单，导入将使其重新计入：请确认或删除本行",
    "The enterprise was taken off the roster of {year}, and the row would put it back on: confirm it or delete the row",
)
ROSTER_LEAVES_OUT = Rule(
    "ROSTER_LEAVES_OUT",
    "plan G4",
    "{year} 年名单上本文件所涉各区的 {count} 家企业不在文件中（如“{name}”），仍计入该年名单；确应移出的请逐家移出并说明理由",
    "{count} enterprises of the file's districts on the roster of {year} are not in the file (such as “{name}”) and still count; "
    "take those that shall not count off it, each with a reason",
)

# Commands


class RosterFinding(BaseModel):
    """What a check found 校验结果: where, how grave, which rule, and what it tells people in both languages.

    row: as the spreadsheet counts, from 1; 0 = the file as a whole. column: its header as written in the file. severity:
    "confirm" is not taken in until a person confirms it, "confirmed" is one that was.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    row: Annotated[int, Field(ge=0)]
    column: str
    severity: Literal["refused", "confirm", "confirmed", "warned"]
    code: str
    says: str
    says_in_english: str


class ConfirmedFinding(BaseModel):
    """A finding that a person has looked at and confirms 已确认的校验结果: its row and its code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    row: Annotated[int, Field(ge=1)] = Field(description="Row of the file, from 1 · 行号")
    code: Label = Field(description="Published code of the finding · 规则代码")


SilentField = Literal["subdistrict", "park", "reporting_unit", "group"]


class ImportRoster(Command):
    """Bring in a year's roster 导入名单.

    digest: SHA-256 of the file. rows: (row in the file, firm), only those not refused. findings: every refusal and
    warning of the reading. refused_rows: how many rows were refused, however many reasons each had; a file refused as a
    whole has no rows. accept_partial: a refused row does not block the others. confirmed: findings that a person confirms.
    silent: row -> what it says nothing of, by an empty cell or a column that isn't there; that stays as it was, since
    silence takes nobody's firms out of sight. titles: field -> header as written in the file.
    """

    roles: ClassVar = GOVERNMENT | {Role.SYSTEM}

    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)] = Field(description="Year of the roster · 年度")
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
    silent: Mapping[int, frozenset[SilentField]] = {}
    titles: Mapping[str, str] = {}


class TakeOffRoster(Command):
    """Take an enterprise off a year's roster 移出年度名单, with a reason: it no longer counts in that year."""

    roles: ClassVar = GOVERNMENT

    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)] = Field(description="Year of the roster · 年度")
    enterprise: Identifier = Field(description="Id of the enterprise · 企业标识")
    reason: Text = Field(description="Why it no longer counts in that year · 理由")


RosterCommand = ImportRoster | TakeOffRoster

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


class RosterBlocked(Event):
    """A file was not taken in 名单被退回, because rows were refused or are to be confirmed; nothing but this changed.

    report: as of `RosterImported`. to_confirm: findings that a person has not confirmed yet.
    """

    type: Literal["roster.blocked.v2"] = "roster.blocked.v2"
    says: ClassVar = "提交的 {year} 年名单“{filename}”被整份退回：{refused_rows} 行有误或待确认"
    year: int
    digest: str
    filename: str
    refused_rows: int
    report: str | None
    refused: int
    warned: int
    to_confirm: int


RosterEvent = RosterImported | RosterBlocked

# State


class Roster(BaseModel):
    """A year's roster so far 年度名单.

    members: id of every firm that some file named -> its district then, empty in older entries; whether it still counts is
    in the firm's own history. answers: digest of a file -> how it was answered last: "" = taken in, else the report's digest.
    """

    model_config = ConfigDict(frozen=True)

    members: Mapping[str, str] = {}
    answers: Mapping[str, str | None] = {}


class LeftOut(BaseModel):
    """A firm on the roster that a file doesn't name 文件未列企业."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enterprise: str
    uscc: str
    name: str


class RosterReport(BaseModel):
    """The whole report of a file 名单导入报告: every finding by row, and the firms that it leaves out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    findings: tuple[RosterFinding, ...]
    left_out: tuple[LeftOut, ...] = ()

    @cached_property
    def content(self) -> bytes:
        """The report as it is kept, JSON."""
        return self.model_dump_json().encode()

    @property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return sha256(self.content).hexdigest()

    def count(self, severity: str) -> int:
        """Findings of one kind."""
        return sum(found.severity == severity for found in self.findings)


def roster_stream(year: int) -> str:
    """Stream of one year's roster."""
    return f"roster/{year}"


# Decide: what may happen


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
    for row, firm in command.rows:
        identity = enterprise_id(firm.uscc)
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


def _asked(command: ImportRoster, one: StatedRow) -> Iterator[tuple[str, Rule, dict[str, object]]]:
    """What of a row a person is asked to confirm: (field, rule, facts)."""
    before, now = one.compared, one.stated
    if before is None or one.before is None:
        return
    if command.year in one.before.taken_off:
        yield "uscc", ROSTER_BACK_ON, {"year": command.year}
    if plain(before.name) != plain(now.name):
        yield "name", ROSTER_NAME_CHANGED, {"before": before.name, "now": now.name}
    if before.industry[:3] != now.industry[:3]:
        yield "industry", ROSTER_INDUSTRY_CHANGED, {"before": before.industry, "now": now.industry}
    if before.district != now.district:
        yield "district", ROSTER_DISTRICT_CHANGED, {"before": before.district, "now": now.district}
    least, most = sorted((before.revenue_wan, now.revenue_wan))
    if before.revenue_wan and most >= TIMES * least:
        was_wan, now_wan = format(before.revenue_wan, "f"), format(now.revenue_wan, "f")
        yield "revenue_wan", ROSTER_REVENUE_JUMPED, {"before": was_wan, "now": now_wan}
    for name in ("park", "reporting_unit", "group") + (("subdistrict",) if before.district == now.district else ()):
        if (was := getattr(before, name)) is not None and getattr(now, name) is None:
            yield name, ROSTER_UNIT_REMOVED, {"before": was, "column": command.titles.get(name, name)}


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
            for name, rule, facts in _asked(command, one):
                column = command.titles.get(name, "")
                says, says_in_english = rule.says.format(**facts), rule.says_in_english.format(**facts)
                findings.append(
                    RosterFinding(
                        row=one.row,
                        column=column,
                        severity="confirm",
                        code=rule.code,
                        says=says,
                        says_in_english=says_in_english,
                    )
                )
    confirmed = {(one.row, one.code) for one in command.confirmed}
    findings = [
        one.model_copy(update={"severity": "confirmed"})
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


def _maybe_left_out(command: ImportRoster, roster: Roster | None) -> list[str]:
    """Ids of firms that the file doesn't name and that may be of its districts; of older entries it isn't known of which."""
    if roster is None:
        return []
    named = {enterprise_id(firm.uscc) for _, firm in command.rows}
    districts = {firm.district for _, firm in command.rows} | {""}
    return sorted(one for one, district in roster.members.items() if district in districts and one not in named)


def _left_out(command: ImportRoster, roster: Roster | None, read: Mapping[str, Any]) -> tuple[LeftOut, ...]:
    districts = {firm.district for _, firm in command.rows}
    found = []
    for identity in _maybe_left_out(command, roster):
        known: Enterprise | None = read.get(enterprise_stream(identity))
        if known is not None and command.year not in known.taken_off:
            stated = known.stated.get(command.year, known)
            if stated.district in districts:
                found.append(LeftOut(enterprise=identity, uscc=stated.uscc, name=stated.name))
    return tuple(found)


def decide(command: RosterCommand, roster: Roster | None, context: DecisionContext) -> Facts:
    """What becomes of a file, or of a firm on the roster.

    A file that states what is on record changes nothing, whatever came between; a firm stated as before yields no fact of
    its own; a file with a row that is refused or not confirmed is blocked, unless a part is accepted.

    Raises:
        Refused: any rule above that isn't asked of a person, ROLE_NOT_ALLOWED.
    """
    require_right(command, context.role)
    match command:
        case ImportRoster():
            return _import(command, roster, context)
        case TakeOffRoster():
            return _take_off(command, roster, context)
        case never:
            assert_never(never)


def _import(command: ImportRoster, roster: Roster | None, context: DecisionContext) -> Facts:
    if command.year > context.day.year:
        raise ROSTER_YEAR_AHEAD.refuse(year=command.year, latest=context.day.year)
    known = roster or Roster()
    own = context.organisation if context.role == Role.DISTRICT else None
    if command.rows and (command.accept_partial or not command.refused_rows):
        require_distinct(command)
        if own is not None:
            require_own_district(command, roster, context)
    examined = examine(command, roster, context.read, own)
    report = examined.report
    answered = {"year": command.year, "digest": command.digest, "filename": command.filename}
    counted = {"report": report.digest, "refused": report.count("refused"), "warned": report.count("warned")}
    if examined.blocked:
        if known.answers.get(command.digest) == report.digest:
            return ()
        to_confirm = report.count("confirm")
        return (RosterBlocked(**answered, **counted, refused_rows=examined.refused_rows, to_confirm=to_confirm),)
    facts = [_stated(command.year, one) for one in examined.rows if not one.same]
    if not facts and known.answers.get(command.digest) == "":
        return ()
    registered = sum(one.before is None for one in examined.rows)
    unchanged = sum(one.stated == one.compared for one in examined.rows)
    members: dict[str, list[str]] = {}
    for one in examined.rows:
        members.setdefault(one.stated.district, []).append(one.identity)
    imported = RosterImported(
        **answered,
        **counted,
        members={district: tuple(ids) for district, ids in members.items()},
        left_out=tuple(one.enterprise for one in report.left_out),
        registered=registered,
        revised=len(examined.rows) - registered - unchanged,
        unchanged=unchanged,
        refused_rows=examined.refused_rows,
        confirmed=tuple(
            ConfirmedFinding(row=one.row, code=one.code) for one in report.findings if one.severity == "confirmed"
        ),
    )
    return (imported, *facts)


def _stated(year: int, one: StatedRow) -> Fact:
    stream = enterprise_stream(one.identity)
    if one.before is None:
        return OnStream(stream, EnterpriseRegistered(year=year, firm=one.stated))
    if one.present:
        return OnStream(stream, EnterpriseRevised(year=year, firm=one.stated))
    return OnStream(stream, EnterpriseStated(year=year, firm=one.stated))


def _take_off(command: TakeOffRoster, roster: Roster | None, context: DecisionContext) -> Facts:
    stream = enterprise_stream(command.enterprise)
    known: Enterprise | None = context.read.get(stream)
    if known is None or not (command.year in known.stated or (roster and command.enterprise in roster.members)):
        raise NOT_ON_ROSTER.refuse(year=command.year)
    lay = known.stated.get(command.year, known).district
    if context.role == Role.DISTRICT and lay != context.organisation:
        raise ROSTER_OF_ANOTHER_DISTRICT.refuse(year=command.year)
    if command.year in known.taken_off:
        return ()
    return (OnStream(stream, EnterpriseTakenOffRoster(year=command.year, reason=command.reason)),)


def require_distinct(command: ImportRoster) -> None:
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


def require_own_district(command: ImportRoster, roster: Roster | None, context: DecisionContext) -> None:
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


# Evolve: what has happened


def evolve(roster: Roster | None, event: RosterEvent) -> Roster:
    """The roster after one more fact."""
    known = roster or Roster()
    match event:
        case RosterImported(digest=digest, members=members):
            joined = {one: district for district, ids in members.items() for one in ids}
            return Roster(members={**known.members, **joined}, answers={**known.answers, digest: ""})
        case RosterBlocked(digest=digest, report=report):
            return known.model_copy(update={"answers": {**known.answers, digest: report}})
        case never:
            assert_never(never)


def _reads(command: RosterCommand, roster: Roster | None) -> tuple[str, ...]:
    """The histories of the firms that are named, and of those that a file may leave out."""
    if isinstance(command, TakeOffRoster):
        return (enterprise_stream(command.enterprise),)
    named = (enterprise_stream(enterprise_id(firm.uscc)) for _, firm in command.rows)
    return (*dict.fromkeys(named), *map(enterprise_stream, _maybe_left_out(command, roster)))


def _reads_further(command: RosterCommand, _roster: Roster | None, read: Mapping[str, Any]) -> tuple[str, ...]:
    """Later years' rosters, where a firm's entries don't bear their year."""
    if isinstance(command, ImportRoster) and any(known is not None and known.year is None for known in read.values()):
        return tuple(map(roster_stream, range(command.year + 1, LAST_YEAR + 1)))
    return ()


def _place(command: RosterCommand, _roster: Roster | None, read: Mapping[str, Any]) -> Place | None:
    if isinstance(command, ImportRoster):
        return None
    known: Enterprise | None = read.get(enterprise_stream(command.enterprise))
    return place_of(command.enterprise, known) if known is not None else Place()


ROSTERS: Capability[Any, Any, Any] = Capability(
    name="roster",
    commands=(ImportRoster, TakeOffRoster),
    events=(RosterImported, RosterBlocked),
    stream=lambda command: roster_stream(command.year),
    reads=_reads,
    reads_further=_reads_further,
    place=_place,
    decide=decide,
    evolve=evolve,
)
