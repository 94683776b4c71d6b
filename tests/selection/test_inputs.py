"""What there is to choose from, and fits on it."""

import time
import weakref

import numpy as np
import pytest
from scipy.sparse import csr_array

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._features.encoded import EncodedColumns
from sksoftmax._selection.held_out import fifths
from sksoftmax._selection.inputs import (
    FINE,
    LINEAR,
    LOOSE,
    PIECEWISE,
    Inputs,
    SomeRows,
    encoded,
    encoding_of,
    first_encoding,
    offered,
    start_of,
    train_on,
)
from sksoftmax._selection.refinement import with_finer_parts, without_idle_parts
from sksoftmax._selection.relevance import with_relevances
from sksoftmax._training.early_stopping import EarlyStopping
from sksoftmax._training.training import train

OPTIONS = {"max_iter": 200, "tol": 1e-3}
LINEAR_RELEVANT, PIECEWISE_RELEVANT, FINE_RELEVANT = (
    one._replace(has_relevance=True) for one in (LINEAR, PIECEWISE, FINE)
)


def problem(X=None, alpha=1.0, n=200):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 3)) if X is None else X
    y = (abs(X[:, [0]].toarray() if isinstance(X, csr_array) else X[:, [0]]) > 0.7)[
        :, 0
    ]
    clf = SoftmaxMLPClassifier((8,), alpha=alpha, random_state=0)
    return clf._problem(X, y, None)[:2]


def test_the_simplest_come_first():
    """Without relevances before with, columns before their parts; fine ones last, and
    with relevances alone where there are some."""
    objective, _ = problem(n=200)
    plain = (LINEAR, PIECEWISE)
    assert offered(objective, "auto", has_relevance=False) == (*plain, FINE)
    assert offered(objective, "auto", has_relevance=True) == (
        *plain,
        LINEAR_RELEVANT,
        PIECEWISE_RELEVANT,
        FINE_RELEVANT,
    )
    for encoding in ("linear", "piecewise", "fine-piecewise"):
        inputs = offered(objective, encoding, has_relevance=True)
        assert inputs == (Inputs(encoding, False), Inputs(encoding, True))


def test_what_is_not_worth_it_is_not_offered():
    """Parts of sparse columns; relevances of more than two columns for each row; fine
    parts of few rows, unless they are asked for."""
    rng = np.random.default_rng(0)
    few, _ = problem(n=199)
    assert offered(few, "auto", has_relevance=False) == (LINEAR, PIECEWISE)
    assert offered(few, "fine-piecewise", has_relevance=False) == (FINE,)
    sparse, _ = problem(csr_array(rng.normal(size=(200, 3))))
    assert offered(sparse, "auto", has_relevance=False) == (LINEAR,)
    wide, _ = problem(rng.normal(size=(50, 101)))
    assert offered(wide, "auto", has_relevance=True) == (LINEAR,)


def test_rows_without_weight_are_none():
    """Nor do they make more of what is offered."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(208, 20)), np.arange(208) % 2
    weights = np.where(np.arange(208) < 9, 1.0, 0.0)
    clf = SoftmaxMLPClassifier((8,))
    for objective in (
        clf._problem(X, y, weights).objective,
        clf._problem(X[:9], y[:9], None).objective,
    ):
        assert offered(objective, "auto", has_relevance=True) == (LINEAR,)


def test_with_many_classes_nothing_is_offered():
    """But what was asked for: there are enough fits without."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(404, 3)), np.arange(404) % 101
    for parameters, expected in (({}, LINEAR), ({"encoding": "piecewise"}, PIECEWISE)):
        clf = SoftmaxMLPClassifier((8,), **parameters)
        objective = clf._problem(X, y, None).objective
        encoding = parameters.get("encoding", "auto")
        assert offered(objective, encoding, has_relevance=True) == (expected,)
        some = y < 100
        objective = clf._problem(X[some], y[some], None).objective
        assert len(offered(objective, encoding, has_relevance=True)) > 1


