"""Template of reports (plan P4): logo, wording and order from a day on; what must be shown is shown; versions and certainty."""

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image
from pydantic import ValidationError

from domain.access import Role
from domain.diagnosis.objections import AnswerObjections, ObjectionAnswer, ObjectionItem, ObjectToReport
from domain.diagnosis.report import ConfirmReport, IssueReport
from domain.governance.dated_rules import SetRule, defaults_of
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.report_template import SHOWN_ALWAYS, ReportPart, ReportPartName, ReportTemplate
from domain.instants import city_day
from journal import Journal
from projections.report import reprint
from projections.report.archive import Sampled
from projections.report.printing import page
from projections.report.sheet import sheet
from standards.edition.punctuation import punctuated
from tests.projections.diagnosis.printed_report import NAMES, ReadModel, mixed, read_model, squeezed, texts
from tests.small_city import CITY, FILLER, PROVIDER

__all__ = ["read_model"]

[DEFAULT] = defaults_of(RuleKind.REPORT_TEMPLATE)
USUAL = ReportTemplate.model_validate(DEFAULT.body.model_dump())


def png(side: int = 40) -> str:
    kept = BytesIO()
    Image.new("RGB", (side, 4), (20, 54, 93)).save(kept, "PNG")
    return b64encode(kept.getvalue()).decode()


def changed() -> ReportTemplate:
    first = [ReportPart(part=ReportPartName.ADVICE, title="先做什么", note="由企业与诊断师共同商定。")]
    rest = [ReportPart(part=one) for one in ReportPartName if one.value in SHOWN_ALWAYS]
    said = {"series": "松江数字化", "title": "企业诊断书", "title_in_english": "Diagnosis", "introduction": "致企业的话。"}
    return ReportTemplate(**said, logo=png(), parts=(*first, *rest))


def test_every_chapter_is_a_part_and_the_default_names_each_once() -> None:
    assert [one.part for one in USUAL.parts] == list(ReportPartName)


def test_the_city_changes_logo_wording_and_order_and_the_report_made_again_is_set_alike(read_model: ReadModel) -> None:
    journal: Journal = read_model.city.journal
    read_model.scored(*mixed())
    known = SetRule(since=date(2023, 8, 1), body=changed(), source="报告体例", mark="I")
    read_model.city.send(CITY, known)
    read_model.city.send(PROVIDER, IssueReport(diagnosis="d1"), finish=read_model.finish)
    later = known.model_copy(update={"since": city_day(datetime.now(UTC)), "body": USUAL})
    read_model.city.send(CITY, later)
    (kept,) = read_model.shelf.kept.values()
    said = texts(kept)
    whole = "".join(said)
    for one in ("松江数字化", "企业诊断书", "Diagnosis", "致企业的话。", "由企业与诊断师共同商定。"):
        assert squeezed(one) in whole, one
    assert whole.index("由企业与诊断师共同商定") < whole.index("等级如何得出")
    assert "得分贡献" not in whole
    assert "渲染器摘要" in whole, "what a report must show stays in it"
    assert b"/Subtype /Image" in kept
    assert reprint(journal, "d1", 1, demo=True, names=NAMES).pdf == kept


@pytest.mark.parametrize(
    ("odd", "says"),
    [
        ({"parts": [*({"part": one.value} for one in ReportPartName), {"part": "trail"}]}, "at most 17 items"),
        ({"parts": [{"part": one} for one in ("trail", *SHOWN_ALWAYS)]}, "named twice"),
        ({"parts": [{"part": one} for one in SHOWN_ALWAYS - {"objections"}]}, "leaves out a part"),
        ({"parts": [{"part": "weather"}]}, "'conclusion', 'shop_floor'"),
        ({"logo": "https://example.org/logo.png"}, "no PNG"),
        ({"logo": b64encode(b"<svg onload='x'/>").decode()}, "no PNG"),
        ({"logo": png(1_201)}, "no PNG"),
        ({"logo": b64encode(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR").decode()}, "no PNG"),
        ({"logo": "A" * 40_000}, "at most 32772 characters"),
    ],
)
def test_a_template_that_would_hide_or_break_a_report_is_refused(odd: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        SetRule(since=date(2025, 1, 1), body=USUAL.model_dump(mode="json") | odd, source="体例", mark="I")


def test_what_a_template_says_is_text_and_no_markup(read_model: ReadModel) -> None:
    read_model.scored(*mixed())
    part = ReportPart(part=ReportPartName.METHOD, title="<b>方法</b>", note="<script>1</script>")
    template = USUAL.model_copy(update={"parts": (*USUAL.parts[:-1], part)})
    said = page(sheet(replace(read_model.issued(), template=template)))
    assert "<script>" not in said
    assert "&lt;b&gt;方法&lt;/b&gt;" in said


def test_a_confirmed_version_says_that_nothing_changed_and_a_second_one_what_did(read_model: ReadModel) -> None:
    own, found, reasons = mixed()
    read_model.scored(own, found, reasons)
    first = sheet(read_model.issued())
    assert first.versions is None
    item = ObjectionItem(indicator="X04", reason="二车间设备未计入。")
    read_model.city.send(FILLER, ObjectToReport(diagnosis="d1", items=(item,)))
    answer = ObjectionAnswer(indicator="X04", upheld=True, reason="补充核对后采纳。")
    read_model.city.send(PROVIDER, AnswerObjections(diagnosis="d1", answers=(answer,)))
    read_model.verify({"X04": own["X04"]}, {})
    second = sheet(read_model.issued()).versions
    assert second is not None
    assert second.before == 1
    assert ("核验总分", str(first.verified.total), str(first.own.total)) in second.changed
    assert [(was, now) for what, was, now in second.changed if what.startswith("X04")] == [("2 级", "3 级")]
    read_model.city.send(FILLER, ConfirmReport(diagnosis="d1"), finish=read_model.case)
    third = sheet(read_model.cases[-1])
    assert third.versions is not None
    assert third.versions.is_same
    assert squeezed("均无变动；本版为企业确认版") in squeezed(page(third))


def test_a_report_says_how_probable_its_grade_is_or_why_it_does_not(read_model: ReadModel) -> None:
    read_model.scored(*mixed())
    case = read_model.issued()
    assert squeezed("档次概率：未给出（") in squeezed(page(sheet(case)))
    assert case.sampled.pairs_at_least == 30
    differences = [Decimal(3 if one % 2 else -3) for one in range(30)]
    known = sheet(replace(case, sampled=Sampled(differences, 30)))
    chances = known.certainty.chances
    assert max(chances, key=lambda one: one[1])[0] == known.issued.grade
    assert f"{chances[0][1]}%" in squeezed(page(known))
    assert "不改变所出具的等级" in page(known)
    few = sheet(replace(case, sampled=Sampled(differences[:29], 30)))
    assert few.certainty.chances == ()


def test_a_page_in_plain_words_names_what_is_done_well_and_what_comes_first(read_model: ReadModel) -> None:
    read_model.scored(*mixed())
    found = sheet(read_model.issued())
    said = squeezed(page(found)).partition('id="shop_floor"')[2].partition("</section>")[0]
    assert len(found.strongest) == 3
    named = [*(one.indicator for one in found.strongest), *(one.indicator for one in found.first_actions)]
    assert [one.id for one in named if squeezed(punctuated(one.name)) not in said] == []
    assert not any(word in said for word in ("有效权重", "门槛", "sha", "摘要")), "no word of the method's"
    assert Role.ENTERPRISE.value not in said
