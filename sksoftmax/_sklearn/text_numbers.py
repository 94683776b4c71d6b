"""Numbers that are stored as text, which are categories by their dtype."""

import math
import re
import warnings

import numpy as np
from numpy.typing import NDArray

from sksoftmax._sklearn.categories import Categories
from sksoftmax._sklearn.validation import column_name

# Levels of a column, of which most are numbers: so many are no names.
_MANY = 20
# Ways to write a gap in one column.
_GAPS = 2
# How to filter the warning: it is of all rows, and not of each fold.
TEXT_NUMBERS = ".* holds numbers as text"


def warn_of_text_numbers(
    categories: Categories, n_rows: int, feature_names: NDArray | None
) -> None:
    """Of columns that `from_dtype` took for categories, warn of one with numbers.

    As `read_csv` leaves a column where gaps are written otherwise, as "?".
    """
    for column, values in zip(categories.columns, categories.values, strict=True):
        if _are_numbers(values, n_rows):
            # Without figures, to be said once of all folds.
            warnings.warn(
                f"{column_name(column, feature_names)} holds numbers as text, so that "
                "each value is a category, and their order is lost. Make it a column "
                "of numbers, with pandas.to_numeric(..., errors='coerce') for one, or "
                "leave it out; if they are names, tell it by categorical_features.",
                UserWarning,
                stacklevel=7,
            )


def _are_numbers(values: NDArray[np.object_], n_rows: int) -> bool:
    """Most are: with a fraction, there once, or all but what may be written for a gap.

    Where no text is beside whole numbers, they were read, or made, as text on purpose,
    and those that begin with 0 are codes.
    """
    numbers = np.array([_number(value) for value in values])
    is_number = ~np.isnan(numbers)
    n_numbers = np.count_nonzero(is_number)
    n_fractions = np.count_nonzero(is_number & (numbers != np.rint(numbers)))
    if n_fractions > max(_MANY, values.size / 2):
        return True
    if n_numbers > values.size / 2 and values.size > max(_MANY, n_rows / 2):
        return True
    has_codes = any(re.match(r"\s*0\d", value) for value in values[is_number])
    has_gaps = 0 < values.size - n_numbers <= _GAPS
    return bool(n_numbers > _MANY and has_gaps and not has_codes)


def _number(value: object) -> float:
    """NaN of what is no text, or the text of no number."""
    try:
        return float(value) if isinstance(value, str) else math.nan
    except ValueError:
        return math.nan
