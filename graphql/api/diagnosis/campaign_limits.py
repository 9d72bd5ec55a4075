"""Campaign limits 批次环节时限 in the schema: how long each stage takes for a campaign's diagnoses, by whose word. plan P5."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from api.kit.context import Context
from api.kit.model_types import as_shown, output_type
from api.kit.published import field, published
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.stages import StageLimits
from domain.instants import utc_moment
from domain.masks import ANYONE, SIGNED_IN
from projections.diagnosis.campaign_limits import KnownLimits, limits_stated
from projections.diagnosis.campaigns import CampaignRow
from projections.governance.dated_rules import rule_on
from standards.edition.text import SourceMark

LIMITS: Any = output_type(StageLimits, ANYONE)


@published(SIGNED_IN, placed=False)
class CampaignStageLimits:
    """Limits of the stages for the diagnoses opened in a campaign from a day on · 批次环节时限. plan G1, P5"""

    since: date = field("First day of the limits · 起始日")
    limits: LIMITS | None = field("Limit of each stage; null: the city's rule of stages again · 各环节时限")
    source: str = field("Where they come from · 来源")
    mark: SourceMark = field("Mark of the source · 来源标记")
    is_own: bool = field("Whether the campaign states them itself; else they are those of the city's rule · 是否批次自定")
    cause: str | None = field("How a fact cites them, stream and version; null of a default · 引用")
    set_at: datetime | None = field("When they were set, UTC; null of a default · 设定时间")


class LimitsOfCampaign(NamedTuple):
    """What holds for a diagnosis opened in a campaign today, and all that it has stated 批次环节时限; nothing where nobody asks."""

    in_force: Any = None
    stated: Any = ()


def build_limits(context: Context, rows: Sequence[CampaignRow]) -> dict[str, LimitsOfCampaign]:
    """The limits of each campaign.

    Before its first day it is what holds on that, after its last what held on that.
    """
    stated = limits_stated(context.snapshot, [row.id for row in rows])
    today = context.today.isoformat()
    return {
        row.id: LimitsOfCampaign(
            _in_force(context, stated.get(row.id, ()), date.fromisoformat(min(max(today, row.since), row.until))),
            [_own(one) for one in stated.get(row.id, ())],
        )
        for row in rows
    }


def _own(known: KnownLimits) -> CampaignStageLimits:
    one = known.stated
    return CampaignStageLimits(
        since=one.since,
        limits=as_shown(one.limits, ANYONE) if one.limits is not None else None,
        source=one.source.document,
        mark=one.source.mark,
        is_own=one.limits is not None,
        cause=known.cause,
        set_at=utc_moment(known.set_at),
    )


def _in_force(context: Context, stated: Sequence[KnownLimits], day: date) -> CampaignStageLimits:
    begun = [one for one in stated if one.stated.since <= day]
    if begun and begun[-1].stated.limits is not None:
        return _own(begun[-1])
    rule, set_at = rule_on(context.snapshot, RuleKind.STAGES, day)
    return CampaignStageLimits(
        since=rule.since,
        limits=as_shown(rule.body, ANYONE),
        source=rule.source.document,
        mark=rule.source.mark,
        is_own=False,
        cause=rule.cause,
        set_at=utc_moment(set_at) if set_at is not None else None,
    )
