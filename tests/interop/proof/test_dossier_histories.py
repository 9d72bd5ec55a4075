"""Histories in dossiers 卷宗中的历史: every history that the rules accept holds, and one that they would not is named (plan P5)."""

import base64
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.access import Role
from domain.diagnosis.arbitration import (
    ArbiterOpinionGiven,
    ArbitrationDecided,
    ArbitrationRequested,
    ArbitrationSettled,
    DecideArbitration,
    GiveArbiterOpinion,
    RequestArbitration,
    SettleArbitration,
)
from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.deferrals import DeferQuestions, QuestionsDeferred, QuestionsResumed, ResumeQuestions
from domain.diagnosis.evidence import AttachEvidence, EvidenceAttached
from domain.diagnosis.filing import FileReport, ReportFiled
from domain.diagnosis.objections import (
    AnswerObjections,
    ObjectionAnswer,
    ObjectionItem,
    ObjectionsAnswered,
    ObjectToReport,
    ReportObjectedTo,
)
from domain.diagnosis.on_site import AnswersVerified, RecordSiteVisit, SiteVisitRecorded, VerifyAnswers
from domain.diagnosis.opening import DiagnosisOpened, OpenDiagnosis
from domain.diagnosis.prefill import PrefillTaken, TakePrefill
from domain.diagnosis.provider import AcceptDiagnosis, AssignProvider, DiagnosisAccepted, ProviderAssigned
from domain.diagnosis.readings import AppointReader, ReaderAppointed, ReadingHeld, RecordReading
from domain.diagnosis.report import ConfirmReport, IssueReport, ReportConfirmed, ReportIssued
from domain.diagnosis.review import HandInReport, ReportHandedIn, ReportReviewed, ReviewReport
from domain.diagnosis.scoring import DiagnosisScored, ExpertReviewRecorded, RecordExpertReview, ScoreDiagnosis
from domain.diagnosis.self_assessment import (
    AnswerGiven,
    AnswersSaved,
    PledgeTruth,
    SaveAnswers,
    SelfAssessmentSubmitted,
    SubmitSelfAssessment,
    TruthPledged,
)
from domain.diagnosis.state import DiagnosisCommand, VerifiedAnswer
from domain.diagnosis.submission import SubmissionTakenIn, TakeInSubmission
from domain.diagnosis.visits import (
    AgreeToVisit,
    CancelVisit,
    CloseSiteVisit,
    DeclineVisit,
    InterviewRecorded,
    PlanSiteVisit,
    RecordInterview,
    SignedInOnSite,
    SignInOnSite,
    SiteVisitAgreed,
    SiteVisitCancelled,
    SiteVisitDeclined,
    SiteVisitPlanned,
)
from domain.diagnosis.withdrawal import DiagnosisWithdrawn, WithdrawDiagnosis
from domain.diagnosis.workbook import TakeInWorkbook, WorkbookAnswer, WorkbookTakenIn
from domain.events import COMMANDS
from domain.instants import city_day
from domain.kernel import Refused
from interop.proof import verify_dossier as verifier
from journal import Caller, NewEntry, open_journal
from journal.transparency.transparency_log import open_log
from tests.interop.proving_city import ORIGIN, Proving, fault, forged, of_first_format, still
from tests.small_city import CITY, EDITION, ENTERPRISE, FILE, City, caller, evidence, opening, sections

__all__ = ["still"]

