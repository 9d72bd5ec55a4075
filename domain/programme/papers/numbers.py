"""Numbers of a paper 白皮书数值: each table's cells with what is withheld, pure. Methods l and q. plan R1, R5.

A cell is withheld where too few firms stand behind it, where one group has most of them, where it differs by too few firms from
what an earlier paper published, and where it would tell a cell withheld for one of these; sums are cells like any other. So is
none at all beside a cell that is withheld, where the columns are what became of firms: who else is there is known, and none of
one kind says that all of them are of another. So is a line whose firms have all become the same, however many they are, and a line
in which too few came, went or moved since an earlier paper: what is shown beside them would say what did not become of them.

Which of these it is, no paper says: a cell that differs by few firms, told apart from what only protects it, is where they are.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from domain.governance.rule_bodies.publication import PublicationRule, PublishedSide
from domain.kernel import Sha256
from domain.programme.papers.inputs import Members, PaperBasis, PaperFirm, PaperInputs, PaperTarget, key_of_cell
from domain.programme.papers.lattice import Lattice, Place, groups_of
from domain.programme.papers.tables import COUNTED, ECOSYSTEM, TOTAL, PaperCell, PaperTableName, Withheld
from domain.programme.papers.withholding import DIAGNOSED, GuardedTable, Guards, mean_cell, with_sums
from domain.programme.uplifts.numbers import UpliftFirm, UpliftVerdict, compute_uplift
from methods.rounding import rounded

METHOD = "q/5"
"""Id and version of the method, as papers cite it."""
UPLIFT_PLACES = 2
VERDICT = "verdict"


class PaperNumbers(NamedTuple):
    """What a paper comes to 白皮书结果. cells: of each table, in order."""

    cells: Mapping[PaperTableName, tuple[PaperCell, ...]]
    basis: PaperBasis
    input_digest: Sha256


def compute_paper(inputs: PaperInputs) -> PaperNumbers:
    """Every table of a paper, each withheld cell for one and the same reason, and what has to be kept for the papers to come."""
    found = work_out(inputs)
    one_reason = {"withheld": Withheld.TOO_FEW}
    return found._replace(
        cells={
            name: tuple(one if one.withheld is None else one.model_copy(update=one_reason) for one in cells)
            for name, cells in found.cells.items()
        }
    )


def work_out(inputs: PaperInputs) -> PaperNumbers:
    """As `compute_paper`, with why each cell is withheld, which is told to nobody."""
    digest, groups = digest_of(inputs), groups_of(inputs.rule.groups)
    lattice = Lattice(groups)
    inputs = inputs._replace(firms=[_counted(one, lattice) for one in inputs.firms])
    known = [one for one in inputs.firms if one.total is not None]
    placed: Mapping[PaperTableName, Sequence[tuple[Place, PaperFirm, str]]] = {
        PaperTableName.COVERAGE: [
            ((one.district, "not_diagnosed" if one.total is None else DIAGNOSED), one, "") for one in inputs.firms
        ],
        PaperTableName.GRADES: [
            ((one.district, lattice.label(PublishedSide.GRADE, str(one.grade))), one, "") for one in known
        ],
        PaperTableName.HEAT: [((one.district, one.industry), one, str(one.total)) for one in known],
        PaperTableName.MOVEMENT: [((one.district, str(one.movement)), one, "") for one in known],
    }
    guards = Guards(inputs)
    tables = {name: GuardedTable(name, found, guards) for name, found in placed.items()}
    known_rows: set[str] = set()
    while (rows := {row for one in tables.values() for row in one.rows_withheld()}) > known_rows:
        known_rows = rows
        for one in tables.values():
            one.protect(rows)
    tables |= _ecosystem(inputs, guards)
    cells = {name: one.published_cells(means=name is PaperTableName.HEAT) for name, one in tables.items()}
    shown, indicators = _indicators(inputs, guards)
    both, estimates = _uplift(inputs, guards)
    cells |= {
        PaperTableName.TARGETS: _targets(inputs.targets, cells[PaperTableName.COVERAGE]),
        PaperTableName.INDICATORS: indicators,
        PaperTableName.UPLIFT: estimates,
    }
    behind: dict[str, Mapping[Place, Members]] = {name.value: one.members for name, one in tables.items()}
    behind |= {PaperTableName.INDICATORS.value: shown, PaperTableName.UPLIFT.value: both}
    basis = PaperBasis(
        {
            name: {key_of_cell(place): dict(sorted(found.items())) for place, found in sorted(of.items())}
            for name, of in behind.items()
        },
        {name.value: sorted(key_of_cell(place) for place in one.reasons) for name, one in tables.items()},
        groups,
    )
    return PaperNumbers({name: cells[name] for name in COUNTED}, basis, digest)


def _counted(firm: PaperFirm, lattice: Lattice) -> PaperFirm:
    """The firm where published tables count it."""
    industry, district = (lattice.label(side, code) for side, code in (
        (PublishedSide.INDUSTRY, firm.industry), (PublishedSide.DISTRICT, firm.district)
    ))
    return firm._replace(district=district, industry=industry)

def _ecosystem(inputs: PaperInputs, guards: Guards) -> dict[PaperTableName, GuardedTable]:
    """Who is linked to others, by district and division of industry; a cell in which nearly all are tells of each.

    Of too few firms in all there is no table: the names of its rows would tell where they lie.
    """
    placed = [((one.district, one.industry), one, "") for one in inputs.firms]
    every = with_sums(placed)
    tables = {}
    for name in ECOSYSTEM:
        counted = [one for one in placed if one[1].id in inputs.linked.get(name, frozenset())]
        enough = len(counted) >= inputs.rule.firms_at_least
        tables[name] = GuardedTable(name, counted if enough else (), guards, every)
    return tables

def _indicators(inputs: PaperInputs, guards: Guards) -> tuple[dict[Place, Members], tuple[PaperCell, ...]]:
    """The weakest indicators of each edition, with the firms behind them; each mean stands for itself, and no sum holds it."""
    name = PaperTableName.INDICATORS
    shown = {
        place: firms
        for place, firms in inputs.points.items()
        if not guards.is_few(firms) and not guards.is_near(name, place, inputs.points, means=True)
    }
    means = {place: sum(map(Fraction, firms.values()), Fraction(0)) / len(firms) for place, firms in shown.items()}
    taken, counts = dict[Place, Members](), Counter[str]()
    for place in sorted(shown, key=lambda one: (one[0], means[one], one[1])):
        counts[place[0]] += 1
        if counts[place[0]] <= inputs.rule.weakest_indicators:
            taken[place] = shown[place]
    return taken, tuple(mean_cell(place, firms, inputs.rule) for place, firms in taken.items())


def _uplift(inputs: PaperInputs, guards: Guards) -> tuple[dict[Place, Members], tuple[PaperCell, ...]]:
    """The three estimates of the city's uplift and their verdict, with the firms behind them; nothing where none was asked for."""
    if inputs.twice is None:
        return {}, ()
    (found, *_), _ = compute_uplift(inputs.twice, inputs.rule)
    place = (VERDICT, TOTAL)
    members = {one.id: f"{one.first} {one.second} {one.acted}" for one in inputs.twice}
    is_near = guards.is_near(PaperTableName.UPLIFT, place, {place: members}, means=True)
    if is_near or found.verdict is UpliftVerdict.TOO_FEW:
        reason = Withheld.DIFFERENCE if is_near else Withheld.TOO_FEW
        return {place: members}, (PaperCell(row=VERDICT, column=TOTAL, withheld=reason),)
    estimates = (
        ("before_after", found.treated, found.before_after, None, None),
        ("in_strata", found.treated, found.in_strata, found.in_strata_low, found.in_strata_high),
        ("matched", found.matched, found.matched_effect, found.matched_low, found.matched_high),
    )
    told = tuple(
        PaperCell(row=row, column=TOTAL, firms=firms, value=_exact(value), low=_exact(low), high=_exact(high))
        for row, firms, value, low, high in estimates
    )
    return {place: members}, (*told, PaperCell(row=VERDICT, column=found.verdict.value))


