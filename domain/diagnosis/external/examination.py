"""Examination 批次校验: whose result a row states, by which edition of which model, and what a person has to look at. plan P8.

Nothing here is refused: what is wrong with a row is a finding of it, and the other rows go on. Of a firm outside the sender's
reach nothing is told that is not told of one on no record; of a result that another sent, nothing at all: its row is proposed, and
the city is told what to look at.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.diagnosis.external.beside_record import RESULT_OMITS, Found, beside_record, completed
from domain.diagnosis.external.result import (
    CERTIFICATES,
    ExternalResult,
    StatedResult,
    external_result_stream,
    result_key,
)
from domain.diagnosis.external.rows import CITY_SENDER, WHOLE_CITY, ReadRow, WaitingResult
from domain.kernel import Rule
from domain.participants.enterprises import Enterprise, enterprise_stream, organisation_code, plain
from domain.participants.firm_ids import enterprise_id, unsalted_id
from domain.participants.rosters.findings import FindingSeverity, RosterFinding
from domain.stated_dates import latest_date
from standards import ExternalEdition, model_in_force

# Rules

RESULT_FIRM_UNKNOWN = Rule(
    "RESULT_FIRM_UNKNOWN",
    "plan P8",
    "信用代码 {uscc} 的企业不在名单中；请核对代码，确属本市制造业企业的，先导入名单",
    "No enterprise on record has the code {uscc}; check the code, or bring the firm in by a roster first",
)
RESULT_OTHER_DIVISION = Rule(
    "RESULT_OTHER_DIVISION",
    "plan P8",
    "同一组织机构代码的企业以 {known} 登记在案，登记机关区划不同；请按名单上的代码填写",
    "The same organisation is on record under {known}, of another registrar's division; write the code as on the roster",
)
RESULT_NAME_DIFFERS = Rule(
    "RESULT_NAME_DIFFERS",
    "plan P8",
    "该代码登记的企业名称与本行的“{name}”不同：请核对是否同一企业",
    "The code is on record under another name than “{name}”: look whether it is the same firm",
)
RESULT_BEFORE_EDITIONS = Rule(
    "RESULT_BEFORE_EDITIONS",
    "plan P8",
    "{day} 没有该模型的有效版本，请核对评估日期",
    "No edition of the model was in force on {day}; check the day of the assessment",
)
RESULT_LEVEL_UNKNOWN = Rule(
    "RESULT_LEVEL_UNKNOWN",
    "plan P8",
    "“{level}”不是该模型 {edition} 的等级，可填：{levels}",
    "“{level}” is no level of {edition}; it has: {levels}",
)
RESULT_VARIANT_UNKNOWN = Rule(
    "RESULT_VARIANT_UNKNOWN",
    "plan P8",
    "“{variant}”不是该模型 {edition} 的类型，可填：{variants}",
    "“{variant}” is no variant of {edition}; it has: {variants}",
)
RESULT_DAY_AHEAD = Rule(
    "RESULT_DAY_AHEAD",
    "plan P8",
    "评估日期 {day} 晚于报送口径日 {stated_on}，请更正",
    "The assessment of {day} lies after {stated_on}, as of which the file is stated; correct one of them",
)
RESULT_DAYS_REVERSED = Rule(
    "RESULT_DAYS_REVERSED",
    "plan P8",
    "有效期截止日 {until} 早于评估日期 {day}，请更正",
    "The last day {until} lies before the assessment of {day}; correct one of them",
)
RESULT_ENDS_TOO_LATE = Rule(
    "RESULT_ENDS_TOO_LATE",
    "plan P5",
    "有效期截止日 {until} 过于遥远，最晚为 {latest}；请核对年份，长期有效的请写“长期”",
    "The last day {until} is too far ahead, {latest} is the latest; check the year, and write a slash where it has no end",
)
RESULT_EXPIRED = Rule(
    "RESULT_EXPIRED",
    "plan P8",
    "该结果已于 {until} 到期：确需留存历史的请逐行接受",
    "The result ended on {until}: accept the row by itself if it shall be kept as history",
)
RESULT_NUMBER_MISSING = Rule(
    "RESULT_NUMBER_MISSING",
    "plan P8",
    "该模型的结果是证书，须填证书编号",
    "Results of this model are certificates; give the number of the certificate",
)
RESULT_REPEATED = Rule(
    "RESULT_REPEATED",
    "plan P8",
    "与第 {first} 行是同一证书或同一次评估，请只保留一行",
    "The same certificate or assessment as row {first}; keep one of them",
)

MOST_LEVELS_SAID = 12


@dataclass(frozen=True)
class Sent:
    """How rows were sent 报送情况: by which model, as of which day, by whom, with which codes on record.

    sender: "city", or a partner as it acts. reach: code of the district whose firms it may state, or "*".
    salt: of the ids of enterprises. registered: organisation code -> codes on record, each as the sender may be told it. titles:
    field -> header as written.
    """

    model: str
    stated_on: date
    sender: str
    reach: str
    salt: str
    registered: Mapping[str, Mapping[str, str]]
    titles: Mapping[str, str]


@dataclass(frozen=True)
class Judged:
    """Rows beside what is on record 批次校验全貌: those proposed, and the findings of all in the order of the rows."""

    proposed: tuple[WaitingResult, ...]
    findings: tuple[RosterFinding, ...]


def ids_of(row: ReadRow, salt: str) -> tuple[str, str]:
    """Ids that a row's firm may have 可能的企业标识: the installation's, and the one of earlier versions."""
    return enterprise_id(salt, row.uscc), unsalted_id(row.uscc)


def firm_of(row: ReadRow, sent: Sent, read: Mapping[str, Any]) -> tuple[str, Enterprise] | None:
    """The firm of a row within its sender's reach; None = there is none, or it lies outside."""
    for identity in ids_of(row, sent.salt):
        known: Enterprise | None = read.get(enterprise_stream(identity))
        if known is not None:
            return (identity, known) if sent.reach in (WHOLE_CITY, known.district) else None
    return None


