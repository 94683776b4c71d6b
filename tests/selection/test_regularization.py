"""`alpha="auto"`."""

import re
import time
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_iris, make_classification
from sklearn.ensemble import AdaBoostClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.utils.class_weight import compute_sample_weight

import sksoftmax._selection.alpha_search
import sksoftmax._selection.held_out
import sksoftmax._selection.regularization
from sksoftmax import SoftmaxMLPClassifier, check_gradient
from sksoftmax._selection.held_out import fifths
from sksoftmax._selection.inputs import (
    LINEAR,
    PIECEWISE,
    encoded,
    encoding_of,
    start_of,
)
from sksoftmax._selection.judge import Estimate
from sksoftmax._selection.regularization import (
    _lines,
    search_doubts,
    train_with_best_alpha,
)


def classifier(**parameters):
    parameters = {"hidden_layer_sizes": (10,), "random_state": 0, **parameters}
    return SoftmaxMLPClassifier(encoding="linear", relevance=False, **parameters)


def assert_same_fit(one, other):
    for a, b in zip(one.coefs_, other.coefs_, strict=True):
        np.testing.assert_array_equal(a, b)
    assert one.loss_curve_ == other.loss_curve_
    assert one.stages_ == other.stages_


def overlapping_clusters(n_rows, n_features):
    """Fifteen, three for each of five classes."""
    rng = np.random.default_rng(0)
    centres = 0.7 * rng.normal(size=(15, n_features))
    cluster = rng.integers(0, 15, n_rows)
    return centres[cluster] + rng.normal(size=(n_rows, n_features)), cluster % 5


@pytest.mark.parametrize("n_samples", [80, 12_000])
def test_fit_is_that_of_the_alpha_found(n_samples):
    """Bit for bit, also from subsets: to learn alpha changes nothing else."""
    X, y = make_classification(n_samples, 6, flip_y=0.2, random_state=0)
    auto = classifier(alpha="auto").fit(X, y)
    assert_same_fit(auto, classifier(alpha=auto.alpha_).fit(X, y))
    assert len(auto.stages_) == 1 + (n_samples > 10_000)


def test_alpha_has_the_smallest_held_out_loss(small_data):
    """Both neighbours, half a decade away, were tried and have no smaller one."""
    clf = classifier(alpha="auto").fit(*small_data)
    alphas, losses, errors, evidences, _, n_iter = np.transpose(
        [step[:6] for step in clf.alpha_path_]
    )
    best = alphas.tolist().index(clf.alpha_)
    for neighbour in (best - 1, best + 1):
        assert np.log10(alphas[neighbour] / alphas[best]) == pytest.approx(
            (neighbour - best) / 2
        )
    assert losses[best] == clf.held_out_loss_ <= losses.min() + 0.5 / 80
    assert evidences[best] == clf.log_evidence_
    assert (errors > 0).all()
    assert (n_iter > 0).all()


def test_held_out_loss_is_that_of_new_rows():
    """What the search says of the winner is what test rows say, within its error."""
    X, y = make_classification(4000, 8, n_informative=6, flip_y=0.1, random_state=3)
    clf = classifier(alpha="auto").fit(X[:800], y[:800])
    found = next(step for step in clf.alpha_path_ if step.alpha == clf.alpha_)
    test_loss = log_loss(y[800:], clf.predict_proba(X[800:]))
    assert abs(found.held_out_loss - test_loss) < 3 * found.standard_error


@pytest.mark.parametrize("alpha", ["auto", 1])
def test_alpha_is_shown(alpha, small_data):
    """`alpha_` always; what it came from where it was learnt, also after a refit."""
    X, y = small_data
    clf = classifier(alpha="auto", tol=0.05).fit(X, y)
    clf.set_params(alpha=alpha).fit(X, y)
    assert isinstance(clf.alpha_, float)
    for name in ("held_out_loss_", "log_evidence_", "alpha_path_"):
        assert hasattr(clf, name) == (alpha == "auto")


@pytest.mark.filterwarnings("ignore:No alpha predicts")  # of pure noise
def test_noise_asks_for_more_regularisation():
    """The alpha found grows with the part of labels that are random."""
    alphas = []
    for flip_y in (0.0, 0.3, 1.0):
        X, y = make_classification(
            300, 6, n_informative=6, n_redundant=0, flip_y=flip_y, random_state=0
        )
        alphas.append(classifier(alpha="auto").fit(X, y).alpha_)
    assert alphas == sorted(set(alphas))


