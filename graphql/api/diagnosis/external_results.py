"""External results 外部评估结果 in the schema: what others' models found of a firm, as it was accepted. plan P8.

Certificates are read by whoever sees the firm; scores, and results of models that publish none, by who runs the case and the firm.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.enums import enum_type
from api.kit.filter_values import require_known, require_values
from api.kit.ids import BatchID, ExternalResultID, key_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from api.participants.enterprises import Enterprise, load_enterprises
from domain.access import Mask
from domain.diagnosis.external.result import CERTIFICATES, ExternalResultStatus, external_result_stream
from domain.kernel import Command
from domain.masks import BATCHES_READ, EXTERNAL_ASSESSMENTS, FIRMS
from projections.diagnosis import external_results as rows
from projections.diagnosis.external_results import ExternalResultFilter, ExternalResultRow
from projections.engine.pages import Page
from standards import external_edition, external_editions

enum_type(ExternalResultStatus)


@published(FIRMS, row=ExternalResultRow)
class ExternalResult:
    """What another's assessment found of a firm, as it was accepted; it is no part of the diagnosis · 外部评估结果. plan P8"""

    id: ExternalResultID = field("Id of the result, the same for all its statements · 外部评估结果标识")
    version: int = field("Which statement of the result it is, from 1 · 版次", made=True)
    enterprise: Enterprise | None = field("Firm · 企业", by="enterprise")
    model: str = field("External model, such as `dcmm` · 外部模型代号")
    model_name: str = field("What the model is called · 外部模型名称", made=True)
    edition: str = field("Edition of the model, by the day of the assessment · 模型版本")
    standard_number: str = field("Number of the standard or document of that edition · 标准号", made=True)
    number: str | None = field("Number of the certificate; null where there is none · 证书编号")
    variant: str | None = field("What was assessed, or as what; null where nothing is said · 适用类型")
    level: str | None = field("Level, as the model calls it · 等级", mask=Mask.OUTCOME)
    score: Decimal | None = field(
        "Score, as it was stated; null where none was · 得分", roles=EXTERNAL_ASSESSMENTS, mask=Mask.OUTCOME
    )
    assessed_on: date = field("Day of the assessment · 评估日期")
    valid_until: date | None = field("Last day; null: none is stated · 有效期至")
    body: str | None = field("Who assessed; null where nothing is said · 评估机构")
    stated_on: date = field("Day as of which it was stated · 报送口径日")
    sender: str | None = field("Who sent it: `city`, or the partner as it acts · 报送方", roles=EXTERNAL_ASSESSMENTS)
    batch: BatchID | None = field("Batch that it came in · 批次", roles=BATCHES_READ)
    row: int | None = field("Row of that file · 行号", roles=BATCHES_READ)
    digest: str | None = field("SHA-256 of that file · 文件散列", roles=BATCHES_READ)
    accepted_at: datetime = field("When it was accepted, UTC · 接受时间")
    replaced_at: datetime | None = field("When a later statement took its place, UTC; null of the latest · 更新时间")
    withdrawn_on: date | None = field("Day from which it was withdrawn; null where it was not · 撤销日")
    reason: str | None = field("Why it was withdrawn; null where it was not · 撤销原因")
    status: ExternalResultStatus = field("What it is worth today · 当前状态", made=True)


def _build(context: Context, found: Sequence[ExternalResultRow], wanted: frozenset[str]) -> list[ExternalResult]:
    enterprise = led_to(context, (ExternalResult, "enterprise"), found, wanted)
    notes = context.disclosure_notes
    if masks := notes.masks("ExternalResult", wanted):
        held = (one for one in found if one.model not in CERTIFICATES or (one.score is not None and "score" in wanted))
        notes.note(masks, ((one.enterprise, external_result_stream(one.id)) for one in held))
    return [_shown(context, one, enterprise(one.enterprise)) for one in found]


def _shown(context: Context, one: ExternalResultRow, firm: Enterprise | None) -> ExternalResult:
    edition = external_edition(one.edition)
    return ExternalResult(
        **shown(ExternalResult, one),
        version=one.version,
        enterprise=firm,
        model_name=edition.name if edition is not None else one.model,
        standard_number=edition.number if edition is not None else one.edition,
        status=one.status_on(context.today),
    )


EXTERNAL_RESULTS: Listed[ExternalResultFilter, ExternalResultRow, ExternalResult] = Listed(
    name="externalResults",
    node=ExternalResult,
    rows=rows.external_results,
    count=rows.external_result_count,
    order=rows.LATEST_FIRST,
    build=_build,
)


def _certificates_alone(context: Context) -> bool:
    return context.role not in EXTERNAL_ASSESSMENTS


@strawberry.type
class ExternalResultQueries:
    """Query fields: external results."""

    @listing(
        EXTERNAL_RESULTS,
        "External results of the firms in the scope, the latest assessment first; certificates alone to who may not read "
        "others' scores · 外部评估结果列表. plan P8, S2",
        roles=FIRMS,
    )
    def external_results(
        self,
        info: strawberry.Info[Context, None],
        enterprise: Annotated[strawberry.ID | None, argument("Of this firm; none = all in the scope · 企业标识")] = None,
        model: Annotated[list[str] | None, argument("Of any of these models; none = all · 外部模型代号")] = None,
        former: Annotated[bool, argument("Whether statements that were replaced are shown too · 含历史版次")] = False,  # noqa: FBT002 - an argument of the schema
    ) -> ExternalResultFilter:
        """A page of external results."""
        require_values(model=model)
        require_known("model", model, {one.model: one.name for one in external_editions()})
        return ExternalResultFilter(key_of(enterprise, "enterprise"), model, former, _certificates_alone(info.context))


def _find(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> ExternalResult | None:
    where = ExternalResultFilter(id=key, certificates=_certificates_alone(context))
    found = rows.external_results(context.snapshot, context.scope, where, Page(1, rows.LATEST_FIRST))
    return next(iter(_build(context, found, wanted)), None)


QUERIES = ExternalResultQueries
EDGES: Mapping[Edge, Loader] = {(ExternalResult, "enterprise"): load_enterprises}
PAYLOADS: Mapping[str, Payload] = {"assessment": Payload("external_result", ExternalResult, _find)}
"""Capability -> what its payloads carry 返回对象."""
