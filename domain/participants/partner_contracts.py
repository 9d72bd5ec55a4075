"""Partner contracts 合作方约定: events that carry their object, for a purpose and until a day. plan P8.

Events are thin (decision 0071): whoever wants to know more asks, with its key. A contract has the object told with the event, as
the same key would read it at that moment, and never more of it. It holds from when it is granted through its last day, and while
it does there is no other with its partner: so whoever ends it has ended all.
"""

from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import Field

from domain.access import Role
from domain.command_rights import require_right
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    Identifier,
    IdOf,
    Label,
    OnStream,
    Part,
    Read,
    Rule,
    Stream,
    Text,
    Unscoped,
    stream_of,
)
from domain.reservations import ContractReservationTaken, Reservation, contract_with
from domain.stated_dates import require_not_too_far_ahead
from standards.described import DescribedEnum

CITY_ALONE = frozenset({Role.CITY})
CONTRACT_READERS = frozenset({Role.CITY, Role.AUDITOR, Role.PARTNER})
"""Who is told what was agreed with which partner 约定知情角色: each partner of its own, the city and the auditor of all."""


HELD_AT_MOST = 100
"""So many contracts in force the server names with a grant: any of them is one too many."""


class FullEventKind(DescribedEnum):
    """Kind of public events that may carry their object by contract · 可全量告知的事件类别."""

    DIAGNOSIS = "diagnosis", "Events of diagnoses · 诊断事件"
    ENTERPRISE = "enterprise", "Events of enterprises · 企业事件"
    DIRECTORY = "directory", "Moves of the directory · 名录事件"


# Rules

CONTRACT_EXISTS = Rule(
    "CONTRACT_EXISTS", "plan P8", "该标识的约定已存在，请另取标识", "A contract of this id exists already; take another id"
)
CONTRACT_PARTNER_UNKNOWN = Rule(
    "CONTRACT_PARTNER_UNKNOWN",
    "plan P8",
    "没有名为“{partner}”且持有有效密钥的合作方，请核对名称，或先由运维签发密钥",
    "No partner named “{partner}” has a key in force; check the name, or have the operator issue a key first",
)
CONTRACT_OVER = Rule(
    "CONTRACT_OVER",
    "plan P8",
    "约定应于今日或以后到期，{until} 已过",
    "A contract ends today or later; {until} is over",
)
PARTNER_CONTRACT_HELD = Rule(
    "PARTNER_CONTRACT_HELD",
    "plan P8",
    "与“{partner}”的约定（用途：{agreed_for}）至 {last} 止仍有效，其间不另行约定；要改类别、用途或期限，请先终止原约定",
    "The contract with “{partner}” (for: {agreed_for}) holds until {last}, and there is no other meanwhile; to change kinds, "
    "purpose or last day, end the former one first",
)
CONTRACT_ENDED = Rule(
    "CONTRACT_ENDED", "plan P8", "该约定已{over}，无须再次终止", "The contract {over_in_english}; nothing is left to end"
)

# Commands

ContractRef = Annotated[Identifier, IdOf("partnercontract")]


class GrantPartnerContract(Command):
    """Let a partner's events of some kinds carry their object, through a last day · 约定全量告知.

    is_known: whether a partner of that name has a key in force, which the server says.
    """

    roles: ClassVar = CITY_ALONE

    contract: ContractRef = Field(description="Id of the contract · 约定标识")
    partner: Label = Field(description="Name of the partner, as its keys have it · 合作方")
    purpose: Label = Field(description="What the partner may use the objects for · 用途")
    kinds: Annotated[tuple[FullEventKind, ...], Field(min_length=1, max_length=len(FullEventKind))] = Field(
        description="Kinds of events that carry their object · 事件类别"
    )
    until: date = Field(description="Last day, itself included · 截止日")
    is_known: bool = False
    held: Annotated[tuple[Identifier, ...], Field(max_length=HELD_AT_MOST)] = ()  # so those of before reservations are found


class EndPartnerContract(Command):
    """Let a partner's events carry their object no more, at once · 终止全量告知."""

    roles: ClassVar = CITY_ALONE

    contract: ContractRef = Field(description="Id of the contract · 约定标识")
    why: Text = Field(description="Why it ends · 理由")


PartnerContractCommand = GrantPartnerContract | EndPartnerContract

# Events


class PartnerContractGranted(Event):
    """A partner's events of some kinds carry their object from now on 全量告知已约定."""

    type: Literal["partnercontract.granted.v1"] = "partnercontract.granted.v1"
    says: ClassVar = "向合作方“{partner}”开放全量告知：至 {until} 止，{kinds:terms}连同对象现状一并告知，用途：{purpose}"
    says_in_english: ClassVar = (
        "agreed with the partner “{partner}” that events carry their object until {until} ({kinds:terms}), for: {purpose}"
    )
    partner: str
    purpose: str
    kinds: tuple[FullEventKind, ...]
    until: date


