"""The append-only record 日志: who did what, when, in which role, for whom and why, on two engines. plan P5."""

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
