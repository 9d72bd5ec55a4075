"""Questionnaire workbooks 离线问卷 of a case: made for who fills it in, and read when they come back. plan P3, P5, P7."""

from typing import Any

import orjson

from api.diagnosis.returned_forms import returned_file, stamped
from api.kit.context import Context
from api.kit.services import Services
from domain.access import Mask
from domain.diagnosis.sections import is_open_section
from domain.diagnosis.state import DiagnosisStatus, diagnosis_stream
from domain.kernel import Rule, Stream
from interop.questionnaires.stamp import Stamp, filled_in, fingerprint, sealed, unsealed
from journal import Caller
from projections import Snapshot
from projections.diagnosis import case_parts
from projections.diagnosis import diagnoses as diagnoses_rows
from projections.diagnosis.diagnoses_fold import DiagnosisRow
from projections.standard import editions as editions_rows
from standards import Answer, Form, edition_of_json

WORKBOOK_UNKNOWN = Rule(
    "WORKBOOK_UNKNOWN",
    "plan P5",
    "该工作簿不是本系统导出的离线问卷，或其隐藏页已被改动；请重新下载离线问卷，把答案填入后再送回",
    "The workbook is no questionnaire of this system, or its hidden sheet was changed; download it again and fill that in",
)


def questionnaire(services: Services, caller: Caller, case: str) -> tuple[bytes, str, list[tuple[Mask, str, Stream]]] | None:
    """The workbook of an open case with what is answered so far 下载离线问卷, and its file name.

    Of a department's filler, the sheets of their sections alone. None where there is no such case to this caller, or it is
    not open any more. The third: (mask, firm, stream) of what leaves with it.

    Raises:
        Refused: FILE_TOO_COSTLY, WORK_BUSY, WORK_SHARE_USED.
    """
    with services.models.reading(caller.scope) as snapshot:
        row = _open_case(snapshot, caller, case)
        kept = editions_rows.edition(snapshot, row.edition) if row is not None else None
        rows = case_parts.answers(snapshot, caller.scope, [case])
    if row is None or kept is None:
        return None
    edition = edition_of_json(kept.body)
    asked = {item.dimension for item in edition.of(Form(row.form))}
    sections = [
        one.id for one in edition.dimensions if one.id in asked and is_open_section(one.id, caller.role, caller.sections)
    ]
    given = {one.indicator: Answer.model_validate_json(one.given) for one in rows}
    given = {name: answer for name, answer in given.items() if edition.by_id[name].dimension in sections}
    stamp = Stamp(
        case=case,
        edition_digest=edition.digest,
        version=row.version,
        given={name: fingerprint(answer) for name, answer in given.items()},
    )
    text, seal = sealed(stamp, services.secret)
    answers = {name: answer.model_dump(mode="json") for name, answer in given.items()}
    told = {"form": row.form, "sections": sections, "answers": answers, "stamp": text, "seal": seal}
    content = services.foreign.questionnaire(edition, orjson.dumps(told), caller.holder)
    left = [(Mask.PROCESS_SECRETS, row.enterprise, diagnosis_stream(case))] if given else []
    return content, f"离线问卷-{row.case_number}.xlsx", left


def _open_case(snapshot: Snapshot, caller: Caller, case: str) -> DiagnosisRow | None:
    row = diagnoses_rows.diagnoses_by_id(snapshot, caller.scope, [case]).get(case)
    return row if row is not None and row.status == DiagnosisStatus.OPEN else None


def filled_workbook(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """What an uploaded workbook says, as the command takes it.

    Raises:
        Refused: FILE_NOT_RECEIVED, WORKBOOK_UNKNOWN, NOT_FOUND, and as `ForeignFiles.filled`.
    """
    read = context.services.foreign.filled(*returned_file(context, data), context.caller.holder)
    stamp = unsealed(read.stamp, read.seal, context.services.secret)
    if stamp is None:
        raise WORKBOOK_UNKNOWN.refuse()
    return {
        **data,
        **stamped(stamp),
        "answers": {name: one.model_dump() for name, one in filled_in(stamp, read.answers).items()},
        "unread": [one.model_dump() for one in read.unread],
    }
