"""Paper computing 白皮书计算: the tables of every paper that was asked for. plan R5."""

from collections.abc import Iterator

from api.kit.services import Services
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.publication import PublicationRule
from domain.instants import city_day
from domain.kernel import cause_of
from domain.programme.papers.numbers import METHOD
from domain.programme.papers.paper import PAPER_OUTCOME, PaperStatus, RecordPaper, paper_stream
from domain.programme.uplifts.uplift import Uplift, uplift_stream
from projections import Snapshot
from projections.governance.dated_rules import body_on, rule_on
from projections.programme.papers.outcome import UpliftAsked
from projections.programme.papers.read_model import all_papers
from projections.programme.uplifts.read_model import all_uplifts
from zhenduan.background.computation import Computation, recorded_as

COMPUTE = "projections.programme.papers.outcome:outcome_bytes"
REASON = "刊物已申请编制"


def requested_papers(services: Services, snapshot: Snapshot) -> Iterator[Computation]:
    """Papers that wait to be worked out 待计算的刊物."""
    states = [row.state() for row in all_papers(snapshot)]
    former = tuple(one.computed.basis for one in states if one.published is not None and one.computed is not None)
    day = city_day(services.clock())
    for one in states:
        if one.status is PaperStatus.REQUESTED:
            uplift = _uplift(snapshot, one.year)
            asked = UpliftAsked(uplift.first_year, uplift.edition) if uplift is not None else None
            rule, files = body_on(snapshot, PublicationRule, day), str(services.blobs.folder)
            yield Computation(
                function=COMPUTE,
                arguments=(services.models.address, files, one.year, rule, former, asked),
                command=recorded_as(
                    RecordPaper,
                    PAPER_OUTCOME,
                    kind=one.kind,
                    year=one.year,
                    requested=one.requested,
                    method=METHOD,
                    rule=rule_on(snapshot, RuleKind.PUBLICATION, day).rule.cause,
                    uplift=_cause(uplift),
                ),
                key=f"compute/{paper_stream(one.kind, one.year)}/{one.requested}",
                cause=cause_of(paper_stream(one.kind, one.year), one.requested),
                reason=REASON,
            )


def _uplift(snapshot: Snapshot, year: int) -> Uplift | None:
    """The uplift up to a year that was worked out last; a paper works it out anew, as of its own position."""
    states = (row.state() for row in all_uplifts(snapshot))
    found = [one for one in states if one.second_year == year and one.computed is not None]
    return found[-1] if found else None


def _cause(uplift: Uplift | None) -> str | None:
    if uplift is None:
        return None
    return cause_of(uplift_stream(uplift.first_year, uplift.second_year, uplift.edition), uplift.requested)
