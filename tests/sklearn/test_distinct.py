"""A table of each value of columns that may be categories stands for all rows."""

import pickle

import numpy as np
import pytest

from sksoftmax._sklearn.categories import Categories
from sksoftmax._sklearn.distinct import all_distinct, distinct_values, table_of

pd = pytest.importorskip("pandas")

FRAME = pd.DataFrame(
    {
        "number": [1.5, np.nan, 2.5, 0.0],
        "text": ["u", None, "w", "u"],
        "flag": [True, False, True, True],
        "code": pd.Categorical([3, 1, 3, 7]),
        "gap": [None, np.nan, pd.NA, None],
    }
)


def gathered(X, columns, parts):
    """Of parts of the rows, each from a process of its own."""
    columns = np.array(columns)
    found = [
        pickle.loads(pickle.dumps(distinct_values(X[part], columns))) for part in parts
    ]
    return all_distinct(found)


def test_values_of_parts_are_there_once():
    """Gaps of all kinds are one value."""
    text, code, gap = gathered(FRAME, [1, 3, 4], [slice(0, 3), slice(3, 4)])
    assert text.tolist()[::2] == ["u", "w"]
    assert np.isnan(text[1])
    assert code.tolist() == [3, 1, 7]
    assert len(gap) == 1


@pytest.mark.parametrize("categorical", ["from_dtype", ["code", "flag"]])
def test_categories_of_the_table_are_those_of_all_rows(categorical):
    """With the same columns, values and levels."""
    columns = [1, 3, 4] if categorical == "from_dtype" else [2, 3]
    values = gathered(FRAME, columns, [slice(0, 2), slice(2, 2), slice(2, 4)])
    table = table_of(FRAME[:0], np.array(columns), values)
    assert [*table.columns] == [*FRAME.columns]
    found, expected = (Categories.of(X, categorical) for X in (table, FRAME))
    np.testing.assert_array_equal(found.columns, expected.columns)
    assert found.labels() == expected.labels()
    of_table, of_all = (one.encoder.categories_ for one in (found, expected))
    assert [*map(len, of_table)] == [*map(len, of_all)]  # no gap that nobody has
    np.testing.assert_array_equal(found.codes(FRAME), expected.codes(FRAME))


def test_a_table_of_an_array_is_one():
    """Of columns that are named."""
    X = np.array([[1.0, 5], [2, 5], [1, 6]])
    table = table_of(X[:0], np.array([0]), gathered(X, [0], [slice(0, 3)]))
    assert Categories.of(table, [0]).labels() == Categories.of(X, [0]).labels()


def test_a_column_without_rows_has_gaps():
    """Others have values."""
    values = [np.array([], object), np.array(["a", "b"], object)]
    table = table_of(np.empty((0, 3)), np.array([0, 2]), values)
    assert table[:, 2].tolist() == ["a", "b"]
    assert np.isnan(table[:, 0].astype(float)).all()
    assert not table_of(np.empty((0, 3)), np.array([], int), []).size
