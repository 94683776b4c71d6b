"""The space of few rows of many features, and fits in it."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from test_objective import make_objective, random_point

import sksoftmax._features.row_space
import sksoftmax._selection.regularization
import sksoftmax._training.objective
from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._features.row_space import RowSpace
from sksoftmax._features.standardization import Standardization
from sksoftmax._selection.inputs import encoded
from sksoftmax._selection.regularization import train_with_best_alpha
from sksoftmax._training.early_stopping import EarlyStopping
from sksoftmax._training.training import train
from sksoftmax._training.warm_start import previous_point

KINDS = pytest.mark.parametrize("kind", [np.asarray, csr_array], ids=["dense", "CSR"])
WEIGHTS = pytest.mark.parametrize(
    "weights", [None, np.array([2.0, 1, 3, 1, 1, 4, 1, 2])], ids=["plain", "weighted"]
)


@pytest.fixture(name="X")
def wide(rng):
    """Eight rows of 40 features, most of them 0, in units of their own."""
    X = rng.normal(size=(8, 40)) * (rng.random((8, 40)) < 0.15)
    return X * rng.uniform(0.1, 10, 40)


@pytest.fixture(name="y")
def labels():
    return np.array([0, 1, 2, 0, 1, 2, 0, 1])


@pytest.fixture
def unreduced(monkeypatch):
    """Fits without a row space, as a function to call."""
    return lambda: monkeypatch.setattr(sksoftmax._features.row_space, "_MAX_ROWS", 0)


@KINDS
@WEIGHTS
def test_objective_is_the_same_in_the_row_space(X, y, rng, kind, weights):
    """Loss and gradient, at weights that the rows span."""
    objective = make_objective(kind(X), y, weights)
    reduced = objective.reduced()
    assert reduced.X.shape == (8, 7)  # centred: a rank less
    point = random_point(reduced, rng)
    whole = reduced.translated(point, objective)
    loss, gradient = reduced(point)
    expected, whole_gradient = objective(whole)
    assert loss == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(
        reduced.projected(whole_gradient), gradient, rtol=1e-9, atol=1e-12
    )
    assert np.linalg.norm(whole_gradient) == pytest.approx(np.linalg.norm(gradient))
    np.testing.assert_allclose(reduced.projected(whole), point, atol=1e-12)


@KINDS
def test_what_the_rows_do_not_span_changes_no_output(X, y, rng, kind):
    """A projected point has the outputs of the point, and a smaller penalty."""
    objective = make_objective(kind(X), y)
    reduced = objective.reduced()
    point = random_point(objective, rng)
    projected = reduced.projected(point)
    assert reduced.log_loss(projected) == pytest.approx(objective.log_loss(point))
    assert reduced(projected)[0] < objective(point)[0]
    np.testing.assert_allclose(objective.translated(point, reduced), projected)


@KINDS
def test_rows_held_out_have_the_same_losses(X, y, rng, kind):
    """Of rows beside those that span the space, of which some have no weight."""
    objective = make_objective(kind(X), y)
    reduced = objective.reduced()
    point = random_point(reduced, rng)
    others = rng.normal(size=(5, 40)) * (rng.random((5, 40)) < 0.15)
    beside = objective.on(kind(others), y[:5], np.array([1.0, 0, 2, 1, 0]))
    in_space = beside.beside(reduced)
    assert in_space.X.shape == (3, 7)
    assert in_space.beside(reduced) is in_space
    np.testing.assert_allclose(
        in_space.row_losses(point),
        beside.row_losses(reduced.translated(point, objective)),
        rtol=1e-9,
    )


@pytest.mark.parametrize("n_values", [1, 60, 10**6])
@pytest.mark.parametrize(
    "containers", [(np.asarray, csr_array), (csr_array, np.asarray)]
)
def test_one_may_be_sparse_and_the_other_dense(
    X, rng, containers, n_values, monkeypatch
):
    """Rows to train on, and those to validate on."""
    monkeypatch.setattr(sksoftmax._features.row_space, "_BATCH_VALUES", n_values)
    others = rng.normal(size=(20, 40)) * (rng.random((20, 40)) < 0.15)
    standardization = Standardization.of(X, None)
    expected = RowSpace(X, None, standardization)
    space = RowSpace(containers[0](X), None, standardization)
    signs = np.sign((space.rows * expected.rows).sum(axis=0))
    np.testing.assert_allclose(
        space.coordinates(containers[1](others)) * signs,
        expected.coordinates(others),
        atol=1e-10,
    )


@pytest.mark.parametrize("offset", [3, 30, 300])
def test_sparse_fits_are_what_they_say(rng, offset):
    """The loss is that of the weights, also of features that are far from zero."""
    y = np.arange(100) % 3
    X = 1.0 * (rng.random((100, 2000)) < 0.05 + 0.1 * (rng.random((3, 2000)) < 0.1)[y])
    X[:, :100] = offset + rng.normal(size=(100, 100))
    clf = SoftmaxMLPClassifier((5,), alpha=0.1, random_state=0).fit(csr_array(X), y)
    log_loss = -clf.predict_log_proba(X)[np.arange(100), y].mean()
    objective, *_ = clf.set_params(warm_start=True)._problem(X, y, None)
    start = previous_point(vars(clf), objective)[0]
    assert log_loss == pytest.approx(objective.log_loss(start), rel=1e-6)
    assert clf.loss_ == pytest.approx(objective.with_alpha(0.1)(start)[0], rel=1e-6)


@KINDS
def test_rows_need_not_be_centred(X, y, rng, kind):
    """A part of the rows has the mean of all, and what is equal in it counts."""
    objective = make_objective(kind(X), y).subset(np.arange(6))
    reduced = objective.reduced()
    assert reduced.X.shape == (6, 6)
    point = random_point(reduced, rng)
    whole = reduced.translated(point, objective)
    assert reduced(point)[0] == pytest.approx(objective(whole)[0], rel=1e-12)
    np.testing.assert_allclose(reduced.projected(whole), point, atol=1e-10)


def test_a_state_of_other_rows_is_not_taken(rng):
    """Though their space may be as large."""
    y = np.arange(90) % 3
    X = rng.normal(size=(90, 6)) + 1.5 * np.eye(6)[y]
    X = X @ rng.normal(size=(6, 800))  # of rank 6, and so is each part
    clf = SoftmaxMLPClassifier(alpha=0.1, warm_start=True, random_state=0).fit(X, y)
    loss = clf.loss_
    clf.set_params(early_stopping=True, max_iter=1, tol=1e-4)
    with pytest.warns(match="max_iter=1"):
        clf.fit(X, y)
    assert clf.loss_curve_[0] < 2 * loss


@pytest.mark.parametrize("weights", [None, np.arange(1.0, 9)])
def test_rows_are_not_copied(X, y, weights):
    """Unless some have no weight."""
    objective = make_objective(X, y, weights)
    assert objective.counted == slice(None)
    space = objective.reduced().standardization
    assert np.shares_memory(space._X, X)


@WEIGHTS
def test_second_moment_is_diagonal(X, weights):
    """The metric's factor of the first layer is exact by its diagonal."""
    space = RowSpace(X, weights, Standardization.of(X, weights))
    weights = np.ones(8) if weights is None else weights
    moment = space.rows.T * weights @ space.rows
    np.testing.assert_allclose(moment, np.diag(np.diag(moment)), atol=1e-12)
    np.testing.assert_allclose(weights @ space.rows, 0, atol=1e-12)


