"""Sample weights. Their errors are tested where users meet them."""

from types import SimpleNamespace

import numpy as np
import pytest

from sksoftmax._sklearn.validation import (
    check_weights,
    column_name,
    refuse_dates,
    samples_of_weight,
)

X = np.zeros((3, 2), dtype=np.float32)


def test_no_weights_weigh_one_each():
    """None stays None, and stands for as many as there are rows."""
    assert check_weights(None, X) == (None, 3.0, 1.0)


@pytest.mark.parametrize("size", [1e-300, 1, 1e300])
def test_weights_of_every_size_fit_into_float32(size):
    """Weights are divided by the largest, then cast; their sum is of float64."""
    weights, total, unit = check_weights(np.array([1, 0, 2]) * size, X)
    assert weights.dtype == np.float32
    np.testing.assert_array_equal(weights, [0.5, 0, 1])
    assert (total, unit) == (1.5, 2 * size)


def test_sum_of_many_weights_is_exact():
    """Sums of float32 weights do not stop growing at 2**24."""
    n = 2**24 + 8
    _, total, _ = check_weights(np.ones(n), np.broadcast_to(np.float32(0), (n, 1)))
    assert total == n


def test_a_number_weighs_each_row():
    """A scalar is a weight for all rows, as elsewhere in scikit-learn."""
    weights, total, unit = check_weights(2, X)
    np.testing.assert_array_equal(weights, [1, 1, 1])
    assert (total, unit) == (3, 2)


def test_weights_may_not_cancel():
    """Weights that are all zero are shown."""
    with pytest.raises(
        ValueError, match=r"at least one non-zero number; all of sample_weight are 0"
    ):
        check_weights([0, 0, 0], X)


@pytest.mark.parametrize(
    "sample_weight",
    [None, [1, 2, 0], [0.2, 0.1, 0.3], [1e9, 1, 1], [0, 0, 3], [0.1, 0.1, 0.1]],
)
def test_weights_are_numbers_of_copies(sample_weight):
    """Of whatever size, unless there are far too few: a weight is its own number."""
    weights, _, unit = check_weights(sample_weight, X)
    assert samples_of_weight(weights, unit) == unit


@pytest.mark.parametrize("size", [1e-3, 1e-300])
def test_small_weights_are_relative(rng, size):
    """They stand for Kish's number of samples; those that are 0, for none."""
    sample_weight = np.append(rng.uniform(0.5, 2, size=200), np.zeros(99)) * size
    weights, total, unit = check_weights(sample_weight, np.zeros((299, 1)))
    kish = weights.sum() ** 2 / (weights**2).sum()
    with pytest.warns(UserWarning, match=r"200 samples sum to .*Multiply them"):
        samples = samples_of_weight(weights, unit)
    assert samples * total == pytest.approx(kish)


def test_relative_weights_that_are_equal_are_none():
    """Each is a sample, as boosting begins."""
    weights, _, unit = check_weights(np.full(50, 1 / 50), np.zeros((50, 1)))
    with pytest.warns(UserWarning, match="weights of 50 samples sum to 1, too little"):
        assert samples_of_weight(weights, unit) == pytest.approx(1)


def test_no_more_samples_than_weights_sum_to():
    """One that has nearly all the weight is so many copies."""
    sample_weight = np.append(np.full(99, 1e-6), 5.0)
    weights, _, unit = check_weights(sample_weight, np.zeros((100, 1)))
    assert samples_of_weight(weights, unit) == unit == 5


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
    refuse_dates(X)


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
