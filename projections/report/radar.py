"""Radar 雷达图 of the dimensions: where everything lies on paper; `templates/radar.svg` draws it. plan P4.

Only places on paper are floating-point numbers; every score is written out as the exact number it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import cos, pi, sin
from typing import Literal

from projections.report.sheet import Chapter

WIDTH, HEIGHT = 480, 360
CENTRE = (240.0, 178.0)
RADIUS = 118.0
RINGS = (20, 40, 60, 80, 100)
LABEL_GAP = 16.0
UPRIGHT = 0.2
"""Sine of an axis' angle below which its label stands above or below it, not beside it."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point on paper 坐标, in units of the drawing, two decimals when printed."""

    x: float
    y: float

    def __str__(self) -> str:
        return f"{self.x:.2f},{self.y:.2f}"


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis 坐标轴: its end, its verified point, and where its label stands."""

    chapter: Chapter
    end: Point
    dot: Point
    label: Point
    anchor: Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Radar:
    """The drawing 雷达图, 480 × 360 units. rings: (value, polygon, place of the value). Polygons are SVG point lists."""

    rings: tuple[tuple[int, str, Point], ...]
    axes: tuple[Axis, ...]
    own: str
    verified: str
    centre: Point
    width: int = WIDTH
    height: int = HEIGHT


def radar(chapters: Sequence[Chapter]) -> Radar:
    """The drawing of all dimensions 雷达图; the first axis points up, the others follow clockwise."""
    count = len(chapters)

    def place(index: int, score: Decimal | int, beyond: float = 0.0) -> Point:
        angle, reach = 2 * pi * index / count, RADIUS * float(score) / 100 + beyond
        return Point(CENTRE[0] + sin(angle) * reach, CENTRE[1] - cos(angle) * reach)

    def polygon(scores: Sequence[Decimal | int]) -> str:
        return " ".join(str(place(index, score)) for index, score in enumerate(scores))

    return Radar(
        rings=tuple((ring, polygon([ring] * count), place(0, ring)) for ring in RINGS),
        axes=tuple(
            Axis(
                chapter=chapter,
                end=place(index, 100),
                dot=place(index, chapter.verified),
                label=_above_or_beside(place(index, 100, LABEL_GAP), index, count),
                anchor=_anchor(index, count),
            )
            for index, chapter in enumerate(chapters)
        ),
        own=polygon([chapter.own for chapter in chapters]),
        verified=polygon([chapter.verified for chapter in chapters]),
        centre=Point(*CENTRE),
    )


def _anchor(index: int, count: int) -> Literal["start", "middle", "end"]:
    side = sin(2 * pi * index / count)
    if abs(side) < UPRIGHT:
        return "middle"
    return "start" if side > 0 else "end"


def _above_or_beside(place: Point, index: int, count: int) -> Point:
    """Where the first of a label's two lines stands: both above the upper end, both below the lower one, or beside."""
    if _anchor(index, count) != "middle":
        return Point(place.x, place.y - 3)
    return Point(place.x, place.y - 14 if cos(2 * pi * index / count) > 0 else place.y + 10)
