"""What a fitted classifier makes of the rows of a Dask collection, when it is asked."""

import math
from typing import Any

import numpy as np
from dask import delayed
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import _check_n_features, validate_data

from sksoftmax._distributed.sources import row_chunks


def lazy_outputs(classifier: ClassifierMixin, method: str, X: Any) -> Any:
    """`classifier.method(X)`, partition by partition.

    Parameters
    ----------
    classifier : classifier
        Fitted, and for rows in memory: it goes to where these are.
    method : {"predict", "predict_proba", "predict_log_proba", "decision_function"}
    X : {dask array, dask DataFrame} of shape (n_samples, n_features)

    Returns
    -------
    outputs : {dask array, dask DataFrame or Series}
        Of a frame with its index, and the classes for columns.
    """
    X = row_chunks(X)
    shared = delayed(classifier, pure=True, traverse=False)
    if hasattr(X, "partitions") and not hasattr(X, "chunks"):
        validate_data(classifier, X._meta, reset=False, skip_check_array=True)
        none = _none(classifier, method, np.dtype(np.float64))
        meta = _framed(X._meta, none, classifier)
        return X.map_partitions(_outputs, shared, method, none, meta=meta)
    if not math.isnan(X.shape[1]):
        _check_n_features(classifier, np.empty((0, X.shape[1])), reset=False)
    is_float32 = X.dtype == np.float32
    none = _none(classifier, method, np.dtype(np.float32 if is_float32 else np.float64))
    chunks = {"drop_axis": 1}
    if none.ndim == 2:
        chunks = {"chunks": (X.chunks[0], (none.shape[1],))}
    return X.map_blocks(
        _outputs, shared, method, none, dtype=none.dtype, meta=none, **chunks
    )


def _none(classifier: ClassifierMixin, method: str, dtype: np.dtype) -> NDArray:
    """What is made of no rows of a dtype."""
    classes = classifier.classes_
    if method == "predict":
        return classes[:0]
    none = np.empty((0, classes.size), np.result_type(dtype, *classifier.coefs_))
    is_log_odds = method == "decision_function" and classes.size == 2
    return none[:, 0] if is_log_odds else none


def _outputs(rows: Any, classifier: ClassifierMixin, method: str, none: NDArray) -> Any:
    found = none
    if rows.shape[0]:
        found = getattr(classifier, method)(rows).astype(none.dtype, copy=False)
    return _framed(rows, found, classifier) if hasattr(rows, "iloc") else found


def _framed(rows: Any, found: NDArray, classifier: ClassifierMixin) -> Any:
    """A frame, or a series, with the index of the rows."""
    import pandas as pd  # there are frames of it

    if found.ndim == 1:
        dtype = found.dtype
        if dtype.kind == "O":  # of strings, which pandas has a dtype for
            dtype = pd.Series(classifier.classes_).dtype
        return pd.Series(found, rows.index, dtype)
    return pd.DataFrame(found, rows.index, classifier.classes_)