def statement_of(row: ReadRow, sent: Sent, read: Mapping[str, Any]) -> StatedResult | None:
    """What a row states by the registry of models 陈述; None where firm, edition, level or variant are not found."""
    firm, edition = firm_of(row, sent, read), model_in_force(sent.model, row.assessed_on)
    if firm is None or edition is None:
        return None
    level, variant = _level(row, edition), _variant(row, edition)
    if level is None or (row.variant is not None and variant is None):
        return None
    return StatedResult(
        enterprise=firm[0],
        model=sent.model,
        edition=edition.key,
        number=row.number,
        variant=variant,
        level=level,
        score=row.score,
        assessed_on=row.assessed_on,
        valid_until=row.valid_until,
        body=row.body,
    )


def _level(row: ReadRow, edition: ExternalEdition) -> str | None:
    if edition.free_levels:
        return row.level
    found = edition.level_of(row.level)
    return found.name if found is not None else None


def _variant(row: ReadRow, edition: ExternalEdition) -> str | None:
    if not edition.variants:
        return row.variant
    return next((one.name for one in edition.variants if row.variant in (one.id, one.name, one.english)), None)


def judge(rows: Sequence[ReadRow], sent: Sent, read: Mapping[str, Any], day: date) -> Judged:
    """The rows beside what is on record 逐行校验.

    Args:
        rows: of a file, those that could be read.
        sent: how they were sent.
        read: histories of the firms that they may name, and of the results that they state.
        day: it is in the city.
    """
    findings: list[RosterFinding] = []
    proposed: list[WaitingResult] = []
    first: dict[str, int] = {}
    for row in rows:
        stated = statement_of(row, sent, read)
        found = list(_of_row(row, stated, sent, read, day))
        hidden: list[Found] = []
        if stated is not None:
            key = result_key(stated)
            if first.setdefault(key, row.row) != row.row:
                found.append(("number", "refused", RESULT_REPEATED, {"first": first[key]}))
            known: ExternalResult | None = read.get(external_result_stream(key))
            may_know = known is None or sent.sender in (CITY_SENDER, known.sender)
            whole = completed(stated, row, known)
            if may_know:
                stated = whole
            (found if may_know else hidden).extend(beside_record(stated, sent.stated_on, known))
            if whole != stated:
                hidden.append(("number", "confirm", RESULT_OMITS, {}))
        findings += (_finding(row.row, sent.titles, one) for one in found)
        if stated is not None and all(severity != "refused" for _, severity, _, _ in found):
            asked = [rule.code for _, severity, rule, _ in found if severity == "confirm"]
            asked += [rule.code for _, severity, rule, _ in hidden if severity != "warned"]
            proposed.append(WaitingResult(row=row.row, stated=stated, asked=tuple(asked)))
    return Judged(tuple(proposed), tuple(findings))


