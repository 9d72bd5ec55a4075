"""Rules of the diagnosis 诊断规则: what may happen, in which order, by whom. plan P3–P6, S4, V3."""

from collections.abc import Mapping
from typing import Any

from domain import diagnosis as d
from domain.access import Place, Role
from domain.diagnosis import Diagnosis, Status
from domain.editions import PublishedEdition, edition_stream
from domain.enterprises import Firm, enterprise_stream, place_of
from domain.language import NOT_FOUND, Capability, Elsewhere, Event, Facts, Occasion, Rule
from domain.organisations import Organisation, OrganisationKind, organisation_stream
from domain.rights import require_right
from domain.slots import Slot, SlotReleased, SlotTaken, active_diagnosis
from standards import Answer, Edition, Measured, Process

# Rules

EXISTS = Rule("DIAGNOSIS_EXISTS", "plan P3", "该诊断已存在", "The diagnosis already exists")
ENTERPRISE_UNKNOWN = Rule("ENTERPRISE_UNKNOWN", "plan P1", "名单中没有该企业", "No such enterprise on the roster")
EDITION_UNKNOWN = Rule("EDITION_UNKNOWN", "plan S1", "标准版本 {edition} 未发布", "Edition {edition} is not published")
PROVIDER_UNKNOWN = Rule("PROVIDER_UNKNOWN", "plan V2", "没有服务商 {provider}", "No provider {provider}")
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
NOT_ASSIGNED = Rule(
    "PROVIDER_NOT_ASSIGNED",
    "plan V3",
    "本机构未被指定承担该诊断",
    "Your organisation is not assigned to this diagnosis",
)
SECTION_UNKNOWN = Rule("SECTION_UNKNOWN", "plan S1", "标准中没有维度 {section}", "The edition has no section {section}")
INDICATOR_NOT_IN_SECTION = Rule(
    "INDICATOR_NOT_IN_SECTION",
    "plan S1",
    "指标 {indicator} 不属于维度 {section}",
    "Indicator {indicator} is not in section {section}",
)
ANSWER_CHANGED_MEANWHILE = Rule(
    "ANSWER_CHANGED_MEANWHILE",
    "plan P5",
    "指标 {indicator} 的答案已被他人修改，请刷新后再填",
    "The answer to {indicator} was changed by someone else meanwhile",
)
ANSWERS_MISSING = Rule(
    "ANSWERS_MISSING", "plan P3", "尚有 {count} 项指标未填写", "{count} indicators are still unanswered"
)
PLEDGE_MISSING = Rule(
    "PLEDGE_MISSING", "plan P3", "提交前须作出真实性承诺", "Pledge the truth of the answers before submitting"
)
INDICATOR_UNKNOWN = Rule(
    "INDICATOR_UNKNOWN", "plan S1", "标准中没有指标 {indicator}", "The edition has no indicator {indicator}"
)
EVIDENCE_REPEATED = Rule(
    "EVIDENCE_REPEATED", "plan P5", "该文件已作为这些指标的佐证", "The file already supports these indicators"
)
VISIT_IN_FUTURE = Rule("VISIT_IN_FUTURE", "plan P5", "现场诊断日期不能晚于今天", "A visit cannot lie in the future")
DIFFERENCE_UNEXPLAINED = Rule(
    "DIFFERENCE_UNEXPLAINED",
    "plan P5",
    "指标 {indicator} 的核验结果与自评不同，须说明理由",
    "The verified answer to {indicator} differs from the firm's; give the reason",
)
VERIFICATION_MISSING = Rule(
    "VERIFICATION_MISSING", "plan P3", "尚有 {count} 项指标未核验", "{count} indicators are not verified yet"
)
VERIFICATION_CLOSED = Rule(
    "VERIFICATION_CLOSED",
    "plan P6",
    "报告出具后只能重新核验异议成立的指标，{indicator} 不在其中",
    "After a report only upheld objections are verified again; {indicator} is not among them",
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

DIMENSION_NOT_APPLICABLE = Rule(
    "DIMENSION_NOT_APPLICABLE",
    "plan S4",
    "维度 {dimensions} 的全部指标均为不适用，无法评分",
    "Every indicator of {dimensions} is not applicable; nothing is left to score",
)

ANSWER_RULES = {
    rule.code: rule
    for rule in (
        Rule(
            "INDICATOR_NOT_IN_FORM",
            "plan S1",
            "简版问卷不含指标 {indicator}",
            "The brief form has no indicator {indicator}",
        ),
        Rule(
            "ANSWER_KIND_WRONG",
            "plan S1",
            "指标 {indicator} 的答案形式不符：{detail}",
            "The answer to {indicator} is of the wrong kind: {detail_in_english}",
        ),
        Rule(
            "ANSWER_OFF_SCALE",
            "plan S4",
            "指标 {indicator} 的等级 {detail} 不在量表之内",
            "Level {detail_in_english} of {indicator} is not on the scale",
        ),
        Rule(
            "RAW_NUMBER_MISSING",
            "plan S1",
            "指标 {indicator} 缺少原始数值{detail}",
            "Raw number {detail_in_english} of {indicator} is missing",
        ),
        Rule(
            "RAW_NUMBER_INVALID",
            "plan S1",
            "指标 {indicator} 的原始数值不成立：{detail}",
            "A raw number of {indicator} cannot be: {detail_in_english}",
        ),
        Rule(
            "CHOICE_UNKNOWN",
            "plan S1",
            "指标 {indicator} 的选项不存在或重复：{detail}",
            "Unknown or repeated options of {indicator}: {detail_in_english}",
        ),
        Rule(
            "REASON_MISSING",
            "plan S4",
            "指标 {indicator} 不适用须说明理由",
            "Say why {indicator} is not applicable",
        ),
    )
}
"""Answers that cannot be taken, one rule for each code of the standard's own check 答案规则."""


def _edition(diagnosis: Diagnosis, occasion: Occasion) -> Edition:
    published = occasion.read.get(edition_stream(diagnosis.edition))
    if not isinstance(published, PublishedEdition) or published.digest != diagnosis.edition_digest:
        raise AssertionError(f"the pinned edition {diagnosis.edition} is not in the journal")
    return published.edition


def _in_section(edition: Edition, section: str, indicator: str) -> None:
    if section not in {dimension.id for dimension in edition.dimensions}:
        raise SECTION_UNKNOWN.refuse(section=section)
    known = {item.id: item.dimension for item in edition.indicators}
    if indicator not in known:
        raise INDICATOR_UNKNOWN.refuse(indicator=indicator)
    if known[indicator] != section:
        raise INDICATOR_NOT_IN_SECTION.refuse(indicator=indicator, section=section)


def _well_formed(edition: Edition, diagnosis: Diagnosis, indicator: str, answer: Answer) -> None:
    problem = edition.check(diagnosis.form, indicator, answer)
    if problem is not None:
        raise ANSWER_RULES[problem.code].refuse(
            indicator=indicator,
            field=problem.field,
            detail=problem.detail,
            detail_in_english=problem.detail_in_english,
        )


def _in_status(diagnosis: Diagnosis, *allowed: Status) -> None:
    if diagnosis.status not in allowed:
        raise WRONG_STATUS.refuse(status=diagnosis.status.value, status_name=d.STATUS_NAMES[diagnosis.status])


def _known_provider(provider: str, occasion: Occasion) -> None:
    organisation = occasion.read.get(organisation_stream(provider))
    if not isinstance(organisation, Organisation) or organisation.kind is not OrganisationKind.PROVIDER:
        raise PROVIDER_UNKNOWN.refuse(provider=provider)


def _own_work(diagnosis: Diagnosis, occasion: Occasion) -> None:
    if diagnosis.provider != occasion.organisation:
        raise NOT_ASSIGNED.refuse()


# Decide: what may happen


def decide(command: d.DiagnosisCommand, diagnosis: Diagnosis | None, occasion: Occasion) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, occasion.role)
    if isinstance(command, d.OpenDiagnosis):
        return _open(command, diagnosis, occasion)
    if diagnosis is None:
        raise NOT_FOUND.refuse()
    match command:
        case d.AssignProvider(provider=provider):
            _in_status(diagnosis, Status.OPEN, Status.SUBMITTED)
            _known_provider(provider, occasion)
            return () if provider == diagnosis.provider else (d.ProviderAssigned(provider=provider),)
        case d.SaveAnswers():
            _in_status(diagnosis, Status.OPEN)
            return _save(command, diagnosis, occasion)
        case d.PledgeTruth():
            _in_status(diagnosis, Status.OPEN)
            return () if diagnosis.pledged else (d.TruthPledged(),)
        case d.SubmitSelfAssessment():
            _in_status(diagnosis, Status.OPEN)
            return _submit(diagnosis, occasion)
        case d.AcceptDiagnosis():
            _in_status(diagnosis, Status.SUBMITTED)
            _own_work(diagnosis, occasion)
            return (d.DiagnosisAccepted(provider=occasion.organisation),)
        case d.AttachEvidence():
            return _attach(command, diagnosis, occasion)
        case d.RecordSiteVisit():
            _in_status(diagnosis, Status.ACCEPTED, Status.SCORED)
            _own_work(diagnosis, occasion)
            if command.visited_on > occasion.day:
                raise VISIT_IN_FUTURE.refuse()
            return (d.SiteVisitRecorded(**command.model_dump(exclude={"diagnosis"})),)
        case d.VerifyAnswers():
            _in_status(diagnosis, Status.ACCEPTED, Status.SCORED)
            _own_work(diagnosis, occasion)
            return _verify(command, diagnosis, occasion)
        case d.RecordExpertReview(conclusion=conclusion):
            _in_status(diagnosis, Status.ACCEPTED, Status.SCORED)
            return (d.ExpertReviewRecorded(conclusion=conclusion),)
        case d.ScoreDiagnosis():
            _in_status(diagnosis, Status.ACCEPTED, Status.SCORED)
            _own_work(diagnosis, occasion)
            return _score(diagnosis, occasion)
        case d.IssueReport(file=file):
            _in_status(diagnosis, Status.SCORED)
            _own_work(diagnosis, occasion)
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
            return _object(items, diagnosis, occasion)
        case d.AnswerObjections(answers=answers):
            _in_status(diagnosis, Status.OBJECTED)
            _own_work(diagnosis, occasion)
            answered = sorted(answer.indicator for answer in answers)
            if answered != sorted(diagnosis.objections):
                odd = sorted(set(answered) ^ set(diagnosis.objections)) or answered
                raise OBJECTION_UNANSWERED.refuse(indicators="、".join(odd))
            return (d.ObjectionsAnswered(answers=answers),)
        case d.WithdrawDiagnosis(reason=reason):
            _in_status(diagnosis, *(set(Status) - {Status.CONFIRMED, Status.WITHDRAWN}))
            return (d.DiagnosisWithdrawn(reason=reason), _release(command, diagnosis))


