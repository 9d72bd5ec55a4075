"""Yearly rating (plan V5): fixed, computed, published for objection, and final only when nobody is left unheard."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.command_rights import ROLE_NOT_ALLOWED
from domain.governance.dated_rules import rule_in_force
from domain.governance.proceedings.state import Proceeding, ProceedingKind, ProceedingStatus, proceeding_stream
from domain.governance.proceedings.subjects import SUBJECT_UNFIT
from domain.governance.rule_bodies.rating import RatingRule
from domain.governance.working_calendar import Deadline
from domain.kernel import Facts, Refused
from domain.providers.ratings.events import (
    RatingComputed,
    RatingFinal,
    RatingInputsFixed,
    RatingObjected,
    RatingPublished,
)
from domain.providers.ratings.numbers import (
    ComponentSample,
    ProviderInputs,
    RatingComponent,
    Tier,
    UnrankedReason,
    compute,
)
from domain.providers.ratings.objection import RATING_OBJECTION_LATE, RATING_WITHOUT_YOU
from domain.providers.ratings.rating import (
    RATING_HOLDS_NOBODY,
    RATING_INPUTS_OTHER,
    RATING_OBJECTION_OPEN,
    RATING_OBJECTION_UNFIT,
    RATING_OBJECTIONS_RUNNING,
    RATING_OF_NOBODY,
    RATING_ROUND_UNPUBLISHED,
    RATING_YEAR_OPEN,
    RATINGS,
    FinishRating,
    FixRatingInputs,
    ObjectToRating,
    PublishRating,
    RecordRating,
)
from domain.providers.ratings.state import RATING_STATUS, YearOfRating, rating_stream
from domain.providers.ratings.status import RatingStatus
from methods.yearly_rating import METHOD
from tests.rules.given import AT, Given, given
from tests.rules.governance.proceedings import asking, before

LATER = datetime(2024, 7, 1, 8, tzinfo=UTC)
PERIOD = Deadline(counted_from=date(2024, 5, 6), working_days=10, due=date(2024, 5, 17), assumed=False)


def row(provider: str, score: int, jobs: int = 400) -> ProviderInputs:
    parts = tuple(
        ComponentSample(component=one, jobs=jobs, mean=Decimal(score), variance=Decimal(100), spread=(1, jobs))
        for one in RatingComponent
    )
    return ProviderInputs(provider=provider, jobs=jobs, comparable=True, components=parts)


INPUTS = tuple(row(f"p{at:02}", 50 + 4 * at) for at in range(12))
RULE = rule_in_force(None, RatingRule, date(2023, 12, 31))
FIX = FixRatingInputs(year=2023, position=7, inputs=INPUTS)


def fact(outcome: Facts | Refused) -> Any:
    assert not isinstance(outcome, Refused), outcome
    [one] = outcome
    return one


def recording(fixed: RatingInputsFixed, last: dict[str, Tier] | None = None, year: int = 2023, **changes: Any) -> RecordRating:
    """What the program records of inputs: the rule's own computation of them."""
    found = compute(fixed.inputs, last or {}, RULE)._asdict()
    stated = {"year": year, "round": fixed.round, "method": METHOD, "rule": None, "input_digest": fixed.input_digest}
    return RecordRating(**(stated | found | changes))


def rated(case: Given, fix: FixRatingInputs, at: datetime = AT, last: YearOfRating | None = None) -> Any:
    """The two facts of a round: inputs as the city fixes them, and what the program computes of them."""
    case = case.when(fix, "city", at=at).happened("rating.inputs_fixed.v2")
    [fixed] = case.facts
    before = {rating_stream(fix.year - 1): last} if last else {}
    told = recording(fixed, last.tiers if last else {}, fix.year)
    [found] = case.having_read(before).when(told, "system", at=at).happened("rating.computed.v2").facts
    return fixed, found


def computed(fix: FixRatingInputs = FIX) -> tuple[RatingInputsFixed, RatingComputed]:
    fixed, found = rated(given(RATINGS), fix)
    return fixed, found


def published(*more: Any) -> Given:
    return given(RATINGS, *computed(), RatingPublished(round=1, objections=PERIOD), *more)


