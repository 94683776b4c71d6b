"""The rule by which rows become inputs of the first layer."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from sksoftmax._features.encoding import (
    Encoding,
    Indicators,
    encoding_name,
    inputs_of,
)

NAN = np.nan


def encoding_of(dtype=float):
    """Of column 0 with a gap, whose part is clipped, and of the codes of column 1."""
    return Encoding(
        columns=np.array([0, 2, 0]),
        starts=np.array([1, 5, 2], dtype),
        widths=np.array([np.inf, np.inf, 3], dtype),
        fills=np.array([0.5, 0.25, 1], dtype),
        indicators=Indicators.of(
            np.array([0, 2, 0]), np.array([True, True, False]), dtype
        ),
        name="piecewise",
    )


ROWS = [[0.0, 0, 5], [9, 1, 6], [NAN, NAN, 5], [3, -1, NAN]]
INPUTS = [
    [-1, 0, 0, 0, 1, 0, 0],
    [8, 1, 3, 0, 0, 1, 0],
    [0.5, 0, 1, 1, 0, 0, 1],
    [2, 0.25, 1, 0, 0, 0, 0],
]


def test_indicators_are_those_of_codes_and_of_gaps():
    """Column by column, a gap the last."""
    columns, values = encoding_of().indicators
    assert columns.tolist() == [0, 1, 1, 1]
    np.testing.assert_array_equal(values, [NAN, 0, 1, NAN])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_inputs_are_parts_and_indicators(dtype):
    """A gap is what stands for it, an unknown code none of those that are known."""
    inputs = inputs_of(np.array(ROWS, dtype), encoding_of(dtype))
    assert inputs.dtype == dtype
    np.testing.assert_array_equal(inputs, INPUTS)
    encoding = encoding_of(dtype)
    assert encoding.n_inputs == 7
    assert encoding.n_numeric == 2
    assert encoding.input_columns.tolist() == [0, 2, 0, 0, 1, 1, 1]


def test_rows_may_be_sparse():
    """Of which zeros are what they are."""
    rows = np.array(ROWS)[:2]
    np.testing.assert_array_equal(inputs_of(csr_array(rows), encoding_of()), INPUTS[:2])


def test_without_parts_there_are_indicators_alone():
    """Of a table of categories."""
    none = np.empty(0)
    indicators = Indicators.of(np.array([2]), np.array([False]), float)
    encoding = Encoding(none.astype(int), none, none, none, indicators, "linear")
    inputs = inputs_of(np.array([[1.0], [0], [NAN]]), encoding)
    assert inputs.tolist() == [[0, 1], [1, 0], [0, 0]]


def test_names_are_those_of_users():
    """By how columns are divided."""
    assert encoding_name(None) == "linear"
    assert encoding_name(encoding_of()) == "piecewise"
    assert encoding_of().is_divided
    linear = encoding_of()._replace(name="linear")
    assert encoding_name(linear) == "linear"
    assert not linear.is_divided


@pytest.mark.parametrize("has_parts", [True, False])
def test_of_many_parts_or_indicators_few_are_stored(has_parts):
    """Two of a column that has parts, one of another and of its indicators."""
    n_levels, has_gaps = np.array([0, 90, 0]), np.array([True, True, False])
    columns = np.array([0, 2, *[2] * 20 * has_parts])
    zeros = np.zeros(columns.size)
    encoding = Encoding(
        columns,
        starts=zeros,
        widths=zeros + 1,
        fills=zeros + 0.5,
        indicators=Indicators.of(n_levels, has_gaps, float),
        name="piecewise",
    )
    assert encoding.is_sparse
    assert encoding.row_inputs == 4 + has_parts


def test_few_are_dense():
    """As all the others."""
    encoding = encoding_of()
    assert not encoding.is_sparse
    assert encoding.row_inputs == encoding.n_inputs == 7
