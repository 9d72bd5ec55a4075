"""Nodes (plan P1, P7): whatever has an id is found by it alone, by those who may see it, and nobody learns that there is more."""

import json
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from api.kit.ids import id_of, key_of
from api.kit.nodes import NODES
from domain.instants import microseconds
from domain.kernel import kind_of, stream_of
from journal import NewEntry
from tests.api.providers.test_signals import raise_straight_line
from tests.api.record.logged_reads import held, rows
from tests.live_city import ENTERPRISE, OTHER_ENTERPRISE, PEOPLE, SCHEMA, LiveCity
from tests.root_fields import may_read
from tests.test_registry import HISTORIES

EXECUTABLE = SCHEMA._schema  # noqa: SLF001 - strawberry has no other way to it
NODE = "query($id: ID!) { node(id: $id) { __typename id } }"
MANY = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
FIRM, OTHER = id_of("enterprise", ENTERPRISE), id_of("enterprise", OTHER_ENTERPRISE)
NOWHERE = (
    "", "/", "//", "enterprise", "enterprise/", f"/{ENTERPRISE}", ENTERPRISE, f"Enterprise/{ENTERPRISE}", f"{FIRM}/1", f" {FIRM}",
    f"diagnosis/{ENTERPRISE}", "enterprise/nobody", "unknown/1", "roster/2024", "headquarters/g1", "person/nobody", "x" * 300, "%",
)  # fmt: skip
"""What is no id of anything: malformed, absent, of another kind, of a stream that is no type of the schema."""
SINGLY = {
    kind: kind
    for kind in ("enterprise", "diagnosis", "feedback", "group", "matching", "policy", "proceeding", "revision", "campaign")
} | {
    "crosswalk": "crosswalk",
    "package": "package",
    "endpoint": "webhookEndpoint",
    "screening": "screening",
    "signal": "signal",
    "agreement": "agreementStudy",
    "session": "outreachSession",
    "solution": "solution",
    "demand": "demand",
    "offer": "offer",
    "duty": "duty",
    "casestudy": "caseStudy",
}
"""Kind -> the read that shows one such thing by its id."""
POLICY = {
    "terms": {"title": "示例", "purpose": "LOAN", "since": "2024-05-01", "fen": "1", "combinable": True, "edition": "edition/2023"}
    | {"clauses": [{"title": "三档", "anyOf": [{"grade": {"atLeast": 3}}]}]},
    "source": "示例",
    "mark": "I",
}
PACKAGE = {"counterpart": "MIIT_PILOT", "recipient": "部办公室", "purpose": "对接", "classification": "INTERNAL"} | {
    "granularity": "COUNTS",
    "edition": "edition/2023",
}
ENDS = {"edition": "2023", "externalEdition": "dcmm-2025", "title": "对照", "source": "示例", "mark": "P"}
DUTY = {"title": "编制教材", "clause": "plan T1", "deliverable": "教材一套"}
LISTED = {"person": "people", "participation": "participations", "batch": "resultBatches"} | {
    "partnercontract": "partnerContracts",
    "attendance": "outreachAttendances",
    "question": "outreachQuestions",
}
"""Kind -> the list that shows such things."""


def briefed(city: LiveCity) -> dict[str, str]:
    """A session to come, to which a firm is invited."""
    day = (date.fromisoformat(city.today) + timedelta(days=2)).isoformat()
    stated = {"kind": "BRIEFING", "topic": "填报说明", "host": "松江区经委", "place": "区会议中心"}
    stated |= {"begins": "10:00", "ends": "12:00"}
    made = city.done("district", "planOutreachSession", "outreachSession { id }", **stated, heldOn=day)
    of = {"outreachSession": str(made["outreachSession"]["id"])}
    city.done("district", "announceOutreachSession", "", **of)
    city.done("district", "inviteToOutreachSession", "", **of, enterprises=[FIRM])
    return of


