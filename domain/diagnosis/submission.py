"""Submission 现场核验数据: the form that a tablet filled in on site without a network, taken in whole or not at all. plan P3, P5.

What it says is verified answers and their evidence, judged by the rules of both. A form is known by the id that the tablet
gave it: sent again, it changes nothing that stands so already.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.access import Mask
from domain.command_rights import DIAGNOSTICIANS
from domain.diagnosis.evidence import AttachEvidence, attach
from domain.diagnosis.on_site import VerifyAnswers, verify_answers
from domain.diagnosis.provider import require_own_work
from domain.diagnosis.returned_form import MOST_ENTRIES, ReturnedForm, entered_since, require_own_form
from domain.diagnosis.state import Diagnosis, Status, VerifiedAnswer, pinned_edition, require_status
from domain.governance.qualification import require_qualified
from domain.kernel import (
    EVERYONE,
    Count,
    DecisionContext,
    Event,
    Facts,
    Identifier,
    Label,
    OnStream,
    Part,
    Refused,
    Rule,
    Sha256,
    Unfinished,
    refuse_together,
)

# Rules

SUBMISSION_OF_ANOTHER_CASE = Rule(
    "SUBMISSION_OF_ANOTHER_CASE",
    "plan P5",
    "该现场核验数据属于另一项诊断，不能收入本诊断；请在该诊断中送回",
    "The submission is of another diagnosis; send it to that one",
)
SUBMISSION_EDITION_DIFFERS = Rule(
    "SUBMISSION_EDITION_DIFFERS",
    "plan S5",
    "该表单所依标准与本诊断所依标准不是同一文本；请重新下载现场核验表单",
    "The form is of another edition than the diagnosis; download it again",
)
SUBMISSION_VALUE_UNREADABLE = Rule(
    "SUBMISSION_VALUE_UNREADABLE",
    "plan P5",
    "现场核验数据中 {question} 的值无法读取；请在平板上更正后重新导出",
    "The value of {question} in the submission cannot be read; correct it on the tablet and export it again",
)
SUBMISSION_FILE_MISSING = Rule(
    "SUBMISSION_FILE_MISSING",
    "plan P5",
    "指标 {indicator} 的佐证照片“{filename}”没有随数据上传；请先上传该文件，再连同其散列一并送回",
    "The photograph {filename} of {indicator} was not uploaded; upload it and send its hash with the submission",
)
SUBMISSION_FINDING_NEWER = Rule(
    "SUBMISSION_FINDING_NEWER",
    "plan P5",
    "指标 {indicator} 在该表单下载之后已另行核验，未予覆盖；请与现有核验结果核对，确要以表单为准的，把该指标列入覆盖清单后重送",
    "{indicator} was verified after the form was downloaded and is kept; compare the two, and to let the form's finding stand name "
    "the indicator among those to overwrite",
)


# Commands


class SubmittedFile(Part):
    """A photograph that came with a submission · 现场照片."""

    sha256: Sha256 = Field(description="SHA-256 of an uploaded file · 文件散列")
    filename: Label = Field(description="File name · 文件名")
    media_type: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]{1,100}$")] = Field(description="Media type · 文件类型")
    size: Annotated[Count, Field(gt=0)] = Field(description="Bytes · 文件大小")
    indicators: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=MOST_ENTRIES)] = Field(
        description="Indicators the file supports · 所支持的指标"
    )


class MissingFile(Part):
    """A photograph that a submission names and that did not come with it · 缺失照片."""

    indicator: Identifier = Field(description="Indicator · 指标")
    filename: Label = Field(description="File name · 文件名")


class TakeInSubmission(ReturnedForm):
    """Take in what was verified on site on a tablet without a network, whole or not at all · 送回现场核验数据."""

    roles: ClassVar = DIAGNOSTICIANS

    instance: Label = Field(description="Id that the tablet gave the form · 表单实例号")
    findings: Annotated[dict[Identifier, VerifiedAnswer], Field(max_length=MOST_ENTRIES)] = Field(
        description="What was found · 核验结果"
    )
    files: Annotated[tuple[SubmittedFile, ...], Field(max_length=MOST_ENTRIES)] = Field(
        default=(), description="Photographs · 佐证照片"
    )
    missing: Annotated[tuple[MissingFile, ...], Field(max_length=MOST_ENTRIES)] = Field(
        default=(), description="Photographs that did not come · 缺失照片"
    )
    unread: Annotated[tuple[Label, ...], Field(max_length=MOST_ENTRIES)] = Field(
        default=(), description="Questions whose value cannot be read · 无法读取的问题"
    )


# Events


class SubmissionTakenIn(Event):
    """Findings and files came from a tablet 现场核验数据已送回: those of the facts just before this one.

    instance: id that the tablet gave the form. of_version: of the stream, that the form was taken at.
    """

    type: Literal["diagnosis.submission_taken_in.v1"] = "diagnosis.submission_taken_in.v1"
    told_to: ClassVar = EVERYONE
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "送回了现场核验数据，以上核验 {indicators:count} 项、照片 {files:count} 个来自平板"
    says_in_english: ClassVar = (
        "returned the data of the visit on site; {indicators:count} of the verified answers above and {files:count} of "
        "the photos came from the tablet"
    )
    instance: str
    sha256: str
    of_version: int
    indicators: tuple[str, ...]
    overwritten: tuple[str, ...]
    files: tuple[str, ...]


# Decide: what may happen


def take_in_submission(command: TakeInSubmission, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Every finding and file of it, or none 送回现场核验数据: all that is wrong is told at once.

    The same form again, or what it came to after it was put right on the tablet, is judged beside what stands now.
    """
    require_status(diagnosis, Status.ACCEPTED, Status.SCORED)
    require_own_work(diagnosis, context)
    require_qualified(context.by, diagnosis.edition, context.day, context)
    require_own_form(command, diagnosis, SUBMISSION_OF_ANOTHER_CASE, SUBMISSION_EDITION_DIFFERS)
    changed = {i: found for i, found in sorted(command.findings.items()) if diagnosis.verified.get(i) != found}
    newer = entered_since(command, changed, diagnosis.verified_in)
    problems = [
        *(SUBMISSION_VALUE_UNREADABLE.refuse(question=one) for one in command.unread),
        *(SUBMISSION_FILE_MISSING.refuse(indicator=one.indicator, filename=one.filename) for one in command.missing),
        *(SUBMISSION_FINDING_NEWER.refuse(indicator=one) for one in newer if one not in command.overwrite),
    ]
    facts: list[Event | OnStream | Unfinished] = []
    for step in _steps(command, diagnosis, context, changed):
        try:
            if isinstance(step, VerifyAnswers):
                facts += verify_answers(step, diagnosis, context)
            else:
                facts += attach(step, diagnosis, context)
        except Refused as refused:
            problems += (refused, *refused.further)
    refuse_together(problems)
    if not facts and command.instance in diagnosis.submissions:
        return ()
    taken_in = SubmissionTakenIn(
        instance=command.instance,
        sha256=command.sha256,
        of_version=command.of_version,
        indicators=tuple(changed),
        overwritten=newer,
        files=tuple(one.sha256 for one in command.files),
    )
    return (*facts, taken_in)


def _steps(
    command: TakeInSubmission, diagnosis: Diagnosis, context: DecisionContext, changed: dict[str, VerifiedAnswer]
) -> Iterator[VerifyAnswers | AttachEvidence]:
    """What it comes to, as if each step had been taken on the page; files that support their indicators already are none."""
    edition = pinned_edition(diagnosis, context)
    sections: dict[str, dict[str, VerifiedAnswer]] = {}
    for indicator, found in changed.items():
        item = edition.by_id.get(indicator)
        sections.setdefault(item.dimension if item is not None else "", {})[indicator] = found
    for section, answers in sorted(sections.items()):
        yield VerifyAnswers(diagnosis=command.diagnosis, section=section, answers=answers)
    for file in command.files:
        if any((file.sha256, indicator) not in diagnosis.evidence for indicator in file.indicators):
            yield AttachEvidence(diagnosis=command.diagnosis, **file.model_dump())
