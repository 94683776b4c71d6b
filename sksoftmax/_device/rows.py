"""Rows that are an array of another library."""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp
from sklearn.utils import gen_batches

from sksoftmax._rows.matrix import Matrix, RemoteRows, Vector
from sksoftmax._rows.namespace import (
    AnyArray,
    as_numpy,
    device_of,
    has_float64,
    is_dispatched,
    local,
    moved_to,
    namespace_of,
    numpy_dtype,
    wide,
)
from sksoftmax._rows.passes import Kernel
from sksoftmax._rows.sums import tree_sum
from sksoftmax._rows.vectors import PlacedVectors
from sksoftmax._sklearn.categories import possible_categories
from sksoftmax._sklearn.distinct import all_distinct, distinct_values, table_of
from sksoftmax._sklearn.fitted import moved_attributes
from sksoftmax._sklearn.integers import all_ends, ends_of_integers

# Bytes of the activations of a block there, and of rows that are fetched at a time.
_BLOCK_BYTES, _FETCHED_BYTES = 2**28, 2**25


def rows_on_device(X: Any, categorical_features: ArrayLike | str | None = None) -> Any:
    """An array that scikit-learn is to let stay where it is, as rows; others as given.

    Parameters
    ----------
    X : array-like
        What a user passes.
    categorical_features : array-like, "from_dtype" or None, default=None
        Columns whose values are all to be in the `example` of the rows.

    Raises
    ------
    ValueError
        If it is such an array, and not of two dimensions.
    TypeError
        If it holds no real numbers.
    """
    if not is_dispatched(X):
        return X
    if X.ndim != 2:
        raise ValueError(
            f"Expected 2D array, got {X.ndim}D array instead. Reshape your data either "
            "using X.reshape(-1, 1) if your data has a single feature or "
            "X.reshape(1, -1) if it contains a single sample."
        )
    if "sparse" in str(getattr(X, "layout", "")):
        raise TypeError(
            f"X is a sparse {type(X).__name__}: those of other libraries than SciPy "
            "need to be dense. Pass X.to_dense(), or CSR of SciPy."
        )
    _check_scipy(X)
    xp = namespace_of(X)
    if not xp.isdtype(X.dtype, ("bool", "integral", "real floating")):
        raise TypeError(f"X must hold real numbers; got {X.dtype}.")
    X = getattr(X, "detach", lambda: X)()  # from the graph of its gradient
    given = X
    if X.dtype not in (xp.float32, xp.float64):
        X = wide(X)
    rows = DeviceRows(X)
    if numpy_dtype(given).kind in "iu" and numpy_dtype(given).itemsize == 8:
        pieces = (as_numpy(_block(given, block)) for block in rows.blocks)
        rows.integers = all_ends([[*ends_of_integers(piece)] for piece in pieces])
    columns = possible_categories(rows.example, categorical_features)
    if columns.size:
        found = [distinct_values(rows[block], columns) for block in rows.blocks]
        rows.example = table_of(rows.example, columns, all_distinct(found))
    return rows


def rows_beside(X_val: Any, X: Any) -> Any:
    """Validation data where rows are: on a device, or as arrays in this process."""
    return rows_on_device(X_val) if isinstance(X, DeviceRows) else local(X_val)


def _check_scipy(X: AnyArray) -> None:
    """SciPy reads the variable once, and scikit-learn looks at it alone."""
    xp = namespace_of(X)
    zeros = xp.zeros((1,), dtype=xp.float32, device=device_of(X))
    try:
        is_followed = not isinstance(logsumexp(zeros), np.generic)
    except TypeError:  # where arrays do not become NumPy's by themselves
        is_followed = False
    if not is_followed:
        raise RuntimeError(
            "array_api_dispatch needs SciPy 1.16 or newer, and SCIPY_ARRAY_API=1 in "
            "the environment before SciPy is imported."
        )


def given_rows(X: Any) -> Any:
    """The array that rows on a device are; others as given."""
    return X.array if isinstance(X, DeviceRows) else X


def check_beside(classifier: Any, X: Any, method: str) -> None:
    """Refuse rows that are not where a fitted network is.

    Raises
    ------
    ValueError
        With the ways out.
    """
    weights = classifier.coefs_[0]
    name = type(classifier).__name__
    if isinstance(weights, np.ndarray):
        if not isinstance(X, DeviceRows):
            return
        if weights.dtype == X.dtype or has_float64(X.array):
            return  # they go to where X is
        raise ValueError(
            f"{name} has weights in float64, and {device_of(X.array)} of X has none. "
            "Fit to X in float32, or pass X in NumPy's arrays."
        )
    if isinstance(X, DeviceRows) and X.is_beside(weights):
        return
    raise ValueError(
        f"Inputs passed to {name}.{method}() must use the same namespace and the same "
        f"device as those passed to fit(), {type(weights).__name__} on "
        f"{device_of(weights)}. Pass such arrays with "
        "sklearn.set_config(array_api_dispatch=True), or take to_numpy(), which "
        "predicts from NumPy's and all others."
    )


def check_labels(X: Any, classes: NDArray) -> None:
    """Refuse labels that the device of rows has not the digits for.

    Raises
    ------
    ValueError
        If some would be another one there.
    """
    if not isinstance(X, DeviceRows) or classes.dtype.kind != "f":
        return
    there = as_numpy(moved_to(classes, X.array))
    is_lost = there != classes
    if is_lost.any():
        raise ValueError(
            f"y has the label {classes[is_lost][0]!r}, which is "
            f"{there[is_lost][0]!r} on {device_of(X.array)}, in {there.dtype}. Pass "
            "y.astype(int)."
        )


