"""Parts of columns between their quantiles.

Beside the column itself these are, with knots at quantiles and at the values that many
rows share, each

    min(max(x - knot, 0), width)

so that a function of one column with a bend at each knot takes no hidden unit, and a
step half of one (Y. Gorishniy et al., On embeddings for numerical features in tabular
deep learning, NeurIPS 2022, section 3.2, where the two ends are not clipped, and there
is no linear part). Here all is constant outside of the range of the training rows:
what a network makes of values that it has never seen is otherwise anybody's guess.
"""

import numpy as np
from numpy.typing import NDArray

from sksoftmax._features.standardization import smallest_scale
from sksoftmax._rows.matrix import Rows, columns_of

Array = NDArray[np.floating]

# Of sums of weights, which may be float32.
_ROUNDING = 1e-6


def parts_of(
    X: Rows, weights: Array | None, numeric: NDArray[np.integer], n_parts: int
) -> tuple[NDArray[np.integer], Array, Array]:
    """Columns, starts and widths of the parts of some columns, themselves first.

    Of each up to `n_parts`, over the rows that have a weight. Columns of less than
    three values are not divided, nor is what is too narrow for coefficients of the
    dtype.
    """
    counts = slice(None) if weights is None else weights > 0
    counted = None if weights is None else weights[counts]
    knots = [_knots(x[counts], counted, n_parts) for x in columns_of(X, numeric)]
    ends = np.array([[k[0], k[-1]] for k in knots]).reshape(-1, 2)
    inner = [k if k.size > 2 else k[:1] for k in knots]
    columns = np.concatenate([numeric, np.repeat(numeric, [k.size - 1 for k in inner])])
    starts = np.concatenate([ends[:, 0], *(k[:-1] for k in inner)])
    widths = np.concatenate([ends[:, 1] - ends[:, 0], *map(np.diff, inner)])
    is_wide = widths / 2 >= smallest_scale(X.dtype)
    is_wide[: numeric.size] = True
    starts, widths = (v[is_wide].astype(X.dtype) for v in (starts, widths))
    return columns[is_wide], starts, widths


def divided_again(
    X: Rows,
    weights: Array | None,
    parts: tuple[NDArray[np.integer], Array, Array],
    chosen: NDArray[np.integer],
    n_parts: int,
) -> tuple[NDArray[np.integer], Array, Array]:
    """Starts and widths of parts of which some are divided, up to `n_parts` times.

    Parameters
    ----------
    X : {ndarray, RemoteRows} of shape (n_samples, n_features)
    weights : ndarray of shape (n_samples,) or None
    parts : tuple of ndarray of shape (n_before,)
        Columns, starts and widths, as `parts_of` has them of these rows.
    chosen : ndarray of int
        Which of them are divided, at the quantiles of the values that are in them.
    n_parts : int

    Returns
    -------
    origins : ndarray of int of shape (n_after,)
        Which one each is a part of.
    starts, widths : ndarray of shape (n_after,)
    """
    columns, starts, widths = parts
    if not chosen.size:
        return np.arange(columns.size), starts, widths
    counts = slice(None) if weights is None else weights > 0
    counted = None if weights is None else weights[counts]
    # Knots are values of rows, as parts are to adjoin; sums of widths are rounded.
    ends = starts.astype(np.float64) + widths
    stops = np.append(starts[1:], np.inf)
    stops[:-1][np.diff(columns) != 0] = np.inf
    begins = [np.full(1, start, np.float64) for start in starts]
    concerned = np.unique(columns[chosen])
    for j, x in zip(concerned, columns_of(X, concerned), strict=True):
        x = x[counts]
        for k in chosen[columns[chosen] == j]:
            inside = (x >= starts[k]) & (x <= stops[k])
            w = None if counted is None else counted[inside]
            *begins[k], ends[k] = _knots(x[inside], w, n_parts)
    sizes = [len(b) for b in begins]
    origins = np.repeat(np.arange(columns.size), sizes)
    narrow = [np.diff(b, append=end) for b, end in zip(begins, ends, strict=True)]
    is_divided = np.repeat(np.array(sizes) > 1, sizes)
    found = np.where(is_divided, np.concatenate(narrow), widths[origins])
    is_wide = (found / 2 >= smallest_scale(X.dtype)) | ~is_divided
    starts = np.concatenate(begins)
    starts, found = (v[is_wide].astype(X.dtype) for v in (starts, found))
    return origins[is_wide], starts, found


def _knots(column: Array, weights: Array | None, n_parts: int) -> Array:
    """Where parts meet, the lowest and the highest value among them, in float64."""
    is_gap = np.isnan(column)
    if is_gap.any():
        column = column[~is_gap]
        weights = None if weights is None else weights[~is_gap]
    if not column.size:
        return np.zeros(1)
    if weights is None:
        values, counts = np.unique(column, return_counts=True)
    else:
        order = np.argsort(column, kind="stable")
        ordered = column[order]
        begins = np.flatnonzero(np.diff(ordered, prepend=np.nan))
        values = ordered[begins]
        counts = np.add.reduceat(weights[order], begins, dtype=np.float64)
    if values.size > n_parts + 1:
        values = values[_places(counts.astype(np.float64), n_parts)]
    return values.astype(np.float64)


def _places(weights: Array, n_parts: int) -> NDArray[np.integer]:
    """Which of a column's values, in order, are knots, where not all can be.

    A value that weighs as much as a part is one, and the quantiles are those of the
    others, as in LightGBM's bins (G. Ke et al., NeurIPS 2017; `GreedyFindBin` of its
    source). Else of a column that is 0 in nine rows of ten the others had two parts.
    """
    own = _own(weights, n_parts)
    weights[own] = 0
    ends = np.cumsum(weights)
    n_left = n_parts - own.size
    levels = np.arange(1, n_left) / n_left * ends[-1]
    quantiles = np.searchsorted(ends, levels * (1 - _ROUNDING))
    return np.unique([0, *quantiles, *own, weights.size - 1])


def _own(weights: Array, n_parts: int) -> NDArray[np.integer]:
    """Which values weigh as much as a part of those that are no heavier."""
    if weights.max() * n_parts < weights.sum() * (1 - 2 * _ROUNDING):
        return np.empty(0, int)  # without an order of all of them
    order = np.argsort(-weights, kind="stable")
    heaviest = weights[order]
    others = np.cumsum(heaviest[::-1])[::-1]
    n_left = n_parts - np.arange(weights.size)
    return order[: np.argmin(heaviest * n_left >= others * (1 - _ROUNDING))]
