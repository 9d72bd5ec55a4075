"""Standard implementation 贯标台: of each diagnosed firm how far it is with a standard, and the funnel over them. plan I4, I5.

A firm is diagnosed from its first report on; whoever has one and no gap list stands at the beginning, without a row of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Column, MetaData, Select, String, Table, and_, case, func, literal, or_, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.instants import city_day, utc_moment
from domain.programme.implementation_facts import (
    STEP_AFTER,
    ImplementationEvent,
    ImplementationStandard,
    ImplementationStep,
    StandardCertificateAppliedFor,
    StandardCertificateRecorded,
    StandardGapsListed,
)
from journal import Entry
from projections.engine.columns import columns
from projections.engine.filters import one_of, sought
from projections.engine.pages import Page
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import enterprise_columns
from projections.participants.rosters import held
from projections.programme.coverage import FIRST_REPORTS

META = MetaData()


class ImplementationRow(NamedTuple):
    """How far a firm is with a standard 贯标. id: of the firm. Days as ISO text; since: of the step. gaps: JSON.

    achieved, certified_on, certified_until: of the latest certificate. reason: of a refusal or of stopping.
    """

    id: str
    standard: ImplementationStandard
    step: ImplementationStep
    since: str
    diagnosis: str | None
    gaps: str | None
    body: str | None
    applied_on: str | None
    achieved: str | None
    certified_on: str | None
    certified_until: str | None
    reason: str | None


TABLE = Table(
    "implementations",
    META,
    Column("enterprise", String, primary_key=True),
    *columns(ImplementationRow, "standard", but=("id",)),
)
EMPTY = dict.fromkeys(("body", "applied_on", "achieved", "certified_on", "certified_until", "reason"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each firm's standards, step by step; a certificate stays on record when the firm begins anew."""
    table = tables[TABLE]
    table.load((key(entry), data(entry)["standard"]) for entry in entries)
    for entry in entries:
        found, event = data(entry), event_of(entry)
        at = (key(entry), found["standard"])
        stands = {"step": STEP_AFTER[event].value, "since": city_day(utc_moment(entry.at)).isoformat(), "reason": None}
        if event is StandardGapsListed:
            listed = {"diagnosis": found["diagnosis"], "gaps": orjson.dumps(found["gaps"]).decode()}
            before = table.get(*at) or {"enterprise": at[0], "standard": at[1], **EMPTY}
            table.put({**before, **stands, **listed, "body": None, "applied_on": None})
        elif event is StandardCertificateAppliedFor:
            table.change(*at, **stands, body=found["body"], applied_on=found["applied_on"])
        elif event is StandardCertificateRecorded:
            granted = {"achieved": found["achieved"], "certified_on": found["certified_on"], "certified_until": found["until"]}
            table.change(*at, **stands, **granted)
        else:
            table.change(*at, **stands | {"reason": found["reason"]})


IMPLEMENTATION_READ_MODEL = ReadModel("implementations", (TABLE,), fold, frozenset(ImplementationEvent.__args__))


@dataclass(frozen=True)
class ImplementationFilter:
    """Which firms are looked for, by how far they are with the standard; of a list any of its values · 贯标筛选."""

    standard: ImplementationStandard
    step: list[ImplementationStep] | None = sought("How far they have come · 贯标环节")
    enterprise: list[str] | None = sought("Ids of enterprises · 企业标识", of="enterprise")
    district: list[str] | None = sought("Districts, GB/T 2260 codes · 区代码", shown_by="enterprise")


