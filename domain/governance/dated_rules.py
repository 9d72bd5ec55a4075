"""Dated rules 按日生效的规则: what the city sets from a day on, one stream a kind, with defaults on file. plan V4.

A capability that keeps to a rule reads its stream and asks what is in force on the day of the act:
`reads=(rule_stream(RuleKind.SELECTION),)`, then `rule_in_force(context.read[…], SelectionRule, context.day)`.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, ClassVar, Literal, Self, TypeVar, assert_never, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, WithJsonSchema, model_validator

from domain.command_rights import CITY, require_right
from domain.governance.computations import RecordComputation
from domain.governance.rule_bodies import BODIES, AnyRuleBody, EveryBody
from domain.governance.rule_bodies.body import RuleBody, RuleKind
from domain.kernel import (
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    Label,
    Part,
    Rule,
    Stream,
    cause_of,
    stream_of,
)
from domain.stated_dates import require_programme_date
from domain.stated_sources import StatedDocument, StatedMark, stated_source
from standards import default_rules
from standards.edition.text import Source

# Rules

RULE_BACKDATED = Rule(
    "RULE_BACKDATED",
    "plan V4",
    "已设定过的规则最早自今日 {earliest} 起变更，此前适用什么不再更改",
    "A rule that was set before changes today ({earliest}) or later: what applied before stays as it was",
)
RULE_NOT_SIMULATED = Rule(
    "RULE_NOT_SIMULATED",
    "plan V5",
    "{title}须先以同样内容提出草案，并就已有事实测算其结果，再行设定",
    "Propose this rule word for word first, and have worked out what it would do to the facts on record; then set it",
)
RULE_SIMULATION_RUNNING = Rule(
    "RULE_SIMULATION_RUNNING",
    "plan V5",
    "{title}第 {proposal} 号草案正在测算，请待测算结果得出并核对之后再设定",
    "Proposal {proposal} of this rule is being simulated; set it once its outcome is there and you have looked at it",
)
RULE_PROPOSAL_UNKNOWN = Rule(
    "RULE_PROPOSAL_UNKNOWN",
    "plan V4",
    "没有第 {proposal} 号规则草案，请从已提出的草案中选取",
    "There is no proposal {proposal} of this rule; take one of those that were made",
)

# Commands



class RuleCommand(Command):
    """A rule as the city states it 规则命令."""

    since: date = Field(description="First day · 起始日")
    body: AnyRuleBody = Field(title="RuleBody", description="What the rule says: exactly one kind is set · 规则正文. plan V4")
    source: StatedDocument
    mark: StatedMark

    @model_validator(mode="after")
    def _names_what_there_is(self) -> Self:
        if self.body.names_unknown_size():
            raise ValueError("a base names a size class that does not exist")
        return self


class SetRule(RuleCommand):
    """Set a rule of the programme from a day on; another for the same day takes its place · 设定规则.

    A kind whose effect must be known first (rating, subsidy) is proposed word for word and simulated before.
    """

    roles: ClassVar = CITY


class ProposeRule(RuleCommand):
    """Propose a rule, to be looked at and simulated before it is set; it holds for nobody · 提出规则草案."""

    roles: ClassVar = CITY


class SimulatedOutcome(Part):
    """One number of a simulation, as it is and as it would be · 测算结果.

    now: None where nothing is in force that would give one.
    """

    name: Label
    now: Decimal | None
    then: Decimal


class RecordRuleSimulation(RecordComputation):
    """Record what a proposed rule would have done to the facts on record · 记录规则测算.

    proposal: number within the kind.
    """

    kind: RuleKind
    proposal: Annotated[int, Field(ge=1)]
    outcomes: Annotated[tuple[SimulatedOutcome, ...], Field(min_length=1, max_length=100)]


DatedRuleCommand = SetRule | ProposeRule | RecordRuleSimulation

# Events

StoredBody = Annotated[
    EveryBody,
    Field(discriminator="kind"),
    WithJsonSchema({"type": "object", "properties": {"kind": {"type": "string"}}, "required": ["kind"]}),
]
"""A body as it is stored 已存正文: a kind more changes no shape. Each kind's own is kept by itself, in golden/events.json."""


class RuleSet(Event):
    """A rule holds from its day on 规则已设定, until the next one of its kind begins."""

    type: Literal["rule.set.v1"] = "rule.set.v1"
    says: ClassVar = "设定了自 {since} 起的{title}（{source.document}，标记 {source.mark}）"
    says_in_english: ClassVar = "set a rule ({body.kind:term}) from {since} on ({source.document}, mark {source.mark})"
    since: date
    body: StoredBody
    source: Source

    @property
    def title(self) -> str:
        """What its kind is called 规则名称."""
        return title_of(self.body.kind)


