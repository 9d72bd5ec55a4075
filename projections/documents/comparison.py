"""Comparison 修订对照: two editions side by side, by dimension and clause, with reasons. Pure. plan S5.

What differs is told by `standards.edition.difference`; this page only orders it for a reader.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Literal

from projections.report.wording import chinese, number, short_name
from standards import Difference, Edition, Indicator, Origin, difference
from standards.edition.terms_zh import BETTER, KINDS

Fate = Literal["added", "dropped", "changed"]

NO_REASONS: Mapping[str, str] = MappingProxyType({})
MADE_ROOM = "随所在维度的增改按比例调整"
"""Reason of a weight that nobody stated: it gave way to those that were."""
ALIKE = 0.4
"""Texts less alike than this are read whole; marking what they share by chance would only confuse."""
LINE, MEMBER = 2, 3
"""Parts of the clause of a line such as indicators.Z01, and of a clause within it."""

GENERAL, SCALE, GATES = "总则", "等级、分值与分档", "门槛"
SECTION_OF: Mapping[str, str] = {
    **dict.fromkeys(("key", "title", "status", "source"), GENERAL),
    **dict.fromkeys(
        ("points", "multi_base_points", "level_names", "grade_names", "below_grade_name", "bands"), SCALE
    ),
    "gates": GATES,
}
"""First part of a clause -> section, where it belongs to no dimension."""

Span = tuple[str, bool]
"""A piece of a text, and whether it differs 文字片段."""


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """One clause before and after 条款对照. label: within its line. None: not there. reason: empty when none was given."""

    clause: str
    label: str
    before: str | None
    after: str | None
    reason: str

    @property
    def spans(self) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        """Both texts in pieces, those that differ marked 差异标示."""
        before, after = self.before or "", self.after or ""
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        if matcher.ratio() < ALIKE:
            return (((before, True),) if before else ()), (((after, True),) if after else ())
        old: list[Span] = []
        new: list[Span] = []
        for kind, start, end, begin, stop in matcher.get_opcodes():
            old += [(before[start:end], kind != "equal")] if end > start else []
            new += [(after[begin:stop], kind != "equal")] if stop > begin else []
        return tuple(old), tuple(new)


@dataclass(frozen=True, slots=True)
class LineChange:
    """An indicator or dimension that differs 条目对照.

    whole: (label, text) of all that a line says which is new or gone, told in full; clauses: of one that changed.
    """

    id: str
    name: str
    fate: Fate
    clauses: tuple[ClauseChange, ...]
    whole: tuple[tuple[str, str], ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the comparison 对照章节: clauses that stand alone, then lines."""

    title: str
    clauses: tuple[ClauseChange, ...]
    lines: tuple[LineChange, ...]

    def count(self, fate: Fate) -> int:
        """How many of its lines met a fate."""
        return sum(line.fate == fate for line in self.lines)

    @property
    def differences(self) -> int:
        """Clauses that differ, a line that is new or gone counted once."""
        return len(self.clauses) + sum(len(line.clauses) or 1 for line in self.lines)


@dataclass(frozen=True)
class EditionComparison:
    """Two editions side by side 修订对照. was, becomes: what they are called on the page."""

    old: Edition
    new: Edition
    was: str
    becomes: str
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        """Title of the document."""
        return f"标准修订对照 {self.was} → {self.becomes}"

    @property
    def differences(self) -> int:
        """How many clauses differ."""
        return sum(section.differences for section in self.sections)

    @property
    def kept(self) -> int:
        """How many indicators say the same in both."""
        changed = {line.id for section in self.sections for line in section.lines if line.fate == "changed"}
        return len((self.old.by_id.keys() & self.new.by_id.keys()) - changed)

    def indicators(self, fate: Fate) -> int:
        """How many indicators met a fate."""
        known = self.old.by_id.keys() | self.new.by_id.keys()
        lines = (line for section in self.sections for line in section.lines)
        return sum(line.fate == fate and line.id in known for line in lines)


def reasons_of(old: Edition, new: Edition, origins: Iterable[Origin]) -> Mapping[str, str]:
    """Clause -> reason, as far as the origins of an industry edition tell why it differs from its plain one 修订理由."""
    if new.key.partition("-")[0] != old.key or new.key == old.key:
        return NO_REASONS
    found = {}
    for origin in origins:
        line = f"indicators.{origin.indicator}"
        if origin.reason:
            found[line] = origin.reason
        for change in origin.changes:
            found[f"{line}.{change.field}"] = change.reason or MADE_ROOM
    return found


