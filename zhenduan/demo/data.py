"""Data of the demo city 示例城市数据: what `demo_city.yaml` holds, read strictly. All of it is synthetic (mark I)."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from domain.participants.organisations import OrganisationKind
from domain.participants.ownership import Ownership
from domain.programme.targets import Measure
from interop.code_lists import CodeList, read_codes
from standards.edition.text import SourceMark

Percent = Annotated[int, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=0)]
Range = Annotated[tuple[int, int], Field(description="least and most")]


class Ending(StrEnum):
    """How far a diagnosis of the demo goes 示例诊断的终点, in the order of its way; `reissued`: after an upheld objection."""

    OPENED = "opened"
    PARTLY_ANSWERED = "partly_answered"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    VISITED = "visited"
    VERIFIED = "verified"
    SCORED = "scored"
    ISSUED = "issued"
    OBJECTED = "objected"
    REISSUED = "reissued"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class Seed(CodeList):
    """Where the numbers come from 来源."""

    document: str
    mark: SourceMark


class Curve(CodeList):
    """A normal distribution of points 正态分布."""

    mean: int
    deviation: int


class TotalCurve(Curve):
    """The curve of verified totals, cut at both ends 核验总分分布."""

    least: int
    most: int


class Size(CodeList):
    """A size class as drawn 规模: share in a hundred, points it adds, ranges of head count and revenue (万元)."""

    key: str
    in_hundred: Percent
    offset: int
    employees: Range
    revenue_wan: Range


class DemoIndustry(CodeList):
    """A division as drawn 行业: weight, points it adds, and what such a firm makes."""

    weight: Count
    offset: int
    makes: Annotated[tuple[str, ...], Field(min_length=1)]


class Named(CodeList):
    """An organisation of the demo 组织."""

    id: str
    name: str


class DemoSubdistrict(Named):
    """A subdistrict or town 街镇."""

    mark: SourceMark


class Park(Named):
    """A park, and the share of its district's firms that lie in it 园区."""

    district: str
    in_hundred: Percent


class Seat(CodeList):
    """The firm that is a group's headquarters 集团总部. total: points its verified answers aim at."""

    name: str
    district: str
    industry: str
    employees: int
    revenue_wan: int
    total: int


class DemoGroup(Named):
    """A group, the share of some industries' firms that belong to it, and its headquarters where it names one 企业集团."""

    industries: tuple[str, ...]
    in_hundred: Percent
    headquarters: Seat | None = None


class Provider(Named):
    """A provider, its home district, who controls it and the divisions it serves 服务商. last: its last day; None = it stays."""

    district: str
    ownership: Ownership
    industries: tuple[str, ...]
    last: date | None = None


class Other(Named):
    """An organisation beside the programme's own departments and providers 其他组织; one of each kind."""

    kind: OrganisationKind


class Organisations(CodeList):
    """All organisations beside the districts 组织."""

    city: Named
    auditor: Named
    others: tuple[Other, ...]
    subdistricts: tuple[DemoSubdistrict, ...]
    parks: tuple[Park, ...]
    groups: tuple[DemoGroup, ...]
    providers: tuple[Provider, ...]


class OwnerFirm(CodeList):
    """The firm whose owner may sign in 企业账户所属企业. total: points its verified answers aim at."""

    name: str
    district: str
    subdistrict: str
    park: str
    group: str
    reporting_unit: str
    industry: str
    employees: int
    revenue_wan: int
    provider: str
    total: int


class Target(CodeList):
    """A target of the plan 工作目标."""

    year: int
    measure: Measure
    at_least: Decimal
    clause: str
    mark: SourceMark


class Cases(CodeList):
    """How many diagnoses end at one point 数量; past: they ran in the programme's first two years."""

    count: Count
    past: bool


class Otherwise(CodeList):
    """How often a diagnosis is held under another edition than the one that applies, and why 另选标准."""

    every: Annotated[int, Field(ge=1)]
    reasons: Annotated[tuple[str, ...], Field(min_length=1)]


class DemoData(CodeList):
    """The demo city as authored 示例城市数据."""

    source: Seed
    seed: int
    firms: Annotated[int, Field(ge=20)]
    joining_each_year: Count
    leaving_each_year: Count
    districts: dict[str, int]
    fewest_in_district: Count
    total: TotalCurve
    overstatement: Curve
    sizes: tuple[Size, ...]
    industries: dict[str, DemoIndustry]
    brands: tuple[str, ...]
    organisations: Organisations
    owner_firm: OwnerFirm
    surnames: tuple[str, ...]
    given_names: tuple[str, ...]
    targets: tuple[Target, ...]
    cases: dict[Ending, Cases]
    rated_providers: Count
    finished: dict[int, Count]
    repeated: dict[int, Count]
    otherwise: Otherwise
    evidence: tuple[str, ...]
    functions: tuple[str, ...]
    visit_notes: tuple[str, ...]
    differences: tuple[str, ...]
    not_applicable: str
    expert_conclusion: str
    objections: tuple[str, ...]
    objection_upheld: str
    withdrawals: tuple[str, ...]


def seats(data: DemoData) -> dict[str, Seat]:
    """Group -> its headquarters 集团总部, in the order of the groups."""
    return {one.id: one.headquarters for one in data.organisations.groups if one.headquarters is not None}


@cache
def demo_data() -> DemoData:
    """The demo city as authored 示例城市数据."""
    return read_codes(Path(__file__).parent / "demo_city.yaml", DemoData)
