"""scikit-learn's callbacks, and interrupts."""

import signal
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sksoftmax._training.objective
from sksoftmax import SoftmaxMLPClassifier, SoftmaxMLPClassifierCV
from sksoftmax._selection.alpha_search import AlphaSearch
from sksoftmax._sklearn.callbacks import FitTask
from sksoftmax._training.objective import Objective

needs_callbacks = pytest.mark.skipif(
    not hasattr(SoftmaxMLPClassifier(), "set_callbacks"),
    reason="scikit-learn < 1.9 has no callbacks",
)


class Recorder:
    """A callback that notes what it is told, and asks to stop after some iterations."""

    def __init__(self, n_iter=np.inf):
        self.n_iter = n_iter
        self.events = []
        self.models = []

    def setup(self, estimator, context):
        self.events.append("setup")

    def on_fit_task_begin(self, estimator, context, *, X=None, y=None, metadata=None):
        self.events.append(f"begin {context.task_name}")
        self.data = X, y, metadata

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        self.events.append(f"end {context.task_name}")
        if fitted_estimator is not None:
            self.models.append(fitted_estimator)
        return context.task_name == "iteration" and len(self.models) >= self.n_iter

    def teardown(self, estimator, context):
        self.events.append("teardown")


class Propagated(Recorder):
    """One that meta-estimators hand on."""

    max_propagation_depth = None


def classifier(**parameters):
    parameters = {"hidden_layer_sizes": (8,), "alpha": 1, **parameters}
    inputs = {"encoding": "linear", "relevance": False}
    return SoftmaxMLPClassifier(random_state=0, **{**inputs, **parameters})


@needs_callbacks
def test_each_iteration_is_a_subtask(small_data):
    """Begun and ended in turn, in that of the fit; the one after the last is empty."""
    X, y = small_data
    weights = np.ones(len(y))
    callback = Recorder()
    clf = classifier().set_callbacks(callback).fit(X, y, weights)
    iteration = ["begin iteration", "end iteration"]
    assert callback.events == [
        "setup",
        "begin fit",
        *iteration * (clf.n_iter_ + 1),
        "end fit",
        "teardown",
    ]
    assert callback.data == (X, y, {"sample_weight": weights})
    assert len(callback.models) == clf.n_iter_ + 1  # that of the fit is the last
    np.testing.assert_array_equal(
        callback.models[-1].predict_proba(X), clf.predict_proba(X)
    )
    np.testing.assert_array_equal(callback.models[-2].coefs_[0], clf.coefs_[0])


@needs_callbacks
def test_callbacks_change_nothing(small_data):
    """The same bits as without, and no trace but the callbacks themselves."""
    clf = classifier().set_callbacks(Recorder()).fit(*small_data)
    expected = classifier().fit(*small_data)
    np.testing.assert_array_equal(clf.coefs_[0], expected.coefs_[0])
    assert vars(clf).keys() - vars(expected).keys() == {"_skl_callbacks"}


@needs_callbacks
@pytest.mark.parametrize("weight", [1, 3.0])
def test_callbacks_are_told_what_is_tried(small_data, weight):
    """In the estimators that they are given: alpha and the encoding."""
    X, y = small_data
    callback = Recorder()
    clf = classifier(alpha="auto", encoding="auto", max_iter=20)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clf.set_callbacks(callback).fit(X, y, np.full(len(y), weight))
    told = [(model.alpha_, model.encoding_) for model in callback.models]
    steps = {(step.alpha, step.encoding) for step in clf.alpha_path_}
    assert len(steps) > 4
    for alpha, encoding in steps:
        assert any(a == pytest.approx(alpha) and e == encoding for a, e in told)
    alpha, encoding = told[-2]
    assert (alpha, encoding) == (pytest.approx(clf.alpha_), clf.encoding_)


@needs_callbacks
@pytest.mark.parametrize("alpha", [1, "auto"])
def test_a_callback_stops_the_fit(small_data, alpha):
    """At once, also where other alphas would be tried, and without a warning."""
    callback = Recorder(n_iter=4)
    clf = classifier(alpha=alpha).set_callbacks(callback).fit(*small_data)
    assert clf.n_iter_ == 4
    assert clf.convergence_.reason == "callback"
    assert callback.events.count("end iteration") == 5
    if alpha == "auto":
        assert len(clf.alpha_path_) == 1


