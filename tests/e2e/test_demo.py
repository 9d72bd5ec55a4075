"""Demo city 示例城市: one seed, one city; every state and every role is there, and nothing in it is real."""

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import fmean

import orjson
import pytest

from domain.access import PARTIES, Everything, Nothing, Role
from domain.command_rights import HELD_BY_PEOPLE
from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.opening import chosen_otherwise
from domain.diagnosis.state import IN_PROGRESS, Diagnosis, Status
from domain.instants import SHANGHAI, city_day, utc_moment
from domain.programme.implementation_facts import ImplementationStandard, ImplementationStep
from domain.providers.sampling.reassessment import ReassessmentStatus
from domain.providers.sampling.status import DrawStatus
from journal import Verified, verify
from journal.codec import decode
from projections.diagnosis import case_parts, diagnoses, groups
from projections.diagnosis.diagnoses import DiagnosisFilter
from projections.engine.pages import Page
from projections.governance import proceedings
from projections.governance.proceedings import ProceedingFilter
from projections.participants import enterprises, people
from projections.participants.enterprises import EnterpriseFilter
from projections.programme import coverage, implementations
from projections.providers import directory, sampling, selection
from projections.providers.directory import DirectoryFilter
from projections.providers.record_of_provider import records
from projections.providers.selection import MarkingFilter
from projections.standard import edition_mapping, editions, revisions, shadow
from projections.standard.revisions import BY_NUMBER, CommentFilter
from standards import ApplicableEdition, Form, edition_mappings, published_editions
from tests import job_records
from tests.e2e.demo_data import DATA, PRESENT
from tests.e2e.demo_installation import House, house
from zhenduan.accounts.file_contents import content_problem
from zhenduan.accounts.file_types import FILE_TYPES
from zhenduan.demo import city as demo_city
from zhenduan.demo.data import seats
from zhenduan.demo.people import LOGINS, DemoLogin
from zhenduan.demo.ratings import YEAR

pytestmark = pytest.mark.pages("unset")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the keys of the city's persons lie."""
    return tmp_path_factory.mktemp("keys") / "keys.db"


@pytest.fixture(scope="module")
def told() -> list[tuple[int, int]]:
    """What whoever built the city was told of its progress."""
    return []


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, keys: Path, told: list[tuple[int, int]]) -> Iterator[House]:
    """A small demo city on SQLite, built once and only read."""
    with house(tmp_path_factory.mktemp("demo"), keys) as built:
        built.open(progress=lambda done, of: told.append((done, of)))
        yield built


# The same seed, the same city


def test_the_same_seed_present_and_keys_give_the_same_root_on_both_engines(
    tmp_path: Path, database: str, keys: Path, city: House
) -> None:
    with house(tmp_path, keys, database) as built:
        built.open()
        assert built.journal.head().root == city.journal.head().root


SEALED = frozenset({"person.registered.v1", "marking.sealed.v1", "marking.opened.v1", "feedback.given.v1"})
"""Facts that hold what is sealed under the vault's keys, or the salt that it was sealed with."""


def test_another_vault_changes_the_sealed_names_and_nothing_else(tmp_path: Path, city: House) -> None:
    with house(tmp_path) as other:
        other.open()
        for one, two in itertools.zip_longest(city.journal.since(0, 100_000), other.journal.since(0, 100_000)):
            same = one.type not in SEALED
            assert (one.at, one.stream, one.type, one.actor) == (two.at, two.stream, two.type, two.actor)
            assert (one.state == two.state) == same


# What the city holds


def test_every_entry_stands_at_a_working_moment_of_its_own_past(city: House) -> None:
    entries = city.journal.since(1, 100_000)
    assert isinstance(verify(city.journal), Verified)
    assert {entry.reason for entry in entries} == {"示例数据"}
    moments = [datetime.fromtimestamp(entry.at / 1_000_000, SHANGHAI) for entry in entries]
    assert moments == sorted(moments)
    assert moments[0].year == 2023
    assert PRESENT - timedelta(days=30) < moments[-1] < PRESENT
    assert {year for year, _ in itertools.groupby(moment.year for moment in moments)} == {2023, 2024, 2025, 2026}
    assert all(moment.hour >= 9 for moment in moments)
    cases = [m for m, entry in zip(moments, entries, strict=True) if entry.type.startswith("diagnosis.")]
    assert all(moment.weekday() < 5 for moment in cases)