def test_encoded_once_is_enough():
    """An objective on parts already stays as it is."""
    objective, start = problem()
    assert encoded(objective, "linear") is objective
    divided = encoded(objective, "piecewise")
    assert isinstance(divided.standardization, EncodedColumns)
    assert divided.alpha == objective.alpha
    assert encoded(divided, "piecewise") is divided
    fine = encoded(divided, "fine-piecewise")
    assert fine.layout.layer_units[0] == 3 * 65
    assert start_of(objective, start, 3) is start
    other = start_of(divided, start, 3)
    expected = divided.layout.draw(np.random.RandomState(3))
    np.testing.assert_array_equal(other, expected)
    assert start_of(divided, other, 4) is other


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
def test_relevances_are_learnt_from_a_fit_without(encoding):
    """And from where it has led there is another one, as loose as in the search."""
    objective, start = problem()
    objective = encoded(objective, encoding)
    start = start_of(objective, start, 0)
    plain = train(objective.stored(), start, seed=0, **OPTIONS)
    relevant, x = with_relevances(objective, plain.minimum.x, 0)
    options = {**OPTIONS, "tol": LOOSE * OPTIONS["tol"], "is_warm": True}
    last = train(relevant, x, seed=0, **options)
    both = train_on(Inputs(encoding, True), objective, start, seed=0, **OPTIONS)
    np.testing.assert_array_equal(both.minimum.x, last.minimum.x)
    curve = plain.minimum.loss_curve + last.minimum.loss_curve
    assert both.minimum.loss_curve == curve
    assert both.stages == plain.stages + last.stages
    convergences = (fit.minimum.convergence for fit in (plain, last, both))
    first, second, total = convergences
    assert total.n_iter == first.n_iter + second.n_iter == len(curve)
    assert total.n_evaluations == first.n_evaluations + second.n_evaluations
    assert total.reason == second.reason
    without = train_on(Inputs(encoding, False), objective, start, seed=0, **OPTIONS)
    expected = train(objective, start, seed=0, **OPTIONS).minimum.x
    np.testing.assert_array_equal(without.minimum.x, expected)


def test_finer_parts_are_learnt_from_those_with_relevances():
    """A third fit, from where the second has led; only the last is in float64."""
    objective, start = problem(n=400)
    objective = encoded(objective, first_encoding(FINE_RELEVANT))
    assert encoding_of(objective) == "piecewise"
    start = start_of(objective, start, 0)
    plain = train(objective.stored(), start, seed=0, **OPTIONS)
    relevant, x = with_relevances(objective, plain.minimum.x, 0)
    options = {**OPTIONS, "tol": LOOSE * OPTIONS["tol"], "is_warm": True, "seed": 0}
    second = train(relevant.stored(), x, **options)
    fine, x = with_finer_parts(relevant, second.minimum.x)
    last = train(fine, x, **options)
    all_three = train_on(FINE_RELEVANT, objective, start, seed=0, **OPTIONS)
    np.testing.assert_array_equal(all_three.minimum.x, last.minimum.x)
    assert encoding_of(all_three.objective) == "fine-piecewise"
    assert all_three.objective.X is objective.X
    fits = (plain, second, last)
    assert all_three.stages == [stage for fit in fits for stage in fit.stages]
    n_iter = [fit.minimum.convergence.n_iter for fit in fits]
    assert all_three.minimum.convergence.n_iter == sum(n_iter)
    assert len(all_three.minimum.loss_curve) == sum(n_iter)


@pytest.mark.parametrize(("n_stored", "is_stored"), [(18_000, True), (17_999, False)])
def test_the_fit_before_relevances_is_in_float32(monkeypatch, n_stored, is_stored):
    """Of inputs that are made once, if memory allows; the last is in float64."""
    monkeypatch.setattr("sksoftmax._selection.inputs.MAX_STORED", n_stored)
    objective, start = problem(np.random.default_rng(0).normal(size=(600, 30)))
    options = {"max_iter": 30, "tol": 1e-2}
    first = objective.stored() if is_stored else objective
    assert (first.X.dtype == np.float32) == is_stored
    plain = train(first, start, **options)
    relevant, x = with_relevances(objective, plain.minimum.x, 0)
    last = train(relevant, x, is_warm=True, max_iter=30, tol=LOOSE * 1e-2)
    both = train_on(LINEAR_RELEVANT, objective, start, **options)
    assert both.objective.X is objective.X
    np.testing.assert_array_equal(both.minimum.x, last.minimum.x)
    without = train_on(LINEAR, objective, start, **options).minimum.x
    np.testing.assert_array_equal(without, train(objective, start, **options).minimum.x)


