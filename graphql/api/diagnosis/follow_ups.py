"""Follow-ups 跟踪回访 in the schema: what a firm plans after the filing, what it reports month by month, how it ended. plan R2."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from api.kit.as_of import day_then
from api.kit.context import Context
from api.kit.published import field, published
from api.kit.row_mapping import shown
from domain.access import Mask, Role
from domain.masks import PROCEEDINGS
from projections.diagnosis import case_parts
from projections.diagnosis.follow_ups import FollowUpRow, RoundRow


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS)
class FollowUpMeasure:
    """What the firm will do about one indicator · 改进措施. plan R2"""

    indicator: str = field("Indicator id · 指标编号")
    recommendation: int | None = field("Number of the recommendation that it answers; null of none · 所回应的建议序号")
    text: str = field("What is to be done · 措施内容")
    by: date = field("Day by which it is to be done · 完成日")


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS)
class FollowUpChange:
    """What was measured before and after, as the firm stated it; it counts for no score · 前后对比. plan R2"""

    indicator: str = field("Indicator id · 指标编号")
    name: str = field("What was measured · 测量项目")
    unit: str = field("Unit of both numbers · 计量单位")
    before: Decimal = field("Before the measures, exact · 改进前")
    after: Decimal = field("After them, exact · 改进后")
    evidence: str | None = field("SHA-256 of the file of the case that shows it; null of none · 佐证散列")


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS, row=RoundRow)
class FollowUpReport:
    """Report that is due so many months after the filing, and what it says once it is given · 回访期次. plan R2"""

    month: int = field("Months after the filing · 回访月数")
    opens: date = field("From which day on it may be given · 可报告之日")
    due: date = field("Its last day; later is late · 截止日")
    assumed: bool = field("Whether that day was counted, in part, by the week alone · 是否推定")
    overdue: bool = field("Whether that day is over without a report · 是否逾期未报", made=True)
    reminded_at: datetime | None = field("When it was reminded of, UTC; null before · 提醒时间")
    escalated_at: datetime | None = field("When it was noted that it is over, UTC; null before · 上报时间")
    reported_at: datetime | None = field("When it was given, UTC; null before · 报告时间")
    reported_by_role: Role | None = field("Role that gave it; null before · 报告角色")
    late: bool | None = field("Whether it came after its last day; null before · 是否逾期报告")
    done: str | None = field("What was done; null before · 已采取的措施")
    changes: list[FollowUpChange] = field("What was measured before and after; empty before · 前后对比", made=True)


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS, row=FollowUpRow)
class FollowUp:
    """What follows the filing of a report: the firm's plan, its reports, the conclusion · 跟踪回访. plan R2"""

    version: int = field("Its own version, from 1: what `expectedVersion` of its commands compares · 回访版本", made=True)
    counted_from: date = field("Day from which its months are counted: that of the filing · 起算日")
    measures: list[FollowUpMeasure] = field("What the firm plans; empty before · 改进措施", made=True)
    planned_at: datetime | None = field("When that was last said, UTC; null before · 计划时间")
    reports: list[FollowUpReport] = field("One a month of the rule · 各期报告", made=True)
    conclusion: str | None = field("What came of it; null before · 回访结论")
    closed_at: datetime | None = field("When it was closed, UTC; null before · 结束时间")


def load_follow_ups(context: Context, ids: Sequence[str]) -> dict[str, FollowUp]:
    """The follow-ups of many diagnoses within the caller's scope; none outside the case."""
    today, given = day_then(context).isoformat(), dict[str, list[FollowUpReport]]()
    versions = dict[str, int]()
    for row in case_parts.follow_up_rounds(context.snapshot, context.scope, ids):
        overdue = row.reported_at is None and not row.closed and row.due < today
        changes = [FollowUpChange(**_exact(one)) for one in orjson.loads(row.changes or "[]")]
        report = FollowUpReport(**shown(FollowUpReport, row), overdue=overdue, changes=changes)
        given.setdefault(row.diagnosis, []).append(report)
        versions[row.diagnosis] = max(row.version, versions.get(row.diagnosis, 0))
    return {
        row.diagnosis: FollowUp(
            **shown(FollowUp, row),
            version=max(row.version, versions.get(row.diagnosis, 0)),
            measures=[
                FollowUpMeasure(**one | {"by": date.fromisoformat(one["by"])}) for one in orjson.loads(row.measures or "[]")
            ],
            reports=given.get(row.diagnosis, []),
        )
        for row in case_parts.follow_ups(context.snapshot, context.scope, ids)
    }


def _exact(stated: dict[str, Any]) -> dict[str, Any]:
    return stated | {name: Decimal(str(stated[name])) for name in ("before", "after")}
