"""All callers of the platform through the API (plan P7, O2, R4): positions of a unit, experts, banks, those who see no firm."""

from datetime import date, timedelta
from typing import Any

import pytest

from api.kit.ids import id_of, key_of
from domain.instants import city_day
from domain.kernel import Refused
from domain.participants.people.memberships import EndMembership
from tests.live_city import ENTERPRISE, OTHER_ENTERPRISE, PASSWORD, LiveCity, sections

FIRM = "query($id: ID!) { enterprise(id: $id) { name } }"
OUTCOME = "query($id: ID!) { diagnosis(id: $id) { status grade verifiedTotal enterprise { name } } }"


def today(city: LiveCity) -> date:
    return city_day(city.installation.services.clock())


def forbidden(city: LiveCity, who: str, query: str, **variables: Any) -> bool:
    payload = city.ask(who, query, **variables)
    return "errors" in payload and payload["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_a_diagnosis_is_filled_confirmed_verified_and_reviewed_by_four_people_each_in_their_own_position(
    city: LiveCity,
) -> None:
    diagnosis = city.opened()
    first, *rest = sections(3).items()
    assert first[0] == "D1"
    city.done("department", "saveAnswers", diagnosis=diagnosis, section="D1", answers=first[1])
    section, answers = rest[0]
    denied = city.refused("department", "saveAnswers", diagnosis=diagnosis, section=section, answers=answers)
    assert denied == "SECTION_NOT_YOURS"
    for section, answers in rest:
        city.done("filler", "saveAnswers", diagnosis=diagnosis, section=section, answers=answers)
    assert city.refused("filler", "pledgeTruth", diagnosis=diagnosis) == "ROLE_NOT_ALLOWED"
    city.done("confirmer", "pledgeTruth", diagnosis=diagnosis)
    city.done("filler", "submitSelfAssessment", diagnosis=diagnosis)
    assert city.refused("diagnostician", "acceptDiagnosis", diagnosis=diagnosis) == "ROLE_NOT_ALLOWED"
    city.done("provider", "acceptDiagnosis", diagnosis=diagnosis)
    visit = {"visitedOn": city.today, "diagnosticians": 2, "functions": ["生产"], "notes": "现场无异常"}
    city.done("diagnostician", "recordSiteVisit", diagnosis=diagnosis, **visit)
    for section, answers in sections(3).items():
        city.done("diagnostician", "verifyAnswers", diagnosis=diagnosis, section=section, answers=answers)
    city.done("diagnostician", "scoreDiagnosis", diagnosis=diagnosis)
    assert city.refused("diagnostician", "issueReport", diagnosis=diagnosis) == "ROLE_NOT_ALLOWED"
    city.done("reviewer", "issueReport", diagnosis=diagnosis)
    assert city.refused("filler", "confirmReport", diagnosis=diagnosis) == "ROLE_NOT_ALLOWED"
    city.done("confirmer", "confirmReport", diagnosis=diagnosis)
    assert forbidden(city, "department", "query($id: ID!) { diagnosis(id: $id) { reports { nodes { sha256 } } } }", id=diagnosis)


def test_a_file_that_one_person_of_a_unit_sent_is_the_whole_units_and_no_other_units(city: LiveCity) -> None:
    diagnosis = city.submitted()
    city.done("provider", "acceptDiagnosis", diagnosis=diagnosis)
    sha256 = city.uploaded("diagnostician", "规划.pdf", b"%PDF-1.7\nexample\n%%EOF\n")
    attach = {"diagnosis": diagnosis, "sha256": sha256, "indicators": ["Z01"]}
    assert [(one["code"], one["field"]) for one in city.do("filler", "attachEvidence", "", **attach)["userErrors"]] == [
        ("FILE_NOT_RECEIVED", "sha256")
    ]
    city.done("provider", "attachEvidence", **attach)


