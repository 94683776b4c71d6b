"""X of another array library: what both classifiers make of it is what NumPy gives."""

import copy
import pickle
import subprocess
import sys
import warnings
from unittest import SkipTest

import numpy as np
import pytest
import sklearn
from libraries import IS_NEW, Library, dispatch, needs_new, places, skip_without_cuda
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.ensemble import StackingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sksoftmax._device.rows
import sksoftmax._selection.held_out
from sksoftmax import (
    ColumnEncoder,
    FeatureImportancesDisplay,
    RegularizationPathDisplay,
    ReliabilityDisplay,
    SoftmaxMLPClassifier,
    SoftmaxMLPClassifierCV,
    check_gradient,
)
from sksoftmax._device.rows import DeviceRows
from sksoftmax._features.standardization import Standardization
from sksoftmax._network.activations import ACTIVATIONS
from sksoftmax._network.parameters import ParameterLayout
from sksoftmax._rows.namespace import as_numpy
from sksoftmax._selection.inputs import encoded
from sksoftmax._training.metric import KroneckerMetric
from sksoftmax._training.objective import Objective

pytestmark = needs_new
X, y = load_iris(return_X_y=True)
WEIGHTS = np.arange(150) % 3 + 0.5
GAPS = np.where(np.random.default_rng(0).random(X.shape) < 0.1, np.nan, X)


@pytest.fixture(name="library", params=places())
def place(request):
    """A library on one of its devices."""
    return Library(*request.param)


def classifier(cls=SoftmaxMLPClassifier, **parameters):
    parameters = {"alpha": 1.0, "random_state": 0, "max_iter": 5, **parameters}
    if cls is SoftmaxMLPClassifierCV:
        parameters.pop("alpha")
        parameters |= {"alphas": [1.0, 0.1], "cv": 2}
    return cls((8,), **parameters)


def fitted(clf, *data, **validation):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return clf.fit(*data, **validation)


def there_and_here(library, clf, X, y, weights=None, **validation):
    """Fits to arrays of a library, and to the same of NumPy's."""
    with dispatch():
        there = fitted(
            clone(clf),
            library(X),
            library(y) if y.dtype.kind in "iu" else y,
            library(weights),
            **{name: library(value) for name, value in validation.items()},
        )
    X = X if library.has_float64 else X.astype(np.float32)
    return there, fitted(clone(clf), X, y, weights, **validation)


def assert_alike(library, there, here, X):
    """Predictions, to rounding."""
    atol = 1e-10 if library.has_float64 and X.dtype == np.float64 else 5e-4
    for method in ("predict_proba", "decision_function", "predict_log_proba"):
        with dispatch():
            found = getattr(there, method)(library(X))
        assert library.is_here(found)
        expected = getattr(here, method)(X)
        rtol = 0 if method == "predict_proba" else 100 * atol
        np.testing.assert_allclose(library.back(found), expected, rtol=rtol, atol=atol)


def objective(X, y, weights, activation="tanh", n_classes=3):
    features = Standardization.of(X, weights)
    return Objective(
        X,
        y,
        weights,
        layout=ParameterLayout([X.shape[1], 6, 5, n_classes]),
        activations=[ACTIVATIONS[activation]] * 2,
        alpha=0.5,
        standardization=features,
    )


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("is_weighted", [True, False])
def test_loss_and_gradient_agree(library, rng, activation, is_weighted):
    """To 1e-10, or to what float32 has; and the losses of rows."""
    weights = rng.integers(0, 3, 150) / 2 if is_weighted else None
    here = objective(X, y, weights, activation)
    rows = DeviceRows(library(X))
    if weights is not None:
        weights = weights.astype(rows.dtype)
    there = objective(rows, y, weights, activation)
    x = rng.normal(size=here.layout.n_parameters)
    atol = 1e-10 if library.has_float64 else 1e-5
    (loss, gradient), (expected, expected_gradient) = there(x), here(x)
    assert gradient.dtype == np.float64
    assert abs(loss - expected) < atol
    np.testing.assert_allclose(gradient, expected_gradient, rtol=0, atol=atol)
    assert abs(there.log_loss(x) - here.log_loss(x)) < atol
    losses = there.row_losses(x), here.row_losses(x)
    np.testing.assert_allclose(*losses, rtol=0, atol=10 * atol)
    again, same = there(x)
    assert again == loss
    np.testing.assert_array_equal(same, gradient)