@needs_callbacks
def test_models_on_the_way_can_be_scored(small_data):
    """scikit-learn's monitor sees the training score rise."""
    from sklearn.callback import ScoringMonitor

    monitor = ScoringMonitor(scoring="neg_log_loss")
    clf = classifier().set_callbacks(monitor).fit(*small_data)
    log = monitor.get_logs(select="most_recent")
    scores = [row["neg_log_loss"] for row in log.data]
    assert len(scores) > clf.n_iter_
    assert scores[-1] > scores[1]  # the first is that of the fit


@needs_callbacks
@pytest.mark.parametrize("unit", [1.0, 1e-300, 1e300])
def test_models_of_a_search_take_the_rows_of_the_user(monkeypatch, unit):
    """Fits to parts are in float32, to standardised inputs; nobody sees that."""
    monkeypatch.setattr(sksoftmax._training.objective, "_FEW_VALUES", 0)
    rng = np.random.default_rng(0)
    X = unit * rng.normal(size=(200, 3))
    y = (np.sin(3 * X[:, 0] / unit) > 0).astype(int)
    recorder = Recorder()
    clf = classifier(alpha="auto", encoding="piecewise", max_iter=20)
    with pytest.warns(match="max_iter"):
        clf.set_callbacks(recorder).fit(X, y)
    losses = [log_loss(y, model.predict_proba(X)) for model in recorder.models[:15]]
    assert {model.coefs_[0].dtype for model in recorder.models} == {np.dtype(float)}
    assert losses[-1] < losses[0] - 0.05


@needs_callbacks
def test_callbacks_reach_through_meta_estimators(small_data):
    """Pipelines and searches hand theirs on."""
    callback = Propagated()
    pipeline = make_pipeline(StandardScaler(), classifier())
    search = GridSearchCV(pipeline, {"softmaxmlpclassifier__alpha": [1, 10]}, cv=2)
    search.set_callbacks(callback).fit(*small_data)
    assert callback.events.count("setup") == 1
    assert callback.events.count("begin iteration") > 5 * 5


@needs_callbacks
def test_alphas_of_a_search_are_subtasks(small_data):
    """And iterations those of the last fit; a stop ends the walk, not the fit."""
    callback, propagated = Recorder(), Propagated()
    clf = SoftmaxMLPClassifierCV((8,), alphas=[10, 1], cv=2, random_state=0)
    clf.set_callbacks(callback, propagated).fit(*small_data)
    assert callback.events == [
        "setup",
        "begin fit",
        *["begin alpha", "end alpha"] * 2,
        "begin refit",
        "end refit",
        "end fit",
        "teardown",
    ]
    assert len(callback.models) == 2  # of refit and fit
    assert propagated.events.count("begin iteration") == clf.n_iter_ + 1

    class Stop(Recorder):
        def on_fit_task_end(self, estimator, context):
            return context.task_name == "alpha"

    clf.set_callbacks(Stop()).fit(*small_data)
    assert clf.alphas_.tolist() == [10]


@needs_callbacks
def test_a_progress_bar_is_drawn(small_data, capsys):
    """By scikit-learn and rich, with a line for the fit and one for each alpha."""
    pytest.importorskip("rich")
    from sklearn.callback import ProgressBar

    X, y = small_data
    classifier(alpha="auto").set_callbacks(ProgressBar()).fit(X, y)
    drawn = capsys.readouterr().out
    assert "SoftmaxMLPClassifier - fit" in drawn
    assert "100%" in drawn


@needs_callbacks
def test_callbacks_end_with_a_fit_that_fails(small_data):
    """They are torn down, and the estimator is as it was."""
    X, y = small_data
    callback = Recorder()
    clf = classifier().set_callbacks(callback)
    before = vars(clf).copy()
    with pytest.raises(ValueError, match="only one class"):
        clf.fit(X, np.zeros(len(y)))
    assert callback.events == ["setup", "teardown"]
    assert vars(clf) == before


def test_set_callbacks_is_there_where_scikit_learn_has_callbacks(monkeypatch):
    """Meta-estimators look for it, and pass on callbacks where they find it."""
    monkeypatch.setattr("sksoftmax._sklearn.callbacks.find_spec", lambda name: None)
    assert not hasattr(classifier(), "set_callbacks")
    monkeypatch.setattr("sksoftmax._sklearn.callbacks.find_spec", lambda name: name)
    assert hasattr(classifier(), "set_callbacks")


@needs_callbacks
def test_callbacks_are_checked_and_can_be_removed(small_data):
    """By scikit-learn's own method."""
    clf = classifier()
    with pytest.raises(TypeError, match="FitCallback"):
        clf.set_callbacks(print)
    callback = Recorder()
    clf.set_callbacks(callback).set_callbacks().fit(*small_data)
    assert callback.events == []


