"""Checks of user input that more than one public function makes."""

import datetime
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from functools import partial
from itertools import chain
from numbers import Integral
from typing import Any, NoReturn, TypeAlias, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse, sparray, spmatrix
from sklearn import config_context
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils import (
    _safe_indexing,
    check_array,
    check_consistent_length,
    check_X_y,
)
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import _check_sample_weight, _check_y, validate_data

from sksoftmax._rows.matrix import Ends, RemoteRows, Rows
from sksoftmax._rows.namespace import local
from sksoftmax._sklearn.categories import (
    Categories,
    check_two_dimensional,
    has_only_numbers,
    is_arrow_table,
    is_frame,
    read_frame,
)

Array = NDArray[np.floating]
Method = TypeVar("Method", bound=Callable[..., Any])
# Those of pandas are among them.
_DATES = (np.datetime64, np.timedelta64, datetime.date, datetime.timedelta)
# What scikit-learn says of frames that are read column by column: where an error names
# the column, pandas alone knows a gap, or its sparse columns are no sparse matrix.
_READ_BY_COLUMNS = (
    "could not convert string|signaling NaN|NAType|NaTType|float\\(\\) argument|"
    "setting an array element with a sequence|"
    "fill value must be 0|scipy.sparse does not support"
)
# float64 has all integers to there, and tells others apart that are some steps apart.
_LARGEST_INTEGER, _STEPS = 2**53, 100
# Part of the number of rows that numbers of copies sum to at least.
LEAST_SUM = 0.1
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


@contextmanager
def renamed(pattern: str, replacement: str, *names: str) -> Iterator[None]:
    """Let errors of scikit-learn's checks, which take no name, say whose they are."""
    try:
        yield
    except (TypeError, ValueError) as error:
        text = re.sub(pattern, replacement, str(error))
        if not any(re.search(rf"\b{name}\b", text) for name in names):
            text = f"{', '.join(names)}: {text}"
        error.args = (text,)
        raise


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


@contextmanager
def infinity_named(
    X: Any, feature_names: Sequence | NDArray | None, dtype: Any = None
) -> Iterator[None]:
    """Let scikit-learn's error of infinite rows say which column has it first.

    Parameters
    ----------
    X : {array-like, frame, sparse matrix} of shape (n_samples, n_features)
        The rows that are checked.
    feature_names : sequence of length n_features or None
        What its columns are called; None for their numbers.
    dtype : dtype or list of dtype, default=None
        What they are converted to, where they need not be finite; None if they are.
    """
    try:
        yield
    except ValueError as error:
        text = str(error)
        if "contains infinity" in text and not text.startswith("Input y "):
            rows = check_array(
                X, accept_sparse="coo", dtype=dtype, ensure_all_finite=False
            )
            if issparse(rows):
                column = rows.col[np.isinf(rows.data)].min()
                remedy = "Leave such rows out, or put a number there."
            else:
                column = np.isinf(rows).any(axis=0).argmax()
                remedy = "Put NaN there, where it stands for a gap."
            where = column_name(int(column), feature_names)
            error.args = (f"{text} It is in {where}. {remedy}",)
        raise


def refuse_gaps(name: str = "X", sparse: str | None = None) -> NoReturn:
    """Say where NaN is no gap, and what to do about it: it, or another, is sparse.

    scikit-learn's own error advises other estimators, which take sparse NaN no more.

    Raises
    ------
    ValueError
        In any case.
    """
    raise ValueError(
        f"Input {name} contains NaN, which stands for a gap in dense data alone. Pass "
        f"{sparse or name}.toarray() in fit and to predict, or fill the gaps first, as "
        "sklearn.impute.SimpleImputer does."
    ) from None


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


def refuse_lazy(value: Any, name: str) -> None:
    """Collections of Dask, which would be read as a whole, and polars' LazyFrame.

    Raises
    ------
    TypeError
        With what takes them.
    """
    if type(value).__name__ == "LazyFrame":
        raise TypeError(f"{name} is a LazyFrame. Pass {name}.collect().")
    if hasattr(value, "__dask_graph__"):
        raise TypeError(
            f"{name} is a collection of Dask ({type(value).__name__}), which "
            "sksoftmax.dask.DaskSoftmaxMLPClassifier takes; here pass "
            f"{name}.compute()."
        )