class RuleProposed(Event):
    """A rule was proposed 规则草案已提出; it holds for nobody. number: within its kind, from 1."""

    type: Literal["rule.proposed.v1"] = "rule.proposed.v1"
    says: ClassVar = "提出了自 {since} 起的{title}第 {number} 号草案（{source.document}，标记 {source.mark}）"
    says_in_english: ClassVar = (
        "proposed draft {number} of a rule ({body.kind:term}) from {since} on ({source.document}, mark {source.mark})"
    )
    number: int
    since: date
    body: StoredBody
    source: Source

    @property
    def title(self) -> str:
        """What its kind is called 规则名称."""
        return title_of(self.body.kind)


class RuleSimulated(Event):
    """What a proposal would have done is known 规则草案已测算."""

    type: Literal["rule.simulated.v1"] = "rule.simulated.v1"
    says: ClassVar = "按方法 {method} 测算了第 {proposal} 号规则草案，得 {outcomes:count} 项结果"
    says_in_english: ClassVar = "simulated draft {proposal} of a rule by method {method}; outcomes: {outcomes:count}"
    proposal: int
    method: str
    position: int
    input_digest: str
    outcomes: tuple[SimulatedOutcome, ...]


DatedRuleEvent = RuleSet | RuleProposed | RuleSimulated


def title_of(kind: RuleKind) -> str:
    """What a kind of rule is called in Chinese 规则名称."""
    return kind.description.rpartition(" · ")[2]


# State


class DatedRule(BaseModel):
    """A rule from a day on 规则. version: of its stream, at which it was set; None of a default, which nobody has set."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    since: date
    body: AnyRuleBody
    source: Source
    version: int | None = None

    @property
    def cause(self) -> str | None:
        """How a fact cites it 引用: stream/version; None of a default."""
        return cause_of(rule_stream(self.body.kind), self.version) if self.version is not None else None


class RuleProposal(BaseModel):
    """A proposed rule 规则草案, and what it would have done; None = not worked out yet."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    rule: DatedRule
    outcomes: tuple[SimulatedOutcome, ...] | None = None


class DatedRules(BaseModel):
    """Every rule of a kind that was set, by the day it begins, and every one proposed, by number 历次规则."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    version: int = 0
    rules: dict[date, DatedRule] = Field(default_factory=dict)
    proposals: dict[int, RuleProposal] = Field(default_factory=dict)


# What is in force

B = TypeVar("B", bound=RuleBody)
DEFAULTS: TypeAdapter[tuple[DatedRule, ...]] = TypeAdapter(tuple[DatedRule, ...])


@cache
def defaults_of(kind: RuleKind) -> tuple[DatedRule, ...]:
    """The rules on file that hold where the city has set none 默认规则, in order of the day they begin."""
    return DEFAULTS.validate_python(default_rules(kind.value)["rules"])


def dated_rule_on(rules: DatedRules | None, kind: RuleKind, day: date) -> DatedRule:
    """The rule of a kind in force on a day 当日规则: the latest that the city set, else the default; before all, the first."""
    begun = [rule for first, rule in rules.rules.items() if first <= day] if rules is not None else []
    if begun:
        return max(begun, key=lambda rule: rule.since)
    defaults = defaults_of(kind)
    return next((rule for rule in reversed(defaults) if rule.since <= day), defaults[0])


def rule_in_force(rules: DatedRules | None, body: type[B], day: date) -> B:
    """What the rule in force on a day says 当日规则正文.

    Args:
        rules: the folded stream of the kind, as read; None = nothing was set.
        body: class of the kind's bodies, such as `SelectionRule`.
        day: of the city's calendar.
    """
    kind: RuleKind = body.model_fields["kind"].default
    return cast("B", dated_rule_on(rules, kind, day).body)


class RuleDifference(Part):
    """One member in which two rules of a kind differ 规则差异. path: dotted; None = the rule says nothing there."""

    path: str
    label: str
    before: str | None
    after: str | None


def rule_difference(before: RuleBody, after: RuleBody) -> tuple[RuleDifference, ...]:
    """In what two rules of a kind differ, member by member; what the former alone says comes last 规则差异."""
    old, new = ({path: (label, said) for path, label, said in _members(one)} for one in (before, after))
    found = []
    for path in dict.fromkeys((*new, *old)):
        label, was = old.get(path, (new[path][0] if path in new else "", None))
        _, now = new.get(path, (label, None))
        if was != now:
            found.append(RuleDifference(path=path, label=label, before=was, after=now))
    return tuple(found)


def _members(part: BaseModel, path: str = "", label: str = "") -> Iterator[tuple[str, str, str | None]]:
    for name, field in type(part).model_fields.items():
        if name == "kind" and not path:
            continue
        said = (field.description or "").partition(". plan")[0].rpartition(" · ")[2]
        value, named, where = getattr(part, name), f"{label}·{said}" if label else said, f"{path}{name}"
        many = value if isinstance(value, tuple) else (value,)
        for number, one in enumerate(many):
            place, words = (f"{where}.{number}", f"{named} {number + 1}") if isinstance(value, tuple) else (where, named)
            if isinstance(one, BaseModel):
                yield from _members(one, f"{place}.", words)
            else:
                yield place, words, None if one is None else f"{one.normalize():f}" if isinstance(one, Decimal) else str(one)


# Decide: what may happen


def decide(command: DatedRuleCommand, known: DatedRules | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, or those of stated dates."""
    require_right(command, context.role)
    rules = known or DatedRules()
    match command:
        case SetRule():
            return _set(command, rules, context)
        case ProposeRule():
            require_programme_date("since", command.since, context)
            stated = _stated(command)
            last = rules.proposals.get(len(rules.proposals))
            if last is not None and _says_the_same(last.rule, stated):
                return ()
            number = len(rules.proposals) + 1
            return (RuleProposed(number=number, since=stated.since, body=stated.body, source=stated.source),)
        case RecordRuleSimulation(proposal=number):
            if number not in rules.proposals:
                raise RULE_PROPOSAL_UNKNOWN.refuse(path="proposal", proposal=number)
            if rules.proposals[number].outcomes is not None:
                return ()
            told = command.model_dump(include={"proposal", "method", "position", "input_digest"})
            return (RuleSimulated(**told, outcomes=command.outcomes),)
        case never:
            assert_never(never)


