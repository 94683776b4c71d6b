"""The life of an estimator, in any order: what hypothesis does with it, and its model.

Whatever was done, a model predicts what it predicted after its last fit, until another
one succeeds.
"""

import pickle
import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from failing import failing
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.neural_network import MLPClassifier
from test_properties import SAME

from sksoftmax import SoftmaxMLPClassifier

PARAMETERS: dict[str, st.SearchStrategy] = {
    "hidden_layer_sizes": st.sampled_from([(), (2,), (3, 2)]),
    "activation": st.sampled_from(["relu", "tanh", "identity"]),
    "alpha": st.sampled_from([0.1, 1, 10.0, "auto"]),
    "class_weight": st.sampled_from([None, "balanced"]),
    "encoding": st.sampled_from(["auto", "linear", "piecewise"]),
    "relevance": st.booleans(),
    "standardize": st.booleans(),
    "max_iter": st.integers(1, 4),
    "early_stopping": st.booleans(),
    "warm_start": st.booleans(),
    "random_state": st.integers(0, 3),
}
WRONG_PARAMETERS = [("alpha", -1.0), ("max_iter", 0), ("activation", "step")]


class Table(NamedTuple):
    """What `fit` is given."""

    X: Any
    y: Any
    sample_weight: Any = None


rng = np.random.default_rng(0)
X, y = load_iris(return_X_y=True)
X, y = X[::5], y[::5]
GAPS = np.where(rng.random(X.shape) < 0.2, np.nan, X)
WORDS = np.array(["setosa", "versicolor", "virginica"])[y]
WEIGHTS = rng.integers(0, 4, y.size) + (np.arange(y.size) % 10 == 0)
FRAME = pd.DataFrame(X[:, :2], columns=["a", "b"]).assign(
    word=pd.Categorical(WORDS[::-1])
)
TABLES = {
    "numbers": Table(X, y),
    "float32": Table(X.astype(np.float32), y == 1),
    "sparse": Table(csr_array(X * (X > 2)), WORDS),
    "weights": Table(X, y.astype(np.int8), WEIGHTS),
    "gaps": Table(GAPS, WORDS.astype(object)),
    "categories": Table(FRAME, y),
    "lists": Table(X.tolist(), y.tolist()),
}
INFINITE = np.where(X > 7, np.inf, X)
WRONG = {
    "infinite": Table(INFINITE, y),
    "lengths": Table(X, y[1:]),
    "one class": Table(X, np.zeros(y.size)),
    "soft labels": Table(X, np.eye(3)[y]),
    "negative weights": Table(X, y, -np.ones(y.size)),
    "no rows": Table(X[:0], y[:0]),
    "dates": Table(np.full((y.size, 2), np.datetime64("2026-01-01")), y),
}


