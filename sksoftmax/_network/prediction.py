"""Outputs of a fitted network, block by block of rows, in threads."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.sparse import issparse
from sklearn.utils import assert_all_finite

from sksoftmax._features.encoding import Encoding
from sksoftmax._features.first_inputs import FirstInputs
from sksoftmax._network.activations import Activation
from sksoftmax._network.network import forward
from sksoftmax._rows.blocks import row_blocks
from sksoftmax._rows.malloc import keep_freed_memory
from sksoftmax._rows.matrix import Matrix, RemoteRows, Rows, is_on_device
from sksoftmax._rows.namespace import (
    all_finite,
    as_numpy,
    in_dtype,
    namespace_of,
    numpy_dtype,
)
from sksoftmax._rows.passes import Kernel, each_block
from sksoftmax._rows.threads import BlockThreads
from sksoftmax._sklearn.errors import column_name, infinity_named, refuse_gaps

Array = NDArray[np.floating]

# Multiplications that BLAS leaves to one thread anyway: OpenBLAS those with a vector up
# to 9216 (interface/gemv.c), with a matrix up to 2**18 (gemm.c). Of more the last bits
# may depend on how many there are, as they do on CPUs without AVX-512.
_SMALL_PRODUCT = 2**13


def outputs(
    X: Rows,
    coefs: Sequence[Array],
    intercepts: Sequence[Array],
    activations: Sequence[Activation],
    function: Callable[..., Array] | None = None,
    *,
    origin: Array | None = None,
    fills: Array | None = None,
    encoding: Encoding | None = None,
    bounds: Array | None = None,
    feature_names: NDArray | None = None,
) -> Array:
    """`function` of the logits, or these themselves.

    Parameters
    ----------
    X : {ndarray, CSR, RemoteRows} of shape (n_samples, n_features)
        In the user's units; not checked for infinity, and NaN where it is no gap, which
        is done here.
    coefs, intercepts : sequences of ndarray
        For such rows, less their origin, or for their encoding; `coefs` features first,
        (fan_out, fan_in).
    activations : sequence of Activation
    function : callable
        `function(logits, axis=0)`, of (n_classes, n_rows).
    origin : ndarray of shape (n_features,), default=None
        What is subtracted from the rows; None for 0.
    fills : ndarray of shape (n_features,), default=None
        What stands for gaps in dense rows; None where they are errors.
    encoding : Encoding, default=None
        Of the columns, for inputs; None for the columns themselves.
    bounds : ndarray of shape (2, n_features), default=None
        What lower values are taken for, and higher ones; None for themselves.
    feature_names : ndarray of shape (n_features,), default=None
        What errors call the columns.

    Returns
    -------
    outputs : array of shape (n_samples, n_classes)
        Where the rows are, if they are on a device.

    Raises
    ------
    ValueError
        If `X` is not finite, or overflows.
    """
    if isinstance(X, RemoteRows):
        first = FirstInputs(origin, fills, encoding, bounds=bounds)
    else:
        first = FirstInputs.of_fitted(origin, fills, encoding, bounds, X.shape[0])
    network = _FittedNetwork(
        [first.coef(coefs[0]), *coefs[1:]],
        intercepts,
        activations,
        first,
        function,
        feature_names,
    )
    blocks = blocks_of(X, [b.shape[0] for b in intercepts], first)
    if isinstance(X, RemoteRows):
        network = network.of_rows_in(X.dtype)
        with np.errstate(all="ignore"):
            kernel = Kernel(_FittedNetwork.outputs, network)
            parts = [*each_block(kernel, blocks, X)]
        return namespace_of(parts[0]).concat(parts, axis=0)
    result = np.empty((X.shape[0], len(intercepts[-1])), np.result_type(X, *coefs))

    def fill(rows: slice) -> None:
        result[rows] = network.outputs(X[rows])

    keep_freed_memory()
    with np.errstate(all="ignore"):  # outputs are checked
        if X.shape[0] * max(coef.size for coef in coefs) <= _SMALL_PRODUCT:
            fill(slice(None))  # as fast as can be for single rows
        else:
            with BlockThreads() as threads:
                for _ in threads.map(fill, blocks):
                    pass
    return result


class _FittedNetwork(NamedTuple):
    """What a block of rows passes through."""

    coefs: list[Array]
    intercepts: Sequence[Array]
    activations: Sequence[Activation]
    first: FirstInputs
    function: Callable[..., Array] | None
    feature_names: NDArray | None
    dtype: np.dtype | None = None

    def of_rows_in(self, dtype: DTypeLike) -> Self:
        """The same in the wider dtype of both: not all libraries mix them."""
        known = {numpy_dtype(part) for part in (*self.coefs, *self.intercepts)}
        wider = np.result_type(np.dtype(dtype), *known)
        return self._replace(
            coefs=[in_dtype(W, wider) for W in self.coefs],
            intercepts=[in_dtype(b, wider) for b in self.intercepts],
            dtype=wider,
        )

    def outputs(self, X: Matrix) -> Array:
        """Of a block, (n_rows, n_classes)."""
        values: Any = X.data if issparse(X) else X
        if not all_finite(values):
            self._refuse_values(X)
        inputs = self.first.of(X)
        if self.dtype is not None:
            inputs = in_dtype(inputs, self.dtype)
        output = forward(inputs, self.coefs, self.intercepts, self.activations)
        if self.function is not None:
            output = self.function(output, axis=0)
        if not all_finite(output):
            what = "a logit or a difference of logits is infinite"
            X = X if issparse(X) else as_numpy(X)
            raise ValueError(overflow_message(X, what, self.feature_names))
        return output.T

    def _refuse_values(self, X: Matrix) -> None:
        """Unless they are gaps, of which the fit knows."""
        X = X if issparse(X) else as_numpy(X)
        values = X.data if issparse(X) else X
        with infinity_named(X, self.feature_names):
            assert_all_finite(X, allow_nan=True, input_name="X")
        knows_gaps = self.first.fills is not None or self.first.encoding is not None
        if np.isnan(values).any() and (issparse(X) or not knows_gaps):
            refuse_gaps()


def blocks_of(X: Rows, units: Sequence[int], first: FirstInputs) -> list[slice]:
    """Rows that are computed together: inputs are made of them, where they are encoded.

    Parameters
    ----------
    X : {ndarray, CSR} of shape (n_samples, n_features)
    units : sequence of int
        Of the layers after the input.
    first : FirstInputs
    """
    encoding = first.encoding
    if first.bounds is not None and issparse(X):  # which are dense then
        units = X.shape[1], *units
    if encoding is not None:
        n_inputs = encoding.n_inputs if is_on_device(X) else encoding.row_inputs
        units = n_inputs, *units
    return row_blocks(X, *units)


def overflow_message(
    X: Rows, what: object, feature_names: NDArray | None = None, also: str = ""
) -> str:
    """What has overflowed, which column of `X` is the largest, and the remedy.

    `also` is what else may be the cause.
    """
    blocks = X.blocks if isinstance(X, RemoteRows) else [slice(0, X.shape[0])]
    sizes = np.maximum.reduce([*each_block(_largest, blocks, X)])
    if not np.isfinite(sizes).all():
        # With scikit-learn's assume_finite=True nobody has looked before.
        return "Input X contains NaN or infinity."
    largest = int(sizes.argmax())
    return (
        f"{X.dtype} overflows: {what}. The largest values in X, up to "
        f"{sizes[largest]:.3g}, are those of {column_name(largest, feature_names)}: if "
        "that is the cause, multiply it by a constant, or scale the features, for "
        f"example with sklearn.preprocessing.StandardScaler.{also}"
    )


def _largest(X: Matrix) -> Array:
    """Largest size of each column of a block, 0 of dense gaps alone."""
    if isinstance(X, np.ndarray):
        return np.fmax.reduce(abs(X), initial=0)
    return abs(X).max(axis=0).toarray().ravel()
