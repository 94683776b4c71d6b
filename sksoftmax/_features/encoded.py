"""Standardised inputs that are made of columns, without a copy of them all."""

from functools import partial
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from sklearn.utils import gen_batches

from sksoftmax._features.columns import spread_of_two
from sksoftmax._features.encoding import (
    N_PARTS,
    Encoding,
    EncodingName,
    Indicators,
    inputs_of,
)
from sksoftmax._features.first_inputs import FirstInputs
from sksoftmax._features.nodes import Nodes
from sksoftmax._features.quantiles import divided_again, parts_of
from sksoftmax._features.standardization import FAR, Standardization
from sksoftmax._rows.blocks import row_blocks
from sksoftmax._rows.matrix import (
    Matrix,
    Rows,
    dense_rows,
    is_dense,
    is_on_device,
)
from sksoftmax._rows.passes import sum_blocks

Array = NDArray[np.floating]

# Parts that are worth their time, and more than which few rows would only be noise.
_MAX_PARTS, _PARTS_PER_ROW = 2000, 4
# Times as many parts are worth another encoding.
_MANY_MORE = 1.5
# Spread of an indicator of no row, or of all, whose share is rounded.
_CONSTANT = 1e-3
# Of which there are dense copies of all inputs.
_ROWS = 256


class EncodedColumns(Standardization):
    """Standardised inputs of an encoding.

    Parameters
    ----------
    encoding : Encoding
    means : ndarray of shape (n_inputs,)
        Of the inputs, gaps aside; NaN of nothing else.
    features : Standardization
        Of the columns, whose scales are those of the columns as inputs. Of their parts
        half of the width is the scale, of indicators that of two values.
    has_nodes : bool
        Whether rows are values at nodes to the first layer.
    """

    def __init__(
        self,
        encoding: Encoding,
        means: Array,
        features: Standardization,
        *,
        has_nodes: bool,
    ) -> None:
        n_parts, n_numeric = encoding.columns.size, encoding.n_numeric
        is_empty, means = np.isnan(means), np.nan_to_num(means)
        fills = means[:n_parts].astype(encoding.starts.dtype)
        self.encoding = encoding._replace(fills=fills)
        self.columns = features
        scale = np.ones_like(means)
        if features.is_learnt:
            scale[:n_numeric] = features.scale[encoding.columns[:n_numeric]]
            scale[n_numeric:n_parts] = encoding.widths[n_numeric:] / np.float64(2)
            spread = spread_of_two(means[n_parts:])
            scale[n_parts:] = np.where(spread > _CONSTANT, spread, np.inf)
        else:
            means = np.zeros_like(means)
        scale[is_empty] = np.inf
        super().__init__(
            np.zeros_like(means), means, scale, is_learnt=features.is_learnt
        )
        nodes = Nodes(self.encoding) if has_nodes else None
        self.first = FirstInputs(encoding=self.encoding, nodes=nodes)

    @classmethod
    def learnt(
        cls,
        X: Rows,
        weights: Array | None,
        features: Standardization,
        indicators: Indicators | None = None,
        *,
        encoding: EncodingName,
    ) -> Self:
        """Of the rows of dense `X`, whose columns are standardised so.

        Parameters
        ----------
        X : {ndarray, RemoteRows} of shape (n_samples, n_features)
        weights : ndarray of shape (n_samples,) or None
        features : Standardization
            Of the columns, or of inputs that are made of them, with these indicators.
        indicators : Indicators, default=None
            None for those of `features`.
        encoding : {"linear", "piecewise", "fine-piecewise"}
            Whether numeric columns are divided at their quantiles.
        """
        features, known = _columns_of(features, X.dtype)
        indicators = indicators or known
        numeric = _numeric(X.shape[1], indicators)
        columns, starts = numeric, features.lowest[numeric].astype(X.dtype)
        widths = np.full_like(starts, np.inf)
        if features.bounds is not None:
            widths = features.bounds[1, numeric] - starts
        if encoding in N_PARTS:
            parts = parts_of(X, weights, numeric, N_PARTS[encoding])
            columns, starts, widths = parts
        fills = np.full_like(starts, np.nan)
        rule = Encoding(columns, starts, widths, fills, indicators, encoding)
        return cls.known(rule, X, weights, features)

    @classmethod
    def known(
        cls,
        encoding: Encoding,
        X: Rows,
        weights: Array | None,
        features: Standardization,
    ) -> Self:
        """Of an encoding that is known, with the means of these rows."""
        has_nodes = encoding.is_sparse and not is_on_device(X)
        means = _means(X, weights, encoding)
        return cls(encoding, means, features, has_nodes=has_nodes)

    def divided(
        self, X: Rows, weights: Array | None, chosen: NDArray[np.integer], n_parts: int
    ) -> tuple[Self, NDArray[np.integer]]:
        """The same, and some inputs that are parts of columns divided again.

        Parameters
        ----------
        X : {ndarray, RemoteRows} of shape (n_samples, n_features)
            The rows that it is of.
        weights : ndarray of shape (n_samples,) or None
        chosen : ndarray of int
            Which inputs.
        n_parts : int
            That each becomes, at most.

        Returns
        -------
        other : EncodedColumns
            With the penalties of before, of a part for all that it is divided into.
        origins : ndarray of int of shape (n_inputs,)
            Which input of before each is, or is a part of.
        """
        encoding = self.encoding
        n_before = encoding.columns.size
        parts = divided_again(X, weights, encoding[:3], chosen, n_parts)
        origins, starts, widths = parts
        rule = encoding._replace(
            columns=encoding.columns[origins],
            starts=starts,
            widths=widths,
            fills=np.full_like(starts, np.nan),
            name="fine-piecewise",
        )
        other = type(self).known(rule, X, weights, self.columns)
        origins = np.append(origins, np.arange(n_before, encoding.n_inputs))
        return other.penalised(self.log_penalties[origins]), origins

    def undivided(self, columns: ArrayLike) -> tuple[Self, NDArray[np.bool_]]:
        """The same without the parts of some columns, and which inputs are left."""
        encoding = self.encoding
        kept = ~(encoding.is_part & np.isin(encoding.input_columns, columns))
        of_parts = kept[: encoding.columns.size]
        rule = Encoding(*(values[of_parts] for values in encoding[:4]), *encoding[4:])
        has_nodes = rule.is_sparse and self.first.nodes is not None
        other = type(self)(rule, self._mean[kept], self.columns, has_nodes=has_nodes)
        return other.penalised(self.log_penalties[kept]), kept

    @property
    def n_undivided(self) -> int:
        """Number of inputs without parts of columns."""
        return self.encoding.n_numeric + self.encoding.indicators.columns.size

    @property
    def groups(self) -> NDArray[np.integer]:
        """A number for each input, the same for those that are levels of one column."""
        return self.encoding.groups

    def filled(self, X: Rows) -> Rows:
        """The rows themselves: gaps are a part of the encoding."""
        return X

    def relearnt(
        self, X: Rows, weights: Array | None, blocks: list[slice]
    ) -> Standardization:
        """The same of other rows."""
        if not self.is_learnt:
            return self
        return EncodedColumns.learnt(
            X,
            weights,
            self.columns.relearnt(X, weights, blocks),
            self.encoding.indicators,
            encoding=self.encoding.name,
        )

    def share_far(
        self,
        X: Rows,
        weights: Array | None,
        blocks: list[slice],
        spreads: float = FAR,
    ) -> Array:
        """Part of other rows so far from the mean, by column; 0 of categories."""
        numeric = self.encoding.columns[: self.encoding.n_numeric]
        shares = np.zeros(X.shape[1])
        found = self.columns.share_far(X, weights, blocks, spreads)
        shares[numeric] = found[numeric]
        return shares

    def share_beyond(self, X: Rows, weights: Array | None) -> Array:
        """Part of the rows that have a weight, by numeric column, that is beyond it."""
        first = slice(self.encoding.n_numeric)
        columns, lowest, widths = (values[first] for values in self.encoding[:3])
        counts = partial(_counts_beyond, columns, lowest, widths)
        beyond, n_rows = sum_blocks(counts, row_blocks(X), X, weights)
        shares = np.zeros(X.shape[1])
        shares[columns] = beyond / n_rows
        return shares

    def of_columns(self, coef: Array) -> Array:
        """Sum of squares of the weights of each column, standardised."""
        squares = super().of_columns(coef)
        n_columns = self.columns.n_inputs
        columns = self.encoding.input_columns
        return np.bincount(columns, squares, n_columns).astype(np.float64)

    @property
    def row_inputs(self) -> int:
        """Values that a row gives to the first layer: of a sparse one those stored."""
        has_nodes = self.first.nodes is not None
        return self.encoding.row_inputs if has_nodes else self.encoding.n_inputs

    def standardized(self, inputs: Matrix) -> Array:
        """Dense inputs with mean 0 and a spread of 1; a copy."""
        if self.first.nodes is not None:
            inputs = self.first.nodes.of_inputs(dense_rows(inputs))
        return super().standardized(inputs)

    def squares(self, inputs: Matrix, weights: Array | None) -> Array:
        """Weighted sum of the squares of the same."""
        if not (self.encoding.is_divided and self.first.nodes):
            return super().squares(inputs, weights)
        sums = np.zeros(self.n_inputs)
        for rows in gen_batches(inputs.shape[0], _ROWS):
            w = np.ones(inputs[rows].shape[0]) if weights is None else weights[rows]
            sums += w @ self.standardized(inputs[rows]) ** 2
        return sums

    def fold(
        self, coef: Array, intercept: Array, dtype: DTypeLike
    ) -> tuple[Array, Array]:
        """First layer for the inputs, from the one for standardised inputs."""
        if self.first.nodes is None:
            return super().fold(coef, intercept, dtype)
        V, intercept = super().fold(coef, intercept, np.float64)
        return self.first.coef(V).astype(dtype), intercept.astype(dtype)

    def pull_back(self, coef_gradient: Array, intercept_gradient: Array) -> None:
        """Turn the gradient in folded into that in standardised units, in place."""
        if self.first.nodes is not None:
            coef_gradient[...] = self.first.nodes.of_inputs(coef_gradient)
        super().pull_back(coef_gradient, intercept_gradient)

    def standardized_values(
        self, values: Array, columns: NDArray[np.integer] | slice
    ) -> Array:
        """Standardised values of the user's rows, in float64, from their columns."""
        return self.columns.standardized_values(values, columns)


