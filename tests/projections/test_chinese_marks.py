"""Chinese marks 中文标点 (plan P4, S1): no document that the product makes sets Chinese with the marks of English.

Every maker of a document has its row in DOCUMENTS, or says in DATA why it sets no text. Makers are found where they cannot hide:
whoever writes a workbook, keeps a page's template, prints a page, or hands out a file.
"""

import ast
import io
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import load_workbook

from api.schema import schema_text
from domain.events import COMMANDS, EVENTS
from domain.governance.dated_rules import defaults_of, rule_in_force
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.rating import RatingRule
from domain.participants.rosters.findings import LeftOut, RosterReport
from domain.programme.case_studies.state import CaseStudyChange, CaseStudyText, CaseStudyTotals, CaseStudyUplift
from domain.programme.papers.paper import PaperComputed, PaperEdition, PaperFormat, PaperKind
from domain.programme.papers.tables import PaperCell, PaperTableName, Withheld
from domain.providers.ratings.events import RatingComputed
from domain.providers.ratings.numbers import ComponentSample, ProviderInputs, RatingComponent, Tier, compute
from domain.providers.ratings.status import RatingStatus
from interop.editions.workbook import workbook_of
from interop.payments.payment_list import payment_list
from interop.questionnaires.site_form import LANGUAGES, site_form_of
from interop.questionnaires.workbook import workbook_of as questionnaire_of
from interop.rosters.annotated import annotated, seen_sheet
from interop.rosters.roster_reading import read_roster
from interop.rosters.template import template
from journal import open_journal
from projections.documents import as_markdown, comparison, printing, standard_sheet
from projections.documents.comparison import EditionComparison, reasons_of
from projections.documents.paper import SetTemplate, paper_sheet
from projections.documents.paper_printing import paper_page, printed_as
from projections.documents.provider_printing import provider_rating_page, why_listed_page
from projections.documents.provider_sheets import ProviderRatingSheet, WhyListedSheet
from projections.programme.papers.csv_tables import table_of
from projections.report.printing import page as report_page
from projections.report.sheet import sheet
from standards import Form, load_composition, published_editions
from tests.interop.sample_rosters import HEADERS, row, table, xlsx
from tests.projections.diagnosis.printed_report import ReadModel, mixed
from zhenduan.pages import access_page, event_guide, events_page, manual_page, rules_page, schema_page

ROOT = Path(__file__).parents[2]
ROOMS = ("domain", "graphql/api", "interop", "isolation", "journal", "methods", "projections", "standards", "zhenduan")
EDITIONS = sorted(published_editions())
HAN = r"[\u3400-\u9fff]"
WRONG = re.compile(rf"(?:{HAN}|[）”》」])[ ]?[,;:()?!](?!//)|[,;:()][ ]?(?:{HAN}|[（“《「])|{HAN}\.(?:\s|$)|{HAN}\"|\"{HAN}")
BETWEEN = re.compile(rf"{HAN}[,;:()?!] ?{HAN}|{HAN} ?\(|\){HAN}")
"""In pages of both languages, where a Chinese noun may end an English sentence: within the Chinese."""
NOT_TEXT = re.compile(r"<(style|script|pre|code|svg)\b.*?</\1>|<!--.*?-->|<[^>]*>", re.DOTALL)
NOT_SAID = re.compile(r"```.*?```|`[^`]*`|(?<=\])\([^)\s]*\)|\{[%{].*?[%}]\}|\{#.*?#\}", re.DOTALL)
"""Of Markdown and of templates: code, the address of a link, what a template puts in."""


def lines(text: str) -> Iterator[str]:
    """What a reader is shown of a page, line by line."""
    for line in NOT_SAID.sub("", unescape(NOT_TEXT.sub("\n", text))).splitlines():
        if line.strip():
            yield line.strip()


