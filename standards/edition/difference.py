"""Difference 差异 of two editions, clause by clause: as data, and as sentences that a reader of the standard reads. plan S5.

Compared by value, lines by their id: the order of indicators is presentation and no clause, and 7 equals 7.0.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from standards.edition.edition import Edition
from standards.edition.text import EditionText, Indicator

Path = tuple[str, ...]

TERMS_ZH: Mapping[str, str] = {
    "key": "版本号",
    "title": "标题",
    "status": "性质",
    "source": "来源",
    "document": "文件",
    "mark": "标记",
    "dimensions": "维度",
    "name": "名称",
    "weight": "权重",
    "base": "属于基本维度",
    "indicators": "指标",
    "dimension": "所属维度",
    "subdimension": "子维度",
    "weight_in_dimension": "维度内权重",
    "in_brief": "属于简版",
    "kind": "填报方式",
    "numbers": "原始数值",
    "label": "标签",
    "unit": "单位",
    "at_most": "上限",
    "upper_bounds": "分级上限",
    "options": "选项",
    "points": "分值",
    "better": "向好方向",
    "levels": "等级描述",
    "evidence": "佐证要求",
    "maps_to": "对应模型",
    "multi_base_points": "多选起始分",
    "level_names": "等级名称",
    "grade_names": "档名称",
    "below_grade_name": "未达级名称",
    "bands": "各档最低分",
    "gates": "门槛",
    "weakest_dimension": "短板门槛",
    "breadth": "广度门槛",
    "key_indicators": "关键指标门槛",
    "security": "单项门槛",
    "site_visit": "现场诊断门槛",
    "expert_review": "专家评审门槛",
    "levels_below": "允许低于候选等级的级数",
    "at_least": "最低值",
    "including": "必含维度",
    "share_percent": "达标比例（%）",
    "indicator": "指标",
    "from_level": "起始等级",
    "code": "代码",
}
"""Member of an edition -> what the standard calls it."""
KEY_INDICATOR = "关键指标 ★"
"""`key` of an indicator; that of an edition is its number."""
NAMED_BY = {"dimensions": "id", "indicators": "id", "numbers": "name", "options": "name", "security": "code"}
"""List -> the member that names its lines."""
LINES = frozenset({"dimensions", "indicators"})
"""Lists whose lines come and go as a whole."""
LINE = 2
"""Parts of the path of such a line."""
FLOORS = ("gates", "security")
FLOOR_MEMBERS: Mapping[str, str] = {"at_least": "最低等级", "from_level": "起始等级", "indicator": "指标"}
PLACES: Mapping[str, str] = {
    "upper_bounds": "第 {} 级上限",
    "levels": "第 {} 级描述",
    "level_names": "第 {} 级名称",
    "grade_names": "第 {} 档名称",
    "bands": "第 {} 档最低分",
    "points": "{} 级分值",
}
"""List -> what a line of it, named by its place, is called."""


class Difference(BaseModel):
    """One clause in which two editions differ 差异. before: None where it is new; after: None where it is gone.

    clause: where it stands, such as indicators.Z01.weight_in_dimension. label: the same in the words of the standard.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    clause: str
    label: str
    before: str | None
    after: str | None

    @property
    def sentence(self) -> str:
        """The difference as a line to read · 差异说明."""
        if self.before is None:
            return f"新增{self.label}：{self.after}"
        if self.after is None:
            return f"删去{self.label}：{self.before}"
        return f"{self.label}：{self.before} → {self.after}"

    @property
    def sentence_in_english(self) -> str:
        """The same in English, its clause by its path · 英文差异说明; what the text itself says is Chinese."""
        if self.before is None:
            return f"New: {self.clause}: {self.after}"
        if self.after is None:
            return f"Gone: {self.clause}: {self.before}"
        return f"{self.clause}: {self.before} → {self.after}"


