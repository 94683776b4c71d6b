"""Checks of class labels, and of what users say of classes by their labels."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sksoftmax._rows.namespace import is_dispatched, local, moved_to

Array = NDArray[np.floating]

_LABELS_AT_ONCE = 2**16


def as_labels(y: Any, name: str = "y") -> ArrayLike:
    """Labels as scikit-learn's checks take them, in the dtype that they are of.

    Nullable integers and booleans of pandas, which NumPy makes floats or objects, are
    integers and booleans where none is missing, categories and the only column of a
    frame among them; so are categories that are booleans, of which it makes floats.

    Raises
    ------
    ValueError
        If there are several labels for each sample, objects of other types than str, or
        samples without a label.
    """
    y = local(y)
    if hasattr(y, "iloc") and np.ndim(y) == 2 and y.shape[1] == 1:
        return np.asarray(as_labels(y.iloc[:, 0], name))[:, np.newaxis]
    of_labels = getattr(getattr(y, "dtype", None), "categories", y)
    dtype = getattr(of_labels, "dtype", None)
    are_booleans = of_labels is not y and getattr(dtype, "kind", "") == "b"
    dtype = getattr(dtype, "numpy_dtype", dtype if are_booleans else None)
    if dtype is not None and dtype.kind in "iub" and not y.isna().any():
        return y.to_numpy(dtype)
    is_list = isinstance(y, list | tuple)
    shape: tuple[int, ...] = np.shape(y) if is_list else getattr(y, "shape", ())
    if len(shape) == 2 and shape[1] > 1:
        raise ValueError(
            f"{name} should be a 1d array, got an array of shape {shape} instead. For "
            f"probabilities of the classes pass each sample once for each class: rows "
            f"np.arange(n_samples).repeat(n_classes) of X, {name}=np.tile(classes, "
            f"n_samples) and sample_weight={name}.ravel(); for ones and zeros "
            f"{name}.argmax(axis=1)."
        )
    if _lacks_labels(y):
        raise ValueError(f"{name} has samples without a label. Leave them out.")
    if getattr(y, "dtype", None) == np.dtype(object):
        refuse_objects(np.asarray(y), name, name)
    return y


def coded(y: NDArray) -> tuple[NDArray, NDArray[np.integer]]:
    """Classes in their order, and of each sample the place of its own.

    What `np.unique(y, return_inverse=True)` gives of labels that are not NaN, which
    sorts all samples: in little memory beside the codes, where classes are few.
    """
    parts = [slice(i, i + _LABELS_AT_ONCE) for i in range(0, y.size, _LABELS_AT_ONCE)]
    found = [np.unique(y[part]) for part in parts]
    classes = np.unique(np.concatenate(found, dtype=y.dtype))  # in its byte order
    codes = np.empty(y.size, np.intp)
    for part in parts:
        codes[part] = np.searchsorted(classes, y[part])
    return classes, codes


def refuse_objects(y: NDArray, name: str, array: str) -> None:
    """Labels of other types than scikit-learn knows, which takes them for numbers.

    Parameters
    ----------
    y : ndarray
    name, array : str
        What errors call the labels that were given, and these as an array.

    Raises
    ------
    ValueError
        With their types, unless they are strings.
    """
    if y.dtype != np.dtype(object):
        return
    types = {type(label).__name__ for label in y.ravel() if not _is_missing(label)}
    if not types.issubset(("str", "str_")):
        raise ValueError(
            f"Unknown label type: {name} is an array of objects, of the types "
            f"{sorted(types)}; labels are integers, booleans or strings. Pass "
            f"{array}.astype(int) where all are integers of 64 bits, otherwise "
            f"{array}.astype(str)."
        )


def refuse_missing_dates(y: NDArray) -> None:
    """NaT, which scikit-learn's checks let pass, and would be a class.

    Raises
    ------
    ValueError
        If `y` holds it.
    """
    if y.dtype.kind in "mM" and np.isnat(y).any():
        raise ValueError("Input y contains NaT. Leave these samples out.")


def label_codes(y: NDArray, classes: NDArray, name: str) -> NDArray[np.integer]:
    """Places of the labels of `y`, called `name` in errors, in `classes`."""
    unknown = set(np.unique(y).tolist()).difference(classes.tolist())
    if unknown:
        raise ValueError(
            f"{name} has labels that are not in y: {sorted(unknown, key=str)}; y has "
            f"{classes.tolist()}."
        )
    return np.searchsorted(classes, y.astype(classes.dtype))


def beside_predictions(
    X: Any, y: Any, params: Mapping[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """Labels, and arrays as weights, where predictions from `X` are.

    There scikit-learn's scorers compare them. Strings are NumPy's, as they are
    predicted; and so are booleans, of which not all scorers take those of torch.

    Parameters
    ----------
    X : array-like
        Samples.
    y : array-like
        Their labels.
    params : mapping
        What else a scorer takes.
    """
    params = dict(params)
    if not is_dispatched(X):
        return y, params
    if not is_dispatched(y):
        y = np.asarray(y)
        if y.dtype.kind not in "iuf":
            return y, params
    for name, value in params.items():
        if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
            params[name] = moved_to(value, X)
    return moved_to(y, X), params


def check_class_weight(
    class_weight: dict | Literal["balanced"] | None, classes: NDArray
) -> Array | Literal["balanced"] | None:
    """Weight of each class, where those do not depend on the samples.

    Parameters
    ----------
    class_weight : dict, "balanced" or None
        Labels that are not in `classes`, as one that a fold lacks, do not count.
    classes : ndarray of shape (n_classes,)
        Labels.

    Returns
    -------
    class_weight : ndarray of shape (n_classes,), "balanced" or None

    Raises
    ------
    ValueError
        If a weight is negative or not finite, or no label is in `classes`.
    """
    if class_weight is None or class_weight == "balanced":
        return class_weight
    try:
        values = np.array(list(class_weight.values()), dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        values = np.array(np.nan)
    if values.ndim != 1 or not (np.isfinite(values) & (values >= 0)).all():
        raise ValueError(
            "class_weight must hold finite numbers that are not negative; got "
            f"{class_weight!r}."
        )
    labels = classes.tolist()
    if class_weight and not set(labels).intersection(class_weight):
        raise ValueError(
            f"class_weight has none of the labels in y: {list(class_weight)}; y has "
            f"{labels}."
        )
    # Not scikit-learn's, which takes the label "1" for the number.
    return np.array([class_weight.get(label, 1.0) for label in labels], np.float64)


def balanced_class_weight(totals: Array) -> Array:
    """Weights that give all classes the same sum, on average 1 for a sample.

    Not scikit-learn's, which counts samples whatever their weights are.

    Parameters
    ----------
    totals : ndarray of shape (n_classes,)
        Sums of the weights of each class.
    """
    # A class without weight has no samples that a factor would be for.
    return totals.sum() / (len(totals) * np.where(totals > 0, totals, np.inf))


def _lacks_labels(y: Any) -> bool:
    """None among labels, and what stands for it in columns of strings.

    Of NaN scikit-learn's checks tell.
    """
    dtype = getattr(y, "dtype", None)
    if hasattr(y, "null_count") and dtype is not None:  # polars
        return y.null_count() > 0
    if hasattr(y, "isna") and str(dtype).startswith("str"):
        return bool(y.isna().any())
    is_object = isinstance(y, list | tuple) or dtype == np.dtype(object)
    return is_object and any(label is None for label in np.ravel(y))


def _is_missing(label: Any) -> bool:
    """NaN, NaT or NA, of which scikit-learn's checks say that they are NaN."""
    return type(label).__name__ in ("NAType", "NaTType") or (
        isinstance(label, float) and np.isnan(label)
    )
