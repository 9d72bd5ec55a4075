"""File types 文件类型 that are taken, and whether bytes are what their name says. plan P5."""

import codecs
import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO

import orjson

from isolation import preload

Problem = tuple[str, str]
"""What is wrong with the bytes: (中文, English)."""


@dataclass(frozen=True)
class FileType:
    """A type by the ending of its name 文件类型. check(bytes): what is wrong with them, None when nothing is.

    structured: telling that takes as long, and as much memory, as the sender of the bytes likes.
    """

    ending: str
    media_type: str
    check: Callable[[bytes], Problem | None]
    structured: bool = False


LARGEST_UNPACKED = 256 * 1024 * 1024
MOST_PARTS = 5_000
SIGNATURE_MISSING = ("缺少文件头标识", "the signature at its start is missing")
END_MISSING = ("文件不完整", "the end of the file is missing")
TAIL = 2_048
"""A PDF may carry a few bytes behind its end mark; so many are looked through."""


def _framed(start: bytes, end: bytes = b"") -> Callable[[bytes], Problem | None]:
    """Bytes that begin, and where the type has such a mark end, as the type does: an upload cut short is found out."""

    def check(data: bytes) -> Problem | None:
        if not data.startswith(start):
            return SIGNATURE_MISSING
        return None if end in data[-TAIL:] else END_MISSING

    return check


def _office(part: str) -> Callable[[bytes], Problem | None]:
    """Office Open XML with its main part, nothing that runs, and no bomb: sizes are read from the directory only."""

    def check(data: bytes) -> Problem | None:
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                parts = archive.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            return "不是有效的 Office 文件", "it is not an Office file"
        names = {one.filename.replace("\\", "/") for one in parts}  # some programs write backslashes
        if not {"[Content_Types].xml", part} <= names:
            return f"缺少 {part}", f"{part} is missing"
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            return "含有宏", "it holds macros"
        if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > LARGEST_UNPACKED:
            return "解压后过大", "it unpacks to too much"
        return None

    return check


CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def _plain(data: bytes) -> Problem | None:
    """Text in UTF-8 or GB18030, or in UTF-16 with its mark, without control characters; a DOS end mark is no part of it."""
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    data = data if marked else data.rstrip(b"\x1a")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return ("含有控制字符", "it holds control characters") if CONTROL.search(text) else None
    return "既非 UTF-8、UTF-16 也非 GB18030 文本", "it is neither UTF-8, UTF-16 nor GB18030 text"


OFFICE = "application/vnd.openxmlformats-officedocument."
JPEG = _framed(b"\xff\xd8\xff")  # cameras append what they like behind the picture
FILE_TYPES: Mapping[str, FileType] = {
    one.ending: one
    for one in (
        FileType("pdf", "application/pdf", _framed(b"%PDF-", b"%%EOF")),
        FileType("png", "image/png", _framed(b"\x89PNG\r\n\x1a\n", b"IEND")),
        FileType("jpg", "image/jpeg", JPEG),
        FileType("jpeg", "image/jpeg", JPEG),
        FileType("xlsx", OFFICE + "spreadsheetml.sheet", _office("xl/workbook.xml"), structured=True),
        FileType("docx", OFFICE + "wordprocessingml.document", _office("word/document.xml"), structured=True),
        FileType("csv", "text/csv", _plain, structured=True),
        FileType("txt", "text/plain", _plain, structured=True),
    )
}
"""Ending of the file name, in small letters -> type."""


def type_of(filename: str) -> FileType | None:
    """The type that a file's name states 按扩展名判断类型; None when it is none of ours."""
    _, dot, ending = filename.rpartition(".")
    return FILE_TYPES.get(ending.lower()) if dot else None


def content_problem(file_type: FileType, data: bytes) -> Problem | None:
    """What is wrong with bytes that claim a type 内容校验; None when nothing is."""
    return file_type.check(data)


def problem_bytes(ending: str, data: bytes) -> bytes:
    """The same as JSON, by the type's ending."""
    return orjson.dumps(content_problem(FILE_TYPES[ending], data))


preload(__name__)


def cleaned(filename: str) -> str:
    """A file name fit to be shown 规范文件名: without folders, and without characters that nobody can see.

    Direction marks are among these: with one, `report-fdp.exe` reads as a PDF's name.
    """
    name = unicodedata.normalize("NFC", filename).replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    return " ".join(seen.split())
