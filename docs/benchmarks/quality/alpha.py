"""How good are the probabilities with an alpha that is learnt, chosen, or fixed?

    cd docs/benchmarks
    python -m quality.alpha [FOLDER]

Test log-loss on each small data set (`datasets.py`: from OpenML, or from files in
FOLDER), at most 1500 training rows, three stratified splits, 100 hidden units, raw
features; other classifiers with their defaults, behind a StandardScaler where it helps
them. With a number for alpha inputs are linear, without relevances; so they are with
`alpha="auto", linear`. Forty minutes.
"""

import argparse
import time
import warnings
from functools import partial

import numpy as np
from datasets import SMALL, load
from report import publish, table
from scipy.stats import rankdata
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxMLPClassifier

N_SPLITS, MAX_ROWS = 3, 1500
ALPHAS = [0.1, 0.3, 1, 3, 10, 30]
LINEAR = {"encoding": "linear", "relevance": False}


def ours(seed, activation="relu", **parameters):
    """The classifier."""
    return SoftmaxMLPClassifier(activation=activation, random_state=seed, **parameters)


def searched(seed, activation="relu"):
    """Six values of alpha by cross-validation in five folds."""
    return GridSearchCV(
        ours(seed, activation), {"alpha": ALPHAS}, scoring="neg_log_loss", cv=5
    )


def scaled(seed, make, **parameters):
    """Behind a StandardScaler."""
    return make_pipeline(StandardScaler(), make(random_state=seed, **parameters))


METHODS = {
    "relu, alpha=1": partial(ours, alpha=1.0),
    "relu, alpha=3": partial(ours, alpha=3.0),
    'relu, alpha="auto", linear': partial(ours, **LINEAR),
    'relu, alpha="auto"': ours,
    "relu, alpha by GridSearchCV": searched,
    "tanh, alpha=1": partial(ours, activation="tanh", alpha=1.0),
    "tanh, alpha=3": partial(ours, activation="tanh", alpha=3.0),
    'tanh, alpha="auto", linear': partial(ours, activation="tanh", **LINEAR),
    'tanh, alpha="auto"': partial(ours, activation="tanh"),
    "tanh, alpha by GridSearchCV": partial(searched, activation="tanh"),
    "MLPClassifier()": partial(scaled, make=MLPClassifier),
    'MLPClassifier(solver="lbfgs")': partial(
        scaled, make=MLPClassifier, solver="lbfgs"
    ),
    "LogisticRegression()": partial(scaled, make=LogisticRegression),
    "RandomForestClassifier()": lambda seed: RandomForestClassifier(random_state=seed),
    "HistGradientBoostingClassifier()": lambda seed: HistGradientBoostingClassifier(
        random_state=seed
    ),
}


def measure(X, y, seed):
    """Test log-loss and seconds of each method on one split."""
    test_size = max(len(y) // 4, len(y) - MAX_ROWS)
    X, X_test, y, y_test = train_test_split(
        X, y, test_size=test_size, stratify=y, random_state=seed
    )
    for make in METHODS.values():
        began = time.process_time()
        clf = make(seed).fit(X, y)
        seconds = time.process_time() - began
        yield log_loss(y_test, clf.predict_proba(X_test), labels=clf.classes_), seconds


def main():
    """Measure and fill the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", help="files NAME.npz; else OpenML")
    folder = parser.parse_args().folder
    warnings.simplefilter("ignore", ConvergenceWarning)  # of MLPClassifier
    warnings.filterwarnings("ignore", message="The least populated class")
    results = []
    for name in SMALL:
        X, y = load(name, folder)
        for seed in range(N_SPLITS):
            results.append(list(measure(X.astype(float), y, seed)))
            print(".", end="", flush=True)
    losses, seconds = np.moveaxis(results, 2, 0)
    ratios = losses / losses.min(axis=1, keepdims=True)
    means = np.exp(np.log(ratios).mean(axis=0))
    ranks = rankdata(losses, axis=1).mean(axis=0)
    rows = [
        [
            name,
            f"{means[i]:.2f}",
            f"{ratios[:, i].max():.1f}",
            f"{ranks[i]:.1f}",
            f"{seconds[:, i].sum():.0f}",
        ]
        for i, name in enumerate(METHODS)
    ]
    header = ["method", "log-loss / best: geometric mean", "largest", "mean rank", "s"]
    publish("alpha", table(header, rows), page="quality/README.md")


if __name__ == "__main__":
    main()
