"""Numbers of a paper 白皮书数值: each table's cells with what is withheld, pure. Methods l and q. plan R1, R5.

A cell is withheld where too few firms stand behind it, where one group has most of them, where it differs by too few firms from
what an earlier paper published, and where it would tell a cell withheld for one of these; sums are cells like any other. So is
none at all beside a cell that is withheld, where the columns are what became of firms: who else is there is known, and none of
one kind says that all of them are of another.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from domain.governance.rule_bodies.publication import PublicationRule, PublishedSide
from domain.kernel import Sha256
from domain.programme.papers.lattice import Lattice, Place, alike, groups_of
from domain.programme.papers.tables import COUNTED, ECOSYSTEM, TOTAL, PaperCell, PaperTableName, Withheld
from domain.programme.uplifts.numbers import UpliftFirm, UpliftVerdict, compute_uplift
from methods.mean_interval import mean_interval
from methods.rounding import rounded
from methods.small_cells import differing, hidden_cells, is_dominated, with_margins

METHOD = "q/4"
"""Id and version of the method, as papers cite it."""
MEAN_PLACES = 1
"""Decimals of a published mean: with more, the mean of a few firms tells their sum."""

UPLIFT_PLACES = 2
VERDICT = "verdict"
DIAGNOSED = "diagnosed"
"""Column of coverage that counts the firms with a result, which every other table divides."""

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


def _key(place: Place) -> str:
    return "|".join(place)


class PaperNumbers(NamedTuple):
    """What a paper comes to 白皮书结果. cells: of each table, in order."""

    cells: Mapping[PaperTableName, tuple[PaperCell, ...]]
    basis: PaperBasis
    input_digest: Sha256


def compute_paper(inputs: PaperInputs) -> PaperNumbers:
    """Every table of a paper, and what has to be kept for the papers to come."""
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
    guards = _Guards(inputs)
    tables = {name: _Table(name, found, guards) for name, found in placed.items()}
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
            name: {_key(place): dict(sorted(found.items())) for place, found in sorted(of.items())}
            for name, of in behind.items()
        },
        {name.value: sorted(_key(place) for place in one.reasons) for name, one in tables.items()},
        groups,
    )
    return PaperNumbers({name: cells[name] for name in COUNTED}, basis, digest)


def _counted(firm: PaperFirm, lattice: Lattice) -> PaperFirm:
    """The firm where published tables count it."""
    industry, district = (lattice.label(side, code) for side, code in (
        (PublishedSide.INDUSTRY, firm.industry), (PublishedSide.DISTRICT, firm.district)
    ))
    return firm._replace(district=district, industry=industry)


class _Guards:
    """What a cell is withheld for by itself."""

    def __init__(self, inputs: PaperInputs) -> None:
        self.rule, self._former = inputs.rule, inputs.former
        self._lattice = Lattice(groups_of(inputs.rule.groups))
        self._lattices = [Lattice(one.groups) for one in inputs.former]
        self._groups = {one.id: one.group for one in inputs.firms}

    def is_few(self, firms: Members) -> bool:
        """Whether too few firms stand behind a cell, or one group has most of them."""
        groups = Counter(group for firm in firms if (group := self._groups.get(firm)) is not None)
        of_groups = [*groups.values(), *([1] * (len(firms) - groups.total()))]
        share = Fraction(self.rule.group_percent_at_most, 100)
        return len(firms) < self.rule.firms_at_least or is_dominated(of_groups, share)

    def is_near(self, name: PaperTableName, place: Place, members: Mapping[Place, Members], *, means: bool) -> bool:
        """Whether a paper before shows this cell of nearly the same firms.

        members: of all cells of the table. means: whether a firm whose number is another counts as another firm.
        """
        return any(0 < apart < self.rule.firms_at_least for apart, _ in self._before(name, place, members, means=means))

    def was_withheld(self, name: PaperTableName, place: Place, members: Mapping[Place, Members]) -> bool:
        """Whether a paper before withheld this cell of these firms, or nearly these."""
        before = self._before(name, place, members, means=False)
        return any(withheld and apart < self.rule.firms_at_least for apart, withheld in before)

    def is_joined(self, name: PaperTableName, place: Place, withheld: Collection[Place]) -> bool:
        """Whether a paper before counts a cell together with one that is withheld now, so that both would follow."""
        same = (alike(name, place, self._lattice, lattice) for lattice in self._lattices)
        return any(one is not None and len(one.present) > 1 and not one.present.isdisjoint(withheld) for one in same)

    def _before(
        self, name: PaperTableName, place: Place, members: Mapping[Place, Members], *, means: bool
    ) -> Iterator[tuple[int, bool]]:
        """Of each paper before that has the cell, how many firms it is apart, and whether it was withheld there.

        Where that paper counted otherwise, the fewest cells around it that count the same; of groups that cross it is one apart.
        """
        for former, lattice in zip(self._former, self._lattices, strict=True):
            cells = former.cells.get(name.value, {})
            same = alike(name, place, self._lattice, lattice)
            if same is None:
                yield 1, True
                continue
            known = [_key(one) for one in same.former if _key(one) in cells]
            if known:
                before = _together(cells[one] for one in known)
                firms = _together(members[one] for one in same.present if one in members)
                if not means:
                    firms, before = dict.fromkeys(firms, ""), dict.fromkeys(before, "")
                yield differing(firms, before), not set(known).isdisjoint(former.withheld.get(name.value, ()))


def _together(cells: Iterable[Members]) -> Members:
    """The firms of several cells."""
    return {firm: number for one in cells for firm, number in one.items()}


class _Table:
    """A table of districts by something, with its sums; a sum of a district is that of every such table."""

    def __init__(
        self,
        name: PaperTableName,
        placed: Sequence[tuple[Place, PaperFirm, str]],
        guards: _Guards,
        every: Mapping[Place, Members] | None = None,
    ) -> None:
        """every: of a table that tells who has something, all firms of each cell, of whom enough must be without it."""
        self._name, self._guards = name, guards
        self.members = _with_sums(placed)
        self._rows, self._columns = (sorted({place[side] for place in self.members} - {TOTAL}) for side in (0, 1))
        inner = {
            row: {column: len(self.members.get((row, column), ())) for column in self._columns} for row in self._rows
        }
        self._counts = with_margins(inner, TOTAL) if inner else {}
        self._with_result = DIAGNOSED if name is PaperTableName.COVERAGE else TOTAL
        self._tells_outcomes = name is not PaperTableName.HEAT
        self.reasons: dict[Place, Withheld] = {}
        for place, firms in self.members.items():
            others = len(every[place]) - len(firms) if every is not None else guards.rule.firms_at_least
            if guards.is_few(firms) or others < guards.rule.firms_at_least:
                self.reasons[place] = Withheld.TOO_FEW
            elif guards.is_near(name, place, self.members, means=False):
                self.reasons[place] = Withheld.DIFFERENCE
        self._withhold(())
        again = [one for one in self.members if one not in self.reasons and guards.was_withheld(name, one, self.members)]
        self.reasons |= dict.fromkeys(again, Withheld.DIFFERENCE)
        self._withhold(())

    def _withhold(self, places: Iterable[Place]) -> None:
        """Withhold cells, those that would tell them, and those that would with what an earlier paper counts together."""
        joined: set[Place] = {*places}
        while True:
            hidden = hidden_cells(self._counts, self._guards.rule.firms_at_least, {*self.reasons, *joined})
            self.reasons = dict.fromkeys(hidden, Withheld.PROTECTS) | self.reasons
            shown = self.members.keys() - self.reasons.keys()
            joined = {one for one in shown if self._guards.is_joined(self._name, one, self.reasons)}
            if not joined:
                return
            self.reasons |= dict.fromkeys(joined, Withheld.DIFFERENCE)

    def rows_withheld(self) -> set[str]:
        """Districts whose number of firms with a result is withheld here."""
        return {row for row, column in self.reasons if column == self._with_result}

    def protect(self, rows: Collection[str]) -> None:
        """Withhold the same districts' numbers here as elsewhere."""
        self._withhold({(row, self._with_result) for row in rows if (row, self._with_result) in self.members})

    def published_cells(self, *, means: bool) -> tuple[PaperCell, ...]:
        """Its cells in order; a mean may be withheld where the number of firms is not."""
        bare = dict[Place, Withheld]()
        if means:
            for place in self.members:
                if place not in self.reasons and self._guards.is_near(self._name, place, self.members, means=True):
                    bare[place] = Withheld.DIFFERENCE
            hidden = hidden_cells(self._counts, self._guards.rule.firms_at_least, {*self.reasons, *bare})
            bare = dict.fromkeys(hidden, Withheld.PROTECTS) | bare
        return tuple(
            self._cell((row, column), bare, means=means)
            for row in (*self._rows, TOTAL)
            for column in (*self._columns, TOTAL)
            if self._rows
        )

    def _cell(self, place: Place, bare: Mapping[Place, Withheld], *, means: bool) -> PaperCell:
        firms = self.members.get(place, {})
        if place in self.reasons:
            return PaperCell(row=place[0], column=place[1], withheld=self.reasons[place])
        if not firms and self._tells_outcomes and any(row == place[0] for row, _ in self.reasons):
            return PaperCell(row=place[0], column=place[1], withheld=Withheld.PROTECTS)
        if place in bare or not means:
            return PaperCell(row=place[0], column=place[1], firms=len(firms), withheld=bare.get(place))
        return _mean_cell(place, firms, self._guards.rule)


