"""Places 归属: the enterprise's current row, which every scope is judged against. plan P7.

When a firm moves, its things move: no other table repeats where a thing lies.
"""

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table

from domain.kernel import Event
from domain.participants.enterprises import EnterpriseRegistered, EnterpriseRevised

META = MetaData()

PRESENT_FACTS: frozenset[type[Event]] = frozenset({EnterpriseRegistered, EnterpriseRevised})
"""Facts that say what a firm is at present 企业现状事实; what an earlier year's roster states is that year's alone."""

ENTERPRISES = Table(
    "enterprises",
    META,
    Column("id", String, primary_key=True),
    Column("uscc", String, nullable=False),
    Column("name", String, nullable=False),
    Column("district", String, nullable=False),
    Column("subdistrict", String),
    Column("park", String),
    Column("reporting_unit", String),
    Column("group", String),
    Column("industry", String, nullable=False),
    Column("employees", Integer, nullable=False),
    Column("revenue_wan", String, nullable=False),
    Column("size_class", String, nullable=False),
    Column("above_scale", Boolean, nullable=False),
    Column("latest_diagnosis", String),
    Column("sought", String, nullable=False),
    Index("ix_district", "district", "id"),
)
"""sought: the name as it is searched (`domain.participants.enterprises.plain`)."""
