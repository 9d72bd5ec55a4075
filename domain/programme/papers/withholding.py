"""Withholding 单元格保护: which cells of a paper's tables are not shown, and why, which no paper says. Method q. plan R1, R5.

By itself a cell is withheld where too few firms stand behind it, or one group has most of them, or an earlier paper shows nearly
the same firms there; then what would tell one of these. Where columns are what became of firms, a line is looked at as a whole.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from domain.governance.rule_bodies.publication import PublicationRule
from domain.programme.papers.inputs import Members, PaperFirm, PaperInputs, key_of_cell
from domain.programme.papers.lattice import Lattice, Place, alike, groups_of
from domain.programme.papers.tables import TOTAL, PaperCell, PaperTableName, Withheld
from methods.mean_interval import mean_interval
from methods.small_cells import differing, hidden_cells, is_dominated, with_margins

MEAN_PLACES = 1
"""Decimals of a published mean: with more, the mean of a few firms tells their sum."""
TELLS_OF_EACH: Mapping[PaperTableName, Collection[str] | None] = {
    PaperTableName.GRADES: None,
    PaperTableName.MOVEMENT: ("risen", "fallen"),
}
"""Table -> columns that tell of each firm of a line what became of it, where all of them stand there; None = every one.

A firm that was not diagnosed again is counted as the same, so that all of a district are tells nothing of one.
"""
DIAGNOSED = "diagnosed"
"""Column of coverage that counts the firms with a result, which every other table divides."""


class Guards:
    """What a cell is withheld for by itself."""

    def __init__(self, inputs: PaperInputs) -> None:
        self.rule, self._former = inputs.rule, inputs.former
        self._counted_together = groups_of(inputs.rule.groups)
        self._lattice = Lattice(self._counted_together)
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

    def is_line_near(self, name: PaperTableName, row: str, line: Members) -> bool:
        """Whether nearly the same firms stood in the same columns of this line in a paper before that counts alike.

        line: firm -> its column.
        """
        alike_before = (one for one in self._former if one.groups == self._counted_together)
        lines = (_line_of(one.cells.get(name.value, {}), row) for one in alike_before)
        return any(0 < differing(line, before) < self.rule.firms_at_least for before in lines if before)

    def is_counted_otherwise(self) -> bool:
        """Whether a paper before counts other groups together."""
        return any(one.groups != self._counted_together for one in self._former)

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
            known = [key_of_cell(one) for one in same.former if key_of_cell(one) in cells]
            if known:
                before = _together(cells[one] for one in known)
                firms = _together(members[one] for one in same.present if one in members)
                if not means:
                    firms, before = dict.fromkeys(firms, ""), dict.fromkeys(before, "")
                yield differing(firms, before), not set(known).isdisjoint(former.withheld.get(name.value, ()))


def _line_of(cells: Mapping[str, Members], row: str) -> Members:
    """Firm -> its column, of one line of a table as it is kept."""
    columns = {key: key.partition("|")[2] for key in cells if key.partition("|")[0] == row}
    return {firm: column for key, column in columns.items() if column != TOTAL for firm in cells[key]}


def _together(cells: Iterable[Members]) -> Members:
    """The firms of several cells."""
    return {firm: number for one in cells for firm, number in one.items()}


class GuardedTable:
    """A table of districts by something, with its sums; a sum of a district is that of every such table."""

    def __init__(
        self,
        name: PaperTableName,
        placed: Sequence[tuple[Place, PaperFirm, str]],
        guards: Guards,
        every: Mapping[Place, Members] | None = None,
    ) -> None:
        """every: of a table that tells who has something, all firms of each cell, of whom enough must be without it.

        Where all of them have become the same, which that tells of each, there is no table: its one column would say so.
        """
        self._name, self._guards = name, guards
        columns = {place[1] for place, _, _ in placed}
        if len(columns) == 1 and self._tells_of_each(*columns):
            placed = ()
        self.members = with_sums(placed)
        self._rows, self._columns = (sorted({place[side] for place in self.members} - {TOTAL}) for side in (0, 1))
        inner = {
            row: {column: len(self.members.get((row, column), ())) for column in self._columns} for row in self._rows
        }
        self._counts = with_margins(inner, TOTAL) if inner else {}
        self._with_result = DIAGNOSED if name is PaperTableName.COVERAGE else TOTAL
        self._tells_outcomes = name is not PaperTableName.HEAT
        self.reasons: dict[Place, Withheld] = self._alike()
        for place, firms in self.members.items():
            others = len(every[place]) - len(firms) if every is not None else guards.rule.firms_at_least
            if guards.is_few(firms) or others < guards.rule.firms_at_least:
                self.reasons[place] = Withheld.TOO_FEW
            elif guards.is_near(name, place, self.members, means=False):
                self.reasons[place] = Withheld.DIFFERENCE
        self.reasons |= dict.fromkeys(self._beside_what_differs(), Withheld.DIFFERENCE)
        self._withhold(())
        again = [one for one in self.members if one not in self.reasons and guards.was_withheld(name, one, self.members)]
        self.reasons |= dict.fromkeys(again, Withheld.DIFFERENCE)
        self._withhold(())

    def _tells_of_each(self, column: str) -> bool:
        telling = TELLS_OF_EACH.get(self._name, ())
        return telling is None or column in telling

    def _alike(self) -> dict[Place, Withheld]:
        """The cell of each line whose firms have all become the same, where that tells something of each.

        The others of its line, in which there are none, count from here on as if so many were in them as a shown number needs:
        withheld too, they keep the first one from following from its column.
        """
        found = dict[Place, Withheld]()
        for row, cells in self._counts.items():
            for column in [one for one in self._columns if 0 < cells[one] == cells[TOTAL] and self._tells_of_each(one)]:
                found[row, column] = Withheld.TOO_FEW
                cells.update(dict.fromkeys(set(self._columns) - {column}, self._guards.rule.firms_at_least))
        return found

    def _beside_what_differs(self) -> list[Place]:
        """Cells of a line in which too few firms came, went or moved since an earlier paper, where columns are what became of them.

        Shown as they were, they would say that these few are not among them. Where that paper counted otherwise, cells of a line of
        which one differs too little.
        """
        if self._name not in TELLS_OF_EACH:
            return []
        inner = [one for one in self.members if one[1] != TOTAL]
        lines = {row: {firm: column for r, column in inner if r == row for firm in self.members[r, column]} for row, _ in inner}
        near = {row for row, line in lines.items() if self._guards.is_line_near(self._name, row, line)}
        if self._guards.is_counted_otherwise():
            near |= {row for row, column in inner if self.reasons.get((row, column)) is Withheld.DIFFERENCE}
        return [one for one in inner if one[0] in near and one not in self.reasons]

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
        return mean_cell(place, firms, self._guards.rule)


def with_sums(placed: Iterable[tuple[Place, PaperFirm, str]]) -> dict[Place, dict[str, str]]:
    """The firms of each cell and of each sum."""
    members: dict[Place, dict[str, str]] = {}
    for (row, column), firm, number in placed:
        for place in ((row, column), (row, TOTAL), (TOTAL, column), (TOTAL, TOTAL)):
            members.setdefault(place, {})[firm.id] = number
    return members


def mean_cell(place: Place, firms: Members, rule: PublicationRule) -> PaperCell:
    """A cell with the mean of what it says of its firms, and the interval where there are enough."""
    values = [Decimal(firms[firm]) for firm in sorted(firms)]
    told = mean_interval(values, MEAN_PLACES, mean_from=rule.firms_at_least, interval_from=rule.interval_firms_at_least)
    value, low, high = (None if one is None else f"{one:f}" for one in told)
    return PaperCell(row=place[0], column=place[1], firms=len(firms), value=value, low=low, high=high)
