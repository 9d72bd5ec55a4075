"""Lists of the past 往期列表 through the API: firms, diagnoses, people, contacts, files and the trail as they were then."""

from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from api.kit.cursors import Cursors
from api.kit.ids import id_of
from domain.access import Role
from domain.instants import city_day
from domain.kernel import Command
from domain.participants.enterprises import Firm
from domain.participants.people.memberships import EndMembership, GrantMembership
from domain.participants.people.registration import RegisterPerson
from tests.live_city import ENTERPRISE, FIRM, OTHER, OTHER_ENTERPRISE, LiveCity
from tests.small_city import roster

LIST = """query($f: EnterpriseFilter, $a: String, $n: Int, $c: String) { enterprises(filter: $f, asOf: $a, first: $n, after: $c) {
  totalCount pageInfo { hasNextPage endCursor } nodes { id name district { code } diagnosis { status } asOf { changes } } } }"""


def sent(city: LiveCity, command: Command) -> None:
    """Send a command, and wait until the read models show it."""
    city.send(command)
    services = city.installation.services
    assert services.models.wait_for(services.journal.head().size, 10)


def stated(city: LiveCity, *firms: Firm, filename: str = "名单二.xlsx") -> None:
    """A later roster states some firms otherwise."""
    rows = tuple(enumerate(firms, 2))
    digest = sha256(repr(rows).encode()).hexdigest()
    sent(city, roster(digest=digest, filename=filename, rows=rows))


def now(city: LiveCity) -> str:
    """The present position, as an opaque token."""
    return Cursors(city.installation.services.secret).seal(city.installation.services.journal.head().size)


def seen(city: LiveCity, who: str, **given: Any) -> tuple[int, list[dict[str, Any]]]:
    found = city.data(who, LIST, **given)["enterprises"]
    return found["totalCount"], found["nodes"]


def test_a_list_finds_and_shows_firms_as_they_were_then(city: LiveCity) -> None:
    before = now(city)
    renamed = FIRM.model_copy(update={"name": "示例更名重工有限公司", "industry": "C26"})
    stated(city, renamed)
    city.opened()
    count, nodes = seen(city, "city", a=before, f={"text": "精密机械"})
    assert (count, [(node["id"], node["name"]) for node in nodes]) == (1, [(id_of("enterprise", ENTERPRISE), FIRM.name)])
    assert nodes[0]["diagnosis"] is None
    assert nodes[0]["asOf"] == {"changes": 1}
    assert seen(city, "city", a=before, f={"industry": "C26"}) == (0, [])
    assert seen(city, "city", f={"text": "精密机械"}) == (0, [])
    assert [node["name"] for node in seen(city, "city", a=now(city))[1]].count(renamed.name) == 1


def test_who_sees_a_firm_today_finds_its_past_and_nobody_else(city: LiveCity) -> None:
    before = now(city)
    stated(city, FIRM.model_copy(update={"district": "310115", "subdistrict": None, "park": None}))
    assert seen(city, "district", a=before) == (0, [])
    count, nodes = seen(city, "pudong", a=before, f={"district": "310117"})
    assert (count, [node["id"] for node in nodes]) == (1, [id_of("enterprise", ENTERPRISE)])


def test_a_cursor_is_of_one_list_and_one_moment(city: LiveCity) -> None:
    before = now(city)
    first = city.data("city", LIST, a=before, n=1)["enterprises"]
    cursor = first["pageInfo"]["endCursor"]
    later = city.data("city", LIST, a=before, n=1, c=cursor)["enterprises"]
    ids = [first["nodes"][0]["id"], later["nodes"][0]["id"]]
    every = sorted(id_of("enterprise", key) for key in (ENTERPRISE, OTHER_ENTERPRISE))
    assert (sorted(ids), first["totalCount"]) == (every, 2)
    assert (first["pageInfo"]["hasNextPage"], later["pageInfo"]["hasNextPage"]) == (True, False)
    moment = datetime.now(UTC).isoformat()
    of_today = city.data("city", LIST, n=1)["enterprises"]["pageInfo"]["endCursor"]
    diagnoses = "query($a: String, $c: String) { diagnoses(asOf: $a, after: $c) { totalCount } }"
    for query, given in (
        (LIST, {"a": None, "c": cursor}),
        (LIST, {"a": moment, "c": cursor}),
        (LIST, {"a": before, "c": of_today}),
        (diagnoses, {"a": before, "c": cursor}),
    ):
        (error,) = city.ask("city", query, **given)["errors"]
        assert error["extensions"]["code"] == "CURSOR_INVALID"


