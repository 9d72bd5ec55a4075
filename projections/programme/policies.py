"""Policies read model 政策台: each policy as the rules fold it, and the designations of firms. plan I2, I3."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Column, Index, MetaData, Select, String, Table, func, or_, select
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Scope
from domain.programme.designations import DESIGNATIONS as DESIGNATION_CAPABILITY
from domain.programme.designations import DesignationRecorded, Designations
from domain.programme.policies.conditions import Designation
from domain.programme.policies.policy import POLICIES as POLICY_CAPABILITY
from domain.programme.policies.policy import Policy, PolicyEnded, PolicyEvent, PolicyPublished, PolicyStatus
from domain.programme.policies.simulation import OtherPolicy
from journal import Entry
from journal.codec import decode
from projections.engine.columns import Long, chosen, columns
from projections.engine.pages import By, Order, Page
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Tables, event_of, key
from projections.engine.scope import NOWHERE, Columns, to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import enterprise_columns
from standards.edition.text import SourceMark

META = MetaData()


class PolicyRow(NamedTuple):
    """A policy 政策. district: None = the city's. body: JSON of `Policy`, the folded state.

    changed_at: when it was first drafted, published or ended, in microseconds of UTC; a draft of what is published tells nobody.
    """

    id: str
    district: str | None
    status: PolicyStatus
    changed_at: Long
    body: str

    def state(self) -> Policy:
        """The policy as the rules see it."""
        return Policy.model_validate_json(self.body)


class DesignationRow(NamedTuple):
    """A term of a designation of a firm 企业称号. since, until: days as ISO text."""

    id: str
    enterprise: str
    designation: Designation
    since: str
    until: str | None
    document: str
    mark: SourceMark


POLICIES = Table("policies", META, *columns(PolicyRow, "id"), Index("ix_policy_changed_at", "changed_at", "id"))
DESIGNATIONS = Table("designations", META, *columns(DesignationRow, "id"), Index("ix_designated", "enterprise"))
"""id: enterprise, designation and first day; of one designation at most one row holds on a day."""
HELD = Table("designations_held", META, Column("enterprise", String, primary_key=True), Column("body", String, nullable=False))
"""body: JSON of `Designations`, the folded state."""


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each policy by the rules' own fold; designations term by term, likewise."""
    policies = tables[POLICIES]
    for entry in entries:
        if event_of(entry) is DesignationRecorded:
            _designated(tables, entry)
            continue
        row, event = policies.get(key(entry)), decode(POLICY_CAPABILITY, entry.type, entry.state)
        state: Policy = POLICY_CAPABILITY.evolve(Policy.model_validate_json(row["body"]) if row is not None else None, event)
        is_told = event_of(entry) in (PolicyPublished, PolicyEnded)
        changed = entry.at if row is None or is_told else row["changed_at"]
        told = {"district": state.district, "status": state.status.value, "changed_at": changed}
        policies.put({"id": key(entry), **told, "body": state.model_dump_json()})


def _designated(tables: Tables, entry: Entry) -> None:
    event = decode(DESIGNATION_CAPABILITY, entry.type, entry.state)
    assert isinstance(event, DesignationRecorded)  # noqa: S101 - the capability has no other events
    known = tables[HELD].get(key(entry))
    before = Designations.model_validate_json(known["body"]) if known is not None else None
    after: Designations = DESIGNATION_CAPABILITY.evolve(before, event)
    tables[HELD].put({"enterprise": key(entry), "body": after.model_dump_json()})
    rows = tables[DESIGNATIONS]
    for term in before.held.get(event.designation, ()) if before is not None else ():
        rows.remove(_term(key(entry), term)["id"])
    for term in after.held[event.designation]:
        rows.put(_term(key(entry), term))


def _term(enterprise: str, term: DesignationRecorded) -> dict[str, object]:
    since, until = term.since.isoformat(), term.until.isoformat() if term.until is not None else None
    told = {"designation": term.designation.value, "since": since, "until": until}
    identity = f"{enterprise}.{term.designation.value}.{since}"
    return {"id": identity, "enterprise": enterprise, **told, "document": term.source.document, "mark": term.source.mark}