def _of_row(
    row: ReadRow, stated: StatedResult | None, sent: Sent, read: Mapping[str, Any], day: date
) -> Iterator[Found]:
    firm = firm_of(row, sent, read)
    if firm is None:
        known = sent.registered.get(organisation_code(row.uscc), {})
        if known and row.uscc not in known:
            yield "uscc", "refused", RESULT_OTHER_DIVISION, {"known": "、".join(sorted(known.values()))}
        else:
            yield "uscc", "refused", RESULT_FIRM_UNKNOWN, {"uscc": row.uscc}
    elif row.name is not None and plain(row.name) != plain(firm[1].name):
        yield "name", "confirm", RESULT_NAME_DIFFERS, {"name": row.name}
    if row.assessed_on > sent.stated_on:
        yield "assessed_on", "refused", RESULT_DAY_AHEAD, {"day": row.assessed_on, "stated_on": sent.stated_on}
    edition = model_in_force(sent.model, row.assessed_on)
    if edition is None:
        yield "assessed_on", "refused", RESULT_BEFORE_EDITIONS, {"day": row.assessed_on}
    elif stated is None:
        yield from _labels(row, edition)
    if row.number is None and sent.model in CERTIFICATES:
        yield "number", "refused", RESULT_NUMBER_MISSING, {}
    if row.valid_until is not None and row.valid_until < row.assessed_on:
        yield "valid_until", "refused", RESULT_DAYS_REVERSED, {"until": row.valid_until, "day": row.assessed_on}
    elif row.valid_until is not None and row.valid_until < day:
        yield "valid_until", "confirm", RESULT_EXPIRED, {"until": row.valid_until}
    elif row.valid_until is not None and row.valid_until > latest_date(day):
        yield "valid_until", "refused", RESULT_ENDS_TOO_LATE, {"until": row.valid_until, "latest": latest_date(day)}


def _labels(row: ReadRow, edition: ExternalEdition) -> Iterator[Found]:
    if _level(row, edition) is None:
        levels = "、".join(one.name for one in edition.levels[:MOST_LEVELS_SAID])
        yield "level", "refused", RESULT_LEVEL_UNKNOWN, {"level": row.level, "edition": edition.number, "levels": levels}
    if row.variant is not None and _variant(row, edition) is None:
        variants = "、".join(one.name for one in edition.variants)
        facts: dict[str, object] = {"variant": row.variant, "edition": edition.number, "variants": variants}
        yield "variant", "refused", RESULT_VARIANT_UNKNOWN, facts


def _finding(row: int, titles: Mapping[str, str], found: Found) -> RosterFinding:
    field, severity, rule, facts = found
    return RosterFinding(
        row=row,
        column=titles.get(field, ""),
        severity=FindingSeverity(severity),
        code=rule.code,
        says=rule.says.format(**facts),
        says_in_english=rule.says_in_english.format(**facts),
    )
