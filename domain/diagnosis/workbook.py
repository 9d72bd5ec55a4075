"""Questionnaire workbook 离线问卷: filled in without a network, taken in whole or not at all. plan P3, P5.

What the cells say is judged by the same rules as answers given on the page. An answer that was given since the workbook was
taken stays, unless whoever sends it names that indicator to be overwritten.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.access import Mask
from domain.command_rights import FILLERS
from domain.diagnosis.answers import refusal_of, wrong_with
from domain.diagnosis.returned_form import MOST_ENTRIES, ReturnedForm, entered_since, require_own_form
from domain.diagnosis.sections import is_open_section, section_not_yours
from domain.diagnosis.self_assessment import AnswerRecorded, AnswersSaved
from domain.diagnosis.state import Diagnosis, Status, pinned_edition, require_status
from domain.kernel import (
    EVERYONE,
    DecisionContext,
    Event,
    Facts,
    Identifier,
    Label,
    Part,
    Refused,
    Rule,
    refuse_together,
)
from standards import Answer, Edition
from standards.described import DescribedEnum

# Rules

WORKBOOK_OF_ANOTHER_CASE = Rule(
    "WORKBOOK_OF_ANOTHER_CASE",
    "plan P5",
    "该工作簿属于另一项诊断，不能填入本诊断；请下载本诊断的离线问卷",
    "The workbook is of another diagnosis; download that of this one",
)
WORKBOOK_EDITION_DIFFERS = Rule(
    "WORKBOOK_EDITION_DIFFERS",
    "plan S5",
    "该工作簿所依标准与本诊断所依标准不是同一文本；请重新下载离线问卷",
    "The workbook is of another edition than the diagnosis; download it again",
)
WORKBOOK_CELL_UNREADABLE = Rule(
    "WORKBOOK_CELL_UNREADABLE",
    "plan P5",
    "工作表“{sheet}”的 {cell} 单元格{detail}",
    "Sheet {section}, cell {cell}: {detail_in_english}",
)
WORKBOOK_ANSWER_REFUSED = Rule(
    "WORKBOOK_ANSWER_REFUSED",
    "plan S1",
    "工作表“{sheet}”的 {cell} 单元格：{detail}",
    "Sheet {section}, cell {cell}: {detail_in_english}",
)
WORKBOOK_ANSWER_NEWER = Rule(
    "WORKBOOK_ANSWER_NEWER",
    "plan P5",
    "指标 {indicator}（工作表“{sheet}”的 {cell} 单元格）在该工作簿下载之后已另行填报，未予覆盖；请与现有答案核对，"
    "确要以工作簿为准的，把该指标列入覆盖清单后重送",
    "{indicator} (sheet {section}, cell {cell}) was answered after the workbook was taken and is kept; compare the two, and to let "
    "the workbook's stand name the indicator among those to overwrite",
)


class CellFault(DescribedEnum):
    """Why a cell cannot be read · 单元格问题."""

    LABEL_CHANGED = "label_changed", "The line is not the one that was written there · 行内容已被改动"
    FORMULA_CHANGED = "formula_changed", "A formula of the form was changed · 公式已被改动"
    HOLDS_FORMULA = "holds_formula", "A formula stands where a value is asked for · 填了公式"
    NO_NUMBER = "no_number", "What stands there is no number · 不是数值"
    NOT_LISTED = "not_listed", "What stands there is none of the list · 不在列表中"
    HOLDS_CONTROL = "holds_control", "The text holds a sign that shows nothing or was lost on its way · 文字已损坏"
    TOO_LONG = "too_long", "The text or number is too long · 过长"


SAYS: Mapping[CellFault, tuple[str, str]] = {
    CellFault.LABEL_CHANGED: (
        "所在行与下载时不同（可能增删了行列或改了文字），请恢复原样",
        "the line is not as it was downloaded; rows or texts were changed: restore them",
    ),
    CellFault.FORMULA_CHANGED: ("的公式已被改动，请恢复原公式", "the formula was changed; restore it"),
    CellFault.HOLDS_FORMULA: ("填了公式，请改填数值或文字", "a formula stands there; write the value"),
    CellFault.NO_NUMBER: ("不是数值，请填数字，例如 12.5", "it is no number; write one, such as 12.5"),
    CellFault.NOT_LISTED: ("不在可选范围内，请从下拉列表中选择", "it is none of the list; choose from the list"),
    CellFault.HOLDS_CONTROL: (
        "的文字中有无法显示或已损坏的字符，请重新输入",
        "the text holds a sign that cannot be shown or was lost on its way; write it anew",
    ),
    CellFault.TOO_LONG: ("内容过长，请缩短", "it is too long; shorten it"),
}


# Commands


class UnreadCell(Part):
    """A cell that cannot be read · 无法读取的单元格."""

    sheet: Label = Field(description="Sheet · 工作表")
    cell: Label = Field(description="Cell · 单元格")
    fault: CellFault = Field(description="What is wrong · 问题")


class WorkbookAnswer(Part):
    """The answer that a workbook gives to an indicator, and the cell of each of its fields · 工作簿答案."""

    answer: Answer = Field(description="What is said of the indicator · 填报内容")
    sheet: Label = Field(description="Sheet · 工作表")
    cells: Annotated[dict[Label, Label], Field(max_length=MOST_ENTRIES)] = Field(description="Cell of each field · 各项单元格")


class TakeInWorkbook(ReturnedForm):
    """Take in a questionnaire's workbook that was filled in without a network, whole or not at all · 送回离线问卷."""

    roles: ClassVar = FILLERS

    answers: Annotated[dict[Identifier, WorkbookAnswer], Field(max_length=MOST_ENTRIES)] = Field(
        description="What was filled in · 填报内容"
    )
    unread: Annotated[tuple[UnreadCell, ...], Field(max_length=MOST_ENTRIES)] = Field(
        default=(), description="Cells that cannot be read · 无法读取的单元格"
    )


