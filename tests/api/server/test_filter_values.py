"""Filters (plan P1): a value that is none of its kind is refused with those that are, never answered by an empty list."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLNamedType, get_named_type
from strawberry.types.base import StrawberryObjectDefinition

from api.kit.ids import id_of, key_of
from api.server.operations import Operations
from domain.diagnosis.case_numbers import case_number
from projections.engine.filters import OF, PUBLISHED_AS
from tests.live_city import DOCUMENTS, ENTERPRISE, OTHER_ENTERPRISE, RIGHTS, SCHEMA, LiveCity

REFUSED = {
    "DiagnosisFilter.district": "{ diagnoses(filter: {district: %s}) { totalCount } }",
    "EnterpriseFilter.district": "{ enterprises(filter: {district: %s}) { totalCount } }",
    "Query.appraisalFirms(district)": "{ appraisalFirms(year: 2024, district: %s) { totalCount } }",
    "Query.implementations(district)": "{ implementations(standard: DCMM, district: %s) { totalCount } }",
    "Query.directory(industry)": "{ directory(industry: %s) { totalCount } }",
    "EnterpriseFilter.industry": "{ enterprises(filter: {industry: %s}) { totalCount } }",
    "ParticipationFilter.district": "{ participations(filter: {district: %s}) { totalCount } }",
    "Query.externalResults(model)": "{ externalResults(model: %s) { totalCount } }",
    "Query.auditTrail(kind)": "{ auditTrail(kind: %s, first: 1) { nodes { type } } }",
}
"""Filter -> a query by it."""
FREE = {
    "DiagnosisFilter.caseNumber": "refused where its check digit is wrong; absent and out of scope answer alike",
    "EnterpriseFilter.text": "part of a name",
    "EnterpriseFilter.uscc": "a code that a list states: absent and out of scope answer alike",
    "Query.auditTrail(text)": "words of a sentence or a reason",
    **dict.fromkeys(
        ("LinkFilter.source", "LinkFilter.target"), "any thing by its id or code: absent and out of scope answer alike"
    ),
    "Query.resultCredentials(number)": "a number that nobody has to know: absent and out of scope answer alike",
}
"""Filter -> why any text may be sent."""


def test_every_filter_that_is_a_text_is_refused_what_it_does_not_know_or_says_why_not() -> None:
    schema = SCHEMA._schema  # noqa: SLF001 - strawberry has no other way to it
    found = set()
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType) and kind.name.endswith("Filter"):
            found |= {f"{kind.name}.{name}" for name, field in kind.fields.items() if _is_text(get_named_type(field.type))}
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        if not get_named_type(field.type).name.endswith("Connection"):
            continue
        for argument, given in field.args.items():
            if _is_text(get_named_type(given.type)) and argument not in ("after", "before", "atLeast", "asOf"):
                found.add(f"Query.{name}({argument})")
    assert found == REFUSED.keys() | FREE.keys()


def _is_text(kind: GraphQLNamedType) -> bool:
    return kind.name == "String"


@pytest.mark.parametrize("city", ["sqlite"], indirect=True)
def test_a_misspelt_value_is_refused_with_the_list_of_those_allowed(city: LiveCity) -> None:
    for filtered, query in REFUSED.items():
        [error] = city.ask("city", query % '"no-such"')["errors"]
        assert error["extensions"]["code"] == "FILTER_VALUE_UNKNOWN", filtered
        assert "no-such" in error["message"], filtered
        if "district" in filtered:
            for amiss in ('"松江区"', '"310103"', '""', '"organisation/999999"'):
                [error] = city.ask("city", query % amiss)["errors"]
                assert error["extensions"]["code"] == "FILTER_VALUE_UNKNOWN", (filtered, amiss)
            assert city.data("city", query % '"organisation/310117"') == city.data("city", query % '"310117"'), filtered
    [error] = city.ask("city", "{ diagnoses(filter: {status: CONFIRMD}) { totalCount } }")["errors"]
    assert "CONFIRMED" in error["message"]
    for bounds in ("to: 11", "from: -1"):
        query = f"{{ diagnoses(filter: {{grade: {{{bounds}}}}}) {{ totalCount }} }}"
        assert city.ask("city", query)["errors"][0]["extensions"]["code"] == "FILTER_VALUE_UNKNOWN"


@pytest.mark.parametrize("city", ["sqlite"], indirect=True)
def test_a_right_value_is_looked_for(city: LiveCity) -> None:
    query = """{ diagnoses(filter: {status: [OPEN, SUBMITTED], grade: {from: 0, to: 3}}) { totalCount }
      organisations(kind: PROVIDER) { totalCount }
      enterprises(filter: {industry: ["C3", "C26"], district: "310117", sizeClass: [MEDIUM]}) { totalCount }
      both: organisations(kind: [PROVIDER, DISTRICT]) { totalCount }
      auditTrail(kind: ["diagnosis.op", "enterprise."], role: [CITY, SYSTEM], first: 1) { nodes { type } }
      disclosures(role: [CITY, DISTRICT], mask: [REVENUE, CONTACTS], person: ["city", "district"]) { totalCount } }"""
    found = city.data("city", query)
    kinds = "{ p: organisations(kind: PROVIDER) { totalCount } d: organisations(kind: DISTRICT) { totalCount } }"
    one = city.data("city", kinds)
    assert found["both"]["totalCount"] == one["p"]["totalCount"] + one["d"]["totalCount"] > one["p"]["totalCount"] > 0


BY_NUMBER = "query($number: String!) { diagnoses(filter: {caseNumber: $number}) { totalCount nodes { id caseNumber } } }"


def test_a_case_is_found_by_the_number_said_on_the_telephone_within_the_scope_alone(city: LiveCity) -> None:
    diagnosis = city.opened()
    number = case_number(key_of(diagnosis, "diagnosis"))
    for said in (number, number.replace("-", "")):
        found = city.data("district", BY_NUMBER, number=said)["diagnoses"]
        assert found == {"totalCount": 1, "nodes": [{"id": diagnosis, "caseNumber": number}]}
    nobodys = case_number("no such diagnosis")
    nothing = {"totalCount": 0, "nodes": []}
    assert city.data("district", BY_NUMBER, number=nobodys)["diagnoses"] == nothing
    for outside in ("pudong", "stranger", "rival"):
        assert city.data(outside, BY_NUMBER, number=number)["diagnoses"] == nothing
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    for who in ("district", "stranger"):
        [error] = city.ask(who, BY_NUMBER, number=wrong)["errors"]
        assert error["extensions"]["code"] == "CASE_NUMBER_MISTYPED"


NOTHING_ADMITTED = (
    "{ diagnoses(filter: {status: []}) { totalCount } }",
    "{ diagnoses(filter: {grade: {from: 5, to: 3}}) { totalCount } }",
    "{ enterprises(filter: {district: []}) { totalCount } }",
    "{ organisations(kind: []) { totalCount } }",
    "{ auditTrail(role: []) { totalCount } }",
    "{ disclosures(mask: []) { totalCount } }",
)
NO_SUCH_UNIT = (
    '{ liaisonNetwork(above: "nowhere") { totalCount } }',
    '{ enterprises(filter: {park: ["nowhere"]}) { totalCount } }',
    '{ enterprises(filter: {park: ["g1"]}) { totalCount } }',
    '{ enterprises(filter: {group: ["organisation/nothing"]}) { totalCount } }',
    '{ diagnoses(filter: {provider: ["p1", "nobody"]}) { totalCount } }',
    '{ diagnoses(filter: {reportingUnit: ["nowhere"]}) { totalCount } }',
)


@pytest.mark.parametrize("city", ["sqlite"], indirect=True)
def test_what_admits_nothing_and_units_that_there_are_not_are_refused(city: LiveCity) -> None:
    for queries, code in ((NOTHING_ADMITTED, "FILTER_ADMITS_NOTHING"), (NO_SUCH_UNIT, "FILTER_UNIT_UNKNOWN")):
        for query in queries:
            [error] = city.ask("city", query)["errors"]
            assert error["extensions"]["code"] == code, query


def _naming() -> Iterator[tuple[str, str]]:
    """Of every field of a filter that names things: the kind of them, and a query by it with a place for an id."""
    schema = SCHEMA._schema  # noqa: SLF001 - as above
    assert schema.query_type is not None
    for asked, how in schema.query_type.fields.items():
        definition = SCHEMA.get_type_by_name(get_named_type(how.args["filter"].type).name) if "filter" in how.args else None
        if isinstance(definition, StrawberryObjectDefinition):
            for one in fields(definition.origin):
                for kind in one.metadata.get(OF) or ():
                    name = one.metadata.get(PUBLISHED_AS) or SCHEMA.config.name_converter.apply_naming_config(one.name)
                    yield kind, f'{{ {asked}(filter: {{{name}: "%s"}}) {{ totalCount }} }}'


@pytest.mark.parametrize("city", ["sqlite"], indirect=True)
def test_an_id_of_another_kind_answers_like_one_of_nothing_in_every_filter(city: LiveCity) -> None:
    """Organisations are on a list that everybody reads: one that is not there is refused; of a firm nobody learns whether it is."""
    city.issued()
    assert city.data("city", "{ enterprises { nodes { revenueWan } } diagnoses { totalCount } }")["diagnoses"]["totalCount"] == 1
    queries = [*_naming(), ("organisation", '{ liaisonNetwork(above: "%s") { totalCount } }')]
    assert {query.split("(")[0] for _, query in queries} >= {"{ diagnoses", "{ enterprises", "{ proceedings", "{ liaisonNetwork"}
    for kind, query in queries:
        for named in ("nobody", id_of(kind, "nobody"), id_of("person", "p1"), id_of("edition", "2023")):
            answer = city.ask("city", query % named)
            if kind in ("organisation", "group"):
                assert [error["extensions"]["code"] for error in answer["errors"]] == ["FILTER_UNIT_UNKNOWN"], (query, named)
            else:
                assert "errors" not in answer, (query, named, answer)
                assert [one["totalCount"] for one in answer["data"].values()] == [0], (query, named)
    for asked, acted in (("auditTrail", "310117"), ("disclosures", "city")):
        query = f'{{ {asked}(organisation: "%s", first: 1) {{ nodes {{ role }} }} }}'
        assert city.data("city", query % acted)[asked]["nodes"], asked
        for named in ("nobody", id_of("enterprise", "nobody"), id_of("person", "p1"), id_of("edition", "2023")):
            answer = city.ask("city", query % named)
            assert "errors" not in answer, (query, named, answer)
            assert [one["nodes"] for one in answer["data"].values()] == [[]], (query, named)


def test_a_clerk_finds_what_to_do_today(city: LiveCity) -> None:
    """Not yet diagnosed, without a contact, by unit and provider, stuck, changed since. plan P1"""
    everyone = sorted([ENTERPRISE, OTHER_ENTERPRISE])

    def firms(asked: str, who: str = "city") -> list[str]:
        query = f"{{ enterprises(filter: {{ {asked} }}) {{ totalCount nodes {{ id }} }} }}"
        found = city.data(who, query)["enterprises"]
        assert found["totalCount"] == len(found["nodes"]), asked
        return sorted(key_of(node["id"], "enterprise") for node in found["nodes"])

    def cases(asked: str, who: str = "city") -> int:
        return int(city.data(who, f"{{ diagnoses(filter: {{ {asked} }}) {{ totalCount }} }}")["diagnoses"]["totalCount"])

    issued = city.issued()
    assert firms("diagnosed: true") == firms('provider: ["organisation/p1"]') == [ENTERPRISE]
    assert firms("diagnosed: false") == [OTHER_ENTERPRISE]
    assert firms('provider: ["p2"]') == []
    assert firms('group: ["group/g1"]') == firms('group: ["organisation/g1"]') == [ENTERPRISE]
    assert firms('park: ["songjiang-park"]') == firms('group: ["g1"]') == firms('reportingUnit: ["chemical-park"]') == [ENTERPRISE]
    assert firms('district: ["310117", "310115"]') == everyone
    assert sorted(firms("hasContact: true") + firms("hasContact: false")) == everyone
    assert firms('changedSince: "2020-01-01T00:00:00Z"') == everyone
    assert firms('changedSince: "2120-01-01T00:00:00Z"') == []
    assert cases("purpose: [INITIAL, SAMPLE]") == cases('park: ["songjiang-park"]') == cases("stuckForDays: 0") == 1
    assert cases("purpose: SAMPLE") == cases("stuckForDays: 1") == cases('openedUntil: "2020-01-01T00:00:00Z"') == 0
    assert cases("grade: {from: 0, to: 10}") == cases('changedSince: "2020-01-01T00:00:00Z", status: [ISSUED]') == 1
    city.done("city", "withdrawDiagnosis", diagnosis=issued, reason="误开")
    assert (cases("status: [WITHDRAWN]"), cases("stuckForDays: 0")) == (1, 0), "what has ended waits for nobody"
    for asked in ("hasContact: true",):
        [error] = city.ask("bank", f"{{ enterprises(filter: {{ {asked} }}) {{ totalCount }} }}")["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN", asked
    for asked in ("enterprises(filter: {hasContact: true}", 'diagnoses(filter: {changedSince: "2020-01-01T00:00:00Z"}'):
        [error] = city.ask("city", f'{{ {asked}, asOf: "{city.today}") {{ totalCount }} }}')["errors"]
        assert error["extensions"]["code"] == "NOT_KEPT_OF_THEN"


def test_what_stays_in_its_status_for_too_long_is_found(city: LiveCity) -> None:
    """The issued report waits for the firm, five working days by default. plan P4, P6"""
    city.issued()
    query = "query($late: Boolean!) { diagnoses(filter: {overdue: $late}) { totalCount nodes { overdue } } }"
    services, late, in_time = city.installation.services, {"totalCount": 1, "nodes": [{"overdue": True}]}, [{"overdue": False}]
    nothing: dict[str, Any] = {"totalCount": 0, "nodes": []}
    assert city.data("city", query, late=True)["diagnoses"] == nothing
    assert city.data("city", query, late=False)["diagnoses"] == {"totalCount": 1, "nodes": in_time}
    for days, found in ((5, nothing), (25, late)):
        then = replace(services, clock=lambda days=days: services.clock() + timedelta(days=days))
        there = replace(city, operations=Operations(then, SCHEMA, RIGHTS, documents=DOCUMENTS))
        for who in ("city", "district", "provider", "enterprise"):
            assert there.data(who, query, late=True)["diagnoses"] == found, (days, who)
    past = city.data("city", f'{{ diagnoses(asOf: "{city.today}") {{ nodes {{ overdue }} }} }}')["diagnoses"]["nodes"]
    assert past == in_time
    [error] = city.ask("city", f'{{ diagnoses(filter: {{overdue: true}}, asOf: "{city.today}") {{ totalCount }} }}')["errors"]
    assert error["extensions"]["code"] == "NOT_KEPT_OF_THEN"
