"""As of 历史时点 through the API: a time, a day or a token; known then, apart from corrected later; through today's scope."""

from datetime import UTC, datetime, timedelta
from typing import Any

from graphql import get_named_type, is_required_argument
from hypothesis import given, settings

from domain.access import Role, Scope, admits
from domain.instants import city_day
from tests.api.server.test_scopes import (
    ARGUMENTS,
    CASES,
    FIRMS,
    IDS,
    Watched,
    canaries,
    place,
    scopes,
    texts,
    watched,
)
from tests.live_city import ENTERPRISE, SCHEMA, LiveCity
from tests.root_fields import calls, selection

__all__ = ["watched"]

ASKED = """query($id: ID!, $asOf: String) { diagnosis(id: $id, asOf: $asOf) {
  status version answers { indicator } enterprise { name diagnosis { status } } provider { name }
  asOf { moment changedLater changedLaterAt changes } } }"""


def test_a_diagnosis_is_told_as_it_was_known_then(city: LiveCity) -> None:
    diagnosis = city.opened()
    opened = city.data("enterprise", ASKED, id=diagnosis, asOf=None)["diagnosis"]
    assert opened["asOf"] is None
    trail = """query($s: ID!) { auditTrail(subject: $s) { nodes { at version cursor } } }"""
    (first,) = city.data("enterprise", trail, s=diagnosis)["auditTrail"]["nodes"]
    city.done("district", "withdrawDiagnosis", diagnosis=diagnosis, reason="重复开启")
    now = city.data("enterprise", ASKED, id=diagnosis, asOf=None)["diagnosis"]
    assert (now["status"], now["version"]) == ("WITHDRAWN", 2)
    later = city.data("enterprise", trail, s=diagnosis)["auditTrail"]["nodes"][1]
    for then_given, moment in ((first["at"], first["at"]), (first["cursor"], None)):
        then = city.data("enterprise", ASKED, id=diagnosis, asOf=then_given)["diagnosis"]
        assert then["asOf"] == {"moment": moment, "changedLater": True, "changedLaterAt": later["at"], "changes": 1}
        assert then["enterprise"]["diagnosis"] == {"status": "OPEN"}
        assert {name: then[name] for name in opened if name != "asOf"} == {n: opened[n] for n in opened if n != "asOf"}
    before = (datetime.fromisoformat(first["at"]) - timedelta(microseconds=1)).isoformat()
    assert city.data("enterprise", ASKED, id=diagnosis, asOf=before)["diagnosis"] is None
    today = city.data("enterprise", ASKED, id=diagnosis, asOf=later["at"])["diagnosis"]
    assert today["asOf"] == {"moment": later["at"], "changedLater": False, "changedLaterAt": None, "changes": 0}


def test_a_day_ends_in_the_city_and_a_coming_one_is_refused(city: LiveCity) -> None:
    query = "query($id: ID!, $asOf: String) { enterprise(id: $id, asOf: $asOf) { name asOf { changes } } }"
    today = city_day(datetime.now(UTC))
    assert city.data("enterprise", query, id=ENTERPRISE, asOf=str(today - timedelta(days=1)))["enterprise"] is None
    assert city.data("enterprise", query, id=ENTERPRISE, asOf=str(today))["enterprise"]["asOf"] == {"changes": 0}
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    odd = ("x", "2024-13-01", "2024-02-30T00:00:00Z", "2024-01-01T00:00:00", "A" * 30, "9999-12-31T23:59:59-12:00")
    refusals = dict.fromkeys(odd[:4], "AS_OF_MALFORMED") | {odd[4]: "CURSOR_INVALID", odd[5]: "AS_OF_MALFORMED"}
    for asked, code in (refusals | {str(today + timedelta(days=1)): "AS_OF_AHEAD", tomorrow: "AS_OF_AHEAD"}).items():
        errors = city.ask("enterprise", query, id=ENTERPRISE, asOf=asked)["errors"]
        assert [error["extensions"]["code"] for error in errors] == [code], asked


AHEAD = {
    "datedRule": {"on": "a rule is set ahead of the day from which it holds"},
    "ruleDifferences": dict.fromkeys(("before", "after"), "a rule is set ahead of the day from which it holds"),
    "counterfactualDirectory": {"on": "the rule of a day ahead is on record; the marks are of the call"},
    "workingDay": {"after": "deadlines are counted ahead"},
    "externalModels": {"day": "editions on file say themselves from and until when they are read"},
    "bottlenecks": dict.fromkeys(("since", "until"), "a period that goes on counts what has happened so far"),
    "auditTrail": dict.fromkeys(("from", "to"), "bounds of what is on record"),
    "disclosures": dict.fromkeys(("from", "to"), "bounds of what is on record"),
}
"""Query field -> its days that may lie ahead, each with why; every other day is one of the past."""
NAMED = {"provider": "p1"}
"""What a field with a day of the past asks for besides."""


