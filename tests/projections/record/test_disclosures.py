"""Disclosures through a scope (plan P7): the SQL admits a row exactly where the scope admits a firm of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.access import AllOf, AnyOf, Attribute, Everything, Is, Nothing, Place, Scope, admits
from domain.disclosures import ALL_FIRMS, MASK_BITS, Disclosed, Disclosure
from journal.disclosure_log.disclosure_log import DisclosureLog
from journal.disclosure_log.stores import open_disclosures
from projections.record.disclosures import DisclosureFilter, count, disclosures

FIRMS = ("a", "b", "c")
ROLES = ("city", "enterprise", "bank")
KEPT = [
    Disclosure(number, "li", role, "unit", "Query.enterprises", Everything(), tuple(held))
    for number, (role, held) in enumerate(
        (role, [Disclosed(firm, f"enterprise/{firm}", masks) for firm in firms])
        for role in ROLES
        for firms in (("a",), ("b",), ("a", "b"), (ALL_FIRMS,), ("a", "b", "c"))
        for masks in (("revenue",), ("outcome", "trail"))
    )
]
"""Every role has read every set of firms with two sets of masks, at moments 0, 1, 2 …"""


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def log(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, new_database: Callable[..., str]
) -> Iterator[DisclosureLog]:
    folder: Path = tmp_path_factory.mktemp("log")
    opened = open_disclosures(f"sqlite:///{folder / 'd.db'}" if request.param == "sqlite" else new_database())
    for one in KEPT:
        opened.write(one)
    yield opened
    opened.close()


leaves: st.SearchStrategy[Scope] = st.one_of(
    st.just(Everything()),
    st.just(Nothing()),
    st.builds(Is, st.just(Attribute.ENTERPRISE), st.sampled_from((*FIRMS, "x"))),
)
scopes: st.SearchStrategy[Scope] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)), st.builds(AllOf, st.lists(inner, max_size=3).map(tuple))
    ),
    max_leaves=4,
)
filters = st.builds(
    DisclosureFilter,
    firm=st.sampled_from((None, None, *FIRMS)),
    role=st.none() | st.lists(st.sampled_from(ROLES), min_size=1, max_size=2),
    masks=st.none() | st.lists(st.sampled_from(tuple(MASK_BITS)), min_size=1, max_size=2),
    since=st.sampled_from((None, 0, 9)),
    until=st.sampled_from((None, 20)),
    of_others=st.booleans(),
)


def expected(scope: Scope, where: DisclosureFilter) -> list[tuple[int, tuple[Disclosed, ...]]]:
    """What a reader of the log is told, worked out from the readings themselves: (moment, what was held), latest first."""
    told = []
    for one in reversed(KEPT):
        asked = [held for held in one.disclosed if held.firm == ALL_FIRMS or where.firm in (None, held.firm)]
        seen = [held for held in asked if _inside(scope, held.firm)]
        if (
            any(where.masks is None or not set(where.masks).isdisjoint(held.masks) for held in seen)
            and (where.role is None or one.role in where.role)
            and (where.since is None or one.at >= where.since)
            and (where.until is None or one.at <= where.until)
            and not (where.of_others and one.role == "enterprise")
        ):
            told.append((one.at, tuple(seen)))
    return told


def _inside(scope: Scope, firm: str) -> bool:
    """Whether a scope admits a firm; what holds every firm is the one that each part of a scope asks for."""
    if firm != ALL_FIRMS:
        return admits(scope, Place(enterprise=firm))
    match scope:
        case AnyOf(scopes=parts):
            return any(_inside(part, firm) for part in parts)
        case AllOf(scopes=parts):
            return all(_inside(part, firm) for part in parts)
        case _:
            return not isinstance(scope, Nothing)


@settings(max_examples=150)
@given(scope=scopes, where=filters)
def test_a_row_is_told_exactly_where_the_scope_admits_a_firm_of_it(
    log: DisclosureLog, scope: Scope, where: DisclosureFilter
) -> None:
    with log.reading() as connection:
        found = disclosures(connection, scope, 1_000, where)
        assert count(connection, scope, where) == len(found)
    assert [(row.at, row.disclosed) for row in found] == expected(scope, where)


def test_pages_join_to_the_whole(log: DisclosureLog) -> None:
    scope = Is(Attribute.ENTERPRISE, "a")
    with log.reading() as connection:
        whole = disclosures(connection, scope, 1_000)
        pages = []
        before = None
        while page := disclosures(connection, scope, 7, before=before):
            pages += page
            before = page[-1].id
    assert pages == whole
    assert len(whole) == 24
    assert {one.firm for row in whole for one in row.disclosed} == {"a", ALL_FIRMS}


@pytest.mark.parametrize("attribute", [each for each in Attribute if each is not Attribute.ENTERPRISE])
def test_a_scope_of_any_other_place_is_told_nothing(log: DisclosureLog, attribute: Attribute) -> None:
    with log.reading() as connection:
        assert disclosures(connection, Is(attribute, "a"), 10) == []
        assert count(connection, Is(attribute, "a")) == 0