def difference(old: Edition, new: Edition) -> tuple[Difference, ...]:
    """Every clause in which two editions differ 版本差异, in the order of the new one, then what is gone.

    A line that is new or gone is one difference, not one for each of its members. Nothing where the two say the same.
    """
    then, later = clauses_of(old), clauses_of(new)
    paths = dict.fromkeys((*later, *then))
    found = []
    for path in paths:
        whole = path[:LINE] if path[0] in LINES else path
        come_or_gone = path[0] in LINES and (whole in then) != (whole in later)
        if (come_or_gone and path != whole) or then.get(path) == later.get(path):
            continue
        if path == whole and path[0] in LINES and not come_or_gone:
            continue
        was, becomes = (said(clauses[path]) if path in clauses else None for clauses in (then, later))
        found.append(Difference(clause=".".join(path), label=label_of(path, new, old), before=was, after=becomes))
    return tuple(found)


def clauses_of(edition: EditionText) -> dict[Path, Any]:
    """Path -> value of every clause 条款; a line that may come and go has one of its own, which tells it in short."""
    found: dict[Path, Any] = dict(leaves_of(edition.model_dump()))
    short: dict[Path, Any] = {
        ("dimensions", item.id): f"{item.name}（权重 {item.weight}）" for item in edition.dimensions
    }
    short |= {("indicators", item.id): line_in_short(item) for item in edition.indicators}
    return {**found, **short}


def line_in_short(item: Indicator) -> str:
    """An indicator as a difference tells it when the whole line is new or gone 指标概要."""
    return f"{item.name}（{item.dimension}，维度内权重 {item.weight_in_dimension}）"


def leaves_of(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:  # noqa: ANN401 - a dumped model is any JSON-like value
    """Path -> value of every member of a dumped model, lines named by their id."""
    match value:
        case dict():
            for name, inner in value.items():
                yield from leaves_of(inner, (*path, str(name)))
        case tuple() | list():
            naming = NAMED_BY.get(path[-1])
            for number, inner in enumerate(value, 1):
                if naming is None:
                    yield from leaves_of(inner, (*path, str(number)))
                else:
                    rest = {name: member for name, member in inner.items() if name != naming}
                    yield from leaves_of(rest, (*path, str(inner[naming])))
        case _:
            yield path, value


def said(value: Any) -> str:  # noqa: ANN401 - any leaf of a dumped model
    """A value as a reader of the standard reads it 值的写法."""
    if value is None:
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def label_of(path: Path, *editions: EditionText) -> str:
    """A path in the words of the standard 条款名称: “指标 Z01“…”的维度内权重”; a line is called as the first edition calls it."""
    if path[0] in LINES and len(path) >= LINE:
        names = {item.id: item.name for edition in reversed(editions) for item in edition.dimensions}
        names |= {item.id: item.name for edition in reversed(editions) for item in edition.indicators}
        line = f"{TERMS_ZH[path[0]]} {path[1]}"
        if len(path) == LINE:
            return line
        member = KEY_INDICATOR if path[2] == "key" else _words(path[2:])
        return f"{line}“{names[path[1]]}”的{member}" if path[1] in names else f"{line} 的{member}"
    if path[:2] == FLOORS and len(path) > len(FLOORS):
        return _floor(path, editions)
    return _words(path[1:] if path[0] == "gates" else path)


def _floor(path: Path, editions: tuple[EditionText, ...]) -> str:
    """A floor by the indicator that it holds 单项门槛, not by its code."""
    floors = ((edition, floor) for edition in editions for floor in edition.gates.security if floor.code == path[2])
    named = next((f"（{one.indicator} {edition.by_id[one.indicator].name}）" for edition, one in floors), "")
    member = FLOOR_MEMBERS.get(path[-1], _words(path[3:]))
    return f"{TERMS_ZH['security']}{named}的{member}" if len(path) > len(FLOORS) + 1 else f"{TERMS_ZH['security']}{named}"


def _words(path: Path) -> str:
    """Members as they are called, each of the one before; a place in a list is its level or grade."""
    found: list[str] = []
    for number, part in enumerate(path):
        if number and path[number - 1] in PLACES and _is_number(part):
            found[-1] = PLACES[path[number - 1]].format(part)
        else:
            found.append(TERMS_ZH.get(part, part))
    return "的".join(found)


def _is_number(part: str) -> bool:
    return part.replace(".", "", 1).isdecimal()
