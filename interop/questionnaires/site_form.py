"""Site form 现场核验表单: a case's questionnaire as an XLSForm, which a tablet fills in on site without a network. plan P3, P5.

Every question is named after its indicator and field, so that an answer is known by its name alone, whatever program sends it.
"""

import base64
from collections.abc import Iterator, Sequence
from io import BytesIO

from openpyxl import Workbook

from interop.questionnaires.layout import levels_of
from interop.spreadsheet_text import put_texts
from standards import Edition, Form, Indicator, english_terms
from standards.edition.punctuation import punctuated

LANGUAGES = ("中文 (zh)", "English (en)")
SURVEY = (
    "type", "name", *(f"label::{one}" for one in LANGUAGES), *(f"hint::{one}" for one in LANGUAGES), "relevant", "constraint",
    *(f"constraint_message::{one}" for one in LANGUAGES), "calculation", "parameters",
)  # fmt: skip
CHOICES = ("list_name", "name", *(f"label::{one}" for one in LANGUAGES))
SETTINGS = ("form_title", "form_id", "version", "default_language")
STAMP = "zd_stamp"
"""Name of the question that says of which case, edition and moment the form is."""
IN_ENGLISH = (
    "Give what was found on site; say why where it differs. The standard has no English edition: the names are the project's "
    "translation, and how levels are described and what counts as evidence is shown in the Chinese form."
)
WHAT_TO_DO = ("逐项填写现场核验结果；与企业自评不同的须写理由。", IN_ENGLISH)
MOST_PIXELS = 2_048
"""Of the longer side of a photograph: a page is legible, and hundreds of them go over a telephone's line."""
LEVEL, NUMBER, CHOSEN, ABSENT, REASON, EVIDENCE = "level", "n", "choices", "na", "reason", "file"

Row = dict[str, str]


def name_of(indicator: str, field: str) -> str:
    """Name of a question, such as Z01_level 问题名."""
    return f"{indicator}_{field}"