def cells(data: bytes) -> Iterator[str]:
    """Every text of a workbook: cells, comments, names of sheets, help and refusals of its cells."""
    book = load_workbook(io.BytesIO(data))
    for one in book.worksheets:
        yield one.title
        for check in one.data_validations.dataValidation:
            yield from (said for said in (check.prompt, check.promptTitle, check.error, check.errorTitle) if said)
        for cell in (cell for line in one.iter_rows() for cell in line):
            if isinstance(cell.value, str):
                yield cell.value
            if cell.comment is not None:
                yield from cell.comment.text.splitlines()


def the_report(folder: Path) -> Iterator[str]:
    journal = open_journal(f"sqlite:///{folder / 'journal.db'}")
    city = ReadModel(journal)
    city.scored(*mixed())
    yield from lines(report_page(sheet(city.issued())))
    journal.close()


def comparisons() -> Iterator[EditionComparison]:
    for old, new in permutations(map(load_composition, EDITIONS), 2):
        yield comparison(old.edition, new.edition, reasons_of(old.edition, new.edition, new.origins))


def the_editions(_folder: Path) -> Iterator[str]:
    for found in map(load_composition, EDITIONS):
        for day in (date(2023, 9, 1), None):
            yield from lines(printing.standard_page(standard_sheet(found.edition, found.origins, day)))


def the_comparisons(_folder: Path) -> Iterator[str]:
    for shown in comparisons():
        yield from lines(printing.comparison_page(shown))


def the_comparisons_as_text(_folder: Path) -> Iterator[str]:
    for shown in comparisons():
        yield from lines(as_markdown(shown).replace("\\", ""))


def the_edition_workbooks(_folder: Path) -> Iterator[str]:
    for found in map(load_composition, EDITIONS):
        yield from cells(workbook_of(found.edition, found.origins, datetime(2023, 9, 1, tzinfo=UTC)))


def the_manuals(_folder: Path) -> Iterator[str]:
    text = manual_page.manual(ROOT / "docs/roles")
    yield from lines(text)
    yield from lines(printing.manual_page(manual_page.as_html(text), manual_page.TITLE))


def the_findings(_folder: Path) -> Iterator[str]:
    wrong = {HEADERS[2]: "火星"}, {"从业人员": 0}, {HEADERS[0]: "1"}, {"企业名称": ""}
    data = xlsx(table([row(number, **one) for number, one in enumerate(wrong, 1)]))
    left = (LeftOut(enterprise="e1", uscc="91310000XX0000019X", name="示例乙"),)
    report = RosterReport(findings=read_roster(data, "名单.xlsx").findings, left_out=left)
    assert len({one.code for one in report.findings}) > 2
    yield from cells(annotated(seen_sheet(data, "名单.xlsx"), report))


def the_payments(_folder: Path) -> Iterator[str]:
    line = SimpleNamespace(provider="p1", tier=Tier.A, jobs=3, due=100, paid=90)
    free = SimpleNamespace(provider="p2", tier=None, jobs=1, due=100, paid=90)
    computed: Any = SimpleNamespace(providers=(line, free), method="i-1", rule=None, rating="rating/2025/3", input_digest="0" * 64)
    yield from cells(payment_list(2025, computed, {"p1": "示例服务商"}, {}))


def the_questionnaires(_folder: Path) -> Iterator[str]:
    for found in map(load_composition, EDITIONS):
        edition = found.edition
        sections = tuple(dict.fromkeys(item.dimension for item in edition.of(Form.FULL)))
        yield from cells(questionnaire_of(edition, Form.FULL, sections, {}, "", ""))


def the_site_forms(_folder: Path) -> Iterator[str]:
    for found in map(load_composition, EDITIONS):
        said = cells(site_form_of(found.edition, Form.FULL, "d1", 1, "", ""))
        yield from (one for one in said if not one.endswith(LANGUAGES[0]))  # the format spells a language so


def of_file(name: str) -> Callable[[Path], Iterator[str]]:
    return lambda _folder: lines((ROOT / name).read_text("utf-8"))


