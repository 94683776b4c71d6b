"""Fixtures that more than one level of tests uses."""

import numpy as np
import pytest
from sklearn.datasets import make_classification


@pytest.fixture(autouse=True)
def one_global_state():
    """What draws from NumPy's global generator, as without a random_state, is the same.

    A test that fails once in a thousand draws would tell nobody why.
    """
    np.random.seed(0)


@pytest.fixture
def rng():
    """A generator that is the same in each test."""
    return np.random.default_rng(42)


@pytest.fixture(params=[2, 3], ids=["two classes", "three classes"])
def small_data(request):
    """80 samples of 6 features in very different units, with 2 or 3 classes."""
    X, y = make_classification(
        80, 6, n_informative=4, n_classes=request.param, flip_y=0.1, random_state=7
    )
    return X * [1, 10, 0.1, 1, 100, 1] + [0, 5, 0, -1, 0, 3], y
