"""Ranking (plan R2): solutions fit by indicators, industry and size; a diagnosing provider's own product never stands first."""

from itertools import permutations

from domain.programme.demands.ranking import MatchReason, Need, OfferedSolution, ranked

NEED = Need((("Z01", "规划"), ("Z04", "采集")), "C3411", "medium", frozenset({"p1"}))
PLAIN = OfferedSolution("m1", "甲", (("Z01", "规划"),), (), (), (), is_listed=False, providers=frozenset())


def order(*solutions: OfferedSolution, need: Need = NEED) -> list[str]:
    [found] = {tuple(one.id for one in ranked(need, given)) for given in permutations(solutions)}
    return list(found)


def test_a_product_of_who_diagnosed_the_firm_comes_last_whatever_speaks_for_it() -> None:
    best = PLAIN._replace(
        id="own", indicators=NEED.indicators, industries=("C34",), sizes=("medium",), cases=("C34",), is_listed=True
    )
    assert order(PLAIN, best) == ["own", "m1"]
    own = best._replace(providers=frozenset({"p1"}))
    assert order(PLAIN, own) == ["m1", "own"]
    assert order(own) == ["own"]
    assert ranked(NEED, [own])[0].is_own_product
    assert order(PLAIN, best._replace(providers=frozenset({"p2"}))) == ["own", "m1"], "who did not diagnose it stands as any other"


def test_more_indicators_then_industry_size_case_list_and_title_decide() -> None:
    both = PLAIN._replace(id="both", indicators=NEED.indicators)
    industry = PLAIN._replace(id="industry", industries=("C34", "C35"))
    size = PLAIN._replace(id="size", sizes=("medium",))
    case = PLAIN._replace(id="case", cases=(None, "C34"))
    listed = PLAIN._replace(id="listed", is_listed=True)
    assert order(PLAIN, listed, case, size, industry, both) == ["both", "industry", "size", "case", "listed", "m1"]
    assert order(PLAIN._replace(id="m2"), PLAIN, PLAIN._replace(id="m0", title="乙")) == ["m0", "m1", "m2"]


def test_what_is_made_for_others_or_raises_nothing_that_is_asked_for_does_not_fit() -> None:
    assert order(PLAIN._replace(industries=("C36",))) == []
    assert order(PLAIN._replace(sizes=("large",))) == []
    assert order(PLAIN._replace(indicators=(("Z01", "另一版本的另一指标"),))) == []


def test_what_is_not_shown_of_a_firm_speaks_neither_for_a_solution_nor_against_it() -> None:
    unknown = NEED._replace(industry=None, size=None)
    made_for = PLAIN._replace(industries=("C36",), sizes=("large",), cases=("C36",))
    assert [one.reasons for one in ranked(unknown, [made_for])] == [(MatchReason.INDICATORS,)]
