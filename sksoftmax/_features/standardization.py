"""Standardised features without a standardised copy of X.

The network is fitted to (x - mean) / scale, by weights W and intercepts b of its first
layer. As

    W @ ((x - mean) / scale) + b  =  V @ (x - o) + c,
    V = W / scale,    c = b - V @ (mean - o)

for any origin o, the scaling is folded into the first layer before each evaluation, the
gradient is pulled back by the chain rule, and what a fit returns, V and c at o = 0, is
in the units of the user's X. Where x is so far from 0 that V @ x loses digits, training
and prediction subtract an origin near the mean from the rows.
"""

from copy import copy
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sksoftmax._features.columns import Columns, column_sums, weighted_sums
from sksoftmax._features.first_inputs import FirstInputs, filled, has_nan
from sksoftmax._rows.matrix import Matrix, RemoteRows, Rows, dense_rows, is_dense
from sksoftmax._rows.passes import each_block
from sksoftmax._rows.threads import Map
from sksoftmax._sklearn.errors import column_name

Array = NDArray[np.floating]

# x, rounded at an offset of k standard deviations, is off by k * eps of them, and so is
# each product of a folded evaluation. Where that exceeds this bound, the origin of the
# rows is moved; elsewhere folding is accurate enough, and free.
_MAX_OFFSET_ERROR = 1e-6
# No coefficient of a standardised feature is as large.
_LARGEST_COEF = 1e3
# Spreads from the mean that most rows of other data are, if columns are others: of rows
# that follow others in time, a column of the time is two or three.
FAR = 4


