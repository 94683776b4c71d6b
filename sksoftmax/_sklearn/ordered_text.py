"""Numbers and dates that are stored as text, which are categories by their dtype."""

import math
import re

import numpy as np
from numpy.typing import NDArray

from sksoftmax._sklearn.categories import Categories
from sksoftmax._sklearn.errors import column_name
from sksoftmax._sklearn.warning import warn

# Levels of a column, of which most are numbers, or dates: so many are no names.
_MANY = 20
# Ways to write a gap in one column.
_GAPS = 2
# What is written beside a number.
_SIGNS = "$€£¥% \t"
_DATE = re.compile(
    r"\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?!\d)"
)
_REMEDIES = {
    "numbers": "Make it a column of numbers, without signs as of currency, with "
    "pandas.to_numeric(..., errors='coerce') for one, or leave it out",
    "dates": "Make numbers of them, as days since a date, and month or weekday as "
    "categories",
}
# How to filter the warning: it is of all rows, and not of each fold.
ORDERED_TEXT = f".* holds ({'|'.join(_REMEDIES)}) as text"


def warn_of_ordered_text(
    categories: Categories, n_rows: int, feature_names: NDArray | None
) -> None:
    """Of columns that `from_dtype` took for categories, warn of numbers and dates.

    As `read_csv` leaves a column where gaps are written otherwise, as "?".
    """
    for column, values in zip(categories.columns, categories.values, strict=True):
        texts = [value if isinstance(value, str) else "" for value in values]
        kind = _kind(texts, n_rows)
        if kind is not None:
            # Without figures, to be said once of all folds.
            warn(
                f"{column_name(column, feature_names)} holds {kind} as text, so that "
                f"each value is a category, and their order is lost. {_REMEDIES[kind]};"
                " if they are names, tell it by categorical_features."
            )


def _kind(texts: list[str], n_rows: int) -> str | None:
    """What most are; dates begin with a year or end with one."""
    n_dates = sum(_DATE.match(text) is not None for text in texts)
    if n_dates > max(_MANY, len(texts) / 2):
        return "dates"
    return "numbers" if _are_numbers(texts, n_rows) else None


def _are_numbers(texts: list[str], n_rows: int) -> bool:
    """Most are: with a fraction, there once, or all but what may be written for a gap.

    Where no text is beside whole numbers, they were read, or made, as text on purpose,
    and those that begin with 0 are codes.
    """
    found = np.array([*map(_number, texts)])
    numbers = found[~np.isnan(found)]
    n_numbers = numbers.size
    n_fractions = np.count_nonzero(numbers != np.rint(numbers))
    if n_fractions > max(_MANY, len(texts) / 2):
        return True
    if n_numbers > len(texts) / 2 and len(texts) > max(_MANY, n_rows / 2):
        return True
    has_codes = any(re.match(r"\s*0\d", text) for text in texts)
    has_gaps = 0 < len(texts) - n_numbers <= _GAPS
    return n_numbers > _MANY and has_gaps and not has_codes


def _number(text: str) -> float:
    """NaN of the text of no number."""
    try:
        return float(text.strip(_SIGNS).replace(",", ""))
    except ValueError:
        return math.nan
