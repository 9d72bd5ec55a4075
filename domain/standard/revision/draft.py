"""Drafting 起草: how a revision begins and how its text is changed, clause by clause. plan S5."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.command_rights import CITY
from domain.kernel import DecisionContext, Event, Facts, Label, Part, PartRef, Refused, Rule, Text, refuse_together
from domain.standard.editions import PublishedEdition, edition_stream
from domain.standard.revision.state import (
    COMMENT_UNKNOWN,
    DraftVersion,
    Industry,
    PlainKey,
    Revision,
    RevisionCommand,
    RevisionKind,
    require_no_consultation,
    require_version,
)
from standards import (
    AuthoredStandard,
    ChangeRefused,
    Composition,
    CompositionRule,
    Edition,
    NotAuthored,
    StandardChange,
    authored,
    changed,
    clause_of,
    retitled,
    stated_at,
)

INDUSTRIES_AT_MOST = 40
CHANGES_AT_MOST = 200


# Rules

BASE_UNKNOWN = Rule(
    "REVISION_BASE_UNKNOWN",
    "plan S5",
    "修订须以已发布的版本为基础；{key} 未发布",
    "A revision begins from published editions; {key} is not published",
)
BASE_NOT_AUTHORED = Rule(
    "REVISION_BASE_NOT_AUTHORED",
    "plan S3",
    "版本 {key} 无法由通用版和其来历还原，不能以其为基础修订；请另选版本",
    "Edition {key} is not what the plain one and its origins make, so no revision can begin from it; choose another edition",
)
KEY_TAKEN = Rule("REVISION_KEY_TAKEN", "plan S5", "版本号 {key} 已被使用；请另取版本号", "The key {key} is taken; take another")
KEY_NOT_LATER = Rule(
    "REVISION_KEY_NOT_LATER",
    "plan S5",
    "以 {base} 为基础不能取版本号 {key}：修订取更晚的年份，勘误取同年更大的序号",
    "{key} is no key after {base}: a revision takes a later year, an erratum a greater number in the same year",
)
CLAUSE_UNKNOWN = Rule(
    "CLAUSE_UNKNOWN",
    "plan S5",
    "草案中没有条款 {clause}；请核对条款编号",
    "The draft has no clause {clause}; check how the clause is written",
)
INDICATOR_REPEATED = Rule(
    "INDICATOR_REPEATED",
    "plan S1",
    "指标编号重复：{clause}；请另取编号",
    "The indicator id is there already: {clause}; take another id",
)
CHANGES_COLLIDE = Rule(
    "CHANGES_COLLIDE",
    "plan S5",
    "改动 {clause} 与 {other} 相冲突，结果将取决于先后，请分两次提交",
    "The changes of {clause} and {other} collide: the result would depend on their order; send them one after the other",
)
CHANGE_MISFIT = Rule(
    "CHANGE_MISFIT",
    "plan S1",
    "条款 {clause} 不能取该值：{says}；请改为该条款可取的值",
    "The clause {clause} cannot be that: {what}; give a value that the clause can take",
)
CLAUSE_PLAIN_ONLY = Rule(
    "CLAUSE_PLAIN_ONLY",
    "plan S3",
    "条款 {clause} 各行业一致，不能只为行业 {industry} 改动；请改通用版的这一条",
    "The clause {clause} is the same in every industry; it cannot be changed for {industry} alone; change the plain edition's",
)
DRAFT_UNCHANGED = Rule(
    "DRAFT_UNCHANGED",
    "plan S5",
    "所提改动与草案现文一致，没有需要修改的内容",
    "The changes state what the draft says already; there is nothing to change",
)
EXISTS = Rule(
    "REVISION_EXISTS",
    "plan S5",
    "该修订已存在，无须再次起草",
    "The revision already exists; it need not be drafted again",
)


FAULTS: Mapping[str, Rule] = {
    "unknown": CLAUSE_UNKNOWN,
    "repeated": INDICATOR_REPEATED,
    "collides": CHANGES_COLLIDE,
    "misfit": CHANGE_MISFIT,
    "plain_only": CLAUSE_PLAIN_ONLY,
}
"""Why a change cannot be made -> the rule that says so."""


# Commands


class DraftRevision(RevisionCommand):
    """Draft a revision of a published plain edition and of all its industry editions, under a new key · 起草修订.

    industries: of the published industry editions. rule: how far an overlay may go from the plain part.
    """

    roles: ClassVar = CITY

    kind: RevisionKind = Field(description="REVISION or ERRATUM · 修订类别")
    base: PlainKey = Field(description="Key of the published plain edition to begin from · 基础版本")
    key: PlainKey = Field(description="Key of the plain edition that it becomes · 版本号")
    title: Label = Field(description="Title · 标题")
    why: Text = Field(description="Why the standard is revised · 修订理由")
    industries: Annotated[tuple[Industry, ...], Field(max_length=INDUSTRIES_AT_MOST)] = Field(
        description="GB/T 4754 divisions a provider serves, such as C34 · 服务行业. plan V2"
    )
    rule: CompositionRule


class ProposedChange(Part):
    """One change of a draft, and the comment that it answers · 拟议改动."""

    change: StandardChange = Field(description="One change: exactly one field is set · 拟议改动. plan S5")
    comment: PartRef | None = Field(default=None, description="Id of a comment · 意见标识")


class ChangeDraft(RevisionCommand):
    """Change a draft, as it stood at a draft version; the set of changes is taken whole or not at all · 修改草案."""

    roles: ClassVar = CITY

    draft_version: DraftVersion = Field(description="Version of the draft that was seen; any other is refused · 所见草案稿次")
    changes: Annotated[tuple[ProposedChange, ...], Field(min_length=1, max_length=CHANGES_AT_MOST)] = Field(
        description="Changes, taken together or not at all; their order means nothing · 改动"
    )


# Events


class RevisionDrafted(Event):
    """A draft of a new edition was begun 已起草修订; bases: key -> digest of each published edition it was begun from."""

    type: Literal["revision.drafted.v1"] = "revision.drafted.v1"
    says: ClassVar = "以版本 {base} 为基础起草了{kind:term} {key}：{why}"
    says_in_english: ClassVar = "began {kind:term}, {key}, on the basis of the edition {base}: {why}"
    kind: RevisionKind
    base: str
    bases: dict[str, str]
    key: str
    title: str
    why: str
    standard: AuthoredStandard


class DraftChange(Part):
    """One change as it was made 已作改动. before, after: what the draft states there; None = nothing."""

    change: StandardChange
    clause: str
    before: str | None
    after: str | None
    comment: str | None


class DraftChanged(Event):
    """The draft was changed 草案已修改, clause by clause, each with its reason."""

    type: Literal["revision.changed.v1"] = "revision.changed.v1"
    says: ClassVar = "修改了草案：{clauses:clauses}"
    says_in_english: ClassVar = "changed the draft: {clauses:clauses}"
    changes: tuple[DraftChange, ...]

    @property
    def clauses(self) -> tuple[str, ...]:
        """Clauses that the changes are about 所改条款."""
        return tuple(change.clause for change in self.changes)


# Decide: what may happen


def draft_revision(command: DraftRevision, revision: Revision | None, context: DecisionContext) -> Facts:
    """The published editions are read back into their authoring form, from the journal and not from files."""
    if revision is not None:
        raise EXISTS.refuse()
    _require_later_key(command.kind, command.key, command.base)
    if context.read.get(edition_stream(command.key)) is not None:
        raise KEY_TAKEN.refuse(key=command.key)
    keys = [command.base, *(f"{command.base}-{industry}" for industry in command.industries)]
    found: dict[str, PublishedEdition] = {}
    unknown = []
    for place, key in enumerate(keys):
        published = context.read.get(edition_stream(key))
        if isinstance(published, PublishedEdition):
            found[key] = published
        else:
            unknown.append(BASE_UNKNOWN.refuse(path=f"industries.{place - 1}" if place else "base", key=key))
    refuse_together(unknown)
    plain, *industries = (Composition(edition=one.edition, origins=one.origins) for one in found.values())
    assert isinstance(plain.edition, Edition)  # noqa: S101 - the key of a plain one
    try:
        standard = authored(plain.edition, industries, command.rule)
    except NotAuthored as problem:
        raise BASE_NOT_AUTHORED.refuse(key=problem.key) from problem
    return (
        RevisionDrafted(
            kind=command.kind,
            base=command.base,
            bases={key: one.digest for key, one in found.items()},
            key=command.key,
            title=command.title,
            why=command.why,
            standard=retitled(standard, command.key, command.title),
        ),
    )


def _require_later_key(kind: RevisionKind, key: str, base: str) -> None:
    """Raises Refused: KEY_NOT_LATER (plan S5)."""
    (year, number), (base_year, base_number) = _key_parts(key), _key_parts(base)
    later = year > base_year if kind is RevisionKind.REVISION else year == base_year and number > base_number
    if not later:
        raise KEY_NOT_LATER.refuse(key=key, base=base)


def _key_parts(key: str) -> tuple[int, int]:
    year, _, number = key.partition(".")
    return int(year), int(number or 0)


def change_draft(command: ChangeDraft, revision: Revision, _context: DecisionContext) -> Facts:
    """All changes or none, each told with what the draft stated before and states after; what changes nothing is no fact."""
    require_no_consultation(revision)
    require_version(command.draft_version, revision)
    refuse_together(
        COMMENT_UNKNOWN.refuse(path=f"changes.{place}.comment", comment=one.comment)
        for place, one in enumerate(command.changes)
        if one.comment is not None and one.comment not in revision.comments
    )
    before = revision.standard
    try:
        after = changed(before, [one.change for one in command.changes])
    except ChangeRefused as refused:
        refuse_together(_unmakeable(command, before))
        raise _refusal(refused) from refused
    if after == before:
        raise DRAFT_UNCHANGED.refuse(path="changes")
    made = []
    for one in command.changes:
        clause, industry = clause_of(one.change), one.change.industry
        made.append(
            DraftChange(
                change=one.change,
                clause=clause,
                before=stated_at(before, industry, clause),
                after=stated_at(after, industry, clause),
                comment=one.comment,
            )
        )
    return (DraftChanged(changes=tuple(made)),)


def _unmakeable(command: ChangeDraft, before: AuthoredStandard) -> Iterator[Refused]:
    """The changes that cannot be made even alone 单项不成立的改动, each with its place in the command."""
    for place, one in enumerate(command.changes):
        try:
            changed(before, [one.change])
        except ChangeRefused as refused:
            yield _refusal(refused, path=f"changes.{place}")


def _refusal(refused: ChangeRefused, **where: str) -> Refused:
    facts = {"clause": refused.clause, "industry": refused.industry, "what": refused.what, "says": refused.says}
    return FAULTS[refused.fault].refuse(**where, **facts, other=refused.what)