class _DiagnosedFirms:
    """Diagnosed firms of a scope beside how far they are with one standard; a certificate stays where a diagnosis is withdrawn."""

    def __init__(self, snapshot: Snapshot, scope: Scope, where: ImplementationFilter) -> None:
        firms, own, reports = snapshot[ENTERPRISES], snapshot[TABLE], snapshot[FIRST_REPORTS]
        here = and_(own.c.enterprise == firms.c.id, own.c.standard == where.standard.value)
        first = and_(reports.c.enterprise == firms.c.id, held(reports, None))
        self.joined = firms.outerjoin(reports, first).outerjoin(own, here)
        self.step = func.coalesce(own.c.step, literal(ImplementationStep.DIAGNOSED.value))
        self.since = func.coalesce(own.c.since, reports.c.issued_on)
        self.named = {"id": firms.c.id, "standard": literal(where.standard.value), "step": self.step, "since": self.since}
        self.own = own
        self.reported = reports.c.enterprise.is_not(None)
        there = or_(self.reported, own.c.enterprise.is_not(None))
        self.where = [to_sql(scope, enterprise_columns(snapshot)), there, *self._asked(snapshot, firms, where)]

    def _asked(self, snapshot: Snapshot, firms: Table, where: ImplementationFilter) -> Iterator[ColumnElement[bool]]:
        yield from one_of(snapshot, self.step, where.step)
        yield from one_of(snapshot, firms.c.id, where.enterprise)
        yield from one_of(snapshot, firms.c.district, where.district)

    def select(self, *wanted: Any) -> Select[Any]:  # noqa: ANN401 - columns
        """Some of it, of those that are looked for."""
        return select(*wanted).select_from(self.joined).where(*self.where)

    def rows(self) -> Select[Any]:
        """Rows of it whole."""
        columns_of = {**{one.name: one for one in self.own.c}, **self.named}
        return self.select(*(columns_of[name].label(name) for name in ImplementationRow._fields))


def implementations(snapshot: Snapshot, scope: Scope, where: ImplementationFilter, page: Page) -> list[ImplementationRow]:
    """A page of the diagnosed firms within a scope, by a standard 贯标列表, in order of id."""
    diagnosed = _DiagnosedFirms(snapshot, scope, where)
    query = page.of(diagnosed.rows(), diagnosed.named.__getitem__)
    return [_row(row) for row in snapshot.prepared(None, lambda: query, **page.values)]


def _row(row: Sequence[Any]) -> ImplementationRow:
    found = ImplementationRow._make(row)
    return found._replace(standard=ImplementationStandard(found.standard), step=ImplementationStep(found.step))


def implementation_count(snapshot: Snapshot, scope: Scope, where: ImplementationFilter) -> int:
    """How many they are 贯标企业数."""
    return int(snapshot.rows(_DiagnosedFirms(snapshot, scope, where).select(func.count()))[0][0])


class FunnelStepRow(NamedTuple):
    """Firms at a step of the funnel 漏斗环节. first_since: day since when the first of them is there."""

    step: ImplementationStep
    firms: int
    first_since: date


class FunnelRow(NamedTuple):
    """Funnel of a standard within a scope 贯标漏斗. holding: firms whose certificate holds on the day."""

    diagnosed: int
    holding: int
    steps: list[FunnelStepRow]


def funnel(snapshot: Snapshot, scope: Scope, standard: ImplementationStandard, district: str | None, day: date) -> FunnelRow:
    """How many diagnosed firms stand at each step, in its order, and how many hold a certificate on a day 贯标漏斗."""
    where = ImplementationFilter(standard)
    diagnosed = _DiagnosedFirms(snapshot, scope, replace(where, district=[district]) if district is not None else where)
    until = diagnosed.own.c.certified_until
    holds = and_(diagnosed.own.c.certified_on.is_not(None), or_(until.is_(None), until >= day.isoformat()))
    counts = (func.count(), func.min(diagnosed.since), func.sum(case((holds, 1), else_=0)))
    query = diagnosed.select(diagnosed.step, *counts).where(diagnosed.reported).group_by(diagnosed.step)
    found = {ImplementationStep(step): (int(firms), str(first), int(held)) for step, firms, first, held in snapshot.rows(query)}
    steps = [
        FunnelStepRow(step, found[step][0], date.fromisoformat(found[step][1])) for step in ImplementationStep if step in found
    ]
    return FunnelRow(sum(one.firms for one in steps), sum(held for _, _, held in found.values()), steps)
