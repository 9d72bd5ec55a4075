"""Facts of a demand 需求事实: what a firm looks for, from which indicators of its result, and how far that came. plan R2."""

from datetime import date
from typing import ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict

from domain.governance.rule_bodies.body import Fen
from domain.kernel import Event
from domain.programme.demands.state import DEMAND_READERS, NamedIndicator
from standards.described import DescribedEnum


class DemandStatus(DescribedEnum):
    """How far a demand has come, apart from the clock · 需求状态."""

    OPEN = "open", "Open: suppliers may offer until its day · 征集中"
    AGREED = "agreed", "The firm accepted an offer · 已成交"
    DELIVERED = "delivered", "What was agreed is delivered · 已交付"
    WITHDRAWN = "withdrawn", "Withdrawn by the firm · 已撤回"


class DemandFact(Event):
    """A fact of a demand 需求事实."""

    told_to: ClassVar = DEMAND_READERS


class DemandPublished(DemandFact):
    """A firm published a demand 需求已发布. provider: that diagnosed it. named: whether suppliers are shown the firm's name."""

    type: Literal["demand.published.v1"] = "demand.published.v1"
    concerns: ClassVar = ("enterprise",)
    says: ClassVar = "发布了需求，针对 {indicators:count} 项指标，{by} 前完成"
    says_in_english: ClassVar = "published a demand on {indicators:count} of the indicators, to be met by {by}"
    enterprise: str
    diagnosis: str
    provider: str | None
    edition: str
    indicators: tuple[NamedIndicator, ...]
    text: str
    budget_from: Fen | None
    budget_to: Fen | None
    by: date
    named: bool


class DemandNamingSet(DemandFact):
    """The firm said whether suppliers are shown its name 具名方式已设定."""

    type: Literal["demand.naming_set.v1"] = "demand.naming_set.v1"
    says: ClassVar = "设定了是否向供给方显示企业名称"
    says_in_english: ClassVar = "set whether suppliers are shown the firm's name"
    named: bool


class DemandWithdrawn(DemandFact):
    """The firm looks for it no more 需求已撤回."""

    type: Literal["demand.withdrawn.v1"] = "demand.withdrawn.v1"
    says: ClassVar = "撤回了需求：{reason}"
    says_in_english: ClassVar = "withdrew the demand: {reason}"
    reason: str


class DemandAgreed(DemandFact):
    """The firm accepted an offer 需求已成交. supplier: who leads it."""

    type: Literal["demand.agreed.v1"] = "demand.agreed.v1"
    says: ClassVar = "接受了报价，需求成交"
    says_in_english: ClassVar = "accepted an offer for the demand"
    supplier: str


class DemandDelivered(DemandFact):
    """What was agreed is delivered 需求已交付."""

    type: Literal["demand.delivered.v1"] = "demand.delivered.v1"
    says: ClassVar = "确认了交付，需求完成"
    says_in_english: ClassVar = "confirmed the delivery, which fulfils the demand"


class DemandReopened(DemandFact):
    """The deal ended before delivery, so suppliers may offer again 需求已重新开放."""

    type: Literal["demand.reopened.v1"] = "demand.reopened.v1"
    says: ClassVar = "因成交终止重新开放了需求"
    says_in_english: ClassVar = "opened the demand again because the deal ended"


DemandEvent = DemandPublished | DemandNamingSet | DemandWithdrawn | DemandAgreed | DemandDelivered | DemandReopened

STATUS_AFTER_DEMAND: dict[type[Event], DemandStatus] = {
    DemandPublished: DemandStatus.OPEN,
    DemandWithdrawn: DemandStatus.WITHDRAWN,
    DemandAgreed: DemandStatus.AGREED,
    DemandDelivered: DemandStatus.DELIVERED,
    DemandReopened: DemandStatus.OPEN,
}
"""Event -> status that a demand has from then on."""


class Demand(BaseModel):
    """A demand as it stands 需求. by: day until which suppliers may offer and by which it is to be done."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    enterprise: str
    provider: str | None
    indicators: tuple[NamedIndicator, ...]
    by: date
    named: bool
    status: DemandStatus = DemandStatus.OPEN


def evolve(known: Demand | None, event: DemandEvent) -> Demand:
    """The demand after one more fact."""
    if isinstance(event, DemandPublished):
        return Demand(**{name: getattr(event, name) for name in ("enterprise", "provider", "indicators", "by", "named")})
    assert known is not None, "a history starts with DemandPublished"  # noqa: S101 - guards replay, not input
    match event:
        case DemandNamingSet(named=named):
            return known.model_copy(update={"named": named})
        case DemandWithdrawn() | DemandAgreed() | DemandDelivered() | DemandReopened():
            return known.model_copy(update={"status": STATUS_AFTER_DEMAND[type(event)]})
        case never:
            assert_never(never)