def supplied(city: LiveCity, diagnosis: str) -> tuple[str, str]:
    """A solution, and a demand of a diagnosed firm that it is offered for."""
    stated = {"title": "数据采集", "summary": "设备联网", "edition": "2023", "indicators": ["Z01"]}
    solution = str(city.done("supplier", "publishSolution", "solution { id }", **stated)["solution"]["id"])
    asked = {"enterprise": FIRM, "diagnosis": diagnosis, "indicators": ["Z01"], "text": "设备联网", "by": city.today}
    demand = str(city.done("enterprise", "publishDemand", "demand { id }", **asked)["demand"]["id"])
    offer = {"solutions": [solution], "text": "三个月完成", "price": "100", "readyBy": city.today}
    city.done("supplier", "makeOffer", "", demand=demand, supplier="supplier", **offer)
    return solution, demand


def everything(city: LiveCity) -> dict[str, list[str]]:
    """Kind -> ids of some such things, in and out of the scopes of the small city's people."""
    drafting = {"kind": "REVISION", "base": "2023", "key": "2027", "title": "标准（2027 版）", "why": "两年试行后修订"}
    diagnosis = city.issued()
    said = {"diagnosis": diagnosis, "milestone": "SELF_ASSESSMENT", "kind": "COMPLAINT", "text": "网页太慢", "anonymous": True}
    complaint = {"kind": "COMPLAINT", "provider": "p1", "enterprise": FIRM, "about": diagnosis, "cause": f"{diagnosis}/1"}
    complaint |= {"asked": "更换诊断师", "grounds": "未按约到场"}
    batch = {"district": id_of("organisation", "310117"), "enterprises": [FIRM]}
    days = {"since": f"{city.today[:4]}-01-01", "until": f"{city.today[:4]}-12-31"}
    city.done("city", "planCampaign", "", campaign="round", name="首次诊断", purpose="INITIAL", **days)
    city.done("district", "inviteFirms", "", campaign="round", filter={})
    issued = city.installation.accounts.issue_partner_key("erp", "*", timedelta(days=1))
    city.tokens["erp"] = issued.token
    raise_straight_line(city, diagnosis)
    screened = {"year": int(city.today[:4]), "district": batch["district"]}
    studied = {"year": int(city.today[:4]), "edition": id_of("edition", "2023")}
    sent_to = city.done("erp", "registerEndpoint", "endpoint { id }", url="https://erp.example/events")
    told = {"partner": "erp", "purpose": "展示", "kinds": ["ENTERPRISE"], "until": city.today}
    contract = city.done("city", "grantPartnerContract", "partnerContract { id }", **told)["partnerContract"]["id"]
    sheets = city.uploaded("city", "包.json", b'{"results": []}', kind="results")
    city.done("city", "sendResultBatch", "", name="b1", model="sme", statedOn=city.today, sha256=sheets)
    of = briefed(city)
    solution, demand = supplied(city, diagnosis)
    asking = {**of, "enterprise": FIRM, "text": "谁来填报？"}
    asked = city.done("filler", "askOutreachQuestion", "outreachQuestion { id }", **asking)
    told = HISTORIES["casestudy"][0]
    state = orjson.dumps(told["state"] | {"enterprise": ENTERPRISE}, option=orjson.OPT_SORT_KEYS)
    services = city.installation.services
    services.journal.append([NewEntry(stream_of("casestudy", "c1"), 1, told["type"], state)], microseconds(services.clock()))
    services.models.catch_up()
    return {
        "casestudy": ["casestudy/c1"],
        "session": [of["outreachSession"]],
        "attendance": [f"attendance/{key_of(of['outreachSession'], 'session')}.{ENTERPRISE}"],
        "solution": [solution],
        "demand": [demand],
        "offer": [f"offer/{key_of(demand, 'demand')}.supplier"],
        "question": [str(asked["outreachQuestion"]["id"])],
        "duty": [str(city.done("city", "stateDuty", "duty { id }", **DUTY, since=city.today, by=city.today)["duty"]["id"])],
        "batch": ["batch/city.b1"],
        "campaign": ["campaign/round"],
        "endpoint": [sent_to["endpoint"]["id"]],
        "partnercontract": [contract],
        "participation": [f"participation/round.{ENTERPRISE}"],
        "enterprise": [FIRM, OTHER],
        "diagnosis": [diagnosis],
        "feedback": [city.done("filler", "giveFeedback", "feedback { id }", **said)["feedback"]["id"]],
        "proceeding": [city.done("enterprise", "openProceeding", "proceeding { id }", **complaint)["proceeding"]["id"]],
        "matching": [str(city.done("district", "requestMatching", "matching { id }", **batch)["matching"]["id"])],
        "screening": [str(city.done("district", "requestScreening", "screening { id }", **screened)["screening"]["id"])],
        "signal": ["signal/g1"],
        "package": [str(city.done("city", "requestPackage", "package { id }", **PACKAGE)["package"]["id"])],
        "agreement": [str(city.done("city", "requestAgreement", "study { id }", **studied)["study"]["id"])],
        "policy": [str(city.done("city", "draftPolicy", "policy { id }", **POLICY)["policy"]["id"])],
        "group": [id_of("group", "g1")],
        "organisation": [id_of("organisation", key) for key in ("310117", "p1")],
        "person": [id_of("person", login) for login in ("filler", "stranger", "rival")],
        "edition": [id_of("edition", "2023")],
        "crosswalk": [str(city.done("city", "proposeCrosswalk", "crosswalk { id }", **ENDS)["crosswalk"]["id"])],
        "revision": [str(city.done("city", "draftRevision", "revision { id }", **drafting)["revision"]["id"])],
    }


