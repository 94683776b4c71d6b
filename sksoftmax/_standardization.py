"""Standardised features without a standardised copy of X.

The network is fitted to (x - mean) / scale, by weights W and intercepts b of its first
layer. As

    W @ ((x - mean) / scale) + b  =  V @ x + c,    V = W / scale,    c = b - V @ mean

the scaling is folded into the first layer before each evaluation, the gradient is
pulled back by the chain rule, and what a fit returns, V and c, is in the units of the
user's X.
"""

from collections.abc import Iterator
from typing import Self

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.sparse import csr_array, csr_matrix, issparse

from sksoftmax._blocks import Matrix, row_blocks

Array = NDArray[np.floating]

# x, rounded at an offset of k standard deviations, is off by k * eps of them, and so is
# each product of a folded evaluation. Where that exceeds this bound, blocks are shifted
# before they are multiplied; elsewhere folding is accurate enough, and free.
_MAX_OFFSET_ERROR = 1e-6


class Standardization:
    """A linear change of the first layer's parameters, and a shift of the rows.

    Parameters
    ----------
    mean, scale : ndarray of shape (n_features,)
        What is subtracted from each feature and what it is divided by; float64. An
        infinite scale leaves the feature out: its coefficients in user units are 0.
    shift : ndarray of shape (n_features,), default=None
        The part of `mean` that is subtracted from the rows themselves, in their dtype.
    is_learnt : bool, default=True
        Whether it is that of some rows, and would be another one of others.
    """

    def __init__(
        self,
        mean: Array,
        scale: Array,
        shift: Array | None = None,
        *,
        is_learnt: bool = True,
    ) -> None:
        self.mean = mean
        self.is_learnt = is_learnt
        self.scale = scale
        self.shift = shift
        self._folded_mean = mean if shift is None else mean - shift
        self._left_out = np.flatnonzero(np.isinf(scale))

    @classmethod
    def identity(cls, n_features: int) -> Self:
        """Features in the user's own units."""
        return cls(np.zeros(n_features), np.ones(n_features), is_learnt=False)

    @classmethod
    def of(cls, X: Matrix, weights: Array | None) -> Self:
        """Weighted mean and standard deviation of the columns of `X`, dense or CSR.

        The scale of constant columns is infinite. With 1 it would be their rounding
        errors that are fitted to, which at a constant of 1e12 in float32 are thousands.
        """
        with np.errstate(all="ignore"):
            mean, scale = _moments(X, weights)
        # What varies by no more than the rounding errors of its mean is constant.
        scale[scale <= 100 * np.finfo(np.float64).eps * np.abs(mean)] = np.inf
        offset_error = np.finfo(X.dtype).eps * np.max(np.abs(mean) / scale)
        if issparse(X) or offset_error <= _MAX_OFFSET_ERROR:
            return cls(mean, scale)
        return cls(mean, scale, mean.astype(X.dtype))

    def shifted(self, rows: Matrix) -> Matrix:
        """Rows as the folded first layer takes them; never written to."""
        return rows if self.shift is None else rows - self.shift

    def standardized(self, shifted: Array) -> Array:
        """Dense `shifted` rows with mean 0 and standard deviation 1; a copy."""
        rows = shifted - self._folded_mean.astype(shifted.dtype)
        rows /= self.scale.astype(shifted.dtype)
        return rows

    def squares(self, shifted: Matrix, weights: Array | None) -> Array:
        """Weighted sum of the squares of the same, of dense or CSR rows."""
        if weights is None:
            weights = np.ones(shifted.shape[0], shifted.dtype)
        if issparse(shifted):
            rows = shifted.astype(np.float64)
            return _sparse_squares(rows, weights, self._folded_mean, self.scale)
        rows = self.standardized(shifted)
        rows *= rows
        return weights @ rows

    def fold(
        self, coef: Array, intercept: Array, dtype: DTypeLike
    ) -> tuple[Array, Array]:
        """First layer for `shifted` rows, from the one for standardised rows."""
        return _in_units(coef, intercept, self._folded_mean, self.scale, dtype)

    def pull_back(self, coef_gradient: Array, intercept_gradient: Array) -> None:
        """Turn the gradient in folded into that in standardised units, in place.

        The intercepts' gradient is the same in both.
        """
        if self._left_out.size:  # where it may have overflowed
            coef_gradient[:, self._left_out] = 0
        coef_gradient -= np.multiply.outer(intercept_gradient, self._folded_mean)
        coef_gradient /= self.scale

    def to_user_units(
        self, coef: Array, intercept: Array, dtype: DTypeLike
    ) -> tuple[Array, Array]:
        """First layer for the user's rows, from the one for standardised rows."""
        return _in_units(coef, intercept, self.mean, self.scale, dtype)

    def from_user_units(self, coef: Array, intercept: Array) -> tuple[Array, Array]:
        """First layer for standardised rows, from the one for the user's rows."""
        standardized = coef * np.where(np.isinf(self.scale), 0, self.scale)
        return standardized, intercept + coef.astype(np.float64) @ self.mean


