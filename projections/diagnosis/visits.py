"""Visits by plan 现场诊断计划: each plan with what became of it, who signed in, what was said, as rows beside it. plan P5, T1.

They are the parties' alone, as all that happens in a case before its report: outside it no column of them is read.
"""

from typing import NamedTuple

import orjson
from sqlalchemy import MetaData, Table

from domain.access import Role
from domain.diagnosis import on_site, visits
from domain.diagnosis.visits import VisitStatus
from journal import Entry
from projections.diagnosis import issued
from projections.engine.columns import Long, columns
from projections.engine.read_model import Row, Tables, event_of

META = MetaData()


class VisitPlanRow(NamedTuple):
    """A visit by plan 现场诊断计划. version: of the stream, at which it was planned. day: ISO text; team, functions: JSON.

    reason: why it was declined or cancelled.
    """

    diagnosis: str
    version: int
    status: VisitStatus
    day: str
    team: str
    functions: str
    agenda: str
    reason: str | None
    planned_at: Long
    planned_by_role: Role
    changed_at: Long


class SignInRow(NamedTuple):
    """A diagnostician on site 到场签到. version: of the stream; plan: that of its visit."""

    diagnosis: str
    version: int
    plan: int
    person: str
    place: str
    signed_at: Long


class InterviewRow(NamedTuple):
    """What was said in one function 访谈, as it was recorded last. plan: version of its visit's plan."""

    diagnosis: str
    plan: int
    function: str
    notes: str
    recorded_at: Long
    recorded_by_role: Role


VISIT_PLANS = Table("visit_plans", META, *columns(VisitPlanRow, "diagnosis", "version"))
SIGN_INS = Table("visit_sign_ins", META, *columns(SignInRow, "diagnosis", "version"))
INTERVIEWS = Table("visit_interviews", META, *columns(InterviewRow, "diagnosis", "plan", "function"))
VISITS = (VISIT_PLANS, SIGN_INS, INTERVIEWS)
for _table in VISITS:
    issued.keep_inside(_table, *_table.c.keys())

STATUS_AFTER_VISIT = {
    visits.SiteVisitAgreed: VisitStatus.AGREED,
    visits.SiteVisitDeclined: VisitStatus.DECLINED,
    visits.SiteVisitCancelled: VisitStatus.CANCELLED,
    on_site.SiteVisitRecorded: VisitStatus.CLOSED,
    visits.SignedInOnSite: VisitStatus.UNDER_WAY,
}
"""Event -> what becomes of the plan that stands 事实后的计划状态."""


def recorded(tables: Tables, identity: str, entry: Entry, found: Row, case: Row) -> Row:
    """Write down what a fact of a case adds to its visits, and give what it changes in the case's row; case: that row before."""
    event, plan = event_of(entry), case["visit_plan"]
    if event is visits.SiteVisitPlanned:
        if plan is not None:
            tables[VISIT_PLANS].load([(identity, plan)])
            tables[VISIT_PLANS].change(identity, plan, status=VisitStatus.REPLACED.value, changed_at=entry.at)
        lists = {name: orjson.dumps(found[name]).decode() for name in ("team", "functions")}
        row = {"diagnosis": identity, "version": entry.version, "status": VisitStatus.PLANNED.value, "reason": None, **lists}
        stated = {"day": found["day"], "agenda": found["agenda"], "changed_at": entry.at}
        tables[VISIT_PLANS].put({**row, **stated, "planned_at": entry.at, "planned_by_role": entry.role})
        return {"visit_plan": entry.version}
    if plan is None or event not in FOLLOWS or (event is on_site.SiteVisitRecorded and found["plan"] is None):
        return {}
    if event is visits.SignedInOnSite:
        signed = {"person": found["person"], "place": found["signed"]["place"], "signed_at": entry.at}
        tables[SIGN_INS].put({"diagnosis": identity, "version": entry.version, "plan": plan, **signed})
    if event is visits.InterviewRecorded:
        said = {"function": found["function"], "notes": found["notes"]}
        by = {"recorded_at": entry.at, "recorded_by_role": entry.role}
        tables[INTERVIEWS].put({"diagnosis": identity, "plan": plan, **said, **by})
        return {}
    status = STATUS_AFTER_VISIT[event]
    tables[VISIT_PLANS].load([(identity, plan)])
    tables[VISIT_PLANS].change(identity, plan, status=status.value, reason=found.get("reason"), changed_at=entry.at)
    return {} if status in (VisitStatus.AGREED, VisitStatus.UNDER_WAY) else {"visit_plan": None}


FOLLOWS = frozenset(STATUS_AFTER_VISIT) | {visits.InterviewRecorded}
