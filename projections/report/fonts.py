"""Fonts 字体 of the report: which characters they have, which a text lacks, and the digest that a report cites. plan P4.

Two weights, each as a small face with GB 2312 and as the whole font behind it. `scripts/fonts` makes them.
"""

import re
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

from domain.kernel import INVISIBLE

FOLDER = Path(__file__).parent / "fonts"
WEIGHTS = {400: "NotoSansSC-Regular", 700: "NotoSansSC-Bold"}
COMMON, WHOLE = "Report", "Report Whole"
"""Names of the families in the style sheet: the small face, and the whole font for what lies beyond."""
LAYOUT = frozenset("\n\t")
"""Characters that lay a text out and are never drawn."""
SEPARATORS = dict.fromkeys(map(ord, "\x0b\x0c\x85\u2028\u2029"), " ")
ALONE = re.compile("[\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Joiners and variation selectors, which choose the shape of a letter: our fonts have one shape each."""


class FontsMissing(RuntimeError):  # noqa: N818 - says what to do
    """The fonts were not made on this machine 缺少字体; `scripts/fonts` makes them."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"缺少报告字体 {file.name}，请运行 scripts/fonts / the report's font is missing: run scripts/fonts"
        )


def files(family: str) -> dict[int, Path]:
    """Weight -> file of a family 字体文件.

    Raises:
        FontsMissing: a file is not there.
    """
    suffix = "-GB2312.ttf" if family == COMMON else ".ttf"
    found = {weight: FOLDER / f"{name}{suffix}" for weight, name in WEIGHTS.items()}
    for file in found.values():
        if not file.is_file():
            raise FontsMissing(file)
    return found


@cache
def characters(family: str) -> frozenset[int]:
    """Code points that every weight of a family can draw 字符集."""
    return frozenset.intersection(*map(_drawn, files(family).values()))


def _drawn(file: Path) -> frozenset[int]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - with the first report

    with TTFont(file, lazy=True) as font:
        return frozenset(font.getBestCmap())


def lacking(text: str, family: str) -> tuple[str, ...]:
    """Characters of a text that a family cannot draw 缺字, in order of code point."""
    known = characters(family)
    return tuple(sorted(character for character in set(text) - LAYOUT if ord(character) not in known))


def drawn(text: str) -> str:
    """A text without what draws nothing 去除不可见字符, its line separators as blanks; direction marks stay, and are spelled.

    Commands hold none of these today; entries written before do.
    """
    return ALONE.sub("", INVISIBLE.sub("", text.translate(SEPARATORS)))


def spelled(text: str, missing: Iterable[str]) -> str:
    """A text with each missing character replaced by its code point, so that no empty box is ever printed 缺字标注."""
    return text.translate({ord(character): f"〔U+{ord(character):04X}〕" for character in missing})


def faces(*, whole: bool) -> str:
    """The @font-face rules 字体声明; whole: a text needs characters beyond GB 2312."""
    families = (COMMON, WHOLE) if whole else (COMMON,)
    return "".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};src:url("{file.as_uri()}")}}\n'
        for family in families
        for weight, file in files(family).items()
    )


@cache
def digest() -> str:
    """SHA-256 over names and bytes of all font files, hexadecimal 字体摘要."""
    whole = sha256()
    for family in (COMMON, WHOLE):
        for file in files(family).values():
            whole.update(file.name.encode() + b"\0" + sha256(file.read_bytes()).digest())
    return whole.hexdigest()
