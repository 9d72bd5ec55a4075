"""Dossiers about providers (plan V4, V5, I1): a move, a rating, a subsidy, each proved by itself and worked out again."""

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.access import Everything, Role
from domain.diagnosis.campaign_limits import SetCampaignLimits
from domain.diagnosis.campaigns import PlanCampaign
from domain.diagnosis.on_site import RecordSiteVisit
from domain.diagnosis.provider import AcceptDiagnosis
from domain.diagnosis.report import ConfirmReport
from domain.diagnosis.state import Purpose
from domain.events import COMMANDS
from domain.governance.dated_rules import rule_in_force
from domain.governance.proceedings.opening import OpenProceeding, WithdrawProceeding
from domain.governance.proceedings.state import ProceedingKind
from domain.governance.rule_bodies.rating import RatingRule
from domain.governance.rule_bodies.stages import StageLimits
from domain.governance.rule_bodies.subsidy import SubsidisedWork
from domain.governance.ties import DeclareTie, EndTie, TieKind
from domain.instants import city_day, microseconds
from domain.kernel import Refused
from domain.providers.listings.listing import (
    LISTINGS,
    ConfirmCorrection,
    GainTag,
    LiftSuspension,
    LoseTag,
    RemoveProvider,
    RestoreProvider,
    SuspendProvider,
    WarnProvider,
)
from domain.providers.ratings.events import RatingFinal
from domain.providers.ratings.numbers import ComponentSample, ProviderInputs, RatingComponent, Tier, compute, digest_of
from domain.providers.ratings.rating import (
    RATINGS,
    FinishRating,
    FixRatingInputs,
    ObjectToRating,
    PublishRating,
    RecordRating,
)
from domain.providers.ratings.state import rating_stream
from domain.providers.subsidies.clawback import ClawBackSubsidy
from domain.providers.subsidies.numbers import JobCount, ProviderJobs, digest_of_jobs
from domain.providers.subsidies.subsidy import (
    SUBSIDIES,
    ApproveSubsidy,
    ComputeSubsidy,
    RecordDistrictSubsidy,
    WithdrawDistrictSubsidy,
)
from interop.proof import verify_dossier as verifier
from interop.proof.dossier import dossier
from journal import Caller, Journal, NewEntry, open_journal
from journal.codec import encode
from journal.transparency.transparency_log import TransparencyLog, open_log
from methods.yearly_rating import METHOD
from projections import open_read_models
from projections.providers.named_in_cases import cases_of_provider
from projections.providers.rating_inputs import rating_inputs
from tests.interop.proving_city import ORIGIN, forged
from tests.selecting_city import SelectingCity, adopt
from tests.small_city import CITY, ENTERPRISE, FILLER, PROVIDER, opening

NOW = datetime.now(UTC)
YEAR = NOW.year - 1
PAST = datetime(YEAR, 3, 4, 2, tzinfo=UTC)
RULE = rule_in_force(None, RatingRule, date(YEAR, 12, 31))
OTHER = Caller("wang", Role.CITY, "city", Everything())
PROGRAM = Caller("system-computing", Role.SYSTEM, "", Everything())


class ExceptedCity(SelectingCity):
    """Whose provider is tied to its firm, and named for its cases all the same."""

    def opened(self, name: str = "d1") -> str:
        self.send(CITY, opening(name).model_copy(update={"exception": "本区仅此一家", "campaign": name}))
        return name


class Held(NamedTuple):
    """A city with a listed provider, a rated year and its subsidy, and the dossiers of them."""

    journal: Journal
    log: TransparencyLog
    made: dict[str, bytes]

    def verify(self, content: bytes) -> verifier.Verdict:
        return verifier.verify(content, str(self.log.keys().signing.verifier))

    def code(self, content: bytes) -> str:
        faults = self.verify(content).faults
        return faults[0].code if faults else ""


def row(provider: str, score: int, jobs: int = 60) -> ProviderInputs:
    numbers = {"jobs": jobs, "mean": Decimal(score), "variance": Decimal(90), "spread": (1, jobs)}
    parts = tuple(ComponentSample(component=one, **numbers) for one in (RatingComponent.WORK, RatingComponent.SAMPLED))
    return ProviderInputs(provider=provider, jobs=jobs, comparable=True, components=parts)