class Standardization:
    """A linear change of the first layer's parameters, and the origin of the rows.

    Parameters
    ----------
    lowest, mean : ndarray of shape (n_features,)
        `lowest + mean` is subtracted from each feature: in two parts, as the first is
        exact, and the second not rounded at the size of the first. float64.
    scale : ndarray of shape (n_features,)
        What it is divided by. An infinite scale leaves the feature out: its
        coefficients in user units are 0.
    origin : ndarray of shape (n_features,), default=None
        About the means, where these are large, and 0 elsewhere, in the dtype of `X`.
        None is 0 everywhere.
    is_shifting : bool, default=False
        Whether inputs are less it.
    is_learnt : bool, default=True
        Whether it is that of some rows, and would be another one of others.

    Attributes
    ----------
    first : FirstInputs
        What the folded first layer takes of rows.
    log_penalties : ndarray of shape (n_inputs,)
        Logarithms of the factors of alpha for the weights of each input.
    fills : ndarray of shape (n_features,) or None
        What stands for gaps of the columns: their means, in float64. None of sparse
        ones.
    has_gaps : ndarray of bool of shape (n_features,)
        Which columns of the rows have some.
    bounds : ndarray of shape (2, n_features) or None
        The lowest and the highest value of each column, which values of other rows
        beyond them are taken for; None where these are what they are. In the dtype of
        the rows.
    encoding : Encoding or None
        Of the columns, of which the inputs are made; None for the columns themselves.
    """

    encoding: Any = None
    fills: Array | None = None
    bounds: Array | None = None
    has_gaps: NDArray[np.bool_]

    def __init__(
        self,
        lowest: Array,
        mean: Array,
        scale: Array,
        origin: Array | None = None,
        *,
        is_shifting: bool = False,
        is_learnt: bool = True,
    ) -> None:
        self.scale = scale
        self.origin = origin
        self.log_penalties = np.zeros(scale.size)
        self.is_learnt = is_learnt
        self.has_gaps = np.zeros(scale.size, bool)
        self.lowest = lowest
        self._mean = mean
        self.first = FirstInputs(origin if is_shifting else None)
        self._folded_mean = self._mean_from(self.first.origin)
        self._is_centred = not self._folded_mean.any()
        self._left_out = np.flatnonzero(np.isinf(scale))

    @classmethod
    def identity(cls, n_features: int) -> Self:
        """Features in the user's own units."""
        zeros = np.zeros(n_features)
        return cls(zeros, zeros, np.ones(n_features), is_learnt=False)

    def undone(self) -> "Standardization":
        """The same features in the user's own units."""
        other = Standardization.identity(self.n_inputs)
        other.fills, other.has_gaps = self.fills, self.has_gaps
        return other

    @classmethod
    def of(
        cls,
        X: Rows,
        weights: Array | None,
        blocks: list[slice] | None = None,
        map_blocks: Map = map,
        *,
        is_bounded: bool = False,
    ) -> Self:
        """Weighted mean and spread of the columns of `X`, dense or CSR.

        By sums of its blocks; None for one. The scale of constant columns is infinite.
        With `is_bounded` there are bounds, where the rows are dense.
        """
        with np.errstate(all="ignore"):
            columns = Columns.of(X, weights, blocks, map_blocks)
            has_gaps, lowest, highest, mean, spread = columns
            scale = np.where(lowest == highest, np.inf, spread)
            offset = abs(lowest + mean) / scale
            fits = highest - lowest <= np.finfo(X.dtype).max
        # In float32, which networks that were fitted in float64 are exported to, too.
        is_far = fits & (offset * np.finfo(np.float32).eps > _MAX_OFFSET_ERROR)
        origin, is_shifting = None, False
        if is_far.any():
            origin = np.where(is_far, lowest + mean, 0).astype(X.dtype)
            error = np.finfo(X.dtype).eps * offset[is_far].max()
            is_shifting = bool(error > _MAX_OFFSET_ERROR)
        features = cls(lowest, mean, scale, origin, is_shifting=is_shifting)
        features.has_gaps = has_gaps
        if is_dense(X):
            features.fills = lowest + mean
            if is_bounded:
                features.bounds = np.array([lowest, highest], X.dtype)
        return features

    def check_dtype(
        self, dtype: DTypeLike, n_samples: int, names: NDArray | None = None
    ) -> None:
        """Refuse columns of which coefficients or sums are not numbers of their dtype.

        Raises
        ------
        ValueError
            With the first one's number, or its name if there are names, and its size.
        """
        dtype = np.dtype(dtype)
        small = np.flatnonzero(self.scale < smallest_scale(dtype))
        if small.size:
            j = int(small[0])
            raise ValueError(
                f"X varies in {column_name(j, names)} by {self.scale[j]:.3g}, too "
                f"little for coefficients in {dtype}. Multiply it by a constant, or "
                "leave it out."
            )
        sizes = abs(self.lowest + self._mean) + self.scale  # infinite ones are left out
        limit = np.finfo(dtype).max / n_samples
        large = np.flatnonzero((sizes >= limit) & np.isfinite(sizes))
        if large.size:
            j = int(large[0])
            raise ValueError(
                f"X has a mean and a spread of {sizes[j]:.3g} together in "
                f"{column_name(j, names)}, too large for sums of {n_samples} samples "
                f"in {dtype}. Divide it by a constant."
            )

    @property
    def n_inputs(self) -> int:
        """Of the first layer."""
        return self.scale.size

    @property
    def n_undivided(self) -> int:
        """Number of inputs without parts of columns."""
        return self.scale.size

    @property
    def groups(self) -> NDArray[np.integer]:
        """A number for each input, the same for those that are levels of one column."""
        return np.arange(self.n_inputs)

    @property
    def of_rows(self) -> "Standardization":
        """What makes the same inputs of the user's rows."""
        return self

    def filled(self, X: Rows) -> Rows:
        """Dense rows without gaps; the same ones, where there are none."""
        if not isinstance(X, RemoteRows):
            return filled(X, self.fills)
        if self.fills is None or not X.is_dense:
            return X
        if not any(each_block(has_nan, X.blocks, X)):
            return X
        return X.mapped(partial(filled, fills=self.fills))

    @property
    def bounding(self) -> Self:
        """The same of other rows, as predictions take them: with values in bounds."""
        if self.bounds is None:
            return self
        other = copy(self)
        other.first = self.first._replace(bounds=self.bounds)
        return other

    def reaching(self, bounds: Array | None) -> Self:
        """The same with bounds that hold others, too; None where either has none."""
        other = copy(self)
        other.bounds = None
        if bounds is not None and self.bounds is not None:
            lowest = np.minimum(self.bounds[0], bounds[0])
            highest = np.maximum(self.bounds[1], bounds[1])
            other.bounds = np.array([lowest, highest], self.bounds.dtype)
        return other

    def relearnt(
        self, X: Rows, weights: Array | None, blocks: list[slice]
    ) -> "Standardization":
        """The same of other rows."""
        if not self.is_learnt:
            return self
        is_bounded = self.bounds is not None
        return Standardization.of(X, weights, blocks, is_bounded=is_bounded)

    def penalised(self, log_factors: Array) -> Self:
        """The same with other penalties: factors of alpha for each input.

        A weight `w` under `alpha * exp(t)` is `w * exp(t / 2)` under alpha, of an input
        times `exp(-t / 2)`.
        """
        other = copy(self)
        other.scale = self.scale * np.exp(log_factors / 2)
        other.log_penalties = self.log_penalties + log_factors
        return other

    @property
    def offsets(self) -> Array:
        """Sizes of the means, in spreads; 0 of columns that are left out."""
        return abs(self.lowest + self._mean) / self.scale

    def share_far(
        self,
        X: Rows,
        weights: Array | None,
        blocks: list[slice],
        spreads: float = FAR,
    ) -> Array:
        """Part of other rows that is so far from the mean, by column, gaps aside.

        0 of columns that are left out, and of all where nothing is learnt of them.
        """
        if not self.is_learnt:
            return np.zeros(X.shape[1])
        lowest, mean, far = self.lowest, self._mean, spreads * self.scale
        total, n_far = column_sums(
            X,
            weights,
            blocks,
            map,
            lambda x, j: abs(x - lowest[j] - mean[j]) > far[j],
        )
        return n_far / total

    def of_columns(self, coef: Array) -> Array:
        """Sum of squares of the weights of each column, standardised without penalty.

        Parameters
        ----------
        coef : ndarray of shape (n_units, n_inputs)
            In the units of standardised inputs.
        """
        squares = (coef**2).sum(axis=0) * np.exp(-self.log_penalties)
        squares[self._left_out] = 0
        return squares

    def inputs(self, rows: Matrix) -> Matrix:
        """Rows as the folded first layer takes them; never written to."""
        return self.first.of(rows)

    @property
    def row_inputs(self) -> int | None:
        """Values that a row gives to the first layer; None for those that it has."""
        return None

    def standardized(self, inputs: Matrix) -> Array:
        """Inputs with mean 0 and a spread of 1, as an array; a copy."""
        inputs = dense_rows(inputs)
        return in_units(inputs, *self.units(inputs.dtype))

    def units(self, dtype: DTypeLike) -> tuple[Array, Array]:
        """What inputs are divided by, and what is subtracted then."""
        centre = self._folded_mean / self.scale
        return self.scale.astype(dtype), centre.astype(dtype)

    def standardized_values(
        self, values: Array, columns: NDArray[np.integer] | slice
    ) -> Array:
        """The same of values of the user's rows, in float64, from their columns."""
        values = values.astype(np.float64) - self.lowest[columns]
        return (values - self._mean[columns]) / self.scale[columns]

    def squares(self, inputs: Matrix, weights: Array | None) -> Array:
        """Weighted sum of the squares of the same, of dense or CSR rows."""
        if weights is None:
            weights = np.ones(inputs.shape[0], inputs.dtype)
        if not isinstance(inputs, np.ndarray):
            rows = inputs.astype(np.float64)
            rows.sum_duplicates()
            mean, scale = self._folded_mean, self.scale
            (squares,) = weighted_sums(
                rows, weights, [lambda x, j: ((x - mean[j]) / scale[j]) ** 2]
            )
            return squares
        rows = self.standardized(inputs)
        rows *= rows
        return weights @ rows

    def fold(
        self, coef: Array, intercept: Array, dtype: DTypeLike
    ) -> tuple[Array, Array]:
        """First layer for the inputs, from the one for standardised inputs."""
        V = (coef / self.scale).astype(dtype)
        if self._is_centred:
            return V, intercept.astype(dtype)
        return V, _intercept(V, intercept, self._folded_mean, dtype)

    def pull_back(self, coef_gradient: Array, intercept_gradient: Array) -> None:
        """Turn the gradient in folded into that in standardised units, in place.

        The intercepts' gradient is the same in both.
        """
        if self._left_out.size:  # where it may have overflowed
            coef_gradient[:, self._left_out] = 0
        if not self._is_centred:
            coef_gradient -= np.multiply.outer(intercept_gradient, self._folded_mean)
        coef_gradient /= self.scale

    def to_user_units(
        self,
        coef: Array,
        intercept: Array,
        dtype: DTypeLike,
        origin: Array | None = None,
    ) -> tuple[Array, Array]:
        """First layer for the user's rows, less an origin, from the standardised."""
        V = (coef / self.scale).astype(dtype)
        return V, _intercept(V, intercept, self._mean_from(origin), dtype)

    def from_user_units(
        self, coef: Array, intercept: Array, origin: Array | None = None
    ) -> tuple[Array, Array]:
        """First layer for standardised rows, from the user's rows, less an origin."""
        standardized = coef * np.where(np.isinf(self.scale), 0, self.scale)
        mean = self._mean_from(origin)
        return standardized, intercept + coef.astype(np.float64) @ mean

    def _mean_from(self, origin: Array | None) -> Array:
        lowest = self.lowest if origin is None else self.lowest - origin
        return lowest + self._mean


def in_units(inputs: Array, scale: Array, centre: Array) -> Array:
    """Dense inputs as multiples of their scale, from a centre; a copy."""
    rows = inputs / scale  # first: no difference overflows
    rows -= centre
    return rows


def smallest_scale(dtype: DTypeLike) -> float:
    """That coefficients in a dtype can be divided by."""
    return _LARGEST_COEF / float(np.finfo(np.dtype(dtype)).max)


def _intercept(V: Array, intercept: Array, mean: Array, dtype: DTypeLike) -> Array:
    # From the rounded V: its rounding then acts on x - mean only, not on the offset.
    return (intercept - V.astype(np.float64) @ mean).astype(dtype)
