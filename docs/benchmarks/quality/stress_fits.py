"""What `quality.stress` fits: ours as it is, with every alpha, and everybody else.

Of a module of its own, as the processes import it.
"""

import time
import warnings
from collections.abc import Callable
from functools import lru_cache, partial
from math import inf
from typing import NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline

from quality import classifiers
from quality.stress_problems import PATTERNS, PROBLEMS
from sksoftmax import SoftmaxMLPClassifier, SoftmaxMLPClassifierCV

ALL = {**PROBLEMS, **PATTERNS}
TINY = np.finfo(float).tiny
# Alphas are powers of the square root of ten, by their exponents.
LARGEST, FURTHEST = 8, 16
# How much larger a log-loss is that is clearly larger.
CLEARLY = 1.1
# Rows times columns. Of little that can be learnt from 200 rows, all is learnt with one
# half decade in seven; decades would step over it.
MOST_VALUES_IN_HALF_DECADES = 100_000


class Peer(NamedTuple):
    """Another classifier, and where it would take too long.

    Attributes
    ----------
    make : callable
        Of a seed.
    requires : str or None
        A distribution.
    most_classes, most_columns, most_values : float
        Values are rows times columns.
    """

    make: Callable
    requires: str | None = None
    most_classes: float = inf
    most_columns: float = inf
    most_values: float = inf

    def refusal(self, part):
        """Why it is not tried, or nothing."""
        n, d = part.X.shape
        for size, most, what in (
            (part.y.max() + 1, self.most_classes, "classes"),
            (d, self.most_columns, "columns"),
            (n * d, self.most_values, "values"),
        ):
            if size > most:
                return f"not tried on more than {most:,} {what}"
        return None


def catboost(seed):
    """Silent."""
    from catboost import CatBoostClassifier

    return CatBoostClassifier(
        random_seed=seed, thread_count=1, verbose=0, allow_writing_files=False
    )


def peer(name, **limits):
    """One of `quality.classifiers`."""
    entry = classifiers.PEERS[name]
    return Peer(entry.make, entry.requires, **limits)


AUTO, ALPHAS, CV = "auto", "alphas", "CV"
FREQUENCIES = "class frequencies"
PEERS = {
    FREQUENCIES: Peer(lambda seed: DummyClassifier(strategy="prior")),
    "LogisticRegression": Peer(lambda seed: classifiers.scaled(LogisticRegression())),
    "MLPClassifier": peer("MLPClassifier"),
    "MLPClassifier, L-BFGS": peer("MLPClassifier, L-BFGS", most_values=1_000_000),
    "HistGradientBoosting": peer("HistGradientBoosting", most_classes=20),
    "LightGBM": peer("LightGBM", most_classes=50),
    "XGBoost": peer("XGBoost", most_classes=60),
    "CatBoost": Peer(
        catboost, "catboost", most_classes=3, most_columns=50, most_values=300_000
    ),
}


def label(network):
    """`tanh (6,)`, or nothing for the default."""
    return " ".join(map(str, reversed(network.values())))


def method(kind, network):
    """Name of a method of ours in the results."""
    return " ".join(filter(None, [kind, label(network)]))


def methods(problem):
    """Functions of a problem, its two parts and a seed to results, by name."""
    ours = {
        method(kind, network): partial(fit, network=network)
        for network in problem.networks
        for kind, fit in ((AUTO, auto), (ALPHAS, every_alpha))
    }
    others = {name: partial(another, entry=entry) for name, entry in PEERS.items()}
    return {**ours, CV: cross_validated, **others}


def attempt(task):
    """The task, and its results: what went wrong is one, too."""
    problem = ALL[task.data]
    began = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            train, test = cached(task.data, task.seed)
            found = methods(problem)[task.method](problem, train, test, task.seed)
    except Exception as error:
        found = {"error": f"{type(error).__name__}: {error}"}
    return task, {**found, "cpu": time.process_time() - began}


@lru_cache(maxsize=1)
def cached(name, seed):
    """One pair of parts in each process: tasks come in the order of problems."""
    return ALL[name].parts(seed)


