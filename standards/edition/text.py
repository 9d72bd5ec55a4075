"""Text of an edition 标准文本: questionnaire, weights, points, bands, gates, and what in them is at odds. plan S1–S4."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from standards.described import DescribedEnum

LEVELS = 5
GRADES = 10
AS_ABOVE = "同上"
"""What a text says that is the same as of the indicator above it."""
HUNDRED = Decimal(100)

Weight = Annotated[Decimal, Field(gt=0, le=100, max_digits=10)]
Points = Annotated[Decimal, Field(ge=0, le=100, max_digits=10)]
Level = Annotated[Decimal, Field(ge=0, le=5, max_digits=4)]
Bound = Annotated[Decimal, Field(ge=0, max_digits=10)]
Text = Annotated[str, Field(min_length=1)]


class SourceMark(DescribedEnum):
    """How sure a statement is by its source; only what is verified may be shown as official · 来源标记."""

    V = "V", "Seen in a public source of the issuer · 已核对公开来源"
    V_2 = "V-2", "Seen in a secondary source, to be checked before it is relied on · 据二手来源"
    K = "K", "General knowledge of a public standard · 行业通识"
    I = "I", "Reconstructed or drawn up by this project · 项目组复原或拟定"  # noqa: E741 - the mark's own name
    M = "M", "From memory, to be checked · 凭记忆、待核"
    P = "P", "Proposed by this project, to be decided by the city · 提案"


class IndicatorKind(DescribedEnum):
    """How an indicator is answered · 填报方式."""

    CHOICE = "choice", "By one of five levels · 等级判定"
    RATIO = "ratio", "By a part over a whole, in percent · 比率计算"
    COUNT = "count", "By a count · 数量计算"
    MULTI = "multi", "By several of some options · 多项选择"
    OUTCOME = "outcome", "By a figure of two years, compared · 成效对比"


class OutcomeDirection(DescribedEnum):
    """Which way the numbers of an outcome improve · 向好方向."""

    HIGHER = "higher", "More is better · 越高越好"
    LOWER = "lower", "Less is better · 越低越好"


class Form(DescribedEnum):
    """Which questionnaire is filled in, the brief or the full one · 问卷版式."""

    BRIEF = "brief", "The brief questionnaire, of fewer indicators · 简版"
    FULL = "full", "The full questionnaire · 完整版"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Source(_Part):
    """Where a statement comes from, with its mark (V verified … I ours) · 来源."""

    document: Text = Field(description="Document a statement comes from · 来源文件")
    mark: SourceMark = Field(description="Mark of the source · 来源标记")


class Dimension(_Part):
    """A dimension 维度; weight in percent of the total. base: one of the five of the base, which gates look at."""

    id: Text
    name: Text
    weight: Weight
    base: bool


class RawNumber(_Part):
    """A raw number that is asked for · 原始数值."""

    name: Annotated[str, Field(pattern=r"^[a-z_]+$")] = Field(description="Name · 名称")
    label: Text = Field(description="What to show · 标签")
    unit: Text = Field(description="Unit of the raw number · 单位")
    at_most: int | None = Field(default=None, description="Whole number up to this · 上限")


class Option(_Part):
    """An option of a multiple choice and the points it adds · 选项."""

    name: Annotated[str, Field(pattern=r"^[a-z_]+$")] = Field(description="Name · 名称")
    label: Text = Field(description="What to show · 标签")
    points: Annotated[Points, Field(gt=0)] = Field(
        description="Points of a level, or that an option adds · 分值"
    )


class Indicator(_Part):
    """An indicator, written out whole; its weight is percent of its dimension in the full form · 指标.

    upper_bounds: of a ratio (percent) or count, the inclusive upper bounds of levels 1 to 4.
    better: of an outcome, the direction that counts as better.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z]\d{2}$")] = Field(
        description="Indicator id: a capital letter and two digits · 指标编号"
    )
    dimension: Text = Field(description="Dimension, such as D1 · 维度编号")
    subdimension: Text = Field(description="Sub-dimension · 子维度")
    name: Text = Field(description="Name · 名称")
    weight_in_dimension: Weight = Field(description="Percent of its dimension in the full form · 维度内权重")
    in_brief: bool = Field(description="Whether the brief form asks it · 是否属于简版")
    key: bool = Field(description="Whether it is a key indicator (★) · 关键指标")
    kind: IndicatorKind = Field(description="How it is answered · 填报方式")
    numbers: tuple[RawNumber, ...] = Field(default=(), description="Raw numbers by name · 原始数值")
    upper_bounds: tuple[Bound, ...] = Field(
        default=(), description="Inclusive upper bounds of levels 1 to 4 · 分级上限"
    )
    options: tuple[Option, ...] = Field(default=(), description="Options of a multiple choice · 选项")
    better: OutcomeDirection | None = Field(
        default=None, description="Of an outcome, which direction counts as better · 向好方向"
    )
    levels: Annotated[tuple[Text, ...], Field(min_length=LEVELS, max_length=LEVELS)] = Field(
        description="Five level descriptors, 1 to 5 · 等级描述"
    )
    evidence: Text = Field(description="Evidence to show · 佐证要求")
    maps_to: str = Field(description="Compatible models · 对应模型")
    source: Source = Field(description="Where it comes from · 来源")

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        numbers = {"ratio": 2, "count": 1, "outcome": 2}.get(self.kind, 0)
        bounds = LEVELS - 1 if self.kind in ("ratio", "count") else 0
        if len(self.numbers) != numbers:
            raise ValueError(f"indicator {self.id}: a {self.kind} has {numbers} raw numbers")
        if len(self.upper_bounds) != bounds or list(self.upper_bounds) != sorted(set(self.upper_bounds)):
            raise ValueError(f"indicator {self.id}: a {self.kind} has {bounds} rising upper bounds")
        if bool(self.options) != (self.kind == "multi"):
            raise ValueError(f"indicator {self.id}: options belong to a multiple choice, and only there")
        if (self.better is not None) != (self.kind == "outcome"):
            raise ValueError(f"indicator {self.id}: a direction belongs to an outcome, and only there")
        return self


