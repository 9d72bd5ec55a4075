"""Changes 修订改动 of a standard that is being revised: what each one says, and the clause it is about. plan S5.

A change is about the plain part, or about what one industry states of its own (`industry`). Its clause is the path that
`standards.edition.difference` writes, so that a change, a comment and a difference speak of the same place.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from standards.described import DescribedEnum
from standards.edition.composition import INDUSTRY
from standards.edition.text import GRADES, LEVELS, Bound, Indicator, Level, Points, Weight

Industry = Annotated[str, Field(pattern=rf"^{INDUSTRY}$", max_length=40)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Wording = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]

LONGEST_LINE = 20_000
"""Characters of an indicator as JSON, ten times the longest there is."""


class _Change(BaseModel):
    """industry: whose overlay is changed; None = the plain part. reason: why."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    industry: Industry | None = Field(
        default=None, description="Industry whose edition is meant, such as automotive; none = the plain part · 行业版本"
    )
    reason: Wording = Field(description="Why · 理由")


class DimensionWeight(_Change):
    """Weight of a dimension, percent of the total · 维度权重."""

    kind: Literal["dimension_weight"] = "dimension_weight"
    dimension: Name = Field(description="Dimension, such as D1 · 维度编号")
    weight: Weight = Field(description="Percent of the total, or of its dimension · 权重")


class IndicatorWeight(_Change):
    """Weight of an indicator, percent of its dimension in the full form · 指标权重."""

    kind: Literal["indicator_weight"] = "indicator_weight"
    indicator: Name = Field(description="Indicator id, such as Z01 · 指标编号")
    weight: Weight = Field(description="Percent of the total, or of its dimension · 权重")


class TotalBands(_Change):
    """Lowest totals of grades 1 to 10, all of them · 各档最低分."""

    kind: Literal["bands"] = "bands"
    bands: Annotated[tuple[Points, ...], Field(min_length=GRADES, max_length=GRADES)] = Field(
        description="Lowest totals of grades 1 to 10 · 各档最低分"
    )


class UpperBounds(_Change):
    """Inclusive upper bounds of levels 1 to 4 of a ratio or count, all of them · 分级上限."""

    kind: Literal["upper_bounds"] = "upper_bounds"
    indicator: Name = Field(description="Indicator id, such as Z01 · 指标编号")
    upper_bounds: Annotated[tuple[Bound, ...], Field(min_length=LEVELS - 1, max_length=LEVELS - 1)] = Field(
        description="Inclusive upper bounds of levels 1 to 4 · 分级上限"
    )


class LevelPoints(_Change):
    """Points of a maturity level that has points already · 等级分值."""

    kind: Literal["points"] = "points"
    level: Level = Field(description="Maturity level 0–5 in half steps · 成熟度等级")
    points: Points = Field(description="Points of a level, or that an option adds · 分值")


class GateSetting(_Change):
    """One setting of a gate, such as at_least of breadth or of security.GATE_SECURITY_GRADING · 门槛设定."""

    kind: Literal["gate"] = "gate"
    gate: Name = Field(description="Gate, such as breadth or security.GATE_SECURITY_GRADING · 门槛")
    setting: Name = Field(description="Setting of a gate, such as at_least · 门槛设定")
    value: Name = Field(description="The value, exact · 数值")


class IndicatorWording(DescribedEnum):
    """Which wording of an indicator · 文字项."""

    NAME = "name", "Its name · 名称"
    SUBDIMENSION = "subdimension", "Its sub-dimension · 子维度"
    EVIDENCE = "evidence", "Evidence to show · 佐证要求"
    MAPS_TO = "maps_to", "Compatible models · 对应模型"


class EditionHeading(DescribedEnum):
    """Which wording of an edition · 标题或性质."""

    TITLE = "title", "Its title · 标题"
    STATUS = "status", "Its authority, which every reader must see · 性质"


class IndicatorText(_Change):
    """Wording of an indicator: its name, sub-dimension, evidence or compatible models · 指标文字."""

    kind: Literal["indicator_text"] = "indicator_text"
    indicator: Name = Field(description="Indicator id, such as Z01 · 指标编号")
    member: IndicatorWording = Field(description="Which wording · 文字项")
    text: Wording = Field(description="What is said · 文字")


class LevelDescriptor(_Change):
    """Descriptor of a level, 1 to 5 · 等级描述."""

    kind: Literal["descriptor"] = "descriptor"
    indicator: Name = Field(description="Indicator id, such as Z01 · 指标编号")
    descriptor: Annotated[int, Field(ge=1, le=LEVELS)] = Field(
        description="Which level is described, 1 to 5 · 等级"
    )
    text: Wording = Field(description="What is said · 文字")


