"""The demo's authored data 示例数据: large enough, drawn by seed, named only by what exists."""

from collections import Counter
from datetime import UTC, date, datetime
from io import BytesIO
from operator import itemgetter
from random import Random
from statistics import fmean

import pytest
from PIL import Image
from pypdf import PdfReader

from domain.access import Everything, Role
from domain.diagnosis.campaign_limits import SetCampaignLimits
from domain.diagnosis.campaigns import InviteFirms
from domain.diagnosis.follow_up import CloseFollowUp, ReportFollowUp
from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.report import IssueReport
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.state import Purpose
from domain.diagnosis.withdrawal import WithdrawDiagnosis
from domain.governance.dated_rules import ProposeRule, SetRule
from domain.instants import city_day
from domain.kernel import Command
from domain.participants.firm_ids import enterprise_id
from domain.participants.rosters.comparison import ImportRoster
from domain.providers.applications.commands import (
    ReturnApplication,
    SaveApplication,
    SubmitApplication,
)
from domain.providers.calls.commands import OpenCall
from domain.providers.ratings.rating import FixRatingInputs
from interop.code_lists import districts, industries
from interop.rosters.roster import roster_command
from interop.rosters.roster_reading import read_roster
from interop.rosters.uscc import flaw_of
from journal import Caller
from standards import Form, load
from tests.e2e.demo_data import DATA, PRESENT, SMALL
from tests.firm_ids import SALT
from zhenduan.demo.answers import Saying, draw_answers
from zhenduan.demo.call_to_come import call_to_come
from zhenduan.demo.city_story import story
from zhenduan.demo.data import Ending
from zhenduan.demo.files import evidence_pdf, evidence_png
from zhenduan.demo.firms import Unused, by_district, draw_firms, next_year, roster_file
from zhenduan.demo.people import SHOWN_DISTRICT
from zhenduan.demo.ratings import FIRST_YEAR, YEAR, few_jobs
from zhenduan.demo.rosters import DEMO_SALT
from zhenduan.demo.selected_people import SelectedProvider, SelectionOffice


