"""Visits by plan 现场诊断计划 in the schema: what was planned and agreed, who was on site, what was said. plan P5, T1."""

from collections.abc import Sequence
from datetime import date, datetime

import orjson

from api.kit.context import Context
from api.kit.ids import PersonID, id_of
from api.kit.published import field, published
from api.kit.row_mapping import all_shown, shown
from domain.access import Mask, Role
from domain.diagnosis.visits import VisitStatus
from domain.masks import ACTORS, PROCEEDINGS
from projections.diagnosis import case_parts
from projections.diagnosis.visits import InterviewRow, SignInRow, VisitPlanRow

VISITORS = ACTORS | {Role.PROVIDER, Role.DIAGNOSTICIAN}
"""Who comes to a visit, and who was there: the provider's own people."""


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS, row=SignInRow)
class SignIn:
    """A diagnostician on site · 到场签到. plan P5"""

    place: str = field("Where · 签到地点")
    signed_at: datetime = field("When, UTC, by the server's clock · 签到时间")
    person: PersonID | None = field("Who · 签到人", roles=VISITORS)


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS, row=InterviewRow)
class Interview:
    """What was said in one function, as it was recorded last · 访谈. plan P5"""

    function: str = field("Function · 访谈部门")
    notes: str = field("What was said and shown · 访谈记录")
    recorded_at: datetime = field("When it was recorded, UTC · 记录时间")
    recorded_by_role: Role = field("Role that recorded it · 记录角色")


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS, row=VisitPlanRow)
class VisitPlan:
    """A visit by plan, with what became of it · 现场诊断计划. plan P5, T1"""

    status: VisitStatus = field("What became of it · 计划状态")
    day: date = field("First day in the city's calendar · 计划日期")
    diagnosticians: int = field("How many come · 诊断师人数", made=True)
    team: list[PersonID] | None = field("Who comes · 诊断师", roles=VISITORS, made=True)
    functions: list[str] = field("Functions to be interviewed · 拟访谈部门")
    agenda: str = field("What is to be seen and prepared · 安排")
    reason: str | None = field("Why it was declined or cancelled · 理由")
    planned_at: datetime = field("When it was planned, UTC · 计划时间")
    planned_by_role: Role = field("Role that planned it · 计划角色")
    changed_at: datetime = field("When its status last changed, UTC · 变更时间")
    sign_ins: list[SignIn] = field("Who signed in, in order · 到场签到", made=True)
    interviews: list[Interview] = field("What was said, by function · 访谈", made=True)


def load_visit_plans(context: Context, ids: Sequence[str]) -> dict[str, list[VisitPlan]]:
    """Visits by plan of many diagnoses within the caller's scope, in the order they were planned."""
    signed: dict[tuple[str, int], list[SignInRow]] = {}
    for sign_in in case_parts.sign_ins(context.snapshot, context.scope, ids):
        signed.setdefault((sign_in.diagnosis, sign_in.plan), []).append(sign_in)
    said: dict[tuple[str, int], list[InterviewRow]] = {}
    for interview in case_parts.interviews(context.snapshot, context.scope, ids):
        said.setdefault((interview.diagnosis, interview.plan), []).append(interview)
    found: dict[str, list[VisitPlan]] = {}
    for row in case_parts.visit_plans(context.snapshot, context.scope, ids):
        team, at = orjson.loads(row.team), (row.diagnosis, row.version)
        plan = VisitPlan(
            **shown(VisitPlan, row),
            diagnosticians=len(team),
            team=[id_of("person", one) for one in team],
            sign_ins=all_shown(SignIn, signed.get(at, [])),
            interviews=all_shown(Interview, said.get(at, [])),
        )
        found.setdefault(row.diagnosis, []).append(plan)
    return found
