"""Acts of time (plan P5): what falls due is done by the program, each act once: twice, by two at once, killed, a week late."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from api.kit.services import Services
from domain.access import Everything, Role, scope_of
from domain.diagnosis.filing import FileReport
from domain.diagnosis.follow_up import CloseFollowUp, PlanFollowUp, ReportFollowUp
from domain.diagnosis.follow_up_facts import MeasuredChange, PlannedMeasure, follow_up_stream
from domain.diagnosis.report import ConfirmReport
from domain.diagnosis.stages import stage_stream
from domain.diagnosis.state import diagnosis_stream
from domain.governance.proceedings.decision import DecideProceeding
from domain.governance.proceedings.hearing import GiveStatement, MoveDeadline
from domain.governance.proceedings.opening import OpenProceeding, ServeNotice, WithdrawProceeding
from domain.governance.proceedings.proceeding import PROCEEDINGS
from domain.governance.proceedings.state import (
    Proceeding,
    ProceedingKind,
    ProceedingOutcome,
    ProceedingStatus,
    proceeding_stream,
)
from domain.governance.standing import DirectoryStanding, listing_stream
from domain.instants import microseconds
from domain.kernel import Command, fold
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from domain.providers.listings.events import ProviderListed
from domain.providers.listings.listing import SuspendProvider
from domain.standard.editions import PublishEdition
from journal import Caller, Handled, NewEntry
from journal.codec import decode, encode
from projections.diagnosis import case_parts
from projections.diagnosis.diagnoses import DiagnosisFilter, diagnoses
from projections.engine.pages import Page
from projections.governance.proceedings import BY_DUE_DAY, ProceedingFilter, proceedings
from projections.providers.directory import entry_of
from tests.live_city import CHEAP
from tests.small_city import CITY, EDITION, FILLER, FIRM, City, caller, roster
from tests.small_city import opening as naming
from zhenduan.background import due_acts
from zhenduan.background.due_acts import do_due_acts, keeping_time
from zhenduan.settings import Settings
from zhenduan.wiring import opened

NEVER = threading.Event()
DISTRICT = caller(Role.DISTRICT, FIRM.district)
PROVIDER = Caller("chen", Role.PROVIDER, "p1", scope_of(Role.PROVIDER, "p1"))
DUE, DAY = date(2024, 5, 11), timedelta(days=1)
"""Five working days after Monday the 6th; the 11th is a Saturday that is worked."""
ENDED = "proceeding.time_to_answer_ended.v1"


def city(person: str) -> Caller:
    return Caller(person, Role.CITY, "city", Everything())


@pytest.fixture(params=["sqlite", "postgres"])
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Services]:
    """An installation whose clock may be set back: a provider, and a proceeding against it whose time to answer runs."""
    url = None if request.param == "sqlite" else request.getfixturevalue("new_database")()
    with opened(Settings(tmp_path / "city", url), demo=True, hasher=CHEAP) as installation:
        services = on(installation.services, date(2024, 5, 6))
        send(services, city("li"), RegisterOrganisation(organisation="p1", kind=OrganisationKind.PROVIDER, name="示例服务商"))
        send(services, city("li"), opening("x1"))
        send(services, city("li"), ServeNotice(proceeding="x1"))
        yield services


def opening(proceeding: str) -> OpenProceeding:
    return OpenProceeding(
        proceeding=proceeding,
        kind=ProceedingKind.DIRECTORY_MOVE,
        provider="p1",
        about="listing/p1",
        cause="organisation/p1/1",
        asked="限期整改",
        grounds="报告逾期",
    )


def on(services: Services, day: date) -> Services:
    """The services as a process has them at noon of a day."""
    noon = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    return replace(services, clock=lambda: noon)


def send(services: Services, who: Caller, command: Command) -> None:
    services.send(who, command)
    services.models.catch_up()


def facts(services: Services, proceeding: str = "x1") -> list[str]:
    return [entry.type for entry in services.journal.read(proceeding_stream(proceeding))]


def state(services: Services, proceeding: str = "x1") -> Proceeding:
    found = services.journal.read(proceeding_stream(proceeding))
    folded: Proceeding | None = fold(PROCEEDINGS.evolve, [decode(PROCEEDINGS, one.type, one.state) for one in found])
    assert folded is not None
    return folded


def decided(services: Services) -> date:
    """The same proceeding, answered and decided in time; the last day to appeal."""
    send(services, PROVIDER, GiveStatement(proceeding="x1", text="已计入", asks_hearing=False))
    decision = DecideProceeding(proceeding="x1", outcome=ProceedingOutcome.DISMISSED, reasons="无误")
    send(services, city("zhao"), decision)
    appeal = state(services).appeal
    assert appeal is not None
    return appeal.due


def test_nothing_is_done_on_the_last_day_and_all_on_the_day_after_once(program: Services) -> None:
    assert do_due_acts(on(program, DUE), NEVER) == 0
    late = on(program, DUE + DAY)
    assert do_due_acts(late, NEVER) == 1
    do_due_acts(late, NEVER)  # the read models have not seen it yet; its key is known all the same
    assert facts(program).count(ENDED) == 1
    program.models.catch_up()
    assert do_due_acts(late, NEVER) == 0
    assert (state(program).status, state(program).time_over) == (ProceedingStatus.ANSWERED, True)


def test_a_week_late_it_is_done_once_and_says_the_day_that_was_due(program: Services) -> None:
    due = decided(program)
    assert do_due_acts(on(program, due + 8 * DAY), NEVER, reason="逾期补办") == 1
    entry = program.journal.read(proceeding_stream("x1"))[-1]
    assert (entry.type, entry.reason, entry.role) == ("proceeding.became_final.v1", "逾期补办", "system")
    assert f'"due":"{due}"' in entry.state.decode()
    assert entry.causation == f"proceeding/x1/{entry.version - 1}"
    assert entry.idempotency_key == f"end-time-to-appeal/proceeding/x1/{due}"
    assert state(program).status is ProceedingStatus.FINAL


def test_many_that_look_at_once_leave_one_fact(program: Services) -> None:
    late = on(program, DUE + DAY)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: do_due_acts(late, NEVER), range(8)))
    assert facts(program).count(ENDED) == 1


class KilledError(BaseException):
    """The process ends here."""


def test_one_killed_right_after_its_fact_is_followed_by_no_second(program: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    late = on(program, DUE + DAY)
    sent: Callable[..., Handled] = Services.send

    def dying(self: Services, *given: Any, **named: Any) -> Handled:
        sent(self, *given, **named)
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(Services, "send", dying)
        with pytest.raises(KilledError):
            do_due_acts(late, NEVER)
    do_due_acts(late, NEVER)
    assert facts(program).count(ENDED) == 1


def test_killed_between_two_acts_and_begun_again_a_week_late_it_does_each_once(
    program: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three times to answer ran out; the process died with the first done, and the next looks a week later, twice."""
    three = ("x1", "x5", "x6")
    for one in three[1:]:
        send(program, city("li"), opening(one))
        send(program, city("li"), ServeNotice(proceeding=one))
    sent: Callable[..., Handled] = Services.send
    done: list[str] = []

    def dying(self: Services, *given: Any, **named: Any) -> Handled:
        if done:
            raise KilledError
        done.append(named["idempotency_key"])
        return sent(self, *given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(Services, "send", dying)
        with pytest.raises(KilledError):
            do_due_acts(on(program, DUE + DAY), NEVER)
    assert sum(facts(program, one).count(ENDED) for one in three) == len(done) == 1
    late = on(program, DUE + 8 * DAY)  # its read models have not seen the first one yet
    do_due_acts(late, NEVER)
    program.models.catch_up()
    assert do_due_acts(late, NEVER) == 0
    assert [facts(program, one).count(ENDED) for one in three] == [1, 1, 1]
    keys = [program.journal.read(proceeding_stream(one))[-1].idempotency_key for one in three]
    assert keys == [f"end-time-to-answer/proceeding/{one}/{DUE}" for one in three], "by the day that was due, however late"


def test_an_extension_makes_another_act_of_another_day(program: Services) -> None:
    until = date(2024, 5, 20)
    send(on(program, DUE + DAY), city("li"), MoveDeadline(proceeding="x1", until=until, reason="负责人住院"))
    assert do_due_acts(on(program, until), NEVER) == 0
    assert do_due_acts(on(program, until + DAY), NEVER) == 1
    assert program.journal.read(proceeding_stream("x1"))[-1].idempotency_key.endswith(f"/{until}")


def test_one_that_cannot_be_done_keeps_no_other_from_it(program: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: Any) -> Any:
        yield due_acts.DueAct("broken", proceeding_stream("x9"), DUE, None, "x/1/1")  # type: ignore[arg-type] # no command at all

    monkeypatch.setattr(due_acts, "ACTS", (broken, *due_acts.ACTS))
    assert do_due_acts(on(program, DUE + DAY), NEVER) == 1


def test_it_is_done_by_itself_while_the_program_runs(program: Services) -> None:
    with keeping_time(on(program, DUE + DAY), seconds=0.05):
        for _ in range(200):
            if ENDED in facts(program):
                break
            threading.Event().wait(0.05)
    assert facts(program).count(ENDED) == 1


def test_what_is_due_is_listed_first_and_what_ended_last(program: Services) -> None:
    send(program, city("li"), opening("x3"))
    due = decided(program)
    do_due_acts(on(program, due + DAY), NEVER)
    send(program, city("li"), opening("x4"))
    send(program, city("li"), ServeNotice(proceeding="x4"))
    with program.models.reading() as snapshot:
        rows = proceedings(snapshot, Everything(), ProceedingFilter(), Page(10, BY_DUE_DAY))
        late = proceedings(snapshot, Everything(), ProceedingFilter(due_by=DUE), Page(10, BY_DUE_DAY))
    assert [row.id for row in rows] == ["x4", "x3", "x1"]
    assert [row.id for row in late] == ["x4"]


def test_a_stage_is_reminded_of_and_escalated_once_and_the_case_goes_on_waiting(program: Services) -> None:
    city = City.__new__(City)  # its provider is there already
    city.journal, city.clock, city.blobs = program.journal, program.clock, program.blobs
    for command in (PublishEdition(edition=EDITION), roster(), naming("d1")):
        city.send(CITY, command)
    program.models.catch_up()
    reminded, due = date(2024, 5, 15), date(2024, 5, 17)
    told = ["stage.began.v2"]
    for day, fact in (
        (reminded - DAY, ""),
        (reminded, "stage.reminded.v2"),
        (reminded, ""),
        (due, ""),
        (due + 8 * DAY, "stage.escalated.v2"),
        (due + 9 * DAY, ""),
    ):
        do_due_acts(on(program, day), NEVER)
        program.models.catch_up()
        told += [fact] if fact else []
        assert [one.type for one in program.journal.read(stage_stream("d1"))] == told, day
    assert [one.type for one in program.journal.read(diagnosis_stream("d1"))] == ["diagnosis.opened.v2"]


def test_a_follow_up_is_reminded_of_listed_as_overdue_and_reported_late(program: Services) -> None:
    """Six months after the filing of 6 May, and twenty working days more."""
    city = City.__new__(City)  # its provider is there already
    city.journal, city.clock, city.blobs = program.journal, program.clock, program.blobs
    for command in (PublishEdition(edition=EDITION), roster()):
        city.send(CITY, command)
    city.send(FILLER, ConfirmReport(diagnosis=city.issued()))
    city.send(DISTRICT, FileReport(diagnosis="d1"))
    measures = (PlannedMeasure(indicator="Z01", text="编制规划", by=date(2024, 10, 31)),)
    city.send(FILLER, PlanFollowUp(diagnosis="d1", measures=measures))
    program.models.catch_up()
    reminded, due = date(2024, 12, 2), date(2024, 12, 4)
    told = ["followup.began.v1", "followup.planned.v1"]
    for day, fact in (
        (reminded - DAY, ""),
        (reminded, "followup.reminded.v1"),
        (due, ""),
        (due + 8 * DAY, "followup.escalated.v1"),
        (due + 9 * DAY, ""),
    ):
        do_due_acts(on(program, day), NEVER)
        program.models.catch_up()
        told += [fact] if fact else []
        assert [one.type for one in program.journal.read(follow_up_stream("d1"))] == told, day
    change = MeasuredChange(indicator="Z01", name="联网率", unit="%", before=Decimal("31.5"), after=Decimal(62), evidence="e" * 64)
    report = ReportFollowUp(diagnosis="d1", month=6, done="已编制规划", changes=(change,))
    assert overdue(program, due + 9 * DAY) == ["d1"]
    city.clock = on(program, due + 9 * DAY).clock
    city.send(FILLER, report)
    program.models.catch_up()
    assert overdue(program, due + 9 * DAY) == []
    with program.models.reading() as snapshot:
        [half, year] = case_parts.follow_up_rounds(snapshot, Everything(), ["d1"])
        [case] = diagnoses(snapshot, Everything(), DiagnosisFilter(), Page(10))
        measured = case.verified_total
    assert (half.late, half.due, half.reported_by_role, year.reported_at) == (True, "2024-12-04", Role.ENTERPRISE, None)
    assert '"before":"31.5"' in (half.changes or "")
    city.clock = on(program, date(2025, 8, 1)).clock
    city.send(DISTRICT, CloseFollowUp(diagnosis="d1", conclusion="部分落实"))
    program.models.catch_up()
    do_due_acts(on(program, date(2025, 8, 2)), NEVER)
    with program.models.reading() as snapshot:
        [whole] = case_parts.follow_ups(snapshot, Everything(), ["d1"])
        [case] = diagnoses(snapshot, Everything(), DiagnosisFilter(), Page(10))
    assert (whole.conclusion, case.verified_total) == ("部分落实", measured)
    assert program.journal.read(follow_up_stream("d1"))[-1].type == "followup.closed.v1"


def overdue(program: Services, day: date) -> list[str]:
    """Cases with a follow-up that is overdue on a day."""
    where = DiagnosisFilter(follow_up_overdue=True, day=day.isoformat())
    with program.models.reading() as snapshot:
        return [row.id for row in diagnoses(snapshot, Everything(), where, Page(10))]


# Suspensions pending a hearing (plan V4)


def suspended(services: Services) -> None:
    """The provider is listed, and suspended on a red line whose notice is served: x2."""
    fact = ProviderListed(year=2024, on=date(2024, 3, 1), tags=("C34",), rule=None, causes=("call/2024/9",))
    entry = NewEntry(listing_stream("p1"), 1, fact.type, encode(fact), actor="li", role=Role.CITY, organisation="city")
    services.journal.append([entry], microseconds(services.clock()))
    services.models.catch_up()
    send(services, city("li"), opening("x2").model_copy(update={"kind": ProceedingKind.RED_LINE, "cause": "listing/p1/1"}))
    send(services, city("li"), ServeNotice(proceeding="x2"))
    send(services, city("li"), SuspendProvider(provider="p1", causes=("proceeding/x2/2",), reason="听证前先行暂停"))


def place(services: Services) -> DirectoryStanding:
    services.models.catch_up()
    with services.models.reading() as snapshot:
        entry = entry_of(snapshot, "p1")
    assert entry is not None
    return entry.listing.standing


def test_a_suspension_ends_by_itself_with_a_red_line_that_was_withdrawn_once(program: Services) -> None:
    suspended(program)
    do_due_acts(program, NEVER)
    assert place(program) is DirectoryStanding.SUSPENDED, "while its red line is pending it stands"
    send(program, city("li"), WithdrawProceeding(proceeding="x2", reason="查无实据"))
    assert do_due_acts(program, NEVER) == 1
    do_due_acts(program, NEVER)  # the read models have not seen it yet; its key is known all the same
    assert place(program) is DirectoryStanding.LISTED
    moves = [one.type for one in program.journal.read(listing_stream("p1"))]
    assert moves == ["listing.listed.v1", "listing.suspended.v1", "listing.restored.v1"]
    entry = program.journal.read(listing_stream("p1"))[-1]
    withdrawn = program.journal.read(proceeding_stream("x2"))[-1]
    assert (entry.type, entry.role, entry.causation) == ("listing.restored.v1", "system", f"proceeding/x2/{withdrawn.version}")
    assert do_due_acts(program, NEVER) == 0


def test_a_suspension_ends_by_itself_once_its_red_line_is_dismissed_in_the_end_and_not_before(program: Services) -> None:
    suspended(program)
    send(program, PROVIDER, GiveStatement(proceeding="x2", text="并非代填", asks_hearing=False))
    send(program, city("zhao"), DecideProceeding(proceeding="x2", outcome=ProceedingOutcome.DISMISSED, reasons="证据不足"))
    appeal = state(program, "x2").appeal
    assert appeal is not None
    do_due_acts(on(program, appeal.due), NEVER)
    assert place(program) is DirectoryStanding.SUSPENDED, "an appeal may still come"
    after = on(program, appeal.due + DAY)
    do_due_acts(after, NEVER)
    program.models.catch_up()
    do_due_acts(after, NEVER)
    assert place(program) is DirectoryStanding.LISTED
    assert facts(program, "x2")[-1] == "proceeding.became_final.v1"