def drawn(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - draws of a demo, meant to be repeatable


def test_another_seed_gives_another_city() -> None:
    told = [
        [(timed.at, timed.act.who, timed.diagnosis) for timed in story(SMALL, drawn(seed), PRESENT).acts]
        for seed in (1, 1, 2)
    ]
    assert told[0] == told[1]
    assert told[0] != told[2]


def test_a_present_within_the_first_two_years_is_refused() -> None:
    with pytest.raises(ValueError, match="present"):
        story(SMALL, drawn(1), datetime(2024, 6, 1, tzinfo=UTC))


# The city as authored


@pytest.mark.parametrize(("year", "fixed"), [(FIRST_YEAR, date(2024, 1, 4)), (YEAR, date(2025, 1, 6))])
def test_each_rated_year_holds_jobs_of_twelve_providers_and_its_rule_asks_for_fewer(year: int, fixed: date) -> None:
    """Else nobody is ranked, no tier moves, and the report on fairness is empty."""
    acts = [timed for timed in story(DATA, drawn(DATA.seed), PRESENT).acts if isinstance(timed.act.what, Command)]
    [inputs] = [timed.at for timed in acts if isinstance(what := timed.act.what, FixRatingInputs) and what.year == year]
    assert city_day(inputs) == fixed
    gone = {what.diagnosis for timed in acts if isinstance(what := timed.act.what, WithdrawDiagnosis) and timed.at < inputs}
    opened = [what for timed in acts if isinstance(what := timed.act.what, OpenDiagnosis) and timed.at.year == year]
    jobs = Counter(what.provider for what in opened if what.diagnosis not in gone and what.provider is not None)
    assert len(jobs) >= 12 > few_jobs().providers_at_least
    assert sum(count > 1 for count in jobs.values()) >= 12, "jobs of one provider tell how jobs differ"
    said = [(timed.at, what) for timed in acts if isinstance(what := timed.act.what, ProposeRule | SetRule)]
    rules = [(at, type(what)) for at, what in said if what.body == few_jobs()]
    assert [kind for _, kind in sorted(rules, key=itemgetter(0))] == [ProposeRule, SetRule], "simulated before it is set"
    assert max(at for at, _ in rules) < inputs


@pytest.mark.parametrize("present", [PRESENT, datetime(2026, 1, 12, 4, tzinfo=UTC)])
def test_a_firm_is_scored_once_the_reports_of_five_firms_like_it_are_out_in_the_same_year(present: datetime) -> None:
    """Else the demo shows no standing among peers (plan P4, R1)."""
    acts = [timed for timed in story(DATA, drawn(DATA.seed), present).acts if isinstance(timed.act.what, Command)]
    issued = {what.diagnosis: timed.at for timed in acts if isinstance(what := timed.act.what, IssueReport)}
    opened = {what.diagnosis: what for timed in acts if isinstance(what := timed.act.what, OpenDiagnosis)}
    scored = {what.diagnosis: timed.at for timed in acts if isinstance(what := timed.act.what, ScoreDiagnosis)}
    rosters = [what.rows for timed in acts if isinstance(what := timed.act.what, ImportRoster)]
    firms = {enterprise_id(DEMO_SALT, firm.uscc): firm for rows in rosters for _, firm in rows}

    def alike(case: str) -> tuple[object, ...]:
        firm, of = firms[opened[case].enterprise], opened[case]
        return of.edition, of.form, firm.industry[:3], firm.size_class, city_day(issued[case]).year

    before = {case: [one for one in issued if alike(one) == alike(case) and issued[one] < scored[case]] for case in issued}
    shown = [case for case, others in before.items() if len({opened[one].enterprise for one in others}) >= 5]
    assert not any(firms[opened[one].enterprise].group for case in shown for one in before[case])
    assert {firms[opened[case].enterprise].district for case in shown} == {SHOWN_DISTRICT}


WHOLE_YEAR = (
    "InviteFirms", "OpenDiagnosis", "SaveAnswers", "FilledOffline", "SubmitSelfAssessment", "AcceptDiagnosis", "AgreeToVisit",
    "CloseSiteVisit", "ScoreDiagnosis", "HandInReport", "ReviewReport", "IssueReport", "ObjectToReport", "AnswerObjections",
    "RequestArbitration", "SettleArbitration", "ConfirmReport", "HowItWent", "FileReport", "AppointReader", "GiveReassessment",
    "ReportFollowUp", "CloseFollowUp",
)  # fmt: skip
"""What is done of one firm in its year, in order; the second report of the follow-up comes before its end."""


def test_one_firm_has_a_whole_year_from_the_invitation_to_the_repeat() -> None:
    """plan P1-P6, R2, V5: under limits of its campaign, by departments and by workbook, disputed, drawn, followed up twice."""
    acts = story(SMALL, drawn(1), datetime(2026, 11, 30, 4, tzinfo=UTC)).acts
    [ended] = [one.act.what for one in acts if isinstance(one.act.what, CloseFollowUp)]
    mine = [one for one in acts if ended.diagnosis in (one.diagnosis, getattr(one.act.what, "diagnosis", ""))]
    first = {type(one.act.what).__name__: one.at for one in reversed(mine)}
    first["InviteFirms"] = min(one.at for one in mine if isinstance(one.act.what, InviteFirms))
    assert [name for name in sorted(first, key=lambda name: first[name]) if name in WHOLE_YEAR] == list(WHOLE_YEAR)
    assert [one.act.what.month for one in mine if isinstance(one.act.what, ReportFollowUp)] == [6, 12]
    assert sum(one.act.who.role == Role.DEPARTMENT_FILLER for one in mine) == 2
    cases = [(one.at, one.act.what) for one in acts if isinstance(one.act.what, OpenDiagnosis)]
    [opening] = [(at, what) for at, what in cases if what.diagnosis == ended.diagnosis]
    again = [what for at, what in cases if what.enterprise == opening[1].enterprise and at > opening[0]]
    assert [(one.purpose, one.campaign) for one in again] == [(Purpose.REPEAT, "2026-repeat")]
    [limits] = [one for one in acts if isinstance(one.act.what, SetCampaignLimits)]
    assert limits.act.what.campaign == opening[1].campaign
    assert limits.at < first["InviteFirms"]


def test_the_authored_city_is_large_enough_and_names_only_what_exists() -> None:
    assert sum(cases.count for cases in DATA.cases.values()) == 80
    assert set(DATA.cases) == set(Ending)
    assert DATA.firms >= 400
    assert set(DATA.districts) == {district.code for district in districts().districts}
    assert set(DATA.industries) == set(industries())
    providers = DATA.organisations.providers
    staying = [provider for provider in providers if provider.last is None]
    assert len(staying) == 6
    assert len(providers) == 7  # and one that is retired
    assert {division for one in staying for division in one.industries} == set(industries())
    towns = DATA.organisations.subdistricts
    assert all(len(town.id) == 9 and town.id[:6] in DATA.districts for town in towns)
    assert DATA.source.mark == "I"


def test_firms_are_spread_over_the_districts_in_proportion() -> None:
    counted = by_district(DATA, 9285 + 32)
    assert counted == {code: count + 2 for code, count in DATA.districts.items()}
    assert sum(by_district(DATA, 421).values()) == 421
    assert min(by_district(DATA, 421).values()) == 2


def test_every_years_roster_is_read_without_a_refusal_and_sizes_follow_the_rule() -> None:
    chance = drawn(3)
    unused = Unused(DATA, chance)
    firms = draw_firms(DATA, chance, unused)
    for year in (2023, 2024, 2025):
        snapshot = read_roster(roster_file(firms, "名单（示例）"), "名单.csv")
        assert (snapshot.read_rows, snapshot.refused_rows) == (len(firms), 0)
        command = roster_command(snapshot, year, SALT)
        assert {firm.district for _, firm in command.rows} == set(DATA.districts)
        sizes = Counter(firm.size_class for _, firm in command.rows)
        assert 0 < sizes["large"] < sizes["medium"] < sizes["small"]
        assert len({firm.name for firm in firms}) == len({firm.uscc for firm in firms}) == len(firms)
        assert all(firm.name.startswith("示例") and flaw_of(firm.uscc) is None for firm in firms)
        firms = next_year(DATA, chance, unused, firms)


@pytest.mark.parametrize("form", list(Form))
def test_drawn_answers_are_well_formed_and_land_near_their_total(form: Form) -> None:
    edition, chance = load("2023"), drawn(5)
    far, gaps = [], []
    for total in range(6, 97, 3):
        made = draw_answers(edition, form, chance, total, 6, Saying(120, 21_800), (("理由",), "不适用"))
        for answers in (made.own, made.verified):
            assert edition.missing(form, answers) == ()
            assert [p for i, a in answers.items() if (p := edition.check(form, i, a))] == []
        assert set(made.reasons) == {i for i in made.own if made.own[i] != made.verified[i]}
        verified = edition.measure(form, made.verified).total
        far.append(abs(float(verified) - total))
        gaps.append(float(edition.measure(form, made.own).total - verified))
    assert fmean(far) < 5
    assert 3 < fmean(gaps) < 8


def test_evidence_is_what_its_name_says_and_differs_by_number() -> None:
    assert evidence_pdf(1) != evidence_pdf(2)
    assert evidence_png(1) != evidence_png(2)
    assert "no. 7" in PdfReader(BytesIO(evidence_pdf(7))).pages[0].extract_text()
    with Image.open(BytesIO(evidence_png(7))) as picture:
        assert picture.size == (64, 64)
        picture.load()


def test_whoever_asks_for_it_has_an_application_to_complete() -> None:
    """Issue 12: in the next year's call, which the plain city leaves to whoever opens it by the page."""
    clerk, manager = (Caller("li", role, "p1", Everything()) for role in (Role.CITY, Role.PROVIDER))
    who = SelectionOffice(clerk, clerk, clerk, clerk, (), Random(1))  # noqa: S311 - a demo is drawn
    one, present = SelectedProvider("p1", ("C34",), manager, (manager,)), city_day(PRESENT)
    played = list(call_to_come(who, one, present))
    did = [what for _, _, what in played]
    assert [type(what) for what in did[:2]] == [OpenCall, SaveApplication]
    assert [type(what) for what in did[-2:]] == [SubmitApplication, ReturnApplication]
    called, back = did[0], did[-1]
    assert isinstance(called, OpenCall)
    assert isinstance(back, ReturnApplication)
    assert max(day for day, _, _ in played) < present < called.applications_until < back.mend_until < called.mending_until
    assert list(call_to_come(who, one, date(2027, 1, 8))) == [], "the call of 2028 was not to be opened in 2026"
