"""Standard 标准文本: what the pages of an edition show. Pure: a function of the edition, its origins and its day. plan S1–S4."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from projections.report.wording import MARKS, number
from standards import Dimension, Edition, Form, Indicator, Origin
from standards.edition.composition import OriginPart
from standards.edition.terms_zh import Worded, gates_in_words
from standards.scoring.measure import apportioned, effective_weights

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class IndicatorEntry:
    """An indicator as its page shows it 指标条目.

    share, brief_share: percent of the total that it carries in the full and in the brief form, four decimals, when every
    indicator applies; None where the brief form does not ask it.
    """

    indicator: Indicator
    origin: Origin
    share: Decimal
    brief_share: Decimal | None

    @property
    def bands(self) -> tuple[str, ...]:
        """Levels 1 to 5 of a ratio or count as intervals of its number 分级区间; empty for other kinds."""
        bounds = [number(bound) for bound in self.indicator.upper_bounds]
        if not bounds:
            return ()
        unit = "%" if self.indicator.kind == "ratio" else ""
        inner = (f"({low}{unit}, {high}{unit}]" for low, high in pairwise(bounds))
        return (f"≤ {bounds[0]}{unit}", *inner, f"> {bounds[-1]}{unit}")


@dataclass(frozen=True, slots=True)
class DimensionChapter:
    """A dimension with its indicators 维度; groups: (sub-dimension, its entries), in the edition's order."""

    dimension: Dimension
    entries: tuple[IndicatorEntry, ...]
    groups: tuple[tuple[str, tuple[IndicatorEntry, ...]], ...]


@dataclass(frozen=True, slots=True)
class GradeLine:
    """A grade with the level it belongs to and its band 档次: from `lowest` on, below `next_lowest` (None at the top)."""

    grade: int
    name: str
    level: int
    level_name: str
    lowest: Decimal
    next_lowest: Decimal | None


@dataclass(frozen=True)
class StandardSheet:
    """Everything the pages of an edition show 标准文本数据.

    published: the day in the city's calendar; None of a draft, which every page then says. parts: part of "1+X+Y" ->
    how many indicators of the edition come from it.
    """

    edition: Edition
    published: date | None
    industry: str | None
    chapters: tuple[DimensionChapter, ...]
    dropped: tuple[Origin, ...]
    grades: tuple[GradeLine, ...]
    gates: tuple[Worded, ...]
    parts: Mapping[str, int]
    marks: tuple[tuple[str, str, int], ...]

    @property
    def entries(self) -> tuple[IndicatorEntry, ...]:
        """Every indicator, dimension by dimension."""
        return tuple(entry for chapter in self.chapters for entry in chapter.entries)

    @property
    def unverified(self) -> int:
        """How many indicators carry another mark than V 未核对的指标数."""
        return sum(entry.indicator.source.mark != "V" for entry in self.entries)


def standard_sheet(edition: Edition, origins: Sequence[Origin], published: date | None) -> StandardSheet:
    """The sheet of an edition 标准文本数据.

    Args:
        edition: plain or for an industry.
        origins: of every indicator, those dropped included.
        published: the day it was published; None for a draft.
    """
    by_id = {origin.indicator: origin for origin in origins if origin.fate != "dropped"}
    full, brief = (_shares(edition, form) for form in (Form.FULL, Form.BRIEF))
    chapters = []
    for dimension in edition.dimensions:
        entries = tuple(
            IndicatorEntry(item, by_id[item.id], full[item.id], brief.get(item.id))
            for item in edition.indicators
            if item.dimension == dimension.id
        )
        names = dict.fromkeys(entry.indicator.subdimension for entry in entries)
        groups = tuple(
            (name, tuple(entry for entry in entries if entry.indicator.subdimension == name)) for name in names
        )
        chapters.append(DimensionChapter(dimension, entries, groups))
    parts = [origin.part for origin in by_id.values()]
    found = [item.source.mark for item in edition.indicators]
    return StandardSheet(
        edition=edition,
        published=published,
        industry=edition.key.partition("-")[2] or None,
        chapters=tuple(chapters),
        dropped=tuple(origin for origin in origins if origin.fate == "dropped"),
        grades=_grades(edition),
        gates=gates_in_words(edition),
        parts={part: parts.count(part) for part in OriginPart},
        marks=tuple((mark, said, found.count(mark)) for mark, said in MARKS.items() if mark in found),
    )


def _shares(edition: Edition, form: Form) -> Mapping[str, Decimal]:
    return apportioned(effective_weights(edition, form, frozenset(item.id for item in edition.of(form))), HUNDRED)


def _grades(edition: Edition) -> tuple[GradeLine, ...]:
    bands = edition.bands
    return tuple(
        GradeLine(
            grade=grade,
            name=edition.grade_names[grade - 1],
            level=(level := (grade + 1) // 2),
            level_name=edition.level_names[level - 1],
            lowest=bands[grade - 1],
            next_lowest=bands[grade] if grade < len(bands) else None,
        )
        for grade in range(1, len(bands) + 1)
    )
