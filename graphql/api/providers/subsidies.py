"""Yearly subsidies 年度补贴 in the schema: the city's with every line, each provider its own once approved. plan I1, I2."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from api.kit.context import Context
from api.kit.edges import Edge, Loader, led_to
from api.kit.enums import enum_type
from api.kit.ids import DiagnosisID, OrganisationID, id_of
from api.kit.mutations import Payload, ServerFields
from api.kit.paging import wanted_fields
from api.kit.parts import parts, wanted_parts
from api.kit.published import argument, field, published
from api.kit.years import require_year
from api.participants.organisations import Organisation, load_organisations
from domain.access import Everything, Role
from domain.diagnosis.state import diagnosis_stream
from domain.governance.proceedings.state import ProceedingKind
from domain.kernel import Command, cause_of
from domain.masks import AUDIT, RATING_INPUTS, RATINGS_READ
from domain.providers.ratings.numbers import Tier
from domain.providers.ratings.rating import RATED_YEARS
from domain.providers.subsidies import numbers
from domain.providers.subsidies.awaited import SubsidyStep, subsidy_waits_for
from domain.providers.subsidies.clawback import ClawBackSubsidy
from domain.providers.subsidies.events import LeftOutJob
from domain.providers.subsidies.state import SubsidyStatus, YearOfSubsidy, subsidy_stream
from domain.providers.subsidies.subsidy import (
    AnySubsidyCommand,
    ComputeSubsidy,
    RecordDistrictSubsidy,
    WithdrawDistrictSubsidy,
)
from projections.engine.snapshot import Snapshot
from projections.governance.proceedings import about_any
from projections.providers.ratings import rating_of
from projections.providers.subsidies import subsidy_of
from projections.providers.subsidy_jobs import confirmed_jobs, counted, jobs_of_year

SUBSIDIES_READ = RATINGS_READ | {Role.DISTRICT}
"""Subsidies 年度补贴: once approved, a provider reads its own line; a district what it pays itself."""
enum_type(SubsidyStatus)
enum_type(SubsidyStep)


@published(RATINGS_READ, row=numbers.ProviderSubsidy)
class ProviderSubsidy:
    """What one provider is paid for a year, in fen · 服务商补贴. plan I1"""

    provider: Organisation | None = field("Who is paid, within the reader's scope · 服务商", by="provider")
    tier: Tier | None = field("Tier that it rests on; null while unrated · 评价档次")
    coefficient: Decimal = field("Factor of the tier · 系数")
    jobs: int = field("Confirmed jobs that are paid for · 确认任务数")
    worth: Decimal = field("Of the jobs, before the cap · 应计金额（分）")
    due: Decimal = field("After the cap · 应付金额（分）")
    paid: Decimal = field("Within the budget · 实付金额（分）")
    taken_back: Decimal = field("Taken back since · 已追回金额（分）", made=True)


@published(RATING_INPUTS)
class LeftOutDiagnosis:
    """Confirmed diagnosis that the city does not pay for · 未计任务. plan I2"""

    diagnosis: DiagnosisID = field("Which one · 诊断标识")
    provider: OrganisationID = field("Who made it · 服务商标识")
    cause: str = field("Fact why, stream and version: such as a district's subsidy of it · 原因")


@published(SUBSIDIES_READ)
class DistrictPayment:
    """What a district pays for a diagnosis itself, in fen · 区级补贴. plan I2"""

    diagnosis: DiagnosisID = field("Which one · 诊断标识")
    district: str = field("District, GB/T 2260 code · 区代码")
    amount: Decimal = field("Amount, in fen · 金额（分）")
    source: str = field("By which notice · 依据")


@published(SUBSIDIES_READ)
class YearSubsidy:
    """Subsidy of a year · 年度补贴. plan I1

    To a provider it is there once it is approved, with its own line alone; to a district with what it pays itself.
    """

    year: int = field("Year whose jobs are paid for · 年度")
    status: SubsidyStatus = field("How far it has come · 状态")
    version: int | None = field("Version of the stream, which counts everybody's facts · 版本", roles=RATING_INPUTS)
    method: str | None = field("Method and version; null until it is computed · 方法", roles=RATINGS_READ)
    rule: str | None = field("Subsidy rule as stream and version; null = the default on file · 规则", roles=RATINGS_READ)
    rule_since: date | None = field("First day of the rule · 规则起始日", roles=RATINGS_READ)
    rating: str | None = field("Fact by which the tiers are final, stream and version · 所依评价", roles=RATINGS_READ)
    ratio: Decimal | None = field("Share of what is due that the budget pays, 0 to 1 · 兑付比例", roles=RATINGS_READ)
    due: Decimal | None = field("Due to all, in fen · 应付总额（分）", roles=RATING_INPUTS)
    paid: Decimal | None = field("Paid to all, in fen · 实付总额（分）", roles=RATING_INPUTS)
    position: int | None = field("Journal position up to which jobs were counted · 截止位置", roles=AUDIT)
    input_digest: str | None = field("SHA-256 of the table of jobs, which an approval names · 输入摘要", roles=RATING_INPUTS)
    left_out: list[LeftOutDiagnosis] | None = parts(
        LeftOutDiagnosis, "Jobs that are not paid for, and why · 未计任务", nullable=True, roles=RATING_INPUTS
    )
    by_districts: list[DistrictPayment] = parts(
        DistrictPayment, "What districts pay themselves; to a district its own · 区级补贴"
    )
    providers: list[ProviderSubsidy] | None = parts(
        ProviderSubsidy,
        "Lines that the reader may see; empty until it is computed · 各服务商补贴",
        nullable=True,
        roles=RATINGS_READ,
    )


def build_subsidy(context: Context, year: int, wanted: frozenset[str]) -> YearSubsidy | None:
    """The subsidy as the caller is shown it."""
    subsidy, role = subsidy_of(context.snapshot, year), context.caller.role
    office = role in RATING_INPUTS
    if subsidy is None or (role == Role.PROVIDER and subsidy.status is not SubsidyStatus.APPROVED):
        return None
    computed = subsidy.computed if role in RATINGS_READ else None
    return YearSubsidy(
        year=year,
        status=subsidy.status,
        version=subsidy.version if office else None,
        method=computed.method if computed else None,
        rule=computed.rule if computed else None,
        rule_since=computed.rule_since if computed else None,
        rating=computed.rating if computed else None,
        ratio=computed.ratio if computed else None,
        due=Decimal(computed.due) if office and computed else None,
        paid=Decimal(computed.paid) if office and computed else None,
        position=computed.position if office and computed else None,
        input_digest=computed.input_digest if office and computed else None,
        left_out=_left_out(subsidy) if office else None,
        by_districts=_by_districts(context, subsidy),
        providers=_lines(context, subsidy, wanted_parts(wanted, "providers")) if role in RATINGS_READ else None,
    )


def _left_out(subsidy: YearOfSubsidy) -> list[LeftOutDiagnosis]:
    return [
        LeftOutDiagnosis(
            diagnosis=id_of("diagnosis", one.diagnosis), provider=id_of("organisation", one.provider), cause=one.cause
        )
        for one in (subsidy.computed.left_out if subsidy.computed else ())
    ]


def _by_districts(context: Context, subsidy: YearOfSubsidy) -> list[DistrictPayment]:
    office, own = context.caller.role in RATING_INPUTS, context.caller.organisation
    return [
        DistrictPayment(
            diagnosis=id_of("diagnosis", diagnosis),
            district=one.district,
            amount=Decimal(one.fen),
            source=one.source,
        )
        for diagnosis, one in sorted(subsidy.by_districts.items())
        if office or (context.caller.role == Role.DISTRICT and one.district == own)
    ]


def _lines(context: Context, subsidy: YearOfSubsidy, wanted: frozenset[str]) -> list[ProviderSubsidy]:
    office, own = context.caller.role in RATING_INPUTS, context.caller.organisation
    found = [one for one in (subsidy.computed.providers if subsidy.computed else ()) if office or one.provider == own]
    provider = led_to(context, (ProviderSubsidy, "provider"), found, wanted)
    return [
        ProviderSubsidy(
            provider=provider(one.provider),
            tier=one.tier,
            coefficient=one.coefficient,
            jobs=one.jobs,
            worth=one.worth,
            due=Decimal(one.due),
            paid=Decimal(one.paid),
            taken_back=Decimal(subsidy.taken_back(one.provider)),
        )
        for one in found
    ]


@strawberry.type
class SubsidyQueries:
    """Query fields: subsidies."""

    @field(
        "Subsidy of the providers for a year; null until it is computed or a district records its own, and to a provider until it "
        "is approved: `subsidyWaitsFor` says what is waited for · 年度补贴. plan I1",
        roles=SUBSIDIES_READ,
    )
    def subsidy(
        self, info: strawberry.Info[Context, None], year: Annotated[int, argument("Year whose jobs are paid for · 年度")]
    ) -> YearSubsidy | None:
        """The year's subsidy.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        return build_subsidy(info.context, year, wanted_fields(info))

    @field(
        "What must happen next to the subsidy of a year; to a provider nothing tells whether it is computed; null once it is "
        "approved · 补贴待办. plan I1",
        roles=SUBSIDIES_READ,
    )
    def subsidy_waits_for(
        self,
        info: strawberry.Info[Context, None],
        year: Annotated[int, argument("Year whose jobs are paid for · 年度")],
    ) -> SubsidyStep | None:
        """Why there is no subsidy to see, or no approved one.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        context = info.context
        subsidy, rating = subsidy_of(context.snapshot, year), rating_of(context.snapshot, year)
        return subsidy_waits_for(subsidy, rating, year, context.today, whole=context.caller.role != Role.PROVIDER)


def _jobs(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Confirmed jobs as the read models stand, without those that a district pays for; of a year that cannot be rated none."""
    year = int(data["year"])
    if year not in RATED_YEARS:
        return {**data, "position": 0, "jobs": [], "left_out": []}
    snapshot = context.whole
    left_out = _paid_by_districts(snapshot, year)
    jobs = confirmed_jobs(snapshot, context.caller.scope, year, {one.diagnosis for one in left_out})
    found = {"jobs": jobs, "left_out": left_out}
    listed = {name: [one.model_dump(mode="json") for one in parts] for name, parts in found.items()}
    return {**data, "position": snapshot.position, **listed}


