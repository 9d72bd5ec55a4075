"""Trail in words 轨迹语句: each entry as a sentence a person understands, built from its own data. plan P5.

A sentence names roles and organisations, never people, and holds no more than a reader of the entry's data may know.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from string import Formatter
from typing import Any, NamedTuple

import orjson

from domain.access import ROLE_NAMES, Role, Scope
from domain.diagnosis.on_site import AnswersVerified
from domain.events import CAPABILITIES
from domain.kernel import Event, key_of, kind_of, name_of
from domain.participants.partner_keys import partner_of
from domain.programme.targets import Measure
from journal.codec import decode
from journal.entries import DEMO_TYPE
from projections.diagnosis import case_parts, diagnoses
from projections.engine.snapshot import Snapshot
from projections.participants.organisations import organisations_by_id
from projections.record.audit_trail import EntryRow
from projections.record.trail_search import OPERATOR
from projections.report.wording import PURPOSES
from projections.standard import editions
from standards import Answer
from standards.described import DescribedEnum
from standards.revising.clauses import clause_in_words

ROLE_WORDS: Mapping[str, tuple[str, str]] = {role.value: names for role, names in ROLE_NAMES.items()}
"""Role -> its one name, Chinese and English."""
SHOWN = 5
"""Indicators that a sentence names before it says how many more."""


@dataclass(frozen=True)
class Wording:
    """What sentences of one language have of their own 语言用语.

    name: which of the names of a value, as they are kept: Chinese, English. names_things: whether sections and indicators are
    told by the names that the edition has for them, which are Chinese, or by their ids alone. unnamed: an organisation that the
    reader sees no name of; an id is no word of a sentence. before_predicate: what parts the actor from what it did.
    """

    name: int
    names_things: bool
    operator: str
    system: str
    unnamed: str
    marked_as_demo: str
    before_predicate: str
    comma: str
    and_more: str
    other_answers: str
    same_answers: str
    yuan: str
    measured: Mapping[Measure, str]

    def says(self, event: type[Event]) -> str:
        """What an event of a kind says its actor did, to be filled in."""
        return (event.says, event.says_in_english)[self.name]


CHINESE = Wording(
    name=0,
    names_things=True,
    operator=OPERATOR[0],
    system="系统",
    unnamed="某单位",
    marked_as_demo="将日志标记为示例",
    before_predicate="",
    comma="、",
    and_more="{shown} 等 {all} 项",
    other_answers="其中 {other} 项与自评不同",
    same_answers="均与自评一致",
    yuan="{amount} 元",
    measured={Measure.ENTERPRISES_DIAGNOSED: "已诊断企业数（家）", Measure.SHARE_DIAGNOSED: "诊断覆盖率（%）"},
)
ENGLISH = Wording(
    name=1,
    names_things=False,
    operator=OPERATOR[1],
    system="The system",
    unnamed="an organisation",
    marked_as_demo="marked the journal as a demo",
    before_predicate=" ",
    comma=", ",
    and_more="{shown} and others, {all} in all",
    other_answers="{other} of them other than self-assessed",
    same_answers="all as self-assessed",
    yuan="{amount} yuan",
    measured={Measure.ENTERPRISES_DIAGNOSED: "firms diagnosed", Measure.SHARE_DIAGNOSED: "percent of firms diagnosed"},
)


class Said(NamedTuple):
    """A sentence in both languages 双语语句."""

    in_chinese: str
    in_english: str


@dataclass(frozen=True)
class KnownNames:
    """What a sentence may look at besides the entry 语境.

    dimensions: id -> "D1 数字战略". organisations: id -> name. indicators: id -> "Z01 数字化战略与规划".
    own: indicator -> the firm's answer, of the entry's diagnosis.
    """

    dimensions: Mapping[str, str] = field(default_factory=dict)
    organisations: Mapping[str, str] = field(default_factory=dict)
    indicators: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, Answer] = field(default_factory=dict)


class _Predicate(Formatter):
    """Fills what an event says with its own fields.

    A field may name a kind, which says how it is told: `{provider:organisation}`. After "?" stands what is said around it, with
    @ for the value, when there is one, and after "|" what is said when there is none: `{until:?至 @|起}`.
    """

    def __init__(self, known: KnownNames, words: Wording) -> None:
        self.known = known
        self.words = words

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 - a field of any event
        kind, _, around = format_spec.partition("?")
        given, _, none = around.partition("|")
        if value is None or value == "" or value is False:
            return none
        told = self._value_in_words(value, kind)
        return given.replace("@", told) if given else told

    def _value_in_words(self, value: Any, kind: str) -> str:  # noqa: ANN401 - a field of any event
        words = self.words
        match kind:
            case "organisation":
                return f"“{self.known.organisations[value]}”" if value in self.known.organisations else words.unnamed
            case "section":
                return self.known.dimensions.get(value, value) if words.names_things else str(value)
            case "count":
                return str(len(value))
            case "listed":
                ids = sorted(value) if isinstance(value, Mapping) else value
                return self._listed([self.known.indicators.get(one, one) for one in ids] if words.names_things else list(ids))
            case "clause":
                return f" {clause_in_words(value)} " if words.names_things else f"“{value}”"
            case "clauses":
                return self._listed([clause_in_words(clause) for clause in value] if words.names_things else list(value))
            case "role":
                return ROLE_WORDS[value][words.name]
            case "purpose":
                return PURPOSES[value]
            case "compared":
                own = self.known.own
                other = sum(1 for i, found in value.items() if i in own and not found.answer.agrees_with(own[i]))
                return words.other_answers.format(other=other) if other else words.same_answers
            case "term":
                return in_words(value, words)
            case "terms":
                return self._listed([in_words(one, words) for one in value])
            case "yuan":
                return words.yuan.format(amount=f"{Decimal(value) / 100:,.2f}")
            case "":
                return str(value)
            case unknown:
                raise LookupError(unknown)


    def _listed(self, named: Sequence[str]) -> str:
        shown = self.words.comma.join(named[:SHOWN])
        return shown if len(named) <= SHOWN else self.words.and_more.format(shown=shown, all=len(named))


def in_words(value: DescribedEnum, words: Wording = CHINESE) -> str:
    """A value of a closed set as a reader of the trail reads it 取值用语: by the name that its own set has for it."""
    return words.measured[value] if isinstance(value, Measure) else value.names[words.name]


def predicate(event: Event, known: KnownNames, words: Wording = CHINESE) -> str:
    """What an event says its actor did 谓语."""
    return _Predicate(known, words).vformat(words.says(type(event)), (), _Fields(event))


class _Fields(Mapping[str, Any]):
    """The fields of an event by name, those that it computes included."""

    def __init__(self, event: Event) -> None:
        self._event = event

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a field of any event
        return getattr(self._event, name)

    def __iter__(self) -> Iterator[str]:
        return iter(type(self._event).model_fields)

    def __len__(self) -> int:
        return len(type(self._event).model_fields)


def _event(row: EntryRow) -> Event:
    return decode(CAPABILITIES[row.type.partition(".")[0]], row.type, row.data.encode())


def sentence(row: EntryRow, known: KnownNames) -> Said:
    """An entry as one sentence, in both languages 轨迹语句."""
    event = None if row.type == DEMO_TYPE else _event(row)
    return Said(_sentence(row, event, known, CHINESE), _sentence(row, event, known, ENGLISH))


def _sentence(row: EntryRow, event: Event | None, known: KnownNames, words: Wording) -> str:
    """An entry as a sentence of one language; no event: the mark of a demo, which is none."""
    name = ROLE_WORDS[row.role][words.name] if row.role in ROLE_WORDS else row.role or words.system
    who = words.operator if row.actor.startswith("operator-") else name[:1].upper() + name[1:]
    gap = words.before_predicate
    if row.role == Role.PARTNER:  # its key's organisation is where it may look, not who it is
        who += f"{gap}“{partner_of(row.actor)}”"
    elif row.organisation in known.organisations:
        who += f"{gap}“{known.organisations[row.organisation]}”"
    return who + gap + (words.marked_as_demo if event is None else predicate(event, known, words))


def sentences_of(snapshot: Snapshot, scope: Scope, rows: Sequence[EntryRow]) -> list[Said]:
    """Sentences of many entries, with three reads for all of them; what lies outside the scope lends them no names."""
    facts = [orjson.loads(row.data) for row in rows]
    ids = {key_of(row.stream) for row in rows if kind_of(row.stream) == "diagnosis"}
    cases = diagnoses.diagnoses_by_id(snapshot, scope, sorted(ids)) if ids else {}
    dimensions: dict[str, dict[str, str]] = {}
    indicators: dict[str, dict[str, str]] = {}
    for key in {case.edition for case in cases.values()}:
        if (found := editions.edition(snapshot, key)) is not None:
            body = orjson.loads(found.body)
            dimensions[key], indicators[key] = (
                {one["id"]: f"{one['id']} {one['name']}" for one in body[lines]} for lines in ("dimensions", "indicators")
            )
    mentioned = {row.organisation for row in rows} | {fact.get("provider") for fact in facts}
    mentioned |= {fact.get(name) for fact in facts for name in ("organisation", "bank")}
    organisations = organisations_by_id(snapshot, sorted(name for name in mentioned if name))
    names = {identity: organisation.name for identity, organisation in organisations.items()}
    verified = {key_of(row.stream) for row in rows if row.type == name_of(AnswersVerified)}
    own: dict[str, dict[str, Answer]] = {}  # what the firm says cannot change once there is something to verify
    for answer in case_parts.answers(snapshot, scope, sorted(verified)) if verified else ():
        own.setdefault(answer.diagnosis, {})[answer.indicator] = Answer.model_validate_json(answer.given)
    found_sentences = []
    for row in rows:
        identity = key_of(row.stream)
        case = cases.get(identity)
        key = case.edition if case is not None else ""
        known = KnownNames(dimensions.get(key, {}), names, indicators.get(key, {}), own.get(identity, {}))
        found_sentences.append(sentence(row, known))
    return found_sentences
