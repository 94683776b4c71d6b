"""Piecewise linear functions of each column, for inputs of the first layer.

Beside the column itself these are its parts between quantiles, each

    min(max(x - knot, 0), width)

so that a function of one column with a bend at each knot takes no hidden unit, and a
step half of one (Y. Gorishniy et al., On embeddings for numerical features in tabular
deep learning, NeurIPS 2022, section 3.2, where the two ends are not clipped, and there
is no linear part). Here all is constant outside of the range of the training rows:
what a network makes of values that it has never seen is otherwise anybody's guess.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sksoftmax._features.standardization import (
    Standardization,
    from_origin,
    smallest_scale,
)
from sksoftmax._rows.blocks import Matrix, row_blocks
from sksoftmax._rows.sums import tree_sum

Array = NDArray[np.floating]

# Parts of a column, at most: with 8 or 32 log-losses are alike.
N_PARTS = 16
# Inputs that are worth their time, and more than which few rows would only be noise.
_MAX_INPUTS, _INPUTS_PER_ROW = 2000, 4
# Of sums of weights.
_ROUNDING = 1e-9


class Parts(NamedTuple):
    """Where the parts of the columns begin, and how wide they are.

    Attributes
    ----------
    columns : ndarray of int of shape (n_inputs,)
        What each is a part of: first each column is one of itself, then come those
        between the quantiles of the first column, of the second and so on.
    starts, widths : ndarray of shape (n_inputs,)
        In the dtype of the rows, which has both as exactly as their differences.
    """

    columns: NDArray[np.integer]
    starts: Array
    widths: Array

    @classmethod
    def of(cls, X: Array, weights: Array | None) -> "Parts":
        """Of the columns of dense `X`, over the rows that have a weight.

        Columns of less than three values are not divided, nor is what is too narrow
        for coefficients of the dtype.
        """
        if weights is None:
            knots = [_knots(column, None) for column in X.T]
        else:
            counts = weights > 0
            knots = [_knots(column[counts], weights[counts]) for column in X.T]
        columns = np.arange(X.shape[1])
        ends = np.array([[k[0], k[-1]] for k in knots])
        inner = [k if k.size > 2 else k[:1] for k in knots]
        parts = cls(
            np.concatenate([columns, np.repeat(columns, [k.size - 1 for k in inner])]),
            np.concatenate([ends[:, 0], *(k[:-1] for k in inner)]),
            np.concatenate([ends[:, 1] - ends[:, 0], *map(np.diff, inner)]),
        )
        is_wide = parts.widths / 2 >= smallest_scale(X.dtype)
        is_wide[columns] = True
        return cls(
            columns=parts.columns[is_wide],
            starts=parts.starts[is_wide].astype(X.dtype),
            widths=parts.widths[is_wide].astype(X.dtype),
        )


def _knots(column: Array, weights: Array | None) -> Array:
    """Distinct quantiles, the lowest and the highest value among them, in float64."""
    if weights is None:
        values, counts = np.unique(column, return_counts=True)
    else:
        order = np.argsort(column, kind="stable")
        ordered = column[order]
        begins = np.flatnonzero(np.diff(ordered, prepend=np.nan))
        values = ordered[begins]
        counts = np.add.reduceat(weights[order], begins, dtype=np.float64)
    if values.size > N_PARTS + 1:
        ends = np.cumsum(counts)
        levels = np.arange(1, N_PARTS) / N_PARTS * ends[-1]
        places = np.searchsorted(ends, levels * (1 - _ROUNDING))
        values = values[np.unique([0, *places, values.size - 1])]
    return values.astype(np.float64)


class PiecewiseLinear(Standardization):
    """Standardised parts of columns.

    Parameters
    ----------
    parts : Parts
    means : ndarray of shape (n_inputs,)
        Of the inputs.
    features : Standardization
        Of the columns, whose scales are those of the columns as inputs. Of the others
        half of the width is the scale.
    """

    def __init__(self, parts: Parts, means: Array, features: Standardization) -> None:
        n_features = features.n_inputs
        self.parts = parts
        self._features = features
        scale = parts.widths.astype(np.float64) / 2
        scale[:n_features] = features.scale
        super().__init__(np.zeros_like(means), means, scale)

    @classmethod
    def learnt(
        cls, X: Array, weights: Array | None, features: Standardization
    ) -> "PiecewiseLinear":
        """Of the rows of dense `X`, whose columns are standardised so."""
        return cls.of_parts(Parts.of(X, weights), X, weights, features)

    @classmethod
    def of_parts(
        cls,
        parts: Parts,
        X: Array,
        weights: Array | None,
        features: Standardization,
    ) -> "PiecewiseLinear":
        """Of parts that other rows had."""
        return cls(parts, _means(X, weights, parts), features)

    @staticmethod
    def is_worth_it(
        X: Matrix, weights: Array | None, features: Standardization
    ) -> bool:
        """Whether the rows are dense, and have columns with parts, but not too many."""
        if not isinstance(X, np.ndarray) or not features.is_learnt:
            return False
        parts = Parts.of(X, weights)
        n_rows = X.shape[0] if weights is None else np.count_nonzero(weights)
        most = min(_MAX_INPUTS, _INPUTS_PER_ROW * n_rows)
        has_parts = X.shape[1] < parts.columns.size <= most
        return has_parts and bool(np.isfinite(parts.widths).all())

    def relearnt(
        self, X: Matrix, weights: Array | None, blocks: Sequence[slice]
    ) -> "PiecewiseLinear":
        """The same of other rows."""
        features = self._features.relearnt(X, weights, blocks)
        return PiecewiseLinear.learnt(X, weights, features)

    def share_beyond(self, X: Array, weights: Array | None) -> Array:
        """Part of the rows that have a weight, by column, whose value is beyond it."""
        n_features = self._features.n_inputs
        lowest, widths = (part[:n_features] for part in self.parts[1:])

        def counts(rows: slice) -> list:
            block = X[rows] if weights is None else X[rows][weights[rows] > 0]
            distances = block.astype(np.float64) - lowest
            is_beyond = (distances < 0) | (distances > widths)
            return [is_beyond.sum(axis=0, dtype=np.float64), float(len(block))]

        beyond, n_rows = tree_sum(map(counts, row_blocks(X)))
        return beyond / n_rows

    def of_columns(self, coef: Array) -> Array:
        """Sum of squares of the weights of each column, standardised."""
        squares = super().of_columns(coef)
        return np.bincount(self.parts.columns, squares).astype(np.float64)

    def inputs(self, rows: Matrix) -> Array:
        """Rows as the folded first layer takes them."""
        return inputs_of(rows, self.parts)

    def standardized_values(
        self, values: Array, columns: NDArray[np.integer] | slice
    ) -> Array:
        """Standardised values of the user's rows, in float64, from their columns."""
        return self._features.standardized_values(values, columns)


