"""Internal reviews 机构内审 in the schema: the report handed in, read by another of the provider, let pass or returned. plan P4."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from api.kit.context import Context
from api.kit.published import field, published
from api.kit.row_mapping import shown
from domain.access import Mask, Role
from domain.diagnosis.review import ReviewItem
from domain.masks import PROCEEDINGS
from projections.diagnosis import case_parts
from projections.diagnosis.internal_reviews import InternalReviewRow


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS)
class ReviewedItem:
    """One item of the form of a review · 内审表单项. plan P4"""

    item: ReviewItem = field("What was looked at · 内审项目")
    met: bool = field("Whether it is as it should be · 是否符合")
    note: str | None = field("What was found · 说明")


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS, row=InternalReviewRow)
class InternalReview:
    """A report that was handed in for the provider's review, and what came of it · 机构内审. plan P4"""

    summary: str = field("What its author wrote to the reviewer · 编制说明")
    handed_in_at: datetime = field("When it was handed in, UTC · 提交时间")
    handed_in_by_role: Role = field("Role that handed it in · 提交角色")
    passed: bool | None = field("Whether it passed, else it was returned; null until it is reviewed · 是否通过")
    conclusion: str | None = field("Conclusion, and what is to be reworked · 内审结论")
    reviewed_at: datetime | None = field("When it was reviewed, UTC · 内审时间")
    reviewed_by_role: Role | None = field("Role that reviewed it · 内审角色")
    checks: list[ReviewedItem] = field("The form, item by item; empty until it is reviewed · 内审表", made=True)


def load_internal_reviews(context: Context, ids: Sequence[str]) -> dict[str, list[InternalReview]]:
    """Internal reviews of many diagnoses within the caller's scope, in the order they were asked for."""
    found: dict[str, list[InternalReview]] = {}
    for row in case_parts.internal_reviews(context.snapshot, context.scope, ids):
        form = orjson.loads(row.checks or "[]")
        checks = [ReviewedItem(item=ReviewItem(one["item"]), met=one["met"], note=one["note"]) for one in form]
        found.setdefault(row.diagnosis, []).append(InternalReview(**shown(InternalReview, row), checks=checks))
    return found
