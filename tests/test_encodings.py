"""The classifier on raw columns: what it chooses, and that all else goes on with it."""

import itertools
import pickle
import time

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import RFE, SelectFromModel
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from sksoftmax import (
    SoftmaxMLPClassifier,
    SoftmaxMLPClassifierCV,
    check_gradient,
)
from sksoftmax._rows.blocks import row_blocks
from sksoftmax._selection.alpha_search import AlphaSearch


def steps(n=600, n_noise=4, seed=0):
    """Labels that jump in the first column, whose second matters a little."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2 + n_noise))
    return X, (np.digitize(X[:, 0], [-1, -0.3, 0.3, 1]) % 2).astype(int) ^ (X[:, 1] > 1)


def classifier(**parameters):
    """Of as many units and iterations as it takes."""
    parameters = {"hidden_layer_sizes": (30,), "random_state": 0, **parameters}
    parameters = {"tol": 0.02, **parameters}
    return SoftmaxMLPClassifier(**parameters)


def same_weights(one, other):
    return all(
        map(
            np.array_equal,
            (*one.coefs_, *one.intercepts_),
            (*other.coefs_, *other.intercepts_),
        )
    )


@pytest.fixture(name="chosen", scope="module")
def chosen_by_default():
    return classifier(tol=5e-3).fit(*steps())


def test_steps_are_learnt_by_default(chosen):
    """Parts and relevances are what they ask for, and the others are no match."""
    X, y = steps(4000, seed=1)
    assert chosen.encoding_ == "fine-piecewise"
    loss = log_loss(y, chosen.predict_proba(X))
    for parameters in (
        {"encoding": "linear"},
        {"encoding": "linear", "relevance": False},
        {"relevance": False},
    ):
        other = classifier(**parameters).fit(*steps())
        assert loss < 0.9 * log_loss(y, other.predict_proba(X))
    tried = {(step.encoding, step.has_relevance) for step in chosen.alpha_path_}
    assert len(tried) >= 3


def test_the_best_of_the_path_is_chosen(chosen):
    """By its held-out loss, or hardly worse."""
    best = min(chosen.alpha_path_, key=lambda step: step.held_out_loss)
    assert chosen.held_out_loss_ < best.held_out_loss + best.standard_error
    (step,) = (
        step
        for step in chosen.alpha_path_
        if step.held_out_loss == chosen.held_out_loss_
    )
    assert (step.alpha, step.encoding) == (chosen.alpha_, chosen.encoding_)


def test_smooth_functions_keep_their_columns():
    """Of a linear function parts are so many weights too many."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 8))
    y = X.sum(axis=1) + rng.normal(size=300) > 0
    assert classifier().fit(X, y).encoding_ == "linear"


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("encoding", ["auto", "linear", "piecewise", "fine-piecewise"])
def test_auto_is_the_fit_with_what_it_found(encoding, early_stopping):
    """Bit for bit, where no penalties were learnt."""
    X, y = steps(200 if "piecewise" in encoding else 600)
    parameters = {"relevance": False, "early_stopping": early_stopping, "tol": 5e-3}
    auto = classifier(encoding=encoding, **parameters).fit(X, y)
    found = {"encoding": auto.encoding_, "alpha": auto.alpha_}
    if encoding == "auto":
        assert auto.encoding_ == ("piecewise" if early_stopping else "fine-piecewise")
    else:
        assert auto.encoding_ == encoding
    other = classifier(**parameters, **found).fit(X, y)
    np.testing.assert_array_equal(
        auto.encoder_.transform(X), other.encoder_.transform(X)
    )
    assert same_weights(auto, other)
    assert auto.loss_curve_ == other.loss_curve_


def test_with_a_number_for_alpha_nothing_is_compared():
    """Columns are columns, all of them with the same penalty."""
    X, y = steps(300)
    clf = classifier(alpha=1).fit(X, y)
    assert clf.encoding_ == "linear"
    plain = classifier(alpha=1, encoding="linear", relevance=False).fit(X, y)
    assert same_weights(clf, plain)


@pytest.mark.parametrize("value", [1e6, -1e6, 1e300])
def test_a_value_far_out_does_not_decide(chosen, value):
    """In a column that tells nothing."""
    X, _ = steps(500, seed=2)
    before = chosen.predict(X)
    X[:, 4] = value
    assert (chosen.predict(X) != before).mean() < 0.05