def with_indicators(
    features: Standardization,
    X: Rows,
    weights: Array | None,
    n_levels: NDArray[np.integer],
    *,
    encoding: EncodingName = "linear",
) -> Standardization:
    """The same columns and, where there are such, inputs for categories and gaps.

    Parameters
    ----------
    features : Standardization
        Of the columns of `X`.
    X : {ndarray, CSR, RemoteRows} of shape (n_samples, n_features)
    weights : ndarray of shape (n_samples,) or None
    n_levels : ndarray of int of shape (n_features,)
        Of columns whose values are levels; 0 of numeric ones.
    encoding : {"linear", "piecewise", "fine-piecewise"}
        Whether numeric columns are divided at their quantiles.
    """
    if not (encoding in N_PARTS or n_levels.any() or features.has_gaps.any()):
        return features
    indicators = Indicators.of(n_levels, features.has_gaps, X.dtype)
    return EncodedColumns.learnt(X, weights, features, indicators, encoding=encoding)


def worth_dividing(
    X: Rows, weights: Array | None, features: Standardization, *, has_relevance: bool
) -> list[EncodingName]:
    """Encodings of dense rows that have more parts than others, but not too many.

    With relevances fine parts are those of relevant ones alone, so never too many.
    """
    worth: list[EncodingName] = []
    if not is_dense(X) or not features.is_learnt:
        return worth
    _, indicators = _columns_of(features, X.dtype)
    numeric = _numeric(X.shape[1], indicators)
    n_rows = X.shape[0] if weights is None else np.count_nonzero(weights)
    n_before = numeric.size
    encodings: tuple[EncodingName, ...] = ("piecewise", "fine-piecewise")
    for encoding in encodings:
        columns, _, widths = parts_of(X, weights, numeric, N_PARTS[encoding])
        if not np.isfinite(widths).all():
            break
        most = min(_MAX_PARTS, _PARTS_PER_ROW * n_rows)
        if has_relevance and encoding == "fine-piecewise":
            most = columns.size
        if not n_before < columns.size <= most:
            break
        worth.append(encoding)
        n_before = _MANY_MORE * columns.size
    return worth


