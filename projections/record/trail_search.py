"""Search of the trail 轨迹检索: by the words of its sentences, which are put together as they are read. plan P5.

A word is looked for in what a sentence of its kind always says, in whom it names, and in the actor's reason; what else is filled
in, such as a number or a day, is not searched.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from sqlalchemy import false, literal, or_, select
from sqlalchemy.sql import ColumnElement, FromClause

from domain.access import ROLE_NAMES
from domain.participants.enterprises import plain
from journal.codec import EVENT_OF
from projections.engine.snapshot import Snapshot
from projections.participants.organisations import ORGANISATIONS

FILLED_IN = re.compile(r"\{[^{}]*\}")
NAMED = ("provider", "organisation", "bank")
"""Fields of a fact whose organisation its sentence may tell by name."""
OPERATOR = ("运维人员", "The operator")
"""Who acts at the machine itself, in both languages."""


@cache
def _always_said() -> Mapping[str, str]:
    """Stored name -> what every sentence of it says, and what its kind is called, in both languages."""
    found = {}
    for name, event in EVENT_OF.items():
        called = (event.__doc__ or "").partition("\n")[0]
        found[name] = "\n".join(plain(FILLED_IN.sub("\n", one)) for one in (event.says, event.says_in_english, called))
    return found


@cache
def _telling(field: str) -> tuple[str, ...]:
    """Stored names of the facts whose sentence tells the organisation of a field."""
    return tuple(sorted(name for name, event in EVENT_OF.items() if f"{{{field}:organisation" in event.says))


def holding_words(snapshot: Snapshot, entries: FromClause, text: str) -> Iterator[ColumnElement[bool]]:
    """The conditions that the sentence of an entry, or its reason, holds every word of a text; words are parted by blanks."""
    units = snapshot[ORGANISATIONS]
    for word in dict.fromkeys(text.split()):
        sought = plain(word)
        named = units.c.name.icontains(word, autoescape=True)
        yield or_(
            *_told_alike(entries, sought),
            entries.c.reason.icontains(word, autoescape=True),
            entries.c.organisation.in_(select(units.c.id).where(named)),
            *(
                entries.c.type.in_(_telling(field))
                & select(units.c.id).where(named, _states(entries.c.data, field, units.c.id)).correlate(entries).exists()
                for field in NAMED
            ),
        )


def _told_alike(entries: FromClause, sought: str) -> Iterator[ColumnElement[bool]]:
    """The conditions that the kind of an entry or its actor is told with a word; false where none is."""
    yield false()
    if kinds := sorted(name for name, said in _always_said().items() if sought in said):
        yield entries.c.type.in_(kinds)
    if roles := sorted(role.value for role, names in ROLE_NAMES.items() if any(sought in plain(name) for name in names)):
        yield entries.c.role.in_(roles)
    if any(sought in plain(one) for one in OPERATOR):
        yield entries.c.actor.startswith("operator-", autoescape=True)


def _states(data: ColumnElement[Any], field: str, identity: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a fact as it is stored states an organisation in a field."""
    return data.contains(literal(f'"{field}":"') + identity + '"')
