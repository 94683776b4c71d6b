"""Blocks of rows: how a sum over samples is cut into pieces that fit the cache."""

import math
from itertools import pairwise

from scipy.sparse import issparse
from sklearn.utils import gen_even_slices

# Of (n, d, hidden, K) = (20000, 30, 64, 5) to (20000, 784, 128, 10), in float32 and
# float64, blocks of 2000 to 6000 rows were fastest on two cores: shorter ones pay more
# for Python, longer ones leave the cache.
_MIN_ROWS, _MAX_ROWS = 256, 3072
# Values of a block's widest activations, and of its rows of X where these are copied.
_LAYER_VALUES, _ROW_VALUES = 2**19, 2**22
# Multiplications of one forward pass; less is done before a second thread has begun.
_WORTH_A_BLOCK = 6_000_000


def row_blocks(X, *units: int) -> list[slice]:
    """Cut the rows of `X`, dense or CSR, into slices of equal length.

    `units` are those of the layers after the input. The number of blocks depends on the
    shapes of `X` and of the network, never on the number of threads: sums added up in
    the order of the blocks are then the same bits on every number of threads. It is a
    power of two or a multiple of eight, for every usual number of threads to end at the
    same time.
    """
    n_rows, n_values = X.shape
    if issparse(X):
        n_values = X.nnz // max(n_rows, 1) + 1
    longest = min(max(_LAYER_VALUES // max(units, default=1), _MIN_ROWS), _MAX_ROWS)
    longest = min(longest, max(_ROW_VALUES // n_values, 1))
    work = n_rows * sum(a * b for a, b in pairwise((n_values, *units)))
    n_blocks = max(math.ceil(n_rows / longest), min(work // _WORTH_A_BLOCK, 8, n_rows))
    if n_blocks <= 1:
        return [slice(n_rows)]
    step = min(8, 2 ** math.ceil(math.log2(n_blocks)))
    n_blocks = min(step * math.ceil(n_blocks / step), n_rows)
    return list(gen_even_slices(n_rows, n_blocks))
