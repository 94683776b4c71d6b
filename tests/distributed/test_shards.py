"""Rows in shards: what passes over them give is that of rows in memory."""

import threading
import time
from itertools import pairwise

import numpy as np
import pytest
from clusters import keys_of
from scipy.sparse import csr_array, csr_matrix, issparse

distributed = pytest.importorskip("distributed")
da = pytest.importorskip("dask.array")

import sksoftmax._distributed.shards as module  # noqa: E402
from sksoftmax._distributed.cluster import FitCluster  # noqa: E402
from sksoftmax._distributed.shards import ShardedRows  # noqa: E402
from sksoftmax._rows.passes import each_block, sum_blocks  # noqa: E402

ENDS = [0, 5, 5, 18, 40, 40, 61, 100, 100]


@pytest.fixture
def cluster(client):
    """That of a fit."""
    with FitCluster(client) as cluster:
        yield cluster


def values(rng, container=np.asarray):
    """Of sizes that make the order of additions matter, and many zeros."""
    X = rng.normal(size=(100, 3)) * 10.0 ** rng.integers(-8, 8, (100, 3))
    return container(np.where(rng.random(X.shape) < 0.4, 0, X))


def sharded(cluster, X, ends=ENDS, *, is_kept=True):
    """Of pieces of different lengths, some of them empty."""

    def pieces():
        return [cluster.given("piece", X[a:b]) for a, b in pairwise(ends)]

    return ShardedRows(cluster, pieces, X[:0], is_kept=is_kept)


def blocks_of(n):
    """As many blocks, as equal as can be."""
    ends = np.linspace(0, 100, n + 1).astype(int).tolist()
    return [slice(a, b) for a, b in pairwise(ends)]


def moments(X, w, nothing):
    assert nothing is None
    return [float(w.sum()), w @ X]


def ends_of(X):
    return X[[0, -1]]


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize("container", [np.asarray, csr_array])
@pytest.mark.parametrize("n_blocks", [1, 5, 8, 64, 100])
@pytest.mark.parametrize("merged", [2, 16])
def test_sums_have_the_bits_of_those_in_memory(
    cluster, rng, monkeypatch, is_kept, container, n_blocks, merged
):
    """For any number of blocks, and nodes, of pieces of any length."""
    monkeypatch.setattr(module, "_MERGED", merged)
    X, w, blocks = values(rng, container), rng.uniform(size=100), blocks_of(n_blocks)
    expected = sum_blocks(moments, blocks, X, w, None)
    rows = sharded(cluster, X, is_kept=is_kept)
    for _ in range(2):
        total, by_column = sum_blocks(moments, blocks, rows, w, None)
        assert total == expected[0]
        np.testing.assert_array_equal(by_column, expected[1])
    assert rows.blocks == blocks


@pytest.mark.parametrize("is_kept", [True, False])
def test_another_cut_takes_the_place_of_the_one_before(cluster, rng, is_kept):
    """As often as one is asked for."""
    X, w = values(rng), rng.uniform(size=100)
    rows = sharded(cluster, X, is_kept=is_kept)
    for n_blocks in (16, 7, 100, 1):
        blocks = blocks_of(n_blocks)
        expected = sum_blocks(moments, blocks, X, w, None)
        found = sum_blocks(moments, blocks, rows, w, None)
        np.testing.assert_array_equal(found[1], expected[1])
        each = [*each_block(ends_of, blocks, rows)]
        np.testing.assert_array_equal(each, [X[b][[0, -1]] for b in blocks])


def test_merging_writes_to_no_result_of_another_task():
    """Which is asked for again, where a worker was lost."""
    nodes = [[1.0, np.ones(2)], [2.0, np.ones(2)], [3.0, np.ones(2)]]
    total, array = module._merged(nodes)
    assert (total, array.tolist()) == (6.0, [3.0, 3.0])
    assert all((node[1] == 1).all() for node in nodes)


@pytest.mark.parametrize(("n_bytes", "n_merges"), [(7 * 32, 0), (7 * 32 - 1, 1)])
def test_small_sums_are_added_up_in_this_process(
    cluster, rng, monkeypatch, n_bytes, n_merges
):
    """Large ones in a task, all of which would take much memory here."""
    monkeypatch.setattr(module, "_MAX_MERGED", n_bytes)
    submit, names = FitCluster.submit, []

    def noted(cluster, name, *args):
        names.append(name)
        return submit(cluster, name, *args)

    monkeypatch.setattr(FitCluster, "submit", noted)
    X, w = values(rng), rng.random(100)
    found, expected = (
        sum_blocks(moments, blocks_of(7), rows, w, None)
        for rows in (sharded(cluster, X), X)
    )
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert names.count("merge") == n_merges


@pytest.mark.parametrize("container", [np.asarray, csr_array])
@pytest.mark.parametrize("n_blocks", [None, 7])
def test_rows_come_by_number_by_a_mask_or_all(cluster, rng, container, n_blocks):
    """In the order that is asked for."""
    X = values(rng, container)
    rows = sharded(cluster, X)
    if n_blocks is not None:
        [*each_block(ends_of, blocks_of(n_blocks), rows)]
    for some in (rng.permutation(100)[:30], rng.random(100) < 0.2, slice(None)):
        found, expected = rows[some], X[some]
        assert issparse(found) == issparse(X)
        if issparse(found):
            found, expected = found.toarray(), expected.toarray()
        np.testing.assert_array_equal(found, expected)


