"""Revisions over the API (plan S5): the way of a revision, and who sees what of it at each step."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import parse, print_ast, validate

from domain.instants import city_day, microseconds
from domain.kernel import key_of
from domain.standard.revision.consultation import ConsultationOpened
from domain.standard.revision.state import revision_stream
from journal import NewEntry
from journal.codec import encode
from tests.live_city import SCHEMA, LiveCity

REVISION = """revision { id kind base key title status statusName inForceFrom
  consultation { since until closed commentCount unansweredCount }
  draft { version digest reviewers problems { nodes { industry clause rule says saysInEnglish } }
    changes { nodes { draftVersion industry clause label before after reason comment } }
    reviews { nodes { reviewer draftVersion verdict grounds counts } } } }"""
READ = """query($id: ID!) { revision(id: $id) { id key title why status consultation { closed commentCount } } }"""
DRAFT = """query($id: ID!) { revision(id: $id) { draft { version changes { nodes { clause } } } } }"""
LIST = "{ revisions { totalCount nodes { id } pageInfo { endCursor hasNextPage } } }"
COMMENTS = """query($id: ID!, $first: Int, $after: String) { comments(revision: $id, first: $first, after: $after) {
  totalCount pageInfo { endCursor hasNextPage }
  nodes { number clause label text role roleName organisation disposition answer } } }"""
TEXT = """query($id: ID!, $of: DraftOf!, $industry: String) { revisionText(revision: $id, of: $of, industry: $industry) {
  key replaces title indicators { id weight origin { fate } } differences { clause before after } } }"""
SEES_NO_DRAFT = ("district", "enterprise", "provider", "bank", "support", "reader", "supplier", "operator")


def day(city: LiveCity, days: int = 0) -> str:
    return (city_day(city.installation.services.clock()) + timedelta(days=days)).isoformat()


def drafted(city: LiveCity, key: str = "2027") -> str:
    given = {"kind": "REVISION", "base": "2023", "key": key, "title": "标准（2027 版）", "why": "两年试行后修订"}
    revision = city.done("city", "draftRevision", REVISION, **given)["revision"]
    assert revision["draft"]["version"] == 1
    return str(revision["id"])


def weight(dimension: str, value: str) -> dict[str, Any]:
    return {"change": {"dimensionWeight": {"dimension": dimension, "weight": value, "reason": "试行反馈"}}}


def changed(city: LiveCity) -> str:
    identity = drafted(city)
    changes = [weight("D1", "14"), weight("F", "11")]
    payload = city.done("city", "changeDraft", REVISION, revision=identity, draftVersion=1, changes=changes)
    assert [one["after"] for one in payload["revision"]["draft"]["changes"]["nodes"]] == ["14", "11"]
    return identity


def consulting(city: LiveCity) -> str:
    identity = changed(city)
    days = {"since": day(city), "until": day(city, 30)}
    city.done("city", "openConsultation", REVISION, revision=identity, draftVersion=2, **days)
    return identity


def test_a_revision_is_drafted_and_changed_clause_by_clause_with_what_stood_there_before(city: LiveCity) -> None:
    identity = drafted(city)
    payload = city.done(
        "city", "changeDraft", REVISION, revision=identity, draftVersion=1, changes=[weight("D1", "14")]
    )
    draft = payload["revision"]["draft"]
    assert draft["version"] == 2
    assert draft["changes"]["nodes"] == [
        {
            "draftVersion": 2,
            "industry": None,
            "clause": "dimensions.D1.weight",
            "label": "维度 D1“数字战略”的权重",
            "before": "15",
            "after": "14",
            "reason": "试行反馈",
            "comment": None,
        }
    ]
    [problem] = draft["problems"]["nodes"]
    assert (problem["clause"], problem["rule"], problem["says"]) == ("dimensions", "WEIGHTS_NOT_100", "各维度权重合计 99，应为 100")


def test_a_change_has_exactly_one_kind(city: LiveCity) -> None:
    identity = drafted(city)
    two = {
        "dimensionWeight": {"dimension": "D1", "weight": "14", "reason": "一"},
        "bands": {"bands": ["1"] * 10, "reason": "二"},
    }
    query = "mutation($input: ChangeDraftInput!) { changeDraft(input: $input) { version } }"
    for change in (two, {}):
        given = {"revision": identity, "draftVersion": 1, "changes": [{"change": change}]}
        assert "errors" in city.ask("city", query, input=given)


def test_a_malformed_value_is_told_with_the_path_as_the_client_wrote_it(city: LiveCity) -> None:
    given = {"revision": drafted(city), "draftVersion": 1, "changes": [weight("D1", "140")]}
    payload = city.do("city", "changeDraft", "", **given)
    assert [one["field"] for one in payload["userErrors"]] == ["changes.0.change.dimensionWeight.weight"]
    payload = city.do("city", "changeDraft", "", **given | {"changes": []})
    assert [one["field"] for one in payload["userErrors"]] == ["changes"]


@pytest.mark.parametrize("who", SEES_NO_DRAFT)
def test_before_the_consultation_a_draft_does_not_exist_for_others(city: LiveCity, who: str) -> None:
    identity = changed(city)
    assert city.data(who, READ, id=identity) == {"revision": None}
    assert city.data(who, LIST) == {
        "revisions": {"totalCount": 0, "nodes": [], "pageInfo": {"endCursor": None, "hasNextPage": False}}
    }
    assert city.data(who, COMMENTS, id=identity)["comments"]["totalCount"] == 0
    for which in ("CURRENT", "CONSULTED"):
        assert city.data(who, TEXT, id=identity, of=which) == {"revisionText": None}
    assert city.refused(who, "commentOnDraft", revision=identity, text="意见") == "NOT_FOUND"
    assert city.refused(who, "commentOnDraft", revision="nothing", text="意见") == "NOT_FOUND"


def test_the_city_and_the_auditor_see_the_draft_and_a_reader_once_named_as_reviewer(city: LiveCity) -> None:
    identity = changed(city)
    for who in ("city", "auditor"):
        assert city.data(who, DRAFT, id=identity)["revision"]["draft"]["version"] == 2
        assert city.data(who, LIST)["revisions"]["totalCount"] == 1
    city.done("city", "nameReviewers", REVISION, revision=identity, reviewers=["reader"])
    assert city.data("reader", DRAFT, id=identity)["revision"]["draft"]["version"] == 2
    assert city.data("reader", TEXT, id=identity, of="CURRENT")["revisionText"]["key"] == "2027"
    assert city.data("district", READ, id=identity) == {"revision": None}


def test_on_consultation_the_text_is_open_to_every_role_and_the_draft_stays_closed(city: LiveCity) -> None:
    identity = consulting(city)
    for who in SEES_NO_DRAFT:
        assert city.data(who, READ, id=identity)["revision"]["key"] == "2027"
        text = city.data(who, TEXT, id=identity, of="CONSULTED")["revisionText"]
        clauses = {one["clause"]: (one["before"], one["after"]) for one in text["differences"]}
        assert clauses["dimensions.D1.weight"] == ("15", "14")
        assert city.data(who, TEXT, id=identity, of="CURRENT") == {"revisionText": None}
    assert city.data("reader", DRAFT, id=identity) == {"revision": {"draft": None}}
    payload = city.ask("district", DRAFT, id=identity)
    assert payload["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_comments_are_public_with_role_and_organisation_and_never_with_a_person(city: LiveCity) -> None:
    identity = consulting(city)
    given = {"revision": identity, "clause": "dimensions.F", "text": "融合性指标权重过高"}
    city.done("enterprise", "commentOnDraft", "revision { id }", **given)
    city.done("district", "commentOnDraft", "revision { id }", revision=identity, text="赞成")
    shown = city.data("provider", COMMENTS, id=identity)["comments"]
    assert shown["totalCount"] == 2
    firm, office = shown["nodes"]
    assert (firm["role"], firm["roleName"], firm["organisation"]) == ("ENTERPRISE", "企业负责人", None)
    assert (firm["clause"], firm["label"], firm["disposition"]) == ("dimensions.F", "维度 F", None)
    assert (office["organisation"], office["label"]) == ("松江区", "全文")
    assert city.data("district", COMMENTS, id=identity)["comments"]["nodes"][0]["organisation"] == "示例精密机械有限公司"
    query = "query($id: ID!) { comments(revision: $id) { nodes { id } } }"
    comment = city.data("city", query, id=identity)["comments"]["nodes"][0]["id"]
    answer = {"comment": comment, "disposition": "PARTLY", "reason": "分两年提高"}
    city.done("city", "answerComment", REVISION, revision=identity, **answer)
    node = city.data("bank", COMMENTS, id=identity)["comments"]["nodes"][0]
    assert (node["disposition"], node["answer"]) == ("PARTLY", "分两年提高")
    page = city.data("bank", COMMENTS, id=identity, first=1)["comments"]
    after = page["pageInfo"]["endCursor"]
    assert page["pageInfo"]["hasNextPage"]
    assert [one["number"] for one in city.data("bank", COMMENTS, id=identity, first=1, after=after)["comments"]["nodes"]] == [2]


def test_whoever_comments_is_told_no_number_of_what_the_draft_went_through(city: LiveCity) -> None:
    identity = consulting(city)
    payload = city.done("district", "commentOnDraft", "revision { id }", revision=identity, text="赞成")
    assert payload["version"] is None
    query = "mutation($input: CommentOnDraftInput!) { commentOnDraft(input: $input) { version } }"
    guess = {"revision": identity, "text": "赞成", "expectedVersion": 4}
    assert "errors" in city.ask("district", query, input=guess)


def test_an_erratum_is_reviewed_by_its_named_reviewer_and_published_into_editions_of_their_own(city: LiveCity) -> None:
    given = {"kind": "ERRATUM", "base": "2023", "key": "2023.1", "title": "标准（2023 版，勘误）", "why": "漏字"}
    identity = city.done("city", "draftRevision", REVISION, **given)["revision"]["id"]
    words = {"indicator": "Z01", "member": "EVIDENCE", "text": "规划文件、年度评估", "reason": "漏字"}
    city.done(
        "city", "changeDraft", REVISION, revision=identity, draftVersion=1, changes=[{"change": {"indicatorText": words}}]
    )
    review = {"revision": identity, "draftVersion": 2, "verdict": "APPROVE", "grounds": "属文字勘误"}
    assert city.refused("reader", "reviewDraft", **review) == "NOT_FOUND"
    city.done("city", "nameReviewers", REVISION, revision=identity, reviewers=["reader"])
    publish = {"revision": identity, "draftVersion": 2, "since": day(city, 10)}
    assert city.refused("city", "publishRevision", **publish) == "DRAFT_NOT_APPROVED"
    city.done("reader", "reviewDraft", "revision { draft { version } }", **review)
    assert city.refused("city", "publishRevision", **publish | {"since": day(city)}) == "IN_FORCE_TOO_EARLY"
    done = city.done("city", "publishRevision", REVISION, **publish)["revision"]
    assert (done["status"], done["inForceFrom"]) == ("PUBLISHED", day(city, 10))
    draft = city.data("city", TEXT, id=identity, of="CURRENT")["revisionText"]
    query = "query($key: String!) { edition(key: $key) { key title digest inForceFrom retiredFrom } }"
    new = city.data("enterprise", query, key="2023.1")["edition"]
    assert (new["title"], new["inForceFrom"], new["retiredFrom"]) == (draft["title"], day(city, 10), None)
    assert city.data("enterprise", query, key="2023")["edition"]["retiredFrom"] == day(city, 10)
    opening = {
        "enterprise": city.data("city", "{ enterprises { nodes { id } } }")["enterprises"]["nodes"][0]["id"],
        "campaign": "2024",
        "purpose": "INITIAL",
        "form": "BRIEF",
    }
    assert city.refused("city", "openDiagnosis", edition="2023.1", **opening) == "EDITION_NOT_IN_FORCE"
    city.done("city", "openDiagnosis", edition="2023", **opening)
    shown = city.data("district", READ, id=identity)["revision"]
    assert (shown["status"], shown["consultation"]) == ("PUBLISHED", None)


def test_a_revision_of_the_past_is_shown_as_it_was_and_to_whom_it_was_open_then(city: LiveCity) -> None:
    identity = drafted(city)
    first = city.done("city", "changeDraft", REVISION, revision=identity, draftVersion=1, changes=[weight("D1", "14")])
    city.done("city", "changeDraft", REVISION, revision=identity, draftVersion=2, changes=[weight("F", "11")])
    days = {"since": day(city), "until": day(city, 30)}
    opened = city.done("city", "openConsultation", REVISION, revision=identity, draftVersion=3, **days)
    query = """query($id: ID!, $then: String) { revision(id: $id, asOf: $then) { status asOf { changedLater changes }
      draft { version problems { nodes { rule } } changes { nodes { clause } } } } }"""
    then = city.data("city", query, id=identity, then=first["position"])["revision"]
    assert (then["status"], then["draft"]["version"], len(then["draft"]["changes"]["nodes"])) == ("DRAFTING", 2, 1)
    assert then["asOf"] == {"changedLater": True, "changes": 2}
    plain = "query($id: ID!, $then: String) { revision(id: $id, asOf: $then) { status } }"
    assert city.data("district", plain, id=identity, then=first["position"]) == {"revision": None}
    assert city.data("district", plain, id=identity, then=opened["position"]) == {"revision": {"status": "CONSULTING"}}
    assert city.data("reader", query, id=identity, then=opened["position"])["revision"]["draft"] is None


def test_an_edition_is_retired_by_the_city(city: LiveCity) -> None:
    given = {"edition": "2023", "since": day(city), "reason": "试行期满"}
    assert city.refused("district", "retireEdition", **given) == "ROLE_NOT_ALLOWED"
    payload = city.done("city", "retireEdition", "edition { key retiredFrom }", **given)
    assert payload["edition"] == {"key": "2023", "retiredFrom": day(city)}
    assert city.refused("city", "retireEdition", **given | {"edition": "2099"}) == "NOT_FOUND"


def test_every_example_of_the_standards_page_is_an_operation_of_the_schema() -> None:
    page = (Path(__file__).parents[3] / "docs" / "standards.md").read_text("utf-8")
    blocks = re.findall(r"```graphql\n(.*?)```", page, re.DOTALL)
    operations = [print_ast(one) for block in blocks for one in parse(block).definitions]
    assert len(operations) >= 7
    for operation in operations:
        assert validate(SCHEMA._schema, parse(operation)) == [], operation  # noqa: SLF001 - it has no public name


def test_a_consultation_is_closed_after_its_last_day_and_a_revision_given_up_with_the_reason(city: LiveCity) -> None:
    identity = consulting(city)
    of = {"revision": identity}
    assert city.refused("district", "closeConsultation", **of) == "ROLE_NOT_ALLOWED"
    assert city.refused("city", "closeConsultation", **of) == "CONSULTATION_NOT_OVER"
    assert city.refused("city", "closeConsultation", revision=drafted(city, "2028")) == "CONSULTATION_NOT_OPEN"
    stream, services = revision_stream(key_of(identity)), city.installation.services
    today = city_day(services.clock())
    over = ConsultationOpened(draft_version=2, since=today - timedelta(days=40), until=today - timedelta(days=1))
    version = len(services.journal.read(stream)) + 1
    services.journal.append([NewEntry(stream, version, over.type, encode(over))], microseconds(services.clock()))
    services.models.catch_up()
    city.done("city", "closeConsultation", REVISION, **of)
    assert city.data("city", READ, id=identity)["revision"]["status"] == "CONSULTED"
    assert city.refused("district", "abandonRevision", **of, reason="并入下一年度") == "ROLE_NOT_ALLOWED"
    assert city.refused("city", "abandonRevision", **of, reason="") == "MALFORMED_INPUT"
    assert city.done("city", "abandonRevision", REVISION, **of, reason="并入下一年度")["revision"]["status"] == "ABANDONED"
    assert city.refused("city", "abandonRevision", **of, reason="并入下一年度") == "REVISION_OVER"
