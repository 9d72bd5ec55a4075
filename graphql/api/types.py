"""Types 类型 of the schema: what a caller may see of things, one class a thing, each field with unit and clause."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry

from domain.access import sentence
from standards import Edition as StandardEdition
from standards import Indicator as StandardIndicator


@strawberry.type(description="Role held for an organisation 任职. plan P7")
class Membership:
    """One capacity a person may act in."""

    id: strawberry.ID
    role: str
    organisation: str
    since: date
    until: date | None


@strawberry.type(description="Who asks, and why they see what they see 当前用户. plan P7")
class Viewer:
    """The caller of the operation."""

    role: str
    organisation: str | None
    scope: str
    scope_in_english: str
    memberships: list[Membership]

    @classmethod
    def of(cls, context: Any, memberships: list[Membership]) -> "Viewer":  # noqa: ANN401 - api.context.Context
        """The viewer behind a context; the public when nobody is signed in."""
        chinese, english = sentence(context.scope)
        caller = context.caller
        return cls(
            role=context.role or "public",
            organisation=caller.organisation if caller else None,
            scope=chinese,
            scope_in_english=english,
            memberships=memberships,
        )


@strawberry.type(description="Session of a signed-in person 会话; the token is shown once")
class Session:
    """A bearer token and when it ends."""

    token: str
    expires_at: datetime


@strawberry.type(description="Signed ticket for one upload 上传凭证: PUT the bytes to `url` before it expires")
class UploadTicket:
    """Where evidence or a roster goes, outside GraphQL."""

    url: str
    expires_at: datetime


@strawberry.type(description="Named raw number 原始数值, exact, as text")
class NamedNumber:
    """One raw number of a ratio, count or outcome."""

    name: str
    value: Decimal


@strawberry.type(description="Answer to one indicator 答案: the firm's own and the provider's verified one. plan P3")
class Answer:
    """An indicator with both answers."""

    indicator: str
    name: str
    dimension: str
    level: Decimal | None
    numbers: list[NamedNumber]
    choices: list[str]
    not_applicable: bool
    reason: str | None
    version: int
    verified_level: Decimal | None
    verified_numbers: list[NamedNumber]
    verified_not_applicable: bool | None
    difference: str | None


@strawberry.type(description="File that supports indicators 佐证, kept by the hash of its bytes. plan P5")
class Evidence:
    """An attached file."""

    sha256: str
    filename: str
    media_type: str
    size: int
    indicators: list[str]
    attached_at: datetime
    attached_by_role: str


@strawberry.type(description="Issued or confirmed report 报告. plan P4")
class Report:
    """One version of the report."""

    version: int
    kind: str
    sha256: str
    rendered_at: str
    issued_at: datetime
    url: str


@strawberry.type(description="Gate 门槛: a condition of a level beside the score. plan S4")
class Gate:
    """A gate, whether it holds, and what would lift it."""

    code: str
    holds: bool
    says: str
    says_in_english: str
    lift: str | None


@strawberry.type(description="Score of one dimension 维度得分, 0–100, two decimals half up")
class DimensionScore:
    """Self and verified score of a dimension."""

    id: str
    name: str
    weight: Decimal
    self_score: Decimal
    verified_score: Decimal


@strawberry.type(description="Contribution of one indicator to the total 指标贡献")
class IndicatorScore:
    """Points, effective weight and contribution of an indicator."""

    id: str
    level: Decimal | None
    points: Decimal | None
    weight: Decimal
    contribution: Decimal


@strawberry.type(description="Result 评分结果: measured and issued grade apart, self and verified score apart. plan S4")
class Result:
    """A scored diagnosis, explained."""

    self_total: Decimal
    verified_total: Decimal
    measured_level: int
    measured_grade: int
    issued_level: int
    issued_grade: int
    level_name: str
    grade_name: str
    dimensions: list[DimensionScore]
    indicators: list[IndicatorScore]
    gates: list[Gate]


@strawberry.type(description="Indicator of an edition 指标. plan S1")
class Indicator:
    """An indicator with its five level descriptors."""

    id: str
    name: str
    dimension: str
    subdimension: str
    kind: str
    key: bool
    in_brief: bool
    weight: Decimal
    levels: list[str]
    evidence: str
    mark: str


@strawberry.type(description="Dimension of an edition 维度; weight in percent of the total")
class Dimension:
    """A dimension and its weight."""

    id: str
    name: str
    weight: Decimal


@strawberry.type(description="Published edition of the standard 标准版本. plan S1, S5")
class Edition:
    """An edition as published, never changed afterwards."""

    key: str
    title: str
    status: str
    digest: str
    dimensions: list[Dimension]
    indicators: list[Indicator]

    @classmethod
    def of(cls, edition: StandardEdition) -> "Edition":
        """The published edition, flattened."""
        return cls(
            key=edition.key,
            title=edition.title,
            status=edition.status,
            digest=edition.digest,
            dimensions=[Dimension(id=d.id, name=d.name, weight=d.weight) for d in edition.dimensions],
            indicators=[_indicator(item) for item in edition.indicators],
        )


def _indicator(item: StandardIndicator) -> Indicator:
    return Indicator(
        id=item.id,
        name=item.name,
        dimension=item.dimension,
        subdimension=item.subdimension,
        kind=item.kind,
        key=item.key,
        in_brief=item.in_brief,
        weight=item.weight_in_dimension,
        levels=list(item.levels),
        evidence=item.evidence,
        mark=item.source.mark,
    )


@strawberry.type(description="City target of a year 市级目标, with its clause and mark. plan G1–G4")
class CityTarget:
    """What the plan asks for, and whether it holds."""

    measure: str
    at_least: Decimal
    clause: str
    mark: str
    holds: bool


@strawberry.type(description="Coverage of a district 区覆盖: firms with an issued report over the year's roster. plan G4")
class DistrictCoverage:
    """Diagnosed and total; no district target is known, so none is shown."""

    district: str
    name: str
    diagnosed: int
    confirmed: int
    total: int


@strawberry.type(description="Coverage of a year 覆盖情况, within the caller's scope. plan G")
class Coverage:
    """Diagnosed and total, and the city's target where the caller sees the city."""

    year: int
    diagnosed: int
    confirmed: int
    total: int
    targets: list[CityTarget]
    districts: list[DistrictCoverage]


@strawberry.type(description="Organisation 组织. plan O1–O3")
class Organisation:
    """An organisation as registered."""

    id: strawberry.ID
    kind: str
    name: str
    industries: list[str]


@strawberry.type(description="Finding of a roster check 校验结果: row, column, reason")
class RosterFinding:
    """One refusal or warning."""

    row: int
    column: str
    severity: str
    code: str
    says: str


@strawberry.type(description="Report of one roster file 名单导入报告. plan P1")
class RosterImport:
    """What became of a file."""

    year: int
    filename: str
    digest: str
    blocked: bool
    registered: int
    revised: int
    unchanged: int
    refused_rows: int
    findings: list[RosterFinding]
    at: datetime


@strawberry.type(description="Entry of the journal 日志条目: who did what, when, in which role, why. plan P5")
class AuditEntry:
    """One fact with its circumstances; the position is the auditor's alone."""

    id: strawberry.ID
    position: int
    at: datetime
    stream: str
    version: int
    type: str
    what: str
    actor: str
    role: str
    organisation: str
    reason: str
    data: str
