"""Directory 名录 in the schema: who is listed with which tags, on any day, by which moves, and why; open to all. plan V2, V4."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

import strawberry

from api.kit.as_of import past_day
from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.event_names import in_english, in_words
from api.kit.filter_values import require_known
from api.kit.ids import OrganisationID, id_of, key_of
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload
from api.kit.paging import After
from api.kit.parts import parts
from api.kit.published import argument, field, published, subscription
from api.participants.places import Industry, industry_of
from api.providers.causes import Cause, causes_shown, grounds_for
from api.server.subscriptions import BATCH, follow
from domain.access import Role, Scope
from domain.governance.proceedings.state import ProceedingOutcome
from domain.governance.standing import DirectoryStanding, Listing, listing_stream
from domain.instants import city_day, city_midnight, microseconds, utc_moment
from domain.kernel import Command, Event, cause_of, cited
from domain.masks import ANYONE, APPLICANTS, SIGNED_IN
from domain.providers.applications.state import Application, ApplicationStage, application_stream
from domain.providers.listings.events import ListingLapsed, ProviderListed
from interop.code_lists import industries
from projections import Snapshot
from projections.engine.pages import Page
from projections.governance.proceedings import EndedProceeding, ended_proceedings
from projections.participants.organisations import organisations_by_id
from projections.providers import directory, selection
from projections.providers.causes import CauseRow, causes_of, chain
from projections.providers.directory import DirectoryFilter, DirectoryRow, MoveRow
from projections.providers.grounds import CONCLUSIONS
from projections.providers.selection import ApplicationFilter
from projections.record import trail_sentences

enum_type(DirectoryStanding)

MOST_YEARS = 100
"""More calls than there are years of one."""


@published(ANYONE, placed=False)
class IndustryTag:
    """Tag of an industry that a provider has earned · 行业标签. plan V2"""

    industry: Industry = field("GB/T 4754 division · 行业大类")
    since: date = field("First day · 起始日")
    cause: str = field("Fact by which it was earned, as stream/version · 依据")


@published(ANYONE, placed=False)
class MoveConclusion:
    """What the proceeding that a move cites came to; its reasons stay with its parties · 所依程序结论. plan V4"""

    on: date = field("Day of the city on which it ended, decided for good or withdrawn · 终结日")
    outcome: ProceedingOutcome | None = field("Whether what was asked was granted; null: withdrawn before that · 处理结果")


@published(ANYONE, placed=False)
class DirectoryMove:
    """Move of a provider in the directory · 名录变动. plan V4"""

    id: strawberry.ID = field("The fact, as stream/version · 事实标识")
    type: str = field("Published name of the fact · 事实名称")
    what: str = field("What happened, in Chinese · 事实")
    what_in_english: str = field("What happened, in English · 事实（英文）")
    on: date = field("Day of the city on which it holds · 生效日")
    at: datetime = field("When it was recorded, UTC · 记录时间")
    year: int | None = field("Year of the directory, of a yearly move · 年度")
    tags: list[str] = field("Divisions of the tags that the provider has after it · 变动后的标签")
    gained: list[str] = field("Divisions of the tags that it brought · 新增标签")
    lost: list[str] = field("Divisions of the tags that it took · 失去标签")
    standing: DirectoryStanding = field("How the provider stands after it · 变动后状态")
    due: date | None = field("Until when a warning is to be corrected · 整改截止日")
    reason: str | None = field("Why, in the city's words; null of a yearly move · 理由")
    rule: str | None = field("Rule that it follows, as stream/version; null of the default on file · 所依规则")
    causes: list[strawberry.ID] = field("Facts that it rests on, as stream/version · 依据")
    conclusion: MoveConclusion | None = field(
        "What the proceeding that it cites came to; null of a move that cites none, and before that one has ended · 所依程序的结论"
    )


@published(ANYONE, placed=False)
class DirectoryEntry:
    """A provider's place in the directory · 名录条目. plan V2, V4"""

    provider: OrganisationID = field("Provider · 服务商标识")
    name: str = field("Its name · 名称")
    standing: DirectoryStanding = field("How it stands · 在录状态")
    year: int = field("Year of the directory that it was listed in last · 年度")
    tags: list[IndustryTag] = field("Industries that it has earned · 行业标签")
    moved: date = field("Day of its last move · 最近变动日")
    due: date | None = field("Until when a warning is to be corrected · 整改截止日")
    history: list[DirectoryMove] = parts(DirectoryMove, "Every move up to the day asked for, in order · 变动经过")