def check_parts(X: Matrix, features: Standardization) -> None:
    """Refuse to divide columns that have no parts.

    Raises
    ------
    ValueError
        If `X` is sparse, or its columns are in their own units.
    """
    if not isinstance(X, np.ndarray):
        raise ValueError(
            "encoding='piecewise' needs dense X; got a sparse matrix. Pass "
            "X.toarray(), or set encoding='linear'."
        )
    if not features.is_learnt:
        raise ValueError(
            "encoding='piecewise' needs standardize=True; got False. Set "
            "encoding='linear', or standardize=True."
        )


def first_inputs(rows: Matrix, origin: Array | None, parts: Parts | None) -> Matrix:
    """Rows as a fitted network takes them: less an origin, or their parts."""
    return from_origin(rows, origin) if parts is None else inputs_of(rows, parts)


def inputs_of(rows: Matrix, parts: Parts) -> Array:
    """Parts of the columns of a block of rows, (n_rows, n_inputs).

    In the wider dtype of both: starts that are rounded would be other ones.
    """
    rows = rows if isinstance(rows, np.ndarray) else rows.toarray()
    dtype = np.result_type(rows, parts.starts)
    inputs = rows.take(parts.columns, axis=1).astype(dtype, copy=False)
    inputs -= parts.starts
    return np.clip(inputs, 0, parts.widths, out=inputs)


def _means(X: Array, weights: Array | None, parts: Parts) -> Array:
    """Of the inputs, in float64."""

    def sums(rows: slice) -> list:
        block = X[rows].astype(np.float64)
        if weights is None:
            return [inputs_of(block, parts).sum(axis=0), float(len(block))]
        counts = weights[rows] > 0
        of_rows = weights[rows][counts].astype(np.float64)
        return [of_rows @ inputs_of(block[counts], parts), of_rows.sum()]

    total, weights_sum = tree_sum(map(sums, row_blocks(X, parts.columns.size)))
    return total / weights_sum
