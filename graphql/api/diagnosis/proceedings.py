"""Proceedings 办理经过 in the schema: objections with their answers, visits on site, experts' reviews. plan P5, P6."""

from collections.abc import Sequence
from datetime import date, datetime

from api.kit.context import Context
from api.kit.published import field, published
from api.kit.row_mapping import shown
from domain.access import Mask, Role
from domain.diagnosis.objections import ObjectionStatus
from domain.instants import utc_moment
from domain.masks import PROCEEDINGS
from projections.diagnosis import case_parts
from projections.diagnosis.proceedings import ExpertReviewRow, ObjectionRow, SiteVisitRow


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS)
class AnswerToObjection:
    """Answer to an objection · 异议答复. plan P6"""

    text: str = field("Why it is upheld or not · 答复理由")
    upheld: bool = field("Whether it is upheld; then the indicator is verified again · 异议是否成立")
    at: datetime = field("When, UTC · 答复时间")
    by_role: Role = field("Role that answered · 答复角色")


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS, row=ObjectionRow)
class Objection:
    """Objection of the firm to one indicator of a report · 异议. plan P6"""

    indicator: str = field("Indicator id · 指标编号")
    report_version: int = field("Version of the report that it is about · 所涉报告版次")
    text: str = field("Why the firm objects · 异议理由")
    raised_at: datetime = field("When, UTC · 提出时间")
    raised_by_role: Role = field("Role that objected · 提出角色")
    answer: AnswerToObjection | None = field("Its answer; null before · 答复", made=True)
    status: ObjectionStatus = field("What became of it · 异议状态", made=True)


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS, row=SiteVisitRow)
class SiteVisit:
    """Visit of the provider on site · 现场诊断. plan P5"""

    visited_on: date = field("Day in the city's calendar · 现场日期")
    diagnosticians: int = field("Diagnosticians present · 到场诊断师人数")
    functions: list[str] = field("Functions interviewed · 访谈部门")
    notes: str = field("What was seen · 现场记录")
    recorded_at: datetime = field("When it was recorded, UTC · 记录时间")
    recorded_by_role: Role = field("Role that recorded it · 记录角色")
    place: str | None = field("Where the first signed in; null where it was recorded without a plan · 签到地点")
    began_at: datetime | None = field("When the first signed in, UTC; null where it was recorded without a plan · 开始时间")


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS, row=ExpertReviewRow)
class ExpertReview:
    """Review of a case by experts · 专家评审. plan S4"""

    conclusion: str = field("Their conclusion · 评审结论")
    recorded_at: datetime = field("When it was recorded, UTC · 记录时间")
    recorded_by_role: Role = field("Role that recorded it · 记录角色")


def load_objections(context: Context, ids: Sequence[str]) -> dict[str, list[Objection]]:
    """Objections of many diagnoses within the caller's scope, in order of report and indicator."""
    found: dict[str, list[Objection]] = {}
    for row, status in case_parts.objections(context.snapshot, context.scope, ids):
        objection = Objection(**shown(Objection, row), answer=_answer(row), status=status)
        found.setdefault(row.diagnosis, []).append(objection)
    return found


def _answer(row: ObjectionRow) -> AnswerToObjection | None:
    if row.answer is None or row.upheld is None or row.answered_at is None or row.answered_by_role is None:
        return None
    return AnswerToObjection(
        text=row.answer, upheld=row.upheld, at=utc_moment(row.answered_at), by_role=row.answered_by_role
    )


def load_site_visits(context: Context, ids: Sequence[str]) -> dict[str, list[SiteVisit]]:
    """Visits on site of many diagnoses within the caller's scope, in the order they were recorded."""
    found: dict[str, list[SiteVisit]] = {}
    for row in case_parts.site_visits(context.snapshot, context.scope, ids):
        found.setdefault(row.diagnosis, []).append(SiteVisit(**shown(SiteVisit, row)))
    return found


def load_expert_reviews(context: Context, ids: Sequence[str]) -> dict[str, list[ExpertReview]]:
    """Experts' reviews of many diagnoses within the caller's scope, in the order they were recorded."""
    found: dict[str, list[ExpertReview]] = {}
    for row in case_parts.expert_reviews(context.snapshot, context.scope, ids):
        found.setdefault(row.diagnosis, []).append(ExpertReview(**shown(ExpertReview, row)))
    return found
