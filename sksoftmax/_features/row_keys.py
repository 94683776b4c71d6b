"""A key for each row, from its values alone: what draws of rows are made by.

Equal rows have equal keys, dense or sparse, float32 or float64, wherever they stand;
others have not, up to a chance of 2**-64 for a pair. In the order of their keys rows
are in random order.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import gen_batches

from sksoftmax._features.columns import Function
from sksoftmax._features.standardization import Standardization
from sksoftmax._rows.blocks import Matrix, row_values

Array = NDArray[np.floating]
Keys = NDArray[np.uint64]

# The multipliers of splitmix64's finalizer (Steele, Lea & Flood, Fast splittable
# pseudorandom number generators, OOPSLA 2014, section 3).
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
# Standardised values are rounded to multiples of a power of two: to so few digits that
# rounding errors of other units change hardly any.
_STEPS = 256.0
# At a time, for all that is made of them to stay in the cache.
_VALUES = 2**17


def row_keys(X: Matrix, seed: int) -> Keys:
    """Keys of the rows of `X`, dense or CSR, shape (n_samples,)."""
    return _keys(X, seed, lambda values, columns: values.astype(np.float64))


def draw_keys(X: Matrix, seed: int, standardization: Standardization) -> Keys:
    """Keys that stay the same in other units of the columns, but for rounding.

    Rows that are equal to a few digits may have the same one. Constant columns do not
    count.
    """
    standardized = standardization.standardized_values
    return _keys(
        X, seed, lambda values, columns: np.rint(standardized(values, columns) * _STEPS)
    )


def _keys(X: Matrix, seed: int, units: Function) -> Keys:
    """Sum over the columns of the hash of a value's units, that of 0 being 0."""
    columns = np.random.RandomState(seed).bytes(8 * X.shape[1])
    column_keys = np.frombuffer(columns, np.uint64) | np.uint64(1)

    def value_keys(values: Array, columns: NDArray | slice) -> Keys:
        numbers = units(values, columns)
        bits = np.where(numbers == 0, 0, numbers).view(np.uint64)  # 0 of either sign
        return _mixed(bits * column_keys[columns]) * column_keys[columns]

    of_zeros = value_keys(np.zeros(X.shape[1]), slice(None))

    def block_keys(block: Matrix) -> Keys:
        if isinstance(block, np.ndarray):
            return value_keys(block, slice(None)).sum(axis=1, dtype=np.uint64)
        block = block.copy()
        block.sum_duplicates()
        keys = value_keys(block.data, block.indices) - of_zeros[block.indices]
        # Not reduceat, which gives a row without values the first one of the next.
        sums = np.concatenate([[np.uint64(0)], np.cumsum(keys, dtype=np.uint64)])
        return of_zeros.sum() + sums[block.indptr[1:]] - sums[block.indptr[:-1]]

    n_rows = max(_VALUES // row_values(X), 1)
    with np.errstate(all="ignore"):  # a scale of nearly 0
        keys = [block_keys(X[rows]) for rows in gen_batches(X.shape[0], n_rows)]
    return _mixed(np.concatenate(keys))


def _mixed(keys: Keys) -> Keys:
    keys = (keys ^ (keys >> np.uint64(30))) * _FIRST
    keys ^= keys >> np.uint64(27)
    keys *= _SECOND
    keys ^= keys >> np.uint64(31)
    return keys
