"""Small cells 小单元隐藏: which counts of a table are hidden, so that none below k is told by its margins. Method q. plan R3.

Counts of firms. A lattice of tables is fixed for a period; what was published once is guarded against differences.
"""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

Table = Mapping[str, Mapping[str, int]]
"""row -> column -> count, every row with the same columns; the margins are published too."""


class CannotBeHidden(ValueError):  # noqa: N818 - a reason, which says what to do
    """A small cell has no rectangle of positive cells to hide with 无法隐藏: a row or a column is to be merged."""

    def __init__(self, row: str, column: str) -> None:
        super().__init__(f"{row}, {column}: merge a row or a column")
        self.row, self.column = row, column


def hidden_cells(table: Table, k: int, also: Collection[tuple[str, str]] = ()) -> Sequence[tuple[str, str]]:
    """Cells to hide, in order.

    Those of 1 to k − 1, those positive ones of `also`, and for each the other three corners of the cheapest rectangle of positive
    cells. A zero may be shown, unless it tells what all the others are: that is for who knows what the columns mean.
    """
    small = {(row, column) for row, cells in table.items() for column, count in cells.items() if 0 < count < k}
    named = sorted(small | {(row, column) for row, column in also if table[row][column] > 0})
    hidden = set(named)
    for row, column in named:
        offers = []
        for other_row, cells in table.items():
            for other_column in cells:
                corners = [(other_row, column), (row, other_column), (other_row, other_column)]
                if other_row != row and other_column != column and all(table[r][c] > 0 for r, c in corners):
                    new = [corner for corner in corners if corner not in hidden]
                    offers.append((sum(table[r][c] for r, c in new), other_row, other_column, new))
        if not offers:
            raise CannotBeHidden(row, column)
        hidden.update(min(offers)[3])
    return sorted(hidden)


def with_margins(table: Table, total: str) -> dict[str, dict[str, int]]:
    """The table with a row and a column of sums under the name `total`: hidden with it, no sum is shown that tells a small cell."""
    columns = {column: None for cells in table.values() for column in cells}
    whole = {row: {**cells, total: sum(cells.values())} for row, cells in table.items()}
    return {**whole, total: {column: sum(cells[column] for cells in whole.values()) for column in (*columns, total)}}


def is_dominated(amounts: Sequence[int], most_share: Fraction) -> bool:
    """Whether one firm or group makes more than a share of a sum, which would tell its own number; amounts of 0 or more."""
    return bool(amounts) and max(amounts) > most_share * sum(amounts)


def differing(asked: Mapping[str, str], published: Mapping[str, str]) -> int:
    """Firms by which two cells differ 相差企业数: in one of them alone, or with another value. firm -> its value there."""
    return sum(asked.get(firm) != published.get(firm) for firm in asked.keys() | published.keys())


def differs_too_little(firms: Collection[str], published: Sequence[Collection[str]], k: int) -> bool:
    """Whether a set of firms differs from a published one by 1 to k − 1 firms, so that subtracting would tell them."""
    asked = dict.fromkeys(firms, "")
    return any(0 < differing(asked, dict.fromkeys(one, "")) < k for one in published)


def may_publish_again(joined: int, k: int) -> bool:
    """Whether a mean over time may be published anew: its difference tells those that joined, so k of them at least."""
    return joined >= k
