"""Sending of packages by the program (plan P8): ordered by the city, begun once, ended once, a receipt is checked."""

from datetime import timedelta
from typing import Any

import pytest

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.kernel import NOT_FOUND
from domain.programme.packages.events import (
    PackageArrivalUnknown,
    PackageReceiptEntered,
    PackageReceiptSetAside,
    PackageSendingBegun,
    PackageSendingFailed,
    PackageSendingOrdered,
    PackageSent,
    PackageWithdrawn,
)
from domain.programme.packages.making import WithdrawPackage
from domain.programme.packages.receipts import (
    PACKAGE_NEVER_SENT,
    PACKAGE_RECEIPTS_TOO_MANY,
    Receipt,
    RecordReceipt,
)
from domain.programme.packages.sending import (
    PACKAGE_ATTEMPT_OVER,
    PACKAGE_MAY_BE_THERE,
    PACKAGE_TRANSPORT_MISSING,
    BeginSending,
    EndSending,
    SendPackage,
)
from domain.programme.packages.state import (
    PACKAGE_HANDED_OVER_ALREADY,
    PACKAGE_NOT_MADE,
    PACKAGE_SENDING_UNDER_WAY,
    PACKAGE_WITHDRAWN,
    RECEIPTS_AT_MOST,
    Package,
)
from domain.programme.packages.terms import (
    Counterpart,
    OpenMatter,
    PackageStatus,
    ReceiptFault,
    ReceiptOutcome,
    SendingFault,
    SendingStatus,
    TransportKind,
)
from tests.rules.given import Given
from tests.rules.programme.test_packages import CONTENT, DAY, HAND_OVER, asking, made, none_yet

BY_FOLDER = TransportKind.FOLDER
SEND = SendPackage(package="k1", transports={Counterpart.MIIT_PILOT: BY_FOLDER})
BEGIN = BeginSending(package="k1", sending=1, attempt=1, transport=BY_FOLDER)
WITHDRAW = WithdrawPackage(package="k1", reason="制作口径有误")
TAKEN = Receipt(
    number="R-1", sha256=str(CONTENT["sha256"]), taken=True, reasons=(), received_on=DAY, results=3, files=1
)


def end(came_to: Any, **changes: Any) -> EndSending:
    return EndSending(package="k1", **{"sending": 1, "attempt": 1, "came_to": came_to} | changes)


def receipt(digest: str = "1" * 64, **changes: Any) -> RecordReceipt:
    return RecordReceipt(package="k1", digest=digest, receipt=TAKEN.model_copy(update=changes))


def ordered() -> Given:
    return made().when(SEND, "city").accepted


def begun() -> Given:
    return ordered().when(BEGIN, "system").accepted


def sent() -> Given:
    return begun().when(end(SendingStatus.SENT), "system").accepted


def state(case: Given) -> Package:
    found = case.state
    assert isinstance(found, Package)
    return found


def standing(case: Given) -> SendingStatus | None:
    sending = state(case).sending
    return sending.status if sending is not None else None


def test_the_city_tells_the_program_to_send_what_is_made_where_a_transport_is_set() -> None:
    facts = (PackageSendingOrdered(sending=1, transport=BY_FOLDER, again=False, ordered_by="li"),)
    assert made().when(SEND, "city").then(*facts).accepted.when(SEND, "city").facts == ()
    for role in ("district", "auditor", "partner"):
        made().when(SEND, role).refused(ROLE_NOT_ALLOWED)
    elsewhere = {Counterpart.STATE_ASSETS: BY_FOLDER}
    made().when(SendPackage(package="k1", transports=elsewhere), "city").refused(PACKAGE_TRANSPORT_MISSING)
    none_yet().when(asking(), "city").accepted.when(SEND, "city").refused(PACKAGE_NOT_MADE)
    none_yet().when(SEND, "city").refused(NOT_FOUND)
    made().when(HAND_OVER, "city").accepted.when(SEND, "city").refused(PACKAGE_HANDED_OVER_ALREADY, day=DAY)


def test_an_attempt_is_begun_by_one_alone_and_only_in_its_turn() -> None:
    begun_once = ordered().when(BEGIN, "system").then(PackageSendingBegun(sending=1, attempt=1, transport=BY_FOLDER))
    begun_once.accepted.when(BEGIN, "system").refused(PACKAGE_ATTEMPT_OVER, sending=1, attempt=1)
    for other in ({"attempt": 2}, {"sending": 2}):
        ordered().when(BEGIN.model_copy(update=other), "system").refused(PACKAGE_ATTEMPT_OVER)
    made().when(BEGIN, "system").refused(PACKAGE_ATTEMPT_OVER)
    ordered().when(BEGIN, "city").refused(ROLE_NOT_ALLOWED)
    begun().when(SEND, "city").refused(PACKAGE_SENDING_UNDER_WAY)
    begun().when(HAND_OVER, "city").refused(PACKAGE_SENDING_UNDER_WAY)


