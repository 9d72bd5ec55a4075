"""Method e: the draw, the misgrade rate, and the stop rule."""

import subprocess
import sys
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from methods.misgrade_rate import (
    Drawn,
    clopper_pearson,
    in_percent,
    most_bad,
    stop_rule,
    weighted_share,
    weighted_total,
    wilson,
)
from methods.sampling import (
    commitment,
    drawn,
    frame_bytes,
    frame_root,
    in_ticket_order,
    inclusion_probability,
    is_drawn,
    seed_of,
    ticket,
)
from tests.methods.worked_cases import cases

LIMIT, TILT, DOUBT = Fraction(1, 20), Fraction(1, 50), Fraction(1, 20)


def test_the_seed_needs_the_secret_the_beacon_and_the_frame() -> None:
    (case,) = cases("e", "seed")
    facts = case["given"]
    secret = bytes.fromhex(facts["secret"])
    assert commitment(secret) == facts["commitment"]
    assert seed_of(secret, facts["beacon"], facts["frame_root"]) == case["expect"]["seed"]


def test_tickets_order_the_jobs_and_choose_them() -> None:
    (case,) = cases("e", "tickets")
    facts, expect = case["given"], case["expect"]
    assert {job: ticket(facts["seed"], job) for job in expect["tickets"]} == expect["tickets"]
    assert in_ticket_order(facts["seed"], facts["jobs"]) == expect["order"]
    chosen = drawn(facts["seed"], dict.fromkeys(facts["jobs"], Fraction(facts["pi"])))
    assert sorted(chosen) == expect["chosen"]
    assert chosen == [job for job in expect["order"] if job in expect["chosen"]]


@pytest.mark.parametrize("case", cases("e", "inclusion"), ids=lambda case: case["expect"]["pi"])
def test_every_provider_has_a_floor_and_the_risk_class_its_own(case: dict) -> None:
    facts = case["given"]
    risk = Fraction(facts["risk_pi"]) if facts["risk"] else None
    found = inclusion_probability(Fraction(facts["base"]), facts["expected_jobs"], facts["floor"], risk)
    assert found == Fraction(case["expect"]["pi"])


REPLAY = """
import csv, hashlib, sys
frame, secret, beacon = open(sys.argv[1], "rb").read(), sys.argv[2], sys.argv[3]
root = hashlib.sha256(frame).hexdigest()
seed = hashlib.sha256("\\n".join(["zhenduan-sample-1", secret, beacon, root]).encode()).hexdigest()
for job, num, den in csv.reader(frame.decode().splitlines()):
    t = hashlib.sha256(f"{seed}\\n{job}".encode()).hexdigest()
    if int(t, 16) * int(den) < int(num) * 2 ** 256:
        print(job)
"""