def shown_singly(city: LiveCity, who: str, kind: str, identity: str) -> bool:
    """Whether the read of such things, one or a list, shows a thing to somebody."""
    if kind in SINGLY:
        answer = city.ask(who, f"query($id: ID!) {{ {SINGLY[kind]}(id: $id) {{ id }} }}", id=identity)
        return "errors" not in answer and answer["data"][SINGLY[kind]] is not None
    if kind in LISTED:
        answer = city.ask(who, f"{{ {LISTED[kind]}(first: 100) {{ nodes {{ id }} }} }}")
        return "errors" not in answer and identity in {one["id"] for one in answer["data"][LISTED[kind]]["nodes"]}
    return True  # editions and organisations are open to every role


def test_everything_is_found_by_its_id_by_whom_its_own_read_shows_it_to_and_else_answers_as_nothing(city: LiveCity) -> None:
    things = everything(city)
    assert things.keys() == NODES.keys()
    found: dict[str, set[str]] = {kind: set() for kind in things}
    hidden: dict[str, set[str]] = {kind: set() for kind in things}
    for who, role, _ in PEOPLE:
        for kind, ids in things.items():
            name = NODES[kind].type.__name__
            for identity in ids:
                answer = city.ask(who, NODE, id=identity)
                if shown_singly(city, who, kind, identity):
                    assert answer == {"data": {"node": {"__typename": name, "id": identity}}}, (who, identity)
                    assert may_read(role, f"{name}.id")
                    found[kind].add(role)
                else:
                    assert answer == {"data": {"node": None}}, (who, identity)
                    hidden[kind].add(role)
    assert all(found.values())
    assert {kind for kind, roles in hidden.items() if roles} == things.keys() - {"edition", "organisation", "campaign", "solution"}


@pytest.mark.parametrize("who", ["city", "district", "enterprise", "stranger", "bank", "operator"])
def test_what_is_no_id_of_anything_answers_as_what_is_hidden(city: LiveCity, who: str) -> None:
    for identity in NOWHERE:
        assert city.ask(who, NODE, id=identity) == {"data": {"node": None}}, identity
    assert city.data(who, MANY, ids=list(NOWHERE))["nodes"] == [None] * len(NOWHERE)


def test_who_is_not_signed_in_is_told_so_whatever_is_asked_for(city: LiveCity) -> None:
    first, *others = [city.ask(None, NODE, id=identity)["errors"] for identity in (FIRM, "edition/2023", "enterprise/nobody")]
    assert first[0]["extensions"]["code"] in {"FORBIDDEN", "UNAUTHENTICATED"}
    assert others == [first, first]


