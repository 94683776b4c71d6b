"""Fits with arguments that are wrong in any way end in a result, or in an error.

`FUZZ=10000 python -m pytest tests/test_fuzz.py` makes that many, others each time.
"""

import os
import re
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import load_iris
from test_properties import SAME

from sksoftmax import SoftmaxMLPClassifier, SoftmaxMLPClassifierCV

X, y = load_iris(return_X_y=True)
X, y = X[::5], y[::5]
N = y.size

SCALARS: list[Any] = [
    None, True, -1, 0, 2**70, 10**400, 1.5, np.nan, np.inf, 1e308, 5e-324, 1j, "auto",
    -0.0, "linear", "", b"auto", "ä", (), [], {}, set(), object(), len, int,
    np.int8(-3), np.float32(0.1), np.array(1), np.array([]), np.ma.masked, pd.NA,
    pd.NaT, Decimal("0.1"), date(2026, 1, 1), range(3), (3, "x"), [2, 0], (2.5,),
    [[3]], [1e9], ("relu", "relu"), {0: 1, 7: 2}, {"a": 1}, {0: -1}, {0: np.nan},
    {0: 0, 1: 0, 2: 0}, {0: "x"}, {0: 10**400}, {0: [1, 2]}, {0: [1], 1: [2], 2: [3]},
    [True, False, True, False], ["x"], [9], [-1], [1.5], slice(2),
]  # fmt: skip


def arrays(n):
    """What may stand for rows, labels or weights; of this length, and of others."""
    ones = np.ones(n)
    given = [
        *SCALARS, ones, -ones, 0 * ones, np.nan * ones, np.inf * ones, 1e308 * ones,
        5e-324 * ones, ones[1:], ones[:1], ones[:0], ones[:, None], ones[None],
        1j * ones,
        np.eye(n), np.eye(n)[1:], np.ones((n, 2, 2)), np.zeros((n, 0)),
        np.arange(n), np.arange(n) % 3, (np.arange(n) % 3).astype(str),
        (np.arange(n) % 2).astype(bool), (np.arange(n) % 2).astype(object),
        ones.astype("M8[s]"), ones.astype("m8[s]"), ones.astype("V8"),
        ones.astype("S3"), ones.astype(np.float16), ones.astype(np.longdouble),
        ones.astype("u1"),
        np.array([None] * n), np.array(["a", 1] * n, object)[:n],
        np.array([[]] * n + [[1]], object)[:n], ones.tolist(), iter(ones),
        [[1, 2], [3]], [[1, "a"]] * n, [{}] * n, [["a", None]] * n,
        np.ma.array(np.eye(n), mask=np.eye(n)),
        sparse.eye_array(n).tocsr(), sparse.eye_array(n).tocoo(),
        sparse.csr_array((n, 0)), sparse.csr_array(ones[None]),
        sparse.csr_array(np.nan * np.eye(n)), sparse.csr_array(1j * np.eye(n)),
        pd.Series(ones), pd.Series(["a", None] * n)[:n], pd.DataFrame(),
        pd.DataFrame({"a": ones, "b": "x"}), pd.DataFrame({"a": [object()] * n}),
        pd.DataFrame({0: ones, "b": ones}), pd.DataFrame(index=range(n)),
        pd.DataFrame(np.eye(n), columns=["a"] * n), pd.Index(range(n)),
        pd.DataFrame({"a": pd.date_range("2026", periods=n)}),
        pd.DataFrame({"a": pd.Categorical(["x"] * n)}),
        pd.DataFrame({"a": pd.array([1, None] * n, "Int64")[:n]}),
        pd.DataFrame({"a": pd.arrays.IntervalArray.from_breaks(range(n + 1))}),
    ]  # fmt: skip
    return st.sampled_from(given)


def some_of(values):
    """Some of the arguments, with a value for each."""
    keys = st.lists(st.sampled_from(sorted(values)), max_size=2, unique=True)
    return keys.flatmap(
        lambda names: st.fixed_dictionaries({n: values[n] for n in names})
    )


N_CALLS = int(os.environ.get("FUZZ", "0"))
TRAINING = dict.fromkeys(["X", "y", "sample_weight"], arrays(N))
VALIDATION = dict.fromkeys(["X_val", "y_val", "sample_weight_val"], arrays(10))
SHORT = {"hidden_layer_sizes": (2,), "max_iter": 2, "random_state": 0}
CLASSIFIERS = {
    SoftmaxMLPClassifier: {"alpha": 1},
    SoftmaxMLPClassifierCV: {"alphas": [1, 0.1], "cv": 2},
}


def arguments_of(estimator):
    """Some of its parameters, but for those that print, and of the data of its fit."""
    names = set(estimator().get_params()) - {"verbose"}
    parameters = some_of(dict.fromkeys(names, st.sampled_from(SCALARS)))
    return st.tuples(st.just(estimator), parameters, some_of(TRAINING | VALIDATION))


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")
@settings(SAME, derandomize=not N_CALLS, max_examples=N_CALLS or 600)
@given(st.sampled_from([*CLASSIFIERS]).flatmap(arguments_of))
def test_what_is_wrong_is_told(arguments):
    """By a ValueError or TypeError that names it, or it is fitted.

    Of X and y scikit-learn's own errors say what they say.
    """
    estimator, parameters, data = arguments
    options = SHORT | CLASSIFIERS[estimator]
    rows = {"X": X, "y": y}
    if not VALIDATION.keys().isdisjoint(data):
        options |= {"early_stopping": True}
        rows |= {"X_val": X[:10], "y_val": y[:10]}
    try:
        estimator(**options | parameters).fit(**rows | data)
    except (TypeError, ValueError) as error:
        wrong = {*parameters, *data}
        pattern = rf"\b({'|'.join(wrong)})\b"
        notes = [note for note in getattr(error, "__notes__", []) if "scoring" in note]
        told = "\n".join([str(error), *notes])
        is_told = wrong and re.search(pattern, told)
        if not (is_told or {"X", "y"} & wrong):
            raise
