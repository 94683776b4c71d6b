"""What does the default cost on many rows, beside what it had been without its inputs?

    python docs/benchmarks/large.py [n_rows] [n_rounds]

Fits a read-only float32 memory map of n_rows x 50 (two million by default), two classes
of which a smooth function of some columns is the log-odds, by default; with linear
columns and one penalty, alpha being found as by default; and with alpha=1. Each in a
process of its own, in turn. Linux only. Some minutes a round.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from memory import in_a_process, report_growth, write_data
from report import publish, table

WAYS = {
    "by default": {},
    'encoding="linear", relevance=False': {"encoding": "linear", "relevance": False},
    "alpha=1": {"alpha": 1.0},
}


def labels(X):
    """Of the rows, in pieces."""
    rng = np.random.default_rng(1)
    logits = [
        2 * np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + x[:, 3]
        for x in np.array_split(X, 100)
    ]
    logits = np.concatenate(logits)
    return (rng.logistic(size=logits.size) < logits).astype(np.int8)


def fit_and_report(way, path, n_rows):
    """In the child."""
    from sksoftmax import SoftmaxMLPClassifier

    X = np.memmap(path, np.float32, "r", shape=(n_rows, 50))
    y = labels(X)
    clf = SoftmaxMLPClassifier(random_state=0, **WAYS[way])
    clf.fit(np.array(X[:2000]), y[:2000])  # imports and threads are not the fit's
    report_growth(lambda: clf.fit(X, y))


def main(n_rows=2_000_000, n_rounds=3):
    """Measure and fill the page."""
    n_rows, n_rounds = int(n_rows), int(n_rounds)
    found = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "X.dat")
        write_data(path, n_rows)
        for _ in range(n_rounds):
            for way, figures in found.items():
                figures.append([*in_a_process("large", way, path, n_rows)])
                print(way, *figures[-1], sep=" | ", flush=True)
    figures = {way: np.median(of_one, axis=0) for way, of_one in found.items()}
    megabytes, seconds = np.transpose([*figures.values()])
    rows = [
        [
            way,
            f"{m:.0f}",
            f"{s:.0f}",
            f"{m / megabytes[1]:.2f}",
            f"{s / seconds[1]:.2f}",
        ]
        for way, m, s in zip(found, megabytes, seconds, strict=True)
    ]
    header = ["fit", "extra memory, MB", "s", "memory / linear", "seconds / linear"]
    publish("large", table(header, rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