GO, MADE = threading.Event(), []


def late(X):
    """A piece that is made when all has been asked for."""
    assert GO.wait(10)
    MADE.append(len(X))
    return X


def is_told(client):
    """Whether scheduler and workers know what is asked for, and what no longer is."""
    keys = keys_of(client)
    wanted = [key for key in keys if "-piece-" in key]
    workers = client.cluster.workers.values()
    # Those that are begun are not ended by it.
    are_begun = [
        task.state == "cancelled"
        for worker in workers
        for key, task in [*worker.state.tasks.items()]
        if "-piece-" in key and key not in wanted
    ]
    return sum("-rows-" in key for key in keys) == len(wanted) == 3 and all(are_begun)


def test_pieces_without_such_rows_are_not_made(cluster, client, rng, monkeypatch):
    """Where they do not stay; but for those that each of two threads has begun."""
    X = values(rng)
    ends = range(0, 101, 5)

    def pieces():
        return [cluster.submit("piece", late, X[a:b]) for a, b in pairwise(ends)]

    GO.set()
    rows = ShardedRows(cluster, pieces, X[:0], is_kept=False)
    GO.clear()
    MADE.clear()
    result = FitCluster.result

    def told(cluster, future):
        until = time.monotonic() + 10  # for the cluster to hear what was let go
        while not is_told(client) and time.monotonic() < until:
            time.sleep(0.01)
        GO.set()
        return result(cluster, future)

    monkeypatch.setattr(FitCluster, "result", told)
    np.testing.assert_array_equal(rows[[1, 50, 99]], X[[1, 50, 99]])
    assert 3 <= len(MADE) <= 5


@pytest.mark.parametrize("at_a_time", [1, 1600])
def test_columns_come_few_at_a_time(cluster, rng, monkeypatch, at_a_time):
    """However many they are, in the order that is asked for."""
    monkeypatch.setattr(module, "_MAX_FETCHED", at_a_time)
    X = values(rng)
    found = [*sharded(cluster, X).columns(np.array([2, 0, 1]))]
    np.testing.assert_array_equal(found, X.T[[2, 0, 1]])


@pytest.mark.parametrize("is_kept", [True, False])
def test_mapped_rows_take_the_place_of_what_they_were(cluster, rng, client, is_kept):
    """Those are released, and passed over no more."""
    X = values(rng)
    rows = sharded(cluster, X, is_kept=is_kept)
    twice = rows.mapped(lambda X: (2 * X).astype(np.float32))
    assert twice.dtype == np.float32
    assert twice.shape == (100, 3)
    np.testing.assert_array_equal(twice[:], (2 * X).astype(np.float32))
    assert not [*rows._pieces()]


def test_dtypes_are_the_widest_of_pieces_with_rows(cluster):
    """Of an empty one it is anything."""
    dtypes = [np.float32, np.float64, np.float32]

    def rows(*lengths):
        pieces = [np.ones((n, 2), d) for n, d in zip(lengths, dtypes, strict=True)]
        futures = [cluster.given("piece", piece) for piece in pieces]
        return ShardedRows(cluster, lambda: futures, None, is_kept=True)

    assert rows(3, 0, 2).dtype == np.float32
    assert rows(3, 1, 2).dtype == np.float64
    assert rows(3, 1, 2)[:].dtype == np.float64
    nothing = rows(0, 0, 0)
    assert nothing.shape == (0, 2)
    assert nothing.dtype == np.float64


def test_pieces_of_other_widths_are_refused(cluster, rng):
    """There is no matrix of them."""
    futures = [cluster.given("piece", np.ones((2, n))) for n in (2, 3)]
    with pytest.raises(ValueError, match=r"partitions of \[2, 3\] columns"):
        ShardedRows(cluster, lambda: futures, None, is_kept=True)


def test_vectors_may_be_sent_again(cluster, rng):
    """Where others have taken their place."""
    X, blocks = values(rng), blocks_of(8)
    rows = sharded(cluster, X)
    vectors = [rng.uniform(size=100) for _ in range(6)]
    for w in [*vectors, vectors[0], vectors[-1]]:
        expected = sum_blocks(moments, blocks, X, w, None)
        found = sum_blocks(moments, blocks, rows, w, None)
        np.testing.assert_array_equal(found[1], expected[1])


def test_sparse_rows_know_what_is_stored(cluster, rng):
    """Of both kinds of matrices."""
    for container in (csr_array, csr_matrix):
        X = values(rng, container)
        rows = sharded(cluster, X)
        assert not rows.is_dense
        assert rows.nnz == X.nnz
        np.testing.assert_array_equal(rows[:].toarray(), X.toarray())


def test_results_have_no_leftovers(cluster, client, rng):
    """Of passes; the shards are there as long as the rows are."""
    X, w, blocks = values(rng), rng.uniform(size=100), blocks_of(8)
    rows = sharded(cluster, X)
    for _ in range(3):
        sum_blocks(moments, blocks, rows, w, None)
    del X, w
    names = {key.split("-")[1] for key in keys_of(client)}
    assert "shard" in names
