"""Pages are set where a test looks at a PDF 排版与不排版; what is left unset still holds every word of the page."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from projections.report.printing import ALONE, typeset

WORDS = "诊断报告"


def left() -> bytes:
    """What leaves of a page of one line."""
    return typeset(lambda _missing: f"<style>/* faces */ p {{ font-family: report }}</style><p>{WORDS}</p>", "p1", ALONE).pdf


@pytest.mark.pages("unset")
def test_what_is_not_set_is_the_page_itself() -> None:
    assert left().startswith(b"%PDF")
    assert f"<p>{WORDS}</p>".encode() in left()
    assert left() == left()


@pytest.mark.pages("set")
def test_what_is_set_is_a_pdf_that_says_the_same() -> None:
    assert b"<p>" not in left()
    assert PdfReader(BytesIO(left())).pages[0].extract_text().strip() == WORDS


def test_outside_of_the_interface_pages_are_set_where_a_test_says_nothing() -> None:
    assert b"<p>" not in left()
