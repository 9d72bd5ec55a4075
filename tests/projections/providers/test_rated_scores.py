"""What a rating counts of a feedback stands in its row (plan V5, decision 0115): how many scores, and their sum."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from domain.providers.feedback.giving import GiveFeedback
from domain.providers.feedback.state import (
    RATED_SUBJECTS,
    FeedbackKind,
    FeedbackMilestone,
    FeedbackScore,
    FeedbackSubject,
)
from journal import Journal
from projections import open_read_models
from projections.diagnosis.diagnoses_fold import DIAGNOSES
from projections.providers.feedback import FEEDBACK, FEEDBACK_SCORES, packed_scores, unpacked
from tests.small_city import FILLER, City

SAID: Sequence[Sequence[tuple[FeedbackSubject, int]]] = (
    [(FeedbackSubject.PROVIDER, 5), (FeedbackSubject.PROCESS, 2), (FeedbackSubject.PLATFORM, 1)],
    [(FeedbackSubject.PROCESS, 3)],
    [(FeedbackSubject.PLATFORM, 4)],
)


@pytest.mark.parametrize(("scores", "anonymous"), [*((one, False) for one in SAID), (SAID[0], True)])
def test_a_feedback_keeps_how_many_of_its_scores_its_provider_is_rated_by_and_their_sum(
    scores: Sequence[tuple[FeedbackSubject, int]], *, anonymous: bool, journal: Journal, tmp_path: Path
) -> None:
    city = City(journal)
    city.issued()
    with closing(open_read_models(f"sqlite:///{tmp_path}/read.db", journal)) as models:
        said = GiveFeedback(
            feedback="f1", diagnosis="d1", milestone=FeedbackMilestone.REPORT, kind=FeedbackKind.FEEDBACK, anonymous=anonymous,
            about=f"diagnosis/d1/{len(journal.read('diagnosis/d1'))}",
            scores=tuple(FeedbackScore(subject=one, score=score) for one, score in scores),
        )  # fmt: skip
        city.send(FILLER, said)
        models.catch_up()
        with models.reading() as snapshot:
            table, rows = snapshot[FEEDBACK], snapshot[FEEDBACK_SCORES]
            [kept] = snapshot.rows(select(table.c.rated_scores, table.c.rated_points))
            every = snapshot.rows(select(rows.c.subject, rows.c.score))
            counted = [score for (subject, score) in every if subject in RATED_SUBJECTS]
            assert tuple(kept) == (len(counted), sum(counted))
            cases, days = snapshot[DIAGNOSES], ("2000-01-01", "2100-12-31")
            [(identity, said)] = snapshot.rows(select(cases.c.id, packed_scores(snapshot, *days)))
    assert identity == "d1"
    assert [said and unpacked(said, anonymous=hidden) for hidden in (False, True)] == [
        (len(counted), sum(counted)) if counted and (hidden or not anonymous) else (0, 0) if counted else None
        for hidden in (False, True)
    ]