def test_that_it_arrived_is_a_fact_and_no_receipt() -> None:
    done = begun().when(end(SendingStatus.SENT), "system").then(PackageSent(sending=1, attempt=1)).accepted
    assert (state(done).status, standing(done)) == (PackageStatus.MADE, SendingStatus.SENT)
    assert done.when(end(SendingStatus.SENT), "system").facts == ()
    assert done.when(end(SendingStatus.UNKNOWN), "system").facts == ()
    done.when(end(SendingStatus.SENT, attempt=2), "system").refused(PACKAGE_ATTEMPT_OVER)


def test_what_surely_did_not_arrive_is_tried_again_until_it_is_given_up() -> None:
    failed = end(SendingStatus.FAILED, fault=SendingFault.NOT_TAKEN, code=403)
    told: dict[str, Any] = {"sending": 1, "attempt": 1, "fault": SendingFault.NOT_TAKEN, "code": 403}
    once = begun().when(failed, "system").then(PackageSendingFailed(**told, last=False)).accepted
    assert (standing(once), state(once).open_matters) == (SendingStatus.FAILED, ())
    once.when(SEND, "city").refused(PACKAGE_SENDING_UNDER_WAY)
    second = once.when(BEGIN.model_copy(update={"attempt": 2}), "system").accepted
    over = second.when(end(SendingStatus.FAILED, attempt=2, last=True), "system").accepted
    assert (standing(over), state(over).open_matters) == (SendingStatus.GIVEN_UP, (OpenMatter.GIVEN_UP,))
    anew = over.when(SEND, "city").accepted
    assert anew.when(BEGIN.model_copy(update={"sending": 2}), "system").facts


def lost() -> Given:
    return begun().when(end(SendingStatus.UNKNOWN), "system").then(PackageArrivalUnknown(sending=1, attempt=1)).accepted


def test_where_it_is_unknown_whether_it_arrived_a_person_asks_before_it_is_sent_again() -> None:
    assert state(lost()).open_matters == (OpenMatter.ARRIVAL_UNKNOWN,)
    lost().when(BEGIN.model_copy(update={"attempt": 2}), "system").refused(PACKAGE_ATTEMPT_OVER)
    lost().when(SEND, "city").refused(PACKAGE_MAY_BE_THERE, path="again", sending=1)
    again = SEND.model_copy(update={"again": True})
    lost().when(again, "city").then(PackageSendingOrdered(sending=2, transport=BY_FOLDER, again=True, ordered_by="li"))
    found = lost().when(end(SendingStatus.SENT), "system").accepted
    assert (standing(found), state(found).open_matters) == (SendingStatus.SENT, ())
    found.when(SEND, "city").refused(PACKAGE_MAY_BE_THERE)
    resolved = lost().when(receipt(), "system").accepted
    assert (standing(resolved), state(resolved).open_matters) == (SendingStatus.TAKEN, ())


def test_a_receipt_with_its_digest_and_counts_hands_the_package_over() -> None:
    entered: dict[str, Any] = {"digest": "1" * 64, "receipt": "R-1", "reasons": (), "received_on": DAY, "results": 3, "files": 1}
    as_it_is: dict[str, Any] = {"contradicts": False, "after_withdrawal": False}
    done = sent().when(receipt(), "system")
    done.then(PackageReceiptEntered(**entered, outcome=ReceiptOutcome.TAKEN, **as_it_is))
    assert (state(done.accepted).status, state(done.accepted).handed_over_on) == (PackageStatus.HANDED_OVER, DAY)
    assert done.accepted.when(receipt(), "system").facts == ()
    done.when(SEND, "city").refused(PACKAGE_HANDED_OVER_ALREADY)
    done.when(HAND_OVER, "city").refused(PACKAGE_HANDED_OVER_ALREADY)
    sent().when(receipt(), "city").refused(ROLE_NOT_ALLOWED)


def test_a_refusal_is_on_record_with_its_reasons_and_the_package_may_go_out_again() -> None:
    def no() -> Given:
        return sent().when(receipt(taken=False, reasons=("口径不符",)), "system").accepted

    found = state(no())
    assert (found.status, standing(no()), found.open_matters) == (
        PackageStatus.MADE,
        SendingStatus.REFUSED,
        (OpenMatter.REFUSED,),
    )
    assert found.receipts[-1].reasons == ("口径不符",)
    assert no().when(SEND, "city").facts
    by_hand = state(no().when(HAND_OVER, "city").accepted)
    assert (by_hand.status, by_hand.open_matters) == (PackageStatus.HANDED_OVER, ())


