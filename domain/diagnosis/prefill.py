"""Prefill 预填: the firm takes answers from a certificate of its own, through a published crosswalk. plan P3, P8.

What a certificate offers is no answer. It becomes one when somebody of the firm takes it over, who then answers for it as for any
other; the record says where it came from.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from domain.access import Mask
from domain.command_rights import FILLERS
from domain.diagnosis.external.result import (
    CERTIFICATES,
    ExternalResult,
    ExternalResultRef,
    ExternalResultStatus,
    external_result_stream,
    status_on,
)
from domain.diagnosis.sections import require_section
from domain.diagnosis.self_assessment import AnswerRecorded, AnswersSaved
from domain.diagnosis.state import SECTION_LENGTH, Diagnosis, DiagnosisCommand, Status, pinned_edition, require_status
from domain.kernel import (
    EVERYONE,
    NOT_FOUND,
    DecisionContext,
    Event,
    Facts,
    Identifier,
    Refused,
    Rule,
    Stream,
    cause_of,
    refuse_together,
)
from domain.standard.crosswalks.state import Crosswalk, crosswalk_id, crosswalk_streams, published_crosswalk
from standards import comparison_on, external_edition
from standards.external.offers import OfferedAnswer, offered_answers

# Rules

PREFILL_NOT_VALID = Rule(
    "PREFILL_NOT_VALID",
    "plan P8",
    "该证书已过期或已撤销，不能据以预填，请直接填报",
    "The certificate has expired or was withdrawn and offers no answer; answer by yourself",
)
PREFILL_NOT_OFFERED = Rule(
    "PREFILL_NOT_OFFERED",
    "plan P8",
    "该证书对指标 {indicator} 没有预填建议，请直接填报",
    "The certificate offers no answer to {indicator}; answer it by yourself",
)
PREFILL_ANSWERED = Rule(
    "PREFILL_ANSWERED",
    "plan P8",
    "指标 {indicator} 已有答案，预填不予覆盖；如须改动，请直接修改答案",
    "{indicator} is answered already and is not replaced by a prefill; change the answer itself where it is wrong",
)


# Commands


class TakePrefill(DiagnosisCommand):
    """Take answers over from a certificate of the firm, as they are offered; they are the firm's own from then on · 采纳预填."""

    roles: ClassVar = FILLERS

    assessment: ExternalResultRef = Field(description="External result that offers them · 外部评估结果标识")
    indicators: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=SECTION_LENGTH)] = Field(
        description="Indicators whose offered answers are taken · 采纳的指标"
    )


# Events


class PrefillTaken(Event):
    """Answers were taken over from a certificate 预填已采纳: those that were saved just before this fact.

    result: the statement of the external result, as stream/version. level: as the model calls it. crosswalk: with its version.
    """

    type: Literal["diagnosis.prefill_taken.v1"] = "diagnosis.prefill_taken.v1"
    told_to: ClassVar = EVERYONE
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS, Mask.OUTCOME})
    says: ClassVar = "采纳了预填，以上自评 {indicators:count} 项来自证书（{edition}，{level}）"
    says_in_english: ClassVar = (
        "took over {indicators:count} of the answers above from a certificate ({edition}, {level})"
    )
    result: str
    edition: str
    level: str
    crosswalk: str
    crosswalk_version: int
    indicators: tuple[str, ...]


# Decide: what may happen


def take_prefill(command: TakePrefill, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Every offer that is named, or none; what is answered so already stays as it is 采纳预填.

    Raises:
        Refused: any rule above, WRONG_STATUS, SECTION_NOT_YOURS; NOT_FOUND of what is no certificate of the firm.
    """
    require_status(diagnosis, Status.OPEN)
    stream = external_result_stream(command.assessment)
    result: ExternalResult | None = context.read.get(stream)
    if result is None or result.stated.enterprise != diagnosis.enterprise or result.stated.model not in CERTIFICATES:
        raise NOT_FOUND.refuse()
    stated = result.stated
    if status_on(context.day, valid_until=stated.valid_until, withdrawn_on=result.withdrawn_on) is not ExternalResultStatus.VALID:
        raise PREFILL_NOT_VALID.refuse(path="assessment")
    edition = pinned_edition(diagnosis, context)
    crosswalk = published_crosswalk(crosswalk_streams(diagnosis.edition, stated.edition), context.read)
    offers = _offers(diagnosis, result, crosswalk, context)
    named = tuple(dict.fromkeys(command.indicators))
    for indicator in named:  # of another's section not even whether it is answered
        if indicator in edition.by_id:
            require_section(edition, edition.by_id[indicator].dimension, context)
    refuse_together(_wrong(command.indicators, offers, diagnosis))
    facts: dict[str, dict[str, AnswerRecorded]] = {}
    for indicator in sorted(named):
        if indicator not in diagnosis.answers:
            recorded = AnswerRecorded(answer=offers[indicator].answer, author=context.by, replaces=0)
            facts.setdefault(edition.by_id[indicator].dimension, {})[indicator] = recorded
    if not facts or crosswalk is None:
        return ()
    taken = PrefillTaken(
        result=cause_of(stream, context.versions[stream]),
        edition=stated.edition,
        level=stated.level,
        crosswalk=crosswalk_id(crosswalk.edition, crosswalk.external_edition),
        crosswalk_version=crosswalk.version,
        indicators=tuple(indicator for part in facts.values() for indicator in part),
    )
    return (*(AnswersSaved(section=section, answers=part) for section, part in sorted(facts.items())), taken)


def _wrong(named: tuple[str, ...], offers: Mapping[str, OfferedAnswer], diagnosis: Diagnosis) -> Iterator[Refused]:
    for place, indicator in enumerate(named):
        if indicator not in offers:
            yield PREFILL_NOT_OFFERED.refuse(path=f"indicators.{place}", indicator=indicator)
        elif indicator in diagnosis.answers and diagnosis.answers[indicator] != offers[indicator].answer:
            yield PREFILL_ANSWERED.refuse(path=f"indicators.{place}", indicator=indicator)


def _offers(
    diagnosis: Diagnosis, result: ExternalResult, crosswalk: Crosswalk | None, context: DecisionContext
) -> dict[str, OfferedAnswer]:
    model = external_edition(result.stated.edition)
    level = model.level_of(result.stated.level) if model is not None else None
    if model is None or level is None or crosswalk is None:
        return {}
    rule = comparison_on(context.day)
    return offered_answers(pinned_edition(diagnosis, context), diagnosis.form, model, crosswalk.published, level, rule)


# What the decider reads


def streams_of_offers(command: TakePrefill, diagnosis: Diagnosis, read: Mapping[str, Any]) -> tuple[Stream, ...]:
    """The crosswalks through which the result that is named may offer something."""
    result: ExternalResult | None = read.get(external_result_stream(command.assessment))
    return crosswalk_streams(diagnosis.edition, result.stated.edition) if result is not None else ()
