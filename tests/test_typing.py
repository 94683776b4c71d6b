"""What users' type checkers see: these tests are run, and `nox -s lint` checks them.

mypy, in its strict mode, and pyright read this file as one of a user, who has the
package installed.
"""

from typing import Any, Literal, assert_type

import numpy as np
from numpy.typing import NDArray

from sksoftmax import (
    ColumnEncoder,
    FeatureImportancesDisplay,
    LossCurveDisplay,
    RegularizationPathDisplay,
    ReliabilityDisplay,
    SoftmaxMLPClassifier,
    SoftmaxMLPClassifierCV,
    check_gradient,
    cross_entropy,
    softmax_jacobian,
)

Floats = NDArray[np.floating[Any]]
X = np.random.default_rng(0).standard_normal((60, 3))
Y = np.where(X[:, 0] > 0, "yes", "no")


def fitted() -> SoftmaxMLPClassifier:
    return SoftmaxMLPClassifier((5,), random_state=0).fit(X, Y)


def test_a_fit_gives_the_class_that_it_is_of() -> None:
    """Whatever rows, labels and weights are in."""
    clf = SoftmaxMLPClassifier(5, ["tanh"], alpha=1, class_weight={"yes": 2.0})
    assert_type(clf.fit(X, Y), SoftmaxMLPClassifier)
    weights = [1.0] * len(X)
    assert clf.fit(X.tolist(), Y.tolist(), weights, X_val=None) is clf
    cv = SoftmaxMLPClassifierCV((5,), alphas=[1, 0.1], cv=3)
    assert_type(cv.fit(X, Y), SoftmaxMLPClassifierCV)
    assert_type(ColumnEncoder().fit(X), ColumnEncoder)


def test_predictions_are_arrays() -> None:
    """Of floats, but for labels."""
    clf = fitted()
    assert assert_type(clf.predict_proba(X), Floats).dtype.kind == "f"
    assert_type(clf.predict_log_proba(X), Floats)
    assert_type(clf.decision_function(X), Floats)
    assert assert_type(clf.predict(X), NDArray[Any]).dtype.kind == "U"


def test_fitted_attributes_are_declared() -> None:
    """With what is inside of lists and tuples."""
    clf = fitted()
    assert isinstance(assert_type(clf.alpha_, float), float)
    assert isinstance(assert_type(clf.n_iter_, int), int)
    assert isinstance(assert_type(clf.loss_curve_, list[float])[0], float)
    assert isinstance(assert_type(clf.coefs_, list[Floats])[0], np.ndarray)
    assert isinstance(assert_type(clf.classes_, NDArray[Any]), np.ndarray)
    assert isinstance(assert_type(clf.feature_importances_, Floats), np.ndarray)
    assert isinstance(assert_type(clf.convergence_.reason, str), str)
    assert isinstance(assert_type(clf.stages_[0].n_samples, int), int)
    assert isinstance(assert_type(clf.alpha_path_[0].held_out_loss, float), float)
    assert isinstance(assert_type(clf.encoder_, ColumnEncoder), ColumnEncoder)
    name: Literal["linear", "piecewise", "fine-piecewise"] = clf.encoding_
    assert isinstance(name, str)


def test_attributes_of_the_search_are_declared() -> None:
    """Those that cross-validation adds."""
    cv = SoftmaxMLPClassifierCV((5,), alphas=[1, 0.1], cv=3, random_state=0).fit(X, Y)
    assert isinstance(assert_type(cv.best_score_, float), float)
    assert assert_type(cv.scores_, Floats).shape == (3, 2)
    assert isinstance(assert_type(cv.cv_results_, dict[str, NDArray[Any]]), dict)


def test_inputs_of_the_first_layer_are_arrays() -> None:
    """What the transformer of columns gives, and their names."""
    encoder = ColumnEncoder().fit(X)
    inputs = assert_type(encoder.transform(X), Floats)
    names = assert_type(encoder.get_feature_names_out(), NDArray[np.object_])
    assert inputs.shape[1] == len(names)


def test_functions_give_floats_and_arrays() -> None:
    """Those to understand the softmax layer by."""
    loss, gradient = cross_entropy([[1.0, 2.0]], [0])
    assert isinstance(assert_type(loss, float), float)
    assert isinstance(assert_type(gradient, Floats), np.ndarray)
    assert isinstance(assert_type(softmax_jacobian([0.5, 0.5]), Floats), np.ndarray)
    assert isinstance(assert_type(check_gradient(fitted(), X, Y), float), float)


def test_displays_are_of_their_class() -> None:
    """And hold what they have drawn."""
    clf = fitted()
    loss = assert_type(LossCurveDisplay.from_estimator(clf), LossCurveDisplay)
    loss.ax_.set_title("Loss")
    path = RegularizationPathDisplay.from_estimator(clf)
    assert_type(path, RegularizationPathDisplay).line_.set_color("red")
    bars = FeatureImportancesDisplay.from_estimator(clf)
    assert_type(bars, FeatureImportancesDisplay)
    curve = ReliabilityDisplay.from_estimator(clf, X, Y, kind="per-class")
    assert assert_type(curve, ReliabilityDisplay).ece.shape == (1,)
