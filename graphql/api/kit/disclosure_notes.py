"""Disclosure notes · 披露登记: what of an answer is protected, noted as rows are built, written down before it leaves. plan P7.

Which protected fields a document asks for is known once for the document and role; where it asks for none, a row costs nothing.
What is skipped or withheld is not asked for (`api.server.readable_part`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from api.kit.services import Services
from domain.disclosures import Disclosed, Disclosure
from domain.instants import microseconds
from journal import Caller
from journal.disclosure_log.disclosure_log import Held, held

Guarded = Mapping[str, Mapping[str, str]]
"""Type -> protected field -> mask, of those that a document asks for."""


def guarded_among(coordinates: frozenset[str], protected: Guarded) -> Guarded:
    """The protected fields among some coordinates 所涉受保护字段."""
    found: dict[str, dict[str, str]] = {}
    for kind, fields in protected.items():
        asked = {name: mask for name, mask in fields.items() if f"{kind}.{name}" in coordinates}
        if asked:
            found[kind] = asked
    return found


class Noted(NamedTuple):
    """The protected data of an answer 披露内容, and how a row of the log keeps it: the same each time that the answer leaves."""

    disclosed: Sequence[Disclosed]
    held: Held


ROOTS = ("Query.", "Mutation.", "Subscription.")


def entry_point_of(coordinates: frozenset[str]) -> str:
    """Published name of the way a document asks 入口: its fields of the root, such as "Query.enterprises"."""
    return ",".join(sorted(name for name in coordinates if name.startswith(ROOTS)))


@dataclass
class DisclosureNotes:
    """What the resolvers of one operation note of protected data 披露登记."""

    entry_point: str = ""
    guarded: Guarded = field(default_factory=dict)
    _found: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _noted: Noted | None = None

    def guard(self, entry_point: str, guarded: Guarded) -> None:
        """Say what the document asks for, before anything is resolved."""
        self.entry_point, self.guarded = entry_point, guarded

    def masks(self, kind: str, wanted: frozenset[str]) -> frozenset[str]:
        """The masks of the fields that are wanted of a type here and that the document asks for."""
        guarded = self.guarded.get(kind)
        if guarded is None:
            return frozenset()
        return frozenset(mask for name, mask in guarded.items() if name in wanted)

    def note(self, masks: frozenset[str], held: Iterable[tuple[str, str]]) -> None:
        """Note that the answer holds masked fields of (firm, subject) pairs."""
        if not masks:
            return
        found, self._noted = self._found, None
        for pair in held:
            known = found.get(pair)
            found[pair] = masks if known is None else known | masks

    @property
    def noted(self) -> Noted | None:
        """What is noted so far, and not written down; None of nothing."""
        if self._noted is None and self._found:
            named: dict[frozenset[str], tuple[str, ...]] = {masks: tuple(sorted(masks)) for masks in set(self._found.values())}
            disclosed = [Disclosed(firm, subject, named[masks]) for (firm, subject), masks in self._found.items()]
            self._noted = Noted(disclosed, held(disclosed))
        return self._noted

    def note_again(self, noted: Noted) -> None:
        """Note what an answer holds that was made before, and nothing besides."""
        self._found, self._noted = {}, noted

    def leave(self, services: Services, caller: Caller) -> None:
        """Write down what was noted, once; the answer may leave when this returns.

        Raises:
            DisclosureNotWritten: it may not.
        """
        taken = self.taken(services.clock, caller)
        if taken is not None:
            services.disclosures.write(*taken)

    def taken(self, clock: Callable[[], datetime], caller: Caller) -> tuple[Disclosure, Held] | None:
        """What is to be written down of what was noted, once; None of nothing."""
        noted, self._found, self._noted = self.noted, {}, None
        if noted is None:
            return None
        disclosure = Disclosure(
            at=microseconds(clock()),
            person=caller.actor,
            role=caller.role,
            organisation=caller.organisation,
            entry_point=self.entry_point,
            scope=caller.scope,
            disclosed=noted.disclosed,
        )
        return disclosure, noted.held
