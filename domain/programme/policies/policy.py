"""Policy 政策: drafted by the city or a district, simulated over all firms, published, ended. plan I2, I3.

One stream a policy. What is published stays as it is; a change is a new draft, which is simulated and published anew.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Place
from domain.command_rights import GOVERNMENT, require_right
from domain.governance.computations import RecordComputation
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    Count,
    DecisionContext,
    Event,
    Facts,
    Identifier,
    IdOf,
    OrganisationRef,
    Refused,
    Rule,
    Stream,
    Text,
    refuse_together,
    stream_of,
)
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.programme.policies.conditions import DistrictTest, ParkTest, PolicyTest, undecidable
from domain.programme.policies.simulation import PolicyCount
from domain.programme.policies.terms import PolicyTerms
from domain.standard.editions import PublishedEdition, edition_stream
from domain.stated_dates import require_not_too_far_ahead, require_programme_date
from domain.stated_sources import StatedDocument, StatedMark, stated_source
from standards.described import DescribedEnum
from standards.edition.text import Source

PolicyRef = Annotated[Identifier, IdOf("policy")]

# Rules

POLICY_EXISTS = Rule(
    "POLICY_EXISTS",
    "plan I2",
    "该政策已存在，无须再次起草",
    "This policy exists already; it need not be drafted again",
)
POLICY_EDITION_UNKNOWN = Rule(
    "POLICY_EDITION_UNKNOWN",
    "plan I3",
    "所引标准尚未发布，请填已发布的标准版本",
    "The standard that is named is not published; name one that is",
)
POLICY_DISTRICT_UNKNOWN = Rule(
    "POLICY_DISTRICT_UNKNOWN",
    "plan I2",
    "没有所填的区，请填已登记的区",
    "There is no such district; name one that is registered",
)
POLICY_PARK_UNKNOWN = Rule(
    "POLICY_PARK_UNKNOWN",
    "plan I3",
    "没有所填的园区，请填已登记的园区",
    "There is no such park; name one that is registered",
)
POLICY_DAYS_REVERSED = Rule(
    "POLICY_DAYS_REVERSED",
    "plan I2",
    "截止日 {until} 早于起始日 {since}，请更正",
    "The last day {until} lies before the first, {since}; correct one of them",
)
POLICY_STATUS = Rule(
    "POLICY_STATUS",
    "plan I2",
    "该政策没有待办理的草案或已终止，此时不能办理这一步；请先修订出新的草案，已终止的请另行起草",
    "This policy has no draft to act on, or is ended; revise it to get one, or draft another where it is ended",
)
POLICY_NOT_SIMULATED = Rule(
    "POLICY_NOT_SIMULATED",
    "plan I2",
    "草案尚未就全部企业测算，测算完成后方可发布",
    "The draft has not been simulated over all firms yet; it is published once that is done",
)

# Commands


class PolicyCommand(Command):
    """A command about one policy 政策命令."""

    roles: ClassVar = GOVERNMENT

    policy: PolicyRef = Field(description="Policy, by its id · 政策标识")


class DraftCommand(PolicyCommand):
    """A draft as it is stated 政策草案命令."""

    terms: PolicyTerms = Field(description="What it says · 政策内容")
    source: StatedDocument
    mark: StatedMark


class DraftPolicy(DraftCommand):
    """Draft a policy of the city or of a district, which the program simulates over all firms · 起草政策."""

    district: OrganisationRef | None = Field(
        default=None, description="District whose policy it is; none = the city's, or that of the district which drafts it · 区"
    )


class RevisePolicy(DraftCommand):
    """State a policy's draft anew; what is published stays until the draft is published in its place · 修订政策草案."""


class RecordPolicySimulation(RecordComputation, PolicyCommand):
    """Record how all firms stand to a draft · 记录政策测算.

    number: of the draft.
    """

    number: Annotated[int, Field(ge=1, le=10_000)]
    districts: Annotated[tuple[PolicyCount, ...], Field(max_length=100)]
    fen: Count
    most_fen: Count


class PublishPolicy(PolicyCommand):
    """Publish a draft that has been simulated; from its first day on firms are held against it · 发布政策."""


class EndPolicy(PolicyCommand):
    """End a policy that was published; nobody is held against it any more · 终止政策."""

    reason: Text = Field(description="Why · 理由")


