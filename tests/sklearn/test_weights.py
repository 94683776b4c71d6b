"""Sample weights. Their errors are tested where users meet them."""

import numpy as np
import pytest

from sksoftmax._sklearn.weights import check_weights

X = np.zeros((3, 2), dtype=np.float32)


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
