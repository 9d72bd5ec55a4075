"""How a command is declared 命令声明: what runs it, and the table that takes it. Loads nothing else, so that help stays light."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from zhenduan.settings import Settings

Run = Callable[["Settings", argparse.Namespace], int]
RunAlone = Callable[[argparse.Namespace], int]


class Adds(Protocol):
    """Adds a command under the heading at hand 添加命令."""

    def __call__(self, name: str, run: Run, says: str, *, json: bool = False) -> argparse.ArgumentParser:
        """A command over an installation. json: it prints data, as JSON where that is asked."""

    def alone(self, name: str, run: RunAlone, says: str, *, json: bool = False) -> argparse.ArgumentParser:
        """A command that needs no installation, and reads no setting."""
