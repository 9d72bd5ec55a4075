"""Crosswalk to an external model 外部模型对照: proposed by the city, reviewed row by row, published as a version. plan P8, S2.

A row is in force once two people who did not propose it have approved it as it stands, and the city has published it. A later
version takes the place of the one before; what was published is never changed.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import Field

from domain.access import EXPERTS
from domain.command_rights import CITY, require_right
from domain.kernel import (
    NOT_FOUND,
    Capability,
    DecisionContext,
    EditionRef,
    Event,
    Facts,
    Label,
    Refused,
    Rule,
    Sha256,
    Stream,
    Text,
    Unscoped,
    refuse_together,
)
from domain.person_id_fields import PersonId
from domain.standard.crosswalks.state import (
    Crosswalk,
    CrosswalkCommand,
    ExternalKey,
    Pair,
    ProposedRow,
    crosswalk_stream,
)
from domain.standard.editions import EDITION_UNKNOWN, PublishedEdition, edition_stream
from domain.standard.revision.state import DRAFT_STALE, DraftVersion, Verdict
from domain.stated_sources import StatedDocument, StatedMark, stated_source
from standards import comparison_on, external_edition
from standards.edition.text import Source
from standards.external.crosswalk import CrosswalkPair, CrosswalkRow, exact_twice, part_too

ROWS_AT_MOST = 500

# Rules

EXTERNAL_MODEL_UNKNOWN = Rule(
    "EXTERNAL_MODEL_UNKNOWN",
    "plan P8",
    "没有外部模型版本 {external_edition}，或其没有可对照的节点；请从外部模型清单中选取",
    "There is no external edition {external_edition} with nodes to map; take one of the list of external models",
)
CROSSWALK_EXISTS = Rule(
    "CROSSWALK_EXISTS",
    "plan P8",
    "标准版本 {edition} 与 {external_edition} 的对照已有；请修改它的对照行",
    "A crosswalk of edition {edition} to {external_edition} exists; change its rows",
)
CROSSWALK_INDICATOR_UNKNOWN = Rule(
    "CROSSWALK_INDICATOR_UNKNOWN",
    "plan S2",
    "标准版本 {edition} 没有指标 {indicator}；请改为该版本的指标编号",
    "Edition {edition} has no indicator {indicator}; name one that it has",
)
CROSSWALK_NODE_UNKNOWN = Rule(
    "CROSSWALK_NODE_UNKNOWN",
    "plan P8",
    "外部模型 {external_edition} 没有节点 {node}；请改为该版本的节点",
    "The external edition {external_edition} has no node {node}; name one that it has",
)
CROSSWALK_EXACT_TWICE = Rule(
    "CROSSWALK_EXACT_TWICE",
    "plan P8",
    "{indicator} 与 {node} 之一另有完全对应；同一端只能有一行完全对应，请改用其他关系",
    "An end of {indicator} and {node} is exactly matched elsewhere; it may be so once, so take another relation",
)
CROSSWALK_NODE_AND_PART = Rule(
    "CROSSWALK_NODE_AND_PART",
    "plan P8",
    "外部节点 {node} 及其下级都有对照行，会重复计算；请只保留一级",
    "Both the node {node} and a part of it are mapped and would count twice; keep one of the two",
)
CROSSWALK_ROW_UNKNOWN = Rule(
    "CROSSWALK_ROW_UNKNOWN",
    "plan P8",
    "对照中没有 {indicator} 与 {node} 这一行；请从其对照行中选取",
    "The crosswalk has no row of {indicator} and {node}; take one of its rows",
)
CROSSWALK_FULL = Rule(
    "CROSSWALK_FULL",
    "plan P8",
    "对照至多 {at_most} 行，现为 {count} 行；请先删去一些",
    "A crosswalk has {at_most} rows at most, and would have {count}; remove some first",
)
CROSSWALK_EMPTY = Rule(
    "CROSSWALK_EMPTY",
    "plan P8",
    "对照还没有任何一行；请先提出对照行",
    "The crosswalk has no row yet; propose some first",
)
ROW_PROPOSED_BY_REVIEWER = Rule(
    "ROW_PROPOSED_BY_REVIEWER",
    "plan P8",
    "{indicator} 与 {node} 这一行由您提出，须由他人评审",
    "You proposed the row of {indicator} and {node}; it is for others to review",
)
CROSSWALK_NOT_AGREED = Rule(
    "CROSSWALK_NOT_AGREED",
    "plan P8",
    "还有 {count} 行未经 {needed} 人同意或被退回，首行为 {indicator} 与 {node}；请先完成评审",
    "{count} rows are returned or lack the consent of {needed} people, the first of {indicator} and {node}; have them reviewed",
)

# Commands


class ProposeCrosswalk(CrosswalkCommand):
    """Begin a crosswalk of one of our editions to an edition of an external model · 建立对照."""

    roles: ClassVar = CITY

    edition: EditionRef = Field(description="Key of a published edition, such as 2023 · 标准版本")
    external_edition: ExternalKey = Field(description="Key of an external edition, such as dcmm-2025 · 外部模型版本")
    title: Label = Field(description="Title · 标题")
    source: StatedDocument
    mark: StatedMark


class ChangeCrosswalk(CrosswalkCommand):
    """Propose rows, or other words of rows, and remove some; what is changed is reviewed anew · 提出对照行."""

    roles: ClassVar = CITY

    draft_version: DraftVersion = Field(description="Version of the draft that was seen; any other is refused · 所见草案稿次")
    rows: Annotated[tuple[CrosswalkRow, ...], Field(max_length=ROWS_AT_MOST)] = Field(
        default=(), description="Rows as they are to stand · 对照行"
    )
    removed: Annotated[tuple[CrosswalkPair, ...], Field(max_length=ROWS_AT_MOST)] = Field(
        default=(), description="Rows to remove · 删去的对照行"
    )


class ReviewCrosswalk(CrosswalkCommand):
    """Approve rows or return them, with grounds, as an expert who did not propose them · 评审对照行."""

    roles: ClassVar = EXPERTS

    draft_version: DraftVersion = Field(description="Version of the draft that was seen; any other is refused · 所见草案稿次")
    rows: Annotated[tuple[CrosswalkPair, ...], Field(max_length=ROWS_AT_MOST)] = Field(
        default=(), description="Rows that are reviewed; none = all · 所评对照行"
    )
    verdict: Verdict = Field(description="APPROVE or RETURN · 评审结论")
    grounds: Text = Field(description="Grounds of the review · 评审理由")


class PublishCrosswalk(CrosswalkCommand):
    """Publish the rows as the next version, which takes the place of the one before · 发布对照."""

    roles: ClassVar = CITY

    draft_version: DraftVersion = Field(description="Version of the draft that was seen; any other is refused · 所见草案稿次")


# Events


class CrosswalkProposed(Event):
    """A crosswalk was begun 对照已建立."""

    type: Literal["crosswalk.proposed.v1"] = "crosswalk.proposed.v1"
    says: ClassVar = "建立了标准版本 {edition} 与外部模型 {external_edition} 的对照“{title}”"
    says_in_english: ClassVar = (
        "began the crosswalk “{title}” from the edition {edition} to the external model {external_edition}"
    )
    edition: str
    external_edition: str
    title: str
    source: Source


class CrosswalkChanged(Event):
    """Rows were proposed or removed 对照行已提出."""

    type: Literal["crosswalk.changed.v1"] = "crosswalk.changed.v1"
    says: ClassVar = "提出了 {rows:count} 行对照，删去 {removed:count} 行"
    says_in_english: ClassVar = "proposed rows of the crosswalk: {rows:count}, removed rows: {removed:count}"
    proposer: PersonId
    rows: tuple[CrosswalkRow, ...]
    removed: tuple[CrosswalkPair, ...]


class CrosswalkReviewed(Event):
    """A reviewer approved rows or returned them 对照行已评审."""

    type: Literal["crosswalk.reviewed.v1"] = "crosswalk.reviewed.v1"
    says: ClassVar = "评审了 {rows:count} 行对照：{verdict:term}"
    says_in_english: ClassVar = "reviewed rows of the crosswalk ({rows:count}): {verdict:term}"
    reviewer: PersonId
    draft_version: int
    rows: tuple[CrosswalkPair, ...]
    verdict: Verdict
    grounds: str


class CrosswalkPublished(Event):
    """The rows are in force as a version 对照已发布. edition_digest, model_digest: of the two editions at its ends."""

    type: Literal["crosswalk.published.v1"] = "crosswalk.published.v1"
    says: ClassVar = "发布了对照第 {version} 版，共 {rows:count} 行"
    says_in_english: ClassVar = "published version {version} of the crosswalk; rows: {rows:count}"
    version: int
    rows: tuple[CrosswalkRow, ...]
    edition_digest: Sha256
    model_digest: Sha256


# Decide: what may happen


def decide(command: CrosswalkCommand, crosswalk: Crosswalk | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above, EDITION_UNKNOWN, DRAFT_STALE."""
    require_right(command, context.role)
    if isinstance(command, ProposeCrosswalk):
        return _proposed(command, crosswalk, context)
    if crosswalk is None:
        raise NOT_FOUND.refuse()
    match command:
        case ChangeCrosswalk():
            return _changed(command, crosswalk, context)
        case ReviewCrosswalk():
            return _reviewed(command, crosswalk, context)
        case PublishCrosswalk():
            return _published(command, crosswalk, context)
        case never:
            raise AssertionError(never)


