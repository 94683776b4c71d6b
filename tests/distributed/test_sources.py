"""Dask collections become rows, whatever their chunks."""

import numpy as np
import pytest
from scipy.sparse import csr_array

distributed = pytest.importorskip("distributed")
da = pytest.importorskip("dask.array")
db = pytest.importorskip("dask.bag")

from sksoftmax._distributed.cluster import FitCluster  # noqa: E402
from sksoftmax._distributed.sources import _n_bytes, sharded_rows  # noqa: E402


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
    with pytest.raises(TypeError, match=r"got Delayed\w* of no dimensions"):
        sharded_rows(cluster, pytest.importorskip("dask").delayed(np.ones((3, 2))))


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


MADE = []


def made(block):
    """A partition, of which it is known that it was made."""
    MADE.append(block[0, 0])
    return block


def n_held(dask_scheduler):
    """Number of results in memory that are the user's."""
    tasks = dask_scheduler.tasks.values()
    return sum(t.state == "memory" and "sksoftmax" not in str(t.key) for t in tasks)


@pytest.mark.parametrize("persist", [True, "auto", False])
def test_each_partition_is_made_once_if_it_stays(cluster, rng, persist):
    """But for the first, of which alone it is known what rows look like."""
    MADE.clear()
    X = rng.normal(size=(40, 3))
    rows = da.from_array(X, chunks=(4, 3)).map_blocks(made, meta=X[:0])
    found = sharded_rows(cluster, rows, persist=persist)
    assert sorted(MADE) == sorted([X[0, 0], *X[::4, 0]])
    np.testing.assert_array_equal(found[:], X)
    n_more = 10 if persist is False else 0
    assert len(MADE) == 11 + n_more
    assert cluster.n_readings == (2 if n_more else 1)


@pytest.mark.parametrize("persist", ["auto", False])
def test_partitions_that_do_not_stay_are_let_go(
    cluster, client, rng, monkeypatch, persist
):
    """As soon as they have been seen, or are too many."""
    monkeypatch.setattr(FitCluster, "memory", 2 * 24 * 4)
    X = da.from_array(rng.normal(size=(40, 3)), chunks=(1, 3))
    held = []
    result = FitCluster.result

    def counted(cluster, future):
        found = result(cluster, future)
        held.append(client.run_on_scheduler(n_held))
        return found

    monkeypatch.setattr(FitCluster, "result", counted)
    rows = sharded_rows(cluster, X, persist=persist)
    assert not rows._is_kept
    assert len(held) == 41
    assert max(held[-20:]) <= 10


def test_pieces_have_the_sizes_of_what_is_made_of_them(rng):
    """Numbers of 8 bytes, but for float32, and what is stored; frames their own."""
    X = rng.normal(size=(1000, 3)).astype(np.float32)
    assert _n_bytes(X) == 12_000
    assert _n_bytes(X.astype(np.int8)) == 24_000
    for dtype in (np.float64, np.int8):
        stored = csr_array(np.eye(3, dtype=dtype))
        assert _n_bytes(stored) == 24 + stored.indices.nbytes + stored.indptr.nbytes
        assert _n_bytes(stored.tocoo()) == _n_bytes(stored)
    frame = pytest.importorskip("pandas").DataFrame(X)
    assert _n_bytes(frame) == 24_000


def test_validation_data_stay_where_training_data_leave_room(cluster, rng, monkeypatch):
    """Both together take half of the memory at most."""
    X = da.from_array(rng.normal(size=(10, 3)), chunks=(4, 3))
    for memory, stays in ((960, True), (959, False)):
        monkeypatch.setattr(FitCluster, "memory", memory)
        monkeypatch.setattr(cluster, "n_bytes", 0)
        rows = [sharded_rows(cluster, X, persist="auto") for _ in range(2)]
        assert [one._is_kept for one in rows] == [True, stays]


def test_the_number_of_columns_may_be_unknown(cluster, rng):
    """Where they are not cut."""
    X = rng.normal(size=(10, 3))
    lazy = da.from_array(X, chunks=(4, 3)).map_blocks(
        np.asarray, chunks=((np.nan,) * 3, (np.nan,))
    )
    rows = sharded_rows(cluster, lazy)
    np.testing.assert_array_equal(rows[:], X)
