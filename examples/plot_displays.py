"""
How a fit went, which alpha it chose, and whether its probabilities are true
============================================================================

Draws one picture with each display. Needs matplotlib (`pip install "sksoftmax[plot]"`).

    python examples/plot_displays.py              # show them
    python examples/plot_displays.py docs/images  # write them as PNG files
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from sklearn.datasets import load_digits, make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB

from sksoftmax import (
    LossCurveDisplay,
    RegularizationPathDisplay,
    ReliabilityDisplay,
    SoftmaxMLPClassifier,
    SoftmaxMLPClassifierCV,
)

DOTS_PER_INCH = 130


def plot_loss_curve() -> Figure:
    """Early stopping with too little regularisation; and growing subsets."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    X, y = make_classification(
        2000, 20, n_informative=10, n_classes=4, flip_y=0.1, random_state=0
    )
    clf = SoftmaxMLPClassifier(
        (30,), alpha=0.01, early_stopping=True, n_iter_no_change=20, random_state=0
    )
    LossCurveDisplay.from_estimator(clf.fit(X, y), ax=left)
    left.set_title("Early stopping")

    X, y = make_classification(
        40_000, 20, n_informative=10, n_classes=4, flip_y=0.1, random_state=0
    )
    clf = SoftmaxMLPClassifier((30,), alpha=1, random_state=0).fit(X, y)
    LossCurveDisplay.from_estimator(clf, ax=right)
    right.set_title("Subsets of large data come first")
    return figure


def plot_regularization_path() -> Figure:
    """The evidence on half of the digits; and folds of a cross-validation."""
    X, _, y, _ = train_test_split(
        *load_digits(return_X_y=True), test_size=0.5, random_state=0
    )
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    clf = SoftmaxMLPClassifier((30,), alpha="auto", random_state=0).fit(X, y)
    RegularizationPathDisplay.from_estimator(clf, ax=left)
    left.set_title('alpha="auto"')
    clf = SoftmaxMLPClassifierCV((30,), random_state=0).fit(X, y)
    RegularizationPathDisplay.from_estimator(clf, ax=right)
    right.set_title("SoftmaxMLPClassifierCV")
    return figure


def plot_reliability() -> Figure:
    """Three classifiers by their top label, and one by its classes."""
    X, y = make_classification(
        12_000, 20, n_informative=8, n_classes=4, flip_y=0.2, random_state=1
    )
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.5, random_state=0)
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 5.3), layout="constrained")
    clf = SoftmaxMLPClassifier((30,), random_state=0)
    for each in (clf, GaussianNB(), LogisticRegression()):
        ReliabilityDisplay.from_estimator(each.fit(X, y), X_test, y_test, ax=left)
    left.set_title("By the most probable class")
    ReliabilityDisplay.from_estimator(
        clf, X_test, y_test, kind="per-class", name="", ax=right
    )
    right.set_title("SoftmaxMLPClassifier, class by class")
    return figure


FIGURES = {
    "loss_curve": plot_loss_curve,
    "regularization_path": plot_regularization_path,
    "reliability": plot_reliability,
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("folder", nargs="?", type=Path, help="for PNG files")
    folder = parser.parse_args().folder
    for name, plot in FIGURES.items():
        figure = plot()
        if folder is not None:
            figure.savefig(folder / f"{name}.png", dpi=DOTS_PER_INCH)
    if folder is None:
        plt.show()
