"""Moves of the directory (plan V4): each from where it may begin, with causes on record, and the history stays whole."""

from datetime import date

import pytest

from domain.governance.proceedings.state import (
    PROCEEDING_NOT_CONCLUDED,
    Proceeding,
    ProceedingKind,
    ProceedingOutcome,
    ProceedingStatus,
    proceeding_stream,
)
from domain.governance.proceedings.subjects import CAUSE_UNKNOWN
from domain.governance.standing import DirectoryStanding, listing_stream
from domain.kernel import NOT_FOUND
from domain.providers.listings.listing import (
    CORRECTION_IN_THE_PAST,
    FROM,
    NOT_ON_THE_LIST,
    SUSPENSION_NEEDS_PROCEEDING,
    SUSPENSION_STANDS,
    TAG_HELD_ALREADY,
    TAG_NOT_HELD,
    AnyListingCommand,
    ConfirmCorrection,
    GainTag,
    LiftSuspension,
    LoseTag,
    RemoveProvider,
    RestoreProvider,
    SuspendProvider,
    WarnProvider,
)
from tests.rules.given import Given
from tests.rules.providers.calls import ADOPTING, Played, adopted, later

CAUSE = "application/2024.p1/9"
TOLD = {"provider": "p1", "causes": (CAUSE, "proceeding/x1/1"), "reason": "抽查发现记录缺失"}
DUE = date(2024, 4, 22)
CONCLUDED = Proceeding(
    kind=ProceedingKind.DIRECTORY_MOVE,
    about="listing/p1",
    cause=CAUSE,
    provider="p1",
    enterprise=None,
    district=None,
    applicant_role="city",
    opened_on=date(2024, 3, 18),
    opened_by="li",
    status=ProceedingStatus.FINAL,
    outcome=ProceedingOutcome.UPHELD,
)
WARN, CORRECTED = WarnProvider(**TOLD, due=DUE), ConfirmCorrection(**TOLD)
SUSPEND, REMOVE, RESTORE = SuspendProvider(**TOLD), RemoveProvider(**TOLD), RestoreProvider(**TOLD)
MOVES: tuple[AnyListingCommand, ...] = (
    GainTag(**TOLD, industry="C36"),
    LoseTag(**TOLD, industry="C34"),
    WARN,
    CORRECTED,
    SUSPEND,
    REMOVE,
    RESTORE,
)
WAYS: dict[DirectoryStanding, tuple[AnyListingCommand, ...]] = {
    DirectoryStanding.LISTED: (),
    DirectoryStanding.WARNED: (WARN,),
    DirectoryStanding.SUSPENDED: (SUSPEND,),
    DirectoryStanding.REMOVED: (SUSPEND, REMOVE),
}


def moved(*commands: AnyListingCommand, **changes: object) -> Played:
    """A listed provider after some moves, with a proceeding that granted them; changes: what is otherwise of it."""
    played = adopted("p1", "p2")
    played.states[proceeding_stream("x1")] = CONCLUDED.model_copy(update=changes)
    for command in commands:
        move(played, command).accepted  # noqa: B018 - asserts
    return played


def move(played: Played, command: AnyListingCommand) -> Given:
    return played.asked(command, "city", at=later(ADOPTING, 2))


@pytest.mark.parametrize("standing", WAYS)
@pytest.mark.parametrize("command", MOVES)
def test_a_move_begins_where_the_ladder_lets_it(command: AnyListingCommand, standing: DirectoryStanding) -> None:
    case = move(moved(*WAYS[standing]), command)
    if standing in FROM[type(command)]:
        assert case.accepted
    else:
        case.refused(NOT_ON_THE_LIST)


def test_a_warning_has_a_day_and_ends_with_its_correction() -> None:
    played = moved(WARN)
    assert played.states[listing_stream("p1")].due == DUE
    move(played, CORRECTED)
    found = played.states[listing_stream("p1")]
    assert (found.standing, found.due) == (DirectoryStanding.LISTED, None)


def test_time_to_correct_is_what_the_ladder_gives_in_working_days() -> None:
    """Twenty from 20 March; the days off of Qingming and the Sunday that is worked for them counted."""
    command = WARN.model_copy(update={"due": date(2024, 4, 17)})
    move(moved(), command).refused(CORRECTION_IN_THE_PAST, path="due", earliest=date(2024, 4, 18))


