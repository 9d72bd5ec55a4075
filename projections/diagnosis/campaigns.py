"""Campaigns read model 批次台: campaigns, each firm's part in them, and how far all of them have come. plan G1–G4, T2, P5.

How far a firm has come is said by its part until its diagnosis is opened, and by the diagnosis from then on, as the reader sees it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, case, func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Scope
from domain.diagnosis import campaigns as planning
from domain.diagnosis import participations as part
from domain.diagnosis.participations import (
    STATUS_AFTER_PARTICIPATION,
    CampaignStep,
    ParticipationStatus,
)
from domain.diagnosis.state import Purpose
from journal import Entry
from projections.diagnosis import issued
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.engine.columns import Long, chosen, columns
from projections.engine.filters import one_of, sought
from projections.engine.pages import BY_ID, By, Order, Page
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.enterprises import EnterpriseFilter, enterprise_columns, enterprises
from projections.participants.rosters import ENDLESS, MEMBERS

META = MetaData()


class CampaignRow(NamedTuple):
    """A campaign 批次. since, until: ISO text. planned_at, closed_at: microseconds of UTC. conclusion: None before it is closed."""

    id: str
    name: str
    purpose: Purpose
    year: int
    since: str
    until: str
    follows: str | None
    planned_at: Long
    closed_at: Long | None
    conclusion: str | None


class ParticipationRow(NamedTuple):
    """A firm's part in a campaign 参诊. Times in microseconds of UTC. id: "campaign.firm". diagnosis: the latest; None before."""

    id: str
    campaign: str
    enterprise: str
    status: ParticipationStatus
    status_since: Long
    invited_at: Long | None
    reminders: int
    reminded_on: str | None
    reason: str | None
    diagnosis: str | None


CAMPAIGNS = Table("campaigns", META, *columns(CampaignRow, "id"), Index("ix_campaign_since", "since", "id"))
PARTICIPATIONS = Table(
    "participations",
    META,
    *columns(ParticipationRow, "id"),
    Index("ix_participation_firm", "enterprise", "campaign"),
    Index("ix_participation_campaign", "campaign", "id"),
)


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Campaigns as planned, and each firm's part in them step by step."""
    parts = tables[PARTICIPATIONS]
    parts.load((key(entry),) for entry in entries if event_of(entry) in PARTS)
    for entry in entries:
        event = event_of(entry)
        if event in PARTS:
            _part(tables, entry)
        elif event is planning.CampaignPlanned:
            found = {name: data(entry)[name] for name in ("name", "purpose", "since", "until", "follows")}
            year = int(found["since"][:4])
            row = {"id": key(entry), "year": year, **found, "planned_at": entry.at}
            tables[CAMPAIGNS].put({**row, "closed_at": None, "conclusion": None})
        elif event is planning.CampaignClosed:
            tables[CAMPAIGNS].change(key(entry), closed_at=entry.at, conclusion=data(entry)["conclusion"])
        else:
            tables[CAMPAIGNS].change(key(entry), until=data(entry)["until"])


def _part(tables: Tables, entry: Entry) -> None:
    parts, found, identity, event = tables[PARTICIPATIONS], data(entry), key(entry), event_of(entry)
    before = parts.get(identity)
    if before is None:
        stated = {name: found[name] for name in ("campaign", "enterprise")}
        empty = dict.fromkeys(("invited_at", "reminded_on", "reason", "diagnosis"))
        before = {"id": identity, **stated, **empty, "reminders": 0}
    match event:
        case part.FirmReminded:
            changes: dict[str, Any] = {"reminders": before["reminders"] + 1, "reminded_on": found["day"]}
        case part.FirmInvited:
            changes = {"invited_at": entry.at, "reason": None}
        case part.ParticipationStarted:
            changes = {"diagnosis": found["diagnosis"], "reason": None}
        case _:
            changes = {"reason": found["reason"]}
    if (status := STATUS_AFTER_PARTICIPATION.get(event)) is not None:
        changes |= {"status": status.value, "status_since": entry.at}
    parts.put({**before, **changes})


PARTS = frozenset(part.ParticipationEvent.__args__)
CAMPAIGN_READ_MODEL = ReadModel(
    "campaigns",
    (CAMPAIGNS, PARTICIPATIONS),
    fold,
    PARTS | {planning.CampaignPlanned, planning.CampaignExtended, planning.CampaignClosed},
)


@dataclass(frozen=True)
class CampaignFilter:
    """Which campaigns are looked for · 批次筛选."""

    year: int | None = sought("Year of the first day · 年度")
    purpose: Purpose | None = sought("Why their diagnoses are made · 诊断目的")
    closed: bool | None = sought("Whether they are closed · 是否已结束", shown_by="closed_at")


