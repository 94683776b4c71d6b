"""A fit that fails, at whichever place, has never happened.

Each function of the package that a fit enters is made to fail as it is entered: this
is where memory is short, a callback raises, or Ctrl-C comes.
"""

import pickle
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from failing import entered, failing
from sklearn.datasets import load_iris
from threadpoolctl import ThreadpoolController, threadpool_limits

import sksoftmax
from sksoftmax import SoftmaxMLPClassifier, SoftmaxMLPClassifierCV

# Fits of two iterations, or of one.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

X, y = load_iris(return_X_y=True)
X, y = X[::5], y[::5]
SMALL = {"hidden_layer_sizes": (2,), "max_iter": 2, "random_state": 0}


class NoMemoryError(MemoryError):
    """One that nobody else raises."""


LIBRARIES = ThreadpoolController().lib_controllers


def state_of_process():
    n_threads = [library.num_threads for library in LIBRARIES]
    return n_threads, threading.active_count(), np.geterr()


def make(kind):
    if kind == "cv":
        return SoftmaxMLPClassifierCV(**SMALL, alphas=[1, 0.1], cv=2)
    if kind == "auto":
        return SoftmaxMLPClassifier(**SMALL | {"max_iter": 1})
    return SoftmaxMLPClassifier(
        **SMALL,
        alpha=1,
        early_stopping=kind == "early stopping",
        warm_start=kind == "warm start",
    )


def places_of(kind, clf):
    """Each place of a fit; of a search, or with threads, the first of each function.

    Up to the warnings, which are told of a fit that is done.
    """
    make(kind).fit(X, y)  # fills caches
    codes = entered(lambda: clf.fit(X, y))
    warns = "convergence_warnings" if kind == "cv" else "_warn"
    last = max(i for i, code in enumerate(codes) if code.co_name == warns)
    if kind in ("alpha", "early stopping", "warm start"):
        return range(last)
    first = {code: i for i, code in reversed(list(enumerate(codes[:last])))}
    if kind != "threads":  # those of one fit are met there
        fit = make("early stopping").fit
        first = {code: first[code] for code in {*first} - {*entered(lambda: fit(X, y))}}
    return sorted(first.values())


@pytest.fixture
def kind(request, monkeypatch):
    """Of a fit; with "threads", there are two and several blocks of rows for them."""
    if request.param != "threads":
        yield request.param
        return
    monkeypatch.setattr(sksoftmax._rows.blocks, "_MIN_ROWS", 8)
    monkeypatch.setattr(sksoftmax._rows.blocks, "_MAX_ROWS", 8)
    with threadpool_limits(2, "blas"):
        yield request.param


AUTO = pytest.param("auto", marks=pytest.mark.slow)


@pytest.mark.parametrize(
    "kind",
    ["alpha", "warm start", "early stopping", "threads", AUTO, "cv"],
    indirect=True,
)
def test_a_fit_that_is_short_of_memory_has_never_happened(kind):
    """Neither to the estimator, nor to threads, BLAS and NumPy; and the next one is
    as any other."""
    clf = make(kind).fit(X, y)
    again = make(kind).fit(X, y).fit(X, y).predict_proba(X)
    before, process = vars(clf).copy(), state_of_process()
    places = places_of(kind, make(kind).fit(X, y))
    assert len(places) > 50
    for place in places:
        with pytest.raises(NoMemoryError):
            failing(lambda: clf.fit(X, y), place, NoMemoryError())
        assert vars(clf).keys() == before.keys()
        assert all(vars(clf)[name] is before[name] for name in before)
        assert state_of_process() == process
    assert (clf.fit(X, y).predict_proba(X) == again).all()


@pytest.mark.parametrize(
    "kind", ["alpha", "early stopping", "threads", AUTO, "cv"], indirect=True
)
def test_an_interrupted_fit_leaves_a_model_or_none(kind):
    """Its best iterate so far, or the estimator as it was; and no thread."""
    process = state_of_process()
    n_models = 0
    places = places_of(kind, make(kind))
    for place in places:
        clf = make(kind)
        before = vars(clf).copy()
        with pytest.raises(KeyboardInterrupt):
            failing(lambda clf=clf: clf.fit(X, y), place, KeyboardInterrupt())
        assert state_of_process() == process
        if hasattr(clf, "coefs_"):
            n_models += 1
            assert clf.predict_proba(X).sum(axis=1) == pytest.approx(1)
        else:
            assert vars(clf) == before
    # Of cross-validation only the last fit leaves one.
    assert (n_models > 0) == (kind != "cv")
    assert n_models < len(places)


@pytest.mark.parametrize("error", [NoMemoryError, KeyboardInterrupt])
def test_a_pickle_that_fails_leaves_the_model(error):
    """Wherever it does, and the next one is the same bytes."""
    clf = make("warm start").fit(X, y)
    before, expected = vars(clf).copy(), pickle.dumps(clf)
    places = range(len(entered(lambda: pickle.dumps(clf))))
    assert places
    for place in places:
        with pytest.raises(error):
            failing(lambda: pickle.dumps(clf), place, error())
        assert vars(clf).keys() == before.keys()
        assert all(vars(clf)[name] is before[name] for name in before)
    assert pickle.dumps(clf) == expected


STAGES = """
import os, pickle, sys, warnings
from pathlib import Path
from sklearn.datasets import load_digits
from sksoftmax import SoftmaxMLPClassifier

warnings.simplefilter("ignore")
X, y = load_digits(return_X_y=True)
kept = Path(sys.argv[1])
parameters = {"alpha": 1e-3, "tol": 0, "max_iter": 4, "random_state": 0}
clf, n_stages = SoftmaxMLPClassifier((30,), **parameters, warm_start=True), 0
if kept.exists():
    clf, n_stages = pickle.loads(kept.read_bytes())
print("begun", flush=True)
for n in range(n_stages, 12):
    clf.fit(X, y)
    new = kept.with_suffix(".new")
    new.write_bytes(pickle.dumps((clf, n + 1)))
    os.replace(new, kept)
"""


@pytest.mark.slow
def test_a_process_that_is_killed_goes_on_from_its_last_pickle(tmp_path, rng):
    """To the same bits, wherever in its fits and in its writing it was killed."""
    stages = tmp_path / "stages.py"
    stages.write_text(STAGES)
    n_killed = 0
    for name in ("whole", "killed"):
        for _ in range(50):
            process = subprocess.Popen(
                [sys.executable, stages, tmp_path / name],
                stdout=subprocess.PIPE,
                text=True,
            )
            with process:
                process.stdout.readline()
                if name == "killed" and n_killed < 10:
                    time.sleep(rng.uniform(0, 0.1))
                    process.kill()
            if process.returncode == 0:
                break
            n_killed += 1
    assert n_killed >= 3
    whole, killed = (
        pickle.loads((tmp_path / name).read_bytes()) for name in ("whole", "killed")
    )
    assert whole[1] == killed[1] == 12
    assert whole[0].loss_curve_ == killed[0].loss_curve_
    for coef, other in zip(whole[0].coefs_, killed[0].coefs_, strict=True):
        np.testing.assert_array_equal(coef, other)
