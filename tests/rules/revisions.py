"""A revision of 2023 with two of its industries on its way, each step through the rules: drafted, on consultation … approved."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from domain.access import Role
from domain.instants import city_day
from domain.kernel import Command
from domain.participants.people.state import Membership, Person, person_stream
from domain.standard.editions import PublishedEdition, edition_stream
from domain.standard.revision.consultation import AnswerComment, CloseConsultation, CommentOnDraft, OpenConsultation
from domain.standard.revision.draft import ChangeDraft, DraftRevision, ProposedChange
from domain.standard.revision.publication import AbandonRevision, PublishRevision
from domain.standard.revision.review import NameReviewers, ReviewDraft
from domain.standard.revision.revision import REVISIONS
from domain.standard.revision.state import Disposition, RevisionKind, Verdict
from standards import AuthoredStandard, StandardChange, authored, composition_rule, load, load_composition
from standards.revising.changes import DimensionWeight, IndicatorWeight
from tests.rules.given import AT, Given, given

INDUSTRIES = ("automotive", "electronics")
RULE = composition_rule("2023")
TODAY = city_day(AT)
LAST_DAY = TODAY + timedelta(days=30)
IN_FORCE = TODAY + timedelta(days=90)
AFTERWARDS = AT + timedelta(days=31)


def published(key: str) -> PublishedEdition:
    found = load_composition(key)
    return PublishedEdition(edition=found.edition, digest=found.edition.digest, origins=found.origins)


KEYS = ("2023", *(f"2023-{industry}" for industry in INDUSTRIES))
STANDARD: AuthoredStandard = authored(load("2023"), [load_composition(key) for key in KEYS[1:]], RULE)
"""The authoring form of what the tests revise."""


def expert(role: Role = Role.READER, until: date | None = None) -> Person:
    held = Membership(role=role, organisation="experts", since=date(2024, 1, 1), until=until)
    return Person(memberships={"m": held})


WORLD: Mapping[str, Any] = {
    **{edition_stream(key): published(key) for key in KEYS},
    person_stream("zhou"): expert(),
    person_stream("wu"): expert(Role.MARKER),
    person_stream("official"): expert(Role.CITY),
    person_stream("former"): expert(until=date(2024, 2, 1)),
}


def drafting(**changes: Any) -> DraftRevision:
    values = {
        "revision": "r1",
        "kind": RevisionKind.REVISION,
        "base": "2023",
        "key": "2025",
        "title": "规上制造业数字化诊断标准（2025 版）",
        "why": "两年试行后修订",
        "industries": INDUSTRIES,
        "rule": RULE,
    }
    return DraftRevision.model_validate(values | changes)


def erratum(**changes: Any) -> DraftRevision:
    return drafting(kind=RevisionKind.ERRATUM, key="2023.1", **changes)


def city(case: Given, command: Command, **rest: Any) -> Given:
    return case.when(command, "city", "city", **rest)


def drafted(**changes: Any) -> Given:
    return city(given(REVISIONS).having_read(WORLD), drafting(**changes)).accepted


def changing(*changes: StandardChange, version: int = 1, comment: str | None = None) -> ChangeDraft:
    proposed = tuple(ProposedChange(change=one, comment=comment) for one in changes)
    return ChangeDraft(revision="r1", draft_version=version, changes=proposed)


def shifted(amount: int = 1) -> tuple[StandardChange, ...]:
    """The weight of one dimension moved to another: together they hold as a whole, each alone does not."""
    return (
        DimensionWeight(dimension="D1", weight=15 - amount, reason="战略类分值偏高"),
        DimensionWeight(dimension="F", weight=10 + amount, reason="融合性指标更重"),
    )


def heavier(indicator: str, weight: str, industry: str | None = None) -> IndicatorWeight:
    return IndicatorWeight.model_validate(
        {"indicator": indicator, "weight": weight, "industry": industry, "reason": "试行反馈"}
    )


OPENING = OpenConsultation(revision="r1", draft_version=2, since=TODAY, until=LAST_DAY)
CLOSING = CloseConsultation(revision="r1")
LEAVING = AbandonRevision(revision="r1", reason="改由国家标准替代")


def changed() -> Given:
    return city(drafted(), changing(*shifted())).accepted


def consulting() -> Given:
    return city(changed(), OPENING).accepted


def commenting(comment: str = "c1", clause: str = "dimensions.F", **rest: Any) -> CommentOnDraft:
    values = {"revision": "r1", "comment": comment, "clause": clause, "text": "融合性指标权重提高后，中小企业难以达标"}
    return CommentOnDraft.model_validate(values | rest)


def commented() -> Given:
    return consulting().when(commenting(), "enterprise", "e1").accepted


def answering(comment: str = "c1", disposition: Disposition = Disposition.PARTLY) -> AnswerComment:
    return AnswerComment(revision="r1", comment=comment, disposition=disposition, reason="下一稿放缓提高幅度")


def consulted() -> Given:
    return city(city(commented(), answering()).accepted, CLOSING, at=AFTERWARDS).accepted


def naming(*reviewers: str) -> NameReviewers:
    return NameReviewers(revision="r1", reviewers=reviewers or ("zhou", "wu"))


def reviewing(verdict: Verdict = Verdict.APPROVE, version: int = 2) -> ReviewDraft:
    return ReviewDraft(revision="r1", draft_version=version, verdict=verdict, grounds="依据充分，同意")


def reviewed_by(case: Given, person: str, command: ReviewDraft | None = None) -> Given:
    return case.when(command or reviewing(), "reader", "experts", by=person, at=AFTERWARDS)


def in_review() -> Given:
    return city(consulted(), naming(), at=AFTERWARDS).accepted


def approved() -> Given:
    return reviewed_by(reviewed_by(in_review(), "zhou").accepted, "wu").accepted


def publishing(version: int = 2, since: date = IN_FORCE) -> PublishRevision:
    return PublishRevision(revision="r1", draft_version=version, since=since)
