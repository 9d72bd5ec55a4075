"""Revising 修订 (plan S1–S5), as properties: any set of changes gives what a hand would write, in any order that may not matter."""

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.kernel import fold
from domain.standard.editions import EDITIONS
from domain.standard.revision.revision import REVISIONS, evolve
from journal.codec import decode, encode
from standards import (
    AuthoredStandard,
    ChangeRefused,
    Edition,
    EditionText,
    NotAuthored,
    StandardChange,
    authored,
    changed,
    clause_of,
    compose,
    composed,
    composition_rule,
    load,
    load_composition,
    published_editions,
    stated_at,
)
from standards.revising.changes import (
    AddIndicator,
    BriefForm,
    DropIndicator,
    GateSetting,
    IndicatorText,
    IndicatorWeight,
    KeyIndicator,
    LevelDescriptor,
    LevelPoints,
    RestoreIndicator,
    TotalBands,
    UpperBounds,
    collides,
)
from tests.rules import revisions as cases
from tests.rules.revisions import STANDARD, city, shifted

PLAIN = load("2023")
WHY = "试行反馈"
ONE: TypeAdapter[StandardChange] = TypeAdapter(StandardChange)


def change(kind: type[Any], **values: Any) -> StandardChange:
    return kind.model_validate({"reason": WHY, **values})  # type: ignore[no-any-return]


IDS = [item.id for item in PLAIN.indicators]
BANDED = [item.id for item in PLAIN.indicators if item.upper_bounds]
words = st.text("数字化转型诊断标准", min_size=1, max_size=12)
plain_changes = st.one_of(
    st.builds(lambda i, w: change(IndicatorWeight, indicator=i, weight=w), st.sampled_from(IDS), st.integers(1, 40)),
    st.builds(
        lambda i, n, t: change(LevelDescriptor, indicator=i, descriptor=n, text=t), st.sampled_from(IDS), st.integers(1, 5), words
    ),
    st.builds(
        lambda i, m, t: change(IndicatorText, indicator=i, member=m, text=t),
        st.sampled_from(IDS),
        st.sampled_from(("name", "subdimension", "evidence", "maps_to")),
        words,
    ),
    st.builds(lambda i, yes: change(KeyIndicator, indicator=i, is_key=yes), st.sampled_from(IDS), st.booleans()),
    st.builds(lambda i, yes: change(BriefForm, indicator=i, in_brief=yes), st.sampled_from(IDS), st.booleans()),
    st.builds(
        lambda i, bounds: change(UpperBounds, indicator=i, upper_bounds=sorted(bounds)),
        st.sampled_from(BANDED),
        st.sets(st.integers(0, 100), min_size=4, max_size=4),
    ),
    st.builds(lambda bands: change(TotalBands, bands=sorted(bands)), st.sets(st.integers(0, 100), min_size=10, max_size=10)),
    st.builds(lambda p: change(LevelPoints, level="1.5", points=p), st.integers(31, 49)),
    st.builds(lambda v: change(GateSetting, gate="breadth", setting="at_least", value=str(v)), st.integers(1, 5)),
    st.builds(
        lambda v: change(GateSetting, gate="security.GATE_SECURITY_GRADING", setting="from_level", value=str(v)), st.integers(2, 5)
    ),
    st.builds(lambda i: change(DropIndicator, indicator=i), st.sampled_from(IDS)),
    st.builds(
        lambda i, like: change(AddIndicator, item=PLAIN.by_id[like].model_dump() | {"id": i}),
        st.sampled_from(("A50", "C50", "Z00", "Z99")),
        st.sampled_from(IDS),
    ),
)
automotive_changes = st.one_of(
    st.builds(
        lambda i, w: change(IndicatorWeight, industry="automotive", indicator=i, weight=w), st.sampled_from(IDS), st.integers(1, 40)
    ),
    st.builds(lambda i: change(DropIndicator, industry="automotive", indicator=i), st.sampled_from([*IDS, "A01"])),
    st.builds(
        lambda i, like: change(AddIndicator, industry="automotive", item=PLAIN.by_id[like].model_dump() | {"id": i}),
        st.sampled_from(("A60", "A61")),
        st.sampled_from(IDS),
    ),
    st.just(change(RestoreIndicator, industry="automotive", indicator="C08")),
    st.just(change(KeyIndicator, industry="automotive", indicator="A02", is_key=True)),
)
any_change = st.one_of(plain_changes, automotive_changes)


