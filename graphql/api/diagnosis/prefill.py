"""Prefill 预填 in the schema: the answers that certificates of a firm offer to its open self-assessment. plan P3, P8.

Worked out when it is asked for, through the latest published crosswalks. Nothing of it counts until the firm takes it over.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from api.diagnosis.comparable_results import Published, published_crosswalks
from api.kit.context import Context
from api.kit.ids import CrosswalkID, DiagnosisID, ExternalResultID, id_of, key_of
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published
from api.standard.editions import editions_of
from domain.command_rights import FILLERS
from domain.diagnosis.external.result import ExternalResultStatus
from domain.diagnosis.sections import is_open_section
from domain.diagnosis.state import DiagnosisStatus
from projections.diagnosis import case_parts, diagnoses
from projections.diagnosis.diagnoses_fold import DiagnosisRow
from projections.diagnosis.external_results import (
    LATEST_FIRST,
    ExternalResultFilter,
    ExternalResultRow,
    external_results,
)
from projections.engine.pages import Page
from projections.standard.crosswalks import CrosswalkRecord, CrosswalkVersionRecord
from standards import Edition, ExternalEdition, Form, comparison_on, external_edition
from standards.edition.text import SourceMark
from standards.external.crosswalk import MappingRelation
from standards.external.offers import OfferedAnswer, offered_answers

MOST_CERTIFICATES = 200
"""Certificates of one firm that are looked through: more than a firm holds."""


@published(FILLERS)
class PrefillOffer:
    """Answer that a certificate offers to an indicator, with where it comes from; an offer and no answer · 预填建议. plan P8"""

    indicator: str = field("Indicator id · 指标编号")
    name: str = field("Indicator · 指标名称")
    dimension: str = field("Its dimension · 维度")
    level: Decimal = field("Maturity level that is offered · 建议等级")
    assessment: ExternalResultID = field("External result that offers it · 外部评估结果标识")
    model_name: str = field("What the model is called · 外部模型名称")
    standard_number: str = field("Number of the standard of that edition · 标准号")
    number: str | None = field("Number of the certificate · 证书编号")
    certificate_level: str = field("Level of the certificate, as the model calls it · 证书等级")
    assessed_on: date = field("Day of the assessment · 评估日期")
    node: str = field("Node of the external edition that the indicator is mapped to · 外部节点标识")
    node_name: str = field("Name of the node · 外部节点名称")
    relation: MappingRelation = field("How the node stands to the indicator · 对照关系")
    confidence: Decimal = field("How sure the mapping is, above 0 to 1 · 置信度")
    crosswalk: CrosswalkID = field("Crosswalk that it comes by · 对照标识")
    crosswalk_version: int = field("Version of the crosswalk · 对照版次")
    crosswalk_mark: SourceMark = field("Mark of the crosswalk · 对照来源标记")


@published(FILLERS)
class Prefill:
    """What certificates offer to the indicators of an open self-assessment that are not answered yet · 预填. plan P3, P8"""

    diagnosis: DiagnosisID = field("Id of the diagnosis · 诊断标识")
    offers: list[PrefillOffer] = field(
        "Offers, in the edition's order; of an indicator that several certificates speak of, of each · 预填建议"
    )


def _offers(
    context: Context, edition: Edition, form: Form, held: list[ExternalResultRow], through: Published
) -> Iterator[tuple[int, PrefillOffer]]:
    rule, order = comparison_on(context.today), {item.id: place for place, item in enumerate(edition.indicators)}
    crosswalks = {record.external_edition: (record, version) for record, version in through}
    for one in held:
        model = external_edition(one.edition)
        level = model.level_of(one.level) if model is not None else None
        if model is None or level is None or one.edition not in crosswalks:
            continue
        record, version = crosswalks[one.edition]
        for indicator, offered in offered_answers(edition, form, model, version.parsed, level, rule).items():
            yield order[indicator], _offer(edition, model, one, offered, record, version)


def _offer(
    edition: Edition,
    model: ExternalEdition,
    held: ExternalResultRow,
    offered: OfferedAnswer,
    record: CrosswalkRecord,
    version: CrosswalkVersionRecord,
) -> PrefillOffer:
    item = edition.by_id[offered.row.indicator]
    assert offered.answer.level is not None  # noqa: S101 - a level alone is offered
    return PrefillOffer(
        indicator=item.id,
        name=item.name,
        dimension=item.dimension,
        level=offered.answer.level,
        assessment=id_of("assessment", held.id),
        model_name=model.name,
        standard_number=model.number,
        number=held.number,
        certificate_level=held.level,
        assessed_on=date.fromisoformat(held.assessed_on),
        node=offered.row.node,
        node_name=model.by_id[offered.row.node].name,
        relation=offered.row.relation,
        confidence=offered.row.confidence,
        crosswalk=id_of("crosswalk", record.id),
        crosswalk_version=version.version,
        crosswalk_mark=SourceMark(record.mark),
    )


def offers_to(context: Context, case: DiagnosisRow) -> list[PrefillOffer]:
    """What the firm's certificates that are valid today offer to any indicator of a diagnosis, answered or not, in order."""
    edition = editions_of(context, [case.edition])[case.edition]
    where = ExternalResultFilter(enterprise=case.enterprise)
    held = [
        one
        for one in external_results(context.snapshot, context.scope, where, Page(MOST_CERTIFICATES, LATEST_FIRST))
        if one.status_on(context.today) is ExternalResultStatus.VALID
    ]
    through = published_crosswalks(context, [case.edition])[case.edition]
    return [one for _, one in sorted(_offers(context, edition, Form(case.form), held, through), key=lambda pair: pair[0])]


@strawberry.type
class PrefillQueries:
    """Query fields: prefill."""

    @field(
        "What certificates of a firm offer to its open self-assessment, in the caller's sections, to be taken over by "
        "`takePrefill`; null when the diagnosis does not exist, lies outside the scope or is handed in · 预填建议. plan P3, P8",
        roles=FILLERS,
    )
    def prefill(
        self,
        info: strawberry.Info[Context, None],
        diagnosis: Annotated[strawberry.ID, argument("Id of the diagnosis · 诊断标识")],
        at_least: AtLeast = None,
    ) -> Prefill | None:
        """The offers as things stand."""
        context, key = info.context, key_of(diagnosis, "diagnosis")
        context.at_least(at_least)
        row = diagnoses.diagnoses_by_id(context.snapshot, context.scope, [key]).get(key)
        if row is None or row.status != DiagnosisStatus.OPEN:
            return None
        answered = {one.indicator for one in case_parts.answers(context.snapshot, context.scope, [key])}
        open_to = context.role, context.caller.sections
        return Prefill(
            diagnosis=id_of("diagnosis", key),
            offers=[
                one
                for one in offers_to(context, row)
                if one.indicator not in answered and is_open_section(one.dimension, *open_to)
            ],
        )


QUERIES = PrefillQueries
