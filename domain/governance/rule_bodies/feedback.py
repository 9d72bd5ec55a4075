"""Feedback rule 企业反馈规则: how much one firm may send, how long a complaint takes, from how many firms it is pooled. plan P6."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.governance.rule_bodies.body import AtLeastOne, RuleBody, RuleKind, WorkingDays


class FeedbackRule(RuleBody):
    """Feedback of firms: bounds, periods of complaints, and from how many firms on anonymous answers are shown · 企业反馈规则."""

    clause: ClassVar = "plan P6"

    kind: Literal[RuleKind.FEEDBACK] = RuleKind.FEEDBACK
    pool_at_least: Annotated[int, Field(ge=5, le=1000)] = Field(
        description="Firms from which on anonymous answers are shown, and only as their mean · 匿名汇总最低企业数"
    )
    most_a_day: AtLeastOne = Field(description="Most that one firm may send in a day · 每家企业每日上限")
    complaint_days: WorkingDays = Field(description="Working days to reply to a complaint · 投诉答复期限")
    second_instance_days: WorkingDays = Field(description="Working days to ask for a second instance · 申请复核期限")
    second_reply_days: WorkingDays = Field(description="Working days to reply in the second instance · 复核答复期限")