def site_form_of(edition: Edition, form: Form, case: str, version: int, stamp: str, seal: str) -> bytes:
    """The XLSForm of a case 现场核验表单.

    Args:
        edition: that the case is pinned to.
        form: of the questionnaire.
        case: id of the case, from which the form has its id.
        version: of the case's stream, from which the form has its version.
        stamp: what it is of, as JSON.
        seal: of the stamp, by the installation.

    Returns:
        The bytes of an .xlsx file with the sheets survey, choices and settings.
    """
    token = f"{base64.urlsafe_b64encode(stamp.encode()).decode()}.{seal}"
    survey: list[Row] = [
        {"type": "start", "name": "start"},
        {"type": "end", "name": "end"},
        {"type": "calculate", "name": STAMP, "calculation": f"'{token}'"},
        _row("note", "zd_note", WHAT_TO_DO),
    ]
    choices: list[Row] = [
        _choice("yes_no", "yes", ("是", "Yes")),
        *(_choice("levels", f"l{level.replace('.', '_')}", (f"{level} 级", f"Level {level}")) for level in levels_of(edition)),
    ]
    for dimension in edition.dimensions:
        items = [item for item in edition.of(form) if item.dimension == dimension.id]
        if not items:
            continue
        english = f"{dimension.id} {_in_english(dimension.name, 'Section')}"
        survey.append(_row("begin_group", f"section_{dimension.id}", (f"{dimension.id} {punctuated(dimension.name)}", english)))
        for item in items:
            survey += _questions(edition, item)
            choices += (
                _choice(f"options_{item.id}", one.name, (punctuated(one.label), _in_english(one.label, one.name)))
                for one in item.options
            )
        survey.append({"type": "end_group"})
    settings = [
        {
            "form_title": f"{punctuated(edition.title)} 现场核验",
            "form_id": f"zd_{case}",
            "version": str(version),
            "default_language": LANGUAGES[0],
        }
    ]
    book = Workbook()
    book.remove(book.worksheets[0])
    sheets: tuple[tuple[str, Sequence[str], list[Row]], ...] = (
        ("survey", SURVEY, survey),
        ("choices", CHOICES, choices),
        ("settings", SETTINGS, settings),
    )
    for title, columns, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.append(list(columns))
        for row in rows:
            sheet.append([row.get(column) for column in columns])
        put_texts(sheet)
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def _questions(edition: Edition, item: Indicator) -> Iterator[Row]:
    star = "★ " if item.key else ""
    called = f"{item.id} {star}{punctuated(item.name)}"
    levels = "\n".join(f"{level} 级：{text}" for level, text in enumerate(item.levels, 1))
    english = f"{item.id} {star}{_in_english(item.name, '')}".rstrip()
    hint = (punctuated(levels), "How each level is described is shown in the Chinese form")
    applies = f"${{{name_of(item.id, ABSENT)}}} != 'yes'"
    yield _row("select_one yes_no", name_of(item.id, ABSENT), (f"{called}：不适用？", f"{english}: does it not apply?"))
    if item.kind in ("choice", "outcome"):
        labels = (f"{called}：核验等级", f"{english}: level found")
        yield _row("select_one levels", name_of(item.id, LEVEL), labels, hint=hint, relevant=applies)
    for place, number in enumerate(item.numbers):
        bound, says, says_in_english = ". >= 0", "不得小于 0", "0 or more"
        if item.kind == "ratio" and place == 1:
            bound, says, says_in_english = ". > 0", "须大于 0", "more than 0"
        if number.at_most is not None:
            bound, says = f"{bound} and . <= {number.at_most}", f"应为 0–{number.at_most} 的整数"
            says_in_english = f"a whole number from 0 to {number.at_most}"
        kind = "integer" if number.at_most is not None else "decimal"
        yield _row(
            kind,
            name_of(item.id, f"{NUMBER}_{number.name}"),
            (
                f"{called}：{punctuated(number.label)}（{number.unit}）",
                f"{english}: {_in_english(number.label, number.name)} ({_in_english(number.unit, 'as in Chinese')})",
            ),
            hint=hint,
            relevant=applies,
            bound=(bound, says, says_in_english),
        )
    if item.options:
        labels = (f"{called}：现场所见（可多选）", f"{english}: what was found on site, one or several")
        yield _row(f"select_multiple options_{item.id}", name_of(item.id, CHOSEN), labels, hint=hint, relevant=applies)
    because = ("与自评不同的写理由；不适用的写为何不适用", "Why it differs from the firm's answer, or does not apply")
    yield _row("text", name_of(item.id, REASON), (f"{item.id} 理由", f"{item.id}: reason"), hint=because)
    shown = (punctuated(edition.evidence_of(item.id)), "A photograph of the evidence; what counts is listed in the Chinese form")
    photograph = _row("image", name_of(item.id, EVIDENCE), (f"{item.id} 佐证照片", f"{item.id}: evidence"), hint=shown)
    yield photograph | {"parameters": f"max-pixels={MOST_PIXELS}"}


def _row(
    kind: str,
    name: str,
    labels: tuple[str, str],
    hint: tuple[str, str] | None = None,
    relevant: str = "",
    bound: tuple[str, str, str] | None = None,
) -> Row:
    found = {"type": kind, "name": name} | _said("label", labels)
    if hint is not None:
        found |= _said("hint", hint)
    if relevant:
        found["relevant"] = relevant
    if bound is not None:
        found |= {"constraint": bound[0]} | _said("constraint_message", bound[1:])
    return found


def _said(column: str, texts: tuple[str, str]) -> Row:
    return {f"{column}::{language}": text for language, text in zip(LANGUAGES, texts, strict=True)}


def _choice(listed: str, name: str, labels: tuple[str, str]) -> Row:
    return {"list_name": listed, "name": name} | _said("label", labels)


def _in_english(term: str, name: str) -> str:
    """A term of the edition in English; of a later edition, for which none is on file, its name."""
    return english_terms().of(term, name.replace("_", " "))