@pytest.mark.parametrize("counts", [{"results": 2}, {"results": 4}, {"files": 0}])
def test_counts_that_differ_are_a_finding_and_no_acceptance(counts: dict[str, int]) -> None:
    case = sent().when(receipt(**counts), "system").accepted
    assert (state(case).status, standing(case)) == (PackageStatus.MADE, SendingStatus.DIFFERS)
    assert state(case).open_matters == (OpenMatter.COUNTS_DIFFER,)
    case.when(SEND, "city").refused(PACKAGE_MAY_BE_THERE)


def test_a_receipt_of_other_bytes_or_an_impossible_day_is_set_aside() -> None:
    for changes, fault in (
        ({"sha256": "0" * 64}, ReceiptFault.OTHER_DIGEST),
        ({"received_on": DAY - timedelta(days=1)}, ReceiptFault.IMPOSSIBLE_DAY),
        ({"received_on": DAY + timedelta(days=1)}, ReceiptFault.IMPOSSIBLE_DAY),
    ):
        case = sent().when(receipt(**changes), "system").then(PackageReceiptSetAside(digest="1" * 64, fault=fault)).accepted
        assert (standing(case), state(case).open_matters) == (SendingStatus.SENT, (OpenMatter.RECEIPT_SET_ASIDE,))
        assert state(case.when(receipt("2" * 64), "system").accepted).open_matters == ()
    half = RecordReceipt(package="k1", digest="3" * 64, receipt=None)
    sent().when(half, "system").then(PackageReceiptSetAside(digest="3" * 64, fault=ReceiptFault.UNREADABLE))


def test_a_later_receipt_that_says_otherwise_is_told_and_changes_nothing_by_itself() -> None:
    done = sent().when(receipt(), "system").accepted
    late = state(done.when(receipt("2" * 64, taken=False, reasons=("后经复核不予接收",)), "system").accepted)
    assert late.receipts[-1].contradicts
    assert (late.status, late.open_matters) == (PackageStatus.HANDED_OVER, (OpenMatter.RECEIPTS_CONTRADICT,))
    done = sent().when(receipt(), "system").accepted
    same = state(done.when(receipt("2" * 64, number="R-2"), "system").accepted)
    assert (same.receipts[-1].contradicts, same.open_matters) == (False, ())
    no = sent().when(receipt(taken=False), "system").accepted.when(receipt("2" * 64), "system").accepted
    assert (state(no).status, standing(no)) == (PackageStatus.MADE, SendingStatus.REFUSED)
    no.when(SEND, "city").refused(PACKAGE_MAY_BE_THERE)


def test_what_is_withdrawn_goes_to_nobody() -> None:
    gone = ordered().when(WITHDRAW, "city").then(PackageWithdrawn(reason=WITHDRAW.reason, withdrawn_by="li")).accepted
    assert (state(gone).status, state(gone).open_matters) == (PackageStatus.WITHDRAWN, ())
    for command, role in ((SEND, "city"), (HAND_OVER, "city"), (BEGIN, "system")):
        gone.when(command, role).refused(PACKAGE_WITHDRAWN)
    gone.when(WITHDRAW.model_copy(update={"reason": "另一理由"}), "city").refused(PACKAGE_WITHDRAWN)
    assert gone.when(WITHDRAW, "city").facts == ()
    made().when(WITHDRAW, "district").refused(ROLE_NOT_ALLOWED)


def test_a_receipt_for_a_withdrawn_package_says_whether_its_recipient_holds_it() -> None:
    def withdrawn_on_the_way() -> Given:
        return sent().when(WITHDRAW, "city").accepted

    assert state(withdrawn_on_the_way()).open_matters == (OpenMatter.HELD_THOUGH_WITHDRAWN,)
    late = state(withdrawn_on_the_way().when(receipt(), "system").accepted)
    assert late.receipts[-1].after_withdrawal
    assert (late.status, late.open_matters) == (PackageStatus.WITHDRAWN, (OpenMatter.HELD_THOUGH_WITHDRAWN,))
    back = state(withdrawn_on_the_way().when(receipt(taken=False), "system").accepted)
    assert back.open_matters == ()


def test_no_receipt_is_due_for_what_was_never_sent_nor_for_ever() -> None:
    ordered().when(receipt(), "system").refused(PACKAGE_NEVER_SENT)
    made().when(receipt(), "system").refused(PACKAGE_NEVER_SENT)
    none_yet().when(asking(), "city").accepted.when(receipt(), "system").refused(PACKAGE_NOT_MADE)
    case = sent()
    for number in range(RECEIPTS_AT_MOST):
        case = case.when(receipt(f"{number:064x}", sha256="0" * 64), "system").accepted
    case.when(receipt("f" * 64), "system").refused(PACKAGE_RECEIPTS_TOO_MANY, most=RECEIPTS_AT_MOST)
