"""Cell 单元格 checks of a roster: each reads one value of a row, and reports what it refuses or had to amend. plan P1."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from math import isfinite
from typing import Literal, get_args
from unicodedata import category, normalize

from domain.kernel import Rule
from domain.participants.rosters.comparison import SilentField
from domain.participants.rosters.findings import RosterFinding
from interop.code_lists import DistrictCode, district_codes, industries, roster_columns, subdistrict_codes
from interop.rosters import rules
from interop.rosters.grid import Cell, Unread, is_blank
from interop.rosters.uscc import ALPHABET, ORGANISATION, UsccFlaw, check_digit, flaw_of

LONGEST_CODE = 64
LONGEST_NAME = 200
MOST_DIGITS = {"employees": 9, "revenue_wan": 20}
"""A head count fits 32 bits; a revenue keeps every digit through the change of unit (exact to 28)."""
SHOWN = 60
"""So much of a cell is repeated in a finding."""

NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)
INDUSTRY = re.compile(r"C?(\d{2,4})", re.ASCII)
SUBDISTRICT = re.compile(r"\d{9}", re.ASCII)
SUBDISTRICT_IN_FULL = re.compile(r"\d{9}000", re.ASCII)
EXPONENT = re.compile(r"\d(\.\d+)?E\+\d+")
NOTHING = frozenset({"无", "/", "\\", "-", "--", "—", "——", "N/A", "n/a", "null"})
"""What people write into an optional column that does not apply."""
QUOTES = "'\"=`’“”"
"""Marks that keep a spreadsheet from taking a code for a number."""

SILENT_FIELDS: Mapping[str, SilentField] = {name: name for name in get_args(SilentField)}
"""Fields of a firm that a row may be silent about 可留空字段."""

OPTIONAL = frozenset({*SILENT_FIELDS, "size_class"})
UNREAD = {
    "formula": rules.CELL_FORMULA,
    "date": rules.CELL_IS_DATE,
    "merged": rules.CELL_MERGED,
    "quote": rules.CELL_QUOTE,
}
BREAK = re.compile("\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
UNSEEN = frozenset({"Cc", "Cf", "Cs"})
"""Categories of signs that draw nothing of their own."""
LOST = re.compile("[\ufffd\ufdd0-\ufdef\ud800-\udfff]|[\ufffe\uffff]")
"""Signs that stand where another was lost, and those that are none."""

ERROR_CODES = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")
"""What a formula shows that came to nothing (ECMA-376 part 1, 18.17.3)."""
NOT_TEXT = (bool, date, datetime, time, timedelta)
Severity = Literal["refused", "confirm", "warned"]


def finding(row: int, column: str, severity: Severity, rule: Rule, /, **facts: object) -> RosterFinding:
    """A finding by a rule 校验结果; `facts` fill its sentences."""
    return RosterFinding(
        row=row,
        column=column,
        severity=severity,
        code=rule.code,
        says=rule.says.format(**facts),
        says_in_english=rule.says_in_english.format(**facts),
    )


@dataclass
class RowCheck:
    """A row under examination 行校验: its cells by field, the headers as written, and what was found so far."""

    row: int
    cells: Mapping[str, Cell]
    titles: Mapping[str, str]
    findings: list[RosterFinding] = field(default_factory=list)
    silent: set[SilentField] = field(default_factory=set)

    @property
    def refused(self) -> bool:
        """Whether anything found refuses the row."""
        return any(found.severity == "refused" for found in self.findings)

    def note(self, severity: Severity, name: str, rule: Rule, /, **facts: object) -> None:
        """Report on the cell of a field."""
        column = self.titles.get(name, "")
        self.findings.append(finding(self.row, column, severity, rule, **{"column": column, **facts}))

    def text(self, name: str, most: int) -> str | None:
        """The cell's text without invisible characters, white space made single spaces; None when there is none."""
        cell = self.cells.get(name)
        if cell is None:
            return None
        if isinstance(cell, Unread):
            # what is not known of an optional field stays as it is on record
            self.unread("warned" if cell.why == "formula" and name in OPTIONAL else "refused", name, cell)
            return None
        if isinstance(cell, NOT_TEXT):
            self.note("refused", name, rules.CELL_NOT_TEXT)
            return None
        given = cell if isinstance(cell, str) else plain_number(cell)
        taken = " ".join(_visible(given).split())
        if taken in ERROR_CODES:
            self.note("refused", name, rules.CELL_ERROR, value=taken)
            return None
        if len(taken) > most:
            self.note("refused", name, rules.CELL_TOO_LONG, most=most)
            return None
        if not taken:
            return None
        return taken if taken.isascii() or self._is_whole(name, taken) else None

    def _is_whole(self, name: str, taken: str) -> bool:
        """Whether no sign of a text was lost on its way here; one of the private use area is asked of a person."""
        for place, sign in enumerate(taken, start=1):
            facts = {"place": place, "code": f"{ord(sign):04X}"}
            if LOST.match(sign):
                self.note("refused", name, rules.TEXT_LOST, **facts)
                return False
            if category(sign) == "Co":
                self.note("confirm", name, rules.TEXT_PRIVATE, **facts)
                break
        return True

    def unread(self, severity: Severity, name: str, cell: Unread) -> None:
        """Say why a cell is not read."""
        self.note(severity, name, UNREAD[cell.why], value=shown(cell.shown))

    def required(self, name: str, most: int) -> str | None:
        """As `text`, and a refusal when there is none."""
        before = len(self.findings)
        taken = self.text(name, most)
        if taken is None and len(self.findings) == before:
            self.note("refused", name, rules.CELL_MISSING)
        return taken

    def says_nothing(self, name: str) -> None:
        """The row is silent about an optional field: what is on record stays."""
        if name in SILENT_FIELDS:
            self.silent.add(SILENT_FIELDS[name])

    def amended(self, name: str, taken: str) -> None:
        """Warn when what is taken is not what the cell holds."""
        given = self.cells.get(name)
        if isinstance(given, str) and given != taken:
            self.note("warned", name, rules.CELL_NORMALISED, given=shown(given), taken=shown(taken))


