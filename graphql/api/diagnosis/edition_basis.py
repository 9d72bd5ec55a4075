"""Why a diagnosis has its edition and form 标准选用依据 in the schema: what applied, and why another was chosen. plan S3, S4."""

from datetime import date, datetime

import strawberry

from api.kit.published import field, published
from domain.access import Mask, Role
from domain.diagnosis.opening import chosen_otherwise
from domain.instants import utc_moment
from domain.masks import FIRMS, TRAIL
from projections.diagnosis.diagnoses_fold import DiagnosisRow
from standards import ApplicableEdition, Form
from standards.edition.mapping import MappingBasis
from standards.edition.text import SourceMark


@published(FIRMS)
class EditionBasis:
    """Why a diagnosis has its edition and form · 标准选用依据. plan S3, S4"""

    applicable_edition: str | None = field("Edition that applied when it was opened; null where no mapping held · 适用版本")
    applicable_form: Form | None = field("Form that applied · 适用版式")
    decided_by: MappingBasis | None = field("What decided · 依据")
    code: str | None = field("The part of the industry code that decided · 行业代码")
    since: date | None = field("First day of the mapping · 适用起始日")
    mark: SourceMark | None = field("Mark of the mapping · 来源标记")
    otherwise: bool = field("Whether another edition or form was chosen · 是否另选")
    reason: str | None = field("Why · 理由", roles=TRAIL, mask=Mask.TRAIL)
    role: Role = field("Role that opened it · 开启角色")
    organisation: strawberry.ID = field("Organisation that opened it · 开启单位")
    at: datetime = field("When, UTC · 开启时间")


def edition_basis(row: DiagnosisRow) -> EditionBasis:
    """The basis that a diagnosis was opened on."""
    applied = ApplicableEdition.model_validate_json(row.applicable) if row.applicable is not None else None
    return EditionBasis(
        applicable_edition=applied.edition if applied else None,
        applicable_form=applied.form if applied else None,
        decided_by=applied.basis if applied else None,
        code=applied.code if applied else None,
        since=applied.since if applied else None,
        mark=applied.source.mark if applied else None,
        otherwise=chosen_otherwise(row.edition, Form(row.form), applied),
        reason=row.reason,
        role=row.opened_by_role,
        organisation=strawberry.ID(row.opened_by_organisation),
        at=utc_moment(row.opened_at),
    )
