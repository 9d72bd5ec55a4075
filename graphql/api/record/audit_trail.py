"""Audit trail 审计轨迹 in the schema: every entry about a subject, and the events of diagnoses as they happen. plan P5."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, NamedTuple

import orjson
import strawberry

from api.kit import ids
from api.kit.context import Context
from api.kit.event_names import in_english, in_words
from api.kit.filter_values import require_known, require_values
from api.kit.lists import Listed, UpToPosition, listing
from api.kit.nodes import NODES
from api.kit.orders import order_enum
from api.kit.paging import After
from api.kit.published import argument, field, keeps, published, roles_of, subscription
from api.kit.row_mapping import shown
from api.server.subscriptions import BATCH, follow
from domain.access import Mask, Role, Scope, sees_only_issued
from domain.diagnosis.state import diagnosis_stream
from domain.events import EVENTS
from domain.instants import microseconds
from domain.kernel import key_of, kind_of, name_of, without_invisible
from domain.masks import ACTORS, AUDIT, FOLLOWERS, PLACE_READERS, TRAIL, TRAIL_ENTRIES
from domain.participants.endpoints.events import EndpointRedeliveryAsked
from domain.person_id_fields import person_fields, without
from journal.codec import EVENT_OF
from projections import Snapshot
from projections.record import audit_trail, trail_sentences
from projections.record.audit_trail import EntryFilter, EntryRow

DIAGNOSES = "diagnosis."


@published(TRAIL_ENTRIES, row=EntryRow)
class AuditEntry:
    """Entry of the journal: who did what, when, in which role, why · 日志条目. plan P5"""

    id: strawberry.ID = field(
        "Cause to cite, as stream/version; of a diagnosis, to a reader outside the case, its stream and cursor · 条目标识"
    )
    position: int | None = field("Place in the journal, from 1; auditors only · 日志位置", roles=AUDIT)
    cursor: str = field("Opaque place in the journal · 位置令牌")
    at: datetime = field("When, UTC · 时间")
    subject: strawberry.ID = field("What it is about, as kind/id · 对象")
    version: int | None = field(
        "Version of the subject, from 1; null for a diagnosis to a reader outside the case · 版本", made=True
    )
    type: str = field("Published name of the fact · 事实名称")
    what: str = field("What happened, in Chinese · 事实")
    what_in_english: str = field("What happened, in English · 事实（英文）")
    sentence: str | None = field(
        "Who did what to how much of it, in Chinese; roles, never people · 轨迹语句", roles=TRAIL, mask=Mask.TRAIL
    )
    sentence_in_english: str | None = field("The same sentence, in English · 轨迹语句（英文）", roles=TRAIL, mask=Mask.TRAIL)
    actor: strawberry.ID | None = field("Opaque id of the person or machine · 操作人标识", roles=ACTORS)
    role: Role = field("Role acted in; SYSTEM where no person or machine sent it, such as a demo's mark · 角色", made=True)
    organisation: strawberry.ID = field("Organisation it was acted for · 单位标识")
    reason: str | None = field("Why, in the actor's words · 理由", roles=TRAIL, mask=Mask.TRAIL)
    data: str | None = field("The fact as stored, JSON · 原始内容", roles=TRAIL, mask=Mask.TRAIL, made=True)


@published(FOLLOWERS, row=EntryRow)
class DiagnosisEvent:
    """Something happened to a diagnosis; read the diagnosis for what it is now · 诊断动态. plan P5"""

    cursor: str = field("Pass it as `after` to go on from here · 续订令牌")
    diagnosis: ids.DiagnosisID = field("Id of the diagnosis · 诊断标识")
    version: int = field(
        "Version of the diagnosis, from 1; to a reader outside the case, which it is of the events shown there · 版本", made=True
    )
    type: str = field("Published name of the fact · 事实名称")
    what: str = field("What happened, in Chinese · 事实")
    what_in_english: str = field("What happened, in English · 事实（英文）")
    at: datetime = field("When, UTC · 时间")
    role: Role = field("Role acted in · 角色")


def _entries(context: Context, rows: Sequence[EntryRow], wanted: frozenset[str]) -> list[AuditEntry]:
    masks = context.disclosure_notes.masks("AuditEntry", wanted)
    if masks:
        firms = audit_trail.firms_of(context.snapshot, [row.stream for row in rows])
        for stream, firm in firms.items():
            held = (EVENT_OF[row.type].masks for row in rows if row.stream == stream and row.type in EVENT_OF)
            context.disclosure_notes.note(masks.union(*held), [(firm, stream)])
    sentences = [trail_sentences.Said("", "")] * len(rows)
    if not wanted.isdisjoint({"sentence", "sentence_in_english"}):
        sentences = trail_sentences.sentences_of(context.snapshot, context.scope, rows)
    return [_entry(context, row, said) for row, said in zip(rows, sentences, strict=True)]


def _entry(context: Context, row: EntryRow, said: trail_sentences.Said) -> AuditEntry:
    cursor = context.cursors.seal(row.position)
    counted = kind_of(row.stream) != "diagnosis" or not sees_only_issued(context.scope)
    return AuditEntry(
        **shown(AuditEntry, row),
        id=strawberry.ID(f"{row.stream}/{row.version if counted else cursor}"),
        version=row.version if counted else None,
        cursor=cursor,
        subject=strawberry.ID(row.stream),
        what=in_words(row.type),
        what_in_english=in_english(row.type),
        sentence=said.in_chinese,
        sentence_in_english=said.in_english,
        data=_readable_data(row, context.role),
        role=Role(row.role or Role.SYSTEM),
    )


def _readable_data(row: EntryRow, role: str) -> str:
    """A stored fact as a role may read it 可读内容: what a field of the entry keeps from the role is left out here too.

    A report cites a place in the journal, which tells how much the city does in a day; ids of people go by their type. What the
    type of the subject keeps from the role, such as an endpoint's address, goes by the name of its field.
    """
    name, fact = row.type, orjson.loads(row.data)
    if (kind := NODES.get(kind_of(row.stream))) is not None:
        fact = {one: value for one, value in fact.items() if not keeps(kind.type, one, role)}
    if role not in roles_of(AuditEntry, "position"):
        fact.pop("position", None)  # of a computation: up to where facts were looked at
        if isinstance(file := fact.get("file"), dict):
            file.pop("rendered_at", None)
        if name == name_of(EndpointRedeliveryAsked):
            fact = without(frozenset({"first", "last"}), fact)
    if role not in roles_of(AuditEntry, "actor") and name in EVENTS:
        fact = without(person_fields(EVENTS[name]), fact)
    return orjson.dumps(fact).decode()


class SearchedEntries(NamedTuple):
    """What of the trail is looked for, by whom 轨迹检索."""

    role: str
    where: EntryFilter


def _concerned(snapshot: Snapshot, rows: Sequence[EntryRow]) -> list[tuple[str, str]]:
    """(firm, subject) of the entries that are of a firm."""
    return [(firm, stream) for stream, firm in audit_trail.firms_of(snapshot, [row.stream for row in rows]).items()]


def _entries_by(searched: SearchedEntries, position: int) -> SearchedEntries:
    return searched._replace(where=replace(searched.where, by=position))


TRAIL_LIST: Listed[SearchedEntries, EntryRow, AuditEntry] = Listed(
    name="auditTrail",
    node=AuditEntry,
    orders=order_enum("AuditEntryOrder", "What entries may be ordered by · 条目排序", at="By when it was recorded · 时间"),
    rows=lambda snapshot, scope, searched, page: audit_trail.page_of_entries(
        snapshot, scope, searched.role, searched.where, page
    ),
    count=lambda snapshot, scope, searched: audit_trail.count(snapshot, scope, searched.role, searched.where),
    order=audit_trail.BY_POSITION,
    build=_entries,
    concerned=_concerned,
    past=UpToPosition(_entries_by),
)


def journal_time(given: datetime | None) -> int | None:
    """A moment 时刻 as the journal counts; a time without its zone is UTC."""
    if given is None:
        return None
    return microseconds(given if given.tzinfo is not None else given.replace(tzinfo=UTC))


Since = Annotated[
    datetime | None, argument("Earliest moment, itself included · 起始时间", name="from")
]
Until = Annotated[datetime | None, argument("Latest moment, itself included · 截止时间", name="to")]


@strawberry.type
class AuditTrailQueries:
    """Query fields: the audit trail, and the place in the journal that an answer stands at."""

    @field(
        "Opaque place in the journal that this answer stands at: ask for it with what is loaded, and follow from there by "
        "`GET /events?after=` or any subscription's `after` without a gap · 应答位置. plan P5",
        roles=PLACE_READERS,
    )
    def position(self, info: strawberry.Info[Context, None]) -> str:
        """The place of the operation's snapshot. Such an answer is not kept: given again, it would tell that nothing moved."""
        context = info.context
        context.made_of.more = True
        return context.cursors.seal_place(context.snapshot.position)

    @listing(
        TRAIL_LIST,
        "Entries about a subject, or all in the scope, in the order of the journal. subject: as kind/id, such as "
        "diagnosis/0b1c…; kind: beginnings of published names, such as `diagnosis.`; from, to: both included. asOf: what "
        "the journal held by then; an entry never changes. Only who may read the actor may look for one, and only who may read "
        "the sentence for its words · 审计轨迹. plan P5",
        roles=TRAIL_ENTRIES,
    )
    def audit_trail(
        self,
        info: strawberry.Info[Context, None],
        subject: Annotated[strawberry.ID | None, argument("Subject as kind/id, such as diagnosis/0b1c… · 对象")] = None,
        kind: Annotated[list[str] | None, argument("Beginnings of published names, such as `diagnosis.` · 事实名称前缀")] = None,
        actor: Annotated[list[strawberry.ID] | None, argument("Ids of the people or machines that acted · 操作人标识")] = None,
        role: Annotated[list[Role] | None, argument("Roles acted in · 角色")] = None,
        organisation: Annotated[list[strawberry.ID] | None, argument("Organisations it was acted for · 单位标识")] = None,
        text: Annotated[
            str | None,
            argument("Words, each found in what happened, in a role or organisation, or in the reason · 语句中的词语"),
        ] = None,
        since: Since = None,
        until: Until = None,
    ) -> SearchedEntries:
        """A page of entries within the scope."""
        require_values(kind=kind, actor=actor, role=role, organisation=organisation)
        if unknown := [one for one in kind or () if not any(name.startswith(one) for name in EVENTS)]:
            require_known("kind", unknown, sorted({name.split(".", 1)[0] + "." for name in EVENTS}))
        by_whom, units = ids.keys_of(actor, "person"), ids.keys_of(organisation, *ids.UNITS)
        words = without_invisible(text or "") or None
        where = EntryFilter(subject, kind, by_whom, role, units, journal_time(since), journal_time(until), words)
        return SearchedEntries(info.context.role, where)


