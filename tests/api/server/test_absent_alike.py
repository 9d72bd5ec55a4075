"""Absent and foreign alike (plan P7): to whom a thing is not shown, its id costs the same statements as one of nothing at all.

Every kind of thing and every command that names one, by everybody to whom it answers that there is none. Statements are counted and
no time is measured: a count is the same on every machine (`benchmarks/absent.py` measures).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import get_ident
from typing import Any

import pytest
from sqlalchemy import Engine, event

from api.kit.ids import key_of
from tests.api.hidden_things import HIDDEN_FROM, NOTHING, commands_on_things, is_none
from tests.api.server.test_nodes import NODE, everything
from tests.live_city import LiveCity

ASKED_OF_THE_JOURNAL = ("look", "read", "read_many", "neighbour", "snapshot", "head", "outcome")
ONE_LOOK_MORE = frozenset({"draftCaseStudy", "handOverMembership", "openDiagnosis"})
"""Commands that read what a firm or a person names: of nothing its neighbour is read in its place, which may name less. Open."""
TRIES = 3
"""What differs each time differs by the thing; on a busy machine a look at what others wrote meanwhile comes in once."""
REACHED = 60
"""Things and commands at least that are answered as none: fewer, and this tries nothing."""


@contextmanager
def counted(city: LiveCity, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What this thread asks of the journal and the read models meanwhile, each statement by its text; others follow the journal."""
    told, own = list[str](), get_ident()

    def executed(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if get_ident() == own:
            told.append(statement)

    def written_down(name: str, real: Any) -> Any:
        def asked(*arguments: Any, **named: Any) -> Any:
            if get_ident() == own:
                told.append(name)
            return real(*arguments, **named)

        return asked

    journal = city.installation.services.journal
    with monkeypatch.context() as patched:
        for name in ASKED_OF_THE_JOURNAL:
            if hasattr(journal, name):
                patched.setattr(journal, name, written_down(name, getattr(journal, name)), raising=False)
        event.listen(Engine, "before_cursor_execute", executed)
        try:
            yield told
        finally:
            event.remove(Engine, "before_cursor_execute", executed)


def work(city: LiveCity, monkeypatch: pytest.MonkeyPatch, who: str, query: str, given: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """The answer to an operation that was sent once before, so that nothing is prepared any more, and its statements."""
    city.ask(who, query, **given)
    with counted(city, monkeypatch) as told:
        answer = city.ask(who, query, **given)
    return answer, sorted(told)


def test_a_thing_that_is_not_shown_is_read_with_the_statements_of_none(city: LiveCity, monkeypatch: pytest.MonkeyPatch) -> None:
    things, hidden, uneven = everything(city), 0, list[Any]()
    for who in HIDDEN_FROM:
        for kind, ids in things.items():
            for identity in ids:
                answer, foreign = work(city, monkeypatch, who, NODE, {"id": identity})
                if answer["data"]["node"] is not None:
                    continue
                hidden += 1
                absent = work(city, monkeypatch, who, NODE, {"id": f"{kind}/{NOTHING}"})[1]
                if foreign != absent:
                    uneven.append((who, identity, _differ(foreign, absent)))
    assert uneven == []
    assert hidden > REACHED


def test_a_command_on_a_thing_that_is_not_the_senders_asks_what_one_on_nothing_asks(
    city: LiveCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, uneven = 0, list[Any]()
    for asked in commands_on_things(everything(city)):
        for _ in range(TRIES):
            (foreign, more), (absent, less) = (
                work(city, monkeypatch, asked.who, asked.query, asked.given(one, city.today))
                for one in (asked.ids[0], f"{asked.kind}/{NOTHING}")
            )
            if (foreign, more) == (absent, less) or not is_none(foreign, asked.command):
                break
        if not is_none(foreign, asked.command):
            continue
        reached += 1
        if (foreign, more) != (absent, less):
            uneven.append((asked.command, asked.field, asked.who, key_of(asked.ids[0], asked.kind), absent, _differ(more, less)))
    assert {one[0] for one in uneven} <= ONE_LOOK_MORE, uneven
    assert all(set(more) <= {"look", "snapshot"} and not less for *_, (more, less) in uneven), uneven
    assert reached > REACHED


def _differ(one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    """What each holds that the other does not."""
    more = [text for text in set(one + other) if one.count(text) > other.count(text)]
    return more, [text for text in set(one + other) if other.count(text) > one.count(text)]
