"""Commands together 命令同组: those that wait in a process are decided as one after another, whoever is refused (plan P5)."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from shutil import copy
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.diagnosis.self_assessment import AnswerGiven, PledgeTruth, SaveAnswers
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.events import CAPABILITIES
from domain.kernel import Command, Refused
from domain.participants.organisations import OrganisationKind, RegisterOrganisation
from journal import Caller, Conflict, Handled, Journal, Verified, handle, open_journal, verify
from journal.command_handling import _batcher, _batchers
from standards import Answer
from tests.journal.test_group_commit import at_once
from tests.journal.writers import handles, processes
from tests.small_city import CITY, FILLER, STRANGER, City, opening

MORNING = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Sent:
    """A command as somebody sends it."""

    who: Caller
    command: Command
    expected_version: int | None = None
    idempotency_key: str | None = None


def handled(journal: Journal, sent: Sent, clock: Callable[[], datetime]) -> Handled:
    return handle(
        journal,
        CAPABILITIES,
        sent.command,
        sent.who,
        clock=clock,
        expected_version=sent.expected_version,
        idempotency_key=sent.idempotency_key,
    )


def said(outcome: Any) -> Any:
    """What a caller is told, exceptions included, in words that can be compared."""
    if isinstance(outcome, Refused):
        return outcome.rule.code, outcome.says
    if isinstance(outcome, Conflict):
        return "conflict", outcome.version
    return outcome


class Clock:
    """Tells a moment a millisecond later each time it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> datetime:
        self.asked += 1
        return MORNING + timedelta(milliseconds=self.asked)


def one_after_another(journal: Journal, sent: Sequence[Sent]) -> list[Any]:
    """Each alone, no state kept from one to the next."""
    clock, outcomes = Clock(), []
    for one in sent:
        _batchers.pop(journal, None)
        outcomes += at_once([lambda one=one: handled(journal, one, clock)])
    return outcomes


def together(journal: Journal, sent: Sequence[Sent], *clocks: Callable[[], datetime]) -> list[Any]:
    """All in one group, in this order: nobody leads until all of them wait. clocks: each one's; none = the same for all."""
    group = _batcher(journal, CAPABILITIES).group
    told = clocks or [Clock()] * len(sent)
    outcomes: list[Any] = [None] * len(sent)

    def one(number: int) -> None:
        (outcomes[number],) = at_once([lambda: handled(journal, sent[number], told[number])])

    group._led = True  # noqa: SLF001 - as if somebody were at it
    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(sent))]
    for number, thread in enumerate(threads, 1):
        thread.start()
        while len(group._queue) < number:  # noqa: SLF001 - nothing else tells that they have come
            threading.Event().wait(0.0005)
    group._hand_on()  # noqa: SLF001 - and were done
    for thread in threads:
        thread.join()
    return outcomes


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small city that nobody has open."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('built') / 'journal.db'}"
    else:
        url = request.getfixturevalue("new_database")()
    with closing(open_journal(url)) as journal:
        City(journal, clock=lambda: MORNING - timedelta(hours=1))
    return url


