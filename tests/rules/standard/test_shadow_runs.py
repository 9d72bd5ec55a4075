"""Runs of shadow re-scoring (plan S5): one at a time over a draft that holds, and a result only of a run at work."""

from decimal import Decimal
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import NOT_FOUND, Command, Rule
from domain.standard.revision.state import DRAFT_INCOMPLETE, DRAFT_STALE, Revision, RevisionKind, revision_stream
from domain.standard.shadow import (
    SHADOW_NOT_RUNNING,
    SHADOW_RUNNING,
    SHADOWS,
    CompleteShadow,
    FailShadow,
    RequestShadow,
)
from standards import authored, load_composition, retitled
from standards.edition.reader import composition_rule
from standards.shadow.tally import ShadowTally
from tests.rules.given import Given, given

KEYS = ("2023", "2023-automotive")
STANDARD = retitled(
    authored(load_composition("2023").edition, [load_composition("2023-automotive")], composition_rule("2023")), "2025", "新版"
)
DRAFT = Revision(
    kind=RevisionKind.REVISION,
    base="2023",
    bases={key: load_composition(key).edition.digest for key in KEYS},
    key="2025",
    title="新版",
    standard=STANDARD,
    draft_version=3,
)
ASKED = RequestShadow(revision="r1", draft_version=3)


def completed(number: int = 1) -> CompleteShadow:
    return CompleteShadow(
        revision="r1",
        number=number,
        position=12,
        rules="shadow-1",
        input_digest="a" * 64,
        result=ShadowTally().result(),
        sensitivity=(),
        movers="b" * 64,
        moved=0,
    )


def drafted(draft: Revision = DRAFT) -> Given:
    return given(SHADOWS).having_read({revision_stream("r1"): draft})


def running() -> Given:
    return drafted().when(ASKED, "city").accepted


def test_the_city_asks_and_the_fact_pins_the_draft_and_what_it_would_replace() -> None:
    [fact] = running().facts
    replaced: Any = fact
    assert (replaced.number, replaced.draft_version, replaced.draft_digest) == (1, 3, STANDARD.digest)
    assert set(replaced.replaces) == set(KEYS)
    assert not set(replaced.replaces.values()) & set(DRAFT.bases.values())


@pytest.mark.parametrize("role", ["auditor", "district", "reader", "system"])
def test_nobody_but_the_city_asks(role: str) -> None:
    drafted().when(ASKED, role).refused(ROLE_NOT_ALLOWED, role=role)


@pytest.mark.parametrize("command", [completed(), FailShadow(revision="r1", number=1, reason="x")])
def test_nobody_but_the_program_ends_a_run(command: Command) -> None:
    running().when(command, "city").refused(ROLE_NOT_ALLOWED)


def test_a_second_request_while_one_runs_is_refused() -> None:
    running().when(ASKED, "city").refused(SHADOW_RUNNING, number=1)


def test_after_the_end_of_one_the_next_may_be_asked_for() -> None:
    for ended in (completed(), FailShadow(revision="r1", number=1, reason="程序出错")):
        again = running().when(ended, "system").accepted.when(ASKED, "city")
        [fact] = again.facts
        assert getattr(fact, "number", None) == 2


def test_a_request_for_a_draft_that_has_moved_on_is_refused() -> None:
    drafted().when(RequestShadow(revision="r1", draft_version=2), "city").refused(DRAFT_STALE, current=3)


def test_a_request_over_no_revision_finds_nothing() -> None:
    given(SHADOWS).when(ASKED, "city").refused(NOT_FOUND)


def test_a_draft_that_does_not_hold_as_a_whole_is_not_re_scored() -> None:
    dimensions = [d.model_copy(update={"weight": Decimal(1)}) for d in STANDARD.plain.dimensions]
    plain = STANDARD.plain.model_copy(update={"dimensions": tuple(dimensions)})
    broken = DRAFT.model_copy(update={"standard": STANDARD.model_copy(update={"plain": plain})})
    drafted(broken).when(ASKED, "city").refused(DRAFT_INCOMPLETE)


@pytest.mark.parametrize("number", [1, 2])
def test_only_the_run_at_work_is_ended(number: int) -> None:
    rule: Rule = SHADOW_NOT_RUNNING
    ended = running().when(completed(), "system").accepted
    ended.when(completed(number), "system").refused(rule, number=number)
    running().when(FailShadow(revision="r1", number=2, reason="x"), "system").refused(rule, number=2)


def test_a_result_is_kept_as_it_was_told() -> None:
    running().when(completed(), "system").happened("shadow.completed.v1")
