"""How long does one evaluation of loss and gradient take?

    python docs/benchmarks/evaluation.py

Compares sksoftmax with MLPClassifier, PyTorch and the bare matrix products, on a grid
of shapes, after checking that all of them compute the same. A few minutes.
"""

import numpy as np
from problems import GRID, random_problem
from report import load_competitors, publish, ratio_cell, table
from timing import geometric_mean, ratios, timed_rounds

NETWORKS = ["ours", "mlp_classifier", "torch_eager"]
LIMITS = ["matrix_products", "blocked_products"]
COLUMNS = {
    "mlp_classifier": "MLPClassifier / ours",
    "torch_eager": "PyTorch / ours",
    "limit": "ours / matrix products",
}


def check_that_all_compute_the_same(problem, competitors, evaluations):
    """Losses and gradients agree to the rounding of the dtype."""
    tolerance = 1e-3 if problem.X.dtype == np.float32 else 1e-9
    expected = None
    for name in NETWORKS:
        if name in evaluations:
            loss, gradient = evaluations[name][0]()
            weights = competitors[name].weights_of(problem, gradient)
            flat = np.concatenate([[loss], *(part.ravel() for part in weights)])
            expected = flat if expected is None else expected
            error = np.abs(flat - expected).max() / np.abs(expected[1:]).max()
            assert error < tolerance, (name, error)


def measure(problem, competitors):
    """Our milliseconds; times over ours, and ours over the faster limit, by name."""
    evaluations = {
        name: module.evaluation(problem) for name, module in competitors.items()
    }
    check_that_all_compute_the_same(problem, competitors, evaluations)
    rounds = timed_rounds(list(evaluations.values()))
    medians = dict(zip(evaluations, np.median(rounds, axis=0), strict=True))
    place = list(evaluations).index
    found = {
        name: ratios(rounds, place(name), 0)
        for name in NETWORKS[1:]
        if name in evaluations
    }
    found["limit"] = ratios(rounds, 0, place(min(LIMITS, key=medians.get)))
    return 1e3 * medians["ours"], found


def main():
    """Measure the grid and fill the page."""
    competitors = load_competitors(NETWORKS + LIMITS)
    rows, larger = [], {}
    for dtype in (np.float32, np.float64):
        for shape in GRID:
            for activation in ("tanh", "relu"):
                problem = random_problem(*shape, activation, dtype)
                milliseconds, ratio = measure(problem, competitors)
                n, d, hidden, n_classes = shape
                case = f"{n}, {d}, {'-'.join(map(str, hidden))}, {n_classes}"
                cells = [
                    ratio_cell(ratio[name]) if name in ratio else "not installed"
                    for name in COLUMNS
                ]
                rows.append(
                    [dtype.__name__, case, activation, f"{milliseconds:.2f}", *cells]
                )
                print(" | ".join(rows[-1]), flush=True)
                if n > 1000:
                    for name, (median, _, _) in ratio.items():
                        larger.setdefault((dtype.__name__, name), []).append(median)
    means = [
        [dtype, *(mean(larger.get((dtype, name))) for name in COLUMNS)]
        for dtype in ("float32", "float64")
    ]
    header = list(COLUMNS.values())
    publish(
        "evaluation",
        table(["dtype", "n, d, hidden, K", "activation", "ours, ms", *header], rows),
        "Geometric means over the four larger cases, tanh and relu:",
        table(["dtype", *header], means),
    )


def mean(values):
    """A cell."""
    return f"{geometric_mean(values):.2f}" if values else "not installed"


if __name__ == "__main__":
    main()
