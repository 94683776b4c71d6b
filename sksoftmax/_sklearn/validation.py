"""Checks of user input that more than one public function makes."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import sparray, spmatrix
from sklearn.utils.validation import _check_sample_weight

Array = NDArray[np.floating]
# Part of the number of rows that numbers of copies sum to at least.
_LEAST_SUM = 0.1
MatrixLike: TypeAlias = ArrayLike | sparray | spmatrix


@overload
def check_weights(
    sample_weight: None, X: Array, name: str = ...
) -> tuple[None, float, float]: ...
@overload
def check_weights(
    sample_weight: ArrayLike, X: Array, name: str = ...
) -> tuple[Array, float, float]: ...
def check_weights(
    sample_weight: ArrayLike | None, X: Array, name: str = "sample_weight"
) -> tuple[Array | None, float, float]:
    """Validate sample weights against the rows of `X`, and scale them.

    `name` is what errors call them.

    Returns
    -------
    weights : ndarray of shape (n_samples,) or None
        `sample_weight / unit` in the dtype of `X`, the largest of which is 1: no size
        of weights overflows float32. None stays None, and costs nothing.
    weights_sum : float
        Sum of `weights` in float64; the number of rows for None.
    unit : float
        The largest sample weight; 1 for None.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, the number of weights is not that of the
        rows, or all are zero.
    """
    if sample_weight is None:
        return None, float(X.shape[0]), 1.0
    if not np.asarray(sample_weight).any():  # scikit-learn 1.6 lets this pass
        raise ValueError(
            "Sample weights must contain at least one non-zero number; all of "
            f"{name} are 0."
        )
    with renamed(r"\bsample_weight\b", name):
        sample_weight = _check_sample_weight(
            sample_weight, X, dtype=np.float64, ensure_non_negative=True
        )
    unit = float(sample_weight.max())
    weights = (sample_weight / unit).astype(X.dtype)
    return weights, float(weights.sum(dtype=np.float64)), unit


def samples_of_weight(weights: Array | None, unit: float) -> float:
    """How many samples a weight of 1 stands for.

    As a rule `unit`: weights are numbers of copies. Those whose sum is far below the
    number of rows cannot be that, as boosting's, which sum to 1: they are relative, and
    Kish's effective number of samples (Survey Sampling, 1965), `(sum s_i)**2 / sum
    s_i**2`, stands for their sum.

    Parameters
    ----------
    weights : ndarray of shape (n_samples,) or None
        As of `check_weights`.
    unit : float
        Theirs.

    Warns
    -----
    UserWarning
        If they are relative.
    """
    if weights is None:
        return unit
    weights = weights[weights > 0].astype(np.float64)
    weights_sum = weights.sum()
    if weights_sum * unit >= _LEAST_SUM * weights.size:
        return unit
    with np.errstate(under="ignore"):
        n_effective = weights_sum**2 / (weights @ weights)
    if weights_sum * unit >= n_effective:
        return unit
    # Without figures of this fit, to be said once of all those of boosting.
    warnings.warn(
        f"The weights of {weights.size} samples sum to {weights_sum * unit:.3g}, too "
        "little for numbers of copies: they are taken for relative ones, and Kish's "
        "effective number of samples for their sum. Multiply them by a constant to say "
        "otherwise.",
        UserWarning,
        stacklevel=5,
    )
    return float(n_effective / weights_sum)


def multiplied(factors: Array, weights: Array | None) -> Array:
    """Weights, None for ones, times `factors`."""
    return factors if weights is None else factors * weights


@contextmanager
def renamed(pattern: str, name: str) -> Iterator[None]:
    """Let errors of scikit-learn's checks, which take no name, say `name`."""
    try:
        yield
    except ValueError as error:
        error.args = (re.sub(pattern, name, str(error)),)
        raise


def refuse_dates(X: Any, name: str = "X") -> None:
    """Dates and time spans, which are numbers of an arbitrary unit to NumPy.

    Raises
    ------
    TypeError
        With the columns of a frame, or the dtype of an array, that hold them.
    """
    dtypes = getattr(X, "dtypes", None)  # of pandas by name, of polars in order
    columns = getattr(X, "columns", None)
    if dtypes is None or columns is None:
        found = [repr(str(X.dtype))] if _is_date(getattr(X, "dtype", None)) else []
    else:
        found = [
            f"column {column!r} ({dtype})"
            for column, dtype in zip(columns, dtypes, strict=True)
            if _is_date(dtype)
        ]
    if found:
        raise TypeError(
            f"{name} has dates or time spans: {', '.join(found)}. Make numbers of them "
            "first, as days since a date, and month or weekday as categories."
        )


def _is_date(dtype: Any) -> bool:
    is_temporal = getattr(dtype, "is_temporal", None)  # polars
    if is_temporal is not None:
        return bool(is_temporal())
    return getattr(dtype, "kind", "") in ("m", "M")


def column_name(column: int, names: NDArray | None) -> str:
    """What errors call it: its name, where `X` has names, or its number."""
    return f"column {column if names is None else repr(str(names[column]))}"
