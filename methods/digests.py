"""Digests 输入摘要: what a computation was made from, in a form that anyone repeats with standard tools. plan V5."""

from collections.abc import Iterable
from hashlib import sha256


def digest_of_lines(lines: Iterable[str]) -> str:
    """SHA-256 of lines, each with its line feed; `sha256sum` of a file that holds them says the same."""
    return sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
