"""Calibration of diagnosticians 校准: the same cases for all each quarter, and how lenient or strict each is by them. plan T1.

Method g: the difference from the gold total of each case, shrunk; for retraining, never to change an issued score.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import Field

from domain.command_rights import CITY, EXAMINEES, require_right
from domain.governance.dated_rules import rule_in_force
from domain.governance.qualification import QUALIFICATION_RULE, Certificate, certificate_stream
from domain.governance.rule_bodies.exam import ExamRule
from domain.instants import months_after
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Command,
    DecisionContext,
    EditionRef,
    Event,
    Facts,
    Part,
    PersonRef,
    Rule,
    Stream,
    Unscoped,
    refuse_together,
    repeated,
    stream_of,
)
from domain.person_id_fields import PersonId
from domain.providers.exams.practical_part import CASE_INCOMPLETE, CaseLevel
from domain.providers.training import TRAINING_UNKNOWN, Training, training_stream
from domain.standard.editions import PublishedEdition, edition_stream
from domain.stated_dates import DateName, require_not_too_far_ahead
from methods.rounding import rounded
from methods.severity import severities
from standards import Edition

# Rules

CALIBRATION_SET = Rule(
    "CALIBRATION_SET", "plan T1", "该季度的校准案例已设定，不再更改", "The cases of this quarter are set and change no more"
)
CALIBRATION_QUARTER = Rule(
    "CALIBRATION_QUARTER",
    "plan T1",
    "校准案例只为本季度或下一季度（{now}、{then}）设定，而非 {given}",
    "The cases of this quarter or the next ({now}, {then}) are set, not of {given}",
)
CALIBRATION_DAY_PAST = Rule(
    "CALIBRATION_DAY_PAST",
    "plan T1",
    "截止日 {given} 已过，最早为 {earliest}",
    "The last day {given} has gone by; {earliest} is the earliest",
)
CASES_TOO_FEW = Rule(
    "CASES_TOO_FEW",
    "plan T1",
    "每季校准至少 {at_least} 个不同的案例，现为 {given} 个；请补足",
    "A quarter is calibrated by {at_least} different cases at least, and these are {given}; add what is wanting",
)
CASE_UNKNOWN = Rule(
    "CASE_UNKNOWN",
    "plan T1",
    "没有案例 {asked}，请从该教材的标准案例中选取",
    "There is no case {asked}; take one of the training's",
)
CALIBRATION_CLOSED = Rule(
    "CALIBRATION_CLOSED",
    "plan T1",
    "该季度校准已于 {closes} 截止，不再接受评定；请参加以后季度的校准",
    "The calibration of this quarter was open until {closes}; no more levels are taken; take part in that of a later quarter",
)
CALIBRATION_OPEN = Rule(
    "CALIBRATION_OPEN",
    "plan T1",
    "该季度校准到 {closes} 为止，次日起方可结束",
    "The calibration of this quarter is open until {closes}; it is closed from the day after on",
)
CALIBRATION_AHEAD = Rule(
    "CALIBRATION_AHEAD",
    "plan T1",
    "该季度自 {begins} 开始，此前不作评定；请届时再评",
    "That quarter begins on {begins}, and no levels are given before; give them then",
)
CASE_GIVEN = Rule(
    "CASE_GIVEN", "plan T1", "该案例已评定过一次，不再更改", "The case was given levels once already, and that stands"
)
NOT_CALIBRATED = Rule(
    "NOT_CALIBRATED",
    "plan T1",
    "校准由持有有效证书的诊断师参加，您今天没有有效证书；请先取得或续期证书",
    "Calibration is for diagnosticians whose certificate is in force; you hold none today; obtain or renew it first",
)

# Commands

Quarter = Annotated[str, Field(pattern=r"^20[0-9]{2}Q[1-4]$")]


class CalibrationCommand(Command):
    """A command about one quarter's calibration 校准命令."""

    quarter: Quarter = Field(description="Quarter, such as 2024Q2 · 季度")


class SetCalibrationCases(CalibrationCommand):
    """Set the cases of a quarter, the same for every diagnostician, and the last day to give levels · 设定校准案例."""

    roles: ClassVar = CITY

    training: EditionRef = Field(description="Edition whose training the cases are of · 标准版本")
    cases: Annotated[tuple[Annotated[str, Field(pattern=r"^[A-Z0-9]{1,20}$")], ...], Field(min_length=1, max_length=50)] = Field(
        description="Ids of gold cases · 标准案例"
    )
    closes: date = Field(description="Last day · 截止日")


class GiveCaseLevels(CalibrationCommand):
    """Give levels to one case within its quarter, all its indicators, once · 评定校准案例."""

    roles: ClassVar = EXAMINEES

    person: PersonRef = Field(description="Who gives them: oneself · 人员标识")
    case: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,20}$")] = Field(description="Id of the case · 案例编号")
    levels: Annotated[tuple[CaseLevel, ...], Field(min_length=1, max_length=200)] = Field(description="Levels · 各指标等级")


