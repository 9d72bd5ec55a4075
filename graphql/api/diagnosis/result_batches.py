"""Batches of others' assessments 外部评估结果批次 in the schema: what was sent, what was found, what became of it. plan P8.

A partner sees its own, by the actor and the scope of its keys; the city and the auditor see all.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import orjson
import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.filter_values import rows_named
from api.kit.ids import BatchID, EnterpriseID, id_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload, ServerFields
from api.kit.nodes import Node, NodeKind
from api.kit.parts import parts
from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown, shown
from api.kit.uploaded_files import content_of, uploaded
from domain.access import Mask
from domain.diagnosis.external.batch import AcceptBatchRows, RejectBatchRows, SendResultBatch, sender_of
from domain.diagnosis.external.batch_facts import RowDecision
from domain.diagnosis.external.rows import batch_stream
from domain.kernel import Command
from domain.masks import BATCHES_READ, PARTNERS
from domain.participants.enterprises import organisation_code
from domain.participants.rosters.findings import FindingSeverity, RosterReport
from domain.participants.rosters.findings import RosterFinding as Finding
from interop.rosters.reports import read_report
from projections.diagnosis import result_batches as rows
from projections.diagnosis.result_batches import BatchFilter, BatchRow, ProposedResultRow
from projections.participants.enterprises import registered_codes

enum_type(RowDecision)


@published(BATCHES_READ, row=Finding)
class BatchFinding:
    """Finding of a check of a batch: row, column, reason · 批次校验结果. plan P8"""

    row: int = field("Row of the file, from 1; 0 = the file as a whole · 行号")
    column: str = field("Header of the column · 列名")
    severity: FindingSeverity = field("How grave it is · 轻重")
    code: str = field("Published code · 规则代码")
    says: str = field("What is wrong · 说明")
    says_in_english: str = field("What is wrong, in English · 英文说明")


@published(BATCHES_READ, mask=Mask.OUTCOME)
class ProposedResult:
    """Row of a batch, as it is proposed to be accepted · 拟议结果. plan P8"""

    row: int = field("Row of the file · 行号")
    enterprise: EnterpriseID = field("Id of the enterprise · 企业标识")
    edition: str = field("Edition of the model, by the day of the assessment · 模型版本")
    number: str | None = field("Number of the certificate; null where there is none · 证书编号")
    variant: str | None = field("What was assessed, or as what; null where nothing is said · 适用类型")
    level: str = field("Level, as the model calls it · 等级")
    score: Decimal | None = field("Score; null where none is stated · 得分")
    assessed_on: date = field("Day of the assessment · 评估日期")
    valid_until: date | None = field("Last day; null: none is stated · 有效期至")
    body: str | None = field("Who assessed; null where nothing is said · 评估机构")
    asked: list[str] | None = field(
        "Codes of what a person has to look at before it is accepted · 须核对事项", roles=BATCHES_READ - PARTNERS
    )
    decision: RowDecision = field("What became of it · 裁定")
    reason: str | None = field("Why; null while it waits · 裁定理由")


@published(BATCHES_READ, row=BatchRow)
class ResultBatch(Node):
    """File of others' assessments, held apart until its rows are decided · 外部评估结果批次. plan P8"""

    id: BatchID = field("Id of the batch: its sender and its name · 批次标识")
    sender: str = field("Who sent it: `city`, or the partner as it acts · 报送方")
    scope: str = field("Whose firms it may state: a district's code, or * · 范围", made=True)
    model: str = field("External model, such as `dcmm` · 外部模型代号")
    stated_on: date = field("Day as of which the file states it · 报送口径日")
    filename: str = field("File name · 文件名")
    digest: str = field("SHA-256 of the file · 文件散列")
    refused_rows: int = field("Rows that were not taken · 未读取行数")
    to_confirm: int = field("Findings that ask to be looked at · 须核对事项数")
    waiting: int = field("Rows that wait for a decision · 待裁定行数")
    accepted: int = field("Rows that were accepted · 已接受行数")
    rejected: int = field("Rows that were rejected · 已退回行数")
    findings: list[BatchFinding] = parts(BatchFinding, "Every finding of its check · 校验结果", made=True)
    rows: list[ProposedResult] | None = parts(
        ProposedResult,
        "Rows that could be taken, in order · 批次行",
        place=lambda one: (one.row,),
        nullable=True,
        mask=Mask.OUTCOME,
        made=True,
    )
    findings_path: str = field("Path of the file's sheet with the findings as comments in its cells · 批注文件下载路径", made=True)
    received_at: datetime = field("When it came in, UTC · 收到时间")
    version: int = field("Version of its stream; pass it as `expectedVersion` · 版本")


