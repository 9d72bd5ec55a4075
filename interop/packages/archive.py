"""Archive of a package 数据包文件: its members one after another in a ZIP, the same bytes for the same members. plan P8."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from io import BytesIO
from typing import BinaryIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import orjson

from domain.kernel import key_of
from domain.programme.packages.facts import PackageFile
from journal.transparency.digests import SM3

FORMAT = "zhenduan.package.v1"
"""First line of what is signed, which no checkpoint of a log begins with."""
MANIFEST, RESULTS = "manifest.json", "data/results.jsonl"
BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The only time that a member bears: when it was made stands in the manifest."""
ON_UNIX, READABLE = 3, 0o100644 << 16


def described(name: str, content: bytes, count: int) -> PackageFile:
    """What is recorded of a member 文件摘要."""
    return PackageFile(
        name=name, sha256=sha256(content).hexdigest(), sm3=SM3.of(content).hex(), size=len(content), count=count
    )


def archived(members: Mapping[str, bytes]) -> bytes:
    """The file of some members, in order of their names after the manifest; nothing is compressed, as compressors differ."""
    whole = BytesIO()
    with ZipFile(whole, "w", ZIP_STORED) as archive:
        for name in sorted(members, key=lambda name: (name != MANIFEST, name)):
            info = ZipInfo(name, BEGINNING)
            info.create_system, info.external_attr = ON_UNIX, READABLE
            archive.writestr(info, members[name])
    return whole.getvalue()


def firms_in(package: BinaryIO) -> Iterator[str]:
    """Keys of the firms whose results a package of ours holds 所含企业, line by line."""
    with ZipFile(package) as archive:
        if RESULTS in archive.namelist():
            with archive.open(RESULTS) as lines:
                for line in lines:
                    yield key_of(orjson.loads(line)["enterprise"])
