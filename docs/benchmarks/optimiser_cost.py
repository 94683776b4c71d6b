"""What does the minimiser itself cost, and what does a default fit take?

    python docs/benchmarks/optimiser_cost.py

The part of a fit's time that is not spent on evaluations of the loss and its gradient,
for 100 iterations on the grid of shapes, with the metric and without; and fits to the
defaults' own stop with alpha=1, against MLPClassifier(solver="lbfgs") with the same, on
standardised data. Six minutes.
"""

import time
import warnings
from contextlib import nullcontext
from functools import partial
from unittest.mock import patch

import numpy as np
from problems import GRID, random_problem
from report import publish, ratio_cell, table
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import scale
from threadpoolctl import threadpool_limits
from timing import ratios

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._rows.threads import BlockThreads
from sksoftmax._training.training import train

ITERATIONS, ROUNDS = 100, 5
one_thread = partial(threadpool_limits, 1)
WITHOUT_METRIC = patch(
    "sksoftmax._training.training.KroneckerMetric", return_value=None
)
DATA = {
    "iris": load_iris,
    "wine": load_wine,
    "breast_cancer": load_breast_cancer,
    "digits": load_digits,
}


def shares(problem):
    """Part of a fit that is not evaluation, of each round."""
    clf = SoftmaxMLPClassifier(problem.hidden, problem.activation, random_state=0)
    found = []
    for _ in range(ROUNDS):
        with BlockThreads() as threads:
            objective, start, *_ = clf._problem(problem.X, problem.y, None, threads.map)
            seconds = []
            evaluate = type(objective).__call__

            def timed(self, x, evaluate=evaluate, seconds=seconds):
                began = time.perf_counter()
                result = evaluate(self, x)
                seconds.append(time.perf_counter() - began)
                return result

            type(objective).__call__ = timed
            try:
                began = time.perf_counter()
                train(objective, start, max_iter=ITERATIONS, tol=0)
                whole = time.perf_counter() - began
            finally:
                type(objective).__call__ = evaluate
            found.append(1 - sum(seconds) / whole)
    return found


def fits_to_their_stop(load):
    """Seconds of each round: ours, MLPClassifier, and on one thread; the models."""
    X, y = load(return_X_y=True)
    X = scale(X)
    ours = SoftmaxMLPClassifier((100,), alpha=1.0, standardize=False, random_state=0)
    theirs = MLPClassifier((100,), solver="lbfgs", alpha=1.0, random_state=0)
    runs = [(ours, nullcontext), (theirs, nullcontext), (theirs, one_thread)]
    seconds = np.empty((ROUNDS, len(runs)))
    for row in seconds:
        for i, (model, context) in enumerate(runs):
            with context():
                began = time.perf_counter()
                model.fit(X, y)
                row[i] = time.perf_counter() - began
    return seconds, (ours, theirs)


def costs():
    """The part of a fit that is not evaluation, as a table."""
    rows = []
    for dtype in (np.float32, np.float64):
        for shape in GRID:
            problem = random_problem(*shape, "relu", dtype)
            n, d, hidden, n_classes = shape
            case = f"{n}, {d}, {'-'.join(map(str, hidden))}, {n_classes}"
            cells = []
            for context in (nullcontext(), WITHOUT_METRIC):
                with context:
                    found = shares(problem)
                median, low, high = (
                    f"{100 * f(found):.0f}" for f in (np.median, np.min, np.max)
                )
                cells.append(f"{median} % ({low} to {high})")
            rows.append([dtype.__name__, case, *cells])
            print(*rows[-1], sep=" | ", flush=True)
    header = ["dtype", "n, d, hidden, K", "as it is", "without the metric"]
    publish("cost", table(header, rows), page="optimiser.md")


def stops():
    """Fits to their own stop, as a table."""
    rows = []
    for name, load in DATA.items():
        seconds, models = fits_to_their_stop(load)
        cells = [ratio_cell(ratios(seconds, 0, other)) for other in (1, 2)]
        iterations = [model.n_iter_ for model in models]
        losses = [f"{model.loss_:.5f}" for model in models]
        rows.append([name, *iterations, *cells, *losses])
        print(*rows[-1], sep=" | ", flush=True)
    header = ["data", "our iterations", "MLPClassifier's", "our time / MLPClassifier's"]
    header += ["the same on one thread", "our objective", "MLPClassifier's"]
    publish("stops", table(header, rows), page="optimiser.md")


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # MLPClassifier runs out of iterations
    costs()
    stops()
