"""Yearly subsidy 年度补贴 of providers: computed by one person, approved by another, once; taken back after a hearing. plan I1, I2.

One stream a year. A job that a district pays for is recorded here and left out of the city's subsidy with that reason. The subsidy
rests on confirmed jobs and on the tiers of a rating that is final; whoever has its facts gets every fen again.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Place
from domain.command_rights import CITY, GOVERNMENT, require_right
from domain.diagnosis.state import Diagnosis, diagnosis_stream
from domain.governance.dated_rules import DatedRules, dated_rule_on, rule_stream
from domain.governance.proceedings.state import Proceeding, ProceedingKind, proceeding_stream, require_concluded
from domain.governance.rule_bodies.body import Fen, RuleKind, Unit
from domain.governance.rule_bodies.subsidy import SubsidyRule
from domain.kernel import (
    NOT_FOUND,
    NOWHERE,
    Capability,
    Cause,
    Command,
    Count,
    DecisionContext,
    DiagnosisRef,
    Event,
    Facts,
    Label,
    OrganisationRef,
    Part,
    ProceedingRef,
    Rule,
    Stream,
    Unscoped,
    cause_of,
    stream_of,
)
from domain.participants.enterprises import Firm, enterprise_stream, place_of
from domain.person_id_fields import PersonId
from domain.providers.ratings.rating import RATED_YEARS, RatingStatus, YearOfRating, rating_stream
from domain.providers.subsidies.numbers import (
    JobCount,
    ProviderJobs,
    ProviderSubsidy,
    claims_of,
    compute_subsidy,
    digest_of_jobs,
)
from methods.payments import METHOD, clawback
from standards.described import DescribedEnum

# Rules

SUBSIDY_RATING_NOT_FINAL = Rule(
    "SUBSIDY_RATING_NOT_FINAL",
    "plan I1",
    "{year} 年的评价尚未定案，请先定案再计算补贴",
    "The rating of {year} is not final; make it final before its subsidy is computed",
)
SUBSIDY_APPROVED_ALREADY = Rule(
    "SUBSIDY_APPROVED_ALREADY",
    "plan I1",
    "{year} 年的补贴已批准，一年只发放一次",
    "The subsidy of {year} is approved; it is paid once",
)
SUBSIDY_STATUS = Rule(
    "SUBSIDY_STATUS",
    "plan I1",
    "该年度补贴目前为“{status_name}”，此时不能办理这一步",
    "The subsidy of this year is {status}; this step does not follow from there",
)
SUBSIDY_BY_THE_SAME = Rule(
    "SUBSIDY_BY_THE_SAME",
    "plan I1",
    "计算补贴的人不能批准，请由他人批准",
    "Whoever computed the subsidy does not approve it; let someone else",
)
SUBSIDY_OTHER_RUN = Rule(
    "SUBSIDY_OTHER_RUN",
    "plan I1",
    "所批准的不是最近一次计算，请核对其输入摘要 {input_digest}",
    "This is not the latest computation; look at the one whose input digest is {input_digest}",
)
SUBSIDY_JOB_OTHER_YEAR = Rule(
    "SUBSIDY_JOB_OTHER_YEAR",
    "plan I2",
    "该诊断于 {year} 年开启，请登记在该年度",
    "The diagnosis was opened in {year}; record it under that year",
)
DISTRICT_SUBSIDY_RECORDED = Rule(
    "DISTRICT_SUBSIDY_RECORDED",
    "plan I2",
    "该诊断的区级补贴已登记",
    "The district's subsidy of this diagnosis is on record already",
)
CLAWBACK_NOT_PAID = Rule(
    "CLAWBACK_NOT_PAID",
    "plan I1",
    "所列诊断须是该服务商本年度已获补贴、尚未追回的任务",
    "Name diagnoses of this provider that this year's subsidy paid for and that were not taken back yet",
)
CLAWBACK_DONE = Rule(
    "CLAWBACK_DONE",
    "plan I1",
    "该程序已用于追回，一件程序只追回一次",
    "This proceeding was carried out; each takes back once",
)

# Commands

Year = Annotated[int, Field(ge=RATED_YEARS[0], le=RATED_YEARS[-1], description="Year whose jobs are paid for · 年度")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class SubsidyCommand(Command):
    """A command about the subsidy of one year 年度补贴命令."""

    year: Year


class RecordDistrictSubsidy(SubsidyCommand):
    """Record that a district pays for a diagnosis itself, so that the city does not pay it again · 登记区级补贴."""

    roles: ClassVar = GOVERNMENT

    diagnosis: DiagnosisRef = Field(description="Diagnosis that is paid for · 诊断标识")
    fen: Fen = Field(description="Amount, in fen · 金额（分）")
    source: Label = Field(description="By which notice · 依据")


class LeftOutJob(Part):
    """A confirmed job that the city does not pay for 未计任务. cause: the fact why, such as a district's subsidy of it."""

    diagnosis: Label
    provider: Label
    cause: Cause


