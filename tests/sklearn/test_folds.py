"""What folds are taken from, and how they name its rows."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from sksoftmax._sklearn.folds import frame_or_array, rows_of

X = np.arange(6.0).reshape(3, 2)
Y = np.array([0, 1, 1])


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_and_series_are_kept(library):
    """As the user has them; but labels in a frame of one column, which is no series."""
    frames = pytest.importorskip(library)
    frame, series = frames.DataFrame({"a": X[:, 0], "b": X[:, 1]}), frames.Series(Y)
    assert frame_or_array(frame, X) is frame
    assert frame_or_array(series, Y) is series
    assert frame_or_array(frames.DataFrame({"y": Y}), Y) is Y


@pytest.mark.parametrize("form", [np.asarray, np.ndarray.tolist, csr_array])
def test_all_else_is_validated(form):
    """Arrays, lists, and sparse matrices in any format."""
    assert frame_or_array(form(X), X) is X


def test_tables_without_rows_to_take_are_arrays():
    """Of pyarrow, which not all versions of scikit-learn can index."""
    pyarrow = pytest.importorskip("pyarrow")
    assert frame_or_array(pyarrow.table({"a": X[:, 0]}), X) is X


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ((2, 0), [2, 0]),
        (range(1, 3), [1, 2]),
        ([-1], [-1]),
        ([True, False, True], [0, 2]),
        (np.array([False, True, False]), [1]),
        ([], []),
        (np.array([2], np.uint64), [2]),
    ],
)
def test_rows_are_numbers_or_a_mask(part, expected):
    """As numpy and scikit-learn take them, in their order."""
    rows = rows_of(part, 3)
    assert rows.dtype.kind in "iu"
    assert X[rows].tolist() == X[expected].tolist() if expected else rows.size == 0


@pytest.mark.parametrize(
    "part", [[3], [-4], [0.0], [True, False], ["a"], [[0, 1]], None, slice(2)]
)
def test_what_names_no_rows_is_refused(part):
    """With what does."""
    with pytest.raises(
        ValueError, match=r"integers from 0 to 2, or as a mask of 3 booleans; got array"
    ):
        rows_of(part, 3)
