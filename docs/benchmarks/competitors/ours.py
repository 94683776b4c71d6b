"""sksoftmax. The benchmark's alpha is ours."""

import time
import warnings
from contextlib import contextmanager

from sklearn.exceptions import ConvergenceWarning

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._network.parameters import ParameterLayout
from sksoftmax._rows.threads import BlockThreads
from sksoftmax._training.training import train


def evaluation(problem):
    """One call of the objective, with the threads that a fit starts once."""
    objective, *_ = estimator(problem)._problem(problem.X, problem.y, None)
    n_layers = len(problem.weights) // 2
    coefs, intercepts = problem.weights[:n_layers], problem.weights[n_layers:]
    point = objective.layout.pack([W.T for W in coefs], intercepts)

    @contextmanager
    def threads_of_a_fit():
        with BlockThreads() as threads:
            objective.map_blocks = threads.map
            yield

    return lambda: objective(point), threads_of_a_fit


def weights_of(problem, gradient):
    """Our coefs are (fan_out, fan_in) inside."""
    layout = ParameterLayout([problem.X.shape[1], *problem.hidden, problem.n_classes])
    coefs, intercepts = layout.unpack(gradient)
    return [*(W.T for W in coefs), *intercepts]


def problem_of(problem, threads):
    """Objective and start of a fit."""
    objective, start, *_ = estimator(problem)._problem(problem.X, problem.y, None)
    objective.map_blocks = threads.map
    return objective, start


def trace(problem, seconds):
    """Time and weights after each iteration."""
    points = []
    with BlockThreads() as threads:
        objective, start = problem_of(problem, threads)
        began = time.perf_counter()

        def record(state, _):
            points.append((time.perf_counter() - began, state.x))

        train(
            objective,
            start,
            max_iter=10**6,
            tol=0,
            ends=time.perf_counter() + seconds,
            callback=record,
        )
    return [(t, weights_of(problem, x)) for t, x in points]


def estimator(problem, **parameters):
    """In MLPClassifier's units of the features."""
    return SoftmaxMLPClassifier(
        problem.hidden,
        problem.activation,
        alpha=problem.alpha,
        standardize=False,
        random_state=0,
        **parameters,
    )


def fit(problem, max_iter):
    """So many iterations of L-BFGS."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        clf = estimator(problem, max_iter=max_iter, tol=0).fit(problem.X, problem.y)
    return clf.n_iter_, [*clf.coefs_, *clf.intercepts_]
