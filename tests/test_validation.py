"""Level 0: sample weights. Their errors are tested where users meet them."""

import numpy as np
import pytest

from sksoftmax._validation import check_weights

X = np.zeros((3, 2), dtype=np.float32)


def test_no_weights_weigh_one_each():
    """None stays None, and stands for as many as there are rows."""
    assert check_weights(None, X) == (None, 3.0)


def test_weights_take_the_dtype_of_the_data():
    """Weights are cast once, and their sum is of float64."""
    weights, total = check_weights([1, 0, 2.5], X)
    assert weights.dtype == np.float32
    assert total == 3.5


def test_a_number_weighs_each_row():
    """A scalar is a weight for all rows, as elsewhere in scikit-learn."""
    weights, total = check_weights(2, X)
    np.testing.assert_array_equal(weights, [2, 2, 2])
    assert total == 6


def test_weights_may_not_cancel():
    """The sum of weights must be positive."""
    with pytest.raises(ValueError, match=r"zero|must be positive and finite, got 0\.0"):
        check_weights([0, 0, 0], X)
