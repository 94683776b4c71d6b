"""Passes over all rows: what a function gives of each block, and the sum of that.

Rows that are elsewhere make the pass where they are: nobody else need know of it.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from numpy.typing import NDArray

from sksoftmax._rows.matrix import RemoteRows, Rows, Vector
from sksoftmax._rows.namespace import AnyArray, move_arrays
from sksoftmax._rows.sums import Sums, tree_sum
from sksoftmax._rows.threads import Map


class Kernel(partial):
    """A function of a block, with arguments whose arrays go where the rows are.

    It takes arrays of any library, as rows on a device are. Of other functions these
    rows give blocks in this process.
    """

    def moved(self, move: Callable[[NDArray], AnyArray]) -> Callable[..., Any]:
        """The same with `move(array)` of each array in its arguments."""
        keywords = {k: move_arrays(v, move) for k, v in self.keywords.items()}
        return partial(self.func, *move_arrays(self.args, move), **keywords)


def sum_blocks(
    function: Callable[..., Sums],
    blocks: list[slice],
    X: Rows,
    *vectors: Vector,
    map_blocks: Map = map,
) -> Any:
    """Sum, in the tree, of what a function gives of each block.

    Parameters
    ----------
    function : callable
        `function(X, *vectors)` of the rows of one block, which it does not write to.
    blocks : list of slice
        All rows, in order.
    X : {ndarray, CSR, RemoteRows} of shape (n_samples, n_features)
    *vectors : ndarray of shape (n_samples, ...) or None
    map_blocks : callable, default=map
        `map_blocks(function, blocks)` gives the results in the order of the blocks, of
        rows in this process, or that come to it.
    """
    if isinstance(X, RemoteRows) and not _is_done_here(function, X):
        return X.sum_blocks(function, blocks, *vectors)
    return tree_sum(map_blocks(partial(_of_block, function, X, vectors), blocks))


def each_block(
    function: Callable[..., Any],
    blocks: list[slice],
    X: Rows,
    *vectors: Vector,
    map_blocks: Map = map,
) -> Iterable[Any]:
    """What a function gives of each block, in their order; as of `sum_blocks`."""
    if isinstance(X, RemoteRows) and not _is_done_here(function, X):
        return X.each_block(function, blocks, *vectors)
    return map_blocks(partial(_of_block, function, X, vectors), blocks)


def _is_done_here(function: Callable[..., Any], X: RemoteRows) -> bool:
    """Whether its blocks are fetched: from a device of this process."""
    return X.is_local and not isinstance(function, Kernel)


def _of_block(
    function: Callable[..., Any], X: Rows, vectors: tuple[Vector, ...], rows: slice
) -> Any:
    return function(X[rows], *(v if v is None else v[rows] for v in vectors))