def shown(text: str) -> str:
    """A text as a finding repeats it: of `SHOWN` signs at most, a line break as ⏎, what else cannot be seen by its code."""
    text = text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    return "".join(f"⟨U+{ord(sign):04X}⟩" if category(sign) in UNSEEN else sign for sign in BREAK.sub("⏎", text).replace("\t", "⇥"))


def plain_number(cell: float) -> str:
    """A number as a spreadsheet shows it: its fifteen digits, no exponent."""
    return format(Decimal(cell) if isinstance(cell, int) else Decimal(format(cell, ".15g")), "f")


def _visible(text: str) -> str:
    if text.isprintable():  # nearly every cell; a sign at a time took a third of the checking
        return text
    return "".join(sign for sign in text if category(sign) not in ("Cc", "Cf") or sign.isspace())


def _code(text: str) -> str:
    """A code as it is meant: half-width, upper case, without white space and guarding quotes."""
    return "".join(normalize("NFKC", text).split()).strip(QUOTES).upper()


def uscc(check: RowCheck) -> str | None:
    """Unified social credit code 统一社会信用代码 of a row; refused but for a whole check digit that alone mismatches."""
    text = check.required("uscc", LONGEST_CODE)
    if text is None:
        return None
    code = _code(text)
    cell = check.cells.get("uscc")
    if (isinstance(cell, int | float) and len(code) > len("123456789012345")) or EXPONENT.fullmatch(code):
        check.note("refused", "uscc", rules.USCC_AS_NUMBER)
        return None
    check.amended("uscc", code)
    match flaw_of(code):
        case UsccFlaw.LENGTH:
            check.note("refused", "uscc", rules.USCC_LENGTH, length=len(code))
            return None
        case UsccFlaw.ALPHABET:
            place = next(i for i, sign in enumerate(code) if sign not in ALPHABET)
            check.note("refused", "uscc", rules.USCC_ALPHABET, place=place + 1, sign=code[place])
            return None
        case UsccFlaw.ORGANISATION_CODE:
            check.note("refused", "uscc", rules.USCC_ORGANISATION_CODE, organisation=code[ORGANISATION])
            return None
        case UsccFlaw.CHECK_DIGIT:
            check.note("warned", "uscc", rules.USCC_CHECK_DIGIT, expected=check_digit(code[:-1]), found=code[-1])
    return code


def name(check: RowCheck) -> str | None:
    """Name 企业名称 of a row. Its brackets stay full-width, as registered; only white space is put right."""
    text = check.required("name", LONGEST_NAME)
    if text is not None:
        check.amended("name", text)
    return text


def optional(check: RowCheck, field_name: str) -> str | None:
    """Text of an optional column 可选列; what people write for "none" is none, an empty cell says nothing."""
    text = check.text(field_name, LONGEST_NAME)
    if text is None:
        check.says_nothing(field_name)
        return None
    if text in NOTHING:
        return None
    check.amended(field_name, text)
    return text


def district(check: RowCheck) -> str | None:
    """DistrictCode 区 of a row as present GB/T 2260 code, from a code or a name; a retired one is mapped with a warning."""
    text = check.required("district", LONGEST_CODE)
    if text is None:
        return None
    said = _code(text)
    found: DistrictCode | None = district_codes().get(said)
    if found is None:
        check.note("refused", "district", rules.DISTRICT_UNKNOWN, value=shown(text))
        return None
    check.amended("district", said)
    now = getattr(found, "now", None)
    if now is None:
        return found.code
    successor = district_codes()[now]
    check.note("warned", "district", rules.DISTRICT_RETIRED, value=said, now=successor.name, code=now)
    return successor.code