def refuse_dates(X: Any, name: str = "X") -> None:
    """Dates and time spans, which are numbers of an arbitrary unit to NumPy.

    Raises
    ------
    TypeError
        With the columns of a frame, or the dtype of an array, that hold them.
    """
    dtypes = getattr(X, "dtypes", None)  # of pandas by name, of polars in order
    columns = getattr(X, "columns", None)
    if is_arrow_table(X):
        dtypes, columns = X.schema.types, X.column_names
    if dtypes is None or columns is None:
        found = _dates_in_array(X)
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


def _dates_in_array(X: Any) -> list[str]:
    """Dtypes of an array, or of rows in a list; of objects columns, and their types."""
    is_list = isinstance(X, list | tuple)
    dtypes = (getattr(row, "dtype", None) for row in (X if is_list else [X]))
    found = sorted({repr(str(dtype)) for dtype in dtypes if _is_date(dtype)})
    if is_list and not found:
        with suppress(ValueError):  # of rows that do not fit together
            X = np.asarray(X, dtype=object)
    if not isinstance(X, np.ndarray) or X.dtype.kind != "O":
        return found
    for number, column in enumerate(X.T if X.ndim == 2 else [X.ravel()]):
        types = {t for t in set(map(type, column)) if issubclass(t, _DATES)}
        names = sorted({t.__name__ for t in types} - {"NaTType"})  # a gap
        if names:
            found.append(f"column {number} ({', '.join(names)})")
    return found


def refuse_lost_integers(
    X: MatrixLike | RemoteRows, coded: Categories | None = None
) -> None:
    """Columns of integers that would be all the same, or nearly, in float64.

    But for those that are categories.

    Raises
    ------
    ValueError
        With the first of them, and its size.
    """
    categories = [] if coded is None else coded.columns.tolist()
    ends = X.integers if isinstance(X, RemoteRows) else ends_of_integers(X)
    for column, title, lowest, highest in ends:
        size = max(-lowest, highest)
        step = int(np.spacing(float(size)))
        is_lost = size > _LARGEST_INTEGER and 0 < highest - lowest < _STEPS * step
        if is_lost and column not in categories:
            raise ValueError(
                f"X has integers of about {size:.3g} in {title} that differ by "
                f"{highest - lowest} at most; float64 has steps of {step} there. "
                "Subtract a constant from them first."
            )


def all_ends(parts: Sequence[Sequence[Ends]]) -> list[Ends]:
    """Of all rows, from those of their parts."""
    found: dict[int, Ends] = {}
    for column, title, lowest, highest in chain.from_iterable(parts):
        _, _, low, high = found.get(column, (column, title, lowest, highest))
        found[column] = column, title, min(low, lowest), max(high, highest)
    return [*found.values()]


def ends_of_integers(X: Any) -> Iterator[Ends]:
    """The columns of an array or a frame that have 64 bits, with their range."""
    if is_frame(X):
        for number, column in enumerate(X.columns):
            dtype = str([*X.dtypes][number]).lower().removesuffix("[pyarrow]")
            if dtype in ("int64", "uint64", "int128", "uint128"):
                values = _safe_indexing(X, number, axis=1)
                lowest, highest = values.min(), values.max()
                if isinstance(lowest, Integral):  # not of gaps alone
                    yield number, f"column {column!r}", int(lowest), int(highest)
    rows = X
    if is_arrow_table(X):
        rows = np.empty((0, 0))
        for number, column in enumerate(X.column_names):
            if str(X.schema.types[number]) in ("int64", "uint64"):
                values = X.column(number).drop_null().to_numpy()
                if values.size:
                    ends = int(values.min()), int(values.max())
                    yield number, f"column {column!r}", *ends
    if isinstance(X, list | tuple):
        with suppress(ValueError):  # of rows that do not fit together
            rows = np.asarray(X)
    is_array = isinstance(rows, np.ndarray) and rows.ndim == 2 and rows.size
    if is_array and rows.dtype.kind in "iu" and rows.dtype.itemsize == 8:
        ends = rows.min(axis=0).tolist(), rows.max(axis=0).tolist()
        for number, (lowest, highest) in enumerate(zip(*ends, strict=True)):
            yield number, f"column {number}", lowest, highest


def _is_date(dtype: Any) -> bool:
    is_temporal = getattr(dtype, "is_temporal", None)  # polars
    if is_temporal is not None:
        return bool(is_temporal())
    is_of_arrow = str(dtype).startswith(("timestamp", "date", "time", "duration"))
    return is_of_arrow or getattr(dtype, "kind", "") in ("m", "M")


def column_name(column: int, names: Sequence | NDArray | None) -> str:
    """What errors call it: its name, where `X` has names, or its number."""
    return f"column {column if names is None else repr(str(names[column]))}"
