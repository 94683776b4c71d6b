"""How rows on a cluster are cut into shards."""

from collections.abc import Sequence

import numpy as np
from distributed import Future
from scipy.sparse import issparse, vstack

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


def overlapping(
    blocks: list[slice], old: list[tuple[int, int]], pieces: list[Future]
) -> tuple[list[slice], list[Future]]:
    """Which rows of which pieces are in some blocks."""
    first, last = blocks[0].start, blocks[-1].stop
    found = [
        (slice(max(first - start, 0), min(last, stop) - start), piece)
        for (start, stop), piece in zip(old, pieces, strict=True)
        if max(first, start) < min(last, stop)
    ]
    return [rows for rows, _ in found], [piece for _, piece in found]


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


def shard_of(dtype: np.dtype, rows: list[slice], pieces: list[Matrix]) -> Matrix:
    return joined([piece[own] for own, piece in zip(rows, pieces, strict=True)], dtype)
