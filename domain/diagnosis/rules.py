"""Rules of the diagnosis 诊断规则: what may happen, in which order, by whom. plan P3–P6, S4, V3.

What an answer must be like, and how answers are verified and scored, is said in diagnosis_answers.py.
"""

from collections.abc import Mapping
from typing import Any

from domain.access import Place, Role, head_of
from domain.command_rights import require_right
from domain.diagnosis import case as d
from domain.diagnosis.answers import (
    INDICATOR_UNKNOWN,
    pinned_edition,
    require_section,
    save_answers,
    score_answers,
    submit_answers,
    verify_answers,
)
from domain.diagnosis.case import Diagnosis, Status, assignment_stream, diagnosis_stream
from domain.kernel import NOT_FOUND, Capability, DecisionContext, Event, Facts, OnStream, Rule
from domain.participants.enterprises import Firm, enterprise_stream, place_of
from domain.participants.headquarters import Headquarters, headquarters_stream
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.reservations import Reservation, ReservationReleased, ReservationTaken, active_diagnosis
from domain.standard.editions import EDITION_UNKNOWN, MAPPING_STREAM, PublishedEdition, edition_stream
from standards import ApplicableEdition, NoMappingYet, edition_for

DIVISION_LENGTH = 3
"""A division of GB/T 4754 as "C34": the section and two digits, which every finer code begins with."""

# Rules

EXISTS = Rule("DIAGNOSIS_EXISTS", "plan P3", "该诊断已存在", "The diagnosis already exists")
ENTERPRISE_UNKNOWN = Rule("ENTERPRISE_UNKNOWN", "plan P1", "名单中没有该企业", "No such enterprise on the roster")
EDITION_NOT_IN_FORCE = Rule(
    "EDITION_NOT_IN_FORCE",
    "plan S5",
    "标准版本 {edition} 自 {since} 起施行，此前不能开启诊断",
    "Edition {edition} is in force from {since} on; no diagnosis is opened under it before",
)
EDITION_RETIRED = Rule(
    "EDITION_RETIRED",
    "plan S5",
    "标准版本 {edition} 已自 {since} 起废止，不能再开启诊断",
    "Edition {edition} is retired from {since} on; no diagnosis is opened under it any more",
)
PROVIDER_UNKNOWN = Rule(
    "PROVIDER_UNKNOWN", "plan V2", "没有登记这家服务商，请从服务商清单中选取", "There is no such provider; take one of those listed"
)
PROVIDER_RETIRED = Rule(
    "PROVIDER_RETIRED",
    "plan V4",
    "该服务商已于 {last} 退出，不再承接新的诊断；请另选服务商",
    "The provider retired on {last} and takes on no new work; choose another",
)
PROVIDER_OTHER_INDUSTRY = Rule(
    "PROVIDER_OTHER_INDUSTRY",
    "plan V3",
    "该企业属行业 {division}，所选服务商的服务行业为 {served}，不含该行业；请另选服务该行业的服务商",
    "The enterprise is of division {division}, and the provider serves {served_in_english}; choose one that serves the division",
)
OTHER_EDITION_UNREASONED = Rule(
    "OTHER_EDITION_UNREASONED",
    "plan S3",
    "该企业适用标准版本 {edition}（{form_name}，自 {since} 起的适用表），另选版本或版式须写明理由",
    "Edition {edition} in its {form} form applies to the enterprise by the mapping from {since} on; say why it is another",
)
ACTIVE_ALREADY = Rule(
    "DIAGNOSIS_ACTIVE_ALREADY",
    "plan P3",
    "该企业在同一批次、同一目的下已有进行中的诊断",
    "The enterprise already has an active diagnosis for this campaign and purpose",
)
WRONG_STATUS = Rule(
    "DIAGNOSIS_WRONG_STATUS",
    "plan P3",
    "诊断当前状态为“{status_name}”，不能执行该操作",
    "The diagnosis is {status}; this cannot be done now",
)
NOT_YOUR_ENTERPRISE = Rule(
    "NOT_YOUR_ENTERPRISE", "plan P7", "只能为本企业开启诊断", "An enterprise opens a diagnosis of itself only"
)
SAMPLE_BY_CITY = Rule(
    "SAMPLE_BY_CITY",
    "plan V5",
    "抽样评估由市级部门开启",
    "A sampled re-assessment is opened by the city",
)
NOT_ASSIGNED = Rule(
    "PROVIDER_NOT_ASSIGNED",
    "plan V3",
    "本机构未被指定承担该诊断",
    "Your organisation is not assigned to this diagnosis",
)
EVIDENCE_REPEATED = Rule(
    "EVIDENCE_REPEATED", "plan P5", "该文件已作为这些指标的佐证", "The file already supports these indicators"
)
VISIT_BEFORE_OPENING = Rule(
    "VISIT_BEFORE_OPENING",
    "plan P5",
    "现场诊断日期 {given} 早于诊断开启之日 {earliest}，不属于本次诊断；请填本次诊断期间的走访日期",
    "The visit on {given} lies before the diagnosis was opened on {earliest}; say the day of a visit within this diagnosis",
)
VISIT_IN_FUTURE = Rule(
    "VISIT_IN_FUTURE", "plan P5", "现场诊断日期最晚为今天（{latest}）", "A visit lies on {latest}, today, at the latest"
)
SCORE_OUTDATED = Rule(
    "SCORE_OUTDATED",
    "plan P5",
    "评分之后资料有变，须重新评分",
    "Something was recorded after the last scoring; score again",
)
OBJECTION_REPEATED = Rule(
    "OBJECTION_REPEATED",
    "plan P6",
    "同一指标只能提出一次异议：{indicators}",
    "One objection an indicator: {indicators}",
)
OBJECTION_UNANSWERED = Rule(
    "OBJECTION_UNANSWERED",
    "plan P6",
    "须逐项答复异议；未答复或多余的指标：{indicators}",
    "Answer each objection once; missing or extra: {indicators}",
)