def _with_sums(placed: Iterable[tuple[Place, PaperFirm, str]]) -> dict[Place, dict[str, str]]:
    """The firms of each cell and of each sum."""
    members: dict[Place, dict[str, str]] = {}
    for (row, column), firm, number in placed:
        for place in ((row, column), (row, TOTAL), (TOTAL, column), (TOTAL, TOTAL)):
            members.setdefault(place, {})[firm.id] = number
    return members


def _ecosystem(inputs: PaperInputs, guards: _Guards) -> dict[PaperTableName, _Table]:
    """Who is linked to others, by district and division of industry; a cell in which nearly all are tells of each.

    Of too few firms in all there is no table: the names of its rows would tell where they lie.
    """
    placed = [((one.district, one.industry), one, "") for one in inputs.firms]
    every = _with_sums(placed)
    tables = {}
    for name in ECOSYSTEM:
        counted = [one for one in placed if one[1].id in inputs.linked.get(name, frozenset())]
        enough = len(counted) >= inputs.rule.firms_at_least
        tables[name] = _Table(name, counted if enough else (), guards, every)
    return tables


def _mean_cell(place: Place, firms: Members, rule: PublicationRule) -> PaperCell:
    values = [Decimal(firms[firm]) for firm in sorted(firms)]
    told = mean_interval(values, MEAN_PLACES, mean_from=rule.firms_at_least, interval_from=rule.interval_firms_at_least)
    value, low, high = (None if one is None else f"{one:f}" for one in told)
    return PaperCell(row=place[0], column=place[1], firms=len(firms), value=value, low=low, high=high)


def _indicators(inputs: PaperInputs, guards: _Guards) -> tuple[dict[Place, Members], tuple[PaperCell, ...]]:
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
    return taken, tuple(_mean_cell(place, firms, inputs.rule) for place, firms in taken.items())


def _uplift(inputs: PaperInputs, guards: _Guards) -> tuple[dict[Place, Members], tuple[PaperCell, ...]]:
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
    points = {_key(place): dict(sorted(found.items())) for place, found in sorted(inputs.points.items())}
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