@pytest.mark.parametrize("n_classes", [3, 80])
@pytest.mark.parametrize("is_weighted", [True, False])
@pytest.mark.parametrize("max_dense", [128, 4])
def test_curvature_agrees(library, rng, monkeypatch, n_classes, is_weighted, max_dense):
    """Of all labels, and of those that are drawn; whole factors, and diagonals."""
    monkeypatch.setattr(
        sys.modules["sksoftmax._training.metric"], "_max_dense", lambda _: max_dense
    )
    y = rng.integers(0, n_classes, 150)
    weights = rng.integers(0, 3, 150) / 2 if is_weighted else None
    here = objective(X, y, weights, n_classes=n_classes)
    there = objective(DeviceRows(library(X)), y, weights, n_classes=n_classes)
    x = rng.normal(size=here.layout.n_parameters)
    found, expected = (
        KroneckerMetric(one, np.random.RandomState(0)).factors(x)
        for one in (there, here)
    )
    tolerance = 1e-10 if library.has_float64 else 2e-2  # a label drawn otherwise
    for one, other in zip(
        (*found[0], *found[1]), (*expected[0], *expected[1]), strict=True
    ):
        assert one.dtype == np.float64
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("encoding", ["linear", "fine-piecewise"])
def test_the_curvature_fetches_no_rows(library, monkeypatch, encoding):
    """Where inputs are made there, their moments are, too."""
    here = encoded(objective(X, y, None), encoding)
    there = encoded(objective(DeviceRows(library(X)), y, None), encoding)
    x = np.zeros(here.layout.n_parameters)
    expected = KroneckerMetric(here, np.random.RandomState(0)).factors(x)
    monkeypatch.setattr(DeviceRows, "__getitem__", None)
    found = KroneckerMetric(there, np.random.RandomState(0)).factors(x)
    tolerance = 1e-10 if library.has_float64 else 1e-4
    np.testing.assert_allclose(found.inputs[0], expected.inputs[0], atol=tolerance)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"encoding": "piecewise"},
        {"encoding": "fine-piecewise"},
        {"standardize": False},
        {"class_weight": "balanced"},
        {"early_stopping": True},
        {"categorical_features": [1, 3]},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        (X, np.float64),
        (GAPS, np.float64),
        (X + 1000, np.float64),
        (X, np.float32),
        (GAPS, np.float32),
        (X + 1000, np.float32),
    ],
    ids=["plain", "gaps", "far", "plain-float32", "gaps-float32", "far-float32"],
)
def test_fits_agree(library, dtype, data, parameters):
    """After five iterations predictions differ by rounding."""
    if "categorical_features" in parameters:
        data = data.round()
    if "standardize" in parameters:
        data = data % 1000  # far from 0 rounding is all there is
    data = data.astype(dtype)
    there, here = there_and_here(library, classifier(**parameters), data, y)
    assert_alike(library, there, here, data)
    assert there.encoding_ == here.encoding_
    for name in ("coefs_", "intercepts_"):
        for found, expected in zip(
            getattr(there, name), getattr(here, name), strict=True
        ):
            assert library.is_here(found)
            assert library.back(found).dtype == expected.dtype
    for name in ("feature_importances_", "class_weight_"):
        assert library.is_here(getattr(there, name))
    assert library.is_here(there.classes_)
    assert there.n_iter_ == here.n_iter_


@pytest.mark.parametrize("cls", [SoftmaxMLPClassifier, SoftmaxMLPClassifierCV])
def test_weights_and_validation_data_follow(library, cls):
    """Those of the same library; the score is a number."""
    clf = classifier(cls, early_stopping=True)
    weights = np.arange(150) % 3 + 0.5
    validation = {
        "X_val": X[::3],
        "y_val": y[::3],
        "sample_weight_val": weights[::3],
    }
    there, here = there_and_here(library, clf, X, y, weights, **validation)
    assert_alike(library, there, here, X)
    with dispatch():
        if library.has_float64 or library.name == "torch":  # scikit-learn needs it
            score = there.score(library(X), library(y))
            assert isinstance(score, float)
            assert abs(score - here.score(X, y)) < 0.02