def test_many_are_answered_in_the_order_they_were_asked_for(city: LiveCity) -> None:
    diagnosis = city.opened()
    asked = [OTHER, diagnosis, "enterprise/nobody", FIRM, id_of("organisation", "p1"), OTHER, "nothing"]
    answer = city.data("city", MANY, ids=asked)["nodes"]
    assert [one and one["id"] for one in answer] == [OTHER, diagnosis, None, FIRM, id_of("organisation", "p1"), OTHER, None]
    within = city.data("district", MANY, ids=asked)["nodes"]
    assert [one and one["id"] for one in within] == [None, diagnosis, None, FIRM, id_of("organisation", "p1"), None, None]


@pytest.mark.parametrize(("number", "holds"), [(0, False), (1, True), (100, True), (101, False)])
def test_one_to_a_hundred_are_asked_for_at_a_time(city: LiveCity, number: int, holds: bool) -> None:  # noqa: FBT001 - a case of the test
    answer = city.ask("city", MANY, ids=[FIRM] * number)
    if holds:
        assert answer["data"]["nodes"] == [{"id": FIRM}] * number
    else:
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["PAGE_SIZE"]


def requested(city: LiveCity, query: str, **variables: Any) -> int:
    answer = city.ask("city", query.replace("{ ", "{ queryCost { requested } ", 1), **variables)
    return int(answer["data"]["queryCost"]["requested"])


def test_many_cost_what_each_of_them_costs(city: LiveCity) -> None:
    costs = [requested(city, f"{{ nodes(ids: {json.dumps([FIRM] * number)}) {{ id }} }}") for number in (1, 2, 10)]
    assert (costs[1] - costs[0], costs[2] - costs[0]) == (1, 9)
    whole = requested(city, MANY, ids=[FIRM])  # by the text alone, a variable may hold as many as are allowed
    assert whole - costs[0] == 99


def test_what_is_read_of_a_firm_is_written_down_as_by_its_own_read(city: LiveCity) -> None:
    diagnosis = city.issued()
    fields = "... on Enterprise { revenueWan } ... on Diagnosis { grade answers { indicator } }"
    query = f"query($id: ID!) {{ node(id: $id) {{ {fields} }} }}"
    assert city.data("city", query, id=FIRM)["node"]["revenueWan"]
    (first, *_) = rows(city)
    assert (held(first), first.entry_point) == ({FIRM: {"revenue"}}, "Query.node")
    assert city.data("city", query, id=diagnosis)["node"]["answers"]
    assert held(rows(city)[0]) == {diagnosis: {"outcome", "process secrets"}}
    both = query.replace("$id: ID!", "$ids: [ID!]!").replace("node(id: $id)", "nodes(ids: $ids)")
    city.data("city", both, ids=[diagnosis, OTHER])
    assert held(rows(city)[0]) == {OTHER: {"revenue"}, diagnosis: {"outcome", "process secrets"}}


def test_a_fragment_of_another_type_reads_nothing_of_the_thing(city: LiveCity) -> None:
    diagnosis = city.issued()
    before = rows(city)
    of_firms = "query($id: ID!) { node(id: $id) { id ... on Enterprise { revenueWan contacts { name } } } }"
    of_cases = "query($id: ID!) { node(id: $id) { id ...C } } fragment C on Diagnosis { grade answers { indicator } }"
    assert city.data("city", of_firms, id=diagnosis) == {"node": {"id": diagnosis}}
    assert city.data("city", of_cases, id=FIRM) == {"node": {"id": FIRM}}
    assert city.data("city", of_firms, id=id_of("group", "g1")) == {"node": {"id": id_of("group", "g1")}}
    assert rows(city) == before


def test_a_protected_field_is_refused_by_its_own_right_whatever_the_thing_is(city: LiveCity) -> None:
    query = "query($id: ID!) { node(id: $id) { id ... on Enterprise { revenueWan } } }"
    shown, elsewhere, absent = (city.ask("park", query, id=identity) for identity in (FIRM, OTHER, "enterprise/nobody"))
    [error] = shown["errors"]
    assert (error["extensions"]["fields"], error["path"]) == (["Enterprise.revenueWan"], ["node", "revenueWan"])
    assert shown["data"]["node"] == {"id": FIRM, "revenueWan": None}
    assert elsewhere["data"] == absent["data"] == {"node": None}
    assert "errors" not in elsewhere
    assert "errors" not in absent
    assert not [row for row in rows(city) if row.person == "park"]


