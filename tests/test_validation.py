"""Sample weights. Their errors are tested where users meet them."""

import numpy as np
import pytest

from sksoftmax._validation import check_weights

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
        ValueError, match=r"at least one non-zero number; .*\[0, 0, 0\]"
    ):
        check_weights([0, 0, 0], X)
