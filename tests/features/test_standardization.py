"""Standardised features by a change of parameters."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from sksoftmax._features.first_inputs import from_origin
from sksoftmax._features.standardization import Standardization


@pytest.fixture(name="X")
def features(rng):
    return rng.normal([0, 50, -1], [1, 0.01, 300], size=(3000, 3))


@pytest.mark.parametrize("container", [np.asarray, csr_array])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_constant_columns_are_left_out(rng, container, dtype):
    """A column of one value has coefficients of 0, whatever value and weights."""
    n = 100_000
    X = np.tile(np.array([0, 0.1, 1e7, -1e-9], dtype), (n, 1))
    standardization = Standardization.of(container(X), rng.uniform(size=n))
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
    """Only equal values are: a spread of a few roundings of the mean is scaled."""
    X = 1 + np.finfo(float).eps * rng.integers(0, 9, size=(500, 1))
    z = Standardization.of(X, None).standardized_values(X, slice(None))
    np.testing.assert_allclose(z, (X - 1 - (X - 1).mean()) / (X - 1).std(), rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("offset", [0, 1000])
def test_folded_layer_on_rows_is_the_layer_on_standardised_rows(rng, dtype, offset):
    """`fold` on shifted rows, and user units on raw rows, equal W @ z + b."""
    X = rng.normal(offset, size=(200, 3)).astype(dtype)
    coef, intercept = rng.normal(size=(4, 3)), rng.normal(size=4)
    standardization = Standardization.of(X, None)
    z = standardization.standardized_values(X, slice(None))
    expected = coef @ z.T + intercept[:, np.newaxis]

    V, c = standardization.fold(coef, intercept, dtype)
    folded = V @ standardization.inputs(X).T + c[:, np.newaxis]
    assert folded.dtype == dtype
    np.testing.assert_allclose(
        folded, expected, atol=1e-5 if dtype is np.float32 else 1e-11
    )

    V, c = standardization.to_user_units(coef, intercept, dtype)
    raw = V @ X.T + c[:, np.newaxis]
    np.testing.assert_allclose(
        raw, expected, atol=2e-3 if dtype is np.float32 else 1e-11
    )


@pytest.mark.parametrize("container", [np.asarray, csr_array])
def test_only_large_offsets_shift_the_rows(X, container):
    """Of columns far from 0, where folding would lose digits, and nowhere else."""
    X32 = X.astype(np.float32)
    shifting = Standardization.of(container(X32), None)
    np.testing.assert_array_equal(shifting.origin, [0, shifting.origin[1], 0])
    assert shifting.origin[1] == pytest.approx(50, abs=1e-3)
    shifted = shifting.inputs(container(X32))
    assert shifted.dtype == np.float32
    dense = shifted if container is np.asarray else shifted.toarray()
    np.testing.assert_array_equal(dense, X32 - shifting.origin)

    still = Standardization.of(container(X), None)  # only what it is exported to
    assert still.origin[1] == pytest.approx(50, abs=1e-3)
    for standardization, rows in (
        (still, container(X)),
        (Standardization.of(container(X32[:, [0]]), None), container(X32[:, [0]])),
    ):
        assert standardization.inputs(rows) is rows
    assert Standardization.of(container(X32[:, [0]]), None).origin is None


@pytest.mark.parametrize("container", [np.asarray, csr_array])
@pytest.mark.parametrize("offset", [1e15, -1e15, 1e307])
def test_layers_know_the_origin(rng, offset, container):
    """At any offset, that of exact values, the origin takes no digit of a layer."""
    steps = rng.integers(0, 9, size=(200, 2))
    X = np.array([offset, 1]) * 1.0 + steps * [np.spacing(abs(offset)), 1]
    standardization = Standardization.of(container(X), None)
    z = (steps - steps.mean(axis=0)) / steps.std(axis=0)
    coef, intercept = rng.normal(size=(4, 2)), rng.normal(size=4)
    expected = z @ coef.T + intercept
    origin = standardization.origin
    V, c = standardization.fold(coef, intercept, float)
    shifted = standardization.inputs(container(X))
    np.testing.assert_allclose(shifted @ V.T + c, expected, atol=1e-12)
    V, c = standardization.to_user_units(coef, intercept, float, origin)
    rows = from_origin(container(X), origin)
    np.testing.assert_allclose(rows @ V.T + c, expected, atol=1e-12)
    other = Standardization.of(container(X[:150]), None)
    W, b = other.from_user_units(V, c, origin)
    z = (steps - steps[:150].mean(axis=0)) / steps[:150].std(axis=0)
    np.testing.assert_allclose(z @ W.T + b, expected, atol=1e-12)


def test_rows_of_less_precision_keep_the_origin(rng):
    """Of an origin in float64 nothing is rounded away for float32 rows."""
    rows = csr_array(rng.normal(size=(5, 3)).astype(np.float32))
    origin = np.array([0, 1 / 3, 0])
    expected = rows.toarray() - origin
    np.testing.assert_array_equal(from_origin(rows, origin).toarray(), expected)
    np.testing.assert_array_equal(from_origin(rows.toarray(), origin), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_columns_that_vary_too_little_are_named(rng, dtype):
    """Coefficients would overflow: by number, or by name."""
    X = rng.normal(size=(50, 2)) * [1, 1e3 * np.finfo(dtype).tiny]
    Standardization.of(X.astype(dtype), None).check_dtype(dtype, 9)
    standardization = Standardization.of(X * 1e-3, None)
    with pytest.raises(ValueError, match=r"in column 1 by .*, too little"):
        standardization.check_dtype(dtype, 9)
    with pytest.raises(ValueError, match=r"in column 'b' by .*Multiply"):
        standardization.check_dtype(dtype, 9, np.array(["a", "b"]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_columns_that_are_too_large_are_named(rng, dtype):
    """Sums of their gradient would overflow, somewhere on the way of a fit."""
    largest = np.finfo(dtype).max
    X = rng.uniform(-1, 1, size=(50, 2)) * [1, largest / 200]
    Standardization.of(X.astype(dtype), None).check_dtype(dtype, 50)
    standardization = Standardization.of((8 * X).astype(dtype), None)
    with pytest.raises(ValueError, match=r"in column 1, too large for sums of 50"):
        standardization.check_dtype(dtype, 50)
    constant = np.full((50, 1), largest / 10, dtype)
    Standardization.of(constant, None).check_dtype(dtype, 50)  # is left out


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
    assert identity.inputs(X) is X


def test_differences_never_overflow(rng):
    """Of a range beyond float32 no origin is subtracted, nor a mean before scaling."""
    X = np.full((600, 1), 3e38, np.float32)
    X[0], X[1:300] = -2e38, 3.1e38
    standardization = Standardization.of(X, None)
    assert standardization.inputs(X) is X
    z = standardization.standardized(X)
    expected = standardization.standardized_values(X, slice(None))
    np.testing.assert_allclose(z, expected, rtol=1e-4, atol=1e-5)


def test_entries_stored_in_parts_are_squared_once(rng):
    """A CSR matrix may store an entry as a sum."""
    X = rng.normal(size=(40, 3))
    halves = np.repeat(X.ravel() / 2, 2)
    twice = csr_array((halves, np.tile([0, 0, 1, 1, 2, 2], 40), np.arange(0, 246, 6)))
    standardization = Standardization.of(X, None)
    np.testing.assert_allclose(standardization.squares(twice, None), 40)