@pytest.mark.parametrize(
    "changes",
    [
        {"status": ProceedingStatus.DECIDED},
        {"outcome": ProceedingOutcome.DISMISSED},
        {"about": "listing/p2"},
        {"kind": ProceedingKind.COMPLAINT},
    ],
)
def test_nobody_is_demoted_or_removed_without_a_concluded_proceeding_that_granted_it(changes: dict[str, object]) -> None:
    move(moved(**changes), LoseTag(**TOLD, industry="C34")).refused(PROCEEDING_NOT_CONCLUDED)
    move(moved(WARN, **changes), REMOVE).refused(PROCEEDING_NOT_CONCLUDED)
    move(moved(**changes), SUSPEND).refused(SUSPENSION_NEEDS_PROCEEDING)


def test_a_red_line_suspends_at_once_pending_its_hearing_and_not_once_it_was_dismissed() -> None:
    red = {"kind": ProceedingKind.RED_LINE, "status": ProceedingStatus.NOTIFIED, "outcome": None}
    assert move(moved(**red), SUSPEND).accepted
    dismissed = red | {"status": ProceedingStatus.DECIDED, "outcome": ProceedingOutcome.DISMISSED}
    move(moved(**dismissed), SUSPEND).refused(SUSPENSION_NEEDS_PROCEEDING)


@pytest.mark.parametrize("outcome", [None, ProceedingOutcome.DISMISSED, ProceedingOutcome.UPHELD])
@pytest.mark.parametrize("status", ProceedingStatus)
def test_a_suspension_pending_its_hearing_ends_with_a_proceeding_that_came_to_nothing(
    status: ProceedingStatus, outcome: ProceedingOutcome | None
) -> None:
    """Withdrawn, or dismissed and final; while it is pending, or where it was upheld, the suspension stands."""
    red = {"kind": ProceedingKind.RED_LINE, "status": ProceedingStatus.NOTIFIED, "outcome": None}
    played = moved(SUSPEND, **red)
    state = {"kind": ProceedingKind.RED_LINE, "status": status, "outcome": outcome}
    played.states[proceeding_stream("x1")] = CONCLUDED.model_copy(update=state)
    case = lifted(played)
    if status is ProceedingStatus.WITHDRAWN or (status, outcome) == (ProceedingStatus.FINAL, ProceedingOutcome.DISMISSED):
        case.happened("listing.restored.v1")
        assert played.states[listing_stream("p1")].standing is DirectoryStanding.LISTED
        lifted(played).then()
    else:
        case.refused(SUSPENSION_STANDS)


def lifted(played: Played) -> Given:
    return played.asked(LiftSuspension(provider="p1"), "system", at=later(ADOPTING, 2))


def test_nobody_is_suspended_on_a_red_line_whose_own_cause_is_no_fact() -> None:
    """Before its notice is served, as after: it is public at once."""
    red = {"kind": ProceedingKind.RED_LINE, "status": ProceedingStatus.OPENED, "outcome": None}
    move(moved(**red, cause="listing/p1/77777"), SUSPEND).refused(CAUSE_UNKNOWN, path="causes", cause="listing/p1/77777")
    assert move(moved(**red), SUSPEND).accepted


def test_a_tag_is_gained_and_lost_once() -> None:
    played = moved()
    move(played, GainTag(**TOLD, industry="C34")).refused(TAG_HELD_ALREADY, division="C34")
    move(played, LoseTag(**TOLD, industry="C36")).refused(TAG_NOT_HELD, division="C36")
    move(played, LoseTag(**TOLD, industry="C34"))
    assert sorted(played.states[listing_stream("p1")].tags) == ["C35"]


@pytest.mark.parametrize("cause", ["application/2024.p1/10", "application/2024.p9/1", "feedback/f1/1", "listing/p3/1"])
def test_a_cause_that_is_not_on_record_moves_nothing(cause: str) -> None:
    command = SUSPEND.model_copy(update={"causes": (CAUSE, cause)})
    move(moved(), command).refused(CAUSE_UNKNOWN, path="causes.1", cause=cause)


def test_who_was_never_listed_is_not_found() -> None:
    move(moved(), SUSPEND.model_copy(update={"provider": "p9"})).refused(NOT_FOUND)


def test_removing_and_restoring_leaves_the_tags_and_counts_every_move() -> None:
    before = moved().states[listing_stream("p1")]
    after = moved(SUSPEND, REMOVE, RESTORE).states[listing_stream("p1")]
    assert (after.standing, after.tags, after.version) == (DirectoryStanding.LISTED, before.tags, before.version + 3)
