"""Candidates compared on rows that they have not seen."""

import numpy as np
import pytest

from sksoftmax._selection.judge import Estimate, Judge, cost_of_an_error


@pytest.fixture
def losses(rng):
    """Of two candidates on 50 rows, most of whose noise is the same."""
    noise = rng.exponential(size=50)
    return {"a": noise + rng.normal(0.1, 0.05, 50), "b": noise}


def judge_of(losses, weights=None, independent=None, parts=(slice(None),)):
    judge = Judge()
    ones = np.ones(len(losses["a"]))
    weights = ones if weights is None else weights
    independent = ones if independent is None else independent
    for part, rows in enumerate(parts):
        judge.set_part(part, weights[rows], independent[rows])
        for candidate, values in losses.items():
            judge.hear(candidate, part, values[rows])
    return judge


def mean_of(values):
    return pytest.approx(
        (values.mean(), values.std(ddof=1) / np.sqrt(values.size), values.size)
    )


@pytest.mark.parametrize("parts", [[slice(None)], [slice(20), slice(20, 50)]])
def test_a_difference_is_the_mean_of_differences(losses, parts):
    """Its error is that of paired rows, and not of two losses."""
    judge = judge_of(losses, parts=parts)
    assert judge.loss("a") == mean_of(losses["a"])
    difference = judge.difference("a", "b")
    assert difference == mean_of(losses["a"] - losses["b"])
    assert difference.standard_error < 0.1 * judge.loss("a").standard_error
    assert judge.difference("b", "a").mean == -difference.mean


def test_draws_are_independent(losses, rng):
    """Held out k times, a draw is k rows."""
    n = rng.integers(1, 6, size=50)
    counted = judge_of(losses, n.astype(float), n.astype(float))
    repeated = judge_of({c: values.repeat(n) for c, values in losses.items()})
    assert counted.loss("a") == pytest.approx(repeated.loss("a"))
    assert counted.difference("a", "b") == pytest.approx(repeated.difference("a", "b"))


def test_copies_are_not(losses, rng):
    """They weigh more, and know no more."""
    weights = rng.uniform(0.5, 2, size=50)
    once, often = (judge_of(losses, k * weights) for k in (1, 1000))
    assert often.loss("a") == pytest.approx(once.loss("a"))
    mean = np.average(losses["a"], weights=weights)
    error = np.sqrt(50 / 49) * np.linalg.norm(weights * (losses["a"] - mean))
    assert once.loss("a") == pytest.approx((mean, error / weights.sum(), 50))


def test_candidates_are_compared_on_the_same_parts(losses):
    """Those that both were judged on."""
    first = slice(20)
    judge = judge_of(losses, parts=[first, slice(20, 50)])
    judge.hear("c", 0, losses["b"][first] + 1)
    assert [judge.has_heard("c", part) for part in (0, 1)] == [True, False]
    assert not judge.has_heard("d", 0)
    for sign, pair in [(1, ("c", "a")), (-1, ("a", "c"))]:
        difference = sign * (losses["b"] + 1 - losses["a"])[first]
        assert judge.difference(*pair) == mean_of(difference)
    assert judge.loss("c") == mean_of(losses["b"][first] + 1)


def test_excess_is_a_difference_that_is_not_kept(losses):
    """Of losses that are not yet those of a candidate."""
    first = slice(20)
    judge = judge_of(losses, parts=[first, slice(20, 50)])
    excess = judge.excess("b", 0, losses["a"][first])
    assert excess == mean_of((losses["a"] - losses["b"])[first])
    overflow = np.full(20, np.nan)
    assert judge.excess("b", 0, overflow).mean == pytest.approx(1e6, rel=1e-5)


@pytest.mark.parametrize("loss", [np.inf, np.nan, 1e300])
def test_overflow_is_a_large_loss(losses, loss):
    """Worse than all others, and no better than another overflow."""
    overflowed = {**losses, "c": np.full(50, loss), "d": np.full(50, np.inf)}
    judge = judge_of(overflowed)
    assert judge.difference("c", "a").mean > 1e5
    assert judge.difference("c", "d") == (0, 0, 50)


@pytest.mark.parametrize("n", [0.3, 1.0])
def test_of_one_observation_the_error_is_unknown(n):
    """Nothing is clear then."""
    judge = judge_of({"a": np.ones(1)}, independent=np.full(1, n))
    assert judge.loss("a") == (1, np.inf, n)
    assert not judge.loss("a").is_clear()


def test_clear_is_above_the_error():
    """In one direction."""
    assert Estimate(0.3, 0.2, 9).is_clear()
    assert not Estimate(0.1, 0.2, 9).is_clear()
    assert not Estimate(-0.3, 0.2, 9).is_clear()
    assert not Estimate(np.nan, np.nan, 0).is_clear()


@pytest.mark.parametrize(
    ("loss", "nats"),
    [(0.7, 1.0), (np.exp(-4), 4.0), (0.0, 53 * np.log(2)), (-1.0, 53 * np.log(2))],
)
def test_an_error_costs_what_the_others_are_sure_of(loss, nats):
    """A nat at least, and at most what float64 can tell; densities may be above 1."""
    assert cost_of_an_error(loss) == pytest.approx(nats)
