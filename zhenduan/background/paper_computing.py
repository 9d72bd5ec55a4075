"""Paper computing 白皮书计算: the tables of every paper that was asked for. plan R5."""

from collections.abc import Iterator
from typing import Any

from api.kit.services import Services
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.publication import PublicationRule
from domain.instants import city_day
from domain.kernel import cause_of
from domain.programme.papers.numbers import METHOD
from domain.programme.papers.paper import PAPER_OUTCOME, PaperEdition, PaperKind, PaperStatus, RecordPaper, paper_stream
from domain.programme.uplifts.uplift import Uplift, uplift_stream
from projections import Snapshot
from projections.governance.dated_rules import body_on, rule_on
from projections.programme.case_studies.collection import METHOD as COLLECTING
from projections.programme.papers.outcome import UpliftAsked
from projections.programme.papers.read_model import all_papers
from projections.programme.uplifts.read_model import all_uplifts
from zhenduan.background.computation import Computation, recorded_as

COLLECT = "projections.programme.case_studies.collection:collection_bytes"
COMPUTE = "projections.programme.papers.outcome:outcome_bytes"
REASON = "刊物已申请编制"


def requested_papers(services: Services, snapshot: Snapshot) -> Iterator[Computation]:
    """Papers that wait to be worked out 待计算的刊物."""
    states = [row.state() for row in all_papers(snapshot)]
    counted = [one for one in states if one.kind is not PaperKind.CASE_COLLECTION]
    former = tuple(one.computed.basis for one in counted if one.published is not None and one.computed is not None)
    day = city_day(services.clock())
    for one in states:
        if one.status is PaperStatus.REQUESTED:
            if one.kind is PaperKind.CASE_COLLECTION:
                yield _collection(services, one)
                continue
            uplift = _uplift(snapshot, one.year)
            asked = UpliftAsked(uplift.first_year, uplift.edition) if uplift is not None else None
            rule, files = body_on(snapshot, PublicationRule, day), str(services.blobs.folder)
            yield Computation(
                function=COMPUTE,
                arguments=(services.models.address, files, one.year, rule, former, asked, day),
                **_recording(one, METHOD, rule_on(snapshot, RuleKind.PUBLICATION, day).rule.cause, _cause(uplift)),
            )


def _collection(services: Services, paper: PaperEdition) -> Computation:
    """A case collection, which counts no firm: no rule guards it, and no other paper."""
    arguments = (services.models.address, str(services.blobs.folder), paper.year)
    return Computation(function=COLLECT, arguments=arguments, **_recording(paper, COLLECTING, None, None))


def _recording(paper: PaperEdition, method: str, rule: str | None, uplift: str | None) -> dict[str, Any]:
    """How what comes of it is recorded."""
    stream, of = paper_stream(paper.kind, paper.year), {"kind": paper.kind, "year": paper.year, "requested": paper.requested}
    return {
        "command": recorded_as(RecordPaper, PAPER_OUTCOME, **of, method=method, rule=rule, uplift=uplift),
        "key": f"compute/{stream}/{paper.requested}",
        "cause": cause_of(stream, paper.requested),
        "reason": REASON,
    }


def _uplift(snapshot: Snapshot, year: int) -> Uplift | None:
    """The uplift up to a year that was worked out last; a paper works it out anew, as of its own position."""
    states = (row.state() for row in all_uplifts(snapshot))
    found = [one for one in states if one.second_year == year and one.computed is not None]
    return found[-1] if found else None


def _cause(uplift: Uplift | None) -> str | None:
    if uplift is None:
        return None
    return cause_of(uplift_stream(uplift.first_year, uplift.second_year, uplift.edition), uplift.requested)
