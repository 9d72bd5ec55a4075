"""As of 历史时点: what was known at an earlier moment, apart from what was corrected later. plan P5."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from api.kit.context import Context
from api.kit.cursors import Cursors
from api.kit.published import argument, field, published
from domain.access import Everything, Outside, sees_only_issued
from domain.instants import city_day, city_midnight, microseconds, utc_moment
from domain.kernel import Rule, stream_of
from domain.masks import SIGNED_IN
from projections.as_of import replay
from projections.as_of.replay import Past

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
    "{given} has not come yet; what will be known then is not on record",
)
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T[0-9:.]{5,15}(Z|[+-]\d{2}:\d{2})", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

AsOfMoment = Annotated[
    str | None,
    argument(
        "Answer with what was known then: a time with its zone (2024-06-30T17:00:00+08:00), the end of a day in the city "
        "(2024-06-30; of today, what is known so far), or an opaque position. "
        "Who may see it is judged by today's scope · 历史时点. plan P5",
        name="asOf",
    ),
]


@published(SIGNED_IN)
class AsOf:
    """What an answer of the past leaves out: known then, apart from corrected later · 事后变更. plan P5"""

    moment: datetime | None = field("Moment asked for, UTC; null for an opaque position · 所问时点")
    changed_later: bool = field("Whether anything was recorded of it afterwards · 此后是否有变更")
    changed_later_at: datetime | None = field(
        "When that was for the first time, UTC; null for a figure over many objects · 首次变更时间"
    )
    changes: int | None = field("How many entries of its own came afterwards; null for a figure over many objects · 此后变更次数")


def position_of(context: Context, given: str) -> tuple[int, datetime | None]:
    """The journal position that an `asOf` means, and the moment where it named one; the snapshot reaches that far.

    Raises:
        Refused: AS_OF_MALFORMED, AS_OF_AHEAD, NOT_YET_VISIBLE, CURSOR_INVALID.
    """
    if TIME.fullmatch(given) or DAY.fullmatch(given):
        asked = past_moment(given, context.services.clock())
        bound = microseconds(asked)
        last = replay.recorded_at(context.snapshot, context.snapshot.position)
        if last is None or bound >= last:  # something may be written that is not folded yet
            context.reach(context.services.journal.head().size)
        return replay.position_at(context.snapshot, bound), asked
    if not re.fullmatch(r"[A-Za-z0-9_-]{20,}", given, re.ASCII):
        raise AS_OF_MALFORMED.refuse(given=given[:80])
    position = context.cursors.open(given)
    context.reach(position)
    return position, None


def past_moment(given: str, now: datetime) -> datetime:
    """The moment that an `asOf` names, which has come; of today, what is known so far.

    Raises:
        Refused: AS_OF_MALFORMED, AS_OF_AHEAD.
    """
    asked = moment_in(given)
    if asked > now and not (DAY.fullmatch(given) and date.fromisoformat(given) == city_day(now)):
        raise AS_OF_AHEAD.refuse(given=given)
    return asked


def past_day(on: date | None, today: date) -> str | None:
    """A day of the city that an argument names, as rows bear it; None = as it is now.

    Raises:
        Refused: AS_OF_AHEAD.
    """
    if on is not None and on > today:
        raise AS_OF_AHEAD.refuse(given=on)
    return on.isoformat() if on is not None else None


def moment_in(given: str) -> datetime:
    """The end of a day in the city, or a time with its zone.

    Raises:
        Refused: AS_OF_MALFORMED.
    """
    if not DAY.fullmatch(given) and not TIME.fullmatch(given):
        raise AS_OF_MALFORMED.refuse(given=given[:80])
    try:
        if DAY.fullmatch(given):
            return city_midnight(date.fromisoformat(given)) + timedelta(days=1, microseconds=-1)
        return datetime.fromisoformat(given).astimezone(UTC)
    except (ValueError, OverflowError):
        raise AS_OF_MALFORMED.refuse(given=given) from None


@dataclass(frozen=True)
class Then:
    """The moment that a list is asked for 所问时点: its position, and the time where one was named; both None for now."""

    position: int | None = None
    asked: datetime | None = None


NOW = Then()


@dataclass(frozen=True)
class Pages:
    """Cursors of one list 列表游标, of now or of one moment.

    A cursor of the past opens for that list and that moment alone, and carries the position: the pages of one list are of one
    position. It is sealed beside the moment asked for, since equal tokens for two moments would tell that nothing happened
    between them.
    """

    cursors: Cursors
    name: str
    then: Then = NOW
    moment: str = ""

    def cursor(self, place: str) -> str:
        """Token of a place in the list."""
        if self.then.position is None:
            return self.cursors.seal_key(self.name, place)
        return self.cursors.seal_key(f"{self.name} {self.moment}", f"{self.then.position} {place}")


def pages_of(context: Context, name: str, as_of: str | None, after: str | None) -> tuple[Pages, str | None]:
    """The cursors of a list, and the place to go on from; the snapshot reaches the moment asked for.

    Raises:
        Refused: as `position_of`; CURSOR_INVALID when a cursor is another list's, or another moment's.
    """
    if as_of is None:
        return Pages(context.cursors, name), context.cursors.open_key(name, after) if after else None
    position, asked = position_of(context, as_of)
    moment = asked.isoformat() if asked is not None else as_of
    place = None
    if after:
        began, place = context.cursors.open_key(f"{name} {moment}", after).split(" ", 1)
        position = int(began)
    return Pages(context.cursors, name, Then(position, asked), moment), place


def day_then(context: Context) -> date:
    """The day in the city that an answer is of 所问日期: today, or of the past the day of the moment asked for."""
    if context.past is None or context.present is None:
        return context.today
    if context.asked is not None:
        return city_day(context.asked)
    at = replay.recorded_at(context.present.snapshot, context.past.position)
    return city_day(utc_moment(at)) if at is not None else date.min


def past_context(context: Context, found: Past, asked: datetime | None) -> Context:
    """A context that reads from the past 往期上下文; what is in it was admitted by today's scope.

    Whoever sees of a diagnosis only what is issued sees of the past what was issued by then.
    """
    assert context.identified is not None  # noqa: S101 - the public has no scope, so nothing was found
    whole = Outside(Everything()) if sees_only_issued(context.scope) else Everything()
    identified = replace(context.identified, caller=replace(context.caller, scope=whole))
    present = context.present or context
    return replace(
        context, identified=identified, past=found, asked=asked, present=present, _snapshot=context.replayed(found)
    )


def known_then(context: Context, kind: str, key: str) -> AsOf | None:
    """What came later of a subject, given as the two parts of its stream; None for an answer of now."""
    if context.past is None:
        return None
    later = context.past.later.get(stream_of(kind, key), replay.Later())
    first = utc_moment(later.first_at) if later.first_at is not None else None
    return AsOf(moment=context.asked, changed_later=later.changes > 0, changed_later_at=first, changes=later.changes)