def _paid_by_districts(snapshot: Snapshot, year: int) -> tuple[LeftOutJob, ...]:
    subsidy = subsidy_of(snapshot, year)
    by_districts = subsidy.by_districts if subsidy is not None else {}
    return tuple(
        LeftOutJob(
            diagnosis=job.diagnosis,
            provider=job.provider,
            cause=cause_of(subsidy_stream(year), by_districts[job.diagnosis].version),
        )
        for job in jobs_of_year(snapshot, Everything(), year)
        if job.diagnosis in by_districts
    )


def _overturned(context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Kinds and sizes of the diagnoses that are named, as far as they are this provider's of the year; findings on them."""
    year, named = int(data["year"]), [str(one) for one in data["diagnoses"]]
    if year not in RATED_YEARS:
        return {**data, "counts": [], "findings": []}
    jobs = jobs_of_year(context.whole, context.caller.scope, year, only=named)
    mine = [job for job in jobs if job.provider == data["provider"]]
    findings = about_any(context.whole, ProceedingKind.SAMPLE_FINDING, [diagnosis_stream(one) for one in named])
    return {**data, "counts": [one.model_dump(mode="json") for one in counted(mine)], "findings": findings[:1000]}


def _find_subsidy(context: Context, key: str, command: Command, wanted: frozenset[str]) -> YearSubsidy | None:
    assert isinstance(command, AnySubsidyCommand)  # noqa: S101 - the table below names it
    return build_subsidy(context, int(key), wanted)


QUERIES = SubsidyQueries
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    ComputeSubsidy: ServerFields(frozenset({"position", "jobs", "left_out"}), fill=_jobs),
    RecordDistrictSubsidy: ServerFields(frozenset(), shows_version=False),
    WithdrawDistrictSubsidy: ServerFields(frozenset(), shows_version=False),
    ClawBackSubsidy: ServerFields(frozenset({"counts", "findings"}), fill=_overturned),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {"subsidy": Payload("subsidy", YearSubsidy, _find_subsidy)}
"""Capability -> what its payloads carry 返回对象."""
EDGES: Mapping[Edge, Loader] = {(ProviderSubsidy, "provider"): load_organisations}