def visit_in_a_campaign_with_time(city: SelectingCity) -> None:
    """A second job, visited and not reported, in a campaign whose reports may take two years: it is not late yet."""
    day = city_day(city.moment)
    days = {"since": day, "until": day + timedelta(days=90)}
    city.send(CITY, PlanCampaign(campaign="d2", name="首批中小企业", purpose=Purpose.INITIAL, **days))
    for report in (0, 250):  # what is set for the same day again takes its place
        limits = rule_in_force(None, StageLimits, day).model_copy(update={"report": report, "internal_review": report})
        city.send(CITY, SetCampaignLimits(campaign="d2", since=day, limits=limits, source="市级通知", mark="I"))
    city.submitted(name="d2")
    city.send(PROVIDER, AcceptDiagnosis(diagnosis="d2"))
    visit = {"visited_on": day, "diagnosticians": 2, "functions": ("生产",), "notes": "无异常"}
    city.send(PROVIDER, RecordSiteVisit(diagnosis="d2", **visit))


def rate(city: SelectingCity, inputs: tuple[ProviderInputs, ...], position: int) -> None:
    """A year rated, published and final; no clock is turned forward to the end of the time to object."""
    city.send(CITY, FixRatingInputs(year=YEAR, position=position, inputs=inputs))
    found = compute(inputs, {}, RULE)._asdict()
    stated = {"year": YEAR, "round": 1, "method": METHOD, "rule": None, "input_digest": digest_of(inputs)}
    city.send(PROGRAM, RecordRating(**stated, **found))
    city.send(CITY, PublishRating(year=YEAR))
    fact, stream = RatingFinal(round=1), rating_stream(YEAR)
    version = len(city.journal.read(stream)) + 1
    entry = NewEntry(stream, version, fact.type, encode(fact), actor="li", role=Role.CITY, organisation="city")
    city.journal.append([entry], microseconds(city.clock()))


def pay(city: SelectingCity) -> None:
    counts = (JobCount(work=SubsidisedWork.FULL, size_class="large", jobs=700),)
    jobs = tuple(ProviderJobs(provider=one, counts=counts) for one in ("p1", *(f"x{at}" for at in range(9))))
    city.send(CITY, ComputeSubsidy(year=YEAR, position=1, jobs=jobs, left_out=()))
    city.send(OTHER, ApproveSubsidy(year=YEAR, input_digest=digest_of_jobs(jobs)))


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    folder = tmp_path_factory.mktemp("providers")
    url = f"sqlite:///{folder / 'journal.db'}"
    journal = open_journal(url, demo=True)
    log = open_log(journal, url, folder / "log.key", ORIGIN)
    city = ExceptedCity(journal, PAST)
    tie = {"provider": "p1", "kind": TieKind.VENDOR, "party": ENTERPRISE, "source": "合同"}
    city.send(CITY, DeclareTie(**tie, since=city_day(PAST)))
    city.issued()
    city.send(FILLER, ConfirmReport(diagnosis="d1"))
    city.at(PAST + timedelta(days=10))
    visit_in_a_campaign_with_time(city)
    city.at(PAST + timedelta(days=280))
    city.send(CITY, EndTie(**tie, last=city_day(city.moment)))
    city.at(NOW - timedelta(days=60))
    adopt(city)
    causes, day = ("diagnosis/d1/1",), city_day(city.moment)
    city.send(CITY, WarnProvider(provider="p1", causes=causes, reason="记录不全", due=day + timedelta(days=60)))
    city.send(CITY, ConfirmCorrection(provider="p1", causes=("listing/p1/2",), reason="已补齐"))
    with closing(open_read_models(f"sqlite:///{folder / 'models.db'}", journal)) as models:
        models.catch_up()
        with models.reading() as snapshot:
            own = rating_inputs(snapshot, Everything(), YEAR, RULE, day).rows
            jobs = cases_of_provider(snapshot, "p1")
            position = snapshot.position
    rate(city, (*own, *(row(f"x{at}", 55 + 4 * at) for at in range(11))), position)
    pay(city)
    of = {"move": "listing/p1", "rating": f"rating/{YEAR}.p1", "subsidy": f"subsidy/{YEAR}"}
    made = {kind: dossier(journal, log, subject, kind, jobs=jobs) for kind, subject in of.items()}
    yield Held(journal, log, made)
    log.close()
    journal.close()


