"""File types 文件类型 that are taken, and whether bytes begin and end as their name says. plan P5."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

Problem = tuple[str, str]
"""What is wrong with the bytes: (中文, English)."""


@dataclass(frozen=True)
class FileType:
    """A type by the ending of its name 文件类型. start, end: bytes that it begins, and where it has such a mark ends, with.

    structured: telling whether bytes are of it takes as long, and as much memory, as their sender likes (`file_contents`).
    """

    ending: str
    media_type: str
    start: bytes = b""
    end: bytes = b""
    structured: bool = False


SIGNATURE_MISSING = ("缺少文件头标识", "the signature at its start is missing")
END_MISSING = ("文件不完整", "the end of the file is missing")
TAIL = 2_048
"""A PDF may carry a few bytes behind its end mark; so many are looked through."""


OFFICE = "application/vnd.openxmlformats-officedocument."
JPEG = b"\xff\xd8\xff"  # cameras append what they like behind the picture
FILE_TYPES: Mapping[str, FileType] = {
    one.ending: one
    for one in (
        FileType("pdf", "application/pdf", b"%PDF-", b"%%EOF"),
        FileType("png", "image/png", b"\x89PNG\r\n\x1a\n", b"IEND"),
        FileType("jpg", "image/jpeg", JPEG),
        FileType("jpeg", "image/jpeg", JPEG),
        FileType("xlsx", OFFICE + "spreadsheetml.sheet", structured=True),
        FileType("docx", OFFICE + "wordprocessingml.document", structured=True),
        FileType("csv", "text/csv", structured=True),
        FileType("txt", "text/plain", structured=True),
        FileType("json", "application/json", structured=True),
    )
}
"""Ending of the file name, in small letters -> type."""


def type_of(filename: str) -> FileType | None:
    """The type that a file's name states 按扩展名判断类型; None when it is none of ours."""
    _, dot, ending = filename.rpartition(".")
    return FILE_TYPES.get(ending.lower()) if dot else None


def framed_problem(file_type: FileType, data: bytes) -> Problem | None:
    """What is wrong with the frame of bytes that claim a type 首尾校验: an upload cut short is found out; None when nothing is."""
    if not data.startswith(file_type.start):
        return SIGNATURE_MISSING
    return None if file_type.end in data[-TAIL:] else END_MISSING


def cleaned(filename: str) -> str:
    """A file name fit to be shown 规范文件名: without folders, and without characters that nobody can see.

    Direction marks are among these: with one, `report-fdp.exe` reads as a PDF's name.
    """
    name = unicodedata.normalize("NFC", filename).replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    return " ".join(seen.split())