def the_papers(_folder: Path) -> Iterator[str]:
    """A draft and a correction, with cells shown and withheld in every table."""
    cells = (
        PaperCell(row="310117", column="C34", firms=12, value="41.5", low="39.0", high="44.0"),
        PaperCell(row="310117", column="total", withheld=Withheld.PROTECTS),
        PaperCell(row="total", column="C34", firms=0),
        PaperCell(row="total", column="total", firms=12, withheld=Withheld.DIFFERENCE),
    )
    tables = tuple(table_of(one, cells) for one in PaperTableName)
    told = {"method": "q/1", "rule": None, "position": 9, "input_digest": "a" * 64, "basis": "b" * 64, "uplift": None}
    computed = PaperComputed(**told, day=date(2025, 3, 3), tables=tables)
    changes = (CaseStudyChange(name="联网率", unit="%", before=Decimal("31.5"), after=Decimal(62)),)
    totals = CaseStudyTotals(edition="2023", first=Decimal("41.25"), later=Decimal("55.5"))
    years = {"first_year": 2023, "second_year": 2024, "edition": "2023", "cause": "uplift/2023.2024.2023/1"}
    uplift = CaseStudyUplift(**years, points=Decimal(3), low=Decimal(1), high=Decimal(5))
    said = {"title": "排产改进", "situation": "靠人工。", "done": "上线系统。", "brought": "缩短。", "firm": "示例企业"}
    case = CaseStudyText(**said, changes=changes, totals=totals, uplift=uplift)
    [usual] = defaults_of(RuleKind.PAPER_TEMPLATE)
    layout = SetTemplate(usual.body, None)  # type: ignore[arg-type] # of its kind
    papers = ((PaperKind.WHITE_PAPER, True, 1, None), (PaperKind.RESEARCH_BRIEF, False, 2, "更正名单"))
    for kind, draft, edition, reason in (*papers, (PaperKind.CASE_COLLECTION, False, 1, None)):
        paper = PaperEdition(kind=kind, year=2024, edition=edition, requested=1, reason=reason, computed=computed)
        made = paper_sheet(paper, {"310117": "松江区", "C34": "通用设备制造业"}, layout, draft=draft, demo=True, cases=(case,))
        yield from lines(paper_page(made))
        yield from lines(printed_as(made, PaperFormat.MARKDOWN, "tests").decode())


def the_pages_of_a_provider(_folder: Path) -> Iterator[str]:
    """Why one is listed that moved in every way, and ratings of who moved up, down, not at all, and of who is not ranked."""
    move = {"id": "listing/p1/1", "what": "移出名录", "on": "2025-03-03", "standing": "WARNED", "gained": ["C34"], "lost": ["C35"]}
    moves = [{**move, "reason": "逾期未补正", "rule": "rule/ladder/1", "causes": ["rating/2024/3"]}]
    tag = {"industry": {"code": "C34", "name": "通用设备制造业"}, "since": "2024-03-06", "cause": "listing/p1/1"}
    days = {"year": 2025, "moved": "2025-03-03", "due": "2025-04-01"}
    entry = {"provider": "organisation/p1", "name": "示例服务商", "standing": "WARNED", **days, "tags": [tag]}
    cause = {"id": "rating/2024/3", "depth": 1, "at": "2025-03-03T01:00:00Z", "what": "年度评价已公示", "sentence": None}
    told = {"sentence": "“示例服务商”现为“限期整改”：逾期未补正。", "causes": [cause]}
    told["entry"] = {**entry, "history": {"nodes": moves}}
    for day in (None, date(2025, 3, 3)):
        yield from lines(why_listed_page(WhyListedSheet(told, day, date(2025, 3, 4), demo=True), ("U+3400",)))
    rule = rule_in_force(None, RatingRule, date(2024, 12, 31))
    for last, jobs in ((Tier.C, 400), (None, 400), (Tier.B, 2)):
        sample = [
            ComponentSample(component=one, jobs=jobs, mean=Decimal(50), variance=Decimal(100), spread=(1, jobs))
            for one in RatingComponent
        ]
        inputs = [
            ProviderInputs(
                provider=f"p{at}",
                jobs=jobs,
                comparable=True,
                components=tuple(one.model_copy(update={"mean": Decimal(28 + 6 * at)}) for one in sample),
            )
            for at in range(12)
        ]
        found = compute(inputs, {} if last is None else {one.provider: last for one in inputs}, rule)
        of = {"round": 1, "method": "b-c-d/2", "rule": None, "rule_since": date(2024, 1, 1), "input_digest": "a" * 64}
        computed = RatingComputed(**of, rests_on=found.rests_on, components=found.components, providers=found.providers)
        shown = {"year": 2024, "name": "示例服务商", "status": RatingStatus.PUBLISHED, "version": 3, "computed": computed}
        shown |= {"objections_until": date(2025, 2, 3), "rule": rule, "cause": "rating/2024/1", "made": date(2025, 2, 1)}
        for at in (0, 11):
            sheet = ProviderRatingSheet(
                **shown, rating=found.providers[at], inputs=inputs[at], facts=("diagnosis/d1/9",), of_facts=500, demo=True
            )
            yield from lines(provider_rating_page(sheet, ("U+3400",)))


