"""Rules are simulated by the program (plan V5, I1): each proposal once, by two at once, killed or late; then it can be set."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import pytest

from api.kit.services import Services
from domain.access import Everything, Role
from domain.governance.dated_rules import (
    ProposeRule,
    RuleSet,
    RuleSimulated,
    SetRule,
    rule_in_force,
    rule_stream,
)
from domain.governance.rule_bodies import BODIES
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.rating import RatingRule
from domain.governance.rule_bodies.subsidy import SubsidyRule
from domain.kernel import Command, name_of
from domain.providers.ratings.rating import FixRatingInputs
from journal import Caller, Handled
from projections import Snapshot
from projections.governance.dated_rules import proposals
from tests.live_city import CHEAP
from tests.rules.providers.test_rating import INPUTS
from zhenduan.background import rule_simulating
from zhenduan.background.computing import WAITING, compute_waiting, computing
from zhenduan.background.rule_simulating import SIMULATED
from zhenduan.settings import Settings
from zhenduan.wiring import opened

NEVER = threading.Event()
CITY = Caller("li", Role.CITY, "city", Everything())
SINCE = date(2030, 1, 1)
RATING, SUBSIDY = (rule_in_force(None, body, SINCE) for body in (RatingRule, SubsidyRule))


@pytest.fixture(params=["sqlite", "postgres"])
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Services]:
    """An installation with the inputs of one year fixed, and a rating rule proposed with a lower floor of tier A."""
    url = None if request.param == "sqlite" else request.getfixturevalue("new_database")()
    with opened(Settings(tmp_path / "city", url), demo=True, hasher=CHEAP) as installation:
        services = installation.services
        send(services, FixRatingInputs(year=2024, position=7, inputs=INPUTS))
        assert compute_waiting(services, NEVER) == 1
        send(services, ProposeRule(**stated(lower())))
        yield services


def lower() -> RatingRule:
    return RATING.model_copy(update={"floors": RATING.floors.model_copy(update={"a": 75})})


def stated(body: RatingRule | SubsidyRule) -> dict[str, Any]:
    return {"since": SINCE, "body": body, "source": "拟订稿", "mark": "I"}


def send(services: Services, command: Command) -> None:
    services.send(CITY, command)
    services.models.catch_up()


def simulated(services: Services, kind: RuleKind = RuleKind.RATING) -> list[Any]:
    return [one for one in services.journal.read(rule_stream(kind)) if one.type == name_of(RuleSimulated)]


def test_every_kind_that_needs_a_simulation_has_one() -> None:
    assert set(SIMULATED) == {kind for kind, body in BODIES.items() if body.needs_simulation}


def test_what_one_capability_cannot_read_keeps_no_others_from_being_computed(
    program: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_services: Services, _snapshot: Snapshot) -> NoReturn:
        raise RuntimeError("its rows are of another shape")

    monkeypatch.setattr("zhenduan.background.computing.WAITING", (broken, *WAITING))
    assert compute_waiting(program, NEVER) == 1


def test_a_proposal_is_simulated_on_the_latest_inputs_and_can_be_set_then(program: Services) -> None:
    assert compute_waiting(program, NEVER) == 1
    [entry] = simulated(program)
    assert (entry.role, entry.causation, entry.idempotency_key) == ("system", "rule/rating/1", "simulate/rule/rating/1")
    assert '"position":7' in entry.state.decode()
    program.models.catch_up()
    with program.models.reading() as snapshot:
        [found] = proposals(snapshot, RuleKind.RATING)
    assert {one.name: (one.now, one.then) for one in found.outcomes or ()}["tier_A"] == (3, 5)
    send(program, SetRule(**stated(lower())))
    assert program.journal.read(rule_stream(RuleKind.RATING))[-1].type == name_of(RuleSet)
    assert compute_waiting(program, NEVER) == 0


def test_a_proposal_that_counts_otherwise_is_simulated_on_what_is_on_record_and_not_on_inputs_that_another_counted(
    program: Services,
) -> None:
    """No case is on record here, so that nobody is rated by it, whatever the fixed inputs hold."""
    send(program, ProposeRule(**stated(lower().model_copy(update={"case_mix": not RATING.case_mix}))))
    assert compute_waiting(program, NEVER) == 2
    program.models.catch_up()
    with program.models.reading() as snapshot:
        alike, otherwise = proposals(snapshot, RuleKind.RATING)
    ranked = [{one.name: one.then for one in found.outcomes or ()}["tier_A"] for found in (alike, otherwise)]
    assert ranked == [5, 0]


def test_where_no_facts_are_on_record_it_says_so_by_noughts_and_the_rule_can_be_set(program: Services) -> None:
    send(program, ProposeRule(**stated(SUBSIDY)))
    assert compute_waiting(program, NEVER) == 2
    program.models.catch_up()
    with program.models.reading() as snapshot:
        [found] = proposals(snapshot, RuleKind.SUBSIDY)
    assert {one.name: one.then for one in found.outcomes or ()}["due_fen"] == 0
    send(program, SetRule(**stated(SUBSIDY)))


def test_many_that_look_at_once_leave_one_fact(program: Services) -> None:
    with ThreadPoolExecutor(3) as pool:
        counts = list(pool.map(lambda _: compute_waiting(program, NEVER), range(3)))
    assert len(simulated(program)) == sum(counts) == 1


class KilledError(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("before", [True, False])
def test_one_killed_beside_its_fact_leaves_one_in_the_end(
    program: Services, monkeypatch: pytest.MonkeyPatch, *, before: bool
) -> None:
    sent: Callable[..., Handled] = Services.send

    def dying(self: Services, *given: Any, **named: Any) -> Handled:
        if not before:
            sent(self, *given, **named)
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(Services, "send", dying)
        with pytest.raises(KilledError):
            compute_waiting(program, NEVER)
    assert len(simulated(program)) == (0 if before else 1)
    compute_waiting(program, NEVER)
    assert len(simulated(program)) == 1


def test_one_that_cannot_be_computed_keeps_no_other_from_it(program: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    send(program, ProposeRule(**stated(SUBSIDY)))
    made = rule_simulating.SIMULATED[RuleKind.SUBSIDY]

    def broken(*given: Any) -> Any:
        return made(*given)._replace(arguments=())

    monkeypatch.setattr(rule_simulating, "SIMULATED", {**SIMULATED, RuleKind.SUBSIDY: broken})
    assert compute_waiting(program, NEVER) == 1
    assert simulated(program, RuleKind.SUBSIDY) == []


def test_it_is_done_by_itself_while_the_program_runs(program: Services) -> None:
    with computing(program, seconds=0.05):
        for _ in range(300):
            if simulated(program):
                break
            threading.Event().wait(0.05)
    assert len(simulated(program)) == 1