@pytest.fixture(name="many")
def problem_of_many_rows(monkeypatch):
    """On 600 of which inputs are learnt from 270, and 30 are held out."""
    monkeypatch.setattr("sksoftmax._selection.inputs._SOURCE_ROWS", 300)
    monkeypatch.setattr("sksoftmax._selection.inputs._MIN_ROWS", 299)
    monkeypatch.setattr("sksoftmax._selection.inputs._HELD_OUT", 10)
    return problem(np.random.default_rng(0).normal(size=(600, 30)))


def test_of_many_rows_inputs_are_learnt_from_some(many, capsys):
    """With the penalty of all rows; the last fit is to all of them."""
    objective, start = many
    options = {"max_iter": 30, "tol": 1e-2, "verbose": 1}
    both = train_on(LINEAR_RELEVANT, objective, start, **options)
    assert [stage.n_samples for stage in both.stages] == [270, 600]
    assert both.objective.X is objective.X
    lines = capsys.readouterr().out.splitlines()
    fits = [line for line in lines if line.startswith("Fit to")]
    assert fits == [
        "Fit to 270 rows, alpha = 1, linear",
        "Fit to 600 rows, alpha = 1, linear, relevance",
    ]
    some = SomeRows.of(objective, 0).training
    plain = train(some.stored(), start, max_iter=30, tol=1e-2)
    relevant, x = with_relevances(some, plain.minimum.x, 0)
    relevant = objective.seen_by(relevant.standardization)
    last = train(relevant, x, is_warm=True, max_iter=30, tol=LOOSE * 1e-2)
    np.testing.assert_array_equal(both.minimum.x, last.minimum.x)


def test_some_rows_are_of_each_class_in_proportion(many):
    """And none is trained on that is held out."""
    objective, _ = many
    some = SomeRows.of(objective, 0)
    assert [rows.n_samples for rows in some[:2]] == [270, 30]
    X, y = (
        np.concatenate(both)
        for both in zip(*((r.X, r.y) for r in some[:2]), strict=True)
    )
    assert len(np.unique(X[:, 0])) == 300
    shares = np.bincount(y) / 300, objective.class_frequencies
    np.testing.assert_allclose(*shares, atol=1 / 300)
    assert some.training.alpha == objective.alpha


@pytest.mark.parametrize("weights", [None, np.arange(1, 601) / 100])
def test_some_rows_that_have_copies_have_all_of_them(many, weights):
    """The penalty is for these: the fit is that to different rows with less of it."""
    X, y = many[0].X, many[0].y
    tiled = None if weights is None else np.tile(weights, 7)
    objective = many[0].on(np.tile(X, (7, 1)), np.tile(y, 7), tiled)
    some = SomeRows.of(objective, 0)
    part = fifths(objective, 300)[0]
    for rows, chosen in zip(some[:2], (part.train, part.held_out), strict=True):
        np.testing.assert_array_equal(rows.X, X[chosen % 600])
        assert rows.standardization is objective.standardization
        counts = np.ones(600) if weights is None else weights
        np.testing.assert_allclose(rows.counts, 7 * counts[chosen % 600])
    assert sum(rows.y.size for rows in some[:2]) == 300
    np.testing.assert_array_equal(some.held_out_draws, 1)
    assert some.training.alpha == objective.alpha


def test_copies_are_seen_among_however_many_rows(many, rng):
    """Of which some that are drawn would hardly have two of one."""
    X = np.tile(rng.normal(size=(5000, 30)), (4, 1))
    some = SomeRows.of(many[0].on(X, np.tile(np.arange(5000) % 2, 4), None), 0)
    for rows in some[:2]:
        np.testing.assert_array_equal(rows.counts, 4)


