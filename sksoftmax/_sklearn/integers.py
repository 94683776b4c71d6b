"""Integers of 64 bits, some of which float64 does not tell apart."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.utils import _safe_indexing

from sksoftmax._rows.matrix import Ends, RemoteRows
from sksoftmax._sklearn.categories import Categories, is_arrow_table, is_frame

# float64 has all integers to there, and tells others apart that are some steps apart.
_LARGEST_INTEGER, _STEPS = 2**53, 100


def refuse_lost_integers(X: Any, coded: Categories | None = None) -> None:
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
