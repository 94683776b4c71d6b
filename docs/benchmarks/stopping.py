"""Where should a fit stop? By the gradient, or by what the loss still gains?

    python docs/benchmarks/stopping.py [FOLDER]

Runs a fit of 600 iterations on each small data set (`datasets.py`: from OpenML, or
from files in FOLDER), at most 1500 rows, standardised, 100 hidden units, and asks where
each rule would have stopped it: how many iterations, and how far the objective was then
above its last value. Three minutes.
"""

import sys

import numpy as np
from datasets import SMALL, load
from report import publish, table

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._minimizer.lbfgs import minimize
from sksoftmax._minimizer.progress import relative_decrease
from sksoftmax._rows.threads import BlockThreads
from sksoftmax._training.metric import KroneckerMetric

SETTINGS = [("relu", 1.0), ("relu", 3.0), ("tanh", 0.3), ("tanh", 1.0)]
RULES = {
    "gradient <= 1e-4": lambda losses, gradient: gradient <= 1e-4,
    "tol=1e-2": lambda losses, gradient: relative_decrease(losses) <= 1e-2,
    "tol=5e-3": lambda losses, gradient: relative_decrease(losses) <= 5e-3,
    "tol=1e-3": lambda losses, gradient: relative_decrease(losses) <= 1e-3,
    "tol=1e-4": lambda losses, gradient: relative_decrease(losses) <= 1e-4,
}


def stops(X, y, activation, alpha):
    """For each rule: iterations, objective over the last one, and whether it fired."""
    clf = SoftmaxMLPClassifier((100,), activation, alpha=alpha, random_state=0)
    objective, start, *_ = clf._problem(X, y, None)
    losses, found = [objective(start)[0]], {}

    def record(state):
        losses.append(state.loss)
        gradient = np.abs(state.gradient).max()
        for rule, holds in RULES.items():
            if rule not in found and holds(losses, gradient):
                found[rule] = len(losses) - 1

    minimize(
        objective,
        start,
        max_iter=600,
        tol=-np.inf,
        initial_inverse_hessian=KroneckerMetric(objective, np.random.RandomState(0)),
        callback=record,
    )
    ends = [found.get(rule, len(losses) - 1) for rule in RULES]
    return [
        (end, losses[end] / losses[-1], rule in found)
        for rule, end in zip(RULES, ends, strict=True)
    ]


def main(folder=None):
    """Measure and fill the page."""
    rows = []
    for activation, alpha in SETTINGS:
        results = []
        for name in SMALL:
            X, y = load(name, folder, max_rows=1500)
            results.append(stops(X.astype(float), y, activation, alpha))
            print(".", end="", flush=True)
        results = np.array(results)
        for i, rule in enumerate(RULES):
            iterations, excess, fired = results[:, i].T
            setting = f"{activation}, alpha={alpha:g}"
            median = f"{np.median(iterations):.0f}"
            above = (
                f"{100 * np.median(excess - 1):.1f} %, {100 * (excess.max() - 1):.1f} %"
            )
            rows.append([setting, rule, f"{fired.sum():.0f}", median, above])
    header = ["network", "rule", "met, of 18", "median iterations"]
    publish(
        "stopping", table([*header, "above the last objective: median, worst"], rows)
    )


if __name__ == "__main__":
    with BlockThreads():  # BLAS with one thread is fastest at this size
        main(*sys.argv[1:])
