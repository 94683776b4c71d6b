"""Sample weights as users give them: checked, and as numbers of copies."""

from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import config_context
from sklearn.utils.validation import _check_sample_weight

from sksoftmax._rows.matrix import Rows
from sksoftmax._rows.namespace import local
from sksoftmax._sklearn.errors import refuse_lazy, renamed

Array = NDArray[np.floating]
# Part of the number of rows that numbers of copies sum to at least.
LEAST_SUM = 0.1


@overload
def check_weights(
    sample_weight: None, X: Rows, name: str = ...
) -> tuple[None, float]: ...
@overload
def check_weights(
    sample_weight: ArrayLike, X: Rows, name: str = ...
) -> tuple[Array, float]: ...
def check_weights(
    sample_weight: ArrayLike | None, X: Rows, name: str = "sample_weight"
) -> tuple[Array | None, float]:
    """Validate sample weights against the rows of `X`, and scale them.

    `name` is what errors call them.

    Returns
    -------
    weights : ndarray of shape (n_samples,) or None
        `sample_weight / unit` in the dtype of `X`, the largest of which is 1: no size
        of weights overflows float32. None stays None, and costs nothing.
    unit : float
        The largest sample weight; 1 for None.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, the number of weights is not that of the
        rows, or all are zero.
    """
    if sample_weight is None:
        return None, 1.0
    refuse_lazy(sample_weight, name)
    sample_weight = local(sample_weight)
    with renamed(r"\bsample_weight\b", name, name):
        values = np.asarray(sample_weight)
    is_number = values.dtype.kind in "biuf"
    if is_number and not values.any():  # scikit-learn 1.6 lets this pass
        raise ValueError(
            "Sample weights must contain at least one non-zero number; all of "
            f"{name} are 0."
        )
    if values.dtype.kind in "mM" or (
        values.ndim == 0 and not (is_number and np.isfinite(values))
    ):  # scikit-learn lets some pass
        raise ValueError(f"{name} must hold finite numbers; got {sample_weight}.")
    rows = np.empty((X.shape[0], 0))  # as many, for what asks where they are
    with (
        renamed(r"\bsample_weight\b", name, name),
        config_context(assume_finite=False),  # what is not would pass for copies
    ):
        sample_weight = _check_sample_weight(
            sample_weight, rows, dtype=np.float64, ensure_non_negative=True
        )
    unit = float(sample_weight.max())
    with np.errstate(all="ignore"):
        return (sample_weight / unit).astype(X.dtype), unit


def copies(weights: Array | None, unit: float) -> Array | None:
    """How many samples each row stands for, in float64; None for one.

    Weights that are too small for that are relative: one on average.
    """
    if weights is None:
        return None
    counts = weights.astype(np.float64) * unit
    n_weighted = np.count_nonzero(counts)
    if counts.sum() < LEAST_SUM * n_weighted:
        counts *= n_weighted / counts.sum()
    return counts


def multiplied(factors: Array, weights: Array | None) -> Array:
    """Weights, None for ones, times `factors`."""
    return factors if weights is None else factors * weights
