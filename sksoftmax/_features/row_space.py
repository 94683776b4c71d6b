"""Few rows of many features: a network is fitted in the space that the rows span.

A penalty on squares leaves the first layer no weights orthogonal to all of the
standardised rows X (the representer theorem; T. Hastie and R. Tibshirani, Efficient
quadratic regularization for expression arrays, Biostatistics 5, 2004). With orthonormal
columns Q and `X = Z Q'`, the weights `W = C Q'` have the outputs and the penalty that C
has on Z, whose columns are no more than the rows are. So the minimum is the same, from
the projection of where it begins; not the path to it, as the metric is a better one.

Q comes from eigenvectors, so that the second moment of Z is diagonal. Its columns are
never made: all products with it are products with X.
"""

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.linalg import eigh
from sklearn.utils import gen_batches

from sksoftmax._features.first_inputs import bounded
from sksoftmax._features.standardization import Standardization
from sksoftmax._rows.matrix import Matrix, RemoteRows, Rows

Array = NDArray[np.floating]

# Eigenvectors of more rows take longer than fits.
_FEATURES_PER_ROW, _ROWS_PER_UNIT, _MAX_ROWS = 4, 32, 2048
# Where more is stored of sparse rows, dense ones have their products sooner; and where
# the mean of a feature is so many of its spreads, products centred after they are
# summed lose digits.
_MAX_DENSITY, _MAX_MEAN = 0.2, 10
_BATCH_VALUES = 2**21
_EPS = np.finfo(np.float64).eps


