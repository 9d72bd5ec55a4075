"""Arbitration 指标异议仲裁: what the provider did not uphold goes, item by item, to named experts. plan P6, V5.

The firm asks for it, which opens a proceeding of both sides: notice, statement, decision, appeal are that proceeding's. Arbiters
give their opinions on every item; what most of them find is the decision, of levels that differ the median of those who
uphold; once it is final the case follows it.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.access import EXPERTS, POSITIONS, Mask, Role
from domain.command_rights import BY_THE_PROGRAM, CITY, CONFIRMERS
from domain.diagnosis.answers import INDICATOR_UNKNOWN, refusal_of
from domain.diagnosis.arbitration_findings import findings_at_end, found_by_most, outcome_of
from domain.diagnosis.objections import OBJECTION_REPEATED, ObjectionItem
from domain.diagnosis.on_site import PROCESS_RULE
from domain.diagnosis.state import (
    PROCEEDINGS_READERS,
    SECTION_LENGTH,
    ArbiterFinding,
    ArbitrationInHand,
    Diagnosis,
    DiagnosisCommand,
    Status,
    VerifiedAnswer,
    diagnosis_stream,
    pinned_edition,
    require_status,
    status_after_objections,
)
from domain.governance.dated_rules import rule_in_force, rule_stream
from domain.governance.proceedings.decision import DecideProceeding, decide_proceeding
from domain.governance.proceedings.docket import docket_of
from domain.governance.proceedings.opening import OpenProceeding, ProceedingOpened, open_proceeding
from domain.governance.proceedings.state import (
    ARBITRATION_PREFIX,
    ENDED,
    RULE_OF,
    Proceeding,
    ProceedingKind,
    ProceedingOutcome,
    ProceedingStatus,
    proceeding_stream,
    require_proceeding_status,
)
from domain.governance.rule_bodies.process import ProcessRule
from domain.governance.working_calendar import CALENDAR_STREAM
from domain.kernel import (
    DecisionContext,
    Event,
    Facts,
    OnStream,
    Refused,
    Rule,
    Stream,
    Text,
    cause_of,
    refuse_together,
)
from domain.participants.organisations import organisation_stream
from domain.participants.people.state import Person, person_stream
from domain.person_id_fields import PersonId

# Rules

NOT_FOR_ARBITRATION = Rule(
    "NOT_FOR_ARBITRATION",
    "plan P6",
    "指标 {indicator} 不能申请仲裁：只有异议未被采纳、且未经仲裁的指标可以申请",
    "{indicator} does not go to arbitration: only an objection that was not upheld does, and once",
)
NO_ARBITRATION = Rule(
    "NO_ARBITRATION",
    "plan P6",
    "该诊断目前没有进行中的仲裁；请待企业申请后办理",
    "No arbitration of the diagnosis is under way; it is for the firm to ask for one",
)
ARBITER_CONFLICTED = Rule(
    "ARBITER_CONFLICTED",
    "plan P6",
    "仲裁专家曾在该企业或该服务商任职，或现任职于其他服务商，须回避；请改派其他专家",
    "The arbiter has held a role for the firm or the provider, or holds one for another provider, and steps aside; name another",
)
OPINION_INCOMPLETE = Rule(
    "OPINION_INCOMPLETE",
    "plan P6",
    "仲裁意见须就每项异议各给一次，尚缺、重复或多余：{indicators}",
    "An opinion finds on every item once; missing, repeated or not asked for: {indicators}",
)
FINDING_UNCLEAR = Rule(
    "FINDING_UNCLEAR",
    "plan P6",
    "指标 {indicator}：异议成立的须写明与核验结果不同的答案，不成立的不写答案",
    "{indicator}: a finding for the firm says an answer other than the verified one, a finding against it says none",
)
OPINIONS_MISSING = Rule(
    "OPINIONS_MISSING",
    "plan P6",
    "仲裁至少须 {at_least} 名专家给出意见，现有 {count} 名",
    "An arbitration takes the opinions of at least {at_least} arbiters; {count} have given theirs",
)

# Commands


class RequestArbitration(DiagnosisCommand):
    """Ask that experts decide objections that the provider did not uphold; it opens a proceeding · 申请指标异议仲裁."""

    roles: ClassVar = CONFIRMERS

    items: Annotated[tuple[ObjectionItem, ...], Field(min_length=1, max_length=SECTION_LENGTH)] = Field(
        description="One item an indicator · 逐项异议"
    )


class GiveArbiterOpinion(DiagnosisCommand):
    """Give an arbiter's opinion on every item; another one takes its place until the decision · 提交仲裁意见."""

    roles: ClassVar = frozenset({Role.ARBITER})

    findings: Annotated[tuple[ArbiterFinding, ...], Field(min_length=1, max_length=SECTION_LENGTH)] = Field(
        description="One finding an item · 逐项意见"
    )


