"""What rows are in: an array, a sparse matrix, or something that is elsewhere."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix

# In this process, as each block of it is.
Matrix: TypeAlias = NDArray[np.floating] | csr_array | csr_matrix
# One entry for each row; None stays None in each block.
Vector: TypeAlias = NDArray | None
# A column of integers: its number, what errors call it, its lowest and highest value.
Ends: TypeAlias = tuple[int, str, int, int]


class RemoteRows(ABC):
    """Rows that are not NumPy's in this process, but on a cluster, or on a device.

    Functions are sent to where they are, and are best small: those of modules, and
    `partial` ones with arrays. Vectors of an entry for each row are in this process.

    Attributes
    ----------
    shape : (n_samples, n_features)
    dtype : dtype
        float32 or float64.
    is_dense : bool
        CSR otherwise.
    nnz : int
        Stored values.
    example : {ndarray, frame} of shape (0, n_features)
        Has the names of the features, where there are any.
    is_local : bool
        Whether they are on a device of this process, where dense products are fast and
        all that is made of them is to stay. It is given kernels alone: for all other
        functions blocks of rows are fetched.
    block_bytes : int or None
        Of the activations of a block. None for those that stay in the cache.
    integers : sequence of (column, name, lowest, highest)
        Of columns of integers of 64 bits, which float64 may not tell apart.
    """

    shape: tuple[int, int]
    dtype: np.dtype
    is_dense: bool
    nnz: int
    example: Any
    is_local: bool = False
    block_bytes: int | None = None
    integers: Sequence[Ends] = ()

    @property
    @abstractmethod
    def blocks(self) -> list[slice]:
        """How they are cut: what does not depend on that is had soonest of these."""

    @abstractmethod
    def sum_blocks(
        self, function: Callable, blocks: list[slice], *vectors: Vector
    ) -> Any:
        """Sum of `function(X, *vectors)` of each block, as of `passes.sum_blocks`."""

    @abstractmethod
    def each_block(
        self, function: Callable, blocks: list[slice], *vectors: Vector
    ) -> Iterable[Any]:
        """The same of each block, in their order."""

    @abstractmethod
    def __getitem__(self, rows: NDArray | slice) -> Matrix:
        """Rows in this process: some by number, those of a mask, or all of them."""

    def taken(self, rows: NDArray[np.integer]) -> Any:
        """Some rows, for passes of their own."""
        return self[rows]

    @abstractmethod
    def mapped(self, function: Callable[[Matrix], Matrix]) -> "RemoteRows":
        """A function of some rows after the others, where they are.

        That takes the place of these rows, which need not be there any more.
        """

    @abstractmethod
    def columns(self, places: NDArray[np.integer]) -> Iterable[NDArray]:
        """Some of the columns of dense rows, one after the other, in this process."""


Rows: TypeAlias = Matrix | RemoteRows


def taken(X: Rows, rows: NDArray[np.integer]) -> Rows:
    """Some rows, for passes of their own."""
    return X.taken(rows) if isinstance(X, RemoteRows) else X[rows]


def is_on_device(X: Rows) -> bool:
    """Whether rows are on a device of this process."""
    return isinstance(X, RemoteRows) and X.is_local


def is_dense(X: Rows) -> bool:
    """Whether rows are not CSR."""
    return X.is_dense if isinstance(X, RemoteRows) else isinstance(X, np.ndarray)


def dense_rows(rows: Matrix) -> NDArray[np.floating]:
    """Rows in this process as an array: themselves, if they are one."""
    return rows.toarray() if isinstance(rows, csr_array | csr_matrix) else rows


def row_values(X: Rows) -> int:
    """Values that a row of `X` holds: of a sparse one those stored, on average."""
    if isinstance(X, np.ndarray) or is_dense(X):
        return X.shape[1]
    return X.nnz // max(X.shape[0], 1) + 1


def columns_of(X: Rows, places: NDArray[np.integer]) -> Iterable[NDArray]:
    """Some of the columns of dense rows, one after the other."""
    if isinstance(X, RemoteRows):
        return X.columns(places)
    return (X[:, place] for place in places)