@pytest.mark.parametrize("labels", [y, y > 0, np.array(["a", "b", "c"])[y]])
def test_labels_are_predicted(library, labels):
    """Numbers there, strings in NumPy's arrays; and so are the classes."""
    with dispatch():
        clf = fitted(classifier(), library(X), labels)
        found, classes = clf.predict(library(X)), clf.classes_
    here = fitted(classifier(), X, labels)
    if labels.dtype.kind == "U":
        assert isinstance(found, np.ndarray)
        assert isinstance(classes, np.ndarray)
    else:
        assert library.is_here(found)
        assert library.is_here(classes)
        found, classes = library.back(found), library.back(classes)
    assert found.dtype == classes.dtype == here.classes_.dtype
    assert np.mean(found == here.predict(X)) > 0.99
    np.testing.assert_array_equal(classes, here.classes_)


def test_the_search_for_alpha_is_the_same(library, monkeypatch):
    """The same folds, of which two are enough, and the same choice."""
    monkeypatch.setattr(sksoftmax._selection.held_out, "_ENOUGH_ROWS", 30)
    rows, labels = X[::2, 2:], y[::2]
    clf = classifier(
        alpha="auto", encoding="linear", relevance=False, max_iter=200, tol=0.05
    )
    there, here = there_and_here(library, clf, rows, labels)
    assert there.alpha_ == here.alpha_
    assert len(there.alpha_path_) == len(here.alpha_path_)
    assert abs(there.held_out_loss_ - here.held_out_loss_) < 0.01


@pytest.mark.slow
def test_the_default_is_the_same(library, rng):
    """Steps are found, and columns that tell nothing, in float32 inputs there."""
    rows = rng.normal(size=(900, 6)).round(2)
    labels = ((rows[:, 0] > 0.3) ^ (rows[:, 1] > -0.2)).astype(int)
    clf = classifier(alpha="auto", max_iter=100)
    there, here = there_and_here(library, clf, rows, labels)
    assert there.encoding_ == here.encoding_ != "linear"
    assert len(there.alpha_path_) > 5
    assert there.held_out_loss_ < 0.2
    with dispatch():
        p = library.back(there.predict_proba(library(rows)))
    assert abs(log_loss(labels, p) - log_loss(labels, here.predict_proba(rows))) < 0.02


def test_cross_validation_agrees(library):
    """Scores are beside X, and what they are drawn from is NumPy's."""
    there, here = there_and_here(library, classifier(SoftmaxMLPClassifierCV), X, y)
    assert there.alpha_ == here.alpha_
    assert library.is_here(there.scores_)
    atol = 1e-9 if library.has_float64 else 1e-3
    np.testing.assert_allclose(library.back(there.scores_), here.scores_, atol=atol)
    assert there.encodings_.tolist() == here.encodings_.tolist()


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
@pytest.mark.parametrize("data", [X, GAPS])
def test_a_warm_start_goes_on_from_there(library, data, encoding):
    """Three and three iterations are six, as they are of NumPy's arrays."""
    clf = classifier(warm_start=True, max_iter=3, encoding=encoding)
    with dispatch():
        fitted(fitted(clf, library(data), library(y)), library(data), library(y))
    data = data if library.has_float64 else data.astype(np.float32)
    here = clone(clf)
    fitted(fitted(here, data, y), data, y)
    assert_alike(library, clf, here, data)


def test_pickles_hold_numpy(library):
    """They load where the library is not installed, and predict from NumPy's arrays."""
    with dispatch():
        clf = fitted(classifier(warm_start=True), library(X), library(y))
        p = library.back(clf.predict_proba(library(X)))
    loaded = pickle.loads(pickle.dumps(clf))
    local = clf.to_numpy()
    for other in (loaded, local):
        assert isinstance(other.coefs_[0], np.ndarray)
        assert isinstance(other.classes_, np.ndarray)
        np.testing.assert_allclose(other.predict_proba(X), p, atol=1e-4)
        assert other.to_numpy() is other
        fitted(other, X, y)  # from there
    assert library.is_here(clf.coefs_[0])
    assert library.name.encode() not in pickle.dumps(clf)