STEPS_OF = {
    GainTag: "tag_gained", LoseTag: "tag_lost", WarnProvider: "warned", ConfirmCorrection: "corrected",
    SuspendProvider: "suspended", RemoveProvider: "removed", RestoreProvider: "restored", LiftSuspension: "restored",
    FixRatingInputs: "inputs_fixed", RecordRating: "computed", PublishRating: "published", ObjectToRating: "objected",
    FinishRating: "final", RecordDistrictSubsidy: "district_recorded", WithdrawDistrictSubsidy: "district_withdrawn",
    ComputeSubsidy: "computed", ApproveSubsidy: "approved", ClawBackSubsidy: "clawed_back",
}
"""Command -> the step that it leads to."""
BY_ADOPTION = {"listed", "lapsed"}
"""Moves that the city's adoption of a directory makes."""


@pytest.mark.parametrize(
    ("capability", "known"),
    [(LISTINGS, verifier.MOVERS), (RATINGS, verifier.RATING_STEPS), (SUBSIDIES, verifier.SUBSIDY_STEPS)],
    ids=["move", "rating", "subsidy"],
)
def test_the_verifier_knows_every_step_and_who_may_take_it_as_the_rights_do(capability: Any, known: dict[str, str]) -> None:
    roles: dict[str, set[str]] = {one: {"city"} for one in BY_ADOPTION} if capability is LISTINGS else {}
    for command in capability.commands:
        roles.setdefault(STEPS_OF[command], set()).update(role.value for role in COMMANDS[command.__name__])
    assert {step: set(who.split()) for step, who in known.items()} == roles
    steps = {event.model_fields["type"].default.split(".")[1] for event in capability.events}
    assert set(known) == steps


def test_a_move_a_rating_and_a_subsidy_are_each_one_file_that_holds_by_itself(held: Held) -> None:
    found = {kind: held.verify(content) for kind, content in held.made.items()}
    assert {kind: one.faults for kind, one in found.items()} == dict.fromkeys(held.made, ())
    assert [one["type"].split(".")[1] for one in found["move"].result["moves"]] == ["listed", "warned", "corrected"]
    assert (found["move"].result["status"], found["move"].final) == ("listed", False)
    assert (found["rating"].result["jobs"], found["rating"].result["of"], found["rating"].final) == (2, 12, True)
    assert found["subsidy"].result["status"] == "approved"
    assert sum(one["paid"] for one in found["subsidy"].result["providers"]) == found["subsidy"].result["paid"]
    assert all(one.complete for one in found.values())
    assert found["rating"].stated["on_file"]["rule"]["kind"] == "rating"


def test_a_suspension_that_the_program_lifted_is_proved_and_none_that_it_may_not_lift(tmp_path: Path) -> None:
    """plan V4: what was done pending a hearing ends with its proceeding, by nobody's hand."""
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    with closing(open_journal(url, demo=True)) as journal, closing(open_log(journal, url, tmp_path / "log.key", ORIGIN)) as log:
        city = SelectingCity(journal, NOW - timedelta(days=60))
        adopt(city)
        about = {"kind": ProceedingKind.RED_LINE, "provider": "p1", "about": "listing/p1", "cause": "listing/p1/1"}
        city.send(CITY, OpenProceeding(proceeding="r1", asked="移出名录", grounds="涉嫌出具虚假报告", **about))
        city.send(CITY, SuspendProvider(provider="p1", causes=("proceeding/r1/1",), reason="先行暂停"))
        pending = len(journal.read("listing/p1"))
        city.send(CITY, WithdrawProceeding(proceeding="r1", reason="查无此事"))
        city.send(PROGRAM, LiftSuspension(provider="p1"))
        content = dossier(journal, log, "listing/p1", "move")
        found = verifier.verify(content, str(log.keys().signing.verifier))
        assert (found.faults, found.result["status"]) == ((), "listed")
        entries = [verifier.parse_entry(base64.b64decode(one["content"]), "") for one in json.loads(content)["entries"]]
        lifted = next(one for one in entries if one.stream == "listing/p1" and one.version == pending + 1)
        before = [one for one in entries if one.type != "proceeding.withdrawn.v1"]
        histories = [[one for one in before if one.stream == "proceeding/r1"]]
        for proceedings in (histories, []):
            with pytest.raises(verifier.Fault) as fault:
                verifier._lifted(lifted, "suspended", "listing/p1", proceedings)  # noqa: SLF001 - of what no journal holds
            assert fault.value.code == "PROCEEDING_MISSING"


