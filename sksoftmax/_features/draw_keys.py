"""A key for each row that stays the same in other units of the columns."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from sksoftmax._features.columns import Function
from sksoftmax._features.standardization import Standardization
from sksoftmax._rows.matrix import Rows
from sksoftmax._rows.row_keys import Keys, row_keys

Array = NDArray[np.floating]

# Standardised values are rounded to multiples of a power of two: to so few digits that
# rounding errors of other units change hardly any.
_STEPS = 256.0


def draw_keys(X: Rows, seed: int, standardization: Standardization) -> Keys:
    """Keys of the rows of `X`, dense or CSR, but for rounding the same in all units.

    Rows that are equal to a few digits may have the same one. Constant columns do not
    count.
    """
    return row_keys(X, seed, partial(_steps, standardization.standardized_values))


def _steps(standardized: Function, values: Array, columns: NDArray | slice) -> Array:
    return np.rint(standardized(values, columns) * _STEPS)
