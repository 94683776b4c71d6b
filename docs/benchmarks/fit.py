"""How long does a fit of a given number of iterations take, and where does it end?

    python docs/benchmarks/fit.py [FOLDER]

Compares sksoftmax with MLPClassifier(solver="lbfgs"), on all threads and on as many as
are best for it, and torch.optim.LBFGS on iris, digits and MNIST (60,000 training
images, pixels divided by 255), float32 and tanh. MNIST is fetched from OpenML, or read
from FOLDER/mnist.npz. About ten minutes.
"""

import sys
import time

import numpy as np
from datasets import load
from problems import problem_on
from report import load_competitors, publish, ratio_cell, table
from sklearn.datasets import load_digits, load_iris
from sklearn.preprocessing import StandardScaler
from timing import ratios

NAMES = ["ours", "mlp_classifier", "mlp_fewer_threads", "torch_eager"]


def problems(folder):
    """Name, number of iterations and of rounds, and the problem."""
    for name, bundled in (("iris", load_iris), ("digits", load_digits)):
        X, y = bundled(return_X_y=True)
        X = StandardScaler().fit_transform(X).astype(np.float32)
        yield name, 50, 15, problem_on(X, y, (100,), "tanh")
    X, y = load("mnist", folder)
    X = np.ascontiguousarray(X[:60_000] / 255, dtype=np.float32)
    yield "MNIST", 100, 3, problem_on(X, y[:60_000], (128,), "tanh")


def measure(problem, competitors, max_iter, n_rounds):
    """Seconds per iteration in paired rounds, iterations done, final objectives."""
    seconds, ends = [], {}
    for _ in range(n_rounds):
        for name, module in competitors.items():
            start = time.perf_counter()
            n_iter, weights = module.fit(problem, max_iter)
            seconds.append((time.perf_counter() - start) / n_iter)
            ends[name] = n_iter, problem.objective(weights)
    return np.reshape(seconds, (n_rounds, len(competitors))), ends


def main(folder=None):
    """Measure and fill the page."""
    competitors = load_competitors(NAMES)
    rows = []
    for data, max_iter, n_rounds, problem in problems(folder):
        seconds, ends = measure(problem, competitors, max_iter, n_rounds)
        for i, (name, (n_iter, objective)) in enumerate(ends.items()):
            cell = "1" if i == 0 else ratio_cell(ratios(seconds, i, 0))
            median = 1e3 * np.median(seconds[:, i])
            rows.append([data, name, n_iter, f"{median:.2f}", cell, f"{objective:.5f}"])
            print(*rows[-1], sep=" | ", flush=True)
    header = ["data", "who", "iterations", "ms per iteration", "time / ours"]
    publish("fit", table([*header, "final objective"], rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
