"""Outreach sessions over the API (plan T2, T3): announced, invited to, signed in to by a code; questions; reach; follow-up."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from api.programme.outreach_sessions import sign_in_code
from api.server.operations import Operations
from domain.instants import SHANGHAI, city_time
from domain.kernel import key_of
from domain.programme.sessions.question import MOST_QUESTIONS
from tests.live_city import DOCUMENTS, ENTERPRISE, OTHER_ENTERPRISE, RIGHTS, SCHEMA, LiveCity

FIRM, OTHER = f"enterprise/{ENTERPRISE}", f"enterprise/{OTHER_ENTERPRISE}"
SESSION = "outreachSession { id status turnout { status firms } seats signInCode }"
SEEN = "{ outreachSessions { totalCount nodes { id topic status startsAt turnout { status firms } } } }"
PARTS = "{ outreachAttendances { totalCount nodes { id status mistaken people groups { function people } enterprise { id } } } }"
QUESTIONS = "{ outreachQuestions { totalCount nodes { id status answer wording } } }"
REACH = """query($by: OutreachUnitKind!, $year: Int!, $overdue: Boolean, $p: String) {
  outreachReach(year: $year, by: $by, overdue: $overdue, atLeast: $p) {
  units { nodes { id firms sessions invited came neverInvited weeks lastOn nextOn dueOn overdue } } } }"""
FOLLOWED = """query($id: ID!) { outreachFollowUp(outreachSession: $id) { days complete firmsAtLeast mark
  groups { group firms started percent } } }"""


def planned(city: LiveCity, who: str = "district", **changes: object) -> str:
    stated = {"kind": "BRIEFING", "topic": "填报说明", "host": "松江区经委", "place": "区会议中心"}
    day, hour = held(city)
    given = {**stated, "begins": f"{hour:02}:00", "ends": f"{hour + 2:02}:00", "heldOn": day.isoformat(), **changes}
    return str(city.done(who, "planOutreachSession", SESSION, **given)["outreachSession"]["id"])


def held(city: LiveCity) -> tuple[date, int]:
    """Day and hour of a session that is still to come and over within a day of now: no journal takes a clock further ahead."""
    now = city.installation.services.clock().astimezone(SHANGHAI)
    return (now.date(), 10) if now.hour < 9 else (now.date() + timedelta(days=1), 1)


def announced(city: LiveCity, who: str = "district", **changes: object) -> str:
    session = planned(city, who, **changes)
    city.done(who, "announceOutreachSession", "", outreachSession=session)
    return session


def at(city: LiveCity, minutes: int, days: int = 0) -> LiveCity:
    """The same city so many minutes after a session begins, or that many days later."""
    day, hour = held(city)
    moment = city_time(day + timedelta(days=days), f"{hour:02}:00") + timedelta(minutes=minutes)
    then = replace(city.installation.services, clock=lambda: moment)
    return replace(city, operations=Operations(then, SCHEMA, RIGHTS, documents=DOCUMENTS))


def invite(city: LiveCity, session: str, who: str = "district", **given: Any) -> None:
    city.done(who, "inviteToOutreachSession", "", outreachSession=session, **(given or {"filter": {}}))


def test_a_session_is_its_organisers_until_it_is_announced_and_a_firms_once_it_is_invited(city: LiveCity) -> None:
    session = planned(city)
    for who, found in (("city", 1), ("district", 1), ("pudong", 0), ("park", 0), ("enterprise", 0)):
        assert city.data(who, SEEN)["outreachSessions"]["totalCount"] == found, who
    assert city.refused("pudong", "announceOutreachSession", outreachSession=session) == "NOT_FOUND"
    city.done("district", "announceOutreachSession", "", outreachSession=session)
    for who, found in (("pudong", 1), ("subdistrict", 1), ("park", 1), ("enterprise", 0), ("group", 0), ("stranger", 0)):
        assert city.data(who, SEEN)["outreachSessions"]["totalCount"] == found, who
    assert city.refused("pudong", "cancelOutreachSession", outreachSession=session, reason="场地") == "SESSION_NOT_YOURS"
    invite(city, session)
    for who, found in (("enterprise", 1), ("filler", 1), ("group", 1), ("stranger", 0)):
        assert city.data(who, SEEN)["outreachSessions"]["totalCount"] == found, who
    [seen] = city.data("enterprise", SEEN)["outreachSessions"]["nodes"]
    assert (seen["id"], seen["turnout"]) == (session, [{"status": "INVITED", "firms": 1}])
    [seen] = city.data("pudong", SEEN)["outreachSessions"]["nodes"]
    assert seen["turnout"] == [], "another district's firms are not counted"
    assert city.data("stranger", PARTS)["outreachAttendances"]["nodes"] == []


@pytest.mark.parametrize("who", ["provider", "bank", "support", "operator", "reader"])
def test_whoever_has_no_part_in_it_sees_no_session_and_no_firms_part(city: LiveCity, who: str) -> None:
    announced(city)
    for query in (SEEN, PARTS):
        assert city.ask(who, query)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert city.data(who, QUESTIONS)["outreachQuestions"]["totalCount"] == 0


def test_a_firm_signs_up_signs_in_by_the_code_and_is_counted(city: LiveCity) -> None:
    session = announced(city, capacity=3)
    invite(city, session, enterprises=[FIRM])
    of = {"outreachSession": session, "enterprise": FIRM}
    groups = [{"function": "生产", "people": 2}]
    assert city.refused("stranger", "signUpForOutreachSession", **of, groups=groups) == "NOT_FOUND"
    assert city.refused("filler", "signUpForOutreachSession", **of, groups=[{"function": "生产", "people": 4}]) == "SESSION_FULL"
    city.done("filler", "signUpForOutreachSession", "outreachAttendance { status }", **of, groups=groups)
    [part] = city.data("district", PARTS)["outreachAttendances"]["nodes"]
    assert (part["status"], part["groups"]) == ("SIGNED_UP", groups)
    assert city.refused("filler", "signInToOutreachSession", **of, people=2, code="000000") == "SIGN_IN_CLOSED"
    there = at(city, -15)
    query = "query($id: ID!) { outreachSession(id: $id) { signInCode seats signInFrom signInUntil } }"
    shown = there.data("district", query, id=session)["outreachSession"]
    assert shown["seats"] == 2
    assert shown["signInCode"] == sign_in_code(city.installation.services.secret, key_of(session))
    for who in ("pudong", "park"):
        assert there.data(who, query, id=session)["outreachSession"]["signInCode"] is None
    wrong = "000000" if shown["signInCode"] != "000000" else "000001"
    answer = there.do("filler", "signInToOutreachSession", "outreachAttendance { status mistaken }", **of, people=2, code=wrong)
    assert [error["code"] for error in answer["userErrors"]] == ["SIGN_IN_CODE_WRONG"]
    assert answer["outreachAttendance"] == {"status": "SIGNED_UP", "mistaken": 1}
    right = {**of, "people": 2, "code": shown["signInCode"]}
    sent = there.done("filler", "signInToOutreachSession", "outreachAttendance { status people }", **right)
    assert sent["outreachAttendance"] == {"status": "CAME", "people": 2}
    assert there.refused("filler", "signInToOutreachSession", **right) == "ATTENDANCE_STANDS"


def test_a_firm_declines_with_its_reason_and_a_session_is_moved_and_cancelled_before_it_begins(city: LiveCity) -> None:
    session = announced(city)
    of, no = {"outreachSession": session}, {"enterprise": FIRM, "reason": "当日停产检修"}
    assert city.refused("enterprise", "declineOutreachSession", **of, **no) == "NOT_FOUND", "it is not invited"
    invite(city, session)
    for who, code in (("stranger", "NOT_FOUND"), ("provider", "ROLE_NOT_ALLOWED")):
        assert city.refused(who, "declineOutreachSession", **of, **no) == code
    city.done("filler", "declineOutreachSession", "", **of, **no)
    assert city.refused("filler", "declineOutreachSession", **of, **no) == "ATTENDANCE_ANSWERED"
    [mine] = city.data("district", PARTS)["outreachAttendances"]["nodes"]
    assert mine["status"] == "DECLINED"
    day, hour = held(city)
    moved = {**of, "heldOn": day.isoformat(), "begins": f"{hour:02}:30", "ends": f"{hour + 2:02}:30", "reason": "会场冲突"}
    assert city.refused("pudong", "moveOutreachSession", **moved, place="三楼") == "SESSION_NOT_YOURS"
    assert city.refused("enterprise", "moveOutreachSession", **moved, place="三楼") == "ROLE_NOT_ALLOWED"
    assert city.refused("district", "moveOutreachSession", **moved) == "SESSION_WITHOUT_PLACE"
    city.done("district", "moveOutreachSession", SESSION, **moved, place="三楼")
    [told] = city.data("enterprise", SEEN.replace("startsAt", "place startsAt"))["outreachSessions"]["nodes"]
    assert (told["place"], told["startsAt"]) == ("三楼", city_time(day, f"{hour:02}:30").isoformat())
    assert city.refused("district", "moveOutreachSession", **moved, place="三楼") == "SESSION_UNCHANGED"
    assert city.refused("park", "cancelOutreachSession", **of, reason="场地") == "SESSION_NOT_YOURS"
    city.done("district", "cancelOutreachSession", SESSION, **of, reason="台风")
    assert city.data("enterprise", SEEN)["outreachSessions"]["nodes"][0]["status"] == "CANCELLED"
    assert city.refused("district", "cancelOutreachSession", **of, reason="台风") == "SESSION_STATUS"


def test_after_five_wrong_codes_the_right_one_is_not_taken_any_more_and_no_entry_tells_a_code(city: LiveCity) -> None:
    session = announced(city)
    invite(city, session)
    there, of = at(city, 0), {"outreachSession": session, "enterprise": FIRM, "people": 1}
    right = sign_in_code(city.installation.services.secret, key_of(session))
    wrong = [code for code in ("111111", "222222", "333333", "444444", "555555", "666666") if code != right][:5]
    for code in wrong:
        assert there.refused("enterprise", "signInToOutreachSession", **of, code=code) == "SIGN_IN_CODE_WRONG"
    assert there.refused("enterprise", "signInToOutreachSession", **of, code=right) == "SIGN_IN_CODE_SPENT"
    there.done("district", "recordOutreachAttendance", SESSION, outreachSession=session, enterprises=[FIRM])
    kept = b" ".join(one.state for one in city.installation.services.journal.since(0, 10_000))
    assert not any(code.encode() in kept for code in (right, *wrong))


def test_the_organiser_reads_and_answers_a_question_of_a_firm_of_elsewhere_without_who_asked(city: LiveCity) -> None:
    session = announced(city)
    invite(city, session, "pudong", enterprises=[OTHER])
    given = {"outreachSession": session, "enterprise": OTHER, "text": "没有专职人员怎么填报？"}
    question = city.done("stranger", "askOutreachQuestion", "outreachQuestion { id }", **given)["outreachQuestion"]["id"]
    asked = "{ outreachQuestions { nodes { id text enterprise { id } } } }"
    assert city.data("district", asked)["outreachQuestions"]["nodes"] == [
        {"id": question, "text": given["text"], "enterprise": None}
    ]
    assert city.data("pudong", asked)["outreachQuestions"]["nodes"][0]["enterprise"] == {"id": OTHER}
    for who in ("park", "subdistrict", "enterprise"):
        assert city.data(who, asked)["outreachQuestions"]["nodes"] == [], who
    answer = {"outreachQuestion": question, "answer": "可由兼职人员填报"}
    assert city.refused("pudong", "answerOutreachQuestion", **answer) == "NOT_FOUND"
    told = city.done("district", "answerOutreachQuestion", "outreachQuestion { answer text enterprise { id } }", **answer)
    assert told["outreachQuestion"] == {"answer": answer["answer"], "text": given["text"], "enterprise": None}


def test_a_firm_does_not_ask_without_end(city: LiveCity) -> None:
    session = announced(city)
    invite(city, session)
    given = {"outreachSession": session, "enterprise": FIRM}
    for number in range(MOST_QUESTIONS):
        city.done("filler", "askOutreachQuestion", "", **given, text=f"问题{number}")
    assert city.refused("enterprise", "askOutreachQuestion", **given, text="又一个问题") == "QUESTIONS_AT_MOST"


def test_the_organiser_records_who_came_and_takes_a_wrong_record_back(city: LiveCity) -> None:
    session = announced(city)
    record = {"outreachSession": session, "enterprises": [FIRM]}
    assert city.refused("district", "recordOutreachAttendance", **record) == "SESSION_NOT_BEGUN"
    there = at(city, 130)
    done = there.done("district", "recordOutreachAttendance", SESSION, **record)
    assert done["outreachSession"]["turnout"] == [{"status": "CAME", "firms": 1}]
    assert there.refused("district", "recordOutreachAttendance", **record | {"enterprises": [OTHER]}) == "NOT_FOUND"
    strike = {"outreachSession": session, "enterprise": FIRM, "reason": "登记有误"}
    assert there.refused("pudong", "strikeOutreachAttendance", **strike) == "NOT_FOUND"
    sent = there.done("district", "strikeOutreachAttendance", "outreachAttendance { status reason }", **strike)
    assert sent["outreachAttendance"] == {"status": "STRUCK", "reason": "登记有误"}


def test_firms_are_named_or_found_among_whom_it_is_for(city: LiveCity) -> None:
    session = announced(city, "city", audience={"district": "310115"})
    assert city.refused("district", "inviteToOutreachSession", outreachSession=session) == "FIRMS_OR_FILTER_OF_SESSION"
    assert city.refused("district", "inviteToOutreachSession", outreachSession=session, filter={}) == "SESSION_FITS_NOBODY"
    assert city.refused("district", "inviteToOutreachSession", outreachSession=session, enterprises=[FIRM]) == "FIRM_NOT_ADDRESSED"
    invite(city, session, "pudong")
    assert city.data("city", PARTS)["outreachAttendances"]["totalCount"] == 1


def test_a_published_answer_is_open_to_all_and_nobody_outside_learns_who_asked(city: LiveCity) -> None:
    session = announced(city, "city")
    invite(city, session, "city", enterprises=[FIRM, OTHER])
    ask = {"outreachSession": session, "enterprise": FIRM, "text": "示例精密没有专职人员怎么填？"}
    asked = city.done("filler", "askOutreachQuestion", "outreachQuestion { id text }", **ask)["outreachQuestion"]["id"]
    of = {"outreachQuestion": asked}
    seen = {who: city.data(who, QUESTIONS)["outreachQuestions"]["totalCount"] for who in ("city", "enterprise", "stranger", "bank")}
    assert seen == {"city": 1, "enterprise": 1, "stranger": 0, "bank": 0}
    assert city.refused("district", "answerOutreachQuestion", **of, answer="可兼职") == "NOT_FOUND"
    city.done("city", "answerOutreachQuestion", "", **of, answer="可由兼职人员填报")
    assert city.data("stranger", QUESTIONS)["outreachQuestions"]["totalCount"] == 0
    city.done("city", "publishOutreachAnswer", "", **of, wording="人员不足时由谁填报？")
    whole = "{ outreachQuestions { nodes { wording answer text enterprise { id } } } }"
    told = {"wording": "人员不足时由谁填报？", "answer": "可由兼职人员填报"}
    assert city.data("stranger", whole)["outreachQuestions"]["nodes"] == [{**told, "text": None, "enterprise": None}]
    own = {**told, "text": ask["text"], "enterprise": {"id": FIRM}}
    assert city.data("enterprise", whole)["outreachQuestions"]["nodes"] == [own]
    assert city.data("bank", "{ outreachQuestions { nodes { wording answer } } }")["outreachQuestions"]["nodes"] == [told]
    trail = "query($s: ID!) { auditTrail(subject: $s) { totalCount } }"
    assert city.data("stranger", trail, s=asked)["auditTrail"]["totalCount"] == 0
    assert city.data("enterprise", trail, s=asked)["auditTrail"]["totalCount"] == 3


def test_reach_is_told_by_unit_and_a_unit_behind_its_schedule_is_on_the_list(city: LiveCity) -> None:
    day, _ = held(city)
    done = city.done("park", "setOutreachSchedule", "", unit="songjiang-park", weeks=2, since=city.today)
    assert city.refused("pudong", "setOutreachSchedule", unit="songjiang-park", weeks=2, since=city.today) == "NOT_FOUND"
    asked = {"by": "PARK", "year": day.year}
    [park] = city.data("district", REACH, **asked, p=done["position"])["outreachReach"]["units"]["nodes"]
    assert (park["firms"], park["neverInvited"], park["overdue"]) == (1, 1, False)
    assert park["dueOn"] == (date.fromisoformat(city.today) + timedelta(days=14)).isoformat()
    assert city.data("pudong", REACH, **asked)["outreachReach"]["units"]["nodes"] == []
    session = announced(city, "park")
    invite(city, session, "park")
    there = at(city, 130)
    there.done("park", "recordOutreachAttendance", "", outreachSession=session, enterprises=[FIRM])
    [park] = there.data("park", REACH, **asked)["outreachReach"]["units"]["nodes"]
    counts = {name: park[name] for name in ("sessions", "invited", "came", "neverInvited", "lastOn", "dueOn")}
    due = (day + timedelta(days=14)).isoformat()
    assert counts == {"sessions": 1, "invited": 1, "came": 1, "neverInvited": 0, "lastOn": day.isoformat(), "dueOn": due}
    for days, found in ((14, []), (15, [True])):
        late = at(city, -60, days).data("city", REACH, **asked | {"overdue": True})["outreachReach"]["units"]["nodes"]
        assert [one["overdue"] for one in late] == found
    units = there.data("city", REACH, by="DISTRICT", year=day.year)["outreachReach"]["units"]["nodes"]
    assert [(one["id"], one["invited"]) for one in units] == [("organisation/310115", 0), ("organisation/310117", 1)]


def test_what_followed_a_session_is_not_told_of_too_few_firms(city: LiveCity) -> None:
    session = announced(city, "city")
    invite(city, session, "city", enterprises=[FIRM])
    assert city.data("city", FOLLOWED, id=session)["outreachFollowUp"] is None, "it has not begun"
    there = at(city, 130)
    there.done("city", "recordOutreachAttendance", "", outreachSession=session, enterprises=[FIRM])
    found = there.data("city", FOLLOWED, id=session)["outreachFollowUp"]
    assert (found["days"], found["complete"], found["firmsAtLeast"], found["mark"]) == (30, False, 5, "I")
    assert found["groups"][0] == {"group": "CAME", "firms": 1, "started": None, "percent": None}
    assert at(city, 130, 31).data("district", FOLLOWED, id=session)["outreachFollowUp"]["complete"]
    assert city.data("city", FOLLOWED, id="session/none")["outreachFollowUp"] is None
