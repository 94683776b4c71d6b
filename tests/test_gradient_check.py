"""The gradient check that users run."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline

import sksoftmax._training.objective
from sksoftmax import (
    SoftmaxMLPClassifier,
    SoftmaxMLPClassifierCV,
    check_gradient,
)

X, Y = load_iris(return_X_y=True)


@pytest.fixture
def clf():
    return SoftmaxMLPClassifier((5, 4), "tanh", random_state=0)


@pytest.mark.parametrize("X", [X, X.astype(np.float32), csr_array(X)], ids=type)
@pytest.mark.parametrize("sample_weight", [None, Y + 0.5], ids=["equal", "weighted"])
def test_our_gradient_is_right(clf, X, sample_weight):
    """The analytic gradient passes, for every kind of data."""
    assert check_gradient(clf, X, Y, sample_weight) < 1e-6


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("part", [1, 2])
def test_a_wrong_gradient_is_found(clf, monkeypatch, layer, part):
    """One layer's derivative that is 1 % off shows, of coefs and of intercepts."""
    kernel = sksoftmax._training.objective.loss_gradient_sums

    def wrong(*args):
        sums = kernel(*args)
        sums[part][layer] *= 1.01
        return sums

    monkeypatch.setattr(sksoftmax._training.objective, "loss_gradient_sums", wrong)
    assert check_gradient(clf, X, Y, n_entries=None) > 1e-5


def test_the_estimator_is_not_changed(clf):
    """Neither parameters nor fitted weights are touched."""
    before = vars(clf.fit(X, Y)).copy()
    weights = [coef.copy() for coef in clf.coefs_]
    check_gradient(clf, X, np.array(["a", "b", "c"])[Y])
    assert vars(clf) == before
    for a, b in zip(clf.coefs_, weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_number_of_entries_is_bounded(clf, monkeypatch):
    """At most n_entries of each array are checked, two evaluations each."""
    calls = []
    kernel = sksoftmax._training.objective.loss_gradient_sums
    monkeypatch.setattr(
        sksoftmax._training.objective,
        "loss_gradient_sums",
        lambda *args: calls.append(1) or kernel(*args),
    )
    check_gradient(clf, X, Y, n_entries=2)
    assert len(calls) == 1 + 2 * (2 * 6)


@pytest.mark.parametrize(
    ("parameters", "options", "message"),
    [
        ({"alpha": -3.0}, {}, "'alpha' parameter .* must be"),
        ({"activation": "sigmoid"}, {}, "'activation' parameter .* must be"),
        ({}, {"n_entries": 0}, "n_entries=0"),
        ({}, {"n_entries": 2.5}, "an integer, at least 1, .*n_entries=2.5"),
        ({}, {"n_entries": "x"}, "n_entries='x'"),
        ({}, {"step": 0}, "step=0"),
        ({}, {"step": np.inf}, "a positive number; got .*step=inf"),
        ({}, {"step": "x"}, "step='x'"),
        ({"alpha": 1e308}, {}, "not finite"),
    ],
    ids=str,
)
def test_what_fit_would_refuse_is_refused(clf, parameters, options, message):
    """Parameters are validated, and a result that says nothing is not given."""
    with pytest.raises(ValueError, match=message):
        check_gradient(clf.set_params(**parameters), X, Y, **options)


def test_other_estimators_are_refused(clf):
    """A pipeline is told to pass its last step."""
    with pytest.raises(TypeError, match="of a pipeline its last step; got Pipeline"):
        check_gradient(make_pipeline(clf), X, Y)


def test_a_search_has_no_objective_of_its_own():
    """It is a SoftmaxMLPClassifier, but without an alpha."""
    with pytest.raises(TypeError, match=r"Pass SoftmaxMLPClassifier\(alpha=\.\.\.\)"):
        check_gradient(SoftmaxMLPClassifierCV(), X, Y)


def test_the_callers_error_state_does_not_matter(clf):
    """Weights that underflow do not, and what overflows is told as everywhere."""
    weights = np.where(Y, 1e-300, 1.0)
    tiny = np.where(np.arange(150)[:, np.newaxis], X, 5e-324)
    with np.errstate(all="raise"):
        assert check_gradient(clf, X, Y, weights) < 1e-6
        assert check_gradient(clf, tiny, Y) < 1e-6
        with pytest.raises(ValueError, match="is not finite"):
            check_gradient(
                clf.set_params(standardize=False, activation="relu"), 1e200 * X, Y
            )
