"""An arbitration of the demo city that goes on 在办的仲裁: laid before three experts, of whom one has given an opinion. plan P6."""

from collections.abc import Iterator, Sequence

from domain.access import Everything, Role
from domain.diagnosis.arbitration import GiveArbiterOpinion, RequestArbitration
from domain.diagnosis.assignments import AssignExpert
from domain.diagnosis.objections import AnswerObjections, ObjectionAnswer, ObjectionItem, ObjectToReport
from domain.diagnosis.state import ArbiterFinding
from domain.governance.proceedings.hearing import GiveStatement
from domain.governance.proceedings.opening import ServeNotice
from domain.governance.proceedings.state import ARBITRATION_PREFIX
from domain.participants.people.granting_rights import KIND_OF_HEAD
from journal import Caller
from zhenduan.demo.diagnosis_story import Act, DemoCase
from zhenduan.demo.people import People, draw_id
from zhenduan.demo.proceedings import JOINED
from zhenduan.demo.terms import TERM

COLLEAGUES = 2
"""Arbiters beside the one who may sign in."""


def laid_before(people: People, case: DemoCase, done: Sequence[Act]) -> Iterator[Act]:
    """What follows the objections of a case: none is upheld, the firm goes on to experts, and the provider has stated its side.

    done: the acts of the case so far, the objections among them.
    """
    of, cast = {"diagnosis": case.id}, case.cast
    objected = next(act.what for act in done if isinstance(act.what, ObjectToReport))
    kept = tuple(
        ObjectionAnswer(indicator=one.indicator, upheld=False, reason="补充材料与现场记录不一致（示例）") for one in objected.items
    )
    items = tuple(
        ObjectionItem(indicator=one.indicator, reason="现场记录有遗漏，请专家查看补充材料（示例）") for one in objected.items
    )
    asked = {"proceeding": f"{ARBITRATION_PREFIX}{case.id}.1"}
    yield Act(3, cast.provider, AnswerObjections(**of, answers=kept))
    yield Act(1, cast.enterprise, RequestArbitration(**of, items=items))
    yield Act(1, cast.city, ServeNotice(**asked))
    yield Act(2, cast.provider, GiveStatement(**asked, text="现场记录完整，双方均已签到（示例）", asks_hearing=False))
    unit = next(one.id for one in people.data.organisations.others if one.kind is KIND_OF_HEAD[Role.ARBITER])
    shown = people.meet(Role.ARBITER, unit)
    colleagues = [Caller(draw_id(people.chance), Role.ARBITER, unit, Everything()) for _ in range(COLLEAGUES)]
    for arbiter in (shown, *colleagues):
        yield from _assigned(people, case, arbiter, joins=arbiter is not shown)
    findings = tuple(
        ArbiterFinding(indicator=one.indicator, upheld=False, reason="现有佐证不足以改变核验结果（示例）") for one in items
    )
    yield Act(1, colleagues[0], GiveArbiterOpinion(**of, findings=findings))


def _assigned(people: People, case: DemoCase, arbiter: Caller, *, joins: bool) -> Iterator[Act]:
    """The city lets an expert in, where that is still to be done, and assigns the case."""
    city, assignment = case.cast.city, draw_id(people.chance)
    if joins:
        for command in people.joining(arbiter, JOINED):
            yield Act(0, city, command)
    named = {"diagnosis": case.id, "assignment": assignment, "expert": arbiter.actor, "role": Role.ARBITER}
    yield Act(0, city, lambda day: AssignExpert(**named, since=day, until=day + TERM))