def _set(command: SetRule, rules: DatedRules, context: DecisionContext) -> Facts:
    stated, kind = _stated(command), command.body.kind
    before = rules.rules.get(command.since)
    if before is not None and _says_the_same(before, stated):
        return ()
    require_programme_date("since", command.since, context)
    if rules.rules and command.since < context.day:
        raise RULE_BACKDATED.refuse(path="since", earliest=context.day)
    if BODIES[kind].needs_simulation:
        _require_simulated(stated, rules, title_of(kind))
    return (RuleSet(since=stated.since, body=stated.body, source=stated.source),)


def _require_simulated(stated: DatedRule, rules: DatedRules, title: str) -> None:
    same = {number: one for number, one in rules.proposals.items() if _says_the_same(one.rule, stated)}
    if not same:
        raise RULE_NOT_SIMULATED.refuse(path="body", title=title)
    if all(one.outcomes is None for one in same.values()):
        raise RULE_SIMULATION_RUNNING.refuse(path="body", title=title, proposal=max(same))


def _stated(command: SetRule | ProposeRule) -> DatedRule:
    source = stated_source(command)
    return DatedRule(since=command.since, body=command.body.whole(), source=source)


def _says_the_same(one: DatedRule, other: DatedRule) -> bool:
    return (one.since, one.body, one.source) == (other.since, other.body, other.source)


# Evolve: what has happened


def evolve(known: DatedRules | None, event: DatedRuleEvent) -> DatedRules:
    """The rules of the kind after one more fact."""
    rules = known or DatedRules()
    version = rules.version + 1
    changed: dict[str, object] = {"version": version}
    match event:
        case RuleSet(since=since, body=body, source=source):
            rule = DatedRule(since=since, body=body, source=source, version=version)
            changed["rules"] = {**rules.rules, since: rule}
        case RuleProposed(number=number, since=since, body=body, source=source):
            rule = DatedRule(since=since, body=body, source=source, version=version)
            changed["proposals"] = {**rules.proposals, number: RuleProposal(rule=rule)}
        case RuleSimulated(proposal=number, outcomes=outcomes):
            told = rules.proposals[number].model_copy(update={"outcomes": outcomes})
            changed["proposals"] = {**rules.proposals, number: told}
        case never:
            assert_never(never)
    return rules.model_copy(update=changed)


def rule_stream(kind: RuleKind) -> Stream:
    """Stream of a kind of rule."""
    return stream_of("rule", kind.value)


def _stream(command: DatedRuleCommand) -> Stream:
    return rule_stream(command.kind if isinstance(command, RecordRuleSimulation) else command.body.kind)


DATED_RULES = Capability(
    name="rule",
    commands=(SetRule, ProposeRule, RecordRuleSimulation),
    events=(RuleSet, RuleProposed, RuleSimulated),
    stream=_stream,
    decide=decide,
    evolve=evolve,
)
