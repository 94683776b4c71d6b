"""Rows dealt out to be held out, known by their keys and labels.

A weight of k is k copies and a weight of 0 no row: equal rows with one label are dealt
out together, with their summed weight, in each class in the order of their keys. So
neither the order of the rows nor copies of them matter, and copies never sit on both
sides.

Where equal rows have different labels they are no copies but repeated draws, and are
dealt out one by one: held out together, they would ask for the probabilities of what
nobody has ever seen. So are all rows of a table of few categories, nearly each of which
is there more than once: a new row will be one of them. But rows that were repeated are
there more than once, too, and taken for draws they would be learnt by heart. So a table
has to be small, with each row there often; or most of its rows have different labels;
or it has a quarter of all combinations of its values, in numbers that vary as chance
has it. Draws are rows, without the common factor of a class that was repeated, and
weights are numbers of them only where each row is there once with a label, and all are
whole: costs and weights of a survey are none.

Each draw goes to a part by chance. Dealt out evenly, draws of a cell would have the
same labels on both sides, and noise would be worth learning.
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
# Numbers of draws that one in 250 times have a common factor by chance: the sum of
# p**-8 over the primes p. And the largest of them.
_UNLIKELY, _MOST = 8, 1e9


class Part(NamedTuple):
    """Rows to train on, and rows to judge by, each in the order of classes and keys.

    Attributes
    ----------
    train, held_out : ndarray of int
        Distinct rows.
    train_counts, held_out_counts : ndarray of float64
        How many copies of each there are.
    held_out_draws : ndarray of float64
        How many independent draws they are; 1 where all are copies.
    """

    train: Rows
    train_counts: Array
    held_out: Rows
    held_out_counts: Array
    held_out_draws: Array


def deal(
    keys: Keys,
    y: Rows,
    counts: Array | None,
    n_parts: int,
    *,
    order: Keys | None = None,
    n_cells: Callable[[Rows], float] = lambda rows: math.inf,
) -> list[Part]:
    """Deal rows out to be held out, each in one of `n_parts` parts.

    Parameters
    ----------
    keys : ndarray of shape (n_samples,)
        Equal for equal rows.
    y : ndarray of shape (n_samples,)
        Class codes.
    counts : ndarray of shape (n_samples,) or None
        How many copies a row stands for. None is one each.
    n_parts : int
    order : ndarray of shape (n_samples,), default=None
        Keys in whose order rows are dealt out; None for the same.
    n_cells : callable
        `n_cells(rows)`: how many combinations there are of the values that distinct
        rows have, infinite of many values. Asked where nearly each is there more than
        once.

    Returns
    -------
    parts : list of Part
        As large as each other, in each class, but for what chance makes of draws. Those
        without rows to hold out are left away: of a class that is a single distinct
        row, none is.
    """
    order = keys if order is None else order
    units = _Units.of(keys, y, counts, order).with_copies(n_cells)
    return [
        Part(
            units.rows[share < 1],
            ((1 - share) * units.counts)[share < 1],
            units.rows[share > 0],
            (share * units.counts)[share > 0],
            (share * units.draws)[share > 0],
        )
        for share in units.shares(n_parts).T
        if share.any()
    ]


class _Units(NamedTuple):
    """Distinct rows with a label, in the order of classes and keys; their counts."""

    rows: Rows
    y: Rows
    counts: Array
    draws: Rows
    is_disputed: NDArray[np.bool_]
    keys: Keys

    @classmethod
    def of(cls, keys: Keys, y: Rows, counts: Array | None, order: Keys) -> "_Units":
        rows = np.arange(len(y)) if counts is None else np.flatnonzero(counts)
        rows = rows[np.lexsort((y[rows], keys[rows]))]
        is_new_key = _differ_from_previous(keys[rows])
        starts = np.flatnonzero(is_new_key | _differ_from_previous(y[rows]))
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

    def with_copies(self, n_cells: Callable[[Rows], float]) -> "_Units":
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

    def once(self) -> "_Units":
        """Without what draws of a class have in common: all may have been repeated."""
        begins = np.flatnonzero(_differ_from_previous(self.y))
        sizes = np.diff(np.append(begins, self.y.size))
        common = np.gcd.reduceat(self.draws, begins)
        common[sizes < _UNLIKELY] = 1
        return self._replace(draws=self.draws // common.repeat(sizes))

    def copied(self) -> "_Units":
        """The same, where only rows with different labels are draws."""
        return self._replace(draws=np.where(self.is_disputed, self.draws, 1))

    def shares(self, n_parts: int) -> Array:
        """Share of each that each part holds out, (n_units, n_parts).

        What is there once is dealt out in turn, draws by chance.
        """
        begins = _differ_from_previous(self.y)
        of_class = np.cumsum(begins) - 1
        is_one = self.draws == 1
        turn = np.cumsum(is_one)
        # Not all classes begin with the first part, for all parts to be as long.
        first_part = self.keys[begins] % np.uint64(n_parts)
        turn += (first_part.astype(int) - turn[begins])[of_class]
        shares = (turn[:, np.newaxis] % n_parts == np.arange(n_parts)).astype(float)
        # Of all rows of a class: another one may have the same draws.
        by_row = self.keys * self.draws.astype(np.uint64)
        seeds = np.add.reduceat(by_row, np.flatnonzero(begins))
        for code in np.unique(of_class[~is_one]):
            drawn = (of_class == code) & ~is_one
            draws = self.draws[drawn]
            parts = _dealt_by_chance(draws, n_parts, int(seeds[code]))
            shares[drawn] = parts / draws[:, np.newaxis]
        left = np.zeros((np.count_nonzero(begins), n_parts))
        np.add.at(left, of_class, 1 - shares)
        shares[(left < 1e-6)[of_class]] = 0  # the class would be lost from training
        return shares


def _differ_from_previous(values: NDArray) -> NDArray[np.bool_]:
    return np.concatenate([[True], values[1:] != values[:-1]])


def _dealt_by_chance(draws: Rows, n_parts: int, seed: int) -> Rows:
    """How many of the draws of each each part has."""
    random = np.random.RandomState([seed >> 32, seed % 2**32])
    parts = []
    for n_left in range(n_parts, 0, -1):
        parts.append(random.binomial(draws, 1 / n_left))
        draws = draws - parts[-1]
    return np.stack(parts, axis=1)
