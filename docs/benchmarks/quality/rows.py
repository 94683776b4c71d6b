"""Log-loss by the number of training rows, ours against boosted trees, by default.

    cd docs/benchmarks
    python -m quality.rows [--folder FOLDER] [--jobs 2]

Data sets of `quality.trees` with 15,000 rows and more. A fifth of each is held out,
at most 10,000 rows; the others are drawn from in one order, so that more rows contain
the fewer. One draw and one thread for each fit: three minutes on two cores.
"""

import argparse
import warnings
from pathlib import Path

import numpy as np
from datasets import load
from joblib import Parallel, delayed
from report import publish, table
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

from quality.classifiers import available, makers
from quality.study import MAX_TEST_ROWS
from quality.trees import ENTRIES

DATA = "adult", "connect4_binary", "covtype20k", "letter", "magic"
N_ROWS = 1000, 4000, 15_000
TREES_AND_OURS = dict([*ENTRIES.items()][:4])


def losses(name, n_rows, folder):
    """Of all classifiers, on one data set."""
    X, labels = load(name, folder)
    y = np.unique(labels, return_inverse=True)[1]
    X, X_test, y, y_test = train_test_split(
        X.astype(float), y, test_size=0.2, stratify=y, random_state=0
    )
    X_test, y_test = X_test[:MAX_TEST_ROWS], y_test[:MAX_TEST_ROWS]
    methods = makers(available(TREES_AND_OURS))
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        fits = [make(0).fit(X[:n_rows], y[:n_rows]) for make in methods.values()]
        found = [
            log_loss(y_test, fit.predict_proba(X_test), labels=np.unique(y))
            for fit in fits
        ]
    best = min(found)
    cells = [f"**{x:.4f}**" if x == best else f"{x:.4f}" for x in found]
    return [name, n_rows, *cells, f"{found[0] / min(found[1:]):.2f}"]


def main():
    """All data sets, and all numbers of rows."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, help="files NAME.npz; else OpenML")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    options = parser.parse_args()
    lines = Parallel(options.jobs, batch_size=1)(
        delayed(losses)(name, n_rows, options.folder)
        for name in DATA
        for n_rows in N_ROWS
    )
    names = available(TREES_AND_OURS)
    header = ["data", "training rows", *names, "ours / best of trees"]
    publish("rows", table(header, lines), page="quality/README.md")


if __name__ == "__main__":
    main()
