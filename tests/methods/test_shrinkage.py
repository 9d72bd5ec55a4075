"""Method b: shrinkage, reliability, and the composite."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from methods.composite import composites
from methods.shrinkage import Estimate, Sample, Shrinkage, jobs_needed, sampling_variances, shrunk
from tests.methods.worked_cases import cases, decimals, texts

NAMES = "abcde"


def keyed(values: list) -> dict:
    return dict(zip(NAMES, values, strict=True))


def held(found: Shrinkage | None, expect: dict) -> None:
    assert found is not None
    assert (str(found.between), str(found.mean)) == (expect["tau2"], expect["mu"])
    assert texts(one.score for one in found.of.values()) == expect["estimate"]
    assert texts(one.error for one in found.of.values()) == expect["se"]
    if "reliability" in expect:
        assert texts(one.reliability for one in found.of.values()) == expect["reliability"]


def test_three_lucky_jobs_are_drawn_to_the_citys_mean() -> None:
    (case,) = cases("b", "five providers")
    facts = case["given"]
    samples = keyed([Sample.of(n, Decimal(y), Decimal(s)) for n, y, s in zip(facts["n"], facts["mean"], facts["s2"], strict=True)])
    noise = sampling_variances(samples, facts["d0"])
    assert noise is not None
    assert (str(noise.pooled), texts(noise.of.values())) == (case["expect"]["pooled_s2"], case["expect"]["v"])
    held(shrunk(keyed(decimals(facts["mean"])), noise.of), case["expect"])


def test_where_noise_explains_all_nobody_differs_and_who_has_no_job_takes_the_mean_with_all_its_doubt() -> None:
    for name in ("no more spread", "missing mean"):
        (case,) = cases("b", name)
        held(shrunk(keyed(decimals(case["given"]["mean"])), keyed(decimals(case["given"]["v"]))), case["expect"])


def test_jobs_needed_for_a_reliability() -> None:
    (case,) = cases("b", "jobs for reliability")
    within, between, wanted = (Decimal(case["given"][one]) for one in ("within2", "tau2", "rho"))
    assert jobs_needed(within, between, wanted) == case["expect"]["n"]
    assert jobs_needed(within, Decimal(0), wanted) is None


def test_nothing_is_estimated_of_nobody() -> None:
    assert shrunk({"a": None}, {}) is None
    assert sampling_variances({"a": Sample.of(1, Decimal(80), Decimal(0))}, 20) is None


SCORES = st.decimals(0, 100, places=2)


@given(st.lists(SCORES, min_size=2, max_size=12), st.decimals("0.5", 400, places=2))
def test_providers_of_equal_samples_keep_their_order(scores: list[Decimal], variance: Decimal) -> None:
    means = {f"p{at}": score for at, score in enumerate(scores)}
    found = shrunk(dict(means), dict.fromkeys(means, variance))
    assert found is not None
    order = sorted(means, key=lambda one: means[one])
    estimates = [found.of[one].score for one in order]
    assert estimates == sorted(estimates)


SAMPLES = st.builds(Sample.of, st.integers(1, 500), SCORES, st.decimals(0, 900, places=2))


@given(st.lists(SAMPLES, min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_the_order_in_which_providers_come_changes_no_estimate(samples: list[Sample], chance: object) -> None:
    given_order = {f"p{at}": one for at, one in enumerate(samples)}
    names = list(given_order)
    chance.shuffle(names)  # type: ignore[attr-defined]
    results = []
    for order in (given_order, {name: given_order[name] for name in names}):
        noise = sampling_variances(order, 20)
        if noise is None:
            return
        found = shrunk({name: one.mean for name, one in order.items()}, noise.of)
        assert found is not None
        results.append((noise.pooled, dict(noise.of), found.between, found.mean, dict(found.of)))
    assert results[0] == results[1]


def component(*scores: str, error: str = "2") -> Shrinkage:
    parts = {f"p{at}": Estimate(Decimal(score), Decimal(error), Decimal("0.9")) for at, score in enumerate(scores)}
    return Shrinkage(Decimal(1), Decimal(80), parts)


def test_a_composite_is_the_weighted_sum_of_its_published_parts() -> None:
    weights = {"work": Decimal("0.6"), "report": Decimal("0.4")}
    found = composites({"work": component("80", "60"), "report": component("90", "70")}, weights, Decimal(100))
    assert found["p0"].score == Decimal(84)
    assert found["p0"].variance == Decimal("2.08")  # 4 × (0.36 + 0.16)
    assert found["p0"].reliability == Decimal("0.9897")  # 1 − 2.08 / (200 + 2.08)


def test_a_component_seen_of_nobody_is_in_the_error_and_not_in_the_score() -> None:
    weights = {"work": Decimal(60), "feedback": Decimal(40)}
    found = composites({"work": component("80", "60"), "feedback": None}, weights, Decimal(100))
    assert found["p0"].score == Decimal(80)
    assert found["p0"].variance == 4 + Decimal("0.16") * 100
    assert composites({"work": None, "feedback": None}, weights, Decimal(100)) == {}


def test_one_provider_alone_has_no_reliability() -> None:
    found = composites({"work": component("80")}, {"work": Decimal(1)}, Decimal(0))
    assert found["p0"].reliability == Decimal(0)
    assert Sample.of(4, Decimal(1), Decimal(1)).spread == Fraction(1, 4)
