"""`alpha="auto"`."""

import numpy as np
import pytest
from sklearn.datasets import make_classification

import sksoftmax._regularization
from sksoftmax import SoftmaxMLPClassifier, check_gradient


def classifier(**parameters):
    parameters = {"hidden_layer_sizes": (10,), "random_state": 0, **parameters}
    return SoftmaxMLPClassifier(**parameters)


def assert_same_fit(one, other):
    for a, b in zip(one.coefs_, other.coefs_, strict=True):
        np.testing.assert_array_equal(a, b)
    assert one.loss_curve_ == other.loss_curve_
    assert one.stages_ == other.stages_


@pytest.mark.parametrize("n_samples", [80, 12_000])
def test_fit_is_that_of_the_alpha_found(n_samples):
    """Bit for bit, also from subsets: to learn alpha changes nothing else."""
    X, y = make_classification(n_samples, 6, flip_y=0.2, random_state=0)
    auto = classifier(alpha="auto").fit(X, y)
    assert_same_fit(auto, classifier(alpha=auto.alpha_).fit(X, y))
    assert len(auto.stages_) == 1 + (n_samples > 10_000)


def test_alpha_has_the_largest_evidence(small_data):
    """Both neighbours, half a decade away, were tried and have less."""
    clf = classifier(alpha="auto").fit(*small_data)
    path = np.transpose(clf.alpha_path_)
    alphas, evidences, n_effective, validation_losses, n_iter = path
    assert np.isnan(validation_losses).all()
    np.testing.assert_allclose(np.diff(np.log10(alphas)), 0.5)
    best = evidences.argmax()
    assert 0 < best < len(alphas) - 1
    assert (clf.alpha_, clf.log_evidence_) == (alphas[best], evidences[best])
    assert clf.n_iter_ == n_iter[best]
    assert (np.diff(n_effective) < 0).all()


@pytest.mark.parametrize("alpha", ["auto", 1])
def test_alpha_is_shown(alpha, small_data):
    """`alpha_` always; what it came from where it was learnt, also after a refit."""
    X, y = small_data
    clf = classifier(alpha="auto").fit(X, y).set_params(alpha=alpha).fit(X, y)
    assert isinstance(clf.alpha_, float)
    for name in ("log_evidence_", "alpha_path_"):
        assert hasattr(clf, name) == (alpha == "auto")


def test_noise_asks_for_more_regularisation():
    """The alpha found grows with the part of labels that are random."""
    alphas = []
    for flip_y in (0.0, 0.3, 1.0):
        X, y = make_classification(
            300, 6, n_informative=6, n_redundant=0, flip_y=flip_y, random_state=0
        )
        alphas.append(classifier(alpha="auto").fit(X, y).alpha_)
    assert alphas == sorted(set(alphas))


@pytest.mark.parametrize("unit", [2.0**-70, 2.0**20])
def test_weights_are_copies(small_data, unit):
    """The same alpha; in another unit of the weights, in that unit."""
    X, y = small_data
    smooth = {"activation": "tanh", "alpha": "auto", "tol": 1e-6, "max_iter": 1000}
    weights = np.full(len(y), 2.0)
    once = classifier(**smooth).fit(X, y, weights)
    twice = classifier(**smooth).fit(np.tile(X, (2, 1)), np.tile(y, 2))
    assert once.alpha_ == twice.alpha_
    assert once.log_evidence_ == pytest.approx(twice.log_evidence_, rel=1e-3)
    alpha = once.alpha_
    given = classifier(activation="tanh", alpha=alpha).fit(X, y, weights)
    other = classifier(activation="tanh", alpha=alpha * unit).fit(X, y, weights * unit)
    assert_same_fit(given, other)


def test_walk_ends_at_the_limit(rng, monkeypatch):
    """Where there is nothing but noise, the more the better."""
    X, y = rng.normal(size=(300, 6)), rng.integers(2, size=300)
    free = classifier(hidden_layer_sizes=100, alpha="auto").fit(X, y)
    monkeypatch.setattr(sksoftmax._regularization, "_LAST", 3)
    held = classifier(hidden_layer_sizes=100, alpha="auto").fit(X, y)
    assert free.alpha_ > held.alpha_ == held.alpha_path_[-1].alpha
    assert held.alpha_ == pytest.approx(10**1.5)


