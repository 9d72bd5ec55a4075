"""Peers 同类企业: where an issued result stands among those of firms like its own, as far as it may be told. plan P4, R1.

Pure, over results in the order in which they were issued. What guards the others is decision 0101.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from domain.governance.dated_rules import rule_stream
from domain.governance.rule_bodies.body import RuleKind
from domain.instants import city_day
from domain.participants.enterprises import Firm
from methods.peer_standing import PeerBand, peer_band, whole_batches
from standards import Form, Measured
from standards.described import DescribedEnum
from standards.edition.mapping import DIVISION, SizeClass

PEERS_RULE = rule_stream(RuleKind.PUBLICATION)
"""Says how many owners a batch of peers has."""


class PeerBasis(DescribedEnum):
    """Whether a standing among peers is given, and why it is not · 同类位次依据."""

    WHOLE_BATCHES = "whole_batches", "By whole batches of peers · 按整批同类企业"
    TOO_FEW = "too_few", "Too few firms like it had a report by then · 同类企业过少"


class PeerGroup(NamedTuple):
    """Which firms are alike 同类范围. year: of the first report, in the city. division: two digits of GB/T 4754, as "C34"."""

    edition: str
    form: Form
    year: int
    division: str
    size_class: SizeClass


class PeerResult(NamedTuple):
    """A case's first issued scores 同类结果. owner: the firm's group, else the firm. dimensions: id -> score, 0–100.

    position, withdrawn: of the entries; None = it is not.
    """

    diagnosis: str
    enterprise: str
    owner: str
    position: int
    total: Decimal
    dimensions: Mapping[str, Decimal]
    withdrawn: int | None = None


@dataclass(frozen=True, slots=True)
class PeerStanding:
    """Where a result stands 同类位次. firms_at_least: peers that it is told of, in whole numbers of the rule; None where it is not.

    dimensions: (id, band), in the order of the result.
    """

    basis: PeerBasis
    firms_at_least: int | None = None
    total: PeerBand | None = None
    dimensions: tuple[tuple[str, PeerBand], ...] = ()


def peer_group(edition: str, form: Form, firm: Firm, issued_at: datetime) -> PeerGroup:
    """The group of a case whose first report is issued then, of the firm as it stood."""
    return PeerGroup(edition, form, city_day(issued_at).year, firm.industry[:DIVISION], SizeClass(firm.size_class))


def owner_of(enterprise: str, firm: Firm) -> str:
    """Who sees a firm's results whole: its group, else itself."""
    return firm.group or enterprise


def peer_standing(
    total: Decimal,
    dimensions: Mapping[str, Decimal],
    owner: str,
    peers: Sequence[PeerResult],
    *,
    position: int,
    at_least: int,
) -> PeerStanding:
    """The standing of a result among those of its group that were issued by a position 同类位次.

    Args:
        total: verified, 0–100.
        dimensions: id -> score, 0–100.
        owner: of the firm; its own results are no peers.
        peers: results of the group in the order in which they were issued.
        position: of the journal; nothing beyond it counts, so that the standing stays as it was.
        at_least: owners without whom nothing is told, as the rule has it.
    """
    told = [one for one in peers_told(peers, position, at_least) if one.owner != owner]
    if len({one.owner for one in told}) < at_least:
        return PeerStanding(PeerBasis.TOO_FEW)
    bands = {
        name: peer_band(score, [one.dimensions[name] for one in told], at_least) for name, score in dimensions.items()
    }
    whole = peer_band(total, [one.total for one in told], at_least)
    return PeerStanding(PeerBasis.WHOLE_BATCHES, len(told) // at_least * at_least, whole, tuple(bands.items()))


def peers_told(peers: Sequence[PeerResult], position: int, at_least: int) -> list[PeerResult]:
    """Results that count at a position 计入的同类结果: those of closed batches of which no case was withdrawn by then."""
    counted = list(_each_firm_once(one for one in peers if one.position <= position))
    batches = [counted[batch.start : batch.stop] for batch in whole_batches([one.owner for one in counted], at_least)]
    return [one for batch in batches if not any(_withdrawn(one, position) for one in batch) for one in batch]


def _each_firm_once(peers: Iterable[PeerResult]) -> Iterable[PeerResult]:
    """A firm's first result; a later one where that was withdrawn before."""
    first: dict[str, PeerResult] = {}
    for one in peers:
        if one.enterprise not in first or _withdrawn(first[one.enterprise], one.position):
            first[one.enterprise] = one
            yield one


def _withdrawn(one: PeerResult, position: int) -> bool:
    return one.withdrawn is not None and one.withdrawn <= position


def scores_of(measured: Measured) -> dict[str, Decimal]:
    """Dimension -> its score."""
    return {one.id: one.score for one in measured.dimensions}
