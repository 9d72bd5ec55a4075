"""The report: what its pages say, drawn from the journal alone, and never a word more. plan P4, P5, S4."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from domain.diagnosis import case as d
from journal import Accepted, Journal, open_journal
from projections.report import NOT_RENDERED, Case, NothingToReport, finish_report, report, reprint
from projections.report.finishing import case_of
from projections.report.printing import page
from projections.report.radar import radar
from projections.report.sheet import Sheet, sheet
from projections.report.trail import steps
from standards import Answer, Form
from tests.rules.firms import EDITION, answer_at, uniform
from tests.small_city import CITY, FILLER, FIRM, PROVIDER, City, evidence, opening, roster

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

    def finish(self, accepted: Accepted) -> Any:
        self.cases.append(case_of(accepted, demo=self.demo, names=NAMES))
        return finish_report(self.shelf, self.demo, NAMES)(accepted)

    def case(self, accepted: Accepted) -> Any:
        """Take the case and leave the pages unprinted: most sentences are about the sheet."""
        self.cases.append(case_of(accepted, demo=self.demo, names=NAMES))
        return accepted.command

    def submitted(self, own: Answers, form: Form = Form.BRIEF) -> None:
        self.city.send(CITY, opening("d1").model_copy(update={"form": form}))
        for section, ids in sections(own).items():
            given_answers = {i: d.AnswerGiven(answer=own[i]) for i in ids}
            self.city.send(FILLER, d.SaveAnswers(diagnosis="d1", section=section, answers=given_answers))
        self.city.send(FILLER, d.PledgeTruth(diagnosis="d1"))
        self.city.send(FILLER, d.SubmitSelfAssessment(diagnosis="d1"))
        self.city.send(PROVIDER, d.AcceptDiagnosis(diagnosis="d1"))
        self.city.send(PROVIDER, evidence("d1"))

    def scored(self, own: Answers, found: Answers, reasons: Mapping[str, str] | None = None, *, visit: bool = True) -> None:
        self.submitted(own)
        if visit:
            self.city.send(PROVIDER, site_visit())
        self.verify(found, reasons or {})

    def verify(self, found: Answers, reasons: Mapping[str, str]) -> None:
        for section, ids in sections(found).items():
            answers = {i: d.VerifiedAnswer(answer=found[i], reason=reasons.get(i)) for i in ids}
            self.city.send(PROVIDER, d.VerifyAnswers(diagnosis="d1", section=section, answers=answers))
        self.city.send(PROVIDER, d.ScoreDiagnosis(diagnosis="d1"))

    def issued(self) -> Case:
        self.city.send(PROVIDER, d.IssueReport(diagnosis="d1", file=NOT_RENDERED), finish=self.case)
        return self.cases[-1]


def sections(answers: Answers) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for indicator in answers:
        found.setdefault(EDITION.by_id[indicator].dimension, []).append(indicator)
    return found


def site_visit() -> d.RecordSiteVisit:
    today = datetime.now(UTC).date()
    return d.RecordSiteVisit(
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


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The case of a firm that was corrected on one indicator."""
    journal = open_journal(f"sqlite:///{tmp_path_factory.mktemp('case') / 'journal.db'}")
    read_model = ReadModel(journal)
    read_model.scored(*mixed())
    found = read_model.issued()
    journal.close()
    return found


@pytest.fixture(scope="module")
def pages(case: Case) -> list[str]:
    return texts(report(case).pdf)


@pytest.fixture(scope="module")
def drawn(case: Case) -> Sheet:
    return sheet(case)


def test_the_cover_says_whose_report_it_is_under_which_edition_and_which_version(pages: list[str], drawn: Sheet) -> None:
    cover = pages[0]
    day = f"{drawn.dated.year}年{drawn.dated.month}月{drawn.dated.day}日"
    for said in (FIRM.name, FIRM.uscc, "松江区", "第1版", "示例服务商", "待企业确认", EDITION.status, day):
        assert squeezed(said) in cover


def test_the_pages_state_total_grade_every_gate_and_every_indicator(pages: list[str], drawn: Sheet) -> None:
    whole = "".join(pages)
    gates = [*drawn.verified.gates, *drawn.issued.gates]
    assert gates
    said = [gate.says for gate in gates] + [gate.code for gate in gates]
    said += [lift for gate in gates if not gate.holds for lift in drawn.lift(gate)]
    said += [str(drawn.verified.total), str(drawn.own.total), drawn.issued.grade_name, drawn.issued.level_name]
    said += [f"{item.id} {item.name}" for item in EDITION.of(Form.BRIEF)]
    said += [dimension.name for dimension in EDITION.dimensions]
    assert [line for line in said if squeezed(line) not in whole] == []


