"""Warnings at the user's line."""

import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sksoftmax import SoftmaxMLPClassifier, SoftmaxMLPClassifierCV
from sksoftmax._sklearn.warning import warn

CLF = SoftmaxMLPClassifier((), alpha=1, standardize=False, random_state=0)


@pytest.mark.parametrize(
    "clf",
    [
        CLF,
        SoftmaxMLPClassifierCV((), alphas=[1.0], cv=2, standardize=False),
        make_pipeline(FunctionTransformer(), CLF),
        GridSearchCV(CLF, {"alpha": [1]}, cv=2),
    ],
    ids=["classifier", "folds", "pipeline", "search"],
)
def test_the_line_is_the_users(clf, rng):
    """Whatever of scikit-learn it calls."""
    X, y = rng.normal(10_000, size=(40, 2)), rng.integers(2, size=40)
    with pytest.warns(UserWarning, match="spreads from 0") as warned:
        clf.fit(X, y)
    assert {warning.filename for warning in warned} == {__file__}


def test_a_stack_without_a_user_is_no_fault(monkeypatch):
    """As where one of these packages is what runs."""
    monkeypatch.setattr("sksoftmax._sklearn.warning._package", lambda _: "sksoftmax")
    with pytest.warns(UserWarning, match="told"):
        warn("told")
