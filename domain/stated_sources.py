"""Stated sources 来源与标记: where what the city sets comes from and how sure that is, said alike by every command."""

from typing import Annotated, Protocol

from pydantic import Field

from domain.kernel import Label
from standards.edition.text import Source, SourceMark

StatedDocument = Annotated[Label, Field(description="Where it comes from · 来源")]
StatedMark = Annotated[SourceMark, Field(description="Mark of the source · 来源标记")]


class StatesSource(Protocol):
    """A command that says where what it sets comes from 注明来源的命令."""

    @property
    def source(self) -> str:
        """The document 来源文件."""

    @property
    def mark(self) -> SourceMark:
        """How sure it is 来源标记."""


def stated_source(command: StatesSource) -> Source:
    """The source that a command states, as its facts bear it 命令所注来源."""
    return Source(document=command.source, mark=command.mark)
