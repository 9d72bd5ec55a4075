"""Findings 校验结果: what a check of a roster found row by row, and the report that holds them all. plan P1, G4."""

from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.instants import city_day, utc_moment
from domain.kernel import Label
from standards.described import DescribedEnum

RETURNED_KEPT = timedelta(days=180)
"""So long what was found of a file that was returned whole is kept: ours, of 30 November 2026; no clause says how long."""


def findings_kept_until(at: int, *, returned: bool, report: str | None) -> date | None:
    """Last day in the city on which a file's findings can be looked at 校验结果保存至; None of those that stay.

    at: microseconds of UTC of the answer. returned: whether the file was returned whole. report: SHA-256 of the report; None = an
    older answer, which is an entry that holds it.
    """
    return city_day(utc_moment(at) + RETURNED_KEPT) if returned and report is not None else None


class FindingSeverity(DescribedEnum):
    """How grave a finding of a roster check is · 校验结果轻重."""

    REFUSED = "refused", "The row is not taken in · 退回"
    CONFIRM = "confirm", "The row is taken in once a person confirms it: of a roster, by `confirmed` · 待确认"
    CONFIRMED = "confirmed", "A person has confirmed it · 已确认"
    WARNED = "warned", "The row is taken in · 提示"


class RosterFinding(BaseModel):
    """What a check found 校验结果: where, how grave, which rule, and what it tells people in both languages.

    row: as the spreadsheet counts, from 1; 0 = the file as a whole. column: its header as written in the file. severity:
    "confirm" is not taken in until a person confirms it, "confirmed" is one that was.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    row: Annotated[int, Field(ge=0)]
    column: str
    severity: FindingSeverity
    code: str
    says: str
    says_in_english: str


class ConfirmedFinding(BaseModel):
    """A finding that a person has looked at and confirms: its row and its code · 已确认的校验结果."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    row: Annotated[int, Field(ge=1)] = Field(description="Row of the file, from 1 · 行号")
    code: Label = Field(description="Published code of the finding · 规则代码")


class LeftOut(BaseModel):
    """A firm on the roster that a file doesn't name 文件未列企业."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    enterprise: str
    uscc: str
    name: str


class RosterReport(BaseModel):
    """The whole report of a file 名单导入报告: every finding by row, and the firms that it leaves out."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

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
