"""Dask collections as users give them: as rows in shards."""

import math
from typing import Any, Literal

from dask.base import is_dask_collection
from distributed import Future
from numpy.typing import ArrayLike

from sksoftmax._distributed.cluster import FitCluster
from sksoftmax._distributed.shards import ShardedRows
from sksoftmax._sklearn.categories import possible_categories
from sksoftmax._sklearn.distinct import all_distinct, distinct_values, table_of
from sksoftmax._sklearn.validation import refuse_dates

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

    def pieces() -> list[Future]:
        return cluster.pieces(X)

    futures = pieces()
    example = cluster.result(cluster.submit("example", _no_rows, futures[0]))
    refuse_dates(example, name)
    columns = possible_categories(example, categorical_features, name)
    if columns.size:
        found = [
            cluster.submit("values", distinct_values, piece, columns)
            for piece in futures
        ]
        values = all_distinct([cluster.result(part) for part in found])
        example = table_of(example, columns, values)
    del futures
    if persist == "auto":
        persist = _n_bytes(cluster, X) <= _MAX_SHARE * cluster.memory
    return ShardedRows(cluster, pieces, example, is_kept=persist)


def row_chunks(X: Any, name: str = "X") -> Any:
    """A collection whose partitions are whole rows.

    Raises
    ------
    TypeError
        If it is neither an array of two dimensions nor a frame.
    """
    if is_dask_collection(X) and getattr(X, "ndim", None) == 2:
        return X.rechunk({1: -1}) if hasattr(X, "chunks") else X
    raise TypeError(
        f"{name} must be a Dask array of two dimensions or a Dask DataFrame; got "
        f"{type(X).__name__} of {getattr(X, 'ndim', 'no')} dimensions. Pass "
        "X.reshape(-1, 1) for a single feature, and bag.to_dataframe() for a bag."
    )


def _n_bytes(cluster: FitCluster, X: Any) -> float:
    """Of all rows, in memory; where it is not known each partition tells its own."""
    if hasattr(X, "chunks") and math.isfinite(X.nbytes):
        return X.nbytes
    found = [cluster.submit("size", _size_of, piece) for piece in cluster.pieces(X)]
    return sum(cluster.result(size) for size in found)


def _size_of(piece: Any) -> int:
    """Bytes of an array, of a sparse matrix, or of a frame as numbers."""
    return piece.size * getattr(getattr(piece, "dtype", None), "itemsize", 8)


def _no_rows(piece: Any) -> Any:
    return piece[:0]
