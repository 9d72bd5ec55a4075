"""Batch 外部评估结果批次: a file of others' assessments, held apart until a person accepts or rejects its rows. plan P8.

Sent → held apart (nothing of it counts) → row by row accepted or rejected, with a reason. The same file under the same name changes
nothing; a row that states what is on record changes nothing either.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, ClassVar, assert_never

from pydantic import Field, StringConstraints

from domain.access import Role
from domain.command_rights import BY_THE_PROGRAM, CITY, require_right
from domain.diagnosis.external.batch_facts import (
    BatchEvent,
    BatchRowsAccepted,
    BatchRowsRejected,
    ResultBatch,
    ResultBatchHeld,
)
from domain.diagnosis.external.beside_record import beside_record
from domain.diagnosis.external.examination import Judged, Sent, ids_of, judge, statement_of
from domain.diagnosis.external.result import (
    ExternalResult,
    ExternalResultAccepted,
    external_result_stream,
    result_key,
)
from domain.diagnosis.external.rows import (
    BATCH_SENDERS,
    CITY_SENDER,
    FINDINGS_AT_MOST,
    ROWS_AT_MOST,
    WHOLE_CITY,
    ReadRow,
    batch_stream,
)
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    Count,
    DecisionContext,
    Facts,
    Identifier,
    IdOf,
    Label,
    OnStream,
    Rule,
    Sha256,
    Stream,
    Text,
    Unfinished,
    Unscoped,
    cause_of,
)
from domain.participants.enterprises import enterprise_stream
from domain.participants.firm_ids import Salt
from domain.participants.rosters.findings import RosterFinding, RosterReport
from domain.stated_dates import DateName, require_programme_date
from standards import external_editions

MOST_COLUMNS = 100
BatchRef = Annotated[Identifier, IdOf("batch")]
CodesOnRecord = Annotated[Mapping[str, Label], Field(max_length=MOST_COLUMNS)]
BatchName = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,39}$")]
"""Name of a batch, chosen by its sender 批次编号: 1–40 letters, digits, "_" and "-"."""
RowNumbers = Annotated[tuple[Annotated[int, Field(ge=1, le=2**31 - 1)], ...], Field(max_length=ROWS_AT_MOST)]


# Rules

BATCH_MODEL_UNKNOWN = Rule(
    "BATCH_MODEL_UNKNOWN",
    "plan P8",
    "没有代号为“{model}”的外部模型，可填：{models}",
    "There is no external model {model}; there are: {models}",
)
BATCH_NAME_TAKEN = Rule(
    "BATCH_NAME_TAKEN",
    "plan P8",
    "该批次编号已用于另一份文件，请另取编号",
    "A batch of this name holds another file, model or day; take another name",
)
BATCH_DAY_AHEAD = Rule(
    "BATCH_DAY_AHEAD",
    "plan P8",
    "报送口径日最晚为今天（{latest}）",
    "A file is stated as of today, {latest}, at the latest",
)
BATCH_ROW_NOT_WAITING = Rule(
    "BATCH_ROW_NOT_WAITING",
    "plan P8",
    "第 {row} 行不在待裁定之列：未被读取或已经裁定；请从待裁定的行中选取",
    "Row {row} does not wait: it was not taken or is decided already; take one of those that wait",
)
BATCH_NOTHING_WAITING = Rule(
    "BATCH_NOTHING_WAITING",
    "plan P8",
    "该批次没有可一并办理的行：有需核对事项的请逐行列出",
    "Nothing of the batch can be decided all at once; name the rows that ask to be looked at one by one",
)
BATCH_ROW_OVERTAKEN = Rule(
    "BATCH_ROW_OVERTAKEN",
    "plan P8",
    "第 {row} 行现在不能接受：{because}；请退回该行",
    "Row {row} cannot be accepted now: {because_in_english}; reject it",
)

# Commands


class SendResultBatch(Command):
    """Send a file of others' assessments in; it is held apart until a person decides on its rows · 报送外部评估结果批次.

    sender: "city", or the partner as it acts. reach: code of the district whose firms it may state, or "*". digest: SHA-256 of the
    file. rows: those that could be read. findings: of the reading. refused_rows: how many rows could not be read. salt, registered,
    titles: as of `Sent`.
    """

    roles: ClassVar = BATCH_SENDERS | BY_THE_PROGRAM

    name: BatchName = Field(description="Name of the batch, chosen by its sender, who may send it again · 批次编号")
    model: Label = Field(description="External model, such as `dcmm` · 外部模型代号")
    stated_on: date = Field(description="Day as of which the file states it · 报送口径日")
    sender: Label
    reach: Label
    digest: Sha256
    filename: Label
    rows: Annotated[tuple[ReadRow, ...], Field(max_length=ROWS_AT_MOST)]
    findings: Annotated[tuple[RosterFinding, ...], Field(max_length=FINDINGS_AT_MOST)]
    refused_rows: Count
    salt: Salt
    registered: Annotated[Mapping[str, CodesOnRecord], Field(max_length=ROWS_AT_MOST)] = {}
    titles: Annotated[Mapping[str, Label], Field(max_length=MOST_COLUMNS)] = {}


class AcceptBatchRows(Command):
    """Accept rows of a batch: those named, or all that nothing is to be looked at · 接受批次行."""

    roles: ClassVar = CITY

    batch: BatchRef = Field(description="Batch · 批次标识")
    rows: RowNumbers = Field(default=(), description="Rows of the file; none = all without anything to look at · 行号")
    reason: Text = Field(description="Why · 理由")


class RejectBatchRows(Command):
    """Reject rows of a batch: those named, or all that still wait · 退回批次行."""

    roles: ClassVar = CITY

    batch: BatchRef = Field(description="Batch · 批次标识")
    rows: RowNumbers = Field(default=(), description="Rows of the file; none = all that wait · 行号")
    reason: Text = Field(description="Why · 理由")


BatchCommand = SendResultBatch | AcceptBatchRows | RejectBatchRows

def sender_of(role: str, actor: str, organisation: str) -> tuple[str, str]:
    """Who sends as batches say it, and whose firms it may state 报送方与范围; a counterpart is named as the program acts for it."""
    if role == Role.SYSTEM:
        return actor, WHOLE_CITY
    return (actor, organisation) if role == Role.PARTNER else (CITY_SENDER, WHOLE_CITY)


def batch_key(sender: str, reach: str, name: str) -> str:
    """Key of a sender's batch 批次标识; a partner's name may hold what no key may, so its digest stands for it."""
    if sender == CITY_SENDER:
        return f"{CITY_SENDER}.{name}"
    return f"{sha256(f'{sender}/{reach}'.encode()).hexdigest()[:12]}.{name}"


# Decide: what may happen


def decide(command: BatchCommand, batch: ResultBatch | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, NOT_FOUND, or those of stated dates."""
    require_right(command, context.role)
    if isinstance(command, SendResultBatch):
        return _held(command, batch, context)
    if batch is None:
        raise NOT_FOUND.refuse()
    waiting = batch.waiting
    for place, row in enumerate(command.rows):
        if row not in waiting:
            raise BATCH_ROW_NOT_WAITING.refuse(path=f"rows.{place}", row=row)
    named = tuple(dict.fromkeys(command.rows))
    if isinstance(command, AcceptBatchRows):
        return _accepted(command, batch, named, context)
    rows = named or tuple(waiting)
    if not rows:
        raise BATCH_NOTHING_WAITING.refuse()
    return (BatchRowsRejected(rows=rows, reason=command.reason),)


