"""Standing among peers: batches that only grow at the end, and bands that are never a rank."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from methods.peer_standing import PeerBand, peer_band, whole_batches

OWNERS = st.lists(st.integers(0, 30), max_size=120)
SCORES = st.lists(st.integers(0, 100).map(Decimal), min_size=5, max_size=80)
SIZES = st.integers(2, 8)


def test_a_batch_closes_with_its_fifth_owner_and_an_open_one_counts_for_nobody() -> None:
    assert whole_batches("abcd", 5) == []
    assert whole_batches("aabbccddeeffg", 5) == [range(9)]
    assert whole_batches("abcdeabcde", 5) == [range(5), range(5, 10)]


def test_a_value_has_its_quarter_and_from_ten_batches_on_its_tenth() -> None:
    five = [Decimal(one) for one in (10, 20, 30, 40, 50)]
    assert peer_band(Decimal(5), five, 5) == PeerBand(0, 25)
    assert peer_band(Decimal(25), five, 5) == PeerBand(25, 50)
    assert peer_band(Decimal(30), five, 5) == PeerBand(50, 75), "a peer of the same value counts half"
    assert peer_band(Decimal(99), five, 5) == PeerBand(75, 100)
    fifty = [Decimal(one) for one in range(50)]
    assert peer_band(Decimal(27), fifty, 5) == PeerBand(50, 60)


@given(OWNERS, SIZES, st.integers(0, 120))
def test_what_two_moments_count_differs_by_nobody_or_by_as_many_owners_as_a_batch_has(
    owners: list[int], size: int, at: int
) -> None:
    before, after = whole_batches(owners[:at], size), whole_batches(owners, size)
    assert after[: len(before)] == before
    for batch in after[len(before) :]:
        assert len({owners[place] for place in batch}) == size


@given(SCORES, st.integers(0, 100).map(Decimal), st.integers(0, 100).map(Decimal))
def test_a_higher_value_is_never_told_lower_and_no_order_matters(
    peers: list[Decimal], one: Decimal, other: Decimal
) -> None:
    assert peer_band(min(one, other), peers, 5) <= peer_band(max(one, other), peers, 5)
    assert peer_band(one, peers, 5) == peer_band(one, peers[::-1], 5)


@given(SCORES)
def test_no_band_says_that_every_peer_is_lower_or_that_none_is(peers: list[Decimal]) -> None:
    """The highest band is reached with a peer above, the lowest with one below."""
    count = len(peers)
    different = [Decimal(2 * one) for one in range(count)]
    assert peer_band(Decimal(2 * count - 3), different, 5) == peer_band(Decimal(2 * count), different, 5)
    assert peer_band(Decimal(1), different, 5) == peer_band(Decimal(-1), different, 5)
