"""Values of columns that may be categories, each once: a table that stands for all."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sksoftmax._sklearn.categories import are_gaps, column_values, is_frame

Values = NDArray[np.object_]


def distinct_values(X: Any, columns: NDArray[np.integer]) -> list[Values]:
    """Of some columns of some rows."""
    return [_once([column_values(X, column)]) for column in columns]


def all_distinct(parts: Sequence[list[Values]]) -> list[Values]:
    """Of all rows, from those of their parts."""
    return [_once(values) for values in zip(*parts, strict=True)]


def table_of(example: Any, columns: NDArray[np.integer], values: list[Values]) -> Any:
    """Rows of the kind of an example that have all those values; others are 0.

    Parameters
    ----------
    example : {ndarray, pandas frame} of shape (0, n_features)
    columns : ndarray of int
        Of the values.
    values : list of ndarray
    """
    n_rows = max((len(of_column) for of_column in values), default=0)
    known = dict(zip(columns.tolist(), values, strict=True))
    table = np.zeros((n_rows, example.shape[1]), object)
    for column, of_column in known.items():
        # As often as it takes: a gap would be a value of its own.
        table[:, column] = np.resize(of_column, n_rows) if of_column.size else np.nan
    if not is_frame(example):
        return table
    frame = example.reindex(range(n_rows))
    for column, dtype in enumerate(example.dtypes):
        is_category = str(dtype) == "category"
        frame.isetitem(column, table[:, column] if column in known else 0.0)
        if is_category:
            frame.isetitem(column, frame.iloc[:, column].astype("category"))
    return frame


def _once(parts: Iterable[Values]) -> Values:
    values = np.concatenate([*parts])
    values[are_gaps(values)] = np.nan
    return np.array([*dict.fromkeys(values)], object)
