"""How long does a grid search in two processes take?

    python docs/benchmarks/search.py

Digits, 12 candidates (alpha, width), 5 folds, n_jobs=2, 100 iterations each, against
the same search over MLPClassifier(solver="lbfgs"). A few minutes.
"""

import time
import warnings

import numpy as np
from report import publish, ratio_cell, table
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from timing import ratios

from sksoftmax import SoftmaxMLPClassifier

GRID = {
    "alpha": [0.03, 0.1, 0.3, 1, 3, 10],
    "hidden_layer_sizes": [(50,), (100,)],
}


def main():
    """Measure in turn and fill the page."""
    X, y = load_digits(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    same = {"max_iter": 100, "tol": 0, "random_state": 0}
    estimators = [
        SoftmaxMLPClassifier(standardize=False, **same),
        MLPClassifier(solver="lbfgs", **same),
    ]
    seconds = np.empty((4, 2))
    for row in seconds:
        for i, estimator in enumerate(estimators):
            search = GridSearchCV(
                estimator, GRID, scoring="neg_log_loss", cv=5, n_jobs=2
            )
            start = time.perf_counter()
            search.fit(X, y)
            row[i] = time.perf_counter() - start
        print(row, flush=True)
    seconds = seconds[1:]  # the first round starts the workers
    medians = [f"{median:.1f}" for median in np.median(seconds, axis=0)]
    header = ["ours, s", "MLPClassifier, s", "MLPClassifier / ours"]
    publish("search", table(header, [[*medians, ratio_cell(ratios(seconds, 1, 0))]]))


if __name__ == "__main__":
    import os

    os.environ["PYTHONWARNINGS"] = "ignore"  # 100 iterations do not converge
    warnings.simplefilter("ignore")
    main()