def test_no_field_answers_for_a_day_that_has_not_come(city: LiveCity) -> None:
    fields = SCHEMA._schema.query_type.fields  # type: ignore[union-attr] # noqa: SLF001 - the executable one
    asked = [
        (field, name)
        for field, kind in fields.items()
        for name, argument in kind.args.items()
        if get_named_type(argument.type).name in ("Date", "DateTime") and name not in AHEAD.get(field, {})
    ]
    assert {("directory", "on"), ("whyListed", "on")} <= set(asked)
    for field, name in asked:
        arguments = fields[field].args
        given = "".join(f', {one}: "{NAMED[one]}"' for one, kind in arguments.items() if is_required_argument(kind))
        for days, codes in ((0, []), (1, ["AS_OF_AHEAD"])):
            day = city_day(datetime.now(UTC)) + timedelta(days=days)
            answer = city.ask("city", f'{{ {field}({name}: "{day}"{given}) {{ __typename }} }}')
            assert [one["extensions"]["code"] for one in answer.get("errors", [])] == codes, (field, name, day)


def test_lists_of_organisations_and_editions_have_a_past(city: LiveCity) -> None:
    query = """query($a: String) { organisations(asOf: $a, first: 100) { totalCount nodes { id asOf { changes } } }
      editions(asOf: $a) { key asOf { changedLater } } edition(key: "2023", asOf: $a) { key } }"""
    now = city.data("enterprise", query, a=datetime.now(UTC).isoformat())
    assert now["organisations"]["totalCount"] == len(now["organisations"]["nodes"]) > 5
    assert now["organisations"]["nodes"][0]["asOf"] == {"changes": 0}
    assert now["editions"] == [{"key": "2023", "asOf": {"changedLater": False}}]
    then = city.data("enterprise", query, a="2023-01-01")
    assert then == {"organisations": {"totalCount": 0, "nodes": []}, "editions": [], "edition": None}


