"""The feed of public events (plan P5, P7, P8): what a query would show its caller now, each once and in order, in both ways out."""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import orjson
import pytest

from api.app import create_app
from api.kit.filter_values import FILTER_ADMITS_NOTHING
from api.record import event_feed
from api.record.event_catalogue import described
from domain.participants.people.memberships import EndMembership
from domain.public_events import PUBLIC_EVENTS
from standards import published_editions
from tests.api.small_api import serving
from tests.live_city import ENTERPRISE, OTHER_ENTERPRISE, LiveCity

ROOT = Path(__file__).parents[3]

SCHEMAS = {one.public.name: one.schema for one in map(described, PUBLIC_EVENTS)}
OF_THE_CASE = ["diagnosis.case-opened.v1", "diagnosis.provider-named.v1", "diagnosis.report-out.v1"]


@pytest.fixture
def host(city: LiveCity) -> Iterator[str]:
    with serving(create_app(city.installation.services)) as address:
        yield f"http://{address}"


def key(city: LiveCity, organisation: str = "*", partner: str = "erp") -> dict[str, str]:
    """The headers of a new partner key; kept so that it can be revoked."""
    issued = city.installation.accounts.issue_partner_key(partner, organisation, timedelta(days=1))
    return {"authorization": f"Bearer {issued.token}"}


def as_person(city: LiveCity, who: str) -> dict[str, str]:
    return {"authorization": f"Bearer {city.tokens[who]}"}


def fetched(host: str, headers: dict[str, str], **asked: Any) -> list[dict[str, Any]]:
    """All that there is, batch by batch."""
    found: list[dict[str, Any]] = []
    while True:
        answer = httpx2.get(f"{host}/events", headers=headers, params=asked, timeout=40)
        assert answer.status_code == 200, answer.text
        batch: list[dict[str, Any]] = answer.json()
        if not batch:
            return found
        found += batch
        asked["after"] = batch[-1]["id"]


def test_a_partner_is_told_what_leaves_the_case_and_each_event_is_of_its_schema(city: LiveCity, host: str) -> None:
    diagnosis = city.issued()
    headers = key(city)
    found = fetched(host, headers)
    assert [one["type"] for one in found if one["subject"] == diagnosis] == [OF_THE_CASE[0], OF_THE_CASE[2]]
    assert {one["type"] for one in found} >= {"enterprise.added.v1", "standard.edition-out.v1"}
    assert len({one["id"] for one in found}) == len(found)
    for one in found:
        jsonschema.validate(one, SCHEMAS[one["type"]])
        read = httpx2.get(host + one["data"]["links"]["thing"], headers=headers).json()
        assert read["data"]["node"]["id"] == one["data"]["thing"]


def test_the_cursor_is_that_of_the_subscriptions(city: LiveCity, host: str) -> None:
    diagnosis = city.issued()
    opened = next(one for one in fetched(host, key(city), kind="diagnosis") if one["subject"] == diagnosis)
    trail = city.data("city", "query($s: ID!) { auditTrail(subject: $s, first: 1) { nodes { cursor type } } }", s=diagnosis)
    assert trail["auditTrail"]["nodes"][0]["cursor"] == opened["id"]


def test_who_comes_back_goes_on_behind_the_last_event_that_it_saw(city: LiveCity, host: str) -> None:
    city.issued()
    headers = key(city)
    whole = fetched(host, headers)
    for place, seen in enumerate(whole, 1):
        assert fetched(host, headers, after=seen["id"]) == whole[place:]


def test_a_filter_says_which_kinds_and_whose_and_the_link_keeps_it(city: LiveCity, host: str) -> None:
    city.issued()
    headers = key(city)
    whole = fetched(host, headers)
    assert fetched(host, headers, kind="standard") == [one for one in whole if one["type"].startswith("standard.")]
    named = fetched(host, headers, kind="diagnosis.report-out.v1,enterprise")
    assert named == [one for one in whole if one["type"].startswith(("diagnosis.report-out.", "enterprise."))]
    of_the_firm = fetched(host, headers, district="310117")
    assert fetched(host, headers, district="organisation/310117") == of_the_firm
    assert len(fetched(host, headers, district="organisation/310117, 310115")) > len(of_the_firm)
    assert {one["type"].split(".")[0] for one in of_the_firm} == {"diagnosis", "enterprise"}
    assert of_the_firm == fetched(host, headers, enterprise=f"enterprise/{ENTERPRISE}")
    both = fetched(host, headers, enterprise=f"{ENTERPRISE},enterprise/{OTHER_ENTERPRISE}", kind="enterprise")
    assert {one["subject"] for one in both} == {f"enterprise/{ENTERPRISE}", f"enterprise/{OTHER_ENTERPRISE}"}
    assert fetched(host, headers, district="310115", kind="diagnosis") == []
    first = httpx2.get(f"{host}/events", headers=headers, params={"district": "310117"})
    following = first.headers["link"].split(">")[0].removeprefix("<")
    assert "district=310117" in following
    assert httpx2.get(host + following, headers=headers).json() == []