class PartnerContractEnded(Event):
    """A partner's events are thin again 全量告知已终止. last: the last day it held, perhaps before its first."""

    type: Literal["partnercontract.ended.v1"] = "partnercontract.ended.v1"
    says: ClassVar = "终止了与合作方的全量告知约定：{why}"
    says_in_english: ClassVar = "ended what was agreed of a partner's events with their object: {why}"
    last: date
    why: str


PartnerContractEvent = PartnerContractGranted | PartnerContractEnded

# State


class PartnerContract(Part):
    """A contract as the rules see it 合作方约定. last: the last day on which it holds. ended: the day it was ended."""

    partner: str
    purpose: str
    kinds: tuple[FullEventKind, ...]
    last: date
    ended: date | None = None


def partner_contract_stream(contract: str) -> Stream:
    """Stream of one contract."""
    return stream_of("partnercontract", contract)


# Decide: what may happen


def decide(command: PartnerContractCommand, contract: PartnerContract | None, context: DecisionContext) -> Facts:
    """One that is ended held through yesterday, so that the next event today is thin.

    Raises:
        Refused: any rule above; NOT_FOUND of a contract that there is not.
    """
    require_right(command, context.role)
    match command:
        case GrantPartnerContract(partner=partner, until=until):
            if contract is not None:
                raise CONTRACT_EXISTS.refuse(path="contract")
            if not command.is_known:
                raise CONTRACT_PARTNER_UNKNOWN.refuse(path="partner", partner=partner)
            if until < context.day:
                raise CONTRACT_OVER.refuse(path="until", until=until, earliest=context.day)
            require_not_too_far_ahead("until", until, context)
            _require_no_other(command, context)
            kinds = tuple(sorted(set(command.kinds)))
            granted = PartnerContractGranted(partner=partner, purpose=command.purpose, kinds=kinds, until=until)
            return (granted, OnStream(contract_with(partner), ContractReservationTaken(holder=command.contract)))
        case EndPartnerContract(why=why):
            if contract is None:
                raise NOT_FOUND.refuse()
            if contract.last < context.day:
                chinese, english = _over(contract)
                raise CONTRACT_ENDED.refuse(path="contract", over=chinese, over_in_english=english)
            return (PartnerContractEnded(last=context.day - timedelta(days=1), why=why),)
        case never:
            assert_never(never)


def _require_no_other(command: GrantPartnerContract, context: DecisionContext) -> None:
    """One contract a partner at a time; what was granted before that was a rule stands, and so does the rule beside it."""
    for other in context.read.values():
        if isinstance(other, PartnerContract) and other.partner == command.partner and other.last >= context.day:
            stated = {"partner": other.partner, "agreed_for": other.purpose, "last": other.last}
            raise PARTNER_CONTRACT_HELD.refuse(path="partner", **stated)


def _over(contract: PartnerContract) -> tuple[str, str]:
    """Since when a contract is over, as the end of a sentence in both languages."""
    if contract.ended is not None:
        return f"于 {contract.ended} 终止", f"was ended on {contract.ended}"
    return f"到期，最后一日为 {contract.last}", f"ran out, its last day was {contract.last}"


# Evolve: what has happened


def evolve(contract: PartnerContract | None, event: PartnerContractEvent) -> PartnerContract:
    """The contract after one more fact."""
    match event:
        case PartnerContractGranted(partner=partner, purpose=purpose, kinds=kinds, until=until):
            return PartnerContract(partner=partner, purpose=purpose, kinds=kinds, last=until)
        case PartnerContractEnded(last=last):
            assert contract is not None  # noqa: S101 - it was granted first
            return contract.model_copy(update={"last": last, "ended": last + timedelta(days=1)})
        case never:
            assert_never(never)


def _reads(command: PartnerContractCommand, _contract: PartnerContract | None) -> tuple[Stream, ...]:
    """The partner's reservation, and the contracts that the server knows of."""
    if not isinstance(command, GrantPartnerContract):
        return ()
    return (contract_with(command.partner), *map(partner_contract_stream, command.held))


def _reads_further(command: PartnerContractCommand, _contract: PartnerContract | None, read: Read) -> tuple[Stream, ...]:
    """The contract that has the reservation."""
    if not isinstance(command, GrantPartnerContract):
        return ()
    reservation = read.get(contract_with(command.partner))
    if not isinstance(reservation, Reservation) or reservation.holder is None:
        return ()
    return (partner_contract_stream(reservation.holder),)


PARTNER_CONTRACTS = Capability(
    name="partnercontract",
    commands=tuple(PartnerContractCommand.__args__),
    events=tuple(PartnerContractEvent.__args__),
    stream=lambda command: partner_contract_stream(command.contract),
    reads=_reads,
    reads_further=_reads_further,
    place=lambda command, _contract, _read: (
        Unscoped.NOT_THERE_YET if isinstance(command, GrantPartnerContract) else Unscoped.KNOWN_BY_RULES
    ),
    decide=decide,
    evolve=evolve,
)