class WeakestDimension(_Part):
    """No base dimension lies more than so many levels below the candidate 短板门槛."""

    code: Text
    levels_below: int


class Breadth(_Part):
    """So many base dimensions, one named among them, reach the candidate level's floor 广度门槛."""

    code: Text
    at_least: int
    including: str


class KeyIndicators(_Part):
    """Every ★ is at most so many levels below, and a share of them reaches the candidate 关键指标门槛."""

    code: Text
    levels_below: int
    share_percent: Annotated[int, Field(ge=0, le=100)]


class IndicatorFloor(_Part):
    """From a level on, one indicator has a floor 单项门槛."""

    code: Text
    indicator: str
    from_level: Annotated[int, Field(ge=2, le=LEVELS)]
    at_least: Level


class ProcessGate(_Part):
    """From a level on, a step of the process must have taken place 过程门槛."""

    code: Text
    from_level: Annotated[int, Field(ge=2, le=LEVELS)]


class Gates(_Part):
    """All gates of an edition 门槛."""

    weakest_dimension: WeakestDimension
    breadth: Breadth
    key_indicators: KeyIndicators
    security: tuple[IndicatorFloor, ...]
    site_visit: ProcessGate
    expert_review: ProcessGate


class Problem(_Part):
    """Why a text is no whole edition yet 不成立之处: the rule that it breaks, and where.

    industry: whose overlay it stands in; None = the plain part. place: clause path, as `standards.edition.difference` writes it.
    """

    industry: str | None = None
    place: str
    rule: str
    says: str
    says_in_english: str


