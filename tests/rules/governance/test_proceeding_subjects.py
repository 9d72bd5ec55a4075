"""What a proceeding is about and follows from (plan P5, P6, V4): looked up as it is opened, and never asked twice at once."""


import pytest

from domain.access import Role
from domain.governance.proceedings.docket import (
    PROCEEDING_PENDING,
    Docket,
    docket_of,
)
from domain.governance.proceedings.state import (
    ENDED,
    OF_A_FIRM,
    PROCEEDING_NOT_CONCLUDED,
    ProceedingKind,
    ProceedingOutcome,
    ProceedingStatus,
    proceeding_stream,
)
from domain.governance.proceedings.subjects import CAUSE_UNFIT, CAUSE_UNKNOWN, CAUSES, SUBJECT_UNFIT, SUBJECTS
from domain.participants.people.state import Membership, Person, person_stream
from tests.rules.given import Given
from tests.rules.governance.proceedings import (
    FINDING,
    OPENED,
    OPENED_ELSEWHERE,
    SERVE,
    asking,
    before,
    city,
    opened,
    opener_of,
)

KINDS = list(ProceedingKind)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in OPENED_ELSEWHERE])
def test_each_kind_has_its_subject_and_its_causes(kind: ProceedingKind) -> None:
    """What is upheld lets another capability act: so it is about that, and follows from what bears it out."""
    role, organisation = opener_of(kind)
    before().when(asking(kind, about="call/2024"), role, organisation).refused(SUBJECT_UNFIT, path="about", kind=kind.value)
    odd = asking(kind, cause="matching/m1/1")
    before().when(odd, role, organisation).refused(CAUSE_UNFIT, path="cause", kind=kind.value)


def test_every_kind_says_what_it_is_about_and_what_it_may_follow_from() -> None:
    assert all(SUBJECTS[kind] and CAUSES[kind] for kind in ProceedingKind)


@pytest.mark.parametrize("cause", ["rule/selection/1", "subsidy/2023/1", "draw/2024.03/6"])
def test_money_is_asked_back_after_an_upheld_finding_alone(cause: str) -> None:
    before().when(asking(ProceedingKind.CLAWBACK, cause=cause), "city").refused(CAUSE_UNFIT, path="cause", allowed="proceeding")


@pytest.mark.parametrize(
    "changes",
    [{"status": ProceedingStatus.DECIDED}, {"outcome": ProceedingOutcome.DISMISSED}, {"kind": ProceedingKind.RED_LINE}],
)
def test_a_finding_that_was_not_upheld_in_the_end_bears_no_clawback(changes: dict[str, object]) -> None:
    other = before().having_read({proceeding_stream("f1"): FINDING.model_copy(update=changes)})
    other.when(asking(ProceedingKind.CLAWBACK), "city").refused(PROCEEDING_NOT_CONCLUDED)
    rival = before().having_read({proceeding_stream("f1"): FINDING.model_copy(update={"provider": "p2"})})
    rival.when(asking(ProceedingKind.CLAWBACK), "city").refused(CAUSE_UNKNOWN)


def test_nobody_proceeds_on_another_s_place() -> None:
    before().when(asking(about="listing/p2"), "city").refused(SUBJECT_UNFIT)
    before().when(asking(ProceedingKind.RATING_OBJECTION, about="rating/2022"), "provider", "p1").refused(SUBJECT_UNFIT)
    before().when(asking(ProceedingKind.RATING_OBJECTION, cause="rating/2022/1"), "provider", "p1").refused(CAUSE_UNFIT)


@pytest.mark.parametrize("cause", ["diagnosis/d1/7", "diagnosis/d2/1", "listing/p2/1", "proceeding/f1/7", "certificate/wu/1"])
def test_a_district_cites_what_lies_within_it_and_is_told_alike_of_what_is_absent(cause: str) -> None:
    """Else it could ask which facts there are of what lies outside its scope."""
    elsewhere = before().having_facts({"listing/p2": 1, "certificate/wu": 1})
    elsewhere.when(asking(cause=cause), "district", "310115").refused(CAUSE_UNKNOWN, path="cause", cause=cause)
    before().when(asking(), "district", "310117").happened("proceeding.opened.v1")
    before().when(asking(cause="draw/2024.03/6"), "district", "310117").refused(CAUSE_UNFIT, path="cause")


def test_a_certificate_is_proceeded_on_with_the_provider_whose_its_holder_is() -> None:
    held = Membership(role=Role.DIAGNOSTICIAN, organisation="p1", since=OPENED.date())
    red = asking(ProceedingKind.RED_LINE, about="certificate/wu", cause="certificate/wu/1")
    case = before().having_facts({"certificate/wu": 1}).having_read({person_stream("wu"): Person(memberships={"m1": held})})
    elsewhere = red.model_copy(update={"provider": "p2"})
    case.when(elsewhere, "district", "310117").refused(SUBJECT_UNFIT)
    case.when(red, "district", "310117").happened("proceeding.opened.v1")


def test_a_cause_is_looked_up_once_more_before_the_notice_is_served() -> None:
    """One that a district opened before causes were looked up at once may cite none."""
    case = opened()
    case.state = case.state.model_copy(update={"cause": "diagnosis/d1/8"})
    city(case, SERVE).refused(CAUSE_UNKNOWN)


@pytest.mark.parametrize("kind", [ProceedingKind.COMPLAINT, ProceedingKind.RATING_OBJECTION])
def test_the_same_is_not_asked_again_while_it_is_pending(kind: ProceedingKind) -> None:
    role, organisation = opener_of(kind)
    docket = docket_of(kind, "p1", "e1" if kind in OF_A_FIRM else None)
    assert docket is not None
    filed = Docket(filed=(OPENED.date(),), proceedings=("x0",))
    pending = opened(kind).state

    def known(status: ProceedingStatus) -> Given:
        return before().having_read({docket: filed, proceeding_stream("x0"): pending.model_copy(update={"status": status})})

    for status in set(ProceedingStatus) - ENDED:
        known(status).when(asking(kind), role, organisation).refused(PROCEEDING_PENDING, path="about")
    for status in ENDED:
        known(status).when(asking(kind), role, organisation).happened("proceeding.opened.v1", "docket.proceeding_filed.v1")