@pytest.mark.parametrize("offset", [1e5, 1e6])
def test_rows_of_less_precision_are_those_that_they_are(offset):
    """Starts of parts are not rounded to it."""
    X, y = steps()
    clf = classifier(alpha=1, encoding="piecewise").fit(X + offset, y)
    rows = (X + offset).astype(np.float32)
    p = clf.predict_proba(rows.astype(np.float64))
    np.testing.assert_allclose(clf.predict_proba(rows), p, atol=1e-12)


def test_codes_for_gaps_do_no_harm():
    """Three values of -999999, where a forest sees no difference."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1150, 4))
    y = (X[:, 0] + 0.5 * X[:, 1] > 0).astype(int)
    X[:3, 0] = -999_999
    clf = classifier(hidden_layer_sizes=8).fit(X[:150], y[:150])
    forest = RandomForestClassifier(random_state=0).fit(X[:150], y[:150])
    assert clf.score(X[150:], y[150:]) > forest.score(X[150:], y[150:]) - 0.02


def test_heavy_tails_do_no_harm():
    """Lognormal columns, of which a linear model of the logarithms is right."""
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(2000, 5)) * 2
    y = (Z[:, 0] - Z[:, 1] + 0.5 * rng.normal(size=2000) > 0).astype(int)
    clf = classifier().fit(np.exp(Z[:500]), y[:500])
    right = LogisticRegression().fit(Z[:500], y[:500])
    assert clf.score(np.exp(Z[500:]), y[500:]) > right.score(Z[500:], y[500:]) - 0.03


def test_importances_are_parts_of_one(chosen):
    """Those that matter have nearly all, and columns of one value have none."""
    importances = chosen.feature_importances_
    assert importances.shape == (6,)
    assert importances.sum() == pytest.approx(1)
    assert importances[:2].sum() > 0.9
    assert importances[0] == importances.max()
    X, y = steps(300)
    X[:, 3] = 7
    for encoding in ("linear", "piecewise"):
        clf = classifier(alpha=1e-3, encoding=encoding).fit(X, y)
        assert clf.feature_importances_[3] == 0


@pytest.mark.filterwarnings("ignore:No alpha predicts")
def test_importances_of_nothing_are_equal():
    """Where all weights are put to sleep exactly, and in the space of rows."""
    X = np.full((40, 2), 5.0)
    clf = classifier(alpha=1).fit(X, np.arange(40) % 2)
    assert clf.feature_importances_.tolist() == [0.5, 0.5]
    rng = np.random.default_rng(0)
    wide = rng.normal(size=(40, 400))
    clf = classifier(alpha=1).fit(wide, wide[:, 7] > 0)
    assert clf.feature_importances_.shape == (400,)
    assert clf.feature_importances_.argmax() == 7


def test_columns_can_be_selected(chosen):
    """By scikit-learn's own selectors."""
    X, y = steps(300)
    selected = SelectFromModel(chosen, prefit=True, threshold=0.05).transform(X)
    np.testing.assert_array_equal(selected, X[:, :2])
    rfe = RFE(classifier(alpha=1), n_features_to_select=2).fit(X, y)
    assert rfe.support_[0]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, r"needs dense X; got a sparse matrix"),
        ({"standardize": False}, r"needs standardize=True; got False"),
    ],
)
@pytest.mark.parametrize("alpha", ["auto", 1])
def test_what_has_no_parts_is_refused(parameters, message, alpha):
    """If they are asked for; by default it is linear."""
    X, _ = steps(100)
    y = X[:, 0] > 0
    X = X if parameters else csr_array(X)
    clf = classifier(alpha=alpha, encoding="piecewise", **parameters)
    with pytest.raises(ValueError, match=message):
        clf.fit(X, y)
    assert not hasattr(clf, "coefs_")
    assert clf.set_params(encoding="auto").fit(X, y).encoding_ == "linear"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_gradient_is_right(dtype):
    """That of parts, with weights and blocks as they come."""
    X, y = steps(200)
    clf = classifier(activation="tanh", alpha=1, encoding="piecewise")
    assert check_gradient(clf, X.astype(dtype), y, np.arange(200) % 3) < 1e-6