EVENT_OF: dict[type[Any], type[Any]] = {
    OpenDiagnosis: DiagnosisOpened,
    AssignProvider: ProviderAssigned,
    SaveAnswers: AnswersSaved,
    TakeInWorkbook: WorkbookTakenIn,
    TakePrefill: PrefillTaken,
    DeferQuestions: QuestionsDeferred,
    ResumeQuestions: QuestionsResumed,
    PledgeTruth: TruthPledged,
    SubmitSelfAssessment: SelfAssessmentSubmitted,
    AcceptDiagnosis: DiagnosisAccepted,
    AttachEvidence: EvidenceAttached,
    RecordSiteVisit: SiteVisitRecorded,
    PlanSiteVisit: SiteVisitPlanned,
    AgreeToVisit: SiteVisitAgreed,
    DeclineVisit: SiteVisitDeclined,
    CancelVisit: SiteVisitCancelled,
    SignInOnSite: SignedInOnSite,
    RecordInterview: InterviewRecorded,
    CloseSiteVisit: SiteVisitRecorded,
    VerifyAnswers: AnswersVerified,
    TakeInSubmission: SubmissionTakenIn,
    RecordExpertReview: ExpertReviewRecorded,
    ScoreDiagnosis: DiagnosisScored,
    HandInReport: ReportHandedIn,
    ReviewReport: ReportReviewed,
    IssueReport: ReportIssued,
    ConfirmReport: ReportConfirmed,
    FileReport: ReportFiled,
    AppointReader: ReaderAppointed,
    RecordReading: ReadingHeld,
    ObjectToReport: ReportObjectedTo,
    AnswerObjections: ObjectionsAnswered,
    RequestArbitration: ArbitrationRequested,
    GiveArbiterOpinion: ArbiterOpinionGiven,
    DecideArbitration: ArbitrationDecided,
    SettleArbitration: ArbitrationSettled,
    WithdrawDiagnosis: DiagnosisWithdrawn,
}


@contextmanager
def proving_city() -> Iterator[Proving]:
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/journal.db"
        with closing(open_journal(url)) as journal, closing(open_log(journal, url, Path(folder) / "log.key", ORIGIN)) as log:
            yield Proving(City(journal), log)


def test_the_verifier_knows_every_step_and_who_may_take_it_as_the_rights_do() -> None:
    assert set(EVENT_OF) == set(DIAGNOSES.commands)
    for command, event in EVENT_OF.items():
        name = event.model_fields["type"].default
        step, _, version = name.removeprefix("diagnosis.").rpartition(".")
        assert version in verifier.SHAPES.get(step, "v1").split(), name
        roles, _ = verifier.STEPS[step]
        assert set(roles.split()) == {role.value for role in COMMANDS[command.__name__]}, name
    beside = {"listing_exception_recorded", "tie_exception_recorded", "arbiter_opinion_struck"}
    told = {event.model_fields["type"].default.split(".")[1] for event in EVENT_OF.values()}
    assert set(verifier.STEPS) == told | beside


FIRM = [caller(role, ENTERPRISE) for role in (Role.ENTERPRISE, Role.FILLER, Role.CONFIRMER)]
PROVIDER = [caller(role, "p1") for role in (Role.PROVIDER, Role.DIAGNOSTICIAN, Role.REVIEWER)]
EVERYONE = [*FIRM, *PROVIDER, CITY, caller(Role.DISTRICT, "310117")]


def _answers(level: int) -> list[DiagnosisCommand]:
    given = {s: {i: AnswerGiven(answer=a) for i, a in part.items()} for s, part in sections(level).items()}
    return [SaveAnswers(diagnosis="d1", section=section, answers=answers) for section, answers in given.items()]


def _workbook(level: int) -> TakeInWorkbook:
    told = {i: WorkbookAnswer(answer=a, sheet="x", cells={}) for part in sections(level).values() for i, a in part.items()}
    stated = {"of_case": "d1", "edition_digest": EDITION.digest, "of_version": 1}
    return TakeInWorkbook(diagnosis="d1", sha256="a" * 64, answers=told, **stated)


def _verified(level: int) -> list[DiagnosisCommand]:
    found = {s: {i: VerifiedAnswer(answer=a, reason="现场") for i, a in part.items()} for s, part in sections(level).items()}
    return [VerifyAnswers(diagnosis="d1", section=section, answers=answers) for section, answers in found.items()]


def _submission(level: int) -> TakeInSubmission:
    found = {i: VerifiedAnswer(answer=a, reason="现场") for part in sections(level).values() for i, a in part.items()}
    stated = {"of_case": "d1", "edition_digest": EDITION.digest, "of_version": 1, "instance": "i1"}
    return TakeInSubmission(diagnosis="d1", sha256="a" * 64, findings=found, **stated)


def _visit() -> RecordSiteVisit:
    today = city_day(datetime.now(UTC))
    return RecordSiteVisit(diagnosis="d1", visited_on=today, diagnosticians=1, functions=("生产",), notes="无")


def _replies(upheld: bool) -> AnswerObjections:  # noqa: FBT001 - drawn
    return AnswerObjections(diagnosis="d1", answers=(ObjectionAnswer(indicator="Z01", upheld=upheld, reason="答"),))


