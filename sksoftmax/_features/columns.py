"""What the columns of X are like: their range, mean and spread."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import gen_batches

from sksoftmax._rows.matrix import Matrix, Rows, is_dense
from sksoftmax._rows.passes import each_block, sum_blocks
from sksoftmax._rows.sums import tree_sum
from sksoftmax._rows.threads import Map

Array = NDArray[np.floating]
# `function(values, columns)`: of values, and of the columns that they are in.
Function: TypeAlias = Callable[[Array, NDArray[np.integer] | slice], NDArray]

# Part of the rows whose values are rare, if the others have one in common, and of two
# values. A quarter itself is not, whatever the rounding of weights.
_RARE, _RARE_OF_TWO = 1 / 4 * (1 - 1e-6), 1 / 200
# Of a block at a time, of which there are copies in float64: sums of few round less.
_ROWS = 2048


class Columns(NamedTuple):
    """Statistics of each column over the rows that have a weight, in float64.

    Gaps, which are NaN, do not count; of nothing but gaps all are 0.

    Attributes
    ----------
    has_gaps : ndarray of bool of shape (n_features,)
    lowest, highest : ndarray of shape (n_features,)
    mean : ndarray of shape (n_features,)
        Above `lowest`: at a large offset the mean itself could only be rounded.
    spread : ndarray of shape (n_features,)
        One unit of the column: its standard deviation, unless less than a quarter of
        the rows differs from the lowest value, the highest or 0. Then it is the
        geometric mean of that deviation and half of the root mean square of the
        others' distances from that value: by its deviation alone a value would count
        the more the rarer it is, and of words, say, the rarer do tell more. Of two
        values it is half of their distance, and less where one has less than a 200th
        of the rows, by the fourth root, as above.
    """

    has_gaps: NDArray[np.bool_]
    lowest: Array
    highest: Array
    mean: Array
    spread: Array

    @classmethod
    def of(
        cls,
        X: Rows,
        weights: Array | None,
        blocks: list[slice] | None = None,
        map_blocks: Map = map,
    ) -> "Columns":
        """Of the columns of `X`, dense or CSR, by sums of its blocks; None for one.

        Not StandardScaler, which gives NaN where the first rows have no weight, and
        squares values of 1e200; nor mean_variance_axis, whose variance of a constant
        sparse column is a rounding error of either sign.
        """
        blocks = blocks or [slice(0, X.shape[0])]
        ends_of = partial(_range, X, weights, blocks, map_blocks)
        sums_of = partial(column_sums, X, weights, blocks, map_blocks)
        lowest, highest = ends_of()
        has_gaps = np.isnan(lowest) & is_dense(X)
        if has_gaps.any():
            lowest, highest = ends_of(np.fmin, np.fmax)
            is_empty = lowest > highest
            lowest, highest = (np.where(is_empty, 0, x) for x in (lowest, highest))
        # A power of two, by which divisions are exact.
        unit = np.ldexp(1.0, np.frexp(np.maximum(-lowest, highest))[1] - 1)
        low, high, zero = lowest / unit, highest / unit, np.zeros_like(unit)
        total, above = sums_of(lambda x, j: x / unit[j] - low[j])
        if has_gaps.any():
            _, total = sums_of(lambda x, j: np.ones_like(x))
            total = np.where(total > 0, total, 1)
        mean = above / total
        _, squares, between, *others = sums_of(
            lambda x, j: (x / unit[j] - low[j] - mean[j]) ** 2,
            lambda x, j: (x > lowest[j]) & (x < highest[j]),
            lambda x, j: x != lowest[j],
            lambda x, j: x != highest[j],
            lambda x, j: x != 0,
        )
        variance = squares / total
        spread = np.sqrt(variance)
        for value, differ in zip((low, high, zero), others, strict=True):
            rare = (differ > 0) & (differ < _RARE * total)
            squared_distance = variance + (mean - (value - low)) ** 2
            share = (differ / total)[rare]
            half = np.sqrt(squared_distance[rare] / share) / 2
            spread[rare] = np.sqrt(np.sqrt(variance[rare]) * half)
        rarer = np.minimum(others[0], others[1]) / total
        of_two = (high - low) * spread_of_two(rarer)
        spread = np.where(between == 0, of_two, spread)
        return cls(has_gaps, lowest, highest, unit * mean, unit * spread)


def spread_of_two(shares: Array) -> Array:
    """Of values 0 and 1, of which one has these shares of the rows."""
    rarer = np.minimum(shares, 1 - shares) / _RARE_OF_TWO
    return np.minimum(rarer, 1) ** 0.25 / 2


def _range(
    X: Rows,
    weights: Array | None,
    blocks: list[slice],
    map_blocks: Map,
    minimum: np.ufunc = np.minimum,
    maximum: np.ufunc = np.maximum,
) -> tuple[Array, Array]:
    """With NaN where there is a gap; of the other values with `fmin` and `fmax`."""
    lowest, highest = np.full((2, X.shape[1]), [[np.inf], [-np.inf]])
    of_block = partial(_block_range, minimum, maximum)
    ends = each_block(of_block, blocks, X, weights, map_blocks=map_blocks)
    for low, high in ends:
        minimum(lowest, low, out=lowest)
        maximum(highest, high, out=highest)
    return lowest, highest


def _block_range(
    minimum: np.ufunc, maximum: np.ufunc, X: Matrix, weights: Array | None
) -> Array:
    lowest, highest = ends = np.full((2, X.shape[1]), [[np.inf], [-np.inf]])
    for part, _ in _parts(X, weights):
        if not part.shape[0]:
            continue
        if isinstance(part, np.ndarray):
            minimum(lowest, minimum.reduce(part, axis=0), out=lowest)
            maximum(highest, maximum.reduce(part, axis=0), out=highest)
            continue
        values, columns = part.data, part.indices
        np.minimum.at(lowest, columns, values)
        np.maximum.at(highest, columns, values)
        has_zeros = np.bincount(columns, minlength=lowest.size) < part.shape[0]
        np.minimum(lowest, 0, out=lowest, where=has_zeros)
        np.maximum(highest, 0, out=highest, where=has_zeros)
    return ends


def column_sums(
    X: Rows,
    weights: Array | None,
    blocks: list[slice],
    map_blocks: Map,
    *functions: Function,
) -> list[Array]:
    """Of the weights, and weighted ones of functions of the values, by column."""
    sums = partial(_block_sums, functions)
    return sum_blocks(sums, blocks, X, weights, map_blocks=map_blocks)


def _block_sums(
    functions: Sequence[Function], X: Matrix, weights: Array | None
) -> list[Array]:
    return tree_sum(
        [w.sum(), *weighted_sums(part, w, functions)] for part, w in _parts(X, weights)
    )


def weighted_sums(
    block: Matrix, weights: Array, functions: Sequence[Function]
) -> list[Array]:
    """Of each function one, of a block of rows without duplicate entries.

    Zeros that are not stored are included, and gaps of dense rows left out.
    """
    if isinstance(block, np.ndarray):
        is_gap = np.isnan(block)
        values = (function(block, slice(None)) for function in functions)
        if is_gap.any():
            values = (np.where(is_gap, 0, of_one) for of_one in values)
        return [weights @ of_one for of_one in values]
    columns, n_features = block.indices, block.shape[1]
    pattern = block.copy()
    pattern.data = np.ones_like(block.data)
    # Never a rounding error of the weights, of either sign.
    is_full = np.bincount(columns, minlength=n_features) == block.shape[0]
    rest = np.where(is_full, 0, np.maximum(weights.sum() - weights @ pattern, 0))
    sums = []
    for function in functions:
        pattern.data = function(block.data, columns)
        of_zeros = rest * function(np.zeros(n_features), slice(None))
        sums.append(weights @ pattern + of_zeros)
    return sums


def _parts(X: Matrix, weights: Array | None) -> Iterator[tuple[Matrix, Array]]:
    """Rows of a block that have a weight, few at a time, and weights, in float64."""
    for rows in gen_batches(X.shape[0], _ROWS):
        part = X[rows].astype(np.float64)
        if not isinstance(part, np.ndarray):
            part.sum_duplicates()
        if weights is None:
            yield part, np.ones(part.shape[0])
        else:
            counts = weights[rows] > 0
            yield part[counts], weights[rows][counts].astype(np.float64)
