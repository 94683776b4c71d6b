"""What is asked of rows, wherever they are."""

import numpy as np
import pytest
from elsewhere import Elsewhere
from scipy.sparse import csr_array

from sksoftmax._rows.matrix import columns_of, is_dense, row_values


@pytest.mark.parametrize("place", [lambda X: X, Elsewhere])
def test_rows_are_dense_or_hold_what_is_stored(place):
    """Values of a row are its columns, or on average one more than those stored."""
    X = np.eye(4)[:, :3]
    assert is_dense(place(X))
    assert row_values(place(X)) == 3
    assert not is_dense(place(csr_array(X)))
    assert row_values(place(csr_array(X))) == 1
    assert row_values(place(csr_array(np.ones((2, 3))))) == 4


@pytest.mark.parametrize("place", [lambda X: X, Elsewhere])
def test_columns_come_one_after_the_other(rng, place):
    """Those that are asked for, in that order."""
    X = rng.normal(size=(5, 3))
    columns = [*columns_of(place(X), np.array([2, 0]))]
    np.testing.assert_array_equal(columns, X.T[[2, 0]])
