"""No sheet that the product makes is a formula (plan P7, P8), whatever the names and reasons in it begin with.

Makers of sheets are found where they cannot hide: whoever takes a library that writes them. In a workbook a text is told to be one,
and stays one when somebody corrects it and presses Enter; in CSV it bears an apostrophe.
"""

import ast
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import load_workbook

from api.downloads import policy_lists
from api.downloads.ecosystem import EcosystemFile
from domain.participants.rosters.findings import LeftOut, RosterFinding, RosterReport
from domain.programme.papers.tables import PaperCell
from domain.programme.policies.conditions import PolicyVerdict
from domain.providers.ratings.numbers import Tier
from interop.editions.workbook import workbook_of
from interop.exports.tables import Column, Kind
from interop.exports.writers import write_csv
from interop.payments.payment_list import payment_list
from interop.questionnaires.layout import COMPUTED, lines_of
from interop.questionnaires.site_form import site_form_of
from interop.questionnaires.workbook import workbook_of as questionnaire_of
from interop.rosters.annotated import annotated, seen_sheet
from interop.rosters.template import template
from projections.programme.papers.csv_tables import cells_as_csv, dictionary_as_csv
from standards import Answer, Form, load
from tests.interop.sample_rosters import row, table, xlsx
from tests.small_city import CITY

ROOT = Path(__file__).parents[2]
ROOMS = ("domain", "graphql/api", "interop", "isolation", "journal", "methods", "projections", "standards", "zhenduan")
BEGINNINGS = ("=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠", " =", "　=")
"""What a spreadsheet takes for the beginning of a formula, in letters of either width, also behind what it strips."""
HOSTILE = tuple(f'{begins}HYPERLINK("http://e.example","点")' for begins in BEGINNINGS)
EDITION = load("2023")
Sheet = Iterator[tuple[str, bool]]
"""Texts of a sheet, each with whether the file says itself that it is a text."""


def of_workbook(data: bytes, computed: frozenset[str] = frozenset()) -> Sheet:
    for sheet in load_workbook(io.BytesIO(data)).worksheets:
        for cell in (cell for line in sheet.iter_rows() for cell in line):
            if isinstance(cell.value, str) and cell.value not in computed:
                assert cell.data_type != "f", (sheet.title, cell.coordinate)
                yield cell.value, bool(cell.quotePrefix)


def of_csv(data: str) -> Sheet:
    for line in csv.reader(io.StringIO(data, newline="")):
        yield from ((text, False) for text in line)


def the_editions(_folder: Path) -> Sheet:
    items = [
        one.model_copy(update={"name": hostile, "levels": (hostile, *one.levels[1:])})
        for one, hostile in zip(EDITION.indicators, HOSTILE * 9, strict=False)
    ]
    edition = EDITION.model_copy(update={"indicators": tuple(items)})
    yield from of_workbook(workbook_of(edition, (), datetime(2024, 1, 1, tzinfo=UTC)))


def the_questionnaires(_folder: Path) -> Sheet:
    items = list(EDITION.of(Form.FULL))
    answers = {one.id: Answer(not_applicable=True, reason=hostile) for one, hostile in zip(items, HOSTILE * 9, strict=False)}
    sections = tuple(dict.fromkeys(item.dimension for item in items))
    formulas = frozenset(
        line.formula for one in sections for line in lines_of(EDITION, Form.FULL, one) if line.field == COMPUTED
    )
    yield from of_workbook(questionnaire_of(EDITION, Form.FULL, sections, answers, "{}", "seal"), formulas)


def the_site_forms(_folder: Path) -> Sheet:
    items = [one.model_copy(update={"name": hostile}) for one, hostile in zip(EDITION.indicators, HOSTILE * 9, strict=False)]
    yield from of_workbook(site_form_of(EDITION.model_copy(update={"indicators": tuple(items)}), Form.FULL, "d1", 1, "{}", "s"))


def the_rosters(_folder: Path) -> Sheet:
    yield from of_workbook(template())


def the_findings(_folder: Path) -> Sheet:
    data = xlsx(table([row(number, 企业名称=f"'{hostile}") for number, hostile in enumerate(HOSTILE, 1)]))
    seen = seen_sheet(data, "名单.xlsx")
    assert seen is not None
    typed = seen.model_copy(update={"rows": tuple((number, (*HOSTILE, *cells)) for number, cells in seen.rows)})
    found = tuple(
        RosterFinding(row=2, column=hostile, severity="warned", code="X", says=hostile, says_in_english=hostile)
        for hostile in HOSTILE
    )
    left = tuple(LeftOut(enterprise="e1", uscc="91310000XX0000019X", name=hostile) for hostile in HOSTILE)
    yield from of_workbook(annotated(typed, RosterReport(findings=found, left_out=left)))


