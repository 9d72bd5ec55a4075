"""Delivery rule 事件推送规则: how often an event is sent again, when an endpoint is given up, how long the log is kept. plan P8."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.governance.rule_bodies.body import AtLeastOne, Percent, RuleBody, RuleKind

Seconds = Annotated[int, Field(ge=1, le=604_800)]
"""Whole seconds 秒, at most a week of them."""


class DeliveryRule(RuleBody):
    """Delivery of public events to partners' endpoints: attempts, jitter, giving up, log · 事件推送规则."""

    clause: ClassVar = "plan P8"

    kind: Literal[RuleKind.DELIVERY] = RuleKind.DELIVERY
    retry_seconds: Annotated[tuple[Seconds, ...], Field(min_length=1, max_length=20)] = Field(
        description="Seconds from an attempt that failed to the next; after the last the event is a dead letter · 重试间隔"
    )
    jitter_percent: Percent = Field(description="Up to so many percent are added to each, by chance · 间隔浮动")
    answer_seconds: Annotated[int, Field(ge=1, le=60)] = Field(
        description="Seconds from the look-up of the name to the end of the answer · 应答期限"
    )
    disable_after_failures: AtLeastOne = Field(
        description="Failures in a row from which on it may be disabled · 停用所需连续失败次数"
    )
    disable_after_hours: AtLeastOne = Field(
        description="Hours that it must have failed for without one success besides · 停用所需持续失败小时数"
    )
    kept_days: AtLeastOne = Field(description="Days that the log of what was sent is kept · 推送记录保留天数")
    heeded_seconds: Annotated[int, Field(ge=1, le=86_400)] = Field(
        default=3_600,
        description="Most seconds for which one answer's Retry-After is heeded, at most a day · 对方要求暂停时单次最长遵守秒数",
    )
