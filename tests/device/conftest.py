"""Where arrays are."""

import pytest
from libraries import Library, places


@pytest.fixture(params=places())
def library(request):
    """A library on one of its devices."""
    return Library(*request.param)
