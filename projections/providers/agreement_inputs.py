"""Inputs of an agreement study 一致性输入: levels of one indicator in the same case by two assessments. plan S5, V5."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import Select, select

from domain.diagnosis.state import Status
from domain.instants import city_midnight, microseconds
from domain.providers.agreement.numbers import AgreementInputs, AssessmentPair
from domain.providers.sampling.reassessment import ReassessmentGiven, reassessment_stream
from journal.codec import stored_names
from projections.diagnosis.diagnoses_fold import ANSWERS, DIAGNOSES
from projections.engine.snapshot import Snapshot
from projections.providers.agreement import outcomes_before
from projections.providers.base_sample import base_sample
from projections.record.audit_trail import ENTRIES
from projections.standard.editions import edition as published
from standards import edition_of_json


def agreement_inputs(snapshot: Snapshot, year: int, edition: str) -> AgreementInputs:
    """Pairs of levels of every indicator of an edition, in the scored cases that were opened in a year."""
    row = published(snapshot, edition)
    assert row is not None, "a study is asked for of a published edition"  # noqa: S101 - guards replay, not input
    text = edition_of_json(row.body)
    steps = tuple(sorted(text.points))
    of_cases = _cases(snapshot, year, edition)
    cases = [str(one) for (one,) in snapshot.rows(of_cases)]
    verified = defaultdict[str, dict[str, Any]](dict)
    compared: dict[AssessmentPair, defaultdict[str, list[tuple[int, int]]]] = {one: defaultdict(list) for one in AssessmentPair}
    place = {step: at for at, step in enumerate(steps)}
    for case, indicator, given, found in snapshot.rows(_answers(snapshot, of_cases)):
        verified[case][indicator] = orjson.loads(found)
        _compare(compared[AssessmentPair.SELF_VERIFIED][indicator], orjson.loads(given), verified[case][indicator], place)
    for case, answers in _blind(snapshot, cases):
        for indicator, answer in answers.items():
            if indicator in verified[case]:
                found = verified[case][indicator]
                _compare(compared[AssessmentPair.VERIFIED_SAMPLED][indicator], found, answer["answer"], place)
    pairs = {
        comparison: {item.id: tuple(sorted(found[item.id])) for item in text.indicators} for comparison, found in compared.items()
    }
    return AgreementInputs(steps, pairs, outcomes_before(snapshot, year, edition))


def _cases(snapshot: Snapshot, year: int, edition: str) -> Select[Any]:
    table = snapshot[DIAGNOSES]
    first, after = (microseconds(city_midnight(date(one, 1, 1))) for one in (year, year + 1))
    opened = (table.c.opened_at >= first, table.c.opened_at < after)
    scored = (table.c.verified_total.is_not(None), table.c.status != Status.WITHDRAWN.value)
    return select(table.c.id).where(table.c.edition == edition, *opened, *scored).order_by(table.c.id)


def _answers(snapshot: Snapshot, of_cases: Select[Any]) -> Select[Any]:
    table = snapshot[ANSWERS]
    wanted = (table.c.diagnosis, table.c.indicator, table.c.given, table.c.verified)
    mine = table.c.diagnosis.in_(of_cases.order_by(None))
    return select(*wanted).where(mine, table.c.verified.is_not(None)).order_by(table.c.diagnosis, table.c.indicator)


def _compare(pairs: list[tuple[int, int]], one: Mapping[str, Any], other: Mapping[str, Any], place: Mapping[Decimal, int]) -> None:
    """Add a pair where both assessments state a level of the edition; a ratio or a choice states none."""
    levels = [Decimal(said["level"]) for said in (one, other) if said.get("level") is not None]
    if len(levels) == len((one, other)) and all(level in place for level in levels):
        pairs.append((place[levels[0]], place[levels[1]]))


def _blind(snapshot: Snapshot, cases: Sequence[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The first blind assessment of each case of the base sample: drawn with the chance that every job has, and no other."""
    entries, names = snapshot[ENTRIES], sorted(stored_names((ReassessmentGiven,)))
    base = base_sample(snapshot)
    wanted = {reassessment_stream(case): case for case in cases if case in base}
    conditions = (snapshot.among(entries.c.stream, list(wanted)), entries.c.type.in_(names))
    query = select(entries.c.stream, entries.c.data).where(*conditions).order_by(entries.c.stream, entries.c.version)
    seen = set[str]()
    for stream, data in snapshot.rows(query) if wanted else ():
        if stream not in seen:
            seen.add(stream)
            yield wanted[stream], orjson.loads(data)["answers"]


