"""How far above the optimum does `tol` end a convex fit?

    python docs/benchmarks/optimum.py

Multinomial regression, whose optimum is known, on generated data whose columns are
nearly collinear, or of very different sizes: 500 rows, three classes. Half a minute.
"""

import warnings

import numpy as np
from report import publish, table

from sksoftmax import SoftmaxMLPClassifier

TOLS = [5e-3, 1e-3, 1e-4, 1e-5]
ALPHAS = [1, 1e-2, 1e-4]
N = 500


def logits_and_columns(rng):
    """Data by name: X, and three logits that are linear in it or nearly so."""
    factors = rng.normal(size=(N, 5))
    noise = rng.normal(size=(N, 40))
    X = factors @ rng.normal(size=(5, 40)) + 0.01 * noise
    yield "40 columns of 5 factors", X, 2 * factors[:, :3] + 0.5 * noise[:, :3]
    u = rng.uniform(size=N)
    waves = np.column_stack([np.sin(9 * u), np.cos(7 * u), 0 * u])
    yield "11 powers of one column", np.vander(u, 12)[:, :-1], 2 * waves
    steps = rng.normal(size=(N, 60))
    yield "60 places of a walk", np.cumsum(steps, axis=1), 2 * steps[:, :3]
    X = rng.normal(size=(N, 30))
    yield "sizes from 0.01 to 100", X * 10.0 ** rng.uniform(-2, 2, 30), 2 * X[:, :3]
    Q, _ = np.linalg.qr(rng.normal(size=(200, 200)))
    X = rng.normal(size=(N, 200))
    logits = 2 * X[:, :3]
    yield "200 columns, condition 1000", X @ Q * np.geomspace(1, 1e-3, 200), logits


def excess(X, y, alpha, *, standardize):
    """At each of TOLS: iterations, objective over the optimum - 1, and as estimated."""
    clf = SoftmaxMLPClassifier(
        (), alpha=alpha, standardize=standardize, max_iter=20_000, warm_start=True
    )
    found, n_iter = [], 0
    for tol in TOLS:
        clf.set_params(tol=tol).fit(X, y)
        n_iter += clf.n_iter_
        found.append((n_iter, clf.loss_, clf.convergence_.gradient_norm**2 / 2))
    optimum = clf.set_params(tol=0).fit(X, y).loss_
    return [(n, loss / optimum - 1, estimate) for n, loss, estimate in found]


def main():
    """Measure and fill the page."""
    rng = np.random.default_rng(0)
    rows, everything = [], []
    for name, X, logits in logits_and_columns(rng):
        y = np.argmax(logits + rng.gumbel(size=logits.shape), axis=1)
        results = np.array(
            [
                excess(X, y, alpha, standardize=standardize)
                for alpha in ALPHAS
                for standardize in (True, False)
            ]
        )
        everything.append(results)
        rows.append([name, *cells(results)])
        print(*rows[-1], sep=" | ", flush=True)
    rows.append(["all", *cells(np.concatenate(everything))])
    header = ["data", *(f"tol={tol:g}" for tol in TOLS), "estimated, at 5e-3"]
    publish("optimum", table(header, rows))


def cells(results):
    """Iterations, median and largest excess for each of TOLS; the largest estimate."""
    for i in range(len(TOLS)):
        n_iter, above, _ = results[:, i].T
        median, largest = 100 * np.median(above), 100 * above.max()
        yield f"{np.median(n_iter):.0f}: {median:.2f} %, {largest:.2f} %"
    yield f"{100 * results[:, 0, 2].max():.2f} %"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
