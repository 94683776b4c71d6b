"""Divided columns as sparse rows: a value lies between two ends of parts, the nodes.

A column and its parts make a piecewise linear function of it, which is as well known by
its values u at the nodes (the nodal basis of linear splines, hat functions: C. de Boor,
A Practical Guide to Splines, Springer 2001, chapter III):

    function(x) = (1 - f) u_left + f u_right,    f = (x - left) / (right - left).

So a row stores two numbers of each column, where its parts are up to 128. Weights of
the parts become values at nodes before a pass over the rows, by sums over the parts to
the left of each, and a gradient returns by the transpose.
"""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sksoftmax._features.encoding import Encoding, part_values, places_of
from sksoftmax._rows.matrix import Matrix, dense_rows

Array = NDArray[np.floating]
# Values of rows, and the places of each, (n_rows, n_stored).
Stored: TypeAlias = tuple[Array, NDArray[np.integer]]


class Nodes:
    """Values at nodes, in the place of the inputs of an encoding.

    That of a part stands for its right end, that of a divided column for its gaps, as
    the lowest node of each is 0. All others stand for the same inputs, those that have
    a range as parts of it.

    Parameters
    ----------
    encoding : Encoding
    """

    def __init__(self, encoding: Encoding) -> None:
        columns, _, widths, fills, indicators, _ = encoding
        n_numeric, n_indicators = encoding.n_numeric, indicators.columns.size
        numeric, divided = columns[:n_numeric], columns[n_numeric:]
        n_parts = np.bincount(np.searchsorted(numeric, divided), minlength=n_numeric)
        has_range = (widths > 0) & np.isfinite(widths)
        units = np.where(has_range, widths, 1)
        self._encoding = encoding
        self._undivided = np.flatnonzero(n_parts == 0)
        self._divided = np.flatnonzero(n_parts)
        self._parts = slice(n_numeric, columns.size)
        self._counts = n_parts[self._divided]
        self._begins = np.cumsum(self._counts) - self._counts
        self._units = np.append(units, np.ones(n_indicators)).astype(np.float64)
        self._fills = fills.astype(np.float64)

    def at_nodes(self, coef: Array) -> Array:
        """Values at nodes, from weights of the inputs; (n_units, n_inputs) both."""
        values = coef * self._units
        if not self._divided.size:
            return values
        own, parts = self._divided, self._parts
        of_columns = coef[:, own]
        steps = np.repeat(of_columns, self._counts, axis=1)
        steps += coef[:, parts]
        steps *= self._units[parts]
        values[:, parts] = self._summed(steps)
        gaps = np.add.reduceat(coef[:, parts] * self._fills[parts], self._begins, 1)
        values[:, own] = gaps + of_columns * self._fills[own]
        return values

    def of_inputs(self, rows: Array) -> Array:
        """The transpose: inputs of rows, and gradients in their weights.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_inputs)
            What rows store for each value at a node, or gradients in it.
        """
        inputs = rows * self._units.astype(rows.dtype)
        if not self._divided.size:
            return inputs
        own, parts, fills = self._divided, self._parts, self._fills.astype(rows.dtype)
        of_gaps = rows[:, own]
        reached = self._summed(rows[:, parts], from_the_right=True)
        reached *= self._units[parts].astype(rows.dtype)
        inputs[:, own] = (
            np.add.reduceat(reached, self._begins, 1) + of_gaps * fills[own]
        )
        reached += np.repeat(of_gaps, self._counts, axis=1) * fills[parts]
        inputs[:, parts] = reached
        return inputs

    def _summed(self, values: Array, *, from_the_right: bool = False) -> Array:
        """Cumulative sums over the parts of each column."""
        counts, begins = self._counts, self._begins
        totals = np.add.reduceat(values, begins, axis=1)
        steps = values.copy()
        if from_the_right:
            ends = begins + counts - 1
            steps[:, ends[:-1]] -= totals[:, 1:]
            return np.cumsum(steps[:, ::-1], axis=1)[:, ::-1]
        # One sum over all, which goes back to 0 where the next column begins.
        steps[:, begins[1:]] -= totals[:, :-1]
        return np.cumsum(steps, axis=1, out=steps)

    def rows(self, X: Matrix) -> csr_array:
        """What a block of the user's rows stores, (n_rows, n_inputs)."""
        X = dense_rows(X)
        stored = self._undivided_values(X), *self._divided_values(X), self._ones(X)
        values = np.concatenate([v for v, _ in stored], axis=1)
        places = np.concatenate([k for _, k in stored], axis=1, dtype=np.int32)
        ends = np.arange(len(X) + 1, dtype=np.int32) * values.shape[1]
        shape = len(X), self._encoding.n_inputs
        return csr_array((values.ravel(), places.ravel(), ends), shape)

    def _undivided_values(self, X: Array) -> Stored:
        """Of columns without parts."""
        own = self._undivided
        values = part_values(X, self._encoding, own)
        values /= self._units[own].astype(values.dtype)
        return values, np.broadcast_to(own, values.shape)

    def _divided_values(self, X: Array) -> Iterator[Stored]:
        """Of columns with parts, those of the node on the left and on the right."""
        columns, starts, widths, *_ = self._encoding
        own, first = self._divided, self._parts.start + self._begins
        X = X[:, columns[own]]
        right = np.empty(X.shape, np.int32)
        for k, (begin, count) in enumerate(zip(first, self._counts, strict=True)):
            inner = starts[begin + 1 : begin + count]
            right[:, k] = np.searchsorted(inner, X[:, k], side="right")
        right += first
        f = X - starts[right]
        f /= widths[right]
        np.clip(f, 0, 1, out=f)
        is_gap, is_first = np.isnan(f), right == first
        of_left = np.where(is_first, 0, 1 - f)
        of_left[is_gap], f[is_gap] = 1, 0
        yield of_left, np.where(is_first | is_gap, own, right - 1)
        yield f, right

    def _ones(self, X: Array) -> Stored:
        """Of indicators: of each column that has some, at most one that is not 0."""
        indicators, n_parts = self._encoding.indicators, self._encoding.columns.size
        places = places_of(X, indicators)
        values = (places >= 0).astype(np.result_type(X, self._encoding.starts))
        _, first = np.unique(indicators.columns, return_index=True)
        return values, n_parts + np.where(places < 0, first, places)