class ComputeSubsidy(SubsidyCommand):
    """Compute the subsidy of a year whose rating is final, for another person to approve; again until then · 计算补贴."""

    roles: ClassVar = CITY

    position: Count
    jobs: Annotated[tuple[ProviderJobs, ...], Field(max_length=1000)]
    left_out: Annotated[tuple[LeftOutJob, ...], Field(max_length=100_000)]


class ApproveSubsidy(SubsidyCommand):
    """Approve the computed subsidy by its input digest, as another person than computed it; once a year · 批准补贴."""

    roles: ClassVar = CITY

    input_digest: Digest = Field(description="Digest of the inputs of what is approved · 输入摘要")


class ClawBackSubsidy(SubsidyCommand):
    """Take back what was paid for jobs that were overturned, by a concluded proceeding of clawback · 追回补贴."""

    roles: ClassVar = CITY

    provider: OrganisationRef = Field(description="Provider that was paid · 服务商")
    proceeding: ProceedingRef = Field(description="Concluded proceeding of clawback about this subsidy · 程序标识")
    diagnoses: Annotated[tuple[DiagnosisRef, ...], Field(min_length=1, max_length=1000)] = Field(
        description="Diagnoses that were overturned · 被推翻的诊断"
    )
    counts: Annotated[tuple[JobCount, ...], Field(max_length=100)]


AnySubsidyCommand = RecordDistrictSubsidy | ComputeSubsidy | ApproveSubsidy | ClawBackSubsidy

# Events


class DistrictSubsidyRecorded(Event):
    """A district pays for a diagnosis 区级补贴已登记, in fen."""

    type: Literal["subsidy.district_recorded.v1"] = "subsidy.district_recorded.v1"
    says: ClassVar = "登记了对一项诊断的区级补贴，共 {fen} 分（{source}）"
    diagnosis: str
    district: str
    fen: int
    source: str


class SubsidyComputed(Event):
    """What a year's jobs are paid 年度补贴已计算, in fen.

    rating: the fact by which the tiers are final, as stream/version. rule: as stream/version; None = the default on file.
    position: of the journal, up to which jobs were counted. ratio: of what is due, the share that the budget pays.
    """

    type: Literal["subsidy.computed.v1"] = "subsidy.computed.v1"
    says: ClassVar = "按 {method} 计算了年度补贴，涉及 {providers:count} 家服务商，应付 {due} 分，实付 {paid} 分"
    method: str
    rule: str | None
    rule_since: date
    rating: str
    position: int
    input_digest: str
    jobs: tuple[ProviderJobs, ...]
    left_out: tuple[LeftOutJob, ...]
    due: int
    paid: int
    ratio: Decimal
    providers: tuple[ProviderSubsidy, ...]
    computed_by: PersonId


class SubsidyApproved(Event):
    """A year's subsidy is to be paid 年度补贴已批准."""

    type: Literal["subsidy.approved.v1"] = "subsidy.approved.v1"
    says: ClassVar = "批准了年度补贴，共 {paid} 分"
    input_digest: str
    paid: int
    approved_by: PersonId


