"""Peer standing 同类位次: among whole batches of peers, as a band. plan P4. Why so: decision 0101.

Batches only grow at the end, so what two moments count differs by nobody or by whole batches; a band is never a rank.
"""

from collections.abc import Hashable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

TENTHS_FROM = 10
"""Tenths are told from so many times the owners of a batch on; below, quarters."""
TENTHS, QUARTERS, HALVES = 10, 4, 2


class PeerBand(NamedTuple):
    """Share of the peers that lie below 同类区间: percent, from one whole number to another."""

    from_percent: int
    to_percent: int


def whole_batches(owners: Sequence[Hashable], size: int) -> list[range]:
    """Places of what comes one after another, cut into batches of so many different owners at least; an open one is left out."""
    found, begun, held = list[range](), 0, set[Hashable]()
    for place, owner in enumerate(owners, 1):
        held.add(owner)
        if len(held) == size:
            found.append(range(begun, place))
            begun, held = place, set()
    return found


def peer_band(value: Decimal, peers: Sequence[Decimal], size: int) -> PeerBand:
    """The band of a value among those of its peers, of whom there is one at least; size: owners of a batch.

    Peers of the same value count half. A band spans several counts of lower peers wherever there are that many.
    """
    lower = sum(peer < value for peer in peers) + Fraction(sum(peer == value for peer in peers), 2)
    bands = TENTHS if len(peers) >= TENTHS_FROM * size else QUARTERS if len(peers) > QUARTERS else HALVES
    band = min(int(lower / len(peers) * bands), bands - 1)
    return PeerBand(band * 100 // bands, (band + 1) * 100 // bands)