def apart(changes: list[StandardChange]) -> list[StandardChange]:
    """The changes that collide with none before them."""
    found: list[StandardChange] = []
    for one in changes:
        if not any(collides(one, other) for other in found):
            found.append(one)
    return found


def by_hand(edition: Edition, changes: list[StandardChange]) -> dict[str, Any]:
    """The edition's own data with the values written into the places that the clauses name, by nothing but their paths."""
    text = edition.model_dump()
    for one in changes:
        if isinstance(one, AddIndicator):
            text["indicators"] = [*text["indicators"], one.item.model_dump()]
            continue
        if isinstance(one, DropIndicator):
            text["indicators"] = [item for item in text["indicators"] if item["id"] != one.indicator]
            continue
        value = VALUES[type(one)](one)
        match clause_of(one).split("."):
            case ["indicators", identity, "levels", number]:
                levels = list(line(text, identity)["levels"])
                levels[int(number) - 1] = value
                line(text, identity)["levels"] = levels
            case ["indicators", identity, member]:
                line(text, identity)[member] = value
            case ["gates", "security", code, setting]:
                next(gate for gate in text["gates"]["security"] if gate["code"] == code)[setting] = value
            case ["gates", gate, setting]:
                text["gates"][gate][setting] = value
            case ["points", *level]:
                text["points"][Decimal(".".join(level))] = value
            case [member]:
                text[member] = value
    dimensions = [dimension["id"] for dimension in text["dimensions"]]
    text["indicators"] = sorted(text["indicators"], key=lambda item: (dimensions.index(item["dimension"]), item["id"]))
    return text


def line(text: dict[str, Any], identity: str) -> dict[str, Any]:
    return next(item for item in text["indicators"] if item["id"] == identity)


VALUES: dict[type[Any], Callable[[Any], Any]] = {
    IndicatorWeight: lambda one: one.weight,
    LevelDescriptor: lambda one: one.text,
    IndicatorText: lambda one: one.text,
    KeyIndicator: lambda one: one.is_key,
    BriefForm: lambda one: one.in_brief,
    UpperBounds: lambda one: one.upper_bounds,
    TotalBands: lambda one: one.bands,
    LevelPoints: lambda one: one.points,
    GateSetting: lambda one: one.value,
}


@settings(max_examples=150)
@given(st.lists(plain_changes, max_size=8))
def test_any_changes_give_the_text_that_a_hand_would_write_and_an_edition_exactly_where_that_is_one(
    wanted: list[StandardChange],
) -> None:
    changes = apart(wanted)
    draft, hand = changed(STANDARD, changes), by_hand(PLAIN, changes)
    assert draft.plain.digest == EditionText.model_validate(hand).digest
    try:
        edition = Edition.model_validate(hand)
    except ValidationError:
        assert draft.plain.problems
        assert composed(draft).compositions == ()
    else:
        assert draft.plain.problems == ()
        assert [one.edition.digest for one in composed(draft).compositions][:1] in ([], [edition.digest])


@settings(max_examples=40)
@given(st.lists(any_change, min_size=2, max_size=4))
def test_changes_of_different_clauses_give_the_same_in_every_order_together_and_one_by_one(
    wanted: list[StandardChange],
) -> None:
    changes: list[StandardChange] = []
    for one in apart(wanted):
        try:
            changed(STANDARD, [*changes, one])
        except ChangeRefused:
            continue
        changes.append(one)
    together = changed(STANDARD, changes)
    for order in permutations(changes):
        assert changed(STANDARD, order) == together
        draft = STANDARD
        for one in order:
            draft = changed(draft, [one])
        assert draft.digest == together.digest


@settings(max_examples=100)
@given(any_change, any_change)
def test_changes_that_collide_are_refused_together_in_either_order(one: StandardChange, other: StandardChange) -> None:
    assert collides(one, other) == collides(other, one)
    if collides(one, other):
        for pair in ((one, other), (other, one)):
            with pytest.raises(ChangeRefused) as refused:
                changed(STANDARD, pair)
            assert refused.value.fault == "collides"


