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
from unittest.mock import patch

import numpy as np
from problems import GRID, random_problem
from report import publish, ratio_cell, table
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import scale
from timing import ratios

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._threads import BlockThreads
from sksoftmax._training import train

ITERATIONS, ROUNDS = 100, 5
WITHOUT_METRIC = patch("sksoftmax._training.KroneckerMetric", return_value=None)
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
            objective, start = clf._prepare(problem.X, problem.y, None, threads.map)
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


def default_fits(load):
    """Seconds of each round, iterations and our objective at the end, ours first."""
    X, y = load(return_X_y=True)
    X = scale(X)
    models = [
        SoftmaxMLPClassifier((100,), alpha=1.0, standardize=False, random_state=0),
        MLPClassifier((100,), solver="lbfgs", alpha=1.0, random_state=0),
    ]
    seconds = np.empty((ROUNDS, 2))
    for row in seconds:
        for i, model in enumerate(models):
            began = time.perf_counter()
            model.fit(X, y)
            row[i] = time.perf_counter() - began
    return seconds, models


def main():
    """Measure, and fill the page."""
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
    cost = table(["dtype", "n, d, hidden, K", "as it is", "without the metric"], rows)
    rows = []
    for name, load in DATA.items():
        seconds, (ours, theirs) = default_fits(load)
        ratio = ratio_cell(ratios(seconds, 0, 1))
        losses = [f"{model.loss_:.5f}" for model in (ours, theirs)]
        rows.append([name, ours.n_iter_, theirs.n_iter_, ratio, *losses])
        print(*rows[-1], sep=" | ", flush=True)
    header = ["data", "our iterations", "MLPClassifier's", "our time / MLPClassifier's"]
    fits = table([*header, "our objective", "MLPClassifier's"], rows)
    publish(
        "cost",
        cost,
        "Fits to their own stop, with `alpha=1`:",
        fits,
        page="optimiser.md",
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # MLPClassifier runs out of iterations
    main()
