"""The problems that are timed, and their objective as the benchmark computes it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import logsumexp

# n_samples, n_features, hidden layers, n_classes
GRID = [
    (150, 4, (100,), 3),
    (1797, 64, (100,), 10),
    (20000, 30, (64,), 5),
    (100000, 54, (64, 64), 7),
    (20000, 784, (128,), 10),
]


@dataclass
class Problem:
    """Data and a network, with weights at which it is evaluated.

    `weights` are all coefs, (fan_in, fan_out) as in scikit-learn, then all intercepts.
    """

    X: np.ndarray
    y: np.ndarray
    hidden: tuple
    activation: str
    alpha: float
    weights: list

    @property
    def n_classes(self):
        """Number of classes, and of outputs."""
        return int(self.y.max()) + 1

    def objective(self, weights):
        """Penalised mean cross-entropy at any competitor's weights, in float64."""
        coefs = weights[: len(weights) // 2]
        squares = sum(np.sum(np.square(W, dtype=np.float64)) for W in coefs)
        loss = self.log_loss(weights, self.X, self.y)
        return loss + self.alpha / (2 * len(self.X)) * squares

    def log_loss(self, weights, X, y):
        """Mean cross-entropy on any data."""
        n_layers = len(weights) // 2
        coefs, intercepts = weights[:n_layers], weights[n_layers:]
        function = {"tanh": np.tanh, "relu": lambda a: np.maximum(a, 0)}
        h = X.astype(np.float64)
        for W, b in zip(coefs[:-1], intercepts[:-1], strict=True):
            h = function[self.activation](h @ W + b)
        logits = h @ coefs[-1] + intercepts[-1]
        return (logsumexp(logits, axis=1) - logits[np.arange(len(h)), y]).mean()


def problem_on(X, y, hidden, activation, alpha=1.0):
    """A problem with random weights of the size that they have in a fit."""
    rng = np.random.default_rng(0)
    units = [X.shape[1], *hidden, int(y.max()) + 1]
    shapes = list(pairwise(units))
    coefs = [rng.normal(size=shape) / np.sqrt(shape[0]) for shape in shapes]
    intercepts = [0.1 * rng.normal(size=shape[1]) for shape in shapes]
    weights = [part.astype(X.dtype) for part in (*coefs, *intercepts)]
    return Problem(X, y, hidden, activation, alpha, weights)


def random_problem(n, d, hidden, n_classes, activation, dtype):
    """Normal features and random classes: the time does not depend on them."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, d)).astype(dtype)
    y = rng.integers(n_classes, size=n)
    y[:n_classes] = range(n_classes)
    return problem_on(X, y, hidden, activation)
