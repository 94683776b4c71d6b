"""A key for each row, from its values alone: what draws of rows are made by.

Equal rows have equal keys, dense or sparse, float32 or float64, wherever they stand;
others have not, up to a chance of 2**-64 for a pair. In the order of their keys rows
are in random order.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import gen_batches

from sksoftmax._rows.matrix import Matrix, RemoteRows, Rows, row_values
from sksoftmax._rows.passes import each_block

Array = NDArray[np.floating]
Keys = NDArray[np.uint64]
# `function(values, columns)`: of values, and of the columns that they are in.
Units: TypeAlias = Callable[[Array, NDArray[np.integer] | slice], Array]

# The multipliers of splitmix64's finalizer (Steele, Lea & Flood, Fast splittable
# pseudorandom number generators, OOPSLA 2014, section 3).
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
# At a time, for all that is made of them to stay in the cache.
_VALUES = 2**17


def _as_they_are(values: Array, _: NDArray | slice) -> Array:
    return values.astype(np.float64)


def row_keys(X: Rows, seed: int, units: Units = _as_they_are) -> Keys:
    """Keys of the rows of `X`, dense or CSR, shape (n_samples,).

    The sum over the columns of the hash of a value's units, that of 0 being 0.
    """
    drawn = np.random.RandomState(seed).bytes(8 * X.shape[1])
    column_keys = np.frombuffer(drawn, np.uint64) | np.uint64(1)
    # They are the same however rows are cut.
    n_rows = max(_VALUES // row_values(X), 1)
    blocks = list(gen_batches(X.shape[0], n_rows))
    if isinstance(X, RemoteRows):
        blocks = X.blocks
    function = partial(_block_keys, column_keys, units)
    keys = np.empty(X.shape[0], np.uint64)
    with np.errstate(all="ignore"):  # a scale of nearly 0
        found = each_block(function, blocks, X)
        for block, of_block in zip(blocks, found, strict=True):
            keys[block] = of_block
    return keys


def _block_keys(column_keys: Keys, units: Units, X: Matrix) -> Keys:
    return _mixed(_sums(column_keys, units, X))


def _sums(column_keys: Keys, units: Units, X: Matrix) -> Keys:
    def value_keys(values: Array, columns: NDArray | slice) -> Keys:
        numbers = units(values, columns)
        numbers = np.where(numbers == 0, 0, numbers)  # of either sign, as a gap is
        numbers[np.isnan(numbers)] = np.nan
        bits = numbers.view(np.uint64)
        return _mixed(bits * column_keys[columns]) * column_keys[columns]

    if isinstance(X, np.ndarray):
        return value_keys(X, slice(None)).sum(axis=1, dtype=np.uint64)
    X = X.copy()
    X.sum_duplicates()
    of_zeros = value_keys(np.zeros(X.shape[1]), slice(None))
    keys = value_keys(X.data, X.indices) - of_zeros[X.indices]
    # Not reduceat, which gives a row without values the first one of the next.
    sums = np.concatenate([[np.uint64(0)], np.cumsum(keys, dtype=np.uint64)])
    return of_zeros.sum() + sums[X.indptr[1:]] - sums[X.indptr[:-1]]


def _mixed(keys: Keys) -> Keys:
    keys = (keys ^ (keys >> np.uint64(30))) * _FIRST
    keys ^= keys >> np.uint64(27)
    keys *= _SECOND
    keys ^= keys >> np.uint64(31)
    return keys