@pytest.fixture
def another(request: pytest.FixtureRequest, built: str, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes copies of the city."""
    made: list[str] = []

    def copied() -> str:
        if built.startswith("sqlite"):
            made.append(f"sqlite:///{copy(built.removeprefix('sqlite:///'), tmp_path / f'{len(made)}.db')}")
        else:
            made.append(request.getfixturevalue("new_database")(urlsplit(built).path.strip("/")))
        return made[-1]

    if built.startswith("sqlite"):
        yield copied
        return
    drop = request.getfixturevalue("drop_database")
    yield copied
    for one in made:
        drop(one)


def save(name: str, level: int, replaces: int) -> SaveAnswers:
    given_ = {"Z01": AnswerGiven(answer=Answer(level=Decimal(level)), replaces=replaces)}
    return SaveAnswers(diagnosis=name, section="D1", answers=given_)


NAMES = st.sampled_from(["d1", "d2"])
SENT_COMMANDS = st.one_of(
    st.builds(lambda name: (CITY, opening(name)), NAMES),
    st.builds(lambda name: (CITY, WithdrawDiagnosis(diagnosis=name, reason="企业搬迁")), NAMES),
    st.builds(lambda name, level, replaces: (FILLER, save(name, level, replaces)), NAMES, st.integers(1, 4), st.integers(0, 4)),
    st.builds(lambda name, who: (who, PledgeTruth(diagnosis=name)), NAMES, st.sampled_from([FILLER, STRANGER])),
    st.builds(
        lambda name: (CITY, RegisterOrganisation(organisation=name, kind=OrganisationKind.PROVIDER, name="示例二所")), NAMES
    ),
)
SENT = st.builds(
    lambda batch, expected, key: Sent(*batch, expected_version=expected, idempotency_key=key),
    SENT_COMMANDS,
    st.sampled_from([None, None, None, 0, 1, 2, 3]),
    st.sampled_from([None, None, "k1", "k2"]),
)


@settings(max_examples=40)
@given(groups=st.lists(st.lists(SENT, min_size=1, max_size=8), min_size=1, max_size=3))
def test_together_they_write_byte_for_byte_what_they_write_one_after_another(
    another: Callable[[], str], groups: Sequence[Sequence[Sent]]
) -> None:
    with closing(open_journal(another())) as alone, closing(open_journal(another())) as grouped:
        for sent in groups:
            assert [*map(said, together(grouped, sent))] == [*map(said, one_after_another(alone, sent))]
            assert grouped.head() == alone.head()
        assert grouped.since(0, 999) == alone.since(0, 999)
        assert isinstance(verify(grouped), Verified)


def test_one_transaction_and_one_look_serve_all_that_wait(another: Callable[[], str]) -> None:
    with closing(open_journal(another())) as journal:
        asked: list[str] = []
        for name in ("look", "append_all", "read", "read_many", "append"):
            method = getattr(journal, name)
            setattr(journal, name, lambda *given_, name=name, method=method: asked.append(name) or method(*given_))
        organisations = [RegisterOrganisation(organisation=f"o{n}", kind=OrganisationKind.BANK, name="行") for n in range(20)]
        outcomes = together(journal, [Sent(CITY, one, idempotency_key=one.organisation) for one in organisations])
        assert asked == ["look", "append_all"]
        positions = [outcome.position for outcome in outcomes]
        assert positions == list(range(positions[0], positions[0] + 20))


def test_a_failure_that_is_no_refusal_is_its_own_alone(another: Callable[[], str]) -> None:
    def broken() -> datetime:
        raise ZeroDivisionError

    def far() -> datetime:
        return MORNING + timedelta(days=3)

    with closing(open_journal(another())) as journal:
        organisations = [RegisterOrganisation(organisation=f"o{n}", kind=OrganisationKind.BANK, name="行") for n in range(4)]
        outcomes = together(journal, [Sent(CITY, one) for one in organisations], Clock(), broken, far, Clock())
        assert [type(one).__name__ for one in outcomes] == ["Handled", "ZeroDivisionError", "ClockRefused", "Handled"]
        assert isinstance(verify(journal), Verified)


@pytest.mark.parametrize("processes", [2, 3])
def test_one_key_sent_by_many_threads_of_many_processes_is_carried_out_once(another: Callable[[], str], processes: int) -> None:
    url = another()
    journals = [open_journal(url) for _ in range(processes)]  # recorders of their own, as processes have
    sent = Sent(CITY, opening("d1"), idempotency_key="once")
    outcomes = at_once([lambda journal=journal: handled(journal, sent, lambda: datetime.now(UTC)) for journal in journals * 6])
    assert {(one.position, one.version) for one in outcomes if isinstance(one, Handled)} == {(outcomes[0].position, 1)}
    assert [one.replayed for one in outcomes].count(False) == 1
    assert len(journals[0].read("diagnosis/d1")) == 1
    assert isinstance(verify(journals[0]), Verified)
    for journal in journals:
        journal.close()


def test_many_processes_answer_each_at_its_version_and_no_entry_is_lost(another: Callable[[], str]) -> None:
    url = another()
    journals = [open_journal(url) for _ in range(3)]
    handled(journals[0], Sent(CITY, opening("d1")), lambda: datetime.now(UTC))
    calls = [
        lambda journal=journal, n=n: handled(
            journal, Sent(FILLER, save("d1", n % 4 + 1, 0), expected_version=1), lambda: datetime.now(UTC)
        )
        for n, journal in enumerate(journals * 4)
    ]
    outcomes = at_once(calls)
    assert sum(isinstance(one, Handled) and bool(one.entries) for one in outcomes) == 1
    assert all(said(one) == ("conflict", 2) for one in outcomes if not isinstance(one, Handled))
    assert isinstance(verify(journals[0]), Verified)
    for journal in journals:
        journal.close()


def test_processes_that_send_the_same_commands_at_once_carry_each_out_once(another: Callable[[], str]) -> None:
    url, names = another(), [f"o{number}" for number in range(12)]
    with processes(handles, url, [(names, 4), (names[::-1], 4), (names, 2)]) as failures:
        assert failures() == []
    with closing(open_journal(url)) as journal:
        assert [len(journal.read(f"organisation/{name}")) for name in names] == [1] * len(names)
        assert isinstance(verify(journal), Verified)
