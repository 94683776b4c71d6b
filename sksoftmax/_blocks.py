"""Blocks of rows: how a sum over samples is cut into pieces that fit the cache."""

from collections.abc import Iterator

from scipy.sparse import issparse
from sklearn.utils import gen_batches

# A block's activations should stay near the cache: a few thousand rows was fastest for
# 16 to 784 features and 64 to 128 units; larger blocks only cost memory.
_BLOCK_VALUES = 2**19
_MIN_ROWS, _MAX_ROWS = 256, 4096


def row_blocks(X, *hidden_units: int) -> Iterator[slice]:
    """Cut the rows of `X`, dense or CSR, into slices.

    Their boundaries depend on the shapes of `X` and of the network, never on the number
    of threads: sums added up in the order of the blocks are then the same bits on every
    number of threads.
    """
    n_rows, n_features = X.shape
    values_per_row = X.nnz // max(n_rows, 1) if issparse(X) else n_features
    rows = _BLOCK_VALUES // max(values_per_row, *hidden_units, 1)
    return gen_batches(n_rows, min(max(rows, _MIN_ROWS), _MAX_ROWS))