OTHERS = ["district", "pudong", "provider", "rival", "enterprise", "stranger", "bank", "reader", "support", "operator"]


def test_nobody_is_told_of_what_a_query_would_refuse(city: LiveCity, host: str) -> None:
    city.issued()
    told = set()
    for who in OTHERS:
        headers = as_person(city, who)
        for one in fetched(host, headers):
            read = httpx2.get(host + one["data"]["links"]["thing"], headers=headers).json()
            assert (read.get("data") or {}).get("node") is not None, (who, one)
            told.add(who)
    assert told == set(OTHERS), "each is told of something"


def test_a_key_of_a_district_is_told_of_that_district_alone(city: LiveCity, host: str) -> None:
    diagnosis = city.issued()
    assert diagnosis in {one["subject"] for one in fetched(host, key(city, "310117"))}
    elsewhere = {one["subject"] for one in fetched(host, key(city, "310115"))}
    assert not {diagnosis, f"enterprise/{ENTERPRISE}"} & elsewhere


def test_a_follower_of_an_edition_is_told_of_its_cases_and_of_itself_alone(city: LiveCity, host: str) -> None:
    diagnosis = city.issued()
    headers = key(city)
    told = fetched(host, headers, edition="2023")
    assert {one["subject"] for one in told} == {diagnosis, "edition/2023"}
    assert [one["id"] for one in told] == [
        one["id"] for one in fetched(host, headers) if one["subject"] in (diagnosis, "edition/2023")
    ]
    assert fetched(host, headers, edition="edition/2023", kind="diagnosis") == [one for one in told if one["subject"] == diagnosis]
    assert fetched(host, headers, edition="2031") == []
    assert {one["subject"] for one in fetched(host, headers, edition="2023,2031", district="310117")} == {diagnosis}
    assert fetched(host, headers, edition="2023", district="310115") == []


def test_a_bank_whose_consent_ended_between_event_and_delivery_is_told_nothing(city: LiveCity, host: str) -> None:
    terms = {"bank": "bank", "purpose": "授信", "since": city.today, "until": city.today}
    granted = city.done("enterprise", "grantConsent", "enterprise { consents { nodes { id } } }", enterprise=ENTERPRISE, **terms)
    (consent,) = granted["enterprise"]["consents"]["nodes"]
    diagnosis = city.issued()
    headers = as_person(city, "bank")
    own = fetched(host, headers, kind="enterprise")
    assert own
    city.done("enterprise", "revokeConsent", "", enterprise=ENTERPRISE, consent=consent["id"])
    assert fetched(host, headers, kind="enterprise") == []
    assert diagnosis not in {one["subject"] for one in fetched(host, headers)}


AMISS: list[tuple[dict[str, str], int, str]] = [
    ({"after": "garbage"}, 400, "CURSOR_INVALID"),
    ({"kind": "weather"}, 400, "MALFORMED_INPUT"),
    ({"kind": ""}, 400, "MALFORMED_INPUT"),
    ({"district": "999999"}, 400, "FILTER_VALUE_UNKNOWN"),
    ({"district": "松江区"}, 400, "FILTER_VALUE_UNKNOWN"),
    ({"district": "310103"}, 400, "FILTER_VALUE_UNKNOWN"),
    ({"district": "310117,,"}, 400, "FILTER_VALUE_UNKNOWN"),
    ({"enterprise": "nope"}, 400, "FILTER_FIRM_UNREADABLE"),
    ({"enterprise": ","}, 400, "FILTER_FIRM_UNREADABLE"),
    ({"edition": "2023年版"}, 400, "FILTER_EDITION_UNREADABLE"),
    ({"edition": "1999"}, 400, "FILTER_EDITION_UNREADABLE"),
    ({"edition": "2023-nothing"}, 400, "FILTER_EDITION_UNREADABLE"),
    ({"edition": "2023,"}, 400, "FILTER_EDITION_UNREADABLE"),
    ({"wait": "31"}, 400, "MALFORMED_INPUT"),
    ({"wait": "99999999999"}, 400, "MALFORMED_INPUT"),
    ({"wait": "-1"}, 400, "MALFORMED_INPUT"),
    ({"wait": "00001"}, 400, "MALFORMED_INPUT"),
    ({"wait": "000031"}, 400, "MALFORMED_INPUT"),
    ({"wait": "0" * 5_000}, 400, "MALFORMED_INPUT"),
    ({"wait": "\u0661"}, 400, "MALFORMED_INPUT"),
    ({"since": "x"}, 400, "MALFORMED_INPUT"),
]


