"""Fits that go on from the one before."""

import copy
import pickle

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._training.objective import Objective


def test_warm_start_continues_in_any_units(small_data):
    """A second fit starts at the first one's weights, if these are other columns."""
    X, y = small_data
    clf = SoftmaxMLPClassifier(alpha=1, random_state=0, warm_start=True).fit(X, y)
    shifted = 5 * X + 3
    clf.coefs_[0] /= 5
    clf.intercepts_[0] -= 3 * clf.coefs_[0].sum(axis=0)
    before = clf.loss_
    clf.fit(shifted, y)
    assert clf.loss_curve_[0] <= before * (1 + 1e-9)


@pytest.fixture(params=[(), (5,)])
def moved(rng, request):
    """A classifier that was fitted, and its rows with columns that have moved far."""
    X = rng.normal(size=(300, 3))
    y = np.digitize(X[:, 0] + 0.3 * rng.normal(size=300), [-0.5, 0.5])
    clf = SoftmaxMLPClassifier(
        request.param, "tanh", alpha=1, random_state=0, warm_start=True
    )
    clf.fit(X, y).fit(X, y)
    return clf, X + 1e10, y


def test_a_start_that_is_not_come_away_from_is_told(moved):
    """Of columns that have moved far; what went on well was no reason for a warning."""
    clf, X, y = moved
    before = clf.loss_
    with pytest.warns(UserWarning, match=r"^warm_start=True: .* set warm_start=False"):
        clf.fit(X, y)
    assert clf.loss_ > 2 * before


def test_a_start_that_there_was_no_time_to_come_away_from_is_not_told(moved):
    """Steps that a user makes are of max_iter, and what that warns of is enough."""
    clf, X, y = moved
    with pytest.warns(ConvergenceWarning, match="max_iter") as warned:
        clf.set_params(max_iter=1).fit(X, y)
    assert len(warned) == 1


def test_a_bad_start_that_is_come_away_from_is_not_told(moved):
    """As with other labels, which are learnt as well as the first ones were."""
    clf, X, y = moved
    X, before = X - 1e10, clf.loss_
    clf.fit(X, 2 - y)
    assert clf.loss_ == pytest.approx(before, rel=1e-2)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("k", [1, 9, 21])
def test_a_warm_start_goes_on_as_if_there_had_been_no_stop(small_data, dtype, k):
    """Two fits of k iterations are one of 2 k, bit for bit, also after a pickle."""
    X, y = small_data
    X = X.astype(dtype)
    weights = np.linspace(0, 1, len(y))
    parameters = {"alpha": 1, "random_state": 0, "tol": 0, "warm_start": True}
    whole = SoftmaxMLPClassifier(max_iter=2 * k, **parameters).fit(X, y, weights)
    half = SoftmaxMLPClassifier(max_iter=k, **parameters).fit(X, y, weights)
    for clf in (pickle.loads(pickle.dumps(half)), half):
        first = clf.loss_curve_
        clf.fit(X, y, weights)
        assert first + clf.loss_curve_ == whole.loss_curve_
        for ours, other in zip(
            (*clf.coefs_, *clf.intercepts_),
            (*whole.coefs_, *whole.intercepts_),
            strict=True,
        ):
            np.testing.assert_array_equal(ours, other)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_warm_start_on_large_data_goes_on_too():
    """Subsets are not gone through again, and the metric has the same rows."""
    X, y = make_classification(
        11_000, 5, n_informative=4, n_redundant=0, random_state=0
    )
    parameters = {"hidden_layer_sizes": 10, "alpha": 1, "tol": 0, "warm_start": True}
    whole = SoftmaxMLPClassifier(max_iter=8, random_state=5, **parameters).fit(X, y)
    half = SoftmaxMLPClassifier(max_iter=4, random_state=5, **parameters).fit(X, y)
    half.fit(X, y)
    assert half.stages_ == [(11_000, 4)]
    np.testing.assert_array_equal(half.coefs_[0], whole.coefs_[0])