def test_a_fit_that_fails_leaves_it_as_it_was(library):
    """With its arrays where they were."""
    with dispatch():
        clf = fitted(classifier(), library(X), library(y))
        before = vars(clf).copy()
        with pytest.raises(ValueError, match="infinity"):
            clf.fit(library(np.where(X > 7, np.inf, X)), library(y))
    assert vars(clf) == before


def test_predictions_want_the_same_place(library):
    """An error names the ways out."""
    with dispatch():
        there = fitted(classifier(), library(X), library(y))
        expected = r"predict_proba\(\) must use the same namespace and the same device"
        with pytest.raises(ValueError, match=expected + ".*to_numpy"):
            there.predict_proba(X)
    with pytest.raises(ValueError, match=r"must use the same namespace.*set_config"):
        there.predict(X)


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
def test_weights_of_numpy_go_to_the_rows(library, encoding):
    """So do those of a pickle; unless the device has not their digits."""
    here = fitted(classifier(encoding=encoding), X.astype(np.float32), y)
    with dispatch():
        p = here.predict_proba(library(X.astype(np.float32)))
        assert library.is_here(p)
        expected = here.predict_proba(X.astype(np.float32))
        np.testing.assert_allclose(library.back(p), expected, atol=1e-5)
        wide = fitted(classifier(encoding=encoding), X, y)
        if library.has_float64:
            assert library.is_here(wide.predict(library(X)))
        else:
            with pytest.raises(ValueError, match=r"weights in float64, .* has none"):
                wide.predict(library(X))


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
@pytest.mark.parametrize("dtypes", [("f4", "f8"), ("f8", "f4"), ("f4", "i8")])
def test_the_wider_dtype_is_that_of_predictions(library, encoding, dtypes):
    """As of NumPy's arrays, whatever a library does with two."""
    if not library.has_float64:
        pytest.skip("there is one dtype")
    fit, given = dtypes
    with dispatch():
        clf = fitted(classifier(encoding=encoding), library(X.astype(fit)), y)
        found = library.back(clf.predict_proba(library(X.astype(given))))
    here = fitted(classifier(encoding=encoding), X.astype(fit), y)
    expected = here.predict_proba(X.astype(given))
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("cls", [SoftmaxMLPClassifier, SoftmaxMLPClassifierCV])
def test_callbacks_may_predict(library, cls):
    """After each iteration, of what they hold of X."""
    callback = pytest.importorskip("sklearn.callback")
    if not (library.has_float64 and library.name == "torch"):
        pytest.skip("scikit-learn's scorers have no log-loss of these")
    clf = classifier(cls).set_callbacks(callback.ScoringMonitor(scoring="neg_log_loss"))
    with dispatch():
        fitted(clf, library(X), library(y))
    assert library.is_here(clf.coefs_[0])


class Subclass(SoftmaxMLPClassifier):
    """A classifier that cannot be made without arguments."""

    def __init__(self, must, *, alpha=1.0, random_state=0):
        super().__init__((4,), alpha=alpha, random_state=random_state)
        self.must = must


def test_subclasses_may_have_arguments_of_their_own(library):
    """That blocks of rows are checked without."""
    with dispatch():
        clf = Subclass(3).fit(library(np.where(X > 7, np.nan, X)), library(y))
        assert library.is_here(clf.coefs_[0])
    assert clf.to_numpy().score(X, y) > 0.9


def test_a_fit_has_the_same_bits_again(library):
    """Its weights, and the losses on the way."""
    rows = np.where(X > 7, np.nan, X)
    with dispatch():
        fits = [
            fitted(classifier(encoding="piecewise"), library(rows), library(y))
            for _ in range(2)
        ]
    one, other = fits
    assert one.loss_curve_ == other.loss_curve_
    for a, b in zip(one.coefs_, other.coefs_, strict=True):
        np.testing.assert_array_equal(library.back(a), library.back(b))


