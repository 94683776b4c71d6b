"""Columns of all kinds."""

import pytest


@pytest.fixture
def skewed(rng):
    """Three columns of many values, one of two, one of three and a constant one."""
    X = rng.lognormal(size=(500, 6))
    X[:, 3] = X[:, 3] > 1
    X[:, 4] = (X[:, 4] >= 0.5).astype(float) + (X[:, 4] >= 2)
    X[:, 5] = 7
    return X
