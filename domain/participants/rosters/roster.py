"""Roster 名单: who counts in a year, as a file states it and as firms are taken off it. plan P1, G4."""

from collections.abc import Mapping
from itertools import chain
from typing import Any, assert_never

from domain.access import Place
from domain.command_rights import require_right
from domain.kernel import NOWHERE, Capability, DecisionContext, Facts, Stream, Unscoped
from domain.participants.enterprises import Enterprise, enterprise_stream, place_of
from domain.participants.rosters.bringing_in import RosterBlocked, RosterImported, RosterUnchanged, bring_in
from domain.participants.rosters.comparison import ImportRoster, ids_of
from domain.participants.rosters.examination import maybe_left_out
from domain.participants.rosters.state import LAST_YEAR, Roster, roster_stream
from domain.participants.rosters.taking_off import TakeOffRoster, take_off

# Decide: what may happen


RosterCommand = ImportRoster | TakeOffRoster


def decide(command: RosterCommand, roster: Roster | None, context: DecisionContext) -> Facts:
    """What becomes of a file, or of a firm on the roster. Raises Refused: any rule of either that isn't asked of a person."""
    require_right(command, context.role)
    match command:
        case ImportRoster():
            return bring_in(command, roster, context)
        case TakeOffRoster():
            return take_off(command, roster, context)
        case never:
            assert_never(never)


# Evolve: what has happened


RosterEvent = RosterImported | RosterUnchanged | RosterBlocked


def evolve(roster: Roster | None, event: RosterEvent) -> Roster:
    """The roster after one more fact."""
    known = roster or Roster()
    match event:
        case RosterImported(digest=digest, members=members):
            joined = {one: district for district, ids in members.items() for one in ids}
            return Roster(members={**known.members, **joined}, answers={**known.answers, digest: ""})
        case RosterUnchanged():  # it was taken in before and still is
            return known
        case RosterBlocked(digest=digest, report=report):
            return known.model_copy(update={"answers": {**known.answers, digest: report}})
        case never:
            assert_never(never)


# What the decider reads, and where its subject lies


def _reads(command: RosterCommand, roster: Roster | None) -> tuple[Stream, ...]:
    """The histories of the firms that are named, and of those that a file may leave out."""
    if isinstance(command, TakeOffRoster):
        return (enterprise_stream(command.enterprise),)
    named = map(enterprise_stream, chain.from_iterable(ids_of(command)))
    return (*dict.fromkeys(named), *map(enterprise_stream, maybe_left_out(command, roster)))


def _reads_further(command: RosterCommand, _roster: Roster | None, read: Mapping[str, Any]) -> tuple[Stream, ...]:
    """Later years' rosters, where a firm's entries don't bear their year."""
    if isinstance(command, ImportRoster) and any(known is not None and known.year is None for known in read.values()):
        return tuple(map(roster_stream, range(command.year + 1, LAST_YEAR + 1)))
    return ()


def _place(command: RosterCommand, _roster: Roster | None, read: Mapping[str, Any]) -> Place | Unscoped:
    if isinstance(command, ImportRoster):
        return Unscoped.NOT_THERE_YET
    known: Enterprise | None = read.get(enterprise_stream(command.enterprise))
    return place_of(command.enterprise, known) if known is not None else NOWHERE


ROSTERS = Capability(
    name="roster",
    commands=(ImportRoster, TakeOffRoster),
    events=(RosterImported, RosterUnchanged, RosterBlocked),
    stream=lambda command: roster_stream(command.year),
    reads=_reads,
    reads_further=_reads_further,
    place=_place,
    decide=decide,
    evolve=evolve,
)
