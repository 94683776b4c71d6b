"""Checks of user input that more than one public function makes."""

import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias, overload

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


def check_class_weight(
    class_weight: dict | Literal["balanced"] | None,
    classes: NDArray,
    codes: NDArray[np.integer],
    weights: Array | None,
) -> Array:
    """Weight of each class.

    Parameters
    ----------
    class_weight : dict, "balanced" or None
        "balanced" gives all classes the same sum of weights, on average 1 for a sample.
    classes : ndarray of shape (n_classes,)
        Labels.
    codes : ndarray of shape (n_samples,)
        Places of the samples' labels in `classes`.
    weights : ndarray of shape (n_samples,) or None
        Of the samples.

    Returns
    -------
    class_weight : ndarray of shape (n_classes,)

    Raises
    ------
    ValueError
        If a weight is negative or not finite, or the label of one is not in `classes`.
    """
    if class_weight == "balanced":
        # Not scikit-learn's, which counts samples whatever their weights are.
        totals = np.bincount(codes, weights, minlength=len(classes))
        # A class without weight has no samples that a factor would be for.
        return totals.sum() / (len(classes) * np.where(totals > 0, totals, np.inf))
    if class_weight is None:
        return np.ones(len(classes))
    _check_known(class_weight, classes, "class_weight")
    # Not scikit-learn's, which takes the label "1" for the number.
    factors = np.array(
        [class_weight.get(c, 1.0) for c in classes.tolist()], dtype=np.float64
    )
    if not (np.isfinite(factors) & (factors >= 0)).all():
        raise ValueError(
            "class_weight must hold finite numbers that are not negative; got "
            f"{class_weight!r}."
        )
    return factors


def label_codes(y: NDArray, classes: NDArray, name: str) -> NDArray[np.integer]:
    """Places of the labels of `y`, called `name` in errors, in `classes`."""
    _check_known(np.unique(y).tolist(), classes, name)
    return np.searchsorted(classes, y)


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


def _check_known(labels: Iterable, classes: NDArray, name: str) -> None:
    unknown = set(labels).difference(classes.tolist())
    if unknown:
        raise ValueError(
            f"{name} has labels that are not in y: {sorted(unknown, key=str)}; y has "
            f"{classes.tolist()}."
        )