class DecideArbitration(DiagnosisCommand):
    """Decide by what most arbiters found, at their median level; served in the proceeding and open to appeal · 作出仲裁决定."""

    roles: ClassVar = CITY

    reasons: Text = Field(description="Reasons of the decision, as served on both sides · 决定理由")


class SettleArbitration(DiagnosisCommand):
    """Let the case follow an arbitration that is final 仲裁结果生效."""

    roles: ClassVar = BY_THE_PROGRAM


# Events


class ArbitrationFact(Event):
    """A fact of an arbitration 仲裁事实."""

    told_to: ClassVar = PROCEEDINGS_READERS
    masks: ClassVar = frozenset({Mask.PROCESS_SECRETS})


class ArbitrationRequested(ArbitrationFact):
    """The firm asked for arbitration 已申请仲裁. proceeding: its key."""

    type: Literal["diagnosis.arbitration_requested.v1"] = "diagnosis.arbitration_requested.v1"
    says: ClassVar = "就 {indicators:listed} 申请仲裁"
    says_in_english: ClassVar = "asked for arbitration on {indicators:listed}"
    proceeding: str
    items: tuple[ObjectionItem, ...]

    @property
    def indicators(self) -> tuple[str, ...]:
        """Indicators that go to arbitration 仲裁指标."""
        return tuple(item.indicator for item in self.items)


class ArbiterOpinionGiven(ArbitrationFact):
    """An arbiter gave an opinion 仲裁意见已提交: on the record of both sides, but no other expert may read it."""

    type: Literal["diagnosis.arbiter_opinion_given.v1"] = "diagnosis.arbiter_opinion_given.v1"
    told_to: ClassVar = PROCEEDINGS_READERS - EXPERTS
    says: ClassVar = "提交了仲裁意见：{findings:count} 项"
    says_in_english: ClassVar = "gave an arbiter's opinion on {findings:count} of the items"
    arbiter: PersonId
    findings: tuple[ArbiterFinding, ...]


class ArbiterOpinionStruck(ArbitrationFact):
    """An arbiter was released before the decision, and the opinion counts no more 仲裁意见不再计入."""

    type: Literal["diagnosis.arbiter_opinion_struck.v1"] = "diagnosis.arbiter_opinion_struck.v1"
    told_to: ClassVar = PROCEEDINGS_READERS - EXPERTS
    says: ClassVar = "解除了一名仲裁专家的指派，其意见不再计入"
    says_in_english: ClassVar = "ended the assignment of an arbiter, whose opinion no longer counts"
    arbiter: PersonId


class ArbitrationDecided(ArbitrationFact):
    """What most arbiters found is the decision 仲裁已决定."""

    type: Literal["diagnosis.arbitration_decided.v1"] = "diagnosis.arbitration_decided.v1"
    says: ClassVar = "作出仲裁决定：成立 {upheld:count} 项；{reasons}"
    says_in_english: ClassVar = "decided the arbitration: {upheld:count} of the items upheld; {reasons}"
    outcome: ProceedingOutcome
    findings: tuple[ArbiterFinding, ...]
    reasons: str

    @property
    def upheld(self) -> tuple[ArbiterFinding, ...]:
        """Items decided for the firm 成立."""
        return tuple(one for one in self.findings if one.upheld)


class ArbitrationSettled(ArbitrationFact):
    """The case follows the final decision 仲裁结果已生效. Upheld without an answer: the provider verifies the item again."""

    type: Literal["diagnosis.arbitration_settled.v1"] = "diagnosis.arbitration_settled.v1"
    says: ClassVar = "终结了仲裁：改判 {upheld:count} 项，维持 {dismissed:count} 项"
    says_in_english: ClassVar = "settled the arbitration: {upheld:count} of the items changed, {dismissed:count} kept"
    outcome: ProceedingOutcome | None
    findings: tuple[ArbiterFinding, ...]

    @property
    def upheld(self) -> tuple[ArbiterFinding, ...]:
        """Items that change 改判."""
        return tuple(one for one in self.findings if one.upheld)

    @property
    def dismissed(self) -> tuple[ArbiterFinding, ...]:
        """Items that stand 维持."""
        return tuple(one for one in self.findings if not one.upheld)


ArbitrationEvent = ArbitrationRequested | ArbiterOpinionGiven | ArbiterOpinionStruck | ArbitrationDecided | ArbitrationSettled

# Decide: what may happen


