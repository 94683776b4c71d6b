"""How far apart are fits that are equal but for rounding?

    python docs/benchmarks/rounding.py

Pairs of fits to the same generated rows: in another order, with columns in other units
(powers of ten), and as copies against weights. Few enough rows that all of them give
the curvature. Each fit goes on from tolerance to tolerance, for at most 1200
iterations. A quarter of an hour; one BLAS thread is enough.
"""

import itertools
import warnings

import numpy as np
from report import publish, table
from sklearn.datasets import make_classification

from sksoftmax import SoftmaxMLPClassifier

# n_samples, n_features, n_classes, hidden units
SHAPES = [(150, 3, 3, 8), (300, 6, 2, 30), (400, 12, 5, 8), (1000, 10, 2, 100)]
ALPHAS = [10, 1, 0.1, 1e-3]
NETWORKS = ["no hidden layer", "relu", "tanh", "silu"]
TOLS = [1e-1, 5e-3, 1e-3, 1e-4, 1e-6, 1e-8]
ITERATIONS, SEEDS = 1200, 2
OTHER_MINIMUM = 1e-6  # part of the objective


def data(n, d, n_classes, seed):
    """Overlapping classes, a tenth of the labels at random."""
    return make_classification(
        n,
        d,
        n_informative=min(d, 5),
        n_redundant=0,
        n_clusters_per_class=1,
        n_classes=n_classes,
        class_sep=0.7,
        flip_y=0.1,
        random_state=seed,
    )


def pairs(X, y):
    """Data, labels, weights and the rows to predict, of two fits each."""
    rng = np.random.default_rng(0)
    order = rng.permutation(len(X))
    in_other_units = X * (10.0 ** rng.integers(-3, 4, X.shape[1])).astype(X.dtype)
    twice = np.full(len(X), 2.0)
    yield (X, y, None, X), (X[order], y[order], None, X)
    yield (X, y, None, X), (in_other_units, y, None, in_other_units)
    yield (X, y, twice, X), (np.tile(X, (2, 1)), np.tile(y, 2), None, X)


def stops(clf, X, y, weights, rows):
    """At each of TOLS: iterations so far, objective and probabilities."""
    found, n_iter = [], 0
    for tol in TOLS:
        left = max(1, ITERATIONS - n_iter)
        clf.set_params(tol=tol, max_iter=left).fit(X, y, weights)
        clf.set_params(warm_start=True)
        n_iter += clf.n_iter_
        found.append((n_iter, clf.loss_, clf.predict_proba(rows).astype(float)))
    return found


def differences(network, dtype):
    """Iterations, largest difference, and whether objectives differ: (pairs, TOLS)."""
    layers = network != "no hidden layer"
    for shape, alpha, seed in itertools.product(SHAPES, ALPHAS, range(SEEDS)):
        X, y = data(*shape[:3], seed)
        for both in pairs(X.astype(dtype), y):
            one, other = (
                stops(
                    SoftmaxMLPClassifier(
                        shape[3:] if layers else (),
                        activation=network if layers else "relu",
                        alpha=alpha,
                        random_state=0,
                    ),
                    *fit,
                )
                for fit in both
            )
            yield [
                (n_iter, abs(p - q).max(), abs(a / b - 1) > OTHER_MINIMUM)
                for (n_iter, a, p), (_, b, q) in zip(one, other, strict=True)
            ]


def cells(found):
    """Median, nine tenths and largest; part with another objective."""
    _, apart, other = found.T
    quantiles = np.quantile(apart, [0.5, 0.9, 1])
    return ", ".join(f"{q:.0e}" for q in quantiles), f"{100 * other.mean():.0f} %"


def main():
    """Measure and fill the page."""
    rows = []
    for network in NETWORKS:
        doubles, singles = (
            np.array(list(differences(network, dtype)))
            for dtype in (np.float64, np.float32)
        )
        for i, tol in enumerate(TOLS):
            n_iter = np.median(doubles[:, i, 0])
            cases = (*cells(doubles[:, i]), *cells(singles[:, i]))
            rows.append([network, f"{tol:g}", f"{n_iter:.0f}", *cases])
            print(*rows[-1], sep=" | ", flush=True)
    header = ["network", "`tol`", "iterations"]
    for dtype in ("float64", "float32"):
        header += [f"{dtype}: median, 90 %, largest", "other objective"]
    publish("rounding", table(header, rows))


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # that iterations ended
    main()