def _open(command: d.OpenDiagnosis, diagnosis: Diagnosis | None, occasion: Occasion) -> Facts:
    if diagnosis is not None:
        raise EXISTS.refuse()
    if occasion.read.get(enterprise_stream(command.enterprise)) is None:
        raise ENTERPRISE_UNKNOWN.refuse()
    if occasion.role == Role.ENTERPRISE and command.enterprise != occasion.organisation:
        raise NOT_YOUR_ENTERPRISE.refuse()
    published = occasion.read.get(edition_stream(command.edition))
    if not isinstance(published, PublishedEdition):
        raise EDITION_UNKNOWN.refuse(edition=command.edition)
    if command.provider is not None:
        _known_provider(command.provider, occasion)
    slot_stream = active_diagnosis(command.enterprise, command.campaign, command.purpose.value)
    slot = occasion.read.get(slot_stream)
    if isinstance(slot, Slot) and slot.holder is not None:
        raise ACTIVE_ALREADY.refuse()
    opened = d.DiagnosisOpened(
        enterprise=command.enterprise,
        campaign=command.campaign,
        purpose=command.purpose,
        form=command.form,
        edition=command.edition,
        edition_digest=published.digest,
        provider=command.provider,
    )
    return (opened, Elsewhere(slot_stream, SlotTaken(holder=command.diagnosis)))


