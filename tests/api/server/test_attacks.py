"""What a curious or hostile caller tries 攻击, and learns nothing by (plan P5, P7)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import orjson
import pytest
from graphql import GraphQLError

from api.kit.forbidden_fields import require_searchable
from api.participants.enterprises import Enterprise
from domain.access import Everything, Role
from domain.participants.people.memberships import GrantMembership
from journal import Caller
from tests.live_city import ENTERPRISE, OTHER_ENTERPRISE, LiveCity

TRAIL = "query($s: ID) { auditTrail(subject: $s, first: 100) { totalCount nodes { subject type } } }"
DATA = "query($s: ID!) { auditTrail(subject: $s, first: 100) { nodes { type data } } }"
ACT_AS = "mutation($input: ActAsInput!) { actAs(input: $input) { userErrors { code } } }"


def as_partner(city: LiveCity, monkeypatch: pytest.MonkeyPatch, organisation: str = "*") -> str:
    """Name under which a partner's system asks."""
    accounts = city.installation.services.accounts
    known = accounts.identify

    def identify(token: str, _snapshot: object = None) -> Any:
        found = known(token)
        if token != city.tokens["partner"] or found is None:
            return found
        who = Caller("partner-bank", Role.PARTNER, organisation, Everything())
        return type(found)(who, "", found.expires_at)

    monkeypatch.setattr(accounts, "identify", identify)
    city.tokens["partner"] = city.tokens["stranger"]
    return "partner"


# What is about people and results


def test_a_partner_learns_nothing_of_the_people_who_take_part(city: LiveCity, monkeypatch: pytest.MonkeyPatch) -> None:
    partner = as_partner(city, monkeypatch)
    assert city.data(partner, "{ enterprises { totalCount } }")["enterprises"]["totalCount"] == 2
    refused = city.ask(partner, TRAIL)
    assert "data" not in refused
    assert "Query.auditTrail" in refused["errors"][0]["extensions"]["fields"]


def leaves(value: Any) -> Iterator[Any]:
    """What stands at the ends of an answer."""
    if not isinstance(value, dict | list):
        yield value
        return
    for inner in value.values() if isinstance(value, dict) else value:
        yield from leaves(inner)


def test_a_partner_reads_no_result_and_finds_no_firm_by_it(city: LiveCity, monkeypatch: pytest.MonkeyPatch) -> None:
    city.issued()
    partner = as_partner(city, monkeypatch)
    found = city.data(partner, "{ diagnoses(filter: { status: ISSUED }) { totalCount nodes { status } } }")["diagnoses"]
    assert found == {"totalCount": 1, "nodes": [{"status": "ISSUED"}]}
    for query in (
        "{ diagnoses { nodes { grade } } }",
        "{ diagnoses { nodes { verifiedTotal } } }",
        "{ enterprises { nodes { diagnosis { levelName } } } }",
        "{ diagnoses(filter: { grade: { from: 5, to: 5 } }) { totalCount } }",
        "query($f: DiagnosisFilter = { grade: { from: 5, to: 5 } }) { diagnoses(filter: $f) { totalCount } }",
    ):
        payload = city.ask(partner, query)
        assert payload["errors"][0]["extensions"]["code"] == "FORBIDDEN", query
        assert all(leaf is None for leaf in leaves(payload.get("data"))), query
    found = city.data("district", "{ diagnoses(filter: { grade: { from: 5, to: 5 } }) { totalCount } }")["diagnoses"]
    assert found["totalCount"] == 1


def test_a_filter_by_a_field_of_others_is_refused_by_the_fields_own_roles() -> None:
    require_searchable(Enterprise, {"district"}, Role.PARK)
    require_searchable(Enterprise, {"revenue_wan"}, Role.CITY)
    with pytest.raises(GraphQLError) as caught:
        require_searchable(Enterprise, {"revenue_wan"}, Role.PARK)
    assert (caught.value.extensions or {})["fields"] == ["Enterprise.revenueWan"]


def test_a_provider_is_not_told_of_the_work_of_its_rivals(city: LiveCity) -> None:
    withdrawn = city.opened()
    city.done("district", "withdrawDiagnosis", diagnosis=withdrawn, reason="另选服务商")
    diagnosis = city.opened("p2")
    assert city.data("provider", "{ enterprises { nodes { diagnosis { id } } } }")["enterprises"]["nodes"] == [
        {"diagnosis": None}
    ]
    assert city.data("provider", DATA, s=diagnosis)["auditTrail"]["nodes"] == []
    # it sees the firm, so a count of diagnosed firms would tell that somebody else has issued a report
    refused = city.ask("provider", "{ coverage(year: 2024) { total diagnosed } }")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(("who", "named"), [("enterprise", False), ("provider", False), ("district", False), ("city", True)])
