"""Full events (plan P8; decision 0133): told under a contract alone, and never more than the partner's own key would read then."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import httpx2
import jsonschema
import pytest

from api.app import create_app
from api.downloads.export_tables import TABLES
from api.record.event_catalogue import described
from api.record.event_objects import TABLE_OF
from domain.access import Role
from domain.participants.partner_contracts import FullEventKind, PartnerContractGranted
from domain.public_events import PUBLIC_EVENTS
from interop.rosters.uscc import valid_uscc
from journal.codec import encode
from journal.entries import NewEntry
from tests.api.participants.conftest import Hooks
from tests.api.participants.receivers import Receiver, says
from tests.api.small_api import serving
from tests.live_city import ENTERPRISE, FIRM

FIRM_ID = f"enterprise/{ENTERPRISE}"
SCHEMAS = {one.public.name: one.schema for one in map(described, PUBLIC_EVENTS)}
LIST = "{ partnerContracts { nodes { id partner purpose kinds until inForce why } } }"
GRANT = """mutation($input: GrantPartnerContractInput!) {
  grantPartnerContract(input: $input) { userErrors { code } } }"""
READ = """query($f: ID!, $d: ID!) { f: node(id: $f) { ... on Enterprise { uscc name } }
  d: node(id: $d) { ... on Diagnosis { status } } }"""
ELSEWHERE = {"district": "310115", "subdistrict": None, "park": None}


def agreed(hooks: Hooks, *kinds: str, partner: str = "erp", days: int = 30) -> str:
    until = (date.fromisoformat(hooks.city.today) + timedelta(days=days)).isoformat()
    given = {"partner": partner, "purpose": "园区平台展示", "kinds": kinds or ("ENTERPRISE",), "until": until}
    return str(hooks.city.done("city", "grantPartnerContract", "partnerContract { id }", **given)["partnerContract"]["id"])


@pytest.fixture
def host(hooks: Hooks) -> Iterator[str]:
    with serving(create_app(hooks.city.installation.services)) as address:
        yield f"http://{address}"


def feed(hooks: Hooks, host: str, who: str = "erp *", **asked: str) -> list[dict[str, Any]]:
    headers = {"authorization": f"Bearer {hooks.city.tokens[who]}"}
    found: list[dict[str, Any]] = httpx2.get(f"{host}/events", headers=headers, params=asked).json()
    for one in found:
        jsonschema.validate(one, SCHEMAS[one["type"]])
    return found


def objects(events: list[dict[str, Any]]) -> list[Any]:
    """The object of each event; "thin" of one without."""
    return [one["data"].get("object", "thin") for one in events]


def test_under_a_contract_events_of_its_kinds_carry_what_the_key_would_read(hooks: Hooks, host: str) -> None:
    hooks.key(partner="rival")
    diagnosis = hooks.city.issued()
    thin = feed(hooks, host)
    assert set(objects(thin)) == {"thin"}
    contract = agreed(hooks, "ENTERPRISE", "DIAGNOSIS")
    full = feed(hooks, host)
    assert [one["id"] for one in full] == [one["id"] for one in thin]
    for one in full:
        kind, told = one["type"].split(".")[0], one["data"].pop("object", "thin")
        assert (told == "thin") == (kind == "standard"), one
    assert full == thin
    assert feed(hooks, host, "rival *") == thin
    of = {one["subject"]: one["data"]["object"] for one in feed(hooks, host) if "object" in one["data"]}
    seen = hooks.city.data("erp *", READ, f=FIRM_ID, d=diagnosis)
    assert {name: of[FIRM_ID][name] for name in ("uscc", "name")} == seen["f"]
    assert of[diagnosis]["status"] == seen["d"]["status"]
    assert "revenueWan" not in of[FIRM_ID]
    hooks.city.done("city", "endPartnerContract", "", contract=contract, why="平台停用")
    assert feed(hooks, host) == thin


def test_a_full_event_holds_nothing_that_is_protected() -> None:
    for name in TABLE_OF.values():
        table = TABLES[name]
        assert table.unprotected(Role.PARTNER) == table.readable(Role.PARTNER)
        assert not table.masks(Role.PARTNER)
    assert "revenueWan" not in {one.name for one in TABLES["enterprises"].unprotected(Role.CITY)}
    assert "revenueWan" in {one.name for one in TABLES["enterprises"].readable(Role.CITY)}


def test_every_kind_that_a_contract_may_name_has_an_object() -> None:
    of_kind = {one.kind: one.thing for one in PUBLIC_EVENTS.values()}
    assert {of_kind[one.value] for one in FullEventKind} == set(TABLE_OF)


def ends(hooks: Hooks, contract: str) -> None:
    hooks.city.done("city", "endPartnerContract", "", contract=contract, why="平台停用")


def runs_out(hooks: Hooks, _contract: str) -> None:
    hooks.clock.ahead = timedelta(days=31)


@pytest.mark.parametrize("over", [ends, runs_out])
def test_what_was_agreed_and_is_over_between_event_and_delivery_is_sent_no_more(
    hooks: Hooks, receiver: Receiver, over: Any
) -> None:
    endpoint = hooks.active(receiver)
    contract = agreed(hooks)
    receiver.answer = says(500)
    hooks.happens()
    hooks.serve(endpoint)
    (full,) = receiver.events()
    jsonschema.validate(full, SCHEMAS[full["type"]])
    assert full["data"]["object"]["name"] == "示例企业1"
    over(hooks, contract)
    receiver.answer = says(204)
    hooks.clock.ahead += timedelta(seconds=10)
    hooks.serve(endpoint)
    again = receiver.events()[1]
    assert again["id"] == full["id"]
    assert objects([again]) == ["thin"]


def test_what_is_sent_again_after_the_end_is_thin(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = hooks.active(receiver)
    contract = agreed(hooks)
    hooks.happens()
    hooks.serve(endpoint)
    ends(hooks, contract)
    (full,) = receiver.events()
    hooks.city.done("erp *", "redeliverEvents", "", endpoint=endpoint, firstEvent=full["id"])
    hooks.serve(endpoint)
    assert [one == "thin" for one in objects(receiver.events())] == [False, True]


def test_what_ends_while_the_first_is_sent_counts_for_the_second(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = hooks.active(receiver)
    contract = agreed(hooks)
    hooks.happens(2)

    def answer(handler: Any, received: Any) -> None:
        if len(receiver.received) == 1:
            ends(hooks, contract)
        says(204)(handler, received)

    receiver.answer = answer
    hooks.serve(endpoint)
    assert [one == "thin" for one in objects(receiver.events())] == [False, True]


def test_of_a_firm_that_left_the_keys_district_nothing_is_told_in_full_either(
    hooks: Hooks, receiver: Receiver, host: str
) -> None:
    hooks.key("310117")
    endpoint = hooks.active(receiver, "erp 310117")
    agreed(hooks)
    receiver.answer = says(500)
    hooks.happens()
    hooks.serve(endpoint)
    hooks.stated(FIRM.model_copy(update={"uscc": valid_uscc(1), "name": "示例企业1", **ELSEWHERE}))
    receiver.answer = says(204)
    hooks.clock.ahead = timedelta(seconds=10)
    hooks.serve(endpoint)
    assert len(receiver.received) == 1
    assert {one["district"] for one in objects(feed(hooks, host, "erp 310117", kind="enterprise"))} == {"310117"}


def test_an_open_stream_is_thin_from_the_next_event_on(hooks: Hooks, host: str) -> None:
    contract = agreed(hooks)
    seen = feed(hooks, host)[-1]["id"]
    headers = {"authorization": f"Bearer {hooks.city.tokens['erp *']}", "accept": "text/event-stream"}
    with httpx2.stream("GET", f"{host}/events?after={seen}", headers=headers, timeout=40) as answer:
        lines = (line[6:] for line in answer.iter_lines() if line.startswith("data: "))
        hooks.happens()
        assert '"object":{' in next(lines)
        ends(hooks, contract)
        hooks.happens()
        assert '"object"' not in next(lines)


def test_a_partner_reads_its_own_contracts_and_the_trail_says_what_was_agreed(hooks: Hooks) -> None:
    hooks.key(partner="rival")
    contract = agreed(hooks, "DIRECTORY", "DIAGNOSIS")
    [own] = hooks.city.data("erp *", LIST)["partnerContracts"]["nodes"]
    assert (own["id"], own["kinds"], own["inForce"]) == (contract, ["DIAGNOSIS", "DIRECTORY"], True)
    assert hooks.city.data("rival *", LIST)["partnerContracts"]["nodes"] == []
    assert "errors" in hooks.city.ask("district", LIST)
    ends(hooks, contract)
    [over] = hooks.city.data("auditor", LIST)["partnerContracts"]["nodes"]
    assert (over["inForce"], over["why"]) == (False, "平台停用")
    holding = "{ partnerContracts(inForce: true) { nodes { id } } }"
    assert hooks.city.data("city", holding)["partnerContracts"]["nodes"] == []
    trail = '{ auditTrail(kind: "partnercontract.") { nodes { sentence sentenceInEnglish } } }'
    first, last = hooks.city.data("auditor", trail)["auditTrail"]["nodes"]
    assert "诊断事件、名录事件" in first["sentence"] + last["sentence"]
    assert "平台停用" in first["sentence"] + last["sentence"]
    assert hooks.city.refused("city", "endPartnerContract", contract=contract, why="再次") == "CONTRACT_ENDED"
    given = {"purpose": "展示", "kinds": ["ENTERPRISE"], "until": hooks.city.today}
    assert hooks.city.refused("city", "grantPartnerContract", partner="epr", **given) == "CONTRACT_PARTNER_UNKNOWN"
    assert hooks.city.refused("district", "grantPartnerContract", partner="erp", **given) == "ROLE_NOT_ALLOWED"


def asked(hooks: Hooks, **changed: Any) -> dict[str, Any]:
    return {"partner": "erp", "purpose": "展示", "kinds": ["ENTERPRISE"], "until": hooks.city.today, **changed}


def in_force(hooks: Hooks) -> list[str]:
    nodes = hooks.city.data("city", "{ partnerContracts(inForce: true) { nodes { id } } }")["partnerContracts"]["nodes"]
    return [one["id"] for one in nodes]


def test_a_partner_has_one_contract_at_a_time_and_ending_it_makes_its_events_thin(hooks: Hooks, host: str) -> None:
    hooks.key(partner="rival")
    contract = agreed(hooks)
    for further in (asked(hooks), asked(hooks, kinds=["DIRECTORY"]), asked(hooks, partner=" erp ")):
        assert hooks.city.refused("city", "grantPartnerContract", **further) == "PARTNER_CONTRACT_HELD"
    others = agreed(hooks, partner="rival")
    assert in_force(hooks) == [contract, others]
    ends(hooks, contract)
    hooks.happens()
    assert set(objects(feed(hooks, host))) == {"thin"}
    assert agreed(hooks) in in_force(hooks)


def test_of_grants_at_the_same_moment_one_is_taken(hooks: Hooks) -> None:
    def grant(purpose: int) -> str:
        given = asked(hooks, purpose=f"用途 {purpose}")
        answer = hooks.city.ask("city", GRANT, input=given)["data"]["grantPartnerContract"]
        return answer["userErrors"][0]["code"] if answer["userErrors"] else "taken"

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(grant, range(4)))
    assert said == [*["PARTNER_CONTRACT_HELD"] * 3, "taken"]
    assert len(in_force(hooks)) == 1


def test_a_contract_from_before_they_were_reserved_holds_its_partner(hooks: Hooks) -> None:
    """Granted as the record then had it: without its reservation."""
    services = hooks.city.installation.services
    until = date.fromisoformat(hooks.city.today)
    granted = PartnerContractGranted(partner="erp", purpose="展示", kinds=(FullEventKind.ENTERPRISE,), until=until)
    entry = NewEntry("partnercontract/old", 1, granted.type, encode(granted), actor="li", role=Role.CITY, organisation="city")
    services.journal.append([entry], time.time_ns() // 1000)
    assert services.models.wait_for(services.journal.wait_beyond(0, 0), 30)
    assert hooks.city.refused("city", "grantPartnerContract", **asked(hooks)) == "PARTNER_CONTRACT_HELD"
    ends(hooks, "partnercontract/old")
    assert [agreed(hooks)] == in_force(hooks)