def words_of_the_console(_folder: Path) -> Iterator[str]:
    """The quoted texts of its Chinese words."""
    yield from re.findall(r'"([^"\n]*)"', (ROOT / "console/src/words.zh.ts").read_text("utf-8"))


def sentences(_folder: Path) -> Iterator[str]:
    """Of refusals, of the trail, and the Chinese of whatever may be commanded: they stand in notices, pages and answers."""
    yield from (one.rule.says for one in rules_page.listed())
    yield from (event.says for event in EVENTS.values())
    yield from ((command.__doc__ or "").partition("\n")[0].partition(" · ")[2].removesuffix(".") for command in COMMANDS.values())


DOCUMENTS: Mapping[str, Callable[[Path], Iterator[str]]] = {
    "projections/report/printing.py": the_report,
    "projections/report/templates/report.html": the_report,
    "projections/documents/printing.py": the_editions,
    "projections/documents/templates/standard.html": the_editions,
    "projections/documents/templates/comparison.html": the_comparisons,
    "projections/documents/markdown.py": the_comparisons_as_text,
    "projections/documents/paper_printing.py": the_papers,
    "projections/documents/templates/paper.html": the_papers,
    "projections/documents/templates/manual.html": the_manuals,
    "projections/documents/provider_printing.py": the_pages_of_a_provider,
    "projections/documents/templates/why_listed.html": the_pages_of_a_provider,
    "projections/documents/templates/provider_rating.html": the_pages_of_a_provider,
    "zhenduan/pages/manual_page.py": the_manuals,
    "zhenduan/pages/rules_page.py": lambda _folder: lines(rules_page.page(None)),
    "zhenduan/pages/access_page.py": lambda _folder: lines(access_page.page()),
    "zhenduan/pages/event_guide.py": lambda _folder: lines(event_guide.page()),
    "zhenduan/pages/events_page.py": lambda _folder: lines(events_page.page()),
    "zhenduan/pages/schema_page.py": lambda _folder: lines(schema_page.page(schema_text())),
    "zhenduan/pages/schema_page.html": of_file("zhenduan/pages/schema_page.html"),
    "graphql/api/server/page/graphiql.html": of_file("graphql/api/server/page/graphiql.html"),
    "console/index.html": of_file("console/index.html"),
    "console/verify.html": of_file("console/verify.html"),
    "console/src/words.zh.ts": words_of_the_console,
    "interop/editions/workbook.py": the_edition_workbooks,
    "interop/rosters/template.py": lambda _folder: cells(template()),
    "interop/rosters/annotated.py": the_findings,
    "interop/payments/payment_list.py": the_payments,
    "interop/questionnaires/workbook.py": the_questionnaires,
    "interop/questionnaires/site_form.py": the_site_forms,
    "domain": sentences,
    **{f"docs/roles/{one.name}": of_file(f"docs/roles/{one.name}") for one in sorted((ROOT / "docs/roles").glob("*.md"))},
    **{f"docs/{name}.md": of_file(f"docs/{name}.md") for name in ("operator", "partners", "standards", "access")},
    "RULES.md": of_file("RULES.md"),
    "GLOSSARY.md": of_file("GLOSSARY.md"),
}
"""Who makes a document -> its texts, line by line. Partial templates are read as parts of the pages that take them in."""
IN_BOTH_LANGUAGES = frozenset(
    {
        *(one for one in DOCUMENTS if one.startswith("docs/") and not one.startswith("docs/roles")),
        *(f"zhenduan/pages/{name}_page.py" for name in ("rules", "access", "events", "schema")),
        "zhenduan/pages/schema_page.html",
        "interop/rosters/template.py",
        "interop/rosters/annotated.py",
        "interop/questionnaires/site_form.py",
        "RULES.md",
        "GLOSSARY.md",
    }
)
DATA: Mapping[str, str] = {
    "graphql/api/downloads/dossiers.py": "entries as they were recorded, in JSON, and what is proved of them",
    "graphql/api/downloads/ecosystem.py": "links as data, in one table",
    "graphql/api/downloads/exports.py": "data as published, in tables; the manifest says whether it is synthetic",
    "graphql/api/downloads/files.py": "files as they were sent, and reports by their digest",
    "graphql/api/downloads/made_workbooks.py": "made in interop/rosters and interop/questionnaires",
    "graphql/api/downloads/packages.py": "packages as they were made, of data as published",
    "graphql/api/downloads/papers.py": "made in projections/documents, and published tables as data",
    "graphql/api/downloads/payments.py": "made in interop/payments",
    "graphql/api/downloads/policy_lists.py": "names and verdicts, in columns and JSON",
    "graphql/api/downloads/provider_documents.py": "made in projections/documents",
    "graphql/api/downloads/process_log.py": "names of facts and ids, in JSON",
    "graphql/api/downloads/edition_documents.py": "made in projections/documents and interop/editions, and data as published",
}