class EditionText(_Part):
    """The text of an edition 标准文本, each line sound by itself; whether it holds as a whole is what `problems` tells.

    points: maturity level -> points 0–100. bands: lowest total of grades 1 to 10. status: what a reader must be told
    about its authority.
    """

    key: Annotated[str, Field(pattern=r"^\d{4}(\.\d+)?$")]
    title: Text
    status: Text
    source: Source
    dimensions: tuple[Dimension, ...]
    indicators: tuple[Indicator, ...]
    points: dict[Level, Points]
    multi_base_points: Points
    level_names: Annotated[tuple[Text, ...], Field(min_length=LEVELS, max_length=LEVELS)]
    grade_names: Annotated[tuple[Text, ...], Field(min_length=GRADES, max_length=GRADES)]
    below_grade_name: Text
    bands: Annotated[tuple[Points, ...], Field(min_length=GRADES, max_length=GRADES)]
    gates: Gates

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:  # noqa: ARG002 - signature of the library
        """A changed copy, validated anew: a plain copy would keep the cached digest of the original 修订副本."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate(fields | dict(update or {}))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of the whole text, hexadecimal."""
        return sha256(self.model_dump_json().encode()).hexdigest()

    @cached_property
    def by_id(self) -> Mapping[str, Indicator]:
        """Indicator id -> indicator."""
        return {item.id: item for item in self.indicators}

    @cached_property
    def _forms(self) -> Mapping[Form, tuple[Indicator, ...]]:
        return {Form.FULL: self.indicators, Form.BRIEF: tuple(item for item in self.indicators if item.in_brief)}

    def of(self, form: Form) -> tuple[Indicator, ...]:
        """The indicators that a form asks for 问卷指标, in the edition's order."""
        return self._forms[form]

    def evidence_of(self, indicator: str) -> str:
        """Evidence to show for an indicator 佐证要求, standing alone: where the text says 同上, what the line above says."""
        return self._standing_alone["evidence"][indicator]

    def maps_to_of(self, indicator: str) -> str:
        """Models that an indicator is compatible with 对应模型, standing alone likewise."""
        return self._standing_alone["maps_to"][indicator]

    @cached_property
    def _standing_alone(self) -> Mapping[str, Mapping[str, str]]:
        """The text stays as it was published, digest and all; whoever reads one line by itself is told what it means."""
        found: dict[str, dict[str, str]] = {"evidence": {}, "maps_to": {}}
        for member, said in found.items():
            above = ""
            for item in self.indicators:
                text: str = getattr(item, member)
                above = above if text == AS_ABOVE else text
                said[item.id] = above
        return found

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Every reason why the text does not hold as a whole 不成立之处, in the order of the text; none = it is an edition."""
        return (*_lines_at_odds(self), *_judging_at_odds(self))


def _lines_at_odds(text: EditionText) -> Iterator[Problem]:
    ids = [item.id for item in text.indicators]
    if repeated := sorted({i for i in ids if ids.count(i) > 1}):
        yield _problem("indicators", "IDS_REPEAT", f"指标编号重复：{'、'.join(repeated)}", f"indicator ids repeat: {repeated}")
    if (total := sum(d.weight for d in text.dimensions)) != HUNDRED:
        said = f"各维度权重合计 {total}，应为 100"
        yield _problem("dimensions", "WEIGHTS_NOT_100", said, f"dimension weights add up to {total}, not 100")
    known = {d.id for d in text.dimensions}
    if len(known) != len(text.dimensions):
        yield _problem("dimensions", "IDS_REPEAT", "维度编号重复", "dimension ids repeat")
    if strangers := sorted({item.dimension for item in text.indicators} - known):
        said = f"指标所属维度不存在：{'、'.join(strangers)}"
        yield _problem("indicators", "DIMENSION_UNKNOWN", said, f"indicators of unknown dimensions: {strangers}")
    for dimension in text.dimensions:
        place, mine = f"dimensions.{dimension.id}", [item for item in text.indicators if item.dimension == dimension.id]
        if (total := sum(item.weight_in_dimension for item in mine)) != HUNDRED:
            said = f"维度 {dimension.id} 内指标权重合计 {total}，应为 100"
            yield _problem(place, "WEIGHTS_NOT_100", said, f"weights in dimension {dimension.id} add up to {total}, not 100")
        if not any(item.in_brief for item in mine):
            said = f"维度 {dimension.id} 在简版中没有指标"
            yield _problem(place, "BRIEF_FORM_EMPTY", said, f"dimension {dimension.id} has no indicator in the brief form")


def _judging_at_odds(text: EditionText) -> Iterator[Problem]:
    ids = {item.id for item in text.indicators}
    for gate in text.gates.security:
        if gate.indicator not in ids:
            said = f"门槛 {gate.code} 所指指标 {gate.indicator} 不存在"
            english = f"gate {gate.code} names an unknown indicator {gate.indicator}"
            yield _problem(f"gates.security.{gate.code}.indicator", "GATE_INDICATOR_UNKNOWN", said, english)
    breadth = text.gates.breadth
    if breadth.including not in {d.id for d in text.dimensions if d.base}:
        english = f"gate {breadth.code} names an unknown base dimension"
        yield _problem("gates.breadth.including", "GATE_DIMENSION_UNKNOWN", "广度门槛所指基本维度不存在", english)
    if not 1 <= breadth.at_least <= sum(d.base for d in text.dimensions):
        english = f"gate {breadth.code} asks for {breadth.at_least} base dimensions, which there are not"
        yield _problem("gates.breadth.at_least", "GATE_OUT_OF_RANGE", "广度门槛所需的基本维度数不成立", english)
    for name, below in (
        ("weakest_dimension", text.gates.weakest_dimension.levels_below),
        ("key_indicators", text.gates.key_indicators.levels_below),
    ):
        if not 0 <= below < LEVELS:
            english = f"gate {name} lets something lie {below} levels below"
            yield _problem(f"gates.{name}.levels_below", "GATE_OUT_OF_RANGE", "门槛允许低于候选等级的级数不成立", english)
    if list(text.bands) != sorted(set(text.bands)):
        yield _problem("bands", "BANDS_NOT_RISING", "各档最低分未逐档上升", "bands do not rise")
    levels = sorted(text.points)
    if [text.points[level] for level in levels] != sorted(set(text.points.values())):
        yield _problem("points", "POINTS_NOT_RISING", "等级分值未随等级上升", "points do not rise with the level")
    if not {Decimal(level) for level in range(LEVELS + 1)} <= text.points.keys():
        yield _problem("points", "POINTS_MISSING", "有整级没有分值", "points are missing for a whole level")
    for item in text.indicators:
        if item.kind == "multi":
            best = text.multi_base_points + sum(option.points for option in item.options)
            if best != HUNDRED:
                said = f"指标 {item.id} 的选项全选得 {best} 分，应为 100"
                english = f"indicator {item.id}: all options together give {best} points, not 100"
                yield _problem(f"indicators.{item.id}.options", "OPTIONS_NOT_100", said, english)


def _problem(place: str, rule: str, says: str, says_in_english: str) -> Problem:
    return Problem(place=place, rule=rule, says=says, says_in_english=says_in_english)
