"""Dask collections as users give them: as rows in shards."""

import math
from functools import partial
from typing import Any, Literal, NamedTuple, Self

import numpy as np
from dask.base import is_dask_collection
from dask.sizeof import sizeof
from distributed import Future
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse

from sksoftmax._distributed.cluster import FitCluster
from sksoftmax._distributed.shards import Facts, ShardedRows
from sksoftmax._sklearn.categories import possible_categories
from sksoftmax._sklearn.dates import refuse_dates
from sksoftmax._sklearn.distinct import all_distinct, distinct_values, table_of
from sksoftmax._sklearn.integers import all_ends, ends_of_integers

# Part of the cluster's memory that rows may take for good: while they are cut, there
# are two copies of some.
_MAX_SHARE = 0.5


def sharded_rows(
    cluster: FitCluster,
    X: Any,
    categorical_features: ArrayLike | str | None = None,
    *,
    persist: bool | Literal["auto"] = True,
    name: str = "X",
) -> ShardedRows:
    """The rows of a Dask array or DataFrame, of unknown chunks too, unchecked.

    Parameters
    ----------
    cluster : FitCluster
    X : {dask array, dask DataFrame} of shape (n_samples, n_features)
    categorical_features : array-like, "from_dtype" or None, default=None
        Columns whose values are all to be in the `example` of the rows.
    persist : bool or "auto", default=True
        Whether the rows stay on the cluster; "auto" if that has room.
    name : str
        What errors call `X`.

    Raises
    ------
    TypeError
        If `X` is neither, or has dates.
    """
    X = row_chunks(X, name)
    first = X.blocks[0] if hasattr(X, "chunks") else X.partitions[0]
    example = cluster.result(
        cluster.submit("example", _no_rows, *cluster.pieces(first))
    )
    refuse_dates(example, name)
    columns = possible_categories(example, categorical_features, name)
    if persist == "auto":
        most = _MAX_SHARE * cluster.memory - cluster.n_bytes
    else:
        most = math.inf if persist else -1.0
    seen, futures = _seen(cluster, X, columns, most)
    if futures is not None:
        cluster.n_bytes += sum(one.n_bytes for one in seen)
    if columns.size:
        values = all_distinct([one.values for one in seen])
        example = table_of(example, columns, values)
    return ShardedRows(
        cluster,
        partial(_anew, cluster, X) if futures is None else lambda: futures,
        example,
        is_kept=futures is not None,
        facts=[one.facts for one in seen],
        integers=all_ends([one.integers for one in seen]),
    )


class _Seen(NamedTuple):
    """What is asked of each partition when it is first there."""

    facts: Facts
    n_bytes: int
    values: list
    integers: list

    @classmethod
    def of(cls, piece: Any, columns: NDArray[np.integer]) -> Self:
        """Of a partition, with the values of some columns."""
        values = distinct_values(piece, columns) if columns.size else []
        integers = [*ends_of_integers(piece)]
        return cls(Facts.of(piece), _n_bytes(piece), values, integers)


def _seen(
    cluster: FitCluster, X: Any, columns: NDArray[np.integer], max_bytes: float
) -> tuple[list[_Seen], list[Future] | None]:
    """Of all partitions; and these, which are then made once, if all may stay."""
    futures = _anew(cluster, X)
    found = cluster.submit_each("seen", partial(_Seen.of, columns=columns), futures)
    n_bytes, seen = 0, []
    for part in found:
        if n_bytes > max_bytes:
            futures.clear()  # for those that come to have room
        seen.append(cluster.result(part))
        n_bytes += seen[-1].n_bytes
    return seen, None if n_bytes > max_bytes else futures


def _anew(cluster: FitCluster, X: Any) -> list[Future]:
    """All partitions, read or computed."""
    cluster.n_readings += 1
    return cluster.pieces(X)


def row_chunks(X: Any, name: str = "X") -> Any:
    """A collection whose partitions are whole rows.

    Raises
    ------
    TypeError
        If it is neither an array of two dimensions nor a frame.
    """
    n_dimensions = getattr(X, "ndim", None)
    if not isinstance(n_dimensions, int):  # a Delayed has any attribute
        n_dimensions = "no"
    if is_dask_collection(X) and n_dimensions == 2:
        has_parts = hasattr(X, "chunks") and X.numblocks[1] > 1
        return X.rechunk({1: -1}) if has_parts else X
    raise TypeError(
        f"{name} must be a Dask array of two dimensions or a Dask DataFrame; got "
        f"{type(X).__name__} of {n_dimensions} dimensions. Pass "
        "X.reshape(-1, 1) for a single feature, and bag.to_dataframe() for a bag."
    )


def _n_bytes(piece: Any) -> int:
    """Bytes of what is made of a piece, or of itself, if these are more."""
    itemsize = 4 if getattr(piece, "dtype", None) == np.float32 else 8
    if issparse(piece):
        piece = piece.tocsr()
        return piece.nnz * itemsize + piece.indices.nbytes + piece.indptr.nbytes
    return max(sizeof(piece), piece.size * itemsize)


def _no_rows(piece: Any) -> Any:
    return piece.tocsr()[:0] if issparse(piece) else piece[:0]
