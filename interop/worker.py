"""Worker 隔离进程: what is done to workbooks and other foreign files, in processes of their own alone. plan P1, P5.

The program names these functions and does not load them: with them come the libraries that read what strangers send. What a
function gives is bytes, which are checked where they are used like any other input.
"""

from datetime import datetime
from pathlib import Path

import orjson

from domain.kernel import Refused
from domain.participants.rosters.findings import RosterReport
from domain.providers.subsidies.events import SubsidyComputed
from interop.editions.workbook import workbook_of
from interop.editions.workbook_reading import read_workbook
from interop.external_results.reading import read_results, seen_results
from interop.foreign_files import BATCH, ROSTER, SHEET
from interop.payments.payment_list import payment_list
from interop.proof.dossier import with_files
from interop.questionnaires.site_form import site_form_of
from interop.questionnaires.submission_reading import read_submission
from interop.questionnaires.workbook import workbook_of as questionnaire_of
from interop.questionnaires.workbook_reading import read_questionnaire
from interop.rosters.annotated import annotated, seen_sheet
from interop.rosters.roster import Progress
from interop.rosters.roster_reading import read_roster
from interop.rosters.template import template
from journal.blobs import Blobs
from standards import Answer, Edition, EditionMalformed, Form, Origin, edition_of_json


def roster_bytes(data: bytes, filename: str, progress: Progress | None = None) -> bytes:
    """What a roster file says 名单读数, as JSON; see `read_roster`."""
    return ROSTER.dump_json(read_roster(data, filename, progress=progress))


def sheet_bytes(data: bytes, filename: str) -> bytes:
    """The sheet that a roster stands in 名单原表, as JSON; see `seen_sheet`."""
    return SHEET.dump_json(seen_sheet(data, filename))


def annotated_bytes(sheet: bytes, report: bytes, title: str) -> bytes:
    """The annotated workbook 批注名单 of a sheet as `sheet_bytes` gave it, and of a report as JSON; see `annotated`."""
    return annotated(SHEET.validate_json(sheet), RosterReport.model_validate_json(report), title)


def results_bytes(data: bytes, filename: str, model: str) -> bytes:
    """What a file with others' assessments says 批次读数, as JSON; see `read_results`."""
    return BATCH.dump_json(read_results(data, filename, model))


def results_sheet_bytes(data: bytes, filename: str) -> bytes:
    """The sheet that others' assessments stand in 批次原表, as JSON; see `seen_results`."""
    return SHEET.dump_json(seen_results(data, filename))


def template_bytes() -> bytes:
    """The template of a roster 名单模板; see `template`."""
    return template()


def workbook_bytes(data: bytes) -> bytes:
    """The edition of a workbook 标准工作簿, or why it holds none, as JSON; see `read_workbook`."""
    try:
        return b'{"edition":' + read_workbook(data).model_dump_json().encode() + b"}"
    except EditionMalformed as malformed:
        return orjson.dumps({"malformed": str(malformed)})
    except Refused as refused:
        return orjson.dumps({"refused": refused.rule.code, "facts": refused.facts})


def dossier_bytes(content: bytes, folder: str) -> bytes:
    """A dossier with the files that a folder keeps 卷宗附文件; see `with_files`."""
    return with_files(content, Blobs(Path(folder)))


def payments_bytes(computed: bytes, told: bytes) -> bytes:
    """The payment list 付款清单 of a computed subsidy as JSON, and of year, names and what was taken back; see `payment_list`."""
    return payment_list(computed=SubsidyComputed.model_validate_json(computed), **orjson.loads(told))


def questionnaire_bytes(edition: bytes, told: bytes) -> bytes:
    """The workbook of a case 离线问卷, of its edition and the rest of what it is made of as JSON; see `questionnaire_of`."""
    said = orjson.loads(told)
    answers = {name: Answer.model_validate(one) for name, one in said["answers"].items()}
    form, sections = Form(said["form"]), tuple(said["sections"])
    return questionnaire_of(edition_of_json(edition), form, sections, answers, said["stamp"], said["seal"])


def filled_bytes(data: bytes, edition: bytes, form: str) -> bytes:
    """What the workbook of a case says 离线问卷读数, or why it is none, as JSON; see `read_questionnaire`."""
    try:
        return b'{"read":' + read_questionnaire(data, edition_of_json(edition), Form(form)).model_dump_json().encode() + b"}"
    except Refused as refused:
        return orjson.dumps({"refused": refused.rule.code, "facts": refused.facts})


def site_form_bytes(edition: bytes, told: bytes) -> bytes:
    """The XLSForm of a case 现场核验表单, of its edition and the rest of what it is made of as JSON; see `site_form_of`."""
    said = orjson.loads(told)
    form, version = Form(said["form"]), int(said["version"])
    return site_form_of(edition_of_json(edition), form, said["case"], version, said["stamp"], said["seal"])


def submission_bytes(data: bytes, edition: bytes, form: str) -> bytes:
    """What a tablet's form says 现场核验数据读数, or why it is none, as JSON; see `read_submission`."""
    try:
        return b'{"read":' + read_submission(data, edition_of_json(edition), Form(form)).model_dump_json().encode() + b"}"
    except Refused as refused:
        return orjson.dumps({"refused": refused.rule.code, "facts": refused.facts})


def edition_bytes(edition: Edition, origins: tuple[Origin, ...], published_at: datetime | None) -> bytes:
    """The workbook of an edition 导出标准工作簿; see `workbook_of`."""
    return workbook_of(edition, origins, published_at)