def test_whether_a_report_was_late_is_judged_by_the_limits_of_its_campaign(held: Held) -> None:
    entries = [verifier.parse_entry(base64.b64decode(one["content"]), "") for one in json.loads(held.made["rating"])["entries"]]
    assert [one.data["limits"]["report"] for one in entries if one.stream == "campaignlimits/d2"] == [0, 250]
    (fixed,) = (one for one in entries if one.type.startswith("rating.inputs_fixed."))
    [mine] = [one for one in fixed.data["inputs"] if one["provider"] == "p1"]
    work = next(one for one in mine["components"] if one["component"] == "work")
    parts = RULE.work_parts
    on_time = Decimal(50 * parts.delivery + 100 * parts.punctuality) / (parts.delivery + parts.punctuality)
    assert Decimal(work["mean"]) == round(on_time, 4), "one of two is delivered, and none is late"


def test_a_move_holds_the_listing_the_rules_and_the_proceedings_and_no_marker(held: Held) -> None:
    read = [verifier.parse_entry(base64.b64decode(one["content"]), "") for one in json.loads(held.made["move"])["entries"]]
    assert {one.stream.partition("/")[0] for one in read} <= {"listing", "rule", "proceeding"}
    assert b"marker1" not in b"".join(base64.b64decode(one["content"]) for one in json.loads(held.made["move"])["entries"])


@settings(deadline=None, max_examples=60)
@given(kind=st.sampled_from(["move", "rating", "subsidy"]), place=st.floats(0, 1, exclude_max=True), other=st.integers(1, 255))
def test_one_flipped_byte_is_told(held: Held, kind: str, place: float, other: int) -> None:
    content = bytearray(held.made[kind])
    content[int(place * len(content))] ^= other
    try:
        carried = verifier.carried(bytes(content)) == held.made[kind]
    except UnicodeError:
        carried = False
    assert carried or held.verify(bytes(content)).faults


@pytest.mark.parametrize("kind", ["move", "rating", "subsidy"])
def test_a_result_that_the_entries_do_not_give_is_told_and_one_that_lacks_an_entry(held: Held, kind: str) -> None:
    content, made = held.made[kind], json.loads(held.made[kind])
    for name, value in made["result"].items():
        assert held.code(forged(content, result=made["result"] | {name: f"{value}0"})) == "RESULT_DIFFERS", name
    for number in range(len(made["entries"])):
        fewer = [one for at, one in enumerate(made["entries"]) if at != number]
        assert held.code(forged(content, entries=fewer)), number
    assert held.code(forged(content, format="zhenduan.dossier.v2"))
    assert held.code(forged(content, kind="grade"))


def test_a_rule_on_file_that_gives_another_rating_or_subsidy_is_told(held: Held) -> None:
    rated = json.loads(held.made["rating"])["on_file"]
    easy = rated | {"rule": rated["rule"] | {"floors": {"a": 60, "b": 50, "c": 40}}}
    assert held.code(forged(held.made["rating"], on_file=easy)) == "RESULT_DIFFERS"
    lenient = rated | {"rule": rated["rule"] | {"record_parts": rated["rule"]["record_parts"] | {"visit": 0}}}
    slow = rated | {"stages": rated["stages"] | {"report": 0, "internal_review": 0}}
    assert held.code(forged(held.made["rating"], on_file=slow)) == held.code(forged(held.made["rating"], on_file=lenient)) == ""
    paid = json.loads(held.made["subsidy"])["on_file"]
    rich = paid | {"rule": paid["rule"] | {"cap": paid["rule"]["cap"] + 1}}
    assert held.code(forged(held.made["subsidy"], on_file=rich)) == "RESULT_DIFFERS"


