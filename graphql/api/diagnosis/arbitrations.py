"""Arbitrations 指标异议仲裁 in the schema: what went to experts, what they found, what was decided and came of it. plan P6."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
import strawberry

from api.diagnosis.parts import NamedNumber
from api.kit.context import Context
from api.kit.ids import ProceedingID, id_of
from api.kit.published import field, published
from api.kit.row_mapping import shown
from domain.access import EXPERTS, Mask, Role
from domain.governance.proceedings.state import ProceedingOutcome
from domain.masks import ACTORS, PROCEEDINGS
from projections.diagnosis import case_parts
from projections.diagnosis.arbitrations import ArbitrationRow, OpinionRow


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS)
class ArbitratedItem:
    """An item that went to arbitration · 仲裁事项. plan P6"""

    indicator: str = field("Indicator id · 指标编号")
    text: str = field("Why the firm objects · 异议理由")


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS)
class FoundOnItem:
    """What was found on one item · 单项认定. plan P6"""

    indicator: str = field("Indicator id · 指标编号")
    upheld: bool = field("Whether the firm's objection is upheld · 异议是否成立")
    level: Decimal | None = field(
        "Level that was found; of a decision the median of those who uphold, of two the lower; null: none, or no level · 认定等级"
    )
    numbers: list[NamedNumber] = field("Raw numbers that were found; empty of none · 认定的原始数值")
    choices: list[str] = field("Options that were found chosen; empty of none · 认定的所选项")
    not_applicable: bool = field("Whether it was found not to apply · 认定为不适用")
    text: str = field("Why · 理由")


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS, row=OpinionRow)
class ArbiterOpinion:
    """Opinion of one arbiter · 仲裁意见. plan P6"""

    arbiter: strawberry.ID | None = field("Who gave it · 仲裁专家", roles=ACTORS)
    given_at: datetime = field("When it was given, UTC · 提交时间")
    struck_at: datetime | None = field("When it ceased to count, the arbiter being released, UTC; else null · 不再计入时间")
    findings: list[FoundOnItem] = field("What was found, item by item · 逐项意见", made=True)


@published(PROCEEDINGS, mask=Mask.PROCESS_SECRETS, row=ArbitrationRow)
class Arbitration:
    """Arbitration of objections that the provider did not uphold · 指标异议仲裁. plan P6"""

    proceeding: ProceedingID = field("Proceeding with notice, statement, decision and appeal · 程序标识")
    items: list[ArbitratedItem] = field("What went to arbitration · 仲裁事项", made=True)
    requested_at: datetime = field("When it was asked for, UTC · 申请时间")
    requested_by_role: Role = field("Role that asked for it · 申请角色")
    opinions_given: int = field("How many arbiters have given opinions that count · 计入的意见数")
    opinions: list[ArbiterOpinion] = field("Their opinions; to experts until the decision their own alone · 仲裁意见", made=True)
    outcome: ProceedingOutcome | None = field("What was decided, in the end what the appeal decided; null before · 仲裁结果")
    reasons: str | None = field("Reasons of the decision · 决定理由")
    decided_at: datetime | None = field("When it was decided, UTC · 决定时间")
    findings: list[FoundOnItem] = field("What was decided, item by item; empty before · 逐项认定", made=True)
    settled_at: datetime | None = field("When the case followed it, UTC; null before · 生效时间")


def load_arbitrations(context: Context, ids: Sequence[str]) -> dict[str, list[Arbitration]]:
    """Arbitrations of many diagnoses within the caller's scope, in the order they were asked for."""
    given: dict[tuple[str, int], list[OpinionRow]] = {}
    for opinion in case_parts.opinions(context.snapshot, context.scope, ids):
        given.setdefault((opinion.diagnosis, opinion.arbitration), []).append(opinion)
    decides_alone = context.role in EXPERTS  # whoever is still to find on it is not told what others found
    found: dict[str, list[Arbitration]] = {}
    for row in case_parts.arbitrations(context.snapshot, context.scope, ids):
        opinions = given.get((row.diagnosis, row.version), [])
        if decides_alone and row.decided_at is None:
            opinions = [opinion for opinion in opinions if opinion.arbiter == context.caller.actor]
        one = Arbitration(
            **shown(Arbitration, row),
            items=[ArbitratedItem(indicator=item["indicator"], text=item["reason"]) for item in orjson.loads(row.items)],
            opinions=[_opinion(opinion) for opinion in opinions],
            findings=_findings(row.findings),
        )
        found.setdefault(row.diagnosis, []).append(one)
    return found


def _opinion(row: OpinionRow) -> ArbiterOpinion:
    stated: dict[str, Any] = shown(ArbiterOpinion, row)
    return ArbiterOpinion(**stated | {"arbiter": id_of("person", row.arbiter)}, findings=_findings(row.findings))


def _findings(stored: str | None) -> list[FoundOnItem]:
    return [_finding(one, one.get("answer") or {}) for one in orjson.loads(stored or "[]")]


def _finding(found: dict[str, Any], answer: dict[str, Any]) -> FoundOnItem:
    level, numbers = answer.get("level"), answer.get("numbers") or {}
    return FoundOnItem(
        indicator=found["indicator"],
        upheld=found["upheld"],
        level=Decimal(str(level)) if level is not None else None,
        numbers=[NamedNumber(name=name, value=Decimal(str(value))) for name, value in numbers.items()],
        choices=list(answer.get("choices") or ()),
        not_applicable=bool(answer.get("not_applicable")),
        text=found["reason"],
    )