def test_a_ticket_for_a_file_ends_with_the_role_of_whoever_asked_for_it(city: LiveCity) -> None:
    query = "mutation($input: RequestUploadInput!) { requestUpload(input: $input) { ticket { url } } }"
    asked = {"kind": "EVIDENCE", "filename": "规划.pdf"}
    urls = [city.data(who, query, input=asked)["requestUpload"]["ticket"]["url"] for who in ("filler", "enterprise")]
    city.send(EndMembership(person="filler", membership="m-filler", on=today(city) - timedelta(days=1)))
    gone, stays = (url.rsplit("/", 1)[1] for url in urls)
    uploads = city.installation.services.uploads
    with pytest.raises(Refused) as caught:
        uploads.receive(gone, b"%PDF-1.7\nexample\n%%EOF\n")
    assert caught.value.rule.code == "UPLOAD_TICKET_INVALID"
    assert uploads.receive(stays, b"%PDF-1.7\nexample\n%%EOF\n").filename == "规划.pdf"


@pytest.mark.parametrize("who", ["operator", "supplier", "support"])
def test_who_runs_supports_or_supplies_sees_no_firm_at_all(city: LiveCity, who: str) -> None:
    for query in ("{ enterprises { totalCount } }", "{ diagnoses { totalCount } }", "{ auditTrail { totalCount } }"):
        assert forbidden(city, who, query)
    assert forbidden(city, who, "{ people { totalCount } }")
    assert forbidden(city, who, "{ liaisonNetwork { totalCount } }")
    assert city.data(who, "{ editions { key } viewer { role } }")["viewer"]["role"] == who.upper()


def test_a_support_body_reads_totals_and_operator_and_supplier_not_even_these(city: LiveCity) -> None:
    query = "{ coverage(year: 2024) { total } }"
    assert city.data("support", query)["coverage"]["total"] == 2
    assert forbidden(city, "operator", query)
    assert forbidden(city, "supplier", query)


def test_who_sees_no_firm_is_told_no_sum_of_a_district_that_a_paper_may_withhold(city: LiveCity) -> None:
    query = "{ coverage(year: 2024) { total districts { district { code } total } } }"
    assert forbidden(city, "support", query)
    assert city.data("district", query)["coverage"]["districts"]


def test_a_reporting_unit_sees_the_firms_that_report_to_it_beside_their_district(city: LiveCity) -> None:
    assert city.data("unit", FIRM, id=ENTERPRISE)["enterprise"] is not None
    assert city.data("unit", FIRM, id=OTHER_ENTERPRISE)["enterprise"] is None
    assert city.data("unit", "{ enterprises { totalCount nodes { reportingUnit { id name } } } }")["enterprises"] == {
        "totalCount": 1,
        "nodes": [{"reportingUnit": {"id": "organisation/chemical-park", "name": "示例化学工业区"}}],
    }


def consent(city: LiveCity, who: str = "confirmer", **rest: Any) -> Any:
    day = today(city)
    given = {"enterprise": ENTERPRISE, "bank": "bank", "purpose": "授信", "since": str(day), "until": str(day)} | rest
    return city.done(who, "grantConsent", "enterprise { id consents { nodes { id bank { id } purpose since until } } }", **given)


def test_a_bank_sees_the_outcome_by_consent_never_an_answer_and_nothing_once_it_is_taken_back(city: LiveCity) -> None:
    diagnosis = city.issued()
    assert city.data("bank", OUTCOME, id=diagnosis)["diagnosis"] is None
    assert city.data("bank", "{ enterprises { totalCount } }")["enterprises"]["totalCount"] == 0
    given = consent(city)["enterprise"]["consents"]["nodes"]
    seen = city.data("bank", OUTCOME, id=diagnosis)["diagnosis"]
    assert seen["status"] == "ISSUED"
    assert seen["grade"] is not None
    for field in ("answers { indicator }", "evidence { nodes { sha256 } }", "result { selfTotal }", "reports { nodes { sha256 } }"):
        assert forbidden(city, "bank", f"query($id: ID!) {{ diagnosis(id: $id) {{ {field} }} }}", id=diagnosis)
    for field in ("revenueWan", "employees", "consents { nodes { bank { id } } }", "contacts { name }"):
        assert forbidden(city, "bank", f"query($id: ID!) {{ enterprise(id: $id) {{ {field} }} }}", id=ENTERPRISE)
    city.done("enterprise", "revokeConsent", "enterprise { id }", enterprise=ENTERPRISE, consent=given[0]["id"])
    assert city.data("bank", OUTCOME, id=diagnosis)["diagnosis"] is None


