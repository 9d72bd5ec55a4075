"""Feedback (plan P6): who wrote an anonymous one is told by no field, entry, count or order, but to its firm, handler and auditor.

Every query field of the schema is asked as everyone who may sign in, before and after it was given; what is new is looked through.
"""

from collections import Counter
from typing import Any

import pytest

from domain.access import Role
from tests.api.diagnosis.test_arbitrations import joins
from tests.api.server.test_scopes import ARGUMENTS
from tests.live_city import ENTERPRISE, PEOPLE, LiveCity
from tests.root_fields import Literal, calls, may_read

SECRET = "车间主任说访谈只有十分钟"
SHOWN = "feedback { id status anonymous text about enterprise { id } scores { subject score } }"
HANDLED = SHOWN.replace("scores", "handler scores")
SCORES = [{"subject": "PROVIDER", "score": 2}, {"subject": "PROCESS", "score": 1}]
TOLD = frozenset({"enterprise", "filler", "department", "confirmer", "auditor"})
"""Who may know that the firm wrote: its own people, and the auditor."""
OURS = ("feedback", "feedbacks", "yearFeedback")
LED_TO = frozenset({"Feedback.diagnosis", "Feedback.proceeding", "Feedback.enterprise"})
EDGES = "{ feedbacks(first: 20) { nodes { enterprise { id name } diagnosis { id status } provider { id } } } }"
"""What a feedback leads to, asked in a document of its own: with all below it, one would be longer than is taken."""
READ = "{ feedbacks { nodes { id text enterprise { id } } } }"
VOLATILE = ("queryCost", "session", "disclosures")
"""Fields that say how an answer was made; what was read is written down by the asking itself, and is tried apart below."""


def give(city: LiveCity, diagnosis: str, who: str = "filler", **changes: Any) -> str:
    given = {"diagnosis": diagnosis, "milestone": "REPORT", "kind": "FEEDBACK", "scores": SCORES, "text": SECRET, "anonymous": True}
    return str(city.done(who, "giveFeedback", SHOWN, **{**given, **changes})["feedback"]["id"])


def leaves(value: Any, path: str = "") -> Counter[str]:
    """Every value of an answer, and the name of the field it stands in."""
    if isinstance(value, dict):
        return sum((leaves(inner, name) for name, inner in value.items()), Counter())
    if isinstance(value, list):
        return sum((leaves(inner, path) for inner in value), Counter())
    return Counter() if "ursor" in path else Counter({f"{path}: {value}": 1})


def answers(city: LiveCity, who: str | None, role: Role, further: tuple[str, ...] = ()) -> Counter[str]:
    """All that one person reads through every root field, value by value."""
    year = int(city.today[:4])
    more = {"id": further, "ids": (Literal("[" + ", ".join(f'"{one}"' for one in further) + "]"),)} if further else {}
    tried = {**ARGUMENTS, "year": (year,), **more}
    found: Counter[str] = Counter()
    if may_read(role, "Feedback.id"):
        found += leaves(city.data(who, EDGES))
    for call in calls(role, tried, without=LED_TO, first=2):
        if call.field not in VOLATILE:
            payload = city.ask(who, call.query, **call.variables)
            assert call.field not in OURS or "errors" not in payload, (call.field, payload["errors"])
            assert "INTERNAL" not in str(payload.get("errors", "")), (call.field, payload["errors"])
            found += leaves(payload.get("data"))
    return found


EVERYONE = [*((login, role) for login, role, _ in PEOPLE), (None, Role.PUBLIC)]


@pytest.mark.parametrize("city", ["sqlite"], indirect=True)
def test_no_field_tells_who_wrote_anonymous_feedback_nor_which_job_nor_when(city: LiveCity) -> None:
    diagnosis = city.issued()
    given = give(city, diagnosis)
    ids = (given,)
    before = {who: answers(city, who, role, ids) for who, role in EVERYONE if who not in TOLD}
    other = give(city, diagnosis, kind="COMPLAINT", scores=[], text=SECRET)
    ids = (given, other)
    tells = (ENTERPRISE, diagnosis, "person/filler", "示例精密机械", SECRET, city.today)
    for who, role in EVERYONE:
        if who in TOLD:
            (mine,) = [one for one in city.data(who, READ)["feedbacks"]["nodes"] if one["id"] == other]
            assert (mine["text"], mine["enterprise"]["id"]) == (SECRET, f"enterprise/{ENTERPRISE}"), who
            continue
        new = answers(city, who, role, ids) - before[who]
        assert not any(SECRET in one for one in before[who]), who
        assert not [one for one in new if any(part in one for part in tells)], (who, new)
        if role is not Role.CITY:  # the city sees that there is one; nobody else that there is any
            assert not any(other in one or given in one for one in (*new, *before[who])), who


