"""given(capability, *facts).when(command, role).then(*facts) — or .refused(rule): a test reads as a sentence of the policy.

What `journal.handle` does around a decider holds here too: only the streams that the capability declares are read, and
facts of other streams go only to those. An accepted command becomes history, so that sentences can be chained. Which
commands were accepted and which rules refused is kept, for test_completeness.py.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from domain.access import Role
from domain.diagnosis.report import ReportFile
from domain.events import CAPABILITIES
from domain.kernel import (
    Capability,
    Command,
    DecisionContext,
    Event,
    Facts,
    OnStream,
    Refused,
    Rule,
    Unfinished,
    fold,
    kind_of,
)
from domain.programme.papers.paper import PaperFile, PaperFormat

AT = datetime(2024, 5, 6, 8, 0, tzinfo=UTC)
BEFORE = datetime(2023, 9, 1, 8, 0, tzinfo=UTC)
"""When the histories began that a test has no more to say of."""

CODE = re.compile(rf"(?<![A-Za-z_])({'|'.join(Role)})(?![A-Za-z_])|[0-9a-f]{{8}}-[0-9a-f]{{4}}-")
"""Code of a role, or an opaque id: no word of a Chinese sentence."""
ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}")
"""A piece of an English sentence."""

ACCEPTED: set[type[Command]] = set()
"""Commands that some decider has accepted in this session."""
REFUSED: set[str] = set()
"""Codes of rules that a test has seen refuse in this session."""


@dataclass(frozen=True)
class Sent:
    """A command that changed something, and the histories as they were after it."""

    capability: Capability
    command: Command
    role: str
    organisation: str
    by: str
    at: datetime
    sections: frozenset[str] | None
    state: Any
    read: Mapping[str, Any]
    began: Mapping[str, datetime]

    def again(self, command: Command) -> Facts | Refused:
        """What comes of a command that follows it at once, from the same hand."""
        case = Given(self.capability)
        case.state, case.read, case.began = self.state, dict(self.read), dict(self.began)
        return case.when(command, self.role, self.organisation, self.by, self.at, self.sections).outcome


SENT: dict[type[Command], list[Sent]] = {}
"""Some of the commands that changed something in this session."""
SENT_AT_MOST = 12

SEED = "5" * 64
"""That a call's order of marking is drawn from."""

MADE: Mapping[str, object] = {
    "file": ReportFile(pdf="a" * 64, renderer="r", fonts="f", rendered_at=1, number=None, address=None, check_code=None),
    "sealed_name": "c2VhbGVk",
    "sealed_phone": None,
    "seed_digest": sha256(SEED.encode()).hexdigest(),
    "sealed": "c2VhbGVk",
    "sealed_text": "c2VhbGVk",
    "sealed_grounds": "c2VhbGVk",
    "digest": "d" * 64,
    "files": (PaperFile(format=PaperFormat.PDF, sha256="e" * 64, size=9),),
}
"""What the program makes for facts that the rules accept, once they did."""


def finished(fact: Event | OnStream | Unfinished) -> Event | OnStream:
    """The fact with what it lacks."""
    if not isinstance(fact, Unfinished):
        return fact
    lacking = fact.event.model_fields.keys() - fact.stated.keys() - {"type"}
    assert lacking or fact.file, "nothing is left to make"
    return fact.finished({name: MADE[name] for name in lacking})


