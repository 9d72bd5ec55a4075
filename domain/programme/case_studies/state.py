"""State of a case study 典型案例现状: its text, who wrote it, whether it was reviewed and consented to. plan R5.

Review and consent are of exactly one text: they name its digest, and another text has neither.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Annotated

from pydantic import Field

from domain.access import Role
from domain.diagnosis.follow_up_facts import Measurement
from domain.kernel import Cause, EditionRef, Identifier, IdOf, Label, Part, Rule, Sha256, Stream, Text, stream_of
from standards.described import DescribedEnum

CaseStudyRef = Annotated[Identifier, IdOf("casestudy")]
Year = Annotated[int, Field(ge=2023, le=2100)]

CASE_STUDY_READERS = frozenset({Role.CITY, Role.DISTRICT, Role.ENTERPRISE, Role.CONFIRMER, Role.AUDITOR})
"""Who may know of a case study before it is published 案例知情角色: its editors, the auditor, and the firm once it is reviewed."""


class CaseStudyStatus(DescribedEnum):
    """How far a case study has come · 案例状态."""

    DRAFTED = "drafted", "Drafted; waits for another person's review · 待审核"
    RETURNED = "returned", "Returned by its reviewer · 已退回修改"
    REVIEWED = "reviewed", "Reviewed; waits for the firm's consent · 待企业同意"
    DECLINED = "declined", "The firm does not consent to this text · 企业未同意"
    CONSENTED = "consented", "The firm consents to this text; it waits to be published · 待发布"
    PUBLISHED = "published", "Published; open to all · 已发布"
    WITHDRAWN = "withdrawn", "Not shown any more: the firm took its consent back, or the city took it down · 已撤下"


UNREAD_BY_THE_FIRM = frozenset({CaseStudyStatus.DRAFTED, CaseStudyStatus.RETURNED})
"""Where a case study stands while the firm is not shown it 企业不可见状态."""
NEXT_STEPS: Mapping[CaseStudyStatus, tuple[str, str]] = {
    CaseStudyStatus.DRAFTED: ("须先由编写人以外的人审核", "first another person than its author reviews it"),
    CaseStudyStatus.RETURNED: ("须先由编写人修改文稿", "first its author revises the text"),
    CaseStudyStatus.REVIEWED: ("须先由企业同意或不同意该文稿", "first the firm consents to the text or declines"),
    CaseStudyStatus.DECLINED: ("须先由编写人修改文稿并重新审核", "first its author revises the text, which is reviewed anew"),
    CaseStudyStatus.CONSENTED: ("可由市级部门发布，或由企业撤回同意", "the city publishes it, or the firm takes its consent back"),
    CaseStudyStatus.PUBLISHED: (
        "已发布的文稿不再更改；可由企业撤回同意或由市级部门撤下",
        "a published text changes no more; the firm takes its consent back or the city takes it down",
    ),
    CaseStudyStatus.WITHDRAWN: ("须先由编写人另写文稿并重新审核", "first its author writes another text, which is reviewed anew"),
}

# Rules

CASE_STUDY_STATUS = Rule(
    "CASE_STUDY_STATUS",
    "plan R5",
    "该案例的状态为“{status_name}”，此时不能办理这一步；{next_step}",
    "The case study is {status}; this step does not follow from there; {next_step_in_english}",
)

# State


class CaseStudyChange(Part):
    """What the firm measured before and after, as it reported it 前后对比; see `MeasuredChange`."""

    name: Label
    unit: Label
    before: Measurement
    after: Measurement


class CaseStudyTotals(Part):
    """Totals of two diagnoses of the firm under one edition 两次得分."""

    edition: str
    first: Decimal
    later: Decimal


class YearsOfUplift(Part):
    """An uplift that was worked out, by its years and edition · 提升幅度测算."""

    first_year: Year = Field(description="Year by whose end the first diagnosis was reported · 前一年度")
    second_year: Year = Field(description="Year by whose end the second one was reported · 后一年度")
    edition: EditionRef = Field(description="Edition of the standard that both are scored under · 标准版本")


class CaseStudyUplift(YearsOfUplift):
    """The city's uplift as it was established 全市提升幅度, in points, with its 90 percent interval. cause: its request."""

    points: Decimal
    low: Decimal
    high: Decimal
    cause: Cause


class CaseStudyText(Part):
    """A text whole, as it is reviewed, consented to and published 案例文稿. firm: its name, where it is named."""

    title: Label
    situation: Text
    done: Text
    brought: Text
    changes: tuple[CaseStudyChange, ...]
    totals: CaseStudyTotals | None
    uplift: CaseStudyUplift | None
    firm: str | None

    @property
    def sha256(self) -> Sha256:
        """Digest of all that it says 文稿摘要."""
        return sha256(self.model_dump_json().encode()).hexdigest()


class CaseStudy(Part):
    """A case study as it stands 典型案例. authors: who wrote its present text. remark: of the reviewer who returned it.

    reason: why the firm declined or took its consent back, or the city took it down.
    """

    enterprise: str
    diagnosis: str
    text: CaseStudyText
    authors: frozenset[str]
    status: CaseStudyStatus = CaseStudyStatus.DRAFTED
    remark: str | None = None
    reason: str | None = None
    published_on: date | None = None


def case_study_stream(case_study: str) -> Stream:
    """Stream of one case study."""
    return stream_of("casestudy", case_study)