def test_the_pages_of_a_moment_stay_those_of_one_position(city: LiveCity) -> None:
    moment = datetime.now(UTC).isoformat()
    first = city.data("city", LIST, a=moment, n=1)["enterprises"]
    stated(city, OTHER.model_copy(update={"name": "示例后改名有限公司"}), FIRM.model_copy(update={"name": "示例另名有限公司"}))
    rest = city.data("city", LIST, a=moment, n=1, c=first["pageInfo"]["endCursor"])["enterprises"]
    assert {first["nodes"][0]["name"], rest["nodes"][0]["name"]} == {FIRM.name, OTHER.name}
    assert rest["nodes"][0]["asOf"] == {"changes": 1}


def test_diagnoses_are_found_by_the_status_they_had(city: LiveCity) -> None:
    diagnosis = city.opened()
    before = now(city)
    city.done("district", "withdrawDiagnosis", diagnosis=diagnosis, reason="重复开启")
    query = """query($a: String, $s: [DiagnosisStatus!]) { diagnoses(asOf: $a, filter: {status: $s}) { totalCount
      nodes { id status version enterprise { name } provider { name } asOf { changes } } } }"""
    found = city.data("provider", query, a=before, s="OPEN")["diagnoses"]
    assert (found["totalCount"], [(one["id"], one["version"]) for one in found["nodes"]]) == (1, [(diagnosis, 1)])
    assert found["nodes"][0]["asOf"] == {"changes": 1}
    assert found["nodes"][0]["enterprise"] == {"name": FIRM.name}
    assert city.data("provider", query, a=before, s="WITHDRAWN")["diagnoses"]["totalCount"] == 0
    assert city.data("provider", query, a=None, s="OPEN")["diagnoses"]["totalCount"] == 0
    assert city.data("rival", query, a=before, s=None)["diagnoses"] == {"totalCount": 0, "nodes": []}


PEOPLE = """query($a: String) { people(asOf: $a, first: 100) { totalCount nodes {
  id memberships { nodes { id role organisation until } } asOf { changes } } } }"""


def test_people_are_told_with_the_roles_they_had_been_given_by_then(city: LiveCity) -> None:
    before = now(city)
    granted = GrantMembership(
        person="filler", membership="m9", role=Role.CONFIRMER, organisation=ENTERPRISE, since=city_day(datetime.now(UTC))
    )
    sent(city, granted)
    between = now(city)
    sent(city, EndMembership(person="filler", membership="m9", on=city_day(datetime.now(UTC))))
    told = {
        moment: next(
            one for one in city.data("enterprise", PEOPLE, a=moment)["people"]["nodes"] if one["id"] == id_of("person", "filler")
        )
        for moment in (before, between, None)
    }
    assert [one["id"] for one in told[before]["memberships"]["nodes"]] == ["m-filler"]
    assert [one["until"] for one in told[between]["memberships"]["nodes"]] == [None, None]
    assert told[None]["memberships"]["nodes"][1]["until"] is not None  # "m9" comes after "m-filler"
    assert [told[moment]["asOf"] for moment in (before, between, None)] == [{"changes": 2}, {"changes": 1}, None]


