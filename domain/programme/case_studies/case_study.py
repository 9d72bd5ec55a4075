"""Case study 典型案例: drafted from a follow-up or two diagnoses, reviewed, consented to word for word, published. plan R5.

What it shows of numbers is taken from the record and never typed anew: changes that the firm reported, totals under one edition,
the city's uplift where it is established.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from domain.access import Place
from domain.command_rights import require_right
from domain.diagnosis.follow_up_facts import FollowUp, follow_up_stream
from domain.diagnosis.state import Diagnosis, Purpose, Status, diagnosis_stream
from domain.kernel import (
    NOT_FOUND,
    NOWHERE,
    Capability,
    DecisionContext,
    Facts,
    Refused,
    Rule,
    Stream,
    cause_of,
    refuse_step,
    refuse_together,
    repeated,
)
from domain.participants.enterprises import Firm, enterprise_stream, place_of
from domain.participants.organisations import Organisation, organisation_stream
from domain.programme.case_studies.anonymity import named_in
from domain.programme.case_studies.commands import (
    ALLOWED_IN,
    BY_THE_FIRM,
    ApproveCaseStudy,
    CaseStudyCommand,
    CaseStudyWording,
    ConsentToCaseStudy,
    DeclineCaseStudy,
    DraftCaseStudy,
    OfCaseStudyText,
    PublishCaseStudy,
    ReturnCaseStudy,
    ReviseCaseStudy,
    TakeDownCaseStudy,
    WithdrawCaseStudyConsent,
)
from domain.programme.case_studies.events import (
    CaseStudyApproved,
    CaseStudyConsented,
    CaseStudyConsentWithdrawn,
    CaseStudyDeclined,
    CaseStudyDrafted,
    CaseStudyEvent,
    CaseStudyPublished,
    CaseStudyReturned,
    CaseStudyRevised,
    CaseStudyTakenDown,
    evolve,
)
from domain.programme.case_studies.state import (
    CASE_STUDY_STATUS,
    NEXT_STEPS,
    UNREAD_BY_THE_FIRM,
    CaseStudy,
    CaseStudyChange,
    CaseStudyText,
    CaseStudyTotals,
    CaseStudyUplift,
    YearsOfUplift,
    case_study_stream,
)
from domain.programme.uplifts.numbers import UpliftVerdict
from domain.programme.uplifts.uplift import Uplift, UpliftStatus, uplift_stream

# Rules

CASE_STUDY_WITHOUT_BASIS = Rule(
    "CASE_STUDY_WITHOUT_BASIS",
    "plan R5",
    "该诊断还没有企业报告的改进情况，也未填复诊；请待企业报告，或填同一企业的复诊",
    "Nothing is reported of its follow-up yet, and no later diagnosis is named; wait for the report, or name one",
)
CASE_STUDY_LATER_UNFIT = Rule(
    "CASE_STUDY_LATER_UNFIT",
    "plan R5",
    "复诊须为同一企业、同一标准版本、已确认的复诊；请改填，或不填",
    "The later diagnosis is a confirmed repeat of the same firm under the same edition; name such a one, or none",
)
CASE_STUDY_CHANGE_UNKNOWN = Rule(
    "CASE_STUDY_CHANGE_UNKNOWN",
    "plan R5",
    "企业共报告了 {at_most} 项前后对比，没有第 {number} 项；请核对序号",
    "The changes that the firm reported end with number {at_most}, and there is no {number}; check the number",
)
CASE_STUDY_UPLIFT_UNSETTLED = Rule(
    "CASE_STUDY_UPLIFT_UNSETTLED",
    "plan R5",
    "所引的全市提升幅度尚未得出或未能确认，不得引用；请不填，或待确认后再引",
    "The city's uplift that is cited is not worked out or not established; leave it out until it is",
)
CASE_STUDY_NAMES_FIRM = Rule(
    "CASE_STUDY_NAMES_FIRM",
    "plan R5",
    "匿名文稿中写有“{found}”，可据此认出企业；请删改该处，或改为署名并征得企业同意",
    "The text is to name nobody and holds “{found}”, which tells the firm; change that place, or name the firm with its consent",
)
CASE_STUDY_OWN_TEXT = Rule(
    "CASE_STUDY_OWN_TEXT",
    "plan R5",
    "文稿须由编写人以外的人审核，请由另一人办理",
    "A text is reviewed by another person than wrote it",
)
CASE_STUDY_TEXT_CHANGED = Rule(
    "CASE_STUDY_TEXT_CHANGED",
    "plan R5",
    "该摘要不是现有文稿的摘要，文稿可能已修改；请重新阅读后再办理",
    "The digest is not that of the present text, which may have changed; read it again first",
)
CASE_STUDY_NAMING_NOT_AGREED = Rule(
    "CASE_STUDY_NAMING_NOT_AGREED",
    "plan R5",
    "该文稿写明企业名称；同意署名的请一并填写，不同意的请不同意该文稿并说明",
    "The text names the firm; agree to that too, or decline the text and say so",
)

# Decide: what may happen


def decide(command: CaseStudyCommand, known: CaseStudy | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, or CASE_STUDY_STATUS."""
    require_right(command, context.role)
    if isinstance(command, DraftCaseStudy):
        diagnosis: Diagnosis | None = context.read.get(diagnosis_stream(command.diagnosis))
        if known is not None or diagnosis is None or diagnosis.enterprise != command.enterprise:
            raise NOT_FOUND.refuse() if known is not None else NOT_FOUND.refuse(path="diagnosis")
        text = _text(command, command.enterprise, command.diagnosis, context)
        told = {"enterprise": command.enterprise, "diagnosis": command.diagnosis}
        return (CaseStudyDrafted(**told, text=text, author=context.by),)
    if known is None or (isinstance(command, BY_THE_FIRM) and known.status in UNREAD_BY_THE_FIRM):
        raise NOT_FOUND.refuse()
    if known.status not in ALLOWED_IN[type(command)]:
        raise refuse_step(CASE_STUDY_STATUS, known.status, NEXT_STEPS)
    if isinstance(command, OfCaseStudyText) and command.text_sha256 != known.text.sha256:
        raise CASE_STUDY_TEXT_CHANGED.refuse(path="text_sha256")
    return _of_the_text(command, known, context)