def _held(command: SendResultBatch, batch: ResultBatch | None, context: DecisionContext) -> Facts:
    if (command.sender, command.reach) != sender_of(context.role, context.by, context.organisation):
        raise NOT_FOUND.refuse()
    models = dict.fromkeys(one.model for one in external_editions())
    if command.model not in models:
        raise BATCH_MODEL_UNKNOWN.refuse(path="model", model=command.model, models="、".join(models))
    require_programme_date("stated_on", command.stated_on, context, DateName("报送口径日", "day as of which it is stated"))
    if command.stated_on > context.day:
        raise BATCH_DAY_AHEAD.refuse(path="stated_on", latest=context.day)
    if batch is not None:
        held = batch.held
        if (held.digest, held.model, held.stated_on) != (command.digest, command.model, command.stated_on):
            raise BATCH_NAME_TAKEN.refuse(path="name")
        return ()
    judged = judge(command.rows, _sent(command, command.reach), context.read, context.day)
    report = _report(command, judged)
    stated = {
        "sender": command.sender,
        "organisation": command.reach,
        "model": command.model,
        "stated_on": command.stated_on,
        "digest": command.digest,
        "filename": command.filename,
        "rows": judged.proposed,
        "refused_rows": command.refused_rows + len(command.rows) - len(judged.proposed),
        "report": report.digest,
        "refused": report.count("refused"),
        "warned": report.count("warned"),
        "to_confirm": report.count("confirm"),
    }
    return (Unfinished(ResultBatchHeld, stated, report.content),)


