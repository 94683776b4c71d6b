"""
Where does one class end and the next begin?
============================================

Two tables of two columns. Above, three arms of a spiral, with points that stray into
the arm next to their own: the boundary is smooth, and nothing is certain. Below, a
board of squares, and one label of ten that is wrong: the boundary is of steps. Lines
are where the predicted class changes; the shade is the probability of the purple class.
A good classifier has a boundary that follows the arms, and the squares, *and* a shade
that is pale where the classes mix. The picture of the README is written by::

    python examples/plot_02_decision_boundaries.py docs/images/decision_boundaries.png
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

from sksoftmax import SoftmaxMLPClassifier


def spiral(n_samples, seed):
    """Points of three noisy arms, and the number of their arm."""
    rng = np.random.default_rng(seed)
    y = rng.integers(3, size=n_samples)
    radius = rng.uniform(0.15, 1, n_samples)
    angle = 3.6 * radius + 2 * np.pi * y / 3 + rng.normal(0, 0.7, n_samples)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), y


def board(n_samples, seed):
    """Points of four times four squares, and their colour, at times the other one."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n_samples, 2))
    y = np.floor(2 * X).sum(axis=1).astype(int) % 2
    return X, np.where(rng.random(n_samples) < 0.1, 1 - y, y)


models = {
    "SoftmaxMLPClassifier": SoftmaxMLPClassifier(random_state=0),
    "MLPClassifier": MLPClassifier(max_iter=2000, random_state=0),
    "HistGradientBoosting": HistGradientBoostingClassifier(random_state=0),
    "LogisticRegression": LogisticRegression(),
}

# %%
# All are as they come, but for the iterations that MLPClassifier needs to converge. It
# follows the arms as well as ours, and does not see the squares. Boosted trees see
# squares, on the spiral, too, and are surer than they are right. Ours has the smooth
# boundary and the steps: rows that it holds out tell it which inputs to take. The
# log-loss on new points says what that is worth.

figure, rows = plt.subplots(
    2, 4, figsize=(12, 6.6), layout="constrained", sharex=True, sharey=True
)
for panels, draw, n_samples in zip(rows, (spiral, board), (300, 600), strict=True):
    X, y = draw(n_samples, seed=0)
    X_test, y_test = draw(10_000, seed=1)
    for axes, (name, model) in zip(panels, models.items(), strict=True):
        model.fit(X, y)
        common = {"X": X, "ax": axes, "grid_resolution": 200, "eps": 0.1}
        DecisionBoundaryDisplay.from_estimator(
            model,
            response_method="predict_proba",
            class_of_interest=1,
            cmap="Purples",
            levels=np.linspace(0, 1, 11),
            **common,
        )
        classes = DecisionBoundaryDisplay.from_estimator(
            model, response_method="predict", plot_method="contour", **common
        )
        classes.surface_.remove()
        axes.contour(
            classes.xx0, classes.xx1, classes.response, [0.5, 1.5], colors="0.2"
        )
        for k, (marker, color) in enumerate(
            [("o", "#E69F00"), ("s", "#5B3A8E"), ("^", "#009E73")]
        ):
            axes.scatter(*X[y == k].T, s=14, marker=marker, c=color, ec="w", lw=0.4)
        loss = log_loss(y_test, model.predict_proba(X_test))
        axes.set_title(f"{name}\ntest log-loss {loss:.2f}", fontsize=11)
        axes.set(aspect="equal", xticks=[], yticks=[])
if len(sys.argv) > 1:
    figure.savefig(
        sys.argv[1], dpi=110, bbox_inches="tight", metadata={"Software": None}
    )
plt.show()
