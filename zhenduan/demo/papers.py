"""Papers of the demo city 示例刊物: the white paper of a year, published, and a research brief left as a draft. plan R5.

Then what else is worked out of that year: over-statement, and an equating, for which too few firms have both. plan P3, P8.
"""

from collections.abc import Iterator
from datetime import date

from domain.access import Role
from domain.diagnosis.equatings.equating import RequestEquating
from domain.kernel import Command
from domain.programme.papers.paper import PaperKind, PublishPaper, RequestPaper
from domain.providers.overstatements.overstatement import RequestOverstatement
from journal import Caller
from zhenduan.demo.people import People

YEAR, EDITION = 2024, "2023"
REQUESTED, PUBLISHED = date(2025, 2, 25), date(2025, 2, 26)


def papers(people: People) -> Iterator[tuple[date, Caller, Command]]:
    """The city asks for both papers, which the program computes, publishes one, and asks for both comparisons."""
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    for kind in (PaperKind.WHITE_PAPER, PaperKind.RESEARCH_BRIEF):
        yield REQUESTED, city, RequestPaper(kind=kind, year=YEAR)
    yield PUBLISHED, city, PublishPaper(kind=PaperKind.WHITE_PAPER, year=YEAR)
    yield PUBLISHED, city, RequestOverstatement(year=YEAR, edition=EDITION)
    yield PUBLISHED, city, RequestEquating(external_edition="dcmm-2018", edition=EDITION)
