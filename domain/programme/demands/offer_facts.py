"""Facts of an offer 报价事实: made, agreed to by each member, accepted, delivered, and what it brought. plan R2, R3.

One stream a demand and supplier, so that a supplier has one offer for a demand at a time; made again, it begins anew.
"""

from datetime import date
from typing import ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.diagnosis.follow_up_facts import Measurement
from domain.governance.rule_bodies.body import PaidFen
from domain.kernel import Event, Identifier, Label, OrganisationRef, Part
from domain.programme.demands.state import DEMAND_READERS
from standards.described import DescribedEnum


class OfferStatus(DescribedEnum):
    """How far an offer has come · 报价状态."""

    FORMING = "forming", "Waits for every member of the consortium to agree · 联合体组建中"
    STANDING = "standing", "Stands; the firm may accept it · 有效"
    ACCEPTED = "accepted", "Accepted by the firm, to be delivered · 已成交"
    DELIVERED = "delivered", "Delivered, as the firm confirmed · 已交付"
    DECLINED = "declined", "Declined by the firm · 未接受"
    WITHDRAWN = "withdrawn", "Withdrawn by whoever made it, or left by a member · 已撤回"
    ENDED = "ended", "Ended after acceptance and before delivery, with the reason · 已终止"


class OfferMember(Part):
    """A member of a consortium, beside whoever leads it · 联合体成员."""

    organisation: OrganisationRef = Field(description="Supplier or provider · 单位标识")
    share: Label = Field(description="What it takes on · 承担内容")


class DealChange(Part):
    """What was measured of an indicator before and after, as the firm states it; it counts for no score · 成效对比."""

    indicator: Identifier = Field(description="Indicator of the demand, such as Z01 · 指标编号")
    name: Label = Field(description="What was measured · 测量项目")
    unit: Label = Field(description="Unit of both numbers · 计量单位")
    before: Measurement = Field(description="Before · 改进前")
    after: Measurement = Field(description="After · 改进后")


class OfferFact(Event):
    """A fact of an offer 报价事实."""

    told_to: ClassVar = DEMAND_READERS


class OfferMade(OfferFact):
    """An offer was made 报价已提出. own_of: providers that diagnosed the firm and whose product it is, or that it is tied to."""

    type: Literal["offer.made.v1"] = "offer.made.v1"
    concerns: ClassVar = ("enterprise",)
    says: ClassVar = "提出了报价，方案 {solutions:count} 项，联合体成员 {members:count} 家"
    says_in_english: ClassVar = (
        "made an offer; solutions: {solutions:count}, members of the consortium: {members:count}"
    )
    demand: str
    supplier: str
    enterprise: str
    solutions: tuple[str, ...]
    members: tuple[OfferMember, ...]
    text: str
    price: PaidFen
    ready_by: date
    providers: tuple[str, ...]
    own_of: tuple[str, ...]


class OfferMemberAgreed(OfferFact):
    """A member agreed to the offer 成员已同意."""

    type: Literal["offer.member_agreed.v1"] = "offer.member_agreed.v1"
    says: ClassVar = "作为联合体成员同意了报价"
    says_in_english: ClassVar = "agreed to the offer as a member of the consortium"
    member: str


class OfferMemberLeft(OfferFact):
    """A member takes no part, and the offer falls 成员已退出."""

    type: Literal["offer.member_left.v1"] = "offer.member_left.v1"
    says: ClassVar = "作为联合体成员退出，报价失效：{reason}"
    says_in_english: ClassVar = "left the consortium, so that the offer falls: {reason}"
    member: str
    reason: str


class OfferWithdrawn(OfferFact):
    """Whoever made it took the offer back 报价已撤回."""

    type: Literal["offer.withdrawn.v1"] = "offer.withdrawn.v1"
    says: ClassVar = "撤回了报价：{reason}"
    says_in_english: ClassVar = "withdrew the offer: {reason}"
    reason: str


class OfferAccepted(OfferFact):
    """The firm accepted the offer 报价已接受."""

    type: Literal["offer.accepted.v1"] = "offer.accepted.v1"
    says: ClassVar = "接受了报价"
    says_in_english: ClassVar = "accepted the offer"
    on: date


