"""Site forms 现场核验表单 of a case: made for a tablet, and read when what it filled in comes back. plan P3, P5, P7."""

from typing import Any

import orjson

from api.diagnosis.returned_forms import returned_file, stamped
from api.kit.context import Context
from api.kit.services import Services
from api.kit.uploaded_files import uploaded
from domain.diagnosis.state import DiagnosisStatus
from domain.kernel import Rule
from interop.questionnaires.stamp import Stamp, sealed, unsealed
from journal import Caller
from projections.diagnosis import diagnoses as diagnoses_rows
from projections.standard import editions as editions_rows
from standards import edition_of_json

ON_SITE = frozenset({DiagnosisStatus.ACCEPTED, DiagnosisStatus.SCORED})

SUBMISSION_UNKNOWN = Rule(
    "SUBMISSION_UNKNOWN",
    "plan P5",
    "文件中没有本系统现场核验表单的数据，或印记已被改动；请用下载的表单填写，导出其 JSON 或 CSV 后送回",
    "The file holds no data of a site form of this system; fill in the form that was downloaded and export it as JSON or CSV",
)
SUBMISSION_NOT_ONE = Rule(
    "SUBMISSION_NOT_ONE",
    "plan P5",
    "文件中有 {count} 份表单，一次只收一份；请按表单分别导出",
    "The file holds {count} filled forms and one is taken at a time; export them one by one",
)


def site_form(services: Services, caller: Caller, case: str) -> tuple[bytes, str] | None:
    """The XLSForm of an accepted case 下载现场核验表单, and its file name; None where there is none to this caller.

    Raises:
        Refused: FILE_TOO_COSTLY, WORK_BUSY, WORK_SHARE_USED.
    """
    with services.models.reading(caller.scope) as snapshot:
        row = diagnoses_rows.diagnoses_by_id(snapshot, caller.scope, [case]).get(case)
        kept = editions_rows.edition(snapshot, row.edition) if row is not None else None
    if row is None or kept is None or row.status not in ON_SITE:
        return None
    edition = edition_of_json(kept.body)
    text, seal = sealed(Stamp(case=case, edition_digest=edition.digest, version=row.version, given={}), services.secret)
    told = {"form": row.form, "case": case, "version": row.version, "stamp": text, "seal": seal}
    content = services.foreign.site_form(edition, orjson.dumps(told), caller.holder)
    return content, f"现场核验-{row.case_number}.xlsx"


def submitted_form(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """What an uploaded submission and its photographs say, as the command takes it.

    Raises:
        Refused: FILE_NOT_RECEIVED, SUBMISSION_UNKNOWN, SUBMISSION_NOT_ONE, NOT_FOUND, and as `ForeignFiles.submission`.
    """
    read = context.services.foreign.submission(*returned_file(context, data), context.caller.holder)
    if read.count > 1:
        raise SUBMISSION_NOT_ONE.refuse(count=read.count)
    stamp = unsealed(read.stamp, read.seal, context.services.secret)
    if stamp is None or not read.instance:
        raise SUBMISSION_UNKNOWN.refuse()
    photographs = enumerate(data.pop("photographs", None) or ())
    sent = {one.filename: one for one in (uploaded(context, sha256, f"photographs.{at}") for at, sha256 in photographs)}
    files = [
        {
            "sha256": sent[name].sha256,
            "filename": name,
            "media_type": sent[name].media_type,
            "size": sent[name].size,
            "indicators": tuple(indicators),
        }
        for name, indicators in read.files.items()
        if name in sent
    ]
    return {
        **data,
        "instance": read.instance,
        **stamped(stamp),
        "findings": {name: one.model_dump() for name, one in read.findings.items()},
        "files": files,
        "missing": [one.model_dump() for one in read.missing(sent)],
        "unread": list(read.unread),
    }
