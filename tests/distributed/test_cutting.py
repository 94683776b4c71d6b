"""Shards of pieces: how many."""

import pytest

pytest.importorskip("distributed")

from sksoftmax._distributed.cutting import blocks_of_a_shard


@pytest.mark.parametrize(
    ("n_rows", "row_bytes", "n_threads", "size"),
    [(1000, 8, 2, 8), (1000, 8, 100, 1), (2**20, 8, 1, 16), (1000, 2**20, 1, 8)],
)
def test_shards_are_many_for_threads_and_small(n_rows, row_bytes, n_threads, size):
    """A power of two of blocks: for threads to end together, and for copies."""
    blocks = [slice(0)] * 64
    assert blocks_of_a_shard(blocks, n_rows, row_bytes, n_threads) == size
