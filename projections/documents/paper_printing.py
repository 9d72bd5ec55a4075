"""Printing 排版 of papers: PDF, HTML and Markdown of one sheet, the same bytes for the same sheet. plan R5."""

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from domain.programme.case_studies.state import CaseStudyText
from domain.programme.papers.paper import PaperFormat, PaperKind
from projections.documents.markdown import literal
from projections.documents.paper import PaperSheet, ShownTable
from projections.report import fonts, printing

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> "Environment":
    made = printing.environment(TEMPLATES, printing.TEMPLATES)
    made.filters["place"] = "{:.2f}".format
    return made


def paper_page(sheet: PaperSheet, missing: tuple[str, ...] = ()) -> str:
    """The HTML of a paper 刊物页面, every text of it escaped."""
    told = {"sheet": sheet, "missing": missing, "renderer": printing.renderer(), "fonts": fonts.digest()}
    return _environment().get_template("paper.html").render(told)


def printed_as(sheet: PaperSheet, form: PaperFormat, holder: str) -> bytes:
    """A paper in a form 刊物文件; see `projections.report.printing.typeset` for the PDF.

    Raises:
        Refused: WORK_BUSY, WORK_SHARE_USED.
    """
    match form:
        case PaperFormat.PDF:
            return printing.typeset(partial(paper_page, sheet), holder).pdf
        case PaperFormat.HTML:
            return paper_page(sheet).encode()
        case PaperFormat.MARKDOWN:
            return ("\n".join(_markdown(sheet)) + "\n").encode()


def _markdown(sheet: PaperSheet) -> Iterator[str]:
    computed = sheet.computed
    yield f"# {literal(sheet.title)}"
    yield ""
    yield f"第 {sheet.paper.edition} 版{'（草稿）' if sheet.draft else ''}{'，示例数据' if sheet.demo else ''}"
    yield ""
    if sheet.paper.reason is not None:
        yield f"更正第 {sheet.paper.corrects} 版：{literal(sheet.paper.reason)}"
        yield ""
    yield f"数据截至 {computed.day}，日志位置 {computed.position}，方法 `{computed.method}`，输入摘要 `{computed.input_digest}`。"
    yield f"刊物模板 `{sheet.template.cause}`。" if sheet.template.cause is not None else "刊物模板为默认。"
    for _, text in sheet.introductions:
        yield ""
        yield literal(text)
    for table in sheet.tables:
        yield ""
        yield f"## {literal(table.title)}"
        yield ""
        yield literal(table.note)
        yield ""
        yield literal(table.english)
        yield ""
        yield from _table(table)
        yield ""
        yield f"数据截至 {computed.day}，日志位置 {computed.position}，数据表摘要 `{table.table.digest}`。"
    if sheet.groups:
        yield ""
        yield "## 统计分组"
        yield ""
        yield from (f"- {literal(name)}：{literal(members)}" for name, members in sheet.groups)
    for number, one in enumerate(sheet.cases, 1):
        yield from _case(number, one)
    if sheet.paper.kind is PaperKind.CASE_COLLECTION:
        return
    yield ""
    marks = dict(mark for table in sheet.tables for mark in table.marks)
    yield "；".join(f"{literal(mark)} {meaning}" for mark, meaning in marks.items()) + "。" if marks else "各单元格均予公开。"


def _case(number: int, one: CaseStudyText) -> Iterator[str]:
    yield ""
    yield f"## 案例 {number} {literal(one.title)}"
    told = (("企业", one.firm or ""), ("改进前情况", one.situation), ("改进措施", one.done), ("改进成效", one.brought))
    for label, text in told:
        if text:
            yield ""
            yield f"**{label}**：{literal(text)}"
    lines = [(change.name, change.unit, change.before, change.after) for change in one.changes]
    if one.totals is not None:
        lines.append((f"核验得分（标准 {one.totals.edition}）", "分", one.totals.first, one.totals.later))
    if lines:
        yield ""
        yield "| 项目 | 单位 | 改进前 | 改进后 |"
        yield "| --- | --- | --- | --- |"
        for line in lines:
            yield f"| {' | '.join(literal(str(part)) for part in line)} |"
    if one.uplift is not None:
        said = one.uplift
        yield ""
        interval = f"百分之九十区间 {said.low} 至 {said.high}"
        years = f"{said.first_year} 至 {said.second_year} 年度"
        yield f"全市 {years}匹配对照之差 {said.points} 分，{interval}，依据 `{said.cause}`。"
    yield ""
    yield f"文稿摘要 `{one.sha256}`。"


def _table(table: ShownTable) -> Iterator[str]:
    if not table.rows:
        yield literal(table.said or "没有可公布的数据。")
        return
    yield f"| {' | '.join(map(literal, table.heads))} |"
    yield f"|{' --- |' * len(table.heads)}"
    for label, cells in table.rows:
        texts = (literal("，".join((one.text, *one.below))) for one in cells)
        yield f"| {literal(label)} | {' | '.join(texts)} |"
    if table.said is not None:
        yield ""
        yield literal(table.said)
    if table.grouping is not None:
        yield ""
        yield literal(table.grouping)
    if table.closing is not None:
        yield ""
        yield literal(table.closing)