@pytest.mark.parametrize("name", ["coefs_", "intercepts_"])
def test_weights_that_are_set_are_those_of_predictions(library, name):
    """Also of columns far from 0, whose first intercept is another one."""
    far = X + 1000
    with dispatch():
        clf = fitted(classifier(), library(far), library(y))
        before = library.back(clf.predict_proba(library(far)))
        of_first = getattr(clf, name)[0]
        getattr(clf, name)[0] = of_first - of_first
        p = library.back(clf.predict_proba(library(far)))
    assert abs(p - before).max() > 0.1
    expected = clf.to_numpy().predict_proba(far)
    np.testing.assert_allclose(p, expected, atol=1e-10 if library.has_float64 else 1e-3)


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_integers_that_float64_cannot_tell_apart_are_refused(library, dtype):
    """As of NumPy's arrays, with the column."""
    rows = np.zeros((20, 2), dtype)
    rows[:, 1] = 2**60 + np.arange(20)
    with dispatch(), pytest.raises(ValueError, match=r"1\.15e\+18 in column 1 that"):
        classifier().fit(library(rows), np.arange(20) % 2)


def test_copies_stay_there(library):
    """Pickles do not."""
    with dispatch():
        clf = fitted(classifier(encoding="piecewise"), library(X), library(y))
        expected = library.back(clf.predict_proba(library(X)))
        for other in (copy.copy(clf), copy.deepcopy(clf)):
            p = other.predict_proba(library(X))
            np.testing.assert_array_equal(library.back(p), expected)
    local = clf.to_numpy()
    local.coefs_[0][:] = 0  # a copy, too
    with dispatch():
        p = clf.predict_proba(library(X))
    np.testing.assert_array_equal(library.back(p), expected)


def test_labels_and_weights_of_odd_dtypes(library):
    """Of the other byte order, and of those that NumPy has not."""
    weights = library(np.ones(150))
    if library.name == "torch":
        weights = weights.to(library.xp.bfloat16)
    with dispatch():
        clf = fitted(classifier(), library(X), y.astype(">i4"), weights)
        assert library.back(clf.predict(library(X))).dtype == np.int32


def test_scipy_is_to_know(library, monkeypatch):
    """The variable is read once, which scikit-learn does not see."""
    monkeypatch.setattr(
        sksoftmax._device.rows, "logsumexp", lambda array: np.float64(0)
    )
    with dispatch(), pytest.raises(RuntimeError, match="SCIPY_ARRAY_API=1 in the"):
        classifier().fit(library(X), library(y))


def test_what_does_not_become_numpys_by_itself_is_told_so(library, monkeypatch):
    """As arrays of CuPy, which SciPy's functions would refuse."""

    def refusing(array):
        raise TypeError("Implicit conversion to a NumPy array is not allowed")

    monkeypatch.setattr(sksoftmax._device.rows, "logsumexp", refusing)
    with dispatch(), pytest.raises(RuntimeError, match="SCIPY_ARRAY_API=1"):
        classifier().fit(library(X), y)


def test_predictions_fetch_no_rows(library, monkeypatch):
    """They are on the device, and stay there."""
    with dispatch():
        clf = fitted(classifier(encoding="piecewise"), library(GAPS), library(y))
        expected = library.back(clf.predict_proba(library(GAPS)))
        monkeypatch.setattr(DeviceRows, "__getitem__", None)
        p = clf.predict_proba(library(GAPS))
    np.testing.assert_array_equal(library.back(p), expected)


def test_names_of_columns_stay_here(library):
    """Those of a frame that was fitted to, where rows without names are predicted."""
    pd = pytest.importorskip("pandas")
    here = fitted(classifier(), pd.DataFrame(X, columns=list("abcd")), y)
    rows = X if library.has_float64 else X.astype(np.float32)
    if not library.has_float64:
        here = fitted(here, pd.DataFrame(rows, columns=list("abcd")), y)
    with dispatch(), pytest.warns(UserWarning, match="feature names"):
        p = library.back(here.predict_proba(library(rows)))
    with pytest.warns(UserWarning, match="feature names"):
        np.testing.assert_allclose(p, here.predict_proba(rows), atol=1e-5)


