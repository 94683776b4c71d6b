"""A digest of how this processor rounds."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from sksoftmax._rows.rounding import rounding_digest


def test_the_digest_is_of_the_processor_alone():
    """Not of BLAS's threads, nor of what the user has set."""
    with threadpool_limits(1):
        one = rounding_digest()
    with threadpool_limits(3), np.errstate(all="raise"):
        assert rounding_digest() == one


@pytest.mark.parametrize("name", ["exp", "log", "tanh"])
def test_the_last_bit_of_a_function_changes_the_digest(name, monkeypatch):
    """As other processors' may be."""
    before, function = rounding_digest(), getattr(np, name)
    monkeypatch.setattr(np, name, lambda x: np.nextafter(function(x), x.dtype.type(9)))
    assert rounding_digest() != before