REVIEW = RecordExpertReview(diagnosis="d1", conclusion="同意")
SCORE = ScoreDiagnosis(diagnosis="d1")
ISSUE = IssueReport(diagnosis="d1")
CONFIRM = ConfirmReport(diagnosis="d1")
OBJECT = ObjectToReport(diagnosis="d1", items=(ObjectionItem(indicator="Z01", reason="不符"),))
PLEDGE, SUBMIT, ACCEPT = (kind(diagnosis="d1") for kind in (PledgeTruth, SubmitSelfAssessment, AcceptDiagnosis))
WITHDRAW = WithdrawDiagnosis(diagnosis="d1", reason="停产")
LATER = [_visit(), REVIEW, SCORE, ISSUE, CONFIRM, OBJECT, _replies(True), _replies(False), WITHDRAW, evidence("d1")]


@settings(max_examples=12)
@given(data=st.data())
def test_every_history_that_the_rules_accept_is_worked_out_alike(data: st.DataObject) -> None:
    """Whoever of those with a right took each step: the owner or a filler, the manager or a diagnostician."""
    levels = st.integers(1, 5)
    said, found = data.draw(levels), data.draw(levels)
    least = [_visit()] if data.draw(st.booleans()) else []
    given = [_workbook(said)] if data.draw(st.booleans()) else _answers(said)
    seen = [_submission(found)] if data.draw(st.booleans()) else _verified(found)
    way = [*given, PLEDGE, SUBMIT, ACCEPT, *least, *seen, SCORE, ISSUE]
    rest = data.draw(st.lists(st.sampled_from([*LATER, *_verified(said)]), max_size=12))
    with proving_city() as proving:
        proving.city.send(CITY, opening("d1"))
        for command in [*way, *rest]:
            able = [who for who in EVERYONE if who.role in COMMANDS[type(command).__name__]]
            try:
                proving.city.send(data.draw(st.sampled_from(able)), command)
            except Refused:
                assert command in rest, "the usual way is open to whoever has the right"
        proving.witnessed()
        assert proving.verify(proving.dossier()).faults == ()