def test_an_entry_names_its_author_to_those_alone_who_may_read_the_actor(
    city: LiveCity, who: str, named: bool  # noqa: FBT001 - a case of the test
) -> None:
    diagnosis = city.submitted()
    told = city.data(who, DATA, s=diagnosis)["auditTrail"]["nodes"]
    saved = [orjson.loads(entry["data"]) for entry in told if entry["type"] == "diagnosis.answers_saved.v1"]
    assert saved
    answers: list[Mapping[str, Any]] = [answer for fact in saved for answer in fact["answers"].values()]
    assert {answer.get("author") for answer in answers} == ({"enterprise"} if named else {None})
    assert all(answer["answer"] for answer in answers)


# The same person in another role


def test_an_outcome_is_not_repeated_to_the_same_person_in_another_role(city: LiveCity) -> None:
    second = GrantMembership(
        person="enterprise",
        membership="m-second",
        role=Role.ENTERPRISE,
        organisation=OTHER_ENTERPRISE,
        since=date(2024, 1, 1),
    )
    city.send(second)
    diagnosis = city.opened()
    first = city.done("enterprise", "pledgeTruth", "", diagnosis=diagnosis, idempotencyKey="k1")
    assert city.done("enterprise", "pledgeTruth", "", diagnosis=diagnosis, idempotencyKey="k1") == first
    assert city.data("enterprise", ACT_AS, input={"membership": "m-second"})["actAs"]["userErrors"] == []
    again = city.do("enterprise", "pledgeTruth", diagnosis=diagnosis, idempotencyKey="k1")
    assert again["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert (again["diagnosis"], again["version"], again["position"]) == (None, None, None)
    assert city.refused("enterprise", "pledgeTruth", diagnosis=diagnosis) == "NOT_FOUND"


# What is on file


@pytest.mark.parametrize("key", ["2023", "2099"])
def test_who_may_not_publish_does_not_learn_which_editions_are_on_file(city: LiveCity, key: str) -> None:
    assert city.refused("district", "publishEdition", key=key) == "ROLE_NOT_ALLOWED"


def test_who_may_not_attach_evidence_does_not_learn_what_was_sent(city: LiveCity) -> None:
    given = {"diagnosis": city.opened(), "sha256": "a" * 64, "indicators": ["Z01"]}
    assert city.refused("district", "attachEvidence", **given) == "ROLE_NOT_ALLOWED"
    assert city.refused("enterprise", "attachEvidence", **given) == "FILE_NOT_RECEIVED"


# Texts that are none

READS = (
    "query($t: ID!) { enterprise(id: $t) { id } }",
    "query($t: ID!) { diagnosis(id: $t) { id } }",
    "query($t: String!) { edition(key: $t) { key } }",
    "query($t: String!) { auditTrail(kind: [$t]) { totalCount } }",
    "query($t: String) { enterprises(filter: { text: $t }) { totalCount } }",
    "query($t: String!) { enterprises(filter: { industry: [$t] }) { totalCount } }",
    "query($t: ID) { auditTrail(subject: $t) { totalCount } }",
)


@pytest.mark.parametrize("query", READS)
def test_a_text_that_nothing_could_match_is_an_error_of_who_sent_it(city: LiveCity, query: str) -> None:
    for text in ("a\0b", "\ud800", "%_" * 40_000, "\x1b[2J"):
        payload = city.ask("enterprise", query, t=text)
        assert payload["errors"][0]["extensions"]["code"] == "TEXT_UNUSABLE", (text[:9], payload)
        assert "data" not in payload


def test_a_literal_is_looked_at_like_a_variable(city: LiveCity) -> None:
    for query in (
        '{ enterprise(id: "a\\u0000b") { id } }',
        'query($t: ID! = "a\\u{0}b") { enterprise(id: $t) { id } }',
        '{ ...Q } fragment Q on Query { enterprise(id: "a\\u001bb") { id } }',
        '{ enterprise(id: "' + "x" * 1_025 + '") { id } }',
    ):
        assert city.ask("enterprise", query)["errors"][0]["extensions"]["code"] == "TEXT_UNUSABLE", query[:60]
    assert city.data("enterprise", '{ enterprise(id: "' + "x" * 1_024 + '") { id } }') == {"enterprise": None}
    assert city.data("enterprise", f'{{ enterprise(id: "{ENTERPRISE}") {{ name }} }}')["enterprise"]["name"]


@pytest.mark.parametrize("text", ["a\0b", "\x1b[2J"])
def test_a_command_with_a_control_character_is_malformed_before_anything_is_looked_up(city: LiveCity, text: str) -> None:
    assert city.refused("enterprise", "attachEvidence", diagnosis="d", sha256=text, indicators=["Z01"]) == "MALFORMED_INPUT"
    assert city.refused("city", "importRoster", sha256=text, year=2024) == "MALFORMED_INPUT"
    assert city.refused("city", "publishEdition", key=text) == "MALFORMED_INPUT"
