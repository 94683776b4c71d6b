"""Penalties of the inputs, learnt from a minimum."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._selection import relevance
from sksoftmax._selection.evidence import OCCAM_FACTOR, covariance
from sksoftmax._selection.inputs import encoded
from sksoftmax._selection.relevance import with_relevances
from sksoftmax._training.metric import KroneckerMetric
from sksoftmax._training.training import train


def problem(n_noise=4, n=300, hidden=(6,), **parameters):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 2 + n_noise))
    y = (X[:, 0] + 0.5 * X[:, 1] ** 2 + 0.3 * rng.normal(size=n) > 0).astype(int)
    clf = SoftmaxMLPClassifier(hidden, "tanh", random_state=0, **parameters)
    objective, start, *_ = clf._problem(X, y, None)
    return objective, start


def minimum(objective, start):
    return train(objective, start, max_iter=500, tol=1e-6).minimum.x


def test_the_network_stays_the_same():
    """With other penalties, and parameters in other units."""
    objective, start = problem(alpha=1.0)
    x = minimum(objective, start)
    other, parameters = with_relevances(objective, x, 0)
    assert other.log_loss(parameters) == pytest.approx(objective.log_loss(x), rel=1e-12)
    for ours, theirs in zip(
        other.public_weights(parameters, float),
        objective.public_weights(x, float),
        strict=True,
    ):
        for W, V in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(W, V, atol=1e-12)


def test_scales_are_penalties():
    """The objective is that of weights with a factor of alpha for each input."""
    objective, start = problem(alpha=1.0)
    x = minimum(objective, start)
    other, parameters = with_relevances(objective, x, 0)
    factors = np.exp(other.standardization.log_penalties)
    first = objective.layout.unpack(x)[0][0]
    rest = x[first.size : objective.layout.n_coefs]
    squares = (factors * first**2).sum() + rest @ rest
    penalty = objective.alpha / objective.weights_sum / 2 * squares
    assert other(parameters)[0] == pytest.approx(objective.log_loss(x) + penalty)


def test_noise_is_penalised_more():
    """Each column of it more than each of those that tell of the label."""
    objective, start = problem(alpha=3.0)
    other, _ = with_relevances(objective, minimum(objective, start), 0)
    penalties = other.standardization.log_penalties
    assert penalties[:2].max() < penalties[2:].min() - 1


def test_relevances_predict_better():
    """New rows, where most columns are noise."""
    objective, start = problem(n_noise=60, n=2000, alpha=10.0)
    rows = np.arange(2000)
    part, new = objective.subset(rows[:400]), objective.subset(rows[400:])
    x = minimum(part, start)
    other, parameters = with_relevances(part, x, 0)
    x_other = minimum(other, parameters)
    before = new.log_loss(x)
    after = new.seen_by(other.standardization).log_loss(x_other)
    assert after < 0.9 * before


def test_a_column_of_one_value_has_no_relevance():
    """And does not count in the others'."""
    objective, _ = problem(alpha=1.0)
    X = np.hstack([objective.X, np.full((300, 1), 5.0)])
    clf = SoftmaxMLPClassifier((6,), "tanh", alpha=1.0, random_state=0)
    wide, wide_start, *_ = clf._problem(X, objective.y, None)
    other, _ = with_relevances(wide, minimum(wide, wide_start), 0)
    assert other.standardization.log_penalties[-1] == 0
    assert np.isinf(other.standardization.scale[-1])


