"""PDF 渲染 of a page, in processes of their own alone: a page takes seconds, and the renderer half a second to load. plan P4."""

import gc
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from projections.report import fonts

# Set before the renderer is loaded, which reads the machine's fonts as it starts: ours alone take part in a report.
os.environ["FONTCONFIG_FILE"] = str(Path(__file__).with_name("fontconfig.xml"))

from weasyprint import CSS, HTML
from weasyprint.text.ffi import pango
from weasyprint.text.fonts import FontConfiguration
from weasyprint.text.line_break import Layout
from weasyprint.urls import URLFetcher, URLFetcherResponse

from projections.report.quick_layout import take_the_short_way

LOGO = "data:image/png;base64,"
"""How a page holds the picture of its template within itself."""


class OwnFonts(URLFetcher):  # type: ignore[misc] # the library is untyped
    """Fetcher of the report's font files and of the picture within it 只读本项目字体; any other address stops the rendering."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("file", "data"), fail_on_errors=True)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The bytes of one of our font files.

        Raises:
            PermissionError: any other address.
        """
        ours = {file.as_uri() for family in (fonts.COMMON, fonts.WHOLE) for file in fonts.files(family).values()}
        if url not in ours and not url.startswith(LOGO):
            raise PermissionError(f"a report fetches nothing but its own fonts, not {url}")
        return super().fetch(url, headers)


STYLES = {name: Path(__file__).with_name("templates") / f"{name}.css" for name in ("report",)}
"""Style sheets that pages name instead of holding them, so that they are read once for all pages: a tenth of a page's time."""
_READ = {name: CSS(filename=str(file)) for name, file in STYLES.items()}


def pdf_bytes(html: str, style: str = "") -> bytes:
    """The PDF of a page, made in a process of its own, so that nobody who reads waits for it. style: one of `STYLES`, or none.

    Without the collector it takes a fifth less: that would walk the whole tree of boxes again and again, and nothing of it is
    garbage before the end.
    """
    gc.disable()
    _keep_layouts()
    take_the_short_way()
    sheets, text = ([_READ[style]], STYLES[style].read_text("utf-8")) if style else ([], "")
    made: bytes = HTML(string=html, url_fetcher=OwnFonts()).write_pdf(
        stylesheets=sheets,
        font_config=FontConfiguration(),
        pdf_identifier=sha256((html + text).encode()).digest()[:16],
    )
    return made


def _keep_layouts() -> None:
    """Draw each line of text with the layout that measured it; the library makes every one twice, a sixth of a page's time.

    It lets them go to save memory, of which a line takes some KiB, and a process apart has enough.
    """
    Layout.deactivate = _kept
    Layout.reactivate = _taken_up


def _kept(layout: Layout) -> None:
    """Nothing is let go."""


def _taken_up(layout: Layout, style: Any) -> None:  # noqa: ANN401 - the library is untyped
    """As the library makes it anew: without the width by which it was broken, and with the spaces of a justified line."""
    if layout.justification_spacing:
        layout.setup(style)
    else:
        pango.pango_layout_set_width(layout.layout, -1)
    layout.set_text(layout.text, justify=True)


def pango_bytes() -> bytes:
    """Which version of the text layout shapes a page."""
    return f"pango {pango.pango_version()}".encode()
