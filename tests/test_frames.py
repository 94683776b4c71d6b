"""Data frames, where pandas or polars is installed."""

import numpy as np
import pytest
from sklearn.datasets import load_iris

from sksoftmax import SoftmaxMLPClassifier

X, Y = load_iris(return_X_y=True)
NAMES = ["sepal length", "sepal width", "petal length", "petal width"]
LABELS = np.array(["setosa", "versicolor", "virginica"])[Y]


@pytest.fixture(params=["pandas", "polars"])
def frames(request):
    """The library."""
    return pytest.importorskip(request.param)


def test_feature_names_are_kept_and_checked(frames):
    """Names are remembered, and other names at predict are refused."""
    frame = frames.DataFrame(dict(zip(NAMES, X.T, strict=True)))
    labels = frames.Series(LABELS.tolist())
    clf = SoftmaxMLPClassifier(random_state=0).fit(frame, labels)
    np.testing.assert_array_equal(clf.feature_names_in_, NAMES)
    np.testing.assert_array_equal(clf.predict(frame[:3]), LABELS[:3])
    with pytest.raises(ValueError, match="feature names should match"):
        clf.predict(frame[NAMES[::-1]])


def test_a_frame_gives_what_its_array_gives(frames):
    """Probabilities of a frame are those of the same numbers in an array."""
    frame = frames.DataFrame(dict(zip(NAMES, X.T, strict=True)))
    p = SoftmaxMLPClassifier(random_state=0).fit(frame, Y).predict_proba(frame)
    clf = SoftmaxMLPClassifier(random_state=0).fit(X, Y)
    np.testing.assert_allclose(p, clf.predict_proba(X), atol=1e-6)


def test_a_refit_without_names_forgets_them(frames):
    """feature_names_in_ is of the last fit."""
    frame = frames.DataFrame(dict(zip(NAMES, X.T, strict=True)))
    clf = SoftmaxMLPClassifier(random_state=0).fit(frame, Y).fit(X, Y)
    assert not hasattr(clf, "feature_names_in_")
