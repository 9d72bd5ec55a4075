"""Proceedings explored (plan P6): in whatever order and on whatever day, the states follow the model and none is a dead end."""

from collections.abc import Mapping
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.governance.proceedings.hearing import SetHearing
from domain.governance.proceedings.proceeding import STATUS_AFTER_PROCEEDING
from domain.governance.proceedings.state import ENDED, ProceedingKind, ProceedingOutcome, ProceedingStatus
from domain.instants import city_day
from domain.kernel import Command, Refused
from tests.rules.governance import proceedings as steps

S = ProceedingStatus
FOLLOWS: Mapping[ProceedingStatus, frozenset[ProceedingStatus]] = {
    S.OPENED: frozenset({S.NOTIFIED, S.WITHDRAWN}),
    S.NOTIFIED: frozenset({S.NOTIFIED, S.ANSWERED, S.WITHDRAWN}),
    S.ANSWERED: frozenset({S.HEARING_SET, S.DECIDED, S.WITHDRAWN}),
    S.HEARING_SET: frozenset({S.HEARING_SET, S.HEARD, S.WITHDRAWN}),
    S.HEARD: frozenset({S.DECIDED, S.WITHDRAWN}),
    S.DECIDED: frozenset({S.DECIDED, S.APPEALED, S.FINAL}),
    S.APPEALED: frozenset({S.FINAL}),
    S.FINAL: frozenset(),
    S.WITHDRAWN: frozenset(),
}
"""The model: status -> what may come next."""
ACTORS = [
    ("city", "", steps.CLERK),
    ("city", "", steps.CHIEF),
    ("city", "", steps.DIRECTOR),
    ("provider", "p1", "chen"),
    ("provider", "p2", "sun"),
    ("enterprise", "e1", "qian"),
    ("district", "310117", "zhou"),
    ("system", "", "system"),
]


def moves(day: date) -> list[Command]:
    """Every step, with dates that fit the day it is."""
    hearing = SetHearing(proceeding="x1", day=day + timedelta(days=30), venue="301 室")
    extension = steps.EXTENSION.model_copy(update={"until": day + timedelta(days=40)})
    outcomes = [steps.DECISION.model_copy(update={"outcome": outcome}) for outcome in ProceedingOutcome]
    statements = [steps.STATEMENT.model_copy(update={"asks_hearing": asked}) for asked in (True, False)]
    more = [steps.SERVE, steps.END_ANSWER, steps.END_APPEAL, steps.MINUTES, steps.APPEAL, steps.APPEAL_DECISION, steps.WITHDRAWAL]
    return [*more, hearing, extension, *outcomes, *statements]


class Proceedings(RuleBasedStateMachine):
    """One proceeding, and whatever its people do to it."""

    @initialize(kind=st.sampled_from(ProceedingKind))
    def open(self, kind: ProceedingKind) -> None:
        self.case = steps.opened(kind)
        self.at = steps.OPENED

    @rule(days=st.integers(1, 45))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule(actor=st.sampled_from(ACTORS), choice=st.integers(0, 100))
    def someone_acts(self, actor: tuple[str, str, str], choice: int) -> None:
        listed = moves(city_day(self.at))
        self.send(listed[choice % len(listed)], actor)

    def send(self, command: Command, actor: tuple[str, str, str]) -> bool:
        before = self.case.state
        role, organisation, by = actor
        if role not in type(command).roles:
            return False
        outcome = self.case.when(command, role, organisation, by, self.at).outcome
        if isinstance(outcome, Refused):
            assert self.case.state == before
            return False
        if not outcome:
            return False
        assert self.case.state.status in FOLLOWS[before.status]
        assert self.case.state.version == before.version + 1
        return True

    @invariant()
    def nothing_is_granted_unheard(self) -> None:
        state = self.case.state
        if state.outcome not in (None, ProceedingOutcome.DISMISSED) and state.kind in steps.OF_THE_OFFICE:
            assert state.hearing is not None
        assert state.decided_by != state.opened_by

    @precondition(lambda self: self.case.state.status not in ENDED)
    @rule()
    def somebody_can_go_on(self) -> None:
        """If need be once every time that runs is over; the steps tried are not kept."""
        kept = self.case.state
        later = self.at + timedelta(days=400)
        found = False
        for at in (self.at, later):
            for actor in ACTORS:
                for command in moves(city_day(at)):
                    self.at, now = at, self.at
                    found = found or self.send(command, actor)
                    self.at, self.case.state = now, kept
        assert found, kept.status

    def teardown(self) -> None:
        assert set(FOLLOWS) == set(ProceedingStatus)
        assert set(STATUS_AFTER_PROCEEDING.values()) == set(ProceedingStatus)


Proceedings.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestProceedings = Proceedings.TestCase
