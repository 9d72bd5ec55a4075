"""Dated rules read model 规则台: what was set, proposed and simulated, by kind and day. plan V4."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, TypeVar

import orjson
from sqlalchemy import MetaData, Table, select

from domain.governance import dated_rules as events
from domain.governance.dated_rules import (
    DatedRule,
    DatedRules,
    SimulatedOutcome,
    dated_rule_on,
    defaults_of,
    rule_in_force,
)
from domain.governance.rule_bodies.body import RuleBody, RuleKind
from journal import Entry
from projections.engine.columns import Long, chosen, columns
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.snapshot import Snapshot

META = MetaData()
B = TypeVar("B", bound=RuleBody)


class RuleRow(NamedTuple):
    """A rule that was set 已设规则. rule: JSON of a `DatedRule`; set_at: microseconds of UTC."""

    kind: str
    since: str
    rule: str
    set_at: Long


class ProposalRow(NamedTuple):
    """A rule that was proposed 规则草案. outcomes: JSON; None, like what stands beside it, until it was simulated."""

    kind: str
    number: int
    rule: str
    proposed_at: Long
    method: str | None
    outcomes: str | None
    simulated_at: Long | None


RULES = Table("dated_rules", META, *columns(RuleRow, "kind", "since"))
PROPOSALS = Table("rule_proposals", META, *columns(ProposalRow, "kind", "number"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Rules by the day each begins; proposals by number, with what they would do."""
    for entry in entries:
        found, kind = data(entry), key(entry)
        if event_of(entry) is events.RuleSimulated:
            told = {"method": found["method"], "outcomes": orjson.dumps(found["outcomes"]).decode(), "simulated_at": entry.at}
            tables[PROPOSALS].change(kind, found["proposal"], **told)
            continue
        stated = {name: found[name] for name in ("since", "body", "source")} | {"version": entry.version}
        rule = orjson.dumps(stated).decode()
        if event_of(entry) is events.RuleSet:
            tables[RULES].put({"kind": kind, "since": found["since"], "rule": rule, "set_at": entry.at})
        else:
            row = {"kind": kind, "number": found["number"], "rule": rule, "proposed_at": entry.at}
            tables[PROPOSALS].put(row | dict.fromkeys(("method", "outcomes", "simulated_at")))


DATED_RULE_READ_MODEL = ReadModel(
    "dated_rules",
    (RULES, PROPOSALS),
    fold,
    frozenset({events.RuleSet, events.RuleProposed, events.RuleSimulated}),
)


class KnownRule(NamedTuple):
    """A rule, and when it was set 规则及设定时间; None of a default, which nobody has set."""

    rule: DatedRule
    set_at: int | None


class Proposed(NamedTuple):
    """A proposal, and what it would do 草案及测算; outcomes: None until it was simulated."""

    number: int
    rule: DatedRule
    proposed_at: int
    method: str | None
    outcomes: tuple[SimulatedOutcome, ...] | None
    simulated_at: int | None


def _set(snapshot: Snapshot, kind: RuleKind) -> dict[date, KnownRule]:
    table = snapshot[RULES]
    query = select(*chosen(table, RuleRow)).where(table.c.kind == kind.value).order_by(table.c.since)
    rows = map(RuleRow._make, snapshot.rows(query))
    return {date.fromisoformat(row.since): KnownRule(DatedRule.model_validate_json(row.rule), row.set_at) for row in rows}


def rule_history(snapshot: Snapshot, kind: RuleKind) -> list[KnownRule]:
    """Every rule of a kind that holds on some day, in order of the day it begins 历次规则; open to every signed-in role."""
    known = _set(snapshot, kind)
    first = min(known, default=date.max)
    return [*(KnownRule(rule, None) for rule in defaults_of(kind) if rule.since < first), *known.values()]


def rules_set(snapshot: Snapshot, kind: RuleKind) -> dict[date, DatedRule]:
    """The rules of a kind that the city has set, by the day each begins 已设规则."""
    return {since: one.rule for since, one in _set(snapshot, kind).items()}


def rule_on(snapshot: Snapshot, kind: RuleKind, day: date) -> KnownRule:
    """The rule of a kind in force on a day 当日规则, by the very reading that the rules make of it."""
    known = _set(snapshot, kind)
    rule = dated_rule_on(DatedRules(rules={since: one.rule for since, one in known.items()}), kind, day)
    return next((one for one in known.values() if one.rule == rule), KnownRule(rule, None))


def body_on(snapshot: Snapshot, body: type[B], day: date) -> B:
    """What the rule in force on a day says 当日规则正文. body: class of the kind's bodies, such as `RatingRule`."""
    kind: RuleKind = body.model_fields["kind"].default
    return rule_in_force(DatedRules(rules=rules_set(snapshot, kind)), body, day)


def proposals(snapshot: Snapshot, kind: RuleKind) -> list[Proposed]:
    """Every proposal of a kind, in order of number 历次草案."""
    table = snapshot[PROPOSALS]
    query = select(*chosen(table, ProposalRow)).where(table.c.kind == kind.value).order_by(table.c.number)
    return [
        Proposed(
            row.number,
            DatedRule.model_validate_json(row.rule),
            row.proposed_at,
            row.method,
            _outcomes(row.outcomes) if row.outcomes is not None else None,
            row.simulated_at,
        )
        for row in map(ProposalRow._make, snapshot.rows(query))
    ]


def _outcomes(text: str) -> tuple[SimulatedOutcome, ...]:
    return tuple(map(SimulatedOutcome.model_validate, orjson.loads(text)))