def _written_by(proving: Proving, who: Caller, event: Any, **changes: Any) -> None:
    """An entry that no rule was asked about, as the keeper of the log can write one."""
    version = len(proving.city.journal.read("diagnosis/d1")) + 1
    values = {"stream": "diagnosis/d1", "version": version, "type": event.type, "actor": who.actor, "role": who.role}
    state = event.model_dump_json(exclude={"type"}).encode()
    values |= {"organisation": who.organisation, "state": state} | changes
    proving.city.journal.append([NewEntry(**values)], time.time_ns() // 1000)


UNPLANNED: dict[str, Any] = {"plan": None, "team": (), "place": None, "began_at": None}
VISITED = SiteVisitRecorded(
    visited_on=datetime(2024, 1, 1, tzinfo=UTC).date(), diagnosticians=1, functions=("x",), notes="x", **UNPLANNED
)
REVIEWED = ExpertReviewRecorded(conclusion="同意")
OTHER_PROVIDER = caller(Role.PROVIDER, "p2")


@pytest.mark.parametrize(
    ("who", "event", "code"),
    [
        (PROVIDER[0], REVIEWED, "AUTHOR_WRONG"),
        (FIRM[0], VISITED, "AUTHOR_WRONG"),
        (OTHER_PROVIDER, VISITED, "AUTHOR_WRONG"),
        (caller(Role.ENTERPRISE, "another"), ReportConfirmed(version=2, file=FILE), "AUTHOR_WRONG"),
        (CITY, REVIEWED, "STEP_WRONG"),
        (PROVIDER[0], ReportIssued(version=2, file=FILE, total=0, grade=10), "STEP_WRONG"),
        (FIRM[0], TruthPledged(), "STEP_WRONG"),
    ],
    ids=lambda value: str(getattr(value, "type", getattr(value, "role", value))),
)
def test_a_step_that_the_rules_would_have_refused_is_named_although_it_is_in_the_log(
    who: Caller, event: Any, code: str
) -> None:
    with proving_city() as proving:
        proving.city.issued()
        _written_by(proving, who, event)
        proving.witnessed()
        assert fault(proving, proving.dossier()) == code


def test_a_step_that_nobody_knows_is_named() -> None:
    with proving_city() as proving:
        proving.city.issued()
        content = proving.dossier()
        _written_by(proving, CITY, TruthPledged(), type="diagnosis.blessed.v1")
        proving.witnessed()
        last = proving.city.journal.read("diagnosis/d1")[-1]
        entries = json.loads(content)["entries"]
        proved = [proving.log.prove(entry_of(item).position, with_entry=True) for item in entries]
        proved.append(proving.log.prove(last.position, with_entry=True))
        shown = [
            {"content": base64.b64encode(file.extra or b"").decode(), "proof": str(file).replace(_extra(file), "")}
            for file in proved
        ]
        assert fault(proving, forged(content, entries=shown, checkpoint=str(proved[0].note))) == "ENTRY_UNEXPECTED"


def _extra(file: Any) -> str:
    return next(f"{line}\n" for line in str(file).split("\n") if line.startswith("extra "))


def entry_of(item: dict[str, str]) -> verifier.Entry:
    return verifier.parse_entry(base64.b64decode(item["content"]), "")


def test_a_report_on_an_outdated_scoring_is_named() -> None:
    with proving_city() as proving:
        proving.city.issued()
        proving.city.send(FIRM[0], OBJECT)
        proving.city.send(PROVIDER[0], _replies(upheld=True))
        proving.city.send(PROVIDER[0], _verified(5)[0].model_copy(update={"answers": {"Z01": _verified(5)[0].answers["Z01"]}}))  # type: ignore[union-attr]
        proving.city.send(PROVIDER[0], SCORE)
        proving.city.send(PROVIDER[0], _visit())
        scored = json.loads(proving.city.journal.read("diagnosis/d1")[-2].state)
        total, grade = scored["verified"]["total"], scored["issued"]["grade"]
        _written_by(proving, PROVIDER[0], ReportIssued(version=2, file=FILE, total=total, grade=grade))
        proving.witnessed()
        assert fault(proving, proving.dossier()) == "REPORT_DIFFERS"


# What a proof cannot show


def cut(content: bytes, entries: int) -> bytes:
    """A dossier without its latest entries, its result made right again, as whoever is fond of an earlier grade would."""
    made = json.loads(content)
    kept = made["entries"][:entries]
    parsed = [entry_of(item) for item in kept]
    case = [entry for entry in parsed if entry.stream == "diagnosis/d1"]
    [edition] = [entry.data["edition"] for entry in parsed if entry.stream.startswith("edition/")]
    [firm] = [entry.data["firm"] for entry in parsed if entry.stream.startswith("enterprise/")]
    result = verifier.replay(case, edition) | {"uscc": firm["uscc"], "name": firm["name"]}
    return forged(content, entries=kept, result=result)


def test_a_dossier_cut_short_is_refused_by_what_the_log_signed(still: tuple[Proving, bytes]) -> None:
    proving, content = still
    number = len(json.loads(content)["entries"])
    assert proving.verify(content).complete
    for entries in range(number - 8, number):
        assert fault(proving, cut(content, entries)) == "HEADS_DIFFER"


def test_a_dossier_of_the_first_format_cut_short_is_of_an_earlier_moment_and_says_that_it_is_not_final(
    still: tuple[Proving, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No proof of what is in a log shows what is not; so an unfinished story is never called finished."""
    proving, content = still
    number = len(json.loads(content)["entries"])
    whole = proving.verify(content)
    assert (whole.final, whole.result["status"]) == (True, "confirmed")
    for entries in range(number - 8, number):
        verdict = proving.verify(of_first_format(cut(content, entries)))
        assert verdict.holds
        assert not verdict.complete
        assert not verdict.final
        assert verdict.as_of < whole.as_of
    file = tmp_path / "d1.json"
    for shown, says in ((content, False), (of_first_format(cut(content, number - 1)), True)):
        file.write_bytes(shown)
        assert verifier.main([str(file), "--log-key", proving.key]) == 0
        assert ("NOT FINAL" in capsys.readouterr().out) is says


# What is in the file and proved by nothing


def test_nothing_that_is_only_stated_steers_a_terminal(
    still: tuple[Proving, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proving, content = still
    file = tmp_path / "d1.json"
    file.write_bytes(forged(content, rules={"package": "\x9b2J\u202e1"}))
    assert verifier.main([str(file), "--log-key", proving.key]) == 0
    assert all(line.isprintable() for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize("spelt", [float, lambda _: True], ids=["7.0", "true"])
def test_a_number_spelt_otherwise_is_another_result(still: tuple[Proving, bytes], spelt: Callable[[int], object]) -> None:
    proving, content = still
    result = json.loads(content)["result"]
    reports = [result["reports"][0] | {"version": spelt(1)}, *result["reports"][1:]]
    assert fault(proving, forged(content, result=result | {"reports": reports})) == "RESULT_DIFFERS"
    assert fault(proving, forged(content, result=result | {"grade": float(result["grade"])})) == "RESULT_DIFFERS"


@pytest.mark.parametrize("line", [b'{"format": "zhenduan.audit-trail.v1", "checkpoint": 1}', b"[" * 100_000, b"7", b"\xff"])
def test_what_is_no_trail_is_refused_and_never_breaks_the_verifier(still: tuple[Proving, bytes], line: bytes) -> None:
    with pytest.raises(verifier.Fault, match="MALFORMED"):
        list(verifier.verify_trail([line], still[0].key))


def trail(proving: Proving) -> list[bytes]:
    """The whole log as an exported trail."""
    note = proving.log.checkpoint()
    first = {"format": verifier.TRAIL_FORMAT, "algorithm": "sha256", "checkpoint": str(note)}
    proofs = [proving.log.prove(n, with_entry=True) for n in range(1, proving.city.journal.head().size + 1)]
    lines = [{"content": _base64(file.extra or b""), "proof": [_base64(step) for step in file.path]} for file in proofs]
    return [json.dumps(line).encode() for line in (first, *lines)]


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def test_a_trail_says_whether_it_is_all_of_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with proving_city() as proving:
        proving.city.opened()
        whole = trail(proving)
        for left_out in (None, 1, 2, len(whole) - 1):
            file = tmp_path / "trail.jsonl"
            file.write_bytes(b"\n".join(line for number, line in enumerate(whole) if number != left_out))
            assert verifier.main([str(file), "--log-key", proving.key]) == 0
            assert ("NOT ALL" in capsys.readouterr().out) is (left_out is not None)


def test_a_second_history_of_a_stream_is_found_by_the_whole_trail() -> None:
    """Each of the two histories proves by itself; the keeper of the log had the guards off when the second was written."""
    with proving_city() as proving:
        proving.city.opened()
        journal = proving.city.journal
        with closing(sqlite3.connect(journal.path)) as intruder:  # type: ignore[attr-defined]
            intruder.executescript("DROP TRIGGER entries_version_once; DROP INDEX IF EXISTS entries_version;")
            (columns,) = intruder.execute("SELECT sql FROM sqlite_master WHERE name = 'entries'").fetchone()
            intruder.executescript(
                "ALTER TABLE entries RENAME TO kept; "
                + columns.replace(", UNIQUE (stream, version)", "")
                + "; INSERT INTO entries SELECT * FROM kept; DROP TABLE kept;"
            )
        _written_by(proving, CITY, TruthPledged(), stream="organisation/p1", version=1)
        lines = trail(proving)
        with pytest.raises(verifier.Fault, match=r"organisation/p1/1"):
            list(verifier.verify_trail(lines, proving.key))
        del lines[1]
        assert list(verifier.verify_trail(lines, proving.key)), "what is not whole cannot show it"


def test_a_trail_may_not_go_behind_the_checkpoint_that_is_held() -> None:
    with proving_city() as proving:
        older = trail(proving)
        proving.city.opened()
        held = str(proving.log.checkpoint())
        with pytest.raises(verifier.Fault, match="ROLLED_BACK"):
            list(verifier.verify_trail(older, proving.key, (), held))
        with pytest.raises(verifier.Fault, match="MALFORMED"):
            list(verifier.verify_trail([], proving.key))


def test_a_checkpoint_held_that_is_no_text_is_told_in_one_line(
    still: tuple[Proving, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proving, content = still
    (tmp_path / "d1.json").write_bytes(content)
    (tmp_path / "held").write_bytes(b"\xff\xfe")
    assert verifier.main([str(tmp_path / "d1.json"), "--log-key", proving.key, "--known", str(tmp_path / "held")]) == 2
    assert "cannot read" in capsys.readouterr().err