@pytest.mark.parametrize("cls", [SoftmaxMLPClassifier, SoftmaxMLPClassifierCV])
@pytest.mark.parametrize("encoding", ["linear", "fine-piecewise"])
def test_validation_data_come_to_rows_in_numpy(library, rng, cls, encoding):
    """With their labels and weights."""
    rows = rng.normal(size=(600, 3)).astype(np.float32)
    labels = (rows[:, 0] > 0).astype(int)
    clf = classifier(cls, early_stopping=True, encoding=encoding)
    names = ("X_val", "y_val", "sample_weight_val")
    given = rows[::2], labels[::2], np.arange(300) % 2 + 1.0
    here = fitted(clone(clf), rows, labels, **dict(zip(names, given, strict=True)))
    with dispatch():
        validation = dict(zip(names, map(library, given), strict=True))
        other = fitted(clone(clf), rows, labels, **validation)
    assert isinstance(other.coefs_[0], np.ndarray)
    assert other.validation_loss_curve_ == here.validation_loss_curve_


class Particular:
    """A namespace whose functions of two arrays refuse numbers, and NaN is less."""

    def __init__(self, xp):
        self._xp = xp

    def __getattr__(self, name):
        return getattr(self._xp, name)

    def _of_two(self, name, a, b):
        assert a.dtype == b.dtype
        xp = self._xp
        result = getattr(xp, name)(a, b)
        result = xp.where(xp.isnan(a), xp.broadcast_to(b, result.shape), result)
        return xp.where(xp.isnan(b), xp.broadcast_to(a, result.shape), result)

    def maximum(self, a, b):
        return self._of_two("maximum", a, b)

    def minimum(self, a, b):
        return self._of_two("minimum", a, b)


@pytest.mark.parametrize("activation", ["relu", "softplus", "elu"])
def test_less_than_the_standard_will_do(library, monkeypatch, activation):
    """Numbers are no arrays in older versions, and gaps do not pass all devices."""
    clf = classifier(encoding="piecewise", activation=activation)
    _, here = there_and_here(library, clf, GAPS, y)
    xp = sksoftmax._rows.namespace.namespace_of(library(X))
    particular = Particular(xp)

    def namespace_of(array, of_array=sksoftmax._rows.namespace.namespace_of):
        return particular if of_array(array) is xp else of_array(array)

    for name in ("_rows.namespace", "_features.encoding", "_network.activations"):
        monkeypatch.setattr(f"sksoftmax.{name}.namespace_of", namespace_of)
    with dispatch():
        there = fitted(clone(clf), library(GAPS), library(y))
        p = library.back(there.predict_proba(library(GAPS)))
    atol = 1e-10 if library.has_float64 else 5e-4
    rows = GAPS if library.has_float64 else GAPS.astype(np.float32)
    np.testing.assert_allclose(p, here.predict_proba(rows), atol=atol)


def test_gaps_and_infinity_are_refused_there(library):
    """With the errors of NumPy's arrays."""
    with dispatch():
        clf = fitted(classifier(standardize=False), library(X), library(y))
        filled = clf.predict_proba(library(GAPS))
        assert np.isfinite(library.back(filled)).all()
        with pytest.raises(ValueError, match="Input X contains infinity"):
            clf.predict(library(np.where(X > 7, np.inf, X)))
        with pytest.raises(ValueError, match="float32 overflows: a logit"):
            fitted(classifier(), library(X.astype(np.float32)), y).predict(
                library(np.full((1, 4), 3e38, np.float32))
            )


def test_what_comes_after_takes_it(library, tmp_path):
    """Conversion to MLPClassifier, the encoder and the displays."""
    pytest.importorskip("matplotlib")
    with dispatch():
        clf = fitted(classifier(encoding="piecewise"), library(X), library(y))
        cv = fitted(classifier(SoftmaxMLPClassifierCV), library(X), library(y))
    rows = X if library.has_float64 else X.astype(np.float32)
    expected = fitted(classifier(encoding="piecewise"), rows, y)
    np.testing.assert_allclose(
        clf.to_sklearn().predict_proba(rows), expected.predict_proba(rows), atol=1e-3
    )
    assert clf.encoder_.transform(rows).shape == expected.encoder_.transform(rows).shape
    FeatureImportancesDisplay.from_estimator(clf)
    RegularizationPathDisplay.from_estimator(cv)


