"""Outreach rule 宣讲交流规则: when firms sign in to a session, how often they may err, what counts as having followed. plan T2."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.governance.rule_bodies.body import RuleBody, RuleKind

Minutes = Annotated[int, Field(ge=0, le=240)]
"""Minutes, at most four hours 分钟."""


class OutreachRule(RuleBody):
    """Outreach sessions: sign-in, and what followed them · 宣讲交流规则."""

    clause: ClassVar = "plan T2"

    kind: Literal[RuleKind.OUTREACH] = RuleKind.OUTREACH
    opens_before: Minutes = Field(description="Minutes before its beginning from which on firms sign in · 提前签到分钟数")
    closes_after: Minutes = Field(description="Minutes after its end up to which firms sign in · 延后签到分钟数")
    wrong_codes: Annotated[int, Field(ge=1, le=100)] = Field(
        description="Wrong sign-in codes after which a firm is recorded from the list alone · 签到码错误次数上限"
    )
    follow_days: Annotated[int, Field(ge=1, le=366)] = Field(
        description="Days after a session within which an opened diagnosis counts as having followed it · 后续观察天数"
    )
    firms_at_least: Annotated[int, Field(ge=5, le=1000)] = Field(
        description="Firms of a group without which nothing is said of its share · 最少企业数"
    )
