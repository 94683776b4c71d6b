"""Which categories of a column of many have a level of their own.

Those of most draws. What is one draw tells nothing of new rows, and weights and copies
do not make it more: of customers that are there once, each with the weight of its
class, one class would have levels of its own and the other a common one, which tells
the label of each row, and of no new one.
"""

import warnings

import numpy as np
from numpy.typing import NDArray

from sksoftmax._rows.cells import n_cells
from sksoftmax._rows.draws import Units
from sksoftmax._rows.matrix import Rows, columns_of
from sksoftmax._rows.row_keys import row_keys
from sksoftmax._sklearn.categories import Categories, numbers_of_levels
from sksoftmax._sklearn.validation import column_name

Array = NDArray[np.floating]
Places = NDArray[np.integer]

# Distinct rows, at most about so many, whose values tell whether all are of a table.
_ROWS = 2**14
_SEED = 0
# How to filter the warning: it is of all rows, and not of each fold.
IDENTIFIERS = ".* holds a category for each row"


def with_frequent_levels(
    categories: Categories,
    X: Rows,
    y: NDArray[np.integer],
    counts: Array | None,
    max_categories: int,
) -> Categories:
    """The same with fewer levels.

    Categories without samples are none. If there are more than `max_categories`, the
    rarest share a level, and so do all that are a single draw.

    Parameters
    ----------
    categories : Categories
        Whose levels are one for each.
    X : {ndarray, RemoteRows} of shape (n_samples, n_features)
        With these levels.
    y : ndarray of int of shape (n_samples,)
        Class codes.
    counts : ndarray of shape (n_samples,) or None
        How many copies each row stands for; None for 1.
    max_categories : int
    """
    rows = np.arange(X.shape[0]) if counts is None else np.flatnonzero(counts)
    draws = np.ones(rows.size)
    if numbers_of_levels(categories, X.shape[1]).max() > max_categories:
        rows, draws = _draws(X, y, counts)
    levels = []
    columns = columns_of(X, categories.columns)
    for column, known in zip(columns, categories.levels, strict=True):
        places = column[rows]
        is_known = ~np.isnan(places)
        places = places[is_known].astype(int)
        n_draws = np.bincount(places, draws[is_known], known.size - 1)
        levels.append(_frequent(n_draws, max_categories))
    return categories._replace(levels=levels)


def _draws(X: Rows, y: NDArray, counts: Array | None) -> tuple[Places, NDArray]:
    """Distinct rows with a label, and how many draws each is."""

    def n_cells_of(rows: Places) -> float:
        return n_cells(X[rows[:: -(-rows.size // _ROWS)]])

    keys = row_keys(X, _SEED)
    units = Units.of(keys, y, counts, keys).with_copies(n_cells_of)
    return units.rows, units.draws


def _frequent(n_draws: NDArray, max_categories: int) -> Places:
    is_kept = n_draws > 0
    is_rare = np.zeros_like(is_kept)
    if np.count_nonzero(is_kept) > max_categories:
        order = np.argsort(-n_draws, kind="stable")
        is_rare[order[max_categories - 1 :]] = True
        is_rare = is_kept & (is_rare | (n_draws <= 1))
        is_kept &= ~is_rare
    n_kept = np.count_nonzero(is_kept)
    has_pool = is_rare.any() or not n_kept  # a column without categories has one level
    levels = np.full(n_draws.size + 1, n_kept if has_pool else -1)
    levels[:-1][is_kept] = np.arange(n_kept)
    return levels


def warn_of_identifiers(
    categories: Categories, max_categories: int, feature_names: NDArray | None
) -> None:
    """Of columns none of whose many categories has a level of its own."""
    for column, levels in zip(categories.columns, categories.levels, strict=True):
        if levels.size > max_categories + 1 and not levels.max():
            warnings.warn(
                f"{column_name(column, feature_names)} holds a category for each row, "
                "as an identifier does, and tells nothing of other rows. Leave it out. "
                "If its categories are to be inputs all the same, as of a table of "
                "counts, max_categories has to be as large as their number, not "
                f"{max_categories}.",
                UserWarning,
                stacklevel=7,
            )