@strawberry.type
class DiagnosisSubscription:
    """Events of diagnoses as they happen."""

    @subscription(
        "Events of the diagnoses in the scope, each once and in order. after: cursor of the last event seen, to go on "
        "without loss or repeat; without it, from now on · 诊断动态. plan P5",
        roles=FOLLOWERS,
    )
    async def diagnosis_events(
        self,
        info: strawberry.Info[Context, None],
        after: After = None,
        diagnosis: Annotated[strawberry.ID | None, argument("Id of one diagnosis; none = all in the scope · 诊断标识")] = None,
    ) -> AsyncGenerator[DiagnosisEvent, None]:
        """Events beyond a cursor, for ever."""
        context = info.context
        only = ids.key_of(diagnosis, "diagnosis")
        where = EntryFilter(stream=diagnosis_stream(only) if only is not None else None, types=(DIAGNOSES,), live=True)

        counted, cursors = not sees_only_issued(context.scope), context.cursors

        def read(snapshot: Snapshot, role: Role, scope: Scope, position: int) -> list[EntryRow]:
            return audit_trail.entries(snapshot, scope, role, BATCH, where, after=position)

        def made(row: EntryRow) -> DiagnosisEvent:
            return DiagnosisEvent(
                **shown(DiagnosisEvent, row),
                version=row.version if counted else row.told or 1,
                cursor=cursors.seal(row.position),
                diagnosis=ids.id_of("diagnosis", key_of(row.stream)),
                what=in_words(row.type),
                what_in_english=in_english(row.type),
            )

        async with aclosing(follow(context, after, ("diagnosisEvents", where), read, made)) as events:
            async for event in events:
                yield event


QUERIES = AuditTrailQueries


SUBSCRIPTIONS = DiagnosisSubscription
