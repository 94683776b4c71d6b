"""Estimators written by one version and read by another."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import InconsistentVersionWarning

from sksoftmax import SoftmaxMLPClassifier, __version__, _version

KEPT = sorted(Path(__file__).parent.glob("data/*.pickle"))
X, Y = load_iris(return_X_y=True)


@pytest.fixture(scope="module")
def clf():
    return SoftmaxMLPClassifier((5,), random_state=0).fit(X, Y)


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_estimators_of_released_versions_are_read(path):
    """They predict what they did, and a warm start goes on from them."""
    clf, p = pickle.loads(path.read_bytes())
    np.testing.assert_allclose(clf.predict_proba(X), p, rtol=1e-9)
    names = load_iris().target_names[Y]
    assert clf.score(X, names) > 0.9
    loss = clf.loss_
    clf.set_params(alpha=clf.alpha_).fit(X, names)
    assert clf.loss_ <= loss


def test_this_version_is_kept():
    """No version is released without an estimator of it for the later ones."""
    assert f"iris-{__version__}" in [path.stem for path in KEPT]


def test_round_trip(clf):
    """What is pickled comes back, without a warning, and without a new attribute."""
    again = pickle.loads(pickle.dumps(clf))
    assert vars(again).keys() == vars(clf).keys()
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))
    assert vars(clone(again)).keys() == clf.get_params().keys()


def test_newer_version_warns(clf, monkeypatch):
    """It may work, as scikit-learn says of its own."""
    with monkeypatch.context() as patched:
        patched.setattr(_version, "__version__", "99.1")
        written = pickle.dumps(clf)
    with pytest.warns(
        InconsistentVersionWarning,
        match=rf"sksoftmax\.SoftmaxMLPClassifier from version 99\.1 .* {__version__}",
    ):
        again = pickle.loads(written)
    np.testing.assert_array_equal(again.predict(X), clf.predict(X))


def test_unreadable_versions_are_refused(clf, monkeypatch):
    """Those before the oldest readable one, and those that do not say."""
    with monkeypatch.context() as patched:
        patched.setattr(_version, "__version__", "0.0.9")
        written = pickle.dumps(clf)
    with pytest.raises(
        ValueError, match=r"SoftmaxMLPClassifier is of 0\.0\.9\. Load it .* or fit"
    ):
        pickle.loads(written)
    with pytest.raises(ValueError, match=r"reads .* 0\.1\.0 .* an unknown version"):
        SoftmaxMLPClassifier().__setstate__(vars(clf))


@pytest.mark.slow
def test_skops_round_trip():
    """skops reads and writes all that a fit leaves, naming types of this package."""
    skops = pytest.importorskip("skops.io")
    clf = SoftmaxMLPClassifier((5,), alpha="auto", warm_start=True, random_state=0)
    written = skops.dumps(clf.fit(X, Y))
    types = skops.get_untrusted_types(data=written)
    assert types
    assert all(name.startswith("sksoftmax.") for name in types), types
    again = skops.loads(written, trusted=types)
    np.testing.assert_array_equal(again.predict_proba(X), clf.predict_proba(X))
    assert again.convergence_ == clf.convergence_
    assert repr(again.alpha_path_) == repr(clf.alpha_path_)  # there are NaN
