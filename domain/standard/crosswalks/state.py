"""State of a crosswalk 对照现状: rows as they stand, by whom, what reviewers said of each, what is published. plan P8."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from domain.access import EXPERTS, Role
from domain.kernel import Command, EditionRef, Identifier, IdOf, Part, Stream, stream_of
from domain.person_id_fields import PersonId
from domain.standard.revision.state import Verdict
from standards.edition.text import Source
from standards.external.crosswalk import CrosswalkRow

CROSSWALK_DRAFT_READERS = EXPERTS | {Role.CITY, Role.AUDITOR, Role.SYSTEM}
"""Roles that see what is proposed and what reviewers say of it 对照草案可见角色; what is published is open to all."""

CrosswalkRef = Annotated[Identifier, IdOf("crosswalk")]
ExternalKey = Annotated[Identifier, IdOf("")]
Pair = tuple[str, str]


class CrosswalkCommand(Command):
    """A command about one crosswalk 对照命令."""

    crosswalk: CrosswalkRef = Field(description="Crosswalk, by the keys of its two editions · 对照标识")


class ProposedRow(Part):
    """A row as it stands, by whom it was proposed, and each reviewer's last word on it with its grounds 拟议对照行."""

    row: CrosswalkRow
    proposer: PersonId
    verdicts: Mapping[str, Verdict] = {}
    grounds: Mapping[str, str] = {}

    @property
    def approvals(self) -> int:
        """How many people approve it."""
        return sum(one is Verdict.APPROVE for one in self.verdicts.values())

    def is_agreed(self, needed: int) -> bool:
        """Whether so many approve it and none returns it."""
        return self.approvals >= needed and Verdict.RETURN not in self.verdicts.values()


class Crosswalk(BaseModel):
    """A crosswalk 对照. draft_version: counts up with every change of its rows. version: of what is published, 0 before that."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    edition: EditionRef
    external_edition: ExternalKey
    title: str
    source: Source
    draft_version: int = 1
    rows: Mapping[Pair, ProposedRow] = {}
    version: int = 0
    published: tuple[CrosswalkRow, ...] = ()

    @property
    def drafted(self) -> tuple[CrosswalkRow, ...]:
        """Its rows as they stand, in order of their ends."""
        return tuple(self.rows[pair].row for pair in sorted(self.rows))


def crosswalk_stream(crosswalk: str) -> Stream:
    """The stream of a crosswalk 对照流."""
    return stream_of("crosswalk", crosswalk)


def crosswalk_id(edition: str, external_edition: str) -> str:
    """Id of the crosswalk of an edition to an external one: there is one of each two."""
    return f"{edition}.{external_edition}"


def crosswalk_streams(edition: str, external: str) -> tuple[Stream, ...]:
    """Of the edition's own crosswalk to an external one, then that of the plain edition it is made of 对照流."""
    keys = dict.fromkeys((edition, edition.partition("-")[0]))
    return tuple(crosswalk_stream(crosswalk_id(key, external)) for key in keys)


def published_crosswalk(streams: tuple[Stream, ...], read: Mapping[str, Any]) -> Crosswalk | None:
    """The first of some crosswalks that was published 已发布对照."""
    found = (read.get(stream) for stream in streams)
    return next((one for one in found if one is not None and one.version), None)
