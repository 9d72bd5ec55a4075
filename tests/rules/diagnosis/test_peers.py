"""Peers (plan P4, R1): a firm reads in which band of its peers it stands, and by no two standings what one other firm reached."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.diagnosis.peers import PeerBasis, PeerResult, PeerStanding, peer_standing, peers_told
from methods.peer_standing import PeerBand

LEAST = 5


def peer(number: int, total: int = 50, owner: str | None = None, withdrawn: int | None = None) -> PeerResult:
    scores = {"S1": Decimal(total), "S2": Decimal(100 - total)}
    return PeerResult(f"d{number}", f"e{number}", owner or f"e{number}", number, Decimal(total), scores, withdrawn)


def standing(peers: list[PeerResult], owner: str = "own", position: int = 1_000, total: int = 60) -> PeerStanding:
    scores = {"S1": Decimal(total), "S2": Decimal(total)}
    return peer_standing(Decimal(total), scores, owner, peers, position=position, at_least=LEAST)


def test_five_peers_tell_a_quarter_of_the_total_and_of_each_dimension() -> None:
    found = standing([peer(one, 10 * one) for one in range(1, 6)], total=35)
    assert found == PeerStanding(
        PeerBasis.WHOLE_BATCHES, 5, PeerBand(50, 75), (("S1", PeerBand(50, 75)), ("S2", PeerBand(0, 25)))
    )


def test_four_peers_tell_nothing_and_that_they_are_too_few() -> None:
    assert standing([peer(one) for one in range(1, 5)]) == PeerStanding(PeerBasis.TOO_FEW)


def test_firms_of_one_group_are_one_owner_and_five_owners_make_a_batch() -> None:
    of_group = [peer(one, owner="g1") for one in range(1, 8)]
    assert standing(of_group).basis is PeerBasis.TOO_FEW
    assert standing([*of_group, *(peer(one) for one in range(8, 12))]).firms_at_least == 10


def test_the_readers_own_group_is_no_peer_of_it() -> None:
    peers = [peer(1, owner="own"), *(peer(one) for one in range(2, 6))]
    assert standing(peers).basis is PeerBasis.TOO_FEW
    assert standing([*peers, *(peer(one) for one in range(6, 11))]).firms_at_least == 5


def test_a_sixth_report_changes_nothing_until_its_batch_is_whole() -> None:
    five = [peer(one, 10 * one) for one in range(1, 6)]
    for more in range(5):
        assert standing([*five, *(peer(6 + one, 1) for one in range(more))]) == standing(five)
    assert standing([*five, *(peer(6 + one, 1) for one in range(5))]) != standing(five)


def test_what_came_out_after_the_report_changes_nothing_of_it() -> None:
    peers = [peer(one, one) for one in range(1, 21)]
    assert standing(peers, position=12) == standing(peers[:12], position=12)


def test_a_firm_counts_once_a_year_and_again_only_where_its_first_case_was_withdrawn() -> None:
    again = peer(5)._replace(enterprise="e1", owner="e1")
    assert standing([*(peer(one) for one in range(1, 5)), again]).basis is PeerBasis.TOO_FEW
    after = [peer(1, withdrawn=4), *(peer(one) for one in range(2, 4)), again, *(peer(one) for one in range(6, 8))]
    assert [one.diagnosis for one in peers_told(after, 1_000, LEAST)] == []
    assert [one.diagnosis for one in peers_told([*after, *(peer(one) for one in range(8, 14))], 1_000, LEAST)] == [
        "d8", "d9", "d10", "d11", "d12",
    ]  # fmt: skip


def test_where_a_case_is_withdrawn_its_whole_batch_counts_no_more_and_no_other_moves() -> None:
    peers = [peer(one, one) for one in range(1, 16)]
    gone = [peer(7, 7, withdrawn=20) if one.position == 7 else one for one in peers]
    assert [one.position for one in peers_told(gone, 1_000, LEAST)] == [1, 2, 3, 4, 5, 11, 12, 13, 14, 15]
    assert standing(gone, position=19) == standing(peers, position=19), "what was told before stays"


@st.composite
def histories(draw: st.DrawFn) -> list[PeerResult]:
    found = []
    for number in range(1, draw(st.integers(0, 60)) + 1):
        owner = draw(st.sampled_from([None, "g1", "g2"]))
        withdrawn = number + draw(st.integers(1, 70)) if draw(st.integers(0, 9)) == 0 else None
        found.append(peer(number, draw(st.integers(0, 100)), owner, withdrawn))
    return found


@given(histories(), st.integers(0, 130), st.integers(0, 130))
def test_no_two_moments_differ_by_fewer_than_five_owners(peers: list[PeerResult], one: int, other: int) -> None:
    first, last = (peers_told(peers, at, LEAST) for at in (min(one, other), max(one, other)))
    before, after = {x.diagnosis: x.owner for x in first}, {x.diagnosis: x.owner for x in last}
    come = {owner for case, owner in after.items() if case not in before}
    gone = {owner for case, owner in before.items() if case not in after}
    assert not come or len(come) >= LEAST
    assert not gone or len(gone) >= LEAST