def test_weights_are_copies(small_data):
    """The same alpha, in any order of the rows; in another unit of the weights, too."""
    X, y = small_data
    smooth = {"activation": "tanh", "alpha": "auto", "tol": 1e-6, "max_iter": 1000}
    weights = np.arange(len(y)) % 3.0
    once = classifier(**smooth).fit(X, y, weights)
    copies = np.repeat(np.arange(len(y)), weights.astype(int))
    copies = np.random.default_rng(0).permutation(copies)
    twice = classifier(**smooth).fit(X[copies], y[copies])
    assert once.alpha_ == twice.alpha_
    assert once.held_out_loss_ == twice.held_out_loss_
    assert once.log_evidence_ == pytest.approx(twice.log_evidence_, rel=1e-3)
    alpha, unit = once.alpha_, 2.0**20
    given = classifier(activation="tanh", alpha=alpha).fit(X, y, weights)
    other = classifier(activation="tanh", alpha=alpha * unit).fit(X, y, weights * unit)
    assert_same_fit(given, other)


@pytest.mark.parametrize("alpha", [3.0, "auto"])
@pytest.mark.parametrize("unit", [2.0**-70, 1 / 80])
def test_relative_weights_are_of_the_effective_number(small_data, alpha, unit):
    """Too small for numbers of copies, they do what those that sum to it would."""
    X, y = small_data
    weights = 1.0 + np.arange(len(y)) % 2
    n_effective = weights.sum() ** 2 / (weights @ weights)
    counts = classifier(alpha=alpha).fit(X, y, weights * (n_effective / weights.sum()))
    with pytest.warns(UserWarning, match="weights of 80 samples sum to .* relative"):
        relative = classifier(alpha=alpha).fit(X, y, weights * unit / 2)
    assert relative.alpha_ == pytest.approx(counts.alpha_)
    np.testing.assert_allclose(
        relative.predict_proba(X), counts.predict_proba(X), atol=1e-3
    )


@pytest.mark.parametrize("alpha", [1.0, "auto"])
def test_boosting_learns(alpha):
    """AdaBoost's weights, which sum to 1, are relative."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4))
    y = np.digitize(X[:, 0] + 0.3 * rng.normal(size=300), [-0.5, 0.5])
    boosted = AdaBoostClassifier(
        classifier(alpha=alpha), n_estimators=3, random_state=0
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The weights of 300 samples sum to 1")
        assert boosted.fit(X, y).score(X, y) > 0.75


@pytest.mark.parametrize(("n", "n_classes"), [(300, 2), (300, 20), (4200, 2)])
def test_noise_is_told(n, n_classes):
    """Where X tells nothing, the class frequencies are the answer, with a warning."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(2 * n, 6)), np.arange(2 * n) % n_classes
    clf = classifier(hidden_layer_sizes=20, alpha="auto")
    with pytest.warns(UserWarning, match="No alpha predicts held-out samples") as w:
        clf.fit(X[:n], y[:n])
    assert w[0].filename == __file__
    loss = log_loss(y[n:], clf.predict_proba(X[n:]))
    assert loss < 1.02 * np.log(n_classes)


@pytest.mark.parametrize("limits", [(-2, 0), (4, 6)])
def test_an_edge_is_told(limits, monkeypatch):
    """The best alpha may be beyond those that are tried."""
    monkeypatch.setattr(sksoftmax._selection.alpha_search, "_LIMITS", limits)
    monkeypatch.setattr(
        sksoftmax._selection.regularization, "COARSE", (limits[1], limits[0])
    )
    X, y = make_classification(
        400, 6, n_informative=6, n_redundant=0, flip_y=0.2, random_state=0
    )
    edge = limits[1] if limits[1] == 0 else limits[0]
    which = "largest" if limits[1] == 0 else "smallest"
    clf = classifier(alpha="auto")
    with pytest.warns(UserWarning, match=rf"alpha=.*, the {which} that was tried"):
        clf.fit(X, y)
    assert clf.alpha_ == 10 ** (edge / 2)


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))]
)
def test_checkerboard_is_learnt(seed):
    """The search does not stay where all weights sleep."""
    rng = np.random.default_rng(seed)
    X = 4 * rng.random((2300, 2))
    y = X.astype(int).sum(axis=1) % 2
    clf = SoftmaxMLPClassifier(random_state=seed).fit(X[:300], y[:300])
    assert clf.score(X[300:], y[300:]) > 0.85