def test_rows_with_many_labels_are_no_more_than_others(many, rng):
    """Each is there once with each of its labels, as a draw of its own."""
    X, y = (
        np.tile(rng.integers(3, size=(400, 30)), (40, 1)),
        rng.integers(20, size=16000),
    )
    clf = SoftmaxMLPClassifier((8,), alpha=1, random_state=0)
    some = SomeRows.of(clf._problem(X, y, None)[0], 0)
    assert all(300 <= rows.y.size <= 300 + 20 for rows in some[:2])
    assert some.held_out_draws.max() > 1
    np.testing.assert_array_equal(some.held_out_draws, some.held_out.counts)
    assert some.seen_by(some.training.standardization).held_out_draws is (
        some.held_out_draws
    )


def test_some_rows_are_drawn_where_one_is_there_often(many):
    """As of zeros for half of the rows."""
    X, y = many[0].X.copy(), many[0].y
    X[::2] = 0
    some = SomeRows.of(many[0].on(X, y, None), 0)
    zeros = sum(np.count_nonzero((rows.X == 0).all(axis=1)) for rows in some[:2])
    assert 100 < zeros < 200


def test_some_rows_are_drawn_where_no_copies_can_be_held_out(many, monkeypatch):
    """As where each class is copies of one row."""
    monkeypatch.setattr("sksoftmax._selection.inputs.fifths", lambda *_: [])
    objective = many[0].on(np.tile(many[0].X, (7, 1)), np.tile(many[0].y, 7), None)
    some = SomeRows.of(objective, 0)
    assert [rows.n_samples for rows in some[:2]] == [270, 30]


@pytest.mark.parametrize(
    ("limit", "value", "is_enough"),
    [
        ("_SOURCE_ROWS", 301, False),
        ("_MAX_COPY", 299 * 30 * 8, True),
        ("_MAX_COPY", 299 * 30 * 8 - 1, False),
    ],
)
def test_rows_that_are_not_many_more_are_all_learnt_from(
    many, monkeypatch, limit, value, is_enough
):
    """Nor are those whose copies take much memory."""
    monkeypatch.setattr(f"sksoftmax._selection.inputs.{limit}", value)
    assert (SomeRows.of(many[0], 0) is not None) == is_enough


def test_of_many_rows_columns_are_whole_that_are_so_without_a_loss(many):
    """Their parts tell nothing; finer parts are of others alone."""
    objective, start = many
    objective = encoded(objective, "piecewise")
    start = start_of(objective, start, 0)
    some = SomeRows.of(objective, 0)
    for inputs in (PIECEWISE_RELEVANT, FINE_RELEVANT):
        fit = train_on(inputs, objective, start, **OPTIONS)
        encoding = fit.objective.features.encoding
        n_parts = np.bincount(encoding.columns) - 1
        assert n_parts[0] >= 16
        assert (n_parts[1:] == 0).sum() > 10
        assert fit.objective.X is objective.X
    plain = train(some.training.stored(), start, **OPTIONS)
    kept, _ = without_idle_parts(some.held_out, plain.minimum.x)
    n_kept = np.bincount(kept.encoding.columns) - 1
    np.testing.assert_array_equal(n_kept > 0, n_parts > 0)


def test_of_many_draws_of_few_rows_columns_are_judged_by_all_draws(rng):
    """Together with others that are equal they tell as much as one by one."""
    objective, start = problem(n=900)
    objective = encoded(objective, "piecewise")
    x = train(objective, start_of(objective, start, 0), **OPTIONS).minimum.x
    draws = rng.integers(20, 60, size=20)
    X, y = objective.X[:20], objective.y[:20]
    one_by_one = objective.on(X.repeat(draws, axis=0), y.repeat(draws), None)
    together = objective.on(X, y, draws.astype(float))
    expected, found, as_copies = (
        PIECEWISE_RELEVANT.learnt_from(objective, x, 0, SomeRows(objective, *held_out))[
            0
        ].features.encoding.columns
        for held_out in ((one_by_one,), (together, draws), (together,))
    )
    np.testing.assert_array_equal(found, expected)
    assert as_copies.size < expected.size


