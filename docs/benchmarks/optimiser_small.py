"""How many evaluations does a minimum take, on small data?

    python docs/benchmarks/optimiser_small.py [FOLDER]

Eighteen small data sets of OpenML and two of scikit-learn, at most 2800 rows, 100
hidden units, float64: evaluations and seconds until the objective is within 2 % of the
lowest that any of the minimisers finds in 500 iterations. All work on the same
objective, from the same start: SciPy's L-BFGS-B, ours without the metric, and ours. Ten
minutes.
"""

import sys
import time

import numpy as np
from datasets import OF_SCIKIT_LEARN, SMALL, load
from report import publish, ratio_cell, table
from scipy.optimize import minimize as scipy_minimize
from timing import geometric_mean

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._minimizer.lbfgs import minimize
from sksoftmax._rows.threads import BlockThreads
from sksoftmax._training.metric import KroneckerMetric

SETTINGS = [("relu", 3.0), ("tanh", 0.3)]
ITERATIONS, WITHIN, ROUNDS = 500, 0.02, 2


def with_scipy(function, objective, start):
    """L-BFGS-B."""
    options = {"maxiter": ITERATIONS, "maxfun": 10**6, "gtol": 0, "maxls": 50}
    options["ftol"] = 64 * np.finfo(float).eps
    scipy_minimize(function, start, jac=True, method="L-BFGS-B", options=options)


def without_metric(function, objective, start):
    """Our L-BFGS from a multiple of the identity."""
    minimize(function, start, max_iter=ITERATIONS, tol=0)


def with_metric(function, objective, start):
    """As a fit does it."""
    metric = KroneckerMetric(objective, np.random.RandomState(0))
    minimize(
        function, start, max_iter=ITERATIONS, tol=0, initial_inverse_hessian=metric
    )


MINIMISERS = {"SciPy": with_scipy, "identity": without_metric, "ours": with_metric}


def curve(run, X, y, activation, alpha):
    """Loss and seconds of each evaluation."""
    clf = SoftmaxMLPClassifier((100,), activation, alpha=alpha, random_state=0)
    evaluations = []
    with BlockThreads() as threads:
        objective, start, *_ = clf._problem(X, y, None, threads.map)
        began = time.perf_counter()

        def recorded(x):
            loss, gradient = objective(x)
            evaluations.append((loss, time.perf_counter() - began))
            return loss, gradient

        run(recorded, objective, start)
    return np.array(evaluations)


def reached(curves):
    """Evaluations and seconds to within 2 %, and whether it came that far, by name."""
    best = min(curve[:, 0].min() for rounds in curves.values() for curve in rounds)
    found = {}
    for name, rounds in curves.items():
        hits = np.flatnonzero(rounds[0][:, 0] <= best * (1 + WITHIN))
        end = hits[0] if hits.size else len(rounds[0]) - 1
        seconds = np.median([curve[end, 1] for curve in rounds])
        found[name] = end + 1, seconds, hits.size > 0
    return found


def main(folder=None):
    """Measure and fill the page."""
    rows, summary = [], []
    for activation, alpha in SETTINGS:
        setting = f"{activation}, alpha={alpha:g}"
        ratios = {name: [] for name in MINIMISERS}
        for data in (*SMALL, *OF_SCIKIT_LEARN):
            X, y = load(data, folder, max_rows=2800)
            X = X.astype(np.float64)
            curves = {name: [] for name in MINIMISERS}
            for _ in range(ROUNDS):
                for name, run in MINIMISERS.items():
                    curves[name].append(
                        curve(run, X.astype(float), y, activation, alpha)
                    )
            found = reached(curves)
            cells = [
                f"{'' if met else 'not in '}{evaluations}"
                for evaluations, _, met in found.values()
            ]
            for name, (evaluations, seconds, _) in found.items():
                base = found["SciPy"]
                ratios[name].append((evaluations / base[0], seconds / base[1]))
            time_ratio = f"{ratios['ours'][-1][1]:.2f}"
            rows.append([setting, data, *cells, time_ratio])
            print(*rows[-1], sep=" | ", flush=True)
        for name in ("identity", "ours"):
            evaluations, seconds = np.transpose(ratios[name])
            summary.append(
                [
                    setting,
                    name,
                    *(
                        ratio_cell((geometric_mean(r), r.min(), r.max()))
                        for r in (evaluations, seconds)
                    ),
                ]
            )
    header = ["network", "data", *(f"{name}, evaluations" for name in MINIMISERS)]
    publish(
        "small",
        "Over SciPy's, geometric mean (smallest to largest):",
        table(["network", "minimiser", "evaluations", "seconds"], summary),
        table([*header, "ours, seconds / SciPy's"], rows),
        page="optimiser.md",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
