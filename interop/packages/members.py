"""Members 包内文件 of a package while it is made: each written piece by piece beside its digests, none held whole. plan P8."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import hashes

from domain.programme.packages.events import PackageFile


class PackageMember:
    """One member as it grows 编制中的文件. path: where it lies meanwhile. count: of the lines or results that it holds."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.path = path
        self.count = 0
        self._sha256, self._sm3 = sha256(), hashes.Hash(hashes.SM3())
        self._file = path.open("wb")
        self._size = 0

    def write(self, piece: bytes, count: int = 0) -> None:
        """Add a piece, which holds so many things."""
        self._file.write(piece)
        self._sha256.update(piece)
        self._sm3.update(piece)
        self._size += len(piece)
        self.count += count

    def described(self) -> PackageFile:
        """What is recorded of it 文件摘要, once all is written."""
        self._file.close()
        digests = {"sha256": self._sha256.hexdigest(), "sm3": self._sm3.finalize().hex()}
        return PackageFile(name=self.name, size=self._size, count=self.count, **digests)

    def close(self) -> None:
        """Let go of the file, whether it was described or not."""
        self._file.close()


class PackageMembers:
    """All members of a package that is being made 编制中的数据包, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begun: dict[str, PackageMember] = {}

    def begin(self, name: str) -> PackageMember:
        """A member of its own name, empty."""
        made = PackageMember(name, self._folder / str(len(self._begun)))
        self._begun[name] = made
        return made

    def whole(self, name: str, content: bytes, count: int) -> None:
        """A member that is small, at once."""
        self.begin(name).write(content, count)

    def lines(self, name: str, lines: Iterable[bytes]) -> None:
        """A member of lines."""
        member = self.begin(name)
        for line in lines:
            member.write(line, 1)

    def __contains__(self, name: str) -> bool:
        return name in self._begun

    def described(self) -> tuple[PackageFile, ...]:
        """What is recorded of each, in order of their names."""
        return tuple(self._begun[name].described() for name in sorted(self._begun))

    def paths(self) -> dict[str, Path]:
        """Name -> where it lies."""
        return {name: one.path for name, one in self._begun.items()}

    def close(self) -> None:
        """Let go of all files."""
        for one in self._begun.values():
            one.close()


@contextmanager
def members_in(folder: Path) -> Iterator[PackageMembers]:
    """Members in a folder, whose files are let go of in the end."""
    made = PackageMembers(folder)
    try:
        yield made
    finally:
        made.close()