def _exact(value: Decimal | None) -> str | None:
    return None if value is None else f"{rounded(Fraction(value), UPLIFT_PLACES):f}"


def _targets(targets: Sequence[PaperTarget], coverage: Sequence[PaperCell]) -> tuple[PaperCell, ...]:
    """Each target beside what was reached, worked out of the cells of coverage that are shown."""
    shown = {(one.row, one.column): one.firms for one in coverage if one.withheld is None}
    diagnosed, whole = shown.get((TOTAL, DIAGNOSED)), shown.get((TOTAL, TOTAL))
    share = f"{Decimal(diagnosed * 1000 // whole).scaleb(-1):f}" if diagnosed is not None and whole else None
    reached = {"enterprises_diagnosed": None if diagnosed is None else str(diagnosed), "share_diagnosed": share}
    found = []
    for one in targets:
        now = reached[one.measure]
        found.append(PaperCell(row=one.measure, column=f"target_{one.mark}", value=one.at_least))
        found.append(
            PaperCell(row=one.measure, column="reached", value=now, withheld=Withheld.PROTECTS if now is None else None)
        )
    return tuple(found)


def digest_of(inputs: PaperInputs) -> str:
    """SHA-256 of what a paper is worked out from 输入摘要, as JSON with everything in order."""
    points = {key_of_cell(place): dict(sorted(found.items())) for place, found in sorted(inputs.points.items())}
    firms, targets = sorted(inputs.firms, key=lambda one: one.id), sorted(inputs.targets)
    linked = {name.value: sorted(found) for name, found in sorted(inputs.linked.items())}
    twice = None if inputs.twice is None else list(inputs.twice)
    told = (firms, points, targets, twice, list(inputs.former), inputs.rule.whole(), linked)
    return sha256(DIGESTED.dump_json(told)).hexdigest()


DIGESTED: TypeAdapter[Any] = TypeAdapter(
    tuple[
        list[PaperFirm],
        dict[str, dict[str, str]],
        list[PaperTarget],
        list[UpliftFirm] | None,
        list[PaperBasis],
        PublicationRule,
        dict[str, list[str]],
    ]
)
