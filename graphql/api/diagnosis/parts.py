"""Parts of a diagnosis 诊断组成 in the schema: answers, evidence, reports. plan P3–P5."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import orjson

from api.kit.context import Context
from api.kit.ids import ExternalResultID
from api.kit.published import field, published
from api.kit.row_mapping import shown
from domain.access import Mask, Role
from domain.diagnosis.report import ReportKind
from domain.diagnosis.sections import is_open_section
from domain.masks import ANSWERS, REPORTS, VERIFIED
from projections.diagnosis import case_parts
from projections.diagnosis.diagnoses_fold import AnswerRow, EvidenceRow, ReportRow
from standards import Answer as GivenAnswer
from standards import Edition, Indicator
from standards.scoring.measure import level_and_points


@published(ANSWERS, mask=Mask.PROCESS_SECRETS)
class NamedNumber:
    """Named raw number, exact · 原始数值"""

    name: str = field("Name of the number in the edition · 名称")
    value: Decimal = field("The number, in the unit the edition names · 数值")


@published(ANSWERS, mask=Mask.PROCESS_SECRETS, row=GivenAnswer)
class Statement:
    """What is said of one indicator · 填报内容. plan P3"""

    level: Decimal | None = field("Maturity level as stated, 0–5 in half steps · 填报等级")
    counted_level: Decimal | None = field(
        "Level that counts: of a number the one it reaches, of an outcome that no numbers show 1 at most; null = not "
        "applicable · 计分等级. plan S4",
    )
    numbers: list[NamedNumber] = field("Raw numbers · 原始数值", made=True)
    choices: list[str] = field("Options chosen · 所选项", made=True)
    not_applicable: bool = field("Whether it does not apply · 是否不适用")
    reason: str | None = field("Why it does not apply · 不适用理由")


@published(ANSWERS, mask=Mask.PROCESS_SECRETS, row=AnswerRow)
class Answer:
    """Answer to one indicator: the firm's own and the provider's verified one · 答案. plan P3"""

    indicator: str = field("Indicator id · 指标编号")
    name: str = field("Indicator · 指标名称")
    dimension: str = field("Its dimension, which is the section of the form · 维度")
    version: int = field("Stream version that the firm's answer was recorded in; send it as `replaces` · 答案版本")
    answered_at: datetime = field("When the firm last answered it, UTC · 填报时间")
    answered_by_role: Role = field("Role that answered it · 填报角色")
    workbook: str | None = field("SHA-256 of the workbook that the answer came by; null = on the page · 来自离线问卷")
    prefilled_from: ExternalResultID | None = field(
        "Certificate of the firm that the answer was taken over from; null = stated by the firm itself · 预填来源. plan P8"
    )
    given: Statement = field("The firm's own answer · 自评答案", made=True)
    verified: Statement | None = field("As the provider found it; null before · 核验答案", roles=VERIFIED, made=True)
    difference: str | None = field("Why the two differ · 差异说明", roles=VERIFIED)


@published(ANSWERS, mask=Mask.PROCESS_SECRETS, row=EvidenceRow)
class Evidence:
    """File that supports indicators, stored by the hash of its bytes · 佐证. plan P5"""

    sha256: str = field("SHA-256 of the bytes · 文件散列")
    filename: str = field("File name · 文件名")
    media_type: str = field("Media type · 文件类型")
    size: int = field("Bytes · 文件大小")
    indicators: list[str] = field("Indicators it supports · 所支持的指标", made=True)
    attached_at: datetime = field("When it was attached, UTC · 附上时间")
    attached_by_role: Role = field("Role that attached it · 附上角色")
    url: str = field("Where the caller may fetch it · 下载地址")


@published(REPORTS, mask=Mask.RESULT_AND_REPORT, row=ReportRow)
class Report:
    """Issued or confirmed report · 报告. plan P4"""

    version: int = field("Counts from 1 · 报告版次")
    kind: ReportKind = field("What it is · 报告类别")
    sha256: str = field("SHA-256 of the PDF, a fact of the journal · 报告散列")
    issued_at: datetime = field("When it came out, UTC · 出具时间")
    number: str | None = field(
        "Number on its cover by which anyone verifies the paper; null of one from before numbers were printed · 核验编号"
    )
    url: str = field("Where the caller may fetch it · 下载地址")


def _statement(edition: Edition, item: Indicator, answer: GivenAnswer) -> Statement:
    return Statement(
        **shown(Statement, answer),
        counted_level=None if answer.not_applicable else level_and_points(edition, item, answer)[0],
        numbers=[NamedNumber(name=name, value=value) for name, value in (answer.numbers or {}).items()],
        choices=list(answer.choices or ()),
    )


def verified_answers(context: Context, ids: Sequence[str]) -> dict[str, dict[str, GivenAnswer]]:
    """Diagnosis -> indicator -> the answer as the provider found it, of those that were verified."""
    found: dict[str, dict[str, GivenAnswer]] = {}
    for row in case_parts.answers(context.snapshot, context.scope, ids):
        if row.verified is not None:
            found.setdefault(row.diagnosis, {})[row.indicator] = GivenAnswer.model_validate_json(row.verified)
    return found


def load_answers(
    context: Context, ids: Sequence[str], edition_of: Mapping[str, str], editions: Mapping[str, Edition]
) -> dict[str, list[Answer]]:
    """Answers of many diagnoses within the caller's scope, in the order of their edition; of the caller's sections alone."""
    indicators = {
        key: {item.id: (order, item) for order, item in enumerate(edition.indicators)}
        for key, edition in editions.items()
    }
    found: dict[str, list[tuple[int, Answer]]] = {}
    for row in case_parts.answers(context.snapshot, context.scope, ids):
        edition = editions[edition_of[row.diagnosis]]
        order, item = indicators[edition_of[row.diagnosis]][row.indicator]
        if not _is_open(context, item):
            continue
        answer = Answer(
            **shown(Answer, row),
            name=item.name,
            dimension=item.dimension,
            given=_statement(edition, item, GivenAnswer.model_validate_json(row.given)),
            verified=_statement(edition, item, GivenAnswer.model_validate_json(row.verified)) if row.verified else None,
        )
        found.setdefault(row.diagnosis, []).append((order, answer))
    return {
        identity: [answer for _, answer in sorted(ordered, key=lambda pair: pair[0])]
        for identity, ordered in found.items()
    }


def _is_open(context: Context, item: Indicator) -> bool:
    return is_open_section(item.dimension, context.role, context.caller.sections)


def load_evidence(
    context: Context, ids: Sequence[str], edition_of: Mapping[str, str], editions: Mapping[str, Edition]
) -> dict[str, list[Evidence]]:
    """Evidence of many diagnoses within the caller's scope; a file that supports only others' sections is absent.

    Of a file that supports the caller's sections and others, the indicators of the others are not named.
    """
    hidden = {key: {item.id for item in edition.indicators if not _is_open(context, item)} for key, edition in editions.items()}
    found: dict[str, list[Evidence]] = {}
    for row in case_parts.evidence(context.snapshot, context.scope, ids):
        others = hidden[edition_of[row.diagnosis]]
        supported = [indicator for indicator in orjson.loads(row.indicators) if indicator not in others]
        if not supported:
            continue
        file = Evidence(**shown(Evidence, row), indicators=supported, url=f"/files/{row.sha256}")
        found.setdefault(row.diagnosis, []).append(file)
    return found


def load_reports(context: Context, ids: Sequence[str]) -> dict[str, list[Report]]:
    """Reports of many diagnoses within the caller's scope, in order of version."""
    found: dict[str, list[Report]] = {}
    for row in case_parts.reports(context.snapshot, context.scope, ids):
        report = Report(**shown(Report, row), url=f"/files/{row.sha256}")
        found.setdefault(row.diagnosis, []).append(report)
    return found
