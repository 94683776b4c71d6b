"""Stages, and the metric in a fit."""

import re

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import make_classification
from threadpoolctl import threadpool_limits

import sksoftmax._training.training
from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._training.early_stopping import EarlyStopping
from sksoftmax._training.training import _subsets, train


@pytest.fixture(scope="module")
def large_data():
    """12,000 rows of three classes, the last of which is rare, sorted by class."""
    X, y = make_classification(
        12_000,
        8,
        n_informative=6,
        n_classes=3,
        weights=[0.6, 0.39, 0.01],
        random_state=0,
    )
    order = np.argsort(y, kind="stable")
    return X[order], y[order]


def objective_of(X, y, sample_weight=None, **parameters):
    parameters = {"hidden_layer_sizes": (10,), "random_state": 0, **parameters}
    return SoftmaxMLPClassifier(**parameters)._problem(X, y, sample_weight)[:2]


def subsets_of(*data):
    return list(_subsets(objective_of(*data)[0], np.random.RandomState(0)))


def test_small_data_have_one_stage(small_data):
    """Where an iteration is cheap nothing is put before the whole."""
    assert subsets_of(*small_data) == []
    objective, start = objective_of(*small_data)
    minimum, stages, *_ = train(objective, start, max_iter=7, tol=0)
    assert stages == [(80, 7)]
    assert len(minimum.loss_curve) == 7


def test_subsets_hold_each_class_in_proportion(large_data):
    """Also where rows are sorted by class, and a class is rare."""
    X, y = large_data
    (rows,) = subsets_of(X, y)
    assert len(rows) == len(set(rows)) == 5000
    assert (np.diff(rows) > 0).all()
    np.testing.assert_allclose(
        np.bincount(y[rows]) / 5000, np.bincount(y) / 12_000, atol=1 / 5000
    )
    assert not np.array_equal(rows, subsets_of(X, 1 - y.clip(max=1))[0])


def test_subsets_grow_to_half_of_the_rows():
    """Each is several times the one before."""
    X = np.broadcast_to(np.float32(0), (500_000, 3))
    sizes = [len(rows) for rows in subsets_of(X, np.arange(500_000) % 2)]
    assert sizes[0] == 5000
    assert len(sizes) >= 2
    assert sizes[-1] <= 250_000
    assert (np.diff(np.log(sizes)) > np.log(2)).all()


def test_copies_of_rows_are_bounded(monkeypatch):
    """Of wide rows no stage holds more than a few; of sparse ones what is stored."""
    monkeypatch.setattr(sksoftmax._training.training, "_MAX_COPY", 2**18)
    X = np.zeros((12_000, 20), np.float32)
    parameters = {"standardize": False, "hidden_layer_sizes": ()}
    y = np.arange(12_000) % 2
    objective = objective_of(X, y, **parameters)[0]
    assert list(_subsets(objective, np.random.RandomState(0))) == []
    X = csr_array((12_000, 20), dtype=np.float32)
    objective = objective_of(X, y, **parameters)[0]
    assert list(_subsets(objective, np.random.RandomState(0))) != []


def test_rows_without_weight_are_in_no_subset(large_data):
    """They are not there."""
    X, y = large_data
    weights = (np.arange(12_000) % 6 != 0).astype(float)
    (rows,) = subsets_of(X, y, weights)
    assert len(rows) == 5000
    assert weights[rows].all()


def test_rows_without_weight_are_no_samples_of_a_stage(large_data):
    """They are not there."""
    weights = (np.arange(12_000) % 6 != 0).astype(float)
    objective, start = objective_of(*large_data, weights)
    _, stages, *_ = train(objective, start, max_iter=1, tol=0)
    assert [stage.n_samples for stage in stages] == [5000, 10_000]


def test_the_last_stage_is_on_all_rows(large_data):
    """Its loss is the objective's, and max_iter is about its iterations."""
    objective, start = objective_of(*large_data)
    minimum, stages, *_ = train(objective, start, max_iter=9, tol=0)
    assert [stage.n_samples for stage in stages] == [5000, 12_000]
    assert stages[-1].n_iter == 9
    assert minimum.loss == objective(minimum.x)[0] == minimum.loss_curve[-1]
    n_iter = sum(stage.n_iter for stage in stages)
    assert n_iter == len(minimum.loss_curve) == minimum.convergence.n_iter
    assert minimum.convergence.n_evaluations > n_iter


