"""Query budget: what is too much is refused before anything quadratic or exponential reads it."""

import time
from collections.abc import Iterator

import pytest
import strawberry
from graphql import get_introspection_query, parse

from api.kit.published import query_cost_of
from api.schema import build_schema
from api.server.field_rights import EVERYONE, resolve_rights
from api.server.query_cost import Limits, over_budget
from api.server.query_documents import Documents, Unacceptable

LIMITS = Limits()


@strawberry.type
class PageInfo:
    has_next_page: bool


@strawberry.type
class Item:
    name: str


@strawberry.type
class Thing:
    name: str
    code: int
    items: list[Item]

    @strawberry.field
    def other(self) -> "Thing":
        return self


@strawberry.type
class Things:
    nodes: list[Thing]
    page_info: PageInfo


@strawberry.type
class Query:
    @strawberry.field
    def things(self, first: int | None = None) -> Things:
        return Things(nodes=[], page_info=PageInfo(has_next_page=first is None))

    @strawberry.field
    def thing(self) -> Thing:
        return Thing(name="", code=1, items=[])


SCHEMA = strawberry.Schema(Query)._schema  # noqa: SLF001 - the executable schema has no public name
RIGHTS = resolve_rights(SCHEMA, {f"{name}.*": EVERYONE for name in ("Query", "Things", "Thing", "Item", "PageInfo")})


def exceeded(query: str, limits: Limits = LIMITS) -> dict[str, int]:
    """Measure -> what it came to, of every limit exceeded."""
    errors = over_budget(SCHEMA, parse(query), limits)
    return {(e.extensions or {})["measure"]: (e.extensions or {})["actual"] for e in errors}


def cost(query: str) -> int:
    return exceeded(query, Limits(cost=0))["cost"]


def test_a_page_counts_as_its_first_times_what_is_below() -> None:
    assert cost("{ things(first: 50) { nodes { name code } } }") == 1 + 50 * (1 + 2)
    assert cost("{ things(first: 50) { pageInfo { hasNextPage } nodes { name } } }") == 1 + 50 * (2 + 2)


def test_a_page_without_first_counts_as_the_usual_page() -> None:
    assert cost("{ things { nodes { name } } }") == 1 + LIMITS.usual_page * 2


def test_a_page_sized_by_a_variable_counts_as_the_largest_page() -> None:
    assert cost("query ($n: Int) { things(first: $n) { nodes { name } } }") == 1 + LIMITS.largest_page * 2


def test_a_list_outside_a_connection_counts_as_a_usual_list() -> None:
    assert cost("{ thing { items { name } } }") == 1 + (1 + LIMITS.list_length * 1)


def test_a_page_of_a_hundred_with_ordinary_fields_fits() -> None:
    assert exceeded("{ things(first: 100) { nodes { name code items { name } other { name code } } } }") == {}


def test_the_same_page_with_lists_inside_lists_does_not_fit() -> None:
    query = "{ things(first: 100) { nodes { items { name } other { items { name } other { items { name } } } } } }"
    assert exceeded(query, Limits(cost=5_000)) == {"cost": 1 + 100 * (1 + 21 + 1 + 21 + 1 + 21)}


@pytest.mark.parametrize("query", [get_introspection_query(), get_introspection_query(descriptions=False)])
def test_the_standard_introspection_query_fits(query: str) -> None:
    assert exceeded(query) == {}


GRAPHIQL = get_introspection_query(
    specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
)


def test_what_graphiql_asks_on_opening_fits_and_validates() -> None:
    documents = Documents(SCHEMA, RIGHTS, {}, LIMITS)
    assert documents.prepare(GRAPHIQL, "IntrospectionQuery").roles == EVERYONE


def test_types_of_fields_of_types_of_fields_are_refused() -> None:
    assert exceeded("{ __schema { types { fields { type { fields { name } } } } } }") == {"introspection": 2}


def test_what_computes_weighs_besides_its_selection_what_was_measured() -> None:
    """A roster is read and a report set in a process apart: whoever waits for that waits among what costs much."""
    kinds = build_schema()._schema.type_map.items()  # noqa: SLF001 - as above
    fields = {f"{kind}.{name}": one for kind, made in kinds for name, one in getattr(made, "fields", {}).items()}
    costs = {name: query_cost_of(one.extensions.get("strawberry-definition")) for name, one in fields.items()}
    assert {name: cost for name, cost in costs.items() if cost} == {
        "Query.cheapestImprovement": 8_000,
        "Gate.lift": 50,
        "Gate.liftProven": 50,
        "Query.editions": 700,
        "Query.disclosures": 100,
        "Person.name": 20,
        "Mutation.importRoster": 5_000,
        "Mutation.issueReport": 5_000,
        "Mutation.confirmReport": 5_000,
    }


def test_a_field_that_computes_counts_once_for_each_time_that_it_is_resolved() -> None:
    schema = build_schema()._schema  # noqa: SLF001 - as above
    queries = (f"{{ people(first: {many}) {{ nodes {{ name }} }} }}" for many in (1, 3))
    found = [over_budget(schema, parse(query), Limits(cost=0)) for query in queries]
    one, three = ((errors[0].extensions or {})["actual"] for errors in found)
    assert three - one == 2 * (1 + 1 + 20), "a page counts its nodes, and of each the name with what unsealing it takes"