def comparison(
    old: Edition,
    new: Edition,
    reasons: Mapping[str, str] = NO_REASONS,
    names: tuple[str, str] | None = None,
) -> EditionComparison:
    """Two editions side by side 修订对照: any two, published or drafted.

    Args:
        old: the one compared with.
        new: the one that would replace it.
        reasons: clause, or the clause that it lies in, -> why it was changed.
        names: what to call the two; their short names when None.
    """
    sections: dict[str, tuple[list[ClauseChange], dict[str, list[Difference]]]] = {GENERAL: ([], {})}
    dimensions = {item.id: chinese(f"{item.id} {item.name}") for edition in (old, new) for item in edition.dimensions}
    sections |= {title: ([], {}) for title in (*dimensions.values(), SCALE, GATES)}
    called = dimensions | {edition.key: short_name(edition) for edition in (old, new)}
    for one in difference(old, new):
        path = one.clause.split(".")
        match path[0]:
            case "dimensions":
                title = dimensions[path[1]]
            case "indicators":
                title = dimensions[(new.by_id.get(path[1]) or old.by_id[path[1]]).dimension]
            case root:
                title = SECTION_OF[root]
        clauses, lines = sections[title]
        if path[0] == "indicators":
            lines.setdefault(path[1], []).append(one)
        else:
            clauses.append(_clause(one, reasons, called))
    was, becomes = names or (short_name(old), short_name(new))
    return EditionComparison(
        old=old,
        new=new,
        was=was,
        becomes=becomes,
        sections=tuple(
            Section(
                title,
                tuple(clauses),
                tuple(_line(identity, found, old, new, reasons, called) for identity, found in lines.items()),
            )
            for title, (clauses, lines) in sections.items()
            if clauses or lines
        ),
    )


def _line(
    identity: str,
    found: Sequence[Difference],
    old: Edition,
    new: Edition,
    reasons: Mapping[str, str],
    called: Mapping[str, str],
) -> LineChange:
    before, after = old.by_id.get(identity), new.by_id.get(identity)
    reason = reasons.get(f"indicators.{identity}", "")
    if before is None and after is not None:
        return LineChange(identity, chinese(after.name), "added", (), _whole(new, after), reason)
    if after is None and before is not None:
        return LineChange(identity, chinese(before.name), "dropped", (), _whole(old, before), reason)
    clauses = tuple(_clause(one, reasons, called) for one in found)
    return LineChange(identity, chinese(new.by_id[identity].name), "changed", clauses, (), reason)


def _whole(edition: Edition, item: Indicator) -> tuple[tuple[str, str], ...]:
    """All that an indicator says 条目全文."""
    asked = "、".join(f"{raw.label}（{raw.unit}）" for raw in item.numbers)
    bounds = " / ".join(number(bound) for bound in item.upper_bounds)
    options = "、".join(f"{option.label}（+{number(option.points)} 分）" for option in item.options)
    said = [
        ("子维度", item.subdimension),
        ("维度内权重", f"{number(item.weight_in_dimension)}%"),
        ("问卷", "简版与完整版" if item.in_brief else "完整版"),
        ("关键指标 ★", "是" if item.key else "否"),
        ("填报方式", KINDS[item.kind]),
        ("原始数值", asked),
        ("分级上限", bounds),
        ("选项", options),
        ("向好方向", BETTER[item.better] if item.better else ""),
        *((f"{level} 级", text) for level, text in enumerate(item.levels, 1)),
        ("佐证要求", edition.evidence_of(item.id)),
        ("对应模型", edition.maps_to_of(item.id)),
        ("来源", f"{item.source.document}（标记 {item.source.mark}）"),
    ]
    return tuple((label, chinese(text)) for label, text in said if text)


def _clause(one: Difference, reasons: Mapping[str, str], called: Mapping[str, str]) -> ClauseChange:
    path = one.clause.split(".")
    within = one.label.partition("”的")[2] if len(path) >= MEMBER and path[0] in ("dimensions", "indicators") else ""
    before, after = _worded(path, one.before, called), _worded(path, one.after, called)
    if before == after:  # they differ in what is set alike: each is shown as it was written
        before, after = one.before, one.after
    return ClauseChange(
        clause=one.clause,
        label=chinese(within or one.label),
        before=before,
        after=after,
        reason=next(
            (reasons[clause] for size in range(len(path), LINE - 1, -1) if (clause := ".".join(path[:size])) in reasons),
            reasons.get(path[0], ""),
        ),
    )


def _worded(path: Sequence[str], said: str | None, called: Mapping[str, str]) -> str | None:
    """What a clause says, in the words of the standard where the data has a code for it."""
    if said is None:
        return None
    codes: Mapping[str, Mapping[str, str]] = {
        "kind": {str(kind): word for kind, word in KINDS.items()},
        "better": BETTER,
        "dimension": called,
        "including": called,
        "key": called,
    }
    return chinese(codes.get(path[-1], {}).get(said, said))