def test_measured_and_issued_grade_stand_apart_and_so_do_self_and_verified_totals(read_model: ReadModel) -> None:
    read_model.scored(uniform(3, Form.BRIEF), uniform(3, Form.BRIEF), visit=False)
    found = sheet(read_model.issued())
    assert (found.verified.grade, found.issued.grade) == (5, 4)
    said = squeezed(page(found))
    assert "五档（领域级）" in said
    assert "被过程门槛卡住" in said
    assert found.lift(found.obstacles[0]) == ("现场诊断",)
    assert [gate.code for gate in found.obstacles] == ["GATE_SITE_VISIT"]


def test_a_difference_is_shown_with_its_reason_and_only_there(drawn: Sheet, pages: list[str]) -> None:
    assert [line.indicator.id for line in drawn.lines if line.differs] == ["X04"]
    whole = "".join(pages)
    assert squeezed(REASON) in whole
    assert squeezed("联网生产设备数 40 台，生产设备总数 100 台，即 40.00%") in whole
    assert squeezed("联网生产设备数 20 台，生产设备总数 100 台，即 20.00%") in whole


def test_an_indicator_that_does_not_apply_is_shown_with_its_reason_and_without_points(
    drawn: Sheet, pages: list[str]
) -> None:
    (line,) = drawn.not_applicable
    assert (line.indicator.id, line.score.points, line.score.contribution) == ("B05", None, 0)
    assert squeezed("不适用：单一定制产品，无该类模式") in "".join(pages)


def test_contributions_printed_add_up_to_the_total_and_weights_to_a_hundred(drawn: Sheet) -> None:
    assert sum(chapter.contribution for chapter in drawn.chapters) == drawn.verified.total
    assert sum(line.score.weight for line in drawn.lines) == 100


def test_a_firm_below_grade_one_gets_a_report_that_says_so(read_model: ReadModel) -> None:
    read_model.scored(below_grade(), below_grade())
    found = sheet(read_model.issued())
    assert found.issued.grade == 0
    assert found.to_next is not None
    assert min(line.score.contribution for line in found.lines) == 0
    said = squeezed(page(found))
    assert EDITION.below_grade_name in said
    assert "尚未达到1级" in said
    assert squeezed(f"还差 {found.to_next} 分") in said


def test_a_firm_at_the_top_is_told_that_nothing_is_left(read_model: ReadModel) -> None:
    own = uniform(5, Form.BRIEF)
    read_model.submitted(own)
    read_model.city.send(PROVIDER, site_visit())
    read_model.city.send(CITY, d.RecordExpertReview(diagnosis="d1", conclusion="同意出具。"))
    read_model.verify(own, {})
    found = sheet(read_model.issued())
    assert (found.issued.grade, found.to_next, found.obstacles, found.recommendations) == (10, None, (), ())
    said = squeezed(page(found))
    for line in ("已达最高档", "没有弱项", "同意出具。", "保持并定期复诊"):
        assert line in said


def test_the_full_form_is_printed_with_all_its_indicators(read_model: ReadModel) -> None:
    read_model.submitted(uniform(2), Form.FULL)
    read_model.verify(uniform(2), {})
    whole = "".join(texts(report(read_model.issued()).pdf))
    assert len(EDITION.indicators) > len(EDITION.of(Form.BRIEF))
    assert [item.id for item in EDITION.indicators if squeezed(f"{item.id} {item.name}") not in whole] == []
    assert "完整版" in whole


def test_an_upheld_objection_leads_to_a_second_version_that_tells_of_it(read_model: ReadModel) -> None:
    own, found, reasons = mixed()
    read_model.scored(own, found, reasons)
    read_model.issued()
    item = d.ObjectionItem(indicator="X04", reason="二车间设备未计入。")
    read_model.city.send(FILLER, d.ObjectToReport(diagnosis="d1", items=(item,)))
    answer = d.ObjectionAnswer(indicator="X04", upheld=True, reason="补充核对后采纳。")
    read_model.city.send(PROVIDER, d.AnswerObjections(diagnosis="d1", answers=(answer,)))
    read_model.verify({"X04": own["X04"]}, {})
    second = sheet(read_model.issued())
    assert (second.version, second.verified.total) == (2, second.own.total)
    assert not any(line.differs for line in second.lines)
    said = squeezed(page(second))
    for line in ("异议与答复", "二车间设备未计入。", "采纳", "补充核对后采纳。", "第2版"):
        assert line in said


