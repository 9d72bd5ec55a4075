"""Assignments 专家指派 in the schema: which experts a diagnosis is given to, and for which days. plan V5, R2."""

from collections.abc import Sequence
from datetime import date

import strawberry

from api.kit.as_of import day_then
from api.kit.context import Context
from api.kit.edges import led_to
from api.kit.periods import ENDED_BY_FIRST_DAY, is_ended_by_first_day
from api.kit.published import field, published
from api.kit.row_mapping import shown
from api.participants.people import PERSONS, Person
from domain.access import Role
from domain.masks import ACTORS
from projections.diagnosis import case_parts
from projections.diagnosis.assignments import AssignmentRow


@published(ACTORS, row=AssignmentRow)
class Assignment:
    """Assignment of a diagnosis to an expert, which opens it to that expert · 专家指派. plan V5, R2"""

    id: strawberry.ID = field("Id of the assignment; pass it to `releaseExpert` · 指派标识")
    expert: Person | None = field("The expert, as known today; null: outside the caller's scope · 专家", by="expert")
    role: Role = field("Role: marker, arbiter, sampler or reader · 角色")
    since: date = field("First day · 起始日")
    until: date = field("Last day; of one that was released the day before · 截止日")
    ended_by_first_day: bool = field(ENDED_BY_FIRST_DAY, made=True)
    conflict: str | None = field("Conflict that the arbiter declared, which ended it; null: none · 回避事由")
    ended: bool = field("Whether it is over, on the day that the answer is of · 是否已结束")


def load_assignments(context: Context, ids: Sequence[str], wanted: frozenset[str]) -> dict[str, list[Assignment]]:
    """Assignments of many diagnoses within the caller's scope, in order of id."""
    day = day_then(context).isoformat()
    rows = case_parts.assignments(context.snapshot, context.scope, ids)
    expert = led_to(context, (Assignment, "expert"), rows, wanted)
    found: dict[str, list[Assignment]] = {}
    for row in rows:
        assignment = Assignment(
            **shown(Assignment, row),
            expert=expert(row.expert),
            ended=row.until < day,
            ended_by_first_day=is_ended_by_first_day(row.since, row.until),
        )
        found.setdefault(row.diagnosis, []).append(assignment)
    return found


def load_experts(context: Context, ids: Sequence[str], wanted: frozenset[str]) -> dict[str, Person]:
    """Experts of some ids, as they are today: the past of a case has no people in it."""
    return PERSONS.of_ids(context.present or context, ids, wanted)
