"""Revisions 标准修订 (plan S5): drafted, consulted on, reviewed, published; every refusal of the way."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.access import Everything, Nothing, Place, Role, admits, scope_of
from domain.command_rights import HELD_BY_PEOPLE, ROLE_NOT_ALLOWED
from domain.kernel import NOT_FOUND, Event, OnStream, fold
from domain.standard.editions import (
    EDITIONS,
    RETIRED_ALREADY,
    RETIRED_IN_PAST,
    EditionPutInForce,
    EditionRetired,
    PublishedEdition,
    RetireEdition,
    edition_stream,
)
from domain.standard.revision import revision as r
from domain.standard.revision.consultation import (
    COMMENT_EXISTS,
    COMMENTS_AT_MOST,
    COMMENTS_CLOSED,
    COMMENTS_TOO_MANY,
    CONSULTATION_DATES,
    CONSULTATION_NOT_OPEN,
    CONSULTATION_NOT_OVER,
    CONSULTATION_TOO_SHORT,
    REVIEWER_NOT_NAMED,
    REVIEWER_UNKNOWN,
)
from domain.standard.revision.draft import (
    BASE_NOT_AUTHORED,
    BASE_UNKNOWN,
    CHANGE_MISFIT,
    CHANGES_COLLIDE,
    CLAUSE_PLAIN_ONLY,
    CLAUSE_UNKNOWN,
    COMMENT_UNKNOWN,
    DRAFT_INCOMPLETE,
    DRAFT_ON_CONSULTATION,
    DRAFT_STALE,
    INDICATOR_REPEATED,
    KEY_NOT_LATER,
    KEY_TAKEN,
)
from domain.standard.revision.rules import (
    EXISTS,
    NEVER_CONSULTED,
    NOT_AFTER_TODAY,
    NOT_APPROVED,
    OVER,
    REVISIONS,
    UNANSWERED,
)
from standards import CompositionRule, composed, load, retitled
from standards.revising.changes import (
    LONGEST_LINE,
    AddIndicator,
    DropIndicator,
    GateSetting,
    IndicatorText,
    RestoreIndicator,
    TotalBands,
    UpperBounds,
)
from tests.rules.given import AT, given
from tests.rules.revisions import (
    AFTERWARDS,
    CLOSING,
    IN_FORCE,
    KEYS,
    LAST_DAY,
    OPENING,
    TODAY,
    WORLD,
    answering,
    approved,
    changed,
    changing,
    city,
    commented,
    commenting,
    consulted,
    consulting,
    drafted,
    drafting,
    erratum,
    heavier,
    in_review,
    naming,
    published,
    publishing,
    reviewed_by,
    reviewing,
    shifted,
)

LEAVING = r.AbandonRevision(revision="r1", reason="改由国家标准替代")

# Drafting


def test_a_draft_begins_as_the_published_editions_word_for_word() -> None:
    (fact,) = drafted().facts
    assert isinstance(fact, r.RevisionDrafted)
    assert fact.bases == {key: load(key).digest for key in KEYS}
    told = {one.edition.key: one.edition for one in composed(fact.standard).compositions}
    assert list(told) == ["2025", "2025-automotive", "2025-electronics"]
    again = told["2025-automotive"].model_copy(update={"key": "2023-automotive", "title": load(KEYS[1]).title})
    assert again.digest == load(KEYS[1]).digest


@pytest.mark.parametrize(("key", "kind"), [("2023", "revision"), ("2022", "revision"), ("2023.1", "revision"), ("2025", "erratum")])
def test_a_revision_takes_a_later_year_and_an_erratum_a_greater_number_in_the_same_year(key: str, kind: str) -> None:
    case = given(REVISIONS).having_read(WORLD)
    city(case, drafting(key=key, kind=kind)).refused(KEY_NOT_LATER, key=key, base="2023")


def test_an_erratum_of_an_erratum_counts_its_number_and_does_not_compare_it_as_text() -> None:
    case = given(REVISIONS).having_read(WORLD | {edition_stream("2023.9"): published("2023")})
    numbered = {"base": "2023.9", "industries": (), "kind": "erratum"}
    city(case, drafting(key="2023.8", **numbered)).refused(KEY_NOT_LATER, base="2023.9")
    assert city(case, drafting(key="2023.10", **numbered)).accepted


def test_the_key_of_a_published_edition_is_taken() -> None:
    case = given(REVISIONS).having_read(WORLD | {edition_stream("2025"): published("2023")})
    city(case, drafting()).refused(KEY_TAKEN, key="2025")


def test_a_revision_begins_from_published_editions_only() -> None:
    city(given(REVISIONS), drafting()).refused(BASE_UNKNOWN, key="2023")
    city(given(REVISIONS).having_read(WORLD), drafting(industries=("energy",))).refused(BASE_UNKNOWN, key="2023-energy")


def test_industry_editions_that_are_not_what_their_origins_say_are_no_base() -> None:
    tight = CompositionRule.model_validate({"reweight_bound_percent": 1, "source": {"document": "示例", "mark": "I"}})
    city(given(REVISIONS).having_read(WORLD), drafting(rule=tight)).refused(BASE_NOT_AUTHORED, key="2023-automotive")


def test_an_id_names_one_revision() -> None:
    city(drafted(), drafting()).refused(EXISTS)


def test_each_change_is_told_with_what_the_draft_stated_and_states_now_and_why() -> None:
    (fact,) = changed().facts
    told = [(one.clause, one.before, one.after, one.change.reason) for one in fact.changes]  # type: ignore[union-attr]
    assert told == [
        ("dimensions.D1.weight", "15", "14", "战略类分值偏高"),
        ("dimensions.F.weight", "10", "11", "融合性指标更重"),
    ]


def test_a_draft_may_pass_through_states_that_do_not_hold_and_what_is_missing_is_told() -> None:
    case = city(drafted(), changing(shifted()[0])).accepted
    [problem] = composed(case.state.standard).problems
    assert (problem.place, problem.rule) == ("dimensions", "WEIGHTS_NOT_100")
    assert city(case, changing(shifted()[1], version=2)).accepted
    assert composed(case.state.standard).problems == ()


def test_while_problems_remain_no_consultation_is_opened_nobody_is_asked_to_review_and_nothing_is_published() -> None:
    case = city(drafted(), changing(shifted()[0])).accepted
    wanted = {"count": 1, "problems": [":dimensions:WEIGHTS_NOT_100"]}
    city(case, OPENING).refused(DRAFT_INCOMPLETE, **wanted)
    city(case, naming()).refused(DRAFT_INCOMPLETE, **wanted)
    broken = city(in_review(), changing(shifted(3)[0], version=2), at=AFTERWARDS).accepted
    reviewed_by(broken, "zhou", reviewing(version=3)).refused(DRAFT_INCOMPLETE)


def test_an_overlay_that_no_longer_fits_is_a_problem_with_its_place() -> None:
    gone = DropIndicator(indicator="C08", reason="并入 C07")
    rest = heavier("C01", "15")
    case = city(drafted(), changing(gone, rest)).accepted
    [problem] = composed(case.state.standard).problems
    assert (problem.industry, problem.place, problem.rule) == ("automotive", "indicators.C08", "OVERLAY_UNFIT")


def test_an_overlay_that_makes_no_whole_edition_any_more_says_why_in_words() -> None:
    gone = DropIndicator(indicator="F08", industry="automotive", reason="示例")
    [problem] = composed(city(drafted(), changing(gone)).accepted.state.standard).problems
    assert (problem.industry, problem.rule) == ("automotive", "OVERLAY_UNFIT")
    assert "F08" in problem.says
    assert "F08" in problem.says_in_english


@pytest.mark.parametrize(
    ("gate", "setting", "value"),
    [("breadth", "at_least", "6"), ("breadth", "at_least", "0"), ("weakest_dimension", "levels_below", "-1")],
)
def test_a_gate_that_nothing_or_everything_passes_is_a_problem(gate: str, setting: str, value: str) -> None:
    change = GateSetting(gate=gate, setting=setting, value=value, reason="示例")
    [problem] = composed(city(drafted(), changing(change)).accepted.state.standard).problems
    assert (problem.place, problem.rule) == (f"gates.{gate}.{setting}", "GATE_OUT_OF_RANGE")


def test_a_change_is_made_against_the_draft_that_was_seen() -> None:
    city(changed(), changing(heavier("C01", "9"))).refused(DRAFT_STALE, current=2)
    city(changed(), changing(heavier("C01", "9"), version=3)).refused(DRAFT_STALE, current=2)


@pytest.mark.parametrize(
    ("change", "facts"),
    [
        (heavier("C99", "9"), {"clause": "indicators.C99.weight_in_dimension"}),
        (heavier("C01", "9", "shipping"), {"industry": "shipping"}),
        (GateSetting(gate="security.GATE_NONE", setting="at_least", value="3", reason="更严"), {}),
        (GateSetting(gate="breadth", setting="code", value="GATE_OTHER", reason="改名"), {}),
        (RestoreIndicator(indicator="C01", industry="automotive", reason="并无不同"), {"clause": "indicators.C01"}),
    ],
)
def test_a_change_names_a_clause_that_the_draft_has(change: Any, facts: dict[str, Any]) -> None:
    city(drafted(), changing(change)).refused(CLAUSE_UNKNOWN, **facts)


@pytest.mark.parametrize(
    "change",
    [
        GateSetting(gate="breadth", setting="at_least", value="three", reason="更严"),
        UpperBounds.model_validate({"indicator": "X03", "upper_bounds": ["9", "8", "7", "6"], "reason": "反了"}),
        UpperBounds.model_validate({"indicator": "Z01", "upper_bounds": ["6", "7", "8", "9"], "reason": "并非比例"}),
        UpperBounds.model_validate(
            {"indicator": "Z01", "upper_bounds": ["6", "7", "8", "9"], "reason": "并非比例", "industry": "automotive"}
        ),
    ],
)
def test_a_value_that_its_line_cannot_have_is_refused_at_once(change: Any) -> None:
    city(drafted(), changing(change)).refused(CHANGE_MISFIT)


def test_bands_weights_of_dimensions_and_wordings_are_the_same_in_every_industry() -> None:
    bands = TotalBands.model_validate({"bands": list(range(10)), "industry": "automotive", "reason": "行业另定"})
    city(drafted(), changing(bands)).refused(CLAUSE_PLAIN_ONLY, clause="bands", industry="automotive")
    named = IndicatorText(indicator="C01", member="name", text="另名", industry="automotive", reason="行业用语")
    city(drafted(), changing(named)).refused(CLAUSE_PLAIN_ONLY, clause="indicators.C01.name")


@pytest.mark.parametrize("industry", [None, "automotive"])
def test_an_indicator_id_is_given_once(industry: str | None) -> None:
    again = AddIndicator(item=load("2023").by_id["C01"], industry=industry, reason="重复")
    city(drafted(), changing(again)).refused(INDICATOR_REPEATED, clause="indicators.C01")


def test_changes_whose_order_would_matter_are_refused_together_and_taken_one_after_the_other() -> None:
    named = IndicatorText(indicator="C12", member="name", text="售后服务", reason="用词")
    gone = DropIndicator(indicator="C12", reason="不再单列")
    city(drafted(), changing(named, gone)).refused(CHANGES_COLLIDE, clause="indicators.C12", other="indicators.C12.name")
    assert city(city(drafted(), changing(named)).accepted, changing(gone, version=2)).accepted


def test_what_changes_nothing_is_no_fact_and_no_new_version() -> None:
    case = city(drafted(), changing(heavier("C01", "8"))).then()
    assert case.state.draft_version == 1


def test_a_change_answers_a_comment_that_there_is() -> None:
    city(consulted(), changing(heavier("C01", "9"), version=2, comment="c9")).refused(COMMENT_UNKNOWN, comment="c9")
    (fact,) = city(consulted(), changing(heavier("C01", "9"), version=2, comment="c1")).facts
    assert fact.changes[0].comment == "c1"  # type: ignore[union-attr]


def test_a_new_indicator_is_written_out_in_a_readable_length() -> None:
    item = load("2023").by_id["C01"].model_copy(update={"id": "C20", "evidence": "长" * LONGEST_LINE})
    with pytest.raises(ValidationError):
        AddIndicator(item=item, reason="示例")


# Consultation


def test_the_text_is_frozen_while_it_is_open_to_comments() -> None:
    case = consulting()
    city(case, changing(*shifted(2), version=2)).refused(DRAFT_ON_CONSULTATION)
    city(case, OPENING).refused(DRAFT_ON_CONSULTATION)
    city(case, publishing()).refused(DRAFT_ON_CONSULTATION)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (TODAY - timedelta(days=1), LAST_DAY),
        (LAST_DAY, TODAY),
        (TODAY, TODAY + timedelta(days=366)),
    ],
)
def test_a_consultation_begins_today_or_later_and_lasts_a_year_at_most(since: date, until: date) -> None:
    opening = OPENING.model_copy(update={"since": since, "until": until})
    city(changed(), opening).refused(CONSULTATION_DATES, since=since, until=until)


def test_a_consultation_gives_people_the_time_that_the_dated_rule_names() -> None:
    """Thirty days by 地方标准管理办法, first and last day included; the refusal says until when, and where that comes from."""
    for days in (0, 28):
        opening = OPENING.model_copy(update={"until": TODAY + timedelta(days=days)})
        bound = {"at_least": 30, "earliest": TODAY + timedelta(days=29), "mark": "V-2", "path": "until"}
        city(changed(), opening).refused(CONSULTATION_TOO_SHORT, days=days + 1, **bound)
    assert city(changed(), OPENING.model_copy(update={"until": TODAY + timedelta(days=29)})).accepted


def test_the_consultation_is_on_the_draft_that_was_seen() -> None:
    city(changed(), OPENING.model_copy(update={"draft_version": 1})).refused(DRAFT_STALE, current=2)


@pytest.mark.parametrize("role", sorted(HELD_BY_PEOPLE))
def test_every_role_that_people_hold_may_comment(role: str) -> None:
    (fact,) = consulting().when(commenting(), role, "unit").facts
    assert isinstance(fact, r.DraftCommentedOn)
    assert (fact.role, fact.organisation, fact.clause) == (role, "unit", "dimensions.F")


@pytest.mark.parametrize("role", ["partner", "public", "system"])
def test_machines_and_the_public_do_not(role: str) -> None:
    consulting().when(commenting(), role, "unit").refused(ROLE_NOT_ALLOWED, role=role)


@pytest.mark.parametrize("clause", ["", "indicators.Z01", "indicators.Z01.levels.3", "gates.security", "points.1.5", "bands"])
def test_a_comment_is_on_a_clause_or_on_the_whole(clause: str) -> None:
    assert consulting().when(commenting(clause=clause), "enterprise", "e1").accepted


@pytest.mark.parametrize(
    ("clause", "industry"), [("indicators.C99", None), ("indicators.A01", None), ("indicators.Z01", "energy")]
)
def test_a_comment_on_a_clause_that_the_text_has_not_is_refused(clause: str, industry: str | None) -> None:
    comment = commenting(clause=clause, industry=industry)
    consulting().when(comment, "enterprise", "e1").refused(CLAUSE_UNKNOWN, clause=clause, industry=industry)


def test_a_comment_may_be_on_an_industrys_own_clause() -> None:
    assert consulting().when(commenting(clause="indicators.A01", industry="automotive"), "enterprise", "e1").accepted


def test_comments_are_taken_on_the_days_that_were_named_and_on_no_other() -> None:
    case = city(changed(), OPENING.model_copy(update={"since": TODAY + timedelta(days=1)})).accepted
    case.when(commenting(), "park", "p").refused(COMMENTS_CLOSED, since=TODAY + timedelta(days=1), until=LAST_DAY)
    assert case.when(commenting(), "park", "p", at=AT + timedelta(days=1)).accepted
    assert case.when(commenting("c2"), "park", "p", at=AT + timedelta(days=30)).accepted
    case.when(commenting("c3"), "park", "p", at=AFTERWARDS).refused(COMMENTS_CLOSED)


def test_no_comment_is_taken_once_it_is_closed() -> None:
    consulted().when(commenting("c2"), "park", "p", at=AFTERWARDS).refused(CONSULTATION_NOT_OPEN)


def test_it_is_closed_when_its_last_day_is_over_and_not_before() -> None:
    city(consulting(), CLOSING, at=AT + timedelta(days=30)).refused(CONSULTATION_NOT_OVER, until=LAST_DAY)
    case = consulting().when(CLOSING, "system", at=AFTERWARDS).happened("revision.consultation_closed.v1")
    city(case, CLOSING, at=AFTERWARDS).refused(CONSULTATION_NOT_OPEN)
    assert city(case, changing(*shifted(2), version=2), at=AFTERWARDS).accepted


def test_a_second_consultation_may_follow_on_another_text() -> None:
    case = city(consulted(), changing(*shifted(2), version=2), at=AFTERWARDS).accepted
    since = LAST_DAY + timedelta(days=1)
    again = r.OpenConsultation(revision="r1", draft_version=3, since=since, until=since + timedelta(days=29))
    assert city(case, again, at=AFTERWARDS).accepted
    assert case.when(commenting("c2"), "park", "p", at=AFTERWARDS).accepted


def test_one_id_one_comment_and_an_organisation_makes_a_bounded_number() -> None:
    case = commented()
    case.when(commenting(), "enterprise", "e1").refused(COMMENT_EXISTS, comment="c1")
    for number in range(COMMENTS_AT_MOST - 1):
        assert case.when(commenting(f"x{number}", ""), "enterprise", "e1").accepted
    case.when(commenting("last", ""), "enterprise", "e1").refused(COMMENTS_TOO_MANY, most=COMMENTS_AT_MOST)
    assert case.when(commenting("last", ""), "enterprise", "e2").accepted


@pytest.mark.parametrize("wrong", [{"text": " "}, {"text": "x" * 2001}, {"clause": "a b"}, {"clause": "x" * 121}])
def test_a_comment_without_text_too_long_or_on_no_path_is_malformed(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        commenting(**wrong)


def test_a_comment_is_answered_with_why_and_the_answer_may_be_revised_by_a_further_fact() -> None:
    case = commented()
    city(case, answering("c9")).refused(COMMENT_UNKNOWN, comment="c9")
    city(case, answering()).happened("revision.comment_answered.v1")
    city(case, answering()).then()
    city(case, answering(disposition=r.Disposition.REJECTED)).happened("revision.comment_answered.v1")
    assert case.state.comments["c1"].disposition is r.Disposition.REJECTED


def test_a_draft_that_was_never_put_to_consultation_does_not_exist_for_others() -> None:
    changed().when(commenting(), "support", "s1").refused(NOT_FOUND)
    place = REVISIONS.place(commenting(), changed().state, {})
    assert place == Place()
    assert not admits(scope_of(Role.DISTRICT, "310117"), place)
    assert REVISIONS.place(commenting(), consulting().state, {}) is None


# Review


def test_a_draft_lies_with_its_named_reviewers_and_nowhere_else() -> None:
    place = REVISIONS.place(reviewing(), in_review().state, {})
    assert place is not None
    assert admits(scope_of(Role.READER, "experts", "zhou", TODAY), place)
    for role, organisation in ((Role.DISTRICT, "310117"), (Role.READER, "experts"), (Role.ENTERPRISE, "e1"), (Role.BANK, "zhou")):
        assert not admits(scope_of(role, organisation, "li", TODAY), place)
    assert r.draft_scope("city", Everything()) == Everything()
    assert r.draft_scope("support", Everything()) == r.draft_scope("partner", Everything()) == Nothing()


@pytest.mark.parametrize("reviewer", ["nobody", "official", "former"])
def test_a_reviewer_holds_an_experts_role_today(reviewer: str) -> None:
    city(changed(), naming("zhou", reviewer)).refused(REVIEWER_UNKNOWN, reviewer=reviewer)


def test_naming_the_same_reviewers_again_changes_nothing_and_others_replace_them() -> None:
    case = city(changed(), naming()).accepted
    city(case, naming("zhou", "wu", "zhou")).then()
    city(case, naming("wu")).happened("revision.reviewers_named.v1")
    reviewed_by(case, "zhou").refused(REVIEWER_NOT_NAMED)


def test_only_a_named_reviewer_reviews_and_only_the_draft_as_it_stands_outside_a_consultation() -> None:
    reviewed_by(in_review(), "li").refused(REVIEWER_NOT_NAMED)
    reviewed_by(in_review(), "zhou", reviewing(version=1)).refused(DRAFT_STALE, current=2)
    reviewed_by(city(consulting(), naming()).accepted, "zhou").refused(DRAFT_ON_CONSULTATION)


# Publication


def test_publishing_puts_every_edition_into_its_own_stream_from_a_day_on_and_retires_those_before() -> None:
    case = city(approved(), publishing(), at=AFTERWARDS)
    own, *others = case.facts
    compositions = composed(case.state.standard).compositions
    assert own == r.RevisionPublished(
        draft_version=2, since=IN_FORCE, editions={one.edition.key: one.edition.digest for one in compositions}
    )
    told = [(fact.stream, fact.event) for fact in others if isinstance(fact, OnStream)]
    assert [stream for stream, _ in told[:6]] == [
        stream for key in ("2025", "2025-automotive", "2025-electronics") for stream in [edition_stream(key)] * 2
    ]
    assert [event.edition for _, event in told[0:6:2]] == [one.edition for one in compositions]  # type: ignore[attr-defined]
    assert {event for _, event in told[1:6:2]} == {EditionPutInForce(since=IN_FORCE)}
    assert told[6:] == [
        (edition_stream(key), EditionRetired(since=IN_FORCE, reason="由版本 2025 代替")) for key in KEYS
    ]
    city(case, LEAVING, at=AFTERWARDS).refused(OVER, status="published")
    city(case, changing(*shifted(), version=2), at=AFTERWARDS).refused(OVER)


def test_the_next_revision_begins_from_what_was_published_as_the_first_began_from_the_files() -> None:
    case = city(approved(), publishing(), at=AFTERWARDS)
    told: dict[str, list[Event]] = {fact.stream: [] for fact in case.facts if isinstance(fact, OnStream)}
    for fact in case.facts:
        if isinstance(fact, OnStream):
            told[fact.stream].append(fact.event)
    new = {stream: fold(EDITIONS.evolve, events) for stream, events in told.items() if stream.startswith("edition/2025")}
    again = given(REVISIONS).having_read(new)
    (fact,) = city(again, drafting(revision="r2", base="2025", key="2027")).facts
    assert isinstance(fact, r.RevisionDrafted)
    drafted_before = retitled(case.state.standard, fact.key, fact.title)
    assert fact.standard == drafted_before
    assert list(fact.bases) == ["2025", "2025-automotive", "2025-electronics"]


def test_what_retires_earlier_anyway_stays_as_it_was() -> None:
    early = published("2023").model_copy(update={"retired": IN_FORCE - timedelta(days=1)})
    case = city(approved().having_read({edition_stream("2023"): early}), publishing(), at=AFTERWARDS)
    retired = {fact.stream for fact in case.facts if isinstance(fact, OnStream) and isinstance(fact.event, EditionRetired)}
    assert retired == {edition_stream(key) for key in KEYS[1:]}


def test_nothing_is_published_before_every_comment_is_answered() -> None:
    case = city(commented(), CLOSING, at=AFTERWARDS).accepted
    assert city(case, naming(), at=AFTERWARDS).accepted
    case = reviewed_by(reviewed_by(case, "zhou").accepted, "wu").accepted
    city(case, publishing(), at=AFTERWARDS).refused(UNANSWERED, count=1, comments=["c1"])


def test_nothing_is_published_before_all_named_reviewers_approve_the_draft_as_it_stands() -> None:
    city(consulted(), publishing(), at=AFTERWARDS).refused(NOT_APPROVED, count=0)
    half = reviewed_by(in_review(), "zhou").accepted
    city(half, publishing(), at=AFTERWARDS).refused(NOT_APPROVED, count=1, reviewers=["wu"])
    returned = reviewed_by(approved(), "wu", reviewing(r.Verdict.RETURN)).accepted
    city(returned, publishing(), at=AFTERWARDS).refused(NOT_APPROVED, reviewers=["wu"])


def test_a_change_after_the_review_voids_it() -> None:
    case = city(approved(), changing(*shifted(2), version=2), at=AFTERWARDS).accepted
    city(case, publishing(), at=AFTERWARDS).refused(DRAFT_STALE, current=3)
    city(case, publishing(3), at=AFTERWARDS).refused(NOT_APPROVED, reviewers=["zhou", "wu"])


@pytest.mark.parametrize("since", [LAST_DAY + timedelta(days=1), TODAY])
def test_an_edition_comes_into_force_after_today(since: date) -> None:
    city(approved(), publishing(since=since), at=AFTERWARDS).refused(NOT_AFTER_TODAY, since=since)


def test_a_key_that_was_taken_meanwhile_is_refused_at_publication() -> None:
    case = approved().having_read({edition_stream("2025-electronics"): published("2023-electronics")})
    city(case, publishing(), at=AFTERWARDS).refused(KEY_TAKEN, key="2025-electronics")


def test_a_revision_is_never_published_without_a_consultation_and_an_erratum_may_be_but_not_without_review() -> None:
    plain = city(city(drafted(), changing(*shifted())).accepted, naming("zhou")).accepted
    assert reviewed_by(plain, "zhou").accepted
    city(plain, publishing(), at=AFTERWARDS).refused(NEVER_CONSULTED)
    case = city(given(REVISIONS).having_read(WORLD), erratum()).accepted
    text = IndicatorText(indicator="Z01", member="evidence", text="规划文件与年度评估", reason="漏字")
    assert city(case, changing(text)).accepted
    city(case, publishing()).refused(NOT_APPROVED, count=0)
    assert city(case, naming("zhou")).accepted
    assert reviewed_by(case, "zhou").accepted
    assert city(case, publishing(), at=AFTERWARDS).accepted


def test_a_revision_may_be_given_up_and_stays_so() -> None:
    case = city(consulting(), LEAVING).happened("revision.abandoned.v1")
    case.when(commenting(), "park", "p").refused(OVER, status="abandoned")


@pytest.mark.parametrize("command", [changing(*shifted()), OPENING, answering(), naming(), publishing(), LEAVING, drafting()])
def test_the_city_alone_drives_a_revision(command: Any) -> None:
    changed().when(command, "district", "310117").refused(ROLE_NOT_ALLOWED, role="district")
    changed().when(command, "auditor", "audit").refused(ROLE_NOT_ALLOWED, role="auditor")


def test_what_does_not_exist_is_not_found() -> None:
    city(given(REVISIONS), LEAVING).refused(NOT_FOUND)


# The term of an edition


def retiring(since: date = LAST_DAY) -> RetireEdition:
    return RetireEdition(edition="2023", since=since, reason="试行期满")


def test_an_edition_is_retired_by_itself_from_today_or_a_later_day_and_that_is_not_put_off() -> None:
    case = given(EDITIONS)
    case.state = published("2023")
    city(case, retiring(TODAY - timedelta(days=1))).refused(RETIRED_IN_PAST)
    city(case, retiring()).then(EditionRetired(since=LAST_DAY, reason="试行期满"))
    city(case, retiring()).then()
    city(case, retiring(LAST_DAY + timedelta(days=1))).refused(RETIRED_ALREADY, retired=LAST_DAY)
    assert city(case, retiring(TODAY)).accepted
    assert isinstance(case.state, PublishedEdition)
    assert case.state.is_retired_on(TODAY)


def test_what_is_not_published_is_not_retired() -> None:
    city(given(EDITIONS), retiring()).refused(NOT_FOUND)
