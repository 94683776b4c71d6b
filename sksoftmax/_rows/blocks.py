"""Blocks of rows: how a sum over samples is cut into pieces that fit the cache."""

import math
from itertools import pairwise

from sklearn.utils import gen_even_slices

from sksoftmax._rows.matrix import RemoteRows, Rows, row_values

# Of 2 to 48 blocks of (n, d, hidden, K) = (20000, 64, 100, 10) to (100000, 54, 64-64,
# 7), float32 and float64, those of 3000 to 12000 rows were fastest on two cores:
# shorter ones pay more for Python, longer ones leave the cache.
_MIN_ROWS, _MAX_ROWS = 256, 12_288
# Bytes of a block's widest activations, and values of its rows of X where these are
# copied.
_LAYER_BYTES, _ROW_VALUES = 2**22, 2**21
# In multiplications of float32: one activation takes as long as 64 of them, and handing
# a block to a thread as long as a fifth of a block that is worth it.
_ACTIVATION, _WORTH_A_BLOCK = 64, 46_000_000


def row_blocks(X: Rows, *units: int) -> list[slice]:
    """Cut the rows of `X`, dense or CSR, into slices of equal length.

    `units` are those of the layers after the input. The number of blocks depends on the
    shapes of `X` and of the network and on the dtype, never on the number of threads:
    sums added up in the order of the blocks are then the same bits on every number of
    threads. It is a power of two or a multiple of eight, for every usual number of
    threads to end at the same time.
    """
    n_rows, n_values = X.shape[0], row_values(X)
    if isinstance(X, RemoteRows) and X.block_bytes:
        # Of each layer before and after its activation, and what is propagated back.
        row_bytes = X.dtype.itemsize * (n_values + 3 * sum(units))
        longest = max(X.block_bytes // row_bytes, 1)
        return list(gen_even_slices(n_rows, math.ceil(n_rows / longest)))
    longest = _LAYER_BYTES // (X.dtype.itemsize * max(units, default=1))
    longest = min(max(longest, _MIN_ROWS), _MAX_ROWS, max(_ROW_VALUES // n_values, 1))
    row_work = sum(a * b for a, b in pairwise((n_values, *units)))
    row_work += _ACTIVATION * sum(units)
    worth = n_rows * row_work * X.dtype.itemsize // (4 * _WORTH_A_BLOCK)
    n_blocks = max(math.ceil(n_rows / longest), min(_power_of_two_below(worth), 8))
    if n_blocks <= 1:
        return [slice(0, n_rows)]
    step = min(8, 2 ** math.ceil(math.log2(n_blocks)))
    n_blocks = min(step * math.ceil(n_blocks / step), n_rows)
    return list(gen_even_slices(n_rows, n_blocks))


def _power_of_two_below(n: int) -> int:
    return 2 ** int(math.log2(n)) if n > 0 else 0