def test_a_stranger_repeats_the_draw_from_the_frame_the_secret_and_the_beacon(tmp_path: Path) -> None:
    chances = {f"job-{at:03}": Fraction(1, 3 + at % 4) for at in range(60)}
    frame = tmp_path / "frame.csv"
    frame.write_bytes(frame_bytes(chances))
    seed = seed_of(b"secret", "lottery 2026-12-01", frame_root(frame_bytes(chances)))
    command = [sys.executable, "-c", REPLAY, str(frame), b"secret".hex(), "lottery 2026-12-01"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603 - ours
    assert printed == sorted(drawn(seed, chances))
    assert printed


CHANCES = st.fractions(0, 1, max_denominator=200)


@given(st.text("0123456789abcdef", min_size=8, max_size=8), st.text(min_size=1, max_size=9), CHANCES, CHANCES)
def test_a_larger_probability_only_adds_jobs(seed: str, job: str, one: Fraction, other: Fraction) -> None:
    assert not is_drawn(seed, job, min(one, other)) or is_drawn(seed, job, max(one, other))
    assert is_drawn(seed, job, Fraction(1))
    assert not is_drawn(seed, job, Fraction(0))


def sample(*found: tuple[int, str]) -> list[Drawn]:
    return [Drawn(Fraction(value), Fraction(chance)) for value, chance in found]


def test_the_suspected_do_not_speak_for_the_city() -> None:
    (case,) = cases("e", "weighted share")
    found, expect = weighted_share(sample(*case["given"]["sample"])), case["expect"]
    assert found is not None
    assert [str(one) for one in (found.share, found.variance, found.kish, found.effective)] == [
        expect["share"],
        expect["variance"],
        expect["kish"],
        expect["n_eff"],
    ]
    assert [str(found.interval.low), str(found.interval.high)] == expect["interval90"]


def test_nothing_found_is_not_nothing_there() -> None:
    (case,) = cases("e", "none found")
    found = wilson(Fraction(case["given"]["x"]), Fraction(case["given"]["n_eff"]))
    assert [str(found.low), str(found.high)] == case["expect"]["interval90"]
    of_nothing = weighted_share(sample(*[(0, "0.25")] * 40))
    assert of_nothing is not None
    assert of_nothing.interval == found
    assert weighted_share([]) is None


def test_an_interval_in_percent_is_written_with_the_decimals_of_its_percentage() -> None:
    shown = in_percent(wilson(Fraction(1), Fraction(30)))
    assert (str(shown.low), str(shown.high)) == ("0.75", "13.64")


def test_the_interval_of_equal_draws_that_never_covers_too_little() -> None:
    (case,) = cases("e", "Clopper")
    found = clopper_pearson(case["given"]["x"], case["given"]["n"])
    assert [str(found.low), str(found.high)] == case["expect"]["interval90"]
    assert (clopper_pearson(0, 9).low, clopper_pearson(9, 9).high) == (0, 1)


def test_the_most_that_may_be_bad_in_a_frame() -> None:
    (case,) = cases("e", "exact upper bound")
    assert most_bad(case["given"]["N"], case["given"]["n"], case["given"]["x"], DOUBT) == case["expect"]["most_bad"]
    assert most_bad(10, 10, 3, DOUBT) == 3


@given(st.integers(2, 30).flatmap(lambda size: st.tuples(st.just(size), st.integers(1, size), st.integers(0, 3))))
def test_the_upper_bound_leaves_out_no_frame_that_is_likelier_than_the_doubt(facts: tuple[int, int, int]) -> None:
    frame, size, found = facts
    found = min(found, size)
    bound = most_bad(frame, size, found, DOUBT)
    assert found <= bound <= frame - size + found


def test_the_stop_rule_confirms_as_early_as_its_evidence_allows() -> None:
    for case in cases("e", "stop rule"):
        facts = case["given"]
        bad = set(facts.get("bad_at", []))
        draws = [at in bad for at in range(1, facts.get("draws") if isinstance(facts.get("draws"), int) else 400)]
        if isinstance(facts.get("draws"), int):
            draws.append(facts["draws"] in bad)
        found = stop_rule(draws, facts["N"], Fraction(facts["p0"]), Fraction(facts["eta"]), Fraction(facts["alpha"]))
        assert found.confirmed_at == case["expect"]["confirmed_at"]
        assert str(found.evidence) == case["expect"]["evidence"]


def test_a_limit_already_passed_is_refuted() -> None:
    found = stop_rule([True] * 7, 100, LIMIT, TILT, DOUBT)
    assert found.refuted
    assert found.confirmed_at is None
    assert stop_rule([False] * 10 + [True] * 6, 100, LIMIT, TILT, DOUBT).refuted


@pytest.mark.parametrize("bad", [3, 4, 5])
def test_a_false_confirmation_is_no_likelier_than_the_doubt(bad: int) -> None:
    """Every order of twelve jobs of which a quarter or more are bad, where the limit is a quarter and the doubt a fifth."""
    orders = list(combinations(range(12), bad))
    confirmed = sum(
        stop_rule([at in places for at in range(12)], 12, Fraction(1, 4), Fraction(1, 10), Fraction(1, 5)).confirmed_at is not None
        for places in orders
    )
    assert Fraction(confirmed, len(orders)) <= Fraction(1, 5)


def test_a_total_over_all_jobs_comes_from_one_over_the_probability() -> None:
    assert weighted_total(sample((1, "0.25"), (0, "0.05"), (1, "0.05"))) == 24
