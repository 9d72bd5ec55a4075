"""Context 上下文 of one operation: who asks, through which scope, and the one snapshot it reads from."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.access import Nothing, Scope
from journal import Caller

if TYPE_CHECKING:
    from zhenduan.program import Program

    from projections import Reading


@dataclass
class Context:
    """What the resolvers of one operation share.

    program: the wiring. caller: None when nobody is signed in; then the scope admits nothing.
    token: the bearer token of the request, needed to end or change its own session.
    """

    program: "Program"
    caller: Caller | None
    token: str | None = None
    _open: ExitStack = field(default_factory=ExitStack)
    _reading: "Reading | None" = None

    @property
    def scope(self) -> Scope:
        """What the caller may see."""
        return self.caller.scope if self.caller is not None else Nothing()

    @property
    def role(self) -> str:
        """The role acted in; empty when nobody is signed in."""
        return self.caller.role if self.caller is not None else ""

    @property
    def reading(self) -> "Reading":
        """The operation's snapshot, opened at first use."""
        if self._reading is None:
            self._reading = self._open.enter_context(self.program.models.reading())
        return self._reading

    def refresh(self) -> None:
        """Let go of the snapshot, so that the next read sees what a command just wrote."""
        self._open.close()
        self._reading = None

    close = refresh
