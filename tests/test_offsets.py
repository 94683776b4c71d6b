"""Columns far from 0, or near the ends of their dtype, in all that computes with them.

Every value is exact in its dtype, so that the right probabilities are those of the same
columns without the offset.
"""

import numpy as np
import pytest
from scipy.sparse import csr_array

from sksoftmax import SoftmaxMLPClassifier

OFFSETS = [
    (1e7, np.float32),
    (-1e7, np.float32),
    (3e3, np.float32),
    (1e7, np.float64),
    (1e15, np.float64),
    (0, np.float64),
]
CONTAINERS = pytest.mark.parametrize("container", [np.asarray, csr_array])


def fit(X, y, **parameters):
    parameters = {"tol": 1e-7, **parameters}
    return SoftmaxMLPClassifier((), alpha=1.0, random_state=0, **parameters).fit(X, y)


@pytest.fixture(name="steps")
def whole_numbers(rng):
    return rng.integers(-3, 4, size=(600, 3)).astype(float)


@pytest.fixture(name="y")
def labels(steps, rng):
    return np.digitize(steps @ [1.0, -1.0, 0.5] + rng.logistic(size=600), [-1, 1])


@CONTAINERS
@pytest.mark.parametrize(("offset", "dtype"), OFFSETS)
def test_predictions_are_those_without_offset(steps, y, offset, dtype, container):
    """Of fits to dense and sparse rows, for both, and in both dtypes."""
    expected = fit(steps, y).predict_proba(steps)
    X = (steps + offset).astype(dtype)
    clf = fit(container(X), y)
    for rows in (X, csr_array(X), X.astype(np.float64)):
        p = clf.predict_proba(rows)
        np.testing.assert_allclose(p, expected, atol=1e-3)
    with_weights = clf.decision_function(X) @ np.ones(3)
    assert np.isfinite(with_weights).all()


@pytest.mark.parametrize(("offset", "dtype"), OFFSETS)
def test_training_computes_what_prediction_does(steps, y, offset, dtype):
    """Validation data, a warm start and the loss itself know the origin as well."""
    X = (steps + offset).astype(dtype)
    clf = fit(X, y, early_stopping=True, validation_fraction=0.5)
    given = SoftmaxMLPClassifier((), alpha=1.0, early_stopping=True)
    given.fit(X, y, X_val=X, y_val=y)
    log_loss = -given.predict_log_proba(X)[np.arange(600), y].mean()
    assert given.best_validation_loss_ == pytest.approx(log_loss, abs=1e-4)
    assert clf.score(X, y) > 0.6

    warm = fit(X, y, warm_start=True)
    loss = warm.loss_
    warm.fit(X[:500], y[:500])  # other moments
    assert warm.loss_curve_[0] == pytest.approx(loss, rel=0.05)
    assert warm.n_iter_ < 20


@pytest.mark.parametrize(("offset", "dtype"), OFFSETS)
def test_conversion_keeps_the_origin(steps, y, offset, dtype):
    """MLPClassifier adds up products in float64, or can't: then that is said."""
    X = (steps + offset).astype(dtype)
    clf = fit(X, y)
    if offset < 1e10:
        p = clf.to_sklearn().predict_proba(X)
        np.testing.assert_allclose(p, clf.predict_proba(X), atol=1e-4)
    else:
        with pytest.raises(ValueError, match=r"column 0, about 1e\+15, are too far"):
            clf.to_sklearn()


