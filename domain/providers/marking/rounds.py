"""Rounds of marking 评分轮次: markers are drawn, marks opened together, a third asked where two differ too much. plan V1."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from domain.access import Role
from domain.kernel import DecisionContext, Fact, Facts, OnStream, Rule, refuse_together
from domain.participants.organisations import Organisation, organisation_stream
from domain.participants.people.state import person_stream
from domain.providers.applications.state import Application, ApplicationStage, application_stream
from domain.providers.calls.commands import CloseMarking, DrawMarking, GiveMarker, TakeBackMarking
from domain.providers.calls.events import MarkerGiven, MarkerTakenOff, MarkingClosed, MarkingDrawn, ThirdMarkersAsked
from domain.providers.calls.results import differ_too_much
from domain.providers.calls.stages import require_stage
from domain.providers.calls.state import Call, CallStage, DrawnApplication
from domain.providers.marking.drawing import (
    MARKERS_EACH,
    TOO_FEW_MARKERS,
    conflict,
    drawn_markers,
    drawn_order,
    is_marker_on,
)
from domain.providers.marking.marking import (
    MARK_NOT_THE_SEALED_ONE,
    Marking,
    MarkingAssigned,
    MarkingStage,
    MarkingTakenBack,
    MarkOpened,
    marking_id,
    marking_stream,
    open_mark,
)

# Rules

MARKER_UNKNOWN = Rule(
    "MARKER_UNKNOWN",
    "plan V1",
    "所列第 {place} 名人员今天未任“评分专家”，请先授予任职或移除该人员",
    "Person number {place} is no expert who marks today; grant the role first, or leave the person out",
)
MARKER_IN_CONFLICT = Rule(
    "MARKER_IN_CONFLICT",
    "plan V1",
    "该专家与第 {number} 号申报有利害关系（{why}），请另选评分专家",
    "The expert has a part in application {number} ({why_in_english}); choose another",
)
MARKER_GIVEN_ALREADY = Rule(
    "MARKER_GIVEN_ALREADY",
    "plan V1",
    "该专家已分配或已回避第 {number} 号申报，请另选评分专家",
    "The expert has application {number} already, or stood back from it; choose another",
)
MARKER_HAS_NOT_THE_NUMBER = Rule(
    "MARKER_HAS_NOT_THE_NUMBER",
    "plan V1",
    "该专家现未分配第 {number} 号申报，请核对编号与人员",
    "The expert does not have application {number} to mark; check number and person",
)
MARKED_ALREADY = Rule(
    "MARKED_ALREADY",
    "plan V1",
    "该专家已提交第 {number} 号申报的评分，不能收回；请另选未评分的",
    "The expert has marked application {number}, and a mark that is given is not taken back; choose one that is not marked",
)
NO_MARKER_NEEDED = Rule(
    "NO_MARKER_NEEDED",
    "plan V1",
    "第 {number} 号申报的评分专家已足额，无须增加",
    "Application {number} has all the markers it needs",
)
NUMBER_UNKNOWN = Rule(
    "NUMBER_UNKNOWN",
    "plan V1",
    "没有第 {number} 号申报，请核对匿名编号",
    "There is no application of number {number}; check the number",
)
NOTHING_TO_MARK = Rule(
    "NOTHING_TO_MARK",
    "plan V1",
    "没有材料齐全的申报，无从评分；请先审核申报",
    "No application is complete, so there is nothing to mark; examine the applications first",
)
SEED_NOT_THE_COMMITTED_ONE = Rule(
    "SEED_NOT_THE_COMMITTED_ONE",
    "plan V1",
    "抽签种子与征集开启时所承诺的不符，未作任何变更；请由运维核对密库",
    "The seed is not the one that was committed when the call opened; nothing was changed, have the operator check the vault",
)
MARKS_MISSING = Rule(
    "MARKS_MISSING",
    "plan V1",
    "尚缺 {count} 份评分（编号 {numbers}），评分截止日为 {until}；请催办、补充评分人或延期",
    "{count} marks are missing (numbers {numbers}), marking ends on {until}; remind the markers, give others, or extend the call",
)


def draw_marking(command: DrawMarking, call: Call, context: DecisionContext) -> Facts:
    """From the seed that was committed, so that nobody chose 抽签分配.

    Raises:
        Refused: any rule above; TOO_FEW_MARKERS.
    """
    require_stage(call, CallStage.CLOSED)
    if sha256(command.seed.encode()).hexdigest() != call.seed_digest:
        raise SEED_NOT_THE_COMMITTED_ONE.refuse()
    people = {one: context.read.get(person_stream(one)) for one in command.markers}
    refuse_together(
        MARKER_UNKNOWN.refuse(path=f"markers.{place}", place=place + 1)
        for place, one in enumerate(command.markers)
        if not is_marker_on(people[one], Role.MARKER, context.day)
    )
    known = applications(call, context)
    complete = {provider: found for provider, found in known.items() if found.stage is ApplicationStage.COMPLETE}
    if not complete:
        raise NOTHING_TO_MARK.refuse()
    kept_away = {
        provider: frozenset(one for one, person in people.items() if conflict(one, person, application) is not None)
        for provider, application in complete.items()
    }
    order = drawn_order(command.seed, complete)
    given, lacking = drawn_markers(command.seed, order, people, kept_away)
    if lacking:
        raise TOO_FEW_MARKERS.refuse(path="markers", names=names_of(lacking, context))
    facts: list[Fact] = [MarkingDrawn(seed=command.seed, order=order, markers=tuple(sorted(people)))]
    for number, provider in enumerate(order, 1):
        for marker in given[provider]:
            facts += _given(call.year, number, marker, complete[provider])
    return tuple(facts)


def applications(call: Call, context: DecisionContext) -> dict[str, Application]:
    """Every application of a call, by provider."""
    return {one: context.read[application_stream(call.year, one)] for one in call.applicants}


def names_of(providers: Iterable[str], context: DecisionContext) -> str:
    """Providers as a refusal names them 服务商名称."""
    organisations: list[Organisation] = [context.read[organisation_stream(one)] for one in providers]
    return "、".join(sorted(one.name for one in organisations))


def _given(year: int, number: int, marker: str, application: Application) -> Iterator[Fact]:
    yield MarkerGiven(number=number, marker=marker)
    assigned = MarkingAssigned(year=year, number=number, marker=marker, industries=application.industries)
    yield OnStream(marking_stream(marking_id(year, number, marker)), assigned)


def give_marker(command: GiveMarker, call: Call, context: DecisionContext) -> Facts:
    """In place of who stood back, or as the third 补充评分人.

    Raises:
        Refused: any rule above.
    """
    require_stage(call, CallStage.MARKING)
    drawn = call.numbered(command.number)
    if drawn is None:
        raise NUMBER_UNKNOWN.refuse(path="number", number=command.number)
    if len(drawn.markers) >= wanted(drawn):
        raise NO_MARKER_NEEDED.refuse(path="number", number=command.number)
    if context.read.get(marking_stream(marking_id(call.year, command.number, command.marker))) is not None:
        raise MARKER_GIVEN_ALREADY.refuse(path="marker", number=command.number)
    person = context.read.get(person_stream(command.marker))
    if not is_marker_on(person, Role.MARKER, context.day):
        raise MARKER_UNKNOWN.refuse(path="marker", place=1)
    application = context.read[application_stream(call.year, drawn.provider)]
    if (found := conflict(command.marker, person, application)) is not None:
        english, chinese = found.description.split(" · ")
        raise MARKER_IN_CONFLICT.refuse(path="marker", number=command.number, why=chinese, why_in_english=english)
    return tuple(_given(call.year, command.number, command.marker, application))


def take_back_marking(command: TakeBackMarking, call: Call, context: DecisionContext) -> Facts:
    """From who has not marked 收回评分任务: a mark that is sealed stays, whoever would rather have another.

    Raises:
        Refused: CALL_OUT_OF_ORDER, NUMBER_UNKNOWN, MARKER_HAS_NOT_THE_NUMBER, MARKED_ALREADY.
    """
    require_stage(call, CallStage.MARKING)
    drawn = call.numbered(command.number)
    if drawn is None:
        raise NUMBER_UNKNOWN.refuse(path="number", number=command.number)
    if command.marker not in drawn.markers:
        raise MARKER_HAS_NOT_THE_NUMBER.refuse(path="marker", number=command.number)
    stream = marking_stream(marking_id(call.year, command.number, command.marker))
    marking: Marking = context.read[stream]
    if marking.stage is not MarkingStage.ASSIGNED:
        raise MARKED_ALREADY.refuse(path="marker", number=command.number)
    taken = MarkerTakenOff(number=command.number, marker=command.marker, reason=command.reason)
    return (taken, OnStream(stream, MarkingTakenBack(reason=command.reason)))


def wanted(drawn: DrawnApplication) -> int:
    """How many markers an application needs."""
    return MARKERS_EACH + drawn.third


def markings(call: Call, drawn: DrawnApplication, context: DecisionContext) -> list[Marking]:
    """The markings of an application that are not given up, in the order they were given."""
    return [context.read[marking_stream(marking_id(call.year, drawn.number, one))] for one in drawn.markers]


def close_marking(command: CloseMarking, call: Call, context: DecisionContext) -> Facts:
    """All marks are opened together, once they are all in 截止评分: before, nobody learns any of them.

    Where two differ by more than the rule says, a third is asked, and all stay sealed until that one is in too.

    Raises:
        Refused: MARKS_MISSING; MARK_NOT_THE_SEALED_ONE.
    """
    require_stage(call, CallStage.MARKING)
    missing, sealed = list[int](), dict[str, Marking]()
    for drawn in call.drawn:
        found = markings(call, drawn, context)
        missing += [drawn.number] * (wanted(drawn) - len(found))
        missing += [drawn.number for one in found if one.stage is MarkingStage.ASSIGNED]
        sealed |= {
            marking_id(call.year, drawn.number, one.marker): one for one in found if one.stage is MarkingStage.SEALED
        }
    if missing:
        numbers = "、".join(map(str, dict.fromkeys(missing)))
        raise MARKS_MISSING.refuse(count=len(missing), numbers=numbers, until=call.dates.marking_until)
    brought = {one.marking: one for one in command.opened}
    opened = {}
    for identity, marking in sealed.items():
        if identity not in brought:
            raise MARK_NOT_THE_SEALED_ONE.refuse()
        opened[identity] = open_mark(marking, brought[identity])
    third = tuple(drawn.number for drawn in call.drawn if not drawn.third and _disputed(call, drawn, context, opened))
    if third:
        return (ThirdMarkersAsked(numbers=third),)
    facts = [OnStream(marking_stream(identity), event) for identity, event in opened.items()]
    return (*facts, MarkingClosed(opened=len(opened), third=()))


def _disputed(call: Call, drawn: DrawnApplication, context: DecisionContext, opened: dict[str, MarkOpened]) -> bool:
    marks = [
        opened[identity].mark if (identity := marking_id(call.year, drawn.number, one.marker)) in opened else one.mark
        for one in markings(call, drawn, context)
    ]
    return differ_too_much([mark for mark in marks if mark is not None], call.rule)
