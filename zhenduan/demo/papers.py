"""Papers of the demo city 示例刊物: the white paper of each year, published, and a research brief left as a draft. plan R5.

So few firms are diagnosed that by district and grade hardly a number could be told: by a rule papers count districts, divisions
and grades together.

Then what else is worked out of that year: over-statement, and an equating, for which too few firms have both. plan P3, P8.
"""

from collections.abc import Iterator
from datetime import date

from domain.access import Role
from domain.diagnosis.equatings.equating import RequestEquating
from domain.governance.dated_rules import SetRule, rule_in_force
from domain.governance.rule_bodies.publication import PublicationRule, PublishedGroup, PublishedSide
from domain.kernel import Command
from domain.programme.papers.paper import PaperKind, PublishPaper, RequestPaper
from domain.programme.uplifts.uplift import RequestUplift
from domain.providers.overstatements.overstatement import RequestOverstatement
from journal import Caller
from zhenduan.demo.people import People

YEAR, EDITION = 2024, "2023"
GROUPED, REQUESTED, PUBLISHED = date(2025, 2, 24), date(2025, 2, 25), date(2025, 2, 26)
OTHERS = {
    2023: (date(2025, 2, 27), date(2025, 2, 28)),
    2025: (date(2026, 2, 25), date(2026, 2, 26)),
}
"""Another year -> when its white paper is asked for, and published: of the first, once the rule lets it tell something."""
UPLIFTS = {(2024, 2025): date(2026, 2, 24)}
"""Two years -> when the uplift between their ends is asked for: before the second one's paper, which shows it."""
DISTRICT, INDUSTRY, GRADE = PublishedSide
GROUPS = (
    (DISTRICT, "area-east", "东部", "East", ("310115", "310120", "310151")),
    (DISTRICT, "area-north", "中心城区与北部", "Centre and north", (
        *("310101", "310104", "310105", "310106", "310107", "310109", "310110"), "310113", "310114",
    )),
    (DISTRICT, "area-west", "西部与南部", "West and south", ("310112", "310116", "310117", "310118")),
    (INDUSTRY, "industry-consumer", "消费品", "Consumer goods", (*(f"C{code}" for code in range(13, 25)), "C41")),
    (INDUSTRY, "industry-electronic", "电子与电气", "Electronics and electrical", ("C38", "C39", "C40")),
    (INDUSTRY, "industry-machines", "装备与汽车", "Machinery and vehicles", ("C33", "C34", "C35", "C36", "C37", "C43")),
    (INDUSTRY, "industry-materials", "材料与医药", "Materials and medicine", (*(f"C{code}" for code in range(25, 33)), "C42")),
    (GRADE, "grade-0-2", "二档及以下", "Grade 2 and lower", ("0", "1", "2")),
    (GRADE, "grade-3-10", "三档及以上", "Grade 3 and higher", ("3", "4", "5", "6", "7", "8", "9", "10")),
)
"""Side, id, names, members of what papers count together: areas of the city, kinds of industry, bands of grades."""


def papers(people: People) -> Iterator[tuple[date, Caller, Command]]:
    """The city asks for both papers, which the program computes, publishes one, and asks for both comparisons."""
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    named = [
        PublishedGroup(side=side, id=one, name=name, name_in_english=english, members=members)
        for side, one, name, english, members in GROUPS
    ]
    rule = rule_in_force(None, PublicationRule, GROUPED).model_copy(update={"groups": tuple(named)})
    yield GROUPED, city, SetRule(since=GROUPED, body=rule.whole(), source="示例：诊断企业较少，公开统计合并分组", mark="I")
    for kind in (PaperKind.WHITE_PAPER, PaperKind.RESEARCH_BRIEF):
        yield REQUESTED, city, RequestPaper(kind=kind, year=YEAR)
    yield PUBLISHED, city, PublishPaper(kind=PaperKind.WHITE_PAPER, year=YEAR)
    for (first, second), asked in UPLIFTS.items():
        yield asked, city, RequestUplift(first_year=first, second_year=second, edition=EDITION)
    for year, (requested, published) in OTHERS.items():
        yield requested, city, RequestPaper(kind=PaperKind.WHITE_PAPER, year=year)
        yield published, city, PublishPaper(kind=PaperKind.WHITE_PAPER, year=year)
    yield PUBLISHED, city, RequestOverstatement(year=YEAR, edition=EDITION)
    yield PUBLISHED, city, RequestEquating(external_edition="dcmm-2018", edition=EDITION)