def _release(command: d.ConfirmReport | d.WithdrawDiagnosis, diagnosis: Diagnosis) -> Elsewhere:
    stream = active_diagnosis(diagnosis.enterprise, diagnosis.campaign, diagnosis.purpose.value)
    return Elsewhere(stream, SlotReleased(holder=command.diagnosis))


def _save(command: d.SaveAnswers, diagnosis: Diagnosis, occasion: Occasion) -> tuple[Event, ...]:
    edition = _edition(diagnosis, occasion)
    changed: dict[str, d.AnswerRecorded] = {}
    for indicator, given in sorted(command.answers.items()):
        _in_section(edition, command.section, indicator)
        _well_formed(edition, diagnosis, indicator, given.answer)
        if diagnosis.answers.get(indicator) == given.answer:
            continue
        if given.replaces != diagnosis.recorded_in.get(indicator, 0):
            raise ANSWER_CHANGED_MEANWHILE.refuse(indicator=indicator)
        changed[indicator] = d.AnswerRecorded(answer=given.answer, author=occasion.by, replaces=given.replaces)
    return (d.AnswersSaved(section=command.section, answers=changed),) if changed else ()


def _submit(diagnosis: Diagnosis, occasion: Occasion) -> tuple[Event, ...]:
    edition = _edition(diagnosis, occasion)
    if missing := edition.missing(diagnosis.form, diagnosis.answers):
        raise ANSWERS_MISSING.refuse(count=len(missing), indicators=list(missing))
    if not diagnosis.pledged:
        raise PLEDGE_MISSING.refuse()
    return (d.SelfAssessmentSubmitted(measured=_measure(edition, diagnosis, diagnosis.answers)),)