def test_same_bits_on_any_number_of_threads():
    """Of a default fit to more than one block of rows."""
    X, y = steps(2000, n_noise=30)
    assert len(row_blocks(X, 32 * 17, 100, 2)) > 1
    fits = []
    for n_threads in (1, 3):
        with threadpool_limits(n_threads, user_api="blas"):
            clf = classifier(encoding="piecewise", max_iter=5)
            with pytest.warns(ConvergenceWarning):
                fits.append(clf.fit(X, y))
    assert same_weights(*fits)
    np.testing.assert_array_equal(*(clf.predict_proba(X) for clf in fits))


@pytest.mark.filterwarnings("ignore:L-BFGS stopped")
def test_two_warm_fits_are_one_on_the_same_parts():
    """Bit for bit; also after a pickle."""
    X, y = steps(300)
    parameters = {"alpha": 1, "encoding": "piecewise"}
    once = classifier(max_iter=12, **parameters).fit(X, y)
    twice = classifier(max_iter=6, warm_start=True, **parameters).fit(X, y)
    twice = pickle.loads(pickle.dumps(twice)).fit(X, y)
    assert same_weights(once, twice)


def test_a_warm_start_keeps_parts_and_penalties(chosen):
    """On other rows, too; on the same ones the loss goes on from where it was."""
    clf = pickle.loads(pickle.dumps(chosen)).set_params(warm_start=True)
    assert clf.fit(*steps()).loss_curve_[0] < chosen.loss_
    X, y = steps(600, seed=5)
    clf.fit(X, y)
    np.testing.assert_array_equal(clf.encoder_.starts_, chosen.encoder_.starts_)
    np.testing.assert_array_equal(clf._log_penalties, chosen._log_penalties)
    assert chosen._log_penalties.any()
    with pytest.raises(ValueError, match="warm_start=True needs the"):
        clf.fit(X[:, :3], y)
    with pytest.raises(ValueError, match="needs dense X"):
        clf.fit(csr_array(X), y)


@pytest.mark.parametrize(("before", "now"), [("linear", "piecewise"), (None, "linear")])
def test_a_warm_start_refuses_another_encoding(before, now):
    """As it does another activation; "auto" is what there is."""
    X, y = steps(100)
    clf = classifier(alpha=1, encoding=before or "piecewise", warm_start=True).fit(X, y)
    message = f"the encoding of the previous fit, {clf.encoding_}; got {now}"
    with pytest.raises(ValueError, match=message):
        clf.set_params(encoding=now).fit(X, y)
    encoding = clf.encoding_
    assert clf.set_params(encoding="auto").fit(X, y).encoding_ == encoding


def test_rows_beyond_the_parts_are_told(chosen):
    """A warm start on other units would be silently useless; on few it is none."""
    X, y = steps()
    clf = pickle.loads(pickle.dumps(chosen)).set_params(warm_start=True)
    with pytest.warns(UserWarning, match=r"warm_start=True keeps .* column ") as record:
        clf.fit(X * [1, 1, 1, 9, 1, 1], y)
    assert "column 3 are beyond" in str(record[0].message)
    assert record[0].filename == __file__
    weights = np.ones(600)
    X[:70, 1], weights[:20] = 1e3, 0  # 50 of 580
    clf.fit(X, y, weights)


@pytest.mark.slow
def test_weights_are_copies_with_parts():
    """The choice is the same, and the probabilities nearly."""
    X, y = steps(300)
    counts = np.arange(300) % 3
    parameters = {"encoding": "piecewise", "activation": "tanh", "tol": 1e-5}
    parameters["hidden_layer_sizes"] = (100,)
    weighted = classifier(**parameters).fit(X, y, counts)
    copies = classifier(**parameters).fit(
        np.repeat(X, counts, axis=0), np.repeat(y, counts)
    )
    assert weighted.alpha_ == copies.alpha_
    np.testing.assert_array_equal(weighted.encoder_.starts_, copies.encoder_.starts_)
    p, q = weighted.predict_proba(X), copies.predict_proba(X)
    np.testing.assert_allclose(p, q, atol=0.02)


