"""People, roles and sessions through the API (plan O2, P7): names are the city's alone, and erasable."""

from datetime import date, timedelta

import pytest

from api.kit.ids import id_of
from domain.participants.people.memberships import EndMembership
from tests.live_city import ENTERPRISE, PASSWORD, LiveCity

SIGN_IN = """mutation($input: SignInInput!) { signIn(input: $input) {
  session { token expiresAt } userErrors { code message } } }"""
FIRMS_PEOPLE = {"enterprise", "filler", "department", "confirmer"}
VIEWER = "{ viewer { role organisation membership scope memberships { id role } } }"


def test_signing_in_acting_and_signing_out(city: LiveCity) -> None:
    wrong = city.data(None, SIGN_IN, input={"login": "city", "password": "wrong"})["signIn"]
    unknown = city.data(None, SIGN_IN, input={"login": "nobody", "password": "wrong"})["signIn"]
    assert wrong == unknown
    assert wrong["userErrors"][0]["code"] == "SIGN_IN_FAILED"
    session = city.data(None, SIGN_IN, input={"login": "district", "password": PASSWORD})["signIn"]["session"]
    city.tokens["again"] = session["token"]
    viewer = city.data("again", VIEWER)["viewer"]
    assert (viewer["role"], viewer["organisation"]) == ("DISTRICT", "310117")
    assert viewer["scope"] == "区为“松江区”"
    city.data("again", "mutation { signOut { userErrors { code } } }")
    assert city.ask("again", VIEWER)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_nobody_signed_in_sees_no_thing_at_all(city: LiveCity) -> None:
    own = "不含企业与诊断，只见公开的与本岗位自己的内容"
    assert city.data(None, "{ viewer { role scope } }")["viewer"] == {"role": "PUBLIC", "scope": own}
    refused = city.ask(None, "{ enterprises { totalCount } editions { key } }")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert "data" not in refused


def test_a_person_holds_several_roles_and_acts_in_one_at_a_time(city: LiveCity) -> None:
    given = {"person": "district", "role": "AUDITOR", "organisation": "audit", "since": "2024-01-01"}
    city.done("city", "grantMembership", "person { memberships { nodes { role } } }", **given)
    roles = {one["role"]: one["id"] for one in city.data("district", VIEWER)["viewer"]["memberships"]}
    assert roles.keys() == {"DISTRICT", "AUDITOR"}
    act_as = "mutation($input: ActAsInput!) { actAs(input: $input) { userErrors { code } } }"
    assert city.data("district", act_as, input={"membership": roles["AUDITOR"]})["actAs"]["userErrors"] == []
    assert city.data("district", VIEWER)["viewer"]["role"] == "AUDITOR"
    stolen = city.data("district", act_as, input={"membership": "m-city"})["actAs"]["userErrors"]
    assert stolen[0]["code"] == "MEMBERSHIP_NOT_HELD"


def test_a_role_taken_away_ends_what_was_seen_through_it_at_once(city: LiveCity) -> None:
    city.send(EndMembership(person="district", membership="m-district", on=date(2024, 1, 31)))
    city.installation.services.models.catch_up()
    assert city.ask("district", VIEWER)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("who", "listed"),
    [
        ("district", {"district", "subdistrict", "park", "enterprise"}),
        ("subdistrict", {"subdistrict"}),
        ("group", {"group", "enterprise"}),
        ("enterprise", FIRMS_PEOPLE),
        ("provider", {"provider", "diagnostician", "reviewer"}),
    ],
)
def test_people_are_listed_for_who_may_appoint_them(city: LiveCity, who: str, listed: set[str]) -> None:
    people = city.data(who, "{ people(first: 100) { totalCount nodes { id name } } }")["people"]
    assert {one["id"] for one in people["nodes"]} == {id_of("person", login) for login in listed}
    assert people["totalCount"] == len(listed)


def test_people_are_found_by_role_and_unit_and_by_none_that_lies_outside_the_scope(city: LiveCity) -> None:
    ask = "query($role: [Role!], $unit: ID) { people(first: 100, role: $role, organisation: $unit) { totalCount nodes { memberships(first: 9) { nodes { role organisation } } } } }"  # noqa: E501 - one query
    found = city.data("city", ask, role=["DISTRICT", "PROVIDER"])["people"]
    held = [{one["role"] for one in person["memberships"]["nodes"]} for person in found["nodes"]]
    assert held
    assert all(roles & {"DISTRICT", "PROVIDER"} for roles in held)
    assert found["totalCount"] == len(held) < city.data("city", ask)["people"]["totalCount"]
    own = city.data("provider", ask, role=["PROVIDER"])["people"]
    unit = own["nodes"][0]["memberships"]["nodes"][0]["organisation"]
    assert city.data("provider", ask, unit=unit)["people"]["totalCount"] > 0
    assert city.data("district", ask, unit=unit)["people"] == {"totalCount": 0, "nodes": []}


