"""Sample weights. Their errors are tested where users meet them."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sksoftmax._sklearn.categories import Categories
from sksoftmax._sklearn.validation import (
    check_weights,
    checked_rows,
    column_name,
    refuse_dates,
    refuse_lost_integers,
)

X = np.zeros((3, 2), dtype=np.float32)
DAYS = np.array(["2020-01-01", "2020-01-02"], "datetime64[D]")


def test_no_weights_weigh_one_each():
    """None stays None."""
    assert check_weights(None, X) == (None, 1.0)


@pytest.mark.parametrize("size", [1e-300, 1, 1e300])
def test_weights_of_every_size_fit_into_float32(size):
    """Weights are divided by the largest, then cast."""
    weights, unit = check_weights(np.array([1, 0, 2]) * size, X)
    assert weights.dtype == np.float32
    np.testing.assert_array_equal(weights, [0.5, 0, 1])
    assert unit == 2 * size


def test_a_number_weighs_each_row():
    """A scalar is a weight for all rows, as elsewhere in scikit-learn."""
    weights, unit = check_weights(2, X)
    np.testing.assert_array_equal(weights, [1, 1, 1])
    assert unit == 2


def test_weights_may_not_cancel():
    """Weights that are all zero are shown."""
    with pytest.raises(
        ValueError, match=r"at least one non-zero number; all of sample_weight are 0"
    ):
        check_weights([0, 0, 0], X)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_dates_in_a_frame_are_named(library):
    """By column; other columns of numbers pass."""
    frames = pytest.importorskip(library)
    days = np.array(["2020-01-01", "2020-01-02"], "datetime64[ns]")
    frame = frames.DataFrame({"a": [1, 2], "day": days, "span": days - days[0]})
    with pytest.raises(TypeError, match=r"column 'day' \(.*column 'span' \("):
        refuse_dates(frame, "X_val")
    refuse_dates(frame[["a"]])


def test_dates_in_an_array_are_named():
    """By their dtype."""
    days = np.array([["2020-01-01"], ["2020-01-02"]], "datetime64[D]")
    for dates, dtype in ((days, "datetime64"), (days - days[0], "timedelta64")):
        with pytest.raises(TypeError, match=rf"X has dates or time spans: '{dtype}"):
            refuse_dates(dates)
    refuse_dates([[1], [2]])
    refuse_dates([[1], [2, 3]])
    refuse_dates([X, X[:, :1]])
    refuse_dates(X)


@pytest.mark.parametrize(
    ("dates", "found"),
    [
        ([[1, day] for day in DAYS], "column 1 (datetime64)"),
        ([[1, day - DAYS[0]] for day in DAYS], "column 1 (timedelta64)"),
        ([[1, day.item()] for day in DAYS], "column 1 (date)"),
        ([DAYS, DAYS], "'datetime64[D]'"),
        ([*DAYS], "'datetime64[D]'"),
        (np.array([[DAYS.item(0), 1]], dtype=object), "column 0 (date)"),
    ],
    ids=["dates", "spans", "objects", "rows", "flat", "array"],
)
def test_dates_in_lists_are_named(dates, found):
    """NumPy would make numbers of them."""
    with pytest.raises(TypeError) as error:
        refuse_dates(dates)
    assert f"X has dates or time spans: {found}. Make" in str(error.value)


def test_no_time_is_a_gap():
    """Among numbers, in an array as in a list."""
    pandas = pytest.importorskip("pandas")
    rows = [[1.0, pandas.NaT], [2.0, 3.0]]
    for X in (rows, np.array(rows, dtype=object), pandas.DataFrame(rows, dtype=object)):
        refuse_dates(X)
        found = checked_rows(LogisticRegression(), X, categories=None, reset=True)
        np.testing.assert_array_equal(found, [[1, np.nan], [2, 3]])


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


def test_dates_in_a_table_of_pyarrow_are_named():
    """Which would else be an array of them."""
    pa = pytest.importorskip("pyarrow")
    days = pa.array([1, 2], pa.date32())
    for dates in (days, days.cast(pa.timestamp("s")), pa.array([1, 2], pa.time32("s"))):
        with pytest.raises(TypeError, match=r"spans: column 'day' \((date|time)"):
            refuse_dates(pa.table({"a": [1.0, 2.0], "day": dates}))
    refuse_dates(pa.table({"a": [1.0, 2.0]}))


def test_a_table_of_pyarrow_says_which_column_loses_integers():
    """One of gaps alone has none, nor has one of other numbers."""
    pa = pytest.importorskip("pyarrow")
    gaps, large = pa.array([None, None], pa.int64()), pa.array([2**60, 2**60 + 1])
    others = {"a": gaps, "c": large.cast(pa.float64(), safe=False)}
    refuse_lost_integers(pa.table(others))
    with pytest.raises(ValueError, match="column 'b'"):
        refuse_lost_integers(pa.table({**others, "b": large}))


def test_columns_have_a_name_or_a_number():
    """As errors call them."""
    assert column_name(1, None) == "column 1"
    assert column_name(1, np.array(["a", "b"], dtype=object)) == "column 'b'"


@pytest.mark.parametrize(
    ("dates", "numbers"),
    [
        (np.dtype("datetime64[ns]"), np.dtype(float)),
        (
            SimpleNamespace(is_temporal=lambda: True),
            SimpleNamespace(is_temporal=lambda: False),
        ),
    ],
    ids=["as of pandas", "as of polars"],
)
def test_a_frame_is_known_by_its_columns(dates, numbers):
    """Of whatever library it is: names and dtypes of its columns are enough."""
    frame = SimpleNamespace(columns=["a", "day"], dtypes=[numbers, dates])
    with pytest.raises(TypeError, match=r"spans: column 'day' \([^,]*\)\. Make"):
        refuse_dates(frame)
    refuse_dates(SimpleNamespace(columns=["a"], dtypes=[numbers]))


@pytest.mark.parametrize("dtype", ["date32[day]", "timestamp[ns]", "duration[s]"])
def test_a_table_of_pyarrow_is_known_by_its_schema(dtype):
    """Also where pyarrow is not installed."""
    schema = SimpleNamespace(types=["double", dtype])
    with pytest.raises(TypeError, match=r"spans: column 'day' \([^,]*\)\. Make"):
        refuse_dates(SimpleNamespace(column_names=["a", "day"], schema=schema))
