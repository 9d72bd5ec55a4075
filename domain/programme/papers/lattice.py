"""Lattice of published tables 公开统计分组: which districts, industries and grades are counted together. Method q. plan R1, R5.

Groups are data of a dated rule, so that the tables of a period have one lattice. Where it changes, a cell is compared with the
union of the former cells that it is made of, or the other way round; groups that cross former ones are comparable with nothing.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from domain.governance.rule_bodies.publication import PublishedGroup, PublishedSide
from domain.programme.papers.tables import ECOSYSTEM, PaperTableName

Place = tuple[str, str]
"""Row and column of a cell."""
Side = PublishedSide | None
"""What the rows or columns of a table are; None = what is never counted together."""

_OF_DISTRICTS: Mapping[PaperTableName, Side] = {
    PaperTableName.COVERAGE: None,
    PaperTableName.GRADES: PublishedSide.GRADE,
    PaperTableName.HEAT: PublishedSide.INDUSTRY,
    PaperTableName.MOVEMENT: None,
    **dict.fromkeys(ECOSYSTEM, PublishedSide.INDUSTRY),
}
"""Table that has districts down -> what it has across."""


class Alike(NamedTuple):
    """Cells of two papers that count the same 可比单元格: of the present one, and of the former one."""

    present: frozenset[Place]
    former: frozenset[Place]


class Lattice:
    """What is counted together 分组. A district, division or grade of no group stands by itself."""

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        """groups: "side/id" -> what it counts together, as `groups_of` gives it."""
        self._members = {_parted(name): frozenset(held) for name, held in groups.items()}
        self._label = {(side, one): label for (side, label), held in self._members.items() for one in held}

    def label(self, side: Side, code: str) -> str:
        """The row or column that a district, division or grade is counted in."""
        return self._label.get((side, code), code) if side is not None else code

    def covered(self, side: Side, labels: frozenset[str]) -> frozenset[str]:
        """All that some rows or columns count."""
        if side is None:
            return labels
        return frozenset[str]().union(*(self._members.get((side, one), {one}) for one in labels))

    def labels(self, side: Side, codes: frozenset[str]) -> frozenset[str]:
        """The rows or columns in which they are counted."""
        return frozenset(self.label(side, one) for one in codes)


def _parted(name: str) -> tuple[PublishedSide, str]:
    side, _, label = name.partition("/")
    return PublishedSide(side), label


def groups_of(groups: Sequence[PublishedGroup]) -> dict[str, list[str]]:
    """The groups of a rule, as a paper keeps them."""
    return {f"{one.side.value}/{one.id}": sorted(one.members) for one in groups}


def sides_of(table: PaperTableName) -> tuple[Side, Side]:
    """What the rows and the columns of a table are."""
    return (PublishedSide.DISTRICT, _OF_DISTRICTS[table]) if table in _OF_DISTRICTS else (None, None)


def alike(table: PaperTableName, place: Place, present: Lattice, former: Lattice) -> Alike | None:
    """The fewest cells around a place that count the same in two lattices 可比单元格; None where their groups cross."""
    sides: list[tuple[frozenset[str], frozenset[str]]] = []
    for side, label in zip(sides_of(table), place, strict=True):
        before = former.labels(side, present.covered(side, frozenset({label})))
        counted = former.covered(side, before)
        now = present.labels(side, counted)
        if present.covered(side, now) != counted or min(len(now), len(before)) > 1:
            return None
        sides.append((now, before))
    (rows, former_rows), (columns, former_columns) = sides
    return Alike(frozenset(product(rows, columns)), frozenset(product(former_rows, former_columns)))