def test_what_does_not_run_there_is_here(library):
    """The check of a gradient, and the encoder: of rows that are fetched."""
    with dispatch():
        error = check_gradient(classifier(activation="tanh"), library(X), library(y))
        inputs = ColumnEncoder().fit(library(X)).transform(library(X))
    assert error < 1e-5
    rows = X if library.has_float64 else X.astype(np.float32)
    np.testing.assert_array_equal(inputs, ColumnEncoder().fit(rows).transform(rows))


def test_pipelines_and_grids_take_it(library):
    """As scikit-learn's own do."""
    if library.name == "array_api_strict":
        pytest.skip("scikit-learn indexes its arrays by NumPy's")
    grid = GridSearchCV(
        make_pipeline(StandardScaler(), classifier()),
        {"softmaxmlpclassifier__alpha": [0.1, 1.0]},
        cv=2,
    )
    with dispatch():
        fitted(grid, library(X), library(y))
        p = library.back(grid.predict_proba(library(X)))
    assert log_loss(y, p) < 0.4


@pytest.mark.parametrize("labels", [y, y > 1], ids=["three", "two"])
def test_estimators_of_estimators_take_it(library, labels):
    """Those that compare `classes_` with labels, too."""
    if library.name == "array_api_strict":
        pytest.skip("scikit-learn indexes its arrays by NumPy's")
    clf = classifier()
    stacked = StackingClassifier([("ours", clf)], LogisticRegression())
    with dispatch():
        data = library(X), library(labels.astype(int))
        frozen = FrozenEstimator(fitted(clone(clf), *data))
        calibrated = CalibratedClassifierCV(frozen, method="temperature")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            p = [
                cross_val_predict(clf, *data, cv=3, method="predict_proba"),
                calibrated.fit(*data).predict_proba(data[0]),
                library(stacked.fit(*data).predict_proba(data[0])),
            ]
    for one in map(library.back, p):
        assert log_loss(labels, one) < 0.5


@pytest.mark.parametrize("labels", [y, np.array(["a", "b", "c"])[y]])
def test_scorers_have_labels_beside_predictions(library, labels):
    """Strings in NumPy's arrays; scikit-learn's refuse to compare the others."""
    n_calls = []

    def accuracy(clf, X, y, sample_weight):
        predicted = clf.predict(X)
        assert library.is_here(X)
        assert library.is_here(y) == library.is_here(predicted) == (y.dtype != "<U1")
        n_calls.append(1)
        assert library.is_here(sample_weight) == library.is_here(y)
        is_right = as_numpy(y) == as_numpy(predicted)
        return float(np.average(is_right, weights=as_numpy(sample_weight)))

    clf = classifier(SoftmaxMLPClassifierCV, scoring=accuracy)
    with dispatch():
        fitted(clf, library(X), labels, library(WEIGHTS))
    assert len(n_calls) == 4
    assert clf.best_score_ > 0.8


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
@pytest.mark.parametrize("scoring", ["balanced_accuracy", "neg_log_loss", None])
def test_scorers_of_scikit_learn_take_it(library, scoring, weights):
    """And ours, which leaves out labels that a fold has not."""
    if library.name == "array_api_strict":
        pytest.skip("scikit-learn indexes its arrays by NumPy's")
    clf = classifier(SoftmaxMLPClassifierCV, scoring=scoring)
    there, here = there_and_here(library, clf, X, y, weights)
    assert abs(there.best_score_ - here.best_score_) < 1e-6
    if scoring != "balanced_accuracy":  # which takes no booleans of torch
        there, here = there_and_here(library, clf, X, y > 0, weights)
        assert abs(there.best_score_ - here.best_score_) < 1e-6