def test_a_warm_start_after_convergence_ends_at_once(small_data):
    """What had met tol is not given another ten iterations."""
    X, y = small_data
    clf = SoftmaxMLPClassifier(alpha=1, random_state=0, warm_start=True).fit(X, y)
    assert clf.fit(X, y).n_iter_ < 10


def test_a_warm_start_on_other_data_forgets_the_curvature(small_data):
    """It starts at the same weights, and is otherwise a new fit."""
    X, y = small_data
    clf = SoftmaxMLPClassifier(alpha=1, random_state=0, warm_start=True).fit(
        X[:60], y[:60]
    )
    start = copy.deepcopy(clf)
    start._state = None
    clf.fit(X, y)
    start.fit(X, y)
    np.testing.assert_allclose(clf.loss_curve_[0], start.loss_curve_[0], rtol=1e-9)


def test_a_failing_warm_start_leaves_the_state(small_data, monkeypatch):
    """A failed fit can be gone on from as if it had not been begun."""
    X, y = small_data
    parameters = {"alpha": 1, "random_state": 0, "warm_start": True, "tol": 1e-2}
    expected = SoftmaxMLPClassifier(**parameters).fit(X, y).set_params(tol=1e-3)
    clf = copy.deepcopy(expected)
    expected.fit(X, y)
    calls = []

    def failing(self, x, evaluate=Objective.__call__):
        calls.append(x)
        if len(calls) == 4:
            raise MemoryError
        return evaluate(self, x)

    with monkeypatch.context() as patch:
        patch.setattr(Objective, "__call__", failing)
        with pytest.raises(MemoryError):
            clf.fit(X, y)
    np.testing.assert_array_equal(clf.fit(X, y).coefs_[0], expected.coefs_[0])


def test_without_warm_start_no_state_is_kept(small_data):
    """Pickles of other estimators are not 24 times as large."""
    clf = SoftmaxMLPClassifier(alpha=1, random_state=0).fit(*small_data)
    weights = sum(W.nbytes for W in (*clf.coefs_, *clf.intercepts_))
    assert len(pickle.dumps(clf)) < weights + 20_000


def test_warm_start_loses_no_digits_far_from_zero(small_data):
    """float32 columns at 1000 standard deviations restart where they ended."""
    X, y = small_data
    far = (StandardScaler().fit_transform(X) + 1000).astype(np.float32)
    clf = SoftmaxMLPClassifier(alpha=1, random_state=0, warm_start=True).fit(far, y)
    end = clf.loss_
    clf.fit(far, y)
    assert clf.loss_curve_[0] < end * 1.001


def test_other_feature_names_end_a_warm_start(small_data):
    """Columns in another order are not taken for the ones that were fitted."""
    pd = pytest.importorskip("pandas")
    X, y = small_data
    frame = pd.DataFrame(X, columns=list("abcdef"))
    clf = SoftmaxMLPClassifier(alpha=1, random_state=0, warm_start=True).fit(frame, y)
    with pytest.raises(ValueError, match=r"feature names .*'a', 'b'.* got .*'f', 'e'"):
        clf.fit(frame[list("fedcba")], y)
    clf.predict(frame)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_start_is_where_predictions_are(rng, dtype):
    """Also of columns far from 0, on rows of other moments."""
    X = rng.integers(-3, 4, size=(300, 2)) + 1e7
    y = (X[:, 0] + rng.normal(size=300) > 1e7).astype(int)
    clf = SoftmaxMLPClassifier((4,), alpha=1.0, random_state=0, warm_start=True)
    clf.fit(X.astype(dtype), y)
    rows = slice(0, 100)
    objective, start, *_ = copy.deepcopy(clf)._problem(
        X[rows].astype(dtype), y[rows], None
    )
    log_p = clf.predict_log_proba(X[rows].astype(dtype))
    log_loss = -log_p[np.arange(100), y[rows]].mean()
    assert objective.log_loss(start) == pytest.approx(log_loss, rel=1e-5)
