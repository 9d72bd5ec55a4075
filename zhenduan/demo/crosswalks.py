"""Crosswalks in the demo city 示例对照: the starter set as proposed, one of it reviewed by two experts and published. plan P8."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from domain.access import Everything, Role
from domain.kernel import Command
from domain.participants.people.granting_rights import KIND_OF_HEAD
from domain.standard.crosswalks.crosswalk import ChangeCrosswalk, ProposeCrosswalk, PublishCrosswalk, ReviewCrosswalk
from domain.standard.crosswalks.state import crosswalk_id
from domain.standard.revision.state import Verdict
from interop.code_lists import CodeList, read_codes
from journal import Caller
from standards.edition.text import Source
from standards.external.crosswalk import CrosswalkRow, MappingRelation
from zhenduan.demo.people import People, draw_id

PROPOSED, REVIEWED, PUBLISHED = date(2024, 3, 4), (date(2024, 3, 11), date(2024, 3, 13)), date(2024, 3, 18)
REVIEWERS = 2
GROUNDS = "逐行核对，理由成立（示例）"


class DemoCrosswalk(CodeList):
    """A crosswalk of the demo 示例对照. rows: indicator, node, relation, confidence, why."""

    external_edition: str
    title: str
    published: bool
    rows: tuple[tuple[str, str, MappingRelation, Decimal, str], ...]

    @property
    def proposed(self) -> tuple[CrosswalkRow, ...]:
        """Its rows, as they are proposed."""
        return tuple(
            CrosswalkRow(indicator=indicator, node=node, relation=relation, confidence=confidence, rationale=why)
            for indicator, node, relation, confidence, why in self.rows
        )


class DemoCrosswalks(CodeList):
    """The starter set 起步对照."""

    source: Source
    crosswalks: tuple[DemoCrosswalk, ...]


@cache
def demo_crosswalks() -> DemoCrosswalks:
    """The starter set as authored 起步对照."""
    return read_codes(Path(__file__).parent / "demo_crosswalks.yaml", DemoCrosswalks)


def crosswalks(people: People, edition: str) -> Iterator[tuple[date, Caller, Command]]:
    """Every crosswalk is proposed and looked at; what two experts approved is published."""
    told, city = demo_crosswalks(), people.callers[Role.CITY, people.data.organisations.city.id]
    unit = next(one.id for one in people.data.organisations.others if one.kind is KIND_OF_HEAD[Role.READER])
    experts = [Caller(draw_id(people.chance), Role.READER, unit, Everything()) for _ in range(REVIEWERS)]
    for expert in experts:
        for command in people.joining(expert, PROPOSED):
            yield PROPOSED, city, command
    stated = {"source": told.source.document, "mark": told.source.mark}
    for one in told.crosswalks:
        named = {"crosswalk": crosswalk_id(edition, one.external_edition)}
        named_too = {"edition": edition, "external_edition": one.external_edition, "title": one.title}
        yield PROPOSED, city, ProposeCrosswalk(**named, **named_too, **stated)
        yield PROPOSED, city, ChangeCrosswalk(**named, draft_version=1, rows=one.proposed)
        for day, expert in zip(REVIEWED, experts if one.published else experts[:1], strict=False):
            yield day, expert, ReviewCrosswalk(**named, draft_version=2, verdict=Verdict.APPROVE, grounds=GROUNDS)
        if one.published:
            yield PUBLISHED, city, PublishCrosswalk(**named, draft_version=2)
