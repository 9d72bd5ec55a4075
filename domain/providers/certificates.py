"""Certificates of diagnosticians 诊断师证书: granted in three grades, endorsed per edition, suspended, restored. plan T1.

What a certificate entitles to on a day is said in `domain/governance/qualification.py`, which on-site work reads.
"""

from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import Field

from domain.command_rights import CITY, EXAMINEES, require_right
from domain.governance.dated_rules import dated_rule_on, rule_in_force
from domain.governance.proceedings.state import ProceedingKind, proceeding_stream, require_concluded
from domain.governance.qualification import (
    QUALIFICATION_RULE,
    Certificate,
    CertificateGrade,
    CertificateTerm,
    NameShown,
    Suspension,
    certificate_stream,
)
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.exam import ExamRule
from domain.instants import months_after
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Cause,
    Command,
    DecisionContext,
    EditionRef,
    Event,
    Facts,
    PersonRef,
    ProceedingRef,
    Rule,
    Stream,
    Text,
    Unscoped,
    cause_of,
    cited,
)
from domain.participants.people.state import PERSON_ERASED, Person, person_stream
from domain.providers.exams.state import Exam, exam_stream
from domain.standard.editions import EDITION_UNKNOWN, edition_stream
from domain.stated_dates import require_not_too_far_ahead

# Rules

CERTIFICATE_BACKDATED = Rule(
    "CERTIFICATE_BACKDATED",
    "plan T1",
    "证书起始日 {given} 早于今天；证书不追溯此前的工作，请填 {earliest} 或以后",
    "The certificate would begin on {given}, before today; it covers no earlier work, say {earliest} or later",
)
CERTIFICATE_NOT_HELD = Rule(
    "CERTIFICATE_NOT_HELD",
    "plan T1",
    "该人员今天没有有效的诊断师证书，请先颁发证书",
    "The person holds no certificate today; grant one first",
)
CERTIFICATE_ON_HOLD = Rule(
    "CERTIFICATE_ON_HOLD",
    "plan T1",
    "该人员的证书自 {since} 起暂停，恢复之前不颁发、不签注，也无须再次暂停",
    "The person's certificate is suspended from {since} on; until it is restored none is granted, endorsed or suspended again",
)
CERTIFICATE_NOT_ON_HOLD = Rule(
    "CERTIFICATE_NOT_ON_HOLD",
    "plan T1",
    "该人员的证书未被暂停，无须恢复",
    "The person's certificate is not suspended; nothing is left to restore",
)
ENDORSED_ALREADY = Rule(
    "ENDORSED_ALREADY",
    "plan T1",
    "该证书自 {since} 起已有标准版本 {edition} 的签注，无须再次签注",
    "The certificate bears the endorsement for edition {edition} from {since} on already",
)
EXAM_NOT_PASSED = Rule(
    "EXAM_NOT_PASSED",
    "plan T1",
    "该人员没有通过标准版本 {edition} 的考试，或已凭该次考试取得证书；请先考试，另有依据的请写明认定理由",
    "The person has passed no unused examination for edition {edition}; sit it first, or say what else counts",
)
CERTIFICATE_REPEATED = Rule(
    "CERTIFICATE_REPEATED",
    "plan T1",
    "该人员已持有同等级证书至 {until}，续期的证书应晚于该日到期；如需增加标准版本，请办理签注",
    "The person holds a certificate of this grade until {until}; a renewal runs longer, another edition is an endorsement",
)

# Commands

CertificateNumber = Annotated[str, Field(pattern=r"^ZDS-[0-9]{4}-[0-9A-Z]{12}$")]
"""Number of a certificate 证书编号: the year, and what is drawn, so that none follows from another."""
Editions = Annotated[tuple[EditionRef, ...], Field(min_length=1, max_length=40)]


class CertificateCommand(Command):
    """A command about one person's certificate 证书命令."""

    person: PersonRef = Field(description="Person who holds it · 人员标识")