def _in_units(
    coef: Array, intercept: Array, mean: Array, scale: Array, dtype: DTypeLike
) -> tuple[Array, Array]:
    V = (coef / scale).astype(dtype)
    # From the rounded V: its rounding then acts on x - mean only, not on the offset.
    return V, (intercept - V.astype(np.float64) @ mean).astype(dtype)


def _moments(X: Matrix, weights: Array | None) -> tuple[Array, Array]:
    """Weighted mean and standard deviation of the columns, in float64, by blocks.

    In two passes, the second in units of each column's largest value. Not
    StandardScaler, which gives NaN where the first rows have no weight and squares
    values of 1e200; nor mean_variance_axis, whose variance of a constant sparse column
    is a rounding error of either sign.
    """
    weights_sum = X.shape[0] if weights is None else weights.sum(dtype=np.float64)
    total, largest = np.zeros((2, X.shape[1]))
    for block, block_weights in _rows_that_count(X, weights):
        total += block_weights @ block
        column_max = abs(block).max(axis=0)
        column_max = column_max.toarray().ravel() if issparse(block) else column_max
        np.maximum(largest, column_max, out=largest)
    mean = total / weights_sum
    largest[largest == 0] = 1

    squares = np.zeros(X.shape[1])
    sum_of_squares = _sparse_squares if issparse(X) else _dense_squares
    for block, block_weights in _rows_that_count(X, weights):
        squares += sum_of_squares(block, block_weights, mean, largest)
    return mean, largest * np.sqrt(squares / weights_sum)


def _rows_that_count(
    X: Matrix, weights: Array | None
) -> Iterator[tuple[Matrix, Array]]:
    """Blocks of rows with a positive weight, and their weights, in float64."""
    for rows in row_blocks(X, 256):  # sums of few rows at a time round less
        block = X[rows].astype(np.float64)
        if weights is None:
            yield block, np.ones(block.shape[0])
        elif (weights[rows] > 0).any():
            counts = weights[rows] > 0
            yield block[counts], weights[rows][counts].astype(np.float64)


def _dense_squares(block: Array, weights: Array, mean: Array, unit: Array) -> Array:
    """Weighted sum over the rows of ((x - mean) / unit) ** 2."""
    deviation = (block - mean) / unit
    deviation *= deviation
    return weights @ deviation


def _sparse_squares(
    block: csr_array | csr_matrix, weights: Array, mean: Array, unit: Array
) -> Array:
    """`_dense_squares` of a CSR block, the zeros that it does not store included."""
    block.sum_duplicates()
    values, columns = block.data, block.indices
    # Never a rounding error of the weights, of either sign.
    is_full = np.bincount(columns, minlength=mean.size) == block.shape[0]
    block.data = np.ones_like(values)
    rest = np.maximum(weights.sum() - weights @ block, 0)
    weight_of_zeros = np.where(is_full, 0, rest)
    block.data = ((values - mean[columns]) / unit[columns]) ** 2
    return weights @ block + weight_of_zeros * (mean / unit) ** 2
