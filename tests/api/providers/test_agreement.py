"""Agreement over the API (plan S5): studied from what is on record, told to the city, the experts and the auditor."""

import threading
from datetime import date
from typing import Any

import orjson

from domain.access import Role
from domain.instants import microseconds
from domain.providers.agreement.numbers import AssessmentPair
from domain.providers.agreement.study import AgreementComputed
from domain.providers.sampling.reassessment import reassessment_stream
from domain.providers.sampling.state import draw_stream
from domain.standard.editions import edition_stream
from journal import NewEntry
from journal.codec import encode
from projections.providers.agreement import outcomes_before
from projections.providers.agreement_inputs import agreement_inputs
from tests.live_city import EDITION, LiveCity
from tests.rules.providers.test_agreement import RULE, recorded
from tests.test_registry import HISTORIES
from zhenduan.background.computing import compute_waiting

INDICATORS = """query($queued: Boolean, $comparison: AssessmentPair) {
  indicatorAgreement(queued: $queued, comparison: $comparison, first: 100) {
  totalCount nodes { study year edition comparison indicator cases kappa alpha low high within queued
    table { first second cases } } } }"""


def studied(city: LiveCity) -> str:
    given = {"year": int(city.today[:4]), "edition": "2023"}
    identity = str(city.done("city", "requestAgreement", "study { id status }", **given)["study"]["id"])
    city.installation.services.models.catch_up()
    assert compute_waiting(city.installation.services, threading.Event()) == 1
    city.installation.services.models.catch_up()
    return identity


def test_a_study_tells_of_every_indicator_and_of_one_case_nothing(city: LiveCity) -> None:
    city.scored()
    identity = studied(city)
    for who in ("city", "auditor", "reader"):
        found = city.data(who, INDICATORS)["indicatorAgreement"]
        assert found["totalCount"] == len(EDITION.indicators) * len(AssessmentPair)
        assert {node["cases"] for node in found["nodes"]} <= {None, 0}
        assert {node["study"] for node in found["nodes"]} == {identity}
        assert all(node["kappa"] is node["alpha"] is None and node["table"] == [] for node in found["nodes"])
    for who in ("district", "provider", "enterprise", "support", "bank"):
        assert "errors" in city.ask(who, INDICATORS)
        assert "errors" in city.ask(who, "{ agreementStudies { totalCount } }")
    assert city.refused("district", "requestAgreement", year=2024, edition="2023") == "ROLE_NOT_ALLOWED"
    assert city.refused("city", "requestAgreement", year=2024, edition="1999") == "AGREEMENT_EDITION_UNKNOWN"
    again = studied(city)
    told = city.data("reader", "{ agreementStudies { nodes { id status queued } } }")["agreementStudies"]["nodes"]
    assert {node["id"]: (node["status"], node["queued"]) for node in told} == dict.fromkeys((identity, again), ("COMPUTED", 0))
    assert city.data("city", INDICATORS, queued=True)["indicatorAgreement"]["totalCount"] == 0


def test_a_low_indicator_is_in_the_queue_with_its_numbers_and_its_table(city: LiveCity) -> None:
    identity = "a-low"
    services = city.installation.services
    requested = HISTORIES["agreement"][0]
    computed = AgreementComputed(
        **recorded().model_dump(exclude={"agreement", "indicators"}),
        rule=None,
        rule_since=date(2023, 7, 28),
        indicators=recorded().indicators,
    )
    facts = ((requested["type"], orjson.dumps(requested["state"], option=orjson.OPT_SORT_KEYS)), (computed.type, encode(computed)))
    entries = [
        NewEntry(f"agreement/{identity}", at, name, state, actor="li", role=Role.CITY, organisation="city")
        for at, (name, state) in enumerate(facts, 1)
    ]
    services.journal.append(entries, microseconds(services.clock()))
    services.models.catch_up()
    [low] = city.data("reader", INDICATORS, queued=True)["indicatorAgreement"]["nodes"]
    assert (low["indicator"], low["comparison"], low["cases"], low["queued"]) == ("Z01", "SELF_VERIFIED", 60, True)
    assert float(low["high"]) < float(RULE.low_alpha)
    told = [str(low[name]) for name in ("kappa", "alpha", "low", "high", "within")]
    assert all(len(one.partition(".")[2]) <= 2 for one in told), "more decimals would count back what the table hides"
    assert {"first", "second", "cases"} == set(low["table"][0])
    with services.models.reading() as snapshot:
        before = outcomes_before(snapshot, requested["state"]["year"], requested["state"]["edition"])
    assert before == recorded().indicators, "the next study is told what this one told"


def test_levels_are_compared_self_with_verified_and_verified_with_the_first_blind_assessment_of_the_base_sample(
    city: LiveCity,
) -> None:
    diagnosis = city.scored().partition("/")[2]
    services = city.installation.services
    year = int(city.today[:4])

    def compared(comparison: AssessmentPair) -> int:
        services.models.catch_up()
        with services.models.reading() as snapshot:
            return sum(map(len, agreement_inputs(snapshot, year, "2023").pairs[comparison].values()))

    levels = compared(AssessmentPair.SELF_VERIFIED)
    assert levels > 0
    assert compared(AssessmentPair.VERIFIED_SAMPLED) == 0
    blind(city, diagnosis)
    assert compared(AssessmentPair.VERIFIED_SAMPLED) == 1
    assert compared(AssessmentPair.SELF_VERIFIED) == levels


def blind(city: LiveCity, diagnosis: str) -> None:
    """The case is drawn into the base sample and assessed twice, as a journal of before has it: a draw takes two months."""
    services = city.installation.services
    draw: list[Any] = orjson.loads(orjson.dumps(HISTORIES["draw"]))
    given: list[Any] = orjson.loads(orjson.dumps(HISTORIES["reassessment"]))
    for one in draw:
        for job in one["state"].get("jobs", ()):
            job["diagnosis"] = diagnosis
            if "ticket" in job:
                job["ticket"] = "0" * 64
    level = {"answer": {"level": "3", "numbers": None, "choices": None, "not_applicable": False, "reason": None}, "reason": None}
    item = next(one.id for one in EDITION.indicators if one.in_brief and one.kind == "choice")
    for one in given:
        if "answers" in one["state"]:
            one["state"]["answers"] = {item: level}
    drawn = [one for one in draw if one["type"] != "draw.adjudicated.v1"]
    entries = [
        NewEntry(stream, at, one["type"], orjson.dumps(one["state"], option=orjson.OPT_SORT_KEYS))
        for stream, facts in ((draw_stream("2024.06"), drawn), (reassessment_stream(diagnosis), given))
        for at, one in enumerate(facts, 1)
    ]
    services.journal.append(entries, microseconds(services.clock()))


def test_an_edition_for_an_industry_is_studied_like_any(city: LiveCity) -> None:
    [published] = [one for one in HISTORIES["edition"] if one["type"] == "edition.industry_published.v1"]
    key = published["state"]["edition"]["key"]
    services = city.installation.services
    state = orjson.dumps(published["state"], option=orjson.OPT_SORT_KEYS)
    services.journal.append([NewEntry(edition_stream(key), 1, published["type"], state)], microseconds(services.clock()))
    services.models.catch_up()
    with services.models.reading() as snapshot:
        found = agreement_inputs(snapshot, int(city.today[:4]), key)
    assert found.pairs[AssessmentPair.SELF_VERIFIED].keys() == {one["id"] for one in published["state"]["edition"]["indicators"]}
