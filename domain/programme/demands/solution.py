"""Solution 解决方案: a supplier publishes what it solves, for whom, its cases and its ties to providers. plan R2, R3.

A case is told without the firm's name. The firm itself says that it may be named: no supplier claims a customer.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from domain.access import Place
from domain.command_rights import CITY, CONFIRMERS, require_right
from domain.governance.ties import TieKind
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    EditionRef,
    EnterpriseRef,
    Facts,
    Identifier,
    Label,
    OrganisationRef,
    Rule,
    Stream,
    Text,
    Unscoped,
    refuse_step,
    refuse_together,
    repeated,
)
from domain.participants.enterprises import enterprise_stream, place_of_named
from domain.participants.organisations import Industries, Organisation, OrganisationKind, organisation_stream
from domain.programme.demands.register import OpenEntry, entered, seller_register, struck
from domain.programme.demands.solution_facts import (
    Sizes,
    Solution,
    SolutionCase,
    SolutionCaseNamed,
    SolutionCaseUnnamed,
    SolutionEvent,
    SolutionPublished,
    SolutionRevised,
    SolutionStatus,
    SolutionTie,
    SolutionTieFound,
    SolutionWithdrawn,
    evolve,
)
from domain.programme.demands.state import SELLERS, SolutionRef, named_indicators, solution_stream, unknown_indicators
from domain.standard.editions import PublishedEdition, edition_stream

SOLUTIONS_AT_MOST = 100
"""Of one seller at a time."""

NEXT_STEPS: Mapping[SolutionStatus, tuple[str, str]] = {
    SolutionStatus.PUBLISHED: ("请在已发布的方案上办理", "go on with the published solution"),
    SolutionStatus.WITHDRAWN: ("需要时请另行发布", "publish another where one is needed"),
}

# Rules

SOLUTION_STATUS = Rule(
    "SOLUTION_STATUS",
    "plan R2",
    "该解决方案的状态为“{status_name}”，此时不能办理这一步；{next_step}",
    "The solution is {status}; this step does not follow from there; {next_step_in_english}",
)
SOLUTIONS_TOO_MANY = Rule(
    "SOLUTIONS_TOO_MANY",
    "plan R2",
    "本单位已发布且未撤回的解决方案已有 {most} 项，不再发布；请先撤回一项",
    "Your organisation has {most} solutions that are not withdrawn; withdraw one first",
)
SOLUTION_EDITION_UNKNOWN = Rule(
    "SOLUTION_EDITION_UNKNOWN",
    "plan R2",
    "没有发布这一标准版本，请从已发布的版本中选取",
    "No such edition is published; take one of those that are",
)
SOLUTION_TIE_UNKNOWN = Rule(
    "SOLUTION_TIE_UNKNOWN",
    "plan R2",
    "没有登记这家服务商，请从服务商清单中选取",
    "There is no such provider; take one of those listed",
)
SOLUTION_TIE_KNOWN = Rule(
    "SOLUTION_TIE_KNOWN",
    "plan R2",
    "该解决方案与这家服务商的关联已有记载，无须重复认定",
    "The solution's tie to this provider is on record already; there is nothing to find again",
)
SOLUTION_UNCHANGED = Rule(
    "SOLUTION_UNCHANGED",
    "plan R2",
    "所填内容与现有方案一致，没有需要修订的内容",
    "This is what the solution states already; there is nothing to revise",
)
SOLUTION_CASE_UNKNOWN = Rule(
    "SOLUTION_CASE_UNKNOWN",
    "plan R2",
    "该解决方案没有第 {number} 个案例，请核对序号",
    "The solution has no case {number}; check the number",
)
SOLUTION_CASE_TAKEN = Rule(
    "SOLUTION_CASE_TAKEN",
    "plan R2",
    "该案例已有企业具名；如系误认，请联系方案发布方修订案例",
    "The case names a firm already; where that is a mistake, ask whoever published the solution to revise it",
)
SOLUTION_CASE_UNNAMED = Rule(
    "SOLUTION_CASE_UNNAMED",
    "plan R2",
    "该案例没有本企业的具名同意，无可撤回",
    "The firm is not named in this case; there is nothing to take back",
)

# Commands


class SolutionCommand(Command):
    """A command about one solution 解决方案命令."""

    solution: SolutionRef = Field(description="Solution · 解决方案标识")


class SolutionStatement(SolutionCommand):
    """All that a solution states 方案陈述."""

    roles: ClassVar = SELLERS

    title: Label = Field(description="What it is called · 方案名称")
    summary: Text = Field(description="What it does, in a few sentences · 方案简介")
    edition: EditionRef = Field(description="Edition of the standard whose indicators are named · 标准版本")
    indicators: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=40)] = Field(
        description="Indicators that it raises · 针对的指标"
    )
    industries: Industries = Field(default=(), description="Divisions of GB/T 4754 that it is for; none = any · 适用行业大类")
    sizes: Sizes = Field(default=(), description="Size classes that it is for; none = any · 适用规模")
    cases: Annotated[tuple[SolutionCase, ...], Field(max_length=20)] = Field(
        default=(), description="Cases in which it was used · 案例"
    )
    ties: Annotated[tuple[SolutionTie, ...], Field(max_length=20)] = Field(
        default=(), description="Providers of diagnoses that own it or are tied to it · 关联服务商"
    )


class PublishSolution(SolutionStatement):
    """Publish a solution: what it raises, for whom, its cases, its ties to providers · 发布解决方案.

    seller: the sender's organisation, which the server says.
    """

    seller: OrganisationRef


class ReviseSolution(SolutionStatement):
    """State an own solution anew, all of it; a case that reads otherwise names no firm any more · 修订解决方案."""


class WithdrawSolution(SolutionCommand):
    """Withdraw an own solution; offers that were made stand · 撤回解决方案."""

    roles: ClassVar = SELLERS

    reason: Text = Field(description="Why · 理由")


class FindSolutionTie(SolutionCommand):
    """Find that a solution is tied to a provider of diagnoses, whatever it stated itself · 认定方案关联."""

    roles: ClassVar = CITY

    provider: OrganisationRef = Field(description="Provider that is tied · 服务商标识")
    kind: TieKind = Field(description="What ties them · 关联类型")
    source: Text = Field(description="Document that it is known from, such as a contract or a registry's extract · 依据来源")


class SolutionCaseCommand(SolutionCommand):
    """A firm's word on a case of a solution 案例具名命令."""

    roles: ClassVar = CONFIRMERS

    enterprise: EnterpriseRef = Field(description="Enterprise · 企业标识")
    case: Annotated[int, Field(ge=1, le=20)] = Field(description="Number of the case in the solution, from 1 · 案例序号")


