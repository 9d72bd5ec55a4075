"""Filings 区级备案: under which number a confirmed report was filed, as rows beside the case. plan P5.

They are the parties' alone: outside the case no column of them is read.
"""

from typing import NamedTuple

from sqlalchemy import Index, MetaData, Table, exists, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope, sees_only_issued
from domain.diagnosis.filing import ReportFiled
from journal import Entry
from projections.diagnosis import issued
from projections.engine.columns import Long, columns
from projections.engine.read_model import Row, Tables, event_of
from projections.engine.scope import NEVER
from projections.engine.snapshot import Snapshot

META = MetaData()


class FilingRow(NamedTuple):
    """A filing 备案. report_version: of the report, as the firm confirmed it. filed_at: in microseconds of UTC."""

    diagnosis: str
    number: str
    district: str
    report_version: int
    filed_at: Long


FILINGS = Table("filings", META, *columns(FilingRow, "diagnosis"), Index("ix_filing_number", "number", unique=True))
issued.keep_inside(FILINGS, *FILINGS.c.keys())


def recorded(tables: Tables, identity: str, entry: Entry, found: Row) -> None:
    """Write down a filing."""
    if event_of(entry) is ReportFiled:
        told = {"number": found["number"], "district": found["district"], "report_version": found["version"]}
        tables[FILINGS].put({"diagnosis": identity, **told, "filed_at": entry.at})


def is_filed(snapshot: Snapshot, cases: Table, scope: Scope) -> ColumnElement[bool]:
    """Whether a case's report is filed 是否已备案; outside the case none is known of."""
    table = snapshot[FILINGS]
    return NEVER if sees_only_issued(scope) else exists(select(table.c.diagnosis).where(table.c.diagnosis == cases.c.id))
