"""The standard as documents (plan S1–S5): every line of an edition on its pages, and two editions side by side."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from hashlib import sha256
from io import BytesIO
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from projections.documents import (
    EditionComparison,
    as_markdown,
    comparison,
    print_comparison,
    print_standard,
    printing,
    renderer,
    standard_sheet,
)
from projections.documents.comparison import MADE_ROOM, reasons_of
from projections.documents.markdown import literal
from projections.report.wording import chinese
from standards import difference, load, load_composition, plain_origins, published_editions
from standards.edition.text import SourceMark
from tests.rules.firms import EDITION

ROOT = Path(__file__).parents[3]
DAY = date(2023, 9, 1)
INDUSTRY = load_composition("2023-major-equipment")
HOSTILE = '<img src="file:///etc/passwd"> | a*b_c [x](y)'


def texts(pdf: bytes) -> list[str]:
    """What each page of a PDF says."""
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def together(text: str) -> str:
    return "".join(text.split())


def to_industry() -> EditionComparison:
    return comparison(EDITION, INDUSTRY.edition, reasons_of(EDITION, INDUSTRY.edition, INDUSTRY.origins))


@pytest.fixture(scope="module")
def pages() -> list[str]:
    """What the printed industry edition says: it has lines of every part and every fate. To read it takes as long as to set it."""
    return texts(print_standard(standard_sheet(INDUSTRY.edition, INDUSTRY.origins, DAY), "city").pdf)


def test_texts_that_differ_in_marks_alone_are_compared_as_they_were_written() -> None:
    first, *rest = EDITION.indicators
    old, new = (first.model_copy(update={"levels": (f"甲{mark}乙", *first.levels[1:])}) for mark in (",", "，"))
    shown = comparison(*(EDITION.model_copy(update={"indicators": (one, *rest)}) for one in (old, new)))
    (clause,) = (one for section in shown.sections for line in section.lines for one in line.clauses)
    assert (clause.before, clause.after) == ("甲,乙", "甲，乙")


def test_every_line_of_an_edition_is_on_its_pages(pages: list[str]) -> None:
    said = together("".join(pages))
    edition = INDUSTRY.edition
    for item in edition.indicators:
        alone = (edition.evidence_of(item.id), edition.maps_to_of(item.id))
        for text in (item.id, item.name, *item.levels, *alone):
            assert together(chinese(text)) in said, (item.id, text)
    for text in (*edition.level_names, *edition.grade_names, edition.below_grade_name, edition.title, edition.digest):
        assert together(text) in said, text
    [gone] = [origin for origin in INDUSTRY.origins if origin.fate == "dropped"]
    assert together(chinese(gone.reason or "")) in said


def test_a_number_that_nobody_verified_has_its_mark_beside_it_and_the_status_on_every_page(pages: list[str]) -> None:
    sheet = standard_sheet(INDUSTRY.edition, INDUSTRY.origins, DAY)
    page = printing.standard_page(sheet)
    mark = '<span class="mark">I</span>'
    for number in (*INDUSTRY.edition.bands, *(d.weight for d in INDUSTRY.edition.dimensions)):
        assert re.search(rf">{number:f}{re.escape(mark)}", page), number
    for item in INDUSTRY.edition.indicators:
        weight = f"{item.weight_in_dimension:f}"
        shown = weight.rstrip("0").rstrip(".") if "." in weight else weight
        assert f"维度内权重 <b>{shown}%</b>{mark}" in page, item.id
    assert sheet.unverified == len(INDUSTRY.edition.indicators)
    for number, said in enumerate(pages, 1):
        assert together(INDUSTRY.edition.status) in together(said), number


def test_a_verified_edition_is_not_called_unverified() -> None:
    source = EDITION.source.model_copy(update={"mark": SourceMark.V})
    indicators = tuple(item.model_copy(update={"source": source}) for item in EDITION.indicators)
    verified = EDITION.model_copy(update={"source": source, "indicators": indicators})
    assert "未经核对" not in printing.standard_page(standard_sheet(verified, plain_origins(verified), DAY))
    assert "未经核对" in printing.standard_page(standard_sheet(EDITION, plain_origins(EDITION), DAY))


def test_the_contents_name_the_page_where_a_chapter_begins_and_pages_are_numbered_of_all(pages: list[str]) -> None:
    for number, said in enumerate(pages[1:], 2):
        assert f"{number} / {len(pages)}" in said
    for chapter in ("维度与权重", "等级、档次与分值", "门槛", "逐条来历"):
        [entry] = [line for line in pages[1].splitlines() if line.startswith(chapter)]
        there = int(entry.removeprefix(chapter).split()[-1])
        assert chapter in pages[there - 1].splitlines(), chapter


def test_an_interval_that_an_industry_moved_is_printed_from_its_bounds_not_from_the_old_words() -> None:
    found = load_composition("2023-automotive")
    sheet = standard_sheet(found.edition, found.origins, DAY)
    [entry] = [entry for entry in sheet.entries if entry.indicator.id == "X03"]
    assert entry.bands == ("≤ 20%", "(20%, 40%]", "(40%, 60%]", "(60%, 80%]", "> 80%")
    assert "取级以右侧区间为准" in printing.standard_page(sheet)


def test_shares_of_the_total_add_up_to_a_hundred_in_both_forms() -> None:
    for key in published_editions():
        found = load_composition(key)
        entries = standard_sheet(found.edition, found.origins, DAY).entries
        assert sum(entry.share for entry in entries) == 100
        assert sum(entry.brief_share for entry in entries if entry.brief_share is not None) == 100


def test_a_draft_says_so_and_a_published_edition_has_its_day() -> None:
    origins = plain_origins(EDITION)
    draft = printing.standard_page(standard_sheet(EDITION, origins, None))
    assert "草案" in draft
    assert "未发布" in draft
    published = printing.standard_page(standard_sheet(EDITION, origins, DAY))
    assert "草案" not in published
    assert "2023 年 9 月 1 日" in published


def test_text_of_an_edition_is_never_markup() -> None:
    hostile = EDITION.model_copy(update={"title": HOSTILE, "status": HOSTILE})
    page = printing.standard_page(standard_sheet(hostile, plain_origins(hostile), DAY))
    assert "<img" not in page
    assert "<img" not in printing.comparison_page(comparison(EDITION, hostile))
    assert "\\<img" in as_markdown(comparison(EDITION, hostile))


def printed_digests() -> list[str]:
    """Of a standard with its first chapter alone, and of a comparison with its first sections: enough to tell prints apart."""
    sheet, shown = standard_sheet(INDUSTRY.edition, INDUSTRY.origins, DAY), to_industry()
    assert len(sheet.chapters) > 1
    made = (
        print_standard(replace(sheet, chapters=sheet.chapters[:1]), "city"),
        print_comparison(replace(shown, sections=shown.sections[:2]), "city"),
    )
    return [sha256(one.pdf).hexdigest() for one in made]


AGAIN = "from tests.projections.standard.test_standard_documents import printed_digests; print(*printed_digests())"


def test_another_process_with_other_hash_seed_time_zone_and_language_prints_the_same_bytes() -> None:
    surroundings = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "7", "TZ": "America/New_York", "LANG": "C"}
    made = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", AGAIN],
        env=surroundings | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "graphql")])},
        capture_output=True,
        check=True,
        text=True,
    )
    assert made.stdout.split() == printed_digests()


def test_the_digest_of_the_renderer_follows_the_templates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = renderer()
    for file in printing.TEMPLATES.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "document.css").write_text("html {}")
    monkeypatch.setattr(printing, "TEMPLATES", tmp_path)
    assert printing.renderer.__wrapped__() != before


# Two editions side by side


def test_a_comparison_counts_what_came_what_went_and_what_changed() -> None:
    shown = to_industry()
    fates = [origin.fate for origin in INDUSTRY.origins]
    assert shown.indicators("added") == fates.count("added")
    assert shown.indicators("dropped") == fates.count("dropped")
    assert shown.indicators("changed") == fates.count("changed")
    assert shown.kept == fates.count("kept")
    assert shown.differences == len(difference(EDITION, INDUSTRY.edition))


@settings(max_examples=25)
@given(st.sampled_from(list(permutations(published_editions(), 2))))
def test_every_difference_of_any_two_editions_has_its_place_once(pair: tuple[str, str]) -> None:
    old, new = map(load, pair)
    shown = comparison(old, new)
    clauses = [one.clause for section in shown.sections for one in section.clauses]
    for section in shown.sections:
        for line in section.lines:
            clauses += [one.clause for one in line.clauses] or [f"indicators.{line.id}"]
    assert sorted(clauses) == sorted(one.clause for one in difference(old, new))


def test_a_draft_is_compared_with_its_base_and_a_reason_stands_beside_its_clause() -> None:
    first, *rest = EDITION.indicators
    changed = first.model_copy(update={"levels": (*first.levels[:4], "战略以生态共赢为目标,与伙伴共同制定并定期联合评审")})
    draft = EDITION.model_copy(update={"indicators": (changed, *rest)})
    reasons = {"indicators.Z01.levels.5": "采纳意见"}
    shown = comparison(EDITION, draft, reasons, ("2023", "2025 草案第 3 稿"))
    [section] = shown.sections
    [line] = section.lines
    [clause] = line.clauses
    assert (section.title, line.id, clause.label, clause.reason) == ("D1 数字战略", "Z01", "第 5 级描述", "采纳意见")
    old, new = clause.spans
    assert [text for text, differs in old if differs] == ["创"]
    assert [text for text, differs in new if differs] == ["赢"]
    assert "2023 → 2025 草案第 3 稿" in shown.title
    assert "采纳意见" in as_markdown(shown)


def test_reasons_come_from_the_origins_of_an_edition_and_its_own_plain_one_only() -> None:
    automotive = load_composition("2023-automotive")
    shown = comparison(EDITION, automotive.edition, reasons_of(EDITION, automotive.edition, automotive.origins))
    told = {one.clause: one.reason for section in shown.sections for line in section.lines for one in line.clauses}
    assert told["indicators.C08.weight_in_dimension"] == "多级供应链的协同更重"
    assert told["indicators.C01.weight_in_dimension"] == MADE_ROOM
    assert told["indicators.X03.upper_bounds.2"].startswith("产线自动化起点高")
    assert reasons_of(INDUSTRY.edition, automotive.edition, automotive.origins) == {}


def test_an_edition_does_not_differ_from_itself_and_the_page_says_so() -> None:
    shown = comparison(EDITION, EDITION)
    assert shown.sections == ()
    assert "各条款一致" in as_markdown(shown)
    assert "各条款一致" in together("".join(texts(print_comparison(shown, "city").pdf)))


def test_a_line_that_is_gone_is_told_in_full_on_the_old_side() -> None:
    [line] = [line for section in to_industry().sections for line in section.lines if line.fate == "dropped"]
    said = dict(line.whole)
    assert line.id == "C12"
    assert line.reason
    assert tuple(said[f"{level} 级"] for level in range(1, 6)) == tuple(map(chinese, EDITION.by_id["C12"].levels))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60))
def test_a_text_stays_in_its_cell_of_a_markdown_table(text: str) -> None:
    shown = literal(text)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)(\\\\)*[|<`]", shown)
    assert re.sub(r"\\(.)", r"\1", shown) == " ".join(text.split())