class Given:
    """A history, and what a capability makes of a command."""

    def __init__(self, capability: Capability, *history: Event) -> None:
        self.capability = capability
        self.state = fold(capability.evolve, history)
        self.read: dict[str, Any] = {}
        self.began: dict[str, datetime] = {}
        self.versions: dict[str, int] = {}
        self.outcome: Facts | Refused = ()

    def having_read(self, states: Mapping[str, Any]) -> "Given":
        """States of other streams, keyed by stream, since `BEFORE`; a stream that is not named has no history."""
        self.read |= states
        self.began |= dict.fromkeys(states, BEFORE)
        return self

    def having_facts(self, versions: Mapping[str, int]) -> "Given":
        """How many facts other streams have; one that is not named has none to cite."""
        self.versions |= versions
        return self

    def having_begun(self, stream: str, at: datetime) -> "Given":
        """When the history of a stream began, its own or another's."""
        self.began[stream] = at
        return self

    def when(
        self,
        command: Command,
        role: str,
        organisation: str = "",
        by: str = "li",
        at: datetime = AT,
        sections: frozenset[str] | None = None,
    ) -> "Given":
        declared = self.capability.reads(command, self.state)
        read = {stream: self.read.get(stream) for stream in declared}
        declared += self.capability.reads_further(command, self.state, read)
        declared += self.capability.reads_of_sender(command, by)
        read = {stream: self.read.get(stream) for stream in declared}
        own = self.capability.stream(command)
        assert kind_of(own) == self.capability.name, f"{own} is of another capability than {self.capability.name}"
        began = {stream: self.began[stream] for stream in (*declared, own) if stream in self.began}
        versions = {stream: self.versions.get(stream, 0) for stream in declared}
        context = DecisionContext(by, role, organisation, at, read, sections, began, versions)
        try:
            self.outcome = tuple(map(finished, self.capability.decide(command, self.state, context)))
        except Refused as refused:
            self.outcome = refused
            return self
        ACCEPTED.add(type(command))
        before, read_before = self.state, dict(self.read)
        for fact in self.outcome:
            self.began.setdefault(fact.stream if isinstance(fact, OnStream) else own, at)
            if isinstance(fact, OnStream):
                assert fact.stream in declared, f"{fact.stream} is written but was not read"
                kind = CAPABILITIES[kind_of(fact.stream)]
                self.read[fact.stream] = kind.evolve(self.read.get(fact.stream), fact.event)
            else:
                self.state = self.capability.evolve(self.state, fact)
        changed = self.state != before or self.read != read_before
        kept = SENT.setdefault(type(command), [])
        if changed and len(kept) < SENT_AT_MOST:
            after = (self.state, dict(self.read), dict(self.began))
            kept.append(Sent(self.capability, command, role, organisation, by, at, sections, *after))
        return self

    @property
    def facts(self) -> Facts:
        """The facts of the last command, which was accepted."""
        assert not isinstance(self.outcome, Refused), f"refused: {self.outcome.rule.code} {self.outcome.facts}"
        return self.outcome

    @property
    def accepted(self) -> "Given":
        """Itself, where the last command was accepted."""
        assert self.facts is not None
        return self

    def then(self, *expected: object) -> "Given":
        assert self.facts == expected
        return self

    def happened(self, *types: str) -> "Given":
        assert tuple(getattr(fact, "event", fact).type for fact in self.facts) == types
        return self

    @property
    def told(self) -> set[tuple[str, object]]:
        """Code and path of all that the last command was refused for."""
        assert isinstance(self.outcome, Refused), f"accepted: {self.outcome!r}"
        REFUSED.update(one.rule.code for one in (self.outcome, *self.outcome.further))
        return {(one.rule.code, one.facts.get("path")) for one in (self.outcome, *self.outcome.further)}

    def refused(self, rule: Rule, **facts: object) -> None:
        assert isinstance(self.outcome, Refused), f"accepted: {self.outcome!r}"
        assert self.outcome.rule == rule
        assert self.outcome.facts | facts == self.outcome.facts
        for sentence in (self.outcome.says, self.outcome.says_in_english):
            assert sentence
            assert "{" not in sentence
        assert not CODE.search(self.outcome.says), f"a code in a Chinese sentence: {self.outcome.says}"
        assert not ENGLISH.search(self.outcome.says), f"an English sentence in a Chinese one: {self.outcome.says}"
        REFUSED.add(rule.code)


given = Given
