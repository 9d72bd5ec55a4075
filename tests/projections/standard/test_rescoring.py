"""Re-scoring (plan S4, S5) of all finished diagnoses of a snapshot: who counts, on what, and in how much memory."""

import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from domain.access import Attribute, Everything, Is, Nothing
from domain.diagnosis.objections import AnswerObjections, ObjectionAnswer, ObjectionItem, ObjectToReport
from domain.diagnosis.on_site import VerifyAnswers
from domain.diagnosis.report import ConfirmReport, IssueReport
from domain.diagnosis.scoring import RecordExpertReview, ScoreDiagnosis
from domain.diagnosis.state import VerifiedAnswer
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from journal import Journal, open_journal
from projections import ReadModels, open_read_models
from projections.diagnosis.finished_diagnoses import finished_diagnoses, how_many
from projections.diagnosis.rescoring import Rescoring
from standards import Edition
from tests.many_finished import multiply
from tests.small_city import CITY, EDITION, ENTERPRISE, FILLER, FIRM, PROVIDER, City

OLD = {"2023": EDITION}
RAISED = EDITION.model_copy(update={"bands": [*EDITION.bands[:4], Decimal(66), *EDITION.bands[5:]]})


@pytest.fixture
def city(journal: Journal) -> City:
    return City(journal)


@pytest.fixture
def models_url(url: str, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'read.db'}" if url.startswith("sqlite") else url


@pytest.fixture
def models(journal: Journal, models_url: str) -> Iterator[ReadModels]:
    opened = open_read_models(models_url, journal)
    yield opened
    opened.close()


def run(models: ReadModels, new: Edition | None = EDITION) -> tuple[Rescoring, list[str]]:
    models.catch_up()
    rescoring = Rescoring(OLD, {"2023": new} if new is not None else {})
    with models.reading() as snapshot:
        return rescoring, [mover.diagnosis for mover in rescoring.movers(snapshot, Everything())]


def test_a_finished_diagnosis_is_read_with_the_verified_answers_and_what_took_place(
    city: City, models: ReadModels
) -> None:
    name = city.issued()
    models.catch_up()
    with models.reading() as snapshot:
        [row] = finished_diagnoses(snapshot, Everything())
        assert how_many(snapshot, Everything()) == 1
    assert (row.id, row.enterprise) == (name, ENTERPRISE)
    assert (row.subject.district, row.subject.size_class, row.subject.edition, row.subject.division) == (
        FIRM.district,
        "medium",
        "2023",
        "C34",
    )
    assert (row.finished.process.site_visit, row.finished.process.expert_review) == (True, False)
    assert set(row.finished.answers) == {item.id for item in EDITION.of(row.finished.form)}


def test_an_expert_review_counts_where_it_took_place(city: City, models: ReadModels) -> None:
    name = city.issued(level=5)
    models.catch_up()
    with models.reading() as snapshot:
        [before] = finished_diagnoses(snapshot, Everything())
    item = ObjectionItem(indicator="Z01", reason="与实际不符")
    city.send(FILLER, ObjectToReport(diagnosis=name, items=(item,)))
    answer = ObjectionAnswer(indicator="Z01", upheld=True, reason="复核")
    city.send(PROVIDER, AnswerObjections(diagnosis=name, answers=(answer,)))
    city.send(CITY, RecordExpertReview(diagnosis=name, conclusion="同意"))
    found = VerifiedAnswer(answer=before.finished.answers["Z01"])
    city.send(PROVIDER, VerifyAnswers(diagnosis=name, section="D1", answers={"Z01": found}))
    city.send(PROVIDER, ScoreDiagnosis(diagnosis=name))
    city.send(PROVIDER, IssueReport(diagnosis=name))
    models.catch_up()
    with models.reading() as snapshot:
        [after] = finished_diagnoses(snapshot, Everything())
    assert (before.finished.process.expert_review, after.finished.process.expert_review) == (False, True)
    assert (before.finished.grade, after.finished.grade) == (6, 10)
    assert run(models)[0].result().counts.same == 1


def test_only_a_diagnosis_with_a_report_that_nothing_is_open_against_counts(city: City, models: ReadModels) -> None:
    name = city.submitted()
    assert run(models)[0].done == 0
    city.send(CITY, WithdrawDiagnosis(diagnosis=name, reason="重来"))
    assert run(models)[0].done == 0


def test_a_confirmed_report_counts_and_one_under_objection_does_not(city: City, models: ReadModels) -> None:
    name = city.issued()
    assert run(models)[0].done == 1
    item = ObjectionItem(indicator="Z01", reason="与实际不符")
    city.send(FILLER, ObjectToReport(diagnosis=name, items=(item,)))
    assert run(models)[0].done == 0
    answer = ObjectionAnswer(indicator="Z01", upheld=False, reason="维持")
    city.send(PROVIDER, AnswerObjections(diagnosis=name, answers=(answer,)))
    city.send(FILLER, ConfirmReport(diagnosis=name))
    assert run(models)[0].done == 1


def test_a_diagnosis_whose_edition_has_no_successor_is_counted_so(city: City, models: ReadModels) -> None:
    city.issued()
    [obstacle] = run(models, None)[0].result().obstacles
    assert (obstacle.kind, obstacle.subject, obstacle.diagnoses) == ("no_successor", "2023", 1)


def test_the_scope_bounds_who_is_re_scored(city: City, models: ReadModels) -> None:
    city.issued()
    models.catch_up()
    with models.reading() as snapshot:
        for scope, number in (
            (Everything(), 1),
            (Is(Attribute.DISTRICT, FIRM.district), 1),
            (Is(Attribute.DISTRICT, "310101"), 0),
            (Nothing(), 0),
        ):
            assert how_many(snapshot, scope) == len(list(finished_diagnoses(snapshot, scope))) == number


def test_every_one_is_re_scored_once_over_several_batches(city: City, models: ReadModels, models_url: str) -> None:
    city.issued()
    models.catch_up()
    multiply(models, models_url, 47)
    with models.reading() as snapshot:
        ids = [row.id for row in finished_diagnoses(snapshot, Everything(), batch=10)]
    assert len(ids) == 48
    assert ids == sorted(set(ids))
    same, movers = run(models)
    assert (same.result().counts.same, movers) == (48, [])
    raised, movers = run(models, RAISED)
    counts = raised.result().counts
    assert counts.down == len(movers) > 0
    assert counts.rescored == 48
    [found] = raised.sensitivity()
    assert (found.replaces, found.firms) == ("2023", 48)


def test_memory_does_not_grow_with_the_number_of_diagnoses(tmp_path: Path) -> None:
    """Peak of a run over one batch and over two, after a first run has filled what is kept; movers are given, not held."""
    journal = open_journal(f"sqlite:///{tmp_path / 'journal.db'}")
    models = open_read_models(f"sqlite:///{tmp_path / 'read.db'}", journal)
    City(journal).issued()
    models.catch_up()
    multiply(models, f"sqlite:///{tmp_path / 'read.db'}", 100)

    def measured(limit: int) -> int:
        rescoring = Rescoring(OLD, {"2023": RAISED})
        tracemalloc.start()
        with models.reading() as snapshot:
            for _ in rescoring.movers(snapshot, Everything(), batch=20):
                if rescoring.done >= limit:
                    break
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    measured(20)
    peaks = [measured(20), measured(100)]
    assert peaks[1] < 1.5 * peaks[0], peaks
    models.close()
    journal.close()


