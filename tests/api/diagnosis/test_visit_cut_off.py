"""A visit that is cut off (plan P5): a tablet hangs up in the middle, another of the team goes on, nothing is lost or doubled."""

import socket
import struct
import time
from collections import Counter
from typing import Any

import orjson

from api.app import create_app
from domain.diagnosis.state import diagnosis_stream
from domain.kernel import key_of
from tests.api.diagnosis.test_visits import FUNCTIONS, PLANS, accepted, plan
from tests.api.small_api import serving
from tests.live_city import LiveCity, sections

RESET = struct.pack("ii", 1, 0)
"""Closed with a reset, as a machine does that has gone."""
LONGEST = 20.0


def cut(host: str, token: str, name: str, given: dict[str, Any], *, share: float = 1.0) -> None:
    """A mutation posted as far as a share of its body, and the connection gone before any answer."""
    kind = name[0].upper() + name[1:] + "Input"
    query = f"mutation($input: {kind}!) {{ {name}(input: $input) {{ userErrors {{ code }} }} }}"
    body = orjson.dumps({"query": query, "variables": {"input": given}})
    head = f"POST /graphql HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    address, port = host.split(":")
    with socket.create_connection((address, int(port)), timeout=10) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        line.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[: int(len(body) * share)])
        if share == 1.0:
            time.sleep(0.05)  # a reset overtakes what was not read yet


def facts(city: LiveCity, case: str) -> Counter[str]:
    entries = city.installation.services.journal.read(diagnosis_stream(key_of(case)))
    return Counter(one.type.rpartition(".v")[0] for one in entries)


def recorded(city: LiveCity, case: str, fact: str) -> int:
    """How often a fact stands on record once what was sent has been done."""
    until = time.monotonic() + LONGEST
    while not (found := facts(city, case)[fact]) and time.monotonic() < until:
        time.sleep(0.02)
    return found


def test_a_visit_that_a_tablet_leaves_is_gone_on_with_by_the_other_and_nothing_is_lost_or_doubled(city: LiveCity) -> None:
    case = accepted(city)
    city.done("provider", "planSiteVisit", **plan(city, case))
    city.done("filler", "agreeToVisit", diagnosis=case)
    signing = {"diagnosis": case, "place": "一号厂房", "idempotencyKey": "tablet-1"}
    first, *others = sections(3).items()
    verifying = {"diagnosis": case, "section": first[0], "answers": first[1], "idempotencyKey": "tablet-2"}
    before = facts(city, case)
    with serving(create_app(city.installation.services)) as host:
        cut(host, city.tokens["provider"], "signInOnSite", signing, share=0.6)
        assert facts(city, case) == before, "half a request is none"
        cut(host, city.tokens["provider"], "signInOnSite", signing)
        assert recorded(city, case, "diagnosis.signed_in_on_site") == 1, "whole, it is done, whoever waits for the answer"
        city.done("provider", "signInOnSite", **signing)  # the tablet did not hear of it, and asks again
        interview = {"diagnosis": case, "function": FUNCTIONS[0], "notes": "已看现场"}
        cut(host, city.tokens["provider"], "recordInterview", interview)
        assert recorded(city, case, "diagnosis.interview_recorded") == 1
        cut(host, city.tokens["provider"], "verifyAnswers", verifying)
        assert recorded(city, case, "diagnosis.answers_verified") == 1
        cut(host, city.tokens["provider"], "verifyAnswers", verifying | {"section": others[0][0]}, share=0.9)
    [left] = city.data("diagnostician", PLANS, id=case)["diagnosis"]["visitPlans"]["nodes"]
    assert (left["status"], len(left["signIns"])) == ("UNDER_WAY", 1)
    assert [one["function"] for one in left["interviews"]] == FUNCTIONS[:1]
    assert city.refused("diagnostician", "recordInterview", diagnosis=case, function="质量", notes="已看") == "NOT_SIGNED_IN"
    city.done("diagnostician", "signInOnSite", diagnosis=case, place="一号厂房")
    for function in FUNCTIONS:
        city.done("diagnostician", "recordInterview", diagnosis=case, function=function, notes="已看现场")
    city.done("provider", "verifyAnswers", **verifying)  # sent again by the tablet once it is back
    for section, answers in others:
        city.done("diagnostician", "verifyAnswers", diagnosis=case, section=section, answers=answers)
    city.done("diagnostician", "closeSiteVisit", diagnosis=case, notes="与自评一致")
    city.done("diagnostician", "scoreDiagnosis", diagnosis=case)
    came = facts(city, case) - before
    expected = {"signed_in_on_site": 2, "interview_recorded": len(FUNCTIONS), "answers_verified": len(others) + 1}
    assert {name: came[f"diagnosis.{name}"] for name in expected} == expected, "what both said alike of one function is said once"
