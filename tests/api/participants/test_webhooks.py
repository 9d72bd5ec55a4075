"""Webhooks 事件推送 (plan P8): each event once more than needed rather than never, in order of each thing, and nothing that a query
would refuse at the moment it is sent."""

import re
from datetime import timedelta
from typing import Any

import httpx2
import orjson
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from api.app import create_app
from domain.participants.endpoints.commands import MOST_ENDPOINTS
from interop.rosters.uscc import valid_uscc
from tests.api.participants.conftest import ENDPOINT, LOG, Hooks
from tests.api.participants.receivers import Receiver, drips, floods, hangs, says
from tests.api.small_api import serving
from tests.live_city import ENTERPRISE, FIRM, LiveCity


def feed(hooks: Hooks, who: str = "erp *", **asked: str) -> list[dict[str, Any]]:
    with serving(create_app(hooks.city.installation.services)) as address:
        headers = {"authorization": f"Bearer {hooks.city.tokens[who]}"}
        found: list[dict[str, Any]] = httpx2.get(f"http://{address}/events", headers=headers, params=asked).json()
        return found


def verified(receiver: Receiver, secret: str) -> None:
    for one in (*receiver.handshakes, *receiver.received):
        Webhook(secret).verify(one.body, dict(one.headers))


def test_what_is_sent_is_what_the_feed_says_signed_as_the_standard_has_it(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = hooks.active(receiver)
    hooks.city.opened()
    hooks.serve(endpoint)
    sent = receiver.events()
    assert [one["type"] for one in sent] == ["diagnosis.case-opened.v1"]
    assert sent == feed(hooks)[-len(sent) :]
    assert [one.identity for one in receiver.received] == [one["id"] for one in sent]
    assert receiver.received[0].headers["content-type"] == "application/cloudevents+json"
    (key,) = hooks.of(endpoint)["keys"]
    verified(receiver, key["secret"])
    with pytest.raises(WebhookVerificationError):
        verified(receiver, "whsec_" + "A" * 43)
    assert [part.split(",")[0] for part in receiver.received[0].headers["webhook-signature"].split()] == ["v1", "v1a"]


def test_nothing_is_sent_before_the_handshake_is_echoed(hooks: Hooks, receiver: Receiver) -> None:
    receiver.echo = False
    endpoint = hooks.register(receiver)
    hooks.city.opened()
    for _ in range(3):
        hooks.serve(endpoint)
    assert (len(receiver.handshakes), receiver.received) == (1, [])
    assert hooks.log(endpoint)[0]["attempts"][0]["failure"] == "the challenge was not echoed · 未回送握手挑战值"
    receiver.echo = True
    hooks.clock.ahead = timedelta(seconds=10)
    hooks.serve(endpoint)
    hooks.serve(endpoint)
    assert len(receiver.received) == 1


def test_while_secrets_overlap_both_sign_and_then_the_new_one_alone(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = hooks.active(receiver)
    (old,) = hooks.of(endpoint)["keys"]
    new = hooks.city.done("erp *", "rotateEndpointSecret", ENDPOINT, endpoint=endpoint, overlapHours=1)["endpoint"]["keys"]
    assert [one["generation"] for one in new] == [2, 1]
    hooks.city.done("erp *", "sendTestEvent", "", endpoint=endpoint)
    hooks.serve(endpoint)
    last = receiver.received[-1]
    assert last.event["type"] == "endpoint.test.v1"
    for secret in old["secret"], new[0]["secret"]:
        Webhook(secret).verify(last.body, dict(last.headers))
    hooks.clock.ahead = timedelta(hours=2)
    assert [one["generation"] for one in hooks.of(endpoint)["keys"]] == [2]
    hooks.city.done("erp *", "sendTestEvent", "", endpoint=endpoint)
    hooks.serve(endpoint)
    assert len(receiver.received[-1].headers["webhook-signature"].split()) == 2


def test_to_another_partner_and_a_key_of_another_scope_it_is_not_there(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = hooks.active(receiver)
    hooks.key(partner="rival")
    hooks.key("310117")
    for who in "rival *", "erp 310117":
        assert hooks.city.data(who, "query($id: ID!) { webhookEndpoint(id: $id) { id } node(id: $id) { id } }", id=endpoint) == {
            "webhookEndpoint": None,
            "node": None,
        }
        assert hooks.log(endpoint, who) == []
        assert hooks.city.refused(who, "disableEndpoint", endpoint=endpoint) == "NOT_FOUND"
    seen = hooks.city.data("auditor", "{ webhookEndpoints { nodes { id owner host status } } }")["webhookEndpoints"]["nodes"]
    assert seen == [{"id": endpoint, "owner": "partner-erp", "host": "127.0.0.1", "status": "ACTIVE"}]
    assert "errors" in hooks.city.ask("district", "{ webhookEndpoints { totalCount } }")
    assert "errors" in hooks.city.ask("district", LOG, id=endpoint)
    assert hooks.log(endpoint, "auditor") == hooks.log(endpoint)
    for field in "url", "keys { secret }":
        assert "errors" in hooks.city.ask("auditor", f"{{ webhookEndpoints {{ nodes {{ {field} }} }} }}")


def test_what_fails_holds_back_its_own_thing_alone(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = hooks.active(receiver)
    diagnosis = hooks.city.opened()
    receiver.answer = lambda handler, one: says(500 if one.event["subject"] == diagnosis else 204)(handler, one)
    hooks.city.done("district", "withdrawDiagnosis", diagnosis=diagnosis, reason="重复立项")
    hooks.happens(3)
    hooks.serve(endpoint)
    hooks.serve(endpoint)
    assert [one["type"] for one in receiver.events()] == ["diagnosis.case-opened.v1", *["enterprise.added.v1"] * 3]
    receiver.answer = says(204)
    hooks.clock.ahead = timedelta(seconds=10)
    hooks.serve(endpoint)
    again = [one["type"] for one in receiver.events() if one["subject"] == diagnosis][1:]
    assert again == ["diagnosis.case-opened.v1", "diagnosis.case-withdrawn.v1"]


def test_an_endpoint_that_was_off_for_a_day_catches_up(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = hooks.active(receiver)
    receiver.answer = says(503)
    known = len(feed(hooks))
    for hour in range(0, 23, 4):
        hooks.clock.ahead = timedelta(hours=hour)
        hooks.happens()
        hooks.serve(endpoint)
    assert hooks.of(endpoint)["failures"] > 5
    receiver.answer, refused = says(204), len(receiver.received)
    hooks.clock.ahead = timedelta(hours=23, minutes=30)
    hooks.happens()
    hooks.serve(endpoint)
    caught_up = [one.identity for one in receiver.received[refused:]]
    assert sorted(caught_up) == sorted(one["id"] for one in feed(hooks)[known:])
    assert len(caught_up) == 7
    assert hooks.of(endpoint)["failures"] == 0


def test_429_is_left_alone_for_as_long_as_it_says(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = hooks.active(receiver)
    receiver.answer = says(429, retry_after="3600")
    hooks.happens(2)
    hooks.serve(endpoint)
    assert len(receiver.received) == 1
    receiver.answer = says(204)
    hooks.clock.ahead = timedelta(minutes=59)
    hooks.serve(endpoint)
    assert len(receiver.received) == 1
    hooks.clock.ahead = timedelta(minutes=61)
    hooks.serve(endpoint)
    assert len(receiver.received) == 3


def test_410_ends_it_and_what_happens_meanwhile_is_sent_once_it_is_enabled(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = hooks.active(receiver)
    receiver.answer = says(410)
    hooks.happens()
    hooks.serve(endpoint)
    assert (hooks.of(endpoint)["status"], hooks.of(endpoint)["stop"]) == ("DISABLED", "GONE")
    hooks.happens()
    hooks.serve(endpoint)
    assert len(receiver.received) == 1
    receiver.answer = says(204)
    hooks.city.done("erp *", "enableEndpoint", "", endpoint=endpoint)
    hooks.clock.ahead = timedelta(minutes=1)
    hooks.serve(endpoint)
    hooks.serve(endpoint)
    assert len({one.identity for one in receiver.received[1:]}) == 2


def test_one_that_fails_for_too_long_is_disabled_and_says_why(
    hooks: Hooks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruled(monkeypatch, disable_after_hours=3)
    endpoint = hooks.active(receiver)
    receiver.answer = says(500)
    for hour in range(5):
        assert hooks.of(endpoint)["status"] == ("ACTIVE" if hour < 4 else "DISABLED")
        hooks.clock.ahead = timedelta(hours=hour)
        hooks.happens(8)
        hooks.serve(endpoint)
    assert (hooks.of(endpoint)["status"], hooks.of(endpoint)["stop"]) == ("DISABLED", "FAILURES")
    assert {one["status"] for one in hooks.log(endpoint)} >= {"WAITING", "DELIVERED"}


def test_events_are_sent_again_by_id_one_or_a_stretch(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = hooks.active(receiver)
    hooks.happens(3)
    hooks.serve(endpoint)
    ids = [one.identity for one in receiver.received]
    hooks.city.done("erp *", "redeliverEvents", "", endpoint=endpoint, firstEvent=ids[1])
    hooks.serve(endpoint)
    assert [one.identity for one in receiver.received[3:]] == [ids[1]]
    stretch, told = {"endpoint": endpoint, "firstEvent": ids[0], "lastEvent": ids[1]}, "endpoint { lastRedelivery }"
    assert hooks.city.done("erp *", "redeliverEvents", told, **stretch)["endpoint"] == {"lastRedelivery": 2}
    hooks.serve(endpoint)
    assert [one.identity for one in receiver.received[4:]] == ids[:2]
    assert [one["redelivery"] for one in hooks.log(endpoint)][:3] == [2, 2, 1]
    swapped = {"firstEvent": ids[1], "lastEvent": ids[0]}
    assert hooks.city.refused("erp *", "redeliverEvents", endpoint=endpoint, **swapped) == "ENDPOINT_RANGE"
    assert hooks.city.refused("erp *", "redeliverEvents", endpoint=endpoint, firstEvent="garbage") == "CURSOR_INVALID"


def test_the_log_says_what_was_sent_and_answered_and_holds_no_signature(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = hooks.active(receiver)
    receiver.answer = says(500, b"no\x00 room\x1b[2J" + b"x" * 5_000, x_reason="full")
    hooks.happens()
    hooks.serve(endpoint)
    (latest, *_) = hooks.log(endpoint)
    (attempt,) = latest["attempts"]
    assert (latest["status"], latest["event"], attempt["code"]) == ("WAITING", "enterprise.added.v1", 500)
    assert latest["eventId"] == receiver.received[0].identity
    assert orjson.loads(attempt["headers"])["x-reason"] == "full"
    assert attempt["body"].startswith("no\ufffd room")
    assert len(attempt["body"]) <= 1_000
    assert "webhook-signature" not in attempt["sent"]


def test_a_withdrawn_key_ends_what_waits_and_another_of_the_same_partner_goes_on(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = hooks.active(receiver)
    hooks.happens()
    for one in hooks.city.installation.accounts.partner_keys.listing():
        hooks.city.installation.accounts.revoke_partner_key(one.id)
    hooks.serve(endpoint)
    assert receiver.received == []
    hooks.key("310117")
    hooks.serve(endpoint)
    assert receiver.received == []
    hooks.key()
    hooks.serve(endpoint)
    assert len(receiver.received) == 1


def test_what_left_the_district_between_event_and_delivery_is_withheld(hooks: Hooks, receiver: Receiver) -> None:
    hooks.key("310117")
    endpoint = hooks.active(receiver, "erp 310117")
    receiver.answer = says(500)
    hooks.happens()
    hooks.serve(endpoint)
    assert len(receiver.received) == 1
    elsewhere = {"district": "310115", "subdistrict": None, "park": None}
    hooks.stated(FIRM.model_copy(update={"uscc": valid_uscc(1), "name": "示例企业1", **elsewhere}))
    receiver.answer = says(204)
    hooks.clock.ahead = timedelta(seconds=10)
    hooks.serve(endpoint)
    assert len(receiver.received) == 1
    assert "WITHHELD" in {one["status"] for one in hooks.log(endpoint, "erp 310117")}


def test_an_endpoint_of_an_edition_is_told_of_its_cases_alone(hooks: Hooks, receiver: Receiver) -> None:
    of_it, of_another = (hooks.active(receiver, editions=one) for one in (["edition/2023"], ["2031"]))
    hooks.happens()
    diagnosis = hooks.city.opened()
    for endpoint in (of_another, of_it):
        hooks.serve(endpoint)
    assert [one.event["subject"] for one in receiver.received[-1:]] == [diagnosis]
    assert [one["event"] for one in hooks.log(of_it) if one["event"] != "handshake"] == ["diagnosis.case-opened.v1"]
    assert [one["event"] for one in hooks.log(of_another)] == ["handshake"]


def test_an_endpoint_of_some_firms_is_told_of_them_alone(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = hooks.active(receiver, enterprises=[f"enterprise/{ENTERPRISE}"])
    hooks.happens(2)
    diagnosis = hooks.city.opened()
    hooks.serve(endpoint)
    assert [one.event["subject"] for one in receiver.received] == [diagnosis]
    shown = hooks.city.data("erp *", "{ webhookEndpoints { nodes { enterprises } } }")["webhookEndpoints"]["nodes"]
    assert shown == [{"enterprises": [f"enterprise/{ENTERPRISE}"]}]


def test_an_unknown_kind_and_an_address_without_tls_are_refused(hooks: Hooks, city: LiveCity) -> None:
    given = {"url": "https://erp.example/", "kinds": ["weather"]}
    assert hooks.city.refused("erp *", "registerEndpoint", **given) == "ENDPOINT_KIND"
    assert city.refused("erp *", "registerEndpoint", url="http://erp.example/") == "ENDPOINT_URL"
    assert city.refused("district", "registerEndpoint", url="https://erp.example/") == "ROLE_NOT_ALLOWED"


@pytest.mark.parametrize("city", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("hooks")
def test_what_would_be_sent_nowhere_is_refused_when_it_is_registered(city: LiveCity) -> None:
    url = "https://erp.example/"
    for amiss in ({"districts": ["999999"]}, {"districts": ["310103"]}, {"districts": ["松江区"]}):
        assert city.refused("erp *", "registerEndpoint", url=url, **amiss) == "FILTER_VALUE_UNKNOWN", amiss
    for none in ("二〇二三", "1999"):
        assert city.refused("erp *", "registerEndpoint", url=url, editions=[none]) == "FILTER_EDITION_UNREADABLE", none
    assert city.refused("erp *", "registerEndpoint", url=url, enterprises=["示例企业"]) == "FILTER_FIRM_UNREADABLE"
    for nothing in ({"districts": []}, {"kinds": []}, {"enterprises": []}, {"editions": []}):
        assert city.refused("erp *", "registerEndpoint", url=url, **nothing) == "FILTER_ADMITS_NOTHING", nothing
    for host in ("10.0.0.1", "169.254.169.254", "127.1", "0x7f.1", "2130706433", "[::1]", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]"):
        assert city.refused("erp *", "registerEndpoint", url=f"https://{host}/") == "ENDPOINT_ADDRESS", host
    made = city.done("erp *", "registerEndpoint", "endpoint { districts }", url=url, districts=["organisation/310117", "310115"])
    assert made["endpoint"]["districts"] == ["310115", "310117"]
    city.done("erp *", "registerEndpoint", "endpoint { id }", url="https://8.8.8.8/")


def test_an_endpoint_without_a_key_says_so(hooks: Hooks, receiver: Receiver) -> None:
    endpoint = hooks.active(receiver)
    query = "query($id: ID!) { webhookEndpoint(id: $id) { hasKey } }"
    assert hooks.city.data("city", query, id=endpoint)["webhookEndpoint"] == {"hasKey": True}
    for one in hooks.city.installation.accounts.partner_keys.listing():
        hooks.city.installation.accounts.revoke_partner_key(one.id)
    assert hooks.city.data("city", query, id=endpoint)["webhookEndpoint"] == {"hasKey": False}


def test_the_trail_keeps_the_address_as_the_endpoint_does_and_names_its_partner(hooks: Hooks, city: LiveCity) -> None:
    hooks.key("310117")
    city.done("erp 310117", "registerEndpoint", "endpoint { id }", url="https://erp.example/secret-path")
    for who in ("city", "auditor"):
        [entry] = city.data(who, '{ auditTrail(kind: "endpoint.") { nodes { data sentence } } }')["auditTrail"]["nodes"]
        assert "secret-path" not in entry["data"], who
        assert "erp" in entry["sentence"], who
        assert "松江区" not in entry["sentence"], who


HOSTILE = {
    "sent elsewhere": (says(302, location="http://169.254.169.254/latest/meta-data/"), "redirects are not followed"),
    "sent inside": (says(307, location="http://127.0.0.1:1/"), "redirects are not followed"),
    "hangs": (hangs(4), "no whole answer within 1 seconds"),
}


@pytest.mark.parametrize(("answer", "failure"), HOSTILE.values(), ids=HOSTILE)
def test_whatever_a_receiver_does_instead_is_a_failure_and_ends_in_time(
    hooks: Hooks, receiver: Receiver, answer: Any, failure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruled(monkeypatch, answer_seconds=1)
    endpoint = hooks.active(receiver)
    receiver.answer = answer
    hooks.happens()
    hooks.serve(endpoint)
    (attempt,) = hooks.log(endpoint)[0]["attempts"]
    assert failure in attempt["failure"]
    assert re.search("[\u4e00-\u9fff]", attempt["failure"].rpartition(" · ")[2])
    assert attempt["milliseconds"] < 2_500


@pytest.mark.parametrize("answer", [drips, floods], ids=["drips", "floods"])
def test_an_endless_answer_is_cut(hooks: Hooks, receiver: Receiver, answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ruled(monkeypatch, answer_seconds=1)
    endpoint = hooks.active(receiver)
    receiver.answer = answer
    hooks.happens()
    hooks.serve(endpoint)
    (attempt,) = hooks.log(endpoint)[0]["attempts"]
    assert attempt["milliseconds"] < 2_500
    assert len(attempt["body"]) <= 1_000


def ruled(monkeypatch: pytest.MonkeyPatch, **other: int) -> None:
    """Other numbers than the rule says."""
    from zhenduan.background import delivery_judging  # noqa: PLC0415 - what is changed

    usual = delivery_judging.body_on
    monkeypatch.setattr(delivery_judging, "body_on", lambda *given: usual(*given).model_copy(update=other))


@pytest.mark.parametrize("city", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("hooks")
def test_an_endpoint_is_not_brought_back_beyond_as_many_as_a_partner_may_have(city: LiveCity) -> None:
    asked = [f"https://erp.example/{number}" for number in range(MOST_ENDPOINTS + 1)]
    first = city.done("erp *", "registerEndpoint", "endpoint { id }", url=asked[0])["endpoint"]["id"]
    city.done("erp *", "disableEndpoint", "", endpoint=first)
    for url in asked[1:]:
        city.done("erp *", "registerEndpoint", "", url=url)
    assert city.refused("erp *", "enableEndpoint", endpoint=first) == "ENDPOINTS_AT_MOST"