@pytest.mark.slow
def test_validation_data_choose_the_encoding():
    """With early stopping, by all of them; the fit's own rows make the parts."""
    X, y = steps(900)
    clf = classifier(early_stopping=True).fit(
        X[:600], y[:600], X_val=X[600:], y_val=y[600:]
    )
    assert clf.encoding_ != "linear"
    losses = clf.validation_loss_curve_
    assert len(losses) == clf.n_iter_
    assert clf.best_validation_loss_ == pytest.approx(min(losses))
    p = clf.predict_proba(X[600:])
    assert log_loss(y[600:], p) == pytest.approx(clf.best_validation_loss_)


@pytest.mark.filterwarnings("ignore:No alpha predicts")
@pytest.mark.parametrize(("max_time", "encoding"), [(50, "linear"), (400, "piecewise")])
def test_out_of_time_there_is_the_best_so_far(max_time, encoding, monkeypatch):
    """Also where that is one of parts, learnt from a part of the rows.

    By a clock that goes on by a second each time that it is looked at.
    """
    X, y = steps()
    clock = itertools.count()
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(clock)))
    clf = classifier(max_time=max_time)
    with pytest.warns(ConvergenceWarning, match="max_time"):
        clf.fit(X, y)
    assert next(clock) < max_time + 5
    assert clf.encoding_ == encoding
    assert clf.predict_proba(X).shape == (600, 2)
    assert clf.coefs_[0].shape[0] == clf.encoder_.transform(X[:1]).shape[1]


@pytest.mark.parametrize("has_been_there", [False, True])
def test_a_second_search_that_is_ended_leaves_the_first(monkeypatch, has_been_there):
    """Until it has been where the best is, as far as some rows know."""
    X, y = steps(5000)
    searches = []
    run = AlphaSearch.run

    def ended(self, lines):
        found = run(self, lines)
        searches.append(found)
        if len(searches) < 2:
            return found
        best = searches[0].candidate.what
        path = [step for step in found.path if has_been_there or step.what != best]
        return found._replace(ended_by="max_time", path=path)

    monkeypatch.setattr(AlphaSearch, "run", ended)
    clf = classifier(max_iter=20)
    with pytest.warns(ConvergenceWarning):
        clf.fit(X, y)
    assert len(searches) == 2
    assert searches[0].path != searches[1].path
    assert clf.alpha_path_ == searches[has_been_there].path
    assert clf.encoding_ == searches[has_been_there].inputs.encoding


def test_out_of_time_a_fit_on_parts_keeps_them():
    """Those of the rows that its first fit was made on."""
    X, y = steps(300)
    clf = classifier(encoding="piecewise", relevance=False, max_time=1e-9)
    with pytest.warns(ConvergenceWarning, match="Half of max_time"):
        clf.fit(X, y)
    assert clf.convergence_.reason == "max_time"
    found = classifier(encoding="piecewise", alpha=1).fit(X, y)
    assert clf.encoder_.starts_.shape == found.encoder_.starts_.shape
    assert (clf.encoder_.starts_ != found.encoder_.starts_).any()
    assert np.isfinite(clf.predict_proba(X)).all()


def test_lines_say_which_inputs_a_fit_is_on(capsys):
    """One for each fit of the search."""
    classifier(verbose=1).fit(*steps(200))
    lines = capsys.readouterr().out.splitlines()
    tried = {line.split(", held-out")[0].partition(", ")[2] for line in lines}
    expected = {"linear", "piecewise", "piecewise, relevance"}
    assert expected <= tried


def test_lines_say_what_the_last_fits_are(capsys):
    """Those that others are learnt from come first."""
    clf = classifier(verbose=1).fit(*steps(400))
    out = capsys.readouterr().out
    fits = [line for line in out.splitlines() if line.startswith("Fit to")]
    kinds = ["piecewise", "piecewise, relevance", "fine-piecewise, relevance"]
    assert clf.encoding_ == "fine-piecewise"
    assert fits == [f"Fit to 400 rows, alpha = {clf.alpha_:.3g}, {k}" for k in kinds]


def test_scikit_learn_has_the_same_network(chosen):
    """As the last step of a pipeline, on the inputs that it was fitted to."""
    X, _ = steps(50, seed=3)
    pipeline = chosen.to_sklearn()
    assert isinstance(pipeline, Pipeline)
    np.testing.assert_allclose(
        pipeline.predict_proba(X), chosen.predict_proba(X), atol=1e-12
    )


