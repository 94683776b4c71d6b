"""Keys of rows."""

import numpy as np
import pytest
from scipy.sparse import csr_array

import sksoftmax._rows.row_keys
from sksoftmax._rows.row_keys import row_keys


@pytest.fixture(name="X")
def features(rng):
    """Rows of a few small numbers, half of them 0, the first and the last row empty."""
    X = rng.integers(-2, 3, size=(40, 6)) * rng.integers(2, size=(40, 6)) / 2
    X[[0, -1]] = 0
    return X


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("container", [np.asarray, np.asfortranarray, csr_array])
def test_keys_are_of_values(X, dtype, container):
    """Dense or sparse, in single or double precision, with whatever sign of 0."""
    expected = row_keys(X, 0)
    X = np.where(X == 0, -0.0, X).astype(dtype)
    np.testing.assert_array_equal(row_keys(container(X), 0), expected)


def test_gaps_have_one_key(X):
    """That of NaN of either sign, as log(-1) has the other one."""
    X = X.copy()
    X[3, 1], other = np.nan, X.copy()
    other[3, 1] = np.copysign(np.nan, -1)
    assert other[3, 1].tobytes() != X[3, 1].tobytes()
    np.testing.assert_array_equal(row_keys(other, 0), row_keys(X, 0))


def test_stored_zeros_and_duplicates_do_not_matter(X):
    """Nor the order of what is stored in a row; and X stays as it is."""
    rows, columns = np.nonzero(X >= 0)  # zeros too
    values = X[rows, columns]
    negative = np.nonzero(X < 0)
    rows = np.concatenate([rows, negative[0], negative[0]])
    columns = np.concatenate([columns, negative[1], negative[1]])
    values = np.concatenate([values, 3 * X[negative], -2 * X[negative]])
    order = np.lexsort((-columns, rows))
    indptr = np.searchsorted(rows[order], np.arange(41))
    same = csr_array((values[order], columns[order], indptr), X.shape)
    stored = same.data.copy(), same.indices.copy()
    np.testing.assert_array_equal(row_keys(same, 0), row_keys(X, 0))
    np.testing.assert_array_equal(same.toarray(), X)
    np.testing.assert_array_equal((same.data, same.indices), stored)


@pytest.mark.parametrize("container", [np.asarray, csr_array])
def test_a_key_is_of_its_row_alone(X, rng, monkeypatch, container):
    """Not of where it stands, of the other rows, or of how they are cut into blocks."""
    keys = row_keys(container(X), 0)
    rows = rng.choice(40, 60)
    np.testing.assert_array_equal(row_keys(container(X[rows]), 0), keys[rows])
    monkeypatch.setattr(sksoftmax._rows.row_keys, "_VALUES", 19)
    np.testing.assert_array_equal(row_keys(container(X), 0), keys)


def different_rows():
    bits = (np.arange(2**14)[:, np.newaxis] >> np.arange(14)) % 2
    yield "bits", bits
    yield "signs", 2 * bits - 1
    yield "grid", np.indices((20, 20, 20)).reshape(3, -1).T
    yield "one column", np.linspace(0, 1, 10_000)[:, np.newaxis]
    yield "places", np.kron(np.eye(100), np.arange(1, 101)[:, np.newaxis])
    yield "next numbers", 1 + np.arange(10_000)[:, np.newaxis] * 2.0**-52


@pytest.mark.parametrize(
    "X", [pytest.param(X.astype(float), id=name) for name, X in different_rows()]
)
@pytest.mark.parametrize("seed", [0, 1])
def test_different_rows_have_different_keys(X, seed):
    """Also where they are made of the same few values."""
    assert np.unique(X, axis=0).shape == X.shape
    assert np.unique(row_keys(X, seed)).size == len(X)


@pytest.mark.parametrize(
    "X", [pytest.param(X.astype(float), id=name) for name, X in different_rows()]
)
def test_keys_are_in_random_order(X):
    """Each bit is set in half of them, whatever the value of the row before."""
    keys = row_keys(X, 0)
    bits = (keys[:, np.newaxis] >> np.arange(64, dtype=np.uint64)) % np.uint64(2)
    same = bits[1:] == bits[:-1]
    for half in (bits, same):
        assert np.abs(half.mean(axis=0) - 0.5).max() < 2.5 / np.sqrt(len(X))
    ranks = np.argsort(np.argsort(keys))
    assert abs(np.corrcoef(ranks, np.arange(len(X)))[0, 1]) < 4 / np.sqrt(len(X))


def test_another_seed_is_another_order(X):
    """Of which the first tells nothing."""
    X = np.unique(X, axis=0)
    orders = [np.argsort(row_keys(X, seed)).tolist() for seed in range(20)]
    assert len(set(map(tuple, orders))) == 20
    np.testing.assert_array_equal(row_keys(X, 3), row_keys(X, 3))