def auto(problem, train, test, seed, network):
    """Ours, and what it says."""
    clf = SoftmaxMLPClassifier(
        class_weight=problem.class_weight, random_state=seed, **network
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = fitted(clf, train, test)
    return {
        **found,
        "alpha": float(clf.alpha_),
        "warned": sorted({str(warning.message) for warning in caught}),
    }


def every_alpha(problem, train, test, seed, network):
    """Ours with a number for alpha: all that were tried, by alpha."""

    def fit_with(alpha):
        clf = SoftmaxMLPClassifier(
            alpha=alpha,
            class_weight=problem.class_weight,
            random_state=seed,
            **network,
        )
        return {"alpha": alpha, **fitted(clf, train, test)}

    few = train.X.shape[0] * train.X.shape[1] <= MOST_VALUES_IN_HALF_DECADES
    return {"tried": walk(fit_with, problem.smallest_alpha, step=1 if few else 2)}


def walk(fit_with, smallest, step):
    """Results by alpha: in half decades or, with a step of 2, in decades.

    From large ones, where all predictions are the same, until they are clearly worse
    for a whole decade. Where the best is the last on either side, and better than its
    neighbour, the walk goes on; half decades beside the best are always tried.
    """
    tried = {}

    def loss(exponent):
        if exponent not in tried:
            tried[exponent] = fit_with(10 ** (exponent / 2))
        return tried[exponent]["log_loss"]

    def best():
        return min(tried, key=loss)

    for exponent in range(LARGEST, round(2 * np.log10(smallest)) - 1, -step):
        loss(exponent)
        whole_decade = list(tried)[-1 - 2 // step :]
        if min(map(loss, whole_decade)) > CLEARLY * loss(best()):
            break
    for change in (step, -step):
        while (
            best() + change not in tried
            and abs(best()) < FURTHEST
            and loss(best()) < 0.99 * loss(best() - change)
        ):
            loss(best() + change)
    middle = best()
    loss(middle + 1)
    loss(middle - 1)
    return [tried[exponent] for exponent in sorted(tried)]


def cross_validated(problem, train, test, seed):
    """Ours with alpha by cross-validation."""
    clf = SoftmaxMLPClassifierCV(random_state=seed)
    return {**fitted(clf, train, test), "alpha": float(clf.alpha_)}


def another(problem, train, test, seed, entry):
    """Another classifier: class weights are sample weights for it."""
    refusal = entry.refusal(train)
    if refusal:
        return {"error": refusal}
    if problem.class_weight is not None:
        train = train.times(problem.class_weights(train.y))
    return fitted(entry.make(seed), train, test)


def fitted(clf, train, test):
    """Seconds of the process in the fit, and what its probabilities are worth."""
    prefix = ""
    if isinstance(clf, Pipeline):
        prefix = f"{clf.steps[-1][0]}__"
        if issparse(train.X):
            clf.set_params(standardscaler__with_mean=False)
    weights = {} if train.weight is None else {f"{prefix}sample_weight": train.weight}
    began = time.process_time()
    clf.fit(train.X, train.y, **weights)
    seconds = time.process_time() - began
    return {"seconds": seconds, **judged(clf.predict_proba(test.X), test)}


def judged(p, test):
    """Of probabilities of all classes: log-loss, accuracy, AUC, and how they vary."""
    p = np.asarray(p, dtype=float)
    p /= p.sum(axis=1, keepdims=True)  # float32 of some peers
    of_label = p[np.arange(test.y.size), test.y]
    right = p.argmax(axis=1) == test.y
    found = {
        "log_loss": np.average(
            -np.log(np.maximum(of_label, TINY)), weights=test.weight
        ),
        "accuracy": np.average(right, weights=test.weight),
        "spread": p.std(axis=0).max(),
    }
    if p.shape[1] == 2:
        found["auc"] = roc_auc_score(test.y, p[:, 1], sample_weight=test.weight)
    return {name: float(value) for name, value in found.items()}
