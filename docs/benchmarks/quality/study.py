"""What the studies share: splits, results that outlive an interruption, summaries."""

import argparse
import json
import time
import warnings
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from datasets import LARGE, MEDIUM, SMALL
from joblib import Parallel, delayed
from scipy.stats import friedmanchisquare, rankdata, studentized_range
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_limits

from quality.calibration import reliability

SUITE = [name for name in {**SMALL, **MEDIUM, **LARGE} if name != "mnist"]  # no pixels
MAX_TEST_ROWS = 10_000
RARE = 5  # rows of a class for the training part, so that each of five folds has it


def split(y, seed, max_rows):
    """Rows to train and to test on: stratified, three quarters or `max_rows` of them.

    Of a class with less than five rows for its share, up to five are for training, but
    one for testing: every method knows all classes, cross-validation included.
    """
    random_state = np.random.RandomState(seed)
    share = min(0.75, max_rows / y.size)
    train, test = [], []
    for members in (np.flatnonzero(y == k) for k in np.unique(y)):
        members = random_state.permutation(members)
        n = max(round(share * members.size), min(RARE, members.size - 1))
        train.append(members[:n])
        test.append(members[n:])
    train, test = map(random_state.permutation, map(np.concatenate, (train, test)))
    return train, test[:MAX_TEST_ROWS]


class Task(NamedTuple):
    """One fit; a key of the results."""

    data: str
    seed: int
    method: str


def command_line(doc, results, files="NAME.npz"):
    """A parser of what a study can be told: its files, and how many processes."""
    parser = argparse.ArgumentParser(description=doc.split("\n")[0])
    parser.add_argument("--folder", type=Path, help=f"files {files}; else OpenML")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--results", type=Path, default=Path(results))
    return parser


class Study(NamedTuple):
    """What is fitted to what.

    Attributes
    ----------
    methods : dict
        Of functions of the seed that make a classifier.
    load : callable
        From the name of a data set and the folder to X and y. Of a module that can be
        imported: each process keeps the last data set.
    max_rows : int
        Of a training part.
    """

    methods: dict[str, Callable]
    load: Callable
    max_rows: int

    def run(self, tasks, options):
        """Results of the tasks by task, as far as the file has them.

        `options` are of `command_line`. Their file of results has a line of JSON for
        each fit. A run makes those that are not there; delete it (or lines) to measure
        again.
        """
        data = self.load, options.folder, self.max_rows
        return resume(
            tasks,
            lambda task: delayed(attempt)(task, self.methods[task.method], *data),
            options.results,
            options.jobs,
        )


def resume(tasks, call, path, n_jobs):
    """Results of the tasks by task, from the file as far as it has them.

    `call` makes a delayed call of a task, which returns the task, and a dict of results
    or what went wrong.
    """
    results = read(path)
    missing = [task for task in tasks if task not in results]
    rows = Parallel(n_jobs, return_as="generator_unordered", batch_size=1)(
        map(call, missing)
    )
    began, failed = time.perf_counter(), 0
    with path.open("a", encoding="utf-8") as file:
        for count, (task, found) in enumerate(rows, 1):
            if isinstance(found, str):
                failed += 1
                print(f"\n{task} failed: {found}")
                continue
            results[task] = found
            file.write(json.dumps({**task._asdict(), **found}) + "\n")
            file.flush()
            minutes = (time.perf_counter() - began) / 60
            print(f"\r{count}/{len(missing)}, {minutes:.1f} min", end="", flush=True)
    if failed:
        raise SystemExit(f"{failed} fits failed; the others are in {path}.")
    return results


def read(path):
    """What the file has."""
    if not path.exists():
        return {}
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {Task(*(line.pop(key) for key in Task._fields)): line for line in lines}


def attempt(task, make, load, folder, max_rows):
    """The task, and its results or what went wrong."""
    X, y = cached(load, task.data, folder)
    train, test = split(y, task.seed, max_rows)
    parts = rows(X, train), y[train], rows(X, test), y[test]
    try:
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore")
            return task, evaluate(make(task.seed), *parts)
    except Exception as error:  # the other fits go on
        return task, f"{type(error).__name__}: {error}"


def rows(X, indices):
    """Of an array as floats, of a frame as they are."""
    return X.iloc[indices] if hasattr(X, "iloc") else X[indices].astype(float)


@lru_cache(maxsize=1)
def cached(load, name, folder):
    """One data set in each process: tasks come in the order of data sets."""
    return load(name, folder)


def evaluate(clf, X, y, X_test, y_test):
    """Seconds of the process in the fit, and what its probabilities are worth."""
    began = time.process_time()
    clf.fit(X, y)
    seconds = time.process_time() - began
    p = np.asarray(clf.predict_proba(X_test), dtype=float)
    p /= p.sum(axis=1, keepdims=True)  # float32 of some peers
    return {
        "seconds": seconds,
        "log_loss": log_loss(y_test, p, labels=np.unique(y)),
        "accuracy": float((p.argmax(axis=1) == y_test).mean()),
        "reliability": reliability(p, y_test).round(4).tolist(),
    }


def grid(results, data, seeds, methods, quantity="log_loss"):
    """Array (data sets, splits, methods)."""
    return np.array(
        [
            [
                [results[Task(name, seed, method)][quantity] for method in methods]
                for seed in seeds
            ]
            for name in data
        ]
    )


def geometric_mean(ratios):
    """Over data sets and splits."""
    return np.exp(np.log(ratios).mean(axis=(0, 1)))


class Ranking(NamedTuple):
    """Mean ranks over data sets, of the losses averaged over splits.

    Attributes
    ----------
    ranks : ndarray of shape (n_methods,)
    critical_difference : float
        Mean ranks that differ by less do not differ at the 5 % level (Nemenyi; Demsar
        2006, section 3.2.2).
    p_value : float
        Friedman's, of all methods being the same.
    """

    ranks: np.ndarray
    critical_difference: float
    p_value: float

    @classmethod
    def of(cls, losses):
        """Of an array (data sets, splits, methods)."""
        means = losses.mean(axis=1)
        n, k = means.shape
        q = studentized_range.ppf(0.95, k, np.inf) / np.sqrt(2)
        p_value = friedmanchisquare(*means.T).pvalue if k > 2 else np.nan
        return cls(
            rankdata(means, axis=1).mean(axis=0),
            float(q * np.sqrt(k * (k + 1) / (6 * n))),
            float(p_value),
        )


def worst(ratios, data):
    """The largest ratio of each method, and the data set where it is."""
    largest = ratios.max(axis=1)
    where = largest.argmax(axis=0)
    return [f"{largest[i, method]:.2f} ({data[i]})" for method, i in enumerate(where)]
