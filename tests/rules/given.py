"""given(*facts).when(wish).then(*facts) — or .refused(rule): a test reads as a sentence of the policy."""

from datetime import UTC, datetime
from typing import Any

from domain.language import Capability, Command, Event, Facts, Occasion, Refused, Rule, fold

AT = datetime(2024, 5, 6, 8, 0, tzinfo=UTC)


class Given:
    """A history, and what a capability makes of a wish."""

    def __init__(self, capability: Capability[Any, Any, Any], *history: Event) -> None:
        self.capability = capability
        self.state = fold(capability.evolve, history)
        self.read: dict[str, Any] = {}
        self.outcome: Facts | Refused = ()

    def reading(self, **streams: Any) -> "Given":
        self.read |= streams
        return self

    def having_read(self, streams: dict[str, Any]) -> "Given":
        self.read |= streams
        return self

    def when(self, command: Command, role: str, organisation: str = "", by: str = "li") -> "Given":
        occasion = Occasion(by=by, role=role, organisation=organisation, at=AT, read=self.read)
        try:
            self.outcome = self.capability.decide(command, self.state, occasion)
        except Refused as refused:
            self.outcome = refused
        return self

    def then(self, *expected: object) -> None:
        assert self.outcome == expected

    def happened(self, *types: str) -> None:
        assert not isinstance(self.outcome, Refused), self.outcome.rule.code
        assert tuple(getattr(fact, "event", fact).type for fact in self.outcome) == types

    def refused(self, rule: Rule, **facts: object) -> None:
        assert isinstance(self.outcome, Refused), f"accepted: {self.outcome!r}"
        assert self.outcome.rule.code == rule.code
        assert self.outcome.facts | facts == self.outcome.facts
