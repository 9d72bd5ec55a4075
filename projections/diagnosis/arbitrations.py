"""Arbitrations 指标异议仲裁: what went to experts, their opinions, the decision and what came of it, as rows beside it. plan P6.

They are the parties' alone, as all that happens in a case before its report: outside it no column of them is read.
"""

from typing import Any, NamedTuple

import orjson
from sqlalchemy import MetaData, Select, Table, select

from domain.access import Role
from domain.diagnosis import arbitration, withdrawal
from domain.governance.proceedings.state import ENDED, ProceedingOutcome
from journal import Entry
from projections.diagnosis import issued
from projections.engine.columns import Long, chosen, columns
from projections.engine.read_model import Row, Tables, event_of
from projections.engine.snapshot import Snapshot
from projections.governance.proceedings import PROCEEDINGS

META = MetaData()


class ArbitrationRow(NamedTuple):
    """An arbitration 仲裁. version: of the stream, at which it was asked for. proceeding: its key. items, findings: JSON.

    outcome, reasons, findings, decided_at: None until it is decided; then as it was settled, once it is. settled_at: when the case
    followed it, or was withdrawn before.
    """

    diagnosis: str
    version: int
    proceeding: str
    items: str
    requested_at: Long
    requested_by_role: Role
    opinions_given: int
    outcome: ProceedingOutcome | None
    reasons: str | None
    findings: str | None
    decided_at: Long | None
    settled_at: Long | None


class OpinionRow(NamedTuple):
    """An arbiter's opinion as it was given last 仲裁意见. arbitration: version at which that was asked for. findings: JSON.

    struck_at: when it ceased to count, for the arbiter was released before the decision.
    """

    diagnosis: str
    arbitration: int
    arbiter: str
    findings: str
    given_at: Long
    struck_at: Long | None


ARBITRATIONS = Table("arbitrations", META, *columns(ArbitrationRow, "diagnosis", "version"))
OPINIONS = Table("arbiter_opinions", META, *columns(OpinionRow, "diagnosis", "arbitration", "arbiter"))
for _table in (ARBITRATIONS, OPINIONS):
    issued.keep_inside(_table, *_table.c.keys())


def recorded(tables: Tables, identity: str, entry: Entry, found: Row, case: Row) -> Row:
    """Write down what a fact of a case adds, and give what it changes in the case's row; case: that row before."""
    table, event, asked = tables[ARBITRATIONS], event_of(entry), case["arbitration"]
    if event is arbitration.ArbitrationRequested:
        empty = dict.fromkeys(("outcome", "reasons", "findings", "decided_at", "settled_at"))
        row = {"diagnosis": identity, "version": entry.version, "proceeding": found["proceeding"], "opinions_given": 0, **empty}
        row |= {"requested_at": entry.at, "requested_by_role": entry.role, "items": orjson.dumps(found["items"]).decode()}
        table.put(row)
        return {"arbitration": entry.version}
    if asked is None or event not in FOLLOWS:
        return {}
    table.load([(identity, asked)])
    if event is arbitration.ArbiterOpinionGiven:
        opinions = tables[OPINIONS]
        opinions.load([(identity, asked, found["arbiter"])])
        known = opinions.get(identity, asked, found["arbiter"])
        if known is None or known["struck_at"] is not None:
            _count(tables, identity, asked, 1)
        told = {"findings": orjson.dumps(found["findings"]).decode(), "given_at": entry.at, "struck_at": None}
        opinions.put({"diagnosis": identity, "arbitration": asked, "arbiter": found["arbiter"], **told})
        return {}
    if event is arbitration.ArbiterOpinionStruck:
        tables[OPINIONS].change(identity, asked, found["arbiter"], struck_at=entry.at)
        _count(tables, identity, asked, -1)
        return {}
    if event is withdrawal.DiagnosisWithdrawn:
        table.change(identity, asked, settled_at=entry.at)
        return {"arbitration": None}
    told = {"outcome": found["outcome"], "findings": orjson.dumps(found["findings"]).decode()}
    if event is arbitration.ArbitrationDecided:
        table.change(identity, asked, **told, reasons=found["reasons"], decided_at=entry.at)
        return {}
    table.change(identity, asked, **told, settled_at=entry.at)
    return {"arbitration": None}


def _count(tables: Tables, identity: str, asked: int, more: int) -> None:
    """So many opinions count more, or fewer."""
    before: Any = tables[ARBITRATIONS].get(identity, asked)
    tables[ARBITRATIONS].change(identity, asked, opinions_given=before["opinions_given"] + more)


FOLLOWS = frozenset(
    {
        arbitration.ArbiterOpinionGiven,
        arbitration.ArbiterOpinionStruck,
        arbitration.ArbitrationDecided,
        arbitration.ArbitrationSettled,
        withdrawal.DiagnosisWithdrawn,
    }
)


def to_settle(snapshot: Snapshot) -> list[ArbitrationRow]:
    """Arbitrations, the whole city's, whose proceeding has ended and which their cases have not followed yet 待生效仲裁.

    For the program alone: it shows nobody anything.
    """
    table, proceedings = snapshot[ARBITRATIONS], snapshot[PROCEEDINGS]
    query: Select[Any] = select(*chosen(table, ArbitrationRow)).where(
        table.c.settled_at.is_(None),
        table.c.proceeding == proceedings.c.id,
        proceedings.c.status.in_([one.value for one in ENDED]),
    )
    return [ArbitrationRow._make(row) for row in snapshot.rows(query.order_by(table.c.diagnosis))]