def _proposed(command: ProposeCrosswalk, crosswalk: Crosswalk | None, context: DecisionContext) -> Facts:
    if crosswalk is not None:
        if _begun(command) == crosswalk.model_copy(update={"rows": {}, "draft_version": 1, "version": 0, "published": ()}):
            return ()
        raise CROSSWALK_EXISTS.refuse(edition=crosswalk.edition, external_edition=crosswalk.external_edition)
    if context.read.get(edition_stream(command.edition)) is None:
        raise EDITION_UNKNOWN.refuse(path="edition", edition=command.edition)
    model = external_edition(command.external_edition)
    if model is None or not model.nodes:
        raise EXTERNAL_MODEL_UNKNOWN.refuse(path="external_edition", external_edition=command.external_edition)
    stated = {"edition": command.edition, "external_edition": command.external_edition, "title": command.title}
    return (CrosswalkProposed(**stated, source=stated_source(command)),)


def _begun(command: ProposeCrosswalk) -> Crosswalk:
    """The crosswalk that a proposal begins."""
    stated = command.model_dump(include={"edition", "external_edition", "title"})
    return Crosswalk(**stated, source=stated_source(command))


def _changed(command: ChangeCrosswalk, crosswalk: Crosswalk, context: DecisionContext) -> Facts:
    """What says what stands already is no change; the rest is judged with all the rows as they would stand."""
    _require_draft(command.draft_version, crosswalk)
    refuse_together(_unknown(command, crosswalk, context))
    rows = tuple(row for row in command.rows if row.pair not in crosswalk.rows or crosswalk.rows[row.pair].row != row)
    after = {**{pair: one.row for pair, one in crosswalk.rows.items()}, **{row.pair: row for row in rows}}
    for pair in command.removed:
        after.pop((pair.indicator, pair.node), None)
    if len(after) > ROWS_AT_MOST:
        raise CROSSWALK_FULL.refuse(path="rows", count=len(after), at_most=ROWS_AT_MOST)
    refuse_together(_at_odds(command, crosswalk, tuple(after.values())))
    if not rows and not command.removed:
        return ()
    return (CrosswalkChanged(proposer=context.by, rows=rows, removed=command.removed),)


