"""Results 评分结果 of scoring, which explain themselves: contributions, gates, what would lift the grade. plan S4."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class DimensionScore(_Part):
    """Score of a dimension 维度得分, 0–100, two decimals half up; level 0–5 by the bands."""

    id: str
    score: Decimal
    level: int


class IndicatorScore(_Part):
    """Contribution of one indicator 指标贡献.

    level: maturity reached, None when not applicable. points: 0–100. weight: effective percent of the total after
    redistribution; all weights add up to exactly 100. contribution: points of the total.
    """

    id: str
    level: Decimal | None
    points: Decimal | None
    weight: Decimal
    contribution: Decimal


class Gate(_Part):
    """A gate as it stood at one level 门槛: whether it holds, and if not, what falls short of it.

    lift: the dimensions, indicators or steps that fall short, all of them; kept with every result since the first one, and so
    by its name. What would do is less: `standards.improvement.lifting` works it out when it is read.
    """

    code: str
    level: int
    holds: bool
    says: str
    says_in_english: str
    lift: tuple[str, ...] = ()


class Measured(_Part):
    """What the answers alone say 测评结果. grade 0 = below grade 1; level 0 = below level 1.

    band_grade: the grade by the total before gates. gates: every gate of every level tried, highest level first.
    """

    total: Decimal
    level: int
    grade: int
    band_grade: int
    dimensions: tuple[DimensionScore, ...]
    indicators: tuple[IndicatorScore, ...]
    gates: tuple[Gate, ...]


class Process(_Part):
    """Steps of the process that gates look at 过程条件."""

    site_visit: bool
    expert_review: bool


class Issued(_Part):
    """The grade a report states 出具结果, with names and the process gates."""

    level: int
    grade: int
    level_name: str
    grade_name: str
    gates: tuple[Gate, ...]