@pytest.mark.filterwarnings("ignore:float32 rounds the values of column 0")
@pytest.mark.parametrize(("offset", "dtype"), OFFSETS)
def test_onnx_keeps_the_origin(steps, y, offset, dtype):
    """In float32 as well, unless that can't tell the values apart."""
    runtime = pytest.importorskip("onnxruntime")
    skl2onnx = pytest.importorskip("skl2onnx")
    pytest.importorskip("sksoftmax.onnx")
    X = (steps + offset).astype(dtype)
    clf = fit(X, y)
    for inputs in (np.float32, np.float64):
        rows = X.astype(inputs)
        if offset > 1e10 and inputs is np.float32:
            with pytest.raises(ValueError, match=r"float32 can't tell .* column 0"):
                skl2onnx.to_onnx(clf, rows[:1])
            continue
        model = skl2onnx.to_onnx(clf, rows[:1], options={"zipmap": False})
        session = runtime.InferenceSession(model.SerializeToString())
        p = session.run(None, {"X": rows})[1]
        np.testing.assert_allclose(p, clf.predict_proba(X), atol=1e-3)


@pytest.mark.filterwarnings("ignore:float32 rounds the values of column 0")
@pytest.mark.parametrize(("offset", "dtype"), OFFSETS[:4])
def test_gaps_that_are_new_are_the_mean(steps, y, offset, dtype):
    """Which far from 0 is no number of the dtype."""
    runtime = pytest.importorskip("onnxruntime")
    skl2onnx = pytest.importorskip("skl2onnx")
    pytest.importorskip("sksoftmax.onnx")
    gaps = np.where(np.arange(600)[:, np.newaxis] % 3 == np.arange(3), np.nan, steps)
    expected = fit(steps, y).predict_proba(gaps)
    clf = fit((steps + offset).astype(dtype), y)
    X = (gaps + offset).astype(dtype)
    np.testing.assert_allclose(clf.predict_proba(X), expected, atol=1e-3)
    rows = X.astype(np.float32)
    model = skl2onnx.to_onnx(clf, rows[:1], options={"zipmap": False})
    session = runtime.InferenceSession(model.SerializeToString())
    p = session.run(None, {"X": rows})[1]
    np.testing.assert_allclose(p, expected, atol=1e-3)


@pytest.mark.parametrize("offset", [0, 5, 1e4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_that_are_changed_count(steps, y, offset, dtype):
    """An intercept moved by a prior, or coefficients, far from 0 as near it."""
    X = (steps + offset).astype(dtype)
    clf = fit(X, y)
    clf.intercepts_[0] = clf.intercepts_[0] + np.array([0, 3, 0], dtype)
    clf.coefs_[0] = clf.coefs_[0] / 2
    logits = X.astype(float) @ clf.coefs_[0].astype(float) + clf.intercepts_[0]
    atol = 100 * np.finfo(dtype).eps * (1 + offset)
    np.testing.assert_allclose(clf.decision_function(X), logits, atol=atol)


@pytest.mark.parametrize("unit", [1e-300, 1e300])
def test_units_near_the_ends_of_float64(steps, y, unit):
    """Columns of such sizes are as any other."""
    expected = fit(steps, y).predict_proba(steps)
    p = fit(steps * unit, y).predict_proba(steps * unit)
    np.testing.assert_allclose(p, expected, atol=1e-5)


def test_units_that_no_coefficient_undoes_are_named(steps, y):
    """Before any work: the column and its size."""
    X = steps.copy()
    X[:, 1] *= 1e-310
    with pytest.raises(ValueError, match=r"column 1 by .*e-310, too little"):
        fit(X, y)
    assert fit(X, y, standardize=False).score(X, y) > 0.5


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_callers_floating_point_errors_do_not_count(steps, y, dtype):
    """Under `np.seterr(all="raise")` fits and predictions are the same bits."""
    X = (steps * 1e-30).astype(dtype)
    weights = np.where(np.arange(600) % 2, 1e-300, 1.0)
    parameters = {"alpha": "auto", "random_state": 0}
    clf = SoftmaxMLPClassifier((5,), **parameters).fit(X, y, weights)
    expected = clf.predict_proba(X)
    with np.errstate(all="raise"):
        same = SoftmaxMLPClassifier((5,), **parameters).fit(X, y, weights)
        np.testing.assert_array_equal(same.predict_proba(X), expected)