def objection(status: ProceedingStatus = ProceedingStatus.OPENED, **changes: Any) -> dict[str, Proceeding]:
    stated = {
        "kind": ProceedingKind.RATING_OBJECTION,
        "about": rating_stream(2023),
        "cause": "rating/2023/3",
        "provider": "p03",
        "enterprise": None,
        "district": None,
        "applicant_role": "provider",
        "opened_on": AT.date(),
        "opened_by": "wang",
        "status": status,
    }
    return {proceeding_stream("x1"): Proceeding(**(stated | changes))}


def test_a_year_is_rated_from_its_inputs_once_it_is_over() -> None:
    fixed, found = computed()
    assert (fixed.round, fixed.position, fixed.input_digest) == (1, 7, found.input_digest)
    tiers = {one.provider: one.tier for one in found.providers}
    assert (tiers["p11"], tiers["p05"], tiers["p03"]) == (Tier.A, Tier.B, Tier.C)
    assert found.rests_on == 1
    given(RATINGS).when(FIX, "city", at=datetime(2023, 12, 31, 8, tzinfo=UTC)).refused(RATING_YEAR_OPEN, year=2023)
    given(RATINGS).when(FIX, "provider").refused(ROLE_NOT_ALLOWED)


def test_a_year_in_which_no_provider_had_a_job_is_not_rated() -> None:
    """A rating that holds nobody would have its time to object and a place in the record all the same."""
    given(RATINGS).when(FIX.model_copy(update={"inputs": ()}), "city").refused(RATING_OF_NOBODY, path="year", year=2023)


def test_a_year_in_which_nobody_has_two_jobs_holds_each_that_had_one_and_who_keeps_its_tier() -> None:
    _, before = computed()
    last = YearOfRating(status=RatingStatus.FINAL, published=before)
    single = tuple(row(name, 80, jobs=1) for name in ("p11", "x1"))
    at = datetime(2025, 2, 3, 8, tzinfo=UTC)
    _, found = rated(given(RATINGS), FixRatingInputs(year=2024, position=9, inputs=single), at, last)
    assert (found.components, found.rests_on, found.scored) == ((), 0, 0)
    told = {one.provider: (one.score, one.chances, one.rank_best, one.unranked, one.tier) for one in found.providers}
    assert told == {
        "p11": (None, (), None, UnrankedReason.NO_SCORE, Tier.A),
        "x1": (None, (), None, UnrankedReason.NO_SCORE, None),
    }


def test_a_rating_that_holds_nobody_is_neither_published_nor_final_but_computed_anew() -> None:
    """A journal of before: it was computed to no lines, and whoever had a job could not be told from who had none."""
    fixed, found = computed()
    of_nobody = found.model_copy(update={"providers": ()})
    given(RATINGS, fixed, of_nobody).when(PublishRating(year=2023), "city").refused(RATING_HOLDS_NOBODY, round=1)
    open_to_objection = given(RATINGS, fixed, of_nobody, RatingPublished(round=1, objections=PERIOD))
    asked = ObjectToRating(year=2023, proceeding="x1")
    open_to_objection.having_read(objection()).when(asked, "provider", "p03").refused(RATING_WITHOUT_YOU, path="about")
    case = open_to_objection.when(FinishRating(year=2023, proceedings=()), "city", at=LATER)
    case.refused(RATING_HOLDS_NOBODY, round=1)
    rated(open_to_objection, FIX, LATER)


def test_the_order_of_the_rows_changes_nothing() -> None:
    turned = FixRatingInputs(year=2023, position=7, inputs=INPUTS[::-1])
    assert computed(turned) == computed()


def test_a_missing_component_is_none_and_stands_in_every_error() -> None:
    """Nothing is imputed: the rating says what it rests on."""
    bare = tuple(one.model_copy(update={"components": one.components[:1]}) for one in INPUTS)
    _, found = computed(FIX.model_copy(update={"inputs": bare}))
    assert [one.component for one in found.components] == [RatingComponent.WORK]
    assert found.rests_on == Decimal("0.3")
    whole = {one.provider: one for one in computed()[1].providers}
    assert all(one.variance > whole[one.provider].variance + 10 for one in found.providers)


def test_last_years_final_tiers_hold_where_the_evidence_is_weak_and_nobody_falls_two() -> None:
    _, before = computed()
    last = YearOfRating(status=RatingStatus.FINAL, published=before)
    inputs = (row("p11", 40), *INPUTS[:-1])
    asked = FixRatingInputs(year=2024, position=9, inputs=inputs)
    at = datetime(2025, 2, 3, 8, tzinfo=UTC)
    _, found = rated(given(RATINGS), asked, at, last)
    fell = next(one for one in found.providers if one.provider == "p11")
    assert (fell.last_tier, fell.tier) == (Tier.A, Tier.B)
    assert YearOfRating(status=RatingStatus.PUBLISHED, published=before).tiers == {}