def test_cross_validation_takes_an_encoding():
    """The same for all fits; the last is that of the classifier."""
    X, y = steps(200)
    search = SoftmaxMLPClassifierCV(
        (30,), alphas=[10, 1], encoding="piecewise", tol=0.02, random_state=0
    ).fit(X, y)
    clf = classifier(alpha=search.alpha_, encoding="piecewise").fit(X, y)
    assert same_weights(search, clf)
    assert search.encoding_ == "piecewise"


def test_nothing_to_hold_out_is_linear():
    """Each class is a single row: there is nothing that could choose, but evidence."""
    for encoding, expected in (("auto", "linear"), ("piecewise", "piecewise")):
        with pytest.warns(UserWarning, match="Each class is a single sample"):
            clf = classifier(encoding=encoding).fit([[0.0], [1.0], [3.0]], [0, 1, 2])
        assert clf.encoding_ == expected
        assert {step.encoding for step in clf.alpha_path_} == {expected}


def test_a_warm_search_is_on_the_inputs_that_there_are():
    """For alpha alone, where the fit before had a number for it."""
    X, y = steps(300)
    clf = classifier(alpha=1, encoding="piecewise", warm_start=True).fit(X, y)
    starts = clf.encoder_.starts_
    clf.set_params(alpha="auto").fit(X, y)
    np.testing.assert_array_equal(clf.encoder_.starts_, starts)
    tried = {(step.encoding, step.has_relevance) for step in clf.alpha_path_}
    assert tried == {("piecewise", False)}


def test_parts_of_tied_columns_may_be_fewer_in_some_rows():
    """Held-out rows are seen as the inputs that were learnt without them."""
    X = np.round(np.random.default_rng(0).normal(size=(200, 4)) * 4) / 4
    y = abs(X[:, 0]) < 0.7
    clf = classifier(hidden_layer_sizes=(5,), encoding="piecewise").fit(X, y)
    assert clf.score(X, y) > 0.9


def test_validation_rows_may_be_sparse():
    """Where the others are dense, and divided."""
    X, y = steps(400)
    fits = [
        classifier(early_stopping=True, encoding="piecewise", alpha=1).fit(
            X[:200], y[:200], X_val=container(X[200:]), y_val=y[200:]
        )
        for container in (np.asarray, csr_array)
    ]
    assert same_weights(*fits)


def test_sparse_rows_are_predicted_as_dense_ones(chosen):
    """By a fit on parts, too: block by block."""
    X, _ = steps(50, seed=3)
    p = chosen.predict_proba(X)
    np.testing.assert_array_equal(chosen.predict_proba(csr_array(X)), p)


def test_wide_columns_without_parts_are_learnt():
    """Of two values each, in more columns than rows."""
    X = np.where(np.random.default_rng(0).random((60, 400)) < 0.5, 3.0, 5.0)
    y = X[:, 0] > 4
    clf = classifier(alpha=1, encoding="piecewise").fit(X, y)
    assert clf.score(X, y) == 1


@pytest.mark.parametrize("n_samples", [600, pytest.param(4500, marks=pytest.mark.slow)])
def test_fine_parts_may_be_asked_for(n_samples):
    """With relevances to choose from, and a first look at few rows, or none."""
    X, y = steps(n_samples)
    clf = classifier(hidden_layer_sizes=8, encoding="fine-piecewise").fit(X, y)
    assert {step.encoding for step in clf.alpha_path_} == {"fine-piecewise"}
    assert {step.has_relevance for step in clf.alpha_path_} == {False, True}
    assert clf.score(*steps(1000, seed=1)) > 0.9


def test_categories_alone_have_no_fine_parts():
    """Where they are asked for, too, inputs are those of categories."""
    X = np.random.default_rng(0).integers(0, 4, (120, 3)).astype(float)
    y = (X[:, 0] > 1) ^ (X[:, 1] > 2)
    parameters = {"encoding": "fine-piecewise", "categorical_features": [0, 1, 2]}
    clf = classifier(hidden_layer_sizes=(4,), **parameters).fit(X, y)
    assert clf.coefs_[0].shape[0] == 12
    assert clf.score(X, y) > 0.9
