"""Commands about an offer 报价命令: made by suppliers, alone or together; accepted and seen through by the firm. plan R2, R3."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from domain.command_rights import CONFIRMERS
from domain.governance.rule_bodies.body import PaidFen
from domain.kernel import Command, OrganisationRef, Text
from domain.programme.demands.offer_facts import DealChange, OfferMember
from domain.programme.demands.state import SELLERS, DemandRef, SolutionRef


class OfferCommand(Command):
    """A command about what one supplier offers for one demand 报价命令."""

    demand: DemandRef = Field(description="Demand · 需求标识")
    supplier: OrganisationRef = Field(description="Supplier or provider that leads the offer · 牵头供给单位")


class MakeOffer(OfferCommand):
    """Offer own solutions for an open demand, alone or as a consortium that stands once each member agrees · 提出报价."""

    roles: ClassVar = SELLERS

    solutions: Annotated[tuple[SolutionRef, ...], Field(min_length=1, max_length=10)] = Field(
        description="Published solutions of the offer's own parties · 解决方案"
    )
    members: Annotated[tuple[OfferMember, ...], Field(max_length=9)] = Field(
        default=(), description="Members beside the sender; none = alone · 联合体成员"
    )
    text: Text = Field(description="What is offered · 报价说明")
    price: PaidFen = Field(description="Price of all, in fen · 报价金额（分）")
    ready_by: date = Field(description="Day by which it is delivered · 交付日")


class AgreeToOffer(OfferCommand):
    """Agree to an offer as one of its members · 同意联合报价."""

    roles: ClassVar = SELLERS

    member: OrganisationRef = Field(description="The own organisation · 成员单位")


class LeaveOffer(OfferCommand):
    """Take no part in an offer as one of its members, before it is accepted; it falls · 退出联合报价."""

    roles: ClassVar = SELLERS

    member: OrganisationRef = Field(description="The own organisation · 成员单位")
    reason: Text = Field(description="Why · 理由")


class WithdrawOffer(OfferCommand):
    """Take an own offer back before it is accepted · 撤回报价."""

    roles: ClassVar = SELLERS

    reason: Text = Field(description="Why · 理由")


class AcceptOffer(OfferCommand):
    """Accept an offer that stands: its makers learn whose demand it is, and a provider may not diagnose it · 接受报价."""

    roles: ClassVar = CONFIRMERS


class DeclineOffer(OfferCommand):
    """Decline an offer, with the reason, which its makers read · 不接受报价."""

    roles: ClassVar = CONFIRMERS

    reason: Text = Field(description="Why, as its makers read it · 理由")


class ConfirmDelivery(OfferCommand):
    """Confirm that what was agreed is delivered · 确认交付."""

    roles: ClassVar = CONFIRMERS

    delivered_on: date = Field(description="Day of the delivery · 交付日")


class ReportDealOutcome(OfferCommand):
    """Say what a delivered offer brought, before and after, by indicators of the demand; again, once more is known · 报告成效."""

    roles: ClassVar = CONFIRMERS

    changes: Annotated[tuple[DealChange, ...], Field(min_length=1, max_length=30)] = Field(
        description="What was measured before and after · 成效对比"
    )


class EndDeal(OfferCommand):
    """End an accepted offer before it is delivered, with the reason; suppliers may offer again · 终止成交."""

    roles: ClassVar = CONFIRMERS | SELLERS

    reason: Text = Field(description="Why · 理由")


AnyOfferCommand = (
    MakeOffer
    | AgreeToOffer
    | LeaveOffer
    | WithdrawOffer
    | AcceptOffer
    | DeclineOffer
    | ConfirmDelivery
    | ReportDealOutcome
    | EndDeal
)