def test_a_rating_is_published_with_ten_working_days_to_object() -> None:
    given(RATINGS, *computed()).when(PublishRating(year=2023), "city").then(RatingPublished(round=1, objections=PERIOD))
    given(RATINGS).when(PublishRating(year=2023), "city").refused(RATING_STATUS, status="none")
    published().when(PublishRating(year=2023), "city").refused(RATING_STATUS, status="published")


def test_a_provider_objects_by_its_own_proceeding_within_the_time() -> None:
    asked = ObjectToRating(year=2023, proceeding="x1")
    fact = RatingObjected(provider="p03", proceeding="x1")
    published().having_read(objection()).when(asked, "provider", "p03").then(fact)
    published(fact).having_read(objection()).when(asked, "provider", "p03").then()
    published().having_read(objection()).when(asked, "provider", "p04").refused(RATING_OBJECTION_UNFIT)
    published().having_read(objection(about=rating_stream(2022))).when(asked, "provider", "p03").refused(RATING_OBJECTION_UNFIT)
    published().when(asked, "provider", "p03").refused(RATING_OBJECTION_UNFIT)
    published().having_read(objection()).when(asked, "provider", "p03", at=LATER).refused(RATING_OBJECTION_LATE)


def test_an_objection_is_opened_to_what_is_published_in_its_time_and_by_who_stands_in_it() -> None:
    """Before, it is refused as if there were no rating; whether it is computed is the city's to know."""

    def opening(rating: YearOfRating | None, provider: str = "p1", at: datetime = AT) -> Given:
        known = before().having_facts({rating_stream(2023): 4 if rating is not None else 0})
        asked = asking(ProceedingKind.RATING_OBJECTION, provider=provider)
        return known.having_read({rating_stream(2023): rating}).when(asked, "provider", provider, at=at)

    shown = published().state
    for rating in (None, given(RATINGS, *computed()).state):
        opening(rating).refused(SUBJECT_UNFIT, path="about", allowed="rating")
    opening(shown).refused(RATING_WITHOUT_YOU, path="about")
    line = shown.published.providers[0].model_copy(update={"provider": "p1"})
    with_line = shown.model_copy(update={"published": shown.published.model_copy(update={"providers": (line,)})})
    opening(with_line).happened("proceeding.opened.v1", "docket.proceeding_filed.v1")
    opening(with_line, at=LATER).refused(RATING_OBJECTION_LATE, due=PERIOD.due)
    final = with_line.model_copy(update={"status": RatingStatus.FINAL})
    opening(final).refused(RATING_STATUS, status="final")


def test_a_provider_is_not_told_whether_a_rating_is_computed_before_it_is_published() -> None:
    asked = ObjectToRating(year=2023, proceeding="x1")
    for known in ((), computed()):
        case = given(RATINGS, *known).having_read(objection()).when(asked, "provider", "p03")
        case.refused(RATING_STATUS, status="not published", status_name="未公示")


def test_no_rating_is_final_while_an_objection_may_come_or_is_open() -> None:
    finish, objected = FinishRating(year=2023, proceedings=()), RatingObjected(provider="p03", proceeding="x1")
    published().when(finish, "city").refused(RATING_OBJECTIONS_RUNNING)
    published(objected).having_read(objection()).when(finish, "city", at=LATER).refused(RATING_OBJECTION_OPEN, count=1)
    published(objected).having_read(objection(ProceedingStatus.FINAL)).when(finish, "city", at=LATER).then(RatingFinal(round=1))
    published().when(finish, "city", at=LATER).then(RatingFinal(round=1))


def test_a_second_objection_of_a_provider_takes_the_place_of_none() -> None:
    first, second = (RatingObjected(provider="p03", proceeding=one) for one in ("x1", "x2"))
    ended = objection(ProceedingStatus.FINAL)[proceeding_stream("x1")]
    read = {**objection(), proceeding_stream("x2"): ended}
    case = published(first, second).having_read(read)
    case.when(FinishRating(year=2023, proceedings=()), "city", at=LATER).refused(RATING_OBJECTION_OPEN, count=1)