WITHOUT_A_PAST = {
    "position": "where the answer itself stands",
    "node": "what a past is, each type says at its own read, such as `enterprise`",
    "nodes": "as `node`",
    "viewer": "who asks, at this moment",
    "cheapestImprovement": "a proposal from the latest result, for what to do from here",
    "improvementCosts": "what to reckon with today; the tables before it are listed, each with its first day",
    "improvementCostTables": "every table there has been, each with the day it begins",
    "revisions": "the past of a revision is asked of `revision`, one at a time",
    "comments": "as `revisions`; a comment never changes, and its answer is dated",
    "revisionText": "as `revisions`; the text of a version is kept with its number",
    "shadow": "a run is numbered and never changes once it is completed",
    "shadowMovers": "as `shadow`",
    "disclosures": "who read what is written beside the journal, which has no position for it; ask for the time before",
    "queryCost": "worked out from the text of the query that asks, whatever the data",
    "datedRule": "any day's is asked for by the day; what was replaced on its own day is in the trail",
    "datedRules": "every rule there has been, each with the day it begins",
    "ruleProposals": "a proposal never changes, and its simulation is dated",
    "ruleDifferences": "between any two days",
    "workingYear": "what to count by today; a deadline keeps the day that was counted for it",
    "workingDay": "as `workingYear`",
    "proceeding": "each step is an entry of its trail, with its day",
    "proceedings": "as `proceeding`",
    "campaign": "its days are kept, and each extension is an entry of its trail",
    "campaigns": "as `campaign`",
    "participations": "each step is an entry of its trail, with its day",
    "gradeCertainty": "what the samples of past years say of the latest result, worked out when it is asked for",
    "peerStanding": "as of the position that the latest report rests on, whenever it is asked for",
    "sampledYear": "a draw is of its month; each of its steps is an entry of its trail",
    "blindAssessments": "what is to be done now",
    "feedback": "each step is an entry of its trail, for the auditor; of the past as of now nobody else is told when it was",
    "feedbacks": "as `feedback`",
    "yearFeedback": "means of quarters that are over, which stay",
    "ties": "a tie stands with its first and last day; each declaration and its end are entries of its trail",
    "appraisal": "a year's sheet as it stands today; `pace` and `coverage` have the past of its counts",
    "appraisalFirms": "as `appraisal`",
    "clusterCoverage": "as `appraisal`; of who consents to a chain leader today the past is nobody's to count",
    "portrait": "of a year, each result by when it was first reported; a report keeps its day",
    "liaisonGaps": "where a contact is to be named now; `liaisonNetwork` has the contacts of any day",
    "liaisonsToConfirm": "what is to be confirmed now; `liaisonNetwork` has the contacts of any day, with when each was confirmed",
    "contactReminders": "as `liaisonsToConfirm`; each reminder is an entry of its trail",
    "unitTargets": "as they are set; `pace` has the past of a district's, and each setting is an entry of its trail",
    "targetSplit": "what if; a target that is set bears its year",
    "policy": "each draft and step is an entry of its trail; what is published bears its days",
    "policies": "as `policy`",
    "policyChecks": "by what is on record now; a simulation keeps the day and position of its own",
    "ratingFairness": "of a rating that is final, which nothing changes any more",
    "partnerContracts": "each bears when it was agreed and its last day; its steps are entries of its trail",
    "equatings": "each result bears its day and position, and is an entry of its trail",
    "overstatements": "as `equatings`",
    "upliftRuns": "each result bears its day and position, and is an entry of its trail",
    "package": "what it holds is fixed at its position; each step is an entry of its trail",
    "packages": "as `package`",
    "counterparts": "counted of packages, whose steps are entries of their trails",
    "deferredQuestions": "what is open now; each mark is an entry of the case's trail",
    "fillingBurden": "counted of savings, which are entries of the case's trail",
    "burdenShares": "asked for a year; each form bears the day on which it was handed in",
    "prefill": "what may be taken over now; what was taken is an entry of the case's trail",
    "paper": "a published edition never changes, and bears its day and position",
    "papers": "as `paper`",
    "caseStudy": "each step is an entry of its trail; a published text never changes",
    "caseStudies": "as `caseStudy`",
    "duty": "each step is an entry of its trail, and every change of its day bears its own",
    "duties": "as `duty`",
    "bodyStrengths": "each bears its first day, and each statement is an entry of its trail",
    "designations": "each bears its first and last day, and each statement is an entry of its trail",
    "implementations": "each step is an entry of its trail, with its day",
    "implementationFunnel": "as `implementations`",
    "outreachSession": "each step is an entry of its trail, its hours and place before a move too",
    "outreachSessions": "as `outreachSession`",
    "outreachAttendances": "each step is an entry of its trail, with its day",
    "outreachQuestions": "each step is an entry of its trail; once published it stays as it is",
    **dict.fromkeys(
        ("solution", "solutions", "demand", "demands", "offer", "offers", "chainLeaderConsents"),
        "each step is an entry of its trail, with its day",
    ),
    **dict.fromkeys(("demandMatching", "solutionMatching"), "what fits at this moment"),
    "demandCounts": "counted of demands, whose steps are entries of their trails",
    "groupListCheck": "a list of today against the rosters of two years, which are asked for by their year",
    "supplierGaps": "of who consents today; the past of a consent that ended is nobody's to count",
    "outreachReach": "counted of sessions and parts, whose steps are entries of their trails",
    "outreachFollowUp": "as `outreachReach`",
    "matching": "each step is an entry of its trail, with all its numbers",
    "matchings": "as `matching`",
    "screening": "each step is an entry of its trail, with all its numbers",
    "screenings": "as `screening`",
    "signal": "each step is an entry of its trail, with its day",
    "signals": "as `signal`",
    "agreementStudy": "each step is an entry of its trail, with all its numbers",
    "agreementStudies": "as `agreementStudy`",
    "indicatorAgreement": "of a year, by its latest study; each study is an entry of its trail",
    "resultCredentials": "each bears the days on which it was issued and ends; each step is an entry of its trail",
    "externalResults": "each statement bears its days and when it was replaced, and is an entry of its trail; `former` shows all",
    "resultBatches": "each step is an entry of its trail",
    "verifyResult": "whether it holds today",
    "verifyReport": "what the paper is worth today; each version is an entry of its case's trail",
    "webhookEndpoint": "where to send now; each change is an entry of its trail",
    "webhookEndpoints": "as `webhookEndpoint`",
    "webhookDeliveries": "what was sent is written beside the journal, each attempt with its moment",
    "rating": "a rating is of its year; each round of computation is an entry of its trail, with all its numbers",
    "ratingFacts": "as `rating`; they are told at the versions of the cut-off",
    "ratingWaitsFor": "what is to be done next, today",
    "subsidyWaitsFor": "as `ratingWaitsFor`",
    "subsidy": "a subsidy is of its year; each computation is an entry of its trail, with all its numbers",
    "exams": "every try is kept with its days, and none changes once it is over",
    "ownExams": "as `exams`",
    "ownExamPaper": "what is worked on at this moment, and nothing once it is handed in",
    "certificates": "each holds its first and last day, its endorsements and every suspension with theirs",
    "ownCertificates": "as `certificates`",
    "verifyCertificate": "what it is worth today; what it was worth before is its holder's and the administration's to know",
    "calibrations": "every quarter is listed; its severities are worked out once, after its last day",
    "trainings": "what to learn from today; each text is an entry of its trail, and an examination keeps to the one it began with",
    "directory": "any day's is asked for by `on`, the day of the city on which a move holds",
    "whyListed": "as `directory`",
    "restingOn": "what rests on a fact today; each fact bears its moment, and never changes",
    "providerCalls": "every year's call with its dates; each step of it is an entry of its trail",
    "applications": "every year's; what became of each is an entry of its trail, which the directory cites",
    "markings": "a mark is given once and never changes after marking is closed",
    "counterfactualDirectory": "worked out from the marks of a year, which are final",
    "providerCandidates": "whom to choose at this moment",
    "bottlenecks": "asked for a period; each stage holds its first and last day, and what runs is told of today",
    "readerCandidates": "whom to appoint at this moment",
    "workToReassign": "what is to be given to another at this moment",
    "externalModels": "those of any day are asked for by the day",
    "externalModel": "an edition of another body is data of the program, and keeps its digest",
    "crosswalk": "every published version is kept with its moment",
    "crosswalks": "as `crosswalk`",
    "editionDifference": "a published edition never changes: the answer is the same at every moment",
}
"""Door -> why it is asked for no past. Every other one is."""


