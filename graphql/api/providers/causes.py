"""Causes 依据 in the schema: the facts behind an entry of the directory as each reader may know them, and what rests on a fact.

plan V4, V5.
"""

import hmac
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.event_names import in_english, in_words
from api.kit.published import argument, field, published
from domain.access import Attribute, Is, Role
from domain.governance.dated_rules import RuleSet
from domain.instants import city_midnight, microseconds, utc_moment
from domain.kernel import cause_of, cited, key_of, kind_of, stream_of
from domain.masks import ANYONE, RATING_INPUTS, SELECTION_OFFICE
from domain.providers.feedback.feedback import FEEDBACKS
from domain.providers.marking.marking import MARKINGS
from domain.providers.sampling.reassessment import REASSESSMENTS
from projections.providers.causes import Below, CauseRow
from projections.providers.feedback import feedback_by_id
from projections.providers.grounds import Grounds, resting_on
from projections.record import trail_sentences

OPEN_KINDS = frozenset({"call", "listing", "rule"})
"""Kinds of facts whose sentences are anyone's to read; of the others who may."""
FACT = re.compile(r"[a-z_]+/[0-9A-Za-z._-]{1,200}/[1-9][0-9]{0,8}")
"""How a fact is cited."""
NAME_DIGITS = 24
"""Of a marking's name to who may not know its marker: 96 bits."""


@published(ANYONE, placed=False)
class Cause:
    """Fact in the chain behind an entry of the directory · 依据事实. plan V4"""

    id: strawberry.ID = field(
        "The fact, as stream/version; of a marking, to who may not read its number and marker, a name of it that stays the same "
        "and tells neither · 事实标识"
    )
    parent: strawberry.ID | None = field("Fact that cites it; null of the move that decides · 上级事实")
    depth: int = field("Steps below the move that decides, from 0 · 层级")
    type: str = field("Published name of the fact · 事实名称")
    what: str = field("What happened, in Chinese · 事实")
    what_in_english: str = field("What happened, in English · 事实（英文）")
    at: datetime = field("When, UTC · 时间")
    sentence: str | None = field("The fact as a Chinese sentence, for whoever may read it; else null · 语句")
    sentence_in_english: str | None = field("The same sentence, in English · 语句（英文）")


def grounds_for(context: Context, provider: str, on: date | None) -> Below:
    """What of the facts that nobody cites a reader is led to: city, auditor and the provider itself; to others nothing.

    on: the city's day at whose end conclusions were known; None = now.
    """
    if context.role in RATING_INPUTS or _is_own(context, provider):
        until = None if on is None else microseconds(city_midnight(on + timedelta(days=1)))
        return Grounds(context.snapshot, provider, unnamed=context.role in RATING_INPUTS, until=until)
    return lambda _cause, _event: ()


def _is_own(context: Context, provider: str) -> bool:
    return context.scope == Is(Attribute.PROVIDER, provider)


def causes_shown(context: Context, provider: str | None, found: Sequence[CauseRow]) -> list[Cause]:
    """The chain, with the sentences of those facts that the reader is told of.

    A feedback's own facts stand in it for the auditor; for the city and the provider that it is about those of whoever gave his
    name. To all others the move cites them, and when they happened is not told; nor which job a sample was, which the stream of its
    re-assessment is called by.
    """
    own = provider is not None and _is_own(context, provider)
    inside = own or context.role in RATING_INPUTS
    told_of = _named(context, found) if inside else frozenset[str]()
    hidden = {FEEDBACKS.name} if inside else {FEEDBACKS.name, REASSESSMENTS.name}
    found = [row for row in found if kind_of(row.entry.stream) not in hidden or row.entry.stream in told_of]
    told = [row for row in found if _may_know(context.role, row, own=own)]
    sentences = trail_sentences.sentences_of(context.snapshot, context.scope, [row.entry for row in told]) if told else ()
    said: dict[str, trail_sentences.Said] = dict(zip((row.id for row in told), sentences, strict=True))
    name_of: Callable[[str], str] = str
    if context.role not in SELECTION_OFFICE:
        name_of = partial(_without_marker, context.services.secret)
    return [
        Cause(
            id=strawberry.ID(name_of(row.id)),
            parent=strawberry.ID(name_of(row.parent)) if row.parent is not None else None,
            depth=row.depth,
            type=row.entry.type,
            what=in_words(row.entry.type),
            what_in_english=in_english(row.entry.type),
            at=utc_moment(row.entry.at),
            sentence=said[row.id].in_chinese if row.id in said else None,
            sentence_in_english=said[row.id].in_english if row.id in said else None,
        )
        for row in found
    ]


def _named(context: Context, found: Sequence[CauseRow]) -> frozenset[str]:
    """Streams of the feedback of a chain that this reader is told of."""
    streams = {key_of(row.entry.stream): row.entry.stream for row in found if kind_of(row.entry.stream) == FEEDBACKS.name}
    rows = feedback_by_id(context.snapshot, context.scope, list(streams)) if streams else {}
    of_all = context.role == Role.AUDITOR
    return frozenset(streams[one] for one, row in rows.items() if of_all or not row.anonymous)


def _without_marker(secret: bytes, fact: str) -> str:
    """The id of a fact to who may not know people: that of a marking holds its number and its marker.

    Under the installation's secret it is the same wherever and whenever the fact is shown, however the chain grew since.
    """
    stream, version = cited(fact)
    if kind_of(stream) != MARKINGS.name:
        return fact
    named = hmac.digest(secret, f"cause|{stream}".encode(), "sha256").hex()
    return cause_of(stream_of(MARKINGS.name, named[:NAME_DIGITS]), version)


def _may_know(role: str, row: CauseRow, *, own: bool) -> bool:
    if isinstance(row.event, RuleSet):
        return True  # as the rule itself
    if Role(role) not in row.event.told_to:
        return False
    return role in SELECTION_OFFICE or kind_of(row.entry.stream) in OPEN_KINDS or own


@strawberry.type
class CauseQueries:
    """Query fields: what rests on a fact."""

    @field(
        "What rests on a fact: ratings that counted it, proceedings that follow from it, moves of the directory that cite these, "
        "each with the fact below it as its parent; of a fact that is not on record nothing · 以此为据的事实. plan V4, V5",
        roles=RATING_INPUTS,
    )
    def resting_on(
        self,
        info: strawberry.Info[Context, None],
        fact: Annotated[strawberry.ID, argument("Fact, as stream/version, such as feedback/0b1c…/1 · 事实标识")],
    ) -> list[Cause]:
        """From a firm's word or a sample up to whatever it led to."""
        if FACT.fullmatch(str(fact)) is None:
            return []
        return causes_shown(info.context, None, resting_on(info.context.snapshot, str(fact)))


QUERIES = CauseQueries
