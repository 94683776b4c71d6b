"""Rows dealt out to be held out, known by their keys and labels.

Equal rows with one label are dealt out together, with their summed weight, in each
class in the order of their keys. So neither the order of the rows nor copies of them
matter, and copies never sit on both sides.

Draws are dealt out one by one: held out together, they would ask for the probabilities
of what nobody has ever seen. Each goes to a part by chance. Dealt out evenly, draws of
a cell would have the same labels on both sides, and noise would be worth learning.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sksoftmax._rows.draws import Units, differ_from_previous

Array = NDArray[np.floating]
Rows = NDArray[np.integer]
Keys = NDArray[np.uint64]


class Part(NamedTuple):
    """Rows to train on, and rows to judge by, each in the order of classes and keys.

    Attributes
    ----------
    train, held_out : ndarray of int
        Distinct rows.
    train_counts, held_out_counts : ndarray of float64
        How many copies of each there are.
    train_draws, held_out_draws : ndarray of float64
        How many independent draws they are; 1 where all are copies.
    """

    train: Rows
    train_counts: Array
    train_draws: Array
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
    units = Units.of(keys, y, counts, order).with_copies(n_cells)
    return [
        Part(
            units.rows[share < 1],
            ((1 - share) * units.counts)[share < 1],
            ((1 - share) * units.draws)[share < 1],
            units.rows[share > 0],
            (share * units.counts)[share > 0],
            (share * units.draws)[share > 0],
        )
        for share in _shares(units, n_parts).T
        if share.any()
    ]


def _shares(units: Units, n_parts: int) -> Array:
    """Share of each that each part holds out, (n_units, n_parts).

    What is there once is dealt out in turn, draws by chance.
    """
    begins = differ_from_previous(units.y)
    of_class = np.cumsum(begins) - 1
    is_one = units.draws == 1
    turn = np.cumsum(is_one)
    # Not all classes begin with the first part, for all parts to be as long.
    first_part = units.keys[begins] % np.uint64(n_parts)
    turn += (first_part.astype(int) - turn[begins])[of_class]
    shares = (turn[:, np.newaxis] % n_parts == np.arange(n_parts)).astype(float)
    # Of all rows of a class: another one may have the same draws.
    by_row = units.keys * units.draws.astype(np.uint64)
    seeds = np.add.reduceat(by_row, np.flatnonzero(begins))
    for code in np.unique(of_class[~is_one]):
        drawn = (of_class == code) & ~is_one
        draws = units.draws[drawn]
        parts = _dealt_by_chance(draws, n_parts, int(seeds[code]))
        shares[drawn] = parts / draws[:, np.newaxis]
    left = np.zeros((np.count_nonzero(begins), n_parts))
    np.add.at(left, of_class, 1 - shares)
    shares[(left < 1e-6)[of_class]] = 0  # the class would be lost from training
    return shares


def _dealt_by_chance(draws: Rows, n_parts: int, seed: int) -> Rows:
    """How many of the draws of each each part has."""
    random = np.random.RandomState([seed >> 32, seed % 2**32])
    parts = []
    for n_left in range(n_parts, 0, -1):
        parts.append(random.binomial(draws, 1 / n_left))
        draws = draws - parts[-1]
    return np.stack(parts, axis=1)
