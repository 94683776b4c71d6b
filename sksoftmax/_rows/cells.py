"""Whether rows may be those of a table of few categories, by the values of columns."""

import numpy as np
from numpy.typing import NDArray

from sksoftmax._rows.matrix import Matrix

Array = NDArray[np.floating]

# Whole numbers between the least and the largest, for each that is there.
_LEFT_OUT = 2


def n_cells(X: Matrix) -> float:
    """Combinations of the values that the columns of distinct rows have.

    Infinite where a column has not far fewer values than there are rows, unless they
    are whole numbers of one range in dense rows, as codes of categories are.
    """
    n_rows, n_features = X.shape
    if isinstance(X, np.ndarray):
        values = [np.unique(column) for column in X.T]
        n_values = np.array([v.size for v in values])
        is_range = np.array([_is_range(v) for v in values])
    else:
        is_range = np.zeros(n_features, bool)
        stored = np.unique(np.stack([X.indices, X.data.astype(np.float64)]), axis=1)
        n_values = np.bincount(stored[0].astype(int), minlength=n_features)
        n_values += np.bincount(X.indices, minlength=n_features) < n_rows  # and 0
    if (~is_range & (n_values > max(n_rows // 2, 2))).any():
        return np.inf
    with np.errstate(over="ignore"):
        return float(n_values.prod(dtype=np.float64))


def _is_range(values: Array) -> bool:
    """Whether sorted values are whole numbers, of which half are there at least."""
    values = values[~np.isnan(values)]
    is_whole = values.size and (values == np.rint(values)).all()
    return bool(is_whole and np.ptp(values) < _LEFT_OUT * values.size)