def check_divisible(X: Rows, features: Standardization) -> None:
    """Refuse to divide columns that have no parts.

    Raises
    ------
    ValueError
        If `X` is sparse, or its columns are in their own units.
    """
    if not is_dense(X):
        raise ValueError(
            "encoding='piecewise' needs dense X; got a sparse matrix. Pass "
            "X.toarray(), or set encoding='linear'."
        )
    if not features.is_learnt:
        raise ValueError(
            "encoding='piecewise' needs standardize=True; got False. Set "
            "encoding='linear', or standardize=True."
        )


def _columns_of(
    features: Standardization, dtype: np.dtype
) -> tuple[Standardization, Indicators]:
    """What is known of the columns themselves, and of what they indicate."""
    if isinstance(features, EncodedColumns):
        return features.columns, features.encoding.indicators
    return features, Indicators(np.empty(0, int), np.empty(0, dtype))


def _numeric(n_columns: int, indicators: Indicators) -> NDArray[np.integer]:
    """The columns that are not categories."""
    is_code = ~np.isnan(indicators.values)
    return np.setdiff1d(np.arange(n_columns), indicators.columns[is_code])


def _counts_beyond(
    columns: NDArray[np.integer],
    lowest: Array,
    widths: Array,
    X: Array,
    weights: Array | None,
) -> list:
    X = X if weights is None else X[weights > 0]
    distances = X[:, columns].astype(np.float64) - lowest
    is_beyond = (distances < 0) | (distances > widths)
    return [is_beyond.sum(axis=0, dtype=np.float64), float(len(X))]


