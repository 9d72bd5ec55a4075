"""State of a provider's application 申报现状: one a provider and year, which its key alone sees to. plan V1, V6."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from domain.kernel import Label, OrganisationRef, Part, PersonRef, Stream, Text, stream_of
from domain.participants.organisations import Division
from domain.person_id_fields import OF_PERSON
from standards.described import DescribedEnum


class SelectionDimension(DescribedEnum):
    """One of the five dimensions that providers are selected on · 遴选维度."""

    BASIC_CAPABILITY = "basic_capability", "Basic capability · 基础能力"
    STANDARDS_WORK = "standards_work", "Part taken in standards work · 标准制定参与程度"
    STAFF = "staff", "Staff, its qualifications and number · 人员资质及数量"
    INDUSTRY_EXPERIENCE = "industry_experience", "Industry experience and focus · 行业经验和聚焦度"
    PRODUCTS = "products", "Products and results · 产品成果"


class ApplicationStage(DescribedEnum):
    """How far an application has come · 申报状态."""

    DRAFT = "draft", "Draft: not submitted yet · 草稿"
    SUBMITTED = "submitted", "Submitted: waits for the completeness check · 已提交"
    RETURNED = "returned", "Returned with items to mend · 退回补正"
    COMPLETE = "complete", "Complete: goes to the markers · 材料齐全"
    WITHDRAWN = "withdrawn", "Withdrawn by the provider · 已撤回"
    ASSESSED = "assessed", "Its result is published · 已出结果"


class StaffMember(Part):
    """A person of the provider who is to diagnose firms, and the divisions that this person knows · 诊断人员."""

    person: Annotated[PersonRef, OF_PERSON] = Field(description="Person who works for the provider · 人员标识")
    industries: Annotated[tuple[Division, ...], Field(max_length=31)] = Field(
        default=(), description="GB/T 4754 divisions that the person knows, such as C34 · 熟悉行业"
    )


class LinkedParty(Part):
    """Who is tied to the provider by ownership or interest, as it declares · 关联方."""

    name: Label = Field(description="Name · 名称")
    organisation: OrganisationRef | None = Field(default=None, description="Id, where it is on record here · 单位标识")
    person: Annotated[PersonRef | None, OF_PERSON] = Field(
        default=None, description="Id, where it is a person on record here · 人员标识"
    )
    tie: Label = Field(description="What ties it: owner, subsidiary, vendor … · 关联关系")


class MendItem(Part):
    """Something to mend in an application · 补正事项."""

    part: Label = Field(description="Which part of the application · 材料部分")
    what: Text = Field(description="What is missing or wrong, and how it is put right · 补正要求")


class SelectionScore(Part):
    """Points of a dimension, exact: the mean of the marks that count · 维度得分."""

    dimension: SelectionDimension
    points: Decimal


class IndustryScore(Part):
    """What an applicant got for one industry · 行业得分.

    staff: of its people, those who know the division. certified: of these, with a certificate; None = no certificates were on
    record then. earned: whether it gets the tag.
    """

    industry: str
    points: Decimal
    staff: int
    certified: int | None
    earned: bool


class Shortfall(DescribedEnum):
    """Why an applicant is not listed · 未入选原因."""

    PASS_MARK = "pass_mark", "The total lies below the pass mark · 总分未达入选线"
    CERTIFIED = "certified", "Too few certified diagnosticians · 持证诊断师不足"
    SENIOR = "senior", "Too few senior ones among them · 高级诊断师不足"
    NO_TAG = "no_tag", "No industry reaches its share · 无行业达到标签要求"
    QUOTA = "quota", "The places of the year went to higher totals · 超出名额"


class SelectionResult(Part):
    """What became of an application 遴选结果: every sub-score, the tags earned, and why it is not listed.

    certified, senior: None = no certificates were on record then, so no such threshold was judged.
    """

    scores: tuple[SelectionScore, ...]
    total: Decimal
    industries: tuple[IndustryScore, ...]
    certified: int | None
    senior: int | None
    shortfalls: tuple[Shortfall, ...]

    @property
    def is_listed(self) -> bool:
        """Whether it enters the directory."""
        return not self.shortfalls

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags earned, in order of division."""
        return tuple(sorted(one.industry for one in self.industries if one.earned))


class ApplicationDocument(Part):
    """A file that supports one dimension of an application 申报材料."""

    sha256: str
    filename: str
    media_type: str
    size: int
    dimension: SelectionDimension


class Application(Part):
    """An application 申报. links: None = nothing was declared yet, which is not the same as none declared.

    put_forward_by: the district that put it forward; None = it came by itself. result_version: of the stream, with the result;
    revised: a decision changed it. marks: those that it rests on. objections: proceedings that the provider opened about it;
    carried_out: those whose decision has reached the result.
    """

    version: int
    year: int
    provider: str
    stage: ApplicationStage
    industries: tuple[str, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    links: tuple[LinkedParty, ...] | None = None
    statement: str | None = None
    documents: tuple[ApplicationDocument, ...] = ()
    put_forward_by: str | None = None
    to_mend: tuple[MendItem, ...] = ()
    mend_until: date | None = None
    result: SelectionResult | None = None
    result_version: int | None = None
    revised: bool = False
    marks: tuple[str, ...] = ()
    objections: tuple[str, ...] = ()
    carried_out: tuple[Stream, ...] = ()


def application_stream(year: int, provider: str) -> Stream:
    """Stream of a provider's application for a year."""
    return stream_of("application", f"{year}.{provider}")
