"""Headquarters of a group (plan S3, O3): a member, one at a time, dated; it is diagnosed under an edition of its own."""

from datetime import date, timedelta

import pytest

from domain.access import Place
from domain.command_rights import ROLE_NOT_ALLOWED
from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.opening import OTHER_EDITION_UNREASONED, DiagnosisOpened
from domain.participants.enterprises import enterprise_stream
from domain.participants.headquarters import (
    GROUP_UNKNOWN,
    HEADQUARTERS,
    HEADQUARTERS_DAY_TAKEN,
    HEADQUARTERS_HELD,
    HEADQUARTERS_NONE,
    HEADQUARTERS_NOT_LATER,
    HEADQUARTERS_OUTSIDE_GROUP,
    CorrectHeadquarters,
    EndHeadquarters,
    Headquarters,
    HeadquartersCommand,
    HeadquartersCorrected,
    HeadquartersEnded,
    HeadquartersNamed,
    HeadquartersTerm,
    NameHeadquarters,
    headquarters_stream,
)
from domain.participants.organisations import Organisation, OrganisationKind, organisation_stream
from domain.standard.editions import MAPPING_STREAM, PublishedEdition, edition_stream
from standards import Form, edition_mappings, load
from tests.rules.cases import FIRM, OPENING, WORLD
from tests.rules.given import AT, Given, given

GROUPS = {
    organisation_stream("g1"): Organisation(kind=OrganisationKind.GROUP, name="示例集团"),
    organisation_stream("p1"): Organisation(kind=OrganisationKind.PROVIDER, name="示例服务商"),
    **{enterprise_stream(one): FIRM.model_copy(update={"group": "g1"}) for one in ("e1", "e2")},
    enterprise_stream("e3"): FIRM.model_copy(update={"group": "g2"}),
    enterprise_stream("e4"): FIRM,
}
JANUARY, MAY, DECEMBER = date(2024, 1, 1), date(2024, 5, 1), date(2024, 12, 31)


def name(enterprise: str, since: date = JANUARY, group: str = "g1") -> NameHeadquarters:
    return NameHeadquarters(group=group, enterprise=enterprise, since=since)


def end(last: date) -> EndHeadquarters:
    return EndHeadquarters(group="g1", on=last)


def correct(since: date) -> CorrectHeadquarters:
    return CorrectHeadquarters(group="g1", since=since, reason="批复文件所载日期不同")


def named(*sent_commands: HeadquartersCommand) -> Given:
    case = given(HEADQUARTERS).having_read(GROUPS)
    for sent_command in sent_commands:
        case = case.when(sent_command, "city").accepted
    return case


@pytest.mark.parametrize("role", ["city", "group"])
def test_the_city_or_the_group_names_a_member_and_the_same_again_changes_nothing(role: str) -> None:
    case = given(HEADQUARTERS).having_read(GROUPS).when(name("e1"), role, "g1")
    case.then(HeadquartersNamed(enterprise="e1", since=JANUARY))
    case.when(name("e1"), role, "g1").then()


@pytest.mark.parametrize("since", [MAY, JANUARY - timedelta(days=1)], ids=["later", "earlier"])
def test_another_day_for_the_same_headquarters_is_never_passed_over_in_silence(since: date) -> None:
    named(name("e1")).when(name("e1", since), "city").refused(HEADQUARTERS_HELD, path="since", since=JANUARY.isoformat())
    moved = named(name("e1"), end(JANUARY), name("e1", MAY))
    assert [(term.since, term.until) for term in moved.state.terms] == [(JANUARY, JANUARY), (MAY, None)]


@pytest.mark.parametrize("since", [MAY, JANUARY - timedelta(days=40)], ids=["later", "earlier"])
@pytest.mark.parametrize("role", ["city", "group"])
def test_a_wrong_first_day_is_corrected_with_its_reason_both_ways(since: date, role: str) -> None:
    case = named(name("e1")).when(correct(since), role, "g1")
    case.then(HeadquartersCorrected(enterprise="e1", since=since, reason="批复文件所载日期不同"))
    assert [(term.enterprise, term.since, term.until) for term in case.state.terms] == [("e1", since, None)]
    case.when(correct(since), role, "g1").then()


def test_the_one_before_ends_the_day_before_the_corrected_day() -> None:
    case = named(name("e1"), name("e2", DECEMBER), correct(MAY))
    assert [(term.since, term.until) for term in case.state.terms] == [(JANUARY, MAY - timedelta(days=1)), (MAY, None)]
    later = named(name("e1"), name("e2", MAY), correct(DECEMBER))
    assert later.state.on(MAY) == "e1"
    case.when(correct(JANUARY), "city").refused(HEADQUARTERS_DAY_TAKEN, path="since", last=JANUARY.isoformat())


def test_a_last_day_that_was_said_itself_stays() -> None:
    case = named(name("e1"), end(MAY), name("e2", DECEMBER))
    case.when(correct(MAY), "city").refused(HEADQUARTERS_DAY_TAKEN, path="since", last=MAY.isoformat())
    june = MAY + timedelta(days=31)
    moved = case.when(correct(june), "city").accepted
    assert [(term.since, term.until) for term in moved.state.terms] == [(JANUARY, MAY), (june, None)]


