"""
Can a network learn steps, as trees do?
=======================================

A label that jumps at thresholds is what trees are made for, and what a network that is
given columns as plain numbers learns badly. Here columns are piecewise linear inputs
where held-out rows are predicted better so, which is chosen by default.

Both examples have labels by chance: the best that anybody can know is a probability,
and it is the same everywhere between two thresholds.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss

from sksoftmax import SoftmaxMLPClassifier


def models():
    """By default; with columns as numbers only; and boosted trees."""
    return {
        "SoftmaxMLPClassifier": SoftmaxMLPClassifier(random_state=0),
        "encoding='linear'": SoftmaxMLPClassifier(
            encoding="linear", relevance=False, random_state=0
        ),
        "HistGradientBoosting": HistGradientBoostingClassifier(random_state=0),
    }


def drawn(p, seed):
    """Labels with these probabilities."""
    return (np.random.default_rng(seed).random(len(p)) < p).astype(int)


# %%
# A step function
# ---------------
# The probability has seven levels in the first of three columns. The other two tell
# nothing.

LEVELS = np.array([0.1, 0.9, 0.5, 0.95, 0.05, 0.7, 0.2])


def step(X):
    """Probability of class 1."""
    return LEVELS[np.floor(X[:, 0] * LEVELS.size).astype(int)]


rng = np.random.default_rng(0)
X, X_test = rng.random((1000, 3)), rng.random((10_000, 3))
y, y_test = drawn(step(X), 1), drawn(step(X_test), 2)

line = np.full((500, 3), 0.5)
line[:, 0] = np.linspace(0, 0.9999, 500)
best = log_loss(y_test, step(X_test))

figure, panels = plt.subplots(
    1, 3, figsize=(10, 3.2), layout="constrained", sharex=True, sharey=True
)
for axes, (name, model) in zip(panels, models().items(), strict=True):
    model.fit(X, y)
    loss = log_loss(y_test, model.predict_proba(X_test))
    axes.plot(line[:, 0], step(line), color="0.7", linewidth=4, label="truth")
    axes.plot(line[:, 0], model.predict_proba(line)[:, 1], label="learnt")
    axes.set_title(f"{name}\ntest log-loss {loss:.3f}, of the truth {best:.3f}")
    axes.title.set_fontsize(10)
panels[0].set(ylabel="probability of class 1", ylim=(0, 1))
panels[0].legend(loc=(0.18, 0.05), fontsize=8)
figure.supxlabel("the column that tells something", fontsize=10)
plt.show()

# %%
# A checkerboard
# --------------
# Neither column tells anything without the other, so that there is no first threshold
# to find: trees begin by chance. One label in twenty is of the other colour.

SQUARES = 5


def checkerboard(X):
    """Probability of class 1."""
    return np.where(np.floor(X * SQUARES).sum(axis=1) % 2, 0.95, 0.05)


X, X_test = rng.random((1000, 2)), rng.random((10_000, 2))
y, y_test = drawn(checkerboard(X), 3), drawn(checkerboard(X_test), 4)

side = (np.arange(240) + 0.5) / 240
points = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
best = log_loss(y_test, checkerboard(X_test))

figure, panels = plt.subplots(1, 3, figsize=(10, 3.9), layout="constrained")
for axes, (name, model) in zip(panels, models().items(), strict=True):
    model.fit(X, y)
    loss = log_loss(y_test, model.predict_proba(X_test))
    p = model.predict_proba(points)[:, 1].reshape(side.size, side.size)
    image = axes.imshow(
        p, vmin=0, vmax=1, cmap="PuOr", origin="lower", extent=(0, 1, 0, 1)
    )
    axes.set_title(f"{name}\ntest log-loss {loss:.3f}, of the truth {best:.3f}")
    axes.title.set_fontsize(10)
    axes.set(xticks=[], yticks=[])
figure.colorbar(image, ax=panels, label="probability of class 1", shrink=0.8)
plt.show()
