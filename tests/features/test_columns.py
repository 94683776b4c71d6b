"""Range, mean and spread of the columns."""

import math

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.preprocessing import StandardScaler

from sksoftmax._features.columns import Columns, spread_of_two

CONTAINERS = pytest.mark.parametrize("container", [np.asarray, csr_array])


@pytest.fixture(name="X")
def features(rng):
    return rng.normal([0, 50, -1], [1, 0.01, 300], size=(3000, 3))


def rare_values(rng, n=6400):
    """A column for each rule, and the value that the others of the row are."""
    return np.c_[
        np.where(rng.random(n) < 0.01, 1.0, 0.0),
        np.where(np.arange(n) < n // 3200, 1.0, 0.0),
        np.where(rng.random(n) < 0.4, 7.0, 4.0),
        np.where(rng.random(n) < 0.02, rng.lognormal(size=n), 0.0),
        np.where(rng.random(n) < 0.02, -rng.lognormal(size=n), 3.0),
        np.where(rng.random(n) < 0.1, rng.normal(size=n), 0.0),
    ]


@pytest.mark.parametrize("weighted", [False, True])
@CONTAINERS
def test_moments_are_those_of_standard_scaler(X, rng, weighted, container):
    """Weighted mean and standard deviation equal scikit-learn's, dense and sparse."""
    X[np.abs(X) < 0.5] = 0
    sample_weight = rng.uniform(size=len(X)) if weighted else None
    scaler = StandardScaler().fit(X, sample_weight=sample_weight)
    columns = Columns.of(container(X), sample_weight)
    np.testing.assert_allclose(columns.lowest, X.min(axis=0))
    np.testing.assert_allclose(columns.highest, X.max(axis=0))
    np.testing.assert_allclose(columns.lowest + columns.mean, scaler.mean_, rtol=1e-10)
    np.testing.assert_allclose(columns.spread, scaler.scale_, rtol=1e-10)


@CONTAINERS
def test_rare_values_are_not_blown_up(rng, container):
    """Two values are 2 apart, or a little more if one is rare, and so are others."""
    X = rare_values(rng)
    spread = Columns.of(container(X), None).spread
    deviation = X.std(axis=0)
    np.testing.assert_allclose(spread[:3], [0.5, 0.25, 1.5])
    for j, common in ((3, 0), (4, 3), (5, 0)):
        others = X[X[:, j] != common, j] - common
        half = np.sqrt(np.mean(others**2)) / 2
        assert spread[j] == pytest.approx(np.sqrt(deviation[j] * half))


@pytest.mark.parametrize("change", ["copies", "order", "unit", "offset"])
def test_spread_is_that_of_the_values(rng, change):
    """Copies, order and offset change nothing, and a unit is one of the spread."""
    X = rare_values(rng)[:, :5]
    expected = Columns.of(X, None).spread
    weights, unit = None, 1
    if change == "copies":
        weights = rng.integers(0, 3, size=len(X))
        expected = Columns.of(X.repeat(weights, axis=0), None).spread
        weights = weights.astype(float)
    elif change == "order":
        X = rng.permutation(X)
    elif change == "unit":
        unit = -8.0
    else:
        X = X + 5
    got = Columns.of(unit * X, weights).spread
    np.testing.assert_allclose(got, abs(unit) * expected, rtol=1e-12)


def test_a_quarter_of_the_rows_is_not_rare(rng):
    """Above that the spread is the standard deviation, which is about the same."""
    X = np.where(np.arange(4000) % 4 == 0, rng.lognormal(size=4000), 0)[:, np.newaxis]
    assert Columns.of(X, None).spread[0] == pytest.approx(X.std())
    X[0] = 0
    assert Columns.of(X, None).spread[0] == pytest.approx(X.std(), rel=0.2)
    assert Columns.of(X, None).spread[0] != pytest.approx(X.std(), rel=0.001)


def test_rows_without_weight_do_not_count(X):
    """Leading rows of weight zero, more than a block of them, change nothing."""
    padded = np.vstack([np.full((9000, 3), 1e6), X])
    sample_weight = np.repeat([0.0, 1.0], [9000, len(X)])
    for got, expected in zip(
        Columns.of(padded, sample_weight), Columns.of(X, None), strict=True
    ):
        np.testing.assert_allclose(got, expected, rtol=1e-12)


@CONTAINERS
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_constant_has_one_value(rng, container, dtype):
    """Whatever value and weights, lowest and highest are equal, and the mean exact."""
    X = np.tile(np.array([0, 0.1, 1e7, -1e-9], dtype), (100_000, 1))
    columns = Columns.of(container(X), rng.uniform(size=len(X)))
    np.testing.assert_array_equal(columns.lowest, X[0])
    np.testing.assert_array_equal(columns.highest, X[0])
    np.testing.assert_array_equal(columns.mean, 0)


@CONTAINERS
def test_exact_values_at_an_offset_are_told_apart(container):
    """Of 1e15 and 1e15 + 0.5, next to each other in float64, both moments are exact."""
    X = np.where(np.arange(900) % 3 == 0, 1e15 + 0.125, 1e15)[:, np.newaxis]
    X[1] += 0.25
    _, _, highest, mean, spread = Columns.of(container(X), None)
    assert highest[0] == 1e15 + 0.25
    deviations = np.where(np.arange(900) % 3 == 0, 0.125, 0)
    deviations[1] = 0.25
    assert mean[0] == pytest.approx(deviations.mean(), rel=1e-14)
    assert spread[0] == pytest.approx(deviations.std(), rel=1e-14)


@CONTAINERS
def test_moments_far_from_zero_are_exact(rng, container):
    """At a mean of 1e8 standard deviations both moments are exact to rounding."""
    X = 1e8 + rng.normal(size=(20_000, 1))
    _, lowest, _, above, spread = Columns.of(container(X), None)
    mean = math.fsum(X[:, 0]) / len(X)
    variance = math.fsum((X[:, 0] - mean) ** 2) / len(X)
    assert lowest[0] + above[0] == pytest.approx(mean, rel=4e-16)
    assert spread[0] == pytest.approx(variance**0.5, rel=1e-9)


def test_duplicates_in_sparse_data_are_sums(rng):
    """A CSR matrix that stores an entry in two parts has the moments of the sum."""
    X = rng.normal(size=(40, 3))
    halves = np.repeat(X.ravel() / 2, 2)
    twice = csr_array((halves, np.tile([0, 0, 1, 1, 2, 2], 40), np.arange(0, 246, 6)))
    for got, expected in zip(Columns.of(twice, None), Columns.of(X, None), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12)
    assert twice.nnz == 240


def test_a_single_zero_of_hardly_any_weight_is_no_trouble():
    """Rounding of the sum of weights never makes a variance negative."""
    weights = np.append(np.geomspace(0.1, 1, 2000), 1e-30)
    X = np.append(np.linspace(3.6, 3.8, 2000), 0)[:, np.newaxis]
    for container in (np.asarray, csr_array):
        *_, mean, spread = Columns.of(container(X), weights)
        assert 3.6 < mean[0] < 3.8
        assert 0 < spread[0] < 0.1


@pytest.mark.parametrize("unit", [1e-200, 1e200, 5e-324 * 2**52, 1.7e307])
def test_extreme_units_neither_overflow_nor_vanish(rng, unit):
    """Columns of any size have the moments of their rescaled copies."""
    X = np.append(rng.uniform(-1, 10, size=100), 1)[:, np.newaxis] // 1
    for got, expected in zip(
        Columns.of(X * unit, None), Columns.of(X, None), strict=True
    ):
        np.testing.assert_allclose(got / unit, expected, rtol=1e-12)


@CONTAINERS
def test_rows_without_weight_are_in_no_range(X, container):
    """Nor those that stand between others."""
    weights = np.ones(len(X))
    weights[::7], X[::7] = 0, 1e6
    _, _, highest, *_ = Columns.of(container(X), weights)
    np.testing.assert_array_equal(highest, X[weights > 0].max(axis=0))


def test_rounding_does_not_tell_what_is_rare(rng):
    """A quarter is not, in any order of weights whose sums round: the scale jumps."""
    counts = np.array([6, 7, 8, 9])
    weights = np.repeat(4 / counts, counts)  # as of "balanced"
    x = np.zeros((30, 1))
    x[6:13, 0] = [3, 3, 1, 3, 3, 3, 1]
    spreads = []
    for _ in range(50):
        order = rng.permutation(30)
        spreads.append(Columns.of(x[order], weights[order]).spread[0])
    assert spreads == pytest.approx([spreads[0]] * 50, rel=1e-12)


@pytest.mark.parametrize("offset", [1e12, 1e14, 1e15])
def test_scale_of_rare_values_is_exact_far_from_zero(offset):
    """Distances are those of the values, not of their rounded mean."""
    x = np.array([0.5, 1.0] + [0.0] * 14)[:, np.newaxis]
    near, far = (Columns.of(rows, None).spread[0] for rows in (x, x + offset))
    assert far == pytest.approx(near, rel=1e-12)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_gaps_do_not_count(rng, is_weighted):
    """Each column has the statistics of what it holds, rare values among them."""
    X = rng.normal(size=(900, 4)) + 5
    X[:, 1] = X[:, 1] > 7
    X[:, 2] = np.where(rng.random(900) < 0.9, 0, X[:, 2])
    X[rng.random(X.shape) < 0.3] = np.nan
    X[:, 3] = np.nan
    weights = rng.uniform(size=900) if is_weighted else None
    blocks = [slice(0, 400), slice(400, 900)]
    columns = Columns.of(X, weights, blocks)
    assert columns.has_gaps.all()
    assert [values[3] for values in columns[1:]] == [0, 0, 0, 0]
    for j in range(3):
        is_known = ~np.isnan(X[:, j])
        alone = Columns.of(
            X[is_known, j : j + 1], None if weights is None else weights[is_known]
        )
        assert not alone.has_gaps
        for ours, theirs in zip(columns[1:], alone[1:], strict=True):
            assert ours[j] == pytest.approx(theirs[0], rel=1e-12)


def test_gaps_of_rows_without_weight_are_none(rng):
    """As all that these hold."""
    X = rng.normal(size=(50, 2))
    weights = np.ones(50)
    X[7, 1], weights[7] = np.nan, 0
    assert not Columns.of(X, weights).has_gaps.any()


def test_of_two_values_half_their_distance_is_the_spread():
    """And less, by the fourth root, of less than a 200th of the rows."""
    shares = np.array([0.5, 0.1, 1 / 200, 0.99, 1 / 3200, 0, 1])
    expected = [0.5, 0.5, 0.5, 0.5, 0.25, 0, 0]
    np.testing.assert_allclose(spread_of_two(shares), expected)
