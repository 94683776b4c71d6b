"""Standardised inputs that are made once: of few rows, which fits read again and again.

In float32, which takes half of the time: for fits that are not the last one. What those
to parts of the rows show is told from held-out rows, whose noise is larger than all
rounding; and relevances are learnt from a minimum that need not be exact.
"""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from sksoftmax._features.standardization import Standardization
from sksoftmax._rows.blocks import row_blocks
from sksoftmax._rows.matrix import Rows, is_dense

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
    ) -> tuple[Self, Array] | None:
        """The standardisation of those of some rows of `X`, and they, in float32.

        None where they are better made anew in each pass: those that are sparse, those
        in their own units, and those beyond the range of float32.
        """
        if not features.is_learnt or not is_dense(X):
            return None
        if not isinstance(features.inputs(X[:1]), np.ndarray):
            return None
        X = X[rows]
        stored = np.empty((X.shape[0], features.n_inputs), np.float32)
        for block in row_blocks(X, features.n_inputs):
            inputs = features.inputs(X[block])
            with np.errstate(all="ignore"):
                stored[block] = features.standardized(inputs)
            if not np.isfinite(stored[block]).all():
                return None
        return cls(features), stored

    @property
    def of_rows(self) -> Standardization:
        """What makes the same inputs of the user's rows."""
        return self._features.penalised(self.log_penalties)