def test_the_minimum_is_the_one_without_stages(large_data, monkeypatch):
    """Without hidden layers the minimum is unique: subsets do not move it."""
    objective, start = objective_of(*large_data, hidden_layer_sizes=())
    with_stages, stages, *_ = train(objective, start, max_iter=500, tol=1e-9)
    monkeypatch.setattr(sksoftmax._training.training, "_FIRST_ROWS", 10**9)
    without, *_ = train(objective, start, max_iter=500, tol=1e-9)
    assert len(stages) == 2
    assert with_stages.loss == pytest.approx(without.loss, rel=1e-8)
    np.testing.assert_allclose(with_stages.x, without.x, atol=1e-3)


def test_a_subset_that_misleads_is_not_followed(monkeypatch):
    """One row that no subset has, far from all and with the wrong label."""
    X, y = make_classification(10_001, 6, n_redundant=0, random_state=0)
    (rows,) = subsets_of(X, y)
    missed = np.setdiff1d(np.arange(10_001), rows)[0]
    X[missed] *= 1e6
    clf = SoftmaxMLPClassifier((10,), standardize=False, random_state=0)
    y[missed] = 1 - clf.fit(X[rows], y[rows]).predict(X[missed : missed + 1])[0]
    objective, start = objective_of(X, y, standardize=False)
    monkeypatch.setattr(sksoftmax._training.training, "_subsets", lambda *_: [rows])
    minimum, stages, *_ = train(objective, start, max_iter=1, tol=0)
    assert len(stages) == 2
    assert minimum.loss <= objective(start)[0]


def test_a_warm_start_has_no_subsets(large_data):
    """Weights that were fitted to all rows are not fitted to some."""
    objective, start = objective_of(*large_data)
    fitted = train(objective, start, max_iter=20, tol=0)[0]
    minimum, stages, *_ = train(objective, fitted.x, max_iter=2, tol=0, is_warm=True)
    assert stages == [(12_000, 2)]
    assert minimum.loss_curve[0] <= fitted.loss


def test_the_subset_sees_the_same_penalty(large_data):
    """A part of the rows is a sample of the same objective, alpha's term included."""
    X, y = large_data
    objective, start = objective_of(X, y, alpha=1000.0)
    x = np.random.default_rng(0).normal(size=start.size)
    (rows,) = _subsets(objective, np.random.RandomState(0))
    part = objective.subset(rows)
    assert part(x)[0] == pytest.approx(objective(x)[0], rel=0.05)
    weights = np.zeros(len(y))
    weights[rows] = 1
    alpha = 1000.0 * len(rows) / len(y)
    alone, _ = objective_of(X, y, weights, alpha=alpha, standardize=False)
    objective, _ = objective_of(X, y, alpha=1000.0, standardize=False)
    loss, gradient = objective.subset(rows)(x)
    assert loss == pytest.approx(alone(x)[0], rel=1e-12)
    np.testing.assert_allclose(gradient, alone(x)[1], rtol=1e-9, atol=1e-12)


def test_progress_names_the_rows(large_data, capsys):
    """Losses of a part are not taken for those of all."""
    objective, start = objective_of(*large_data)
    train(objective, start, max_iter=3, tol=0, verbose=1)
    out = capsys.readouterr().out
    rows = re.findall(r"^Iteration \d+, loss = \S+ of (\d+) rows,", out, re.MULTILINE)
    assert rows == ["5000"] * (len(rows) - 3) + ["12000"] * 3
    assert len(rows) > 3
    assert out.count("Stopped by") == 1
    assert out.splitlines()[-1].startswith("Stopped by max_iter after 3 iterations")


def test_verbose_prints_a_line_for_each_iteration(small_data, capsys):
    """Iteration, loss, gradient norm and time are shown, and the reason at the end."""
    objective, start = objective_of(*small_data)
    minimum, *_ = train(objective, start, max_iter=4, tol=0, verbose=1)
    *lines, last = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    norms = []
    for i, line in enumerate(lines, start=1):
        loss = re.escape(f"{minimum.loss_curve[i - 1]:.8f}")
        pattern = rf"Iteration {i}, loss = {loss}, gradient norm = (\S+), \S+ s"
        norms.append(float(re.fullmatch(pattern, line).group(1)))
    assert norms[-1] < norms[0] < 1
    assert last.startswith("Stopped by max_iter after 4 iterations")


def test_time_is_that_of_all_stages(large_data):
    """A subset that takes all of max_time leaves one iteration for the whole."""
    objective, start = objective_of(*large_data)
    minimum, stages, *_ = train(objective, start, max_iter=50, tol=0, ends=0.0)
    assert [stage.n_iter for stage in stages] == [1, 1]
    assert minimum.convergence.reason == "max_time"


