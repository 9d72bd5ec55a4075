"""Readings 专家解读 in the schema: who is to read a filed report with its firm, what was found and recommended. plan R2."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import orjson

from api.kit.context import Context
from api.kit.ids import PersonID, id_of
from api.kit.published import field, published
from api.kit.row_mapping import shown
from domain.access import Mask, Role
from domain.masks import ACTORS, PROCEEDINGS
from projections.diagnosis import case_parts
from projections.diagnosis.readings import ReadingRow


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS)
class RecommendationGiven:
    """What the expert recommends on one indicator · 改进建议. plan R2"""

    number: int = field("Its number in the reading, from 1, the most important first · 序号")
    indicator: str = field("Indicator id · 指标编号")
    text: str = field("What is to be done · 建议内容")


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS, row=ReadingRow)
class ExpertReading:
    """Reading of the filed report with the firm by an expert · 专家解读. plan R2"""

    expert: PersonID | None = field("Who reads it · 解读专家", roles=ACTORS)
    since: date = field("First day of the appointment · 指派起始日")
    until: date = field("Last day of the appointment · 指派截止日")
    appointed_by_role: Role = field("Role that appointed the expert · 指派角色")
    held_on: date | None = field("Day of the reading; null before · 解读日期")
    findings: str | None = field("What was found; null before · 解读意见")
    recommendations: list[RecommendationGiven] = field("What was recommended; empty before · 改进建议", made=True)
    recorded_at: datetime | None = field("When it was recorded, UTC; null before · 记录时间")


def load_readings(context: Context, ids: Sequence[str]) -> dict[str, ExpertReading]:
    """The readings of many diagnoses within the caller's scope; none outside the case."""
    found: dict[str, ExpertReading] = {}
    for row in case_parts.readings(context.snapshot, context.scope, ids):
        stated: dict[str, Any] = shown(ExpertReading, row)
        advice = [RecommendationGiven(number=n, **one) for n, one in enumerate(orjson.loads(row.recommendations or "[]"), 1)]
        found[row.diagnosis] = ExpertReading(**stated | {"expert": id_of("person", row.expert)}, recommendations=advice)
    return found
