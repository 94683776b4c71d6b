"""How long does predict_proba take, for one row and for many?

    python docs/benchmarks/predict.py

784 features, 128 hidden units, 10 classes. A minute.
"""

import tracemalloc
from contextlib import nullcontext

import numpy as np
from competitors import mlp_classifier, ours
from problems import random_problem
from report import publish, ratio_cell, table
from timing import ratios, timed_rounds


def fitted(module, problem):
    """Weights do not matter for the time: one iteration on a few rows."""
    return module.estimator(problem, max_iter=1).fit(problem.X[:500], problem.y[:500])


def extra_megabytes(function):
    """Peak of what NumPy allocated, without the result."""
    tracemalloc.start()
    result = function()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return (peak - result.nbytes) / 1e6


def main():
    """Measure and fill the page."""
    rows = []
    for dtype in (np.float32, np.float64):
        problem = random_problem(100_000, 784, (128,), 10, "relu", dtype)
        models = [fitted(module, problem) for module in (ours, mlp_classifier)]
        for n in (1, 100, 100_000):
            X = problem.X[:n]
            calls = [
                (lambda model=model, X=X: model.predict_proba(X), nullcontext)
                for model in models
            ]
            rounds = timed_rounds(calls)
            milliseconds = 1e3 * np.median(rounds[:, 0])
            memory = [f"{extra_megabytes(call):.1f}" for call, _ in calls]
            ratio = ratio_cell(ratios(rounds, 1, 0))
            rows.append([dtype.__name__, n, f"{milliseconds:.3f}", ratio, *memory])
            print(*rows[-1], sep=" | ", flush=True)
    header = ["dtype", "rows", "ours, ms", "MLPClassifier / ours"]
    memory = ["ours, extra MB", "MLPClassifier, extra MB"]
    publish("predict", table([*header, *memory], rows))


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore")  # one iteration does not converge
    main()