def subdistrict(check: RowCheck, district_code: str | None) -> str | None:
    """Subdistrict 街镇 of a row as nine-digit code, from a code or a name; it decides who sees the enterprise (plan P7).

    One that is known to lie in another district is refused. A code of the right district that the list lacks is taken
    with a warning; a name that the list lacks is left out with a warning.
    """
    text = check.text("subdistrict", LONGEST_CODE)
    if text is None or district_code is None:
        check.says_nothing("subdistrict")
        return None
    if text in NOTHING:
        return None
    said = _code(text).removesuffix("000") if SUBDISTRICT_IN_FULL.fullmatch(_code(text)) else _code(text)
    codes = subdistrict_codes().get(said, ())
    facts = {"value": shown(text), "district": district_codes()[district_code].name}
    here = [code for code in codes if code.startswith(district_code)]
    if here:
        check.amended("subdistrict", said)
        return here[0]
    if SUBDISTRICT.fullmatch(said) and said.startswith(district_code):
        check.note("warned", "subdistrict", rules.SUBDISTRICT_UNLISTED, **facts)
        return said
    if codes or SUBDISTRICT.fullmatch(said):
        check.note("refused", "subdistrict", rules.SUBDISTRICT_ELSEWHERE, **facts)
    else:
        check.note("warned", "subdistrict", rules.SUBDISTRICT_UNKNOWN, **facts)
        check.says_nothing("subdistrict")
    return None


@cache
def _divisions_by_name() -> Mapping[str, str]:
    return {_code(division.name): division.code for division in industries().values()}


def industry(check: RowCheck) -> str | None:
    """Industry 行业 of a row as "C" and two to four digits, from a code or a division's full name."""
    text = check.required("industry", LONGEST_CODE)
    if text is None:
        return None
    said = _code(text)
    if said in _divisions_by_name():
        return _divisions_by_name()[said]
    if not (match := INDUSTRY.fullmatch(said)):
        # another section's letter is a well-formed code of something else than manufacturing
        other = re.fullmatch(r"[ABD-T]\d{2,4}", said)
        rule = rules.INDUSTRY_NOT_MANUFACTURING if other else rules.INDUSTRY_MALFORMED
        check.note("refused", "industry", rule, value=shown(text))
        return None
    code = f"C{match.group(1)}"
    if code[:3] not in industries():
        check.note("refused", "industry", rules.INDUSTRY_NOT_MANUFACTURING, value=shown(text))
        return None
    check.amended("industry", said)
    return code


def number(check: RowCheck, field_name: str) -> Decimal | None:
    """Number 数值 of a row, exact and not negative, from a number or a text with or without thousands separators."""
    cell = check.cells.get(field_name)
    if isinstance(cell, Unread):
        check.unread("refused", field_name, cell)
        return None
    if isinstance(cell, NOT_TEXT) and not isinstance(cell, bool):
        check.unread("refused", field_name, Unread("date", str(cell)))
        return None
    if is_blank(cell):
        check.note("refused", field_name, rules.CELL_MISSING)
        return None
    if isinstance(cell, float) and not isfinite(cell):
        text = str(cell)
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        text = plain_number(cell)
    else:
        text = "".join(normalize("NFKC", _visible(str(cell))).split())
    if text in ERROR_CODES:
        check.note("refused", field_name, rules.CELL_ERROR, value=text)
        return None
    if isinstance(cell, bool) or not NUMBER.fullmatch(text):
        check.note("refused", field_name, rules.NUMBER_MALFORMED, value=shown(text))
        return None
    if sum(sign.isdigit() for sign in text) > MOST_DIGITS[field_name]:
        check.note("refused", field_name, rules.NUMBER_TOO_LONG, most=MOST_DIGITS[field_name], value=shown(text))
        return None
    found = Decimal(text.replace(",", ""))
    if found < 0:
        check.note("refused", field_name, rules.NUMBER_NEGATIVE, value=text)
        return None
    check.amended(field_name, text)
    return abs(found)


def employees(check: RowCheck) -> int | None:
    """Head count 从业人员 of a row, a whole number."""
    found = number(check, "employees")
    if found is None:
        return None
    if found != found.to_integral_value():
        check.note("refused", "employees", rules.NUMBER_NOT_WHOLE, value=format(found, "f"))
        return None
    if not found:
        check.note("confirm", "employees", rules.EMPLOYEES_NONE)
    return int(found)


def revenue_wan(check: RowCheck, in_wan: Decimal) -> Decimal | None:
    """Yearly revenue 营业收入 of a row in ten thousand yuan; in_wan: one unit of the column in that."""
    found = number(check, "revenue_wan")
    if found is None:
        return None
    wan, largest = canonical(found * in_wan), roster_columns().largest_revenue.wan
    if wan > largest:
        check.note("confirm", "revenue_wan", rules.REVENUE_IMPLAUSIBLE, value=format(wan, "f"), largest=format(largest, "f"))
    return wan


def canonical(value: Decimal) -> Decimal:
    """A decimal without trailing zeros, exponent or the sign of nothing, so that one amount has one spelling in the journal."""
    return Decimal(format(value.normalize() or Decimal(0), "f"))