@pytest.mark.parametrize(
    ("reason", "options"),
    [
        ("max_time", {"ends": 0.0}),
        ("callback", {"callback": lambda state, _: state.n_iter == 1}),
    ],
)
def test_a_stop_is_one_of_the_whole_fit(reason, options):
    """Out of time, or asked to stop, there are no more subsets."""
    X, y = make_classification(40_000, 4, random_state=0)
    objective, start = objective_of(X, y)
    minimum, stages, *_ = train(objective, start, max_iter=50, tol=0, **options)
    assert stages == [(5000, 1), (40_000, 1)]
    assert minimum.convergence.reason == reason


def test_a_callback_sees_each_iteration(large_data):
    """Of all stages, which go on where it returns nothing."""
    seen = []
    objective, start = objective_of(*large_data)
    minimum, stages, *_ = train(
        objective,
        start,
        max_iter=3,
        tol=0,
        callback=lambda state, _: seen.append(state.loss),
    )
    assert seen == minimum.loss_curve
    assert len(stages) == 2


@pytest.mark.parametrize("n_threads", [1, 3])
def test_stages_are_the_same_on_any_number_of_threads(large_data, n_threads):
    """Subsets and metric included: the same bits of coefs_."""
    X, y = large_data
    parameters = {"relevance": False, "random_state": 3, "tol": 1e-2}
    expected = SoftmaxMLPClassifier((20,), **parameters).fit(X, y)
    with threadpool_limits(n_threads, "blas"):
        clf = SoftmaxMLPClassifier((20,), **parameters).fit(X, y)
    assert [stage.n_samples for stage in clf.stages_] == [5000, 12_000]
    for ours, other in zip(clf.coefs_, expected.coefs_, strict=True):
        np.testing.assert_array_equal(ours, other)


def test_enough_ends_a_fit(small_data):
    """At the first iteration of which it is said, where else it would go on."""
    objective, start = objective_of(*small_data)
    whole, *_ = train(objective, start, max_iter=9, tol=0)
    minimum, *_ = train(
        objective, start, max_iter=9, tol=0, is_enough=lambda state: state.n_iter == 4
    )
    assert minimum.convergence.reason == "enough"
    assert minimum.loss_curve == whole.loss_curve[:4]
    assert minimum.loss == minimum.loss_curve[-1]


def test_all_rows_alone_are_enough(large_data):
    """Of a subset nobody is asked."""
    seen = []
    objective, start = objective_of(*large_data)
    minimum, stages, *_ = train(
        objective,
        start,
        max_iter=9,
        tol=0,
        is_enough=lambda state: seen.append(state.loss) or len(seen) == 3,
    )
    assert stages[0].n_samples == 5000
    assert stages[1] == (12_000, 3)
    assert seen == minimum.loss_curve[-3:]


@pytest.mark.parametrize("reason", ["callback", "early_stopping"])
def test_other_endings_keep_their_names(small_data, reason, capsys):
    """A callback that ends the fit with what was enough, and validation data."""
    objective, start = objective_of(*small_data)
    early = EarlyStopping(objective, 1, 10.0)  # at once
    options = {
        "callback": {"callback": lambda *_: True, "is_enough": lambda state: True},
        "early_stopping": {"early_stopping": early, "is_enough": lambda state: False},
    }[reason]
    minimum, *_ = train(objective, start, max_iter=9, tol=0, verbose=1, **options)
    assert minimum.convergence.reason == reason
    assert f"Stopped by {reason} after" in capsys.readouterr().out


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_minimum_is_one_in_the_rounding_of_its_dtype(rng, dtype):
    """What float32 hides of the loss is no reason to say that the fit failed."""
    for _ in range(100):
        n_features = rng.integers(1, 12)
        X = rng.normal(size=(100, n_features)) * 10 ** rng.uniform(-2, 2, n_features)
        y = rng.integers(0, 3, 100)
        clf = SoftmaxMLPClassifier((), alpha=0.01, tol=1e-12, random_state=0)
        clf.fit(X.astype(dtype), y)
        assert clf.convergence_.reason in ("tol", "rounding", "gradient")


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_fits_of_a_search_remember_in_float32(large_data, dtype):
    """Those of stored inputs; a last fit in float64, as it is to get close."""
    X, y = large_data
    objective, start = objective_of(X.astype(dtype), y)
    of_search = train(objective.stored(), start, max_iter=2, tol=0).minimum
    last = train(objective, start, max_iter=2, tol=0).minimum
    assert of_search.state.pairs.dtype == np.float32
    assert last.state.pairs.dtype == np.float64
