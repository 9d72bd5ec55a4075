"""Cost read model 改进成本台: what steps of improvement cost under an edition, from which day on. plan S4, R2."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import orjson
from sqlalchemy import MetaData, Table, select

from domain.standard.improvement_costs import ImprovementCostsSet
from journal import Entry
from projections.engine.columns import Long, chosen, columns
from projections.engine.read_model import ReadModel, Tables, data, key
from projections.engine.snapshot import Snapshot
from standards import NoCostsYet, StepCosts, cost_tables, costs_on

META = MetaData()


class CostRow(NamedTuple):
    """A table of costs 改进成本表; edition: the one it was set for; that and the time None of a default, which nobody has set."""

    edition: str | None
    since: str
    body: str
    set_at: Long | None

    @property
    def costs(self) -> StepCosts:
        """The table itself."""
        return StepCosts.model_validate_json(self.body)


COSTS = Table("improvement_costs", META, *columns(CostRow, "edition", "since", never_null=("set_at",)))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Tables as set, by edition and the day each begins."""
    for entry in entries:
        costs = data(entry)["costs"]
        tables[COSTS].put(
            {"edition": key(entry), "since": costs["since"], "body": orjson.dumps(costs).decode(), "set_at": entry.at}
        )


IMPROVEMENT_COST_READ_MODEL = ReadModel("improvement_costs", (COSTS,), fold, frozenset({ImprovementCostsSet}))


def cost_rows(snapshot: Snapshot, edition: str) -> list[CostRow]:
    """Every table set for an edition, in order of the day it begins; open to every signed-in role, as the standard is."""
    table = snapshot[COSTS]
    query = select(*chosen(table, CostRow)).where(table.c.edition == edition).order_by(table.c.since)
    return [CostRow._make(row) for row in snapshot.rows(query)]


def costs_in_force(snapshot: Snapshot, edition: str, day: date) -> CostRow:
    """The table that holds for an edition on a day 当日改进成本: its own, else its plain edition's, else the default.

    Raises:
        NoCostsYet: the day lies before the first default.
    """
    for set_for in dict.fromkeys((edition, edition.partition("-")[0])):
        rows = cost_rows(snapshot, set_for)
        try:
            costs = costs_on([row.costs for row in rows], day)
        except NoCostsYet:
            continue
        return next(row for row in rows if row.costs == costs)
    default = costs_on(cost_tables().tables, day)
    return CostRow(None, default.since.isoformat(), default.model_dump_json(), None)