def test_an_objection_holds_a_rating_up_though_nobody_made_it_known_here() -> None:
    """Whoever opens the proceeding has objected: a second step is no condition of being heard."""
    finish = FinishRating(year=2023, proceedings=("x1",))
    case = published().having_read(objection(opened_on=PERIOD.due))
    case.when(finish, "city", at=LATER).refused(RATING_OBJECTION_OPEN, count=1)
    late = objection(opened_on=PERIOD.due + timedelta(days=1))
    for other in (late, objection(about=rating_stream(2022)), objection(ProceedingStatus.FINAL), {}):
        published().having_read(other).when(finish, "city", at=LATER).then(RatingFinal(round=1))


def test_a_recomputed_rating_is_published_anew_with_its_own_time_and_the_former_one_holds_till_then() -> None:
    again = FixRatingInputs(year=2023, position=9, inputs=INPUTS[:-1])
    fixed, found = rated(published(), again, LATER)
    assert (fixed.round, found.round) == (2, 2)
    case, finish = published(fixed, found), FinishRating(year=2023, proceedings=())
    assert (case.state.status, case.state.published.round, case.state.unpublished) == (RatingStatus.PUBLISHED, 1, found)
    case.when(finish, "city", at=LATER).refused(RATING_ROUND_UNPUBLISHED, round=2)
    case = case.when(PublishRating(year=2023), "city", at=LATER).accepted
    assert case.state.published == found
    assert case.state.period.counted_from == LATER.date()
    case.when(finish, "city", at=LATER).refused(RATING_OBJECTIONS_RUNNING)
    case = case.when(finish, "city", at=LATER + timedelta(days=20)).then(RatingFinal(round=2))
    case.when(again, "city", at=LATER + timedelta(days=20)).refused(RATING_STATUS, status="final")


def test_no_further_round_is_begun_or_published_before_who_objected_to_the_last_is_answered() -> None:
    """His objection would be about a round that no longer holds, and what it is granted would change nothing."""
    objected, publish = RatingObjected(provider="p03", proceeding="x1"), PublishRating(year=2023)
    ended = objection(ProceedingStatus.FINAL)
    published(objected).having_read(objection()).when(FIX, "city", at=LATER).refused(RATING_OBJECTION_OPEN, count=1)
    unsaid = FIX.model_copy(update={"proceedings": ("x1",)})
    published().having_read(objection()).when(unsaid, "city", at=LATER).refused(RATING_OBJECTION_OPEN, count=1)
    published(objected).having_read(ended).when(FIX, "city", at=LATER).happened("rating.inputs_fixed.v2")
    again = (*rated(published(), FIX, LATER), objected)
    published(*again).having_read(objection()).when(publish, "city", at=LATER).refused(RATING_OBJECTION_OPEN, count=1)
    published(*again).having_read(ended).when(publish, "city", at=LATER).happened("rating.published.v1")


def test_inputs_that_were_fixed_anew_hold_a_rating_up_before_they_are_computed() -> None:
    fixed = fact(published().when(FIX, "city", at=LATER).outcome)
    published(fixed).when(FinishRating(year=2023, proceedings=()), "city", at=LATER).refused(RATING_ROUND_UNPUBLISHED, round=2)
    published(fixed).when(PublishRating(year=2023), "city", at=LATER).refused(RATING_STATUS, status="fixed")
    given(RATINGS, computed()[0]).when(PublishRating(year=2023), "city").refused(RATING_STATUS, status="fixed")


def test_what_was_recorded_before_rounds_were_published_reads_as_it_was_meant() -> None:
    """A journal of before: recomputed after publication, and final without a second publication."""
    fixed, found = rated(published(), FIX, LATER)
    case = published(fixed, found, RatingFinal(round=2))
    assert case.state.published == found
    assert case.state.tiers


def test_the_program_alone_records_a_rating_once_and_only_of_the_latest_inputs_rule_and_tiers() -> None:
    fixed, found = computed()
    case, told = given(RATINGS, fixed), recording(fixed)
    case.when(told, "city").refused(ROLE_NOT_ALLOWED)
    for wrong in ({"round": 2}, {"input_digest": "a" * 64}, {"rule": "rule/rating/1"}):
        case.when(recording(fixed, **wrong), "system").refused(RATING_INPUTS_OTHER)
    case.when(recording(fixed, {"p03": Tier.A}), "system").refused(RATING_INPUTS_OTHER)
    given(RATINGS).when(told, "system").refused(RATING_STATUS, status="none")
    case.when(told, "system").then(found)
    case.when(told, "system").then()