def test_what_a_person_is_elsewhere_is_told_by_no_past(city: LiveCity) -> None:
    """The firm's owner learns neither when a filler of theirs was registered for another firm, nor what changed there."""
    today = city_day(datetime.now(UTC))
    sent(city, RegisterPerson(person="mover", name="x"))
    elsewhere = {"person": "mover", "role": Role.FILLER, "organisation": OTHER_ENTERPRISE, "since": today}
    sent(city, GrantMembership(membership="m1", **elsewhere))
    before = now(city)
    sent(city, GrantMembership(**elsewhere | {"membership": "m2", "organisation": ENTERPRISE}))
    after = now(city)
    sent(city, EndMembership(person="mover", membership="m1", on=today))
    assert id_of("person", "mover") not in {one["id"] for one in city.data("enterprise", PEOPLE, a=before)["people"]["nodes"]}
    total = city.data("enterprise", PEOPLE, a=before)["people"]["totalCount"]
    assert city.data("enterprise", PEOPLE, a=after)["people"]["totalCount"] == total + 1
    nodes = city.data("enterprise", PEOPLE, a=after)["people"]["nodes"]
    (mover,) = [one for one in nodes if one["id"] == id_of("person", "mover")]
    assert ([one["id"] for one in mover["memberships"]["nodes"]], mover["asOf"]) == (["m2"], {"changes": 0})


def test_the_liaison_network_names_the_contacts_of_that_day(city: LiveCity) -> None:
    query = """query($a: String) { liaisonNetwork(asOf: $a, first: 100) { totalCount nodes {
      organisation { id asOf { changes } } contacts { person name } asOf { changes changedLater } } } }"""
    before = now(city)
    today = city_day(datetime.now(UTC))
    new = GrantMembership(
        person="subdistrict", membership="m9", role=Role.PARK, organisation="songjiang-park", since=today, contact=True
    )
    sent(city, new)

    def park(moment: str | None) -> dict[str, Any]:
        nodes = city.data("district", query, a=moment)["liaisonNetwork"]["nodes"]
        return next(node for node in nodes if node["organisation"]["id"] == id_of("organisation", "songjiang-park"))

    assert (park(before)["contacts"], park(before)["asOf"]) == ([], {"changes": 1, "changedLater": True})
    assert park(before)["organisation"]["asOf"] == {"changes": 0}
    named = [{"person": id_of("person", "subdistrict"), "name": "示例人员subdistrict"}]
    assert park(now(city))["contacts"] == park(None)["contacts"] == named
    assert city.data("district", query, a="2024-01-01")["liaisonNetwork"] == {"totalCount": 0, "nodes": []}


def test_contacts_of_a_firm_are_those_of_then(city: LiveCity) -> None:
    query = "query($id: ID!, $a: String) { enterprise(id: $id, asOf: $a) { contacts { person } } }"
    before = now(city)
    sent(city, EndMembership(person="enterprise", membership="m-enterprise", on=date(2024, 5, 1)))
    told = city.data("city", query, id=ENTERPRISE, a=before)["enterprise"]
    assert told["contacts"] == [{"person": id_of("person", "enterprise")}]
    assert city.data("city", query, id=ENTERPRISE, a=None)["enterprise"]["contacts"] == []


def test_the_trail_and_the_files_of_a_moment_are_what_had_been_written_by_then(city: LiveCity) -> None:
    query = """query($a: String) { auditTrail(asOf: $a, first: 100) { totalCount nodes { id } }
      rosterImports(asOf: $a) { totalCount nodes { filename } } }"""
    whole = city.data("auditor", query, a=None)
    before = now(city)
    stated(city, FIRM.model_copy(update={"name": "示例更名重工有限公司"}), filename="后来.xlsx")
    assert city.data("auditor", query, a=before) == whole
    later = city.data("auditor", query, a=None)
    assert later["auditTrail"]["totalCount"] > whole["auditTrail"]["totalCount"]
    assert later["rosterImports"]["nodes"][0] == {"filename": "后来.xlsx"}


def test_a_firm_gets_the_edition_that_applied_to_it_then(city: LiveCity) -> None:
    query = "query($id: ID!, $a: String) { editionFor(enterprise: $id, asOf: $a) { code edition { key } } }"
    before = now(city)
    now_told = city.data("city", query, id=ENTERPRISE, a=None)["editionFor"]
    stated(city, FIRM.model_copy(update={"industry": "C26"}))
    assert city.data("city", query, id=ENTERPRISE, a=before)["editionFor"] == now_told
    assert city.data("city", query, id=ENTERPRISE, a="2024-01-01")["editionFor"] is None
    assert city.data("stranger", query, id=ENTERPRISE, a=before)["editionFor"] is None