def _in_status(diagnosis: Diagnosis, *allowed: Status) -> None:
    if diagnosis.status not in allowed:
        raise WRONG_STATUS.refuse(status=diagnosis.status.value, status_name=d.STATUS_NAMES[diagnosis.status])


def _matched_provider(provider: str, enterprise: str, context: DecisionContext) -> None:
    """A provider that serves the firm's industry. One that no industry is said of is taken: what is unknown is not none."""
    organisation = context.read.get(organisation_stream(provider))
    if not isinstance(organisation, Organisation) or organisation.kind is not OrganisationKind.PROVIDER:
        raise PROVIDER_UNKNOWN.refuse(path="provider", provider=provider)
    _require_taking_part(organisation, context)
    firm: Firm | None = context.read.get(enterprise_stream(enterprise))
    served = organisation.industries
    if firm is not None and served and (division := firm.industry[:DIVISION_LENGTH]) not in served:
        raise PROVIDER_OTHER_INDUSTRY.refuse(
            path="provider", division=division, served="、".join(served), served_in_english=", ".join(served)
        )


def _require_taking_part(provider: Organisation, context: DecisionContext) -> None:
    if provider.is_retired_on(context.day):
        raise PROVIDER_RETIRED.refuse(path="provider", last=provider.last)


def _own_work(diagnosis: Diagnosis, context: DecisionContext) -> None:
    if diagnosis.provider != context.organisation:
        raise NOT_ASSIGNED.refuse()


def _within_the_case(command: d.RecordSiteVisit, context: DecisionContext) -> None:
    opened = context.first_day_of(diagnosis_stream(command.diagnosis))
    if command.visited_on > context.day:
        raise VISIT_IN_FUTURE.refuse(path="visited_on", latest=context.day)
    if command.visited_on < opened:
        raise VISIT_BEFORE_OPENING.refuse(path="visited_on", given=command.visited_on, earliest=opened)


