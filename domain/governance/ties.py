"""Ties of providers 服务商关联: who is bound to whom by ownership, supply or the platform, and whom a provider may not diagnose.

Declared by the provider, by the firm, or by the administration, each with its source and dates; only the city says that one is
over. What bars an assignment is worked out here; it is asked in `domain/diagnosis/provider.py`. plan V3.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, Literal, assert_never

from pydantic import Field

from domain.access import Place, Role
from domain.command_rights import CITY, GOVERNMENT, MANAGER, OWNER, require_right
from domain.governance.dated_rules import rule_in_force, rule_stream
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.matching import MatchingRule
from domain.instants import months_after
from domain.kernel import (
    KEEPERS,
    Capability,
    Cause,
    Command,
    DecisionContext,
    Event,
    Facts,
    OrganisationRef,
    Part,
    Rule,
    Stream,
    Text,
    UnitRef,
    stream_of,
)
from domain.participants.enterprises import Firm, enterprise_stream, place_of
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.stated_dates import require_programme_date
from standards.described import DescribedEnum

TIE_READERS = frozenset({Role.CITY, Role.DISTRICT, Role.PROVIDER, Role.ENTERPRISE, Role.AUDITOR})
"""Who may know of a tie 关联知情角色: its two sides, the district of the firm, the city, the auditor, each within its scope."""

# Rules

TIE_PROVIDER_UNKNOWN = Rule(
    "TIE_PROVIDER_UNKNOWN",
    "plan V3",
    "没有登记这家服务商，请从服务商清单中选取",
    "There is no such provider; take one of those listed",
)
TIE_PARTY_UNKNOWN = Rule(
    "TIE_PARTY_UNKNOWN",
    "plan V3",
    "没有登记这家企业或集团，请从名单中选取；对方尚未登记的，无须申明",
    "There is no such firm or group on record; take one that is; who is not on record needs no declaration",
)
TIE_PARTY_MISPLACED = Rule(
    "TIE_PARTY_MISPLACED",
    "plan V3",
    "与平台运维方的关联对所有企业成立，不填对方；其他关联须填明对方企业或集团",
    "A tie with the operator of the platform holds for every firm and names none; any other names the firm or group",
)
TIE_DECLARED_ALREADY = Rule(
    "TIE_DECLARED_ALREADY",
    "plan V3",
    "该关联自 {since} 起已有记载且未终止，无须重复申明",
    "The tie is on record from {since} on and has not ended; there is nothing to declare again",
)
TIE_UNKNOWN = Rule(
    "TIE_UNKNOWN",
    "plan V3",
    "没有这项未终止的关联，请从关联清单中选取",
    "There is no such tie that goes on; take one of those listed",
)
TIE_DAYS_REVERSED = Rule(
    "TIE_DAYS_REVERSED",
    "plan V3",
    "关联的最后一日 {given} 早于第一日 {earliest}，请核对",
    "The last day {given} of the tie lies before its first, {earliest}; check both",
)
TIE_LAST_AHEAD = Rule(
    "TIE_LAST_AHEAD",
    "plan V3",
    "关联的最后一日 {given} 尚未到来，最晚为今日 {latest}；到期后再登记终止",
    "The last day {given} of the tie has not come, today, {latest}, is the latest; say that it ended once it has",
)
PROVIDER_IN_CONFLICT = Rule(
    "PROVIDER_IN_CONFLICT",
    "plan V3",
    "该服务商与该企业有利益关联：{ties}；请另选服务商，确有必要的，由市级或区级部门写明例外理由",
    "The provider is tied to the enterprise: {ties_in_english}; choose another, or have the city or the district state a reasoned "
    "exception",
)


class TieKind(DescribedEnum):
    """What ties a provider to a firm · 关联类型."""

    OWNERSHIP = "ownership", "Ownership: one holds the other, or one owner holds both · 股权关联"
    VENDOR = "vendor", "Supply: the provider sold goods or services to the firm · 供货关联"
    OPERATOR = "operator", "Operation: the provider runs the platform, or belongs to who does · 平台运维关联"
    OTHER = "other", "Another tie, as declared in an application · 其他申明关联"


# Commands


class TieCommand(Command):
    """A command about one tie of a provider 关联命令."""

    provider: OrganisationRef = Field(description="Provider that is tied · 服务商标识")
    kind: TieKind = Field(description="What ties them · 关联类型")
    party: UnitRef | None = Field(default=None, description="Firm or group at the other end; none of the operator · 对方单位")
    source: Text = Field(description="Document that it is known from, such as a contract or a registry's extract · 依据来源")


class DeclareTie(TieCommand):
    """Declare a tie between a provider and a firm or group, which keeps the provider from diagnosing it · 申明关联."""

    roles: ClassVar = GOVERNMENT | MANAGER | OWNER

    since: date = Field(description="First day of the tie; if earlier than the programme, the programme's first day · 起始日")
    last: date | None = Field(default=None, description="Last day, of a supply its last delivery; none = it goes on · 最后一日")


class EndTie(TieCommand):
    """Find that a tie is over; a supply goes on to bar for as long as the rule says · 终止关联."""

    roles: ClassVar = CITY

    last: date = Field(description="Last day of the tie · 最后一日")


AnyTieCommand = DeclareTie | EndTie

# Events

TOLD = KEEPERS | {Role.PROVIDER}


class TieDeclared(Event):
    """A tie was declared 关联已申明. by: the role that did; cause: the application that it stands in, else None."""

    type: Literal["tie.declared.v1"] = "tie.declared.v1"
    told_to: ClassVar = TOLD
    says: ClassVar = "申明了{kind:term}，自 {since} 起{last:?至 @}；依据：{source}"
    says_in_english: ClassVar = "declared a tie ({kind:term}) from {since}{last:? to @}; source: {source}"
    kind: TieKind
    party: str | None
    since: date
    last: date | None
    source: str
    by: Role
    cause: Cause | None


class TieEnded(Event):
    """A tie was found to be over 关联已终止. tie: version of the stream, at which it was declared."""

    type: Literal["tie.ended.v1"] = "tie.ended.v1"
    told_to: ClassVar = TOLD
    says: ClassVar = "确认{kind:term}已于 {last} 终止；依据：{source}"
    says_in_english: ClassVar = "found that a tie ({kind:term}) ended on {last}; source: {source}"
    tie: int
    kind: TieKind
    party: str | None
    last: date
    source: str


TieEvent = TieDeclared | TieEnded

# State


class Tie(Part):
    """One tie 关联. party: firm or group; None = every firm. version: of the stream, at which it was declared."""

    kind: TieKind
    party: str | None
    since: date
    last: date | None
    version: int

    def bars_on(self, day: date, vendor_months: int) -> bool:
        """Whether it keeps the provider from its party on a day 是否回避: a supply for as many months after as the rule says."""
        if day < self.since:
            return False
        if self.last is None:
            return True
        return day <= (months_after(self.last, vendor_months) if self.kind is TieKind.VENDOR else self.last)


class Ties(Part):
    """Every tie of one provider 服务商关联, those that are over included."""

    version: int = 0
    ties: tuple[Tie, ...] = ()

    def going_on(self, kind: TieKind, party: str | None) -> Tie | None:
        """The tie of a kind with a party that has no last day."""
        return next((one for one in self.ties if (one.kind, one.party, one.last) == (kind, party, None)), None)

    def barring(self, parties: frozenset[str], day: date, vendor_months: int) -> tuple[Tie, ...]:
        """The ties that keep the provider from a firm on a day. parties: the firm and its group."""
        return tuple(
            one for one in self.ties if (one.party is None or one.party in parties) and one.bars_on(day, vendor_months)
        )


# Decide: what may happen


def decide(command: AnyTieCommand, ties: Ties | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    known = ties if ties is not None else Ties()
    match command:
        case DeclareTie():
            return _declare(command, known, context)
        case EndTie(kind=kind, party=party, last=last, source=source):
            open_tie = known.going_on(kind, party)
            if open_tie is None:
                raise TIE_UNKNOWN.refuse(path="kind")
            if last < open_tie.since:
                raise TIE_DAYS_REVERSED.refuse(path="last", given=last, earliest=open_tie.since)
            if last > context.day:
                raise TIE_LAST_AHEAD.refuse(path="last", given=last, latest=context.day)
            return (TieEnded(tie=open_tie.version, kind=kind, party=party, last=last, source=source),)
        case never:
            assert_never(never)


def _declare(command: DeclareTie, known: Ties, context: DecisionContext) -> Facts:
    provider = context.read.get(organisation_stream(command.provider))
    if not isinstance(provider, Organisation) or provider.kind is not OrganisationKind.PROVIDER:
        raise TIE_PROVIDER_UNKNOWN.refuse(path="provider")
    if (command.party is None) != (command.kind is TieKind.OPERATOR):
        raise TIE_PARTY_MISPLACED.refuse(path="party")
    if command.party is not None and _party(command.party, context.read) is None:
        raise TIE_PARTY_UNKNOWN.refuse(path="party")
    require_programme_date("since", command.since, context)
    for name in ("since", "last"):
        if (given := getattr(command, name)) is not None and given > context.day:
            raise TIE_LAST_AHEAD.refuse(path=name, given=given, latest=context.day)
    if command.last is not None and command.last < command.since:
        raise TIE_DAYS_REVERSED.refuse(path="last", given=command.last, earliest=command.since)
    before = known.going_on(command.kind, command.party)
    if before is not None:
        raise TIE_DECLARED_ALREADY.refuse(since=before.since)
    return (TieDeclared(**command.model_dump(exclude={"provider"}), by=Role(context.role), cause=None),)


def _party(party: str, read: Mapping[str, Any]) -> object:
    """The firm or group at the other end; None where there is none."""
    group = read.get(organisation_stream(party))
    if isinstance(group, Organisation) and group.kind is OrganisationKind.GROUP:
        return group
    return read.get(enterprise_stream(party))


def bars(provider: str, enterprise: str, firm: Firm | None, context: DecisionContext) -> tuple[Tie, ...]:
    """What keeps a provider from diagnosing a firm today 回避事由; its ties and the rule were read."""
    ties: Ties | None = context.read.get(tie_stream(provider))
    if ties is None:
        return ()
    months = rule_in_force(context.read.get(MATCHING_RULE), MatchingRule, context.day).vendor_months
    parties = frozenset({enterprise} | ({firm.group} if firm is not None and firm.group is not None else set()))
    return ties.barring(parties, context.day, months)


def require_untied(barring: tuple[Tie, ...]) -> None:
    """Refuse a provider that is tied to the firm 利益回避.

    Raises:
        Refused: PROVIDER_IN_CONFLICT (plan V3).
    """
    if not barring:
        return
    chinese, english = [], []
    for one in barring:
        said, named = one.kind.description.split(" · ")
        chinese.append(f"{named}（自 {one.since} 起{f'至 {one.last}' if one.last is not None else ''}）")
        english.append(f"{said.partition(':')[0].lower()} from {one.since} {f'to {one.last}' if one.last is not None else 'on'}")
    raise PROVIDER_IN_CONFLICT.refuse(path="provider", ties="、".join(chinese), ties_in_english=", ".join(english))


# Evolve: what has happened


def evolve(ties: Ties | None, event: TieEvent) -> Ties:
    """The ties after one more fact."""
    known = ties if ties is not None else Ties()
    version = known.version + 1
    match event:
        case TieDeclared(kind=kind, party=party, since=since, last=last):
            declared = Tie(kind=kind, party=party, since=since, last=last, version=version)
            return Ties(version=version, ties=(*known.ties, declared))
        case TieEnded(tie=tie, last=last):
            kept = tuple(one.model_copy(update={"last": last}) if one.version == tie else one for one in known.ties)
            return Ties(version=version, ties=kept)
        case never:
            assert_never(never)


# What the decider reads, and where its subject lies

MATCHING_RULE = rule_stream(RuleKind.MATCHING)
"""Stream of the rule that says how long a supply bars."""


def tie_stream(provider: str) -> Stream:
    """Stream of the ties of one provider."""
    return stream_of("tie", provider)


def _reads(command: AnyTieCommand, _ties: Ties | None) -> tuple[Stream, ...]:
    party = (organisation_stream(command.party), enterprise_stream(command.party)) if command.party is not None else ()
    return (organisation_stream(command.provider), *party)


def _place(command: AnyTieCommand, _ties: Ties | None, read: Mapping[str, Any]) -> Place:
    firm: Firm | None = read.get(enterprise_stream(command.party)) if command.party is not None else None
    if command.party is None or firm is None:
        return Place(provider=command.provider)
    return place_of(command.party, firm, command.provider)


TIES = Capability(
    name="tie",
    key_names=("provider",),
    commands=tuple(AnyTieCommand.__args__),
    events=tuple(TieEvent.__args__),
    stream=lambda command: tie_stream(command.provider),
    reads=_reads,
    place=_place,
    decide=decide,
    evolve=evolve,
)
