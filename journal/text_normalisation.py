"""Carried text 经手文本: what editors and mail do to a file on its way is undone, and the rest is called damage, never forgery.

Checkpoints, proofs and keys are texts of a fixed spelling, and people carry them: an editor puts a byte order mark before them,
saves them as UTF-16 or GB 18030, ends lines its own way, cuts the last line end off or adds another. None of that can make a
signature hold that did not hold before, since it is looked at afterwards, over the text as it was signed.
"""

import codecs
import unicodedata

UNICODE_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
END_MARK = "\x1a"
"""What DOS ended its text files with."""
NO_MARK = "\ufeff"


class TransportDamaged(ValueError):  # noqa: N818 - says what is wrong with the file
    """The file was damaged on its way 传送受损: fetch it again; it says nothing against who signed it."""


def carried_text(raw: bytes) -> str:
    """The text of a file as it was written 还原文本: UTF-8, LF, one line end at the end.

    Raises:
        TransportDamaged: it is no text.
    """
    text = _decoded(raw).replace("\r\n", "\n").replace("\r", "\n")
    return text.strip(f"\n {NO_MARK}{END_MARK}") + "\n"


def _decoded(raw: bytes) -> str:
    encodings = [name for mark, name in UNICODE_MARKS if raw.startswith(mark)][:1]
    if not encodings and b"\0" in raw:  # UTF-16 that lost its mark: every other byte of such a text is zero
        encodings = ["utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"]
    for encoding in encodings or ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TransportDamaged("文件在传送中受损，不是文本，请重新获取 the file was damaged on its way and is no text: fetch it again")


def carried_key(text: str) -> str:
    """A key as it was written, without what an editor or a terminal put around it."""
    return text.strip().strip(NO_MARK).strip()


def is_same_but_for_invisible(one: str, other: str) -> bool:
    """Whether two different texts look alike, because they differ in letters that show nothing."""
    return one != other and _visible(one) == _visible(other)


def _visible(text: str) -> str:
    return "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cf", "Zs"))