def _of_the_text(command: CaseStudyCommand, known: CaseStudy, context: DecisionContext) -> Facts:
    of = {"text_sha256": known.text.sha256}
    match command:
        case ReviseCaseStudy():
            text = _text(command, known.enterprise, known.diagnosis, context)
            return () if text == known.text else (CaseStudyRevised(text=text, author=context.by),)
        case ApproveCaseStudy():
            _require_another(known, context)
            return (CaseStudyApproved(**of, reviewer=context.by),)
        case ReturnCaseStudy(remark=remark):
            _require_another(known, context)
            return (CaseStudyReturned(**of, remark=remark, reviewer=context.by),)
        case ConsentToCaseStudy(named=named):
            if known.text.firm is not None and not named:
                raise CASE_STUDY_NAMING_NOT_AGREED.refuse(path="named")
            return (CaseStudyConsented(**of, named=named, consented_by=context.by),)
        case DeclineCaseStudy(reason=reason):
            return (CaseStudyDeclined(reason=reason),)
        case WithdrawCaseStudyConsent(reason=reason):
            return (CaseStudyConsentWithdrawn(reason=reason),)
        case PublishCaseStudy():
            _require_anonymous(known.text, known.enterprise, context)
            return (CaseStudyPublished(**of, day=context.day, published_by=context.by),)
        case TakeDownCaseStudy(reason=reason):
            return (CaseStudyTakenDown(reason=reason),)
        case _:
            raise AssertionError(command)


def _require_another(known: CaseStudy, context: DecisionContext) -> None:
    if context.by in known.authors:
        raise CASE_STUDY_OWN_TEXT.refuse(path="case_study")


def _text(command: CaseStudyWording, enterprise: str, diagnosis: str, context: DecisionContext) -> CaseStudyText:
    """The text whole, its numbers as they are on record."""
    firm: Firm = context.read[enterprise_stream(enterprise)]
    follow_up: FollowUp | None = context.read.get(follow_up_stream(diagnosis))
    reported = follow_up.changes if follow_up is not None else ()
    is_reported = follow_up is not None and any(one.reported for one in follow_up.rounds.values())
    if not is_reported and command.later is None:
        raise CASE_STUDY_WITHOUT_BASIS.refuse(path="diagnosis" if isinstance(command, DraftCaseStudy) else "later")
    refuse_together(_amiss(command, len(reported)))
    shown = [reported[number - 1] for number in command.changes]
    stated = command.model_dump(include={"title", "situation", "done", "brought"})
    text = CaseStudyText(
        **stated,
        changes=tuple(CaseStudyChange(**one.model_dump(include={"name", "unit", "before", "after"})) for one in shown),
        totals=_totals(diagnosis, command.later, context) if command.later is not None else None,
        uplift=_uplift(command.uplift, context) if command.uplift is not None else None,
        firm=firm.name if command.named else None,
    )
    _require_anonymous(text, enterprise, context)
    return text


def _amiss(command: CaseStudyWording, reported: int) -> Iterator[Refused]:
    yield from repeated("changes", command.changes)
    for place, number in enumerate(command.changes):
        if number > reported:
            yield CASE_STUDY_CHANGE_UNKNOWN.refuse(path=f"changes.{place}", number=number, at_most=reported)