@dataclass(frozen=True)
class ParticipationFilter:
    """Which parts in campaigns are looked for; of a list any of its values · 参诊筛选."""

    campaign: list[str] | None = sought("Campaigns · 批次", of="campaign")
    status: list[ParticipationStatus] | None = sought("How far they have come · 参诊状态")
    step: list[CampaignStep] | None = sought("How far they have come, their diagnoses included · 环节")
    enterprise: list[str] | None = sought("Ids of enterprises · 企业标识", of="enterprise")
    district: list[str] | None = sought("Districts, GB/T 2260 codes · 区代码", shown_by="enterprise")
    subdistrict: list[str] | None = sought("Ids of subdistricts · 街镇", of="organisation", shown_by="enterprise")


BY_FIRST_DAY: Order = (By("since", descending=True), By("id"))
"""The latest campaign first."""


def _asked(snapshot: Snapshot, where: CampaignFilter) -> Iterator[ColumnElement[bool]]:
    table = snapshot[CAMPAIGNS]
    for name in ("year", "purpose"):
        if (value := getattr(where, name)) is not None:
            yield table.c[name] == value
    if where.closed is not None:
        yield table.c.closed_at.is_not(None) if where.closed else table.c.closed_at.is_(None)


def campaigns(snapshot: Snapshot, _scope: Scope, where: CampaignFilter, page: Page) -> list[CampaignRow]:
    """A page of campaigns 批次列表; they are the whole city's."""
    table = snapshot[CAMPAIGNS]

    def query() -> Select[Any]:
        return page.of(select(*chosen(table, CampaignRow)).where(*_asked(snapshot, where)), table.c.__getitem__)

    return [CampaignRow._make(row) for row in snapshot.prepared(None, query, **page.values)]


def campaign_count(snapshot: Snapshot, _scope: Scope, where: CampaignFilter) -> int:
    """How many campaigns a filter admits 批次数."""
    query = select(func.count()).select_from(snapshot[CAMPAIGNS]).where(*_asked(snapshot, where))
    return int(snapshot.rows(query)[0][0])


def campaigns_by_id(snapshot: Snapshot, _scope: Scope, ids: Sequence[str]) -> dict[str, CampaignRow]:
    """Campaigns of many ids."""
    table = snapshot[CAMPAIGNS]
    query = select(*chosen(table, CampaignRow)).where(snapshot.among(table.c.id, ids))
    found = {row.id: row for row in map(CampaignRow._make, snapshot.rows(query))}
    return {identity: found[identity] for identity in ids if identity in found}


class _Stepped:
    """Parts beside their firms and, under a name of its own, the diagnosis of each: a scope looks for diagnoses as well."""

    def __init__(self, snapshot: Snapshot, scope: Scope) -> None:
        self.snapshot, self.scope = snapshot, scope
        self.parts, self.firms, self.cases = snapshot[PARTICIPATIONS], snapshot[ENTERPRISES], snapshot[DIAGNOSES].alias("own_case")
        self.joined = self.parts.join(self.firms, self.firms.c.id == self.parts.c.enterprise).outerjoin(
            self.cases, self.cases.c.id == self.parts.c.diagnosis
        )
        self.step: ColumnElement[str] = self._of_the_case("status").label("step")
        self.since: ColumnElement[int] = self._of_the_case("status_since").label("step_since")

    def _of_the_case(self, name: str) -> ColumnElement[Any]:
        """A column of the diagnosis as the scope sees it; before there is one, of the part."""
        seen = self.cases.c[issued.column(self.snapshot[DIAGNOSES], self.scope, name).name]
        return case((self.cases.c.id.is_not(None), seen), else_=self.parts.c[name])

    def matching(self, where: ParticipationFilter) -> Iterator[ColumnElement[bool]]:
        """Whether a part lies in the scope and is what a filter asks."""
        yield to_sql(self.scope, enterprise_columns(self.snapshot))
        for name in ("campaign", "status", "enterprise"):
            yield from one_of(self.snapshot, self.parts.c[name], getattr(where, name))
        yield from one_of(self.snapshot, self._of_the_case("status"), where.step)
        for name in ("district", "subdistrict"):
            yield from one_of(self.snapshot, self.firms.c[name], getattr(where, name))

    def rows(self, where: ParticipationFilter) -> Select[Any]:
        """Parts with how far they have come."""
        wanted = (*chosen(self.parts, ParticipationRow), self.step, self.since)
        return select(*wanted).select_from(self.joined).where(*self.matching(where))


class SteppedRow(NamedTuple):
    """A part and how far it has come, as a scope sees it 参诊进度. step_since: microseconds of UTC."""

    part: ParticipationRow
    step: CampaignStep
    step_since: int

    @property
    def id(self) -> str:
        """Of the part."""
        return self.part.id


def _row(row: Sequence[Any]) -> SteppedRow:
    return SteppedRow(ParticipationRow._make(row[:-2]), CampaignStep(row[-2]), row[-1])