def test_every_state_of_a_diagnosis_is_there(city: House) -> None:
    with city.models.reading() as snapshot:
        rows = diagnoses.diagnoses(snapshot, Everything(), DiagnosisFilter(), Page(100))
        assert Counter(row.status for row in rows) == {
            "open": 2,
            "submitted": 1,
            "accepted": 3,
            "scored": 1,
            "issued": 1,
            "objected": 1,
            "confirmed": 3,  # one of them of the firm that has a whole year
            "withdrawn": 9,  # eight of them went over into the next campaign after a rated year
        }
        assert {row.form for row in rows} == {"brief", "full"}
        assert {row.campaign for row in rows} >= {"2026"}
        assert any(row.purpose == "repeat" for row in rows)
        reports = Counter(
            (one.diagnosis, one.kind) for one in case_parts.reports(snapshot, Everything(), [row.id for row in rows])
        )
        assert Counter(reports.values()) == {1: 7, 3: 1}  # one was issued again after an objection, and after an arbitration
        attached = case_parts.evidence(snapshot, Everything(), [row.id for row in rows])
    assert len({one.sha256 for one in attached}) == len(attached) > 5
    for one in attached:
        data = city.services.blobs.get(one.sha256)
        assert data is not None
        assert content_problem(FILE_TYPES[one.filename.rsplit(".")[-1]], data) is None


def test_differences_have_reasons_and_firms_state_more_than_was_found(city: House) -> None:
    with city.models.reading() as snapshot:
        rows = diagnoses.diagnoses(snapshot, Everything(), DiagnosisFilter(), Page(100))
        answers = case_parts.answers(snapshot, Everything(), [row.id for row in rows])
    verified = [answer for answer in answers if answer.verified is not None]
    assert len(verified) > 100
    assert all((answer.difference is not None) == (answer.given != answer.verified) for answer in verified)
    scored = [(float(row.self_total or 0), float(row.verified_total)) for row in rows if row.verified_total]
    assert fmean(own for own, _ in scored) > fmean(found for _, found in scored)


def test_the_plans_targets_and_a_roster_of_each_year_are_there(city: House) -> None:
    with city.models.reading() as snapshot:
        targets = [target for year in (2023, 2024, 2025) for target in coverage.targets(snapshot, year)]
        assert [(target.year, target.at_least, target.clause, target.mark) for target in targets] == [
            (2023, 1800, "plan G1", "V"),
            (2024, 60, "plan G2", "V"),
            (2025, 100, "plan G3", "V"),
        ]
        totals = [sum(row.total for row in coverage.by_district(snapshot, Everything(), y)) for y in range(2023, 2027)]
        assert totals == [60, 61, 62, 63]
        assert enterprises.count(snapshot, Everything(), EnterpriseFilter()) == 69
    blocked = [entry for entry in city.journal.since(0, 1_000) if entry.type == "roster.blocked.v2"]
    assert [entry.role for entry in blocked] == ["district"]


def test_every_edition_is_published_and_diagnoses_are_held_under_what_applies_or_another_for_a_reason(city: House) -> None:
    with city.models.reading() as snapshot:
        assert {row.key for row in editions.editions(snapshot)} == set(published_editions())
        assert edition_mapping.edition_mappings(snapshot) == edition_mappings()
        rows = diagnoses.diagnoses(snapshot, Everything(), DiagnosisFilter(), Page(100))
    otherwise = [row for row in rows if row.reason is not None]
    assert 0 < len(otherwise) < len(rows) / 2
    for row in rows:
        assert row.applicable is not None
        applied = ApplicableEdition.model_validate_json(row.applicable)
        chosen = chosen_otherwise(row.edition, Form(row.form), applied)
        assert chosen == (row in otherwise)
        assert (row.edition, row.form) == (("2023", "brief") if chosen else (applied.edition, applied.form))
    with city.models.reading() as snapshot:
        firms = enterprises.enterprises_by_id(snapshot, Everything(), [row.enterprise for row in otherwise])
    assert DATA.owner_firm.name in {firm.name for firm in firms.values()}


def test_the_standard_is_on_consultation_with_comments_of_several_roles_some_answered_and_one_open(city: House) -> None:
    with city.models.reading() as snapshot:
        [row] = revisions.revisions(snapshot, Everything(), Page(10))
        comments = revisions.comments(snapshot, Nothing(), CommentFilter(row.id), Page(100, BY_NUMBER))
        changes = revisions.changes(snapshot, Everything(), [row.id])
        text = revisions.consulted_editions(snapshot, Nothing(), row.id)
    assert (row.status, row.key) == ("consulting", str(PRESENT.year + 1))
    assert len({one.role for one in comments}) >= 4
    assert {one.disposition for one in comments} == {"adopted", "partly", "rejected", None}
    assert all(one.text.startswith("示例") for one in comments)
    assert all(one.reason.startswith("示例") for one in changes)
    assert text is not None
    assert (text.problems, set(text.editions)) == ((), set(published_editions()))


