"""Arrays of any library: what the kernels need beyond what all of them do alike.

NumPy's write where there is memory already, and index by arrays; those of other
libraries follow the array API standard (2024.12), and may be on a device without
float64. Needs `pip install "sksoftmax[array-api]"` for these.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn import get_config
from sklearn.utils.fixes import parse_version

# Before, its checks of estimators have no value to go by.
IS_SUPPORTED = parse_version(sklearn.__version__) >= parse_version("1.9")
_HAS_FLOAT64: dict[tuple[str, str], bool] = {}
# Of NumPy, or of a library that follows the standard.
AnyArray: TypeAlias = Any


def namespace_of(array: AnyArray) -> Any:
    """The namespace of its functions: of CSR, too, NumPy."""
    if isinstance(array, np.ndarray) or hasattr(array, "indptr"):
        return np
    from array_api_compat import array_namespace  # an extra

    return array_namespace(array)


def is_dispatched(array: AnyArray) -> bool:
    """Whether it is of another library, and scikit-learn is to let it stay there."""
    if isinstance(array, np.ndarray) or not get_config()["array_api_dispatch"]:
        return False
    if not hasattr(array, "__dlpack__"):
        return False
    try:
        from array_api_compat import is_array_api_obj
    except ImportError as error:
        raise ImportError(
            f"{type(array).__module__}.{type(array).__name__} with array_api_dispatch "
            'needs array-api-compat: pip install "sksoftmax[array-api]".'
        ) from error
    return is_array_api_obj(array)


def local(values: Any) -> Any:
    """A dispatched array of another library in NumPy's; others as given."""
    return as_numpy(values) if is_dispatched(values) else values


def device_of(array: AnyArray) -> Any:
    """Where it is."""
    from array_api_compat import device

    return device(array)


def moved_to(array: AnyArray, like: AnyArray) -> AnyArray:
    """A copy of NumPy's array beside another one, in the digits that are there.

    What is not NumPy's is there already, and NumPy's are beside NumPy's.
    """
    if not isinstance(array, np.ndarray) or isinstance(like, np.ndarray):
        return array
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    widest = np.dtype(np.float64 if has_float64(like) else np.float32)
    if array.dtype.kind == "f" and array.dtype.itemsize > widest.itemsize:
        array = array.astype(widest)
    return namespace_of(like).asarray(array, device=device_of(like), copy=True)


def as_numpy(array: AnyArray) -> NDArray:
    """The same values in NumPy's, which are not to be written to."""
    if isinstance(array, np.ndarray):
        return array
    from array_api_compat import is_array_api_strict_namespace, to_device

    array = getattr(array, "detach", lambda: array)()  # from the graph of its gradient
    xp = namespace_of(array)
    if "bfloat16" in str(array.dtype):  # which NumPy has not
        array = xp.astype(array, xp.float32)
    if is_array_api_strict_namespace(xp):
        array = array.to_device(xp.Device("CPU_DEVICE"))
    else:
        array = to_device(array, "cpu")
    return np.asarray(array)


def numpy_dtype(array: AnyArray) -> np.dtype:
    """The dtype that the same values have in NumPy."""
    if isinstance(array.dtype, np.dtype):
        return array.dtype
    return np.dtype(str(array.dtype).rpartition(".")[2])


def in_dtype(array: AnyArray, dtype: np.dtype) -> AnyArray:
    """The same values in a dtype of NumPy's; itself, where it has that."""
    if isinstance(array, np.ndarray):
        return array.astype(dtype, copy=False)
    xp = namespace_of(array)
    return xp.astype(array, getattr(xp, dtype.name), copy=False)


def overwritten(function: str, a: AnyArray, *others: Any) -> AnyArray:
    """`function(a, *others)`, in the memory of `a` where that can be."""
    if isinstance(a, np.ndarray):
        return getattr(np, function)(a, *others, out=a)
    return getattr(namespace_of(a), function)(a, *others)


def zero_beside(a: AnyArray) -> AnyArray:
    """0 for functions of two arrays: not all libraries take a number there."""
    if isinstance(a, np.ndarray):
        return 0
    return namespace_of(a).zeros((), dtype=a.dtype, device=device_of(a))


def largest(a: AnyArray, axis: int) -> AnyArray:
    """Largest along an axis."""
    if isinstance(a, np.ndarray):
        return a.max(axis=axis)
    return namespace_of(a).max(a, axis=axis)


