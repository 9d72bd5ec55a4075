"""Inputs of a paper 白皮书输入: what it is worked out from, and what is kept of it for the papers to come. plan R1, R5."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import TypeAdapter

from domain.governance.rule_bodies.publication import PublicationRule
from domain.programme.papers.lattice import Place
from domain.programme.papers.tables import PaperTableName
from domain.programme.uplifts.numbers import UpliftFirm

Members = Mapping[str, str]
"""Firm -> what the cell says of it: its exact number where a mean is shown, else nothing."""


class PaperFirm(NamedTuple):
    """A firm of the year's roster 名单企业. grade, total: of its result by the end of the year; None = it has none.

    movement: how its grade moved since the year before; None without a result.
    """

    id: str
    district: str
    industry: str
    group: str | None
    grade: int | None
    total: str | None
    movement: str | None


class PaperTarget(NamedTuple):
    """A target of the city 市级目标. mark: of its source."""

    measure: str
    at_least: str
    mark: str


class PaperInputs(NamedTuple):
    """What a paper is worked out from 白皮书输入.

    points: edition and indicator -> firm -> points. twice: firms diagnosed twice; None = no uplift of the year was asked for.
    former: what is kept of each published paper. linked: table of the ecosystem -> firms that it counts.
    """

    firms: Sequence[PaperFirm]
    points: Mapping[Place, Members]
    targets: Sequence[PaperTarget]
    twice: Sequence[UpliftFirm] | None
    former: Sequence["PaperBasis"]
    rule: PublicationRule
    linked: Mapping[PaperTableName, frozenset[str]] = {}


class PaperBasis(NamedTuple):
    """Which firms stand behind each cell of a paper 单元格所含企业; kept, and never shown. table -> "row|column" -> members.

    groups: what its tables count together, as `groups_of` gives it.
    """

    cells: Mapping[str, Mapping[str, Members]]
    withheld: Mapping[str, Sequence[str]]
    groups: Mapping[str, Sequence[str]] = {}


BASIS: TypeAdapter[PaperBasis] = TypeAdapter(PaperBasis)


def key_of_cell(place: Place) -> str:
    """How a cell is named in a basis: row|column 单元格标识."""
    return "|".join(place)