def test_a_confirmed_version_says_so_and_its_fact_cites_the_bytes_kept(read_model: ReadModel) -> None:
    read_model.scored(*mixed())
    read_model.city.send(PROVIDER, d.IssueReport(diagnosis="d1", file=NOT_RENDERED), finish=read_model.case)
    read_model.city.send(FILLER, d.ConfirmReport(diagnosis="d1", file=NOT_RENDERED), finish=read_model.finish)
    found = read_model.cases[-1]
    assert (found.confirmed, sheet(found).version) == (True, 2)
    fact = confirmed(read_model.city.journal)
    pages = texts(read_model.shelf.kept[fact.file.pdf])
    assert "已确认" in pages[0]
    assert all("已确认" in said for said in pages)
    assert fact.file.rendered_at == found.position
    assert (len(fact.file.renderer), len(fact.file.fonts)) == (64, 64)


def confirmed(journal: Journal) -> d.ReportConfirmed:
    entry = next(e for e in journal.since(0, 1000) if e.type == "diagnosis.report_confirmed.v1")
    return d.ReportConfirmed.model_validate_json(entry.state)


def test_demo_data_is_marked_on_every_page_and_real_data_on_none(case: Case, pages: list[str]) -> None:
    assert all("示例数据" in said for said in pages)
    assert "示例数据" not in page(sheet(replace(case, demo=False)))


def test_evidence_is_listed_by_hash_and_the_trail_tells_roles_and_no_person(drawn: Sheet, pages: list[str]) -> None:
    whole = "".join(pages)
    assert "e" * 64 in whole
    assert len(drawn.steps) == len({step.version for step in drawn.steps}) == drawn.steps[-1].version
    for step in drawn.steps:
        assert squeezed(step.role + step.what + step.detail) in whole
    assert not any(who.actor in whole for who in (CITY, FILLER, PROVIDER))


def test_every_fact_of_a_diagnosis_has_its_words_in_the_trail(case: Case, read_model: ReadModel) -> None:
    read_model.scored(*mixed())
    read_model.issued()
    read_model.city.send(FILLER, d.ObjectToReport(diagnosis="d1", items=(d.ObjectionItem(indicator="Z01", reason="偏低"),)))
    answer = d.ObjectionAnswer(indicator="Z01", upheld=False, reason="证据不足")
    read_model.city.send(PROVIDER, d.AnswerObjections(diagnosis="d1", answers=(answer,)))
    read_model.city.send(FILLER, d.ConfirmReport(diagnosis="d1", file=NOT_RENDERED), finish=read_model.case)
    last = sheet(read_model.cases[-1])
    assert [step.what for step in last.steps[-3:]] == ["出具报告", "提出异议", "答复异议"]
    assert last.steps[-1].detail == "采纳 0 项，维持 1 项"
    assert steps([], case.edition, {}) == ()


def test_the_day_is_that_of_the_occasion_in_the_city_and_no_clock_is_read(case: Case) -> None:
    late = datetime(2024, 12, 31, 16, 30, tzinfo=UTC)
    said = squeezed(page(sheet(replace(case, at=late))))
    assert "2025年1月1日" in said
    assert "2024年12月31日" not in said


def test_an_unscored_diagnosis_has_nothing_to_report(case: Case) -> None:
    with pytest.raises(NothingToReport):
        sheet(replace(case, history=case.history[:3]))


def test_a_finisher_leaves_every_other_command_as_it_is(read_model: ReadModel) -> None:
    read_model.scored(*mixed())
    finish = finish_report(read_model.shelf, demo=True)
    command = d.WithdrawDiagnosis(diagnosis="d1", reason="停产")
    assert finish(Accepted(command, [], None, {}, {}, datetime.now(UTC))) is command
    assert read_model.shelf.kept == {}


def test_a_report_made_again_from_the_journal_has_the_bytes_that_its_fact_cites(journal: Journal) -> None:
    read_model = ReadModel(journal)
    read_model.scored(*mixed())
    read_model.city.send(PROVIDER, d.IssueReport(diagnosis="d1", file=NOT_RENDERED), finish=read_model.finish)
    moved = FIRM.model_copy(update={"name": "后来改名的企业", "district": "310115"})
    read_model.city.send(CITY, roster(digest="1" * 64, rows=((2, moved),)))
    (kept,) = read_model.shelf.kept.values()
    assert reprint(journal, "d1", 1, demo=True, names=NAMES).pdf == kept
    with pytest.raises(LookupError):
        reprint(journal, "d1", 2, demo=True, names=NAMES)


def test_the_radar_puts_a_full_score_on_the_ring_and_the_first_axis_on_top(drawn: Sheet) -> None:
    full = tuple(replace(chapter, verified=Decimal(100), own=Decimal(0)) for chapter in drawn.chapters)
    figure = radar(full)
    assert figure.verified == figure.rings[-1][1]
    assert set(figure.own.split()) == {str(figure.centre)}
    assert (figure.axes[0].end.x, figure.axes[0].anchor) == (figure.centre.x, "middle")
    assert figure.axes[0].end.y < figure.centre.y