def total(a: AnyArray, axis: int) -> AnyArray:
    """Sum along an axis."""
    if isinstance(a, np.ndarray):
        return a.sum(axis=axis)
    return namespace_of(a).sum(a, axis=axis)


def wide(a: AnyArray) -> AnyArray:
    """In float64, where the device has it."""
    if isinstance(a, np.ndarray):
        return a.astype(np.float64)
    xp = namespace_of(a)
    return xp.astype(a, xp.float64 if has_float64(a) else xp.float32)


def wide_total(a: AnyArray, weights: AnyArray | None) -> Any:
    """Weighted sum, added up in float64 where the device has it: a number."""
    if isinstance(a, np.ndarray):
        if weights is None:
            return float(a.sum(dtype=np.float64))
        return float(a.astype(np.float64) @ weights)
    a = wide(a)
    if weights is not None:
        a = a * namespace_of(a).astype(weights, a.dtype)
    return namespace_of(a).sum(a)


def packed(parts: Sequence[AnyArray]) -> AnyArray:
    """All values one after the other, in float64 where the device has it: a copy."""
    if isinstance(parts[0], np.ndarray):
        return np.concatenate([part.ravel() for part in parts], dtype=np.float64)
    xp = namespace_of(parts[0])
    return xp.concat([xp.reshape(wide(part), (-1,)) for part in parts])


def at_codes(values: AnyArray, codes: AnyArray) -> AnyArray:
    """Of each column (n_classes, n) the value in the row of its code."""
    if isinstance(values, np.ndarray):
        return values[codes, np.arange(codes.size)]
    xp = namespace_of(values)
    return xp.take_along_axis(values, codes[None, :], axis=0)[0, :]


def less_one_at(values: AnyArray, codes: AnyArray) -> AnyArray:
    """The same less 1 there, in the memory of `values`."""
    if isinstance(values, np.ndarray):
        values[codes, np.arange(codes.size)] -= 1
        return values
    values -= one_hot(codes, values.shape[0], values)
    return values


def one_hot(codes: AnyArray, n_classes: int, like: AnyArray) -> AnyArray:
    """1 where the code of the other axes is that of the first one, and 0 elsewhere."""
    xp = namespace_of(codes)
    where = {} if xp is np else {"device": device_of(codes)}
    classes = xp.arange(n_classes, dtype=codes.dtype, **where)
    classes = xp.reshape(classes, (n_classes, *[1] * codes.ndim))
    return xp.astype(classes == codes[None, ...], like.dtype)


def as_factor(condition: AnyArray, like: AnyArray) -> AnyArray:
    """A condition that multiplies: of NumPy's arrays it does as it is."""
    if isinstance(condition, np.ndarray):
        return condition
    return namespace_of(condition).astype(condition, like.dtype)


def all_finite(values: AnyArray) -> bool:
    """Whether there is neither NaN nor infinity."""
    xp = namespace_of(values)
    return bool(xp.all(xp.isfinite(values)))


def nonzero(condition: AnyArray) -> AnyArray:
    """Places where a condition of one axis is true."""
    return namespace_of(condition).nonzero(condition)[0]


def chosen_rows(rows: AnyArray, places: AnyArray) -> AnyArray:
    """Rows by their places, of CSR too."""
    if isinstance(rows, np.ndarray):
        return rows.take(places, axis=0)  # of few, half of the time of an index
    if hasattr(rows, "indptr"):
        return rows[places]
    return namespace_of(rows).take(rows, places, axis=0)


def move_arrays(value: Any, move: Callable[[AnyArray], AnyArray]) -> Any:
    """The same lists and tuples, named ones too, of arrays that are elsewhere.

    Those of strings and objects stay.
    """
    if hasattr(value, "__dlpack__"):
        is_of_numbers = not isinstance(value, np.ndarray) or value.dtype.kind in "biuf"
        return move(value) if is_of_numbers else value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(move_arrays(one, move) for one in value))
    if isinstance(value, list | tuple):
        return type(value)(move_arrays(one, move) for one in value)
    return value


def has_float64(like: AnyArray) -> bool:
    """Whether the device that an array is on has it."""
    xp, device = namespace_of(like), device_of(like)
    place = xp.__name__, str(device)  # CuPy's devices have no hash
    if place not in _HAS_FLOAT64:
        info = xp.__array_namespace_info__()
        found = info.dtypes(device=device, kind="real floating")
        _HAS_FLOAT64[place] = "float64" in found
    return _HAS_FLOAT64[place]