def _means(X: Rows, weights: Array | None, encoding: Encoding) -> Array:
    """Of the inputs, gaps aside, in float64; NaN where there is nothing else."""
    gap = np.full(encoding.columns.size, np.nan)
    # Of a row: sums of shares do not overflow, and powers of two round nothing.
    share = np.ldexp(1.0, -X.shape[0].bit_length())
    sums = partial(_input_sums, encoding._replace(fills=gap), share)
    blocks = row_blocks(X, encoding.n_inputs)
    total, weights_sum = sum_blocks(sums, blocks, X, weights)
    empty = np.full_like(total, np.nan)
    return np.divide(total, weights_sum * share, empty, where=weights_sum > 0)


def _input_sums(
    encoding: Encoding, share: float, X: Array, weights: Array | None
) -> list[Array]:
    """Of shares of the inputs of a block, gaps aside, and of the weights of each."""
    X, w = X.astype(np.float64), np.ones(len(X))
    if weights is not None:
        counts = weights > 0
        X, w = X[counts], weights[counts].astype(np.float64)
    inputs = inputs_of(X, encoding)
    inputs *= share
    if not np.isnan(inputs[:, : encoding.n_numeric]).any():  # nor in parts of them
        total = inputs.sum(axis=0) if weights is None else w @ inputs
        return [total, np.full(total.size, w.sum())]
    is_gap = np.isnan(inputs)
    inputs[is_gap] = 0
    return [w @ inputs, w @ ~is_gap]
