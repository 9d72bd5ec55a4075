"""Revision of the demo city's standard 示例修订: drafted, changed, on consultation, with comments of several roles. plan S5."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Annotated

from pydantic import Field

from domain.access import Role
from domain.standard.revision.consultation import AnswerComment, CommentOnDraft, OpenConsultation
from domain.standard.revision.draft import ChangeDraft, DraftRevision, ProposedChange
from domain.standard.revision.state import Disposition, RevisionKind
from domain.standard.shadow import RequestShadow
from interop.code_lists import CodeList, read_codes
from journal import Caller
from standards import StandardChange, composition_rule, published_editions
from zhenduan.demo.data import Seed
from zhenduan.demo.diagnosis_story import Act
from zhenduan.demo.people import draw_id

Days = Annotated[int, Field(ge=3, le=100)]
"""Days before the present: so many that a weekend moves no act beyond it."""

ASKED_DAYS_AGO = 3
"""When the city asks what the draft would do."""


class DemoAnswer(CodeList):
    """What became of a comment, and why 处理."""

    disposition: Disposition
    reason: str


class DemoComment(CodeList):
    """A comment and the role of the login that makes it 示例意见."""

    days_ago: Days
    role: Role
    clause: str
    text: str
    answer: DemoAnswer | None = None


class DemoRevision(CodeList):
    """The revision as authored 示例修订. changes: sets of changes in the order they were made."""

    source: Seed
    base: str
    title: str
    why: str
    drafted_days_ago: Days
    consulted_days_ago: Days
    consultation_days: Annotated[int, Field(ge=30)]
    changes: tuple[tuple[StandardChange, ...], ...]
    comments: tuple[DemoComment, ...]


@cache
def demo_revision() -> DemoRevision:
    """The revision as authored 示例修订."""
    return read_codes(Path(__file__).parent / "demo_revision.yaml", DemoRevision)


@dataclass(frozen=True)
class Step:
    """An act of the revision, so many days before the present 示例步骤."""

    days_ago: int
    act: Act


def steps(city: Caller, shown: Mapping[Role, Caller], present: date, chance: Random) -> Iterator[Step]:
    """The acts of the revision in the order of time 修订经过.

    Args:
        city: who drafts and answers.
        shown: role -> who may sign in in it, and comments.
        present: the day it is; the edition to come bears the year after.
        chance: where ids come from.
    """
    told, revision = demo_revision(), draw_id(chance)
    drafting = DraftRevision(
        revision=revision,
        kind=RevisionKind.REVISION,
        base=told.base,
        key=str(present.year + 1),
        title=told.title,
        why=told.why,
        industries=tuple(key.partition("-")[2] for key in published_editions() if key.startswith(f"{told.base}-")),
        rule=composition_rule(told.base),
    )
    yield Step(told.drafted_days_ago, Act(0, city, drafting))
    for version, changes in enumerate(told.changes, 1):
        proposed = tuple(ProposedChange(change=change) for change in changes)
        command = ChangeDraft(revision=revision, draft_version=version, changes=proposed)
        yield Step(told.drafted_days_ago - version, Act(0, city, command))
    last = len(told.changes) + 1

    def opening(day: date) -> OpenConsultation:
        until = day + timedelta(days=told.consultation_days)
        return OpenConsultation(revision=revision, draft_version=last, since=day, until=until)

    yield Step(told.consulted_days_ago, Act(0, city, opening))
    for comment in told.comments:
        identity = draw_id(chance)
        said = CommentOnDraft(revision=revision, comment=identity, clause=comment.clause, text=comment.text)
        yield Step(comment.days_ago, Act(0, shown[comment.role], said))
        if comment.answer is not None:
            answer = AnswerComment(revision=revision, comment=identity, **comment.answer.model_dump())
            yield Step(comment.days_ago - 1, Act(0, city, answer))
    yield Step(ASKED_DAYS_AGO, Act(0, city, RequestShadow(revision=revision, draft_version=last)))