# Events


class WorkbookTakenIn(Event):
    """Answers came by a workbook 离线问卷已送回: those that were saved just before this fact.

    of_version: of the stream, that it was taken at. overwritten: those whose newer answers it took the place of.
    """

    type: Literal["diagnosis.workbook_taken_in.v1"] = "diagnosis.workbook_taken_in.v1"
    told_to: ClassVar = EVERYONE
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})
    says: ClassVar = "送回了离线问卷，以上自评 {indicators:count} 项来自工作簿，其中覆盖较新答案 {overwritten:count} 项"
    says_in_english: ClassVar = (
        "returned the offline questionnaire; {indicators:count} of the answers above came from the workbook, "
        "{overwritten:count} of them over newer ones"
    )
    sha256: str
    of_version: int
    indicators: tuple[str, ...]
    overwritten: tuple[str, ...]


# Decide: what may happen


def take_in_workbook(command: TakeInWorkbook, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Every answer of it, or none 送回离线问卷: all that is wrong is told at once, cell by cell."""
    require_status(diagnosis, Status.OPEN)
    require_own_form(command, diagnosis, WORKBOOK_OF_ANOTHER_CASE, WORKBOOK_EDITION_DIFFERS)
    edition = pinned_edition(diagnosis, context)
    changed = {
        indicator: given
        for indicator, given in sorted(command.answers.items())
        if not _is_same(diagnosis.answers.get(indicator), given.answer)
    }
    newer = entered_since(command, changed, diagnosis.recorded_in)
    unread = (_unreadable(one) for one in command.unread)
    refuse_together([*unread, *_wrong(edition, diagnosis, changed, context), *_newer_refused(command, changed, newer)])
    if not changed:
        return ()
    facts: dict[str, dict[str, AnswerRecorded]] = {}
    for indicator, given in changed.items():
        seen = diagnosis.recorded_in.get(indicator, 0)
        recorded = AnswerRecorded(answer=given.answer, author=context.by, replaces=seen)
        facts.setdefault(edition.by_id[indicator].dimension, {})[indicator] = recorded
    taken = WorkbookTakenIn(sha256=command.sha256, of_version=command.of_version, indicators=tuple(changed), overwritten=newer)
    return (*(AnswersSaved(section=section, answers=part) for section, part in sorted(facts.items())), taken)


def _is_same(known: Answer | None, given: Answer) -> bool:
    return known is not None and known.agrees_with(given) and (known.reason or "") == (given.reason or "")


def _unreadable(one: UnreadCell) -> Refused:
    says, says_in_english = SAYS[one.fault]
    return WORKBOOK_CELL_UNREADABLE.refuse(**_place(one.sheet, one.cell), detail=says, detail_in_english=says_in_english)


def _place(sheet: str, cell: str) -> dict[str, str]:
    """Where a cell is: its sheet by name, and by the section that the name begins with."""
    return {"sheet": sheet, "section": sheet.partition(" ")[0], "cell": cell}


def _wrong(
    edition: Edition, diagnosis: Diagnosis, changed: Mapping[str, WorkbookAnswer], context: DecisionContext
) -> Iterator[Refused]:
    for indicator, given in changed.items():
        item = edition.by_id.get(indicator)
        section = item.dimension if item is not None else ""
        wrong = wrong_with(edition, diagnosis, section, indicator, given.answer) or refusal_of(
            indicator, edition.unshown(indicator, given.answer)
        )
        if wrong is None and not is_open_section(section, context.role, context.sections):
            wrong = section_not_yours(edition, section, path="workbook")
        if wrong is not None:
            yield WORKBOOK_ANSWER_REFUSED.refuse(
                **_place(given.sheet, _cell(given, str(wrong.facts.get("field", "")))),
                detail=wrong.says,
                detail_in_english=wrong.says_in_english,
            )


def _cell(given: WorkbookAnswer, field: str) -> str:
    """The cell of a field of an answer; of a field that has none of its own, the first that begins so, else the first."""
    near = (cell for name, cell in given.cells.items() if name.startswith(field.partition(".")[0]))
    return given.cells.get(field) or next(near, None) or next(iter(given.cells.values()), "")


def _newer_refused(command: TakeInWorkbook, changed: Mapping[str, WorkbookAnswer], newer: tuple[str, ...]) -> Iterator[Refused]:
    for indicator in newer:
        if indicator not in command.overwrite:
            given = changed[indicator]
            yield WORKBOOK_ANSWER_NEWER.refuse(indicator=indicator, **_place(given.sheet, _cell(given, "")))
