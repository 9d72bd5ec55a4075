"""Template of papers (plan R5): the city sets wording, order and parts from a day on; what must be shown is shown all the same."""

import re
from datetime import date

import pytest
from pydantic import ValidationError

from domain.governance.dated_rules import SetRule, defaults_of
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.paper_template import PaperPart, PaperPartName, PaperTemplate
from domain.programme.papers.paper import PaperComputed, PaperEdition, PaperFormat, PaperKind
from domain.programme.papers.tables import COUNTED, TOTAL, PaperCell, PaperTable, PaperTableName, Withheld
from projections.documents.paper import SHADES, PaperSheet, SetTemplate, paper_sheet
from projections.documents.paper_printing import paper_page, printed_as
from projections.programme.papers.csv_tables import table_of

[DEFAULT] = defaults_of(RuleKind.PAPER_TEMPLATE)
USUAL = PaperTemplate.model_validate(DEFAULT.body.model_dump())
TABLES = tuple(table_of(name, (PaperCell(row=TOTAL, column=TOTAL, firms=7),)) for name in COUNTED)
COMPUTED = PaperComputed(
    method="q/2", rule=None, position=9, input_digest="a" * 64, day=date(2025, 3, 3), tables=TABLES, basis="b" * 64, uplift=None
)


def sheet(
    template: PaperTemplate, kind: PaperKind = PaperKind.WHITE_PAPER, tables: tuple[PaperTable, ...] = TABLES
) -> PaperSheet:
    computed = COMPUTED.model_copy(update={"tables": tables})
    paper = PaperEdition(kind=kind, year=2024, edition=1, requested=1, computed=computed)
    return paper_sheet(paper, {}, SetTemplate(template, "rule/paper_template/3"), draft=False, demo=True)


def test_every_table_that_counts_firms_is_a_part_by_the_same_name() -> None:
    assert {one.value for one in PaperPartName} == {one.value for one in COUNTED}
    assert [one.part.value for one in USUAL.white_paper] == [one.value for one in COUNTED]


def test_the_default_sets_white_papers_as_they_were() -> None:
    found = sheet(USUAL)
    assert found.title == "上海市规上制造业数字化诊断白皮书（2024 年度）"
    assert [one.table.table for one in found.tables] == list(COUNTED)
    assert [one.table.table.value for one in sheet(USUAL, PaperKind.RESEARCH_BRIEF).tables] == ["indicators", "movement", "uplift"]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ((), "没有申请测算提升幅度"),
        ((PaperCell(row="verdict", column=TOTAL, withheld=Withheld.TOO_FEW),), "少于公开统计规则所定的 30 家"),
        ((PaperCell(row="verdict", column="established"),), None),
    ],
)
def test_an_uplift_without_numbers_says_why(cells: tuple[PaperCell, ...], said: str | None) -> None:
    tables = (table_of(PaperTableName.UPLIFT, cells),)
    paper = PaperEdition(
        kind=PaperKind.WHITE_PAPER, year=2024, edition=1, requested=1, computed=COMPUTED.model_copy(update={"tables": tables})
    )
    made = paper_sheet(paper, {}, SetTemplate(USUAL, None), draft=False, demo=True, matched_at_least=30)
    for printed in (paper_page(made), printed_as(made, PaperFormat.MARKDOWN, "tests").decode()):
        assert said in printed if said is not None else "不公布" not in printed.replace("不公开", "")


def test_the_city_changes_order_parts_and_words_and_the_paper_says_by_which_template() -> None:
    words = {"title": "各区档次", "title_in_english": "Grades", "note": "先看合计。", "note_in_english": "Sums first."}
    parts = (
        PaperPart(part=PaperPartName.GRADES, **words),
        PaperPart(part=PaperPartName.COVERAGE),
    )
    said = {"title": "{year} 年{kind}", "introduction": "第 {edition} 版说明。", "introduction_in_english": "Edition {edition}."}
    found = sheet(USUAL.model_copy(update={**said, "white_paper": parts}))
    assert [(one.title, one.table.table.value) for one in found.tables] == [("各区档次", "grades"), ("分区诊断覆盖", "coverage")]
    page, plain = paper_page(found), printed_as(found, PaperFormat.MARKDOWN, "tests").decode()
    for printed in (page, plain):
        for said_so in ("2024 年白皮书", "第 1 版说明。", "Edition 1.", "Grades. Sums first.", "rule/paper_template/3"):
            assert said_so in printed, said_so
        assert "先看合计。" in printed
        assert TABLES[0].digest in printed, "position and digest are no part of a template"
        assert "薄弱指标" not in printed


