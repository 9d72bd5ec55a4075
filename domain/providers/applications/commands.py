"""Commands of an application 申报命令: what a provider states, what a district and the city say of it. plan V1, V6."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from domain.access import Role
from domain.command_rights import CITY, MANAGER
from domain.diagnosis.evidence import MediaType
from domain.kernel import Command, Count, Identifier, IdOf, Label, OrganisationRef, Part, Sha256, Text
from domain.participants.organisations import Division
from domain.providers.applications.state import LinkedParty, MendItem, SelectionDimension, StaffMember
from domain.providers.calls.state import Year

# Commands

ExactPoints = Annotated[Decimal, Field(ge=0, le=100, max_digits=7, decimal_places=4)]


class ApplicationCommand(Command):
    """A command about a provider's application of a year 申报命令."""

    year: Year
    provider: OrganisationRef = Field(description="Provider that applies · 服务商标识")


class PutForward(ApplicationCommand):
    """Put a provider forward for the year's call, by a district · 推荐服务商."""

    roles: ClassVar = frozenset({Role.DISTRICT})

    reason: Text = Field(description="Why the district puts it forward · 推荐理由")


class SaveApplication(ApplicationCommand):
    """State an application, whole, in place of what was stated before, until it is submitted or while it is mended · 填写申报."""

    roles: ClassVar = MANAGER

    industries: Annotated[tuple[Division, ...], Field(min_length=1, max_length=31)] = Field(
        description="GB/T 4754 divisions that a tag is asked for, such as C34 · 申请行业标签"
    )
    staff: Annotated[tuple[StaffMember, ...], Field(min_length=1, max_length=500)] = Field(
        description="People who are to diagnose firms · 诊断人员"
    )
    links: Annotated[tuple[LinkedParty, ...], Field(max_length=200)] = Field(
        description="Owners, subsidiaries, vendors and others tied to the provider; an empty list says that none are · 关联方申明"
    )
    statement: Text | None = Field(default=None, description="What else the markers should know, naming nobody · 补充说明")

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        people = [one.person for one in self.staff]
        if len(set(people)) < len(people) or len(set(self.industries)) < len(self.industries):
            raise ValueError("a person or an industry is named twice")
        return self


class AttachApplicationDocument(ApplicationCommand):
    """Attach a file that was uploaded to a dimension of the application · 附申报材料."""

    roles: ClassVar = MANAGER

    dimension: SelectionDimension = Field(description="Dimension that the file supports · 遴选维度")
    sha256: Sha256 = Field(description="SHA-256 of an uploaded file · 文件散列")
    filename: Label
    media_type: MediaType
    size: Annotated[Count, Field(gt=0)]


class SubmitApplication(ApplicationCommand):
    """Submit the application, or submit it again once what was returned is mended · 提交申报."""

    roles: ClassVar = MANAGER


class WithdrawApplication(ApplicationCommand):
    """Withdraw the application before it is marked · 撤回申报."""

    roles: ClassVar = MANAGER

    reason: Text = Field(description="Why it is withdrawn · 撤回理由")


class ReturnApplication(ApplicationCommand):
    """Return an application that is incomplete, with what is to be mended and by when · 退回补正."""

    roles: ClassVar = CITY

    items: Annotated[tuple[MendItem, ...], Field(min_length=1, max_length=50)] = Field(
        description="What is to be mended · 补正事项"
    )
    mend_until: date = Field(description="Last day to mend, itself included · 补正截止日")


class AcceptApplication(ApplicationCommand):
    """Find an application complete: it goes to the markers · 确认材料齐全."""

    roles: ClassVar = CITY


ProceedingRef = Annotated[Identifier, IdOf("proceeding")]


class ObjectToResult(ApplicationCommand):
    """Object to the result of one's application while the outcome is open: a proceeding is opened · 对遴选结果提出异议."""

    roles: ClassVar = MANAGER

    proceeding: ProceedingRef = Field(description="Id of the proceeding · 程序标识")
    asked: Text = Field(description="What is asked for · 请求事项")
    grounds: Text = Field(description="Why · 事实与理由")


class RevisedScore(Part):
    """Points of a dimension as a decision leaves them · 更正的维度得分."""

    dimension: SelectionDimension = Field(description="Dimension · 遴选维度")
    points: ExactPoints = Field(description="Points from now on · 得分")


class RevisedIndustry(Part):
    """Points of an industry as a decision leaves them · 更正的行业得分."""

    industry: Division = Field(description="GB/T 4754 division, such as C34 · 行业大类")
    points: ExactPoints = Field(description="Points from now on · 得分")


class ReviseResult(ApplicationCommand):
    """Put right what a concluded proceeding granted; what is not named stays · 更正遴选结果."""

    roles: ClassVar = CITY

    proceeding: ProceedingRef = Field(description="Proceeding that granted it · 依据的程序")
    scores: Annotated[tuple[RevisedScore, ...], Field(max_length=5)] = Field(
        default=(), description="Dimensions whose points change · 更正的维度"
    )
    industries: Annotated[tuple[RevisedIndustry, ...], Field(max_length=31)] = Field(
        default=(), description="Industries whose points change · 更正的行业"
    )


AnyApplicationCommand = (
    PutForward
    | SaveApplication
    | AttachApplicationDocument
    | SubmitApplication
    | WithdrawApplication
    | ReturnApplication
    | AcceptApplication
    | ObjectToResult
    | ReviseResult
)
