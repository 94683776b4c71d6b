"""What is fitted to, from what users give."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from sksoftmax._sklearn.training_data import TrainingData

X = np.array([[1, 2], [3, 4], [5, 6], [7, 8]])
Y = ["b", "a", "b", "c"]


class Classifier(ClassifierMixin, BaseEstimator):
    """One with class weights."""

    def __init__(self, class_weight=None):
        self.class_weight = class_weight


def test_data_are_checked_and_coded():
    """Labels become places in the sorted classes, weights parts of the largest."""
    classifier = Classifier({"a": 3})
    data = TrainingData.of(classifier, X, Y, [1, 2, 4, 0])
    assert data.X.dtype == np.float64
    assert data.classes.tolist() == ["a", "b", "c"]
    np.testing.assert_array_equal(data.classes[data.codes], data.y)
    np.testing.assert_array_equal(data.weights, [0.25, 0.5, 1, 0])
    assert data.unit == 4
    np.testing.assert_array_equal(data.class_weight, [3, 1, 1])
    assert classifier.n_features_in_ == 2


def test_without_weights_there_are_none():
    """No ones are made."""
    data = TrainingData.of(Classifier(), X.astype(np.float32), Y, None)
    assert data.weights is None
    assert data.unit == 1
    assert data.class_weight is None
    assert data.X.dtype == np.float32


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"X": X.astype("datetime64[D]")}, TypeError, "dates"),
        ({"X": X[:3]}, ValueError, "inconsistent numbers"),
        ({"y": np.array([0.5, 1, 2, 3])}, ValueError, "continuous"),
        ({"y": ["a"] * 4}, ValueError, "Classifier needs samples of at least 2 .* 'a'"),
        ({"w": [-1, 1, 1, 1]}, ValueError, "[Nn]egative"),
        ({"class_weight": {"d": 1}}, ValueError, "none of the labels"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said(changed, error, message):
    """By the checks of each part."""
    given = {"X": X, "y": Y, "w": None, "class_weight": None, **changed}
    given = SimpleNamespace(**given)
    with pytest.raises(error, match=message):
        TrainingData.of(Classifier(given.class_weight), given.X, given.y, given.w)