def test_with_validation_data_all_fits_are_to_all_rows(many):
    """Which end them, and which no parts are left out of."""
    objective = encoded(many[0], "piecewise")
    start = start_of(objective, many[1], 0)
    rule = EarlyStopping(objective, 5, 1e-4)
    fit = train_on(PIECEWISE_RELEVANT, objective, start, early_stopping=rule, **OPTIONS)
    assert 270 not in [stage.n_samples for stage in fit.stages]
    assert fit.objective.layout.n_parameters == start.size


def test_the_last_fit_keeps_no_other_rows(many, monkeypatch):
    """Nor their inputs: all rows are what there is to hold."""
    objective, start = many
    for n_source, first in (300, 270), (1000, 600):
        monkeypatch.setattr("sksoftmax._selection.inputs._SOURCE_ROWS", n_source)
        of_first, kept = [], []

        def callback(state, function, of_first=of_first, kept=kept):
            if function.X is not objective.X:
                of_first.append(weakref.ref(function))
            else:
                kept.append(any(rows() is not None for rows in of_first))

        options = {**OPTIONS, "callback": callback}
        stages = train_on(LINEAR_RELEVANT, objective, start, **options).stages
        assert stages[0].n_samples == first
        assert of_first
        assert kept
        assert not any(kept)


def cut_short(objective, start, reason):
    """By one or another in the first fit."""
    losses = []

    def callback(state, function):
        losses.append(state.loss)
        if reason == "interrupted" and len(losses) == 3:
            raise KeyboardInterrupt
        return reason == "callback" and len(losses) == 3

    ends = time.perf_counter() if reason == "max_time" else np.inf
    options = {**OPTIONS, "callback": callback, "ends": ends}
    return train_on(LINEAR_RELEVANT, objective, start, **options), losses


REASONS = ["interrupted", "max_time", "callback"]


@pytest.mark.parametrize("reason", REASONS)
def test_a_first_fit_that_is_cut_short_is_one_of_the_objective(reason):
    """Not of its copy in float32; out of time, it is to go on from exactly."""
    objective, start = problem(np.random.default_rng(0).normal(size=(600, 30)))
    fit, losses = cut_short(objective, start, reason)
    minimum, (loss, gradient) = fit.minimum, objective(fit.minimum.x)
    assert fit.objective is objective
    assert minimum.convergence.reason == reason
    assert minimum.loss == loss
    assert minimum.loss == pytest.approx(losses[-1], rel=1e-5)
    assert minimum.loss != losses[-1]
    if reason == "interrupted":
        assert minimum.state is None
    else:
        assert minimum.state.is_at(minimum.x, loss, gradient)


@pytest.mark.parametrize("reason", REASONS)
def test_a_first_fit_to_some_rows_that_is_cut_short_has_seen_all(many, reason):
    """In one more iteration, which a fit can go on from; unless it was interrupted."""
    objective, start = many
    fit, _ = cut_short(objective, start, reason)
    minimum, (loss, gradient) = fit.minimum, objective(fit.minimum.x)
    assert fit.objective is objective
    assert minimum.convergence.reason == reason
    assert minimum.loss == loss
    if reason == "interrupted":
        assert [n_rows for n_rows, _ in fit.stages] == [270]
        assert minimum.state is None
        return
    assert [n_rows for n_rows, _ in fit.stages] == [270, 600]
    assert fit.stages[-1].n_iter == 1
    assert minimum.state.is_at(minimum.x, loss, gradient)
    options = {**OPTIONS, "is_warm": True}
    on = train(objective, minimum.x, state=minimum.state, **options).minimum
    anew = train(objective, minimum.x, **options).minimum
    assert on.convergence.reason == "tol"
    assert on.loss < 1.1 * anew.loss


