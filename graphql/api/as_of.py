"""As of 历史时点: what was known at an earlier moment, apart from what was corrected later. plan P5."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import strawberry

from api.context import Context
from api.diagnosis_parts import EPOCH, moment
from domain.access import Everything
from domain.language import SHANGHAI, Rule
from projections import past
from projections.past import Past

AS_OF_MALFORMED = Rule(
    "AS_OF_MALFORMED",
    "plan P5",
    "时点“{given}”应为带时区的时间、本市日期，或本系统给出的位置令牌",
    "“{given}” is no time with its zone, no day of the city, and no position of this system",
)
AS_OF_AHEAD = Rule(
    "AS_OF_AHEAD",
    "plan P5",
    "时点 {given} 尚未到来，届时已知的内容现在无从得知",
    "{given} has not come yet; what will be known then cannot be told",
)
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T[0-9:.]{5,15}(Z|[+-]\d{2}:\d{2})", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

AsOfMoment = Annotated[
    str | None,
    strawberry.argument(
        name="asOf",
        description="Answer with what was known then 历史时点: a time with its zone (2024-06-30T17:00:00+08:00), the end of a "
        "day in the city (2024-06-30), or an opaque position. Who may see it is judged by today's scope. plan P5",
    ),
]


@strawberry.type(description="What an answer of the past leaves out 事后变更: known then, apart from corrected later. plan P5")
class AsOf:
    """The moment asked for, and whether the subject changed after it."""

    moment: datetime | None = strawberry.field(description="Moment asked for 所问时点, UTC; null for an opaque position")
    changed_later: bool = strawberry.field(description="Whether anything was recorded of it afterwards 此后是否有变更")
    changed_later_at: datetime | None = strawberry.field(
        description="When that was for the first time 首次变更时间, UTC; null for a figure over many things"
    )
    changes: int | None = strawberry.field(
        description="How many entries of its own came afterwards 此后变更次数; null for a figure over many things"
    )


def position_of(context: Context, given: str) -> tuple[int, datetime | None]:
    """The journal position that an `asOf` means, and the moment where it named one; the snapshot reaches that far.

    Raises:
        Refused: AS_OF_MALFORMED, AS_OF_AHEAD, NOT_YET_VISIBLE, CURSOR_INVALID.
    """
    if TIME.fullmatch(given) or DAY.fullmatch(given):
        asked = moment_in(given)
        now = context.program.clock()
        if asked > now:
            raise AS_OF_AHEAD.refuse(given=given)
        microseconds = (asked - EPOCH) // timedelta(microseconds=1)
        last = past.moment_of(context.reading, context.reading.position)
        if last is None or microseconds >= last:  # something may be written that is not folded yet
            context.reach(context.program.journal.head().size)
        return past.position_at(context.reading, microseconds), asked
    if not re.fullmatch(r"[A-Za-z0-9_-]{20,}", given, re.ASCII):
        raise AS_OF_MALFORMED.refuse(given=given[:80])
    position = context.cursors.open(given)
    context.reach(position)
    return position, None


def moment_in(given: str) -> datetime:
    """The end of a day in the city, or a time with its zone.

    Raises:
        Refused: AS_OF_MALFORMED.
    """
    if not DAY.fullmatch(given) and not TIME.fullmatch(given):
        raise AS_OF_MALFORMED.refuse(given=given[:80])
    try:
        if DAY.fullmatch(given):
            return datetime.combine(date.fromisoformat(given), time.max, SHANGHAI).astimezone(UTC)
        return datetime.fromisoformat(given).astimezone(UTC)
    except (ValueError, OverflowError):
        raise AS_OF_MALFORMED.refuse(given=given) from None


def past_context(context: Context, found: Past, asked: datetime | None) -> Context:
    """A context that reads from the past 往期上下文; what is in it was admitted by today's scope."""
    assert context.identified is not None  # noqa: S101 - the public has no scope, so nothing was found
    identified = replace(context.identified, caller=replace(context.caller, scope=Everything()))
    return replace(context, identified=identified, past=found, asked=asked, _reading=context.replayed(found))


def known_then(context: Context, stream: str) -> AsOf | None:
    """What came later of a subject; None for an answer of now."""
    if context.past is None:
        return None
    later = context.past.later.get(stream, past.Later())
    first = moment(later.first_at) if later.first_at is not None else None
    return AsOf(moment=context.asked, changed_later=later.changes > 0, changed_later_at=first, changes=later.changes)
