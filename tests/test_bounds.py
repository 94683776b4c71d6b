"""By default a value beyond those of the training data is the nearest one of them.

Where columns are divided that is so by the parts; here they are linear.
"""

import pickle
import warnings

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.metrics import log_loss

from sksoftmax import SoftmaxMLPClassifier, SoftmaxMLPClassifierCV

KINDS = ["float64", "float32", "far", "wide", "gaps", "categories"]


def table(kind="float64", n_rows=300, seed=0):
    """Columns whose sum counts, but for the last ones, and labels."""
    rng = np.random.default_rng(seed)
    n_rows, n_columns = (40, 400) if kind == "wide" else (n_rows, 5)
    X = rng.normal(size=(n_rows, n_columns))
    y = (X[:, :3].sum(axis=1) + 0.7 * rng.normal(size=n_rows) > 0).astype(int)
    if kind == "wide":
        X += y[:, np.newaxis]
    if kind == "far":
        X += 1e9
    if kind == "gaps":
        X[::11, 1] = np.nan
    if kind == "float32":
        X = X.astype(np.float32)
    if kind == "categories":
        pd = pytest.importorskip("pandas")
        X = pd.DataFrame(X, columns=list("abcde"))
        X["f"] = np.where(np.arange(n_rows) % 3, "red", "blue")
    return X, y


def beyond(X):
    """Some rows with values beyond all others, and those with the nearest of these."""
    rows, within = X[:8].copy(), X[:8].copy()
    is_frame = hasattr(X, "iloc")
    columns = "ae" if is_frame else (0, X.shape[1] - 1)
    for n, column in enumerate(columns):
        of_one, nearest = (
            (each[column] if is_frame else each[:, column]) for each in (rows, within)
        )
        values = X[column] if is_frame else X[:, column]
        sign = (-1) ** n * np.where(np.arange(8) % 2, 1, -1)
        ends = np.where(sign < 0, values.min(), values.max())
        if is_frame:
            rows[column], within[column] = ends + sign * 1e6, ends
        else:
            of_one[:], nearest[:] = ends + sign * 1e6, ends
    return rows, within


@pytest.fixture(scope="module", name="fitted")
def of_each_kind():
    found = {}
    for kind in KINDS:
        X, y = table(kind)
        clf = SoftmaxMLPClassifier((10,), tol=0.05, random_state=0).fit(X, y)
        assert clf.encoding_ == "linear"
        found[kind] = clf, *beyond(X)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_values_far_out_are_the_nearest_known(fitted, kind):
    """In columns that tell something, and in those that do not."""
    clf, rows, within = fitted[kind]
    p = clf.predict_proba(within)
    np.testing.assert_allclose(clf.predict_proba(rows), p, rtol=1e-5)
    linear = clf.__copy__()  # the same without
    linear._bounds = None
    if linear._encoding is not None:
        widths = np.full_like(linear._encoding.widths, np.inf)
        linear._encoding = linear._encoding._replace(widths=widths)
    np.testing.assert_array_equal(linear.predict_proba(within), p)
    logits = linear.decision_function(rows)
    assert abs(logits - clf.decision_function(rows)).max() > 100


@pytest.mark.parametrize("kind", KINDS)
def test_the_encoder_and_what_others_make_of_it_have_bounds(fitted, kind):
    """`encoder_`, the pipeline of `to_sklearn`, and a pickle."""
    clf, rows, within = fitted[kind]
    p = clf.predict_proba(rows)
    inputs = clf.encoder_.transform(within)
    np.testing.assert_array_equal(clf.encoder_.transform(rows), inputs)
    atol = {"float32": 1e-5, "far": 1e-4}.get(kind, 1e-12)
    if kind != "far":  # whose digits MLPClassifier does not have
        pipeline = clf.to_sklearn()
        np.testing.assert_allclose(pipeline.predict_proba(rows), p, atol=atol)
    other = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(other.predict_proba(rows), p)


