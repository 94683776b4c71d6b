"""Rows to train on, and rows to judge by: of one objective, again and again."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sksoftmax._features.draw_keys import draw_keys
from sksoftmax._features.standardization import Standardization
from sksoftmax._rows.cells import n_cells
from sksoftmax._rows.dealing import Part, deal
from sksoftmax._rows.malloc import give_back_freed_memory
from sksoftmax._rows.row_keys import Keys, row_keys
from sksoftmax._training.objective import Objective, evenly_spaced

Array = NDArray[np.floating]

# A fifth is held out, as often as it takes for so many rows to have been.
N_PARTS, _ENOUGH_ROWS = 5, 1000
# Times that a row is there of those of others, and of what is in proportion to one.
_OFTEN = 10
# Rows, of more than which arrays are given back that were as long.
_MANY_ROWS = 2**18
# Not the user's: another start is to be compared on the same rows.
_SEED = 0


class Split(NamedTuple):
    """An objective to minimise, and rows that it has not seen.

    Attributes
    ----------
    train, held_out : Objective
        Of parts, in the space of the rows to train on, if that is worth it.
    independent : ndarray of shape (n_held_out,)
        How many independent observations each held-out row with a weight is.
    """

    train: Objective
    held_out: Objective
    independent: Array

    @classmethod
    def of(cls, train: Objective, held_out: Objective) -> "Split":
        """With a row for an observation."""
        n_rows = held_out.y[held_out.counted].size
        return cls(train, held_out, np.ones(n_rows))

    @property
    def weights(self) -> Array:
        """Of the held-out rows that have one, in the user's unit, as of all parts."""
        if self.held_out.weights is None:
            return np.ones(self.independent.size)
        weights = self.held_out.weights[self.held_out.counted].astype(np.float64)
        return weights * self.held_out.weights_unit

    def seen_by(self, features: Standardization) -> "Split":
        """The same rows, as other inputs of the first layer."""
        return self._replace(
            train=self.train.seen_by(features),
            held_out=self.held_out.predicted_by(features),
        )

    def stored(self) -> "Split":
        """The same, with inputs that are made once of the rows to train on."""
        return self._replace(train=self.train.stored())

    def frequency_losses(self) -> Array:
        """Of the class frequencies in one part, on the rows of the other."""
        with np.errstate(divide="ignore"):
            losses = -np.log(self.train.class_frequencies)
        return losses[self.held_out.y[self.held_out.counted]]


def weight_of_a_draw(parts: list[Part]) -> float:
    """What a draw, or a row with its copies, weighs: the median of all."""
    if not parts:
        return 1.0
    weights = [part.held_out_counts / part.held_out_draws for part in parts]
    return float(np.median(np.concatenate(weights)))