@pytest.mark.parametrize("weights", [None, WEIGHTS, WEIGHTS.tolist()])
@pytest.mark.parametrize("labels", [y, y > 0, np.array(["a", "b", "c"])[y]])
def test_labels_of_any_kind_are_scored(library, labels, weights):
    """Lists, arrays of NumPy and of the library, beside weights of any kind."""
    if not (library.has_float64 or library.name == "torch"):
        pytest.skip("scikit-learn needs float64")
    clf = fitted(classifier(), X, labels)
    expected = clf.score(X, labels, weights)
    given = [labels, labels.tolist()]
    if labels.dtype.kind != "U":
        given.append(library(labels))
    with dispatch():
        there = fitted(classifier(), library(X), labels)
        found = [there.score(library(X), one, weights) for one in given]
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_labels_that_a_device_would_round_are_refused(library):
    """Before any work, with the remedy."""
    labels = np.where(y > 0, 2.0**24 + 1, 2.0**24)
    with dispatch():
        if library.has_float64:
            clf = fitted(classifier(), library(X), labels)
            assert library.back(clf.classes_).tolist() == [2.0**24, 2.0**24 + 1]
            labels = np.where(y > 0, np.longdouble(2) ** 60 + 1, 2)
            if labels.dtype.itemsize == 8:
                return
        for cls in (SoftmaxMLPClassifier, SoftmaxMLPClassifierCV):
            with pytest.raises(ValueError, match=r"has the label .* y\.astype\(int\)"):
                classifier(cls).fit(library(X), labels)


def test_labels_of_many_digits_become_float64(library):
    """Or what the device has, as nobody but NumPy has more."""
    labels = y.astype(np.longdouble)
    with dispatch():
        clf = fitted(classifier(), library(X), labels)
        found = library.back(clf.predict(library(X)))
    assert found.dtype == (np.float64 if library.has_float64 else np.float32)
    assert np.mean(found == labels) > 0.9


def test_a_reliability_diagram_takes_it(library):
    """Labels, probabilities and classes of any library."""
    pytest.importorskip("matplotlib")
    there, here = there_and_here(library, classifier(), X, y)
    with dispatch():
        data = library(X), library(y)
        display = ReliabilityDisplay.from_estimator(
            there, *data, sample_weight=library(WEIGHTS)
        )
        of_one = ReliabilityDisplay.from_estimator(
            there, *data, kind="per-class", class_of_interest=there.classes_[1]
        )
    expected = ReliabilityDisplay.from_estimator(here, X, y, sample_weight=WEIGHTS)
    atol = 1e-9 if library.has_float64 else 0.05
    assert of_one.classes == [1]
    for found, local in zip(display.prob_true, expected.prob_true, strict=True):
        np.testing.assert_allclose(found, local, atol=atol)


def test_without_dispatch_arrays_are_converted():
    """As scikit-learn does it: those that are in this process."""
    library = Library("array_api_strict")
    clf = fitted(classifier(), library(X), library(y))
    assert isinstance(clf.coefs_[0], np.ndarray)
    assert isinstance(clf.predict(library(X)), np.ndarray)


def checks():
    """scikit-learn's own, with values compared where they can be."""
    if not IS_NEW:
        return []
    from sklearn.utils.estimator_checks import _yield_array_api_checks

    found = []
    for clf in (classifier(), classifier(SoftmaxMLPClassifierCV)):
        for check in _yield_array_api_checks(clf):
            options = check.keywords
            name = check.func.__name__
            values = name != "check_array_api_same_namespace"
            label = f"{type(clf).__name__}-{name}-" + "-".join(
                str(option) for option in options.values()
            )
            found.append(pytest.param(check, clf, values, id=label))
    return found


@pytest.mark.parametrize(("check", "clf", "has_values"), checks())
def test_checks_of_scikit_learn(check, clf, has_values):
    """Attributes and outputs are in X's namespace, and have NumPy's values."""
    skip_without_cuda(check)
    options = {"check_values": True} if has_values else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            check(type(clf).__name__, clf, **options)
        except SkipTest as reason:
            pytest.skip(str(reason))


def test_the_tag_says_so():
    """Where scikit-learn knows it."""
    tags = sklearn.utils.get_tags(classifier())
    assert tags.array_api_support


def test_no_library_is_imported_for_numpy():
    """Nor what other libraries need."""
    code = (
        "import sys, numpy as np\n"
        "from sksoftmax import SoftmaxMLPClassifier\n"
        "X = np.arange(12.0).reshape(6, 2)\n"
        "SoftmaxMLPClassifier(alpha=1).fit(X, [0, 1, 0, 1, 0, 1]).predict(X)\n"
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('array_api_compat', 'torch', 'cupy')])"
    )
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        check=True,
        text=True,
    )
    assert found.stdout.strip() == "[]"
