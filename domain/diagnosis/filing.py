"""Filing 区级备案: the district files a confirmed report under a number that the rule gives, one after another in a year. plan P5.

The numbers of a district stand in a register of their own, written in the transaction of the filing, so that none is given twice.
"""

from typing import ClassVar, Literal

from pydantic import Field

from domain.access import Mask, Role
from domain.diagnosis.state import PROCEEDINGS_READERS, Diagnosis, DiagnosisCommand, Status, require_status
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    OnStream,
    Part,
    Rule,
    Stream,
    stream_of,
)
from domain.participants.enterprises import Firm, enterprise_stream

# Rules

ALREADY_FILED = Rule(
    "REPORT_ALREADY_FILED",
    "plan P5",
    "该诊断报告已备案，备案号 {number}，无须再次备案",
    "The report is filed already, under {number}; nothing more is to be filed",
)

# Commands


class FileReport(DiagnosisCommand):
    """File the confirmed report; the rule gives it its number · 区级备案."""

    roles: ClassVar = frozenset({Role.DISTRICT})


# Events


class ReportFiled(Event):
    """The district filed a version of the report under a number 报告已备案. version: of the report, as confirmed."""

    type: Literal["diagnosis.report_filed.v1"] = "diagnosis.report_filed.v1"
    told_to: ClassVar = PROCEEDINGS_READERS
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "备案了第 {version} 版报告，备案号 {number}"
    says_in_english: ClassVar = "filed version {version} of the report under the number {number}"
    number: str
    district: str
    version: int


class FilingNumberGiven(Event):
    """A district gave a number of a year to a diagnosis 备案号已编发."""

    type: Literal["filings.number_given.v1"] = "filings.number_given.v1"
    says: ClassVar = "编发了备案号 {number}"
    says_in_english: ClassVar = "gave out the filing number {number}"
    number: str
    year: int
    diagnosis: str


# State


class FilingRegister(Part):
    """How many numbers a district has given in each year 备案登记簿."""

    given: dict[int, int] = Field(default_factory=dict)


def filing_register(district: str) -> Stream:
    """Stream of the numbers that a district gives 备案登记簿流."""
    return stream_of("filings", district)


# Decide: what may happen


def file_report(command: FileReport, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Once, of the version that the firm confirmed 备案; the number is "310117-2026-00001": district, year of the day, serial.

    Raises:
        Refused: DIAGNOSIS_WRONG_STATUS (plan P3) before the firm confirmed, REPORT_ALREADY_FILED (plan P5).
    """
    require_status(diagnosis, Status.CONFIRMED)
    if diagnosis.filed is not None:
        raise ALREADY_FILED.refuse(number=diagnosis.filed)
    firm: Firm = context.read[enterprise_stream(diagnosis.enterprise)]
    register: FilingRegister | None = context.read.get(filing_register(firm.district))
    year = context.day.year
    serial = (register.given.get(year, 0) if register is not None else 0) + 1
    number = f"{firm.district}-{year}-{serial:05}"
    given = FilingNumberGiven(number=number, year=year, diagnosis=command.diagnosis)
    filed = ReportFiled(number=number, district=firm.district, version=diagnosis.reports)
    return (filed, OnStream(filing_register(firm.district), given))


def decide(_command: Command, _register: FilingRegister | None, _occasion: DecisionContext) -> Facts:
    """No command addresses a register."""
    raise NOT_FOUND.refuse()


def evolve(register: FilingRegister | None, event: FilingNumberGiven) -> FilingRegister:
    """The register after one more number."""
    given = register.given if register is not None else {}
    return FilingRegister(given={**given, event.year: given.get(event.year, 0) + 1})


FILING_REGISTERS = Capability(
    name="filings",
    commands=(),
    events=(FilingNumberGiven,),
    stream=lambda _command: Stream(""),
    decide=decide,
    evolve=evolve,
)
