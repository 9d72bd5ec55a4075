"""Moves within the year 名录动态调整: tags, warnings, suspension, removal, return. plan V4.

Each move cites its causes, facts on record as stream/version, and follows the ladder in force. Yearly moves: `calls/adoption.py`.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, assert_never

from pydantic import Field

from domain.command_rights import BY_THE_PROGRAM, CITY, require_right
from domain.governance.dated_rules import dated_rule_on, rule_stream
from domain.governance.proceedings.state import (
    Proceeding,
    ProceedingKind,
    ProceedingOutcome,
    ProceedingStatus,
    calendar_of,
    require_concluded,
)
from domain.governance.proceedings.subjects import CAUSE_UNKNOWN, OF_THE_DIRECTORY
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.ladder import LadderRule
from domain.governance.standing import DirectoryStanding, Listing, listing_stream
from domain.governance.working_calendar import CALENDAR_STREAM, add_working_days
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Cause,
    Command,
    DecisionContext,
    Facts,
    OrganisationRef,
    Read,
    Refused,
    Rule,
    Stream,
    Text,
    cause_of,
    cited,
    kind_of,
    refuse_together,
)
from domain.participants.organisations import Division
from domain.providers.listings.events import (
    DirectoryBegun,
    ListingEvent,
    ProviderRemoved,
    ProviderRestored,
    ProviderSuspended,
    ProviderWarned,
    TagGained,
    TagLost,
    WarningCorrected,
    evolve_directory,
    evolve_listing,
)
from domain.stated_dates import DateName, require_not_too_far_ahead

# Rules

NOT_ON_THE_LIST = Rule(
    "NOT_ON_THE_LIST",
    "plan V4",
    "该服务商现为“{standing}”，该调整须在“{expected}”时进行",
    "The provider is “{standing_in_english}”; this move takes “{expected_in_english}”",
)
TAG_HELD_ALREADY = Rule(
    "TAG_HELD_ALREADY",
    "plan V2",
    "该服务商自 {since} 起已有行业 {division} 的标签，无须再次增加",
    "The provider has the tag of {division} from {since} on already; it need not be given again",
)
TAG_NOT_HELD = Rule(
    "TAG_NOT_HELD",
    "plan V2",
    "该服务商没有行业 {division} 的标签；请核对行业",
    "The provider has no tag of {division}; check the industry",
)
CORRECTION_IN_THE_PAST = Rule(
    "CORRECTION_IN_THE_PAST",
    "plan V4",
    "整改截止日 {given} 早于规则所给的期限，最早为 {earliest}",
    "{given} gives less time to correct than the rule does; {earliest} is the earliest",
)

SUSPENSION_NEEDS_PROCEEDING = Rule(
    "SUSPENSION_NEEDS_PROCEEDING",
    "plan V4",
    "暂停须引用针对该服务商的红线程序（可先行暂停、待听证），或已终结且成立的名录调整程序；请先立案",
    "A suspension cites a red-line proceeding against the provider, pending its hearing, or a concluded one on the directory; open "
    "one first",
)

SUSPENSION_STANDS = Rule(
    "SUSPENSION_STANDS",
    "plan V4",
    "该暂停所依据的红线程序尚未办结或已成立，暂停继续有效；程序撤回或最终不成立后自动解除",
    "The proceeding on a red line that the suspension rests on is pending or was upheld; it is lifted once that is withdrawn or "
    "dismissed in the end",
)

# Commands

Causes = Annotated[tuple[Cause, ...], Field(min_length=1, max_length=100)]


class ListingCommand(Command):
    """A move of a provider within the directory 名录调整命令."""

    roles: ClassVar = CITY

    provider: OrganisationRef = Field(description="Provider in the directory · 服务商标识")
    causes: Causes = Field(description="Facts that it rests on, each as stream/version · 依据")
    reason: Text = Field(description="Why, as the provider and the public read it · 理由")


class GainTag(ListingCommand):
    """Give a listed provider the tag of an industry · 增加行业标签."""

    industry: Division = Field(description="GB/T 4754 division, such as C34 · 行业大类")


class LoseTag(ListingCommand):
    """Take the tag of an industry from a provider; work already taken stays · 取消行业标签."""

    industry: Division = Field(description="GB/T 4754 division, such as C34 · 行业大类")


class WarnProvider(ListingCommand):
    """Warn a provider, with a day by which to correct · 限期整改."""

    due: date = Field(description="Last day to correct, itself included · 整改截止日")


class ConfirmCorrection(ListingCommand):
    """Find corrected what a warning was about · 确认整改完成."""


class SuspendProvider(ListingCommand):
    """Suspend a provider: no new work, what it has goes on · 暂停服务商."""


class RemoveProvider(ListingCommand):
    """Remove a provider from the directory; past work stays, open work is listed for reassignment · 移出名录."""


class RestoreProvider(ListingCommand):
    """Restore a provider that was suspended or removed · 恢复服务商."""


class LiftSuspension(Command):
    """Lift a suspension whose proceedings on a red line all ended without being upheld 解除先行暂停."""

    roles: ClassVar = BY_THE_PROGRAM

    provider: OrganisationRef


AnyListingCommand = (
    GainTag | LoseTag | WarnProvider | ConfirmCorrection | SuspendProvider | RemoveProvider | RestoreProvider
)

FROM: Mapping[type[Command], frozenset[DirectoryStanding]] = {
    GainTag: frozenset({DirectoryStanding.LISTED, DirectoryStanding.WARNED}),
    LoseTag: frozenset({DirectoryStanding.LISTED, DirectoryStanding.WARNED, DirectoryStanding.SUSPENDED}),
    WarnProvider: frozenset({DirectoryStanding.LISTED}),
    ConfirmCorrection: frozenset({DirectoryStanding.WARNED}),
    SuspendProvider: frozenset({DirectoryStanding.LISTED, DirectoryStanding.WARNED}),
    RemoveProvider: frozenset({DirectoryStanding.WARNED, DirectoryStanding.SUSPENDED}),
    RestoreProvider: frozenset({DirectoryStanding.SUSPENDED, DirectoryStanding.REMOVED}),
}
"""Move -> how a provider stands from which it leads 可由何状态; nobody is removed without a warning or a suspension before."""

# Decide: what may happen


def decide(command: AnyListingCommand | LiftSuspension, listing: Listing | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    if listing is None:
        raise NOT_FOUND.refuse()
    if isinstance(command, LiftSuspension):
        return _lifted(command, listing, context)
    expected = FROM[type(command)]
    if listing.standing not in expected:
        raise _elsewhere(listing.standing, expected)
    refuse_together(_unknown_causes(command, context))
    rule = dated_rule_on(context.read.get(rule_stream(RuleKind.LADDER)), RuleKind.LADDER, context.day)
    told = {"on": context.day, "rule": rule.cause, "causes": command.causes, "reason": command.reason}
    match command:
        case GainTag(industry=industry):
            if industry in listing.tags:
                raise TAG_HELD_ALREADY.refuse(path="industry", division=industry, since=listing.tags[industry].since)
            return (TagGained(industry=industry, **told),)
        case LoseTag(industry=industry):
            if industry not in listing.tags:
                raise TAG_NOT_HELD.refuse(path="industry", division=industry)
            _require_concluded(command, context)
            return (TagLost(industry=industry, **told),)
        case WarnProvider(due=due):
            require_not_too_far_ahead("due", due, context, DateName("整改截止日", "last day to correct"))
            body = rule.body
            assert isinstance(body, LadderRule)  # noqa: S101 - the kind says so
            earliest = add_working_days(context.day, body.correction_days, calendar_of(context)).day
            if due < earliest:
                raise CORRECTION_IN_THE_PAST.refuse(path="due", given=due, earliest=earliest)
            return (ProviderWarned(due=due, **told),)
        case ConfirmCorrection():
            return (WarningCorrected(**told),)
        case SuspendProvider():
            _require_proceeding(command, context)
            return (ProviderSuspended(**told),)
        case RemoveProvider():
            _require_concluded(command, context)
            return (ProviderRemoved(**told),)
        case RestoreProvider():
            return (ProviderRestored(**told),)
        case never:
            assert_never(never)


def _lifted(command: LiftSuspension, listing: Listing, context: DecisionContext) -> Facts:
    """What was done pending a hearing ends with its proceeding, unless that was upheld; nothing where it ended meanwhile."""
    if listing.standing is not DirectoryStanding.SUSPENDED:
        return ()
    found = {stream: context.read.get(stream) for stream in _suspended_by(listing)}
    of, about = MOVES_A_LISTING, listing_stream(command.provider)
    known = {at: one for at, one in found.items() if isinstance(one, Proceeding) and one.kind in of and one.about == about}
    if not known or not all(map(_came_to_nothing, known.values())):
        raise SUSPENSION_STANDS.refuse()
    rule = dated_rule_on(context.read.get(rule_stream(RuleKind.LADDER)), RuleKind.LADDER, context.day)
    causes = tuple(cause_of(stream, one.version) for stream, one in known.items())
    reason = "所依据的红线程序已撤回或最终不成立，先行暂停随之解除"
    return (ProviderRestored(on=context.day, rule=rule.cause, causes=causes, reason=reason),)


def _suspended_by(listing: Listing) -> tuple[Stream, ...]:
    streams = dict.fromkeys(cited(cause)[0] for cause in listing.suspended_for)
    return tuple(stream for stream in streams if kind_of(stream) == "proceeding")


def _came_to_nothing(one: Proceeding) -> bool:
    """Whether a proceeding was withdrawn, or dismissed in the end."""
    dismissed = one.status is ProceedingStatus.FINAL and one.outcome is ProceedingOutcome.DISMISSED
    return one.status is ProceedingStatus.WITHDRAWN or dismissed


MOVES_A_LISTING = frozenset({ProceedingKind.DIRECTORY_MOVE, ProceedingKind.RED_LINE})


def _proceedings(command: AnyListingCommand, context: DecisionContext) -> Iterator[Proceeding]:
    """The proceedings among the causes that are about this provider's place, on a move or a red line."""
    about = listing_stream(command.provider)
    for stream in dict.fromkeys(cited(cause)[0] for cause in command.causes):
        found = context.read.get(stream)
        if isinstance(found, Proceeding) and found.about == about and found.kind in MOVES_A_LISTING:
            yield found