AnyPolicyCommand = DraftPolicy | RevisePolicy | RecordPolicySimulation | PublishPolicy | EndPolicy

# Events


class PolicyDrafted(Event):
    """A draft of a policy was stated 政策草案已提出. number: of the policy's drafts, from 1. district: None = the city's."""

    type: Literal["policy.drafted.v2"] = "policy.drafted.v2"
    says: ClassVar = "提出了政策“{terms.title}”的第 {number} 稿（{source.document}，标记 {source.mark}）"
    says_in_english: ClassVar = (
        "stated draft {number} of the policy “{terms.title}” ({source.document}, mark {source.mark})"
    )
    number: int
    district: str | None
    terms: PolicyTerms
    source: Source


class PolicySimulated(Event):
    """A draft was simulated over all firms 政策草案已测算. day: on which firms were held against it."""

    type: Literal["policy.simulated.v1"] = "policy.simulated.v1"
    says: ClassVar = "按方法 {method} 就 {districts:count} 个区的企业测算了第 {number} 稿，所需 {fen:yuan}"
    says_in_english: ClassVar = (
        "simulated draft {number} over the firms of {districts:count} of the districts by method {method}; needed: "
        "{fen:yuan}"
    )
    number: int
    method: str
    day: date
    position: int
    input_digest: str
    districts: tuple[PolicyCount, ...]
    fen: int
    most_fen: int


class PolicyPublished(Event):
    """A draft was published 政策已发布."""

    type: Literal["policy.published.v1"] = "policy.published.v1"
    says: ClassVar = "发布了政策第 {number} 稿"
    says_in_english: ClassVar = "published draft {number} of the policy"
    number: int


class PolicyEnded(Event):
    """A policy was ended 政策已终止."""

    type: Literal["policy.ended.v1"] = "policy.ended.v1"
    says: ClassVar = "终止了政策：{reason}"
    says_in_english: ClassVar = "ended the policy: {reason}"
    reason: str


PolicyEvent = PolicyDrafted | PolicySimulated | PolicyPublished | PolicyEnded

# State


class PolicyStatus(DescribedEnum):
    """How far a policy has come · 政策状态."""

    DRAFTED = "drafted", "Drafted; not published yet · 起草中"
    PUBLISHED = "published", "Published · 已发布"
    ENDED = "ended", "Ended · 已终止"


class Policy(BaseModel):
    """A policy as it stands 政策. draft: the latest, None once it is published. in_force: what is published."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    version: int = 1
    status: PolicyStatus = PolicyStatus.DRAFTED
    district: str | None = None
    number: int = 1
    draft: PolicyDrafted | None = None
    simulation: PolicySimulated | None = None
    in_force: PolicyDrafted | None = None
    reason: str | None = None


# Decide: what may happen


def decide(command: AnyPolicyCommand, policy: Policy | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, or those of conditions and stated dates."""
    require_right(command, context.role)
    if isinstance(command, DraftPolicy):
        if policy is not None:
            raise POLICY_EXISTS.refuse(path="policy")
        if command.district is not None and not _is_of_kind(command.district, OrganisationKind.DISTRICT, context):
            raise POLICY_DISTRICT_UNKNOWN.refuse(path="district")
        return (_drafted(command, command.district, 1, context),)
    if policy is None:
        raise NOT_FOUND.refuse()
    match command:
        case RecordPolicySimulation():
            if policy.draft is None or policy.number != command.number or policy.simulation is not None:
                return ()
            told = command.model_dump(exclude={"policy", "districts"})
            return (PolicySimulated(**told, day=policy.draft.terms.day_of_simulation(context.day), districts=command.districts),)
        case _ if policy.status is PolicyStatus.ENDED:
            raise POLICY_STATUS.refuse()
        case RevisePolicy():
            stated = _drafted(command, policy.district, policy.number + 1, context)
            last = policy.draft or policy.in_force
            if last is not None and (last.terms, last.source) == (stated.terms, stated.source):
                return ()
            return (stated,)
        case PublishPolicy():
            if policy.draft is None:
                raise POLICY_STATUS.refuse()
            if policy.simulation is None:
                raise POLICY_NOT_SIMULATED.refuse()
            return (PolicyPublished(number=policy.number),)
        case EndPolicy(reason=reason):
            if policy.in_force is None:
                raise POLICY_STATUS.refuse()
            return (PolicyEnded(reason=reason),)
        case never:
            assert_never(never)


