"""Policies of the demo city 示例政策: one of the city and one of a district, simulated and published. plan I2, I3."""

from collections.abc import Iterator, Sequence
from datetime import date

from domain.access import Role
from domain.kernel import Command
from domain.programme.designations import RecordDesignation
from domain.programme.policies.conditions import Designation
from domain.programme.policies.policy import DraftPolicy, PublishPolicy
from domain.programme.policies.terms import PolicyTerms
from journal import Caller
from zhenduan.demo.people import SHOWN_DISTRICT, People, draw_id

SINCE = date(2025, 2, 24)
DESIGNATED = 8
EDITION = "2023"

CITY_TERMS = {
    "title": "示例：数字化改造补贴（市级）",
    "purpose": "transformation",
    "since": "2025-03-01",
    "fen": 20_000_000,
    "budget_fen": 4_000_000_000,
    "combinable": False,
    "edition": EDITION,
    "clauses": [
        {"title": "诊断达到三档及以上", "any_of": [{"kind": "grade", "at_least": 3}]},
        {"title": "诊断报告在两年以内", "any_of": [{"kind": "report", "within_months": 24}]},
    ],
}
DISTRICT_TERMS = {
    "title": "示例：重点企业改造补贴（区级）",
    "purpose": "transformation",
    "since": "2025-03-01",
    "fen": 5_000_000,
    "combinable": False,
    "edition": EDITION,
    "clauses": [
        {"title": "大中型企业", "any_of": [{"kind": "size", "one_of": ["large", "medium"]}]},
        {
            "title": "链主、专精特新，或数字战略得分不低于四十",
            "any_of": [
                {"kind": "designation", "one_of": ["chain_leader", "specialised"]},
                {"kind": "score", "dimension": "D1", "at_least": "40"},
            ],
        },
        {"title": "项目具有示范性", "any_of": [{"kind": "expert", "question": "项目在同行业是否具有示范性"}]},
    ],
}


def policies(people: People, firms: Sequence[str]) -> Iterator[tuple[date, Caller, Command]]:
    """Some firms are designated; both policies are drafted, which the program simulates, and published."""
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    district = people.callers[Role.DISTRICT, SHOWN_DISTRICT]
    stated = {"source": "示例数据，并非真实政策", "mark": "I"}
    for number, firm in enumerate(firms[:DESIGNATED]):
        held = Designation.CHAIN_LEADER if number == 0 else Designation.SPECIALISED
        yield SINCE, district, RecordDesignation(enterprise=firm, designation=held, since=date(2024, 1, 1), **stated)
    for who, where, terms in ((city, None, CITY_TERMS), (district, SHOWN_DISTRICT, DISTRICT_TERMS)):
        policy = draw_id(people.chance)
        said = PolicyTerms.model_validate(terms)
        yield SINCE, who, DraftPolicy(policy=policy, district=where, terms=said, **stated)
        yield SINCE, who, PublishPolicy(policy=policy)