def test_units_of_weights_do_not_matter():
    """Neither those of all rows, nor those of the classes."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 4))
    y = (X[:, 0] + rng.normal(size=200) > 0).astype(int)
    penalties = []
    for alpha, weight in ((2.0, 1.0), (2000.0, 1000.0)):
        clf = SoftmaxMLPClassifier(
            (4,), alpha=alpha, class_weight={0: weight, 1: 2 * weight}, random_state=0
        )
        objective, start, *_ = clf._problem(X, y, None)
        other, _ = with_relevances(objective, minimum(objective, start), 0)
        penalties.append(other.standardization.log_penalties)
    np.testing.assert_allclose(*penalties, rtol=1e-6)


@pytest.mark.parametrize(("alpha", "factor"), [(1.0, 1e4), (30.0, 1.0)])
def test_penalties_are_of_what_the_samples_determine(alpha, factor):
    """In nats of the samples that there are; half as far again, up to a factor e^6."""
    objective, start = problem(alpha=alpha, class_weight={0: 1, 1: 4})
    x = minimum(objective, start)
    W = objective.layout.unpack(x)[0][0]
    W[:, 0] *= factor
    n = objective.effective_samples
    assert objective.weights_sum < 0.9 * n < 0.9 * 300
    strength = objective.alpha * n / objective.weights_sum
    variances = relevance._variances(
        objective, x, strength, n, np.random.RandomState(0)
    )
    n_determined = np.maximum(6 - strength * variances, 0)
    squares = strength * (W**2).sum(axis=0)
    best = 1.5 * relevance._best(n_determined, squares, np.arange(squares.size))
    assert abs(best).max() > 6 if factor > 1 else n_determined.min() < 1
    other, _ = with_relevances(objective, x, 0)
    np.testing.assert_allclose(
        other.standardization.log_penalties, np.clip(best, -6, 6), rtol=1e-12
    )


def test_variances_are_those_of_the_inverse():
    """Of the whole Kronecker product, plus the penalty, intercept integrated out."""
    objective, start = problem(alpha=1.0)
    x = minimum(objective, start)
    n, alpha = 300.0, 1.0
    metric = KroneckerMetric(objective, np.random.RandomState(0))
    A, G = covariance(metric.first_inputs), metric.factors(x).deltas[0]
    inverse = np.linalg.inv(n * np.kron(G, A) + alpha * np.eye(len(A) * len(G)))
    expected = np.diag(inverse).reshape(len(G), len(A)).sum(axis=0)
    found = relevance._variances(objective, x, alpha, n, np.random.RandomState(0))
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_wide_layers_have_the_variances_of_a_diagonal(monkeypatch):
    """Where the curvature of the inputs is known by its diagonal alone."""
    import sksoftmax._training.metric

    objective, start = problem(alpha=1.0)
    x = minimum(objective, start)
    monkeypatch.setattr(sksoftmax._training.metric, "_max_dense", lambda objective: 3)
    metric = KroneckerMetric(objective, np.random.RandomState(0))
    a, g = metric.first_inputs[:-1], metric.factors(x).deltas[0]
    assert a.ndim == g.ndim == 1
    expected = (1 / (300 * np.multiply.outer(a, g) + 1)).sum(axis=1)
    found = relevance._variances(objective, x, 1.0, 300.0, np.random.RandomState(0))
    np.testing.assert_allclose(found, expected)


def test_penalties_have_the_largest_evidence(rng):
    """One by one, as a search along a line finds it; their weighted mean is 0."""
    n_determined, squares = rng.uniform(0, 30, size=(2, 5))
    found = relevance._best(n_determined, squares, np.arange(5))
    expected = [
        most_evident(*pair, 8) for pair in zip(n_determined, squares, strict=True)
    ]
    expected -= np.average(expected, weights=n_determined)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def most_evident(n_determined, square, variance):
    def loss(t):
        fit, prior = square * np.exp(t) / 2, t**2 / (2 * variance)
        return fit + prior - OCCAM_FACTOR * n_determined * t / 2

    return minimize_scalar(loss, bounds=(-9, 9), method="bounded").x


def test_levels_share_a_penalty_but_for_what_is_their_own(rng):
    """That of their sums, and one of each; inputs that are no levels share none."""
    n_determined, squares = rng.uniform(0, 30, size=(2, 6))
    levels = [1, 3, 4]
    found = relevance._best(n_determined, squares, np.array([0, 1, 2, 1, 1, 5]))
    expected = np.array(
        [most_evident(*pair, 8) for pair in zip(n_determined, squares, strict=True)]
    )
    common = most_evident(n_determined[levels].sum(), squares[levels].sum(), 8)
    own = [
        most_evident(n_determined[j], squares[j] * np.exp(common), 1) for j in levels
    ]
    expected[levels] = common + np.array(own)
    expected -= np.average(expected, weights=n_determined)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_column_of_levels_is_relevant_or_is_not():
    """Each level of one that tells nothing more penalised than those of one that does.

    By themselves they overlap, of ten rows each.
    """
    rng = np.random.default_rng(0)
    X = rng.integers(40, size=(400, 2))
    y = rng.random(400) < 1 / (1 + np.exp(-2 * rng.normal(size=40)[X[:, 0]]))
    clf = SoftmaxMLPClassifier((6,), alpha=10.0, categorical_features=[0, 1])
    objective, start, *_ = clf.set_params(random_state=0)._problem(X, y, None)
    other, _ = with_relevances(objective, minimum(objective, start), 0)
    told, noise = other.standardization.log_penalties.reshape(2, 40)
    assert told.max() < noise.min()


@pytest.mark.parametrize("is_stored", [False, True])
def test_indicators_of_a_column_are_a_group(is_stored):
    """Its gaps are one of its levels; numbers, their parts and their gaps are none."""
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.integers(3, size=400), rng.normal(size=400)])
    X[::9] = np.nan
    clf = SoftmaxMLPClassifier((3,), categorical_features=[0], encoding="piecewise")
    objective, *_ = clf._problem(X, np.arange(400) % 2, None)
    objective = encoded(objective, "piecewise")
    groups = (objective.stored() if is_stored else objective).standardization.groups
    assert groups.size > 10
    assert [*groups[-5:]] == [groups.size - 5] * 4 + [groups.size - 1]
    np.testing.assert_array_equal(groups[:-5], np.arange(groups.size - 5))


def test_where_nothing_is_determined_there_is_no_mean():
    """A first layer that the data say nothing about."""
    found = relevance._best(np.zeros(3), np.zeros(3), np.arange(3))
    np.testing.assert_array_equal(found, 0)
