"""Dated rules 按日规则 in the schema: what holds on a day, what held, what was proposed, in what two differ. plan V1–V5, I1, T1."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from api.kit.command_inputs import class_of
from api.kit.context import Context
from api.kit.enums import first_line
from api.kit.model_types import as_shown, output_type
from api.kit.mutations import Payload
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published
from api.kit.row_mapping import all_shown
from domain.governance import dated_rules as rules
from domain.governance.dated_rules import ProposeRule, SetRule, rule_difference, title_of
from domain.governance.rule_bodies import BODIES, EveryBody
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.simulated_numbers import title_of_number
from domain.instants import utc_moment
from domain.kernel import Command
from domain.masks import ANYONE, RATING_INPUTS
from projections.governance.dated_rules import KnownRule, Proposed, proposals, rule_history, rule_on
from standards.edition.text import SourceMark

DAY = timedelta(days=1)


def _body_type() -> Any:  # noqa: ANN401 - a type made at run time
    """One field a kind, of which the rule's own is set: as the input of a rule is written."""
    fields = [
        (kind.value, output_type(body, ANYONE) | None, field(f"{first_line(body)}", default=None))
        for kind, body in BODIES.items()
    ]
    made = class_of("RuleBody", fields)
    made.__doc__ = "What a rule says: the field of its kind is set, all others are null · 规则正文. plan V4"
    return published(ANYONE, placed=False)(made)


RULE_BODY: Any = _body_type()


def build_body(body: EveryBody) -> Any:  # noqa: ANN401 - a type made at run time
    """What a rule says, as the schema shows it."""
    return RULE_BODY(**{body.kind.value: as_shown(body, ANYONE)})


@published(ANYONE, placed=False)
class DatedRule:
    """Rule of the programme from a day on, with its source and mark · 按日规则. plan V4"""

    kind: RuleKind = field("What it is about · 规则类别")
    kind_name: str = field("The same in Chinese · 规则名称")
    clause: str = field("Clause of the plan that it carries out · 条款")
    since: date = field("First day · 起始日")
    until: date | None = field("Last day, before the next rule of its kind begins; null while none is set · 截止日")
    source: str = field("Where it comes from · 来源")
    mark: SourceMark = field("Mark of the source · 来源标记")
    is_default: bool = field("Whether it came with the program and nobody has set it · 是否默认")
    cause: str | None = field("How a fact cites it, stream and version; null of a default · 引用")
    set_at: datetime | None = field("When it was set, UTC; null of a default · 设定时间")
    needs_simulation: bool = field("Whether a rule of this kind is simulated before it is set · 是否须先测算")
    body: RULE_BODY = field("What it says · 规则正文")


@published(ANYONE, placed=False, row=rules.SimulatedOutcome)
class SimulatedOutcome:
    """One number of a simulation, as it is and as it would be · 规则测算结果. plan V5"""

    name: str = field("What is counted, as a code such as tier_A · 指标代码")
    title: str = field("The same in Chinese · 指标名称", made=True)
    title_in_english: str = field("The same in English · 指标英文名称", made=True)
    now: Decimal | None = field("As it is; null where nothing gives one · 现值")
    then: Decimal = field("As it would be · 测算值")


@published(ANYONE, placed=False)
class RuleProposal:
    """Proposed rule, which holds for nobody, and what it would do · 规则草案. plan V5"""

    number: int = field("Number within its kind · 草案编号")
    rule: DatedRule = field("What is proposed · 拟设规则")
    proposed_at: datetime = field("When it was proposed, UTC · 提出时间")
    method: str | None = field("Method and version of the simulation; null before · 测算方法")
    outcomes: list[SimulatedOutcome] | None = field(
        "What it would do to the facts on record; null before · 测算结果", roles=RATING_INPUTS
    )
    simulated_at: datetime | None = field("When it was simulated, UTC · 测算时间")


@published(ANYONE, placed=False, row=rules.RuleDifference)
class RuleDifference:
    """One member in which two rules of a kind differ · 规则差异. plan V4"""

    path: str = field("Where, such as weights.staff · 路径")
    label: str = field("The same in words · 条目名称")
    before: str | None = field("What the former says; null: nothing · 原值")
    after: str | None = field("What the latter says; null: nothing · 现值")


def build_rule(known: KnownRule, until: date | None = None) -> DatedRule:
    """A rule as the schema shows it."""
    rule = known.rule
    kind, body = rule.body.kind, BODIES[rule.body.kind]
    return DatedRule(
        kind=kind,
        kind_name=title_of(kind),
        clause=body.clause,
        since=rule.since,
        until=until,
        source=rule.source.document,
        mark=rule.source.mark,
        is_default=known.set_at is None,
        cause=rule.cause if known.set_at is not None else None,
        set_at=utc_moment(known.set_at) if known.set_at is not None else None,
        needs_simulation=body.needs_simulation,
        body=build_body(rule.body),
    )