def test_nothing_is_proved_of_a_year_without_a_rating_and_of_a_provider_that_is_nowhere(held: Held) -> None:
    for kind, subject, code in (
        ("move", "listing/p9", "NOT_FOUND"),
        ("rating", "rating/2023.p1", "NOT_FOUND"),
        ("rating", f"rating/{YEAR}.p9", "NOTHING_DECIDED"),
        ("subsidy", "subsidy/2023", "NOT_FOUND"),
    ):
        with pytest.raises(Refused) as refused:
            dossier(held.journal, held.log, subject, kind)
        assert refused.value.rule.code == code, subject


def stated(inputs: tuple[ProviderInputs, ...], last: dict[str, Tier]) -> verifier.Entry:
    """A rating as the rules record it, as the verifier reads an entry."""
    found = compute(inputs, last, RULE)
    data = {
        "components": [one.model_dump(mode="json") for one in found.components],
        "rests_on": str(found.rests_on),
        "providers": [one.model_dump(mode="json") for one in found.providers],
    }
    texts = dict.fromkeys(("actor", "role", "organisation", "reason", "correlation", "causation", "idempotency_key"), "")
    return verifier.Entry(1, 0, 1, "rating/2024", "rating.computed.v2", json.dumps(data).encode(), **texts)


SCORES = st.lists(st.tuples(st.integers(20, 100), st.integers(1, 400), st.integers(0, 400)), min_size=1, max_size=14)
SINGLE = st.lists(st.tuples(st.integers(20, 100), st.just(1), st.just(0)), min_size=1, max_size=4)


@settings(deadline=None, max_examples=25)
@given(rows=SCORES | SINGLE, lasts=st.lists(st.sampled_from([None, *Tier]), min_size=14, max_size=14))
def test_the_verifier_and_the_rules_work_out_the_same_rating_of_any_table(rows: Any, lasts: Any) -> None:
    inputs, last = [], {}
    for at, (score, jobs, variance) in enumerate(rows):
        numbers = {"jobs": jobs, "mean": Decimal(score), "variance": Decimal(variance), "spread": (1, jobs)}
        parts = (ComponentSample(component=RatingComponent.REPORT, **numbers),)
        inputs.append(ProviderInputs(provider=f"x{at:02}", jobs=jobs, comparable=at % 5 > 0, components=parts))
        if lasts[at] is not None:
            last[f"x{at:02}"] = lasts[at]
    plain = [json.loads(one.model_dump_json()) for one in inputs]
    rule = RULE.whole().model_dump(mode="json")
    entry = stated(tuple(inputs), last)
    verifier.check_rated(entry, plain, {name: tier.value for name, tier in last.items()}, rule)


def test_a_grade_that_was_excepted_for_a_tie_has_a_dossier_too(held: Held) -> None:
    content = dossier(held.journal, held.log, "diagnosis/d1")
    verdict = held.verify(content)
    assert verdict.faults == ()
    assert verdict.result["status"] == "confirmed"
    entries = [verifier.parse_entry(base64.b64decode(one["content"]), "") for one in json.loads(content)["entries"]]
    assert "diagnosis.tie_exception_recorded.v1" in {entry.type for entry in entries}


@pytest.mark.parametrize(("kind", "said"), [("move", "is never final"), ("subsidy", "may still be taken back")])
def test_what_may_follow_is_said_in_the_words_of_its_kind(
    held: Held, kind: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No diagnosis is spoken of where none is meant."""
    file = tmp_path / "dossier.json"
    file.write_bytes(held.made[kind])
    assert verifier.main([str(file), "--log-key", str(held.log.keys().signing.verifier)]) == 0
    told = capsys.readouterr().out
    assert said in told
    assert "诊断尚未终结" not in told