def test_every_query_field_has_a_past_or_a_reason_why_not(watched: Watched) -> None:
    schema = watched.schema.query_type
    assert schema is not None
    assert {name for name, field in schema.fields.items() if "asOf" not in field.args} == WITHOUT_A_PAST.keys()


@settings(max_examples=6)
@given(scope=scopes)
def test_every_query_field_shows_of_this_moment_what_it_shows_without_one(watched: Watched, scope: Scope) -> None:
    """Nothing happened since: each list and count is the same through its past, and hides the same."""
    schema = watched.schema.query_type
    assert schema is not None
    moment = datetime.now(UTC).isoformat()
    both = [call for call in calls(Role.AUDITOR, ARGUMENTS, {"asOf": (moment,)}) if "asOf" in schema.fields[call.field].args]
    assert both
    for without_one, of_this_moment in zip(both[::2], both[1::2], strict=True):
        assert of_this_moment.variables == without_one.variables | {"asOf": moment}
        then = watched.through(scope, of_this_moment.query, of_this_moment.variables)
        now = watched.through(scope, without_one.query, without_one.variables)
        assert "errors" not in then, (then, of_this_moment.field)
        assert without(then["data"]) == without(now["data"]), of_this_moment.field


@settings(max_examples=15)
@given(scope=scopes)
def test_the_past_shows_the_things_of_todays_scope_and_no_other(watched: Watched, scope: Scope) -> None:
    moment = datetime.now(UTC).isoformat()
    asked: list[tuple[str, str, Any]] = [("enterprise", identity, number) for number, identity in enumerate(IDS)]
    asked += [("diagnosis", identity, number) for number, identity in enumerate(CASES)]
    schema = watched.schema.query_type
    assert schema is not None
    for field, identity, number in asked:
        chosen = selection(schema.fields[field].type, Role.AUDITOR)
        past = f"query($id: ID!, $at: String!) {{ {field}(id: $id, asOf: $at) {chosen} }}"
        then = watched.through(scope, past, {"id": identity, "at": moment})["data"][field]
        now = watched.through(scope, f"query($id: ID!) {{ {field}(id: $id) {chosen} }}", {"id": identity})["data"][field]
        assert (then is not None) == admits(scope, place(number))
        assert without(then) == without(now)  # nothing happened since: the same things, and the same are hidden
        said = "\n".join(texts(then))
        for other in range(len(FIRMS)):
            if not admits(scope, place(other)):
                assert not [canary for canary in canaries(other) if canary in said]


OF_THE_MOMENT = frozenset({"asOf", "cursor", "startCursor", "endCursor"})


def without(value: Any) -> Any:
    """An answer without what it says of the moment, and without the cursors, which are of the moment."""
    match value:
        case dict():
            return {name: without(inner) for name, inner in value.items() if name not in OF_THE_MOMENT}
        case list():
            return [without(inner) for inner in value]
        case _:
            return value


def test_coverage_has_a_past_and_says_whether_it_changed(city: LiveCity) -> None:
    query = "query($a: String) { coverage(year: 2024, asOf: $a) { total diagnosed asOf { changedLater changes } } }"
    now = city.data("district", query, a=datetime.now(UTC).isoformat())["coverage"]
    assert now == {"total": 1, "diagnosed": 0, "asOf": {"changedLater": False, "changes": None}}
    then = city.data("district", query, a="2024-01-01")["coverage"]
    assert then == {"total": 0, "diagnosed": 0, "asOf": {"changedLater": True, "changes": None}}
