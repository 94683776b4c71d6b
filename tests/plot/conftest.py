"""Figures without a screen."""

import pytest

pytest.importorskip("matplotlib")


@pytest.fixture
def pyplot():
    """Of the Agg backend."""
    import matplotlib.pyplot as plt

    return plt