def test_what_is_asked_amiss_is_said(city: LiveCity, host: str) -> None:
    headers, said = key(city), []
    for asked, _, _ in AMISS:
        answer = httpx2.get(f"{host}/events", headers=headers, params=asked)
        [error] = answer.json()["errors"]
        said.append((asked, answer.status_code, error["extensions"]["code"]))
        assert re.fullmatch(r".*[。！？] [^。]+[.!?]", error["message"]), f"{asked}: a sentence in Chinese, then one in English"
    assert said == AMISS


def test_the_partners_page_says_of_every_refusal_what_to_do() -> None:
    table = (ROOT / "docs" / "roles" / "partner.md").read_text("utf-8").partition("## 错误")[2]
    named = set(re.findall(r"`([A-Z_]+)`", table))
    others = {"UNAUTHENTICATED", "NOT_ACCEPTABLE", "TOO_MANY_REQUESTS", "OVERLOADED", FILTER_ADMITS_NOTHING.code}
    assert {code for _, _, code in AMISS} | others == named


def test_what_is_asked_amiss_is_answered_with_what_there_is(city: LiveCity, host: str) -> None:
    def said(**asked: str) -> str:
        answer = httpx2.get(f"{host}/events", headers=key(city), params=asked)
        return str(answer.json()["errors"][0]["message"])

    recommended = re.findall(r"\b2\d{3}(?:-[a-z-]+)?", said(edition="zzz"))
    assert recommended == [*published_editions()] * 2, "in each language the editions there are, and no other"
    for empty, place in (("diagnosis,,", 2), (" ,diagnosis", 1), ("diagnosis, ,weather", 2)):
        told = said(kind=empty)
        assert told.startswith(f"kind 的第 {place} 项为空；可用类别：")
        assert f"Item {place} of kind is empty; there are " in told
    assert said(kind="diagnosis,weather,").startswith("kind 没有 weather；")


def test_without_a_key_or_a_fitting_type_nothing_is_told(city: LiveCity, host: str) -> None:
    assert httpx2.get(f"{host}/events").status_code == 401
    assert httpx2.get(f"{host}/events", headers={"authorization": "Bearer zp_nobody"}).status_code == 401
    assert httpx2.get(f"{host}/events", headers={**key(city), "accept": "text/csv"}).status_code == 406
    assert httpx2.post(f"{host}/events", headers=key(city)).status_code == 405


def test_a_poll_that_waits_is_answered_as_soon_as_something_happens(city: LiveCity, host: str) -> None:
    headers = key(city)
    seen = fetched(host, headers)[-1]["id"]
    start = time.monotonic()
    assert httpx2.get(f"{host}/events", headers=headers, params={"after": seen, "wait": 1}, timeout=40).json() == []
    assert 0.9 < time.monotonic() - start < 10
    threading.Timer(0.3, city.opened).start()
    answer = httpx2.get(f"{host}/events", headers=headers, params={"after": seen, "wait": 30}, timeout=40)
    assert [one["type"] for one in answer.json()][:1] == [OF_THE_CASE[0]]
    assert time.monotonic() - start < 25


def test_one_key_has_so_many_places_to_wait_at(city: LiveCity, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_feed, "FOLLOWERS_OF_CALLER", 2)
    headers = key(city)

    async def both() -> list[int]:
        async with httpx2.AsyncClient(timeout=40) as web:
            seen = (await web.get(f"{host}/events", headers=headers)).json()[-1]["id"]
            asked = {"after": seen, "wait": 2}
            waiting = [asyncio.create_task(web.get(f"{host}/events", headers=headers, params=asked)) for _ in range(3)]
            return sorted([(await one).status_code for one in waiting])

    assert asyncio.run(both()) == [200, 200, 429]
    assert httpx2.get(f"{host}/events", headers=headers, params={"wait": 1}).status_code == 200


class Streamed:
    """Events of an open stream, and the last id that it said."""

    def __init__(self, answer: httpx2.Response) -> None:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        self._lines = answer.iter_lines()
        self.last = ""

    def event(self) -> dict[str, Any] | None:
        """The next event; None when the stream has ended."""
        for line in self._lines:
            if line.startswith("id: "):
                self.last = line[4:]
            elif line.startswith("data: "):
                found: dict[str, Any] = orjson.loads(line[6:])
                assert found["id"] == self.last
                return found
        return None


