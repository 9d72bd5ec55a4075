"""Rows of demands and solutions 供需对接行: solutions, yearly lists, demands, offers, consents to chain leaders. plan R2."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Boolean, Column, Index, MetaData, String, Table

from domain.access import Role
from domain.programme.demands import demand_facts as asked
from domain.programme.demands import offer_facts as made
from domain.programme.demands import solution_facts as stated
from domain.programme.demands.demand_facts import STATUS_AFTER_DEMAND, DemandStatus
from domain.programme.demands.gap_consent import ChainLeaderConsented, GapConsentEvent, SupplierNamingSet
from domain.programme.demands.offer_facts import STATUS_AFTER_OFFER, OfferStatus, standing
from domain.programme.demands.service_list import ServiceListRecorded
from domain.programme.demands.solution_facts import SolutionStatus
from journal import Entry
from projections.engine.columns import Long, columns
from projections.engine.read_model import ReadModel, Row, Tables, data, event_of, key
from standards.edition.text import SourceMark

META = MetaData()


class SolutionRow(NamedTuple):
    """A solution 解决方案. indicators to found: JSON as stated; named: JSON, number of a case -> firm. Times: microseconds."""

    id: str
    supplier: str
    supplier_role: Role
    status: SolutionStatus
    title: str
    summary: str
    edition: str
    indicators: str
    industries: str
    sizes: str
    cases: str
    ties: str
    found: str
    named: str
    published_at: Long
    changed_at: Long
    reason: str | None


class ServiceListRow(NamedTuple):
    """A year's list of service firms 年度名录. suppliers: JSON."""

    year: int
    suppliers: str
    document: str
    mark: SourceMark


class DemandRow(NamedTuple):
    """A demand 需求. indicators: JSON of id and name. by: ISO day. reason: why it was withdrawn. Times as above."""

    id: str
    enterprise: str
    diagnosis: str
    edition: str
    indicators: str
    text: str
    budget_from: Long | None
    budget_to: Long | None
    by: str
    named: bool
    status: DemandStatus
    status_since: Long
    published_at: Long
    reason: str | None


class OfferRow(NamedTuple):
    """An offer 报价. id: "demand.supplier". solutions to waiting, own_of, changes: JSON. waiting: members that have not agreed.

    Days as ISO text, times as above. reason: why it was declined, withdrawn, left or ended.
    """

    id: str
    demand: str
    supplier: str
    enterprise: str
    solutions: str
    members: str
    waiting: str
    text: str
    price: Long
    ready_by: str
    own_of: str
    status: OfferStatus
    status_since: Long
    made_at: Long
    accepted_on: str | None
    delivered_on: str | None
    changes: str
    reason: str | None


class GapConsentRow(NamedTuple):
    """A firm's consent to a chain leader 链主授权. id: "firm.leader". Days as ISO text, both included.

    named: whether the leader is shown the firm.
    """

    id: str
    enterprise: str
    leader: str
    since: str
    until: str
    named: bool


class NamedSupplierRow(NamedTuple):
    """A supplier that is named to a chain leader 链上具名供应商, which reads it without seeing the firm. Days as above."""

    id: str
    enterprise: str
    leader: str
    since: str
    until: str


SOLUTIONS = Table("solutions", META, *columns(SolutionRow, "id"), Index("ix_solution_published", "published_at", "id"))
SERVICE_LISTS = Table("service_lists", META, *columns(ServiceListRow, "year"))
DEMANDS = Table(
    "demands",
    META,
    *columns(DemandRow, "id"),
    Column("provider", String),
    Index("ix_demand_firm", "enterprise", "id"),
    Index("ix_demand_published", "published_at", "id"),
)
"""provider: that diagnosed the firm; shown to nobody."""
DEMAND_INDICATORS = Table(
    "demand_indicators", META, Column("demand", String, primary_key=True), Column("indicator", String, primary_key=True)
)
OFFERS = Table(
    "offers", META, *columns(OfferRow, "id"), Index("ix_offer_demand", "demand", "id"), Index("ix_offer_firm", "enterprise", "id")
)
OFFER_PARTIES = Table(
    "offer_parties",
    META,
    Column("offer", String, primary_key=True),
    Column("organisation", String, primary_key=True),
    Column("demand", String, nullable=False),
    Column("holds", Boolean, nullable=False),
    Index("ix_offer_party", "organisation", "offer"),
)
"""Whoever takes part in an offer; holds: in its latest round."""
GAP_CONSENTS = Table("gap_consents", META, *columns(GapConsentRow, "id"), Index("ix_gap_leader", "leader"))
NAMED_SUPPLIERS = Table("named_suppliers", META, *columns(NamedSupplierRow, "id"), Index("ix_named_leader", "leader"))


