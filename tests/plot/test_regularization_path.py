"""RegularizationPathDisplay draws what was tried and what was chosen."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.feature_selection import SelectKBest

from sksoftmax import (
    RegularizationPathDisplay,
    SoftmaxMLPClassifier,
    SoftmaxMLPClassifierCV,
)

X, Y = load_iris(return_X_y=True)
ALPHAS = np.array([100.0, 10, 1, 0.1])
SCORES = np.array([[-0.9, -0.3, -0.2, -0.25], [-0.8, -0.4, -0.4, np.nan]])


def labels(display):
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


def test_path_of_alpha_auto():
    """Losses on held-out rows and the evidence, of each alpha that was tried."""
    clf = SoftmaxMLPClassifier((5,), relevance=False, random_state=0).fit(X, Y)
    display = RegularizationPathDisplay.from_estimator(clf)
    x, y = display.line_.get_data()
    tried = [step for step in clf.alpha_path_ if step.encoding == clf.encoding_]
    assert x.tolist() == [step.alpha for step in tried]
    assert len(tried) < len(clf.alpha_path_)
    assert y.max() == -clf.held_out_loss_ == y[x == clf.alpha_]
    evidences = display.evidence_line_.get_ydata()
    assert evidences[x == clf.alpha_] == clf.log_evidence_
    assert len(display.bars_.get_segments()) == len(x)
    assert display.alpha_line_.get_xdata()[0] == clf.alpha_
    assert display.fold_lines_ == []
    assert display.ax_.get_ylabel() == "Negative held-out log-loss"
    assert labels(display) == [
        "each alpha",
        "standard error",
        "log-evidence",
        f"chosen, alpha = {clf.alpha_:.3g}",
    ]


def test_validation_loss_of_alpha_auto():
    """With early stopping, alpha is chosen by that loss, and so it is drawn."""
    clf = SoftmaxMLPClassifier(
        (5,), alpha="auto", early_stopping=True, validation_fraction=0.3, random_state=0
    ).fit(X, Y)
    display = RegularizationPathDisplay.from_estimator(clf)
    x, y = display.line_.get_data()
    chosen = float(y[x == clf.alpha_][0])
    assert -chosen == pytest.approx(clf.best_validation_loss_, rel=1e-12)
    assert display.evidence_ax_ is None


def test_folds_and_their_mean():
    """Each fold is a thin line behind the thick mean; NaN is left out of both."""
    display = RegularizationPathDisplay(ALPHAS, SCORES, alpha=10, name="CV").plot()
    np.testing.assert_allclose(
        display.line_.get_ydata(), [-0.85, -0.35, -0.3, np.nan], rtol=1e-12
    )
    assert len(display.fold_lines_) == 2
    for line, scores in zip(display.fold_lines_, SCORES, strict=True):
        np.testing.assert_array_equal(line.get_data(), [ALPHAS, scores])
        assert line.get_linewidth() < display.line_.get_linewidth()
        assert line.get_zorder() < display.line_.get_zorder()
    assert labels(display) == [
        "CV: mean of 2 folds",
        "CV: each fold",
        "CV: chosen, alpha = 10",
    ]
    assert display.ax_.get_xscale() == "log"


def test_errors_and_evidence_are_drawn():
    """Bars around the scores; the evidence on an axis of its own, in the legend."""
    errors, evidences = np.array([0.1, 0.2, 0.3, 0.4]), [-9, -8, np.nan, -7]
    display = RegularizationPathDisplay(
        ALPHAS, SCORES[0], standard_errors=errors, log_evidences=evidences
    ).plot()
    for (low, high), score, error in zip(
        display.bars_.get_segments(), SCORES[0], errors, strict=True
    ):
        np.testing.assert_allclose([low[1], high[1]], [score - error, score + error])
    np.testing.assert_array_equal(display.evidence_line_.get_ydata(), evidences)
    assert display.evidence_ax_.get_ylabel() == "Log-evidence"
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert texts == ["each alpha", "standard error", "log-evidence"]


@pytest.mark.parametrize("alphas", [[1, 0.1, 0], [0]])
def test_no_penalty_is_drawn_too(alphas, pyplot):
    """alpha=0 and its line are inside the axes, which are hardly wider."""
    display = RegularizationPathDisplay(alphas, SCORES[0, : len(alphas)], alpha=0)
    ax = display.plot().ax_
    pyplot.gcf().canvas.draw()
    left, right = ax.get_xlim()
    assert -0.1 < left < 0 <= max(alphas) < right < 2
    x = ax.transData.transform([(alpha, 0) for alpha in alphas])[:, 0]
    np.testing.assert_allclose(np.diff(x, 2), 0, atol=0.1 * np.ptp(x))


def accurate(clf, X, y):
    return clf.score(X, y)


@pytest.mark.parametrize(
    ("scoring", "name"),
    [(None, "Negative log-loss"), ("accuracy", "accuracy"), (accurate, "accurate")],
)
def test_cross_validation(scoring, name):
    """The scores of SoftmaxMLPClassifierCV, and what they are."""
    clf = SoftmaxMLPClassifierCV(
        (5,), alphas=[10, 1, 0.1], cv=3, scoring=scoring, random_state=0
    ).fit(X, Y)
    display = RegularizationPathDisplay.from_estimator(clf, color="red")
    assert len(display.fold_lines_) == 3
    for line, scores in zip(display.fold_lines_, clf.scores_, strict=True):
        np.testing.assert_array_equal(line.get_data(), [clf.alphas_, scores])
    assert display.line_.get_color() == display.fold_lines_[0].get_color() == "red"
    assert display.alpha_line_.get_xdata()[0] == clf.alpha_
    assert display.ax_.get_ylabel() == name


def test_cross_validation_of_encodings():
    """The scores of the encoding that was chosen, and of no other."""
    X = np.random.default_rng(0).normal(size=(240, 3))
    y = np.digitize(X[:, 0], [-1, -0.3, 0.3, 1]) % 2
    clf = SoftmaxMLPClassifierCV(
        (5,), alphas=[10, 1], cv=2, encoding="auto", random_state=0
    ).fit(X, y)
    chosen = clf.encodings_ == clf.encoding_
    assert 0 < chosen.sum() < chosen.size
    display = RegularizationPathDisplay.from_estimator(clf)
    for line, scores in zip(display.fold_lines_, clf.scores_, strict=True):
        expected = [clf.alphas_[chosen], scores[chosen]]
        np.testing.assert_array_equal(line.get_data(), expected)
    assert display.line_.get_ydata().max() == pytest.approx(clf.best_score_)


def test_data_without_a_choice():
    """No alpha, no vertical line."""
    display = RegularizationPathDisplay(ALPHAS, SCORES[0], score_name="AUC").plot()
    assert display.alpha_line_ is None
    assert display.ax_.get_ylabel() == "AUC"


def test_a_single_alpha_is_refused():
    """The error says which estimators try more."""
    clf = SoftmaxMLPClassifier((5,), alpha=1, random_state=0).fit(X, Y)
    with pytest.raises(ValueError, match=r'needs .*CV, or .* alpha="auto"; got Soft'):
        RegularizationPathDisplay.from_estimator(clf)


def test_scores_of_something_else_are_refused():
    """SelectKBest has scores_ too, of features."""
    with pytest.raises(ValueError, match=r"needs .*CV, or .* got SelectKBest"):
        RegularizationPathDisplay.from_estimator(SelectKBest(k=1).fit(X, Y))
