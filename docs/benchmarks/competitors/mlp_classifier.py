"""scikit-learn's MLPClassifier(solver="lbfgs"). Its alpha is the benchmark's.

Two classes share one column of weights there, W = W_1 - W_0. With W_1 = -W_0 = W / 2 it
is the same network, whose last layer we penalise half as much.
"""

import contextlib
import time
import warnings
from contextlib import nullcontext

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier


def evaluation(problem):
    """`_loss_grad_lbfgs` with the arguments that its fit gives it."""
    clf = estimator(problem, max_iter=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        clf.fit(problem.X[:500], problem.y[:500])
    n_layers = len(clf.coefs_)
    arguments = (
        problem.X,
        np.eye(problem.n_classes, dtype=bool)[problem.y],
        None,
        [problem.X] + [None] * n_layers,
        [None] * n_layers,
        [np.empty_like(part) for part in problem.weights[:n_layers]],
        [np.empty_like(part) for part in problem.weights[n_layers:]],
    )
    # SciPy hands float32 starting points back as float32.
    point = np.concatenate([part.ravel() for part in problem.weights])
    return lambda: clf._loss_grad_lbfgs(point, *arguments), nullcontext


def weights_of(problem, gradient):
    """Flat, in the order of the problem's weights."""
    return _unpack(gradient, [part.shape for part in problem.weights])


def _unpack(packed, shapes):
    ends = np.cumsum([np.prod(shape) for shape in shapes])[:-1]
    parts = np.split(packed, ends)
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def two_columns(weights):
    """Weights of two outputs, of those that may have one."""
    n_layers = len(weights) // 2
    if weights[-1].size > 1:
        return weights
    W, b = weights[n_layers - 1] / 2, weights[-1] / 2
    weights = list(weights)
    weights[n_layers - 1], weights[-1] = np.hstack((-W, W)), np.hstack((-b, b))
    return weights


def estimator(problem, **parameters):
    """The same network and penalty."""
    return MLPClassifier(
        problem.hidden,
        problem.activation,
        alpha=problem.alpha,
        solver="lbfgs",
        random_state=0,
        max_fun=10**9,
        **parameters,
    )


def fit(problem, max_iter):
    """So many iterations of L-BFGS."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        clf = estimator(problem, max_iter=max_iter, tol=0).fit(problem.X, problem.y)
    return clf.n_iter_, two_columns([*clf.coefs_, *clf.intercepts_])


class _Traced(MLPClassifier):
    """Keeps the weights of each evaluation that is the best so far."""

    def _loss_grad_lbfgs(self, packed, *args):
        loss, gradient = super()._loss_grad_lbfgs(packed, *args)
        elapsed = time.perf_counter() - self.began
        if not self.points or loss < self.points[-1][1]:
            self.points.append((elapsed, loss, packed.copy()))
        if elapsed > self.seconds:
            raise TimeoutError
        return loss, gradient


def trace(problem, seconds):
    """Time and weights after each improvement."""
    parameters = estimator(problem, max_iter=10**6, tol=0).get_params()
    clf = _Traced(**parameters)
    clf.points, clf.seconds, clf.began = [], seconds, time.perf_counter()
    with contextlib.suppress(TimeoutError), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        clf.fit(problem.X, problem.y)
    shapes = [part.shape for part in (*clf.coefs_, *clf.intercepts_)]
    return [(t, two_columns(_unpack(packed, shapes))) for t, _, packed in clf.points]