def test_introspection_many_times_over_is_refused() -> None:
    query = "{" + " ".join(f"a{i}: __schema {{ types {{ name }} }}" for i in range(5)) + "}"
    assert exceeded(query) == {"cost": 25_000}


def test_depth_is_counted_through_fragments_and_inline_fragments() -> None:
    query = "{ thing { ...f } } fragment f on Thing { ... { other { ... on Thing { other { name } } } } }"
    assert exceeded(query, Limits(depth=3)) == {"depth": 4}


def test_aliases_are_counted_each_time_a_fragment_is_spread() -> None:
    query = "{ thing { ...f other { ...f } } } fragment f on Thing { a: name b: name }"
    assert exceeded(query, Limits(aliases=3)) == {"aliases": 4}


def test_root_fields_are_limited() -> None:
    assert exceeded("{" + "thing { name } " * 11 + "}") == {"roots": 11}


def bomb(levels: int) -> str:
    """Each fragment spreads the next one twice: expanded, 2 ** levels fields."""
    links = " ".join(f"fragment f{i} on Thing {{ name ...f{i + 1} ...f{i + 1} }}" for i in range(levels))
    return f"{{ thing {{ ...f0 }} }} {links} fragment f{levels} on Thing {{ name }}"


def test_a_fragment_bomb_is_weighed_in_one_visit_a_fragment() -> None:
    """Without the memory of fragments, 28 levels are a quarter of a billion visits."""
    before = time.process_time()
    assert exceeded(bomb(28), Limits(depth=50))["cost"] == 2**29
    assert time.process_time() - before < 2


def test_a_chain_of_fragments_longer_than_the_stack_is_refused() -> None:
    assert "depth" in exceeded(bomb(250), Limits(written=10_000))


def test_fragments_that_spread_one_another_in_a_circle_are_left_to_the_rule_that_names_them() -> None:
    query = "{ thing { ...f } } fragment f on Thing { name ...g } fragment g on Thing { ...f }"
    assert exceeded(query) == {}
    with pytest.raises(Unacceptable) as refused:
        Documents(SCHEMA, RIGHTS, {}, LIMITS).prepare(query, None)
    assert "Cannot spread fragment 'f' within itself" in str(refused.value.errors[0])


def attacks() -> Iterator[tuple[str, str]]:
    """Documents that make some validation rule, or a naive budget, work for seconds."""
    yield "fragment bomb", bomb(28)
    yield "long fragment bomb", bomb(280)
    yield "same field", "{ thing { " + "name " * 12_000 + "} }"
    yield "same field under aliases", "{ thing { " + " ".join(f"a{i}: name" for i in range(3_000)) + "} }"
    yield "directives", "{ thing { name " + "@skip(if: false) " * 1_400 + "} }"
    yield "unknown directives", "{ thing { name " + "@a " * 5_000 + "} }"
    yield "deep", "{ thing " + "{ other " * 700 + "{ name }" + "}" * 700 + "}"
    yield "deeper than the parser", "{ thing " + "{ other " * 2_900 + "{ name }" + "}" * 2_900 + "}"
    yield (
        "wide fragments",
        "{ thing { "
        + " ".join(f"...f{i}" for i in range(290))
        + " } } "
        + " ".join(f"fragment f{i} on Thing {{ name }}" for i in range(290)),
    )
    yield "comments", "#\n" * 15_000 + "{ thing { name } }"
    yield "variables", "query (" + " ".join(f"$v{i}: Int" for i in range(1_400)) + ") { thing { name } }"
    yield (
        "introspection bomb",
        "{ __schema { types { ...f0 } } } "
        + " ".join(
            f"fragment f{i} on __Type {{ ofType {{ ...f{i + 1} }} ofType {{ ...f{i + 1} }} }}" for i in range(25)
        )
        + " fragment f25 on __Type { name }",
    )
    yield "deep list literal", "{ things(first: " + "[" * 1_400 + "]" * 1_400 + ") { nodes { name } } }"
    yield "many operations", " ".join(f"query q{i} {{ thing {{ name }} }}" for i in range(600))


ATTACKS = dict(attacks())


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_document_is_refused_in_a_moment(name: str) -> None:
    before = time.process_time()
    with pytest.raises(Unacceptable):
        Documents(SCHEMA, RIGHTS, {}, LIMITS).prepare(ATTACKS[name], None)
    assert time.process_time() - before < 1.5


def test_the_worst_document_within_the_limits_still_validates_in_a_moment() -> None:
    query = "{ thing { " + "name " * (LIMITS.written - 3) + "} }"
    before = time.process_time()
    Documents(SCHEMA, RIGHTS, {}, LIMITS).prepare(query, None)
    assert time.process_time() - before < 1.5


def test_an_acceptable_document_is_prepared_once() -> None:
    documents = Documents(SCHEMA, RIGHTS, {}, LIMITS)
    first = documents.prepare("{ thing { name } }", None)
    assert documents.prepare("{ thing { name } }", None) is first


def test_the_operation_is_chosen_by_name_and_judged_by_itself() -> None:
    documents = Documents(SCHEMA, RIGHTS, {}, LIMITS)
    query = "query A { thing { ...f } } query B { things { nodes { name } } } fragment f on Thing { code }"
    assert documents.prepare(query, "A").coordinates == {"Query.thing", "Thing.code"}
    assert documents.prepare(query, "B").coordinates == {"Query.things", "Things.nodes", "Thing.name"}
    for name in (None, "C"):
        with pytest.raises(Unacceptable):
            documents.prepare(query, name)
