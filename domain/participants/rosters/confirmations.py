"""Confirmations 待确认事项: what a person is asked to confirm of a roster before it is taken in, row by row. plan P1, P7, G4."""

from collections.abc import Iterator
from decimal import Decimal

from domain.kernel import Rule
from domain.participants.enterprises import plain
from domain.participants.rosters.comparison import ImportRoster, StatedRow
from domain.participants.rosters.findings import RosterFinding

TIMES = Decimal(10)
"""A revenue that grew or shrank so many times asks a person (ours); mostly it is a unit or a digit. It decides nothing else."""


# Rules

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
    "The industry on record is {before_code}, the row says {now_code}: confirm the change, or correct the industry or the code",
)
ROSTER_DISTRICT_CHANGED = Rule(
    "ROSTER_DISTRICT_CHANGED",
    "plan G4",
    "登记的所属区是 {before}，本行是 {now}，迁移后原区不再看到该企业：请确认或更正",
    "The district on record is {before_code}, the row says {now_code}; the former one loses sight of the firm: confirm or "
    "correct it",
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


def asked_of(command: ImportRoster, row: StatedRow) -> Iterator[RosterFinding]:
    """What of a row a person is asked to confirm 待确认."""
    for field, rule, facts in _asked(command, row):
        yield RosterFinding(
            row=row.row,
            column=command.titles.get(field, ""),
            severity="confirm",
            code=rule.code,
            says=rule.says.format(**facts),
            says_in_english=rule.says_in_english.format(**facts),
        )


def _asked(command: ImportRoster, one: StatedRow) -> Iterator[tuple[str, Rule, dict[str, object]]]:
    """The field that is asked about, the rule that asks, the facts of its sentence."""
    before, now = one.compared, one.stated
    if before is None or one.before is None:
        return
    if command.year in one.before.taken_off:
        yield "uscc", ROSTER_BACK_ON, {"year": command.year}
    if plain(before.name) != plain(now.name):
        yield "name", ROSTER_NAME_CHANGED, {"before": before.name, "now": now.name}
    if before.industry[:3] != now.industry[:3]:
        yield "industry", ROSTER_INDUSTRY_CHANGED, _named(command, before.industry[:3], now.industry[:3])
    if before.district != now.district:
        yield "district", ROSTER_DISTRICT_CHANGED, _named(command, before.district, now.district)
    least, most = sorted((before.revenue_wan, now.revenue_wan))
    if before.revenue_wan and most >= TIMES * least:
        was_wan, now_wan = format(before.revenue_wan, "f"), format(now.revenue_wan, "f")
        yield "revenue_wan", ROSTER_REVENUE_JUMPED, {"before": was_wan, "now": now_wan}
    for name in ("park", "reporting_unit", "group") + (("subdistrict",) if before.district == now.district else ()):
        if (was := getattr(before, name)) is not None and getattr(now, name) is None:
            yield name, ROSTER_UNIT_REMOVED, {"before": command.names.get(was, was), "column": command.titles.get(name, name)}


def _named(command: ImportRoster, before: str, now: str) -> dict[str, object]:
    """Two codes as a sentence says them 名称与代码: a person knows the name, the file holds the code."""
    was, is_now = (f"{command.names[code]}（{code}）" if code in command.names else code for code in (before, now))
    return {"before": was, "now": is_now, "before_code": before, "now_code": now}
