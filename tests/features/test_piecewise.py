"""Parts of columns as inputs of the first layer."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from sksoftmax._features.piecewise import N_PARTS, Parts, PiecewiseLinear
from sksoftmax._features.standardization import Standardization


def learnt(X, weights=None):
    return PiecewiseLinear.learnt(X, weights, Standardization.of(X, weights))


@pytest.fixture(name="X")
def skewed(rng):
    """Three columns of many values, one of two, one of three and a constant one."""
    X = rng.lognormal(size=(500, 6))
    X[:, 3] = X[:, 3] > 1
    X[:, 4] = np.digitize(X[:, 4], [0.5, 2])
    X[:, 5] = 7
    return X


def test_inputs_are_columns_first_and_then_their_parts(X):
    """Those of two values, or of one, have no parts; of three, two."""
    parts = Parts.of(X, None)
    expected = [*range(6), *np.repeat([0, 1, 2, 4], [N_PARTS] * 3 + [2])]
    np.testing.assert_array_equal(parts.columns, expected)


def test_parts_add_up_to_the_column(X):
    """Above its lowest value; and each alone is a clipped distance."""
    features = learnt(X)
    inputs = features.inputs(X)
    assert inputs.shape == (500, features.n_inputs)
    for column in (0, 1, 2, 4):
        of_column = np.flatnonzero(features.parts.columns == column)[1:]
        total = inputs[:, of_column].sum(axis=1)
        np.testing.assert_allclose(total, X[:, column] - X[:, column].min(), rtol=1e-12)
        for k in of_column:
            _, start, width = (values[k] for values in features.parts)
            np.testing.assert_allclose(
                inputs[:, k], np.clip(X[:, column] - start, 0, width), rtol=1e-12
            )


def test_knots_are_quantiles(X):
    """Of the rows that there are, as numpy has them of discrete values."""
    parts = Parts.of(X, None)
    first = parts.columns[6:] == 0
    levels = np.arange(1, N_PARTS) / N_PARTS
    inner = np.quantile(X[:, 0], levels, method="inverted_cdf")
    np.testing.assert_array_equal(parts.starts[6:][first], [X[:, 0].min(), *inner])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_are_copies(X, rng, dtype):
    """Knots are the same, and the other statistics but for rounding."""
    X = X.astype(dtype)
    counts = rng.integers(0, 4, size=500)
    X[counts == 0] = np.nan  # rows without weight are not looked at
    weighted = learnt(X, (counts / 3).astype(dtype))
    copies = learnt(np.repeat(X, counts, axis=0))
    for ours, theirs in zip(weighted.parts, copies.parts, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    rows = X[counts > 0]
    np.testing.assert_allclose(
        weighted.standardized(weighted.inputs(rows)),
        copies.standardized(copies.inputs(rows)),
        atol=1e-5 if dtype == np.float32 else 1e-12,
    )


def test_standardised_inputs_have_mean_zero(X):
    """Columns their own scale, and parts half of their width."""
    features = learnt(X)
    z = features.standardized(features.inputs(X))
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-12)
    own = Standardization.of(X, None)
    np.testing.assert_allclose(
        z[:, :6], own.standardized_values(X, slice(None)), atol=1e-12
    )
    np.testing.assert_allclose(np.ptp(z[:, 6:], axis=0), 2)


def test_all_is_constant_outside_of_the_training_rows(X):
    """However far a new value is."""
    features = learnt(X)
    ends = np.stack([X.min(axis=0), X.max(axis=0)])
    beyond = ends + np.array([[-1e9], [1e9]])
    np.testing.assert_array_equal(features.inputs(beyond), features.inputs(ends))


def test_keys_of_rows_are_those_of_the_columns(X):
    """So that the same rows are drawn, however they are encoded."""
    own = Standardization.of(X, None)
    np.testing.assert_array_equal(
        learnt(X).standardized_values(X, slice(None)),
        own.standardized_values(X, slice(None)),
    )


def test_far_from_zero_no_digit_is_lost(rng):
    """In float32, too."""
    steps = rng.integers(0, 100, size=(300, 1))
    near, far = learnt(steps * 1.0), learnt((steps + 1e6).astype(np.float32))
    np.testing.assert_allclose(
        far.inputs((steps + 1e6).astype(np.float32)), near.inputs(steps * 1.0)
    )


def test_parts_too_narrow_for_coefficients_are_left_out():
    """Their values are told apart by nothing, then."""
    X = np.array([[0.0], [1e-307], [1.0], [2.0]])
    assert Parts.of(X, None).widths.tolist() == [2.0, 1.0, 1.0]


def test_what_is_worth_it(X, rng):
    """Dense columns of some values each, with rows for what becomes of them."""

    def is_worth_it(X, features=None):
        features = features or Standardization.of(X, None)
        return PiecewiseLinear.is_worth_it(X, None, features)

    assert is_worth_it(X)
    assert not is_worth_it(csr_array(X))
    assert not is_worth_it(X, Standardization.identity(6))
    assert not is_worth_it(X[:, [3, 5]])  # no column has parts
    assert not is_worth_it(rng.normal(size=(30, 8)))  # more than four for each row
    assert not is_worth_it(rng.normal(size=(600, 120)))  # too many
    huge = rng.choice([-1e308, 0, 1e308], size=(500, 1))
    with np.errstate(all="ignore"):
        assert not is_worth_it(huge)  # the width overflows


def test_of_other_rows_it_is_learnt_anew(X):
    """Parts and scales of the columns."""
    again = learnt(X[:250]).relearnt(X, None, [slice(0, 500)])
    for ours, theirs in zip(again.parts, Parts.of(X, None), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(again.scale, learnt(X).scale)