def test_the_handler_alone_reads_who_wrote_and_the_log_names_no_firm(city: LiveCity) -> None:
    given = give(city, city.issued(), kind="COMPLAINT", scores=[])
    seen = city.data("city", f'{{ {SHOWN.replace("feedback {", f"""feedback(id: "{given}") {{""", 1)} }}')["feedback"]
    assert (seen["anonymous"], seen["text"], seen["about"], seen["enterprise"]) == (True, None, None, None)
    taken = city.done("city", "takeUpFeedback", HANDLED, feedback=given)["feedback"]
    assert (taken["text"], taken["enterprise"]["id"], taken["handler"]) == (SECRET, f"enterprise/{ENTERPRISE}", "person/city")
    log = city.data("city", "{ disclosures { nodes { entryPoint firms { subject enterprise } } } }")["disclosures"]["nodes"]
    rows = [row for row in log if "eedback" in row["entryPoint"]]
    assert rows
    assert all(row["firms"] == [{"subject": "", "enterprise": None}] for row in rows)
    city.done("city", "answerFeedback", SHOWN, feedback=given, reply="已与服务商核实")
    own = city.data("enterprise", "{ feedbacks { nodes { id reply askUntil status } } }")["feedbacks"]["nodes"]
    assert [(one["reply"], one["status"]) for one in own] == [("已与服务商核实", "ANSWERED")]


def test_a_provider_reads_what_was_said_by_name_and_nothing_else(city: LiveCity) -> None:
    diagnosis = city.issued()
    named = give(city, diagnosis, anonymous=False)
    give(city, diagnosis, milestone="SITE_VISIT")
    asked = "{ feedbacks { totalCount nodes { id text scores { score } } } }"
    told = city.data("provider", asked)["feedbacks"]
    assert (told["totalCount"], [one["id"] for one in told["nodes"]], told["nodes"][0]["text"]) == (1, [named], SECRET)
    assert city.data("rival", asked)["feedbacks"]["totalCount"] == 0
    year = f"{{ yearFeedback(year: {city.today[:4]}) {{ providers {{ nodes {{ asked answered silent pools {{ firms }} }} }} }} }}"
    (mine,) = city.data("provider", year)["yearFeedback"]["providers"]["nodes"]
    assert mine == {"asked": 1, "answered": None, "silent": None, "pools": []}
    (of_all,) = city.data("city", year)["yearFeedback"]["providers"]["nodes"]
    assert (of_all["answered"], of_all["silent"]) == (1, 0)


OTHERS = {"stranger": "NOT_FOUND", "provider": "ROLE_NOT_ALLOWED", "city": "ROLE_NOT_ALLOWED"}


@pytest.mark.parametrize(("who", "code"), OTHERS.items())
def test_feedback_is_given_by_the_jobs_own_firm_about_steps_that_were_done(city: LiveCity, who: str, code: str) -> None:
    diagnosis = city.issued()
    said = {"diagnosis": diagnosis, "milestone": "REPORT", "kind": "FEEDBACK", "scores": SCORES, "anonymous": True}
    assert city.refused(who, "giveFeedback", **said) == code
    assert city.refused("filler", "giveFeedback", **{**said, "milestone": "CONFIRMATION"}) == "MILESTONE_NOT_REACHED"
    assert city.refused("filler", "giveFeedback", **{**said, "scores": []}) == "FEEDBACK_EMPTY"


def test_a_complaint_goes_to_another_handler_where_the_firm_asks_and_is_closed_with_what_came_of_it(city: LiveCity) -> None:
    diagnosis = city.issued()
    asked, remark = {"grounds": "答复未涉及访谈"}, give(city, diagnosis)
    given = give(city, diagnosis, kind="COMPLAINT", scores=[], anonymous=False)
    of, ended = {"feedback": given}, {"outcome": "RECTIFIED", "reason": "已安排补充访谈"}
    city.done("city", "takeUpFeedback", "", **of)
    assert city.refused("filler", "askSecondInstance", **of, **asked) == "FEEDBACK_STATUS"
    city.done("city", "answerFeedback", "", **of, reply="已与服务商核实")
    assert city.refused("city", "closeFeedback", **of, **ended) == "SECOND_INSTANCE_RUNNING"
    for who, code in (("stranger", "NOT_FOUND"), ("provider", "ROLE_NOT_ALLOWED")):
        assert city.refused(who, "askSecondInstance", **of, **asked) == code
    assert city.refused("filler", "askSecondInstance", feedback=remark, **asked) == "SECOND_INSTANCE_OF_COMPLAINTS"
    city.done("filler", "askSecondInstance", "", **of, **asked)
    assert city.refused("city", "takeUpFeedback", **of) == "SECOND_HANDLER_TO_BE_ANOTHER"
    joins(city, "chief", Role.CITY, "city")
    city.done("chief", "takeUpFeedback", "", **of)
    city.done("chief", "answerFeedback", "", **of, reply="补充访谈四个部门")
    for who, code in (("city", "NOT_ITS_HANDLER"), ("filler", "ROLE_NOT_ALLOWED")):
        assert city.refused(who, "closeFeedback", **of, **ended) == code
    assert city.refused("chief", "closeFeedback", **of, **ended, causes=["listing/p7/12"]) == "CAUSE_UNKNOWN"
    city.done("chief", "closeFeedback", "", **of, **ended)
    read = "query($id: ID!) { feedback(id: $id) { status } }"
    assert city.data("filler", read, id=given)["feedback"]["status"] == "CLOSED"