def participations(snapshot: Snapshot, scope: Scope, where: ParticipationFilter, page: Page) -> list[SteppedRow]:
    """A page of firms' parts within a scope 参诊列表."""
    found = _Stepped(snapshot, scope)
    query = page.of(found.rows(where), found.parts.c.__getitem__)
    return [_row(row) for row in snapshot.prepared(None, lambda: query, **page.values)]


def participation_count(snapshot: Snapshot, scope: Scope, where: ParticipationFilter) -> int:
    """How many parts a filter and a scope admit 参诊数."""
    found = _Stepped(snapshot, scope)
    return int(snapshot.rows(select(func.count()).select_from(found.joined).where(*found.matching(where)))[0][0])


def participations_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, SteppedRow]:
    """Parts of many ids within a scope; those outside are absent."""
    stepped = _Stepped(snapshot, scope)
    query = stepped.rows(ParticipationFilter()).where(snapshot.among(stepped.parts.c.id, ids))
    found = {row.id: row for row in map(_row, snapshot.rows(query))}
    return {identity: found[identity] for identity in ids if identity in found}


class ProgressRow(NamedTuple):
    """How many firms of a campaign are at a step 批次进度, and since when the first of them is (microseconds of UTC).

    reported: how many of them have a report, also one that is gone into anew, not of a case that was withdrawn.
    """

    campaign: str
    step: CampaignStep
    firms: int
    longest_since: int
    reported: int


class UnitKey(NamedTuple):
    """A subdistrict in a campaign 街镇. subdistrict: None = firms of the district that lie in none."""

    campaign: str
    district: str
    subdistrict: str | None


def progress(snapshot: Snapshot, scope: Scope, campaign_ids: Sequence[str]) -> dict[str, list[ProgressRow]]:
    """How far the firms of some campaigns have come, those of a scope; in the order of the process."""
    found: dict[str, list[ProgressRow]] = {}
    for row in _counted(snapshot, scope, campaign_ids, ()):
        found.setdefault(row[0].campaign, []).append(row[0])
    return found


def progress_by_unit(snapshot: Snapshot, scope: Scope, campaign_ids: Sequence[str]) -> dict[UnitKey, list[ProgressRow]]:
    """The same by subdistrict, as the firms lie now."""
    found: dict[UnitKey, list[ProgressRow]] = {}
    for row, unit in _counted(snapshot, scope, campaign_ids, ("district", "subdistrict")):
        found.setdefault(UnitKey(row.campaign, *unit), []).append(row)
    return found


def _counted(
    snapshot: Snapshot, scope: Scope, campaign_ids: Sequence[str], by: Sequence[str]
) -> list[tuple[ProgressRow, Sequence[Any]]]:
    """Firms of each step, in the order of the process, by columns of where they lie."""
    stepped = _Stepped(snapshot, scope)
    where = stepped.matching(ParticipationFilter(campaign=list(campaign_ids)))
    each = (
        select(
            stepped.parts.c.campaign,
            stepped.step,
            stepped.since,
            case((issued.holds_a_result(stepped.cases), stepped.cases.c.issued_version)).label("issued_version"),
            *(stepped.firms.c[name].label(f"unit_{name}") for name in by),
        )
        .select_from(stepped.joined)
        .where(*where)
        .subquery()
    )
    groups = (each.c.campaign, each.c.step, *(each.c[f"unit_{name}"] for name in by))
    counts = (func.count(), func.min(each.c.step_since), func.count(each.c.issued_version))
    order = list(CampaignStep)
    rows = [
        (ProgressRow(campaign, CampaignStep(step), *counted), unit)
        for campaign, step, *unit_and_counts in snapshot.rows(select(*groups, *counts).group_by(*groups))
        for unit, counted in [(unit_and_counts[: len(by)], unit_and_counts[len(by) :])]
    ]
    return sorted(rows, key=lambda row: order.index(row[0].step))


def to_invite(snapshot: Snapshot, scope: Scope, where: EnterpriseFilter, year: int, most: int) -> list[str]:
    """Firms of a scope that a filter admits and that count on a year's roster, at most so many and one more 待邀请企业."""
    members = snapshot[MEMBERS]
    off = select(members.c.enterprise).where(
        members.c.year == year, members.c.until == ENDLESS, members.c.off_at.is_not(None)
    )
    taken_off = {str(one) for (one,) in snapshot.rows(off)}
    rows = enterprises(snapshot, scope, where, Page(most + 1 + len(taken_off), BY_ID))
    return [row.id for row in rows if row.id not in taken_off]


def to_remind(snapshot: Snapshot, scope: Scope, campaign: str, most: int) -> list[str]:
    """Firms of a scope that were invited to a campaign and have not started, at most so many and one more 待催办企业."""
    where = ParticipationFilter(campaign=[campaign], status=[ParticipationStatus.INVITED])
    return [row.part.enterprise for row in participations(snapshot, scope, where, Page(most + 1, BY_ID))]
