"""What is collected: modules and pages of an extra where that is installed.

And, before they are imported, that SciPy is to take arrays of other libraries, and
Matplotlib to draw without a screen.
"""

import os
import sys
from importlib.metadata import version
from importlib.util import find_spec

import pytest

_NEEDS = {
    "docs/user_guide/array_api.md": "torch",
    "docs/user_guide/larger_than_one_machine.md": "dask",
    "sksoftmax/_distributed": "dask",
    "sksoftmax/_rows/rounding.py": "dask",  # whose example takes it from there
    "sksoftmax/dask.py": "dask",
    "sksoftmax/onnx.py": "skl2onnx",
}
collect_ignore = [path for path, module in _NEEDS.items() if find_spec(module) is None]
if int(version("scikit-learn").split(".")[1]) >= 9:
    os.environ.setdefault("SCIPY_ARRAY_API", "1")
os.environ["MPLBACKEND"] = "Agg"


@pytest.fixture(autouse=True)
def no_figure_left():
    """Matplotlib warns of many, whoever has opened them."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