def test_an_auditor_counts_all_people_and_reads_no_name(city: LiveCity) -> None:
    everyone = city.data("city", "{ people { totalCount } }")
    assert city.data("auditor", "{ people { totalCount } }") == everyone
    assert city.ask("auditor", "{ people { nodes { name } } }")["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_a_name_is_sealed_in_the_journal_read_by_the_city_and_gone_once_erased(city: LiveCity) -> None:
    shown = "person { id name phone erased }"
    made = city.done("city", "registerPerson", shown, name="王示例", phone="13800000000")["person"]
    assert (made["name"], made["phone"]) == ("王示例", "13800000000")
    journal = city.installation.services.journal
    assert not any("王示例".encode() in entry.state for entry in journal.since(0, 10_000))
    assert city.ask("auditor", "{ people { nodes { name } } }")["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    gone = city.done("city", "erasePerson", shown, person=made["id"])["person"]
    assert (gone["name"], gone["erased"]) == ("已删除", True)
    assert gone["phone"] in (None, "已删除")


def test_an_erased_person_can_no_longer_sign_in(city: LiveCity) -> None:
    city.done("city", "erasePerson", "person { erased }", person="stranger")
    assert city.ask("stranger", VIEWER)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    again = city.data(None, SIGN_IN, input={"login": "stranger", "password": PASSWORD})["signIn"]
    assert again["userErrors"][0]["code"] == "SIGN_IN_FAILED"


def test_a_refused_registration_leaves_no_key_behind(city: LiveCity) -> None:
    before = keys(city)
    assert city.refused("district", "registerPerson", name="李示例") == "ROLE_NOT_ALLOWED"
    assert keys(city) == before


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u3164\ufe0f"])
def test_a_name_that_shows_nothing_is_no_name_and_is_not_sealed(city: LiveCity, name: str) -> None:
    before = keys(city)
    assert city.refused("city", "registerPerson", name=name) == "MALFORMED_INPUT"
    assert keys(city) == before


def keys(city: LiveCity) -> int:
    from sqlalchemy import func, select  # noqa: PLC0415 - looks where no code of the product does

    from journal.secrets.personal import KEYS  # noqa: PLC0415 - of this one test

    with city.installation.accounts._vault.reading() as connection:  # noqa: SLF001 - the vault is looked at behind the API
        return int(connection.execute(select(func.count()).select_from(KEYS)).scalar_one())


@pytest.mark.parametrize(("argument", "value"), [("reasonGiven", "a\x00b"), ("reasonGiven", "x" * 2001), ("idempotencyKey", " ")])
def test_a_common_argument_is_bounded_and_printable(city: LiveCity, argument: str, value: str) -> None:
    payload = city.do("city", "registerPerson", "", **{"name": "王示例", argument: value})
    assert payload["userErrors"][0]["code"] == "MALFORMED_INPUT"


def test_malformed_input_names_the_field_as_the_client_wrote_it(city: LiveCity) -> None:
    given = {"enterprise": ENTERPRISE, "campaign": "Not A Campaign", "purpose": "INITIAL", "form": "BRIEF", "edition": "2023"}
    (error,) = city.do("city", "openDiagnosis", "", **given)["userErrors"]
    assert (error["code"], error["field"]) == ("MALFORMED_INPUT", "campaign")
    given = {"person": "district", "role": "CITY", "organisation": "city", "since": "2024-02-01", "until": "2024-01-01"}
    (error,) = city.do("city", "grantMembership", "", **given)["userErrors"]
    assert error["code"] == "MALFORMED_INPUT"


def test_whoever_is_invited_joins_once_and_nobody_joins_for_another(city: LiveCity) -> None:
    for who in ("city", "district", "provider"):
        assert city.refused(who, "joinProgramme", person="enterprise") == "NOT_FOUND"
    city.done("enterprise", "joinProgramme", "", person="enterprise")
    assert city.refused("enterprise", "joinProgramme", person="person/enterprise") == "JOINED_ALREADY"
    trail = city.data("city", '{ auditTrail(kind: ["person.joined"]) { nodes { sentence } } }')["auditTrail"]["nodes"]
    assert [one["sentence"] for one in trail] == ["企业负责人接受邀请并加入"]


def test_a_district_hands_a_towns_contact_over_to_whoever_it_knows_and_to_nobody_else(city: LiveCity) -> None:
    tomorrow = (date.fromisoformat(city.today) + timedelta(days=1)).isoformat()
    of = {"membership": "m-subdistrict", "person": "subdistrict", "on": tomorrow}
    for stranger in ("stranger", "provider", "nobody"):
        assert city.refused("district", "handOverMembership", **of, to=stranger) == "NOT_FOUND"
    assert city.refused("pudong", "handOverMembership", **of, to="park") == "NOT_FOUND"
    listed = {one["id"] for one in city.data("district", "{ people { nodes { id } } }")["people"]["nodes"]}
    assert id_of("person", "park") in listed
    city.done("district", "handOverMembership", "", **of, to="park")