SSE = {"accept": "text/event-stream"}


def test_a_stream_tells_the_same_and_goes_on_where_it_ended(city: LiveCity, host: str) -> None:
    headers = key(city)
    whole = fetched(host, headers)
    with httpx2.stream("GET", f"{host}/events", headers={**headers, **SSE}, timeout=40) as answer:
        stream = Streamed(answer)
        assert [stream.event() for _ in whole] == whole
        diagnosis = city.opened()
        told = stream.event()
        assert told is not None
        assert told["subject"] == diagnosis
    asked = {**headers, **SSE, "last-event-id": whole[-2]["id"]}  # which comes before `after`, as EventSource sends it by itself
    with httpx2.stream("GET", f"{host}/events?after={whole[0]['id']}", headers=asked, timeout=40) as answer:
        stream = Streamed(answer)
        assert [stream.event(), stream.event()] == [whole[-1], told]


def test_a_key_that_is_revoked_ends_its_stream_before_the_next_event(city: LiveCity, host: str) -> None:
    accounts = city.installation.accounts
    issued = accounts.issue_partner_key("erp", "*", timedelta(days=1))
    headers = {"authorization": f"Bearer {issued.token}"}
    seen = fetched(host, headers)[-1]["id"]
    with httpx2.stream("GET", f"{host}/events?after={seen}", headers={**headers, **SSE}, timeout=40) as answer:
        stream = Streamed(answer)
        accounts.revoke_partner_key(issued.id)
        city.opened()
        assert stream.event() is None
    refused = httpx2.get(f"{host}/events", headers=headers)
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert ("密钥" in error["message"], "登录" in error["message"]) == (True, False), "a system has nothing to sign in to"


def test_a_role_that_ends_closes_its_stream_at_once(city: LiveCity, host: str) -> None:
    headers = as_person(city, "district")
    seen = fetched(host, headers)[-1]["id"]
    with httpx2.stream("GET", f"{host}/events?after={seen}", headers={**headers, **SSE}, timeout=40) as answer:
        stream = Streamed(answer)
        start = time.monotonic()
        yesterday = (datetime.now(UTC) - timedelta(days=2)).date()
        threading.Timer(0.3, city.send, [EndMembership(person="district", membership="m-district", on=yesterday)]).start()
        assert stream.event() is None
        assert time.monotonic() - start < event_feed.HEARTBEAT_SECONDS


@pytest.mark.parametrize("gone", ["before the first chunk", "while it waits"])
def test_a_client_that_leaves_gives_its_place_back(city: LiveCity, gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that left before anything was sent: a generator that never began has nothing to run in the end."""
    monkeypatch.setattr(event_feed, "FOLLOWERS_OF_CALLER", 1)
    app = create_app(city.installation.services)
    sent: list[int] = []

    async def once() -> None:
        headers = [(name.encode(), value.encode()) for name, value in {**key(city), **SSE}.items()]
        scope = {"type": "http", "method": "GET", "path": "/events", "query_string": b"", "headers": headers, "app": app}

        async def receive() -> dict[str, Any]:
            if gone == "while it waits":
                await asyncio.sleep(0.3)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                sent.append(message["status"])
            if gone == "before the first chunk":
                await asyncio.sleep(30)

        await app(scope | {"asgi": {"spec_version": "2.3"}, "http_version": "1.1", "scheme": "http"}, receive, send)

    async def thrice() -> None:
        async with app.router.lifespan_context(app):
            for _ in range(3):
                await once()

    asyncio.run(asyncio.wait_for(thrice(), 30))
    assert sent == [200, 200, 200], "each found the place free"


def test_a_snapshot_says_where_it_stands_and_who_follows_from_there_misses_nothing(city: LiveCity, host: str) -> None:
    headers = key(city)
    query = "{ position enterprises(first: 50) { nodes { id } } diagnoses(first: 50) { nodes { id } } }"
    loaded = httpx2.post(f"{host}/graphql", headers=headers, json={"query": query}).json()["data"]
    assert loaded["diagnoses"]["nodes"] == []
    assert fetched(host, headers, after=loaded["position"]) == []
    diagnosis = city.opened()
    assert {one["subject"] for one in fetched(host, headers, after=loaded["position"])} == {diagnosis}


def test_a_role_that_may_be_told_nothing_of_the_firms_is_told_of_the_directory_and_the_standard(city: LiveCity, host: str) -> None:
    city.issued()
    assert {one["type"].split(".")[0] for one in fetched(host, as_person(city, "operator"))} == {"standard"}
