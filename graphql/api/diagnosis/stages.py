"""Stages 诊断环节 in the schema: what a case waits for, until when, and what was said of that time. plan P5."""

from collections.abc import Sequence
from datetime import date, datetime

from api.kit.as_of import day_then
from api.kit.context import Context
from api.kit.published import field, published
from api.kit.row_mapping import shown
from domain.diagnosis.stages import Stage
from domain.masks import PROCEEDINGS
from projections.diagnosis import case_parts
from projections.diagnosis.stages import StageRow


@published(PROCEEDINGS, row=StageRow)
class RunningStage:
    """Stage of a case that runs, and its last day · 现行环节. plan P5"""

    stage: Stage = field("Which it is · 环节")
    began_at: datetime = field("When it began, UTC · 开始时间")
    due: date = field("Its last day · 截止日")
    assumed: bool = field("Whether that day was counted, in part, by the week alone · 是否推定")
    overdue: bool = field("Whether that day is over · 是否逾期", made=True)
    remind_on: date = field("Day from which on it is reminded of · 提醒日")
    reminded_at: datetime | None = field("When it was reminded of, UTC; null before · 提醒时间")
    escalated_at: datetime | None = field("When it was noted that it is over, UTC; null before · 上报时间")
    extended_from: date | None = field("Its last day before the latest extension; null of none · 延期前截止日")
    reason: str | None = field("Why it was extended · 延期理由")


def load_stages(context: Context, ids: Sequence[str]) -> dict[str, RunningStage]:
    """The stage that runs of many diagnoses within the caller's scope; none outside the case."""
    today = day_then(context).isoformat()
    rows = case_parts.running_stages(context.snapshot, context.scope, ids)
    return {row.diagnosis: RunningStage(**shown(RunningStage, row), overdue=row.due < today) for row in rows}
