"""The report: what its pages say, drawn from the journal alone, and never a word more. plan P4, P5, S4."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from itertools import pairwise

import pytest
from pypdf import PdfReader

from domain.access import Role
from domain.diagnosis.case_numbers import case_number, check_digit
from domain.diagnosis.objections import AnswerObjections, ObjectionAnswer, ObjectionItem, ObjectToReport
from domain.diagnosis.provider import AssignProvider
from domain.diagnosis.report import ConfirmReport, IssueReport, ReportConfirmed
from domain.diagnosis.scoring import RecordExpertReview
from domain.diagnosis.state import Purpose
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.standard.edition_mapping import mapping_command
from domain.standard.editions import PublishEdition
from journal import Journal, open_journal
from projections.report import Archive, Case, NothingToReport, report, reprint
from projections.report.printing import CHAPTERS, page
from projections.report.radar import radar
from projections.report.sheet import Sheet, sheet
from projections.report.trail import steps
from standards import Form, edition_mappings, load, load_composition, published_editions
from standards.edition.punctuation import punctuated
from tests.projections.diagnosis.printed_report import (
    NAMES,
    REASON,
    ReadModel,
    below_grade,
    mixed,
    read_model,
    site_visit,
    squeezed,
    texts,
)
from tests.rules.firms import EDITION, answer_at, uniform
from tests.small_city import CITY, FILLER, FIRM, PROVIDER, opening, roster

__all__ = ["read_model"]


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
    return texts(report(case, "p1").pdf)


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
    said = [gate.says for gate in gates]
    said += [lift for gate in gates if not gate.holds for lift in drawn.lift(gate)]
    said += [str(drawn.verified.total), str(drawn.own.total), drawn.issued.grade_name, drawn.issued.level_name]
    said += [punctuated(f"{item.id} {item.name}") for item in EDITION.of(Form.BRIEF)]
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
    read_model.city.send(CITY, RecordExpertReview(diagnosis="d1", conclusion="同意出具。"))
    read_model.verify(own, {})
    found = sheet(read_model.issued())
    assert (found.issued.grade, found.to_next, found.obstacles, found.recommendations) == (10, None, (), ())
    said = squeezed(page(found))
    for line in ("已达最高档", "没有弱项", "同意出具。", "保持并定期复诊"):
        assert line in said


def test_the_full_form_is_printed_with_all_its_indicators(read_model: ReadModel) -> None:
    read_model.submitted(uniform(2), Form.FULL)
    read_model.verify(uniform(2), {})
    whole = "".join(texts(report(read_model.issued(), "p1").pdf))
    assert len(EDITION.indicators) > len(EDITION.of(Form.BRIEF))
    assert [item.id for item in EDITION.indicators if squeezed(punctuated(f"{item.id} {item.name}")) not in whole] == []
    assert "完整版" in whole


def test_an_upheld_objection_leads_to_a_second_version_that_tells_of_it(read_model: ReadModel) -> None:
    own, found, reasons = mixed()
    read_model.scored(own, found, reasons)
    read_model.issued()
    item = ObjectionItem(indicator="X04", reason="二车间设备未计入。")
    read_model.city.send(FILLER, ObjectToReport(diagnosis="d1", items=(item,)))
    answer = ObjectionAnswer(indicator="X04", upheld=True, reason="补充核对后采纳。")
    read_model.city.send(PROVIDER, AnswerObjections(diagnosis="d1", answers=(answer,)))
    read_model.verify({"X04": own["X04"]}, {})
    second = sheet(read_model.issued())
    assert (second.version, second.verified.total) == (2, second.own.total)
    assert not any(line.differs for line in second.lines)
    said = squeezed(page(second))
    for line in ("异议与答复", "二车间设备未计入。", "采纳", "补充核对后采纳。", "第2版"):
        assert line in said


def test_a_confirmed_version_says_so_and_its_fact_cites_the_bytes_kept(read_model: ReadModel) -> None:
    read_model.scored(*mixed())
    read_model.city.send(PROVIDER, IssueReport(diagnosis="d1"), finish=read_model.case)
    read_model.city.send(FILLER, ConfirmReport(diagnosis="d1"), finish=read_model.finish)
    found = read_model.cases[-1]
    assert (found.confirmed, sheet(found).version) == (True, 2)
    fact = confirmed(read_model.city.journal)
    pages = texts(read_model.shelf.kept[fact.file.pdf])
    assert "已确认" in pages[0]
    assert all("已确认" in said for said in pages)
    assert fact.file.rendered_at == found.position
    assert (len(fact.file.renderer), len(fact.file.fonts)) == (64, 64)


def confirmed(journal: Journal) -> ReportConfirmed:
    entry = next(e for e in journal.since(0, 1000) if e.type == "diagnosis.report_confirmed.v3")
    return ReportConfirmed.model_validate_json(entry.state)


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
    read_model.city.send(FILLER, ObjectToReport(diagnosis="d1", items=(ObjectionItem(indicator="Z01", reason="偏低"),)))
    answer = ObjectionAnswer(indicator="Z01", upheld=False, reason="证据不足")
    read_model.city.send(PROVIDER, AnswerObjections(diagnosis="d1", answers=(answer,)))
    read_model.city.send(FILLER, ConfirmReport(diagnosis="d1"), finish=read_model.case)
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


def test_a_report_made_again_from_the_journal_has_the_bytes_that_its_fact_cites(journal: Journal) -> None:
    read_model = ReadModel(journal)
    read_model.scored(*mixed())
    read_model.city.send(PROVIDER, IssueReport(diagnosis="d1"), finish=read_model.finish)
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


def test_no_page_holds_a_code_of_ours_or_an_ascii_comma_in_chinese(pages: list[str], case: Case) -> None:
    whole = "".join(pages)
    assert re.findall(r"GATE_\w+|facts ?[\d.]+|application/\w+", whole) == []
    assert re.findall(r"[\u3400-\u9fff],|,[\u3400-\u9fff]", whole) == []
    assert case.diagnosis not in re.findall(r"(?<![0-9a-f])(?:[0-9a-f-]{36}|d1)(?![0-9a-f])", whole)


def test_a_case_has_a_number_to_say_on_the_telephone_and_one_wrong_digit_is_found(drawn: Sheet, pages: list[str]) -> None:
    number = drawn.number
    assert re.fullmatch(r"\d{4}-\d{4}-\d{4}", number)
    assert number == case_number("d1") != case_number("d2")
    assert all(squeezed(number) in said for said in pages)
    digits = number.replace("-", "")

    def fits(some: str) -> bool:
        return check_digit(some[:-1]) == int(some[-1])

    assert fits(digits)
    for at in range(12):
        assert not any(fits(digits[:at] + other + digits[at + 1 :]) for other in "0123456789" if other != digits[at])
    for at in range(11):
        swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        assert swapped == digits or not fits(swapped)


def test_numbers_of_cases_opened_one_after_another_do_not_tell_their_order() -> None:
    numbers = [case_number(f"0190-{n:08}") for n in range(200)]
    assert len(set(numbers)) == 200
    rising = sum(1 for one, two in pairwise(numbers) if one < two)
    assert 60 < rising < 140


def test_the_contents_lead_to_every_chapter_by_its_page(case: Case) -> None:
    found = PdfReader(BytesIO(report(case, "p1").pdf))
    outline = [item for item in found.outline if not isinstance(item, list)]
    contents = squeezed(found.pages[1].extract_text())
    without = ("former", "certificates", "objections", "versions")
    assert [str(item["/Title"]) for item in outline] == [title for name, title in CHAPTERS if name not in without]
    for item in outline:
        page_number = found.get_destination_page_number(item)
        assert page_number is not None
        assert squeezed(f"{item['/Title']}{page_number + 1}") in contents


def test_provider_and_firm_have_places_for_seal_signature_and_names(pages: list[str], drawn: Sheet) -> None:
    for said in ("签章", "项目负责人（签名）", "诊断师（签名）", "负责人（签名）", "（盖章处）", drawn.provider, drawn.firm.name):
        assert squeezed(said) in pages[1]


def test_how_many_indicators_no_file_supports_is_said_and_which(drawn: Sheet, pages: list[str]) -> None:
    """One file supports Z01 and Z04; of thirty one does not apply."""
    assert len(drawn.applicable) == len(drawn.lines) - 1
    assert len(drawn.unsupported) == len(drawn.applicable) - 2
    assert not {"Z01", "Z04", "B05"} & {line.indicator.id for line in drawn.unsupported}
    whole = "".join(pages)
    assert squeezed(f"核验为适用的 {len(drawn.applicable)} 项指标中，{len(drawn.unsupported)} 项没有佐证文件") in whole
    assert squeezed("、".join(line.indicator.id for line in drawn.unsupported)) in whole


def test_the_trail_says_each_role_by_its_own_name_and_no_organisation_by_its_id(read_model: ReadModel) -> None:
    read_model.city.send(CITY, RegisterOrganisation(organisation="p2", kind=OrganisationKind.PROVIDER, name="先前的服务商"))
    read_model.city.send(CITY, opening("d1").model_copy(update={"provider": "p2"}))
    read_model.city.send(CITY, AssignProvider(diagnosis="d1", provider="p1"))
    own = uniform(3, Form.BRIEF)
    read_model.filled(own)
    read_model.verify(own, {})
    reviewer = replace(PROVIDER, role=Role.REVIEWER)
    read_model.city.send(reviewer, IssueReport(diagnosis="d1"), finish=read_model.case)
    alone = sheet(read_model.cases[-1])
    assert alone.by == "内审人"
    assert [step.detail for step in alone.steps if step.what == "受理诊断"] == ["示例服务商"]
    assert [step.detail for step in alone.steps if step.what == "指定服务商"][-1] == "示例服务商"
    assert {step.role for step in alone.steps} == {"市级部门", "企业负责人", "服务商负责人"}
    archive = Archive(read_model.city.journal)
    state = read_model.states[-1]
    found = archive.look_up(read_model.cases[-1].history, state, read_model.cases[-1].position)
    assert found.names == {"p1": "示例服务商", "p2": "先前的服务商"}


def test_a_repeat_is_compared_with_the_last_report_before_it_and_made_again_alike(journal: Journal) -> None:
    printed = ReadModel(journal)
    own, found, reasons = mixed()
    printed.scored(own, found, reasons)
    printed.city.send(PROVIDER, IssueReport(diagnosis="d1"), finish=printed.case)
    printed.city.send(FILLER, ConfirmReport(diagnosis="d1"))
    better = own | {"X04": answer_at(EDITION.by_id["X04"], 4), "Z01": answer_at(EDITION.by_id["Z01"], 2)}
    printed.scored(own, better, {"X04": REASON, "Z01": REASON}, name="d2", purpose=Purpose.REPEAT)
    printed.city.send(PROVIDER, IssueReport(diagnosis="d2"), finish=printed.finish)
    shown = sheet(printed.cases[-1]).comparison
    assert shown is not None
    assert (shown.former.diagnosis, shown.former.same_standard) == ("d1", True)
    assert shown.former.verified.total == sheet(printed.cases[0]).verified.total
    assert [(one.indicator.id, one.before, one.after) for one in shown.risen] == [("X04", 2, 4)]
    assert [one.indicator.id for one in shown.fallen] == ["Z01"]
    kept = printed.shelf.kept.values()
    assert reprint(journal, "d2", 1, demo=True, names=NAMES).pdf in kept
    said = "".join(texts(*kept))
    assert squeezed("与前次诊断比较") in said
    assert case_number("d1") in said


def test_another_standard_than_the_one_that_applied_is_named_by_its_title(read_model: ReadModel) -> None:
    for key in published_editions():
        read_model.city.send(CITY, PublishEdition(**dict(load_composition(key))))
    [mapping] = edition_mappings().mappings
    read_model.city.send(CITY, mapping_command(mapping))
    reason = "首批试点统一采用通用版"
    read_model.city.send(CITY, opening("d1").model_copy(update={"reason": reason}))
    own = uniform(3, Form.BRIEF)
    read_model.filled(own)
    read_model.verify(own, {})
    read_model.city.send(PROVIDER, IssueReport(diagnosis="d1"), finish=read_model.case)
    said = sheet(read_model.cases[-1]).applicability
    applied = read_model.states[-1].applicable
    assert applied is not None
    assert applied.edition != EDITION.key
    assert f"适用《{load(applied.edition).title}》" in said
    assert f"另选《{EDITION.title}》" in said


def test_a_first_diagnosis_is_compared_with_nothing(drawn: Sheet, pages: list[str]) -> None:
    assert drawn.comparison is None
    assert "与前次诊断比较" not in "".join(pages)
