"""Yearly subsidy 年度补贴 of providers: computed by one person, approved by another, once; taken back after a hearing. plan I1, I2.

One stream a year. A job that a district pays for is recorded here and left out of the city's subsidy with that reason. The subsidy
rests on confirmed jobs and on the tiers of a rating that is final; whoever has its facts gets every fen again.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, assert_never

from pydantic import Field

from domain.access import Place
from domain.command_rights import CITY, GOVERNMENT, require_right
from domain.diagnosis.state import Diagnosis, Status, diagnosis_stream, require_status
from domain.governance.dated_rules import rule_stream
from domain.governance.proceedings.state import proceeding_stream
from domain.governance.rule_bodies.body import PaidFen, RuleKind
from domain.kernel import (
    NOT_FOUND,
    NOWHERE,
    Capability,
    Count,
    DecisionContext,
    DiagnosisRef,
    Facts,
    Label,
    Rule,
    Sha256,
    Stream,
    Text,
    Unscoped,
    cause_of,
)
from domain.participants.enterprises import Firm, enterprise_stream, place_of
from domain.providers.ratings.state import YearOfRating, rating_stream
from domain.providers.ratings.status import RatingStatus
from domain.providers.subsidies.clawback import ClawBackSubsidy, claw_back
from domain.providers.subsidies.events import (
    DistrictSubsidyRecorded,
    DistrictSubsidyWithdrawn,
    LeftOutJob,
    SubsidyApproved,
    SubsidyClawedBack,
    SubsidyComputed,
    SubsidyEvent,
)
from domain.providers.subsidies.numbers import (
    ProviderJobs,
    compute_subsidy,
    digest_of_jobs,
)
from domain.providers.subsidies.state import (
    DistrictSubsidy,
    SubsidyCommand,
    SubsidyStatus,
    YearOfSubsidy,
    subsidy_rule,
    subsidy_stream,
    wrong_status,
)
from methods.payments import METHOD

# Rules

SUBSIDY_RATING_NOT_FINAL = Rule(
    "SUBSIDY_RATING_NOT_FINAL",
    "plan I1",
    "{year} 年的评价尚未定案，请先定案再计算补贴",
    "The rating of {year} is not final; make it final before its subsidy is computed",
)
SUBSIDY_OF_NOTHING = Rule(
    "SUBSIDY_OF_NOTHING",
    "plan I1",
    "{year} 年开启的诊断尚无一项得到企业确认，没有可补贴的任务；请核对年度，或待企业确认报告后再计算",
    "No diagnosis opened in {year} is confirmed by its firm, so that there is nothing to subsidise; check the year, or compute"
    " it once firms have confirmed their reports",
)
SUBSIDY_APPROVED_ALREADY = Rule(
    "SUBSIDY_APPROVED_ALREADY",
    "plan I1",
    "{year} 年的补贴已批准，一年只发放一次",
    "The subsidy of {year} is approved; it is paid once",
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
    "该诊断的区级补贴已登记；登记有误的，请先说明理由撤回登记，再重新登记",
    "The district's subsidy of this diagnosis is on record already; withdraw what is wrong with its reason"
    ", then record it anew",
)
DISTRICT_SUBSIDY_NOT_RECORDED = Rule(
    "DISTRICT_SUBSIDY_NOT_RECORDED",
    "plan I2",
    "{year} 年度没有登记该诊断的区级补贴，无从撤回；请核对年度与诊断",
    "No district's subsidy of this diagnosis is on record under {year}; there is nothing to withdraw; check year and diagnosis",
)
SUBSIDY_PAID_BY_CITY = Rule(
    "SUBSIDY_PAID_BY_CITY",
    "plan I2",
    "{year} 年度市级补贴已批准，该诊断未列入不计的任务；两级不得重复补贴，请先由市级以“补贴追回”程序追回，再登记区级补贴",
    "The city's subsidy of {year} is approved and did not leave this diagnosis out; none is paid twice: the city takes its"
    " subsidy back by a proceeding of clawback first, then the district's is recorded",
)

# Commands


class RecordDistrictSubsidy(SubsidyCommand):
    """Record that a district pays for a diagnosis itself, so that the city does not pay it again · 登记区级补贴."""

    roles: ClassVar = GOVERNMENT

    diagnosis: DiagnosisRef = Field(description="Diagnosis that is paid for · 诊断标识")
    fen: PaidFen = Field(description="Amount, in fen, at least 1 · 金额（分）")
    source: Label = Field(description="By which notice · 依据")


class WithdrawDistrictSubsidy(SubsidyCommand):
    """Withdraw a district's subsidy that was recorded wrongly, with the reason; it may be recorded anew · 撤回区级补贴登记."""

    roles: ClassVar = GOVERNMENT

    diagnosis: DiagnosisRef = Field(description="Diagnosis that it was recorded of · 诊断标识")
    reason: Text = Field(description="Why it does not hold · 理由")


