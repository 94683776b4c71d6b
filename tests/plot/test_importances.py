"""FeatureImportancesDisplay draws what the estimator knows."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.tree import DecisionTreeClassifier

from sksoftmax import FeatureImportancesDisplay, SoftmaxMLPClassifier

X, Y = load_iris(return_X_y=True)


def names(display):
    return [label.get_text() for label in display.ax_.get_yticklabels()]


def widths(display):
    return [bar.get_width() for bar in display.bars_]


@pytest.mark.parametrize(
    "clf", [SoftmaxMLPClassifier((5,), alpha=1), DecisionTreeClassifier()]
)
def test_the_largest_is_on_top(clf):
    """With the names that scikit-learn makes up, behind a pipeline, too."""
    clf.fit(X, Y)
    display = FeatureImportancesDisplay.from_estimator(clf)
    order = np.argsort(-clf.feature_importances_, kind="stable")
    assert widths(display) == clf.feature_importances_[order].tolist()
    assert names(display) == [f"x{j}" for j in order]
    assert display.ax_.yaxis_inverted()
    assert display.ax_.get_xlabel() == "Importance"
    pipeline = make_pipeline(MinMaxScaler(), clf).fit(X, Y)
    assert len(FeatureImportancesDisplay.from_estimator(pipeline).bars_) == 4


def test_names_are_those_of_a_frame():
    """Of a raw table, gaps and categories included; a column is one bar."""
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"kind": ["a", "b", None] * 50, "length": X[:, 2]})
    clf = SoftmaxMLPClassifier((5,), alpha=1).fit(frame, Y)
    display = FeatureImportancesDisplay.from_estimator(clf)
    assert names(display) == ["length", "kind"]


def test_the_smallest_are_left_out(pyplot):
    """Beyond a number, which the label says; on axes and in a style of the user's."""
    _, ax = pyplot.subplots()
    display = FeatureImportancesDisplay(
        [0.1, 0.6, 0.3], feature_names=["a", "b", "b"], max_features=2
    ).plot(ax, color="red")
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert widths(display) == [0.6, 0.3]
    assert names(display) == ["b", "b"]
    assert ax.get_xlabel() == "Importance (1 smaller ones are left out)"
    assert display.bars_[0].get_facecolor()[:3] == (1, 0, 0)
    display.max_features = None
    assert len(display.plot().bars_) == 3


def test_others_are_told():
    """What has none."""
    with pytest.raises(ValueError, match="needs an estimator with feature_importances"):
        FeatureImportancesDisplay.from_estimator(
            LogisticRegression(max_iter=1000).fit(X, Y)
        )