def test_a_consent_ends_by_itself_on_its_day(city: LiveCity) -> None:
    diagnosis = city.issued()
    day = today(city) + timedelta(days=1)
    consent(city, since=str(day), until=str(day + timedelta(days=7)))
    assert city.data("bank", OUTCOME, id=diagnosis)["diagnosis"] is None


def test_no_other_firm_consents_for_this_one(city: LiveCity) -> None:
    day = str(today(city))
    given = {"enterprise": ENTERPRISE, "bank": "bank", "purpose": "授信", "since": day, "until": day}
    assert city.refused("stranger", "grantConsent", **given) == "NOT_FOUND"


def test_an_expert_sees_the_diagnosis_that_is_assigned_and_reviews_it(city: LiveCity) -> None:
    diagnosis = city.scored()
    read = "query($id: ID!) { diagnosis(id: $id) { status answers { indicator } enterprise { name } } }"
    assert city.data("reader", read, id=diagnosis)["diagnosis"] is None
    review = {"diagnosis": diagnosis, "conclusion": "同意"}
    assert city.refused("reader", "recordExpertReview", **review) == "NOT_FOUND"
    day = today(city)
    term = {"expert": "reader", "role": "READER", "since": str(day), "until": str(day + timedelta(days=7))}
    city.done("city", "assignExpert", "diagnosis { id }", diagnosis=diagnosis, **term)
    assert city.data("reader", read, id=diagnosis)["diagnosis"]["answers"]
    assert city.data("reader", "{ enterprises { totalCount } }")["enterprises"]["totalCount"] == 1
    city.done("reader", "recordExpertReview", **review)
    assert forbidden(city, "reader", "{ auditTrail { totalCount } }")
    assert "reader" not in str(city.data("enterprise", "{ auditTrail(first: 100) { nodes { subject data } } }"))


ASSIGNMENT = "assignments { nodes { id expert { id } role since until ended } }"
ASSIGNMENTS = f"query($id: ID!, $asOf: String) {{ diagnosis(id: $id, asOf: $asOf) {{ {ASSIGNMENT} }} }}"


def test_the_city_finds_the_assignment_that_it_releases_and_nobody_but_the_auditor_beside_it(city: LiveCity) -> None:
    """Plan V5, P7: who works on a case is the city's to know."""
    diagnosis, day = city.scored(), today(city)
    term = {"expert": "reader", "role": "READER", "since": str(day), "until": str(day + timedelta(days=7))}
    told = city.done("city", "assignExpert", "diagnosis { assignments { nodes { id } } }", diagnosis=diagnosis, **term)
    (made,) = told["diagnosis"]["assignments"]["nodes"]
    expected = {"id": made["id"], "expert": {"id": id_of("person", "reader")}, "role": "READER"}
    expected |= {"since": term["since"], "until": term["until"]}
    assert city.data("city", ASSIGNMENTS, id=diagnosis)["diagnosis"]["assignments"]["nodes"] == [{**expected, "ended": False}]
    before = city.installation.services.clock().isoformat()
    for who in ("district", "provider", "enterprise", "reader", "group"):
        assert forbidden(city, who, ASSIGNMENTS, id=diagnosis), who
    city.done("city", "releaseExpert", "diagnosis { id }", diagnosis=diagnosis, assignment=made["id"])
    released = {**expected, "until": str(day - timedelta(days=1)), "ended": True}
    listed = f"{{ diagnoses {{ nodes {{ id {ASSIGNMENT} }} }} }}"
    assert {"id": diagnosis, "assignments": {"nodes": [released]}} in city.data("auditor", listed)["diagnoses"]["nodes"]
    then = city.data("auditor", ASSIGNMENTS, id=diagnosis, asOf=before)["diagnosis"]["assignments"]["nodes"]
    assert then == [{**expected, "ended": False}]


