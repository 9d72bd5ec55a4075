"""Archive of a package 数据包文件: its members one after another in a ZIP, the same bytes for the same members. plan P8."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import orjson

from domain.kernel import key_of

FORMAT = "zhenduan.package.v1"
"""First line of what is signed, which no checkpoint of a log begins with."""
MANIFEST, RESULTS = "manifest.json", "data/results.jsonl"
BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The only time that a member bears: when it was made stands in the manifest."""
ON_UNIX, READABLE = 3, 0o100644 << 16
BLOCK = 1 << 20


def archived(whole: BinaryIO, members: Mapping[str, Path]) -> None:
    """Write the file of some members, in order of their names after the manifest; nothing is compressed, as compressors differ."""
    with ZipFile(whole, "w", ZIP_STORED) as archive:
        for name in sorted(members, key=lambda name: (name != MANIFEST, name)):
            info = ZipInfo(name, BEGINNING)
            info.create_system, info.external_attr = ON_UNIX, READABLE
            info.file_size = members[name].stat().st_size
            with members[name].open("rb") as content, archive.open(info, "w") as member:
                copyfileobj(content, member, BLOCK)


def firms_in(package: BinaryIO) -> Iterator[str]:
    """Keys of the firms whose results a package of ours holds 所含企业, line by line."""
    with ZipFile(package) as archive:
        if RESULTS in archive.namelist():
            with archive.open(RESULTS) as lines:
                for line in lines:
                    yield key_of(orjson.loads(line)["enterprise"])
