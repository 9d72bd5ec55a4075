"""What is printed in Chinese has no codes (plan P4, S1): every text of every document, as a reader sees it."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from itertools import permutations

import pytest

from projections.documents import as_markdown, comparison, standard_sheet
from projections.documents import printing as documents
from projections.documents.comparison import reasons_of
from standards import load_composition, published_editions

DAY = date(2023, 9, 1)
EDITIONS = sorted(published_editions())
NOT_TEXT = re.compile(r"<style>.*?</style>|<svg.*?</svg>|<[^>]*>", re.DOTALL)
DIGEST = re.compile(r"\b[0-9a-f]{16}(?:[0-9a-f]{48})?\b")
FOREIGN: dict[str, re.Pattern[str]] = {
    "the code of a rule": re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b"),
    "the name of a field": re.compile(r"\b[a-z]+(?:_[a-z]+)+\b"),
    "the key of an edition": re.compile(r"\b20\d\d(?:\.\d+)?-[a-z]+(?:-[a-z]+)*\b"),
    "a page of ours": re.compile(r"\b(?:facts|models|architecture|plan|decision) [A-Z]?[\d.]+"),
    "an opaque id": re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-"),
    "an ASCII comma or semicolon": re.compile(r"(?<=[\u3400-\u9fff）”]) *[,;]|[,;] *(?=[\u3400-\u9fff（“])"),
    "a word of the program": re.compile(r"\b(?:None|True|False|null|undefined)\b"),
}


def texts(page: str) -> Iterator[str]:
    """Lines of a page without its markup and without digests, which are shown as such."""
    for line in NOT_TEXT.sub("\n", page).splitlines():
        if said := DIGEST.sub("", unescape(line)).strip():
            yield said


def foreign(page: str) -> set[tuple[str, str]]:
    """What no Chinese page should hold, with the text it stands in."""
    return {(what, line) for line in texts(page) for what, pattern in FOREIGN.items() if pattern.search(line)}


@pytest.mark.parametrize("key", EDITIONS)
def test_the_pages_of_an_edition_hold_no_codes(key: str) -> None:
    found = load_composition(key)
    for day in (DAY, None):
        assert foreign(documents.standard_page(standard_sheet(found.edition, found.origins, day))) == set()


def test_two_editions_side_by_side_hold_no_codes() -> None:
    for old, new in permutations(map(load_composition, EDITIONS), 2):
        shown = comparison(old.edition, new.edition, reasons_of(old.edition, new.edition, new.origins))
        assert foreign(documents.comparison_page(shown)) == set()
        assert foreign(as_markdown(shown).replace("\\", "").replace("|", "\n")) == set()


def test_the_check_finds_what_it_is_for() -> None:
    page = "<p>门槛 GATE_BREADTH</p><p>来源（facts 2.3）</p><p>甲,乙</p><p>2023-major-equipment 版</p><p>1,234 元 2023 版</p>"
    assert {what for what, _ in foreign(page)} == {
        *("the code of a rule", "a page of ours", "an ASCII comma or semicolon", "the key of an edition"),
    }
