"""Archive 查档: what a report looks up beside what its command read, from the journal alone and up to a position. plan P4, P5.

A repeat is compared with the result before it; organisations and editions that the case names have their names. All of it is
as it was at that position, so a report made again finds the same.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.external.result import (
    CERTIFICATES,
    ExternalResult,
    ExternalResultAccepted,
    external_result_stream,
)
from domain.diagnosis.opening import DiagnosisOpened
from domain.diagnosis.peers import PEERS_RULE, PeerGroup, PeerResult, owner_of, peer_group, scores_of
from domain.diagnosis.report import ReportConfirmed, ReportIssued
from domain.diagnosis.state import Diagnosis, diagnosis_stream
from domain.diagnosis.withdrawal import DiagnosisWithdrawn
from domain.events import CAPABILITIES
from domain.governance.dated_rules import rule_in_force, rule_stream
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.publication import PublicationRule
from domain.governance.rule_bodies.sampling import SamplingPlan
from domain.instants import city_day, utc_moment
from domain.kernel import key_of, kind_of
from domain.participants.enterprises import Firm, enterprise_stream
from domain.participants.organisations import Organisation, organisation_stream
from domain.participants.rosters.state import FIRST_YEAR
from domain.providers.sampling.certainty import base_differences
from domain.providers.sampling.state import draw_stream, first_day_of
from domain.standard.crosswalks.state import crosswalk_streams, published_crosswalk
from domain.standard.editions import PublishedEdition, edition_stream
from journal import Entry, Journal
from journal.codec import EVENT_OF, decode, folded, stored_names
from projections.report.certificates import Certified
from standards import Form, Issued, Measured

OPENED = tuple(sorted(stored_names([DiagnosisOpened])))
ACCEPTED = tuple(sorted(stored_names([ExternalResultAccepted])))
ISSUED = tuple(sorted(stored_names([ReportIssued])))
WITHDRAWN = tuple(sorted(stored_names([DiagnosisWithdrawn])))
PAGE = 1_000
SAMPLING_RULE = rule_stream(RuleKind.SAMPLING)


@dataclass(frozen=True, slots=True)
class Former:
    """The result that a repeat is compared with 前次结果: of the firm's last report before the repeat was opened.

    dated: the day of that report. title: of its edition; same_standard: whether edition and form are those of the repeat.
    """

    diagnosis: str
    dated: date
    campaign: str
    title: str
    form: Form
    same_standard: bool
    verified: Measured
    issued: Issued


@dataclass(frozen=True)
class Found:
    """What the archive holds of a case 查档结果. names: id of an organisation -> name. titles: key of an edition -> title.

    certified: certificates that the firm held.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    former: Former | None = None
    certified: tuple[Certified, ...] = ()


class Sampled(NamedTuple):
    """What the certainty of a grade rests on 盲评样本. differences: of the base sample's jobs of the years that are over."""

    differences: Sequence[Decimal]
    pairs_at_least: int


NOT_SAMPLED = Sampled((), 1)


class KnownPeers(NamedTuple):
    """What a report's standing among peers rests on 同类依据. owner: of its firm; at_least: owners of a batch, by the rule."""

    group: PeerGroup
    owner: str
    results: Sequence[PeerResult]
    at_least: int


PeersOf = Callable[[PeerGroup], tuple[Sequence[PeerResult], int]]
"""Group -> its results in the order in which they were issued, and the position up to which they are known."""

KeysOf = Callable[[str], tuple[Sequence[str], int]]
"""Enterprise -> keys of things of its that began up to a position, and that position; which count is judged from the journal."""