def _row(one: ProposedResultRow) -> ProposedResult:
    return ProposedResult(
        row=one.row,
        enterprise=id_of("enterprise", one.enterprise),
        edition=one.edition,
        number=one.number,
        variant=one.variant,
        level=one.level,
        score=Decimal(one.score) if one.score is not None else None,
        assessed_on=date.fromisoformat(one.assessed_on),
        valid_until=date.fromisoformat(one.valid_until) if one.valid_until is not None else None,
        body=one.body,
        asked=orjson.loads(one.asked) if isinstance(one.asked, str) else list(one.asked),
        decision=RowDecision(one.decision),
        reason=one.reason,
    )


def _build(context: Context, found: Sequence[BatchRow], wanted: frozenset[str]) -> list[ResultBatch]:
    proposed = rows.rows_of(context.snapshot, [one.id for one in found]) if "rows" in wanted else {}
    notes = context.disclosure_notes
    if masks := notes.masks("ResultBatch", wanted):
        notes.note(masks, ((row.enterprise, batch_stream(one.id)) for one in found for row in proposed.get(one.id, ())))
    return [_batch(context, one, proposed.get(one.id, ()), wanted) for one in found]


def _batch(context: Context, one: BatchRow, proposed: Sequence[ProposedResultRow], wanted: frozenset[str]) -> ResultBatch:
    report = read_report(context.services.blobs, one.report, None) if "findings" in wanted else RosterReport(findings=())
    return ResultBatch(
        **shown(ResultBatch, one),
        scope=one.organisation,
        findings=all_shown(BatchFinding, report.findings),
        rows=[_row(row) for row in proposed],
        findings_path=f"/batches/{one.id}/findings.xlsx",
    )


BATCHES: Listed[BatchFilter, BatchRow, ResultBatch] = Listed(
    name="resultBatches",
    node=ResultBatch,
    rows=rows.batches,
    count=rows.batch_count,
    order=rows.LATEST_FIRST,
    build=_build,
)


@strawberry.type
class ResultBatchQueries:
    """Query fields: batches of others' assessments."""

    @listing(
        BATCHES,
        "Batches of others' assessments, the latest first: a partner's own; all for city and auditor · 批次列表. plan P8",
        roles=BATCHES_READ,
    )
    def result_batches(
        self,
        info: strawberry.Info[Context, None],
        waiting: Annotated[bool | None, argument("Whether rows wait for a decision; none = either · 是否待裁定")] = None,
    ) -> BatchFilter:
        """A page of batches."""
        return BatchFilter(info.context.partner, waiting)


def _of_ids(context: Context, keys: Sequence[str], wanted: frozenset[str]) -> dict[str, ResultBatch]:
    found = rows.batches_by_id(context.snapshot, BatchFilter(context.partner), keys)
    return dict(zip(found, _build(context, list(found.values()), wanted), strict=True))


def _find(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> ResultBatch | None:
    return _of_ids(context, [key], wanted).get(key)


def _sending(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """The file as it is read in a process of its own, and the codes of its firms that are on record."""
    upload = uploaded(context, data.pop("sha256"))
    caller, services = context.caller, context.services
    read = services.foreign.results(content_of(context, upload), upload.filename, data["model"], caller.holder)
    codes = frozenset(organisation_code(row.uscc) for row in read.rows)
    registered = registered_codes(context.whole, caller.scope, codes)
    sender, reach = sender_of(caller.role, caller.actor, caller.organisation)
    return {
        **data,
        "sender": sender,
        "reach": reach,
        "digest": upload.sha256,
        "filename": upload.filename,
        "rows": read.rows,
        "findings": read.findings,
        "refused_rows": read.refused_rows,
        "salt": services.firm_salt.known_or_drawn(services.clock),
        "registered": registered,
        "titles": read.titles,
    }


QUERIES = ResultBatchQueries
FOUND_BY_ID: Mapping[str, NodeKind] = {"batch": NodeKind(ResultBatch, _of_ids)}
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    **dict.fromkeys((AcceptBatchRows, RejectBatchRows), ServerFields(frozenset(), fill=rows_named)),
    SendResultBatch: ServerFields(
        frozenset({"sender", "reach", "digest", "filename", "rows", "findings", "refused_rows", "salt", "registered", "titles"}),
        (("sha256", str, "SHA-256 of the uploaded file · 文件散列"),),
        _sending,
        shows_version=False,
    ),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {"batch": Payload("batch", ResultBatch, _find)}
"""Capability -> what its payloads carry 返回对象."""