def _totals(diagnosis: str, later: str, context: DecisionContext) -> CaseStudyTotals:
    first, second = (context.read.get(diagnosis_stream(one)) for one in (diagnosis, later))
    both = [one for one in (first, second) if isinstance(one, Diagnosis)]
    measured = [one.verified_measured for one in both if one.status is Status.CONFIRMED and one.verified_measured is not None]
    same = len({(one.enterprise, one.edition) for one in both}) == 1 and later != diagnosis
    if len(measured) != len((first, second)) or not same or both[1].purpose is not Purpose.REPEAT:
        raise CASE_STUDY_LATER_UNFIT.refuse(path="later")
    return CaseStudyTotals(edition=both[0].edition, first=measured[0].total, later=measured[1].total)


def _uplift(years: YearsOfUplift, context: DecisionContext) -> CaseStudyUplift:
    stream = uplift_stream(years.first_year, years.second_year, years.edition)
    known: Uplift | None = context.read.get(stream)
    computed = known.computed if known is not None and known.status is UpliftStatus.COMPUTED else None
    shares = computed.shares if computed is not None else ()
    city = next((one for one in shares if one.district is None and one.verdict is UpliftVerdict.ESTABLISHED), None)
    if known is None or city is None:
        raise CASE_STUDY_UPLIFT_UNSETTLED.refuse(path="uplift")
    told = {"points": city.matched_effect, "low": city.matched_low, "high": city.matched_high}
    return CaseStudyUplift(**years.model_dump(), **told, cause=cause_of(stream, known.requested))


def _require_anonymous(text: CaseStudyText, enterprise: str, context: DecisionContext) -> None:
    """Refuse each place of a text without the firm's name that tells the firm."""
    if text.firm is not None:
        return
    firm: Firm = context.read[enterprise_stream(enterprise)]
    said = {name: getattr(text, name) for name in ("title", "situation", "done", "brought")}
    said |= {f"changes.{place}": f"{one.name} {one.unit}" for place, one in enumerate(text.changes)}
    units = [unit.name for unit in map(context.read.get, _units(firm)) if isinstance(unit, Organisation)]
    refuse_together(CASE_STUDY_NAMES_FIRM.refuse(path=path, found=found) for path, found in named_in(said, firm, units))


# What the decider reads, and where its subject lies


def _units(firm: Firm) -> tuple[Stream, ...]:
    """Where a firm lies closer than its district, and what it belongs to."""
    units = (firm.subdistrict, firm.park, firm.reporting_unit, firm.group)
    return tuple(organisation_stream(unit) for unit in units if unit is not None)


def _about(command: CaseStudyCommand, known: CaseStudy | None) -> tuple[str, str] | None:
    """Firm and diagnosis that it is about."""
    if isinstance(command, DraftCaseStudy):
        return command.enterprise, command.diagnosis
    return (known.enterprise, known.diagnosis) if known is not None else None


def _reads(command: CaseStudyCommand, known: CaseStudy | None) -> tuple[Stream, ...]:
    about = _about(command, known)
    if about is None:
        return ()
    firm = enterprise_stream(about[0])
    if not isinstance(command, CaseStudyWording):
        return (firm,)
    later, uplift = command.later, command.uplift
    found = [firm, diagnosis_stream(about[1]), follow_up_stream(about[1])]
    found += [diagnosis_stream(later)] if later is not None and later != about[1] else []
    found += [uplift_stream(uplift.first_year, uplift.second_year, uplift.edition)] if uplift is not None else []
    return tuple(found)


def _firm(command: CaseStudyCommand, known: CaseStudy | None, read: Mapping[str, Any]) -> tuple[str, Firm] | None:
    about = _about(command, known)
    firm: Firm | None = read.get(enterprise_stream(about[0])) if about is not None else None
    return (about[0], firm) if about is not None and firm is not None else None


def _reads_further(command: CaseStudyCommand, known: CaseStudy | None, read: Mapping[str, Any]) -> tuple[Stream, ...]:
    found = _firm(command, known, read)
    return _units(found[1]) if found is not None and isinstance(command, CaseStudyWording | PublishCaseStudy) else ()


def _place(command: CaseStudyCommand, known: CaseStudy | None, read: Mapping[str, Any]) -> Place:
    found = _firm(command, known, read)
    return place_of(*found) if found is not None else NOWHERE


CASE_STUDIES = Capability(
    name="casestudy",
    commands=(
        DraftCaseStudy,
        ReviseCaseStudy,
        ApproveCaseStudy,
        ReturnCaseStudy,
        *BY_THE_FIRM,
        PublishCaseStudy,
        TakeDownCaseStudy,
    ),
    events=tuple(CaseStudyEvent.__args__),
    stream=lambda command: case_study_stream(command.case_study),
    reads=_reads,
    reads_further=_reads_further,
    place=_place,
    decide=decide,
    evolve=evolve,
)
