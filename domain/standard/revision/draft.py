"""Drafting 起草: how a revision begins and how its text is changed, clause by clause. plan S5."""

from collections.abc import Mapping

from domain.kernel import DecisionContext, Facts, Rule
from domain.standard.editions import PublishedEdition, edition_stream
from domain.standard.revision import revision as r
from domain.standard.revision.revision import Revision, RevisionKind
from standards import (
    ChangeRefused,
    ComposedStandard,
    Composition,
    Edition,
    NotAuthored,
    authored,
    changed,
    clause_of,
    composed,
    retitled,
    stated_at,
)

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
    "版本 {key} 无法由通用版和其来历还原，不能以其为基础修订",
    "Edition {key} is not what the plain one and its origins make, so no revision can begin from it",
)
KEY_TAKEN = Rule("REVISION_KEY_TAKEN", "plan S5", "版本号 {key} 已被使用", "The key {key} is taken")
KEY_NOT_LATER = Rule(
    "REVISION_KEY_NOT_LATER",
    "plan S5",
    "以 {base} 为基础不能取版本号 {key}：修订取更晚的年份，勘误取同年更大的序号",
    "{key} is no key after {base}: a revision takes a later year, an erratum a greater number in the same year",
)
DRAFT_STALE = Rule(
    "DRAFT_STALE",
    "plan S5",
    "草案已更新至第 {current} 稿，请以最新稿为准",
    "The draft has moved on to version {current}",
)
DRAFT_ON_CONSULTATION = Rule(
    "DRAFT_ON_CONSULTATION",
    "plan S5",
    "草案正在公开征求意见，结束前不能修改、评审或发布",
    "The draft is open to comments; until that is closed it is neither changed, reviewed nor published",
)
DRAFT_INCOMPLETE = Rule(
    "DRAFT_INCOMPLETE",
    "plan S4",
    "草案还有 {count} 处不成立，先改正：{first}",
    "The draft does not hold as a whole in {count} places; the first: {first_in_english}",
)
CLAUSE_UNKNOWN = Rule("CLAUSE_UNKNOWN", "plan S5", "草案中没有条款 {clause}", "The draft has no clause {clause}")
INDICATOR_REPEATED = Rule(
    "INDICATOR_REPEATED", "plan S1", "指标编号重复：{clause}", "The indicator id is there already: {clause}"
)
CHANGES_COLLIDE = Rule(
    "CHANGES_COLLIDE",
    "plan S5",
    "改动 {clause} 与 {other} 相冲突，结果将取决于先后，请分两次提交",
    "The changes of {clause} and {other} collide: the result would depend on their order; send them one after the other",
)
CHANGE_MISFIT = Rule(
    "CHANGE_MISFIT", "plan S1", "条款 {clause} 不能取该值：{what}", "The clause {clause} cannot be that: {what}"
)
CLAUSE_PLAIN_ONLY = Rule(
    "CLAUSE_PLAIN_ONLY",
    "plan S3",
    "条款 {clause} 各行业一致，不能只为行业 {industry} 改动",
    "The clause {clause} is the same in every industry; it cannot be changed for {industry} alone",
)
COMMENT_UNKNOWN = Rule(
    "COMMENT_UNKNOWN",
    "plan S5",
    "该修订没有这条意见，请从其意见清单中选取",
    "The revision has no such comment; take one of those it lists",
)

FAULTS: Mapping[str, Rule] = {
    "unknown": CLAUSE_UNKNOWN,
    "repeated": INDICATOR_REPEATED,
    "collides": CHANGES_COLLIDE,
    "misfit": CHANGE_MISFIT,
    "plain_only": CLAUSE_PLAIN_ONLY,
}
"""Why a change cannot be made -> the rule that says so."""


def require_version(draft_version: int, revision: Revision) -> None:
    """Raises Refused: DRAFT_STALE, with where the draft stands."""
    if draft_version != revision.draft_version:
        raise DRAFT_STALE.refuse(current=revision.draft_version)


def require_no_consultation(revision: Revision) -> None:
    """Raises Refused: DRAFT_ON_CONSULTATION."""
    if revision.status is r.RevisionStatus.CONSULTING:
        raise DRAFT_ON_CONSULTATION.refuse()


def require_whole(revision: Revision) -> ComposedStandard:
    """What the draft composes to. Raises Refused: DRAFT_INCOMPLETE, with every problem."""
    found = composed(revision.standard)
    if found.problems:
        first = found.problems[0]
        told = [f"{one.industry or ''}:{one.place}:{one.rule}" for one in found.problems]
        raise DRAFT_INCOMPLETE.refuse(
            count=len(found.problems), first=first.says, first_in_english=first.says_in_english, problems=told
        )
    return found


def require_later_key(kind: RevisionKind, key: str, base: str) -> None:
    """Raises Refused: KEY_NOT_LATER."""
    (year, number), (base_year, base_number) = _key_parts(key), _key_parts(base)
    later = year > base_year if kind is RevisionKind.REVISION else year == base_year and number > base_number
    if not later:
        raise KEY_NOT_LATER.refuse(key=key, base=base)


def _key_parts(key: str) -> tuple[int, int]:
    year, _, number = key.partition(".")
    return int(year), int(number or 0)


def draft(command: r.DraftRevision, context: DecisionContext) -> Facts:
    """The published editions are read back into their authoring form, from the journal and not from files."""
    require_later_key(command.kind, command.key, command.base)
    if context.read.get(edition_stream(command.key)) is not None:
        raise KEY_TAKEN.refuse(key=command.key)
    keys = [command.base, *(f"{command.base}-{industry}" for industry in command.industries)]
    found: dict[str, PublishedEdition] = {}
    for key in keys:
        published = context.read.get(edition_stream(key))
        if not isinstance(published, PublishedEdition):
            raise BASE_UNKNOWN.refuse(key=key)
        found[key] = published
    plain, *industries = (Composition(edition=one.edition, origins=one.origins) for one in found.values())
    assert isinstance(plain.edition, Edition)  # noqa: S101 - the key of a plain one
    try:
        standard = authored(plain.edition, industries, command.rule)
    except NotAuthored as problem:
        raise BASE_NOT_AUTHORED.refuse(key=problem.key) from problem
    return (
        r.RevisionDrafted(
            kind=command.kind,
            base=command.base,
            bases={key: one.digest for key, one in found.items()},
            key=command.key,
            title=command.title,
            why=command.why,
            standard=retitled(standard, command.key, command.title),
        ),
    )


def change(command: r.ChangeDraft, revision: Revision) -> Facts:
    """All changes or none, each told with what the draft stated before and states after; what changes nothing is no fact."""
    require_no_consultation(revision)
    require_version(command.draft_version, revision)
    for one in command.changes:
        if one.comment is not None and one.comment not in revision.comments:
            raise COMMENT_UNKNOWN.refuse(comment=one.comment)
    before = revision.standard
    try:
        after = changed(before, [one.change for one in command.changes])
    except ChangeRefused as refused:
        facts = {"clause": refused.clause, "industry": refused.industry, "what": refused.what, "other": refused.what}
        raise FAULTS[refused.fault].refuse(**facts) from refused
    if after == before:
        return ()
    made = []
    for one in command.changes:
        clause, industry = clause_of(one.change), one.change.industry
        made.append(
            r.DraftChange(
                change=one.change,
                clause=clause,
                before=stated_at(before, industry, clause),
                after=stated_at(after, industry, clause),
                comment=one.comment,
            )
        )
    return (r.DraftChanged(changes=tuple(made)),)
