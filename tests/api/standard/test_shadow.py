"""Shadow re-scoring over the API (plan S4, S5): asked for, done in the background, and shown to each as far as they may see it."""

import threading
from typing import Any

import orjson
import pytest

from api.kit.ids import id_of, key_of
from domain.access import Role
from domain.instants import microseconds
from domain.standard.shadow import shadow_stream
from isolation import Bounds
from projections.diagnosis.rescoring import Rescoring
from projections.standard import shadow
from projections.standard.shadow_progress import LEASE_SECONDS, MICROSECONDS
from tests.live_city import ENTERPRISE, LiveCity
from zhenduan.background.shadowing import do_shadows, shadowing

RUN = """shadow { revision number status draftVersion outdated done total failure rules outcome {
  blurred counts { same up down notRescorable } matrix { grade diagnoses } reworded
  slices { by key name counts { same down } } reasons { kind subject name diagnoses }
  obstacles { kind subject sentence sentenceInEnglish diagnoses }
  sensitivity { replaces edition firms parameters { clause label value less { value change firms example } more { value } } } } }"""
READ = f"query($id: ID!, $number: Int) {{ {RUN.replace('shadow {', 'shadow(revision: $id, number: $number) {', 1)} }}"
MOVERS = """query($id: ID!, $first: Int, $after: String) { shadowMovers(revision: $id, first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor }
  nodes { diagnosis enterprise { id name } edition before after totalBefore totalAfter sentence sentenceInEnglish
    reasons { kind subject sentence sentenceInEnglish } }
  edges { cursor } } }"""
RAISED = ["20", "32.5", "45", "52.5", "66", "67.5", "75", "82.5", "90", "95"]
NEVER = threading.Event()
SLICES = {"DISTRICT": "松江区", "SIZE_CLASS": "中型", "EDITION": "标准（2027 版）", "DIVISION": "通用设备制造业"}


def drafted(city: LiveCity, bands: list[str] = RAISED) -> str:
    given = {"kind": "REVISION", "base": "2023", "key": "2027", "title": "标准（2027 版）", "why": "两年试行后修订"}
    identity = str(city.done("city", "draftRevision", "revision { id }", **given)["revision"]["id"])
    change = {"change": {"bands": {"bands": bands, "reason": "试行反馈"}}}
    city.done("city", "changeDraft", "", revision=identity, draftVersion=1, changes=[change])
    return identity


def asked(city: LiveCity, revision: str, version: int = 2) -> Any:
    return city.done("city", "requestShadow", RUN, revision=revision, draftVersion=version)["shadow"]


def work(city: LiveCity, worker: str = "one") -> int:
    services = city.installation.services
    services.models.catch_up()
    ended = do_shadows(services, NEVER, worker)
    services.models.catch_up()
    return ended


def seen(city: LiveCity, who: str, revision: str, number: int | None = None) -> Any:
    return city.data(who, READ, id=revision, number=number)["shadow"]


def movers(city: LiveCity, who: str, revision: str, **rest: Any) -> Any:
    return city.data(who, MOVERS, id=revision, **rest)["shadowMovers"]


def test_a_run_is_asked_for_done_and_told_with_who_moves_and_why(city: LiveCity) -> None:
    diagnosis = city.issued()
    revision = drafted(city)
    run = asked(city, revision)
    assert (run["number"], run["status"], run["draftVersion"], run["outcome"]) == (1, "RUNNING", 2, None)
    assert movers(city, "city", revision)["nodes"] == []
    assert work(city) == 1
    run = seen(city, "city", revision)
    assert (run["status"], run["outdated"], run["failure"], run["rules"]) == ("COMPLETED", False, None, "shadow-1")
    outcome = run["outcome"]
    assert outcome["counts"] == {"same": 0, "up": 0, "down": 1, "notRescorable": 0}
    assert outcome["matrix"][5]["diagnoses"] == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert {"kind": "BANDS", "subject": "bands", "name": "各档最低分", "diagnoses": 1} in outcome["reasons"]
    assert {one["by"]: one["name"] for one in outcome["slices"]} == SLICES
    assert not [one["label"] for found in outcome["sensitivity"] for one in found["parameters"] if "GATE_" in one["label"]]
    [edition] = outcome["sensitivity"]
    assert (edition["replaces"], edition["edition"], edition["firms"]) == ("2023", "2027", 1)
    [bound] = [one for one in edition["parameters"] if one["clause"] == "bands.5"]
    assert bound["less"] == {"value": "65.00", "change": "-1.00", "firms": 1, "example": diagnosis}
    page = movers(city, "city", revision)
    [mover] = page["nodes"]
    assert (mover["diagnosis"], mover["enterprise"]["id"]) == (diagnosis, id_of("enterprise", ENTERPRISE))
    assert (mover["before"], mover["after"]) == (5, 4)
    assert mover["totalBefore"] == mover["totalAfter"] == "65.00"
    assert mover["sentence"].startswith("第 5 档 → 第 4 档：各档最低分调整")
    assert mover["sentenceInEnglish"] == "Grade 5 → grade 4: The lowest totals of the grades changed"
    assert page["totalCount"] == len(page["edges"]) == 1


