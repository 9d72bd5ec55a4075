"""Consent to a chain leader 链主授权: a firm lets a chain leader count its weak indicators, never by itself. plan R1, R2, R4.

A chain leader is a group, or a firm that is designated one. What it is shown are indicators of as many consenting firms as the rule
of published aggregates says, or more. A firm that also wants to be known to it as its supplier says so, and stays unnamed else.
The consent has a last day, and ends at once when it is taken back.
"""

from datetime import date, timedelta
from typing import ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Term
from domain.command_rights import CONFIRMERS, require_right
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    EnterpriseRef,
    Event,
    Facts,
    Rule,
    Stream,
    UnitRef,
    stream_of,
)
from domain.participants.enterprises import enterprise_stream, place_of_named
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.programme.demands.state import DEMAND_READERS
from domain.programme.designations import Designations, designation_stream
from domain.programme.policies.conditions import Designation
from domain.stated_dates import require_not_too_far_ahead

# Rules

CHAIN_LEADER_UNKNOWN = Rule(
    "CHAIN_LEADER_UNKNOWN",
    "plan R2",
    "该单位不是已登记的企业集团，也不是今日在册的工赋链主，请核对标识",
    "It is neither a registered group nor a firm designated a chain leader today; check its id",
)
CHAIN_LEADER_SELF = Rule(
    "CHAIN_LEADER_SELF",
    "plan R2",
    "链主无须向自己授权，请填其他单位",
    "A chain leader needs no consent of its own; name another",
)
GAP_CONSENT_PAST = Rule(
    "GAP_CONSENT_PAST",
    "plan R2",
    "授权期应于今日或以后结束，{until} 已过",
    "The consent ends today or later; {until} is over",
)
GAP_CONSENT_SO = Rule(
    "GAP_CONSENT_SO",
    "plan R2",
    "对该链主的授权已如所填，截止日为 {until}，无须再次授权",
    "The consent to this chain leader is already so, until {until}; there is nothing to give again",
)
GAP_CONSENT_NONE = Rule(
    "GAP_CONSENT_NONE",
    "plan R2",
    "对该链主没有今日有效的授权，无可撤回",
    "No consent to this chain leader holds today; there is nothing to end",
)

SUPPLIER_NAMING_SO = Rule(
    "SUPPLIER_NAMING_SO",
    "plan R1",
    "是否向该链主显示企业名称已如所填，无须再次设定",
    "Whether this chain leader is shown the firm's name is already so; there is nothing to set again",
)

# Commands


class GapConsentCommand(Command):
    """A firm's word to one chain leader 链主授权命令."""

    roles: ClassVar = CONFIRMERS

    enterprise: EnterpriseRef = Field(description="Enterprise · 企业标识")
    leader: UnitRef = Field(description="Group, or firm designated a chain leader · 链主单位")


class ConsentToChainLeader(GapConsentCommand):
    """Let a chain leader count the own weak indicators among those of other firms, until a day · 授权链主."""

    until: date = Field(description="Last day, itself included · 截止日")


class EndChainLeaderConsent(GapConsentCommand):
    """Take the consent to a chain leader back, at once · 撤回链主授权."""


class SetSupplierNaming(GapConsentCommand):
    """Be shown to a chain leader by name, as its supplier, or no longer, while the consent to it holds · 设定链上具名."""

    named: bool = Field(description="Whether the chain leader is shown the firm's name · 是否具名")


AnyGapConsentCommand = ConsentToChainLeader | EndChainLeaderConsent | SetSupplierNaming

# Events


class GapConsentFact(Event):
    """A fact of a consent to chain leaders 链主授权事实."""

    told_to: ClassVar = DEMAND_READERS


class ChainLeaderConsented(GapConsentFact):
    """A chain leader may count the firm's weak indicators 已授权链主."""

    type: Literal["gapconsent.given.v1"] = "gapconsent.given.v1"
    says: ClassVar = "授权一家链主汇总查看薄弱指标，自 {since} 至 {until}"
    says_in_english: ClassVar = "allowed a chain leader to see weak indicators in sum from {since} to {until}"
    leader: str
    since: date
    until: date


class ChainLeaderConsentEnded(GapConsentFact):
    """The consent was taken back 链主授权已撤回; `last` is the last day it held."""

    type: Literal["gapconsent.ended.v1"] = "gapconsent.ended.v1"
    says: ClassVar = "撤回了对一家链主的授权"
    says_in_english: ClassVar = "took back what a chain leader was allowed"
    leader: str
    last: date