def _require_concluded(command: AnyListingCommand, context: DecisionContext) -> None:
    """A demotion follows a concluded proceeding that granted it 降级须经程序.

    Raises:
        Refused: PROCEEDING_NOT_CONCLUDED.
    """
    found = next((one for one in _proceedings(command, context) if one.status is ProceedingStatus.FINAL), None)
    kind = found.kind if found is not None else ProceedingKind.DIRECTORY_MOVE
    require_concluded(found, kind, listing_stream(command.provider))


def _require_proceeding(command: AnyListingCommand, context: DecisionContext) -> None:
    """A red line suspends at once, pending its hearing; anything else once it is concluded 暂停须有程序.

    Its own cause stands on record: a provider is not suspended before anybody looked it up, though no notice is served yet.

    Raises:
        Refused: SUSPENSION_NEEDS_PROCEEDING, CAUSE_UNKNOWN.
    """
    for found in _proceedings(command, context):
        granted = found.outcome in (ProceedingOutcome.UPHELD, ProceedingOutcome.PARTLY)
        pending = found.kind is ProceedingKind.RED_LINE and found.outcome is None
        if (pending and found.status is not ProceedingStatus.WITHDRAWN) or (granted and found.status is ProceedingStatus.FINAL):
            if not context.has(found.cause):
                raise CAUSE_UNKNOWN.refuse(path="causes", cause=found.cause)
            return
    raise SUSPENSION_NEEDS_PROCEEDING.refuse(path="causes")