@pytest.mark.parametrize("kind", ["float64", "float32", "far"])
def test_exports_have_bounds(fitted, kind):
    """Of a classifier, and of its encoder."""
    skl2onnx = pytest.importorskip("skl2onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("sksoftmax.onnx")
    clf, rows, _ = fitted[kind]
    options = {id(clf): {"zipmap": False}}
    for model, output, expected in [
        (clf, 1, clf.predict_proba(rows)),
        (clf.encoder_, 0, clf.encoder_.transform(rows)),
    ]:
        used = options if model is clf else None
        exported = skl2onnx.to_onnx(model, rows[:1], options=used)
        session = onnxruntime.InferenceSession(exported.SerializeToString())
        found = session.run(None, {"X": rows})[output]
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)


def test_sparse_rows_are_those_that_they_are(fitted):
    """Of a network that was fitted to dense ones."""
    clf, rows, _ = fitted["float64"]
    p = clf.predict_proba(rows)
    np.testing.assert_allclose(clf.predict_proba(csr_array(rows)), p, atol=1e-12)


@pytest.mark.parametrize(
    "parameters",
    [{"encoding": "linear"}, {"alpha": 1.0}, {"standardize": False}, {"sparse": True}],
    ids=str,
)
def test_what_is_asked_to_be_linear_goes_on(parameters):
    """A number for alpha is the fit of before, and sparse rows have no bounds."""
    X, y = table()
    rows, within = beyond(X)
    as_format = csr_array if parameters.pop("sparse", False) else np.asarray
    clf = SoftmaxMLPClassifier((10,), random_state=0, **parameters).fit(as_format(X), y)
    assert clf.encoding_ == "linear"
    logits = clf.decision_function(as_format(rows))
    assert abs(logits - clf.decision_function(as_format(within))).max() > 100


def test_cross_validation_asks_for_linear_columns():
    """With "auto" it says so to the fit to all samples, as a user would."""
    X, y = table()
    rows, within = beyond(X)
    clf = SoftmaxMLPClassifierCV((10,), alphas=[10.0], encoding="auto", cv=2)
    clf.set_params(random_state=0).fit(X, y)
    assert clf.encoding_ == "linear"
    logits = clf.decision_function(rows)
    assert abs(logits - clf.decision_function(within)).max() > 100


@pytest.mark.parametrize("kind", ["float64", "far", "wide"])
def test_validation_data_are_seen_as_in_predictions(kind):
    """Their log-loss is that of `predict_proba`, whatever they hold."""
    X, y = table(kind)
    X_val, y_val = table(kind, seed=1)
    X_val[0, -1] += 1e6
    clf = SoftmaxMLPClassifier((10,), early_stopping=True, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clf.fit(X, y, X_val=X_val, y_val=y_val)
    assert clf.encoding_ == "linear"
    loss = log_loss(y_val, clf.predict_proba(X_val))
    np.testing.assert_allclose(clf.best_validation_loss_, loss, rtol=1e-6)


def test_a_warm_start_keeps_what_was_known():
    """Bounds hold the rows of both fits; a fit without bounds leaves none."""
    X, y = table()
    clf = SoftmaxMLPClassifier((10,), warm_start=True, random_state=0).fit(X, y)
    half = X / 2
    half[0, 0] = 50
    clf.fit(half, y)
    lowest, highest = X.min(axis=0), X.max(axis=0)
    highest[0] = 50
    assert clf._bounds.tolist() == [lowest.tolist(), highest.tolist()]
    assert clf.set_params(encoding="linear").fit(X, y)._bounds is None
    assert clf.set_params(encoding="auto").fit(X, y)._bounds is None


def test_a_warm_start_on_other_ranges_is_told():
    """With categories the ranges are those of the first fit."""
    X, y = table("categories")
    clf = SoftmaxMLPClassifier((10,), warm_start=True, random_state=0).fit(X, y)
    with pytest.warns(
        UserWarning, match="keeps the ranges of columns .* of column 'b'"
    ):
        clf.fit(X.assign(b=X["b"] + 9), y)