def test_balanced_classes_are_not_learnt_by_heart():
    """Of a rare class, few samples are few whatever they weigh."""
    X, y = make_classification(
        2000, 10, n_informative=5, weights=[0.95], flip_y=0.02, random_state=1
    )
    plain = classifier(alpha="auto").fit(X[::2], y[::2])
    balanced = classifier(alpha="auto", class_weight="balanced").fit(X[::2], y[::2])
    p = balanced.predict_proba(X) / balanced.class_weight_
    p /= p.sum(axis=1, keepdims=True)
    rows = np.arange(1, 2000, 2)
    log_p = plain.predict_log_proba(X)[rows, y[rows]]
    assert -np.log(p[rows, y[rows]]).mean() < 1.2 * -log_p.mean()
    times = {label: 1000 * w for label, w in enumerate(balanced.class_weight_)}
    other = classifier(alpha="auto", class_weight=times).fit(X[::2], y[::2])
    assert other.alpha_ == pytest.approx(1000 * balanced.alpha_)


@pytest.mark.parametrize("n_samples", [2, 4, 10])
def test_few_samples_are_not_given_up(n_samples, rng):
    """Two groups far apart are told apart, where alpha=10 leaves no weight."""
    y = np.arange(n_samples) % 2
    X = rng.normal(size=(n_samples, 2)) + 6 * y[:, np.newaxis]
    clf = classifier(alpha="auto").fit(X, y)
    assert clf.alpha_path_[-1].alpha <= n_samples / 10
    assert clf.score(X, y) == 1
    assert np.abs(classifier(alpha=10).fit(X, y).decision_function(X)).max() < 0.1


def test_max_time_is_for_all_fits(small_data):
    """The first fit always is; and its alpha is that of the result."""
    clf = classifier(alpha="auto", max_time=1e-9)
    with pytest.warns(match="max_time"):
        clf.fit(*small_data)
    assert len(clf.alpha_path_) == 1
    assert clf.alpha_ == pytest.approx(10**0.5)
    assert clf.convergence_.reason == "max_time"


def test_a_search_that_is_out_of_time_says_so(small_data, monkeypatch):
    """Also where each fit had met tol."""
    clock = iter(range(10_000))
    clf = classifier(alpha="auto")
    n_fits = len(clf.fit(*small_data).alpha_path_)
    monkeypatch.setattr(
        sksoftmax._regularization.time, "perf_counter", lambda: float(next(clock))
    )
    with pytest.warns(match="max_time"):
        clf.set_params(max_time=40).fit(*small_data)
    assert 1 <= len(clf.alpha_path_) < n_fits
    assert clf.convergence_.reason == "max_time"


def test_validation_data_choose_alpha(small_data, capsys):
    """With early stopping: the alpha of the lowest log-loss of all that were tried."""
    clf = classifier(alpha="auto", early_stopping=True, verbose=1).fit(*small_data)
    path = np.transpose(clf.alpha_path_)
    alphas, evidences, n_effective, validation_losses, n_iter = path
    best = validation_losses.argmin()
    assert (clf.alpha_, clf.best_validation_loss_) == (
        alphas[best],
        validation_losses[best],
    )
    assert np.isnan([evidences, n_effective]).all()
    assert clf.n_iter_ == n_iter[best]
    assert not hasattr(clf, "log_evidence_")
    assert capsys.readouterr().out.count("Lowest validation loss = ") == len(alphas)
    alone = classifier(alpha=clf.alpha_, early_stopping=True).fit(*small_data)
    assert_same_fit(clf, alone)


def test_progress_tells_the_alphas(small_data, capsys):
    """With verbose, before and after each fit."""
    clf = classifier(alpha="auto", verbose=1).fit(*small_data)
    out = capsys.readouterr().out
    assert out.count("With alpha = ") == out.count("Log evidence = ")
    assert out.count("With alpha = ") == len(clf.alpha_path_)
    assert f"With alpha = {clf.alpha_:.3g}\n" in out


def test_warm_start_keeps_alpha(small_data):
    """It goes on where it stopped, as with that alpha given."""
    X, y = small_data
    clf = classifier(alpha="auto", warm_start=True).fit(X, y)
    given = classifier(alpha=clf.alpha_, warm_start=True).fit(X, y)
    path, evidence = clf.alpha_path_, clf.log_evidence_
    for one in (clf, given):
        one.set_params(tol=1e-4).fit(X, y)
    assert_same_fit(clf, given)
    assert clf.n_iter_ > 1
    assert (clf.alpha_path_, clf.log_evidence_) == (path, evidence)


def test_warm_start_learns_what_is_not_yet_learnt(small_data):
    """An alpha that was given is not one that was learnt."""
    clf = classifier(alpha=1e3, warm_start=True).fit(*small_data)
    clf.set_params(alpha="auto").fit(*small_data)
    assert clf.alpha_ < 1e3
    assert len(clf.alpha_path_) > 1


def test_gradient_check_takes_auto(small_data):
    """The gradient of the penalty is checked with an alpha of 1."""
    assert check_gradient(classifier(alpha="auto"), *small_data) < 1e-5
