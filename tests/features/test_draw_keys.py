"""Keys of rows, in whatever units."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from sksoftmax._features.draw_keys import draw_keys
from sksoftmax._features.standardization import Standardization
from sksoftmax._rows.row_keys import row_keys

UNITS = np.array([1, 2.0**20, 2.0**-9, 4, 1, 2])


@pytest.fixture(name="X")
def features(rng):
    """Rows of a few small numbers, half of them 0, the first and the last row empty."""
    X = rng.integers(-2, 3, size=(40, 6)) * rng.integers(2, size=(40, 6)) / 2
    X[[0, -1]] = 0
    return X


@pytest.fixture
def continuous(rng):
    """Rows that are not on a grid."""
    return rng.normal(size=(400, 6))


def own_draw_keys(X, seed=0, weights=None):
    return draw_keys(X, seed, Standardization.of(X, weights))


def test_draws_are_the_same_in_other_units(continuous):
    """Bit for bit where units differ by powers of two, else but for few rows."""
    keys = own_draw_keys(continuous)
    np.testing.assert_array_equal(own_draw_keys(continuous * UNITS), keys)
    for other in (continuous * 0.3 + 7, (continuous - 40).astype(np.float32)):
        assert np.mean(own_draw_keys(other) == keys) > 0.95


def test_constant_columns_do_not_matter(continuous):
    """Whatever their value is."""
    X = continuous.copy()
    X[:, 2] = 0
    keys = own_draw_keys(X)
    X[:, 2] = -3.3
    np.testing.assert_array_equal(own_draw_keys(X), keys)


def test_draws_of_sparse_rows_are_those_of_dense_ones(continuous):
    """Of zeros that are not stored, too."""
    X = continuous.clip(0)
    standardization = Standardization.of(X, None)
    keys = draw_keys(X, 0, standardization)
    np.testing.assert_array_equal(draw_keys(csr_array(X), 0, standardization), keys)
    assert np.unique(keys).size == np.unique(X, axis=0).shape[0]


def test_draws_of_equal_rows_are_equal(X, rng):
    """Different ones have different keys, unless they are nearly the same."""
    standardization = Standardization.of(X, None)
    rows = rng.choice(40, 60)
    keys = draw_keys(X, 0, standardization)
    np.testing.assert_array_equal(draw_keys(X[rows], 0, standardization), keys[rows])
    assert np.unique(keys).size == np.unique(X, axis=0).shape[0]
    assert not np.array_equal(draw_keys(X, 1, standardization), keys)
    np.testing.assert_array_equal(draw_keys(X + 1e-9, 0, standardization), keys)
    assert not np.intersect1d(row_keys(X + 1e-9, 0), row_keys(X, 0)).size
