"""File contents 文件内容校验: whether bytes are what their name says, told in a process of its own alone. plan P5."""

import codecs
import re
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO

import orjson

from zhenduan.accounts.file_types import FILE_TYPES, FileType, Problem, framed_problem

LARGEST_UNPACKED = 256 * 1024 * 1024
MOST_PARTS = 5_000


def _office(part: str, data: bytes) -> Problem | None:
    """Office Open XML with its main part, nothing that runs, and no bomb: sizes are read from the directory only."""
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


CHECKS: Mapping[str, Callable[[bytes], Problem | None]] = {
    "xlsx": partial(_office, "xl/workbook.xml"),
    "docx": partial(_office, "word/document.xml"),
    "csv": _plain,
    "txt": _plain,
    "json": _plain,
}
"""Ending of a structured type -> what is wrong with bytes that claim it."""


def content_problem(file_type: FileType, data: bytes) -> Problem | None:
    """What is wrong with bytes that claim a type 内容校验; None when nothing is."""
    return CHECKS[file_type.ending](data) if file_type.structured else framed_problem(file_type, data)


def problem_bytes(ending: str, data: bytes) -> bytes:
    """The same as JSON, by the type's ending."""
    return orjson.dumps(content_problem(FILE_TYPES[ending], data))