def test_without_callbacks_there_are_no_tasks():
    """Whatever scikit-learn is there."""
    task = FitTask(classifier(), None, None, None)
    task.begin()
    task.start("iteration")
    assert not task.finish()
    assert task.after_each("iteration", dict) is None
    with task.share_with(None):
        task.end()


def interrupt_at(monkeypatch, n_evaluations):
    """Raise KeyboardInterrupt in an evaluation, as Ctrl-C would."""
    evaluate, n = Objective.__call__, 0

    def interrupted(self, parameters):
        nonlocal n
        n += 1
        if n == n_evaluations:
            raise KeyboardInterrupt
        return evaluate(self, parameters)

    monkeypatch.setattr(Objective, "__call__", interrupted)


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("n_samples", [200, 12_000])
def test_an_interrupt_keeps_the_iterate(monkeypatch, n_samples, early_stopping):
    """The interrupt goes on; the model is there, also from a subset."""
    X, y = make_classification(n_samples, 5, flip_y=0.1, random_state=0)
    validation = {"X_val": X[:100], "y_val": y[:100]} if early_stopping else {}
    interrupt_at(monkeypatch, 9)
    clf = classifier(early_stopping=early_stopping)
    with pytest.raises(KeyboardInterrupt):
        clf.fit(X, y, **validation)
    assert clf.convergence_.reason == "interrupted"
    assert 1 <= clf.n_iter_ == len(clf.loss_curve_) < 9
    assert clf.convergence_.n_evaluations >= 9
    assert clf.score(X, y) > 0.7
    first, *others = clf.coefs_
    coefs = [first * X.std(axis=0)[:, np.newaxis], *others]
    penalty = sum((W**2).sum() for W in coefs) / (2 * n_samples)
    expected = log_loss(y, clf.predict_proba(X)) + penalty  # on all rows
    assert clf.loss_ == pytest.approx(expected, rel=1e-9)


def test_an_interrupt_keeps_the_best_iterate(small_data, monkeypatch):
    """With early stopping that need not be the last one."""
    X, y = small_data
    interrupt_at(monkeypatch, 60)
    clf = classifier(alpha=0.01, tol=0, early_stopping=True, n_iter_no_change=100)
    with pytest.raises(KeyboardInterrupt):
        clf.fit(X[::2], y[::2], X_val=X[1::2], y_val=y[1::2])
    assert 0 < clf.best_iter_ < clf.n_iter_
    assert clf.best_validation_loss_ == min(clf.validation_loss_curve_)
    p = clf.predict_proba(X[1::2])
    assert log_loss(y[1::2], p) == pytest.approx(clf.best_validation_loss_, rel=1e-9)


def test_an_interrupted_fit_can_go_on(small_data, monkeypatch):
    """With warm_start, from the weights that there are."""
    clf = classifier(warm_start=True)
    with monkeypatch.context() as patch:
        interrupt_at(patch, 9)
        with pytest.raises(KeyboardInterrupt):
            clf.fit(*small_data)
    before = clf.loss_
    clf.fit(*small_data)
    assert clf.loss_curve_[0] < before
    assert clf.convergence_.reason == "tol"


def count_evaluations(monkeypatch, fit):
    """How many there are."""
    evaluate, n = Objective.__call__, 0

    def counted(self, parameters):
        nonlocal n
        n += 1
        return evaluate(self, parameters)

    with monkeypatch.context() as patch:
        patch.setattr(Objective, "__call__", counted)
        fit()
    return n