POLICY_READ_MODEL = ReadModel(
    "policies", (POLICIES, DESIGNATIONS, HELD), fold, frozenset({*PolicyEvent.__args__, DesignationRecorded})
)


@dataclass(frozen=True)
class PolicyFilter:
    """Which policies are looked for 政策筛选; None = any."""

    status: PolicyStatus | None = None


LATEST_FIRST: Order = (By("changed_at", descending=True), By("id"))


def _sought(table: Table, scope: Scope, where: PolicyFilter) -> Iterator[ColumnElement[bool]]:
    lies: Columns = {**NOWHERE, Attribute.DISTRICT: lambda value: table.c.district == value}
    yield or_(table.c.status != PolicyStatus.DRAFTED.value, to_sql(scope, lies))
    if where.status is not None:
        yield table.c.status == where.status.value


def policies(snapshot: Snapshot, scope: Scope, where: PolicyFilter, page: Page) -> list[PolicyRow]:
    """A page of the policies 政策列表: whatever is published, and within the scope those drafted."""
    table = snapshot[POLICIES]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, PolicyRow)).where(*_sought(table, scope, where)), table.c.__getitem__)

    return [PolicyRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def policy_count(snapshot: Snapshot, scope: Scope, where: PolicyFilter) -> int:
    """How many there are 政策数."""
    table = snapshot[POLICIES]
    return int(snapshot.rows(select(func.count()).select_from(table).where(*_sought(table, scope, where)))[0][0])


def policies_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, PolicyRow]:
    """Policies of many ids."""
    table = snapshot[POLICIES]
    query = select(*chosen(table, PolicyRow)).where(*_sought(table, scope, PolicyFilter()), snapshot.among(table.c.id, ids))
    return {row[0]: PolicyRow._make(row) for row in snapshot.rows(query)}


def all_policies(snapshot: Snapshot) -> list[PolicyRow]:
    """Every policy 全部政策, in order of id; for the program, which holds firms against them."""
    table = snapshot[POLICIES]
    return [PolicyRow._make(row) for row in snapshot.rows(select(*chosen(table, PolicyRow)).order_by(table.c.id))]


def policies_beside(snapshot: Snapshot, policy: str) -> list[OtherPolicy]:
    """The other policies that are published 其他现行政策, the whole city's."""
    found = []
    for row in all_policies(snapshot):
        state = row.state()
        if row.id != policy and state.status is PolicyStatus.PUBLISHED and state.in_force is not None:
            found.append(OtherPolicy(row.id, state.district, state.in_force.terms))
    return found


@dataclass(frozen=True)
class DesignationFilter:
    """Which designations are looked for 称号筛选; None = any."""

    designation: Designation | None = None
    enterprise: str | None = None
    since: date | None = None


def _held(snapshot: Snapshot, scope: Scope, where: DesignationFilter) -> Select[Any]:
    table, firms = snapshot[DESIGNATIONS], snapshot[ENTERPRISES]
    query = select(*chosen(table, DesignationRow)).select_from(table.join(firms, firms.c.id == table.c.enterprise))
    query = query.where(to_sql(scope, enterprise_columns(snapshot)))
    if where.designation is not None:
        query = query.where(table.c.designation == where.designation.value)
    if where.enterprise is not None:
        query = query.where(table.c.enterprise == where.enterprise)
    if where.since is not None:
        query = query.where(table.c.since == where.since.isoformat())
    return query


def designations(snapshot: Snapshot, scope: Scope, where: DesignationFilter, page: Page) -> list[DesignationRow]:
    """A page of the designations of firms within a scope 称号列表."""
    table = snapshot[DESIGNATIONS]

    def query() -> Select[Any]:
        return page.of(_held(snapshot, scope, where), table.c.__getitem__)

    return [DesignationRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def designation_count(snapshot: Snapshot, scope: Scope, where: DesignationFilter) -> int:
    """How many there are 称号数."""
    return int(snapshot.rows(select(func.count()).select_from(_held(snapshot, scope, where).subquery()))[0][0])