def request_arbitration(command: RequestArbitration, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Of what was dismissed and not arbitrated before, while the report waits for the firm's word 申请仲裁."""
    require_status(diagnosis, Status.ISSUED)
    known = {item.id for item in pinned_edition(diagnosis, context).of(diagnosis.form)}
    problems: list[Refused] = []
    named: set[str] = set()
    for place, item in enumerate(command.items):
        path = f"items.{place}.indicator"
        if item.indicator not in known:
            problems.append(INDICATOR_UNKNOWN.refuse(path=path, indicator=item.indicator))
        elif item.indicator in named:
            problems.append(OBJECTION_REPEATED.refuse(path=path, indicators=item.indicator))
        elif item.indicator not in diagnosis.dismissed - diagnosis.arbitrated:
            allowed = tuple(sorted(diagnosis.dismissed - diagnosis.arbitrated))
            problems.append(NOT_FOR_ARBITRATION.refuse(path=path, indicator=item.indicator, allowed=allowed))
        named.add(item.indicator)
    refuse_together(problems)
    proceeding = arbitration_key(command.diagnosis, diagnosis)
    opening = OpenProceeding(
        proceeding=proceeding,
        kind=ProceedingKind.ITEM_OBJECTION,
        provider=diagnosis.provider or "",
        enterprise=diagnosis.enterprise,
        about=diagnosis_stream(command.diagnosis),
        cause=cause_of(diagnosis_stream(command.diagnosis), diagnosis.version),
        asked=f"就 {'、'.join(item.indicator for item in command.items)} 重新认定"[:2000],
        grounds="；".join(f"{item.indicator}：{item.reason}" for item in command.items)[:2000],
    )
    opened = open_proceeding(opening, None, context)
    stream = proceeding_stream(proceeding)
    beside = (OnStream(stream, one) if isinstance(one, ProceedingOpened) else one for one in opened)
    return (ArbitrationRequested(proceeding=proceeding, items=command.items), *beside)


def arbitration_key(diagnosis: str, state: Diagnosis) -> str:
    """Key of the proceeding of the arbitration that a case comes to next 仲裁程序标识."""
    return f"{ARBITRATION_PREFIX}{diagnosis}.{len(state.arbitrated) + 1}"


def _in_hand(diagnosis: Diagnosis, context: DecisionContext) -> tuple[ArbitrationInHand, Proceeding]:
    require_status(diagnosis, Status.OBJECTED)
    if diagnosis.arbitration is None:
        raise NO_ARBITRATION.refuse()
    proceeding: Proceeding | None = context.read.get(proceeding_stream(diagnosis.arbitration.proceeding))
    assert proceeding is not None, "an arbitration opens its proceeding"  # noqa: S101 - written in one transaction
    return diagnosis.arbitration, proceeding


def is_conflicted(person: Person | None, diagnosis: Diagnosis, day: date) -> bool:
    """Whether somebody has ever held a role for one of the two sides, or holds one for any provider on a day 是否须回避.

    Who works for a competitor of the provider would read a rival's work and judge it.
    """
    held = person.memberships.values() if person is not None else ()
    sides = (diagnosis.enterprise, diagnosis.provider)
    return any(one.organisation in sides or (one.role in POSITIONS[Role.PROVIDER] and one.holds_on(day)) for one in held)


def give_opinion(command: GiveArbiterOpinion, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Once the provider has answered or its time is over, by who is free of conflict 提交仲裁意见; the same again is none."""
    arbitration, proceeding = _in_hand(diagnosis, context)
    if is_conflicted(context.read.get(person_stream(context.by)), diagnosis, context.day):
        raise ARBITER_CONFLICTED.refuse()
    require_proceeding_status(proceeding, ProceedingStatus.ANSWERED, ProceedingStatus.HEARD)
    named = [one.indicator for one in command.findings]
    if odd := sorted(i for i in {*arbitration.items, *named} if i not in arbitration.items or named.count(i) != 1):
        raise OPINION_INCOMPLETE.refuse(path="findings", indicators="、".join(odd), allowed=arbitration.items)
    edition = pinned_edition(diagnosis, context)
    problems: list[Refused] = []
    for place, one in enumerate(command.findings):
        if one.upheld is (one.answer is None) or one.answer == diagnosis.verified[one.indicator].answer:
            problems.append(FINDING_UNCLEAR.refuse(path=f"findings.{place}.answer", indicator=one.indicator))
        elif one.answer is not None:
            wrong = refusal_of(one.indicator, edition.check(diagnosis.form, one.indicator, one.answer))
            if wrong is not None:
                wrong.facts["path"] = f"findings.{place}.answer"
                problems.append(wrong)
    refuse_together(problems)
    given = ArbiterOpinionGiven(arbiter=context.by, findings=command.findings)
    return () if arbitration.opinions.get(context.by) == command.findings else (given,)


def decide_arbitration(command: DecideArbitration, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """By the opinions of enough arbiters, in the proceeding, by another than opened it 作出仲裁决定."""
    arbitration, proceeding = _in_hand(diagnosis, context)
    require_proceeding_status(proceeding, ProceedingStatus.ANSWERED, ProceedingStatus.HEARD)
    least = rule_in_force(context.read.get(PROCESS_RULE), ProcessRule, context.day).arbiters_at_least
    if len(arbitration.opinions) < least:
        raise OPINIONS_MISSING.refuse(at_least=least, count=len(arbitration.opinions))
    findings = tuple(found_by_most(i, arbitration.opinions.values()) for i in arbitration.items)
    outcome = outcome_of(findings)
    deciding = DecideProceeding(proceeding=arbitration.proceeding, outcome=outcome, reasons=command.reasons)
    stream = proceeding_stream(arbitration.proceeding)
    beside = (OnStream(stream, one) for one in decide_proceeding(deciding, proceeding, context) if isinstance(one, Event))
    return (ArbitrationDecided(outcome=outcome, findings=findings, reasons=command.reasons), *beside)


def settle_arbitration(_command: SettleArbitration, diagnosis: Diagnosis, context: DecisionContext) -> Facts:
    """Once its proceeding has ended 仲裁结果生效: as decided, as the appeal decided, or nothing of what was withdrawn."""
    if diagnosis.status is not Status.OBJECTED or diagnosis.arbitration is None:
        return ()
    arbitration, proceeding = _in_hand(diagnosis, context)
    if proceeding.status not in ENDED:
        return ()
    outcome = proceeding.outcome if proceeding.status is ProceedingStatus.FINAL else None
    return (ArbitrationSettled(outcome=outcome, findings=findings_at_end(arbitration, outcome)),)

# What the decider reads

ARBITRATING = (RequestArbitration, GiveArbiterOpinion, DecideArbitration, SettleArbitration)
"""Steps of an arbitration, which a proceeding belongs to 仲裁步骤."""


def streams_of_arbitration(command: DiagnosisCommand, diagnosis: Diagnosis) -> tuple[Stream, ...]:
    """The proceeding of an arbitration, what its periods follow from, and for a new one the sides it stands between."""
    named = diagnosis.arbitration.proceeding if diagnosis.arbitration is not None else arbitration_key(command.diagnosis, diagnosis)
    kind, periods = ProceedingKind.ITEM_OBJECTION, rule_stream(RULE_OF[ProceedingKind.ITEM_OBJECTION])
    sides = (organisation_stream(diagnosis.provider or ""), docket_of(kind, diagnosis.provider or "", diagnosis.enterprise))
    found = (proceeding_stream(named), CALENDAR_STREAM, periods, *(sides if isinstance(command, RequestArbitration) else ()))
    return tuple(one for one in found if one is not None)


# Evolve: what has happened


def arbitration_after(diagnosis: Diagnosis, event: ArbitrationEvent) -> dict[str, object]:
    """What one more fact changes in the diagnosis."""
    if isinstance(event, ArbitrationRequested):
        return {"arbitration": ArbitrationInHand(proceeding=event.proceeding, items=event.indicators)}
    known = diagnosis.arbitration
    assert known is not None, "an arbitration begins with its request"  # noqa: S101 - guards replay, not input
    if isinstance(event, ArbiterOpinionGiven):
        return {"arbitration": known.model_copy(update={"opinions": {**known.opinions, event.arbiter: event.findings}})}
    if isinstance(event, ArbiterOpinionStruck):
        others = {arbiter: found for arbiter, found in known.opinions.items() if arbiter != event.arbiter}
        return {"arbitration": known.model_copy(update={"opinions": others})}
    if isinstance(event, ArbitrationDecided):
        return {"arbitration": known.model_copy(update={"decided": event.findings})}
    again = frozenset(one.indicator for one in event.upheld if one.answer is None)
    changed = {
        one.indicator: VerifiedAnswer(
            answer=one.answer, reason=one.reason if one.answer != diagnosis.answers.get(one.indicator) else None
        )
        for one in event.upheld
        if one.answer is not None
    }
    return {
        "arbitration": None,
        "status": status_after_objections(upheld=bool(event.upheld)),
        "verified": {i: found for i, found in (diagnosis.verified | changed).items() if i not in again},
        "upheld": again,
        "arbitrated": diagnosis.arbitrated | frozenset(known.items),
        "outdated": diagnosis.outdated or bool(event.upheld),
    }