def test_the_result_says_what_it_rests_on_and_what_caused_it(city: LiveCity) -> None:
    city.issued()
    revision = drafted(city)
    asked(city, revision)
    work(city)
    journal = city.installation.services.journal
    requested, completed = journal.read(shadow_stream(key_of(revision, "revision")))
    assert completed.causation == f"{requested.stream}/{requested.version}"
    assert (completed.role, completed.actor) == (Role.SYSTEM, "system-shadow")
    told = orjson.loads(completed.state)
    assert told["position"] == requested.position
    digest = "query($id: ID!) { shadow(revision: $id) { inputDigest } }"
    assert city.data("auditor", digest, id=revision)["shadow"]["inputDigest"] == told["input_digest"]
    payload = city.ask("city", digest, id=revision)  # who knows the draft could find the position by trying
    assert payload["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    lines = city.installation.services.blobs.get(told["movers"])
    assert lines is not None
    assert lines.count(b"\n") == told["moved"] == 1


def test_a_second_request_while_one_runs_is_refused_and_afterwards_is_not(city: LiveCity) -> None:
    city.issued()
    revision = drafted(city)
    asked(city, revision)
    assert city.refused("city", "requestShadow", revision=revision, draftVersion=2) == "SHADOW_RUNNING"
    work(city)
    assert asked(city, revision)["number"] == 2
    assert seen(city, "city", revision, 1)["status"] == "COMPLETED"
    work(city)
    runs = [seen(city, "city", revision, number)["outcome"] for number in (1, 2)]
    assert runs[0] == runs[1]


def test_a_result_is_outdated_once_the_draft_has_changed(city: LiveCity) -> None:
    city.issued()
    revision = drafted(city)
    asked(city, revision)
    change = {"change": {"bands": {"bands": ["21", *RAISED[1:]], "reason": "再议"}}}
    city.done("city", "changeDraft", "", revision=revision, draftVersion=2, changes=[change])
    work(city)
    run = seen(city, "city", revision)
    assert (run["status"], run["draftVersion"], run["outdated"]) == ("COMPLETED", 2, True)
    assert city.refused("city", "requestShadow", revision=revision, draftVersion=2) == "DRAFT_STALE"


@pytest.mark.parametrize("who", ["auditor", "district", "reader", "provider", "enterprise"])
def test_nobody_but_the_city_asks(city: LiveCity, who: str) -> None:
    revision = drafted(city)
    assert city.refused(who, "requestShadow", revision=revision, draftVersion=2) == "ROLE_NOT_ALLOWED"


def test_a_request_over_nothing_finds_nothing(city: LiveCity) -> None:
    assert city.refused("city", "requestShadow", revision="nothing", draftVersion=1) == "NOT_FOUND"


@pytest.mark.parametrize("who", ["district", "enterprise", "provider", "bank", "support", "supplier", "operator"])
def test_who_may_not_see_drafts_has_no_way_to_what_they_would_do(city: LiveCity, who: str) -> None:
    revision = drafted(city)
    for query in (READ, MOVERS):
        payload = city.ask(who, query, id=revision)
        assert payload["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_an_expert_sees_a_run_only_as_a_named_reviewer_blurred_and_without_firms(city: LiveCity) -> None:
    city.issued()
    revision = drafted(city)
    asked(city, revision)
    work(city)
    assert seen(city, "reader", revision) is None
    city.done("city", "nameReviewers", "", revision=revision, reviewers=["reader"])
    outcome = seen(city, "reader", revision)["outcome"]
    assert outcome["blurred"] is True
    assert outcome["counts"] == {"same": 0, "up": 0, "down": None, "notRescorable": 0}
    assert outcome["matrix"][5]["diagnoses"][4] is None
    assert {one["diagnoses"] for one in outcome["reasons"]} == {None}
    assert [(one["firms"], one["parameters"]) for one in outcome["sensitivity"]] == [(None, [])]
    assert city.ask("reader", MOVERS, id=revision)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    whole = orjson.dumps(city.ask("reader", READ, id=revision))
    assert ENTERPRISE.encode() not in whole
    assert seen(city, "auditor", revision)["outcome"]["blurred"] is False
    assert len(movers(city, "auditor", revision)["nodes"]) == 1


def test_reading_who_moves_is_written_down_as_reading_a_result(city: LiveCity) -> None:
    diagnosis = city.issued()
    revision = drafted(city)
    asked(city, revision)
    work(city)
    movers(city, "auditor", revision)
    query = "{ disclosures(first: 1) { nodes { entryPoint firms { masks subject } } } }"
    [told] = city.data("auditor", query)["disclosures"]["nodes"]
    assert told["entryPoint"] == "Query.shadowMovers"
    assert told["firms"] == [{"masks": ["OUTCOME"], "subject": diagnosis}]


def test_a_run_that_another_is_at_is_left_to_it_until_its_lease_is_over(city: LiveCity) -> None:
    city.issued()
    revision = drafted(city)
    asked(city, revision)
    services = city.installation.services
    now = microseconds(services.clock())
    assert services.shadows.take(key_of(revision, "revision"), 1, 1, "another", now)
    assert work(city) == 0
    assert services.shadows.tell(key_of(revision, "revision"), 1, 1, "another", now)
    run = seen(city, "city", revision)
    assert (run["status"], run["done"], run["total"]) == ("RUNNING", 1, 1)
    services.shadows.release(key_of(revision, "revision"), "another")
    assert work(city) == 1
    assert not services.shadows.tell(key_of(revision, "revision"), 1, 1, "another", now)


def test_of_two_who_try_one_takes_the_run(city: LiveCity) -> None:
    leases = city.installation.services.shadows
    now = 10**15
    assert [leases.take("r", 1, 5, worker, now) for worker in ("one", "two")] == [True, False]
    late = now + (LEASE_SECONDS + 1) * MICROSECONDS
    assert leases.take("r", 1, 5, "two", late)
    assert leases.take("r", 2, 5, "one", late)
    assert [leases.tell("r", 1, 3, "two", late), leases.tell("r", 2, 3, "one", late)] == [False, True]
    progress = leases.progress("r")
    assert progress is not None
    assert (progress.number, progress.done, progress.total) == (2, 3, 5)
    assert leases.progress("none") is None


def test_a_run_that_is_cut_short_leaves_no_fact_and_is_done_anew(city: LiveCity) -> None:
    city.issued()
    revision = drafted(city)
    asked(city, revision)
    services = city.installation.services
    services.models.catch_up()

    class Stopping(threading.Event):
        """Set from the second look on: the process ends in the middle of the run."""

        looks = 0

        def is_set(self) -> bool:
            self.looks += 1
            return self.looks > 1

    assert do_shadows(services, Stopping(), "one") == 0
    assert len(services.journal.read(shadow_stream(key_of(revision, "revision")))) == 1
    assert do_shadows(services, NEVER, "two") == 1


def test_a_fault_ends_the_run_and_the_next_may_be_asked_for(city: LiveCity, monkeypatch: pytest.MonkeyPatch) -> None:
    city.issued()
    revision = drafted(city)
    asked(city, revision)

    with monkeypatch.context() as patched:
        patched.setattr("zhenduan.background.shadowing.RESCORED", "math:sqrt")
        assert work(city) == 1
    run = seen(city, "city", revision)
    assert (run["status"], run["outcome"]) == ("FAILED", None)
    assert run["failure"]
    assert asked(city, revision)["number"] == 2


def test_a_run_takes_nothing_of_the_process_that_serves_and_one_that_takes_too_much_is_ended(
    city: LiveCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.issued()
    revision = drafted(city)
    asked(city, revision)

    def here(*_: object) -> None:
        raise AssertionError("it was re-scored here")

    monkeypatch.setattr(Rescoring, "movers", here)
    with monkeypatch.context() as patched:
        patched.setattr("zhenduan.background.shadowing.BOUNDS", Bounds(memory_mib=1, cpu_seconds=60, wall_seconds=60.0))
        assert work(city) == 1
    failed = seen(city, "city", revision)
    assert (failed["status"], failed["failure"][:4]) == ("FAILED", "超出限额")
    asked(city, revision)
    assert work(city) == 1
    assert seen(city, "city", revision)["outcome"]["counts"]["down"] == 1


def test_the_thread_beside_the_projector_does_what_is_asked_for(city: LiveCity) -> None:
    city.issued()
    revision = drafted(city)
    with shadowing(city.installation.services, seconds=0.05):
        asked(city, revision)
        for _ in range(200):
            if (run := seen(city, "city", revision))["status"] == "COMPLETED":
                break
            NEVER.wait(0.05)
    assert run["outcome"]["counts"]["down"] == 1


def test_no_command_of_the_program_is_a_mutation(city: LiveCity) -> None:
    fields = city.data("city", "{ __schema { mutationType { fields { name } } } }")["__schema"]["mutationType"]["fields"]
    names = {field["name"] for field in fields}
    assert "requestShadow" in names
    assert not names & {"completeShadow", "failShadow"}


@pytest.mark.parametrize(("number", "shown"), [(0, 0), (1, None), (4, None), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15)])
def test_a_count_is_blurred_to_the_nearest_five_and_a_small_one_withheld(number: int, shown: int | None) -> None:
    assert shadow.blurred(number) == shown


def test_no_withheld_count_can_be_worked_out_of_the_totals_that_are_shown() -> None:
    """Whatever a part of 1 to 4 is, some other city shows the same numbers: a part that is a firm more or less."""
    for others in range(5, 200):
        for part in range(1, 5):
            alike = {
                other
                for other in range(1, 5)
                for rest in range(5, 205)
                if (shadow.blurred(rest), shadow.blurred(rest + other))
                == (shadow.blurred(others), shadow.blurred(others + part))
            }
            assert len(alike) > 1


def test_an_empty_city_is_re_scored_to_nothing(city: LiveCity) -> None:
    revision = drafted(city)
    asked(city, revision)
    work(city)
    outcome = seen(city, "city", revision)["outcome"]
    assert outcome["counts"] == {"same": 0, "up": 0, "down": 0, "notRescorable": 0}
    assert outcome["sensitivity"] == []
