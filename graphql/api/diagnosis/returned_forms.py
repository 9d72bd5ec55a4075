"""Returned forms 送回的表单: an uploaded file that was filled in offline, and of which case's edition and moment it is. plan P5."""

from typing import Any, NamedTuple

from api.kit.context import Context
from api.kit.ids import key_of
from api.kit.uploaded_files import content_of, uploaded
from api.standard.editions import editions_of
from domain.kernel import NOT_FOUND
from interop.questionnaires.stamp import Stamp
from projections.diagnosis import diagnoses as diagnoses_rows
from standards import AnyEdition, Form


class ReturnedFile(NamedTuple):
    """A returned form's bytes, with the edition and form of the case that it is sent for 送回文件."""

    content: bytes
    edition: AnyEdition
    form: Form


def returned_file(context: Context, data: dict[str, Any]) -> ReturnedFile:
    """The file that a command names, of a case within the caller's scope.

    Raises:
        Refused: FILE_NOT_RECEIVED, NOT_FOUND.
    """
    case = key_of(str(data["diagnosis"]), "diagnosis")
    row = diagnoses_rows.diagnoses_by_id(context.snapshot, context.scope, [case]).get(case)
    if row is None:
        raise NOT_FOUND.refuse()
    content = content_of(context, uploaded(context, data["sha256"]))
    return ReturnedFile(content, editions_of(context, [row.edition])[row.edition], Form(row.form))


def stamped(stamp: Stamp) -> dict[str, Any]:
    """What a form's stamp says, as the command takes it."""
    return {"of_case": stamp.case, "edition_digest": stamp.edition_digest, "of_version": stamp.version}
