"""Method k: signals, never verdicts."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from methods.response_patterns import Stay, longest_run, overlaps
from methods.text_similarity import SKETCH, jaccard, normalised, shingles, sketch, sketched_jaccard, without_boilerplate
from tests.methods.worked_cases import cases


def test_two_texts_are_compared_by_their_shingles() -> None:
    (case,) = cases("k", "shingles")
    one, other = shingles(case["given"]["a"]), shingles(case["given"]["b"])
    expect = case["expect"]
    assert normalised(case["given"]["a"]) == expect["normal_a"]
    assert [len(one), len(other)] == expect["count"]
    assert jaccard(one, other) == Fraction(expect["jaccard"])
    assert sketched_jaccard(sketch(one), sketch(other)) == Fraction(expect["sketch_jaccard"])
    assert str(sketch(one)[0]) == expect["smallest"]


def test_the_longest_run_of_one_answer() -> None:
    (case,) = cases("k", "longest run")
    assert longest_run(case["given"]["answers"]) == case["expect"]["run"]
    assert longest_run([]) == 0


TEXTS = st.text(alphabet="企业数据采集abc1，", max_size=60)


@given(TEXTS, TEXTS)
def test_a_sketch_that_holds_all_shingles_is_exact(one: str, other: str) -> None:
    a, b = shingles(one), shingles(other)
    assert len(a | b) <= SKETCH
    assert sketched_jaccard(sketch(a), sketch(b)) == jaccard(a, b) == jaccard(b, a)


def test_stock_wording_and_the_standards_own_say_nothing_of_copying() -> None:
    texts = {f"t{at}": frozenset({"stock", f"own{at}", "quoted"}) for at in range(100)}
    found = without_boilerplate(texts, frozenset({"quoted"}), Fraction(1, 50), 3)
    assert found["t1"] == {"own1"}
    pair = {"a": frozenset({"same"}), "b": frozenset({"same"})}
    assert without_boilerplate(pair, frozenset(), Fraction(1, 50), 3) == pair


def test_nobody_is_at_two_firms_at_once_beyond_what_the_records_round() -> None:
    stays = [Stay("b", 60, 180), Stay("a", 0, 90), Stay("c", 140, 200)]
    assert overlaps(stays, 30) == [("b", "c")]
    assert overlaps(stays, 29) == [("a", "b"), ("b", "c")]
