"""Rows that are there more than once: which are copies, and which draws of their own.

A weight of k is k copies and a weight of 0 no row: equal rows with one label are one
row with their summed weight, so that neither the order of the rows nor copies of them
matter.

Where equal rows have different labels they are no copies but repeated draws. So are all
rows of a table of few categories, nearly each of which is there more than once: a new
row will be one of them. But rows that were repeated are there more than once, too, and
taken for draws they would be learnt by heart. So a table has to be small, with each row
there often; or most of its rows have different labels; or it has a quarter of all
combinations of its values, in numbers that vary as chance has it. Draws are rows,
without the common factor of a class that was repeated, and weights are numbers of them
only where each row is there once with a label, and all are whole: costs and weights of
a survey are none.

Draws are also equal rows that are much of a table, as half of it may be zeros, where
all others of their class are there far less often: neither chance nor an oversampler
makes such numbers, and amounts seldom have them. Here whole weights are numbers of
rows.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Rows = NDArray[np.integer]
Keys = NDArray[np.uint64]

# Part of the rows that is there once, which is about the chance of a new one to be none
# of them (I. J. Good, Biometrika 40, 1953).
_UNSEEN = 0.1
# Distinct rows, with a label each, that are a small table, whatever their values, and
# if those are few; each is there so often, on average.
_FEW, _FEW_OF_VALUES, _OFTEN = 25, 200, 10
# Part of the rows of a table that have different labels; and without these part of the
# combinations that are there, and of the variance that numbers of draws have.
_DISPUTED, _FILLED, _VARIANCE = 1 / 2, 1 / 4, 1 / 2
# Part of a table that no copies of a row are, if they are so many times those of the
# next row of their class.
_MUCH, _TIMES = 1 / 20, 8
# Standard deviations, of Poisson's distribution, beyond which chance makes no copies.
_DEVIATIONS = 6
# Numbers of draws that one in 250 times have a common factor by chance: the sum of
# p**-8 over the primes p. And the largest of them.
_UNLIKELY, _MOST = 8, 1e9


class Units(NamedTuple):
    """Distinct rows with a label, in the order of classes and keys.

    Attributes
    ----------
    rows, y : ndarray of int of shape (n_units,)
        The first row of each, and its class code.
    counts : ndarray of float64 of shape (n_units,)
        How many copies there are.
    draws : ndarray of int of shape (n_units,)
        How many of them are independent; 1 where all are copies.
    is_disputed : ndarray of bool of shape (n_units,)
        Whether equal rows have other labels.
    keys : ndarray of shape (n_units,)
        In whose order they are.
    """

    rows: Rows
    y: Rows
    counts: Array
    draws: Rows
    is_disputed: NDArray[np.bool_]
    keys: Keys

    @classmethod
    def of(cls, keys: Keys, y: Rows, counts: Array | None, order: Keys) -> "Units":
        """Of rows with these keys and class codes, each with as many copies."""
        rows = np.arange(len(y)) if counts is None else np.flatnonzero(counts)
        rows = rows[np.lexsort((y[rows], keys[rows]))]
        is_new_key = differ_from_previous(keys[rows])
        starts = np.flatnonzero(is_new_key | differ_from_previous(y[rows]))
        counts = np.ones(len(rows)) if counts is None else counts[rows]
        totals = np.add.reduceat(counts, starts, dtype=np.float64)
        draws = np.diff(np.append(starts, len(rows)))
        if draws.max() == 1 and (totals == np.rint(totals)).all():
            draws = np.minimum(totals, _MOST).astype(int)
            if draws.size >= _UNLIKELY:
                draws //= np.gcd.reduce(draws)
        of_key = np.cumsum(is_new_key[starts]) - 1
        is_disputed = np.bincount(of_key)[of_key] > 1
        rows = rows[starts]
        turns = np.lexsort((keys[rows], order[rows], y[rows]))
        by_unit = totals[turns], draws[turns], is_disputed[turns]
        rows = rows[turns]
        return cls(rows, y[rows], *by_unit, order[rows])

    def with_copies(self, n_cells: Callable[[Rows], float]) -> "Units":
        """The same, where draws are of a table, or have different labels."""
        units = self.once()
        # As often as each other cells of one label are by design, too.
        small = units if self.is_disputed.any() else self
        if small.are_a_small_table(n_cells):
            return small
        return units if units.are_a_table(n_cells) else units.copied()

    def are_a_small_table(self, n_cells: Callable[[Rows], float]) -> bool:
        """Whether they are few, and each is there often."""
        n_rows = self.rows.size
        return self.draws.mean() >= _OFTEN and (
            n_rows <= _FEW
            or (n_rows <= _FEW_OF_VALUES and math.isfinite(n_cells(self.rows)))
        )

    def are_a_table(self, n_cells: Callable[[Rows], float]) -> bool:
        """Whether their labels, or their numbers, are those of repeated draws."""
        once = np.count_nonzero(self.draws == 1)
        n_draws = self.draws.sum()
        if once > _UNSEEN * n_draws:
            return False
        if self.draws[self.is_disputed].sum() >= _DISPUTED * n_draws:
            return math.isfinite(n_cells(self.rows))
        is_chance = self.draws.var() >= _VARIANCE * self.draws.mean()
        return bool(is_chance and self.rows.size >= _FILLED * n_cells(self.rows))

    def once(self) -> "Units":
        """Without what draws of a class have in common: all may have been repeated."""
        begins = np.flatnonzero(differ_from_previous(self.y))
        sizes = np.diff(np.append(begins, self.y.size))
        common = np.gcd.reduceat(self.draws, begins)
        common[sizes < _UNLIKELY] = 1
        return self._replace(draws=self.draws // common.repeat(sizes))

    def copied(self) -> "Units":
        """The same, where only rows with different labels, or that stand out, are."""
        sizes = self.draws
        if (self.counts == np.rint(self.counts)).all():
            sizes = np.minimum(self.counts, _MOST).astype(int)
            sizes = self._replace(draws=sizes).once().draws
        draws = np.where(self.is_disputed, self.draws, 1)
        return self._replace(draws=np.where(self._stand_out(sizes), sizes, draws))

    def _stand_out(self, sizes: Rows) -> NDArray[np.bool_]:
        """Whether each is much of the table, and far more than others of its class."""
        order = np.lexsort((-sizes, self.y))
        sorted_sizes, y = sizes[order], self.y[order]
        is_last = (sorted_sizes[:-1] > _TIMES * sorted_sizes[1:]) & (y[:-1] == y[1:])
        is_last &= sorted_sizes[:-1] >= _MUCH * sizes.sum()
        stand_out = np.zeros(sizes.size, bool)
        for last in np.flatnonzero(is_last):
            stand_out[order[np.searchsorted(y, y[last]) : last + 1]] = True
        return stand_out


def originals(
    keys: Keys, y: Rows, counts: Array | None, n_cells: Callable[[Rows], float]
) -> Rows:
    """The first row that each one is a copy of, which is itself where it is none.

    Nor is one of very few, or the only one of its class, or one that is there more
    often than chance makes one of its class: such rows can be on both sides.

    Parameters
    ----------
    keys, y, counts, n_cells
        As of `deal`. All rows have a count.
    """
    rows = np.arange(y.size)
    if np.unique(keys).size == keys.size:
        return rows
    units = Units.of(keys, y, counts, keys).with_copies(n_cells)
    if units.rows.size <= _FEW:
        return rows
    order = np.lexsort((keys, y))  # of the units, too
    is_first = differ_from_previous(keys[order]) | differ_from_previous(y[order])
    unit = np.cumsum(is_first) - 1
    n_rows = np.bincount(unit)
    others = np.bincount(units.y)[units.y] - 1
    mean = (np.bincount(y)[units.y] - n_rows) / np.maximum(others, 1)
    are_copies = n_rows <= mean + _DEVIATIONS * np.sqrt(mean)
    are_copies &= units.draws == 1
    rows[order] = np.where(are_copies[unit], units.rows[unit], order)
    return rows


def differ_from_previous(values: NDArray) -> NDArray[np.bool_]:
    """Whether each does; the first one does."""
    return np.concatenate([[True], values[1:] != values[:-1]])
