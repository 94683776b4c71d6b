"""Checks of rows and parameters that more than one public function makes."""

import math
import re
from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import issparse, sparray, spmatrix
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils import (
    check_array,
    check_consistent_length,
    check_X_y,
)
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import _check_y, validate_data

from sksoftmax._rows.matrix import RemoteRows
from sksoftmax._rows.namespace import local
from sksoftmax._sklearn.categories import (
    Categories,
    check_two_dimensional,
    has_only_numbers,
    is_frame,
    read_frame,
)
from sksoftmax._sklearn.dates import refuse_dates
from sksoftmax._sklearn.errors import infinity_named, refuse_gaps, refuse_lazy

Method = TypeVar("Method", bound=Callable[..., Any])
# What scikit-learn says of frames that are read column by column: where an error names
# the column, pandas alone knows a gap, or its sparse columns are no sparse matrix.
_READ_BY_COLUMNS = (
    "could not convert string|signaling NaN|NAType|NaTType|float\\(\\) argument|"
    "setting an array element with a sequence|"
    "fill value must be 0|scipy.sparse does not support"
)
MatrixLike: TypeAlias = ArrayLike | sparray | spmatrix


class FiniteInterval(Interval):
    """Of numbers that float64 has: some integers of Python are too large for it."""

    def is_satisfied_by(self, value: Any) -> bool:
        """Whether it is one of them."""
        try:
            return super().is_satisfied_by(value) and math.isfinite(float(value))
        except OverflowError:
            return False


def validates_parameters(method: Method) -> Method:
    """scikit-learn's decorator, which has no annotations: it gives back what it takes.

    A function, as pyright does not follow the type of a variable that is callable.
    """
    return _fit_context(prefer_skip_nested_validation=True)(method)


def checked_rows(
    estimator: BaseEstimator,
    X: MatrixLike,
    *,
    categories: Categories | None,
    reset: bool,
    name: str = "X",
    **options: Any,
) -> Any:
    """Rows in float32 or float64, dense or CSR, with the features of an estimator.

    Parameters
    ----------
    estimator : estimator
    X : {array-like, frame, sparse matrix} of shape (n_samples, n_features)
        RemoteRows are checked where they are; here their features are.
    categories : Categories or None
        Columns that become levels. NaN stands for gaps, of these and of dense rows.
    reset : bool
        Whether its features are those of `X` from now on.
    name : str
        What errors call `X`.
    **options : dict
        What else scikit-learn's `validate_data` takes.

    Raises
    ------
    TypeError
        If a column holds dates, or neither numbers nor strings.
    ValueError
        If `X` is invalid.
    """
    if isinstance(X, RemoteRows):
        y = options.get("y", "no_validation")
        validate_data(estimator, X.example, y, reset=reset, skip_check_array=True)
        return _checked_elsewhere(estimator, X, categories, name, **options)
    X = local(X)
    refuse_lazy(X, name)
    refuse_dates(X, name)
    options = {
        "accept_sparse": "csr",
        "dtype": [np.float64, np.float32],
        "order": "C",  # in which products round alike however rows are cut
        "ensure_all_finite": True if issparse(X) else "allow-nan",
        **options,
    }
    titles = [*X.columns] if is_frame(X) else None
    if categories is None and (not is_frame(X) or has_only_numbers(X)):
        try:
            with infinity_named(X, titles, options["dtype"]):
                return validate_data(estimator, X, reset=reset, **options)
        except (TypeError, ValueError) as error:
            if "Input X contains NaN" in str(error):
                refuse_gaps(name)
            if not re.search(_READ_BY_COLUMNS, str(error)):
                raise
        except OverflowError as error:  # of an integer of Python
            raise ValueError(
                f"Input {name} is too large for float64: {error}"
            ) from error
    if issparse(X):
        raise ValueError(
            f"{type(estimator).__name__} needs dense {name}, as in fit; got a sparse "
            "matrix, where there are no categories."
        )
    check_two_dimensional(X)
    validate_data(estimator, X, reset=reset, skip_check_array=True)
    rows = read_frame(X, categories, name)
    options |= {"estimator": estimator}
    with infinity_named(rows, titles, options["dtype"]):
        if "y" in options:
            return check_X_y(rows, **options)
        return check_array(rows, input_name=name, **options)


def _checked_elsewhere(
    estimator: BaseEstimator,
    X: RemoteRows,
    categories: Categories | None,
    name: str,
    y: Any = None,
    **options: Any,
) -> Any:
    """Rows that are checked where they are, and labels, if there are some."""
    if not X.shape[0]:
        check_array(np.empty(X.shape), estimator=estimator, input_name=name)
    if y is not None:
        y = _check_y(y, estimator=estimator)
        check_consistent_length(X, y)
    if X.is_local and categories is None and not options.get("ensure_all_finite", True):
        return X if y is None else (X, y)  # of numbers, and not to be fetched for it
    own = copy(estimator)  # without what goes nowhere: clients, and what a fit has set
    kept = {"n_features_in_", "feature_names_in_"}  # which all parts are to have
    others = {n for n in vars(own) if n.startswith("_") or n.endswith("_")} - kept
    for attribute in others:
        delattr(own, attribute)
    options |= {"categories": categories, "reset": False, "name": name}
    rows = X.mapped(partial(checked_rows, own, **options))
    return rows if y is None else (rows, y)
