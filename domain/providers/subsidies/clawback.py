"""Clawback 追回: what was paid for jobs that were overturned is taken back, by a concluded proceeding, each job once. plan I1."""

from collections import Counter
from typing import Annotated, Any, ClassVar

from pydantic import Field

from domain.command_rights import CITY
from domain.governance.proceedings.state import (
    Proceeding,
    ProceedingKind,
    has_granted,
    proceeding_stream,
    require_concluded,
)
from domain.kernel import DecisionContext, DiagnosisRef, Facts, OrganisationRef, ProceedingRef, Rule, key_of
from domain.providers.subsidies.events import SubsidyClawedBack
from domain.providers.subsidies.numbers import JobCount, ProviderJobs, claims_of
from domain.providers.subsidies.state import (
    SubsidyCommand,
    SubsidyStatus,
    YearOfSubsidy,
    subsidy_rule,
    subsidy_stream,
    wrong_status,
)
from methods.payments import clawback

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


CLAWBACK_NOT_OVERTURNED = Rule(
    "CLAWBACK_NOT_OVERTURNED",
    "plan I1",
    "诊断 {diagnoses} 没有已终结且成立的“抽评发现”程序，不能追回；请先办结该程序，或不列入该诊断",
    "No concluded proceeding on a sample finding upheld that {diagnoses} is misgraded; conclude one first, or leave it out",
)


class ClawBackSubsidy(SubsidyCommand):
    """Take back what was paid for jobs that a sample overturned, by a concluded proceeding of clawback · 追回补贴.

    Each named job needs a concluded proceeding of its own in which the sample's finding was upheld. findings: those on record.
    """

    roles: ClassVar = CITY

    provider: OrganisationRef = Field(description="Provider that was paid · 服务商")
    proceeding: ProceedingRef = Field(description="Concluded proceeding of clawback about this subsidy · 程序标识")
    diagnoses: Annotated[tuple[DiagnosisRef, ...], Field(min_length=1, max_length=1000)] = Field(
        description="Diagnoses that were overturned · 被推翻的诊断"
    )
    counts: Annotated[tuple[JobCount, ...], Field(max_length=100)]
    findings: Annotated[tuple[ProceedingRef, ...], Field(max_length=1000)]


def claw_back(command: ClawBackSubsidy, subsidy: YearOfSubsidy, context: DecisionContext) -> Facts:
    """Only of what was paid, of jobs whose finding was upheld, each once, and by a proceeding of its own against this provider."""
    if subsidy.status is not SubsidyStatus.APPROVED or subsidy.computed is None:
        raise wrong_status(subsidy.status)
    opened: Proceeding | None = context.read.get(proceeding_stream(command.proceeding))
    concluded = require_concluded(opened, ProceedingKind.CLAWBACK, subsidy_stream(command.year))
    if any(one.proceeding == command.proceeding for one in subsidy.clawbacks):
        raise CLAWBACK_DONE.refuse(path="proceeding")
    named = set(command.diagnoses)
    if without := sorted(named - _overturned(command, context)):
        raise CLAWBACK_NOT_OVERTURNED.refuse(path="diagnoses", diagnoses="、".join(without))
    row = next((one for one in subsidy.computed.jobs if one.provider == command.provider), None)
    line = next((one for one in subsidy.computed.providers if one.provider == command.provider), None)
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
    _, rule = subsidy_rule(command.year, context)
    taken = ProviderJobs(provider=command.provider, counts=overturned)
    fen = clawback(
        line.paid, claims_of(row, line.tier, rule), claims_of(taken, line.tier, rule), subsidy.taken_back(command.provider)
    )
    told = command.model_dump(include={"provider", "proceeding"})
    return (SubsidyClawedBack(**told, diagnoses=tuple(sorted(named)), counts=command.counts, fen=fen),)


def _overturned(command: ClawBackSubsidy, context: DecisionContext) -> set[str]:
    """Diagnoses of the provider that a concluded proceeding found misgraded 已推翻的诊断."""
    known: list[Proceeding | None] = [context.read.get(proceeding_stream(one)) for one in command.findings]
    found = [one for one in known if one is not None and has_granted(one, ProceedingKind.SAMPLE_FINDING)]
    return {key_of(one.about) for one in found if one.provider == command.provider}


def _together(*counts: JobCount) -> tuple[JobCount, ...]:
    """Counts of one kind and size added up."""
    added: Counter[tuple[Any, str]] = Counter()
    for one in counts:
        added[one.work, one.size_class] += one.jobs
    return tuple(JobCount(work=work, size_class=size, jobs=jobs) for (work, size), jobs in added.items())