def makes_documents(tree: ast.Module, *, of_pages: bool) -> bool:
    """Whether a module writes workbooks, prints pages, hands out files, or, with of_pages, makes a page itself."""
    nodes = list(ast.walk(tree))
    taken = {(node.module, name.name) for node in nodes if isinstance(node, ast.ImportFrom) for name in node.names}
    called = {getattr(node.func, "id", getattr(node.func, "attr", "")) for node in nodes if isinstance(node, ast.Call)}
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    is_page = of_pages and bool(defined & {"page", "as_markdown", "as_html"})
    return ("openpyxl", "Workbook") in taken or bool(called & {"typeset", "attachment"}) or is_page


def makers() -> Iterator[str]:
    """Whoever makes what people read, by file."""
    for room in ROOMS:
        for module in sorted((ROOT / room).rglob("*.py")):
            if makes_documents(ast.parse(module.read_text("utf-8")), of_pages=room != "graphql/api"):
                yield str(module.relative_to(ROOT))
        for html in sorted((ROOT / room).rglob("*.html")):
            if "<html" in html.read_text("utf-8") and "console_pages" not in html.parts:
                yield str(html.relative_to(ROOT))
    yield from (str(html.relative_to(ROOT)) for html in sorted((ROOT / "console").glob("*.html")))


def test_every_maker_of_a_document_is_listed() -> None:
    found = set(makers())
    assert found - DOCUMENTS.keys() - DATA.keys() == set()
    assert DATA.keys() - found == set()
    assert {one for one in DOCUMENTS if not (ROOT / one).exists()} == set()


@pytest.mark.parametrize("maker", DOCUMENTS)
def test_no_document_sets_chinese_with_the_marks_of_english(maker: str, tmp_path: Path) -> None:
    said = list(DOCUMENTS[maker](tmp_path))
    assert any(re.search(HAN, line) for line in said)
    wrong = BETWEEN if maker in IN_BOTH_LANGUAGES else WRONG
    assert {line[max(found.start() - 30, 0) : found.end() + 30] for line in said if (found := wrong.search(line))} == set()


@pytest.mark.parametrize("wrong", ["甲,乙", "甲;乙", "版本: 甲", "甲(乙)", "甲)", "好吗?", "甲。乙.", '说"好"', "）, 乙"])
def test_the_check_finds_what_it_is_for(wrong: str) -> None:
    assert WRONG.search(wrong)
