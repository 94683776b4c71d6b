"""Array libraries that tests run on: array-api-strict, and torch where it is there."""

import contextlib
import sys
from importlib.util import find_spec

import numpy as np
import pytest
import sklearn
from sklearn.utils.fixes import parse_version

LIBRARIES = ["array_api_strict", "torch"]
IS_NEW = parse_version(sklearn.__version__) >= parse_version("1.9")
needs_new = pytest.mark.skipif(not IS_NEW, reason="needs scikit-learn 1.9")


class Library:
    """A library, and how arrays come to it and back."""

    def __init__(self, name, device=None):
        self.name, self.device = name, device
        self.xp = pytest.importorskip(name)
        if device == "cuda" and not self.xp.cuda.is_available():
            pytest.skip("no CUDA device")
        if device == "mps" and not self.xp.backends.mps.is_available():
            pytest.skip("no MPS device")
        if name == "cupy":
            self.xp = pytest.importorskip("array_api_compat.cupy")
            self.device = self.xp.cuda.Device()
        if name == "array_api_strict" and device is not None:
            self.device = self.xp.Device(device)
        self.has_float64 = device not in ("no_float64", "mps")

    def __call__(self, values):
        """The same values there; None stays None."""
        if values is None:
            return None
        values = np.array(values)
        if values.dtype == np.float64 and not self.has_float64:
            values = values.astype(np.float32)
        return self.xp.asarray(values, device=self.device)

    def is_here(self, array):
        """Whether an array is of the library, on that device."""
        there = self([0])
        return type(array) is type(there) and array.device == there.device

    def back(self, array):
        """As NumPy's."""
        if self.name == "torch":
            return array.cpu().numpy()
        if self.name == "cupy":
            return array.get()
        if hasattr(array, "to_device"):
            array = array.to_device(self.xp.Device("CPU_DEVICE"))
        return np.asarray(array)


def places():
    """Parameters of a fixture: each library on each of its devices."""
    devices = None, "device1", "no_float64"
    strict = [("array_api_strict", device) for device in devices]
    apples = ("mps",) if sys.platform == "darwin" else ()
    torch = [("torch", device) for device in ("cpu", "cuda", *apples)]
    known = strict + torch + [("cupy", "cuda")]
    known = [one for one in known if one in strict or find_spec(one[0])]
    return [pytest.param(one, id="-".join(map(str, one))) for one in known]


def skip_without_cuda(check):
    """Of scikit-learn's checks, which run them where torch is built for it."""
    if "cuda" in str(getattr(check, "keywords", "")):
        Library("torch", "cuda")


@contextlib.contextmanager
def dispatch():
    """Let arrays of other libraries stay what they are."""
    with sklearn.config_context(array_api_dispatch=True):
        yield
