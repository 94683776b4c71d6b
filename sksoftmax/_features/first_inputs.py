"""What the first layer takes of rows, in training and in prediction."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, issparse

from sksoftmax._features.encoding import Encoding, inputs_of
from sksoftmax._features.nodes import Nodes
from sksoftmax._rows.matrix import Matrix, dense_rows
from sksoftmax._rows.namespace import namespace_of

Array = NDArray[np.floating]
# Of 24 columns in 64 parts each, 100 take as long either way.
_FEW_ROWS = 100


class FirstInputs(NamedTuple):
    """Rows that are filled, bounded and less an origin, or encoded.

    Attributes
    ----------
    origin : ndarray of shape (n_features,) or None
        What is subtracted from the rows; None for 0.
    fills : ndarray of shape (n_features,) or None
        What stands for gaps in dense rows; None where there are none.
    encoding : Encoding or None
        Of the columns; None for the columns themselves.
    nodes : Nodes or None
        Where rows are their values there, instead of the inputs.
    bounds : ndarray of shape (2, n_features) or None
        What lower values are taken for, and higher ones; None for themselves.
    """

    origin: Array | None = None
    fills: Array | None = None
    encoding: Encoding | None = None
    nodes: Nodes | None = None
    bounds: Array | None = None

    @classmethod
    def of_fitted(
        cls,
        origin: Array | None,
        fills: Array | None,
        encoding: Encoding | None,
        bounds: Array | None,
        n_rows: int,
    ) -> Self:
        """Of so many rows: of few, values at nodes take longer than the inputs."""
        nodes = None
        if encoding is not None and encoding.is_sparse and n_rows > _FEW_ROWS:
            nodes = Nodes(encoding)
        return cls(origin, fills, encoding, nodes, bounds)

    def of(self, rows: Matrix) -> Matrix:
        """Inputs of a block of rows, which is never written to."""
        if self.nodes is not None:
            return self.nodes.rows(rows)
        if self.encoding is not None:
            return inputs_of(rows, self.encoding)
        origin, fills, bounds = self.origin, self.fills, self.bounds
        rows = from_origin(rows, origin)
        if origin is not None:
            # To all digits, as the mean is no number of X.
            fills = None if fills is None else fills - origin
            bounds = None if bounds is None else bounds - origin
        return bounded(filled(rows, fills), bounds)

    def coef(self, coef: Array) -> Array:
        """Weights for such inputs, from those of the encoding, (n_units, n_inputs)."""
        if self.nodes is None:
            return coef
        # In the order that products with sparse rows take.
        return self.nodes.at_nodes(coef).astype(coef.dtype, order="F")


def filled(rows: Matrix, fills: Array | None) -> Matrix:
    """Dense rows without gaps; the same ones, where there are none."""
    if fills is None or issparse(rows) or not has_nan(rows):
        return rows
    xp = namespace_of(rows)
    return xp.astype(xp.where(xp.isnan(rows), fills, rows), rows.dtype)


def bounded(rows: Matrix, bounds: Array | None) -> Matrix:
    """Rows without gaps, dense where values beyond bounds are taken for these."""
    if bounds is None:
        return rows
    rows = dense_rows(rows)
    xp = namespace_of(rows)
    above = xp.maximum(rows, bounds[0, ...])
    if xp is np:
        return np.minimum(above, bounds[1], out=above)
    return xp.minimum(above, bounds[1, ...])


def has_nan(rows: Array) -> bool:
    """Whether there is NaN in dense rows."""
    xp = namespace_of(rows)
    return bool(xp.any(xp.isnan(rows)))


def from_origin(rows: Matrix, origin: Array | None) -> Matrix:
    """Rows, dense or CSR, less an origin, in their dtype; themselves where it is 0."""
    if origin is None:
        return rows
    if not issparse(rows):
        return rows - origin
    columns = np.flatnonzero(origin)  # those that hardly any row has a zero in
    n_rows = rows.shape[0]
    indptr = np.arange(n_rows + 1) * columns.size
    values = np.tile(origin[columns], n_rows)
    return rows - csr_array((values, np.tile(columns, n_rows), indptr), rows.shape)
