"""What is fitted to, from what users give."""

from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from sksoftmax._sklearn.training_data import TrainingData

X = np.array([[1, 2], [3, 4], [5, 6], [7, 8]])
Y = ["b", "a", "b", "c"]
DATES = np.array(["2001-01-01", "NaT", "2001-01-01", "2002-02-02"], "M8[D]")


class Classifier(ClassifierMixin, BaseEstimator):
    """One with class weights, and categories."""

    def __init__(
        self, class_weight=None, categorical_features="from_dtype", max_categories=255
    ):
        self.class_weight = class_weight
        self.categorical_features = categorical_features
        self.max_categories = max_categories


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
        ({"y": DATES}, ValueError, "y contains NaT"),
        ({"y": DATES - DATES[0]}, ValueError, "y contains NaT"),
        (
            {"w": DATES},
            ValueError,
            "sample_weight must hold finite numbers; got .*2001",
        ),
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


@pytest.mark.parametrize("kind", ["list", "periods", "instants", "decimals"])
def test_labels_that_are_objects_in_an_array_have_a_remedy(kind):
    """Whatever they were given in: scikit-learn takes them for continuous values."""
    y = [Fraction(1, 2), Fraction(1, 3)] * 2
    if kind == "periods":
        pandas = pytest.importorskip("pandas")
        y = pandas.Series(pandas.period_range("2001", periods=4, freq="Y"))
    if kind == "instants":
        pandas = pytest.importorskip("pandas")
        y = pandas.Series(pandas.date_range("2001", periods=4, tz="UTC"))
    if kind == "decimals":
        y = (Decimal(0), Decimal(1)) * 2
    with pytest.raises(ValueError, match=r"otherwise np\.asarray\(y\)\.astype\(str\)"):
        TrainingData.of(Classifier(), X, y, None)
    strings = np.asarray(y).astype(str)
    assert TrainingData.of(Classifier(), X, strings, None).y.tolist() == [*strings]


def test_categories_become_levels():
    """Those of samples that have a weight; of known categories they are the same."""
    rows = [[1, "b"], [2, "a"], [3, "c"], [4, np.nan]]
    classifier = Classifier(categorical_features=[1])
    data = TrainingData.of(classifier, rows, Y, [1, 2, 0, 1])
    np.testing.assert_array_equal(data.X, [[1, 1], [2, 0], [3, -1], [4, np.nan]])
    assert data.n_levels.tolist() == [0, 2]
    again = TrainingData.of(
        classifier, rows[::-1], Y, None, data.categories, is_warm=True
    )
    np.testing.assert_array_equal(again.X, data.X[::-1])
    assert again.categories is data.categories
    assert TrainingData.of(classifier, X, Y, None).n_levels.tolist() == [0, 4]
    without = TrainingData.of(Classifier(), X, Y, None)
    assert without.categories is None
    assert without.n_levels.tolist() == [0, 0]


def test_known_categories_are_of_the_same_columns():
    """Or codes would be taken for numbers."""
    rows = [[1, "b"], [2, "a"], [3, "c"], [4, np.nan]]
    classifier = Classifier(categorical_features=[1])
    data = TrainingData.of(classifier, rows, Y, None)
    for known, X_new, message in (
        (None, rows, r"of the previous fit, \[\]; got \[1\]"),
        (data.categories, X, r"of the previous fit, \[1\]; got \[\]"),
    ):
        classifier.categorical_features = [1] if X_new is rows else None
        with pytest.raises(ValueError, match=message):
            TrainingData.of(classifier, X_new, Y, None, known, is_warm=True)


def test_classes_without_weight_have_no_categories():
    """As rows without weight."""
    rows = np.array([["a"], ["b"], ["a"], ["c"]], dtype=object)
    classifier = Classifier({"c": 0}, categorical_features=[0])
    for weights in (None, [1, 1, 1, 1]):
        data = TrainingData.of(classifier, rows, Y, weights)
        assert data.X.ravel().tolist() == [0, 1, 0, -1]


def test_identifiers_are_told_and_no_level():
    """Whatever the weights of their rows, which may be those of their labels."""
    ids = np.arange(4).astype(object)[:, np.newaxis]
    classifier = Classifier(categorical_features=[0], max_categories=3)
    for weights in (None, [1, 2, 2, 1]):
        with pytest.warns(UserWarning, match="column 0 has a category for each row"):
            data = TrainingData.of(classifier, ids, Y, weights)
        assert data.X.ravel().tolist() == [0] * 4


def test_relative_weights_are_one_on_average():
    """As numbers of rows: small ones of a table of counts make no category rare."""
    rows = np.array([[k, 0] for k in "aabbcc"], dtype=object)
    weights = np.array([9, 8, 7, 6, 1, 1])
    classifier = Classifier(categorical_features=[0], max_categories=2)
    for unit in (1, 1e-3):
        data = TrainingData.of(classifier, rows, [0, 1] * 3, weights * unit)
        assert data.X[:, 0].tolist() == [0, 0, 1, 1, 1, 1]
