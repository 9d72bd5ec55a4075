"""Beside the record 与已登记结果比对: what a statement says of a result that is on record, and what a person is asked. plan P8."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

from domain.diagnosis.external.result import ExternalResult, StatedResult
from domain.diagnosis.external.rows import ReadRow
from domain.kernel import Rule

# Rules

RESULT_NUMBER_TAKEN = Rule(
    "RESULT_NUMBER_TAKEN",
    "plan P8",
    "证书编号 {number} 已登记在另一家企业名下，请与发证机构核对",
    "The certificate {number} is on record for another firm; ask who granted it",
)
RESULT_OLDER = Rule(
    "RESULT_OLDER",
    "plan P8",
    "已有口径日为 {known} 的更新陈述，本文件的口径日 {stated_on} 更早；请以更新的文件为准",
    "A statement as of {known} is on record, and this file is as of {stated_on}; send the newer one",
)
RESULT_ON_RECORD = Rule(
    "RESULT_ON_RECORD",
    "plan P8",
    "与已接受的结果相同，接受后不产生变化",
    "It is on record just so; to accept it changes nothing",
)
RESULT_CORRECTS = Rule(
    "RESULT_CORRECTS",
    "plan P8",
    "将更正已接受的结果（原为 {level}，评估日 {day}）：请核对后逐行接受或退回",
    "It corrects what was accepted ({level} of {day}): look at it, then accept or reject the row by itself",
)
RESULT_OMITS = Rule(
    "RESULT_OMITS",
    "plan P8",
    "本行有未填内容，而已登记的结果载有；接受后即不再载有，请核对",
    "The row leaves out what the result on record states; accepted, it states that no more: look at both",
)
RESULT_WAS_WITHDRAWN = Rule(
    "RESULT_WAS_WITHDRAWN",
    "plan P8",
    "该结果已登记为自 {day} 起撤销：确已恢复的请逐行接受，否则退回",
    "The result is on record as withdrawn on {day}: accept the row by itself if it holds again, or reject it",
)

Severity = Literal["refused", "confirm", "warned"]
Found = tuple[str, Severity, Rule, dict[str, object]]
"""Field of a row, how grave, by which rule, and the facts of its sentence."""


def completed(stated: StatedResult, row: ReadRow, known: ExternalResult | None) -> StatedResult:
    """A statement with what is on record of the same firm's result where the row says nothing: an empty cell ends nothing 补全."""
    if known is None or known.stated.enterprise != stated.enterprise:
        return stated
    same = known.stated.edition == stated.edition
    kept: dict[str, Any] = {name: getattr(known.stated, name) for name in row.silent if same or name != "variant"}
    return stated.model_copy(update=kept)


def beside_record(stated: StatedResult, stated_on: date, known: ExternalResult | None) -> Iterator[Found]:
    """What a statement says beside the one on record of the same result 与已登记结果比对."""
    if known is None:
        return
    if known.stated.enterprise != stated.enterprise:
        yield "number", "refused", RESULT_NUMBER_TAKEN, {"number": stated.number}
    elif known.withdrawn_on is not None:
        if stated_on <= known.withdrawn_on or stated_on < known.stated_on:
            latest = max(known.withdrawn_on, known.stated_on)
            yield "number", "refused", RESULT_OLDER, {"known": latest, "stated_on": stated_on}
        else:
            yield "number", "confirm", RESULT_WAS_WITHDRAWN, {"day": known.withdrawn_on}
    elif known.stated == stated:
        yield "number", "warned", RESULT_ON_RECORD, {}
    elif stated_on < known.stated_on:
        yield "number", "refused", RESULT_OLDER, {"known": known.stated_on, "stated_on": stated_on}
    else:
        yield "number", "confirm", RESULT_CORRECTS, {"level": known.stated.level, "day": known.stated.assessed_on}