def test_a_read_by_id_sees_its_own_write(city: LiveCity) -> None:
    diagnosis = city.opened()
    written = city.done("enterprise", "pledgeTruth", "", diagnosis=diagnosis)
    query = "query($id: ID!, $at: String) { nodes(ids: [$id], atLeast: $at) { ... on Diagnosis { version } } }"
    assert city.data("enterprise", query, id=diagnosis, at=written["position"])["nodes"] == [{"version": 2}]
    assert city.ask("enterprise", query, id=diagnosis, at="forged")["errors"][0]["extensions"]["code"] == "CURSOR_INVALID"


# Ids that are sent


def test_a_command_takes_an_id_or_the_bare_key_and_says_of_another_kind_where_it_stands(city: LiveCity) -> None:
    diagnosis = city.opened()
    key = key_of(diagnosis, "diagnosis")
    assert (kind_of(diagnosis), diagnosis) == ("diagnosis", id_of("diagnosis", key))
    assert city.done("enterprise", "pledgeTruth", diagnosis=key)["diagnosis"]["id"] == diagnosis
    (error,) = city.do("enterprise", "pledgeTruth", "", diagnosis=id_of("enterprise", key))["userErrors"]
    assert (error["code"], error["field"]) == ("MALFORMED_INPUT", "diagnosis")
    assert city.installation.services.journal.read(diagnosis)[0].stream == diagnosis


def test_a_unit_is_named_by_the_id_of_whatever_it_is(city: LiveCity) -> None:
    given = {"role": "FILLER", "since": city.today}
    for unit in (FIRM, ENTERPRISE):
        person = city.done("enterprise", "invitePerson", "person { id }", name="新同事", organisation=unit, **given)["person"]
        assert kind_of(person["id"]) == "person"
    named = {"enterprise": FIRM, "since": city.today}
    for group in ("group/g1", "organisation/g1", "g1"):
        assert city.done("city", "nameHeadquarters", "group { id }", group=group, **named)["group"] == {"id": "group/g1"}
    assert city.refused("city", "nameHeadquarters", group="enterprise/g1", **named) == "MALFORMED_INPUT"


@pytest.mark.parametrize("identity", [ENTERPRISE, FIRM])
def test_a_filter_takes_an_id_or_the_bare_key(city: LiveCity, identity: str) -> None:
    diagnosis = city.opened()
    query = "query($firm: [ID!], $by: [ID!]) { diagnoses(filter: {enterprise: $firm, provider: $by}) { nodes { id } } }"
    for provider in ("p1", id_of("organisation", "p1"), None):
        assert city.data("city", query, firm=identity, by=provider)["diagnoses"]["nodes"] == [{"id": diagnosis}]
    assert city.data("city", query, firm=identity, by=id_of("organisation", "p2"))["diagnoses"]["nodes"] == []
    for absent in (id_of("person", "p1"), id_of("organisation", "nobody"), "nobody"):
        (error,) = city.ask("city", query, firm=identity, by=absent)["errors"]
        assert error["extensions"]["code"] == "FILTER_UNIT_UNKNOWN", absent


# The whole schema


def test_every_type_that_is_a_node_says_how_it_is_found_and_every_type_read_singly_is_one() -> None:
    interface = EXECUTABLE.type_map["Node"]
    assert isinstance(interface, GraphQLInterfaceType)
    nodes = {kind.name for kind in EXECUTABLE.get_possible_types(interface)}
    assert nodes == {how.type.__name__ for how in NODES.values()}
    assert EXECUTABLE.query_type is not None
    singly = {
        get_named_type(asked.type).name
        for name, asked in EXECUTABLE.query_type.fields.items()
        if {"id", "key"} & asked.args.keys() and not is_list_type(get_nullable_type(asked.type)) and name != "node"
    }
    assert singly
    for name in singly:
        kind = EXECUTABLE.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        assert isinstance(kind.fields["id"].type, GraphQLNonNull), name
        assert name in nodes
