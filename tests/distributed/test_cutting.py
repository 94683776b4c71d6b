"""Shards of pieces: how many, and that those are there no longer than needed."""

import time
from itertools import chain, pairwise

import numpy as np
import pytest

distributed = pytest.importorskip("distributed")

from sksoftmax._distributed.cluster import FitCluster  # noqa: E402
from sksoftmax._distributed.cutting import (  # noqa: E402
    Shards,
    blocks_of_a_shard,
    rounds,
)
from sksoftmax._distributed.shards import ShardedRows  # noqa: E402


@pytest.fixture
def cluster(client):
    """That of a fit."""
    with FitCluster(client) as cluster:
        yield cluster


def pieces_of(cluster, X, ends):
    return [cluster.given("piece", X[a:b]) for a, b in pairwise(ends)]


def slices(n):
    """A hundred rows, cut at multiples of n."""
    return [[slice(i, i + n)] for i in range(0, 100, n)]


def pieces_left(client, expected):
    """In the cluster's memory; that is told to let them go, and does so soon."""
    until = time.monotonic() + 10
    while True:
        keys = [key for held in client.has_what().values() for key in held]
        found = sum("-piece-" in key for key in keys)
        if found == expected or time.monotonic() > until:
            return found
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("n_rows", "row_bytes", "n_threads", "size"),
    [(1000, 8, 2, 8), (1000, 8, 100, 1), (2**20, 8, 1, 16), (1000, 2**20, 1, 8)],
)
def test_shards_are_many_for_threads_and_small(n_rows, row_bytes, n_threads, size):
    """A power of two of blocks: for threads to end together, and for copies."""
    blocks = [slice(0)] * 64
    assert blocks_of_a_shard(blocks, n_rows, row_bytes, n_threads) == size


@pytest.mark.parametrize("workers", [1, 2, 6, 8])
@pytest.mark.parametrize("n_shards", [3, 8, 48, 100, 128])
def test_each_round_has_work_for_all_workers(workers, n_shards):
    """Be the neighbours of a shard on its worker, or on others in turn."""
    found = rounds(n_shards, workers)
    assert sorted(chain.from_iterable(found)) == list(range(n_shards))
    for places in map(np.array, found):
        for owners in (places % workers, places * workers // n_shards):
            assert np.bincount(owners).max() <= 1 + (n_shards // workers < 2)


def test_pieces_make_room_for_shards(cluster, client, rng, monkeypatch):
    """Those that shards in turn were made of are gone before others are asked for."""
    X = rng.normal(size=(100, 3))
    pieces = pieces_of(cluster, X, range(0, 101, 5))
    shards = Shards(cluster, slices(5), slices(10), X.dtype, pieces)
    del pieces
    left = []

    def result(future):
        found = FitCluster.result(cluster, future)
        left.append(pieces_left(client, 16 - 4 * len(left)))
        return found

    monkeypatch.setattr(cluster, "result", result)
    shards.make_in_turn(2)
    assert left == [16, 12, 8, 4, 0]
    monkeypatch.undo()
    parts = [cluster.result(shard) for shard in shards()]
    np.testing.assert_array_equal(np.concatenate(parts), X)
    assert pieces_left(client, 0) == 0


def test_an_interrupt_leaves_no_shard_out(cluster, rng, monkeypatch):
    """And none is there twice: the fit so far is to be had of all rows."""
    X = rng.normal(size=(100, 3))
    pieces = pieces_of(cluster, X, [0, 33, 34, 100])
    old = [[slice(0, 33)], [slice(33, 34)], [slice(34, 100)]]
    shards = Shards(cluster, old, slices(10), X.dtype, pieces)

    def interrupted(future):
        raise KeyboardInterrupt

    monkeypatch.setattr(cluster, "result", interrupted)
    with pytest.raises(KeyboardInterrupt):
        shards.make_in_turn(3)
    monkeypatch.undo()
    parts = [cluster.result(shard) for shard in shards()]
    np.testing.assert_array_equal(np.concatenate(parts), X)


def test_what_is_made_of_pieces_takes_their_place(cluster, client, rng, monkeypatch):
    """They are let go while what is made of them is looked at, not after that."""
    X = rng.normal(size=(100, 3))
    ends = range(0, 101, 20)
    rows = ShardedRows(
        cluster, lambda: pieces_of(cluster, X, ends), X[:0], is_kept=True
    )
    left = []

    def result(future):
        found = FitCluster.result(cluster, future)
        left.append(pieces_left(client, 0))
        return found

    monkeypatch.setattr(cluster, "result", result)
    twice = rows.mapped(np.negative)
    assert left == [0] * 5
    monkeypatch.undo()
    np.testing.assert_array_equal(twice[:], -X)
