"""Dask collections as users give them: as rows in shards."""

from typing import Any

from dask.base import is_dask_collection
from distributed import Future
from numpy.typing import ArrayLike

from sksoftmax._distributed.cluster import FitCluster
from sksoftmax._distributed.shards import ShardedRows
from sksoftmax._sklearn.categories import possible_categories
from sksoftmax._sklearn.distinct import all_distinct, distinct_values, table_of
from sksoftmax._sklearn.validation import refuse_dates


def sharded_rows(
    cluster: FitCluster,
    X: Any,
    categorical_features: ArrayLike | str | None = None,
    name: str = "X",
) -> ShardedRows:
    """The rows of a Dask array or DataFrame, of unknown chunks too, unchecked.

    Parameters
    ----------
    cluster : FitCluster
    X : {dask array, dask DataFrame} of shape (n_samples, n_features)
    categorical_features : array-like, "from_dtype" or None, default=None
        Columns whose values are all to be in the `example` of the rows.
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