@published(ANYONE, placed=False)
class WhyListed:
    """Why a provider stands where it does · 在录缘由. plan V4"""

    entry: DirectoryEntry = field("Where it stands · 名录条目")
    sentence: str = field("In one Chinese sentence · 缘由")
    sentence_in_english: str = field("In one English sentence · 缘由（英文）")
    causes: list[Cause] = field("The facts behind it, each below the one that cites it · 依据链")


@published(SIGNED_IN, placed=False)
class DirectoryEvent:
    """Something moved in the directory; read the entry for what it is now · 名录动态. plan V4"""

    cursor: str = field("Pass it as `after` to go on from here · 续订令牌")
    provider: OrganisationID = field("Provider · 服务商标识")
    move: DirectoryMove = field("The move · 名录变动")


Ended = Mapping[str, EndedProceeding]
"""Stream of a proceeding that has ended -> what it came to."""


def _ended(snapshot: Snapshot, rows: Iterable[MoveRow], until: date | None) -> Ended:
    """To what the proceedings came that moves cite, of those that had ended by the end of a day; None = by now."""
    streams = {cited(cause)[0] for row in rows for cause in causes_of(row.event())}
    before = None if until is None else microseconds(city_midnight(until + timedelta(days=1)))
    return ended_proceedings(snapshot.whole(), streams, before)


def _conclusion(event: Event, ended: Ended) -> MoveConclusion | None:
    streams = [cited(cause)[0] for cause in causes_of(event)]
    found = next((ended[one] for one in streams if one in ended), None)
    return MoveConclusion(on=city_day(utc_moment(found.at)), outcome=found.outcome) if found is not None else None


def _moves(rows: Sequence[MoveRow], ended: Ended) -> list[DirectoryMove]:
    """Moves of one provider, all up to a day: each with what it changed."""
    found, before = [], frozenset[str]()
    for at, row in enumerate(rows):
        after = directory.listing_after(rows[: at + 1])
        found.append(_move(row, after, before, ended))
        before = frozenset(after.tags)
    return found


def _move(row: MoveRow, after: Listing, before: frozenset[str], ended: Ended) -> DirectoryMove:
    event, tags = row.event(), frozenset(after.tags)
    return DirectoryMove(
        id=strawberry.ID(cause_of(listing_stream(row.provider), row.version)),
        type=row.type,
        what=in_words(row.type),
        what_in_english=in_english(row.type),
        on=event.on,
        at=utc_moment(row.at),
        year=event.year if isinstance(event, ProviderListed | ListingLapsed) else None,
        tags=sorted(tags),
        gained=sorted(tags - before),
        lost=sorted(before - tags),
        standing=after.standing,
        due=after.due,
        reason=getattr(event, "reason", None),
        rule=event.rule,
        causes=[strawberry.ID(one) for one in event.causes],
        conclusion=_conclusion(event, ended),
    )


def _build(
    context: Context, rows: Sequence[DirectoryRow], wanted: frozenset[str], until: date | None = None
) -> list[DirectoryEntry]:
    """until: the day at whose end it is known to what proceedings came; None = now."""
    names: Mapping[str, str] = {}
    ended = _ended(context.snapshot, (move for row in rows for move in row.moves), until) if "history" in wanted else None
    if "name" in wanted:
        known = organisations_by_id(context.snapshot, [row.id for row in rows]) if rows else {}
        names = {identity: one.name for identity, one in known.items()}
    return [_entry(row, names.get(row.id, row.id), ended) for row in rows]


def _entry(row: DirectoryRow, name: str, ended: Ended | None) -> DirectoryEntry:
    """ended: None leaves its history out."""
    listing = row.listing
    return DirectoryEntry(
        provider=id_of("organisation", row.id),
        name=name,
        standing=listing.standing,
        year=listing.year,
        tags=[
            IndustryTag(industry=industry_of(one), since=held.since, cause=cause_of(listing_stream(row.id), held.version))
            for one, held in sorted(listing.tags.items())
        ],
        moved=listing.moved,
        due=listing.due,
        history=_moves(row.moves, ended) if ended is not None else [],
    )


def _page(snapshot: Snapshot, where: DirectoryFilter, page: Page) -> list[DirectoryRow]:
    """A page of the directory, which is folded whole: it is little."""
    rows = directory.directory(snapshot, where)
    ordered = rows[::-1] if page.backwards else rows
    if page.beyond is not None:
        place = str(page.beyond[-1])
        ordered = [
            row for row in ordered if (row.id < place if page.backwards else row.id > place) or (page.included and row.id == place)
        ]
    return ordered[: page.size]


