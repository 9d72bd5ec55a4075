"""Campaign targets read model 批次目标台: a district's target split over subdistricts, beside how far they are. plan G4, P5."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import MetaData, Table, select

from domain.access import Place, Scope, admits
from domain.diagnosis.campaign_targets import CampaignTargetSplit
from journal import Entry
from projections.diagnosis.campaigns import ProgressRow, UnitKey, progress_by_unit
from projections.engine.columns import Long, chosen, columns
from projections.engine.read_model import ReadModel, Tables, data, key
from projections.engine.snapshot import Snapshot

META = MetaData()


class CampaignTargetRow(NamedTuple):
    """A district's target in a campaign 批次目标. id: "campaign.district". shares: JSON, subdistrict -> firms."""

    id: str
    campaign: str
    district: str
    firms: int
    shares: str
    split_at: Long


CAMPAIGN_TARGETS = Table("campaign_targets", META, *columns(CampaignTargetRow, "id"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each target as it was split last."""
    for entry in entries:
        found: dict[str, Any] = data(entry)
        shares = {one["subdistrict"]: one["firms"] for one in found["shares"]}
        row = {name: found[name] for name in ("campaign", "district", "firms")}
        tables[CAMPAIGN_TARGETS].put({"id": key(entry), **row, "shares": orjson.dumps(shares).decode(), "split_at": entry.at})


CAMPAIGN_TARGET_READ_MODEL = ReadModel("campaign_targets", (CAMPAIGN_TARGETS,), fold, frozenset({CampaignTargetSplit}))


class UnitRow(NamedTuple):
    """A subdistrict in a campaign 街镇进度. subdistrict: None = of the district, without one. target: None = nothing was split."""

    campaign: str
    district: str
    subdistrict: str | None
    target: int | None
    firms: int
    reported: int
    progress: Sequence[ProgressRow]


def units(snapshot: Snapshot, scope: Scope, campaign_ids: Sequence[str]) -> dict[str, list[UnitRow]]:
    """How far the firms of a scope have come in some campaigns 街镇进度, by subdistrict, each beside its share of the target."""
    steps, targets = progress_by_unit(snapshot, scope, campaign_ids), _targets(snapshot, scope, campaign_ids)
    found: dict[str, list[UnitRow]] = {}
    for unit in sorted(steps.keys() | targets.keys(), key=lambda one: (one.district, one.subdistrict or "")):
        rows = steps.get(unit, [])
        firms, reported = sum(one.firms for one in rows), sum(one.reported for one in rows)
        found.setdefault(unit.campaign, []).append(UnitRow(*unit, targets.get(unit), firms, reported, rows))
    return found


def _targets(snapshot: Snapshot, scope: Scope, campaign_ids: Sequence[str]) -> dict[UnitKey, int]:
    """Share of each unit that a scope admits; what no subdistrict was given is the district's own."""
    table = snapshot[CAMPAIGN_TARGETS]
    query = select(*chosen(table, CampaignTargetRow)).where(snapshot.among(table.c.campaign, campaign_ids))
    found: dict[UnitKey, int] = {}
    for row in map(CampaignTargetRow._make, snapshot.rows(query)):
        shares: dict[str, int] = orjson.loads(row.shares)
        own = row.firms - sum(shares.values())
        for subdistrict, firms in (*shares.items(), (None, own)):
            if admits(scope, Place(district=row.district, subdistrict=subdistrict)):
                found[UnitKey(row.campaign, row.district, subdistrict)] = firms
    return found