@pytest.mark.parametrize("where", ["start", "first fit", "search", "last fit"])
def test_an_interrupted_search_keeps_the_best(small_data, monkeypatch, where):
    """Of the fits that were done, or what there is of the first, or of the last."""
    X, y = small_data
    expected = classifier(alpha="auto")
    n = count_evaluations(monkeypatch, lambda: expected.fit(X, y))
    n_last = expected.convergence_.n_evaluations
    clf = classifier(alpha="auto")
    moments = {"start": 1, "first fit": 9, "search": (n - n_last) // 2}
    interrupt_at(monkeypatch, moments.get(where, n - 3))
    with pytest.raises(KeyboardInterrupt):
        clf.fit(X, y)
    if where == "start":
        assert not hasattr(clf, "coefs_")
        return
    assert clf.convergence_.reason == "interrupted"
    if where == "last fit":
        assert clf.alpha_path_ == expected.alpha_path_
        assert clf.alpha_ == expected.alpha_
        assert clf.n_iter_ < expected.n_iter_
        return
    losses = {step.alpha: step.held_out_loss for step in clf.alpha_path_}
    assert (len(losses) == 1) == (where == "first fit")
    assert losses[clf.alpha_] < np.log(np.unique(y).size)
    assert losses.keys() <= {step.alpha for step in expected.alpha_path_}
    first, *others = clf.coefs_
    coefs = [first * X.std(axis=0)[:, np.newaxis], *others]
    penalty = clf.alpha_ * sum((W**2).sum() for W in coefs) / (2 * len(y))
    loss = log_loss(y, clf.predict_proba(X)) + penalty  # on all rows
    assert clf.loss_ == pytest.approx(loss, rel=1e-9)


@pytest.mark.parametrize("n_left", [0, 1, None])
def test_an_interrupted_last_fit_is_no_worse_than_the_search(
    small_data, monkeypatch, n_left
):
    """What the search has found is kept until the fit to all rows is better."""
    X, y = small_data
    expected = classifier(alpha="auto")
    n = count_evaluations(monkeypatch, lambda: expected.fit(X, y))
    n_last = expected.convergence_.n_evaluations
    clf = classifier(alpha="auto")
    interrupt_at(monkeypatch, n - (3 if n_left is None else n_last - 1 - 2 * n_left))
    with pytest.raises(KeyboardInterrupt):
        clf.fit(X, y)
    assert clf.convergence_.reason == "interrupted"
    assert clf.alpha_ == expected.alpha_
    assert clf.loss_ < 1.3 * expected.loss_


def test_an_interrupt_between_fits_keeps_the_best(small_data, monkeypatch):
    """As in one."""
    evidence, n = AlphaSearch._evidence_of, 0

    def interrupted(*args):
        nonlocal n
        n += 1
        if n == 2:
            raise KeyboardInterrupt
        return evidence(*args)

    monkeypatch.setattr(AlphaSearch, "_evidence_of", interrupted)
    clf = classifier(alpha="auto")
    with pytest.raises(KeyboardInterrupt):
        clf.fit(*small_data)
    assert len(clf.alpha_path_) == 1
    assert clf.convergence_.reason == "interrupted"
    n = 1
    other = classifier(alpha="auto")
    with pytest.raises(KeyboardInterrupt):
        other.fit(*small_data)
    assert not hasattr(other, "coefs_")


@pytest.mark.parametrize(("where", "is_fitted"), [(40, False), (None, True)])
def test_an_interrupted_cv_keeps_the_last_fit_only(
    small_data, monkeypatch, where, is_fitted
):
    """Folds are no model."""
    clf = SoftmaxMLPClassifierCV((8,), alphas=[10, 1], cv=2, random_state=0)
    n = count_evaluations(monkeypatch, lambda: clf.fit(*small_data))
    fresh = SoftmaxMLPClassifierCV(**clf.get_params())
    last = n - clf.convergence_.n_evaluations
    interrupt_at(monkeypatch, where or last + 9)
    with pytest.raises(KeyboardInterrupt):
        fresh.fit(*small_data)
    assert hasattr(fresh, "coefs_") == hasattr(fresh, "scores_") == is_fitted
    if is_fitted:
        assert fresh.convergence_.reason == "interrupted"
        assert fresh.alpha_ == clf.alpha_
        interrupt_at(monkeypatch, last + 1)
        with pytest.raises(KeyboardInterrupt):
            fresh.fit(*small_data)
        assert fresh.n_iter_ > 1  # that of the fit before


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_ctrl_c_keeps_the_model():
    """A real signal, in a process of its own: the fit ends, a notebook has its work."""
    code = """
import signal
import numpy as np
from sksoftmax import SoftmaxMLPClassifier
signal.signal(signal.SIGINT, signal.default_int_handler)  # not so in a background job
X = np.random.default_rng(0).normal(size=(30_000, 30))
clf = SoftmaxMLPClassifier((50,), alpha=0.1, tol=0, max_iter=10**6, verbose=1)
try:
    clf.fit(X, (X[:, 0] > 0).astype(int))
except KeyboardInterrupt:
    print("interrupted", clf.score(X[:100], X[:100, 0] > 0) > 0.9, clf.n_iter_ > 0)
"""
    command = [sys.executable, "-u", "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        killer = threading.Timer(120, process.kill)
        killer.start()
        for _ in range(20):
            process.stdout.readline()
        process.send_signal(signal.SIGINT)
        *_, last = process.stdout
        killer.cancel()
    assert last == "interrupted True True\n"
    assert process.returncode == 0