class ComputeSubsidy(SubsidyCommand):
    """Compute the subsidy of a year whose rating is final, for another person to approve; again until then · 计算补贴."""

    roles: ClassVar = CITY

    position: Count
    jobs: Annotated[tuple[ProviderJobs, ...], Field(max_length=1000)]
    left_out: Annotated[tuple[LeftOutJob, ...], Field(max_length=100_000)]


class ApproveSubsidy(SubsidyCommand):
    """Approve the computed subsidy by its input digest, as another person than computed it; once a year · 批准补贴."""

    roles: ClassVar = CITY

    input_digest: Sha256 = Field(description="Digest of the inputs of what is approved · 输入摘要")


AnySubsidyCommand = RecordDistrictSubsidy | WithdrawDistrictSubsidy | ComputeSubsidy | ApproveSubsidy | ClawBackSubsidy

# Decide: what may happen


def decide(command: AnySubsidyCommand, known: YearOfSubsidy | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, or those of proceedings."""
    require_right(command, context.role)
    subsidy = known or YearOfSubsidy()
    match command:
        case RecordDistrictSubsidy():
            return _recorded(command, subsidy, context)
        case WithdrawDistrictSubsidy():
            return _withdrawn(command, subsidy)
        case ComputeSubsidy():
            return _computed(command, subsidy, context)
        case ApproveSubsidy():
            return _approved(command, subsidy, context)
        case ClawBackSubsidy():
            return claw_back(command, subsidy, context)
        case never:
            assert_never(never)


def _recorded(command: RecordDistrictSubsidy, subsidy: YearOfSubsidy, context: DecisionContext) -> Facts:
    """Of a confirmed diagnosis that the city's approved subsidy does not stand for: what it paid is taken back first."""
    diagnosis: Diagnosis | None = context.read.get(diagnosis_stream(command.diagnosis))
    firm: Firm | None = context.read.get(enterprise_stream(diagnosis.enterprise)) if diagnosis is not None else None
    if diagnosis is None or firm is None:
        raise NOT_FOUND.refuse()
    opened = context.first_day_of(diagnosis_stream(command.diagnosis)).year
    if opened != command.year:
        raise SUBSIDY_JOB_OTHER_YEAR.refuse(path="year", year=opened)
    if command.diagnosis in subsidy.by_districts:
        raise DISTRICT_SUBSIDY_RECORDED.refuse(path="diagnosis")
    require_status(diagnosis, Status.CONFIRMED)
    if subsidy.has_paid(command.diagnosis):
        raise SUBSIDY_PAID_BY_CITY.refuse(path="diagnosis", year=command.year)
    told = command.model_dump(include={"diagnosis", "fen", "source"})
    return (DistrictSubsidyRecorded(**told, district=firm.district),)


def _withdrawn(command: WithdrawDistrictSubsidy, subsidy: YearOfSubsidy) -> Facts:
    """At any time: what the city left out for it stays left out of a subsidy that is approved."""
    found = subsidy.by_districts.get(command.diagnosis)
    if found is None:
        raise DISTRICT_SUBSIDY_NOT_RECORDED.refuse(path="diagnosis", year=command.year)
    told = command.model_dump(include={"diagnosis", "reason"})
    return (DistrictSubsidyWithdrawn(**told, district=found.district, fen=found.fen),)


def _computed(command: ComputeSubsidy, subsidy: YearOfSubsidy, context: DecisionContext) -> Facts:
    if subsidy.status is SubsidyStatus.APPROVED:
        raise SUBSIDY_APPROVED_ALREADY.refuse(year=command.year)
    rating: YearOfRating | None = context.read.get(rating_stream(command.year))
    if rating is None or rating.status is not RatingStatus.FINAL:
        raise SUBSIDY_RATING_NOT_FINAL.refuse(year=command.year)
    if not command.jobs and not command.left_out:
        raise SUBSIDY_OF_NOTHING.refuse(path="year", year=command.year)
    (cause, since), rule = subsidy_rule(command.year, context)
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
    if computed is None or subsidy.status is not SubsidyStatus.COMPUTED:
        raise wrong_status(subsidy.status)
    if command.input_digest != computed.input_digest:
        raise SUBSIDY_OTHER_RUN.refuse(path="input_digest", input_digest=computed.input_digest)
    if context.by == computed.computed_by:
        raise SUBSIDY_BY_THE_SAME.refuse()
    return (SubsidyApproved(input_digest=computed.input_digest, paid=computed.paid, approved_by=context.by),)


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
            changed["status"] = _to_be_computed(subsidy)
        case DistrictSubsidyWithdrawn(diagnosis=diagnosis):
            changed["by_districts"] = {key: one for key, one in subsidy.by_districts.items() if key != diagnosis}
            changed["status"] = _to_be_computed(subsidy)
        case SubsidyComputed():
            changed |= {"status": SubsidyStatus.COMPUTED, "computed": event}
        case SubsidyApproved():
            changed["status"] = SubsidyStatus.APPROVED
        case SubsidyClawedBack():
            changed["clawbacks"] = (*subsidy.clawbacks, event)
        case never:
            assert_never(never)
    return subsidy.model_copy(update=changed)


def _to_be_computed(subsidy: YearOfSubsidy) -> SubsidyStatus:
    """A computation before what a district pays changed is not approved any more; what is approved stays so."""
    return subsidy.status if subsidy.status is SubsidyStatus.APPROVED else SubsidyStatus.RECORDED


def _reads(command: AnySubsidyCommand, _known: YearOfSubsidy | None) -> tuple[Stream, ...]:
    match command:
        case RecordDistrictSubsidy(diagnosis=diagnosis):
            return (diagnosis_stream(diagnosis),)
        case ComputeSubsidy(year=year):
            return (rule_stream(RuleKind.SUBSIDY), rating_stream(year))
        case ClawBackSubsidy(proceeding=proceeding, findings=findings):
            return (rule_stream(RuleKind.SUBSIDY), *map(proceeding_stream, dict.fromkeys((proceeding, *findings))))
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


def _place(command: AnySubsidyCommand, known: YearOfSubsidy | None, read: Mapping[str, Any]) -> Place | Unscoped:
    """A district records what it pays for a firm of its own, and withdraws what was recorded of itself; all else is the city's."""
    if isinstance(command, WithdrawDistrictSubsidy):
        recorded = known.by_districts.get(command.diagnosis) if known is not None else None
        return Place(district=recorded.district) if recorded is not None else NOWHERE
    if not isinstance(command, RecordDistrictSubsidy):
        return NOWHERE
    diagnosis: Diagnosis | None = read.get(diagnosis_stream(command.diagnosis))
    firm: Firm | None = read.get(enterprise_stream(diagnosis.enterprise)) if diagnosis is not None else None
    return NOWHERE if diagnosis is None or firm is None else place_of(diagnosis.enterprise, firm, diagnosis.provider)


SUBSIDIES = Capability(
    name="subsidy",
    commands=(RecordDistrictSubsidy, WithdrawDistrictSubsidy, ComputeSubsidy, ApproveSubsidy, ClawBackSubsidy),
    events=tuple(SubsidyEvent.__args__),
    stream=lambda command: subsidy_stream(command.year),
    reads=_reads,
    reads_further=_reads_further,
    place=_place,
    decide=decide,
    evolve=evolve,
)
