"""How long does one evaluation of loss and gradient take?

    python docs/benchmarks/evaluation.py

Compares sksoftmax with MLPClassifier, PyTorch and the bare matrix products, on a grid
of shapes, after checking that all of them compute the same. A few minutes.
"""

import numpy as np
from problems import GRID, random_problem
from report import load_competitors, publish, ratio_cell, table
from timing import geometric_mean, ratios, timed_rounds

NAMES = ["ours", "mlp_classifier", "torch_eager", "matrix_products"]


def check_that_all_compute_the_same(problem, competitors, evaluations):
    """Losses and gradients agree to the rounding of the dtype."""
    tolerance = 1e-3 if problem.X.dtype == np.float32 else 1e-9
    expected = None
    for name in ("ours", "mlp_classifier", "torch_eager"):
        if name in evaluations:
            loss, gradient = evaluations[name][0]()
            weights = competitors[name].weights_of(problem, gradient)
            flat = np.concatenate([[loss], *(part.ravel() for part in weights)])
            expected = flat if expected is None else expected
            error = np.abs(flat - expected).max() / np.abs(expected[1:]).max()
            assert error < tolerance, (name, error)


def measure(problem, competitors):
    """Time of each competitor over ours (the limit: ours over its), by name."""
    evaluations = {
        name: module.evaluation(problem) for name, module in competitors.items()
    }
    check_that_all_compute_the_same(problem, competitors, evaluations)
    rounds = timed_rounds(list(evaluations.values()))
    names = list(evaluations)
    pairs = {"mlp_classifier": 1, "torch_eager": 1, "matrix_products": -1}
    return 1e3 * np.median(rounds[:, 0]), {
        name: ratios(rounds, *(names.index(name), 0)[::direction])
        for name, direction in pairs.items()
        if name in names
    }


def main():
    """Measure the grid and fill the page."""
    competitors = load_competitors(NAMES)
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
                    for name in NAMES[1:]
                ]
                rows.append(
                    [dtype.__name__, case, activation, f"{milliseconds:.2f}", *cells]
                )
                print(" | ".join(rows[-1]), flush=True)
                if n > 1000:
                    for name, (median, _, _) in ratio.items():
                        larger.setdefault((dtype.__name__, name), []).append(median)
    means = [
        [dtype, *(mean(larger.get((dtype, name))) for name in NAMES[1:])]
        for dtype in ("float32", "float64")
    ]
    header = ["MLPClassifier / ours", "PyTorch / ours", "ours / matrix products"]
    publish(
        "evaluation",
        table(["dtype", "n, d, hidden, K", "activation", "ours, ms", *header], rows),
        "Geometric means over the four larger cases:",
        table(["dtype", *header], means),
    )


def mean(values):
    """A cell."""
    return f"{geometric_mean(values):.2f}" if values else "not installed"


if __name__ == "__main__":
    main()