def test_an_appeal_was_won_a_proceeding_ended_by_itself_and_a_complaint_waits_for_its_provider(city: House) -> None:
    with city.services.models.reading() as snapshot:
        rows = proceedings.proceedings(snapshot, Everything(), ProceedingFilter(), Page(100, proceedings.BY_DUE_DAY))
    told = Counter((row.kind, row.status, row.outcome, row.appeal_by, row.time_over) for row in rows)
    assert told.items() >= {
        (("directory_move", "final", "dismissed", "respondent", False), 1),
        (("red_line", "final", "dismissed", None, True), 1),
        (("complaint", "notified", None, None, False), 1),
    }
    [waiting] = [row for row in rows if row.kind == "complaint"]
    assert waiting.due is not None


def test_what_a_rating_counts_of_each_case_is_what_its_rows_say(city: House) -> None:
    """Over every state that a case comes to (decision 0113)."""
    with city.models.reading() as snapshot:
        kept = job_records.kept(snapshot)
        assert kept == job_records.counted(snapshot)
    assert any(one["items_overturned"] != "[]" for one in kept.values())
    assert any(one["files_reported"] < one["files"] for one in kept.values())


def test_a_month_of_the_rated_year_was_drawn_and_a_drawn_job_waits_for_its_assessor(city: House) -> None:
    with city.models.reading() as snapshot:
        [(month, draw)] = sampling.draws_of(snapshot, YEAR).items()
        given = sampling.reassessments(snapshot, month)
    assert draw.status is DrawStatus.DRAWN
    assert draw.frame is not None
    assert draw.drawn.keys() <= {one.diagnosis for one in draw.frame.jobs}
    assert draw.drawn.keys() >= given.keys() != set()
    assert {one.status for one in given.values()} == {ReassessmentStatus.ASSIGNED}


def test_a_case_was_filed_read_by_an_expert_and_followed_up_after_half_a_year(city: House) -> None:
    with city.services.models.reading() as snapshot:
        rows = diagnoses.diagnoses(snapshot, Everything(), DiagnosisFilter(filed=True, read=True), Page(10))
        ids = [row.id for row in rows]
        readings = case_parts.readings(snapshot, Everything(), ids)
        plans = case_parts.follow_ups(snapshot, Everything(), ids)
        rounds = case_parts.follow_up_rounds(snapshot, Everything(), ids)
    assert len(ids) == len(readings) == len(plans) == 2, "one of them has a whole year, up to the present"
    assert all(one.held_on is not None for one in readings)
    assert all(one.measures is not None for one in plans)
    halves, years = ([one for one in rounds if one.month == month] for month in (6, 12))
    assert [one.late for one in halves] == [False, False]
    assert [one.reported_at for one in years] == [None, None]
    assert all('"after":"62.25"' in (one.changes or "") for one in halves)


def test_diagnosed_firms_stand_at_steps_to_a_certificate(city: House) -> None:
    with city.services.models.reading() as snapshot:
        found = [implementations.funnel(snapshot, Everything(), one, None, city_day(PRESENT)) for one in ImplementationStandard]
    assert {step.step for one in found for step in one.steps} >= {ImplementationStep.DIAGNOSED, ImplementationStep.GAPS_LISTED}


def test_two_years_of_calls_fill_a_directory_in_which_providers_move_up_and_down(city: House) -> None:
    """Issue 12: twenty in the first year, forty in the second; an appeal won and one lost; a red line that suspends."""
    with city.models.reading() as snapshot:
        calls = {row.year: row.stage for row in selection.calls(snapshot, Everything())}
        years = [directory.directory(snapshot, DirectoryFilter(on=day)) for day in ("2024-04-01", "2025-03-01")]
        now = directory.directory(snapshot, DirectoryFilter(everyone=True))
        rows = proceedings.proceedings(snapshot, Everything(), ProceedingFilter(), Page(100, proceedings.BY_DUE_DAY))
    assert calls == {2024: "adopted", 2025: "adopted", PRESENT.year: "marking"}
    assert [len(found) for found in years] == [22, 41]
    moved = Counter(move.type.split(".")[1] for row in now for move in row.moves)
    assert moved.keys() == {
        "listed", "warned", "corrected", "tag_gained", "tag_lost", "suspended", "restored", "removed", "lapsed"
    }  # fmt: skip
    standing = Counter(row.listing.standing.value for row in now)
    assert (standing["suspended"], standing["removed"], standing["lapsed"]) == (1, 1, 3)  # one retired, one stayed away, one failed
    appealed = {(row.about.split("/")[0], row.outcome) for row in rows if row.appeal_by == "respondent"}
    assert appealed >= {("listing", "upheld"), ("listing", "dismissed")}
    [suspended] = [row for row in now if row.listing.standing.value == "suspended"]
    assert suspended.moves[-1].event().causes == ("proceeding/red-line-2025-1/1",)