def _unknown(command: ChangeCrosswalk, crosswalk: Crosswalk, context: DecisionContext) -> Iterator[Refused]:
    """Both ends of a row exist in the editions of the crosswalk; what is removed is there."""
    edition: PublishedEdition = context.read[edition_stream(crosswalk.edition)]
    known = {indicator.id for indicator in edition.edition.indicators}
    model = external_edition(crosswalk.external_edition)
    nodes = model.by_id if model is not None else {}
    for place, row in enumerate(command.rows):
        if row.indicator not in known:
            path = f"rows.{place}.indicator"
            yield CROSSWALK_INDICATOR_UNKNOWN.refuse(path=path, edition=crosswalk.edition, indicator=row.indicator)
        if row.node not in nodes:
            told = {"external_edition": crosswalk.external_edition, "node": row.node}
            yield CROSSWALK_NODE_UNKNOWN.refuse(path=f"rows.{place}.node", **told)
    yield from _absent("removed", command.removed, crosswalk)


def _absent(name: str, pairs: tuple[CrosswalkPair, ...], crosswalk: Crosswalk) -> Iterator[Refused]:
    for place, pair in enumerate(pairs):
        if (pair.indicator, pair.node) not in crosswalk.rows:
            yield CROSSWALK_ROW_UNKNOWN.refuse(path=f"{name}.{place}", indicator=pair.indicator, node=pair.node)


def _at_odds(command: ChangeCrosswalk, crosswalk: Crosswalk, after: tuple[CrosswalkRow, ...]) -> Iterator[Refused]:
    """Rows that cannot stand beside the others; each is told at its place, where it is one of those that were sent."""
    model = external_edition(crosswalk.external_edition)
    places = {row.pair: f"rows.{place}" for place, row in enumerate(command.rows)}
    for indicator, node in sorted(exact_twice(after)):
        where = {"path": places[indicator, node]} if (indicator, node) in places else {}
        yield CROSSWALK_EXACT_TWICE.refuse(**where, indicator=indicator, node=node)
    for indicator, node in sorted(part_too(after, model)) if model is not None else ():
        where = {"path": f"{places[indicator, node]}.node"} if (indicator, node) in places else {}
        yield CROSSWALK_NODE_AND_PART.refuse(**where, node=node)


