"""Standardised features by a change of parameters."""

import math

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.preprocessing import StandardScaler

from sksoftmax._standardization import Standardization


@pytest.fixture(name="X")
def features(rng):
    return rng.normal([0, 50, -1], [1, 0.01, 300], size=(3000, 3))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("container", [np.asarray, csr_array])
def test_moments_are_those_of_standard_scaler(X, rng, weighted, container):
    """Weighted mean and standard deviation equal scikit-learn's, dense and sparse."""
    X[np.abs(X) < 0.5] = 0
    sample_weight = rng.uniform(size=len(X)) if weighted else None
    scaler = StandardScaler().fit(X, sample_weight=sample_weight)
    standardization = Standardization.of(container(X), sample_weight)
    np.testing.assert_allclose(standardization.mean, scaler.mean_, rtol=1e-10)
    np.testing.assert_allclose(standardization.scale, scaler.scale_, rtol=1e-10)


def test_rows_without_weight_do_not_count(X):
    """Leading rows of weight zero, more than a block of them, change nothing."""
    padded = np.vstack([np.full((9000, 3), 1e6), X])
    sample_weight = np.repeat([0.0, 1.0], [9000, len(X)])
    expected = Standardization.of(X, None)
    standardization = Standardization.of(padded, sample_weight)
    np.testing.assert_allclose(standardization.mean, expected.mean, rtol=1e-12)
    np.testing.assert_allclose(standardization.scale, expected.scale, rtol=1e-12)


@pytest.mark.parametrize("container", [np.asarray, csr_array])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_constant_columns_are_left_out(rng, container, dtype):
    """A column of one value has coefficients of 0, whatever value and weights."""
    n = 100_000
    X = np.tile(np.array([0, 0.1, 1e7, -1e-9], dtype), (n, 1))
    standardization = Standardization.of(container(X), rng.uniform(size=n))
    np.testing.assert_allclose(standardization.mean, X[0], rtol=1e-7)
    layer = rng.normal(size=(3, 4)), rng.normal(size=3)
    for coef, intercept in (
        standardization.fold(*layer, dtype),
        standardization.to_user_units(*layer, dtype),
        standardization.from_user_units(layer[0], layer[1] - layer[0] @ X[0]),
    ):
        np.testing.assert_array_equal(coef, 0)
        np.testing.assert_allclose(intercept, layer[1], rtol=1e-6)
    coef_gradient = np.full((3, 4), np.inf)
    standardization.pull_back(coef_gradient, layer[1])
    np.testing.assert_array_equal(coef_gradient, 0)


def test_columns_that_hardly_vary_are_not_constant(rng):
    """A spread of 1e-11 of the mean is scaled: it is far above float64's rounding."""
    X = 1 + 1e-11 * rng.normal(size=(500, 1))
    assert Standardization.of(X, None).scale[0] == pytest.approx(1e-11, rel=0.1)


@pytest.mark.parametrize("container", [np.asarray, csr_array])
def test_moments_far_from_zero_are_exact(rng, container):
    """At a mean of 1e8 standard deviations both moments are exact to rounding."""
    X = 1e8 + rng.normal(size=(20_000, 1))
    standardization = Standardization.of(container(X), None)
    mean = math.fsum(X[:, 0]) / len(X)
    variance = math.fsum((X[:, 0] - mean) ** 2) / len(X)
    assert standardization.mean[0] == pytest.approx(mean, rel=4e-16)
    assert standardization.scale[0] == pytest.approx(variance**0.5, rel=1e-9)


def test_duplicates_in_sparse_data_are_sums(rng):
    """A CSR matrix that stores an entry in two parts has the moments of the sum."""
    X = rng.normal(size=(40, 3))
    halves = np.repeat(X.ravel() / 2, 2)
    twice = csr_array((halves, np.tile([0, 0, 1, 1, 2, 2], 40), np.arange(0, 246, 6)))
    expected, got = Standardization.of(X, None), Standardization.of(twice, None)
    np.testing.assert_allclose(got.scale, expected.scale, rtol=1e-12)
    assert twice.nnz == 240


def test_a_single_zero_of_hardly_any_weight_is_no_trouble():
    """Rounding of the sum of weights never makes a variance negative."""
    weights = np.append(np.geomspace(0.1, 1, 2000), 1e-30)
    X = csr_array(np.append(np.full(2000, 3.7), 0)[:, np.newaxis])
    assert (Standardization.of(X, weights).scale > 0).all()


def test_extreme_units_neither_overflow_nor_vanish(rng):
    """Columns of size 1e200 and 1e-200 have the moments of their rescaled copies."""
    X = rng.normal(5, 2, size=(100, 1))
    expected = Standardization.of(X, None)
    for unit in (1e-200, 1e200):
        standardization = Standardization.of(X * unit, None)
        assert standardization.mean[0] == pytest.approx(unit * expected.mean[0])
        assert standardization.scale[0] == pytest.approx(unit * expected.scale[0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("offset", [0, 1000])
def test_folded_layer_on_rows_is_the_layer_on_standardised_rows(rng, dtype, offset):
    """`fold` on shifted rows, and user units on raw rows, equal W @ z + b."""
    X = rng.normal(offset, size=(200, 3)).astype(dtype)
    coef, intercept = rng.normal(size=(4, 3)), rng.normal(size=4)
    standardization = Standardization.of(X, None)
    z = (X.astype(float) - standardization.mean) / standardization.scale
    expected = coef @ z.T + intercept[:, np.newaxis]

    V, c = standardization.fold(coef, intercept, dtype)
    folded = V @ standardization.shifted(X).T + c[:, np.newaxis]
    assert folded.dtype == dtype
    np.testing.assert_allclose(
        folded, expected, atol=1e-5 if dtype is np.float32 else 1e-11
    )

    V, c = standardization.to_user_units(coef, intercept, dtype)
    raw = V @ X.T + c[:, np.newaxis]
    np.testing.assert_allclose(
        raw, expected, atol=2e-3 if dtype is np.float32 else 1e-11
    )


def test_only_large_offsets_in_float32_shift_the_rows(X):
    """Rows are shifted where folding would lose digits, and nowhere else."""
    assert Standardization.of(X.astype(np.float32), None).shift is not None
    assert Standardization.of(X, None).shift is None
    assert Standardization.of(X[:, [0]].astype(np.float32), None).shift is None
    assert Standardization.of(csr_array(X.astype(np.float32)), None).shift is None


def test_user_units_invert(X, rng):
    """Weights taken to the user's units and back are the same."""
    standardization = Standardization.of(X, None)
    layer = rng.normal(size=(4, 3)), rng.normal(size=4)
    back = standardization.from_user_units(
        *standardization.to_user_units(*layer, np.float64)
    )
    for a, b in zip(layer, back, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-9)


def test_identity_changes_nothing(X, rng):
    """Without standardisation the first layer is the user's."""
    identity = Standardization.identity(3)
    coef, intercept = rng.normal(size=(4, 3)), rng.normal(size=4)
    for a, b in zip(
        identity.fold(coef, intercept, float), (coef, intercept), strict=True
    ):
        np.testing.assert_array_equal(a, b)
    assert identity.shifted(X) is X
