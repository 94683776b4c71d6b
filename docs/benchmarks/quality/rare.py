"""Rare columns: words, levels of many, indicators.

    cd docs/benchmarks
    python -m quality.rare [FOLDER]

The classifier by default, and without standardised features, beside LogisticRegression
at the C that is best on the test rows: a method that knows no scale but the user's, and
that indicators and words are made for. FOLDER has the real data sets; without it they
come from OpenML (`datasets.py`). Ten minutes on one core.
"""

import argparse
import time
import warnings
from functools import partial
from pathlib import Path

import numpy as np
from datasets import load
from report import publish, table
from scipy.sparse import csr_array, hstack
from scipy.stats import gmean
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from quality.study import split
from sksoftmax import SoftmaxMLPClassifier

SEEDS = 2
N_TEST = 2_000
MAX_ROWS = 4_000
STRENGTHS = 10 ** np.arange(-2, 5, 0.5)


def text(random_state, n, n_words, n_classes, values="tf-idf", spread=0.8):
    """Documents of 20 to 60 words by Zipf's law, a topic for each class.

    A word is more or less frequent in a topic by a log-normal factor.
    """
    frequency = np.arange(1, n_words + 1) ** -1.1
    topics = frequency * np.exp(spread * random_state.normal(size=(n_classes, n_words)))
    topics /= topics.sum(axis=1, keepdims=True)
    y = random_state.randint(n_classes, size=n + N_TEST)
    lengths = random_state.randint(20, 61, size=y.size)
    counts = map(random_state.multinomial, lengths, topics[y])
    X = csr_array(np.array([*counts], dtype=np.float64))
    if values == "tf-idf":
        X = csr_array(TfidfTransformer(sublinear_tf=True).fit(X[:n]).transform(X))
    elif values == "yes or no":
        X.data[:] = 1
    return X[:n], y[:n], X[n:], y[n:]


def levels(random_state, n, n_levels, n_columns=1, n_dense=3):
    """Indicators of levels, the first of which are frequent, beside dense columns."""
    n_rows = n + N_TEST
    blocks, z = [], random_state.logistic(size=n_rows)
    for _ in range(n_columns):
        level = (n_levels * random_state.uniform(size=n_rows) ** 1.5).astype(int)
        entries = np.ones(n_rows), (np.arange(n_rows), level)
        blocks.append(csr_array(entries, shape=(n_rows, n_levels)))
        z += random_state.normal(size=n_levels)[level]
    dense = random_state.normal(size=(n_rows, n_dense))
    y = (z + dense[:, 0] > 0).astype(int)
    X = csr_array(hstack([*blocks, csr_array(dense)]))
    return X[:n], y[:n], X[n:], y[n:]


def real(random_state, name, folder):
    """Training and test rows of a data set."""
    X, y = load(name, folder)
    train, test = split(y, random_state.randint(1000), MAX_ROWS)
    return X[train], y[train], X[test], y[test]


PROBLEMS = {
    "words": {
        "tf-idf, 300 x 3,000, 2 classes": partial(
            text, n=300, n_words=3_000, n_classes=2
        ),
        "tf-idf, 800 x 5,000, 4 classes": partial(
            text, n=800, n_words=5_000, n_classes=4
        ),
        "the same, topics closer": partial(
            text, n=800, n_words=5_000, n_classes=4, spread=0.4
        ),
        "the same, counts": partial(
            text, n=800, n_words=5_000, n_classes=4, values="counts"
        ),
        "the same, yes or no": partial(
            text, n=800, n_words=5_000, n_classes=4, values="yes or no"
        ),
        "tf-idf, 2,000 x 10,000, 10 classes": partial(
            text, n=2_000, n_words=10_000, n_classes=10
        ),
    },
    "levels": {
        "300 levels, 2,000 rows": partial(levels, n=2_000, n_levels=300),
        "2,000 levels, 8,000 rows": partial(levels, n=8_000, n_levels=2_000),
        "two columns of 300 levels, 2,000 rows": partial(
            levels, n=2_000, n_levels=300, n_columns=2
        ),
    },
}
REAL = ("adult", "churn", "splice", "dna", "connect4_binary", "car", "cmc")


def best_line(X, y, X_test, y_test):
    """Log-loss of LogisticRegression and its C: those, and the scale, best on test."""
    losses = []
    for C in STRENGTHS:
        line = LogisticRegression(C=C, max_iter=1000)
        scaled = make_pipeline(StandardScaler(), line)
        for model in [line, scaled] if isinstance(X, np.ndarray) else [line]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                model.fit(X, y)
            losses.append((log_loss(y_test, model.predict_proba(X_test)), C))
    return min(losses)


def ours(X, y, X_test, y_test, **parameters):
    """Log-loss and seconds."""
    began = time.perf_counter()
    clf = SoftmaxMLPClassifier(random_state=0, **parameters).fit(X, y)
    seconds = time.perf_counter() - began
    return log_loss(y_test, clf.predict_proba(X_test)), seconds


def measure(draw):
    """Log-losses, the line's C, and the default's seconds: a row for each seed."""
    found = []
    for seed in range(SEEDS):
        rows = draw(np.random.RandomState(seed))
        default, seconds = ours(*rows)
        raw, _ = ours(*rows, standardize=False)
        found.append((default, raw, *best_line(*rows), seconds))
    return np.array(found)


def digits(number):
    """Two of them, without an exponent."""
    return np.format_float_positional(number, precision=2, fractional=False, trim="-")


def main():
    """Measure and fill the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    folder = parser.parse_args().folder
    data_sets = {name: partial(real, name=name, folder=folder) for name in REAL}
    rows = []
    for kind, draws in {**PROBLEMS, "data sets": data_sets}.items():
        ratios = []
        for name, draw in draws.items():
            found = measure(draw)
            default, raw, line, _, seconds = found.mean(axis=0)
            ratios.append([default / line, raw / line])
            rows.append([name, *(f"{loss:.4f}" for loss in (default, raw, line))])
            rows[-1] += [", ".join(map(digits, found[:, 3]))]
            rows[-1] += [f"{default / line:.2f}", f"{seconds:.1f}"]
            print(*rows[-1], sep="  ", flush=True)
        default, raw = gmean(ratios)
        rows.append([f"**{kind}, geometric means of ratios**", f"{default:.3f}"])
        rows[-1] += [f"{raw:.3f}", "1", "", f"**{default:.3f}**", ""]
    header = ["data", "default", "standardize=False", "LogisticRegression"]
    header += ["its C", "default / LogisticRegression", "s"]
    publish("rare", table(header, rows), page="quality/README.md")


if __name__ == "__main__":
    main()
