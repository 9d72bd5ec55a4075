"""Places 归属: the enterprise's current row, which every scope is judged against. plan P7.

When a firm moves, its things move: no other table repeats where a thing lies.
"""

from typing import Any, NamedTuple

from sqlalchemy import Column, Index, MetaData, String, Table, text

from domain.kernel import Event
from domain.participants.enterprises import EnterpriseRegistered, EnterpriseRevised
from projections.engine.columns import Long, columns
from standards.edition.mapping import SizeClass

META = MetaData()

PRESENT_FACTS: frozenset[type[Event]] = frozenset({EnterpriseRegistered, EnterpriseRevised})
"""Facts that say what a firm is at present 企业现状事实; what an earlier year's roster states is that year's alone."""


class EnterpriseRow(NamedTuple):
    """An enterprise as the directory shows it 企业."""

    id: str
    uscc: str
    name: str
    district: str
    subdistrict: str | None
    park: str | None
    reporting_unit: str | None
    group: str | None
    industry: str
    employees: int
    revenue_wan: str
    size_class: SizeClass
    above_scale: bool
    latest_diagnosis: str | None
    changed_at: Long


def _where_it_is(column: str) -> dict[str, Any]:
    """An index of the rows that have a value there, which few have."""
    condition = text(f'"{column}" IS NOT NULL')
    return {"postgresql_where": condition, "sqlite_where": condition}


LEVELS = ("industry", "size_class", "district")
"""What a rating asks of the firm of every job: in an index, so that no row is read for it (decision 0145)."""
ENTERPRISES = Table(
    "enterprises",
    META,
    *columns(EnterpriseRow, "id"),
    Column("sought", String, nullable=False),
    Index("ix_district", "district", "id"),
    *(Index(f"ix_{unit}", unit, "id", **_where_it_is(unit)) for unit in ("subdistrict", "park", "reporting_unit", "group")),
    Index("ix_firm_levels", "id", *LEVELS),
    Index("ix_firm_name", "name", "id"),
    Index("ix_firm_uscc", "uscc", "id"),
    Index("ix_firm_changed_at", "changed_at", "id"),
)
"""changed_at: when its statement last changed. sought: the name as it is searched (`domain.participants.enterprises.plain`)."""
