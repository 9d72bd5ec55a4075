"""Policies of the demo city 示例政策: subsidies and lists of three years, simulated and published, one ended. plan I2, I3, I5."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from domain.access import Role
from domain.kernel import Command
from domain.programme.designations import RecordDesignation
from domain.programme.policies.conditions import Designation
from domain.programme.policies.policy import DraftPolicy, EndPolicy, PublishPolicy
from domain.programme.policies.terms import PolicyTerms
from journal import Caller
from zhenduan.demo.people import SHOWN_DISTRICT, People, draw_id

EDITION = "2023"
DESIGNATED = (
    (Designation.CHAIN_LEADER, 1),
    (Designation.SPECIALISED, 7),
    (Designation.LITTLE_GIANT, 2),
    (Designation.CITY_PROJECT, 3),
    (Designation.PARK_PILOT, 3),
    (Designation.FUNDED, 2),
)
"""Designation -> how many firms of the shown district hold it, one after the other."""
HELD_SINCE, RECORDED = date(2024, 1, 1), date(2025, 2, 24)

GRADED = {"kind": "grade", "at_least": 3}
WITHIN_TWO_YEARS = {"title": "诊断报告在两年以内", "any_of": [{"kind": "report", "within_months": 24}]}
JUDGED = {"title": "项目具有示范性", "any_of": [{"kind": "expert", "question": "项目在同行业是否具有示范性"}]}


class DemoPolicy(NamedTuple):
    """A policy of the demo 示例政策. district: whose it is; None = the city's. ended: when and why; None = it holds."""

    published: date
    terms: dict[str, Any]
    district: str | None = None
    ended: tuple[date, str] | None = None


def _list(published: date, title: str, purpose: str, *clauses: dict[str, Any]) -> DemoPolicy:
    """A list that grants no money by itself; several may be taken beside each other."""
    terms = {"title": title, "purpose": purpose, "since": published.isoformat(), "fen": 0, "combinable": True}
    return DemoPolicy(published, {**terms, "edition": EDITION, "clauses": list(clauses)})


POLICIES = (
    DemoPolicy(
        date(2023, 11, 6),
        {
            "title": "示例：首批试点诊断补贴（市级）",
            "purpose": "diagnosis",
            "since": "2023-11-06",
            "until": "2024-12-31",
            "fen": 1_000_000,
            "budget_fen": 200_000_000,
            "combinable": False,
            "edition": EDITION,
            "clauses": [{"title": "已完成诊断", "any_of": [{"kind": "grade", "at_least": 1}]}],
        },
        ended=(date(2024, 12, 30), "试点期满（示例）"),
    ),
    _list(
        date(2024, 3, 4),
        "示例：工赋链主培育名单",
        "selection",
        {"title": "大型企业", "any_of": [{"kind": "size", "one_of": ["large"]}]},
        {"title": "诊断达到五档及以上", "any_of": [{"kind": "grade", "at_least": 5}]},
        {"title": "能带动上下游", "any_of": [{"kind": "expert", "question": "是否具备带动上下游企业转型的能力"}]},
    ),
    _list(
        date(2024, 3, 4),
        "示例：专精特新推荐名单",
        "selection",
        {"title": "中小微企业", "any_of": [{"kind": "size", "one_of": ["medium", "small", "micro"]}]},
        {"title": "诊断达到三档及以上，或已是小巨人", "any_of": [GRADED, {"kind": "designation", "one_of": ["little_giant"]}]},
    ),
    _list(
        date(2024, 9, 2),
        "示例：国家和市级项目推荐名单",
        "project",
        {"title": "诊断达到四档及以上", "any_of": [{"kind": "grade", "at_least": 4}]},
        WITHIN_TWO_YEARS,
        JUDGED,
    ),
    _list(
        date(2024, 9, 2),
        "示例：“平台+园区”试点名单",
        "park_pilot",
        {"title": "在试点园区", "any_of": [{"kind": "park", "one_of": ["park-west", "park-east"]}]},
        {"title": "已完成诊断", "any_of": [{"kind": "grade", "at_least": 1}]},
    ),
    DemoPolicy(
        date(2025, 2, 24),
        {
            "title": "示例：数字化改造补贴（市级）",
            "purpose": "transformation",
            "since": "2025-03-01",
            "fen": 20_000_000,
            "budget_fen": 4_000_000_000,
            "combinable": False,
            "edition": EDITION,
            "clauses": [{"title": "诊断达到三档及以上", "any_of": [GRADED]}, WITHIN_TWO_YEARS],
        },
    ),
    DemoPolicy(
        date(2025, 2, 24),
        {
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
                JUDGED,
            ],
        },
        district=SHOWN_DISTRICT,
    ),
    _list(
        date(2025, 2, 25),
        "示例：园区用地数字化水平核验",
        "land",
        {"title": "诊断总分不低于五十", "any_of": [{"kind": "score", "at_least": "50"}]},
        WITHIN_TWO_YEARS,
    ),
    _list(
        date(2025, 2, 25),
        "示例：产业基金推荐名单",
        "fund",
        {
            "title": "诊断达到五档及以上，或已获专精特新称号",
            "any_of": [{"kind": "grade", "at_least": 5}, {"kind": "designation", "one_of": ["specialised", "little_giant"]}],
        },
        {"title": "未获同类资金", "any_of": [{"kind": "designation", "one_of": ["funded"], "excluded": True}]},
    ),
)
"""In the order of their days; of each kind that results feed (plan I3, I5) one."""


def policies(people: People, firms: Sequence[str]) -> Iterator[tuple[date, Caller, Command]]:
    """Some firms are designated; every policy is drafted, which the program simulates, and published, and one is ended."""
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    district = people.callers[Role.DISTRICT, SHOWN_DISTRICT]
    stated = {"source": "示例数据，并非真实政策", "mark": "I"}
    named = iter(firms)
    for designation, count in DESIGNATED:
        for _, firm in zip(range(count), named, strict=False):
            yield RECORDED, district, RecordDesignation(enterprise=firm, designation=designation, since=HELD_SINCE, **stated)
    for one in POLICIES:
        who, policy = district if one.district is not None else city, draw_id(people.chance)
        said = PolicyTerms.model_validate(one.terms)
        yield one.published, who, DraftPolicy(policy=policy, district=one.district, terms=said, **stated)
        yield one.published, who, PublishPolicy(policy=policy)
        if one.ended is not None:
            day, reason = one.ended
            yield day, who, EndPolicy(policy=policy, reason=reason)
