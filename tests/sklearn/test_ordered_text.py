"""Numbers and dates that are stored as text."""

import re
import warnings

import numpy as np
import pytest

from sksoftmax import SoftmaxMLPClassifier, SoftmaxMLPClassifierCV

pd = pytest.importorskip("pandas")


def fit(values, clf=None, **parameters):
    """Fit a frame with these values in a column, and say what it warns of."""
    X = pd.DataFrame({"b": np.arange(len(values)), "amount": values})
    clf = clf or SoftmaxMLPClassifier((), alpha=1, max_iter=3, tol=1, **parameters)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        clf.fit(X, np.arange(len(values)) % 2)
    return [warning for warning in told if "as text" in str(warning.message)]


def decimals(n):
    return np.array([f"{k / 8 + 0.0625}" for k in range(n)], dtype=object)


@pytest.mark.parametrize(
    "values",
    [
        decimals(40),
        np.append(decimals(21), ["?", "n/a", None]).repeat(5),
        np.array(["1e-3", "?", " 7", *map(str, range(40))], dtype=object),
        np.array(["?", "", *map(str, range(-5, 16))], dtype=object).repeat(5),
        np.array([f"$1,{k}.25" for k in range(100, 130)], dtype=object).repeat(5),
        np.array([f"{k},5 %" for k in range(30)], dtype=object),
    ],
    ids=["decimals", "fractions", "single", "gaps", "prices", "percentages"],
)
def test_numbers_as_text_are_told(values):
    """With the column, where the caller can see it."""
    (warning,) = fit(values)
    assert "column 'amount' holds numbers as text" in str(warning.message)
    assert warning.filename == __file__


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%d.%m.%Y", "%m/%d/%Y"])
def test_dates_as_text_are_told(form):
    """However they are written; one day of a month each is no name."""
    days = pd.date_range("2026-01-01", periods=30, freq="D").strftime(form)
    values = np.append(days.to_numpy(object), ["?", None]).repeat(3)
    (warning,) = fit(values)
    message = "column 'amount' holds dates as text, .* days since a date"
    assert re.match(message, str(warning.message))


@pytest.mark.parametrize(
    "values",
    [
        decimals(20).repeat(5),
        np.array([f"{k}.2.2026" for k in range(1, 21)], dtype=object).repeat(2),
        np.array([f"1.{k}.3" for k in range(40)], dtype=object).repeat(2),
        np.array([f"2026-1-{k}00" for k in range(40)], dtype=object).repeat(2),
        np.array([f"0{k}" for k in range(40)], dtype=object).repeat(2),
        np.array(["?", "012", *map(str, range(40))], dtype=object).repeat(3),
        np.array(["?", *map(str, range(20))], dtype=object).repeat(3),
        np.array(["a", "b", "c", *map(str, range(40))], dtype=object).repeat(3),
        np.array([*map(str, range(40))], dtype=object).repeat(3),
        np.array([f"nr. {k}" for k in range(40)] + ["7", "inf", "nan"], dtype=object),
        np.append(decimals(22), [f"{k} m" for k in range(23)]),
        np.arange(40.0),
        np.array([*"0123456789"], dtype=object),
    ],
    ids=[
        *("few", "few dates", "versions", "numbers of orders"),
        *("codes", "a code", "few whole", "words", "whole"),
        *("names", "half", "numbers", "digits"),
    ],
)
def test_other_texts_are_not(values):
    """A few numbers, or codes of digits, each of which is there again, are names."""
    assert not fit(values)


def test_who_names_the_column_knows():
    """Nothing is told of `categorical_features`."""
    assert not fit(decimals(40), categorical_features=["amount"])


def test_folds_do_not_repeat_it():
    """The class with cross-validation tells it once, of all rows."""
    clf = SoftmaxMLPClassifierCV((), alphas=[1, 2], max_iter=3, tol=1)
    assert len(fit(decimals(60), clf)) == 1