INVITE = """mutation($input: IssueInvitationInput!) { issueInvitation(input: $input) {
  invitation { ticket } userErrors { code } } }"""
ACCEPT = "mutation($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { userErrors { code } } }"
SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { session { token } userErrors { code } } }"


def invited(city: LiveCity, who: str, role: str, unit: str) -> str:
    given = {"name": "新同事", "role": role, "organisation": unit, "since": str(today(city))}
    return str(city.done(who, "invitePerson", "person { id name joined }", **given)["person"]["id"])


def ticket(city: LiveCity, who: str, person: str) -> Any:
    return city.data(who, INVITE, input={"person": person})["issueInvitation"]


def accepted(city: LiveCity, code: str, login: str) -> list[str]:
    errors = city.data(None, ACCEPT, input={"ticket": code, "login": login, "password": PASSWORD})["acceptInvitation"]
    return [error["code"] for error in errors["userErrors"]]


def test_an_owner_invites_a_filler_who_joins_with_a_login_of_their_own(city: LiveCity) -> None:
    person = invited(city, "enterprise", "FILLER", ENTERPRISE)
    code = ticket(city, "enterprise", person)["invitation"]["ticket"]
    assert accepted(city, code, "city") == ["LOGIN_TAKEN"]
    assert accepted(city, code, "newcomer") == []
    assert accepted(city, code, "again") == ["INVITATION_INVALID"]
    session = city.data(None, SIGN_IN, input={"login": "newcomer", "password": PASSWORD})["signIn"]["session"]
    city.tokens["newcomer"] = session["token"]
    assert city.data("newcomer", "{ viewer { role organisation } }")["viewer"] == {
        "role": "FILLER",
        "organisation": ENTERPRISE,
    }
    nodes = city.data("enterprise", "{ people(first: 100) { nodes { id joined } } }")["people"]["nodes"]
    assert {"id": person, "joined": True} in nodes
    assert ticket(city, "enterprise", person)["userErrors"] == [{"code": "JOINED_ALREADY"}]


def test_a_newer_ticket_ends_the_older_one(city: LiveCity) -> None:
    person = invited(city, "provider", "DIAGNOSTICIAN", "p1")
    older = ticket(city, "provider", person)["invitation"]["ticket"]
    newer = ticket(city, "provider", person)["invitation"]["ticket"]
    assert accepted(city, older, "newcomer") == ["INVITATION_INVALID"]
    assert accepted(city, newer, "newcomer") == []


def test_nobody_becomes_somebody_else_by_a_ticket(city: LiveCity) -> None:
    """Whoever holds a ticket acts in all of the person's roles: only who could give them all gets one."""
    assert ticket(city, "enterprise", "confirmer")["userErrors"] == [{"code": "JOINED_ALREADY"}]
    assert ticket(city, "stranger", "confirmer")["userErrors"] == [{"code": "NOT_FOUND"}]
    person = invited(city, "enterprise", "FILLER", ENTERPRISE)
    assert ticket(city, "district", person)["userErrors"] == [{"code": "NOT_FOUND"}]
    given = {"person": person, "role": "DISTRICT", "organisation": "310117", "since": str(today(city))}
    city.done("city", "grantMembership", "person { id }", **given)
    assert ticket(city, "enterprise", person)["userErrors"] == [{"code": "NOT_FOUND"}]
    assert ticket(city, "city", person)["invitation"] is not None


