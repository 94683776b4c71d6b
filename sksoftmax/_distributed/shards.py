"""Rows in shards on a cluster, each of whole blocks: an aligned node of the tree."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import accumulate
from typing import Any, NamedTuple, Self

import numpy as np
from distributed import Future
from numpy.typing import NDArray
from scipy.sparse import issparse

from sksoftmax._distributed.cluster import FitCluster
from sksoftmax._distributed.cutting import Shards, blocks_of_a_shard, from_zero, joined
from sksoftmax._rows.malloc import insist_on_freed_memory
from sksoftmax._rows.matrix import Ends, Matrix, RemoteRows, Vector
from sksoftmax._rows.sums import tree_sum
from sksoftmax._rows.threads import BlockThreads
from sksoftmax._rows.vectors import PlacedVectors

# Nodes that are added up in one task, or in this process where they are small: bytes.
_MERGED, _MAX_MERGED = 16, 2**24
# Bytes of columns that are fetched at a time.
_MAX_FETCHED = 2**27

Pieces = Callable[[], list[Future]]


class Facts(NamedTuple):
    """Of one piece of the rows; `dtype` is None of frames, `nnz` of what is dense."""

    n_rows: int
    n_features: int
    dtype: np.dtype | None
    nnz: int | None

    @classmethod
    def of(cls, piece: Any) -> Self:
        """Of an array, a sparse matrix or a frame."""
        n_rows, n_features = piece.shape
        nnz = piece.nnz if issparse(piece) else None
        return cls(n_rows, n_features, getattr(piece, "dtype", None), nnz)


class ShardedRows(RemoteRows):
    """Rows whose pieces, one after the other, are results of tasks.

    Parameters
    ----------
    cluster : FitCluster
    pieces : callable
        `pieces()` gives a task for each piece: an array, a sparse matrix or a frame.
    example : {ndarray, frame}
    is_kept : bool
        Whether shards stay on the cluster. If not, each pass asks for the pieces anew.
    facts : list of Facts, default=None
        Of all pieces, where they are known.
    integers : sequence, default=()
        Ends of the columns of integers, as of `ends_of_integers`.
    """

    def __init__(
        self,
        cluster: FitCluster,
        pieces: Pieces,
        example: Any,
        *,
        is_kept: bool,
        facts: list[Facts] | None = None,
        integers: Sequence[Ends] = (),
    ) -> None:
        self._cluster = cluster
        self._is_kept = is_kept
        self.example = example
        self.integers = integers
        if facts is None:
            # Without a name for the pieces, which are let go as soon as they are seen.
            found = cluster.submit_each("facts", Facts.of, pieces())
            facts = [cluster.result(fact) for fact in found]
        widths = {fact.n_features for fact in facts}
        if len(widths) > 1:
            raise ValueError(
                f"X has partitions of {sorted(widths)} columns. All need the same."
            )
        places = [place for place, fact in enumerate(facts) if fact.n_rows]
        facts = [facts[place] for place in places]
        self._pieces: Pieces = lambda: [*map(pieces().__getitem__, places)]
        if is_kept:
            futures = self._pieces()
            self._pieces = lambda: futures
        ends = list(accumulate(fact.n_rows for fact in facts))
        self._cut = [[slice(a, b)] for a, b in zip([0, *ends], ends, strict=False)]
        self._vectors: PlacedVectors[list[Future]] = PlacedVectors()
        dtypes = [fact.dtype for fact in facts if fact.dtype is not None]
        self.shape = sum(fact.n_rows for fact in facts), widths.pop()
        self.dtype = np.result_type(*dtypes) if dtypes else np.dtype(np.float64)
        self.is_dense = any(fact.nnz is None for fact in facts)
        self.nnz = sum(fact.nnz or 0 for fact in facts)

    @property
    def blocks(self) -> list[slice]:
        """How they are cut."""
        return [block for blocks in self._cut for block in blocks]

    def sum_blocks(
        self, function: Callable, blocks: list[slice], *vectors: Vector
    ) -> Any:
        """Sum of `function(X, *vectors)` of each block."""
        nodes = self._passes("sums", _summed, function, blocks, vectors)
        while len(nodes) > _MERGED:
            groups = [nodes[i : i + _MERGED] for i in range(0, len(nodes), _MERGED)]
            nodes = self._cluster.submit_each("merge", _merged, groups)
        first = self._cluster.result(nodes[0])  # while others are being made
        if len(nodes) * sum(np.asarray(part).nbytes for part in first) > _MAX_MERGED:
            return self._cluster.result(self._cluster.submit("merge", _merged, nodes))
        # Small ones are not worth another task, for which each pass would wait.
        return _merged([first, *self._cluster.results(nodes[1:])])

    def each_block(
        self, function: Callable, blocks: list[slice], *vectors: Vector
    ) -> Iterable[Any]:
        """The same of each block, in their order."""
        for listed in self._passes("blocks", _listed, function, blocks, vectors):
            yield from self._cluster.result(listed)

    def __getitem__(self, rows: NDArray | slice) -> Matrix:
        """Rows in this process."""
        rows = np.arange(self.shape[0])[rows]
        starts = [blocks[0].start for blocks in self._cut]
        owners = np.searchsorted(starts, rows, side="right") - 1
        order = np.argsort(owners, kind="stable")
        owned, firsts = np.unique(owners[order], return_index=True)
        pieces = self._pieces()
        taken = [
            self._cluster.submit("rows", _taken, pieces[owner], of - starts[owner])
            for owner, of in zip(owned, np.split(rows[order], firsts[1:]), strict=True)
        ]
        del pieces  # none is made that has no such rows, or stays longer than needed
        parts = [self._cluster.result(part) for part in taken]
        back = np.empty_like(order)
        back[order] = np.arange(order.size)
        return joined(parts, self.dtype)[back]

    def columns(self, places: NDArray[np.integer]) -> Iterable[NDArray]:
        """Some of the columns, as many at a time as are small."""
        n_bytes = max(self.shape[0] * self.dtype.itemsize, 1)
        n_columns = max(_MAX_FETCHED // n_bytes, 1)
        for i in range(0, places.size, n_columns):
            some = places[i : i + n_columns]
            found = [
                self._cluster.submit("columns", _columns, piece, some)
                for piece in self._pieces()
            ]
            parts = [self._cluster.result(part) for part in found]
            yield from np.concatenate(parts, axis=1, dtype=self.dtype)

    def mapped(self, function: Callable[[Any], Matrix]) -> "ShardedRows":
        """A function of the rows of each piece, which is let go once that is made."""
        cluster = self._cluster

        def made_of(pieces: list[Future]) -> Pieces:
            futures = cluster.submit_each("map", function, pieces)
            return lambda: futures

        pieces = self._made_of_pieces(made_of)
        self._pieces, self._vectors = list, PlacedVectors()
        return ShardedRows(cluster, pieces, self.example, is_kept=self._is_kept)

    def _made_of_pieces(self, made_of: Callable[[list[Future]], Pieces]) -> Pieces:
        """What is made of these, now or anew in each pass."""
        before = self._pieces
        if self._is_kept:
            return made_of(before())
        return lambda: made_of(before())()

    def _passes(
        self,
        name: str,
        task: Callable,
        function: Callable,
        blocks: list[slice],
        vectors: tuple[Vector, ...],
    ) -> list[Future]:
        """`task(function, blocks, shard, *vectors)` of each shard of this cut."""
        if blocks != self.blocks:
            self._cut_anew(blocks)
        self._cluster.n_passes += 1
        n_shards = len(self._cut)
        sent = self._cluster.shared("function", function, n_shards)
        placed = [
            [None] * n_shards if v is None else self._vectors.placed(v, self._parts)
            for v in vectors
        ]
        return self._cluster.submit_each(
            name,
            task,
            [sent] * n_shards,
            [*map(from_zero, self._cut)],
            self._pieces(),
            *placed,
        )

    def _cut_anew(self, blocks: list[slice]) -> None:
        """Let shards be nodes of these blocks."""
        row_bytes, n_threads = self._row_bytes(), self._cluster.n_threads
        size = blocks_of_a_shard(blocks, self.shape[0], row_bytes, n_threads)
        cut = [blocks[i : i + size] for i in range(0, len(blocks), size)]
        shards_of = partial(Shards, self._cluster, self._cut, cut, self.dtype)
        shards = self._made_of_pieces(shards_of)
        self._cut, self._pieces, self._vectors = cut, shards, PlacedVectors()
        if isinstance(shards, Shards):  # which are made once
            shards.make_in_turn(n_threads)

    def _row_bytes(self) -> float:
        n_values = self.shape[1] if self.is_dense else 2 * self.nnz / self.shape[0]
        return n_values * self.dtype.itemsize

    def _parts(self, vector: NDArray) -> list[Future]:
        """Those of a vector, on the cluster."""
        return [
            self._cluster.given("vector", vector[own[0].start : own[-1].stop])
            for own in self._cut
        ]


# What runs on the cluster. A task does not write to what another one has made.


def _summed(
    function: Callable, blocks: list[slice], X: Matrix, *vectors: Vector
) -> list:
    return tree_sum(_of_blocks(function, blocks, X, vectors))


def _listed(
    function: Callable, blocks: list[slice], X: Matrix, *vectors: Vector
) -> list:
    return list(_of_blocks(function, blocks, X, vectors))


def _of_blocks(
    function: Callable, blocks: list[slice], X: Matrix, vectors: tuple[Vector, ...]
) -> Iterable[Any]:
    insist_on_freed_memory()
    # Workers in this process may use BLAS's threads, others may not.
    with np.errstate(all="ignore"), BlockThreads():
        for rows in blocks:
            yield function(X[rows], *(v if v is None else v[rows] for v in vectors))


def _merged(nodes: list[list]) -> list:
    return tree_sum(
        [part.copy() if isinstance(part, np.ndarray) else part for part in node]
        for node in nodes
    )


def _taken(X: Matrix, rows: NDArray[np.integer]) -> Matrix:
    return X[rows]


def _columns(X: NDArray, places: NDArray[np.integer]) -> NDArray:
    return X[:, places].T