def test_batches_of_features_add_up(X, rng, monkeypatch):
    """A copy of all standardised rows at once is never made."""
    standardization = Standardization.of(X, None)
    expected = RowSpace(X, None, standardization)
    coef = np.arange(14.0).reshape(2, 7)
    intercept = np.array([1.0, 2])
    others = rng.normal(size=(20, 40))
    coordinates = expected.coordinates(others)
    monkeypatch.setattr(
        sksoftmax._features.row_space, "_BATCH_VALUES", 60
    )  # three features
    space = RowSpace(X, None, standardization)
    signs = np.sign((space.rows * expected.rows).sum(axis=0))
    for got, known in zip(
        space.to_user_units(coef * signs, intercept, np.float64),
        expected.to_user_units(coef, intercept, np.float64),
        strict=True,
    ):
        np.testing.assert_allclose(got, known, atol=1e-10)
    np.testing.assert_allclose(space.coordinates(others) * signs, coordinates)


def test_coordinates_are_exact_at_a_large_offset(X):
    """Those of times, say, are those of the times less their mean."""
    X = np.round(X * 1024) / 1024
    near, far = (
        RowSpace(moved, None, Standardization.of(moved, None)).rows
        for moved in (X, X + 2.0**30)
    )
    np.testing.assert_allclose(abs(far), abs(near), atol=1e-9)


