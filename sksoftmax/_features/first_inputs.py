"""What a fitted network takes of the user's rows, and its weights for that."""

import numpy as np
from numpy.typing import NDArray

from sksoftmax._features.encoding import Encoding, inputs_of
from sksoftmax._features.nodes import Nodes
from sksoftmax._features.standardization import filled, from_origin
from sksoftmax._rows.matrix import Matrix

Array = NDArray[np.floating]
# Of 24 columns in 64 parts each, 100 take as long either way.
_FEW_ROWS = 100


class FirstInputs:
    """Rows that are filled and less an origin, or encoded.

    Parameters
    ----------
    origin : ndarray of shape (n_features,) or None
        What is subtracted from the rows; None for 0.
    fills : ndarray of shape (n_features,) or None
        What stands for gaps in dense rows; None where they are errors.
    encoding : Encoding or None
        Of the columns; None for the columns themselves.
    n_rows : int
        That there are: of few, values at nodes take longer than the inputs.
    """

    def __init__(
        self,
        origin: Array | None,
        fills: Array | None,
        encoding: Encoding | None,
        n_rows: int,
    ) -> None:
        self._origin, self._fills, self._encoding = origin, fills, encoding
        self._nodes = None
        if encoding is not None and encoding.is_sparse and n_rows > _FEW_ROWS:
            self._nodes = Nodes(encoding)

    def of(self, rows: Matrix) -> Matrix:
        """Inputs of a block of rows."""
        if self._encoding is None:
            return from_origin(filled(rows, self._fills), self._origin)
        if self._nodes is None:
            return inputs_of(rows, self._encoding)
        return self._nodes.rows(rows)

    def coef(self, coef: Array) -> Array:
        """Weights for such inputs, from `coefs_[0]`, (n_units, n_inputs)."""
        if self._nodes is None:
            return coef
        return self._nodes.at_nodes(coef).astype(coef.dtype, order="F")