DIRECTORY: Listed[DirectoryFilter, DirectoryRow, DirectoryEntry] = Listed(
    name="directory",
    node=DirectoryEntry,
    rows=lambda snapshot, _scope, where, page: _page(snapshot, where, page),
    count=lambda snapshot, _scope, where: len(directory.directory(snapshot, where)),
    build=_build,
)

Day = Annotated[
    date | None, argument("Day of the city whose directory is meant, at its end; none = as it is now · 名录日期. plan V4")
]


@strawberry.type
class DirectoryQueries:
    """Query fields: the directory."""

    @listing(
        DIRECTORY,
        "The directory, in order of provider: as it is, or as it was at the end of any past day; open to all, without signing "
        "in. Who left it is shown where that standing is asked for · 服务商名录. plan V2, V4",
        roles=ANYONE,
    )
    def directory(
        self,
        info: strawberry.Info[Context, None],
        on: Day = None,
        industry: Annotated[str | None, argument("GB/T 4754 division, such as C34; none = any · 行业大类")] = None,
        standing: Annotated[DirectoryStanding | None, argument("How it stands; none = all in the directory · 在录状态")] = None,
    ) -> DirectoryFilter:
        """A page of the directory."""
        require_known("industry", industry, {code: one.name for code, one in industries().items()})
        return DirectoryFilter(past_day(on, info.context.today), industry, standing.value if standing else None)

    @field(
        "Why a provider stands where it does: the chain from its last decisive move down to the facts behind it, as data and as "
        "a sentence; null where it never was in the directory · 在录缘由. plan V4",
        roles=ANYONE,
    )
    def why_listed(
        self,
        info: strawberry.Info[Context, None],
        provider: Annotated[OrganisationID, argument("Provider · 服务商标识")],
        on: Day = None,
    ) -> WhyListed | None:
        """The chain behind one entry."""
        context, identity = info.context, key_of(provider, "organisation")
        row = directory.entry_of(context.snapshot, identity, past_day(on, context.today))
        if row is None:
            return None
        (entry,) = _build(context, [row], frozenset({"name", "history"}), on)
        decisive = _decisive(row)
        moves = [cause_of(listing_stream(identity), one.version) for one in decisive]
        found = chain(context.snapshot, moves, grounds_for(context, identity, on))
        concluded = _concluded(found, decisive)
        came_to = [] if concluded else _came_to(decisive, _ended(context.snapshot, decisive, on))
        refused, below = _refused_since(context, row, on)
        found += [one for one in below if one.id not in {known.id for known in found}]
        return WhyListed(
            entry=entry,
            sentence=_sentence(entry, _done(decisive, concluded, trail_sentences.CHINESE) + [one for one, _ in came_to], refused),
            sentence_in_english=_sentence_in_english(
                entry, _done(decisive, concluded, trail_sentences.ENGLISH) + [one for _, one in came_to], refused
            ),
            causes=causes_shown(context, identity, found),
        )


def _decisive(row: DirectoryRow) -> list[MoveRow]:
    """The moves that say where it stands: the last yearly one, and all since."""
    yearly = [at for at, one in enumerate(row.moves) if isinstance(one.event(), ProviderListed | ListingLapsed)]
    return list(row.moves[yearly[-1] :])


def _concluded(found: Sequence[CauseRow], decisive: Sequence[MoveRow]) -> list[CauseRow]:
    """To what the proceedings came that these moves cite as they were before 所依程序的结论: of a suspension before the hearing."""
    causes = {cause for one in decisive for cause in causes_of(one.event())}
    streams = {cited(cause)[0] for cause in causes}
    since = [one for one in found if isinstance(one.event, CONCLUSIONS) and one.entry.stream in streams and one.id not in causes]
    return sorted(since, key=lambda one: one.entry.position)


def _refused_since(context: Context, row: DirectoryRow, on: date | None) -> tuple[Application | None, list[CauseRow]]:
    """Its latest refusal since the directory that it was listed in, where the scope admits it, and the facts below 此后未入选."""
    if context.role not in APPLICANTS:
        return None, []
    sought = ApplicationFilter(stage=ApplicationStage.ASSESSED.value, provider=row.id)
    known = [one.state() for one in selection.applications(context.snapshot, context.scope, sought, Page(MOST_YEARS))]
    latest = max(known, key=lambda one: one.year, default=None)
    if latest is None or latest.year <= row.listing.year or latest.result is None or latest.result.is_listed:
        return None, []
    assert latest.result_version is not None  # noqa: S101 - set together with the result
    fact = cause_of(application_stream(latest.year, row.id), latest.result_version)
    found = chain(context.snapshot, [fact])
    told = found and (on is None or city_day(utc_moment(found[0].entry.at)) <= on)
    return (latest, found) if told else (None, [])