def test_fits_are_exact_at_a_large_offset(X, y):
    """Their predictions are of rows from which the same origin is subtracted."""
    X = np.round(X * 1024) / 1024
    clf = SoftmaxMLPClassifier((3,), alpha=0.1, tol=1e-12, random_state=0)
    near, far = (clf.fit(moved, y).predict_proba(moved) for moved in (X, X + 2.0**40))
    np.testing.assert_allclose(far, near, atol=1e-5)


@pytest.mark.parametrize(
    "change",
    [
        lambda X: X[:, :31],  # not that many features
        lambda X: csr_array(X + 1),  # not sparse
        lambda X: csr_array(np.c_[1000 + np.arange(8), X]),  # a mean of 400 spreads
        lambda X: np.where(np.arange(40) == 3, 1e200 * X, X),
        np.zeros_like,
    ],
    ids=["narrow", "not sparse", "far", "overflow", "constant"],
)
def test_what_the_space_is_not_worth_or_good_for_stays_as_it_is(X, y, change):
    """Then the objective is its own reduced one."""
    X = change(X)
    with np.errstate(all="ignore"):
        objective = make_objective(X, y, standardize=np.max(X) < 1e100)
        assert objective.reduced() is objective


def test_more_rows_than_their_products_are_worth_stay_as_they_are(X, y, unreduced):
    """Eigenvectors take the cube of the rows."""
    objective = make_objective(X, y)
    assert objective.reduced() is not objective
    unreduced()
    objective = make_objective(X, y)
    assert objective.reduced() is objective


@pytest.mark.parametrize("n_units", [1, 2])
def test_few_units_are_worth_few_rows(rng, n_units):
    """Their fits are soon done."""
    for n_rows, is_reduced in ((32 * n_units, True), (32 * n_units + 1, False)):
        X, y = rng.normal(size=(n_rows, 300)), np.arange(n_rows) % 2
        objective = make_objective(X, y, hidden=(n_units,))
        assert (objective.reduced() is not objective) == is_reduced


def test_features_in_their_own_units_stay_as_they_are(X, y):
    """Beside a large one, products of the rows would lose all others."""
    objective = make_objective(X, y, standardize=False)
    assert objective.reduced() is objective


@KINDS
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("hidden", [(), (3,)])
def test_fits_are_those_to_all_features(X, y, kind, dtype, hidden, unreduced):
    """The same minimum, from the same start."""
    clf = SoftmaxMLPClassifier(
        hidden, activation="tanh", alpha=1, tol=1e-12, max_iter=500, random_state=0
    )
    X = X.astype(dtype)
    p = clf.fit(kind(X), y).predict_proba(kind(X))
    coef, loss = clf.coefs_[0], clf.loss_
    assert coef.shape[0] == 40
    assert coef.dtype == dtype
    unreduced()
    expected = clf.fit(kind(X), y)
    assert loss == pytest.approx(expected.loss_, rel=1e-6)
    np.testing.assert_allclose(p, expected.predict_proba(kind(X)), atol=1e-3)


def test_weights_are_copies_and_rows_without_weight_nobody_sees(X, y):
    """Those are no part of the space."""
    weights = np.array([2.0, 1, 1, 1, 0, 1, 3, 1])
    clf = SoftmaxMLPClassifier((3,), alpha=1, tol=1e-12, max_iter=500, random_state=0)
    p = clf.fit(X, y, weights).predict_proba(X)
    copies = np.repeat(np.arange(8), weights.astype(int))
    copied = clf.fit(X[copies], y[copies]).predict_proba(X)
    np.testing.assert_allclose(p, copied, atol=1e-6)


@pytest.mark.filterwarnings("ignore:L-BFGS stopped before the loss settled")
def test_warm_start_goes_on_as_if_it_had_not_stopped(X, y):
    """With what the minimiser remembers, in the coordinates of the same rows."""
    options = {"alpha": 1e-3, "random_state": 0, "tol": 0}
    whole = SoftmaxMLPClassifier((3,), max_iter=20, **options).fit(X, y)
    half = SoftmaxMLPClassifier((3,), max_iter=10, warm_start=True, **options)
    half.fit(X, y).fit(X, y)
    np.testing.assert_array_equal(half.coefs_[0], whole.coefs_[0])


def test_rows_that_overflow_span_nothing(X):
    """They are left to the fit, which says so."""
    with np.errstate(all="ignore"):
        assert not RowSpace(X * 1e200, None, Standardization.identity(40)).rows.size


