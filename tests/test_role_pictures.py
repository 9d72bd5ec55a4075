"""Pictures on the role pages 岗位页插图: each page shows one, of a page that the console has, small enough to load."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs" / "roles").glob("*.md"))
PICTURES = ROOT / "docs" / "roles" / "pictures"
LARGEST = 60_000
"""Bytes."""
SHOWN = re.compile(r"!\[[^\]]+\]\(pictures/([a-z]+)-([a-z]+)\.webp\)")


def paths_of_the_console() -> set[str]:
    """Where its pages are, as the frame lists them."""
    frame = (ROOT / "console" / "src" / "frame.tsx").read_text("utf-8")
    return set(re.findall(r'path: "/([a-z]+)"', frame))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_role_page_shows_a_picture_of_a_page_that_the_console_has(page: Path) -> None:
    [(role, path)] = SHOWN.findall(page.read_text("utf-8"))
    picture = PICTURES / f"{role}-{path}.webp"
    assert role == page.stem
    assert path in paths_of_the_console(), "the page is gone: run scripts/pictures"
    assert picture.read_bytes()[8:12] == b"WEBP"
    assert picture.stat().st_size <= LARGEST


def test_no_picture_is_left_that_no_page_shows() -> None:
    shown = {"-".join(found) for page in PAGES for found in SHOWN.findall(page.read_text("utf-8"))}
    assert {one.stem for one in PICTURES.iterdir()} == shown
