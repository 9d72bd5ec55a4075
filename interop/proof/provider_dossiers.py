"""What a move of the directory, a rating and a subsidy rest on 服务商事项卷宗依据, and what they say. plan V4, V5, I1.

A move goes to the provider too, so it holds nothing but its own listing, the rules and the proceedings that it is a side of: facts
that name others, or who marked, are cited and not held. A rating and a subsidy hold the whole table, for whoever may read it whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from domain.diagnosis.campaign_limits import campaign_limits_stream
from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.state import Diagnosis, Status
from domain.governance.dated_rules import DATED_RULES, RuleSet, dated_rule_on, rule_stream
from domain.governance.proceedings.opening import ProceedingOpened
from domain.governance.proceedings.proceeding import PROCEEDINGS
from domain.governance.rule_bodies.body import RuleBody, RuleKind
from domain.governance.standing import Listing
from domain.governance.working_calendar import CALENDAR_STREAM, calendar_on_file
from domain.instants import city_day, utc_moment
from domain.kernel import NOT_FOUND, Cause, cited, key_of, kind_of, stream_of
from domain.providers.listings.listing import LISTINGS
from domain.providers.ratings.events import RatingComputed, RatingInputsFixed
from domain.providers.ratings.rating import RATINGS
from domain.providers.ratings.state import YearOfRating, rating_stream
from domain.providers.subsidies.state import YearOfSubsidy
from domain.providers.subsidies.subsidy import SUBSIDIES
from interop.proof.decision_kinds import NOTHING_DECIDED, Data, DecisionKind, History, up_to_the_last_of
from journal import Entry, Journal, decode
from journal.codec import folded

HELD_OF_A_MOVE = frozenset({"rule", "proceeding"})
"""Kinds of facts that a dossier of a move holds 所附依据; whatever else its moves cite is named alone."""


def _decoded(capability: Any, entries: Sequence[Entry]) -> Iterator[Any]:  # noqa: ANN401 - events of any capability
    return (decode(capability, one.type, one.state) for one in entries)


# A provider's moves of the directory


def _cited_by(event: Any) -> tuple[Cause, ...]:  # noqa: ANN401 - as above
    return (*event.causes, *((event.rule,) if event.rule is not None else ()))


def move_causes(journal: Journal, subject: str, _jobs: Sequence[str]) -> History:
    """A provider's moves, the rules that they name and the proceedings that it is a side of 名录变动依据.

    Raises:
        Refused: NOT_FOUND (plan P5).
    """
    if kind_of(subject) != LISTINGS.name or not (own := journal.read(subject)):
        raise NOT_FOUND.refuse()
    streams = [cited(cause)[0] for event in _decoded(LISTINGS, own) for cause in _cited_by(event)]
    found = up_to_the_last_of(journal, subject, [one for one in streams if kind_of(one) in HELD_OF_A_MOVE])
    return {name: history for name, history in found.items() if _is_of_provider(name, history, key_of(subject))}


def _is_of_provider(stream: str, history: Sequence[Entry], provider: str) -> bool:
    """Whether a proceeding has the provider for a side; what is no proceeding is nobody's."""
    if kind_of(stream) != PROCEEDINGS.name:
        return True
    opened = next(_decoded(PROCEEDINGS, history))
    return isinstance(opened, ProceedingOpened) and opened.provider == provider


def move_result(causes: History, subject: str) -> Data:
    """How the provider stands, and every move with what it rests on 名录变动结果."""
    own = causes[subject]
    listing = folded(LISTINGS, own)
    assert isinstance(listing, Listing)  # noqa: S101 - its causes hold a history
    moves = [
        {
            "version": entry.version,
            "type": entry.type,
            "on": event.on.isoformat(),
            "rule": event.rule,
            "causes": list(event.causes),
            "held": sorted({cause for cause in _cited_by(event) if cited(cause)[0] in causes}),
        }
        for entry, event in zip(own, _decoded(LISTINGS, own), strict=True)
    ]
    return {
        "provider": key_of(subject),
        "status": listing.standing.value,
        "year": listing.year,
        "tags": {division: held.since.isoformat() for division, held in listing.tags.items()},
        "moved": listing.moved.isoformat(),
        "due": listing.due.isoformat() if listing.due is not None else None,
        "moves": moves,
        "version": listing.version,
    }


# A provider's rating of a year


def rating_causes(journal: Journal, subject: str, jobs: Sequence[str]) -> History:
    """The year's rating, the tiers before it, the rules and calendar, the provider's own jobs and their campaigns' limits 评价依据.

    subject: the rating's stream and the provider, as "rating/2024.p7".

    Raises:
        Refused: NOT_FOUND, NOTHING_DECIDED (plan P5).
    """
    year, _, provider = key_of(subject).partition(".")
    stream = stream_of("rating", year)
    history = journal.read(stream)
    if kind_of(subject) != RATINGS.name or not history:
        raise NOT_FOUND.refuse()
    shown = _shown(folded(RATINGS, history))
    if shown is None or provider not in {one.provider for one in shown.providers}:
        raise NOTHING_DECIDED.refuse()
    rules = [rule_stream(kind) for kind in (RuleKind.RATING, RuleKind.STAGES)]
    position = _fixed(history, shown).position
    known = ((one, _as_job(case, int(year), provider, position)) for one, case in journal.read_many(list(jobs)).items())
    mine = {one: job for one, job in known if job is not None}
    limits = (campaign_limits_stream(job.campaign) for job in mine.values())
    return up_to_the_last_of(journal, stream, [rating_stream(int(year) - 1), *rules, CALENDAR_STREAM, *mine, *limits])


