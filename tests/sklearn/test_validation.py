"""Rows and parameters. Their errors are tested where users meet them."""

from numbers import Real

import numpy as np
import pytest
from scipy.sparse import csc_array
from sklearn.linear_model import LogisticRegression

from sksoftmax._sklearn.validation import FiniteInterval, checked_rows

X = np.asfortranarray([[1, 2], [3, 4], [5, 6]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_keep_their_precision_and_lie_in_order(dtype):
    """Integers are float64; sparse ones have their numbers row by row."""
    for given, expected in ((X.astype(dtype), dtype), (X, np.float64)):
        rows = checked_rows(LogisticRegression(), given, categories=None, reset=True)
        assert rows.dtype == expected
        assert rows.flags.c_contiguous
    sparse = csc_array(X.astype(dtype))
    rows = checked_rows(LogisticRegression(), sparse, categories=None, reset=True)
    assert (rows.format, rows.dtype) == ("csr", dtype)


def test_features_are_of_the_last_rows_that_reset_them():
    """Others are to have as many."""
    clf = LogisticRegression()
    checked_rows(clf, X, categories=None, reset=True)
    assert clf.n_features_in_ == 2
    with pytest.raises(ValueError, match="X has 1 features, but LogisticRegression is"):
        checked_rows(clf, X[:, :1], categories=None, reset=False)


@pytest.mark.parametrize(
    "value", [10**400, np.inf, -1], ids=["large", "infinite", "negative"]
)
def test_an_interval_ends_where_float64_does(value):
    """Python compares larger integers with any bound."""
    interval = FiniteInterval(Real, 0, None, closed="left")
    assert interval.is_satisfied_by(1)
    assert not interval.is_satisfied_by(value)