@dataclass(frozen=True)
class Archive:
    """Looks things up in the journal 查档.

    cases_of, results_of: where a firm's diagnoses and external results are listed; None = every opening, every acceptance is read.
    peers_of: where the results of firms alike are listed; None = every report is read.
    """

    journal: Journal
    cases_of: KeysOf | None = None
    results_of: KeysOf | None = None
    peers_of: PeersOf | None = None

    def look_up(self, history: Sequence[Entry], state: Diagnosis, position: int) -> Found:
        """What a case of some history names, as it was at a position."""
        facts = [decode(DIAGNOSES, entry.type, entry.state) for entry in history]
        organisations = {found for fact in facts if isinstance(found := getattr(fact, "provider", None), str)}
        streams = [organisation_stream(identity) for identity in sorted(organisations)]
        keys = {state.edition, *((state.applicable.edition,) if state.applicable is not None else ())}
        streams += [edition_stream(key) for key in sorted(keys)]
        read = self._states(streams, position)
        titles = {
            s.removeprefix(edition_stream("")): e.edition.title
            for s, e in read.items()
            if isinstance(e, PublishedEdition)
        }
        names = {
            s.removeprefix(organisation_stream("")): o.name for s, o in read.items() if isinstance(o, Organisation)
        }
        former = self._former(state, history[0].position) if state.purpose == "repeat" else None
        return Found(names, titles, former, self._certified(state, position))

    def sampled(self, day: date, position: int) -> Sampled:
        """Blind differences of the years before a day's, by the sampling plan of that day, as they were known at a position."""
        months = {
            draw_stream(f"{year}.{month:02}"): f"{year}.{month:02}"
            for year in range(FIRST_YEAR, day.year)
            for month in range(1, 13)
        }
        read = self._states([SAMPLING_RULE, *months], position)
        plans = read.get(SAMPLING_RULE)
        draws = [(rule_in_force(plans, SamplingPlan, first_day_of(months[s])), read[s]) for s in months if s in read]
        return Sampled(base_differences(draws), rule_in_force(plans, SamplingPlan, day).pairs_at_least)

    def peers(self, history: Sequence[Entry], state: Diagnosis, firm: Firm, at: datetime, position: int) -> KnownPeers:
        """What a case's standing rests on, as it was at a position. firm, at: as the report goes out that it is for."""
        first = next((entry for entry in history if EVENT_OF[entry.type] is ReportIssued), None)
        if first is not None:
            stream = enterprise_stream(state.enterprise)
            firm, at = self._states([stream], first.position)[stream], utc_moment(first.at)
        group = peer_group(state.edition, state.form, firm, at)
        listed, known_to = self.peers_of(group) if self.peers_of is not None else ((), 0)
        results = [one for one in listed if one.position <= min(position, known_to)]
        for entry in self._between(ISSUED, known_to, position):
            of_the_year = city_day(utc_moment(entry.at)).year == group.year
            found = self._peer(entry) if of_the_year else None
            if found is not None and found[0] == group:
                results.append(found[1])
        withdrawn = {key_of(entry.stream): entry.position for entry in self._between(WITHDRAWN, known_to, position)}
        results = [one._replace(withdrawn=withdrawn.get(one.diagnosis, one.withdrawn)) for one in results]
        rule = rule_in_force(self._states([PEERS_RULE], position).get(PEERS_RULE), PublicationRule, city_day(at))
        return KnownPeers(group, owner_of(state.enterprise, firm), results, rule.firms_at_least)

    def _peer(self, entry: Entry) -> tuple[PeerGroup, PeerResult] | None:
        """A case's first issued scores by the entry of a report; None where that is a later one."""
        history = self.journal.read(entry.stream)
        if any(EVENT_OF[one.type] is ReportIssued for one in history if one.position < entry.position):
            return None
        case = folded(CAPABILITIES[kind_of(entry.stream)], [one for one in history if one.position <= entry.position])
        stream = enterprise_stream(case.enterprise)
        firm = self._states([stream], entry.position)[stream]
        measured, owner = case.verified_measured, owner_of(case.enterprise, firm)
        scores = measured.total, scores_of(measured)
        result = PeerResult(key_of(entry.stream), case.enterprise, owner, entry.position, *scores)
        return peer_group(case.edition, case.form, firm, utc_moment(entry.at)), result

    def _between(self, events: Sequence[str], position: int, last: int) -> Iterable[Entry]:
        """Entries of some events beyond a position, up to another."""
        while position < last and (entries := self.journal.since(position, PAGE, events)):
            yield from (entry for entry in entries if entry.position <= last)
            position = entries[-1].position

    def _certified(self, state: Diagnosis, position: int) -> tuple[Certified, ...]:
        """The certificates that the firm held at a position, each with the crosswalk to its model as it was published then."""
        listed, known_to = self.results_of(state.enterprise) if self.results_of is not None else ((), 0)
        keys = {*listed, *self._named(state.enterprise, ACCEPTED, known_to, position + 1)}
        found: list[ExternalResult] = list(self._states(sorted(map(external_result_stream, keys)), position).values())
        held = [one for one in found if one.stated.enterprise == state.enterprise and one.stated.model in CERTIFICATES]
        of = {one.stated.edition: crosswalk_streams(state.edition, one.stated.edition) for one in held}
        read = self._states(sorted({stream for streams in of.values() for stream in streams}), position)
        return tuple(Certified(one, published_crosswalk(of[one.stated.edition], read)) for one in held)

    def _former(self, state: Diagnosis, opened: int) -> Former | None:
        """The last report of the firm before a position, its own case aside."""
        listed, known_to = self.cases_of(state.enterprise) if self.cases_of is not None else ((), 0)
        cases = {*listed, *self._named(state.enterprise, OPENED, known_to, opened)}
        streams = sorted(map(diagnosis_stream, cases))
        last: tuple[int, date, str] | None = None
        for stream, entries in self.journal.read_many(streams).items():
            known = [entry for entry in entries if entry.position < opened]
            if any(EVENT_OF[entry.type] is DiagnosisWithdrawn for entry in known):
                continue
            for entry in known:
                if EVENT_OF[entry.type] in REPORTED and (last is None or entry.position > last[0]):
                    last = (entry.position, city_day(utc_moment(entry.at)), stream)
        if last is None:
            return None
        position, dated, stream = last
        before = self._states([stream], position)[stream]
        assert isinstance(before, Diagnosis)  # noqa: S101 - a stream of diagnoses
        if before.verified_measured is None or before.issued is None:
            return None
        edition = self._states([edition_stream(before.edition)], position)[edition_stream(before.edition)]
        same = (before.edition, before.form) == (state.edition, state.form)
        title, identity = edition.edition.title, stream.removeprefix(diagnosis_stream(""))
        measured, issued = before.verified_measured, before.issued
        return Former(identity, dated, before.campaign, title, before.form, same, measured, issued)

    def _named(self, enterprise: str, events: Sequence[str], position: int, before: int) -> Iterable[str]:
        """Keys of the things of which such a fact names a firm between two positions, by reading every one there was."""
        named = f'"{enterprise}"'.encode()
        for entry in self._between(events, position, before - 1):
            if named in entry.state:
                yield key_of(entry.stream)

    def _states(self, streams: Sequence[str], position: int) -> dict[str, Any]:
        """States of streams at a position, of those that there were."""
        found = {}
        for stream, entries in self.journal.read_many(streams).items():
            if known := [entry for entry in entries if entry.position <= position]:
                found[stream] = folded(CAPABILITIES[kind_of(stream)], known)
        return found


REPORTED = (ReportIssued, ReportConfirmed)
