"""Liaison rule 联络规则: how long it holds that a contact was found to be still true. plan O2."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from domain.governance.rule_bodies.body import RuleBody, RuleKind


class LiaisonRule(RuleBody):
    """Contacts of the liaison network: how often each is confirmed · 联络规则."""

    clause: ClassVar = "plan O2"

    kind: Literal[RuleKind.LIAISON] = RuleKind.LIAISON
    confirmed_days: Annotated[int, Field(ge=1, le=3660)] = Field(
        description="Days after which a contact is to be confirmed again · 确认有效天数"
    )
    notice_days: Annotated[int, Field(ge=0, le=366)] = Field(
        description="Days before that from which on it is listed as a reminder · 提前提醒天数"
    )

    @model_validator(mode="after")
    def _notice_is_within_the_period(self) -> Self:
        if self.notice_days >= self.confirmed_days:
            raise ValueError("a contact would be to confirm on the day on which it was confirmed")
        return self
