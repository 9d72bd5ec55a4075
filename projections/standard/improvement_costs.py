"""Cost read model 改进成本台: what steps of improvement cost under an edition, from which day on. plan S4, R2."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import orjson
from sqlalchemy import BigInteger, Column, MetaData, String, Table, select

from domain.standard.improvement_costs import ImprovementCostsSet
from journal import Entry
from projections.engine.read_model import ReadModel, Tables, data, key
from projections.engine.snapshot import Snapshot
from standards import NoCostsYet, StepCosts, cost_tables, costs_on

META = MetaData()

COSTS = Table(
    "improvement_costs",
    META,
    Column("edition", String, primary_key=True),
    Column("since", String, primary_key=True),
    Column("body", String, nullable=False),
    Column("set_at", BigInteger, nullable=False),
)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Tables as set, by edition and the day each begins."""
    for entry in entries:
        costs = data(entry)["costs"]
        tables[COSTS].put(
            {"edition": key(entry), "since": costs["since"], "body": orjson.dumps(costs).decode(), "set_at": entry.at}
        )


IMPROVEMENT_COST_READ_MODEL = ReadModel("improvement_costs", (COSTS,), fold, frozenset({ImprovementCostsSet}))


class CostRow(NamedTuple):
    """A table of costs 改进成本表; edition: the one it was set for; both None of a default, which nobody has set."""

    costs: StepCosts
    edition: str | None
    set_at: int | None


def cost_rows(snapshot: Snapshot, edition: str) -> list[CostRow]:
    """Every table set for an edition, in order of the day it begins; open to every signed-in role, as the standard is."""
    table = snapshot[COSTS]
    query = select(table.c.body, table.c.edition, table.c.set_at).where(table.c.edition == edition)
    rows = snapshot.rows(query.order_by(table.c.since))
    return [CostRow(StepCosts.model_validate_json(body), *rest) for body, *rest in rows]


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
    return CostRow(costs_on(cost_tables().tables, day), None, None)