class CloseCalibration(CalibrationCommand):
    """Close a quarter's calibration once its last day is over; severities are worked out at once · 结束校准."""

    roles: ClassVar = CITY


AnyCalibrationCommand = SetCalibrationCases | GiveCaseLevels | CloseCalibration

# Events


class CalibrationCasesSet(Event):
    """The cases of a quarter are set 校准案例已设定. digest: of the training text that they are of."""

    type: Literal["calibration.set.v1"] = "calibration.set.v1"
    says: ClassVar = "设定了 {cases:count} 个校准案例，{closes} 截止"
    says_in_english: ClassVar = "set calibration cases until {closes}: {cases:count}"
    training: str
    digest: str
    cases: tuple[str, ...]
    closes: date


class CaseLevelsGiven(Event):
    """A diagnostician gave levels to a case 校准案例已评定. difference: given less gold, in points, four decimals."""

    type: Literal["calibration.given.v1"] = "calibration.given.v1"
    says: ClassVar = "评定了一个校准案例"
    says_in_english: ClassVar = "gave levels to a calibration case"
    person: PersonId
    case: str
    levels: tuple[CaseLevel, ...]
    difference: Decimal


class AssessorSeverity(Part):
    """How lenient (above 0) or strict one diagnostician is 宽严度: in points, with its standard error; four decimals."""

    person: PersonId
    cases: int
    severity: Decimal
    error: Decimal


class SeveritiesComputed(Event):
    """A quarter's calibration is closed and worked out 宽严度已计算; empty where nobody gave two cases, which tells nothing.

    between, mean: variance between diagnosticians and their mean, six decimals. prior_degrees: that the noise was pooled with.
    """

    type: Literal["calibration.computed.v1"] = "calibration.computed.v1"
    says: ClassVar = "按方法 {method} 计算了 {severities:count} 名诊断师的宽严度"
    says_in_english: ClassVar = "computed the severities of diagnosticians by method {method}: {severities:count}"
    method: str
    prior_degrees: int
    between: Decimal | None
    mean: Decimal | None
    severities: tuple[AssessorSeverity, ...]


CalibrationEvent = CalibrationCasesSet | CaseLevelsGiven | SeveritiesComputed

METHOD = "g/1"
TOTAL_PLACES = 4

# State


class Calibration(Part):
    """A quarter's calibration 校准. given: person -> case -> difference from the gold total in points."""

    training: str
    digest: str
    cases: tuple[str, ...]
    closes: date
    given: dict[str, dict[str, Decimal]] = Field(default_factory=dict)
    computed: SeveritiesComputed | None = None


def calibration_stream(quarter: str) -> Stream:
    """Stream of one quarter's calibration."""
    return stream_of("calibration", quarter)


def total_of(edition: Edition, levels: dict[str, str]) -> Decimal:
    """Points of some indicators at some levels 案例总分: weighted as the edition weighs them, without gates; four decimals."""
    weights = {one: _weight(edition, one) for one in levels}
    weighted = sum((weights[one] * Fraction(edition.points[Decimal(level)]) for one, level in levels.items()), Fraction(0))
    return rounded(weighted / sum(weights.values(), Fraction(0)), TOTAL_PLACES)


def _weight(edition: Edition, indicator: str) -> Fraction:
    item = edition.by_id[indicator]
    dimension = next(one for one in edition.dimensions if one.id == item.dimension)
    return Fraction(item.weight_in_dimension) * Fraction(dimension.weight)


# Decide: what may happen


