"""Printing 排版: a sheet through the templates to a PDF, the same bytes for the same sheet. plan P4, decision 0008."""

import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.governance.rule_bodies.report_template import ReportPartName
from isolation import Bounds, Turns, preload, run
from projections.report import fonts, wording
from projections.report.radar import radar
from projections.report.sheet import Sheet, grade_name

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"

LIBRARIES = ("weasyprint", "pydyf", "fonttools", "tinycss2", "tinyhtml5", "cssselect2", "jinja2", "markupsafe", "segno")


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed report 已排版报告. missing: characters that the font lacks, printed as their code points."""

    pdf: bytes
    missing: tuple[str, ...]


def environment(*folders: Path) -> "Environment":
    """Templates of our own, of several folders the first found, with what every document says alike 模板环境."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - with the first paper, not at every start

    made = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"level": wording.level, "number": wording.number, "exact": wording.exact, "zh": wording.chinese}
    made.globals["marks"] = wording.MARKS
    return made


@cache
def _environment() -> "Environment":
    made = environment(TEMPLATES)
    made.filters["place"] = "{:.2f}".format
    made.filters["change"] = wording.change
    made.globals |= {"radar": radar, "grade_name": grade_name, "forms": wording.FORMS}
    return made


CHAPTERS = tuple((one.value, one.names[0]) for one in ReportPartName)
"""Chapters of a report: id of the section, and its title where the template gives it none."""


def absent(sheet: Sheet) -> frozenset[str]:
    """Ids of the chapters that a report does not have."""
    there = {
        "former": sheet.comparison is not None,
        "certificates": bool(sheet.certificates),
        "objections": bool(sheet.objections),
        "versions": sheet.versions is not None,
    }
    return frozenset(chapter for chapter, is_there in there.items() if not is_there)


def page(sheet: Sheet, missing: tuple[str, ...] = ()) -> str:
    """The HTML of a report 页面, everything from outside escaped; missing: characters to confess on the last page."""
    template = _environment().get_template("report.html")
    titles, parts = dict(CHAPTERS), [one for one in sheet.template.parts if one.part.value not in absent(sheet)]
    titles |= {one.part.value: one.title for one in parts if one.title is not None}
    notes = {one.part.value: one.note or "" for one in parts}
    chapters = [(one.part.value, titles[one.part.value]) for one in parts]

    digests = {"renderer": renderer(), "fonts": fonts.digest()}
    said: dict[str, Any] = {"sheet": sheet, "chapters": chapters, "titles": titles, "notes": notes}
    return template.render(said | {"missing": missing, **digests})


TURNS = Turns(at_once=1, waiting=4, of_holder=3, wait_seconds=30.0, share_seconds=300.0, every_seconds=600.0)
"""Rendering is bound to the processor, so two at once only slow each other. 2026-11-28: a report takes 1 to 2 s of a core. One
organisation leaves two of the five places, and half of the time, to the others."""
ALONE = Turns(at_once=1, waiting=0, of_holder=1, wait_seconds=0.0)
"""Of a process that prints and does nothing else: nobody waits beside it."""
BOUNDS = Bounds(memory_mib=2_048, cpu_seconds=120, wall_seconds=300.0, written_mib=64)
"""Of one document, the largest comparison of editions included; the renderer writes each font into a folder of its own."""


def printed(sheet: Sheet, holder: str, turns: Turns | None = None) -> Printed:
    """The PDF of a sheet 排版; see `typeset`."""
    return typeset(partial(page, sheet), holder, turns, style="report")


def typeset(
    page_of: Callable[[tuple[str, ...]], str], holder: str, turns: Turns | None = None, *, style: str = ""
) -> Printed:
    """The PDF of a page 排版. What draws nothing is left out; characters outside the font are printed as code points and returned.

    Args:
        page_of: makes the HTML, told which characters it has to confess.
        holder: whom the work is counted for: the organisation that asks.
        turns: whose work is counted, `TURNS` where nothing is said; of a program that serves nobody, `ALONE`.
        style: the sheet that the page is drawn by beside its own, one of `pdf.STYLES`.

    Raises:
        FontsMissing: the fonts were not made on this machine.
        Refused: WORK_BUSY, too many documents wait to be set, or too many of this holder; WORK_SHARE_USED.
    """
    html = fonts.drawn(page_of(()))
    if missing := fonts.lacking(html, fonts.WHOLE):
        html = fonts.spelled(fonts.drawn(page_of(missing)), missing)
    whole = bool(fonts.lacking(html, fonts.COMMON))
    html = html.replace("/* faces */", fonts.faces(whole=whole), 1)
    with (turns or TURNS).turn(holder) as charge:
        return Printed(run(f"{PDF}:pdf_bytes", html, style, bounds=BOUNDS, charge=charge), missing)


PDF = "projections.report.pdf"
"""The module that holds the renderer; it is loaded in processes apart and nowhere else."""
preload(PDF)


@cache
def renderer() -> str:
    """Digest of all that shapes a page besides its sheet 渲染器摘要: this package, its templates, the libraries' versions."""
    whole = sha256()
    own = [*HERE.glob("*.py"), *TEMPLATES.rglob("*.*"), HERE / "fontconfig.xml"]
    for file in sorted(own):
        whole.update(file.name.encode() + b"\0" + sha256(file.read_bytes()).digest())
    versions = [f"{library} {version(library)}" for library in LIBRARIES]
    versions.append(run(f"{PDF}:pango_bytes", bounds=BOUNDS).decode())
    versions += [f"zlib {zlib.ZLIB_RUNTIME_VERSION}", f"python {sys.version_info[:2]}"]
    whole.update("\n".join(versions).encode())
    return whole.hexdigest()
