"""Answers of a diagnosis 诊断答案: what the firm may say and the provider may find, and how both are scored. plan P3, P5, S4."""

from collections.abc import Collection, Mapping

from domain.access import Role
from domain.diagnosis import case as d
from domain.diagnosis.case import Diagnosis
from domain.kernel import DecisionContext, Event, Rule
from domain.standard.editions import PublishedEdition, edition_stream
from standards import Answer, Edition, Measured, Process

# Rules

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
DIMENSION_NOT_APPLICABLE = Rule(
    "DIMENSION_NOT_APPLICABLE",
    "plan S4",
    "维度 {dimensions} 的全部指标均为不适用，无法评分",
    "Every indicator of {dimensions} is not applicable; nothing is left to score",
)

SECTION_NOT_YOURS = Rule(
    "SECTION_NOT_YOURS",
    "plan P7",
    "{section} 部分不由您填报",
    "The section {section} is not yours to fill in",
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


# Under the pinned edition


def pinned_edition(diagnosis: Diagnosis, context: DecisionContext) -> Edition:
    """The edition that the diagnosis was opened under 所依标准版本, as it was published then."""
    published = context.read.get(edition_stream(diagnosis.edition))
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


# Self-assessment


def is_open_section(section: str, role: str, sections: Collection[str] | None) -> bool:
    """Whether an actor works on a section 是否分管: a department's filler on their own, to fill and to read. plan P7.

    sections: ids of the dimensions that the actor was given; None = all, except for a department's filler, who then has none.
    """
    is_limited = role == Role.DEPARTMENT_FILLER or sections is not None
    return not is_limited or section in (sections or ())


def require_section(section: str, context: DecisionContext) -> None:
    """Refuse a section that is not the department filler's own 分管部分.

    Raises:
        Refused: SECTION_NOT_YOURS (plan P7).
    """
    if not is_open_section(section, context.role, context.sections):
        raise SECTION_NOT_YOURS.refuse(section=section)


def save_answers(command: d.SaveAnswers, diagnosis: Diagnosis, context: DecisionContext) -> tuple[Event, ...]:
    """Keep the changed answers of a section 保存; an answer that somebody else changed meanwhile is refused."""
    edition = pinned_edition(diagnosis, context)
    require_section(command.section, context)
    changed: dict[str, d.AnswerRecorded] = {}
    for indicator, given in sorted(command.answers.items()):
        _in_section(edition, command.section, indicator)
        _well_formed(edition, diagnosis, indicator, given.answer)
        if diagnosis.answers.get(indicator) == given.answer:
            continue
        if given.replaces != diagnosis.recorded_in.get(indicator, 0):
            raise ANSWER_CHANGED_MEANWHILE.refuse(indicator=indicator)
        changed[indicator] = d.AnswerRecorded(answer=given.answer, author=context.by, replaces=given.replaces)
    return (d.AnswersSaved(section=command.section, answers=changed),) if changed else ()


def submit_answers(diagnosis: Diagnosis, context: DecisionContext) -> tuple[Event, ...]:
    """Close the self-assessment 提交: complete, pledged, and measured."""
    edition = pinned_edition(diagnosis, context)
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


# Verification


def verify_answers(command: d.VerifyAnswers, diagnosis: Diagnosis, context: DecisionContext) -> tuple[Event, ...]:
    """Keep what the provider found 核验; a difference is explained, and after a report only upheld objections are open."""
    edition = pinned_edition(diagnosis, context)
    for indicator, found in sorted(command.answers.items()):
        _in_section(edition, command.section, indicator)
        _well_formed(edition, diagnosis, indicator, found.answer)
        if not found.answer.agrees_with(diagnosis.answers[indicator]) and not (found.reason or "").strip():
            raise DIFFERENCE_UNEXPLAINED.refuse(indicator=indicator)
    changed = {i: found for i, found in sorted(command.answers.items()) if diagnosis.verified.get(i) != found}
    if diagnosis.reports and (closed := sorted(changed.keys() - diagnosis.upheld)):
        raise VERIFICATION_CLOSED.refuse(indicator=closed[0])
    return (d.AnswersVerified(section=command.section, answers=changed),) if changed else ()


def score_answers(diagnosis: Diagnosis, context: DecisionContext) -> tuple[Event, ...]:
    """Measure what was verified, and issue a grade by what took place 评分."""
    edition = pinned_edition(diagnosis, context)
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
