"""What the inputs of the first layer are: the rule by which rows become them."""

from typing import Literal, NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sksoftmax._rows.matrix import Matrix, dense_rows
from sksoftmax._rows.namespace import namespace_of

Array = NDArray[np.floating]
# Part of the inputs that sparse products are faster with.
_MAX_DENSITY = 0.06
EncodingName: TypeAlias = Literal["linear", "piecewise", "fine-piecewise"]

# Parts of a column, at most, before the relevant ones are divided again. With 8 or 32
# for 16 most log-losses are alike; where the labels are rules on single columns they go
# on to fall, by half and more with 64.
N_PARTS: dict[str, int] = {"piecewise": 16, "fine-piecewise": 64}
# In the order that errors name them.
ENCODINGS = "linear", *N_PARTS


class Indicators(NamedTuple):
    """Inputs that are 1 where a column has a value, and 0 elsewhere.

    Attributes
    ----------
    columns : ndarray of int of shape (n_indicators,)
    values : ndarray of shape (n_indicators,)
        Codes of categories; NaN stands for a gap.
    """

    columns: NDArray[np.integer]
    values: Array

    @classmethod
    def of(
        cls,
        n_levels: NDArray[np.integer],
        has_gaps: NDArray[np.bool_],
        dtype: DTypeLike,
    ) -> Self:
        """All codes of each column, none for numeric ones, and its gaps."""
        columns = [
            np.repeat(column, n + gap)
            for column, (n, gap) in enumerate(zip(n_levels, has_gaps, strict=True))
        ]
        values = [
            np.append(np.arange(n), [np.nan] * gap)
            for n, gap in zip(n_levels, has_gaps.astype(int), strict=True)
        ]
        return cls(np.concatenate(columns), np.concatenate(values).astype(dtype))


class Encoding(NamedTuple):
    """Parts of the numeric columns, and indicators of codes and of gaps.

    A part is `min(max(x - start, 0), width)`, and all of `x - start` where the width is
    infinite.

    Attributes
    ----------
    columns : ndarray of int of shape (n_parts,)
        What each is a part of: first each column is one of itself, then come those
        between the quantiles of the first column, of the second and so on.
    starts, widths : ndarray of shape (n_parts,)
        In the dtype of the rows, which has both as exactly as their differences.
    fills : ndarray of shape (n_parts,)
        What stands for a gap.
    indicators : Indicators
        The inputs after those.
    name : {"linear", "piecewise", "fine-piecewise"}
        What users call it.
    """

    columns: NDArray[np.integer]
    starts: Array
    widths: Array
    fills: Array
    indicators: Indicators
    name: EncodingName

    @property
    def input_columns(self) -> NDArray[np.integer]:
        """The column of each input."""
        return np.concatenate([self.columns, self.indicators.columns])

    @property
    def groups(self) -> NDArray[np.integer]:
        """A number for each input, that of the first for all indicators of a column."""
        _, first, of_column = np.unique(
            self.indicators.columns, return_index=True, return_inverse=True
        )
        n_parts = self.columns.shape[0]
        return np.concatenate([np.arange(n_parts), n_parts + first[of_column]])

    @property
    def is_part(self) -> NDArray[np.bool_]:
        """Which inputs are those between the quantiles of a column."""
        places = np.arange(self.n_inputs)
        return (places >= self.n_numeric) & (places < self.columns.shape[0])

    @property
    def is_divided(self) -> bool:
        """Whether there are parts between quantiles, where columns have them."""
        return self.name in N_PARTS

    @property
    def is_bounded(self) -> bool:
        """Whether values beyond the range of a column are taken for its ends."""
        return bool(np.isfinite(self.widths).any())

    @property
    def n_inputs(self) -> int:
        """Of the first layer."""
        return self.columns.shape[0] + self.indicators.columns.shape[0]

    @property
    def is_sparse(self) -> bool:
        """Whether rows are better stored as values at nodes."""
        return self._n_stored <= _MAX_DENSITY * self.n_inputs

    @property
    def row_inputs(self) -> int:
        """Values that a row gives to the first layer: of sparse ones those stored."""
        return self._n_stored if self.is_sparse else self.n_inputs

    @property
    def _n_stored(self) -> int:
        """Two of each column that has parts, one of each other and of indicators."""
        n_divided = np.unique(self.columns[self.n_numeric :]).size
        n_indicated = np.unique(self.indicators.columns).size
        return self.n_numeric + n_divided + n_indicated

    @property
    def n_numeric(self) -> int:
        """Number of the columns that are inputs themselves, the first ones."""
        return np.unique(self.columns).size


def encoding_name(encoding: Encoding | None) -> EncodingName:
    """What users call it."""
    return "linear" if encoding is None else encoding.name


def inputs_of(rows: Matrix, encoding: Encoding) -> Array:
    """Inputs of a block of rows, (n_rows, n_inputs).

    In the wider dtype of both: starts that are rounded would be other ones.
    """
    rows = dense_rows(rows)
    parts, indicators = part_values(rows, encoding), encoding.indicators
    if not indicators.columns.shape[0]:
        return parts
    indicated = _indicated(rows, indicators)
    xp = namespace_of(parts)
    return xp.concat([parts, xp.astype(indicated, parts.dtype)], axis=1)


def part_values(
    rows: Array, encoding: Encoding, chosen: slice | NDArray[np.integer] = slice(None)
) -> Array:
    """Parts of columns, some or all, with what stands for gaps."""
    columns = encoding.columns[chosen]
    starts, widths, fills = (values[chosen] for values in encoding[1:4])
    xp = namespace_of(rows)
    dtype = xp.result_type(rows, starts)
    parts = xp.astype(xp.take(rows, columns, axis=1), dtype, copy=False)
    parts -= starts
    has_gaps = xp.any(xp.isnan(rows))
    # Before they are clipped, which not all devices leave NaN by.
    is_gap = xp.isnan(parts) if has_gaps else None
    lowest = xp.where(xp.isinf(widths), -widths, xp.zeros_like(widths))
    if xp is np:
        # Which `clip` would do in half as much time again.
        np.minimum(np.maximum(parts, lowest, out=parts), widths, out=parts)
    else:
        parts = xp.minimum(xp.maximum(parts, lowest), widths)
    if is_gap is not None:
        parts = xp.where(is_gap, xp.astype(fills, dtype), parts)
    return parts


def places_of(rows: Array, indicators: Indicators) -> NDArray[np.integer]:
    """Which indicator is 1, for each column that has some; -1 for none."""
    columns, first, counts = np.unique(
        indicators.columns, return_index=True, return_counts=True
    )
    has_gap = np.isnan(indicators.values[first + counts - 1])
    n_codes = counts - has_gap
    values = rows[:, columns]
    is_gap = np.isnan(values)
    is_code = (values >= 0) & (values < n_codes)
    codes = np.where(is_code, values, 0).astype(int)
    places = np.where(is_code, first + codes, -1)
    return np.where(is_gap & has_gap, first + n_codes, places)


def _indicated(rows: Array, indicators: Indicators) -> NDArray[np.bool_]:
    columns, values = indicators
    xp = namespace_of(rows)
    found = xp.take(rows, columns, axis=1)
    return (found == values) | (xp.isnan(found) & xp.isnan(values))
