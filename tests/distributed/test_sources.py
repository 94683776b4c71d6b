"""Dask collections become rows, whatever their chunks."""

import numpy as np
import pytest
from scipy.sparse import csr_array

distributed = pytest.importorskip("distributed")
da = pytest.importorskip("dask.array")
db = pytest.importorskip("dask.bag")

from sksoftmax._distributed.cluster import FitCluster  # noqa: E402
from sksoftmax._distributed.sources import _size_of, sharded_rows  # noqa: E402


@pytest.fixture
def cluster(client):
    """That of a fit."""
    with FitCluster(client) as cluster:
        yield cluster


@pytest.mark.parametrize("chunks", [(10, 3), (4, 2), ((0, 3, 0, 7), (1, 2))])
def test_chunks_of_an_array_do_not_matter(cluster, rng, chunks):
    """Nor do columns in several of them, nor empty ones."""
    X = rng.normal(size=(10, 3))
    rows = sharded_rows(cluster, da.from_array(X, chunks=chunks))
    assert rows.shape == (10, 3)
    np.testing.assert_array_equal(rows[:], X)
    assert rows.example.shape == (0, 3)


def test_chunks_may_be_unknown(cluster, rng):
    """As after a selection of rows."""
    X = rng.normal(size=(10, 3))
    collection = da.from_array(X, chunks=(4, 3))
    rows = sharded_rows(cluster, collection[collection[:, 0] > 0])
    np.testing.assert_array_equal(rows[:], X[X[:, 0] > 0])


def test_what_has_no_rows_and_columns_is_refused(cluster):
    """With what to make of it."""
    with pytest.raises(TypeError, match=r"got Array of 1 dimensions. Pass X.reshape"):
        sharded_rows(cluster, da.ones(3))
    with pytest.raises(TypeError, match=r"X_val must be .* got Bag of no dimensions"):
        sharded_rows(cluster, db.from_sequence([1]), name="X_val")


@pytest.mark.parametrize("is_known", [True, False])
def test_rows_stay_where_there_is_room(cluster, rng, monkeypatch, is_known):
    """Half of the memory is, whether their number is known or not."""
    X = da.from_array(rng.normal(size=(10, 3)), chunks=(4, 3))
    X = X if is_known else X[X[:, 0] < np.inf]
    for memory, stays in ((480, True), (479, False)):
        monkeypatch.setattr(FitCluster, "memory", memory)
        rows = sharded_rows(cluster, X, persist="auto")
        assert rows._is_kept == stays
        assert rows.shape == (10, 3)


def test_frames_and_sparse_blocks_have_sizes(cluster, rng):
    """As numbers, and of what is stored."""
    X = rng.normal(size=(10, 3)).astype(np.float32)
    assert _size_of(X) == 120
    assert _size_of(csr_array(np.eye(3))) == 24
    assert _size_of(pytest.importorskip("pandas").DataFrame(X)) == 240