class Life(RuleBasedStateMachine):
    """One estimator, and the probabilities that its model has shown."""

    @initialize(parameters=st.fixed_dictionaries(PARAMETERS))
    def construct(self, parameters):
        self.clf = SoftmaxMLPClassifier(**parameters)
        self.parameters = parameters
        self.table = self.p = None

    @rule(change=st.sampled_from(sorted(PARAMETERS)), data=st.data())
    def set_a_parameter(self, change, data):
        self.parameters |= {change: data.draw(PARAMETERS[change])}
        self.clf.set_params(**{change: self.parameters[change]})

    @rule(name=st.sampled_from(sorted(TABLES)))
    def fit(self, name):
        table = TABLES[name]
        given = pickle.dumps(table)
        try:
            fitted = self.clf.fit(*table)
        except ValueError as error:
            if not re.search(self.what_may_be_refused(name), str(error)):
                raise
            return
        finally:
            assert pickle.dumps(table) == given
        assert fitted is self.clf
        self.table, self.name = table, name
        self.p = self.clf.predict_proba(table.X)

    def what_may_be_refused(self, name):
        refused = ["(?!)"]
        if not self.parameters["standardize"] or name == "sparse":
            refused.append("encoding='piecewise' needs")
        if self.parameters["warm_start"] and self.table:
            # It goes on with the classes, features and layers that it has.
            refused.append("warm_start")
        return "|".join(refused)

    @rule(name=st.sampled_from(sorted(WRONG)))
    def fit_to_what_is_no_table(self, name):
        with pytest.raises((TypeError, ValueError)):
            self.clf.fit(*WRONG[name])

    @rule(wrong=st.sampled_from(WRONG_PARAMETERS))
    def fit_with_a_wrong_parameter(self, wrong):
        name, value = wrong
        self.clf.set_params(**{name: value})
        with pytest.raises(ValueError, match=f"'{name}'"):
            self.clf.fit(X, y)
        self.clf.set_params(**{name: self.parameters[name]})

    @precondition(lambda self: self.table)
    @rule(place=st.integers(0, 200))
    def fit_without_memory(self, place):
        # Unless what has been set since the last fit is refused first.
        with pytest.raises((MemoryError, ValueError)) as found:
            failing(lambda: self.clf.fit(*self.table), place, MemoryError())
        if found.type is not MemoryError:
            assert re.search(self.what_may_be_refused(self.name), str(found.value))

    @precondition(lambda self: self.table)
    @rule(place=st.sampled_from(range(0, 1500, 50)))
    def interrupt_a_fit(self, place):
        """It is as before, or the best so far, which is a model like any other."""
        try:
            failing(lambda: self.clf.fit(*self.table), place, KeyboardInterrupt())
        except KeyboardInterrupt:
            p = self.clf.predict_proba(self.table.X)
            is_as_before = p.shape == self.p.shape and (p == self.p).all()
            assert is_as_before or self.clf.convergence_.reason == "interrupted"
        except ValueError as error:
            if not re.search(self.what_may_be_refused(self.name), str(error)):
                raise
            return
        else:  # it was over before
            assert self.clf.convergence_.reason != "interrupted"
        self.p = self.clf.predict_proba(self.table.X)

    @precondition(lambda self: isinstance(self.table and self.table.X, np.ndarray))
    @rule()
    def fit_with_validation_data(self):
        table = self.table
        self.clf.set_params(early_stopping=True)
        try:
            self.clf.fit(*table, X_val=table.X[:9], y_val=table.y[:9])
        except ValueError as error:
            if not re.search(self.what_may_be_refused(self.name), str(error)):
                raise
            return
        finally:
            self.clf.set_params(early_stopping=self.parameters["early_stopping"])
        # Or that of the start, which is in no curve.
        best, curve = self.clf.best_validation_loss_, self.clf.validation_loss_curve_
        assert best <= min(curve)
        self.p = self.clf.predict_proba(table.X)

    @rule()
    def go_through_a_pickle(self):
        self.clf = pickle.loads(pickle.dumps(self.clf))

    @rule()
    def be_cloned(self):
        other = clone(self.clf)
        assert other.get_params() == self.parameters | {
            name: value
            for name, value in self.clf.get_params().items()
            if name not in PARAMETERS
        }
        with pytest.raises(NotFittedError):
            other.predict(X)

    @precondition(lambda self: self.table)
    @rule()
    def go_to_sklearn(self):
        other = self.clf.to_sklearn()
        if self.table is TABLES["gaps"] and isinstance(other, MLPClassifier):
            assert self.parameters["warm_start"]  # from rows without gaps
            return
        p = other.predict_proba(self.table.X)
        assert p == pytest.approx(self.p, rel=0, abs=1e-5)

    @precondition(lambda self: isinstance(self.table and self.table.X, np.ndarray))
    @rule()
    def go_to_onnx(self):
        skl2onnx = pytest.importorskip("skl2onnx")
        onnxruntime = pytest.importorskip("onnxruntime")
        pytest.importorskip("sksoftmax.onnx")
        options = {id(self.clf): {"zipmap": False}}
        rows = self.table.X.astype(np.float32)
        model = skl2onnx.to_onnx(self.clf, rows[:1], options=options)
        session = onnxruntime.InferenceSession(model.SerializeToString())
        _, p = session.run(None, {"X": rows})
        assert p == pytest.approx(self.clf.predict_proba(rows), rel=0, abs=1e-5)

    @invariant()
    def parameters_are_the_users(self):
        for name, value in self.parameters.items():
            assert getattr(self.clf, name) is value or getattr(self.clf, name) == value

    @invariant()
    def a_model_predicts_what_it_did(self):
        if self.table is None:
            with pytest.raises(NotFittedError):
                self.clf.predict_proba(X)
            return
        rows, labels = self.table.X, np.asarray(self.table.y)
        p = self.clf.predict_proba(rows)
        assert (p == self.p).all()
        assert p.sum(axis=1) == pytest.approx(1, abs=1e-6)
        predicted = self.clf.predict(rows)
        assert predicted.dtype == self.clf.classes_.dtype == labels.dtype
        of_predicted = p[predicted[:, np.newaxis] == self.clf.classes_]
        assert of_predicted == pytest.approx(p.max(axis=1), rel=1e-6)
        assert np.isfinite(self.clf.predict_log_proba(rows)).all()


TestLife = pytest.mark.filterwarnings("ignore::UserWarning")(Life.TestCase)
TestLife.settings = settings(SAME, max_examples=40, stateful_step_count=15)