def labels_beside(logits: AnyArray, classes: AnyArray) -> AnyArray:
    """The most probable classes, beside their logits; strings in NumPy's arrays."""
    xp = namespace_of(logits)
    codes = xp.argmax(logits, axis=1)
    if isinstance(classes, np.ndarray) and classes.dtype.kind not in "biuf":
        return classes[as_numpy(codes)]
    return xp.take(moved_to(classes, logits), codes, axis=0)


class DeviceRows(RemoteRows):
    """Rows of an array of another library.

    Parameters
    ----------
    array : array of shape (n_samples, n_features)
        Not written to.

    Attributes
    ----------
    array : the same
    """

    is_dense = True
    is_local = True
    block_bytes = _BLOCK_BYTES

    def __init__(self, array: AnyArray) -> None:
        self.array = array
        self.shape = array.shape[0], array.shape[1]
        self.dtype = numpy_dtype(array)
        self.nnz = self.shape[0] * self.shape[1]
        self.example = np.empty((0, self.shape[1]), self.dtype)
        self._vectors: PlacedVectors[AnyArray] = PlacedVectors()

    @property
    def blocks(self) -> list[slice]:
        """How they are fetched."""
        n_rows = _FETCHED_BYTES // (self.dtype.itemsize * max(self.shape[1], 1))
        return list(gen_batches(self.shape[0], max(n_rows, 1)))

    def sum_blocks(
        self, function: Callable, blocks: list[slice], *vectors: Vector
    ) -> Any:
        """Sum of `function(X, *vectors)` of each block: of a kernel."""
        return _fetched(tree_sum(self.each_block(function, blocks, *vectors)))

    def each_block(
        self, function: Callable, blocks: list[slice], *vectors: Vector
    ) -> Iterable[Any]:
        """The same of each block, in their order, where the rows are: of a kernel."""
        assert isinstance(function, Kernel)  # others are given blocks that are fetched
        of_block = function.moved(self._moved)
        parts = [
            vector if vector is None else self._vectors.placed(vector, self._moved)
            for vector in vectors
        ]
        for rows in blocks:
            yield of_block(
                _block(self.array, rows),
                *(part if part is None else _block(part, rows) for part in parts),
            )

    def __getitem__(self, rows: NDArray | slice) -> Matrix:
        """Rows in this process."""
        if isinstance(rows, slice):
            return as_numpy(self.array[rows, :])
        return as_numpy(self.taken(np.arange(self.shape[0])[rows]).array)

    def taken(self, rows: NDArray[np.integer]) -> "DeviceRows":
        """Some rows, where these are."""
        xp = namespace_of(self.array)
        return DeviceRows(xp.take(self.array, self._moved(rows), axis=0))

    def mapped(self, function: Callable[[Matrix], Matrix]) -> "DeviceRows":
        """A function of some rows after the others.

        Of a kernel where they are. Of rows that another one gives back as they are
        nothing is copied.
        """
        if isinstance(function, Kernel):
            return self._replaced(self.blocks, self.each_block(function, self.blocks))
        for n, rows in enumerate(self.blocks):
            block = self[rows]
            result = function(block)
            if result is not block:
                others = (function(self[rows]) for rows in self.blocks[n + 1 :])
                return self._replaced(self.blocks[n:], chain([result], others))
        return self

    def columns(self, places: NDArray[np.integer]) -> Iterable[NDArray]:
        """Some of the columns, one after the other, in this process."""
        return (as_numpy(self.array[:, int(place)]) for place in places)

    def _moved(self, array: NDArray) -> AnyArray:
        return moved_to(array, self.array)

    def beside(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """Attributes of an estimator whose arrays are where the rows are."""
        return moved_attributes(attributes, self._moved)

    def is_beside(self, array: AnyArray) -> bool:
        """Whether an array is of the same library, and on the same device."""
        if isinstance(array, np.ndarray):
            return False
        is_same = namespace_of(array) is namespace_of(self.array)
        return is_same and device_of(array) == device_of(self.array)

    def _replaced(self, blocks: list[slice], results: Iterable[Any]) -> "DeviceRows":
        """Rows of which all from the first of some blocks on are others.

        Written to one array, as parts that are joined would be there twice.
        """
        xp, array = namespace_of(self.array), self.array
        for rows, result in zip(blocks, results, strict=True):
            result = self._moved(result)
            if array is self.array:
                shape = self.shape[0], result.shape[1]
                where = device_of(array)
                array = xp.empty(shape, dtype=result.dtype, device=where)
                if rows.start:
                    array[: rows.start, :] = self.array[: rows.start, :]
            array[rows, :] = result
        return DeviceRows(array)


def _block(array: AnyArray, rows: slice) -> AnyArray:
    return array[rows] if array.ndim == 1 else array[rows, ...]


def _fetched(sums: list[AnyArray]) -> list[Any]:
    """Sums in this process, in float64: by one transfer."""
    xp = namespace_of(sums[0])
    flat = as_numpy(xp.concat([xp.reshape(part, (-1,)) for part in sums]))
    flat = flat.astype(np.float64)
    ends = np.cumsum([int(np.prod(part.shape)) for part in sums])
    parts = np.split(flat, ends[:-1])
    return [
        values.reshape(tuple(part.shape)) if part.ndim else float(values[0])
        for part, values in zip(sums, parts, strict=True)
    ]
