"""
Where does one class end and the next begin?
============================================

Three arms of a spiral, with points that stray into the arm next to their own. Lines are
where the predicted class changes; the shade is the probability of the class in the
middle. A good classifier has a boundary that follows the arms *and* a shade that is
pale where the classes mix. The picture of the README is written by::

    python examples/plot_02_decision_boundaries.py docs/images/decision_boundaries.png
"""

import sys
import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.inspection import DecisionBoundaryDisplay
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


X, y = spiral(300, seed=0)
X_test, y_test = spiral(10_000, seed=1)

models = {
    "SoftmaxMLPClassifier": SoftmaxMLPClassifier(random_state=0),
    "without a hidden layer": SoftmaxMLPClassifier(
        (), encoding="linear", random_state=0
    ),
    "MLPClassifier, L-BFGS": MLPClassifier(
        solver="lbfgs", max_iter=1000, random_state=0
    ),
    "HistGradientBoosting": HistGradientBoostingClassifier(random_state=0),
}

warnings.simplefilter("ignore", ConvergenceWarning)  # for MLPClassifier

# %%
# The penalty keeps the first network from drawing islands around single points. Without
# a hidden layer the boundaries are straight. MLPClassifier's default has as good as no
# penalty: its boundaries are as free as the points allow, and nearly all of its
# probabilities are 0 or 1. Boosted trees have boundaries of steps, and are surer than
# they are right, too. The log-loss on new points tells what that costs.

figure, panels = plt.subplots(
    1, 4, figsize=(12, 3.6), layout="constrained", sharex=True, sharey=True
)
for axes, (name, model) in zip(panels, models.items(), strict=True):
    model.fit(X, y)
    common = {"X": X, "ax": axes, "grid_resolution": 300, "eps": 0.1}
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
    axes.contour(classes.xx0, classes.xx1, classes.response, [0.5, 1.5], colors="0.2")
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