class AgreeToSolutionCase(SolutionCaseCommand):
    """Agree that the own firm is named as a case of a solution · 同意案例具名."""


class EndSolutionCaseConsent(SolutionCaseCommand):
    """Take back at once that the own firm is named as a case · 撤回案例具名."""


# Decide: what may happen


def decide(command: SolutionCommand, known: Solution | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, INDICATOR_UNKNOWN."""
    require_right(command, context.role)
    if isinstance(command, PublishSolution):
        if known is not None or command.seller != context.organisation:
            raise NOT_FOUND.refuse()
        stated = {**_stated(command, context), "role": context.role, "supplier": context.organisation}
        entry, register = OpenEntry(id=command.solution), seller_register(command.seller)
        entering = entered(register, entry, SOLUTIONS_AT_MOST, SOLUTIONS_TOO_MANY, context)
        return SolutionPublished.model_validate(stated), entering
    if known is None:
        raise NOT_FOUND.refuse()
    if context.role in SELLERS and (context.role, context.organisation) != (known.role, known.supplier):
        raise NOT_FOUND.refuse()
    if isinstance(command, EndSolutionCaseConsent):  # a consent ends whatever became of the solution
        if known.named.get(command.case) != command.enterprise:
            raise SOLUTION_CASE_UNNAMED.refuse(path="case")
        return (SolutionCaseUnnamed(case=command.case),)
    if known.status is not SolutionStatus.PUBLISHED:
        raise refuse_step(SOLUTION_STATUS, known.status, NEXT_STEPS)
    match command:
        case ReviseSolution():
            revised = SolutionRevised.model_validate(_stated(command, context))
            if all(getattr(known, name) == value for name, value in revised if name != "type"):
                raise SOLUTION_UNCHANGED.refuse(path="title")
            return (revised,)
        case WithdrawSolution(reason=reason):
            return SolutionWithdrawn(reason=reason), *struck(seller_register(known.supplier), command.solution, context)
        case FindSolutionTie(provider=provider, kind=kind, source=source):
            _require_providers([provider], "provider", context)
            if SolutionTie(provider=provider, kind=kind) in (*known.ties, *known.found):
                raise SOLUTION_TIE_KNOWN.refuse(path="provider")
            return (SolutionTieFound(provider=provider, kind=kind, source=source),)
        case AgreeToSolutionCase(case=case, enterprise=enterprise):
            if case > len(known.cases):
                raise SOLUTION_CASE_UNKNOWN.refuse(path="case", number=case, at_most=len(known.cases))
            if case in known.named:
                raise SOLUTION_CASE_TAKEN.refuse(path="case")
            return (SolutionCaseNamed(case=case, enterprise=enterprise),)
        case _:
            raise AssertionError(command)


def _stated(command: SolutionStatement, context: DecisionContext) -> dict[str, Any]:
    published = context.read.get(edition_stream(command.edition))
    if not isinstance(published, PublishedEdition):
        raise SOLUTION_EDITION_UNKNOWN.refuse(path="edition")
    problems = list(unknown_indicators(command.indicators, tuple(published.edition.by_id)))
    for name in ("industries", "sizes", "cases", "ties"):
        problems += repeated(name, getattr(command, name))
    refuse_together(problems)
    _require_providers([one.provider for one in command.ties], "ties", context)
    told = {name: getattr(command, name) for name in ("title", "summary", "edition", "industries", "sizes", "cases", "ties")}
    return {**told, "indicators": named_indicators(published.edition, command.indicators)}


def _require_providers(providers: list[str], where: str, context: DecisionContext) -> None:
    for place, one in enumerate(providers):
        found = context.read.get(organisation_stream(one))
        if not isinstance(found, Organisation) or found.kind is not OrganisationKind.PROVIDER:
            raise SOLUTION_TIE_UNKNOWN.refuse(path="provider" if where == "provider" else f"{where}.{place}.provider")


def _reads(command: SolutionCommand, known: Solution | None) -> tuple[Stream, ...]:
    match command:
        case SolutionStatement():
            own = (seller_register(command.seller),) if isinstance(command, PublishSolution) else ()
            return (edition_stream(command.edition), *(organisation_stream(one.provider) for one in command.ties), *own)
        case WithdrawSolution() if known is not None:
            return (seller_register(known.supplier),)
        case FindSolutionTie(provider=provider):
            return (organisation_stream(provider),)
        case SolutionCaseCommand(enterprise=enterprise):
            return (enterprise_stream(enterprise),)
        case _:
            return ()


def _place(command: SolutionCommand, _known: Solution | None, read: Mapping[str, Any]) -> Place | Unscoped:
    """Of a case the firm's own; whose a solution is the rules say."""
    if isinstance(command, SolutionCaseCommand):
        return place_of_named(command, None, read)
    return Unscoped.NOT_THERE_YET if isinstance(command, PublishSolution) else Unscoped.KNOWN_BY_RULES


SOLUTIONS = Capability(
    name="solution",
    commands=(
        PublishSolution,
        ReviseSolution,
        WithdrawSolution,
        FindSolutionTie,
        AgreeToSolutionCase,
        EndSolutionCaseConsent,
    ),
    events=tuple(SolutionEvent.__args__),
    stream=lambda command: solution_stream(command.solution),
    reads=_reads,
    place=_place,
    decide=decide,
    evolve=evolve,
)