def test_the_map_draws_the_cells_that_show_firms_and_none_that_is_withheld() -> None:
    shown = {("310115", "C34"): 12, ("310115", "C39"): 0, ("310117", "C34"): None, ("310117", "C39"): 7}
    sums = {("310115", TOTAL): 12, ("310117", TOTAL): None, (TOTAL, "C34"): None, (TOTAL, "C39"): 7, (TOTAL, TOTAL): 25}
    cells = tuple(
        PaperCell(row=row, column=column, firms=firms, withheld=Withheld.TOO_FEW if firms is None else None)
        for (row, column), firms in (shown | sums).items()
    )
    of_groups = table_of(PaperTableName.MEMBERS, cells)
    template = USUAL.model_copy(update={"white_paper": (PaperPart(part=PaperPartName.MEMBERS),)})
    [table] = sheet(template, tables=(of_groups,)).tables
    [lines, heads] = [label for label, _ in table.rows], table.heads[1:]
    drawn = {(heads[one.column], lines[one.row]): one.firms for one in table.links}
    assert drawn == {("310115", "C34"): 12, ("310117", "C39"): 7}
    page = paper_page(sheet(template, tables=(of_groups,)))
    assert page.count("<path ") == len(drawn)
    none_shown = tuple(one.model_copy(update={"firms": None, "withheld": Withheld.TOO_FEW}) for one in cells)
    assert "<path " not in paper_page(sheet(template, tables=(table_of(PaperTableName.MEMBERS, none_shown),)))


def test_rows_and_columns_of_which_every_cell_is_withheld_are_named_below_the_table_instead() -> None:
    shown = {("310115", "C34"): 12, ("310115", "C39"): None, ("310117", "C34"): None, ("310117", "C39"): None}
    sums = {("310115", TOTAL): 12, ("310117", TOTAL): None, (TOTAL, "C34"): 14, (TOTAL, "C39"): None, (TOTAL, TOTAL): 20}
    cells = tuple(
        PaperCell(row=row, column=column, firms=firms, withheld=Withheld.TOO_FEW if firms is None else None)
        for (row, column), firms in (shown | sums).items()
    )
    template = USUAL.model_copy(update={"white_paper": (PaperPart(part=PaperPartName.HEAT),)})
    found = sheet(template, tables=(table_of(PaperTableName.HEAT, cells),))
    [table] = found.tables
    assert ([label for label, _ in table.rows], table.heads) == (["C34", "合计"], ("", "310115", "合计"))
    assert table.left_out == ("C39", "310117")
    for printed in (paper_page(found), printed_as(found, PaperFormat.MARKDOWN, "tests").decode()):
        assert "以下各项的单元格全部不公开，不列入上表，公开数据文件中逐格注明：C39、310117。" in printed
    whole = sheet(template, tables=(table_of(PaperTableName.HEAT, cells[:1]),))
    assert whole.tables[0].closing is None


def test_a_table_takes_a_page_on_its_side_only_where_it_is_too_wide_for_an_upright_one() -> None:
    for districts, is_large in ((9, False), (16, True)):
        cells = tuple(PaperCell(row=f"3101{number:02}", column="C34", firms=9) for number in range(districts))
        of_groups = table_of(PaperTableName.MEMBERS, (*cells, *(one.model_copy(update={"column": TOTAL}) for one in cells)))
        template = USUAL.model_copy(update={"white_paper": (PaperPart(part=PaperPartName.MEMBERS),)})
        [table] = sheet(template, tables=(of_groups,)).tables
        assert table.is_large is is_large


def luminance(colour: str) -> float:
    """Relative luminance of a colour as WCAG 2 has it, 0–1."""
    parts = [int(pair, 16) / 255 for pair in re.findall("..", colour if len(colour) > 3 else "".join(one * 2 for one in colour))]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_mean_is_read_on_every_shade_of_the_heat_map() -> None:
    ink = "1d2733"
    shades = re.findall(r"\.s(\d) { background: #(\w+);(?: color: #(\w+);)? }", paper_page(sheet(USUAL)))
    assert [int(number) for number, *_ in shades] == list(range(1, SHADES + 1))
    for number, ground, own in shades:
        lower, upper = sorted(map(luminance, (ground, own or ink)))
        assert (upper + 0.05) / (lower + 0.05) >= 4.5, f"shade {number}"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"title": "{city} 白皮书"}, "a placeholder other than"),
        ({"introduction": "一个 { 花括号"}, "a placeholder other than"),
        ({"title_in_english": "{kind.__class__}"}, "a placeholder other than"),
        ({"white_paper": [{"part": "grades"}, {"part": "grades"}]}, "named twice"),
        ({"research_brief": [{"part": "weather"}]}, "'coverage', 'targets', 'grades'"),
        ({"white_paper": []}, "at least 1 item"),
    ],
)
def test_a_template_that_cannot_be_set_is_refused(changed: dict[str, object], says: str) -> None:
    body = USUAL.model_dump(mode="json") | changed
    with pytest.raises(ValidationError, match=says):
        SetRule(since=date(2025, 1, 1), body=body, source="体例", mark="I")  # type: ignore[arg-type] # as it is sent
