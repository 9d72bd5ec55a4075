"""Partner keys 合作方密钥: another system was given a key, for which district, by whom and why, until it was ended. plan P5, P8.

The secret's hash and the key's end lie in the vault (decision 0026); a key is good until there, whatever is written here.
"""

from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.command_rights import BY_THE_PROGRAM, require_right
from domain.kernel import (
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    Identifier,
    Label,
    Rule,
    Stream,
    Text,
    stream_of,
)

OF_A_PARTNER = "partner-"
"""What stands before a partner's name in its actor."""


def actor_of(partner: str) -> str:
    """Who a partner is to the record 合作方主体: the same for all of its keys, so that it outlives each."""
    return f"{OF_A_PARTNER}{partner}"


def partner_of(actor: str) -> str:
    """The name of the partner that an actor is 合作方名称."""
    return actor.removeprefix(OF_A_PARTNER)


# Rules

PARTNER_KEY_RECORDED = Rule(
    "PARTNER_KEY_RECORDED",
    "plan P8",
    "该密钥标识已签发过，请另取标识",
    "A key of this id was issued already; take another id",
)
PARTNER_KEY_ENDED = Rule(
    "PARTNER_KEY_ENDED",
    "plan P8",
    "该合作方密钥已吊销，无须再次吊销",
    "The partner's key was ended already; nothing is left to end",
)


# Commands


class IssuePartnerKey(Command):
    """Give another system a key 签发合作方密钥; organisation: a district's code, or * for the city."""

    roles: ClassVar = BY_THE_PROGRAM

    key: Identifier = Field(description="Id of the key · 密钥标识")
    partner: Label = Field(description="Name of the other system · 合作方")
    organisation: Annotated[str, Field(min_length=1, max_length=64)] = Field(description="District code, or * · 范围")
    days: Annotated[int, Field(ge=1, le=366)] = Field(description="Whole days that it lives · 有效天数")
    reason: Text = Field(description="Why · 理由")


class RevokePartnerKey(Command):
    """End a key at once 吊销合作方密钥."""

    roles: ClassVar = BY_THE_PROGRAM

    key: Identifier = Field(description="Id of the key · 密钥标识")
    reason: Text = Field(description="Why · 理由")


# Events


class PartnerKeyIssued(Event):
    """Another system was given a key 合作方密钥已签发."""

    type: Literal["partner.key_issued.v1"] = "partner.key_issued.v1"
    says: ClassVar = "为合作方“{partner}”签发了 {days} 天的密钥：{reason}"
    says_in_english: ClassVar = "issued a key for {days} days to the partner “{partner}”: {reason}"
    partner: str
    organisation: str
    days: int
    reason: str


class PartnerKeyRevoked(Event):
    """A key was ended 合作方密钥已吊销."""

    type: Literal["partner.key_revoked.v1"] = "partner.key_revoked.v1"
    says: ClassVar = "吊销了一个合作方密钥：{reason}"
    says_in_english: ClassVar = "revoked a partner's key: {reason}"
    reason: str


# State


class PartnerKeyRecord(BaseModel):
    """A key as the record knows it 合作方密钥记录; revoked: whether it was ended before its time."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    partner: str = ""
    revoked: bool = False


def partner_key_stream(key: str) -> Stream:
    """Stream of one key."""
    return stream_of("partner", key)


# Decide: what may happen


PartnerKeyCommand = IssuePartnerKey | RevokePartnerKey
PartnerKeyEvent = PartnerKeyIssued | PartnerKeyRevoked


def decide(command: PartnerKeyCommand, record: PartnerKeyRecord | None, context: DecisionContext) -> Facts:
    """A key is issued once and ended once; keys of before this record are ended without their issue being known."""
    require_right(command, context.role)
    match command:
        case IssuePartnerKey():
            if record is not None:
                raise PARTNER_KEY_RECORDED.refuse(path="key")
            return (PartnerKeyIssued(**command.model_dump(exclude={"key"})),)
        case RevokePartnerKey():
            if record is not None and record.revoked:
                raise PARTNER_KEY_ENDED.refuse(path="key")
            return (PartnerKeyRevoked(reason=command.reason),)
        case never:
            assert_never(never)


# Evolve: what has happened


def evolve(record: PartnerKeyRecord | None, event: PartnerKeyEvent) -> PartnerKeyRecord:
    """The key after one more fact."""
    match event:
        case PartnerKeyIssued(partner=partner):
            return PartnerKeyRecord(partner=partner)
        case PartnerKeyRevoked():
            return PartnerKeyRecord(partner=record.partner if record is not None else "", revoked=True)
        case never:
            assert_never(never)


PARTNER_KEYS = Capability(
    name="partner",
    commands=(IssuePartnerKey, RevokePartnerKey),
    events=(PartnerKeyIssued, PartnerKeyRevoked),
    stream=lambda command: partner_key_stream(command.key),
    decide=decide,
    evolve=evolve,
)