def _sent(command: SendResultBatch, reach: str) -> Sent:
    return Sent(
        model=command.model,
        stated_on=command.stated_on,
        sender=command.sender,
        reach=reach,
        salt=command.salt,
        registered=command.registered,
        titles=command.titles,
    )


def _report(command: SendResultBatch, judged: Judged) -> RosterReport:
    return RosterReport(findings=tuple(sorted((*command.findings, *judged.findings), key=lambda one: one.row)))


def _accepted(command: AcceptBatchRows, batch: ResultBatch, named: Sequence[int], context: DecisionContext) -> Facts:
    """The rows that are named, or all that nothing is to be looked at; what was accepted since is looked at anew."""
    held, waiting = batch.held, batch.waiting
    rows: list[int] = []
    facts: list[OnStream] = []
    for place, row in enumerate(named or waiting):
        stated = waiting[row].stated
        stream = external_result_stream(result_key(stated))
        known: ExternalResult | None = context.read.get(stream)
        beside = next(iter(beside_record(stated, held.stated_on, known)), None)
        if not named and (waiting[row].asked or (beside is not None and beside[1] != "warned")):
            continue
        if beside is not None and beside[1] == "refused":
            told = beside[2].refuse(**beside[3])
            because = {"because": told.says, "because_in_english": told.says_in_english}
            raise BATCH_ROW_OVERTAKEN.refuse(path=f"rows.{place}", row=row, **because)
        rows.append(row)
        if beside is None or beside[1] != "warned":
            facts.append(OnStream(stream, _fact(batch, row, command)))
    if not rows:
        raise BATCH_NOTHING_WAITING.refuse()
    return (BatchRowsAccepted(rows=tuple(rows), reason=command.reason), *facts)


def _fact(batch: ResultBatch, row: int, command: AcceptBatchRows) -> ExternalResultAccepted:
    held = batch.held
    return ExternalResultAccepted(
        stated=batch.waiting[row].stated,
        stated_on=held.stated_on,
        batch=cause_of(batch_stream(command.batch), 1),
        row=row,
        digest=held.digest,
        sender=held.sender,
    )


# Evolve: what has happened


def evolve(batch: ResultBatch | None, event: BatchEvent) -> ResultBatch:
    """The batch after one more fact."""
    if isinstance(event, ResultBatchHeld):
        return ResultBatch(held=event)
    assert batch is not None  # noqa: S101 - it came in first
    match event:
        case BatchRowsAccepted(rows=rows):
            return batch.model_copy(update={"accepted": batch.accepted | set(rows)})
        case BatchRowsRejected(rows=rows):
            return batch.model_copy(update={"rejected": batch.rejected | set(rows)})
        case never:
            assert_never(never)


# What the decider reads


def _stream(command: BatchCommand) -> Stream:
    if isinstance(command, SendResultBatch):
        return batch_stream(batch_key(command.sender, command.reach, command.name))
    return batch_stream(command.batch)


def _reads(command: BatchCommand, batch: ResultBatch | None) -> tuple[Stream, ...]:
    """Of a file the firms that it may name; of what is accepted the results that it states."""
    match command:
        case SendResultBatch(rows=rows, salt=salt):
            return tuple(dict.fromkeys(enterprise_stream(one) for row in rows for one in ids_of(row, salt)))
        case AcceptBatchRows(rows=rows):
            waiting = batch.waiting if batch is not None else {}
            stated = [waiting[row].stated for row in (rows or waiting) if row in waiting]
            return tuple(dict.fromkeys(external_result_stream(result_key(one)) for one in stated))
        case RejectBatchRows():
            return ()
        case never:
            assert_never(never)


def _reads_further(command: BatchCommand, _batch: ResultBatch | None, read: Mapping[str, Any]) -> tuple[Stream, ...]:
    if not isinstance(command, SendResultBatch):
        return ()
    sent = _sent(command, WHOLE_CITY)
    stated = (statement_of(row, sent, read) for row in command.rows)
    return tuple(dict.fromkeys(external_result_stream(result_key(one)) for one in stated if one is not None))


BATCHES = Capability(
    name="batch",
    commands=tuple(BatchCommand.__args__),
    events=tuple(BatchEvent.__args__),
    stream=_stream,
    reads=_reads,
    reads_further=_reads_further,
    place=lambda _command, _batch, _read: Unscoped.KNOWN_BY_RULES,
    decide=decide,
    evolve=evolve,
)