def test_a_call_stands_at_marking_and_all_that_is_left_to_mark_is_for_who_may_sign_in(city: House) -> None:
    """Issue 12: whoever walks the demo by hand marks blind, is the third, publishes, objects and adopts."""
    people = {one.login: _who(city, one) for one in city.open() if one.role in (Role.MARKER, Role.CITY)}
    with city.models.reading() as snapshot:
        call = selection.call_of(snapshot, PRESENT.year)
        rows = selection.markings(snapshot, Everything(), MarkingFilter(year=PRESENT.year), Page(100))
    assert call is not None
    assert call.state().dates.marking_until > city_day(PRESENT)
    waiting = {row.marker for row in rows if row.stage == "assigned"}
    assert Counter(row.stage for row in rows) == {"sealed": 3, "assigned": 3}
    assert waiting <= {people[name] for name in people if name.startswith("marker")}
    assert len(set(people.values())) == len(people) == 6


def test_the_record_of_a_past_day_is_what_was_on_it_at_its_end(city: House) -> None:
    """plan V1: as who marks is shown it, folded anew of the journal up to then."""
    told = set()
    for until in (city_day(PRESENT) - timedelta(days=days) for days in (2, 15, 17, 400)):
        cases, made, adopted = dict[str, Diagnosis](), dict[str, str](), Counter[str]()
        for entry in city.journal.since(1, 100_000):
            if city_day(utc_moment(entry.at)) > until:
                break
            if entry.stream.startswith("diagnosis/"):
                cases[entry.stream] = DIAGNOSES.evolve(cases.get(entry.stream), decode(DIAGNOSES, entry.type, entry.state))
            said = orjson.loads(entry.state) if entry.type.startswith("revision.comment") else {}
            made |= {said["comment"]: said["organisation"]} if "organisation" in said else {}
            adopted[made.get(said.get("comment", ""), "")] += said.get("disposition") in ("adopted", "partly")
        now = Counter((case.provider, case.status) for case in cases.values())
        commented = Counter(made.values())
        with city.models.reading() as snapshot:
            found = records(snapshot, [one.id for one in DATA.organisations.providers], until)
        for one, record in found.items():
            counted = (now[one, Status.CONFIRMED], now[one, Status.WITHDRAWN], commented[one], adopted[one])
            assert (record.confirmed, record.withdrawn, record.comments, record.comments_adopted) == counted, (one, until)
            told |= {counted} if any(counted) else set()
    assert {(comments, taken) for _, _, comments, taken in told} >= {(0, 0), (1, 1)}


def _who(city: House, login: DemoLogin) -> str:
    opened = city.accounts.sign_in(login.login, login.password)
    assert opened is not None
    known = city.accounts.identify(opened.token)
    assert known is not None
    return known.caller.actor


def _finished_by(city: House, position: int | None) -> int:
    """How many reports were out, with nothing open against them, when the journal was that long."""
    cases: dict[str, Diagnosis] = {}
    for entry in city.journal.since(1, position or 0):
        if entry.stream.startswith("diagnosis/"):
            cases[entry.stream] = DIAGNOSES.evolve(cases.get(entry.stream), decode(DIAGNOSES, entry.type, entry.state))
    return sum(case.status in (Status.ISSUED, Status.CONFIRMED) for case in cases.values())


def test_what_the_draft_would_do_is_told_beside_it(city: House) -> None:
    with city.models.reading() as snapshot:
        [revision] = revisions.revisions(snapshot, Everything(), Page(10))
        draft = revisions.draft_editions(snapshot, Everything(), revision.id)
        run = shadow.shadow(snapshot, Everything(), revision.id)
    assert draft is not None
    assert run is not None
    assert (run.status, run.draft_digest) == ("completed", draft.digest)
    result = run.result_of_run()
    assert result is not None
    assert result.counts.rescored + result.counts.not_rescorable == _finished_by(city, run.position) > 0
    assert run.sensitivities()


