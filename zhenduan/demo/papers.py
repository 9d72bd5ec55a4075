"""Papers of the demo city 示例刊物: the white paper of a year, published, and a research brief left as a draft. plan R5."""

from collections.abc import Iterator
from datetime import date

from domain.access import Role
from domain.kernel import Command
from domain.programme.papers.paper import PaperKind, PublishPaper, RequestPaper
from journal import Caller
from zhenduan.demo.people import People

YEAR = 2024
REQUESTED, PUBLISHED = date(2025, 2, 25), date(2025, 2, 26)


def papers(people: People) -> Iterator[tuple[date, Caller, Command]]:
    """The city asks for both, which the program computes, and publishes one."""
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    for kind in (PaperKind.WHITE_PAPER, PaperKind.RESEARCH_BRIEF):
        yield REQUESTED, city, RequestPaper(kind=kind, year=YEAR)
    yield PUBLISHED, city, PublishPaper(kind=PaperKind.WHITE_PAPER, year=YEAR)
