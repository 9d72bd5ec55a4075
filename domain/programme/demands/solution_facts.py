"""Facts of a solution 解决方案事实: what it solves, for whom, its cases, and to which providers it is tied. plan R2, R3."""

from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Role
from domain.governance.ties import TieKind
from domain.kernel import Event, OrganisationRef, Part, Text
from domain.participants.organisations import Division
from domain.programme.demands.state import NamedIndicator
from standards.described import DescribedEnum
from standards.edition.mapping import SizeClass

Sizes = Annotated[tuple[SizeClass, ...], Field(max_length=4)]


class SolutionStatus(DescribedEnum):
    """Whether a solution is offered · 解决方案状态."""

    PUBLISHED = "published", "Published; it is matched to demands · 已发布"
    WITHDRAWN = "withdrawn", "Withdrawn by whoever published it · 已撤回"


class SolutionCase(Part):
    """A case in which a solution was used, described without the firm's name · 方案案例."""

    industry: Division | None = Field(
        default=None, description="Division of the firm, GB/T 4754, such as C34; none = not said · 行业大类"
    )
    text: Text = Field(description="What was done and what it brought, without the firm's name · 案例内容")


class SolutionTie(Part):
    """A provider of diagnoses that a solution is tied to · 方案关联服务商."""

    provider: OrganisationRef = Field(description="Provider that is tied · 服务商标识")
    kind: TieKind = Field(description="What ties them · 关联类型")


class SolutionStated(Event):
    """What a solution is, as a whole 方案内容."""

    title: str
    summary: str
    edition: str
    indicators: tuple[NamedIndicator, ...]
    industries: tuple[str, ...]
    sizes: tuple[SizeClass, ...]
    cases: tuple[SolutionCase, ...]
    ties: tuple[SolutionTie, ...]


class SolutionPublished(SolutionStated):
    """A solution was published 解决方案已发布. role: that it was published in."""

    type: Literal["solution.published.v1"] = "solution.published.v1"
    says: ClassVar = "发布了解决方案“{title}”，针对 {indicators:count} 项指标"
    says_in_english: ClassVar = "published the solution “{title}” for {indicators:count} of the indicators"
    role: str
    supplier: str


class SolutionRevised(SolutionStated):
    """A solution is stated anew, all of it 解决方案已修订."""

    type: Literal["solution.revised.v1"] = "solution.revised.v1"
    says: ClassVar = "修订了解决方案“{title}”"
    says_in_english: ClassVar = "revised the solution “{title}”"


class SolutionWithdrawn(Event):
    """A solution is offered no more 解决方案已撤回."""

    type: Literal["solution.withdrawn.v1"] = "solution.withdrawn.v1"
    says: ClassVar = "撤回了解决方案：{reason}"
    says_in_english: ClassVar = "withdrew the solution: {reason}"
    reason: str


class SolutionTieFound(Event):
    """The city found a provider that the solution is tied to 方案关联已认定."""

    type: Literal["solution.tie_found.v1"] = "solution.tie_found.v1"
    says: ClassVar = "认定解决方案与{provider:organisation}有{kind:term}；依据：{source}"
    says_in_english: ClassVar = "found a tie ({kind:term}) of the solution to {provider:organisation}; source: {source}"
    provider: str
    kind: TieKind
    source: str


class SolutionCaseNamed(Event):
    """A firm agreed to be named as one of the cases 案例企业同意具名. case: its number, from 1."""

    type: Literal["solution.case_named.v1"] = "solution.case_named.v1"
    says: ClassVar = "同意在第 {case} 个案例中具名"
    says_in_english: ClassVar = "agreed to be named in case {case}"
    case: int
    enterprise: str


class SolutionCaseUnnamed(Event):
    """A firm is named as one of the cases no more 案例具名已撤回."""

    type: Literal["solution.case_unnamed.v1"] = "solution.case_unnamed.v1"
    says: ClassVar = "撤回了第 {case} 个案例的具名同意"
    says_in_english: ClassVar = "took back the consent to be named in case {case}"
    case: int


SolutionEvent = (
    SolutionPublished | SolutionRevised | SolutionWithdrawn | SolutionTieFound | SolutionCaseNamed | SolutionCaseUnnamed
)

STATED = frozenset(SolutionStated.model_fields) - {"type"}


class Solution(BaseModel):
    """A solution as it stands 解决方案. found: ties that the city found. named: number of a case -> the firm that agreed."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    role: str
    supplier: str
    status: SolutionStatus = SolutionStatus.PUBLISHED
    title: str
    summary: str
    edition: str
    indicators: tuple[NamedIndicator, ...]
    industries: tuple[str, ...]
    sizes: tuple[SizeClass, ...]
    cases: tuple[SolutionCase, ...]
    ties: tuple[SolutionTie, ...]
    found: tuple[SolutionTie, ...] = ()
    named: dict[int, str] = {}

    @property
    def providers(self) -> frozenset[str]:
        """Providers of diagnoses whose own product it is, or that it is tied to 关联服务商."""
        own = {self.supplier} if self.role == Role.PROVIDER else set()
        return frozenset(own | {one.provider for one in (*self.ties, *self.found)})


def evolve(known: Solution | None, event: SolutionEvent) -> Solution:
    """The solution after one more fact."""
    if isinstance(event, SolutionPublished):
        return Solution(**{name: getattr(event, name) for name in (*STATED, "role", "supplier")})
    assert known is not None, "a history starts with SolutionPublished"  # noqa: S101 - guards replay, not input
    match event:
        case SolutionRevised():
            kept = {case: firm for case, firm in known.named.items() if _case(known.cases, case) == _case(event.cases, case)}
            return known.model_copy(update={**{name: getattr(event, name) for name in STATED}, "named": kept})
        case SolutionWithdrawn():
            return known.model_copy(update={"status": SolutionStatus.WITHDRAWN})
        case SolutionTieFound(provider=provider, kind=kind):
            return known.model_copy(update={"found": (*known.found, SolutionTie(provider=provider, kind=kind))})
        case SolutionCaseNamed(case=case, enterprise=enterprise):
            return known.model_copy(update={"named": {**known.named, case: enterprise}})
        case SolutionCaseUnnamed(case=case):
            return known.model_copy(update={"named": {at: firm for at, firm in known.named.items() if at != case}})
        case never:
            assert_never(never)


def _case(cases: tuple[SolutionCase, ...], number: int) -> SolutionCase | None:
    """The case of a number, from 1; None where there is none."""
    return cases[number - 1] if 1 <= number <= len(cases) else None
