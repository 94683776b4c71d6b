"""Dask collections as users give them: as rows in shards."""

from typing import Any

from dask.base import is_dask_collection
from distributed import Future

from sksoftmax._distributed.cluster import FitCluster
from sksoftmax._distributed.shards import ShardedRows


def sharded_rows(cluster: FitCluster, X: Any, name: str = "X") -> ShardedRows:
    """The rows of a Dask array or DataFrame, of unknown chunks too, unchecked.

    Raises
    ------
    TypeError
        If `X` is neither.
    """
    X = row_chunks(X, name)

    def pieces() -> list[Future]:
        return cluster.pieces(X)

    first, *_ = pieces()
    example = cluster.result(cluster.submit("example", _no_rows, first))
    return ShardedRows(cluster, pieces, example, is_kept=True)


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


def _no_rows(piece: Any) -> Any:
    return piece[:0]