def _sentence(entry: DirectoryEntry, parts: list[str], refused: Application | None) -> str:
    """Where it stands and by what, in Chinese; reasons are the city's own words, which are public."""
    if refused is not None and refused.result is not None:
        why = "、".join(one.names[0] for one in refused.result.shortfalls)
        parts.append(f"{refused.year} 年征集未入选：{why}")
    return f"“{entry.name}”现为“{entry.standing.names[0]}”：{'；'.join(parts)}。"


def _sentence_in_english(entry: DirectoryEntry, parts: list[str], refused: Application | None) -> str:
    """The same, in English."""
    if refused is not None and refused.result is not None:
        why = ", ".join(one.names[1] for one in refused.result.shortfalls)
        parts.append(f"not listed by the call of {refused.year}: {why}")
    return f"“{entry.name}” now stands as “{entry.standing.names[1]}”: {'; '.join(parts)}."


def _done(decisive: Sequence[MoveRow], concluded: Sequence[CauseRow], words: trail_sentences.Wording) -> list[str]:
    """What the office did on which day; and to what the proceedings came on which a move rests that was made before."""
    events: list[tuple[str, Event]] = [(one.day, one.event()) for one in decisive]
    events += [(city_day(utc_moment(one.entry.at)).isoformat(), one.event) for one in concluded]
    return [f"{day} {trail_sentences.predicate(event, trail_sentences.KnownNames(), words)}" for day, event in events]


def _came_to(decisive: Sequence[MoveRow], ended: Ended) -> list[tuple[str, str]]:
    """To what the proceedings came that decisive moves were made before, in both languages: how they ended, and no reason.

    For whoever is not led to those facts themselves: a reason that time has overtaken would be all that is ever read of it.
    """
    found = dict[str, EndedProceeding]()
    for row in decisive:
        streams = [cited(cause)[0] for cause in causes_of(row.event())]
        found |= {one: ended[one] for one in streams if one in ended and row.at < ended[one].at}
    return [_how_ended(one) for one in sorted(found.values(), key=lambda one: one.at)]


def _how_ended(one: EndedProceeding) -> tuple[str, str]:
    day = city_day(utc_moment(one.at))
    if one.outcome is None:
        return f"所依程序已于 {day} 撤回", f"the proceeding behind it was withdrawn on {day}"
    chinese, english = one.outcome.names
    return f"所依程序已于 {day} 终结，处理结果：{chinese}", f"the proceeding behind it ended on {day}, its outcome: {english}"


@dataclass(frozen=True)
class MovedRow:
    """A move as a follower is told of it 名录动态."""

    position: int
    provider: str
    move: DirectoryMove


@strawberry.type
class DirectorySubscription:
    """Moves of the directory as they happen."""

    @subscription(
        "Moves of the directory, each once and in order. after: cursor of the last event seen, to go on without loss or repeat; "
        "without it, from now on · 名录动态. plan V4",
        roles=SIGNED_IN,
    )
    async def directory_events(
        self, info: strawberry.Info[Context, None], after: After = None
    ) -> AsyncGenerator[DirectoryEvent, None]:
        """Events beyond a cursor, for ever."""
        context, cursors = info.context, info.context.cursors

        def read(snapshot: Snapshot, _role: Role, _scope: Scope, position: int) -> list[MovedRow]:
            return _moved(snapshot, position)

        def made(row: MovedRow) -> DirectoryEvent:
            provider = id_of("organisation", row.provider)
            return DirectoryEvent(cursor=cursors.seal(row.position), provider=provider, move=row.move)

        async with aclosing(follow(context, after, ("directoryEvents",), read, made)) as events:
            async for event in events:
                yield event


def _moved(snapshot: Snapshot, position: int) -> list[MovedRow]:
    """Moves beyond a position, each with what it changed: so with the moves of its provider before."""
    found = []
    for row in directory.moves(snapshot, after=position, first=BATCH):
        upto = [one for one in directory.moves(snapshot, provider=row.provider) if one.version <= row.version]
        found.append(MovedRow(position=row.position, provider=row.provider, move=_moves(upto, _ended(snapshot, upto, None))[-1]))
    return found


def _find_entry(context: Context, key: str, _command: Command, wanted: frozenset[str]) -> DirectoryEntry | None:
    row = directory.entry_of(context.snapshot, key)
    return next(iter(_build(context, [row], wanted)), None) if row is not None else None


QUERIES = DirectoryQueries
SUBSCRIPTIONS = DirectorySubscription
PAYLOADS: Mapping[str, Payload] = {"listing": Payload("entry", DirectoryEntry, _find_entry)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