def decide(command: AnyCalibrationCommand, calibration: Calibration | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, NOT_FOUND, TRAINING_UNKNOWN, CASE_INCOMPLETE, LISTED_TWICE, or those of stated dates."""
    require_right(command, context.role)
    rule = rule_in_force(context.read.get(QUALIFICATION_RULE), ExamRule, context.day)
    if isinstance(command, SetCalibrationCases):
        return _set(command, calibration, rule, context)
    if calibration is None:
        raise NOT_FOUND.refuse()
    match command:
        case GiveCaseLevels():
            return _give(command, calibration, context)
        case CloseCalibration():
            if calibration.computed is not None:
                return ()
            if context.day <= calibration.closes:
                raise CALIBRATION_OPEN.refuse(closes=calibration.closes)
            return (_computed(calibration, rule.severity_degrees),)
        case never:
            assert_never(never)


def _set(command: SetCalibrationCases, known: Calibration | None, rule: ExamRule, context: DecisionContext) -> Facts:
    if known is not None:
        raise CALIBRATION_SET.refuse()
    now, then = _quarter(context.day), _quarter(months_after(context.day.replace(day=1), 3))
    if command.quarter not in (now, then):
        raise CALIBRATION_QUARTER.refuse(path="quarter", given=command.quarter, now=now, then=then, allowed=(now, then))
    training: Training | None = context.read.get(training_stream(command.training))
    if training is None or not training.digest:
        raise TRAINING_UNKNOWN.refuse(path="training", edition=command.training)
    there = {case.id for case in training.text.gold_cases}
    for at, one in enumerate(command.cases):
        if one not in there:
            raise CASE_UNKNOWN.refuse(path=f"cases.{at}", asked=one, allowed=tuple(sorted(there)))
    if (different := len(set(command.cases))) < max(rule.calibration_cases, len(command.cases)):
        raise CASES_TOO_FEW.refuse(path="cases", at_least=max(rule.calibration_cases, len(command.cases)), given=different)
    require_not_too_far_ahead("closes", command.closes, context, DateName("截止日", "last day"))
    if command.closes < context.day:
        raise CALIBRATION_DAY_PAST.refuse(path="closes", given=command.closes, earliest=context.day)
    return (
        CalibrationCasesSet(training=command.training, digest=training.digest, cases=command.cases, closes=command.closes),
    )


def _quarter(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


def _first_day(quarter: str) -> date:
    year, _, number = quarter.partition("Q")
    return date(int(year), 3 * int(number) - 2, 1)


def _give(command: GiveCaseLevels, calibration: Calibration, context: DecisionContext) -> Facts:
    if command.person != context.by:
        raise NOT_FOUND.refuse()
    if calibration.computed is not None or context.day > calibration.closes:
        raise CALIBRATION_CLOSED.refuse(closes=calibration.closes)
    if context.day < (begins := _first_day(command.quarter)):
        raise CALIBRATION_AHEAD.refuse(path="quarter", begins=begins)
    held: Certificate | None = context.read.get(certificate_stream(command.person))
    if held is None or held.grade_on(context.day) is None:
        raise NOT_CALIBRATED.refuse()
    if command.case not in calibration.cases:
        raise CASE_UNKNOWN.refuse(path="case", asked=command.case, allowed=calibration.cases)
    if command.case in calibration.given.get(command.person, {}):
        raise CASE_GIVEN.refuse(path="case")
    training: Training | None = context.read.get(training_stream(calibration.training))
    published: PublishedEdition | None = context.read.get(edition_stream(calibration.training))
    if training is None or published is None:
        raise AssertionError("the training that the cases are of is not in the journal")
    refuse_together(repeated("levels", [one.indicator for one in command.levels]))
    gold = training.texts[calibration.digest].gold_case(command.case).levels
    given = {one.indicator: one.level for one in command.levels}
    if differing := sorted(given.keys() ^ gold.keys()):
        raise CASE_INCOMPLETE.refuse(path="levels", indicators="、".join(differing))
    difference = total_of(published.edition, given) - total_of(published.edition, gold)
    return (CaseLevelsGiven(person=command.person, case=command.case, levels=command.levels, difference=difference),)


def _computed(calibration: Calibration, prior_degrees: int) -> SeveritiesComputed:
    differences = {person: [given[case] for case in sorted(given)] for person, given in sorted(calibration.given.items())}
    found = severities(differences, prior_degrees)
    if found is None:
        return SeveritiesComputed(method=METHOD, prior_degrees=prior_degrees, between=None, mean=None, severities=())
    return SeveritiesComputed(
        method=METHOD,
        prior_degrees=prior_degrees,
        between=found.of.between,
        mean=found.of.mean,
        severities=tuple(
            AssessorSeverity(person=person, cases=len(differences[person]), severity=one.score, error=one.error)
            for person, one in sorted(found.of.of.items())
        ),
    )


# Evolve: what has happened


def evolve(calibration: Calibration | None, event: CalibrationEvent) -> Calibration:
    """The calibration after one more fact."""
    if isinstance(event, CalibrationCasesSet):
        return Calibration(training=event.training, digest=event.digest, cases=event.cases, closes=event.closes)
    assert calibration is not None, "a history starts with CalibrationCasesSet"  # noqa: S101 - guards replay, not input
    match event:
        case CaseLevelsGiven(person=person, case=case, difference=difference):
            own = {**calibration.given.get(person, {}), case: difference}
            return calibration.model_copy(update={"given": {**calibration.given, person: own}})
        case SeveritiesComputed():
            return calibration.model_copy(update={"computed": event})
        case never:
            assert_never(never)


def _reads(command: AnyCalibrationCommand, calibration: Calibration | None) -> tuple[Stream, ...]:
    streams = [QUALIFICATION_RULE]
    if isinstance(command, SetCalibrationCases):
        streams.append(training_stream(command.training))
    if isinstance(command, GiveCaseLevels):
        streams.append(certificate_stream(command.person))
        if calibration is not None:
            streams += [training_stream(calibration.training), edition_stream(calibration.training)]
    return tuple(streams)


CALIBRATIONS = Capability(
    name="calibration",
    commands=(SetCalibrationCases, GiveCaseLevels, CloseCalibration),
    events=tuple(CalibrationEvent.__args__),
    stream=lambda command: calibration_stream(command.quarter),
    reads=_reads,
    place=lambda _command, _calibration, _read: Unscoped.KNOWN_BY_RULES,
    decide=decide,
    evolve=evolve,
)
