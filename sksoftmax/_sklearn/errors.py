"""Errors of rows and weights: what they name, and what to do about it."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.utils import check_array


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


def column_name(column: int, names: Sequence | NDArray | None) -> str:
    """What errors call it: its name, where `X` has names, or its number."""
    return f"column {column if names is None else repr(str(names[column]))}"
