"""How rows on a cluster are cut into shards, while each is there once."""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np
from distributed import Future
from scipy.sparse import issparse, vstack

from sksoftmax._distributed.cluster import FitCluster
from sksoftmax._rows.matrix import Matrix

# Shards for each thread of the cluster, for all to end at about the same time; and
# bytes and rows of one, which is copied where there is another cut.
_PER_THREAD, _MAX_BYTES, _MAX_ROWS = 4, 2**27, 2**19


def blocks_of_a_shard(
    blocks: list[slice], n_rows: int, row_bytes: float, n_threads: int
) -> int:
    """How many: a power of two, for a shard to be a node of the tree of additions."""
    n_shards = max(
        _PER_THREAD * n_threads,
        -(-n_rows // _MAX_ROWS),
        -(-int(n_rows * row_bytes) // _MAX_BYTES),
    )
    return 2 ** ((len(blocks) // n_shards or 1).bit_length() - 1)


class Shards:
    """Shards of whole blocks, made of pieces that are cut otherwise.

    Pieces are let go as soon as all that is made of them has been asked for.

    Parameters
    ----------
    cluster : FitCluster
    old, cut : list of list of slice
        The rows of each piece, and those of each shard, in blocks.
    dtype : dtype
    pieces : list of Future
    """

    def __init__(
        self,
        cluster: FitCluster,
        old: list[list[slice]],
        cut: list[list[slice]],
        dtype: np.dtype,
        pieces: list[Future],
    ) -> None:
        self._cluster = cluster
        self._dtype = dtype
        ends = [(blocks[0].start, blocks[-1].stop) for blocks in old]
        self._rows = [_overlapping(own, ends) for own in cut]
        self._n_left = Counter(chain.from_iterable(self._rows))
        self._pieces = {piece: pieces[piece] for piece in self._n_left}
        self._shards: dict[int, Future] = {}

    def __call__(self) -> list[Future]:
        """All of them."""
        return [self._asked_for(place) for place in range(len(self._rows))]

    def make_in_turn(self, n_at_once: int) -> None:
        """A few at a time, so that their pieces make room for the next.

        Asked for all at once, workers fetch what all of them need of others first.
        """
        for places in rounds(len(self._rows), n_at_once):
            shards = [self._asked_for(place) for place in places]
            made = [self._cluster.submit("made", _nothing, s) for s in shards]
            self._cluster.result(self._cluster.submit("made", _nothing, made))

    def _asked_for(self, place: int) -> Future:
        """One of them, which an interrupt leaves as it was or asked for."""
        if place not in self._shards:
            used = self._rows[place]
            pieces = [self._pieces[piece] for piece in used]
            self._shards[place] = self._cluster.submit(
                "shard", _shard, self._dtype, list(used.values()), pieces
            )
            for piece in used:
                self._n_left[piece] -= 1
                if not self._n_left[piece]:
                    del self._pieces[piece]
        return self._shards[place]


def rounds(n_shards: int, n_at_once: int) -> list[range]:
    """Places of shards, about so many in each round, far from each other.

    Whether neighbours are on one worker, or every tenth shard is, a round has work for
    all workers: its step has no factor in common with their number.
    """
    step = max(n_shards // n_at_once, 1)
    while math.gcd(step, n_at_once) > 1:
        step += 1
    return [range(first, n_shards, step) for first in range(min(step, n_shards))]


def _overlapping(own: list[slice], ends: list[tuple[int, int]]) -> dict[int, slice]:
    """Which pieces have rows of a shard, and which of theirs these are."""
    first, last = own[0].start, own[-1].stop
    return {
        piece: slice(max(first - start, 0), min(last, stop) - start)
        for piece, (start, stop) in enumerate(ends)
        if max(first, start) < min(last, stop)
    }


def from_zero(blocks: list[slice]) -> list[slice]:
    """The same blocks in a shard."""
    first = blocks[0].start
    return [slice(block.start - first, block.stop - first) for block in blocks]


def joined(parts: Sequence[Matrix], dtype: np.dtype) -> Matrix:
    """Rows one below the other, C-ordered or CSR."""
    if any(issparse(part) for part in parts):
        return vstack(parts, "csr", dtype)
    if len(parts) == 1:
        return np.ascontiguousarray(parts[0], dtype)
    rows = np.empty((sum(map(len, parts)), parts[0].shape[1]), dtype)
    return np.concatenate(parts, out=rows)


# What runs on the cluster.


def _shard(dtype: np.dtype, rows: list[slice], pieces: list[Matrix]) -> Matrix:
    return joined([piece[own] for own, piece in zip(rows, pieces, strict=True)], dtype)


def _nothing(made: object) -> None:
    """What tells that something was made, and does not travel."""
