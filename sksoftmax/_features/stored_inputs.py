"""Standardised inputs that are made once: of few rows, which fits read again and again.

In float32, which takes half of the time, unless they are few: for fits that are not
the last one. What those to parts of the rows show is told from held-out rows, whose
noise is larger than all rounding; and relevances are learnt from a minimum that need
not be exact.
"""

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.sparse import vstack

from sksoftmax._features.first_inputs import FirstInputs
from sksoftmax._features.standardization import Standardization, in_units
from sksoftmax._rows.blocks import row_blocks
from sksoftmax._rows.matrix import Matrix, RemoteRows, Rows, is_dense
from sksoftmax._rows.namespace import all_finite, in_dtype
from sksoftmax._rows.passes import Kernel, each_block

Array = NDArray[np.floating]


class StoredInputs(Standardization):
    """The standardisation of rows that are standardised inputs already.

    Parameters
    ----------
    features : Standardization
        What has made them.
    """

    def __init__(self, features: Standardization) -> None:
        zeros = np.zeros(features.n_inputs)
        scale = np.where(np.isinf(features.scale), np.inf, 1.0)
        super().__init__(zeros, zeros, scale, is_learnt=False)
        self._features = features

    @classmethod
    def made_by(
        cls,
        features: Standardization,
        X: Rows,
        rows: slice | NDArray[np.bool_] = slice(None),
        *,
        dtype: DTypeLike = np.float32,
    ) -> tuple["StoredInputs", Rows] | None:
        """The standardisation of those of some rows of `X`, and they, in a dtype.

        None where they are better made anew in each pass: those of sparse rows, those
        in their own units, and those beyond the range of the dtype.
        """
        if not features.is_learnt or not is_dense(X):
            return None
        if isinstance(X, RemoteRows) and X.is_local:
            return _stored_there(features, X, rows, dtype)
        encoding = features.encoding
        if encoding is not None and features.first.nodes is not None:
            if not encoding.is_divided:
                return None
            return _stored_nodes(features, X, rows, dtype)
        X = X[rows]
        stored = np.empty((X.shape[0], features.n_inputs), dtype)
        for block in row_blocks(X, features.n_inputs):
            inputs = features.inputs(X[block])
            with np.errstate(all="ignore"):
                stored[block] = features.standardized(inputs)
            if not np.isfinite(stored[block]).all():
                return None
        return cls(features), stored

    @property
    def groups(self) -> NDArray[np.integer]:
        """A number for each input, the same for those that are levels of one column."""
        return self._features.groups

    @property
    def of_rows(self) -> Standardization:
        """What makes the same inputs of the user's rows."""
        return self._features.penalised(self.log_penalties)


def _stored_there(
    features: Standardization,
    X: RemoteRows,
    rows: slice | NDArray[np.bool_],
    dtype: DTypeLike,
) -> tuple[StoredInputs, RemoteRows] | None:
    if not isinstance(rows, slice):
        X = X.taken(np.flatnonzero(rows))
    units = features.units(X.dtype)
    stored = X.mapped(Kernel(_stored_block, np.dtype(dtype), features.first, *units))
    is_finite = each_block(Kernel(all_finite), stored.blocks, stored)
    return (StoredInputs(features), stored) if all(is_finite) else None


def _stored_block(
    dtype: np.dtype, first: FirstInputs, scale: Array, centre: Array, X: Array
) -> Array:
    return in_dtype(in_units(first.of(X), scale, centre), dtype)


class _StoredNodes(StoredInputs):
    """The standardisation of rows that are values at nodes already."""

    def standardized(self, inputs: Matrix) -> Array:
        return self.of_rows.standardized(inputs)

    def squares(self, inputs: Matrix, weights: Array | None) -> Array:
        return self.of_rows.squares(inputs, weights)

    def fold(
        self, coef: Array, intercept: Array, dtype: DTypeLike
    ) -> tuple[Array, Array]:
        return self.of_rows.fold(coef, intercept, dtype)

    def pull_back(self, coef_gradient: Array, intercept_gradient: Array) -> None:
        self.of_rows.pull_back(coef_gradient, intercept_gradient)


def _stored_nodes(
    features: Standardization,
    X: Rows,
    rows: slice | NDArray[np.bool_],
    dtype: DTypeLike,
) -> tuple[StoredInputs, Matrix]:
    X = X[rows]
    blocks = row_blocks(X, features.encoding.row_inputs)
    stored = [features.inputs(X[block]).astype(dtype) for block in blocks]
    return _StoredNodes(features), vstack(stored, format="csr")