def the_payments(_folder: Path) -> Sheet:
    names = {f"p{number}": hostile for number, hostile in enumerate(HOSTILE)}
    lines = tuple(SimpleNamespace(provider=one, tier=Tier.A, jobs=3, due=100, paid=90) for one in names)
    computed: Any = SimpleNamespace(providers=lines, method="i-1", rule=None, rating="rating/2025/3", input_digest="0" * 64)
    yield from of_workbook(payment_list(2025, computed, names, {}))


def the_exports(folder: Path) -> Sheet:
    path = folder / "enterprises.csv"
    kinds = {"name": Kind.TEXT, "change": Kind.DECIMAL}
    columns = [Column(name, name, kind, f"{name} · 列", nullable=False) for name, kind in kinds.items()]
    write_csv(path, columns, [[SimpleNamespace(name=one, change=Decimal("-1.5")) for one in HOSTILE]])
    yield from of_csv(path.read_text("utf-8"))


def the_ecosystem(_folder: Path) -> Sheet:
    file = EcosystemFile.__new__(EcosystemFile)
    file._lines = lambda _caller, _as_of: [(one, "enterprise", "e1", one) for one in HOSTILE]  # type: ignore[method-assign,assignment,return-value] # noqa: SLF001 - what a city would hold
    yield from of_csv(file._written(CITY, None).decode())  # noqa: SLF001 - as above


def the_policy_lists(_folder: Path) -> Sheet:
    check: Any = SimpleNamespace(verdict=PolicyVerdict.MEETS, contested=False, overlapping=(), clauses=())
    for one in HOSTILE:
        firm: Any = SimpleNamespace(id="e1", name=one, uscc=one, district="310117", industry="C34", size_class="small")
        yield from of_csv(policy_lists._csv([policy_lists.PolicyListLine(firm, check)], [one], "2026-01-01").decode())  # noqa: SLF001 - as above


def the_papers(_folder: Path) -> Sheet:
    cells = (PaperCell(row="310117", column="C34", firms=12, value="-41.5", low="-49.0", high="44.0"),)
    yield from of_csv(cells_as_csv(cells).decode())
    yield from of_csv(dictionary_as_csv().decode())


SHEETS: Mapping[str, Callable[[Path], Sheet]] = {
    "interop/editions/workbook.py": the_editions,
    "interop/questionnaires/workbook.py": the_questionnaires,
    "interop/questionnaires/site_form.py": the_site_forms,
    "interop/rosters/template.py": the_rosters,
    "interop/rosters/annotated.py": the_findings,
    "interop/payments/payment_list.py": the_payments,
    "interop/exports/writers.py": the_exports,
    "graphql/api/downloads/ecosystem.py": the_ecosystem,
    "graphql/api/downloads/policy_lists.py": the_policy_lists,
    "projections/programme/papers/csv_tables.py": the_papers,
}
"""Who makes a sheet -> its texts, as it makes them of names and reasons that begin as formulas."""


def makers() -> Iterator[str]:
    for module in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "demo" not in path.parts):
        nodes = list(ast.walk(ast.parse(module.read_text("utf-8"))))
        taken = {(one.module, name.name) for one in nodes if isinstance(one, ast.ImportFrom) for name in one.names}
        called = {ast.unparse(one.func) for one in nodes if isinstance(one, ast.Call)}
        if ("openpyxl", "Workbook") in taken or called & {"csv.writer", "csv.DictWriter"}:
            yield str(module.relative_to(ROOT))


def test_every_maker_of_a_sheet_is_listed() -> None:
    assert set(makers()) == SHEETS.keys()


def is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except ArithmeticError:
        return False


@pytest.mark.parametrize("maker", SHEETS)
def test_no_text_of_a_sheet_is_a_formula_to_whoever_opens_it(maker: str, tmp_path: Path) -> None:
    shown = list(SHEETS[maker](tmp_path))
    assert shown
    begins = tuple(one.strip() for one in BEGINNINGS)
    wrong = {text for text, is_told in shown if text.strip().startswith(begins) and not is_told and not is_number(text)}
    assert wrong == set()
