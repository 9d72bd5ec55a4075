"""The append-only record 日志: who did what, when, in which role, for whom and why, on two engines. plan P5.

What is named here is loaded when it is first asked for: whoever checks a proof needs none of it, nor the rules that it loads.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from journal.codec import decode
    from journal.command_handling import Accepted, Caller, Conflict, Finish, Handled, handle
    from journal.entries import (
        ClockRefused,
        Entry,
        Head,
        HeadBroken,
        KeyReused,
        NewEntry,
        VersionTaken,
    )
    from journal.journal import Journal, is_demo, open_journal
    from journal.transparency.verifying import Broken, Verified, verify

__all__ = [
    "Accepted",
    "Broken",
    "Caller",
    "ClockRefused",
    "Conflict",
    "Entry",
    "Finish",
    "Handled",
    "Head",
    "HeadBroken",
    "Journal",
    "KeyReused",
    "NewEntry",
    "Verified",
    "VersionTaken",
    "decode",
    "handle",
    "is_demo",
    "open_journal",
    "verify",
]

HOMES = {
    "journal.codec": ("decode",),
    "journal.command_handling": ("Accepted", "Caller", "Conflict", "Finish", "Handled", "handle"),
    "journal.entries": ("ClockRefused", "Entry", "Head", "HeadBroken", "KeyReused", "NewEntry", "VersionTaken"),
    "journal.journal": ("Journal", "is_demo", "open_journal"),
    "journal.transparency.verifying": ("Broken", "Verified", "verify"),
}
"""File -> what is named here of it."""

if not TYPE_CHECKING:  # else the checker would believe any name

    def __getattr__(name: str) -> object:
        """What a file of ours holds, kept once loaded."""
        home = next((file for file, names in HOMES.items() if name in names), None)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(home), name)
        return found
