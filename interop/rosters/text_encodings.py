"""Text encodings 文本编码: what bytes of other people's offices say, found out by themselves; mixtures are refused."""

import codecs
import re

from interop.rosters.file_rules import FILE_ENCODING, FILE_ENCODINGS_MIXED

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""How Excel's “Unicode text” begins."""
END_OF_TEXT = b"\x1a"
"""Ctrl-Z, with which DOS programs end a text."""
CHINESE_IN_UTF_8 = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")
FEWEST_IN_UTF_8 = 2
"""Three-byte signs in a line that make it UTF-8: two of them by chance in a line of GB18030 are no Chinese that anyone writes."""
NEW_IN_2022 = {
    ord(bytes.fromhex(code).decode("gb18030")): sign
    for code, sign in {
        "a6d9": "\ufe10", "a6da": "\ufe12", "a6db": "\ufe11", "a6dc": "\ufe13", "a6dd": "\ufe14", "a6de": "\ufe15",
        "a6df": "\ufe16", "a6ec": "\ufe17", "a6ed": "\ufe18", "a6f3": "\ufe19", "fe59": "\u9fb4", "fe61": "\u9fb5",
        "fe66": "\u9fb6", "fe67": "\u9fb7", "fe6d": "\u9fb8", "fe7e": "\u9fb9", "fe90": "\u9fba", "fea0": "\u9fbb",
    }.items()
}
"""What Python's codec gives for two bytes -> the sign of GB 18030-2022, which has private-use signs in their place no more."""


def decoded(data: bytes) -> str:
    """The text of some bytes 解码: UTF-8, UTF-16 with its mark, or GB 18030-2022; a DOS end mark is no part of it.

    Raises:
        Refused: FILE_ENCODING, FILE_ENCODINGS_MIXED.
    """
    if data.startswith(UTF_16):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise FILE_ENCODING.refuse(row=data[: error.start].count(b"\n") + 1) from None
    data = data.rstrip(END_OF_TEXT)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if data.startswith(codecs.BOM_UTF8):
            raise FILE_ENCODING.refuse(row=data.count(b"\n", 0, error.start) + 1) from None
    _require_one_encoding(data)
    try:
        return data.decode("gb18030").translate(NEW_IN_2022)
    except UnicodeDecodeError as error:
        raise FILE_ENCODING.refuse(row=data.count(b"\n", 0, error.start) + 1) from None


def _require_one_encoding(data: bytes) -> None:
    first = None
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            in_utf_8 = len(CHINESE_IN_UTF_8.findall(line)) >= FEWEST_IN_UTF_8
        except UnicodeDecodeError:
            in_utf_8 = False
        if first is None:
            first = in_utf_8
        elif in_utf_8 != first:
            raise FILE_ENCODINGS_MIXED.refuse(row=number)
