"""Which categories of a column of many have a level of their own.

Those of most rows. Weights do not make a category frequent, nor do copies of its one
row: of customers that are there once, each with the weight of its class, one class
would have levels of its own and the other a common one, which tells the label of each
row, and of no new one. Where equal rows have different labels they are no copies, and
each counts; and so they do where there is but one column, in which all of a category
are equal. All rows of a table are counted in one way: if those that are disputed alone
were no copies, what is rare would be what has one label.
"""

import numpy as np
from numpy.typing import NDArray

from sksoftmax._rows.draws import differ_from_previous
from sksoftmax._rows.matrix import Rows, columns_of
from sksoftmax._rows.row_keys import row_keys
from sksoftmax._sklearn.categories import Categories, numbers_of_levels
from sksoftmax._sklearn.errors import column_name
from sksoftmax._sklearn.warning import warn

Array = NDArray[np.floating]
Places = NDArray[np.integer]

_SEED = 0
# Part of the equal rows that have different labels, of those that would by chance; and
# of the rows of a table of counts. It is small: what a category tells makes it smaller.
_DISPUTED = 0.1
# How to filter the warning: it is of all rows, and not of each fold.
IDENTIFIERS = ".* has a category for each row"


def with_frequent_levels(
    categories: Categories,
    X: Rows,
    y: NDArray[np.integer] | None,
    counts: Array | None,
    max_categories: int,
) -> Categories:
    """The same with fewer levels.

    Categories without samples are none. If there are more than `max_categories`, the
    rarest share a level, and so do all that are in a single row.

    Parameters
    ----------
    categories : Categories
        Whose levels are one for each.
    X : {ndarray, RemoteRows} of shape (n_samples, n_features)
        With these levels.
    y : ndarray of int of shape (n_samples,) or None
        Class codes. None where nothing is known of copies: then each row counts.
    counts : ndarray of shape (n_samples,) or None
        How many copies each row stands for; None for 1.
    max_categories : int
    """
    rows = np.arange(X.shape[0]) if counts is None else np.flatnonzero(counts)
    numbers = np.ones(rows.size)
    n_features = X.shape[1]
    is_many = numbers_of_levels(categories, n_features).max() > max_categories
    if y is not None and n_features > 1 and is_many:
        of_rows = None if counts is None else counts[rows]
        numbers = _numbers(row_keys(X, _SEED)[rows], y[rows], of_rows)
    levels = []
    columns = columns_of(X, categories.columns)
    for column, known in zip(columns, categories.levels, strict=True):
        places = column[rows]
        is_known = ~np.isnan(places)
        places = places[is_known].astype(int)
        n_rows = np.bincount(places, numbers[is_known], known.size - 1)
        levels.append(_frequent(n_rows, max_categories))
    return categories._replace(levels=levels)


def _numbers(keys: NDArray, y: NDArray, counts: Array | None) -> Array:
    """How many rows each is: one, or none, if it is a copy; its count in a table."""
    order = np.lexsort((y, keys))
    is_first = differ_from_previous(keys[order])
    is_pair = is_first | differ_from_previous(y[order])
    of_key = np.cumsum(is_first) - 1
    n_rows, n_labels = np.bincount(of_key), np.bincount(of_key, is_pair)
    is_disputed = n_labels > 1
    if is_pair.all():  # so that a row more is another label
        is_count = n_rows[is_disputed].sum() > _DISPUTED * y.size
        if is_count and counts is not None:
            return counts
    elif is_disputed.sum() >= _DISPUTED * _expected(n_rows, y):
        return np.ones(y.size)
    numbers = np.empty(y.size)
    numbers[order] = is_first
    return numbers


def _expected(n_rows: NDArray, y: NDArray) -> float:
    """Of so many equal rows each, how often they had different labels by chance."""
    shares = np.bincount(y) / y.size
    sizes, n_groups = np.unique(n_rows, return_counts=True)
    have_one_label = (shares ** sizes[:, np.newaxis]).sum(axis=1)
    return float(n_groups @ (1 - have_one_label))


def _frequent(n_rows: NDArray, max_categories: int) -> Places:
    is_kept = n_rows > 0
    is_rare = np.zeros_like(is_kept)
    if np.count_nonzero(is_kept) > max_categories:
        order = np.argsort(-n_rows, kind="stable")
        is_rare[order[max_categories - 1 :]] = True
        is_rare = is_kept & (is_rare | (n_rows <= 1))
        is_kept &= ~is_rare
    n_kept = np.count_nonzero(is_kept)
    has_pool = is_rare.any() or not n_kept  # a column without categories has one level
    levels = np.full(n_rows.size + 1, n_kept if has_pool else -1)
    levels[:-1][is_kept] = np.arange(n_kept)
    return levels


def warn_of_identifiers(
    categories: Categories, max_categories: int, feature_names: NDArray | None
) -> None:
    """Of columns none of whose many categories has a level of its own."""
    for column, levels in zip(categories.columns, categories.levels, strict=True):
        if levels.size > max_categories + 1 and not levels.any():
            warn(
                f"{column_name(column, feature_names)} has a category for each row, "
                "as an identifier has, but for copies: equal rows with one label. So "
                "it tells nothing of other rows, and is left out. Leave it out of X; "
                "or, if equal rows are no copies, set max_categories to the number of "
                f"its categories: it is {max_categories}."
            )