class SupplierNamingSet(GapConsentFact):
    """Whether the chain leader is shown the firm's name 链上具名已设定; a consent that is given anew begins without."""

    type: Literal["gapconsent.naming_set.v1"] = "gapconsent.naming_set.v1"
    says: ClassVar = "设定了是否向一家链主显示企业名称"
    says_in_english: ClassVar = "set whether a chain leader is shown the firm's name"
    leader: str
    named: bool


GapConsentEvent = ChainLeaderConsented | ChainLeaderConsentEnded | SupplierNamingSet

# State


class GapConsents(BaseModel):
    """Consents of one firm to chain leaders 链主授权: leader -> period. named: leaders that are shown its name."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    terms: dict[str, Term] = {}
    named: frozenset[str] = frozenset()


# Decide and evolve


def decide(command: AnyGapConsentCommand, known: GapConsents | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, those of stated dates."""
    require_right(command, context.role)
    if context.read.get(enterprise_stream(command.enterprise)) is None:
        raise NOT_FOUND.refuse()
    term = known.terms.get(command.leader) if known is not None else None
    match command:
        case ConsentToChainLeader(leader=leader, until=until):
            if leader == command.enterprise:
                raise CHAIN_LEADER_SELF.refuse(path="leader")
            if not is_chain_leader(leader, context):
                raise CHAIN_LEADER_UNKNOWN.refuse(path="leader")
            if until < context.day:
                raise GAP_CONSENT_PAST.refuse(path="until", until=until, earliest=context.day)
            require_not_too_far_ahead("until", until, context)
            holds = term is not None and term.holds_on(context.day)
            if term is not None and holds and term.until == until:
                raise GAP_CONSENT_SO.refuse(path="until", until=until)
            since = term.since if term is not None and holds else context.day
            return (ChainLeaderConsented(leader=leader, since=since, until=until),)
        case EndChainLeaderConsent(leader=leader):
            if term is None or not term.holds_on(context.day):
                raise GAP_CONSENT_NONE.refuse(path="leader")
            return (ChainLeaderConsentEnded(leader=leader, last=context.day - timedelta(days=1)),)
        case SetSupplierNaming(leader=leader, named=named):
            if known is None or term is None or not term.holds_on(context.day):
                raise GAP_CONSENT_NONE.refuse(path="leader")
            if named == (leader in known.named):
                raise SUPPLIER_NAMING_SO.refuse(path="named")
            return (SupplierNamingSet(leader=leader, named=named),)
        case never:
            assert_never(never)


def is_chain_leader(leader: str, context: DecisionContext) -> bool:
    """Whether a unit is a group that takes part, or a firm that is designated a chain leader today 是否链主."""
    group = context.read.get(organisation_stream(leader))
    if isinstance(group, Organisation):
        return group.kind is OrganisationKind.GROUP and not group.is_retired_on(context.day)
    held: Designations | None = context.read.get(designation_stream(leader))
    return held is not None and held.holds(Designation.CHAIN_LEADER, context.day)


def evolve(known: GapConsents | None, event: GapConsentEvent) -> GapConsents:
    """The consents after one more fact."""
    before = known or GapConsents()
    terms, named = before.terms, before.named
    match event:
        case ChainLeaderConsented(leader=leader, since=since, until=until):
            prolonged = leader in terms and terms[leader].since == since
            kept = named if prolonged else named - {leader}
            return GapConsents(terms={**terms, leader: Term(leader, since, until)}, named=kept)
        case ChainLeaderConsentEnded(leader=leader, last=last):
            return GapConsents(terms={**terms, leader: Term(leader, terms[leader].since, last)}, named=named - {leader})
        case SupplierNamingSet(leader=leader, named=is_named):
            return GapConsents(terms=terms, named=named | {leader} if is_named else named - {leader})
        case never:
            assert_never(never)


def gap_consent_stream(enterprise: str) -> Stream:
    """Stream of one firm's consents to chain leaders."""
    return stream_of("gapconsent", enterprise)


def _reads(command: AnyGapConsentCommand, _known: GapConsents | None) -> tuple[Stream, ...]:
    leader = (organisation_stream(command.leader), designation_stream(command.leader))
    return (enterprise_stream(command.enterprise), *leader)


GAP_CONSENTS = Capability(
    name="gapconsent",
    key_names=("enterprise",),
    commands=tuple(AnyGapConsentCommand.__args__),
    events=tuple(GapConsentEvent.__args__),
    stream=lambda command: gap_consent_stream(command.enterprise),
    reads=_reads,
    place=place_of_named,
    decide=decide,
    evolve=evolve,
)