class AddIndicator(_Change):
    """A new indicator, written out whole · 新增指标."""

    kind: Literal["add_indicator"] = "add_indicator"
    item: Indicator = Field(description="The indicator, written out whole · 指标全文")

    @field_validator("item")
    @classmethod
    def _is_of_readable_length(cls, item: Indicator) -> Indicator:
        if len(item.model_dump_json()) > LONGEST_LINE:
            raise ValueError(f"an indicator is written out in {LONGEST_LINE} characters at most")
        return item


class DropIndicator(_Change):
    """An indicator that goes; of an industry, one that does not apply there · 删减指标."""

    kind: Literal["drop_indicator"] = "drop_indicator"
    indicator: Name = Field(description="Indicator id, such as Z01 · 指标编号")


class RestoreIndicator(_Change):
    """An indicator that an industry takes as the plain part has it: its drop, weight or bounds of its own go · 恢复通用."""

    kind: Literal["restore_indicator"] = "restore_indicator"
    indicator: Name = Field(description="Indicator id, such as Z01 · 指标编号")


class KeyIndicator(_Change):
    """Whether an indicator is a key one (★) · 关键指标."""

    kind: Literal["key_indicator"] = "key_indicator"
    indicator: Name = Field(description="Indicator id, such as Z01 · 指标编号")
    is_key: bool = Field(description="Whether it is a key indicator (★) · 是否关键指标")


class BriefForm(_Change):
    """Whether the brief form asks an indicator · 简版指标."""

    kind: Literal["brief_form"] = "brief_form"
    indicator: Name = Field(description="Indicator id, such as Z01 · 指标编号")
    in_brief: bool = Field(description="Whether the brief form asks it · 是否属于简版")


class EditionWording(_Change):
    """Title or status of the edition · 标题与性质."""

    kind: Literal["edition_text"] = "edition_text"
    heading: EditionHeading = Field(description="Which wording · 标题或性质")
    text: Wording = Field(description="What is said · 文字")


StandardChange = Annotated[
    DimensionWeight
    | IndicatorWeight
    | TotalBands
    | UpperBounds
    | LevelPoints
    | GateSetting
    | IndicatorText
    | LevelDescriptor
    | AddIndicator
    | DropIndicator
    | RestoreIndicator
    | KeyIndicator
    | BriefForm
    | EditionWording,
    Field(discriminator="kind"),
]
"""One change of the standard 修订改动."""


def clause_of(change: StandardChange) -> str:
    """Where a change stands 改动条款, as `standards.edition.difference` writes it."""
    match change:
        case DimensionWeight(dimension=identity):
            return f"dimensions.{identity}.weight"
        case TotalBands():
            return "bands"
        case LevelPoints(level=level):
            return f"points.{level.normalize():f}"
        case GateSetting(gate=gate, setting=setting):
            return f"gates.{gate}.{setting}"
        case EditionWording(heading=heading):
            return heading
        case _:
            member = _member_of(change)
            return f"indicators.{line_of(change)}" + (f".{member}" if member else "")


def _member_of(change: StandardChange) -> str:
    match change:
        case IndicatorWeight():
            return "weight_in_dimension"
        case UpperBounds():
            return "upper_bounds"
        case IndicatorText(member=member):
            return member
        case LevelDescriptor(descriptor=number):
            return f"levels.{number}"
        case KeyIndicator():
            return "key"
        case BriefForm():
            return "in_brief"
        case _:
            return ""


def line_of(change: StandardChange) -> str | None:
    """The indicator whose line a change is about 所涉指标; None where it is about no line."""
    return change.item.id if isinstance(change, AddIndicator) else getattr(change, "indicator", None)


WHOLE_LINES = (AddIndicator, DropIndicator, RestoreIndicator)


def collides(one: StandardChange, other: StandardChange) -> bool:
    """Whether the outcome of two changes may depend on their order 改动冲突.

    It may where one clause lies within the other, and where a line of the plain part comes or goes that the other is about,
    in whichever part.
    """
    if one.industry == other.industry:
        first, second = f"{clause_of(one)}.", f"{clause_of(other)}."
        return first.startswith(second) or second.startswith(first)
    plain = [change for change in (one, other) if change.industry is None]
    same_line = line_of(one) is not None and line_of(one) == line_of(other)
    return same_line and any(isinstance(change, WHOLE_LINES) for change in plain)


def first_collision(changes: Sequence[StandardChange]) -> tuple[StandardChange, StandardChange] | None:
    """The first two changes that collide 首处冲突; None where every order gives the same."""
    pairs = ((one, other) for at, other in enumerate(changes) for one in changes[:at])
    return next(((one, other) for one, other in pairs if collides(one, other)), None)