@settings(max_examples=100)
@given(any_change)
def test_a_change_survives_its_stored_form_and_what_it_states_is_read_back_at_its_clause(one: StandardChange) -> None:
    assert ONE.validate_json(ONE.dump_json(one)) == one
    try:
        draft = changed(STANDARD, [one])
    except ChangeRefused:
        return
    told = stated_at(draft, one.industry, clause_of(one))
    gone = isinstance(one, DropIndicator) and (one.industry is None or one.indicator == "A01")
    assert (told is None) == (gone or isinstance(one, RestoreIndicator))
    assert (stated_at(STANDARD, one.industry, clause_of(one)) == told) == (draft == STANDARD)


@settings(max_examples=30)
@given(st.lists(st.lists(plain_changes, min_size=1, max_size=3), max_size=4))
def test_a_draft_folded_from_its_stored_facts_is_the_draft_that_was_decided(sets: list[list[StandardChange]]) -> None:
    case = cases.drafted()
    facts = list(case.facts)
    for wanted in sets:
        case = city(case, cases.changing(*apart(wanted), version=case.state.draft_version))
        if not isinstance(case.outcome, Exception):
            facts += case.facts
    stored = [(fact.type, encode(fact)) for fact in facts]  # type: ignore[union-attr, arg-type]
    again = fold(evolve, [decode(REVISIONS, name, state) for name, state in stored])  # type: ignore[misc]
    assert again == case.state


def test_what_is_published_is_to_the_bit_what_the_draft_composed_to() -> None:
    case = city(cases.approved(), cases.publishing(), at=cases.AFTERWARDS)
    expected = {one.edition.key: one.edition.digest for one in composed(case.state.standard).compositions}
    decoded = {}
    for fact in case.facts[1:]:
        event = fact.event  # type: ignore[union-attr]
        if event.type.endswith("published.v1"):
            decoded[event.edition.key] = decode(EDITIONS, event.type, encode(event))
    assert {key: event.edition.digest for key, event in decoded.items()} == expected  # type: ignore[attr-defined]
    assert {key: event.digest for key, event in decoded.items()} == expected  # type: ignore[attr-defined]


def test_every_published_industry_edition_is_read_back_into_its_overlay() -> None:
    keys = [key for key in published_editions() if key.startswith("2023-")]
    found = authored(PLAIN, [load_composition(key) for key in keys], composition_rule("2023"))
    assert [one.edition.digest for one in composed(found).compositions] == [load(key).digest for key in ("2023", *keys)]


def test_an_edition_whose_origins_leave_a_change_out_is_not_read_back() -> None:
    found = load_composition("2023-automotive")
    told = tuple(one.model_copy(update={"changes": ()}) for one in found.origins)
    with pytest.raises(NotAuthored) as refused:
        authored(PLAIN, [found.model_copy(update={"origins": told})], composition_rule("2023"))
    assert refused.value.key == "2023-automotive"


def test_an_industry_follows_the_plain_part_where_it_states_nothing_of_its_own() -> None:
    draft = changed(STANDARD, shifted(2))
    plain, automotive, _ = (one.edition for one in composed(draft).compositions)
    assert [d.weight for d in automotive.dimensions] == [d.weight for d in plain.dimensions]
    again = compose(plain, draft.overlay_of["automotive"], draft.rule)
    assert again.edition.digest == automotive.digest


def test_a_line_that_an_industry_takes_as_the_plain_part_has_it_again_is_stated_nowhere() -> None:
    assert stated_at(STANDARD, "automotive", "indicators.C08.weight_in_dimension") == "8.5"
    draft = changed(STANDARD, [change(RestoreIndicator, industry="automotive", indicator="C08")])
    assert stated_at(draft, "automotive", "indicators.C08.weight_in_dimension") is None
    assert composed(draft).problems == ()


def test_the_draft_that_was_changed_stays_as_it_was() -> None:
    before = deepcopy(STANDARD)
    changed(STANDARD, shifted())
    assert isinstance(before, AuthoredStandard)
    assert before == STANDARD