def test_a_group_has_its_headquarters_diagnosed_under_its_own_edition_and_its_members_rolled_up(city: House) -> None:
    group = DATA.owner_firm.group
    seat = seats(DATA)[group]
    with city.models.reading() as snapshot:
        shown = groups.group(snapshot, Everything(), group, city_day(city.clock()))
    assert shown is not None
    assert shown.headquarters is not None
    assert shown.headquarters.name == seat.name
    assert shown.headquarters.result is not None
    assert shown.headquarters.result.edition == "2023-group-headquarters"
    assert 0 < shown.rolled.with_result < shown.rolled.members
    assert shown.rolled.total.mean is not None
    assert len(shown.rolled.total.weakest) > 0


def test_each_login_acts_in_its_role_and_sees_the_owners_firm(city: House) -> None:
    logins = city.open()
    assert {login.role for login in logins} == HELD_BY_PEOPLE | {Role.PARTNER}
    sees_it_not = {Role.OPERATOR, Role.SUPPLIER, Role.MARKER, Role.ARBITER}
    with city.models.reading() as snapshot:
        for login in logins:
            assert login.says
            assert login.says_in_english
            opened = city.accounts.sign_in(login.login, login.password) if login.login else None
            known = city.accounts.identify(opened.token if opened else login.password)
            assert known is not None, login
            assert known.caller.role == login.role
            seen = enterprises.enterprises(snapshot, known.caller.scope, EnterpriseFilter(text="示例松原精密机械"), Page(10))
            if login.role in sees_it_not or login.login == "enterprise-2":
                assert seen == []
                continue
            assert [firm.name for firm in seen] == [DATA.owner_firm.name]
            cases = diagnoses.diagnoses(
                snapshot, known.caller.scope, DiagnosisFilter(enterprise=[seen[0].id]), Page(10)
            )
            inside = [("open", True)] if login.role in PARTIES else [(IN_PROGRESS, False)]
            assert [(case.status, bool(case.answered)) for case in cases] == inside


@pytest.mark.parametrize("role", [Role.BANK, Role.READER, Role.SAMPLER])
def test_who_is_let_in_for_a_term_finds_a_result_too(city: House, role: Role) -> None:
    (login,) = [one for one in city.open() if one.role == role]
    opened = city.accounts.sign_in(login.login, login.password)
    assert opened is not None
    known = city.accounts.identify(opened.token)
    assert known is not None
    with city.models.reading() as snapshot:
        cases = diagnoses.diagnoses(snapshot, known.caller.scope, DiagnosisFilter(), Page(10))
    assert {case.status for case in cases} == {"confirmed", "open" if role in PARTIES else IN_PROGRESS}


def test_the_departments_filler_fills_one_section(city: House) -> None:
    city.open()
    opened = city.accounts.sign_in("department_filler", "demo-department_filler-2024")
    assert opened is not None
    known = city.accounts.identify(opened.token)
    assert known is not None
    assert known.caller.sections == {"D1"}


def test_whoever_signs_in_as_a_provider_finds_every_state(city: House) -> None:
    with city.models.reading() as snapshot:
        every = {row.status for row in diagnoses.diagnoses(snapshot, Everything(), DiagnosisFilter(), Page(100))}
        mine = DiagnosisFilter(provider=[DATA.owner_firm.provider])
        assert {row.status for row in diagnoses.diagnoses(snapshot, Everything(), mine, Page(100))} == every


def test_names_of_people_are_sealed_and_open_with_their_keys(city: House) -> None:
    assert all("示例·".encode() not in entry.state for entry in city.journal.since(0, 100_000))
    with city.models.reading() as snapshot:
        rows = snapshot.rows(people.PEOPLE.select().with_only_columns(*list(snapshot[people.PEOPLE].c)[:2]))
    names = {city.services.keys.open(person, "name", sealed) for person, sealed in rows}
    assert all(name is not None and name.startswith("示例·") for name in names)


# Starting again


def test_a_second_start_keeps_the_city_and_ends_the_last_partner_key(city: House) -> None:
    before, first = city.journal.head(), city.open()[-1]
    second = city.open()[-1]
    assert city.journal.head() == before
    assert city.accounts.identify(first.password) is None
    assert city.accounts.identify(second.password) is not None


def test_a_city_whose_building_was_interrupted_is_not_taken_for_a_city(tmp_path: Path) -> None:
    class Interrupted(Exception):  # noqa: N818 - stands for a Ctrl-C
        pass

    def interrupt(done: int, _all: int) -> None:
        if done == 50:
            raise Interrupted

    with house(tmp_path) as built:
        with pytest.raises(Interrupted):
            built.open(progress=interrupt)
        with pytest.raises(demo_city.DemoIncomplete):
            built.open()
        assert not built.accounts.knows(LOGINS[0].login)


@pytest.mark.usefixtures("city")
def test_progress_counts_every_act(told: list[tuple[int, int]]) -> None:
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))
