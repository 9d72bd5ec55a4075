"""Pace rule 进度规则: from how much a year's pace is told, and how the months of a year weigh. plan G4."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.governance.rule_bodies.body import AtLeastOne, RuleBody, RuleKind

MOST_WEEKS = 26
Weeks = Annotated[int, Field(ge=2, le=MOST_WEEKS)]
"""Weeks, at least the two that a spread takes 周数."""
Season = Annotated[int, Field(ge=1, le=1000)]
"""What a working day of a month weighs, in percent of an ordinary one 季节系数."""


class PaceRule(RuleBody):
    """Pace and forecast of a year's diagnoses · 进度与预测规则."""

    clause: ClassVar = "plan G4"

    kind: Literal[RuleKind.PACE] = RuleKind.PACE
    weeks: Weeks = Field(description="Weeks of the year that the present pace is estimated from, the latest · 观察周数")
    weeks_at_least: Weeks = Field(description="Weeks without which no pace is established · 最少周数")
    firms_at_least: AtLeastOne = Field(
        description="Firms diagnosed in these weeks without which no pace is established · 最少企业数"
    )
    season: Annotated[tuple[Season, ...], Field(min_length=12, max_length=12)] = Field(
        description="What a working day weighs, January to December, in percent of an ordinary one · 各月系数"
    )