# Decide: what may happen


def decide(command: d.DiagnosisCommand, diagnosis: Diagnosis | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, or of diagnosis_answers.py."""
    require_right(command, context.role)
    if isinstance(command, d.OpenDiagnosis):
        return _open(command, diagnosis, context)
    if diagnosis is None:
        raise NOT_FOUND.refuse()
    match command:
        case d.AssignProvider(provider=provider):
            _in_status(diagnosis, Status.OPEN, Status.SUBMITTED)
            _matched_provider(provider, diagnosis.enterprise, context)
            return () if provider == diagnosis.provider else (d.ProviderAssigned(provider=provider),)
        case d.SaveAnswers():
            _in_status(diagnosis, Status.OPEN)
            return save_answers(command, diagnosis, context)
        case d.PledgeTruth():
            _in_status(diagnosis, Status.OPEN)
            return () if diagnosis.pledged else (d.TruthPledged(),)
        case d.SubmitSelfAssessment():
            _in_status(diagnosis, Status.OPEN)
            return submit_answers(diagnosis, context)
        case d.AcceptDiagnosis():
            _in_status(diagnosis, Status.SUBMITTED)
            _own_work(diagnosis, context)
            own = context.read.get(organisation_stream(context.organisation))
            if isinstance(own, Organisation):
                _require_taking_part(own, context)
            return (d.DiagnosisAccepted(provider=context.organisation),)
        case d.AttachEvidence():
            return _attach(command, diagnosis, context)
        case d.RecordSiteVisit():
            _in_status(diagnosis, Status.ACCEPTED, Status.SCORED)
            _own_work(diagnosis, context)
            _within_the_case(command, context)
            return (d.SiteVisitRecorded(**command.model_dump(exclude={"diagnosis"})),)
        case d.VerifyAnswers():
            _in_status(diagnosis, Status.ACCEPTED, Status.SCORED)
            _own_work(diagnosis, context)
            return verify_answers(command, diagnosis, context)
        case d.RecordExpertReview(conclusion=conclusion):
            _in_status(diagnosis, Status.ACCEPTED, Status.SCORED)
            return (d.ExpertReviewRecorded(conclusion=conclusion),)
        case d.ScoreDiagnosis():
            _in_status(diagnosis, Status.ACCEPTED, Status.SCORED)
            _own_work(diagnosis, context)
            return score_answers(diagnosis, context)
        case d.IssueReport(file=file):
            _in_status(diagnosis, Status.SCORED)
            _own_work(diagnosis, context)
            if diagnosis.outdated:
                raise SCORE_OUTDATED.refuse()
            assert diagnosis.verified_measured is not None  # noqa: S101 - SCORED implies both
            assert diagnosis.issued is not None  # noqa: S101
            total, grade = diagnosis.verified_measured.total, diagnosis.issued.grade
            return (d.ReportIssued(version=diagnosis.reports + 1, file=file, total=total, grade=grade),)
        case d.ConfirmReport(file=file):
            _in_status(diagnosis, Status.ISSUED)
            return (d.ReportConfirmed(version=diagnosis.reports + 1, file=file), _release(command, diagnosis))
        case d.ObjectToReport(items=items):
            _in_status(diagnosis, Status.ISSUED)
            return _object(items, diagnosis, context)
        case d.AnswerObjections(answers=answers):
            _in_status(diagnosis, Status.OBJECTED)
            _own_work(diagnosis, context)
            answered = sorted(answer.indicator for answer in answers)
            if answered != sorted(diagnosis.objections):
                odd = sorted(set(answered) ^ set(diagnosis.objections)) or answered
                raise OBJECTION_UNANSWERED.refuse(indicators="、".join(odd))
            return (d.ObjectionsAnswered(answers=answers),)
        case d.WithdrawDiagnosis(reason=reason):
            _in_status(diagnosis, *(set(Status) - {Status.CONFIRMED, Status.WITHDRAWN}))
            return (d.DiagnosisWithdrawn(reason=reason), _release(command, diagnosis))


def _open(command: d.OpenDiagnosis, diagnosis: Diagnosis | None, context: DecisionContext) -> Facts:
    if diagnosis is not None:
        raise EXISTS.refuse()
    firm: Firm | None = context.read.get(enterprise_stream(command.enterprise))
    if firm is None:
        raise ENTERPRISE_UNKNOWN.refuse()
    if head_of(Role(context.role)) is Role.ENTERPRISE and command.enterprise != context.organisation:
        raise NOT_YOUR_ENTERPRISE.refuse()
    if command.purpose is d.Purpose.SAMPLE and context.role != Role.CITY:
        raise SAMPLE_BY_CITY.refuse()
    published = context.read.get(edition_stream(command.edition))
    if not isinstance(published, PublishedEdition):
        raise EDITION_UNKNOWN.refuse(edition=command.edition)
    if published.in_force is not None and context.day < published.in_force:
        raise EDITION_NOT_IN_FORCE.refuse(edition=command.edition, since=published.in_force)
    if published.is_retired_on(context.day):
        raise EDITION_RETIRED.refuse(edition=command.edition, since=published.retired)
    if command.provider is not None:
        _matched_provider(command.provider, command.enterprise, context)
    applicable = _applicable(command.enterprise, firm, context)
    if applicable is not None and command.reason is None:
        _require_applicable(command, applicable)
    reservation_stream = active_diagnosis(command.enterprise, command.campaign, command.purpose.value)
    reservation = context.read.get(reservation_stream)
    if isinstance(reservation, Reservation) and reservation.holder is not None:
        raise ACTIVE_ALREADY.refuse()
    opened = d.DiagnosisOpened(
        enterprise=command.enterprise,
        campaign=command.campaign,
        purpose=command.purpose,
        form=command.form,
        edition=command.edition,
        edition_digest=published.digest,
        provider=command.provider,
        applicable=applicable,
        reason=command.reason,
    )
    return (opened, OnStream(reservation_stream, ReservationTaken(holder=command.diagnosis)))


def _applicable(enterprise: str, firm: Firm, context: DecisionContext) -> ApplicableEdition | None:
    """What applies to the firm today; None before a mapping holds: then nothing is another."""
    known = context.read.get(MAPPING_STREAM)
    if known is None:
        return None
    seat: Headquarters | None = context.read.get(headquarters_stream(firm.group)) if firm.group is not None else None
    named = seat is not None and seat.on(context.day) == enterprise
    try:
        return edition_for(known, firm.industry, firm.size_class, context.day, headquarters=named)
    except NoMappingYet:
        return None


def _require_applicable(command: d.OpenDiagnosis, applicable: ApplicableEdition) -> None:
    if d.chosen_otherwise(command.edition, command.form, applicable):
        chinese, english = d.FORM_NAMES[applicable.form]
        raise OTHER_EDITION_UNREASONED.refuse(
            edition=applicable.edition,
            form=english,
            form_name=chinese,
            basis=applicable.basis,
            since=applicable.since.isoformat(),
        )


def _release(command: d.ConfirmReport | d.WithdrawDiagnosis, diagnosis: Diagnosis) -> OnStream:
    stream = active_diagnosis(diagnosis.enterprise, diagnosis.campaign, diagnosis.purpose.value)
    return OnStream(stream, ReservationReleased(holder=command.diagnosis))


def _attach(command: d.AttachEvidence, diagnosis: Diagnosis, context: DecisionContext) -> tuple[Event, ...]:
    if head_of(Role(context.role)) is Role.PROVIDER:
        _in_status(diagnosis, Status.ACCEPTED, Status.SCORED)
        _own_work(diagnosis, context)
    else:
        _in_status(diagnosis, Status.OPEN, Status.SUBMITTED, Status.ACCEPTED, Status.OBJECTED)
    known = {item.id: item.dimension for item in pinned_edition(diagnosis, context).of(diagnosis.form)}
    for indicator in command.indicators:
        if indicator not in known:
            raise INDICATOR_UNKNOWN.refuse(indicator=indicator)
        require_section(known[indicator], context)
    new = tuple(i for i in dict.fromkeys(command.indicators) if (command.sha256, i) not in diagnosis.evidence)
    if not new:
        raise EVIDENCE_REPEATED.refuse()
    return (d.EvidenceAttached(**command.model_dump(exclude={"diagnosis", "indicators"}), indicators=new),)


def _object(items: tuple[d.ObjectionItem, ...], diagnosis: Diagnosis, context: DecisionContext) -> tuple[Event, ...]:
    known = {item.id for item in pinned_edition(diagnosis, context).of(diagnosis.form)}
    for item in items:
        if item.indicator not in known:
            raise INDICATOR_UNKNOWN.refuse(indicator=item.indicator)
    named = [item.indicator for item in items]
    if repeated := sorted({i for i in named if named.count(i) > 1 or i in diagnosis.dismissed}):
        raise OBJECTION_REPEATED.refuse(indicators="、".join(repeated))
    return (d.ReportObjectedTo(items=items),)


# What the decider reads, and where its subject lies


def _reads(command: d.DiagnosisCommand, diagnosis: Diagnosis | None) -> tuple[str, ...]:
    streams: list[str] = []
    if isinstance(command, d.OpenDiagnosis):
        streams += [
            enterprise_stream(command.enterprise),
            edition_stream(command.edition),
            MAPPING_STREAM,
            active_diagnosis(command.enterprise, command.campaign, command.purpose.value),
        ]
    elif diagnosis is not None:
        streams += [
            enterprise_stream(diagnosis.enterprise),
            edition_stream(diagnosis.edition),
            active_diagnosis(diagnosis.enterprise, diagnosis.campaign, diagnosis.purpose.value),
        ]
    provider = getattr(command, "provider", None)
    if isinstance(command, d.AcceptDiagnosis | d.IssueReport | d.ConfirmReport) and diagnosis is not None:
        provider = diagnosis.provider  # who takes new work on takes part; a report names who made it
    if provider is not None:
        streams.append(organisation_stream(provider))
    if isinstance(command, d.RecordExpertReview):
        streams.append(assignment_stream(command.diagnosis))
    return tuple(streams)


def _reads_further(
    command: d.DiagnosisCommand, _diagnosis: Diagnosis | None, read: Mapping[str, Any]
) -> tuple[str, ...]:
    """On opening, the headquarters of the group that the firm is in."""
    if not isinstance(command, d.OpenDiagnosis):
        return ()
    firm: Firm | None = read.get(enterprise_stream(command.enterprise))
    return (headquarters_stream(firm.group),) if firm is not None and firm.group is not None else ()


def _place(command: d.DiagnosisCommand, diagnosis: Diagnosis | None, read: Mapping[str, Any]) -> Place:
    if isinstance(command, d.OpenDiagnosis):
        enterprise, provider = command.enterprise, command.provider
    elif diagnosis is not None:
        enterprise, provider = diagnosis.enterprise, diagnosis.provider
    else:
        return Place()
    firm: Firm | None = read.get(enterprise_stream(enterprise))
    assigned = read.get(assignment_stream(command.diagnosis))
    assignments = tuple(assigned.terms.values()) if assigned is not None else ()
    return Place() if firm is None else place_of(enterprise, firm, provider, assignments=assignments)


DIAGNOSES: Capability[Any, Any, Any] = Capability(
    name="diagnosis",
    commands=tuple(d.DiagnosisCommand.__args__),
    events=tuple(d.DiagnosisEvent.__args__),
    stream=lambda command: diagnosis_stream(command.diagnosis),
    reads=_reads,
    reads_further=_reads_further,
    place=_place,
    decide=decide,
    evolve=d.evolve,
)
