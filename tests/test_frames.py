"""Data frames, where pandas or polars is installed."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import DataConversionWarning
from sklearn.model_selection import GridSearchCV

from sksoftmax import SoftmaxMLPClassifier, SoftmaxMLPClassifierCV
from sksoftmax._selection.cross_validation import neg_log_loss

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
    clf = SoftmaxMLPClassifier(alpha=1, random_state=0).fit(frame, labels)
    np.testing.assert_array_equal(clf.feature_names_in_, NAMES)
    np.testing.assert_array_equal(clf.predict(frame[:3]), LABELS[:3])
    with pytest.raises(ValueError, match="feature names should match"):
        clf.predict(frame[NAMES[::-1]])


def test_a_frame_gives_what_its_array_gives(frames):
    """Probabilities of a frame are those of the same numbers in an array."""
    frame = frames.DataFrame(dict(zip(NAMES, X.T, strict=True)))
    p = SoftmaxMLPClassifier(alpha=1, random_state=0).fit(frame, Y).predict_proba(frame)
    clf = SoftmaxMLPClassifier(alpha=1, random_state=0).fit(X, Y)
    np.testing.assert_allclose(p, clf.predict_proba(X), atol=1e-6)


def test_categories_do_not_depend_on_what_transformers_return(frames):
    """Where a user has them return frames, from fits and conversions, too."""
    colours = ["red", "blue", "green"]
    frame = frames.DataFrame({"colour": [colours[y] for y in Y], "width": X[:, 3]})
    clf = SoftmaxMLPClassifier((5,), alpha=1, random_state=0).fit(frame, Y)
    p = clf.predict_proba(frame)
    with config_context(transform_output=frames.__name__):
        np.testing.assert_array_equal(clf.predict_proba(frame), p)
        np.testing.assert_array_equal(clone(clf).fit(frame, Y).predict_proba(frame), p)
        converted = clf.to_sklearn().predict_proba(frame)
    np.testing.assert_allclose(converted, p, atol=1e-12)


def test_a_refit_without_names_forgets_them(frames):
    """feature_names_in_ is of the last fit."""
    frame = frames.DataFrame(dict(zip(NAMES, X.T, strict=True)))
    clf = SoftmaxMLPClassifier(alpha=1, random_state=0).fit(frame, Y).fit(X, Y)
    assert not hasattr(clf, "feature_names_in_")


ROWS = np.arange(len(X))
# Another order than theirs, so that what is looked up by an index would be seen.
FOLDS = [(ROWS[::-2], ROWS[::-2] - 1), (ROWS[::-2] - 1, ROWS[::-2])]


class Observer:
    """A scorer, or a splitter, that notes what it is given."""

    def __init__(self):
        self.seen = []

    def __call__(self, clf, X, y):
        self.seen.append((X, y))
        petals = np.asarray(X["petal length"])
        is_right = np.asarray(clf.predict(X) == np.asarray(y))
        return float(is_right[petals > 1.5].mean())

    def split(self, X, y, groups=None):
        self.seen.append((X, y))
        return iter(FOLDS)

    def get_n_splits(self, X=None, y=None, groups=None):
        return len(FOLDS)


@pytest.mark.parametrize("labels", [LABELS, Y])
def test_folds_are_those_of_a_grid_search(frames, labels):
    """Scorer and splitter see frames and series, and each score is the same."""
    frame = frames.DataFrame(dict(zip(NAMES, X.T, strict=True)))
    series = frames.Series(labels.tolist())
    ours, theirs = Observer(), Observer()
    parameters = {"hidden_layer_sizes": (3,), "random_state": 0}
    clf = SoftmaxMLPClassifierCV(**parameters, alphas=[1.0], scoring=ours, cv=ours).fit(
        frame, series
    )
    search = GridSearchCV(
        SoftmaxMLPClassifier(**parameters), {"alpha": [1.0]}, scoring=theirs, cv=theirs
    ).fit(frame, series)
    assert clf.best_score_ == search.best_score_
    assert len(ours.seen) == len(theirs.seen) == 3
    for our_data, their_data in zip(ours.seen, theirs.seen, strict=True):
        for our, their in zip(our_data, their_data, strict=True):
            assert type(our) is type(their)
            assert our.equals(their)
    for one, other in zip(clf.coefs_, search.best_estimator_.coefs_, strict=True):
        np.testing.assert_array_equal(one, other)


def test_default_scores_are_those_of_a_grid_search(frames):
    """Of labels of all kinds, to the bit."""
    frame = frames.DataFrame(dict(zip(NAMES, X.T, strict=True)))
    for labels in (LABELS.tolist(), Y.tolist(), (Y == 1).tolist()):
        series = frames.Series(labels)
        clf = SoftmaxMLPClassifierCV((3,), alphas=[1.0], cv=3, random_state=0)
        search = GridSearchCV(
            SoftmaxMLPClassifier((3,), random_state=0),
            {"alpha": [1.0]},
            scoring=neg_log_loss,
            cv=3,
        )
        clf.fit(frame, series)
        assert clf.best_score_ == search.fit(frame, series).best_score_


def test_a_fold_that_lacks_a_class_takes_a_frame(frames):
    """Rows that are left out are those of a frame, also of validation data."""
    frame = frames.DataFrame(dict(zip(NAMES, X.T, strict=True)))
    clf = SoftmaxMLPClassifierCV(
        (3,),
        alphas=[1.0],
        cv=[(ROWS[50:], ROWS), (ROWS, ROWS)],
        early_stopping=True,
        random_state=0,
    )
    with pytest.warns(UserWarning, match=r"folds \[0\] of cv lack classes") as warned:
        clf.fit(frame, frames.Series(LABELS.tolist()), X_val=frame, y_val=LABELS)
    assert len(warned) == 1
    array = clone(clf)
    with pytest.warns(UserWarning, match="lack classes"):
        array.fit(X, LABELS, X_val=X, y_val=LABELS)
    np.testing.assert_allclose(clf.scores_, array.scores_, atol=1e-6)


def test_names_are_missed_once(frames):
    """Validation data without them warn of that, and not again in each fold."""
    frame = frames.DataFrame(dict(zip(NAMES, X.T, strict=True)))
    clf = SoftmaxMLPClassifierCV((3,), alphas=[1.0], cv=2, early_stopping=True)
    with pytest.warns(UserWarning, match="does not have valid feature names") as warned:
        clf.fit(frame, Y, X_val=X, y_val=Y)
    assert len(warned) == 1
    with pytest.warns(UserWarning, match="X has feature names, but") as warned:
        clf.fit(X, Y, X_val=frame, y_val=Y)
    assert len(warned) == 1


def test_labels_in_a_column_warn_once(frames):
    """As of any classifier, and not again in each fold."""
    column = frames.DataFrame({"y": Y})
    clf = SoftmaxMLPClassifierCV((3,), alphas=[1.0], cv=2)
    with pytest.warns(DataConversionWarning, match="column-vector y") as warned:
        clf.fit(X, column)
    assert len(warned) == 1