def build_history(known: Sequence[KnownRule]) -> list[DatedRule]:
    """Rules in order of the day they begin, each with its last day."""
    ends = [following.rule.since - DAY for following in known[1:]]
    return [build_rule(one, until) for one, until in zip(known, [*ends, None], strict=True)]


def build_outcome(one: rules.SimulatedOutcome) -> SimulatedOutcome:
    """A number of a simulation as the schema shows it."""
    title, english = title_of_number(one.name)
    return SimulatedOutcome(name=one.name, title=title, title_in_english=english, now=one.now, then=one.then)


def build_proposal(one: Proposed, *, office: bool) -> RuleProposal:
    """A proposal as the schema shows it. office: the reader may know ratings before they are published."""
    return RuleProposal(
        number=one.number,
        rule=build_rule(KnownRule(one.rule, None)),
        proposed_at=utc_moment(one.proposed_at),
        method=one.method,
        outcomes=[build_outcome(outcome) for outcome in one.outcomes] if office and one.outcomes is not None else None,
        simulated_at=utc_moment(one.simulated_at) if one.simulated_at is not None else None,
    )


Kind = Annotated[RuleKind, argument("What the rule is about · 规则类别")]


@strawberry.type
class DatedRuleQueries:
    """Query fields: rules of the programme."""

    @field(
        "The rule of a kind in force on a day, today unless said; where the city set none, the default · 当日规则. plan V4",
        roles=ANYONE,
    )
    def dated_rule(
        self,
        info: strawberry.Info[Context, None],
        kind: Kind,
        on: Annotated[date | None, argument("Day of the city's calendar; none = today · 日期")] = None,
        at_least: AtLeast = None,
    ) -> DatedRule:
        """The rule in force."""
        context = info.context
        day = on or context.today
        snapshot = context.at_least(at_least)
        found = rule_on(snapshot, kind, day)
        history = build_history(rule_history(snapshot, kind))
        return next((one for one in history if one.since == found.rule.since), build_rule(found))

    @field("Every rule of a kind that holds on some day, in order of the day it begins · 历次规则. plan V4", roles=ANYONE)
    def dated_rules(self, info: strawberry.Info[Context, None], kind: Kind, at_least: AtLeast = None) -> list[DatedRule]:
        """The history of a kind."""
        return build_history(rule_history(info.context.at_least(at_least), kind))

    @field("Rules of a kind that were proposed, in order of number · 规则草案. plan V5", roles=ANYONE)
    def rule_proposals(
        self, info: strawberry.Info[Context, None], kind: Kind, at_least: AtLeast = None
    ) -> list[RuleProposal]:
        """The proposals of a kind."""
        office = info.context.caller.role in RATING_INPUTS
        return [build_proposal(one, office=office) for one in proposals(info.context.at_least(at_least), kind)]

    @field(
        "In what the rule of one day differs from that of another, or from a proposal; empty where they say the same, or there is "
        "no such proposal · 规则差异. plan V4",
        roles=ANYONE,
    )
    def rule_differences(
        self,
        info: strawberry.Info[Context, None],
        kind: Kind,
        before: Annotated[date, argument("Day whose rule is the former · 前一日期")],
        after: Annotated[date | None, argument("Day whose rule is the latter; none = today · 后一日期")] = None,
        proposal: Annotated[int | None, argument("Number of a proposal to be the latter instead · 草案编号")] = None,
    ) -> list[RuleDifference]:
        """The difference of two rules."""
        context = info.context
        old = rule_on(context.snapshot, kind, before).rule.body
        if proposal is None:
            new = rule_on(context.snapshot, kind, after or context.today).rule.body
        else:
            new = next((one.rule.body for one in proposals(context.snapshot, kind) if one.number == proposal), old)
        return all_shown(RuleDifference, rule_difference(old, new))


def _find_rule(context: Context, _key: str, command: Command, _wanted: frozenset[str]) -> DatedRule | None:
    assert isinstance(command, SetRule)  # noqa: S101 - the table below names it
    known = build_history(rule_history(context.snapshot, command.body.kind))
    return next((one for one in known if one.since == command.since), None)


def _find_proposal(context: Context, _key: str, command: Command, _wanted: frozenset[str]) -> RuleProposal | None:
    assert isinstance(command, ProposeRule)  # noqa: S101 - the table below names it
    found = proposals(context.snapshot, command.body.kind)
    return build_proposal(found[-1], office=context.caller.role in RATING_INPUTS) if found else None


QUERIES = DatedRuleQueries
PAYLOADS: Mapping[str, Payload] = {
    "SetRule": Payload("rule", DatedRule, _find_rule),
    "ProposeRule": Payload("proposal", RuleProposal, _find_proposal),
}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
