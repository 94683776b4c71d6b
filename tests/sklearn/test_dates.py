"""Dates and time spans, whatever they are in."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sksoftmax._sklearn.dates import refuse_dates
from sksoftmax._sklearn.validation import checked_rows

DAYS = np.array(["2020-01-01", "2020-01-02"], "datetime64[D]")


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
    numbers = np.zeros((3, 2), dtype=np.float32)
    for dates, dtype in ((days, "datetime64"), (days - days[0], "timedelta64")):
        with pytest.raises(TypeError, match=rf"X has dates or time spans: '{dtype}"):
            refuse_dates(dates)
    refuse_dates([[1], [2]])
    refuse_dates([[1], [2, 3]])
    refuse_dates([numbers, numbers[:, :1]])
    refuse_dates(numbers)


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


def test_dates_in_a_table_of_pyarrow_are_named():
    """Which would else be an array of them."""
    pa = pytest.importorskip("pyarrow")
    days = pa.array([1, 2], pa.date32())
    for dates in (days, days.cast(pa.timestamp("s")), pa.array([1, 2], pa.time32("s"))):
        with pytest.raises(TypeError, match=r"spans: column 'day' \((date|time)"):
            refuse_dates(pa.table({"a": [1.0, 2.0], "day": dates}))
    refuse_dates(pa.table({"a": [1.0, 2.0]}))


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