class RowSpace(Standardization):
    """A standardisation that goes on to coordinates in the space that rows span.

    Parameters
    ----------
    X : {ndarray, CSR} of shape (n_samples, n_features)
        The rows, all of which have a weight.
    weights : ndarray of shape (n_samples,) or None
    features : Standardization
        What is done to the features before.

    Attributes
    ----------
    rows : ndarray of shape (n_samples, n_coordinates)
        The coordinates of `X`, as many as its rank, in float64.
    n_features : int
        Of `X`.
    """

    def __init__(
        self, X: Matrix, weights: Array | None, features: Standardization
    ) -> None:
        self._X = X
        self._features = features
        self.n_features = X.shape[1]
        self._centre = _centre(features)
        root = np.ones(X.shape[0]) if weights is None else np.sqrt(weights)
        root = root.astype(np.float64)[:, np.newaxis]
        gram = root * self._products(X) * root.T
        squares, vectors = np.zeros(0), gram[:, :0]
        if np.isfinite(gram).all():
            squares, vectors = eigh(gram, overwrite_a=True, driver="evd")
        is_rounding = squares <= len(squares) * _EPS * squares.max(initial=0)
        vectors, lengths = vectors[:, ~is_rounding], np.sqrt(squares[~is_rounding])
        self.rows = vectors * lengths / root
        self._basis = root * vectors / lengths  # Q is X' @ this
        zeros = np.zeros(lengths.size)
        super().__init__(zeros, zeros, zeros + 1, features.origin, is_learnt=False)
        self.fills, self.bounds = features.fills, features.bounds

    @classmethod
    def if_worth_it(
        cls, X: Rows, weights: Array | None, features: Standardization, n_units: int
    ) -> Self | None:
        """That of the rows that have a weight, if they are few, of many features.

        None otherwise; for a first layer of few units, which is fitted sooner than the
        space is found; for features in their own units, as products of rows lose those
        that are small beside others; and where all rows are equal.
        """
        n_rows = X.shape[0] if weights is None else np.count_nonzero(weights)
        if n_rows > min(_MAX_ROWS, _ROWS_PER_UNIT * n_units):
            return None
        if X.shape[1] < _FEATURES_PER_ROW * n_rows or not features.is_learnt:
            return None
        if features.encoding is not None:
            return None
        if isinstance(X, RemoteRows):
            X = X[slice(None)]
        if not (isinstance(X, np.ndarray) or _is_sparse(X, features)):
            return None
        if weights is not None and n_rows < X.shape[0]:
            X, weights = X[weights > 0], weights[weights > 0]
        space = cls(X, weights, features)
        return space if space.rows.size else None

    def coordinates(self, X: Matrix) -> Array:
        """Those of other rows, in float64."""
        return self._products(bounded(X, self.bounds)) @ self._basis

    def projected(self, coef: Array) -> Array:
        """Weights of the coordinates, from those of the standardised features."""
        products = np.zeros((coef.shape[0], self._X.shape[0]))
        for columns in self._batches(self._X):
            rows, mean = self._standardized(self._X, columns)
            part = coef[:, columns]
            products += part @ rows.T - (part @ mean)[:, np.newaxis]
        return products @ self._basis

    def to_user_units(
        self,
        coef: Array,
        intercept: Array,
        dtype: DTypeLike,
        origin: Array | None = None,
    ) -> tuple[Array, Array]:
        """First layer for the user's rows, less an origin, from the coordinates'."""
        standardized = self._of_features(coef)
        return self._features.to_user_units(standardized, intercept, dtype, origin)

    def of_columns(self, coef: Array) -> Array:
        """Sum of squares of the weights of each feature, standardised."""
        return (self._of_features(coef) ** 2).sum(axis=0)

    def from_user_units(
        self, coef: Array, intercept: Array, origin: Array | None = None
    ) -> tuple[Array, Array]:
        """First layer for the coordinates, from the user's rows, less an origin."""
        coef, intercept = self._features.from_user_units(coef, intercept, origin)
        return self.projected(coef), intercept

    def _of_features(self, coef: Array) -> Array:
        """Weights of the standardised features, from those of the coordinates."""
        of_rows = coef @ self._basis.T
        standardized = np.empty((coef.shape[0], self.n_features))
        for columns in self._batches(self._X):
            rows, mean = self._standardized(self._X, columns)
            standardized[:, columns] = of_rows @ rows
            standardized[:, columns] -= np.outer(of_rows.sum(axis=1), mean)
        return standardized

    def _products(self, X: Matrix) -> Array:
        """Of other standardised rows with these."""
        products = np.zeros((X.shape[0], self._X.shape[0]))
        for columns in self._batches(X, self._X):
            others, others_mean = self._standardized(X, columns)
            rows, mean = self._standardized(self._X, columns)
            part = others @ rows.T
            products += part if isinstance(part, np.ndarray) else part.toarray()
            products -= (others @ mean)[:, np.newaxis]
            products += others_mean @ mean - rows @ others_mean
        return products

    def _standardized(self, X: Matrix, columns: slice) -> tuple[Matrix, Array]:
        """What is standardised values less a mean, of some columns, in float64."""
        rows: Any = X[:, columns]
        if _is_sparse(X, self._features):
            rows = rows.astype(np.float64)
            rows.data /= self._features.scale[columns][rows.indices]
            return rows, self._centre[columns]
        rows = rows if isinstance(rows, np.ndarray) else rows.toarray()
        rows = self._features.standardized_values(rows, columns)
        return rows, np.zeros(rows.shape[1])

    def _batches(self, *matrices: Matrix) -> Iterator[slice]:
        """Columns of which dense copies are small: of sparse rows all at once."""
        dense = [X.shape[0] for X in matrices if not _is_sparse(X, self._features)]
        width = max(_BATCH_VALUES // max(dense), 1) if dense else self.n_features
        return gen_batches(self.n_features, width)


def _is_sparse(X: Matrix, features: Standardization) -> bool:
    """Whether few values are stored, and the others are not far from the mean."""
    if isinstance(X, np.ndarray) or abs(_centre(features)).max() > _MAX_MEAN:
        return False
    return X.nnz <= _MAX_DENSITY * X.shape[0] * X.shape[1]


def _centre(features: Standardization) -> Array:
    """Means, in spreads."""
    zeros = np.zeros(features.scale.size)
    return -features.standardized_values(zeros, slice(None))