@pytest.mark.slow
def test_many_noisy_rows_are_not_learnt_by_heart():
    """The evidence was 1.35 times the base rate's log-loss here."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(12_000, 20))
    z = 1.5 * np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + X[:, 3] - 0.5 * X[:, 4] ** 2
    y = rng.random(12_000) < 1 / (1 + np.exp(-z - 0.5))
    clf = SoftmaxMLPClassifier(random_state=0).fit(X[:8000], y[:8000])
    assert log_loss(y[8000:], clf.predict_proba(X[8000:])) < 0.53


def test_few_cells_with_noisy_labels_are_learnt():
    """Rows that repeat with other labels are draws; a table of counts is the same."""
    rng = np.random.default_rng(0)
    cells = np.indices((3, 2, 4)).reshape(3, -1).T
    p = rng.uniform(0.1, 0.9, len(cells))
    counts = rng.multinomial(2000, np.full(len(cells), 1 / len(cells)))
    ones = rng.binomial(counts, p)
    X, y = np.tile(cells, (2, 1)).astype(float), np.repeat([0, 1], len(cells))
    weights = np.concatenate([counts - ones, ones])
    clf = classifier(alpha="auto", hidden_layer_sizes=100).fit(X, y, weights)
    expected = -(p * np.log(p) + (1 - p) * np.log(1 - p)).mean()
    q = clf.predict_proba(cells.astype(float))
    assert -(p * np.log(q[:, 1]) + (1 - p) * np.log(q[:, 0])).mean() < 1.02 * expected
    rows = np.repeat(np.arange(len(y)), weights)
    other = classifier(alpha="auto", hidden_layer_sizes=100).fit(X[rows], y[rows])
    assert other.alpha_ == clf.alpha_


@pytest.mark.parametrize(("n_values", "n_columns"), [(2, 6), (4, 3)])
def test_noise_on_a_table_is_not_learnt(n_values, n_columns):
    """Draws of a cell have other labels where they are held out, and that is told."""
    rng = np.random.default_rng(0)
    X = rng.integers(n_values, size=(800, n_columns)).astype(float)
    y = rng.integers(2, size=800)
    clf = SoftmaxMLPClassifier(random_state=0)
    with pytest.warns(UserWarning, match="No alpha predicts"):
        clf.fit(X, y)
    assert -np.log(clf.predict_proba(X)).mean() < 1.01 * np.log(2)


@pytest.mark.parametrize("kind", ["survey", "balanced", "repeated"])
def test_a_weighted_table_is_not_learnt_by_heart(kind):
    """Nor one that was repeated: its draws are those of the rows without weights."""
    rng = np.random.default_rng(1)
    X = rng.integers([2, 3, 4, 5, 2], size=(3000, 5)).astype(float)
    y = (rng.random(3000) < 1 / (1 + np.exp(X[:, 0] - X[:, 1] / 2 + 1))).astype(int)
    test = slice(800, None)
    weights, rows = None, np.arange(800)
    if kind == "survey":
        weights = rng.lognormal(12, 0.5, 800)
    elif kind == "balanced":
        weights = compute_sample_weight("balanced", y[:800])
    else:
        rows = rows.repeat(3)
    clf = classifier(alpha="auto").fit(X[rows], y[rows], weights)
    other = LogisticRegression().fit(X[rows], y[rows], weights)
    ours, theirs = (log_loss(y[test], c.predict_proba(X[test])) for c in (clf, other))
    assert ours < 1.03 * theirs


@pytest.mark.parametrize("n_levels", [20, 60])
def test_one_column_may_tell_all(n_levels):
    """Codes of categories that are drawn again and again are a table."""
    rng = np.random.default_rng(0)
    codes = rng.integers(n_levels, size=1000)
    X, y = codes[:, np.newaxis].astype(float), rng.permutation(n_levels)[codes] % 2
    clf = classifier(alpha="auto", categorical_features=[0]).fit(X, y)
    assert clf.score(X, y) == 1


def test_a_table_of_few_cells_is_learnt():
    """All combinations are there many times: held out as a whole, none is predicted."""
    X = np.eye(30)[np.arange(3000) % 30]
    y = np.random.default_rng(0).integers(2, size=30)[np.arange(3000) % 30]
    for same in (X, csr_array(X)):
        assert classifier(alpha="auto").fit(same, y).score(X, y) == 1


def test_other_units_and_formats_are_the_same_rows(small_data):
    """Held-out rows, and so alpha, depend neither on units nor on how X is held."""
    X, y = small_data
    clf = classifier(alpha="auto", tol=0.05).fit(X, y)
    path = [(step.alpha, round(step.held_out_loss, 4)) for step in clf.alpha_path_]
    for same in (
        1e-3 * X,
        X + np.array([1, 0, 2, 0, 3, 0]),
        csr_array(X),
        np.asfortranarray(X),
    ):
        other = classifier(alpha="auto", tol=0.05).fit(same, y)
        assert [
            (step.alpha, round(step.held_out_loss, 4)) for step in other.alpha_path_
        ] == path


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_unit_of_class_weights_does_not_matter(early_stopping, unit):
    """Nor does that of all of them together, also for rows that are held out."""
    X, y = load_iris(return_X_y=True)
    one, other = (
        classifier(
            class_weight={0: scale, 1: 3 * scale, 2: scale},
            early_stopping=early_stopping,
            tol=0.05,
        ).fit(X, y)
        for scale in (1.0, unit)
    )
    assert other.alpha_ == pytest.approx(unit * one.alpha_)
    np.testing.assert_allclose(other.predict_proba(X), one.predict_proba(X), atol=1e-9)


@pytest.mark.slow
def test_a_heavy_class_does_not_end_in_a_constant():
    """alpha is chosen for the weighted loss: it is as good as with a given alpha."""
    X, y = make_classification(
        6000, 10, n_informative=5, weights=[0.97], flip_y=0, random_state=2
    )
    clf = SoftmaxMLPClassifier(class_weight={1: 1000}, random_state=0)
    clf.fit(X[:2000], y[:2000])
    assert roc_auc_score(y[2000:], clf.predict_proba(X[2000:])[:, 1]) > 0.85


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


@pytest.mark.parametrize("n_samples", [2, 4, 10])
def test_few_samples_are_not_given_up(n_samples, rng):
    """Two groups far apart are told apart, where alpha=10 leaves no weight."""
    y = np.arange(n_samples) % 2
    X = rng.normal(size=(n_samples, 2)) + 6 * y[:, np.newaxis]
    clf = classifier(alpha="auto")
    with warnings.catch_warnings(record=True) as w:
        warnings.simplefilter("always")
        clf.fit(X, y)
    assert clf.score(X, y) == 1
    assert np.isnan(clf.held_out_loss_) == (n_samples == 2) == len(w)
    assert not w or "Each class is a single sample" in str(w[0].message)
    assert np.abs(classifier(alpha=10).fit(X, y).decision_function(X)).max() < 0.1


@pytest.mark.filterwarnings("ignore:Each class is a single sample")
@pytest.mark.parametrize("shape", [(2, 8), (5, 64)])
def test_single_samples_of_more_columns_have_an_evidence(shape, rng):
    """Though their fit is in the space of the rows."""
    X, y = rng.normal(size=shape), np.arange(shape[0])
    clf = classifier(alpha="auto", hidden_layer_sizes=100).fit(X, y)
    alone = classifier(alpha=clf.alpha_, hidden_layer_sizes=100).fit(X, y)
    np.testing.assert_array_equal(clf.predict_proba(X), alone.predict_proba(X))
    assert np.isfinite([step.log_evidence for step in clf.alpha_path_]).all()


def test_max_time_is_for_all_fits(small_data):
    """The first fit always is, and the result goes on from there."""
    clf = classifier(alpha="auto", max_time=1e-9)
    with pytest.warns(match="max_time"):
        clf.fit(*small_data)
    assert [step.alpha for step in clf.alpha_path_] == [clf.alpha_] == [10]
    assert clf.convergence_.reason == "max_time"
    assert clf.n_iter_ == 1
    start = classifier(alpha=10.0, max_iter=1)
    with pytest.warns(match="max_iter"):
        start.fit(*small_data)
    assert clf.loss_ < start.loss_


def test_max_time_may_end_the_first_look(rng, monkeypatch):
    """At many rows the first fit is one to few of them, and no other search begins."""
    fits = []
    train = sksoftmax._selection.alpha_search.train
    monkeypatch.setattr(
        sksoftmax._selection.alpha_search,
        "train",
        lambda objective, *a, **k: fits.append(objective) or train(objective, *a, **k),
    )
    X = rng.normal(size=(5000, 2))
    y = (X[:, 0] > 0).astype(int)
    clf = classifier(alpha="auto", max_time=1e-9)
    with pytest.warns(match="max_time"):
        clf.fit(X, y)
    assert [step.alpha for step in clf.alpha_path_] == [10]
    assert len(fits) == 1
    assert fits[0].X.shape[0] < 1100


def test_a_search_that_is_out_of_time_says_so(small_data, monkeypatch):
    """Also where each fit had met tol; half of the time is for the last one."""
    clock = iter(range(100_000))
    clf = classifier(alpha="auto")
    n_fits = len(clf.fit(*small_data).alpha_path_)
    monkeypatch.setattr(
        sksoftmax._selection.regularization.time,
        "perf_counter",
        lambda: float(next(clock)),
    )
    with pytest.warns(match="max_time"):
        clf.set_params(max_time=150).fit(*small_data)
    assert 1 <= len(clf.alpha_path_) < n_fits
    assert clf.convergence_.reason == "max_time"


def test_validation_data_choose_alpha(small_data):
    """With early stopping: an alpha of the lowest log-loss, and the fit is its own."""
    clf = classifier(alpha="auto", early_stopping=True).fit(*small_data)
    _, losses, _, evidences, n_effective, n_iter = np.transpose(
        [step[:6] for step in clf.alpha_path_]
    )
    best = [step.alpha for step in clf.alpha_path_].index(clf.alpha_)
    assert clf.best_validation_loss_ == pytest.approx(losses[best], rel=1e-12)
    n_validation = 8
    assert losses[best] <= losses.min() + 0.5 / n_validation
    assert np.isnan([evidences, n_effective]).all()
    assert clf.n_iter_ == n_iter[best]
    alone = classifier(alpha=clf.alpha_, early_stopping=True).fit(*small_data)
    assert_same_fit(clf, alone)


def test_validation_data_choose_from_fits_to_some_rows(monkeypatch):
    """Of many; then fits to all begin at the best of them, and the last is one."""
    monkeypatch.setattr(sksoftmax._selection.regularization, "_MAX_ROWS", 1000)
    n_rows = []
    train = sksoftmax._selection.alpha_search.train
    monkeypatch.setattr(
        sksoftmax._selection.alpha_search,
        "train",
        lambda f, *args, **kwargs: (
            n_rows.append(f.n_samples) or train(f, *args, **kwargs)
        ),
    )
    X, y = overlapping_clusters(4000, 5)
    clf = classifier(alpha="auto", early_stopping=True).fit(X, y)
    assert n_rows == sorted(n_rows)
    assert {*n_rows} == {1000, 3600}
    assert_same_fit(clf, classifier(alpha=clf.alpha_, early_stopping=True).fit(X, y))
    assert clf.held_out_loss_ == pytest.approx(clf.best_validation_loss_, rel=1e-12)


def test_validation_data_know_the_unit_of_weights(small_data):
    """All weights times a number: the same fit, with alpha in their unit."""
    X, y = small_data
    plain, weighted = (
        classifier(early_stopping=True).fit(X, y, weights)
        for weights in (None, np.full(len(y), 1024.0))
    )
    assert weighted.alpha_ == 1024 * plain.alpha_
    np.testing.assert_allclose(weighted.loss_curve_, plain.loss_curve_, rtol=1e-6)


def test_progress_tells_the_alphas(small_data, capsys):
    """A line for each fit of the search, and those of the last one; 2 prints all."""
    clf = classifier(alpha="auto", verbose=1, tol=0.05).fit(*small_data)
    out = capsys.readouterr().out
    assert out.count("With alpha = ") == out.count("held-out loss = ")
    assert f"With alpha = {clf.alpha_:.3g}, held-out loss" in out
    assert out.count("Iteration ") == clf.n_iter_
    clf.set_params(verbose=2).fit(*small_data)
    n_iter = sum(step.n_iter for step in clf.alpha_path_)
    assert capsys.readouterr().out.count("Iteration ") == n_iter + clf.n_iter_


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


@pytest.mark.parametrize(("alpha", "which"), [(0.1, "smallest"), (100, "largest")])
def test_an_edge_is_that_of_all_inputs(alpha, which):
    """Which come one after the other in the path, from the smallest alpha of each."""
    path = [SimpleNamespace(alpha=tried) for tried in (1, 10, 0.1, 1, 10, 100)]
    found = SimpleNamespace(
        candidate=SimpleNamespace(alpha=alpha, held_out_loss=0.5),
        ended_by=None,
        gain=Estimate(0.3, 0.1, 50),
        has_learnt=lambda: True,
        is_at_edge=True,
        path=path,
    )
    (doubt,) = search_doubts(found, None)
    assert f"the {which} that was tried" in str(doubt)


def tried_on_more_than(n_rows, capsys):
    """Each alpha, as progress lines have it."""
    tried = re.findall(r"alpha = (\S+), .* on (\d+) rows", capsys.readouterr().out)
    return [float(alpha) for alpha, n in tried if int(n) > n_rows]


def test_many_rows_ask_for_an_alpha_of_their_own(monkeypatch, capsys):
    """That of a thousand rows is half a decade too small for 24,000.

    The losses of all that were tried are of 6,000 rows then. Less than that of a
    thousand is not tried on them.
    """
    monkeypatch.setattr(sksoftmax._selection.regularization, "_MAX_ROWS", 1000)
    X, y = overlapping_clusters(29_000, 30)
    X_test, y_test = X[24_000:], y[24_000:]
    clf = classifier(hidden_layer_sizes=(50,), alpha="auto", verbose=1)
    clf.fit(X[:24_000], y[:24_000])
    assert tried_on_more_than(2000, capsys) == [3.16, 10, 31.6]
    assert log_loss(y_test, clf.predict_proba(X_test)) < 0.18
    path, loss = clf.alpha_path_, clf.held_out_loss_
    with monkeypatch.context() as patch:
        patch.setattr(sksoftmax._selection.regularization, "_MORE_VALUES", 0)
        before = clf.fit(X[:24_000], y[:24_000])
    assert log_loss(y_test, before.predict_proba(X_test)) > 0.21
    assert loss < 0.9 * before.held_out_loss_
    assert {step.alpha for step in path} >= {s.alpha for s in before.alpha_path_}


def test_parts_of_columns_have_a_last_look_on_more_rows(monkeypatch, capsys):
    """Their inputs keep a search to few rows, but not the look at the best alpha."""
    monkeypatch.setattr(sksoftmax._selection.regularization, "_MAX_INPUTS", 2**14)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4400, 5))
    logit = 2 * (X > 0).sum(axis=1) - 5 + 2 * ((X[:, 0] > 0.5) & (X[:, 1] < 0))
    y = rng.random(4400) < 1 / (1 + np.exp(-logit))
    clf = classifier(alpha="auto", max_iter=30, tol=0.02, verbose=1)
    clf.set_params(encoding="piecewise").fit(X, y)
    assert len(tried_on_more_than(2000, capsys)) == 3


def test_many_levels_leave_a_search_its_rows(monkeypatch, capsys):
    """Of the inputs that they are a row has one in each column."""
    monkeypatch.setattr(sksoftmax._selection.regularization, "_MAX_INPUTS", 2**14)
    rng = np.random.default_rng(0)
    effects, codes = rng.normal(size=100), rng.integers(100, size=(2400, 2))
    y = rng.random(2400) < 1 / (1 + np.exp(-2 * effects[codes].sum(axis=1)))
    clf = classifier(alpha="auto", max_iter=30, tol=0.02, verbose=1)
    clf.set_params(categorical_features=[0, 1])
    clf.fit(np.column_stack([codes, rng.normal(size=2400)]), y)
    assert tried_on_more_than(1900, capsys)


def test_copies_are_not_more_rows(monkeypatch):
    """Of few that are repeated the search is not made again."""
    monkeypatch.setattr(sksoftmax._selection.regularization, "_MAX_ROWS", 1000)
    X, y = overlapping_clusters(1200, 5)
    clf = classifier(alpha="auto", max_iter=20)
    searches = []
    run = sksoftmax._selection.alpha_search.AlphaSearch.run
    monkeypatch.setattr(
        sksoftmax._selection.alpha_search.AlphaSearch,
        "run",
        lambda self, lines: searches.append(lines) or run(self, lines),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clf.fit(np.tile(X, (70, 1)), np.tile(y, 70))
    assert len(searches) == 2


def rule(n_rows, n_features):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, n_features))
    return X, ((X[:, 0] > 0.5) ^ (X[:, 1] < 0)).astype(int)


CLUSTERS, RULE = (overlapping_clusters, 5, 20), (rule, 4, 10)


@pytest.mark.parametrize(
    ("data", "n_features", "max_iter", "reason"),
    [
        (*CLUSTERS, "max_time"),
        (*RULE, "interrupted"),
        pytest.param(*CLUSTERS, "interrupted", marks=pytest.mark.slow),
        pytest.param(*RULE, "max_time", marks=pytest.mark.slow),
        pytest.param(*CLUSTERS, "callback", marks=pytest.mark.slow),
        pytest.param(*RULE, "callback", marks=pytest.mark.slow),
    ],
)
def test_a_search_on_more_rows_can_end(data, n_features, max_iter, reason, monkeypatch):
    """Also in a fit that is no candidate; then there is one of those before.

    Of the clusters the best on all parts is another one than that of the first part,
    whose fit there is; of the rule it has relevances, learnt from another fit.
    """
    monkeypatch.setattr(sksoftmax._selection.regularization, "_MAX_ROWS", 1000)
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    X, y = data(8000, n_features)
    objective, start, *_ = classifier(hidden_layer_sizes=(5,))._problem(X, y, None)
    options = {"encoding": "auto", "has_relevance": True, "tol": 0.02}
    options["max_iter"] = max_iter

    def end(state, function):
        if 1500 < function.n_samples < 8000:
            if reason == "interrupted":
                raise KeyboardInterrupt
            now[0] = 10.0 * (reason == "max_time")
            return reason == "callback"
        return False

    found, _ = train_with_best_alpha(
        objective, start, callback=end, ends=20.0, **options
    )
    assert found.ended_by == reason
    assert found.inputs.has_relevance
    assert encoding_of(found.fit.objective) == found.candidate.encoding
    assert (found.inputs, found.candidate.alpha) == found.candidate.what
    assert found.candidate in found.path


def test_ctrl_c_between_two_searches_keeps_the_first(monkeypatch):
    """There is a fit by then, while rows are dealt out for the next."""
    monkeypatch.setattr(sksoftmax._selection.regularization, "_MAX_ROWS", 1000)
    deals = []

    def deal(objective, max_rows):
        deals.append(max_rows)
        if len(deals) == 2:
            raise KeyboardInterrupt
        return fifths(objective, max_rows)

    monkeypatch.setattr(sksoftmax._selection.regularization, "fifths", deal)
    clf = classifier(alpha="auto", max_iter=20, tol=0.02)
    with pytest.raises(KeyboardInterrupt):
        clf.fit(*overlapping_clusters(8000, 5))
    assert clf.convergence_.reason == "interrupted"
    assert clf.held_out_loss_ < np.log(5)


@pytest.mark.parametrize(("n_iter", "n_rows"), [(1, 1000), (60, 6000)])
def test_a_second_look_counts_once_it_has_been_where_the_first_was(n_iter, n_rows):
    """What is of more rows is kept then, where a callback ends the search."""
    clf = classifier()
    objective, start, *_ = clf._problem(*overlapping_clusters(8000, 5), None)
    n_of_second = 0

    def callback(state, function):
        nonlocal n_of_second
        n_of_second += function.n_samples > 2000
        return n_of_second >= n_iter

    options = {"seed": 0, "max_iter": 20, "tol": 0.02, "callback": callback}
    found, trained = train_with_best_alpha(objective, start, **options)
    assert found.ended_by == "callback"
    assert trained.stages[-1].n_samples == pytest.approx(n_rows, rel=0.1)


def test_early_stopping_out_of_time_is_judged_from_its_first_fit(monkeypatch):
    """That of the search; the last one begins where that has led."""
    monkeypatch.setattr(sksoftmax._selection.regularization, "_MAX_ROWS", 1000)
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    clf = classifier(early_stopping=True)
    X, y = overlapping_clusters(6000, 5)
    problem = clf._problem(X, y, None).validated(clf, None, None, None)
    n_iter = 0

    def callback(state, function):
        nonlocal n_iter
        n_iter += 1
        now[0] = 10.0 * (n_iter > 50)

    options = {"seed": 0, "max_iter": 20, "tol": 0.02, "callback": callback}
    options |= {"ends": 20.0, "early_stopping": problem.early_stopping}
    found, trained = train_with_best_alpha(problem.objective, problem.start, **options)
    assert found.ended_by == "max_time"
    assert trained.validation.start.validation_loss == pytest.approx(
        np.log(5), rel=0.01
    )
    assert trained.validation.has_learnt()


def test_out_of_time_is_told_beside_validation_data_of_another_kind():
    """And not that all of the time was over, but half."""
    X, y = overlapping_clusters(300, 5)
    clf = classifier(alpha="auto", early_stopping=True, max_time=1e-9)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        clf.fit(X, y, X_val=X + 100, y_val=y)
    half, other = (str(warning.message) for warning in caught)
    assert half.startswith("Half of max_time")
    assert "X_val is not what X is" in other


def test_parts_of_more_rows_may_ask_for_more_alpha():
    """A decade above the best of few rows, where parts are the best of those."""
    first = {
        favourite: _lines((LINEAR, PIECEWISE), {LINEAR: 2, PIECEWISE: 2}, favourite)[1]
        for favourite in (LINEAR, PIECEWISE, PIECEWISE._replace(has_relevance=True))
    }
    assert [sorted(line.first) for line in first.values()] == [[2], [2, 4], [2, 4]]


@pytest.mark.slow
def test_a_noisy_rule_is_learnt_from_many_rows():
    """Of three thresholds; 0.258 where one alpha was tried for the parts of columns."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120_000, 10)).astype(np.float32)
    y = ((X[:, 0] > 0.5) ^ (X[:, 1] < 0) ^ (X[:, 2] > -1)).astype(int)
    is_noise = rng.random(120_000) < 0.1
    y[is_noise] = rng.integers(0, 2, is_noise.sum())
    clf = SoftmaxMLPClassifier(random_state=0).fit(X[20_000:], y[20_000:])
    assert log_loss(y[:20_000], clf.predict_proba(X[:20_000])) < 0.21