def _measure(edition: Edition, diagnosis: Diagnosis, answers: Mapping[str, Answer]) -> Measured:
    empty = {item.dimension for item in edition.of(diagnosis.form)} - {
        item.dimension for item in edition.of(diagnosis.form) if not answers[item.id].not_applicable
    }
    if empty:
        raise DIMENSION_NOT_APPLICABLE.refuse(dimensions="、".join(sorted(empty)))
    return edition.measure(diagnosis.form, answers)


def _attach(command: d.AttachEvidence, diagnosis: Diagnosis, occasion: Occasion) -> tuple[Event, ...]:
    if occasion.role == Role.PROVIDER:
        _in_status(diagnosis, Status.ACCEPTED, Status.SCORED)
        _own_work(diagnosis, occasion)
    else:
        _in_status(diagnosis, Status.OPEN, Status.SUBMITTED, Status.ACCEPTED, Status.OBJECTED)
    known = {item.id for item in _edition(diagnosis, occasion).of(diagnosis.form)}
    for indicator in command.indicators:
        if indicator not in known:
            raise INDICATOR_UNKNOWN.refuse(indicator=indicator)
    new = tuple(i for i in dict.fromkeys(command.indicators) if (command.sha256, i) not in diagnosis.evidence)
    if not new:
        raise EVIDENCE_REPEATED.refuse()
    return (d.EvidenceAttached(**command.model_dump(exclude={"diagnosis", "indicators"}), indicators=new),)


