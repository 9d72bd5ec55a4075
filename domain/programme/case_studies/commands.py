"""Commands about a case study 典型案例命令: written, reviewed by another person, consented to, published. plan R5."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from domain.command_rights import CITY, CONFIRMERS, GOVERNMENT
from domain.kernel import Command, DiagnosisRef, EnterpriseRef, Label, Sha256, Text
from domain.programme.case_studies.state import CaseStudyRef, CaseStudyStatus, YearsOfUplift

CHANGES_AT_MOST = 50


class CaseStudyCommand(Command):
    """A command about one case study 典型案例命令."""

    case_study: CaseStudyRef = Field(description="Case study · 案例标识")


class CaseStudyWording(CaseStudyCommand):
    """A text as its author states it 案例文稿内容."""

    title: Label = Field(description="Title · 标题")
    situation: Text = Field(description="Where the firm started from · 改进前情况")
    done: Text = Field(description="What was done · 改进措施")
    brought: Text = Field(description="What it brought · 改进成效")
    changes: Annotated[tuple[Annotated[int, Field(ge=1, le=1000)], ...], Field(max_length=CHANGES_AT_MOST)] = Field(
        default=(), description="Which changes that the firm reported in its follow-up are shown, from 1 · 前后对比序号"
    )
    later: DiagnosisRef | None = Field(
        default=None, description="Later diagnosis of the firm, whose total is shown beside the first; none of none · 复诊标识"
    )
    uplift: YearsOfUplift | None = Field(
        default=None, description="Uplift of the city that it cites, which must be established; none of none · 提升幅度"
    )
    named: bool = Field(default=False, description="Whether the firm is named, to which it must agree · 是否署名")


class DraftCaseStudy(CaseStudyWording):
    """Draft a case study from a firm's follow-up or its two diagnoses; its text names nobody unless it says so · 起草案例."""

    roles: ClassVar = GOVERNMENT

    enterprise: EnterpriseRef = Field(description="The firm · 企业标识")
    diagnosis: DiagnosisRef = Field(description="The diagnosis that was followed up, or the first of two · 诊断标识")


class ReviseCaseStudy(CaseStudyWording):
    """Put another text in place of one that is not published; it is reviewed and consented to anew · 修改案例文稿."""

    roles: ClassVar = GOVERNMENT


class OfCaseStudyText(CaseStudyCommand):
    """A command about exactly one text 针对某一文稿的命令."""

    text_sha256: Sha256 = Field(description="SHA-256 of the text that was read, as `CaseStudy.textSha256` says · 文稿摘要")


class ApproveCaseStudy(OfCaseStudyText):
    """Approve a text that another person wrote; the firm is asked from then on · 审核通过案例."""

    roles: ClassVar = GOVERNMENT


class ReturnCaseStudy(OfCaseStudyText):
    """Return a text that another person wrote, with what is to be changed · 退回案例."""

    roles: ClassVar = GOVERNMENT

    remark: Text = Field(description="What is to be changed · 审核意见")


class ConsentToCaseStudy(OfCaseStudyText):
    """Consent that exactly this text is published; where it names the firm, agree to that too · 同意公开案例."""

    roles: ClassVar = CONFIRMERS

    named: bool = Field(default=False, description="Whether the firm agrees to be named · 是否同意署名")


class ReasonedCaseStudyCommand(CaseStudyCommand):
    """A command about a case study that says why 须写明理由的案例命令."""

    reason: Text = Field(description="Why · 理由")


class DeclineCaseStudy(ReasonedCaseStudyCommand):
    """Do not consent to a text, with the reason · 不同意公开案例."""

    roles: ClassVar = CONFIRMERS


class WithdrawCaseStudyConsent(ReasonedCaseStudyCommand):
    """Take a consent back; a published text leaves the public page and later collections · 撤回案例同意."""

    roles: ClassVar = CONFIRMERS


class PublishCaseStudy(CaseStudyCommand):
    """Publish a text that the firm consents to; anyone reads it from then on · 发布案例."""

    roles: ClassVar = CITY


class TakeDownCaseStudy(ReasonedCaseStudyCommand):
    """Take a published text down, with the reason · 撤下案例."""

    roles: ClassVar = CITY


BY_THE_FIRM = (ConsentToCaseStudy, DeclineCaseStudy, WithdrawCaseStudyConsent)
"""What the firm says of it 企业命令."""
ALLOWED_IN: Mapping[type[CaseStudyCommand], frozenset[CaseStudyStatus]] = {
    ReviseCaseStudy: frozenset(CaseStudyStatus) - {CaseStudyStatus.PUBLISHED},
    **dict.fromkeys((ApproveCaseStudy, ReturnCaseStudy), frozenset({CaseStudyStatus.DRAFTED})),
    **dict.fromkeys((ConsentToCaseStudy, DeclineCaseStudy), frozenset({CaseStudyStatus.REVIEWED})),
    WithdrawCaseStudyConsent: frozenset({CaseStudyStatus.CONSENTED, CaseStudyStatus.PUBLISHED}),
    PublishCaseStudy: frozenset({CaseStudyStatus.CONSENTED}),
    TakeDownCaseStudy: frozenset({CaseStudyStatus.PUBLISHED}),
}
"""Command -> where a case study stands when it is taken 各步所处状态."""
