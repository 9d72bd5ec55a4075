"""Report 报告: issued by the provider from a score that is up to date, and confirmed by the firm. plan P4, P5, P6."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from domain.access import Mask
from domain.command_rights import CONFIRMERS, REVIEWERS
from domain.diagnosis.provider import require_own_work
from domain.diagnosis.state import Diagnosis, DiagnosisCommand, Status, release, require_status
from domain.governance.dated_rules import rule_stream
from domain.governance.rule_bodies.body import RuleKind
from domain.kernel import EVERYONE, Count, DecisionContext, Event, Facts, Part, Rule, Sha256, Unfinished
from standards.described import DescribedEnum

ReportNumber = Annotated[str, StringConstraints(pattern=r"^ZDD-[0-9]{4}-[0-9A-Z]{12}$")]
"""Number that anyone verifies a printed report by 核验编号: ZDD, the year, twelve drawn letters of Crockford's alphabet."""
CheckCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{8}$")]
"""Code beside the grade in a printed report 核验码, eight drawn letters: who states it has the page and not the number alone."""
TEMPLATE_RULE = rule_stream(RuleKind.REPORT_TEMPLATE)
"""By which a report is set 报告模板: read as it goes out, so that it is set alike when it is made again."""

# Rules

SCORE_OUTDATED = Rule(
    "SCORE_OUTDATED",
    "plan P5",
    "评分之后资料有变，须重新评分",
    "Something was recorded after the last scoring; score again",
)


class ReportKind(DescribedEnum):
    """What a report is: issued by the provider, or that same report confirmed by the firm · 报告类别."""

    ISSUED = "issued", "Issued by the provider · 出具"
    CONFIRMED = "confirmed", "Confirmed by the firm · 确认"


class ReportStatus(DescribedEnum):
    """What a printed report is worth · 报告核验状态."""

    ISSUED = "issued", "The latest report, which the firm has yet to confirm · 现行报告，待企业确认"
    CONFIRMED = "confirmed", "The latest report, confirmed by the firm · 现行报告，企业已确认"
    CONTESTED = "contested", "Objected to by the firm; its result may still change · 企业有异议，结果可能变化"
    SUPERSEDED = "superseded", "A later version of the report is out · 已有后续版本"
    WITHDRAWN = "withdrawn", "Its diagnosis was withdrawn · 诊断已撤回"


# Commands


class ReportFile(Part):
    """A rendered report 报告文件: hash of its bytes, digests of renderer and fonts, the position it was rendered at.

    number: printed on its cover, to verify it by; address: our public one, which the printed code leads to, "" where it was not
    set. Both None of a report from before numbers were printed. check_code: printed beside the grade, without which nothing that is
    stated of the paper is compared; None of one from before there was a code.
    """

    pdf: Sha256
    renderer: Annotated[str, Field(max_length=200)]
    fonts: Annotated[str, Field(max_length=200)]
    rendered_at: Count
    number: ReportNumber | None
    address: Annotated[str, Field(max_length=500)] | None
    check_code: CheckCode | None


class IssueReport(DiagnosisCommand):
    """Issue the report · 出具报告."""

    roles: ClassVar = REVIEWERS


class ConfirmReport(DiagnosisCommand):
    """Confirm the report; a confirmed version is rendered · 确认报告."""

    roles: ClassVar = CONFIRMERS


# Events


class ReportIssued(Event):
    """The report is out 报告已出具; `version` counts the reports of this diagnosis from 1."""

    type: Literal["diagnosis.report_issued.v3"] = "diagnosis.report_issued.v3"
    told_to: ClassVar = EVERYONE
    masks: ClassVar = frozenset({Mask.OUTCOME, Mask.RESULT_AND_REPORT})
    says: ClassVar = "出具了第 {version} 版报告，总分 {total}"
    says_in_english: ClassVar = "issued version {version} of the report, total {total}"
    version: int
    file: ReportFile
    total: Decimal
    grade: int


class ReportConfirmed(Event):
    """The firm agrees 报告已确认."""

    type: Literal["diagnosis.report_confirmed.v3"] = "diagnosis.report_confirmed.v3"
    told_to: ClassVar = EVERYONE
    masks: ClassVar = frozenset({Mask.OUTCOME, Mask.RESULT_AND_REPORT})
    says: ClassVar = "确认了报告，形成第 {version} 版"
    says_in_english: ClassVar = "confirmed the report, which makes its version {version}"
    version: int
    file: ReportFile


# Decide: what may happen


def issue_report(_command: IssueReport, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Never from a score that something came after 出具报告."""
    require_status(diagnosis, Status.SCORED)
    require_own_work(diagnosis, context)
    if diagnosis.outdated:
        raise SCORE_OUTDATED.refuse()
    assert diagnosis.verified_measured is not None  # noqa: S101 - SCORED implies both
    assert diagnosis.issued is not None  # noqa: S101 - as above
    total, grade = diagnosis.verified_measured.total, diagnosis.issued.grade
    return (Unfinished(ReportIssued, {"version": diagnosis.reports + 1, "total": total, "grade": grade}),)


def confirm_report(command: ConfirmReport, diagnosis: Diagnosis, _context: DecisionContext) -> Facts:
    """The firm agrees, and the diagnosis is over 确认报告."""
    require_status(diagnosis, Status.ISSUED)
    confirmed = Unfinished(ReportConfirmed, {"version": diagnosis.reports + 1})
    return (confirmed, release(diagnosis, command.diagnosis))