def _as_job(case: Sequence[Entry], year: int, provider: str, position: int) -> Diagnosis | None:
    """A case as it stood at a position, if it was a job of the provider's year 年度任务."""
    diagnosis: Diagnosis | None = folded(DIAGNOSES, [one for one in case if one.position <= position])
    if diagnosis is None or city_day(utc_moment(case[0].at)).year != year:
        return None
    return diagnosis if diagnosis.provider == provider and diagnosis.status is not Status.WITHDRAWN else None


def _fixed(history: Sequence[Entry], shown: RatingComputed) -> RatingInputsFixed:
    """The inputs that a round was computed from."""
    return next(one for one in _decoded(RATINGS, history) if isinstance(one, RatingInputsFixed) and one.round == shown.round)


def _shown(rating: YearOfRating | None) -> RatingComputed | None:
    """What holds of a rating: what was published, else what was computed last."""
    return None if rating is None else rating.published or rating.computed


def rating_result(causes: History, subject: str) -> Data:
    """What a provider's rating says 评价结果, and by what."""
    year, _, provider = key_of(subject).partition(".")
    history = causes[stream_of("rating", year)]
    rating: YearOfRating | None = folded(RATINGS, history)
    shown = _shown(rating)
    assert rating is not None and shown is not None  # noqa: S101, PT018 - its causes hold them
    fixed = _fixed(history, shown)
    mine = next(one for one in shown.providers if one.provider == provider)
    row = next(one for one in fixed.inputs if one.provider == provider)
    return {
        "year": int(year),
        "status": rating.status.value,
        "version": rating.version,
        "round": shown.round,
        "method": shown.method,
        "rule": shown.rule,
        "input_digest": shown.input_digest,
        "position": fixed.position,
        "rests_on": str(shown.rests_on),
        "of": len(shown.providers),
        "jobs": row.jobs,
        **mine.model_dump(mode="json"),
    }


def rating_on_file(causes: History, subject: str) -> Data:
    """The rule that rated the year, the stages' default and the calendar, as far as they came with the program 内置规则."""
    year = key_of(subject).partition(".")[0]
    shown = _shown(folded(RATINGS, causes[stream_of("rating", year)]))
    assert shown is not None  # noqa: S101 - its causes hold it
    stages = dated_rule_on(None, RuleKind.STAGES, date(int(year), 1, 1)).body
    return {
        "rule": _body(causes, RuleKind.RATING, shown.rule, int(year)),
        "stages": stages.whole().model_dump(mode="json"),
        "calendar": [one.model_dump(mode="json", exclude={"source"}) for _, one in sorted(calendar_on_file().years.items())],
    }


def _body(causes: History, kind: RuleKind, cause: str | None, year: int) -> Mapping[str, Any]:
    """The whole body of the rule that is named, what a later version came to state included; None names the default."""
    body: RuleBody
    if cause is None:
        body = dated_rule_on(None, kind, date(year, 12, 31)).body
    else:
        stream, version = cited(cause)
        event = decode(DATED_RULES, causes[stream][version - 1].type, causes[stream][version - 1].state)
        assert isinstance(event, RuleSet)  # noqa: S101 - nothing else holds
        body = event.body
    dumped: Mapping[str, Any] = body.whole().model_dump(mode="json")
    return dumped


# The subsidy of a year


def subsidy_causes(journal: Journal, subject: str, _jobs: Sequence[str]) -> History:
    """The year's subsidy, the rating whose tiers it pays by, and the rule 补贴依据.

    Raises:
        Refused: NOT_FOUND, NOTHING_DECIDED (plan P5).
    """
    if kind_of(subject) != SUBSIDIES.name or not (own := journal.read(subject)):
        raise NOT_FOUND.refuse()
    subsidy = folded(SUBSIDIES, own)
    if not isinstance(subsidy, YearOfSubsidy) or subsidy.computed is None:
        raise NOTHING_DECIDED.refuse()
    return up_to_the_last_of(journal, subject, [cited(subsidy.computed.rating)[0], rule_stream(RuleKind.SUBSIDY)])


def subsidy_result(causes: History, subject: str) -> Data:
    """What a year's subsidy pays whom, and what was taken back 补贴结果, in fen."""
    subsidy: YearOfSubsidy | None = folded(SUBSIDIES, causes[subject])
    assert subsidy is not None and subsidy.computed is not None  # noqa: S101, PT018 - its causes hold them
    computed = subsidy.computed
    return {
        "year": int(key_of(subject)),
        "status": subsidy.status.value,
        "version": subsidy.version,
        "method": computed.method,
        "rule": computed.rule,
        "rating": computed.rating,
        "input_digest": computed.input_digest,
        "due": computed.due,
        "paid": computed.paid,
        "ratio": str(computed.ratio),
        "left_out": [one.model_dump(mode="json") for one in computed.left_out],
        "providers": [
            one.model_dump(mode="json") | {"taken_back": subsidy.taken_back(one.provider)} for one in computed.providers
        ],
    }


def subsidy_on_file(causes: History, subject: str) -> Data:
    """The rule that paid the year, as far as it came with the program 内置规则."""
    subsidy: YearOfSubsidy | None = folded(SUBSIDIES, causes[subject])
    assert subsidy is not None and subsidy.computed is not None  # noqa: S101, PT018 - its causes hold them
    return {"rule": _body(causes, RuleKind.SUBSIDY, subsidy.computed.rule, int(key_of(subject)))}


OF_PROVIDERS: Mapping[str, DecisionKind] = {
    "move": DecisionKind(move_causes, move_result),
    "rating": DecisionKind(rating_causes, rating_result, rating_on_file),
    "subsidy": DecisionKind(subsidy_causes, subsidy_result, subsidy_on_file),
}
"""Kind of decision about providers -> what it rests on and what it says."""
