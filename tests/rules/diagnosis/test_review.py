"""Internal review (plan P4): another than the author reads the report on the whole form; from a day on none goes out without."""

import pytest

from domain.diagnosis.report import SCORE_OUTDATED, IssueReport
from domain.diagnosis.review import (
    REPORT_NOT_HANDED_IN,
    REPORT_NOT_REVIEWED,
    REVIEW_CONTRADICTS,
    REVIEW_FORM_INCOMPLETE,
    REVIEW_UNDER_WAY,
    REVIEWED_BY_AUTHOR,
    ReportHandedIn,
    ReviewItem,
)
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.stages import Stage, stage_stream
from tests.rules.cases import HAND_IN, VISIT, provider, reviewed, scored
from tests.rules.given import Given
from tests.rules.qualified import SINCE
from tests.rules.visits import DAY, asking

ISSUE = IssueReport(diagnosis="d1")


def handed_in() -> Given:
    return provider(scored(), HAND_IN).accepted


def review(case: Given, *unmet: ReviewItem, by: str = "sun", **changes: object) -> Given:
    return case.when(reviewed(*unmet, **changes), "reviewer", "p1", by=by)


def test_where_the_city_asks_for_no_review_everything_is_as_before() -> None:
    assert provider(scored(), ISSUE).facts
    assert provider(scored().having_read(asking(SINCE + DAY, reviewed_only=True)), ISSUE).facts


def test_from_that_day_on_no_report_goes_out_unreviewed() -> None:
    case = scored().having_read(asking(reviewed_only=True))
    provider(case, ISSUE).refused(REPORT_NOT_REVIEWED)
    provider(case, HAND_IN).accepted  # noqa: B018 - refuses to be read where it was refused
    provider(case, ISSUE).refused(REPORT_NOT_REVIEWED)
    review(case, ReviewItem.REASONS).accepted  # noqa: B018 - as above
    provider(case, ISSUE).refused(REPORT_NOT_REVIEWED)
    provider(case, HAND_IN).accepted  # noqa: B018 - as above
    review(case).happened("diagnosis.report_reviewed.v1")
    assert provider(case, ISSUE).facts


def test_the_author_does_not_review_whatever_the_role() -> None:
    case = handed_in()
    assert case.facts[0] == ReportHandedIn(author="li", summary=HAND_IN.summary)
    review(case, by="li").refused(REVIEWED_BY_AUTHOR)
    provider(case, reviewed()).refused(REVIEWED_BY_AUTHOR)


def test_a_report_is_handed_in_once_and_again_when_it_was_returned() -> None:
    review(scored()).refused(REPORT_NOT_HANDED_IN)
    case = handed_in()
    provider(case, HAND_IN).refused(REVIEW_UNDER_WAY)
    review(case, ReviewItem.EVIDENCE).accepted  # noqa: B018 - as above
    review(case).refused(REPORT_NOT_HANDED_IN)
    provider(case, HAND_IN).accepted  # noqa: B018 - as above
    review(case).accepted  # noqa: B018 - as above
    provider(case, HAND_IN).refused(REVIEW_UNDER_WAY)


def test_the_form_takes_each_item_once_and_the_conclusion_follows_from_it() -> None:
    checks = reviewed().checks
    review(handed_in(), checks=checks[1:]).refused(REVIEW_FORM_INCOMPLETE, path="checks", listed_in_english="evidence")
    review(handed_in(), checks=(*checks, checks[0])).refused(REVIEW_FORM_INCOMPLETE)
    review(handed_in(), ReviewItem.VISIT, passed=True).refused(REVIEW_CONTRADICTS, path="passed")
    review(handed_in(), passed=False).refused(REVIEW_CONTRADICTS)


@pytest.mark.parametrize("after_pass", [False, True])
def test_what_changes_after_the_review_is_scored_and_reviewed_anew(after_pass: bool) -> None:  # noqa: FBT001 - of one table
    case = handed_in().having_read(asking(reviewed_only=True))
    if after_pass:
        review(case).accepted  # noqa: B018 - as above
    provider(case, VISIT.model_copy(update={"notes": "补看仓储"})).accepted  # noqa: B018 - as above
    review(case).refused(SCORE_OUTDATED)
    provider(case, HAND_IN).refused(SCORE_OUTDATED)
    provider(case, ScoreDiagnosis(diagnosis="d1")).accepted  # noqa: B018 - as above
    provider(case, ISSUE).refused(REPORT_NOT_REVIEWED)
    provider(case, HAND_IN).accepted  # noqa: B018 - as above
    assert review(case).facts


def test_the_review_has_its_stage_and_what_is_returned_goes_back_to_the_report() -> None:
    case = handed_in()
    stages = [case.read[stage_stream("d1")].stage]
    stages.append(review(case, ReviewItem.SCORING).accepted.read[stage_stream("d1")].stage)
    stages.append(provider(case, HAND_IN).accepted.read[stage_stream("d1")].stage)
    stages.append(review(case).accepted.read[stage_stream("d1")].stage)
    stages.append(provider(case, ISSUE).accepted.read[stage_stream("d1")].stage)
    review_runs = Stage.INTERNAL_REVIEW
    assert stages == [review_runs, Stage.REPORT, review_runs, review_runs, Stage.CONFIRMATION]
