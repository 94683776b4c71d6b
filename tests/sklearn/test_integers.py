"""Integers of 64 bits that float64 does not tell apart."""

import numpy as np
import pytest

from sksoftmax._sklearn.categories import Categories
from sksoftmax._sklearn.integers import refuse_lost_integers


def test_integers_that_float64_cannot_tell_apart_are_refused():
    """With their column, whatever they are in; other columns pass."""
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    Z = np.array([[1, 2], [3, 2], [2, 5]])
    large = Z + np.array([0, 2**60])
    message = r"about 1\.15e\+18 in column {} that differ by 3 at most; .* steps of 256"
    frame = pandas.DataFrame(large, columns=["a", "b"])
    largest_integer = getattr(polars, "Int128", polars.Int64)  # of polars 1.18
    for X, column in [
        (large, "1"),
        (large.astype(np.uint64), "1"),
        (-large, "1"),
        (large.astype(">i8"), "1"),
        (large.tolist(), "1"),
        (tuple(map(tuple, large.tolist())), "1"),
        (frame, "'b'"),
        (frame.astype("Int64"), "'b'"),
        (frame.astype("int64[pyarrow]"), "'b'"),
        (polars.DataFrame(large, schema=["a", "b"]), "'b'"),
        (polars.DataFrame(large, {"a": polars.Int64, "b": largest_integer}), "'b'"),
    ]:
        with pytest.raises(ValueError, match=message.format(column)):
            refuse_lost_integers(X)
    categories = Categories.of(large, [1])
    gaps = pandas.DataFrame({"a": pandas.array([None, None], dtype="Int64")})
    few = large[:1], large[:0]
    ragged = [[2**60], [2**60, 2]]
    for X in (Z, Z + 2**53 - 9, 1e4 * large, large * [1, 0], *few, gaps, ragged):
        refuse_lost_integers(X)
    refuse_lost_integers(2**60 + 100_000 * Z)
    refuse_lost_integers(large, categories)


def test_a_table_of_pyarrow_says_which_column_loses_integers():
    """One of gaps alone has none, nor has one of other numbers."""
    pa = pytest.importorskip("pyarrow")
    gaps, large = pa.array([None, None], pa.int64()), pa.array([2**60, 2**60 + 1])
    others = {"a": gaps, "c": large.cast(pa.float64(), safe=False)}
    refuse_lost_integers(pa.table(others))
    with pytest.raises(ValueError, match="column 'b'"):
        refuse_lost_integers(pa.table({**others, "b": large}))
