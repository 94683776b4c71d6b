"""What the folds of a cross-validation are taken from, and how they name its rows."""

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import check_cv


def frame_or_array(given: Any, array: Any) -> Any:
    """Choose what folds are taken from: a frame or series as it was given, or an array.

    A splitter or a scorer may look at what a frame alone has: names, an index, dtypes.

    Parameters
    ----------
    given : array-like
        What a user has.
    array : {ndarray, CSR}
        The same, validated.
    """
    library = type(given).__module__.partition(".")[0]
    # Not those of pyarrow, from which scikit-learn 1.6 takes no rows.
    is_frame = hasattr(given, "iloc") or library == "polars"
    # Labels in a frame of one column are no series: each fold would warn of that.
    is_alike = hasattr(given, "columns") == (array.ndim == 2)
    return given if is_frame and is_alike else array


def splitter_of(cv: Any, y: NDArray) -> Any:
    """As scikit-learn's `check_cv`, which does not look at what is iterable.

    Raises
    ------
    ValueError
        If that does not give pairs.
    """
    is_iterable = not (cv is None or isinstance(cv, Integral) or hasattr(cv, "split"))
    if is_iterable:
        try:
            cv = [(train, test) for train, test in cv]
        except (TypeError, ValueError) as error:
            raise ValueError(
                "cv must be a number of folds, a splitter, or an iterable of pairs of "
                f"rows to train on and rows to score on; got {cv!r}."
            ) from error
    return check_cv(cv, y, classifier=True)


def rows_of(part: Any, n_samples: int) -> NDArray[np.integer]:
    """Numbers of the rows of a part of a fold, given as such or as a mask.

    Raises
    ------
    ValueError
        If it is neither.
    """
    rows = np.asarray(part)
    if rows.dtype == bool and rows.shape == (n_samples,):
        return np.flatnonzero(rows)
    if rows.size == 0:  # of no dtype to speak of
        rows = rows.astype(np.intp)
    if (
        rows.ndim != 1
        or rows.dtype.kind not in "iu"
        or not ((rows >= -n_samples) & (rows < n_samples)).all()
    ):
        raise ValueError(
            "cv must give the rows of each fold as integers from 0 to "
            f"{n_samples - 1}, or as a mask of {n_samples} booleans; got {rows!r}."
        )
    return rows