class GrantCertificate(CertificateCommand):
    """Grant a certificate; a renewal or a higher grade takes the place of the one before · 颁发证书.

    recognised: why, where it rests on something else than examinations passed here.
    """

    roles: ClassVar = CITY

    number: CertificateNumber = Field(description="Number of the certificate, which anyone may verify it by · 证书编号")
    grade: CertificateGrade = Field(description="Grade · 等级")
    editions: Editions = Field(description="Editions of the standard that it is endorsed for · 签注的标准版本")
    since: date = Field(description="First day · 起始日")
    recognised: Text | None = Field(
        default=None, description="What it rests on, where not on examinations passed here · 认定理由"
    )


class EndorseCertificate(CertificateCommand):
    """Endorse a person's certificate for one more edition, from today on · 证书签注."""

    roles: ClassVar = CITY

    edition: EditionRef = Field(description="Key of a published edition, such as 2023 · 标准版本")
    recognised: Text | None = Field(
        default=None, description="What it rests on, where not on examinations passed here · 认定理由"
    )


class SuspendCertificate(CertificateCommand):
    """Suspend a certificate from today on, after the proceeding on a red line that granted it · 暂停证书."""

    roles: ClassVar = CITY

    proceeding: ProceedingRef = Field(description="Concluded proceeding on the red line, about this certificate · 程序标识")
    reason: Text = Field(description="Why · 理由")


class RestoreCertificate(CertificateCommand):
    """Restore a suspended certificate from today on; its last day stays what it was · 恢复证书."""

    roles: ClassVar = CITY

    reason: Text = Field(description="Why · 理由")


class ShowHolderName(CertificateCommand):
    """Say how much of one's own name anyone is shown who verifies the certificate · 设定姓名公开方式."""

    roles: ClassVar = EXAMINEES

    shown: NameShown = Field(description="How much of the name · 姓名公开方式")


AnyCertificateCommand = GrantCertificate | EndorseCertificate | SuspendCertificate | RestoreCertificate | ShowHolderName

# Events


class CertificateGranted(Event):
    """A certificate was granted 证书已颁发; causes: examinations passed, rule: that it keeps to, None = the default one."""

    type: Literal["certificate.granted.v1"] = "certificate.granted.v1"
    says: ClassVar = "颁发了{grade:term}证书 {number}，自 {since} 至 {until}，签注标准版本 {editions:listed}"
    says_in_english: ClassVar = (
        "granted the certificate {number} ({grade:term}) from {since} to {until}, endorsed for {editions:listed}"
    )
    number: str
    grade: CertificateGrade
    editions: tuple[str, ...]
    since: date
    until: date
    causes: tuple[Cause, ...]
    recognised: str | None
    rule: Cause | None


class CertificateEndorsed(Event):
    """A certificate was endorsed for an edition 证书已签注."""

    type: Literal["certificate.endorsed.v1"] = "certificate.endorsed.v1"
    says: ClassVar = "为证书签注了标准版本 {edition}，自 {since} 起"
    says_in_english: ClassVar = "endorsed the certificate for the edition {edition} from {since} on"
    edition: str
    since: date
    causes: tuple[Cause, ...]
    recognised: str | None


class CertificateSuspended(Event):
    """A certificate is suspended from a day on 证书已暂停; cause: the decision that it follows from, where there is one."""

    type: Literal["certificate.suspended.v1"] = "certificate.suspended.v1"
    says: ClassVar = "自 {since} 起暂停了诊断师证书：{reason}"
    says_in_english: ClassVar = "suspended the diagnostician's certificate from {since} on: {reason}"
    since: date
    reason: str
    cause: Cause | None


class CertificateRestored(Event):
    """A suspension is over 证书已恢复; last: its last day."""

    type: Literal["certificate.restored.v1"] = "certificate.restored.v1"
    says: ClassVar = "恢复了诊断师证书，暂停的最后一日为 {last}：{reason}"
    says_in_english: ClassVar = "restored the diagnostician's certificate, last day of the suspension {last}: {reason}"
    last: date
    reason: str
    cause: Cause | None