class OfferDeclined(OfferFact):
    """The firm declined the offer 报价未接受."""

    type: Literal["offer.declined.v1"] = "offer.declined.v1"
    says: ClassVar = "未接受报价：{reason}"
    says_in_english: ClassVar = "declined the offer: {reason}"
    reason: str


class OfferDelivered(OfferFact):
    """The firm confirmed the delivery 交付已确认."""

    type: Literal["offer.delivered.v1"] = "offer.delivered.v1"
    says: ClassVar = "确认了 {delivered_on} 的交付"
    says_in_english: ClassVar = "confirmed the delivery of {delivered_on}"
    delivered_on: date


class OfferOutcomeReported(OfferFact):
    """The firm said what it brought 成效已报告; said again, it takes the place of what was said before."""

    type: Literal["offer.outcome_reported.v1"] = "offer.outcome_reported.v1"
    says: ClassVar = "报告了成效，对比 {changes:count} 项"
    says_in_english: ClassVar = "reported what it brought; changes compared: {changes:count}"
    changes: tuple[DealChange, ...]


class OfferEnded(OfferFact):
    """The deal ended before it was delivered 成交已终止."""

    type: Literal["offer.ended.v1"] = "offer.ended.v1"
    says: ClassVar = "终止了成交：{reason}"
    says_in_english: ClassVar = "ended the deal: {reason}"
    reason: str


OfferEvent = (
    OfferMade
    | OfferMemberAgreed
    | OfferMemberLeft
    | OfferWithdrawn
    | OfferAccepted
    | OfferDeclined
    | OfferDelivered
    | OfferOutcomeReported
    | OfferEnded
)

STATUS_AFTER_OFFER: dict[type[Event], OfferStatus] = {
    OfferMemberLeft: OfferStatus.WITHDRAWN,
    OfferWithdrawn: OfferStatus.WITHDRAWN,
    OfferAccepted: OfferStatus.ACCEPTED,
    OfferDeclined: OfferStatus.DECLINED,
    OfferDelivered: OfferStatus.DELIVERED,
    OfferEnded: OfferStatus.ENDED,
}
"""Event -> status from then on; until each member has agreed, an offer is forming."""


class Offer(BaseModel):
    """An offer as it stands 报价. waiting: members that have not agreed. version: of its stream. accepted_on: day of the deal."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    version: int
    supplier: str
    enterprise: str
    solutions: tuple[str, ...]
    members: tuple[OfferMember, ...]
    waiting: frozenset[str]
    providers: tuple[str, ...]
    status: OfferStatus
    accepted_on: date | None = None
    changes: tuple[DealChange, ...] = ()

    @property
    def parties(self) -> frozenset[str]:
        """Everyone who offers 供给各方."""
        return frozenset({self.supplier, *(one.organisation for one in self.members)})


def standing(waiting: frozenset[str]) -> OfferStatus:
    """Whether an offer stands, by who has not agreed yet."""
    return OfferStatus.FORMING if waiting else OfferStatus.STANDING


def evolve(known: Offer | None, event: OfferEvent) -> Offer:
    """The offer after one more fact."""
    version = known.version + 1 if known is not None else 1
    if isinstance(event, OfferMade):
        waiting = frozenset(one.organisation for one in event.members)
        told = {name: getattr(event, name) for name in ("supplier", "enterprise", "solutions", "members", "providers")}
        return Offer(version=version, **told, waiting=waiting, status=standing(waiting))
    assert known is not None, "a history starts with OfferMade"  # noqa: S101 - guards replay, not input
    changes: dict[str, object] = {"version": version}
    match event:
        case OfferMemberAgreed(member=member):
            waiting = known.waiting - {member}
            changes |= {"waiting": waiting, "status": standing(waiting)}
        case OfferOutcomeReported(changes=reported):
            changes |= {"changes": reported}
        case OfferAccepted(on=on):
            changes |= {"status": OfferStatus.ACCEPTED, "accepted_on": on}
        case OfferMemberLeft() | OfferWithdrawn() | OfferDeclined() | OfferDelivered() | OfferEnded():
            changes |= {"status": STATUS_AFTER_OFFER[type(event)]}
        case never:
            assert_never(never)
    return known.model_copy(update=changes)
