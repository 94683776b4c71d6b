"""scikit-learn's MLPClassifier(solver="lbfgs"). Its alpha is the benchmark's."""

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
    ends = np.cumsum([part.size for part in problem.weights])[:-1]
    parts = np.split(gradient, ends)
    return [p.reshape(w.shape) for p, w in zip(parts, problem.weights, strict=True)]


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
    return clf.n_iter_, [*clf.coefs_, *clf.intercepts_]
