"""Quick layout (plan P4): what goes the short way in a page's process gives the bytes that the library gives by itself."""

from hashlib import sha256
from importlib.metadata import version

from weasyprint import HTML, css
from weasyprint.layout import block
from weasyprint.text.fonts import FontConfiguration

from isolation import run
from projections.report import fonts, pdf, quick_layout
from projections.report.printing import BOUNDS, PDF

EVERYTHING = """<!doctype html><html lang="zh-CN"><head><title>版面</title><style>/* faces */
@page { size: A4; margin: 20mm; @bottom-center { content: counter(page) } }
:root { --gap: 7pt } body { font: 10pt/1.6 "Report"; margin-block: 1em 2em }
table { border-collapse: collapse; width: 90%; table-layout: fixed } td { border: 1px solid #999; padding: 1% 2pt }
.apart { border-collapse: separate; border-spacing: 3pt } .round { border: 1pt solid; border-radius: 4pt 10% 0 }
.sized { box-sizing: border-box; width: calc(50% - 3pt); min-width: 30%; padding: var(--gap); height: 25% }
.logical { margin-inline-start: 12pt; border-inline-end: 2pt solid #00f } .right { direction: rtl; padding-inline-start: 9pt }
.plain { all: initial; display: block; font-family: "Report" } .floats { float: right; max-width: 40% }
.flexed { display: flex; gap: 4pt } .flexed > * { flex: 1; min-width: auto } .lined { text-decoration: underline }
</style></head><body><h1>诊断报告</h1><p class="lined logical">一行<b>加粗</b>与<i>其余</i></p>
<table><tr><td>一<td rowspan="2">二<tr><td>三</table><table class="apart"><tr><td class="round">四<td>五</table>
<div class="sized round">六<div class="floats">七</div></div><div style="height: 100pt"><div class="sized">八</div></div>
<p class="right">九<span>十</span></p><div class="plain">十一</div><div class="flexed"><p>十二</p><p>十三</p></div>
<ol><li>十四<li>十五</ol><p style="position: relative; left: 5%">十六<sup>2</sup></p><hr></body></html>"""


def by_itself(html: str) -> bytes:
    """The page as the library sets it."""
    assert css.ComputedStyle.__missing__ is not quick_layout.style_value, "this process was to be left as the library is"
    assert block.resolve_percentages is quick_layout.OWN["resolve_percentages"]
    made: bytes = HTML(string=html, url_fetcher=pdf.OwnFonts()).write_pdf(
        font_config=FontConfiguration(), pdf_identifier=sha256(html.encode()).digest()[:16]
    )
    return made


def test_a_page_of_everything_has_the_bytes_that_the_library_gives_it() -> None:
    html = EVERYTHING.replace("/* faces */", fonts.faces(whole=False))
    assert run(f"{PDF}:pdf_bytes", html, bounds=BOUNDS) == by_itself(html)


def test_the_short_way_is_written_for_the_library_that_is_installed() -> None:
    assert version("weasyprint") == quick_layout.WRITTEN_FOR, "compare its steps with the library's, then name the new version"