def test_where_there_is_no_headquarters_there_is_no_day_to_correct() -> None:
    given(HEADQUARTERS).having_read(GROUPS).when(correct(MAY), "city").refused(HEADQUARTERS_NONE)
    named(name("e1"), end(DECEMBER)).when(correct(MAY), "city").refused(HEADQUARTERS_NONE)


@pytest.mark.parametrize("role", ["district", "enterprise", "park", "provider", "auditor"])
def test_nobody_else_names_it(role: str) -> None:
    given(HEADQUARTERS).having_read(GROUPS).when(name("e1"), role).refused(ROLE_NOT_ALLOWED, role=role)


def test_a_group_acts_for_itself_because_its_headquarters_lies_in_the_group() -> None:
    assert HEADQUARTERS.place(name("e1"), None, {}) == Place(group="g1")


@pytest.mark.parametrize("enterprise", ["e3", "e4", "nobody"], ids=["of another group", "of none", "on no roster"])
def test_only_a_member_is_named_and_whoever_is_none_is_answered_alike(enterprise: str) -> None:
    given(HEADQUARTERS).having_read(GROUPS).when(name(enterprise), "city").refused(HEADQUARTERS_OUTSIDE_GROUP)


@pytest.mark.parametrize("group", ["p1", "g9"], ids=["a provider", "nobody"])
def test_only_a_group_has_a_headquarters(group: str) -> None:
    given(HEADQUARTERS).having_read(GROUPS).when(name("e1", group=group), "city").refused(GROUP_UNKNOWN, group=group)


def test_one_at_a_time_the_next_ends_the_one_before() -> None:
    case = named(name("e1"), name("e2", MAY))
    state: Headquarters = case.state
    april = MAY - timedelta(days=1)
    assert state.terms == (
        HeadquartersTerm(enterprise="e1", since=JANUARY, until=april),
        HeadquartersTerm(enterprise="e2", since=MAY),
    )
    assert [state.on(day) for day in (JANUARY - timedelta(days=1), JANUARY, april, MAY)] == [None, "e1", "e1", "e2"]
    for since in (MAY, JANUARY):
        case.when(name("e1", since), "city").refused(HEADQUARTERS_NOT_LATER, last=MAY.isoformat())


def test_it_ends_with_a_last_day_and_the_next_begins_after_it() -> None:
    case = named(name("e1"))
    case.when(end(JANUARY - timedelta(days=1)), "group", "g1").refused(HEADQUARTERS_NOT_LATER, last="2024-01-01")
    case.when(end(DECEMBER), "group", "g1").then(HeadquartersEnded(last=DECEMBER))
    assert (case.state.on(DECEMBER), case.state.on(DECEMBER + timedelta(days=1))) == ("e1", None)
    case.when(end(DECEMBER), "city").refused(HEADQUARTERS_NONE)
    case.when(name("e1", DECEMBER), "city").refused(HEADQUARTERS_NOT_LATER, last=DECEMBER.isoformat())
    case.when(name("e1", DECEMBER + timedelta(days=1)), "city").happened("headquarters.named.v1")


def test_what_never_began_is_not_ended() -> None:
    given(HEADQUARTERS).having_read(GROUPS).when(end(MAY), "city").refused(HEADQUARTERS_NONE)


EDITIONS = ("2023", "2023-major-equipment", "2023-group-headquarters")


def opening(seat: Headquarters | None, group: str | None = "g1", edition: str = EDITIONS[2]) -> Given:
    world = {
        **WORLD,
        **{edition_stream(key): PublishedEdition(edition=load(key), digest=load(key).digest) for key in EDITIONS},
        MAPPING_STREAM: edition_mappings(),
        enterprise_stream("e1"): FIRM.model_copy(update={"group": group}),
        headquarters_stream("g1"): seat,
    }
    sent_command = OPENING.model_copy(update={"edition": edition, "form": Form.FULL})
    return given(DIAGNOSES).having_read(world).when(sent_command, "city")


def test_a_headquarters_is_diagnosed_under_its_own_edition_without_a_reason() -> None:
    [fact, *_] = opening(named(name("e1")).state).facts
    assert isinstance(fact, DiagnosisOpened)
    assert fact.applicable is not None
    assert (fact.applicable.edition, fact.applicable.basis) == (EDITIONS[2], "headquarters")


@pytest.mark.parametrize(
    ("seat", "group"),
    [
        (None, "g1"),
        (named(name("e2")).state, "g1"),
        (named(name("e1", AT.date() + timedelta(days=1))).state, "g1"),
        (named(name("e1"), end(MAY)).state, "g1"),
        (named(name("e1")).state, "g2"),
        (named(name("e1")).state, None),
    ],
    ids=["none named", "another", "not yet", "no longer", "left for another group", "left the group"],
)
def test_whoever_is_not_the_headquarters_today_comes_under_its_industry(seat: Headquarters | None, group: str | None) -> None:
    opening(seat, group).refused(OTHER_EDITION_UNREASONED, edition=EDITIONS[1], basis="division")
    opening(seat, group, EDITIONS[1]).happened("diagnosis.opened.v2", "slot.taken.v1", "stage.began.v2")
