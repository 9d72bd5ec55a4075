"""Returned forms 送回的表单: what was filled in without a network, taken in whole or not at all. plan P3, P5.

A questionnaire's workbook and a tablet's site form come back alike: of this case, under its edition, over nothing that was said
since the form was taken, unless whoever sends it names it to be overwritten.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field

from domain.diagnosis.state import Diagnosis, DiagnosisCommand
from domain.kernel import Count, Identifier, Label, Rule, Sha256

MOST_ENTRIES = 1_000
"""Indicators, cells or files of one form, far above those of the longest edition."""


class ReturnedForm(DiagnosisCommand):
    """A form that comes back, by the file that was uploaded and the stamp in it 送回表单命令."""

    sha256: Sha256 = Field(description="SHA-256 of the uploaded file · 文件散列")
    overwrite: Annotated[tuple[Identifier, ...], Field(max_length=MOST_ENTRIES)] = Field(
        default=(), description="Indicators of which the form takes the place of what was entered since · 确认覆盖的指标"
    )
    of_case: Label = Field(description="Diagnosis that the form was taken of · 表单所属诊断")
    edition_digest: Sha256 = Field(description="Digest of its edition · 标准摘要")
    of_version: Count = Field(description="Version of the stream that it was taken at · 下载时的版本")


def require_own_form(form: ReturnedForm, diagnosis: Diagnosis, other_case: Rule, other_edition: Rule) -> None:
    """The form was taken of this case and under its edition, or it is refused by one of the two rules."""
    if form.of_case != form.diagnosis:
        raise other_case.refuse()
    if form.edition_digest != diagnosis.edition_digest:
        raise other_edition.refuse()


def entered_since(form: ReturnedForm, changed: Iterable[str], recorded_in: Mapping[str, int]) -> tuple[str, ...]:
    """Of the indicators that a form changes, those recorded after it was taken. recorded_in: version of each one's record."""
    return tuple(one for one in changed if recorded_in.get(one, 0) > form.of_version)
