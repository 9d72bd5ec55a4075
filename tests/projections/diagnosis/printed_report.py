"""Cases that are scored and printed 报告样例, as the tests of the report look at them."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from domain.diagnosis.on_site import RecordSiteVisit, VerifyAnswers
from domain.diagnosis.provider import AcceptDiagnosis
from domain.diagnosis.report import IssueReport
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.self_assessment import AnswerGiven, PledgeTruth, SaveAnswers, SubmitSelfAssessment
from domain.diagnosis.state import Diagnosis, Purpose, VerifiedAnswer
from domain.instants import city_day
from journal import Accepted, Journal, open_journal
from projections.report import Archive, Case, finish_report
from projections.report.finishing import case_of
from standards import Answer, Form
from tests.rules.firms import EDITION, answer_at, uniform
from tests.small_city import CITY, FILE, FILLER, PROVIDER, City, evidence, opening

NAMES = {"310117": "松江区", "C34": "通用设备制造业"}
REASON = "现场核对台账，联网设备少于所填。"
Answers = Mapping[str, Answer]


class Shelf:
    """Bytes by their hash, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        digest = sha256(data).hexdigest()
        self.kept[digest] = data
        return digest


class ReadModel:
    """A city with one diagnosis, taken from step to step; its reports land on a shelf."""

    def __init__(self, journal: Journal, *, demo: bool = True) -> None:
        self.city = City(journal)
        self.shelf = Shelf()
        self.demo = demo
        self.cases: list[Case] = []
        self.states: list[Diagnosis] = []
        self.archive = Archive(journal)

    def finish(self, accepted: Accepted) -> Any:
        self.cases.append(case_of(accepted, demo=self.demo, names=NAMES, archive=self.archive))
        return finish_report(self.shelf, self.demo, self.archive, NAMES)(accepted)

    def case(self, accepted: Accepted) -> Any:
        """Take the case and leave the pages unprinted: most sentences are about the sheet."""
        self.cases.append(case_of(accepted, demo=self.demo, names=NAMES, archive=self.archive))
        self.states.append(accepted.state)
        return {"file": FILE}

    def submitted(
        self, own: Answers, form: Form = Form.BRIEF, name: str = "d1", purpose: Purpose = Purpose.INITIAL
    ) -> None:
        self.city.send(CITY, opening(name).model_copy(update={"form": form, "purpose": purpose}))
        self.filled(own, name)

    def filled(self, own: Answers, name: str = "d1") -> None:
        for section, ids in sections(own).items():
            given_answers = {i: AnswerGiven(answer=own[i]) for i in ids}
            self.city.send(FILLER, SaveAnswers(diagnosis=name, section=section, answers=given_answers))
        self.city.send(FILLER, PledgeTruth(diagnosis=name))
        self.city.send(FILLER, SubmitSelfAssessment(diagnosis=name))
        self.city.send(PROVIDER, AcceptDiagnosis(diagnosis=name))
        self.city.send(PROVIDER, evidence(name))

    def scored(
        self,
        own: Answers,
        found: Answers,
        reasons: Mapping[str, str] | None = None,
        *,
        visit: bool = True,
        name: str = "d1",
        purpose: Purpose = Purpose.INITIAL,
    ) -> None:
        self.submitted(own, name=name, purpose=purpose)
        if visit:
            self.city.send(PROVIDER, site_visit().model_copy(update={"diagnosis": name}))
        self.verify(found, reasons or {}, name)

    def verify(self, found: Answers, reasons: Mapping[str, str], name: str = "d1") -> None:
        for section, ids in sections(found).items():
            answers = {i: VerifiedAnswer(answer=found[i], reason=reasons.get(i)) for i in ids}
            self.city.send(PROVIDER, VerifyAnswers(diagnosis=name, section=section, answers=answers))
        self.city.send(PROVIDER, ScoreDiagnosis(diagnosis=name))

    def issued(self) -> Case:
        self.city.send(PROVIDER, IssueReport(diagnosis="d1"), finish=self.case)
        return self.cases[-1]


def sections(answers: Answers) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for indicator in answers:
        found.setdefault(EDITION.by_id[indicator].dimension, []).append(indicator)
    return found


def site_visit() -> RecordSiteVisit:
    today = city_day(datetime.now(UTC))
    return RecordSiteVisit(
        diagnosis="d1", visited_on=today, diagnosticians=2, functions=("生产", "设备"), notes="走访两条产线。"
    )


def mixed() -> tuple[dict[str, Answer], dict[str, Answer], dict[str, str]]:
    """A firm at level 3 that overstated one ratio, and has one indicator that does not apply."""
    own = uniform(3, Form.BRIEF)
    own["B05"] = Answer(not_applicable=True, reason="单一定制产品，无该类模式")
    found = own | {"X04": answer_at(EDITION.by_id["X04"], 2)}
    return own, found, {"X04": REASON}


def below_grade() -> dict[str, Answer]:
    """A firm that has begun nothing anywhere."""
    found = {}
    for item in EDITION.of(Form.BRIEF):
        numbers = {raw.name: Decimal(0) for raw in item.numbers}
        match item.kind:
            case "choice" | "outcome":
                found[item.id] = Answer(level=Decimal(0))
            case "multi":
                found[item.id] = Answer(choices=())
            case "ratio":
                found[item.id] = Answer(numbers=numbers | {item.numbers[1].name: Decimal(100)})
            case _:
                found[item.id] = Answer(numbers=numbers)
    return found


def squeezed(text: str) -> str:
    """A text without its line breaks and blanks: where a line ends is the renderer's affair."""
    return re.sub(r"\s+", "", text)


def texts(pdf: bytes) -> list[str]:
    return [squeezed(found.extract_text()) for found in PdfReader(BytesIO(pdf)).pages]


@pytest.fixture
def read_model(tmp_path: Path) -> Iterator[ReadModel]:
    journal = open_journal(f"sqlite:///{tmp_path / 'journal.db'}")
    yield ReadModel(journal)
    journal.close()