@pytest.mark.filterwarnings("ignore:L-BFGS stopped before the loss settled")
def test_warm_starts_on_fewer_and_more_rows(X, y):
    """What the minimiser remembers is of another number of coordinates."""
    clf = SoftmaxMLPClassifier((3,), alpha=1, random_state=0, warm_start=True)
    clf.fit(X, y)
    for n_rows in (7, 8):
        before = clf.coefs_[0]
        clf.set_params(max_iter=1).fit(X[:n_rows], y[:n_rows])
        assert 0 < abs(clf.coefs_[0] - before).max() < abs(before).max()


def test_a_warm_start_keeps_what_the_rows_do_not_span(X, y, rng):
    """By a fit to all features, unless there is nothing of it."""
    objective = make_objective(X, y)
    start = random_point(objective, rng)
    options = {"max_iter": 3, "tol": 0, "is_warm": True}
    assert train(objective, start, **options).objective is objective
    reduced = objective.reduced()
    spanned = reduced.translated(reduced.projected(start), objective)
    assert train(objective, spanned, **options).objective.X.shape == (8, 7)


def test_early_stopping_goes_the_way_of_all_features(X, y, rng):
    """What is kept of it is a point of the path, which is another one here."""
    objective = make_objective(X, y)
    rule = EarlyStopping(objective.on(X + 0.1, y, None), 5, 1e-3)
    start = random_point(objective, rng)
    trained = train(objective, start, max_iter=3, tol=0, early_stopping=rule)
    assert trained.objective is objective


def test_parts_of_columns_are_not_reduced(X, y):
    """Which are other inputs than the features whose products the space is of."""
    objective = make_objective(X, y)
    assert objective.reduced() is not objective
    divided = encoded(objective, "piecewise")
    assert divided.reduced() is divided


def test_search_for_alpha_fits_in_the_space_of_its_own_rows(X, y, monkeypatch):
    """Rows held out have no part in it."""
    seen = []
    made = RowSpace.__init__
    monkeypatch.setattr(
        RowSpace,
        "__init__",
        lambda self, X, *a: seen.append(len(X)) or made(self, X, *a),
    )
    X, y = np.vstack([X, X + 0.1]), np.tile(y, 2)
    X = np.hstack([X, X * X])
    SoftmaxMLPClassifier((2,), random_state=0).fit(X, y)
    assert seen[:-1]
    assert set(seen[:-1]) <= {12, 13, 14}
    assert seen[-1] == 16


def test_callbacks_see_whose_parameters_they_are(X, y, rng):
    """Of which weights of all features can be made, where they are asked for."""
    objective = make_objective(X, y)
    seen = []

    def callback(state, shown):
        (coef, _), _ = shown.public_weights(state.x, np.float64)
        seen.append((state.loss, shown(state.x)[0], len(coef)))

    start = random_point(objective, rng)
    trained = train(objective, start, max_iter=3, tol=0, callback=callback)
    assert trained.objective.X.shape == (8, 7)
    losses, again, n_features = np.transpose(seen)
    np.testing.assert_array_equal(losses, again)
    np.testing.assert_array_equal(n_features, [40, 40, 40])


@pytest.mark.parametrize("reason", ["callback", "max_time"])
@pytest.mark.parametrize("judge", ["held-out rows", "validation data", "evidence"])
def test_a_search_may_be_ended(X, y, rng, judge, reason, monkeypatch):
    """Whatever space its fits were made in, the best of them is one to all rows."""
    if judge == "evidence":  # as of classes of one row each
        monkeypatch.setattr(sksoftmax._selection.regularization, "fifths", no_parts)
    objective = make_objective(np.hstack([X, X * X]), y)
    options = {"callback": lambda *_: True} if reason == "callback" else {}
    if judge == "validation data":
        rule = EarlyStopping(objective.on(objective.X + 0.1, y, None), 5, 1e-3)
        options["early_stopping"] = rule
    start = random_point(objective, rng)
    found, trained = train_with_best_alpha(
        objective,
        start,
        max_iter=20,
        tol=0,
        ends=0.0 if reason == "max_time" else np.inf,
        is_warm=True,
        **options,
    )
    assert trained.minimum.convergence.reason == reason
    minimum = trained.objective.translated(trained.minimum.x, objective)
    loss, _ = objective.with_alpha(found.candidate.alpha)(minimum)
    assert trained.minimum.loss == pytest.approx(loss, rel=1e-9)


def no_parts(*_):
    return []
