"""LossCurveDisplay draws what the estimator knows."""

import numpy as np
import pytest
from sklearn.datasets import load_iris, make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from sksoftmax import LossCurveDisplay, SoftmaxMLPClassifier

X, Y = load_iris(return_X_y=True)


@pytest.fixture
def clf():
    return SoftmaxMLPClassifier((5,), alpha=1, random_state=0)


def labels(display):
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


def test_training_curve(clf):
    """One line, a point for each iteration from 1, on a logarithmic axis."""
    clf.fit(X, Y)
    display = LossCurveDisplay.from_estimator(clf)
    (line,) = display.lines_
    np.testing.assert_array_equal(line.get_xdata(), np.arange(clf.n_iter_) + 1)
    np.testing.assert_array_equal(line.get_ydata(), clf.loss_curve_)
    assert display.ax_.get_yscale() == "log"
    assert labels(display) == ["training objective"]
    assert display.validation_line_ is display.best_line_ is None


def test_validation_curve_and_best_iteration():
    """With early stopping, both curves, and a line at the lowest validation loss."""
    x, y = make_classification(
        600, 10, n_informative=8, n_classes=3, flip_y=0.1, random_state=0
    )
    clf = SoftmaxMLPClassifier((20,), alpha=1, early_stopping=True, random_state=0)
    clf.fit(x, y)
    display = LossCurveDisplay.from_estimator(clf)
    curve = display.validation_line_.get_ydata()
    np.testing.assert_array_equal(curve, clf.validation_loss_curve_)
    assert display.best_line_.get_xdata()[0] == clf.best_iter_
    assert 0 < clf.best_iter_ < clf.n_iter_
    assert curve[clf.best_iter_ - 1] == curve.min()
    best = f"best iteration, {clf.best_iter_}"
    assert labels(display) == ["training objective", "validation log-loss", best]


def test_stages_are_told_apart():
    """Lines that are not joined, in one hue, each with its number of samples."""
    stages = [(5000, 2), (20_000, 1), (60_000, 3)]
    display = LossCurveDisplay([6, 5, 4, 3, 2, 1], stages=stages).plot()
    first, second, third = display.lines_
    assert first.get_xdata().tolist() == [1, 2]
    assert second.get_xdata().tolist() == [3]
    assert third.get_xdata().tolist() == [4, 5, 6]
    assert third.get_ydata().tolist() == [3, 2, 1]
    assert first.get_color() == second.get_color() == third.get_color()
    assert first.get_alpha() < second.get_alpha() < third.get_alpha() == 1
    assert second.get_marker() == ".", "a point would not be seen without"
    assert labels(display)[1] == "training objective, 20,000 samples"


def test_losses_are_in_decimals(clf, pyplot):
    """Within one decade the axis has labels as 0.2, not powers of ten."""
    display = LossCurveDisplay([0.9, 0.5, 0.15]).plot()
    pyplot.gcf().canvas.draw()
    ticks = display.ax_.yaxis.get_minorticklabels()
    shown = {tick.get_text() for tick in ticks} - {""}
    assert {"0.2", "0.3"} <= shown


def test_pipelines_and_other_estimators(clf):
    """The last step of a Pipeline, and MLPClassifier with Adam, on the same axes."""
    model = make_pipeline(MinMaxScaler(), clf).fit(X, Y)
    display = LossCurveDisplay.from_estimator(model, name="ours", color="red", lw=3)
    assert display.lines_[0].get_color() == "red"
    assert display.lines_[0].get_linewidth() == 3
    mlp = MLPClassifier((5,), learning_rate_init=0.1, tol=1e-3, random_state=0)
    mlp.fit(X, Y)
    display = LossCurveDisplay.from_estimator(mlp, ax=display.ax_, name="Adam")
    assert labels(display) == ["ours: training objective", "Adam: training objective"]
    assert labels(display.plot(name="SGD"))[0] == "SGD: training objective"


def test_estimators_without_a_curve_are_refused():
    """The error says what has one."""
    with pytest.raises(
        ValueError, match=r"needs .* loss_curve_, such as .* got LogisticRegression"
    ):
        LossCurveDisplay.from_estimator(LogisticRegression(max_iter=1000).fit(X, Y))