def test_relevances_are_tried_where_it_is_best_without():
    """Not where few rows had them best: with more rows that moves."""
    plain = LINEAR, PIECEWISE
    inputs = (*plain, *(one._replace(has_relevance=True) for one in plain))
    lines = _lines(inputs, dict.fromkeys(inputs, 4))
    assert [line.parent for line in lines] == [None, None, 0, 1]
    assert [min(line.first) for line in lines] == [2, 4, 0, 0]


@pytest.mark.parametrize("reason", ["callback", "interrupted", "max_time"])
def test_a_search_for_fine_parts_can_end_anywhere(reason, monkeypatch):
    """Also in a fit that is no candidate; what it has found by then is its best."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    clf = classifier(hidden_layer_sizes=(4,))
    objective, start, *_ = clf._problem(X, abs(X[:, 0]) < 0.5, None)
    options = {"encoding": "fine-piecewise", "has_relevance": True, "seed": 0}
    options |= {"max_iter": 3, "tol": 1e-2}
    objective = encoded(objective, "fine-piecewise")
    start = start_of(objective, start, 0)
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(sksoftmax._selection.held_out, "_ENOUGH_ROWS", 40)

    def n_iter_until(last):
        """Of the search, and what it has found."""
        n_iter = 0

        def callback(state, function):
            nonlocal n_iter
            n_iter += 1
            if n_iter >= last and reason == "max_time":
                now[0] = 10.0
            if n_iter == last and reason == "interrupted":
                raise KeyboardInterrupt
            return n_iter >= last and reason == "callback"

        now[0] = 0.0
        found, trained = train_with_best_alpha(
            objective, start, callback=callback, ends=20.0, **options
        )
        assert np.isfinite(trained.minimum.x).all()
        return n_iter, found, trained

    n_all, found, trained = n_iter_until(np.inf)
    n_last = trained.minimum.convergence.n_iter
    assert found.inputs.has_relevance
    assert n_all == sum(step.n_iter for step in found.path) + n_last
    ended_by = []
    for last in np.linspace(1, n_all // 2, 12).astype(int):
        n_iter, found, _ = n_iter_until(last)
        assert found.ended_by in (None, reason)
        if reason == "interrupted":
            assert n_iter == last
        elif reason == "callback":  # not heard where it comes with max_iter
            assert last <= n_iter <= last + 2
        ended_by.append(found.ended_by)
    assert ended_by.count(reason) > 3