class SubsidyClawedBack(Event):
    """A part of what was paid is taken back 补贴已追回, in fen. counts: the jobs that were overturned."""

    type: Literal["subsidy.clawed_back.v1"] = "subsidy.clawed_back.v1"
    says: ClassVar = "经程序追回了 {provider:organisation}的补贴 {fen} 分"
    provider: str
    proceeding: str
    diagnoses: tuple[str, ...]
    counts: tuple[JobCount, ...]
    fen: int


SubsidyEvent = DistrictSubsidyRecorded | SubsidyComputed | SubsidyApproved | SubsidyClawedBack

# State


class SubsidyStatus(DescribedEnum):
    """How far the subsidy of a year has come · 补贴状态."""

    RECORDED = "recorded", "Districts' own subsidies are recorded; nothing is computed · 待计算"
    COMPUTED = "computed", "Computed; waits for another person's approval · 待批准"
    APPROVED = "approved", "Approved and to be paid · 已批准"


class DistrictSubsidy(Part):
    """What a district pays for a diagnosis 区级补贴, in fen. version: of the stream, at which it was recorded."""

    district: str
    fen: Annotated[int, Unit.FEN]
    source: str
    version: int


class YearOfSubsidy(BaseModel):
    """The subsidy of a year as it stands 年度补贴. by_districts: diagnosis -> what its district pays. clawbacks: in their order."""

    model_config = ConfigDict(frozen=True)

    status: SubsidyStatus = SubsidyStatus.RECORDED
    version: int = 0
    by_districts: dict[str, DistrictSubsidy] = Field(default_factory=dict)
    computed: SubsidyComputed | None = None
    clawbacks: tuple[SubsidyClawedBack, ...] = ()

    def taken_back(self, provider: str) -> int:
        """What was taken back of a provider 已追回, in fen."""
        return sum(one.fen for one in self.clawbacks if one.provider == provider)


# Decide: what may happen


