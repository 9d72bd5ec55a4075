"""Printing 排版 of the standard's documents, by the report's renderer: the same bytes for the same sheet. plan S1, S5."""

from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from projections.documents.comparison import EditionComparison
from projections.documents.standard import StandardSheet
from projections.report import fonts, printing, wording
from standards.edition import terms_zh
from standards.edition.terms_zh import BETTER, FATES, KINDS, PARTS

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
STANDARD = "standard.html"


@cache
def _environment() -> "Environment":
    made = printing.environment(TEMPLATES, printing.TEMPLATES)
    made.globals |= {"kinds": KINDS, "better": BETTER, "parts": PARTS, "fates": FATES}
    made.filters["short"] = wording.short_name
    return made


@cache
def _environment_of_a_standard() -> "Environment":
    """All that the pages of an edition show is the standard's own text, and printed as Chinese has it."""
    return _environment().overlay(finalize=_typeset)


def _typeset(value: object) -> object:
    return wording.chinese(value) if type(value) is str else value


def _page(template: str, said: dict[str, Any], missing: tuple[str, ...]) -> str:
    digests = {"renderer": renderer(), "fonts": fonts.digest()}
    environment = _environment_of_a_standard() if template == STANDARD else _environment()
    return environment.get_template(template).render({**said, **digests, "missing": missing})


def standard_page(sheet: StandardSheet, missing: tuple[str, ...] = ()) -> str:
    """The HTML of an edition 标准文本页面, every text of it escaped."""
    return _page(STANDARD, {"sheet": sheet}, missing)


def comparison_page(shown: EditionComparison, missing: tuple[str, ...] = ()) -> str:
    """The HTML of a comparison 修订对照页面, every text of it escaped."""
    return _page("comparison.html", {"shown": shown}, missing)


def print_standard(sheet: StandardSheet, holder: str) -> printing.Printed:
    """The PDF of an edition 标准文本; see `typeset`."""
    return printing.typeset(partial(standard_page, sheet), holder)


def print_comparison(shown: EditionComparison, holder: str) -> printing.Printed:
    """The PDF of a comparison 修订对照; see `typeset`."""
    return printing.typeset(partial(comparison_page, shown), holder)


def manual_page(body: str, title: str, missing: tuple[str, ...] = ()) -> str:
    """The HTML of a manual 手册页面. body: HTML of our own making, in which every text is escaped already."""
    return _page("manual.html", {"body": body, "title": title}, missing)


def print_manual(body: str, title: str, holder: str) -> printing.Printed:
    """The PDF of a manual 手册; see `typeset`."""
    return printing.typeset(partial(manual_page, body, title), holder)


@cache
def renderer() -> str:
    """Digest of all that shapes a document besides its sheet 渲染器摘要: the report's renderer, this package, the words."""
    whole = sha256(printing.renderer().encode())
    for file in sorted([*HERE.glob("*.py"), *TEMPLATES.rglob("*.*"), Path(terms_zh.__file__)]):
        whole.update(file.name.encode() + b"\0" + sha256(file.read_bytes()).digest())
    return whole.hexdigest()