def _text(value: object) -> str:
    return orjson.dumps(value).decode()


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each thing as it was stated, step by step."""
    for entry in entries:
        event = event_of(entry)
        if event is ServiceListRecorded:
            found = data(entry)
            told = {"year": found["year"], "suppliers": _text(found["suppliers"])}
            tables[SERVICE_LISTS].put({**told, "document": found["source"]["document"], "mark": found["source"]["mark"]})
        elif event in CONSENTED:
            _consent(tables, entry)
        elif event in ASKED:
            _demand(tables, entry)
        elif event in OFFERED:
            _offer(tables, entry)
        else:
            _solution(tables, entry)


def _stated(found: Mapping[str, Any]) -> Row:
    plain = {name: found[name] for name in ("title", "summary", "edition")}
    return {**plain, **{name: _text(found[name]) for name in ("indicators", "industries", "sizes", "cases", "ties")}}


def _solution(tables: Tables, entry: Entry) -> None:
    table, found, identity = tables[SOLUTIONS], data(entry), key(entry)
    match event_of(entry):
        case stated.SolutionPublished:
            own = {"id": identity, "supplier": found["supplier"], "supplier_role": found["role"], **_stated(found)}
            begun = {"status": SolutionStatus.PUBLISHED.value, "found": "[]", "named": "{}", "reason": None}
            table.put({**own, **begun, "published_at": entry.at, "changed_at": entry.at})
        case stated.SolutionRevised:
            before: Row = table.get(identity) or {}
            was, cases = orjson.loads(before["cases"]), found["cases"]
            named = {
                number: firm
                for number, firm in orjson.loads(before["named"]).items()
                if int(number) <= len(cases) and cases[int(number) - 1] == was[int(number) - 1]
            }
            table.change(identity, **_stated(found), named=_text(named), changed_at=entry.at)
        case stated.SolutionWithdrawn:
            table.change(identity, status=SolutionStatus.WITHDRAWN.value, reason=found["reason"], changed_at=entry.at)
        case stated.SolutionTieFound:
            before = table.get(identity) or {}
            ties = [*orjson.loads(before["found"]), {name: found[name] for name in ("provider", "kind")}]
            table.change(identity, found=_text(ties), changed_at=entry.at)
        case event:
            before = table.get(identity) or {}
            named = {number: firm for number, firm in orjson.loads(before["named"]).items() if number != str(found["case"])}
            if event is stated.SolutionCaseNamed:
                named[str(found["case"])] = found["enterprise"]
            table.change(identity, named=_text(named), changed_at=entry.at)


def _demand(tables: Tables, entry: Entry) -> None:
    table, found, identity, event = tables[DEMANDS], data(entry), key(entry), event_of(entry)
    if event is asked.DemandPublished:
        plain = ("enterprise", "diagnosis", "provider", "edition", "text", "budget_from", "budget_to", "by", "named")
        told = {"id": identity, **{name: found[name] for name in plain}, "indicators": _text(found["indicators"])}
        begun = {"status": DemandStatus.OPEN.value, "status_since": entry.at, "published_at": entry.at, "reason": None}
        table.put({**told, **begun})
        for one in found["indicators"]:
            tables[DEMAND_INDICATORS].put({"demand": identity, "indicator": one["id"]})
    elif event is asked.DemandNamingSet:
        table.change(identity, named=found["named"])
    else:
        table.change(identity, status=STATUS_AFTER_DEMAND[event].value, status_since=entry.at, reason=found.get("reason"))


def _offer(tables: Tables, entry: Entry) -> None:
    table, found, identity, event = tables[OFFERS], data(entry), key(entry), event_of(entry)
    if event is made.OfferMade:
        _begin_offer(tables, entry, found)
    elif event is made.OfferMemberAgreed:
        before: Row = table.get(identity) or {}
        waiting = [one for one in orjson.loads(before["waiting"]) if one != found["member"]]
        status = standing(frozenset(waiting))
        since = before["status_since"] if waiting else entry.at
        table.change(identity, waiting=_text(waiting), status=status.value, status_since=since)
    elif event is made.OfferOutcomeReported:
        table.change(identity, changes=_text(found["changes"]))
    else:
        days = {name: found[of] for name, of in (("accepted_on", "on"), ("delivered_on", "delivered_on")) if of in found}
        status = STATUS_AFTER_OFFER[event]
        table.change(identity, status=status.value, status_since=entry.at, reason=found.get("reason"), **days)


def _begin_offer(tables: Tables, entry: Entry, found: Row) -> None:
    """A round of an offer; parties of the one before that are in it no more keep nothing of it."""
    identity, parties = key(entry), tables[OFFER_PARTIES]
    before = tables[OFFERS].get(identity)
    was = [one["organisation"] for one in orjson.loads(before["members"])] if before is not None else []
    members = [one["organisation"] for one in found["members"]]
    for one in dict.fromkeys((found["supplier"], *was, *members)):
        holds = one == found["supplier"] or one in members
        parties.put({"offer": identity, "organisation": one, "demand": found["demand"], "holds": holds})
    plain = {name: found[name] for name in ("demand", "supplier", "enterprise", "text", "price", "ready_by")}
    held = {name: _text(found[name]) for name in ("solutions", "members", "own_of")}
    empty = dict.fromkeys(("accepted_on", "delivered_on", "reason"))
    begun = {"waiting": _text(members), "status": standing(frozenset(members)).value, "status_since": entry.at, "changes": "[]"}
    tables[OFFERS].put({"id": identity, **plain, **held, **empty, **begun, "made_at": entry.at})


def _consent(tables: Tables, entry: Entry) -> None:
    """Each consent as it stands, and whom it names: who is named no more is in no row that the leader reads."""
    found, enterprise, event, table = data(entry), key(entry), event_of(entry), tables[GAP_CONSENTS]
    identity = f"{enterprise}.{found['leader']}"
    before: Row = table.get(identity) or {}
    was_named = bool(before.get("named"))
    if event is ChainLeaderConsented:
        named = was_named and before["since"] == found["since"]
        told = {name: found[name] for name in ("leader", "since", "until")}
        table.put({"id": identity, "enterprise": enterprise, **told, "named": named})
    elif event is SupplierNamingSet:
        table.change(identity, named=found["named"])
    else:
        table.change(identity, until=found["last"], named=False)
    after: Row = table.get(identity) or {}
    if after["named"]:
        tables[NAMED_SUPPLIERS].put({name: after[name] for name in NamedSupplierRow._fields})
    elif was_named:
        tables[NAMED_SUPPLIERS].remove(identity)


CONSENTED = frozenset(GapConsentEvent.__args__)
ASKED = frozenset(asked.DemandEvent.__args__)
OFFERED = frozenset(made.OfferEvent.__args__)
DEMAND_READ_MODEL = ReadModel(
    "demands",
    (SOLUTIONS, SERVICE_LISTS, DEMANDS, DEMAND_INDICATORS, OFFERS, OFFER_PARTIES, GAP_CONSENTS, NAMED_SUPPLIERS),
    fold,
    CONSENTED | ASKED | OFFERED | frozenset(stated.SolutionEvent.__args__) | {ServiceListRecorded},
)
