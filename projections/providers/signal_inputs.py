"""Inputs of a screening 筛查输入: texts, files, answers and visits of a year's cases, with the facts that each stands on. plan V5.

A case is looked at once its self-assessment is submitted and it has a provider, which is to answer for it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Select, and_, select

from domain.diagnosis.on_site import AnswersVerified
from domain.diagnosis.state import Status, diagnosis_stream
from domain.diagnosis.visits import VisitStatus
from domain.instants import city_day, city_midnight, microseconds, utc_moment
from domain.kernel import key_of
from domain.providers.signals.numbers import (
    AnswersOnRecord,
    CaseFacts,
    FileOnRecord,
    ScreeningInputs,
    SignalKind,
    StayOnRecord,
    TextOnRecord,
)
from domain.providers.signals.screening import Screening
from journal.codec import stored_names
from methods.response_patterns import longest_run
from projections.diagnosis.diagnoses_fold import ANSWERS, DIAGNOSES, EVIDENCE
from projections.diagnosis.proceedings import SITE_VISITS
from projections.diagnosis.visits import SIGN_INS, VISIT_PLANS
from projections.engine.places import ENTERPRISES
from projections.engine.snapshot import Snapshot
from projections.providers.signals import raised_signals
from projections.record.audit_trail import ENTRIES
from projections.standard.editions import edition
from standards import Edition, edition_of_json

MINUTE = 60_000_000
DIVISION = len("C34")
FINDINGS = "findings"
"""Name of the one section that all a provider writes of a case is."""


class _Case(NamedTuple):
    """A case that is looked at 筛查案件."""

    diagnosis: str
    enterprise: str
    group: str | None
    provider: str
    edition: str
    industry: str

    def at(self, *versions: int) -> CaseFacts:
        return CaseFacts(self.diagnosis, self.enterprise, self.group, self.provider, versions)

    @property
    def peers(self) -> str:
        return f"{self.edition} {self.industry[:DIVISION]}"


def screening_inputs(snapshot: Snapshot, screening: Screening) -> ScreeningInputs:
    """All that a screening looks at, of the whole city or a district, in order."""
    cases = {one.diagnosis: one for one in _cases(snapshot, screening)}
    of_cases = _of_cases(snapshot, screening).subquery()
    mine = select(of_cases.c.id)
    editions = {one: _edition(snapshot, one) for one in sorted({case.edition for case in cases.values()})}
    answers = _answers(snapshot, mine)
    written, runs = _written(cases, answers, editions)
    return ScreeningInputs(
        texts=(*written, *_findings(snapshot, cases, mine, answers)),
        standard=tuple(text for one in editions.values() for text in _texts_of(one.model_dump(mode="json"))),
        files=tuple(_files(snapshot, cases, mine)),
        answers=runs,
        verified_runs=_verified_runs(snapshot, {case.peers for case in cases.values()}, editions),
        stays=tuple(_stays(snapshot, cases, mine)),
        known=raised_signals(snapshot),
    )


def _of_cases(snapshot: Snapshot, screening: Screening) -> Select[Any]:
    cases, firms = snapshot[DIAGNOSES], snapshot[ENTERPRISES]
    first, after = (microseconds(city_midnight(date(one, 1, 1))) for one in (screening.year, screening.year + 1))
    conditions: list[ColumnElement[bool]] = [
        cases.c.provider.is_not(None),
        cases.c.status.not_in((Status.OPEN.value, Status.WITHDRAWN.value)),
        cases.c.opened_at >= first,
        cases.c.opened_at < after,
    ]
    if screening.campaign is not None:
        conditions.append(cases.c.campaign == screening.campaign)
    if screening.district is not None:
        conditions.append(firms.c.district == screening.district)
    wanted = (cases.c.id, cases.c.enterprise, firms.c.group, cases.c.provider, cases.c.edition, firms.c.industry)
    return select(*wanted).select_from(cases.join(firms, firms.c.id == cases.c.enterprise)).where(*conditions)


def _cases(snapshot: Snapshot, screening: Screening) -> Iterator[_Case]:
    query = _of_cases(snapshot, screening)
    yield from sorted(_Case._make(row) for row in map(tuple, snapshot.rows(query)))


def _edition(snapshot: Snapshot, key: str) -> Edition:
    row = edition(snapshot, key)
    assert row is not None, "a case is opened under a published edition"  # noqa: S101 - guards replay, not input
    return edition_of_json(row.body)


def _texts_of(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts_of(inner)
        case list():
            for inner in value:
                yield from _texts_of(inner)


class _Answer(NamedTuple):
    """An answer 答案. given, verified: JSON."""

    given: dict[str, Any]
    version: int
    verified: dict[str, Any] | None
    difference: str | None


def _answers(snapshot: Snapshot, mine: Select[Any]) -> Mapping[str, Mapping[str, _Answer]]:
    table = snapshot[ANSWERS]
    wanted = (table.c.diagnosis, table.c.indicator, table.c.given, table.c.version, table.c.verified, table.c.difference)
    found: defaultdict[str, dict[str, _Answer]] = defaultdict(dict)
    for case, indicator, given, version, verified, difference in snapshot.rows(select(*wanted).where(table.c.diagnosis.in_(mine))):
        checked = orjson.loads(verified) if verified is not None else None
        found[case][indicator] = _Answer(orjson.loads(given), version, checked, difference)
    return found


def _written(
    cases: Mapping[str, _Case], answers: Mapping[str, Mapping[str, _Answer]], editions: Mapping[str, Edition]
) -> tuple[list[TextOnRecord], tuple[AnswersOnRecord, ...]]:
    """What firms wrote as reasons, section by section, and their answers in the order of the form."""
    texts: list[TextOnRecord] = []
    runs: list[AnswersOnRecord] = []
    for name, case in cases.items():
        given = answers.get(name, {})
        order = [item for item in editions[case.edition].indicators if item.id in given]
        sections: defaultdict[str, list[_Answer]] = defaultdict(list)
        for item in order:
            if given[item.id].given.get("reason"):
                sections[item.dimension].append(given[item.id])
        for section, some in sections.items():
            text = "\n".join(one.given["reason"] for one in some)
            of = case.at(*(one.version for one in some))
            texts.append(TextOnRecord(of, SignalKind.COPIED_ANSWERS, section, text))
        if order:
            said = tuple(_stated(given[item.id].given) for item in order)
            runs.append(AnswersOnRecord(case.at(*(given[item.id].version for item in order)), case.peers, said))
    return texts, tuple(runs)


def _stated(answer: Mapping[str, Any]) -> str:
    """What an answer says, its reason aside: the level where it has one, else all of it."""
    level = answer.get("level")
    if level is not None:
        return f"level {level}"
    stated = {name: one for name, one in answer.items() if name != "reason"}
    return orjson.dumps(stated, option=orjson.OPT_SORT_KEYS).decode()


def _findings(
    snapshot: Snapshot, cases: Mapping[str, _Case], mine: Select[Any], answers: Mapping[str, Mapping[str, _Answer]]
) -> Iterator[TextOnRecord]:
    """What the provider wrote of a case: notes of its visits, and why it found otherwise than the firm."""
    visits, entries = snapshot[SITE_VISITS], snapshot[ENTRIES]
    texts: defaultdict[str, list[str]] = defaultdict(list)
    versions: defaultdict[str, set[int]] = defaultdict(set)
    noted = select(visits.c.diagnosis, visits.c.version, visits.c.notes).where(visits.c.diagnosis.in_(mine))
    for name, version, notes in snapshot.rows(noted.order_by(visits.c.diagnosis, visits.c.version)):
        texts[name].append(notes)
        versions[name].add(version)
    streams = [diagnosis_stream(name) for name in cases]
    names = sorted(stored_names((AnswersVerified,)))
    conditions = (snapshot.among(entries.c.stream, streams), entries.c.type.in_(names))
    verified = select(entries.c.stream, entries.c.version).where(*conditions)
    for stream, version in snapshot.rows(verified):
        versions[key_of(stream)].add(version)
    for name, case in cases.items():
        for _, one in sorted(answers.get(name, {}).items()):
            texts[name] += [said for said in (one.difference, (one.verified or {}).get("reason")) if said]
        if texts[name] and versions[name]:
            yield TextOnRecord(case.at(*sorted(versions[name])), SignalKind.COPIED_FINDINGS, FINDINGS, "\n".join(texts[name]))


def _files(snapshot: Snapshot, cases: Mapping[str, _Case], mine: Select[Any]) -> Iterator[FileOnRecord]:
    table = snapshot[EVIDENCE]
    wanted = select(table.c.diagnosis, table.c.version, table.c.sha256, table.c.size).where(table.c.diagnosis.in_(mine))
    for name, version, sha256, size in snapshot.rows(wanted.order_by(table.c.diagnosis, table.c.version)):
        yield FileOnRecord(cases[name].at(version), sha256, size)


def _verified_runs(snapshot: Snapshot, peers: Iterable[str], editions: Mapping[str, Edition]) -> dict[str, tuple[int, ...]]:
    """The longest run of equal verified answers in every case there was, by edition and industry."""
    cases, firms, table = snapshot[DIAGNOSES], snapshot[ENTERPRISES], snapshot[ANSWERS]
    joined = table.join(cases, cases.c.id == table.c.diagnosis).join(firms, firms.c.id == cases.c.enterprise)
    wanted = (cases.c.id, cases.c.edition, firms.c.industry, table.c.indicator, table.c.verified)
    query = select(*wanted).select_from(joined).where(table.c.verified.is_not(None), cases.c.status != Status.WITHDRAWN.value)
    known, said = frozenset(peers), defaultdict[tuple[str, str, str], dict[str, str]](dict)
    for name, key, industry, indicator, verified in snapshot.rows(query):
        among = f"{key} {industry[:DIVISION]}"
        if among in known:
            said[(among, key, name)][indicator] = _stated(orjson.loads(verified))
    found: defaultdict[str, list[int]] = defaultdict(list)
    for (among, key, _), answers in said.items():
        found[among].append(longest_run([answers[item.id] for item in editions[key].indicators if item.id in answers]))
    return {among: tuple(sorted(runs)) for among, runs in sorted(found.items())}


def _stays(snapshot: Snapshot, cases: Mapping[str, _Case], mine: Select[Any]) -> Iterator[StayOnRecord]:
    """From a person's sign-in to the closing of the visit, where both are of one day: of others no end is on record."""
    signed, plans = snapshot[SIGN_INS], snapshot[VISIT_PLANS]
    joined = signed.join(plans, and_(plans.c.diagnosis == signed.c.diagnosis, plans.c.version == signed.c.plan))
    wanted = (signed.c.diagnosis, signed.c.version, signed.c.person, signed.c.signed_at, plans.c.changed_at)
    closed = plans.c.status == VisitStatus.CLOSED.value
    query = select(*wanted).select_from(joined).where(signed.c.diagnosis.in_(mine), closed)
    for name, version, person, began, ended in snapshot.rows(query.order_by(signed.c.diagnosis, signed.c.version)):
        if city_day(utc_moment(began)) == city_day(utc_moment(ended)) and ended > began:
            yield StayOnRecord(cases[name].at(version), person, began // MINUTE, ended // MINUTE)