def _elsewhere(standing: DirectoryStanding, expected: frozenset[DirectoryStanding]) -> Refused:
    english, chinese = standing.description.split(" · ")
    wanted = [one.description.split(" · ") for one in DirectoryStanding if one in expected]
    return NOT_ON_THE_LIST.refuse(
        standing=chinese,
        standing_in_english=english,
        expected="、".join(one[1] for one in wanted),
        expected_in_english=", ".join(one[0] for one in wanted),
    )


def _unknown_causes(command: AnyListingCommand, context: DecisionContext) -> list[Refused]:
    """Causes that are not on record: of no such stream, or beyond its last fact."""
    found = []
    for place, cause in enumerate(command.causes):
        if not context.has(cause):
            found.append(CAUSE_UNKNOWN.refuse(path=f"causes.{place}", cause=cause))
    return found


def _reads(command: AnyListingCommand | LiftSuspension, listing: Listing | None) -> tuple[Stream, ...]:
    if isinstance(command, LiftSuspension):
        return (rule_stream(RuleKind.LADDER), *(_suspended_by(listing) if listing is not None else ()))
    causes = [stream for stream, _ in map(cited, command.causes) if kind_of(stream) in OF_THE_DIRECTORY]
    return tuple(dict.fromkeys((rule_stream(RuleKind.LADDER), CALENDAR_STREAM, *causes)))


def _reads_further(command: AnyListingCommand | LiftSuspension, _listing: Listing | None, read: Read) -> tuple[Stream, ...]:
    """What the proceedings follow from that a suspension cites."""
    if not isinstance(command, SuspendProvider):
        return ()
    causes = (cited(found.cause)[0] for found in read.values() if isinstance(found, Proceeding))
    return tuple(stream for stream in dict.fromkeys(causes) if stream not in read)


LISTINGS = Capability(
    name="listing",
    key_names=("provider",),
    commands=(*AnyListingCommand.__args__, LiftSuspension),
    events=tuple(ListingEvent.__args__),
    stream=lambda command: listing_stream(command.provider),
    reads=_reads,
    reads_further=_reads_further,
    decide=decide,
    evolve=evolve_listing,
)


def _no_command(_command: Command, _directory: Any, _context: DecisionContext) -> Facts:  # noqa: ANN401 - as of any capability
    """No command addresses the directory as a whole."""
    raise NOT_FOUND.refuse()


DIRECTORIES = Capability(
    name="directory",
    commands=(),
    events=(DirectoryBegun,),
    stream=lambda _command: Stream(""),
    decide=_no_command,
    evolve=evolve_directory,
)
