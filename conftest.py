"""What is collected: modules and pages of an extra where that is installed.

And, before SciPy is imported, that it is to take arrays of other libraries.
"""

import os
from importlib.metadata import version
from importlib.util import find_spec

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