def decide(command: AnySubsidyCommand, known: YearOfSubsidy | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, or those of proceedings."""
    require_right(command, context.role)
    subsidy = known or YearOfSubsidy()
    match command:
        case RecordDistrictSubsidy():
            return _recorded(command, subsidy, context)
        case ComputeSubsidy():
            return _computed(command, subsidy, context)
        case ApproveSubsidy():
            return _approved(command, subsidy, context)
        case ClawBackSubsidy():
            return _clawed_back(command, subsidy, context)
        case never:
            assert_never(never)


def _recorded(command: RecordDistrictSubsidy, subsidy: YearOfSubsidy, context: DecisionContext) -> Facts:
    """Also after the city's approval: then it is a reason for a clawback."""
    diagnosis: Diagnosis | None = context.read.get(diagnosis_stream(command.diagnosis))
    firm: Firm | None = context.read.get(enterprise_stream(diagnosis.enterprise)) if diagnosis is not None else None
    if diagnosis is None or firm is None:
        raise NOT_FOUND.refuse()
    opened = context.first_day_of(diagnosis_stream(command.diagnosis)).year
    if opened != command.year:
        raise SUBSIDY_JOB_OTHER_YEAR.refuse(path="year", year=opened)
    if command.diagnosis in subsidy.by_districts:
        raise DISTRICT_SUBSIDY_RECORDED.refuse(path="diagnosis")
    told = command.model_dump(include={"diagnosis", "fen", "source"})
    return (DistrictSubsidyRecorded(**told, district=firm.district),)


def _rule(year: int, context: DecisionContext) -> tuple[tuple[str | None, date], SubsidyRule]:
    """The rule that the year was lived under: the one in force on its last day."""
    rules: DatedRules | None = context.read.get(rule_stream(RuleKind.SUBSIDY))
    found = dated_rule_on(rules, RuleKind.SUBSIDY, date(year, 12, 31))
    assert isinstance(found.body, SubsidyRule)  # noqa: S101 - of its kind
    return (found.cause, found.since), found.body


def _computed(command: ComputeSubsidy, subsidy: YearOfSubsidy, context: DecisionContext) -> Facts:
    if subsidy.status is SubsidyStatus.APPROVED:
        raise SUBSIDY_APPROVED_ALREADY.refuse(year=command.year)
    rating: YearOfRating | None = context.read.get(rating_stream(command.year))
    if rating is None or rating.status is not RatingStatus.FINAL:
        raise SUBSIDY_RATING_NOT_FINAL.refuse(year=command.year)
    (cause, since), rule = _rule(command.year, context)
    jobs = tuple(sorted(command.jobs, key=lambda one: one.provider))
    due, paid, ratio, providers = compute_subsidy(jobs, rating.tiers, rule)
    return (
        SubsidyComputed(
            method=METHOD,
            rule=cause,
            rule_since=since,
            rating=cause_of(rating_stream(command.year), rating.version),
            position=command.position,
            input_digest=digest_of_jobs(jobs),
            jobs=jobs,
            left_out=tuple(sorted(command.left_out, key=lambda one: one.diagnosis)),
            due=due,
            paid=paid,
            ratio=ratio,
            providers=providers,
            computed_by=context.by,
        ),
    )


def _approved(command: ApproveSubsidy, subsidy: YearOfSubsidy, context: DecisionContext) -> Facts:
    if subsidy.status is SubsidyStatus.APPROVED:
        raise SUBSIDY_APPROVED_ALREADY.refuse(year=command.year)
    computed = subsidy.computed
    if computed is None:
        raise _wrong_status(subsidy.status)
    if command.input_digest != computed.input_digest:
        raise SUBSIDY_OTHER_RUN.refuse(path="input_digest", input_digest=computed.input_digest)
    if context.by == computed.computed_by:
        raise SUBSIDY_BY_THE_SAME.refuse()
    return (SubsidyApproved(input_digest=computed.input_digest, paid=computed.paid, approved_by=context.by),)


def _clawed_back(command: ClawBackSubsidy, subsidy: YearOfSubsidy, context: DecisionContext) -> Facts:
    """Only of what was paid, each job once, and by a proceeding of its own against this provider."""
    if subsidy.status is not SubsidyStatus.APPROVED or subsidy.computed is None:
        raise _wrong_status(subsidy.status)
    opened: Proceeding | None = context.read.get(proceeding_stream(command.proceeding))
    concluded = require_concluded(opened, ProceedingKind.CLAWBACK, subsidy_stream(command.year))
    if any(one.proceeding == command.proceeding for one in subsidy.clawbacks):
        raise CLAWBACK_DONE.refuse(path="proceeding")
    row = next((one for one in subsidy.computed.jobs if one.provider == command.provider), None)
    line = next((one for one in subsidy.computed.providers if one.provider == command.provider), None)
    named = set(command.diagnoses)
    again = named & {diagnosis for one in subsidy.clawbacks for diagnosis in one.diagnoses}
    left_out = named & {one.diagnosis for one in subsidy.computed.left_out}
    counted = sum(one.jobs for one in command.counts)
    if row is None or line is None or concluded.provider != command.provider or again or left_out or counted != len(named):
        raise CLAWBACK_NOT_PAID.refuse(path="diagnoses")
    before = [one for one in subsidy.clawbacks if one.provider == command.provider]
    overturned = _together(*(count for one in before for count in one.counts), *command.counts)
    paid_for = {(one.work, one.size_class): one.jobs for one in row.counts}
    if any(one.jobs > paid_for.get((one.work, one.size_class), 0) for one in overturned):
        raise CLAWBACK_NOT_PAID.refuse(path="diagnoses")
    _, rule = _rule(command.year, context)
    taken = ProviderJobs(provider=command.provider, counts=overturned)
    fen = clawback(
        line.paid, claims_of(row, line.tier, rule), claims_of(taken, line.tier, rule), subsidy.taken_back(command.provider)
    )
    told = command.model_dump(include={"provider", "proceeding"})
    return (SubsidyClawedBack(**told, diagnoses=tuple(sorted(named)), counts=command.counts, fen=fen),)


def _together(*counts: JobCount) -> tuple[JobCount, ...]:
    """Counts of one kind and size added up."""
    added: Counter[tuple[Any, str]] = Counter()
    for one in counts:
        added[one.work, one.size_class] += one.jobs
    return tuple(JobCount(work=work, size_class=size, jobs=jobs) for (work, size), jobs in added.items())


def _wrong_status(status: SubsidyStatus) -> Exception:
    return SUBSIDY_STATUS.refuse(status=status.value, status_name=status.description.rpartition(" · ")[2])


# Evolve: what has happened


def evolve(known: YearOfSubsidy | None, event: SubsidyEvent) -> YearOfSubsidy:
    """The subsidy after one more fact."""
    subsidy = known or YearOfSubsidy()
    version = subsidy.version + 1
    changed: dict[str, object] = {"version": version}
    match event:
        case DistrictSubsidyRecorded(diagnosis=diagnosis):
            told = event.model_dump(include={"district", "fen", "source"})
            changed["by_districts"] = {**subsidy.by_districts, diagnosis: DistrictSubsidy(**told, version=version)}
        case SubsidyComputed():
            changed |= {"status": SubsidyStatus.COMPUTED, "computed": event}
        case SubsidyApproved():
            changed["status"] = SubsidyStatus.APPROVED
        case SubsidyClawedBack():
            changed["clawbacks"] = (*subsidy.clawbacks, event)
        case never:
            assert_never(never)
    return subsidy.model_copy(update=changed)


def subsidy_stream(year: int) -> Stream:
    """Stream of the subsidy of one year."""
    return stream_of("subsidy", year)


def _reads(command: AnySubsidyCommand, _known: YearOfSubsidy | None) -> tuple[Stream, ...]:
    match command:
        case RecordDistrictSubsidy(diagnosis=diagnosis):
            return (diagnosis_stream(diagnosis),)
        case ComputeSubsidy(year=year):
            return (rule_stream(RuleKind.SUBSIDY), rating_stream(year))
        case ClawBackSubsidy(proceeding=proceeding):
            return (rule_stream(RuleKind.SUBSIDY), proceeding_stream(proceeding))
        case _:
            return ()


def _reads_further(
    command: AnySubsidyCommand, _known: YearOfSubsidy | None, read: Mapping[str, Any]
) -> tuple[Stream, ...]:
    """The firm of a diagnosis that a district pays for."""
    if not isinstance(command, RecordDistrictSubsidy):
        return ()
    diagnosis: Diagnosis | None = read.get(diagnosis_stream(command.diagnosis))
    return (enterprise_stream(diagnosis.enterprise),) if diagnosis is not None else ()


def _place(command: AnySubsidyCommand, _known: YearOfSubsidy | None, read: Mapping[str, Any]) -> Place | Unscoped:
    """A district records what it pays for a firm of its own; all else is the city's."""
    if not isinstance(command, RecordDistrictSubsidy):
        return NOWHERE
    diagnosis: Diagnosis | None = read.get(diagnosis_stream(command.diagnosis))
    firm: Firm | None = read.get(enterprise_stream(diagnosis.enterprise)) if diagnosis is not None else None
    return NOWHERE if diagnosis is None or firm is None else place_of(diagnosis.enterprise, firm, diagnosis.provider)


SUBSIDIES = Capability(
    name="subsidy",
    commands=(RecordDistrictSubsidy, ComputeSubsidy, ApproveSubsidy, ClawBackSubsidy),
    events=tuple(SubsidyEvent.__args__),
    stream=lambda command: subsidy_stream(command.year),
    reads=_reads,
    reads_further=_reads_further,
    place=_place,
    decide=decide,
    evolve=evolve,
)
