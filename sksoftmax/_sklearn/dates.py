"""Dates and time spans, of whichever library: they are no numbers."""

import datetime
from contextlib import suppress
from typing import Any

import numpy as np

from sksoftmax._sklearn.categories import is_arrow_table

# Those of pandas are among them.
_DATES = (np.datetime64, np.timedelta64, datetime.date, datetime.timedelta)


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


def _is_date(dtype: Any) -> bool:
    is_temporal = getattr(dtype, "is_temporal", None)  # polars
    if is_temporal is not None:
        return bool(is_temporal())
    is_of_arrow = str(dtype).startswith(("timestamp", "date", "time", "duration"))
    return is_of_arrow or getattr(dtype, "kind", "") in ("m", "M")