class HolderNameShown(Event):
    """The holder said how the name is shown 姓名公开方式已设定."""

    type: Literal["certificate.name_shown.v1"] = "certificate.name_shown.v1"
    says: ClassVar = "将证书核验时的姓名公开方式设为{shown:term}"
    says_in_english: ClassVar = "set what is shown of the name when the certificate is verified: {shown:term}"
    shown: NameShown


CertificateEvent = CertificateGranted | CertificateEndorsed | CertificateSuspended | CertificateRestored | HolderNameShown

# Decide: what may happen


def decide(command: AnyCertificateCommand, certificate: Certificate | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, NOT_FOUND, PERSON_ERASED, EDITION_UNKNOWN, PROCEEDING_NOT_CONCLUDED, or of stated dates."""
    require_right(command, context.role)
    person: Person | None = context.read.get(person_stream(command.person))
    if person is None or (isinstance(command, ShowHolderName) and command.person != context.by):
        raise NOT_FOUND.refuse()
    if person.erased:
        raise PERSON_ERASED.refuse()
    held = certificate or Certificate()
    match command:
        case GrantCertificate():
            return _grant(command, held, context)
        case EndorseCertificate():
            return _endorse(command, held, context)
        case SuspendCertificate(proceeding=proceeding, reason=reason):
            _current(held, context)
            stream = proceeding_stream(proceeding)
            about = certificate_stream(command.person)
            granted = require_concluded(context.read.get(stream), ProceedingKind.RED_LINE, about)
            return (CertificateSuspended(since=context.day, reason=reason, cause=cause_of(stream, granted.version)),)
        case RestoreCertificate(reason=reason):
            if held.suspension_on(context.day) is None:
                raise CERTIFICATE_NOT_ON_HOLD.refuse()
            return (CertificateRestored(last=context.day - timedelta(days=1), reason=reason, cause=None),)
        case ShowHolderName(shown=shown):
            if held.latest is None:
                raise CERTIFICATE_NOT_HELD.refuse()
            return () if held.name_shown is shown else (HolderNameShown(shown=shown),)
        case never:
            assert_never(never)


def _grant(command: GrantCertificate, held: Certificate, context: DecisionContext) -> Facts:
    _require_not_on_hold(held, context)
    _require_published(command.editions, "editions", context)
    require_not_too_far_ahead("since", command.since, context)
    if command.since < context.day:
        raise CERTIFICATE_BACKDATED.refuse(path="since", given=command.since, earliest=context.day)
    rules = context.read.get(QUALIFICATION_RULE)
    rule = rule_in_force(rules, ExamRule, context.day)
    until = months_after(command.since, rule.certificate_months) - timedelta(days=1)
    before = held.latest
    if before is not None and before.grade is command.grade and before.until >= until:
        raise CERTIFICATE_REPEATED.refuse(path="grade", until=before.until)
    granted = CertificateGranted(
        number=command.number,
        grade=command.grade,
        editions=tuple(dict.fromkeys(command.editions)),
        since=command.since,
        until=until,
        causes=_examined(command, tuple(dict.fromkeys(command.editions)), held, context),
        recognised=command.recognised,
        rule=dated_rule_on(rules, RuleKind.EXAM, context.day).cause,
    )
    return (granted,)


def _endorse(command: EndorseCertificate, held: Certificate, context: DecisionContext) -> Facts:
    term = _current(held, context)
    _require_published((command.edition,), "edition", context)
    if (since := term.endorsed.get(command.edition)) is not None:
        raise ENDORSED_ALREADY.refuse(path="edition", edition=command.edition, since=since)
    causes = _examined(command, (command.edition,), held, context)
    return (CertificateEndorsed(edition=command.edition, since=context.day, causes=causes, recognised=command.recognised),)


def _examined(
    command: GrantCertificate | EndorseCertificate, editions: tuple[str, ...], held: Certificate, context: DecisionContext
) -> tuple[str, ...]:
    """The examinations that a certificate rests on, each used once; none where it rests on something else, which is said.

    Raises:
        Refused: EXAM_NOT_PASSED (plan T1).
    """
    if command.recognised is not None:
        return ()
    causes = []
    for edition in editions:
        stream = exam_stream(edition, command.person)
        exam: Exam | None = context.read.get(stream)
        used = max((version for one, version in map(cited, held.causes) if one == stream), default=0)
        passed = exam.passed_after(used) if exam is not None else None
        if passed is None or passed.marked is None:
            raise EXAM_NOT_PASSED.refuse(path="editions" if isinstance(command, GrantCertificate) else "edition", edition=edition)
        causes.append(cause_of(stream, passed.marked))
    return tuple(causes)


def _current(held: Certificate, context: DecisionContext) -> CertificateTerm:
    """The certificate that holds today and is not suspended."""
    term = held.term_on(context.day)
    if term is None:
        raise CERTIFICATE_NOT_HELD.refuse()
    _require_not_on_hold(held, context)
    return term


def _require_not_on_hold(held: Certificate, context: DecisionContext) -> None:
    if (suspension := held.suspension_on(context.day)) is not None:
        raise CERTIFICATE_ON_HOLD.refuse(since=suspension.since)


def _require_published(editions: tuple[str, ...], path: str, context: DecisionContext) -> None:
    for edition in editions:
        if context.read.get(edition_stream(edition)) is None:
            raise EDITION_UNKNOWN.refuse(path=path, edition=edition)


# Evolve: what has happened


def evolve(certificate: Certificate | None, event: CertificateEvent) -> Certificate:
    """The person's certificates after one more fact."""
    held = certificate or Certificate()
    version = held.version + 1
    changed: dict[str, object] = {"version": version}
    match event:
        case CertificateGranted(number=number, grade=grade, editions=editions, since=since, until=until, causes=causes):
            changed["causes"] = (*held.causes, *causes)
            endorsed = dict.fromkeys(editions, since)
            term = CertificateTerm(
                number=number, grade=grade, since=since, until=until, endorsed=endorsed, version=version
            )
            changed["terms"] = (*held.terms, term)
        case CertificateEndorsed(edition=edition, since=since, causes=causes):
            changed["causes"] = (*held.causes, *causes)
            changed["terms"] = tuple(
                term.model_copy(update={"endorsed": {edition: since, **term.endorsed}}) if since <= term.until else term
                for term in held.terms
            )
        case CertificateSuspended(since=since, reason=reason):
            changed["suspensions"] = (*held.suspensions, Suspension(since=since, reason=reason))
        case CertificateRestored(last=last):
            *before, current = held.suspensions
            changed["suspensions"] = (*before, current.model_copy(update={"until": last}))
        case HolderNameShown(shown=shown):
            changed["name_shown"] = shown
        case never:
            assert_never(never)
    return held.model_copy(update=changed)


# What the decider reads


def _reads(command: AnyCertificateCommand, _certificate: Certificate | None) -> tuple[Stream, ...]:
    streams = [person_stream(command.person)]
    if isinstance(command, GrantCertificate):
        streams.append(QUALIFICATION_RULE)
    if isinstance(command, GrantCertificate | EndorseCertificate):
        editions = command.editions if isinstance(command, GrantCertificate) else (command.edition,)
        for one in dict.fromkeys(editions):
            streams += [edition_stream(one), exam_stream(one, command.person)]
    if isinstance(command, SuspendCertificate):
        streams.append(proceeding_stream(command.proceeding))
    return tuple(streams)


CERTIFICATES = Capability(
    name="certificate",
    commands=(GrantCertificate, EndorseCertificate, SuspendCertificate, RestoreCertificate, ShowHolderName),
    events=tuple(CertificateEvent.__args__),
    stream=lambda command: certificate_stream(command.person),
    reads=_reads,
    place=lambda _command, _certificate, _read: Unscoped.KNOWN_BY_RULES,
    decide=decide,
    evolve=evolve,
)