class HeldOut:
    """Splits that are made when they are asked for, of which the last one is kept.

    Parameters
    ----------
    n_parts : int
        How many there are.
    split : callable
        `split(part)` makes one.
    is_of_all : bool, default=False
        Whether the rows to train on are all that there are.
    """

    def __init__(
        self, n_parts: int, split: Callable[[int], Split], *, is_of_all: bool = False
    ) -> None:
        self.n_parts = n_parts
        self._split = split
        self.is_of_all = is_of_all
        self._last: tuple[int, Split] | None = None

    @classmethod
    def of(
        cls, objective: Objective, parts: list[Part], max_rows: int, max_parts: int
    ) -> "HeldOut":
        """Of the rows of an objective.

        Of the rows to train on at most `max_rows` are taken, of each class in
        proportion, and of the others as many.
        """
        n_rows = max((part.held_out.size for part in parts), default=1)
        n_parts = min(len(parts), max_parts, -(-_ENOUGH_ROWS // n_rows))
        return cls(n_parts, lambda part: _split(objective, parts[part], max_rows))

    @classmethod
    def by_validation(
        cls, objective: Objective, validation: Objective, max_rows: int
    ) -> "HeldOut":
        """Validation data, beside all rows or about `max_rows` of them."""
        if objective.n_samples > max_rows:
            parts = fifths(objective, max_rows * N_PARTS // (N_PARTS - 1))
            if parts:
                return cls(
                    1, lambda _: _beside(objective, validation, parts[0], max_rows)
                )
        split = Split.of(objective, validation)
        return cls(1, lambda _: split, is_of_all=True)

    def split(self, part: int) -> Split:
        """The rows to train on, which are copied, and those to judge by."""
        if self._last is None or self._last[0] != part:
            self._last = None  # two need not be in memory
            self._last = part, self._split(part)
        return self._last[1]


def fifths(objective: Objective, max_rows: int) -> list[Part]:
    """At most about so many distinct rows, dealt out by what they hold."""
    parts = _dealt(objective, max_rows)
    if objective.X.shape[0] > _MANY_ROWS:
        give_back_freed_memory()
    return parts


def _dealt(objective: Objective, max_rows: int) -> list[Part]:
    order = draw_keys(objective.X, _SEED, objective.standardization)
    rows = _first_by_key(order, objective, max_rows)
    counts = objective.counts
    if rows.size > 2 * max_rows:  # of many copies, which are not to be fetched
        keys = row_keys(objective.X, _SEED)[rows]
    else:
        keys = row_keys(objective.X[rows], _SEED)
    parts = deal(
        keys,
        objective.y[rows],
        None if counts is None else counts[rows],
        N_PARTS,
        order=order[rows],
        n_cells=lambda distinct: n_cells(objective.X[rows[distinct]]),
    )
    return [
        part._replace(train=rows[part.train], held_out=rows[part.held_out])
        for part in parts
    ]


def _first_by_key(keys: Keys, objective: Objective, n_rows: int) -> NDArray:
    """Rows with one of the smallest keys, and a few at least of each class.

    So of equal rows there are all, whatever their labels, or none.
    """
    counted = objective.counted
    keys, y = keys[counted], objective.y[counted]
    distinct = np.unique(keys)
    chosen = np.ones(keys.size, bool)
    if distinct.size > n_rows:
        chosen = keys <= distinct[n_rows - 1]
        counts = np.bincount(y[chosen], minlength=y.max() + 1)
        for code in np.flatnonzero(counts < N_PARTS):
            chosen |= np.isin(keys, np.sort(keys[y == code])[:N_PARTS])
    return np.arange(objective.y.size)[counted][chosen]


def _split(objective: Objective, part: Part, max_rows: int) -> Split:
    part = at_most(max_rows, part, objective.y)
    train = _train(objective, part)
    features = train.standardization
    train = train.reduced()
    held_out = objective.repeated(part.held_out, part.held_out_counts)
    held_out = held_out.predicted_by(features)
    return Split(train, held_out.beside(train), part.held_out_draws)


def _beside(
    objective: Objective, validation: Objective, part: Part, max_rows: int
) -> Split:
    """The rows to train on that there would be without validation data, and those."""
    train = _train(objective, at_most(max_rows, part, objective.y))
    return Split.of(train, validation.predicted_by(train.standardization))


def _train(objective: Objective, part: Part) -> Objective:
    return objective.repeated(part.train, part.train_counts)


def at_most(n_rows: int, part: Part, y: NDArray[np.integer]) -> Part:
    """Of each side so many rows, in proportion, and one of each class more."""
    train = _some(n_rows, y, *part[:3])
    return Part(*train, *_some(n_rows, y, *part[3:]))


def _some(
    n_rows: int,
    y: NDArray[np.integer],
    rows: NDArray[np.integer],
    counts: Array,
    draws: Array,
) -> tuple[NDArray[np.integer], Array, Array]:
    """Of rows sorted by class, with their copies and draws.

    All of a row come with it. But of one that is there far more often than others, as
    zeros may be, these are in proportion: all of them would be nearly everything.
    """
    if rows.size <= n_rows:
        return rows, counts, draws
    most = n_rows // 2 + 1
    often = max(float(np.median(draws)), rows.size / n_rows)
    is_often = draws > max(_OFTEN * often, np.partition(draws, -most)[-most])
    others = evenly_spaced(np.flatnonzero(~is_often), n_rows - is_often.sum())
    first_of_class = np.flatnonzero(np.diff(y[rows], prepend=-1))
    chosen = np.union1d(np.union1d(others, first_of_class), np.flatnonzero(is_often))
    share = np.where(is_often[chosen], n_rows / rows.size, 1.0)
    return rows[chosen], share * counts[chosen], share * draws[chosen]