def _reviewed(command: ReviewCrosswalk, crosswalk: Crosswalk, context: DecisionContext) -> Facts:
    _require_draft(command.draft_version, crosswalk)
    if not crosswalk.rows:
        raise CROSSWALK_EMPTY.refuse()
    refuse_together(_absent("rows", command.rows, crosswalk))
    pairs = tuple(dict.fromkeys((pair.indicator, pair.node) for pair in command.rows)) or tuple(sorted(crosswalk.rows))
    for indicator, node in pairs:
        if crosswalk.rows[indicator, node].proposer == context.by:
            raise ROW_PROPOSED_BY_REVIEWER.refuse(path="rows", indicator=indicator, node=node)
    said_before = [(crosswalk.rows[pair].verdicts.get(context.by), crosswalk.rows[pair].grounds.get(context.by)) for pair in pairs]
    if all(one == (command.verdict, command.grounds) for one in said_before):
        return ()
    rows = tuple(CrosswalkPair(indicator=indicator, node=node) for indicator, node in pairs)
    said = {"draft_version": command.draft_version, "verdict": command.verdict, "grounds": command.grounds}
    return (CrosswalkReviewed(reviewer=context.by, rows=rows, **said),)


def _published(command: PublishCrosswalk, crosswalk: Crosswalk, context: DecisionContext) -> Facts:
    """Every row as it stands is agreed; the same rows again change nothing."""
    _require_draft(command.draft_version, crosswalk)
    if not crosswalk.rows:
        raise CROSSWALK_EMPTY.refuse()
    needed = comparison_on(context.day).reviewers
    waiting = sorted(pair for pair, one in crosswalk.rows.items() if not one.is_agreed(needed))
    if waiting:
        indicator, node = waiting[0]
        raise CROSSWALK_NOT_AGREED.refuse(count=len(waiting), needed=needed, indicator=indicator, node=node)
    if crosswalk.drafted == crosswalk.published:
        return ()
    edition: PublishedEdition = context.read[edition_stream(crosswalk.edition)]
    model = external_edition(crosswalk.external_edition)
    if model is None:
        raise EXTERNAL_MODEL_UNKNOWN.refuse(external_edition=crosswalk.external_edition)
    digests = {"edition_digest": edition.digest, "model_digest": model.digest}
    return (CrosswalkPublished(version=crosswalk.version + 1, rows=crosswalk.drafted, **digests),)


def _require_draft(seen: int, crosswalk: Crosswalk) -> None:
    if seen != crosswalk.draft_version:
        raise DRAFT_STALE.refuse(path="draft_version", current=crosswalk.draft_version)


# Evolve: what has happened

CrosswalkEvent = CrosswalkProposed | CrosswalkChanged | CrosswalkReviewed | CrosswalkPublished


def evolve(crosswalk: Crosswalk | None, event: CrosswalkEvent) -> Crosswalk:
    """The crosswalk after one more fact."""
    if isinstance(event, CrosswalkProposed):
        return Crosswalk(**event.model_dump(include={"edition", "external_edition", "title"}), source=event.source)
    assert crosswalk is not None, "a history starts with CrosswalkProposed"  # noqa: S101 - guards replay, not input
    rows: dict[Pair, ProposedRow] = dict(crosswalk.rows)
    match event:
        case CrosswalkChanged(proposer=proposer, rows=changed, removed=removed):
            rows |= {row.pair: ProposedRow(row=row, proposer=proposer) for row in changed}
            for pair in removed:
                rows.pop((pair.indicator, pair.node), None)
            return crosswalk.model_copy(update={"rows": rows, "draft_version": crosswalk.draft_version + 1})
        case CrosswalkReviewed(reviewer=reviewer, rows=reviewed, verdict=verdict, grounds=grounds):
            for pair in reviewed:
                one = rows[pair.indicator, pair.node]
                last = {"verdicts": {**one.verdicts, reviewer: verdict}, "grounds": {**one.grounds, reviewer: grounds}}
                rows[pair.indicator, pair.node] = one.model_copy(update=last)
            return crosswalk.model_copy(update={"rows": rows})
        case CrosswalkPublished(version=version, rows=published):
            return crosswalk.model_copy(update={"version": version, "published": published})
        case never:
            assert_never(never)


def _reads(command: CrosswalkCommand, crosswalk: Crosswalk | None) -> tuple[Stream, ...]:
    if isinstance(command, ProposeCrosswalk):
        return (edition_stream(command.edition),)
    return (edition_stream(crosswalk.edition),) if crosswalk is not None else ()


CROSSWALKS = Capability(
    name="crosswalk",
    commands=(ProposeCrosswalk, ChangeCrosswalk, ReviewCrosswalk, PublishCrosswalk),
    events=tuple(CrosswalkEvent.__args__),
    stream=lambda command: crosswalk_stream(command.crosswalk),
    reads=_reads,
    place=lambda _command, _crosswalk, _read: Unscoped.OPEN_TO_ALL,
    decide=decide,
    evolve=evolve,
)
"""The crosswalks 对照. Its drafts are open to whoever may send one of its commands, so no scope judges it."""
