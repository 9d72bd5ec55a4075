"""Revisions of the small city's standard: one on consultation with a comment, one erratum reviewed by an expert."""

from datetime import timedelta

from domain.access import Everything, Role, scope_of
from domain.instants import city_day
from domain.standard.revision.consultation import AnswerComment, CommentOnDraft, OpenConsultation
from domain.standard.revision.draft import ChangeDraft, DraftRevision, ProposedChange
from domain.standard.revision.review import NameReviewers, ReviewDraft
from domain.standard.revision.state import Disposition, RevisionKind, Verdict
from domain.standard.shadow import CompleteShadow, FailShadow, RequestShadow
from journal import Caller
from standards import StandardChange, composition_rule
from standards.revising.changes import DimensionWeight, IndicatorText
from standards.shadow.tally import ShadowTally
from tests.small_city import CITY, FILLER, City

CONSULTED, ERRATUM = "consulted-revision", "erratum"
REVIEWER = "zhou"
"""An expert whom the city has let in before."""


def drafting(identity: str, key: str, kind: RevisionKind) -> DraftRevision:
    return DraftRevision(
        revision=identity,
        kind=kind,
        base="2023",
        key=key,
        title=f"标准（{key} 版）",
        why="试行后修订",
        industries=(),
        rule=composition_rule("2023"),
    )


def changing(identity: str, *changes: StandardChange, version: int = 1) -> ChangeDraft:
    return ChangeDraft(
        revision=identity, draft_version=version, changes=tuple(ProposedChange(change=one) for one in changes)
    )


SHIFT = (
    DimensionWeight.model_validate({"dimension": "D1", "weight": 14, "reason": "战略类偏重"}),
    DimensionWeight.model_validate({"dimension": "F", "weight": 11, "reason": "融合更重"}),
)


def put_to_consultation(city: City, identity: str = CONSULTED) -> None:
    """Drafted, changed, open to comments, with one comment that is answered and one that is not."""
    today = city_day(city.clock())
    city.send(CITY, drafting(identity, "2027", RevisionKind.REVISION))
    city.send(CITY, changing(identity, *SHIFT))
    opening = OpenConsultation(revision=identity, draft_version=2, since=today, until=today + timedelta(days=30))
    city.send(CITY, opening)
    for number, clause in enumerate(("dimensions.F", ""), 1):
        comment = CommentOnDraft(revision=identity, comment=f"c{number}", clause=clause, text=f"意见{number}")
        city.send(FILLER, comment)
    answer = AnswerComment(revision=identity, comment="c1", disposition=Disposition.PARTLY, reason="放缓")
    city.send(CITY, answer)


def review_erratum(city: City, identity: str = ERRATUM) -> None:
    """Drafted, changed, and approved by its one reviewer."""
    city.send(CITY, drafting(identity, "2023.1", RevisionKind.ERRATUM))
    words = IndicatorText(indicator="Z01", member="evidence", text="规划文件、年度评估", reason="漏字")
    city.send(CITY, changing(identity, words))
    city.send(CITY, NameReviewers(revision=identity, reviewers=(REVIEWER,)))
    scope = scope_of(Role.READER, "experts", REVIEWER, city_day(city.clock()))
    reviewer = Caller(actor=REVIEWER, role=Role.READER, organisation="experts", scope=scope)
    said = ReviewDraft(revision=identity, draft_version=2, verdict=Verdict.APPROVE, grounds="属文字勘误")
    city.send(reviewer, said)


def shadow_runs(city: City, identity: str = CONSULTED) -> None:
    """Three runs over its draft: completed, failed, and at work."""
    system = Caller("system-shadow", Role.SYSTEM, "", Everything())
    told = CompleteShadow(
        revision=identity,
        number=1,
        position=1,
        rules="shadow-1",
        input_digest="a" * 64,
        result=ShadowTally().result(),
        sensitivity=(),
        movers="b" * 64,
        moved=0,
    )
    for ending in (told, FailShadow(revision=identity, number=2, reason="程序出错"), None):
        city.send(CITY, RequestShadow(revision=identity, draft_version=2))
        if ending is not None:
            city.send(system, ending)