def _drafted(command: DraftPolicy | RevisePolicy, district: str | None, number: int, context: DecisionContext) -> PolicyDrafted:
    terms = command.terms
    require_programme_date("since", terms.since, context, within="terms.")
    require_not_too_far_ahead("until", terms.until, context, within="terms.")
    refuse_together(_unfit(terms, context))
    return PolicyDrafted(number=number, district=district, terms=terms, source=stated_source(command))


def _unfit(terms: PolicyTerms, context: DecisionContext) -> list[Refused]:
    found = []
    if terms.until is not None and terms.until < terms.since:
        found.append(POLICY_DAYS_REVERSED.refuse(path="terms.until", since=terms.since, until=terms.until))
    published: PublishedEdition | None = context.read.get(edition_stream(terms.edition))
    if published is None:
        found.append(POLICY_EDITION_UNKNOWN.refuse(path="terms.edition"))
        return found
    for one in undecidable(terms.clauses, [dimension.id for dimension in published.edition.dimensions]):
        one.facts["path"] = f"terms.{one.facts['path']}"
        found.append(one)
    for path, unit, kind in _units(terms):
        if not _is_of_kind(unit, kind, context):
            rule = POLICY_DISTRICT_UNKNOWN if kind is OrganisationKind.DISTRICT else POLICY_PARK_UNKNOWN
            found.append(rule.refuse(path=path))
    return found


KIND_NAMED: Mapping[type[PolicyTest], OrganisationKind] = {
    DistrictTest: OrganisationKind.DISTRICT,
    ParkTest: OrganisationKind.PARK,
}
"""Test that names units -> of which kind they are 条件所引单位类别."""


def _units(terms: PolicyTerms) -> list[tuple[str, str, OrganisationKind]]:
    """Districts and parks that its tests name, each with its path."""
    return [
        (f"terms.clauses.{at}.any_of.{place}.one_of.{number}", one, KIND_NAMED[type(test)])
        for at, clause in enumerate(terms.clauses)
        for place, test in enumerate(clause.any_of)
        if isinstance(test, DistrictTest | ParkTest)
        for number, one in enumerate(test.one_of)
    ]


def _is_of_kind(identity: str, kind: OrganisationKind, context: DecisionContext) -> bool:
    found: Organisation | None = context.read.get(organisation_stream(identity))
    return found is not None and found.kind is kind


# Evolve: what has happened


def evolve(policy: Policy | None, event: PolicyEvent) -> Policy:
    """The policy after one more fact."""
    if policy is None:
        assert isinstance(event, PolicyDrafted)  # noqa: S101 - a history starts with PolicyDrafted
        return Policy(district=event.district, draft=event)
    changed: dict[str, object] = {"version": policy.version + 1}
    match event:
        case PolicyDrafted(number=number):
            changed |= {"number": number, "draft": event, "simulation": None}
        case PolicySimulated():
            changed |= {"simulation": event}
        case PolicyPublished():
            changed |= {"status": PolicyStatus.PUBLISHED, "in_force": policy.draft, "draft": None}
        case PolicyEnded(reason=reason):
            changed |= {"status": PolicyStatus.ENDED, "reason": reason}
        case never:
            assert_never(never)
    return policy.model_copy(update=changed)


# What the decider reads, and where its subject lies


def policy_stream(policy: str) -> Stream:
    """Stream of one policy."""
    return stream_of("policy", policy)


def _reads(command: AnyPolicyCommand, _policy: Policy | None) -> tuple[Stream, ...]:
    if not isinstance(command, DraftPolicy | RevisePolicy):
        return ()
    named = [one for _, one, _ in _units(command.terms)]
    if isinstance(command, DraftPolicy) and command.district is not None:
        named.append(command.district)
    return (edition_stream(command.terms.edition), *dict.fromkeys(map(organisation_stream, named)))


def _place(command: AnyPolicyCommand, policy: Policy | None, _read: Mapping[str, Any]) -> Place:
    if isinstance(command, DraftPolicy):
        return Place(district=command.district)
    return Place(district=policy.district) if policy is not None else Place()


POLICIES = Capability(
    name="policy",
    commands=tuple(AnyPolicyCommand.__args__),
    events=tuple(PolicyEvent.__args__),
    stream=lambda command: policy_stream(command.policy),
    reads=_reads,
    place=_place,
    decide=decide,
    evolve=evolve,
)