def _verify(command: d.VerifyAnswers, diagnosis: Diagnosis, occasion: Occasion) -> tuple[Event, ...]:
    edition = _edition(diagnosis, occasion)
    for indicator, found in sorted(command.answers.items()):
        _in_section(edition, command.section, indicator)
        _well_formed(edition, diagnosis, indicator, found.answer)
        if not found.answer.agrees_with(diagnosis.answers[indicator]) and not (found.reason or "").strip():
            raise DIFFERENCE_UNEXPLAINED.refuse(indicator=indicator)
    changed = {i: found for i, found in sorted(command.answers.items()) if diagnosis.verified.get(i) != found}
    if diagnosis.reports and (closed := sorted(changed.keys() - diagnosis.upheld)):
        raise VERIFICATION_CLOSED.refuse(indicator=closed[0])
    return (d.AnswersVerified(section=command.section, answers=changed),) if changed else ()


def _score(diagnosis: Diagnosis, occasion: Occasion) -> tuple[Event, ...]:
    edition = _edition(diagnosis, occasion)
    if missing := edition.missing(diagnosis.form, diagnosis.verified.keys()):
        raise VERIFICATION_MISSING.refuse(count=len(missing), indicators=list(missing))
    assert diagnosis.self_measured is not None  # noqa: S101 - ACCEPTED implies submitted
    verified = _measure(edition, diagnosis, {i: found.answer for i, found in diagnosis.verified.items()})
    process = Process(site_visit=diagnosis.visits > 0, expert_review=diagnosis.expert_review)
    return (
        d.DiagnosisScored(
            self_measured=diagnosis.self_measured, verified=verified, issued=edition.issue(verified, process)
        ),
    )


def _object(items: tuple[d.ObjectionItem, ...], diagnosis: Diagnosis, occasion: Occasion) -> tuple[Event, ...]:
    known = {item.id for item in _edition(diagnosis, occasion).of(diagnosis.form)}
    for item in items:
        if item.indicator not in known:
            raise INDICATOR_UNKNOWN.refuse(indicator=item.indicator)
    named = [item.indicator for item in items]
    if repeated := sorted({i for i in named if named.count(i) > 1 or i in diagnosis.dismissed}):
        raise OBJECTION_REPEATED.refuse(indicators="、".join(repeated))
    return (d.ReportObjectedTo(items=items),)


# What the decider reads, and where its subject lies


def diagnosis_stream(diagnosis: str) -> str:
    """Stream of one diagnosis."""
    return f"diagnosis/{diagnosis}"


def _reads(command: d.DiagnosisCommand, diagnosis: Diagnosis | None) -> tuple[str, ...]:
    streams: list[str] = []
    if isinstance(command, d.OpenDiagnosis):
        streams += [
            enterprise_stream(command.enterprise),
            edition_stream(command.edition),
            active_diagnosis(command.enterprise, command.campaign, command.purpose.value),
        ]
    elif diagnosis is not None:
        streams += [
            enterprise_stream(diagnosis.enterprise),
            edition_stream(diagnosis.edition),
            active_diagnosis(diagnosis.enterprise, diagnosis.campaign, diagnosis.purpose.value),
        ]
    provider = getattr(command, "provider", None)
    if isinstance(command, d.IssueReport | d.ConfirmReport) and diagnosis is not None:
        provider = diagnosis.provider  # a report names who made it
    if provider is not None:
        streams.append(organisation_stream(provider))
    return tuple(streams)


def _place(command: d.DiagnosisCommand, diagnosis: Diagnosis | None, read: Mapping[str, Any]) -> Place:
    if isinstance(command, d.OpenDiagnosis):
        enterprise, provider = command.enterprise, command.provider
    elif diagnosis is not None:
        enterprise, provider = diagnosis.enterprise, diagnosis.provider
    else:
        return Place()
    firm: Firm | None = read.get(enterprise_stream(enterprise))
    return Place() if firm is None else place_of(enterprise, firm, provider)


DIAGNOSES: Capability[Any, Any, Any] = Capability(
    name="diagnosis",
    commands=tuple(d.DiagnosisCommand.__args__),
    events=tuple(d.DiagnosisEvent.__args__),
    stream=lambda command: diagnosis_stream(command.diagnosis),
    reads=_reads,
    place=_place,
    decide=decide,
    evolve=d.evolve,
)
