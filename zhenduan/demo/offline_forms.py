"""Forms filled in without a network, in the demo 示例离线表单: a department's workbook, and a tablet's form of the site visit."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile, ZipInfo

import orjson

from api.kit.ports import UploadKind
from api.kit.services import Services
from domain.diagnosis.on_site import VerifyAnswers
from domain.diagnosis.self_assessment import SaveAnswers
from domain.diagnosis.state import diagnosis_stream
from domain.diagnosis.submission import TakeInSubmission
from domain.diagnosis.workbook import TakeInWorkbook
from domain.kernel import Command
from interop.questionnaires.site_form import ABSENT, CHOSEN, LEVEL, NUMBER, REASON, STAMP, name_of
from interop.questionnaires.stamp import Stamp, filled_in, sealed
from interop.questionnaires.submission_reading import read_submission
from interop.questionnaires.workbook import workbook_of
from interop.questionnaires.workbook_reading import read_questionnaire
from journal import Caller
from standards import Answer, Edition, Form
from zhenduan.demo.data import Ending
from zhenduan.demo.diagnosis_story import Act

BY_WORKBOOK = frozenset({Ending.SUBMITTED, Ending.ACCEPTED})
BY_TABLET = frozenset({Ending.VERIFIED, Ending.SCORED})
MADE_ON = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True)
class FilledOffline:
    """What is said in a form filled in without a network, in place of the page 离线填报."""

    said: SaveAnswers | VerifyAnswers
    edition: Edition
    form: Form

    def command(self, services: Services, who: Caller, at: datetime) -> Command:
        """The form as it comes back: uploaded and read like any other 送回表单."""
        said, edition, form = self.said, self.edition, self.form
        version = len(services.journal.read(diagnosis_stream(said.diagnosis)))
        stamp = Stamp(case=said.diagnosis, edition_digest=edition.digest, version=version, given={})
        text, seal = sealed(stamp, services.secret)
        of = {"diagnosis": said.diagnosis, "of_case": stamp.case, "edition_digest": stamp.edition_digest, "of_version": version}
        if isinstance(said, SaveAnswers):
            answers = {indicator: given.answer for indicator, given in said.answers.items()}
            book = _dated(workbook_of(edition, form, (said.section,), answers, text, seal), at)
            taken = read_questionnaire(book, edition, form)
            sha256 = _uploaded(services, who, UploadKind.WORKBOOK, "离线问卷.xlsx", book)
            return TakeInWorkbook(**of, sha256=sha256, answers=filled_in(stamp, taken.answers), unread=taken.unread)
        token = f"{base64.urlsafe_b64encode(text.encode()).decode()}.{seal}"
        values = {STAMP: token, "meta/instanceID": f"uuid:{said.diagnosis}"}
        for indicator, found in said.answers.items():
            values |= _on_tablet(indicator, found.answer, found.reason)
        data = orjson.dumps(values)
        read = read_submission(data, edition, form)
        sha256 = _uploaded(services, who, UploadKind.SUBMISSION, "提交.json", data)
        return TakeInSubmission(**of, sha256=sha256, instance=read.instance, findings=read.findings, unread=read.unread)


def offline(ending: Ending, edition: Edition, form: Form, acts: Sequence[Act]) -> list[Act]:
    """The acts of a case, of which the last section comes by workbook or the first findings by tablet, as its ending says."""
    kind, order = (SaveAnswers, -1) if ending in BY_WORKBOOK else (VerifyAnswers, 0)
    places = [place for place, act in enumerate(acts) if isinstance(act.what, kind) and _is_plain(act.what)]
    if not places or ending not in BY_WORKBOOK | BY_TABLET:
        return list(acts)
    chosen = places[order]
    said = acts[chosen].what
    assert isinstance(said, SaveAnswers | VerifyAnswers)  # noqa: S101 - of the kind looked for
    return [*acts[:chosen], replace(acts[chosen], what=FilledOffline(said, edition, form)), *acts[chosen + 1 :]]


def _is_plain(said: object) -> bool:
    """Whether it states levels alone where it is a finding: what does not apply is given a reason on a tablet, differing or not."""
    return not isinstance(said, VerifyAnswers) or all(one.answer.level is not None for one in said.answers.values())


def _on_tablet(indicator: str, answer: Answer, reason: str | None) -> dict[str, str]:
    """A finding by the names of the form's questions."""
    values = {REASON: reason or answer.reason or ""}
    if answer.not_applicable:
        values[ABSENT] = "yes"
    if answer.level is not None:
        values[LEVEL] = f"l{answer.level.normalize():f}".replace(".", "_")
    values |= {f"{NUMBER}_{name}": f"{value:f}" for name, value in (answer.numbers or {}).items()}
    if answer.choices is not None:
        values[CHOSEN] = " ".join(answer.choices)
    return {name_of(indicator, field): value for field, value in values.items() if value}


def _uploaded(services: Services, who: Caller, kind: UploadKind, filename: str, content: bytes) -> str:
    ticket = services.uploads.ticket(who, kind, filename)
    return services.uploads.receive(ticket.path.removeprefix("/uploads/"), content).sha256


def _dated(book: bytes, at: datetime) -> bytes:
    """A workbook as saved at a moment of the story, so that the same city has the same file."""
    made, saved = at.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), BytesIO()
    with ZipFile(BytesIO(book)) as given, ZipFile(saved, "w") as kept:
        for one in given.infolist():
            content = given.read(one)
            content = MADE_ON.sub(made, content) if one.filename == "docProps/core.xml" else content
            kept.writestr(ZipInfo(one.filename, at.timetuple()[:6]), content)
    return saved.getvalue()