def test_a_role_is_given_within_ones_own_unit_only(city: LiveCity) -> None:
    given = {"name": "新同事", "role": "FILLER", "organisation": OTHER_ENTERPRISE, "since": str(today(city))}
    assert city.refused("enterprise", "invitePerson", **given) == "UNIT_UNKNOWN"
    assert city.refused("filler", "invitePerson", **given | {"organisation": ENTERPRISE}) == "ROLE_NOT_ALLOWED"
    assert city.refused("district", "invitePerson", **given | {"role": "CITY", "organisation": "city"}) == (
        "ROLE_NOT_YOURS_TO_GIVE"
    )


def test_who_sees_a_person_through_one_unit_learns_nothing_of_their_other_roles(city: LiveCity) -> None:
    given = {"person": "filler", "role": "DIAGNOSTICIAN", "organisation": "p2", "since": str(today(city))}
    city.done("city", "grantMembership", "person { id }", **given)
    query = "{ people(first: 100) { nodes { id memberships { nodes { role } } } } }"

    def roles(who: str) -> list[str]:
        nodes = city.data(who, query)["people"]["nodes"]
        found = [one["memberships"]["nodes"] for one in nodes if one["id"] == id_of("person", "filler")]
        return sorted(held["role"] for memberships in found for held in memberships)

    assert roles("enterprise") == ["FILLER"]
    assert roles("rival") == ["DIAGNOSTICIAN"]
    assert roles("city") == ["DIAGNOSTICIAN", "FILLER"]


NETWORK = """query($above: ID) { liaisonNetwork(above: $above, first: 100) {
  totalCount nodes { organisation { id parent } contacts { name role } } } }"""


def network(city: LiveCity, who: str, above: str | None = None) -> dict[str, list[str]]:
    found = city.data(who, NETWORK, above=above)["liaisonNetwork"]
    assert found["totalCount"] == len(found["nodes"])
    names = {node["organisation"]["id"]: [one["name"] for one in node["contacts"]] for node in found["nodes"]}
    return {key_of(identity, "organisation"): held for identity, held in names.items()}


def test_the_liaison_network_names_a_contact_at_every_node_below_and_above_ones_own(city: LiveCity) -> None:
    everything = network(city, "city")
    assert everything["310117"] == ["示例人员district"]
    assert everything["310115"] == []
    assert network(city, "city", above="310117") == {"310117001": ["示例人员subdistrict"], "songjiang-park": []}
    assert network(city, "subdistrict").keys() == {"310117001", "310117", "city"}
    assert network(city, "district").keys() == {"310117", "310117001", "songjiang-park", "city"}
    assert network(city, "pudong").keys() == {"310115", "city"}
    firm = {"310117", "310117001", "songjiang-park", "chemical-park", "g1", "city"}
    assert network(city, "enterprise").keys() == firm
    assert network(city, "stranger").keys() == {"310115", "city"}
    contacts = city.data("provider", "query($id: ID!) { enterprise(id: $id) { contacts { name } } }", id=ENTERPRISE)
    assert contacts["enterprise"] is None
    city.opened()
    contacts = city.data("provider", "query($id: ID!) { enterprise(id: $id) { contacts { name } } }", id=ENTERPRISE)
    assert contacts["enterprise"]["contacts"] == [{"name": "示例人员enterprise"}]


def test_who_joined_before_and_lost_every_way_in_is_invited_anew(city: LiveCity) -> None:
    """As after a restore without the vault: the login is what was asked for, and having joined before is no error."""
    person = invited(city, "enterprise", "FILLER", ENTERPRISE)
    assert accepted(city, ticket(city, "enterprise", person)["invitation"]["ticket"], "first") == []
    city.installation.accounts.remove(key_of(person, "person"))
    assert accepted(city, ticket(city, "enterprise", person)["invitation"]["ticket"], "second") == []
    assert city.installation.accounts.sign_in("second", PASSWORD) is not None
