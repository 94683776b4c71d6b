"""Blocks of rows: how a sum over samples is cut into pieces that fit the cache."""

import math

from scipy.sparse import issparse
from sklearn.utils import gen_even_slices

# Of (n, d, hidden, K) = (20000, 30, 64, 5) to (20000, 784, 128, 10), in float32 and
# float64, blocks of 2000 to 6000 rows were fastest on two cores: shorter ones pay more
# for Python, longer ones leave the cache. The values are those of the widest layer.
_BLOCK_VALUES = 2**19
_MIN_ROWS, _MAX_ROWS = 256, 3072
# Less work than this is done before a second thread has begun.
_WORTH_TWO_BLOCKS = 2**17


def row_blocks(X, *hidden_units: int) -> list[slice]:
    """Cut the rows of `X`, dense or CSR, into slices of equal length.

    Their number depends on the shapes of `X` and of the network, never on the number of
    threads: sums added up in the order of the blocks are then the same bits on every
    number of threads. It is a power of two or a multiple of eight, for every usual
    number of threads to end at the same time.
    """
    n_rows, width = X.shape[0], max(hidden_units, default=X.shape[1])
    if issparse(X):
        width = max(width if hidden_units else 1, X.nnz // max(n_rows, 1))
    longest = min(max(_BLOCK_VALUES // width, _MIN_ROWS), _MAX_ROWS)
    n_blocks = math.ceil(n_rows / longest)
    if n_blocks == 1:
        if n_rows * width <= _WORTH_TWO_BLOCKS:
            return [slice(n_rows)]
        n_blocks = 2
    step = min(8, 2 ** math.ceil(math.log2(n_blocks)))
    return list(gen_even_slices(n_rows, step * math.ceil(n_blocks / step)))
