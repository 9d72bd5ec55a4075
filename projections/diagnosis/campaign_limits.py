"""Campaign limits read model 批次环节时限台: the stage limits that campaigns have stated, by campaign and day. plan G1, P5."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import orjson
from sqlalchemy import MetaData, Table, select

from domain.diagnosis.campaign_limits import (
    CampaignLimits,
    CampaignLimitsSet,
    LimitsInForce,
    StatedLimits,
    campaign_limits_stream,
    limits_in_force,
)
from domain.governance.dated_rules import DatedRules
from domain.governance.rule_bodies.body import RuleKind
from domain.kernel import cause_of
from journal import Entry
from projections.engine.columns import Long, chosen, columns
from projections.engine.read_model import ReadModel, Tables, data, key
from projections.engine.snapshot import Snapshot
from projections.governance.dated_rules import rules_set

META = MetaData()


class CampaignLimitsRow(NamedTuple):
    """Limits that a campaign states from a day on 批次时限. stated: JSON of `StatedLimits`; set_at: microseconds of UTC."""

    campaign: str
    since: str
    stated: str
    set_at: Long


CAMPAIGN_LIMITS = Table("campaign_limits", META, *columns(CampaignLimitsRow, "campaign", "since"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """What each campaign stated last for each day."""
    for entry in entries:
        found = data(entry)
        stated = {name: found[name] for name in ("since", "limits", "source")} | {"version": entry.version}
        row = {"campaign": key(entry), "since": found["since"], "stated": orjson.dumps(stated).decode(), "set_at": entry.at}
        tables[CAMPAIGN_LIMITS].put(row)


CAMPAIGN_LIMITS_READ_MODEL = ReadModel("campaign_limits", (CAMPAIGN_LIMITS,), fold, frozenset({CampaignLimitsSet}))


class KnownLimits(NamedTuple):
    """Limits that a campaign states, when it did (microseconds of UTC), and how a fact cites them 批次时限及设定时间."""

    stated: StatedLimits
    set_at: int
    cause: str


def limits_stated(snapshot: Snapshot, campaigns: Sequence[str] | None = None) -> dict[str, list[KnownLimits]]:
    """All limits that some campaigns, or all of them, have stated, in order of their first day 历次批次时限."""
    table = snapshot[CAMPAIGN_LIMITS]
    query = select(*chosen(table, CampaignLimitsRow)).order_by(table.c.campaign, table.c.since)
    if campaigns is not None:
        query = query.where(snapshot.among(table.c.campaign, campaigns))
    found: dict[str, list[KnownLimits]] = {}
    for row in map(CampaignLimitsRow._make, snapshot.rows(query)):
        stated = StatedLimits.model_validate_json(row.stated)
        cause = cause_of(campaign_limits_stream(row.campaign), stated.version)
        found.setdefault(row.campaign, []).append(KnownLimits(stated, row.set_at, cause))
    return found


class LimitsOfCases:
    """Limits that cases keep to, by the very reading that the rules make of what is on record 案件适用时限."""

    def __init__(self, snapshot: Snapshot, campaigns: Sequence[str] | None = None) -> None:
        self.stated = limits_stated(snapshot, campaigns)
        self._rules = DatedRules(rules=rules_set(snapshot, RuleKind.STAGES))
        self._own = {
            campaign: CampaignLimits(campaign=campaign, stated={one.stated.since: one.stated for one in known})
            for campaign, known in self.stated.items()
        }

    def of(self, campaign: str, opened: date, day: date) -> LimitsInForce:
        """Those of a campaign for a case opened on a day, else those of the rule on a day."""
        return limits_in_force(self._own.get(campaign), opened, self._rules, day)