def test_ctrl_c_after_a_callback_that_stopped_is_told(many):
    """In the one iteration on all rows: the caller is to raise it."""
    objective, start = many
    n_rows = []

    def callback(state, function):
        n_rows.append(function.n_samples)
        if n_rows[-1] == 600:
            raise KeyboardInterrupt
        return len(n_rows) == 3

    options = {**OPTIONS, "callback": callback}
    fit = train_on(LINEAR_RELEVANT, objective, start, **options)
    assert n_rows == [270, 270, 270, 600]
    assert fit.minimum.convergence.reason == "interrupted"


def test_a_first_fit_out_of_iterations_is_told():
    """Though the second one has come to its end."""
    objective, start = problem()
    plain = train(objective, start, max_iter=2, tol=1e-9)
    relevant, x = with_relevances(objective, plain.minimum.x, 0)
    last = train(relevant, x, is_warm=True, **OPTIONS)
    assert last.minimum.convergence.reason == "tol"
    both = plain.followed_by(last).minimum.convergence
    assert (plain.minimum.convergence.reason, both.reason) == ("max_iter", "max_iter")


def test_ctrl_c_is_heard_where_the_first_fit_was_out_of_iterations():
    """In the second one, which is no other reason than `max_iter` for the caller."""
    X = np.random.default_rng(0).normal(size=(300, 12))
    n_iter = []

    class Interrupting(SoftmaxMLPClassifier):
        def _train(self, problem, *, is_warm, callback, **options):
            def interrupting(state, objective):
                n_iter.append(objective.n_samples)
                if n_iter[-8:] == [300] * 8:
                    raise KeyboardInterrupt
                return callback and callback(state, objective)

            options |= {"is_warm": is_warm, "callback": interrupting}
            return super()._train(problem, **options)

    clf = Interrupting((5,), max_iter=5, random_state=0)
    with pytest.raises(KeyboardInterrupt):
        clf.fit(X, X[:, 0] > 0)
    assert clf.convergence_.reason == "interrupted"
    assert len(n_iter) == n_iter.index(300) + 8


def test_early_stopping_is_of_both_fits():
    """One curve on the validation data, and the best iterate of all."""
    objective, start = problem(alpha=1e-4, n=400)
    rows = np.arange(400)
    part, validation = objective.subset(rows[:200]), objective.subset(rows[200:])
    rule = EarlyStopping(validation, 5, 1e-4)
    fit = train_on(LINEAR_RELEVANT, part, start, early_stopping=rule, **OPTIONS)
    assert len(fit.validation.losses) == len(fit.minimum.loss_curve)
    best = fit.validation.best
    seen = validation.seen_by(fit.objective.standardization)
    assert best.validation_loss == seen.log_loss(fit.minimum.x)
    n_first = fit.stages[0].n_iter
    first = min(fit.validation.losses[:n_first])
    assert best.validation_loss <= first
    assert best.n_iter >= n_first
    assert fit.validation.has_learnt()


@pytest.mark.parametrize("inputs", [PIECEWISE, PIECEWISE_RELEVANT])
def test_validation_data_are_seen_as_the_same_inputs(inputs):
    """Those that the parameters belong to, and not the columns."""
    objective, start = problem(n=400)
    rows = np.arange(400)
    part, validation = objective.subset(rows[:200]), objective.subset(rows[200:])
    part = encoded(part, "piecewise")
    start = start_of(part, start, 0)
    rule = EarlyStopping(validation, 10, 1e-4)
    fit = train_on(inputs, part, start, early_stopping=rule, **OPTIONS)
    seen = validation.seen_by(fit.objective.standardization)
    assert fit.validation.best.validation_loss == seen.log_loss(fit.minimum.x)
    assert fit.validation.has_learnt()


@pytest.mark.parametrize("seconds", [0.0, 60.0])
def test_out_of_time_there_are_no_relevances(seconds):
    """The plain fit is what there is."""
    objective, start = problem()
    ends = time.perf_counter() + seconds
    fit = train_on(LINEAR_RELEVANT, objective, start, ends=ends, **OPTIONS)
    assert (fit.objective is objective) == (seconds == 0)
