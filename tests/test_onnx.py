"""Export to ONNX: onnxruntime computes what the classifier does."""

import re

import numpy as np
import pytest
from libraries import Library, dispatch, needs_new, places
from scipy.sparse import csr_array
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import VotingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, MinMaxScaler

from sksoftmax import ColumnEncoder, SoftmaxMLPClassifier, SoftmaxMLPClassifierCV
from sksoftmax._network.activations import ACTIVATIONS

skl2onnx = pytest.importorskip("skl2onnx")
onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("sksoftmax.onnx")
pd = pytest.importorskip("pandas")

from skl2onnx.common.data_types import (  # noqa: E402
    DoubleTensorType,
    FloatTensorType,
    Int32TensorType,
    Int64TensorType,
    StringTensorType,
    UInt32TensorType,
)

# What is exported need not be a minimum: with so small an alpha some take long.
pytestmark = pytest.mark.filterwarnings("ignore:L-BFGS stopped before the loss settled")


def run(model, X, of=None, **options):
    """Outputs of the exported model, computed by onnxruntime."""
    last = getattr(model, "_final_estimator", model)
    options = {"zipmap": False, **options}
    options = options if of == "all" else {of or id(last): options}
    exported = skl2onnx.to_onnx(model, X[:1], options=options)
    session = onnxruntime.InferenceSession(exported.SerializeToString())
    return session.run(None, {"X": X})


def fit(X, y, activation="relu", hidden_layer_sizes=(7, 5)):
    clf = SoftmaxMLPClassifier(
        hidden_layer_sizes, activation, alpha=0.01, random_state=0
    )
    return clf.fit(X, y)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_activation(small_data, activation, dtype):
    """Labels are equal, probabilities to 1e-5 in float32, 1e-12 in float64."""
    X, y = small_data
    X = X.astype(dtype)
    clf = fit(X, y, activation)
    labels, p = run(clf, X)
    assert p.dtype == dtype
    tol = 1e-5 if dtype == "float32" else 1e-12
    np.testing.assert_allclose(p, clf.predict_proba(X), rtol=0, atol=tol)
    np.testing.assert_array_equal(labels, clf.predict(X))
    assert np.ptp(p[:, 0]) > 0.1, "a network that says something"


@pytest.mark.parametrize(
    ("hidden_layer_sizes", "activation"), [((), "relu"), ((4, 3), ["silu", "elu"])]
)
def test_other_depths(small_data, hidden_layer_sizes, activation):
    """No hidden layer, and layers of different activations, are converted too."""
    X, y = small_data
    X = X.astype("float32")
    clf = fit(X, y, activation, hidden_layer_sizes)
    np.testing.assert_allclose(run(clf, X)[1], clf.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize(
    "names",
    [
        [3, 5, 9],
        np.array([0, 1, 2], np.int8),
        [1.0, 2.0, 4.0],
        ["ä", "b", "cc"],
        np.array(["x", "y", "z"], object),
    ],
    ids=["int", "int8", "float", "str", "object"],
)
def test_labels_of_all_kinds(rng, names):
    """Labels come back as integers or strings, equal to predict's."""
    X = rng.normal(size=(60, 3)).astype("float32")
    y = np.asarray(names)[X.argmax(axis=1)]
    clf = fit(X, y)
    labels = run(clf, X)[0]
    assert labels.tolist() == clf.predict(X).tolist()
    assert set(labels) == set(names)


def test_boolean_labels_are_zero_and_one(rng):
    """ONNX's classifiers have no booleans."""
    X = rng.normal(size=(60, 3)).astype("float32")
    clf = fit(X, X[:, 0] > 0)
    np.testing.assert_array_equal(run(clf, X)[0], clf.predict(X).astype(int))


@pytest.mark.parametrize(
    ("names", "named"),
    [
        (np.array([1, 2**63], np.uint64), "np.uint64(9223372036854775808)"),
        (np.array(["2020-01-01", "2021-01-01"], "datetime64[ns]"), "np.datetime64("),
        (np.array([1, 2], "timedelta64[ns]"), "np.timedelta64(1,'ns')"),
    ],
    ids=["uint64", "date", "duration"],
)
@pytest.mark.parametrize("zipmap", [True, False, "columns"])
def test_labels_that_onnx_has_not_are_refused(rng, names, named, zipmap):
    """Whatever the options, by their name; codes do instead."""
    X = rng.normal(size=(60, 3)).astype("float32")
    clf = fit(X, names[(X[:, 0] > 0).astype(int)])
    text = re.escape(f"SoftmaxMLPClassifier has {named}")
    with pytest.raises(ValueError, match=rf'{text}.* options=\{{"nocl": True\}}'):
        run(clf, X, zipmap=zipmap)
    codes = run(clf, X, nocl=True)[0]
    np.testing.assert_array_equal(clf.classes_[codes], clf.predict(X))


def test_labels_are_not_rounded(rng):
    """Numbers that are not whole are no labels of ONNX; the largest of int64 is."""
    X = rng.normal(size=(60, 3)).astype("float32")
    names = np.array([-(2**63), 2**63 - 1])
    clf = fit(X, names[(X[:, 0] > 0).astype(int)])
    np.testing.assert_array_equal(run(clf, X)[0], clf.predict(X))
    clf.classes_ = np.array([0.5, 1.0])
    with pytest.raises(ValueError, match=r"SoftmaxMLPClassifier has np\.float64\(0\.5"):
        run(clf, X)


def test_alpha_chosen_by_cross_validation(small_data):
    """The estimator with cross-validation is converted as the one without."""
    X, y = small_data
    X = X.astype("float32")
    clf = SoftmaxMLPClassifierCV((4,), alphas=[1, 0.1], cv=2, random_state=0)
    labels, p = run(clf.fit(X, y), X)
    np.testing.assert_allclose(p, clf.predict_proba(X), rtol=0, atol=1e-5)
    np.testing.assert_array_equal(labels, clf.predict(X))


def test_pipeline(small_data):
    """Behind a scaler, in the same graph."""
    X, y = small_data
    X = X.astype("float32")
    model = make_pipeline(MinMaxScaler(), fit(X, y)).fit(X, y)
    labels, p = run(model, X)
    np.testing.assert_allclose(p, model.predict_proba(X), rtol=0, atol=1e-5)
    np.testing.assert_array_equal(labels, model.predict(X))


def test_integers_are_computed_in_float32(small_data):
    """An export for integer features."""
    X, y = small_data
    X = X.astype(np.int64)
    clf = fit(X, y)
    p = run(clf, X)[1]
    assert p.dtype == np.float32
    np.testing.assert_allclose(p, clf.predict_proba(X), rtol=0, atol=1e-5)


def test_logits(small_data):
    """raw_scores=True: the logits, of two classes minus and plus the log-odds."""
    X, y = small_data
    clf = fit(X, y)
    expected = clf.decision_function(X)
    if expected.ndim == 1:
        expected = np.stack([-expected, expected], axis=1)
    logits = run(clf, X, raw_scores=True)[1]
    np.testing.assert_allclose(logits, expected, atol=1e-10)


def test_calibrated(small_data):
    """skl2onnx calibrates the scores that scikit-learn does, also of two classes."""
    X, y = small_data
    clf = SoftmaxMLPClassifier((4,), alpha=1, random_state=0)
    model = CalibratedClassifierCV(clf, cv=2).fit(X, y)
    labels, p = run(model, X)
    np.testing.assert_allclose(p, model.predict_proba(X), rtol=0, atol=1e-10)
    np.testing.assert_array_equal(labels, model.predict(X))


def test_usual_options_of_classifiers(rng):
    """zipmap, output_class_labels and nocl do what they do in skl2onnx."""
    X = rng.normal(size=(60, 3)).astype("float32")
    y = np.array(["ant", "bee", "cow"])[X.argmax(axis=1)]
    clf = fit(X, y)
    p = clf.predict_proba(X)
    by_name = run(clf, X, zipmap=True)[1]
    np.testing.assert_allclose([row["bee"] for row in by_name], p[:, 1], atol=1e-5)
    columns = run(clf, X, zipmap="columns")
    np.testing.assert_allclose(np.stack(columns[1:], axis=1), p, atol=1e-5)
    assert run(clf, X, output_class_labels=True)[2].tolist() == ["ant", "bee", "cow"]
    codes = run(clf, X, nocl=True)[0]
    np.testing.assert_array_equal(clf.classes_[codes], clf.predict(X))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_parts_of_columns(small_data, dtype):
    """Inside the classifier, and as the first step of what to_sklearn gives."""
    X, y = small_data
    X = X.astype(dtype)
    clf = SoftmaxMLPClassifier((7,), alpha=0.1, encoding="piecewise", random_state=0)
    p = clf.fit(X, y).predict_proba(X)
    tol = 1e-5 if dtype == "float32" else 1e-12
    np.testing.assert_allclose(run(clf, X)[1], p, rtol=0, atol=tol)
    np.testing.assert_allclose(run(clf.to_sklearn(), X)[1], p, rtol=0, atol=1e-5)


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_encoder_alone(rng, encoding, dtype):
    """Its inputs are those of transform, in the dtype of X."""
    X = rng.normal(size=(50, 3)).astype(dtype)
    encoder = ColumnEncoder(encoding).fit(X)
    exported = skl2onnx.to_onnx(encoder, X[:1])
    session = onnxruntime.InferenceSession(exported.SerializeToString())
    (inputs,) = session.run(None, {"X": X})
    assert inputs.dtype == dtype
    np.testing.assert_allclose(inputs, encoder.transform(X), rtol=1e-6)


def test_an_encoder_of_integers(rng):
    """Is computed in float32, as a classifier is."""
    X = rng.integers(9, size=(50, 3))
    encoder = ColumnEncoder().fit(X)
    exported = skl2onnx.to_onnx(encoder, X[:1])
    session = onnxruntime.InferenceSession(exported.SerializeToString())
    (inputs,) = session.run(None, {"X": X})
    assert inputs.dtype == np.float32
    np.testing.assert_array_equal(inputs, encoder.transform(X))


@pytest.mark.filterwarnings("ignore:float32 rounds the values of column 0")
def test_float32_has_starts_that_are_none_of_its_numbers(rng):
    """What they are rounded by is subtracted, too."""
    X = 1e5 + rng.normal(size=(300, 2))
    clf = SoftmaxMLPClassifier((), alpha=0.1, encoding="piecewise")
    clf.fit(X, np.digitize(X[:, 0] - 1e5, [-0.5, 0.5]) % 2)
    rows = X.astype("float32")
    p = clf.predict_proba(rows.astype(float))
    np.testing.assert_allclose(run(clf, rows)[1], p, atol=1e-5)


def test_parts_that_overflow_float32_are_refused(rng):
    """They would be NaN there."""
    X = rng.normal(size=(200, 1))
    clf = SoftmaxMLPClassifier((), alpha=1, encoding="piecewise")
    clf.fit(1e100 * X, np.digitize(X[:, 0], [-0.5, 0.5]) % 2)
    with pytest.raises(ValueError, match="float32 can't tell the values of column 0"):
        skl2onnx.to_onnx(clf, X[:1].astype("float32"))


@pytest.fixture
def all_raise():
    with np.errstate(all="raise"):
        yield


def units(rng, unit, mean=0):
    """Small integers in that unit, and labels."""
    X = rng.integers(-3, 4, size=(300, 2)) + float(mean)
    y = X[:, 0] - mean > rng.logistic(size=300)
    return X * unit, y


@pytest.mark.parametrize("unit", [1e-40, 1e-60])
@pytest.mark.parametrize("mean", [0, 100])
@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
@pytest.mark.usefixtures("all_raise")
def test_weights_that_overflow_float32_are_refused(rng, unit, mean, encoding):
    """Those of columns in a small unit, with a remedy, and with no other warning."""
    X, y = units(rng, unit, mean)
    clf = SoftmaxMLPClassifier((), alpha=1, encoding=encoding).fit(X, y)
    message = (
        r"^float32 can't hold the weights of column 0, about \S+e\+\d\d\. Convert with "
        "DoubleTensorType inputs, or multiply the column by a constant before the fit"
    )
    float32 = [("X", FloatTensorType([None, 2]))]
    with pytest.raises(ValueError, match=message):
        skl2onnx.to_onnx(clf, initial_types=float32)
    np.testing.assert_allclose(run(clf, X)[1], clf.predict_proba(X), atol=1e-12)


@pytest.mark.parametrize("unit", [1e38, 1e300])
@pytest.mark.parametrize(
    ("encoding", "mean", "has_gaps"),
    [("linear", 100, False), ("piecewise", 0, True), ("piecewise", 100, False)],
)
@pytest.mark.usefixtures("all_raise")
def test_columns_that_overflow_float32_are_refused(rng, unit, encoding, mean, has_gaps):
    """By whatever is subtracted from them, is their bound, or fills their gaps."""
    X, y = units(rng, unit, mean)
    if has_gaps:
        X[::9, 0] = np.nan
    clf = SoftmaxMLPClassifier((), alpha=1, encoding=encoding).fit(X, y)
    message = (
        r"^float32 can't tell the values of column [01] apart, about \S+\. Convert "
        "with DoubleTensorType inputs, or divide the column by a constant before the "
        "fit"
    )
    float32 = [("X", FloatTensorType([None, 2]))]
    models = [clf] if encoding == "linear" else [clf, clf.encoder_]
    for model in models:
        with pytest.raises(ValueError, match=message):
            skl2onnx.to_onnx(model, initial_types=float32)
    np.testing.assert_allclose(run(clf, X)[1], clf.predict_proba(X), atol=1e-12)


@pytest.mark.usefixtures("all_raise")
def test_numbers_that_float32_has_just_are_converted(rng):
    """In units from 1e-38 to 1e38, without a warning."""
    for unit in (1e-38, 1e-30, 1e30, 1e38):
        X, y = units(rng, unit)
        clf = SoftmaxMLPClassifier((), alpha=1).fit(X, y)
        with np.errstate(under="ignore"):
            rows = X.astype(np.float32)
        np.testing.assert_allclose(run(clf, rows)[1], clf.predict_proba(X), atol=1e-5)


def test_weights_between_layers_that_overflow_float32_are_refused(rng):
    """As users may have set them."""
    X, y = units(rng, 1)
    clf = SoftmaxMLPClassifier((3,), alpha=1, random_state=0).fit(X, y)
    clf.coefs_[1] = 1e39 * clf.coefs_[1]
    message = "^float32 can't hold all weights between the layers. Convert with Double"
    with pytest.raises(ValueError, match=message):
        run(clf, X.astype(np.float32))


def test_parts_that_float32_cannot_tell_apart_are_refused():
    """A column in float64 far from zero, with its name."""
    X = 1e9 + np.arange(200.0)[:, np.newaxis]
    clf = SoftmaxMLPClassifier((), alpha=1e-3, encoding="piecewise")
    clf.fit(X, np.arange(200) // 25 % 2)
    with pytest.raises(ValueError, match=r"float32 can't tell the values of column 0"):
        skl2onnx.to_onnx(clf, X[:1].astype("float32"))
    p = run(clf, X)[1]
    np.testing.assert_allclose(p, clf.predict_proba(X), atol=1e-12)


def test_rounding_that_probabilities_show_is_told(rng):
    """Of float64 by float32; what was fitted in float32 was rounded then."""
    X = 1e6 + 0.5 * rng.normal(size=(300, 2))
    y = (X[:, 0] > 1e6).astype(int)
    message = r"^float32 rounds the values of column 0, about 1e\+06, to steps .* 0\.\d"
    for dtype in (np.float32, np.float64):
        clf = SoftmaxMLPClassifier((4,), alpha=0.1, random_state=0)
        clf.fit(X.astype(dtype), y)
        if dtype == np.float32:
            run(clf, X.astype(dtype))  # without a warning, as in float64
            continue
        run(clf, X)
        with pytest.warns(UserWarning, match=message):
            run(clf, X.astype(np.float32))
        run(clf.fit(X - 999_990, y), (X - 999_990).astype(np.float32))


def of_columns(model, X, types):
    """Outputs where each column is an input of its own."""
    initial_types = [(name, types[name]([None, 1])) for name in X]
    options = {id(model): {"zipmap": False}}
    exported = skl2onnx.to_onnx(
        model,
        initial_types=initial_types,
        options=None if isinstance(model, ColumnEncoder) else options,
    )
    session = onnxruntime.InferenceSession(exported.SerializeToString())
    dtypes = {"String": object, "Double": np.float64, "Float": np.float32}
    dtypes |= {"Int32": np.int32, "Int64": np.int64, "UInt32": np.uint32}
    columns = {}
    for name in X:
        column = X[[name]].to_numpy(object, copy=True)
        is_text = types[name] is StringTensorType
        column[column != column] = "" if is_text else np.nan
        dtype = dtypes[types[name].__name__.removesuffix("TensorType")]
        columns[name] = column.astype(dtype)
    return session.run(None, columns)


def raw_table(rng, n=300):
    X = pd.DataFrame(
        {
            "colour": rng.choice(["red", "green", "blue"], n).astype(object),
            "size": rng.normal(size=n),
            "grade": rng.choice([2.0, 3, 5, np.nan], n),
        }
    )
    y = (X["colour"] == "red") ^ (X["size"] > 0)
    X.loc[rng.random(n) < 0.2, ["colour"]] = np.nan
    X.loc[rng.random(n) < 0.2, ["size"]] = np.nan
    return X.astype({"grade": "category"}), np.where(y, "yes", "no")


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
@pytest.mark.parametrize("number", [DoubleTensorType, FloatTensorType])
def test_raw_tables(rng, encoding, number):
    """Gaps and categories, of strings and of numbers, known and unknown ones."""
    X, y = raw_table(rng)
    clf = SoftmaxMLPClassifier((5,), alpha=0.1, encoding=encoding, random_state=0)
    clf.fit(X, y)
    X = X.astype({"grade": float})
    X.loc[:9, ["colour", "grade"]] = ["pink", 4]
    types = {"colour": StringTensorType, "size": number, "grade": number}
    tol = 1e-12 if number is DoubleTensorType else 1e-5
    labels, p = of_columns(clf, X, types)
    np.testing.assert_allclose(p, clf.predict_proba(X), rtol=0, atol=tol)
    np.testing.assert_array_equal(labels, clf.predict(X))
    (inputs,) = of_columns(clf.encoder_, X, types)
    np.testing.assert_allclose(inputs, clf.encoder_.transform(X), atol=tol)


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
def test_gaps_alone(rng, encoding):
    """Those of the training data, and those that are first met."""
    X = rng.normal(size=(200, 2))
    y = X[:, 0] > 0
    X[:50, 1] = np.nan
    clf = SoftmaxMLPClassifier((5,), alpha=0.1, encoding=encoding, random_state=0)
    for columns in ([0, 1], [0]):
        clf.fit(X[:, columns], y)
        rows = X[:, columns].copy()
        rows[10:20, 0] = np.nan
        np.testing.assert_allclose(run(clf, rows)[1], clf.predict_proba(rows))
        exported = skl2onnx.to_onnx(clf.encoder_, rows[:1])
        session = onnxruntime.InferenceSession(exported.SerializeToString())
        (inputs,) = session.run(None, {"X": rows})
        np.testing.assert_allclose(inputs, clf.encoder_.transform(rows))


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_number_is_a_gap(rng, encoding, dtype):
    """Small integers, negative ones too, in a column that has gaps beside them."""
    X = rng.integers(-3, 4, size=(300, 2)).astype(dtype)
    y = X[:, 0] > rng.logistic(size=300)
    X[::9, 0] = np.nan
    clf = SoftmaxMLPClassifier((), alpha=1, encoding=encoding).fit(X, y)
    np.testing.assert_allclose(run(clf, X)[1], clf.predict_proba(X), atol=1e-5)
    encoder = ColumnEncoder(encoding).fit(X)
    exported = skl2onnx.to_onnx(encoder, X[:1])
    session = onnxruntime.InferenceSession(exported.SerializeToString())
    np.testing.assert_array_equal(session.run(None, {"X": X})[0], encoder.transform(X))


def test_codes_in_an_array(rng):
    """Rare ones share a level, which unknown ones are of."""
    X = np.column_stack([rng.integers(0, 4, 300), rng.normal(size=300)])
    X[:3, 0] = [7, 8, 9]
    clf = SoftmaxMLPClassifier(
        (5,), alpha=0.1, categorical_features=[0], max_categories=5, random_state=0
    )
    clf.fit(X, (X[:, 0] > 1) ^ (X[:, 1] > 0))
    assert "x0_infrequent_sklearn" in clf.encoder_.get_feature_names_out()
    X[3:6, 0] = [11, -1, np.nan]
    np.testing.assert_allclose(run(clf, X)[1], clf.predict_proba(X))


@pytest.mark.parametrize("types", [Int32TensorType, Int64TensorType, DoubleTensorType])
def test_large_codes_are_told_apart(rng, types):
    """Numbers of customers, which the float32 of all else could not."""
    X = np.column_stack(
        [rng.choice([2_000_000_011, 2_000_000_012, 7], 200), np.ones(200)]
    )
    X[:, 1] = rng.normal(size=200)
    y = (X[:, 0] == 2_000_000_012) ^ (X[:, 1] > 1)
    clf = SoftmaxMLPClassifier(
        (5,), alpha=1.0, categorical_features=[0], random_state=0
    )
    clf.fit(X, y)
    code, number = ("code", types([None, 1])), ("number", FloatTensorType([None, 1]))
    options = {"options": {id(clf): {"zipmap": False}}}
    exported = skl2onnx.to_onnx(clf, initial_types=[code, number], **options)
    session = onnxruntime.InferenceSession(exported.SerializeToString())
    X[:5, 0] = 2_000_000_013  # unknown
    dtype = {"Int32": np.int32, "Int64": np.int64}.get(types.__name__[:5], np.float64)
    columns = {"code": X[:, :1].astype(dtype), "number": X[:, 1:].astype(np.float32)}
    found = session.run(None, columns)[1]
    np.testing.assert_allclose(found, clf.predict_proba(X), atol=1e-5)
    code = ("code", FloatTensorType([None, 1]))
    with pytest.raises(
        ValueError, match="float32 can't tell the categories of column 0"
    ):
        skl2onnx.to_onnx(clf, initial_types=[code, number], **options)


def test_an_empty_string_may_be_a_category():
    """Then it is no gap."""
    X = pd.DataFrame({"a": ["", "b", "", "b", "c"] * 20})
    clf = SoftmaxMLPClassifier((), alpha=0.1).fit(X, X["a"] == "")
    _, p = of_columns(clf, X, {"a": StringTensorType})
    np.testing.assert_allclose(p, clf.predict_proba(X), atol=1e-5)
    assert p[0, 1] > 0.9


@pytest.mark.parametrize(
    ("types", "message"),
    [
        ([FloatTensorType] * 3, "column 'colour' holds strings; .* input of numbers"),
        ([StringTensorType] * 3, "column 'size' holds numbers; .* input of strings"),
        (
            [StringTensorType, FloatTensorType, StringTensorType],
            "column 'grade' holds numbers; .* input of strings",
        ),
    ],
    ids=["colour", "size", "grade"],
)
def test_inputs_of_the_wrong_kind_are_named(rng, types, message):
    """By their column."""
    X, y = raw_table(rng)
    clf = SoftmaxMLPClassifier((), alpha=0.1).fit(X, y)
    with pytest.raises(ValueError, match=message):
        of_columns(clf, X.astype({"grade": float}), dict(zip(X, types, strict=True)))


@pytest.mark.parametrize("grades", [FloatTensorType, DoubleTensorType])
@pytest.mark.parametrize("sizes", [FloatTensorType, DoubleTensorType])
def test_categories_are_compared_as_they_are_given(rng, grades, sizes):
    """Fractions, which float32 rounds, beside numbers of either type."""
    X = pd.DataFrame({"size": rng.normal(size=300)})
    X["grade"] = pd.Categorical(rng.choice([0.1, 0.2, 0.3, np.nan], 300))
    clf = SoftmaxMLPClassifier((), alpha=1.0).fit(X, X["grade"] == 0.2)
    X = X.astype({"grade": float})
    X.loc[:9, "grade"] = 0.4  # unknown
    p = of_columns(clf, X, {"size": sizes, "grade": grades})[1]
    np.testing.assert_allclose(p, clf.predict_proba(X), rtol=0, atol=1e-5)


def test_categories_that_are_rounded_to_the_same_are_refused(rng):
    """By the type of their own input, whichever the others have."""
    X = pd.DataFrame({"size": rng.normal(size=200)})
    X["code"] = pd.Categorical(rng.choice([0.1, 0.1 + 1e-12], 200))
    clf = SoftmaxMLPClassifier((), alpha=1.0).fit(X, X["code"] == 0.1)
    types = {"size": DoubleTensorType, "code": FloatTensorType}
    with pytest.raises(ValueError, match="float32 can't tell the categories of column"):
        of_columns(clf, X.astype({"code": float}), types)
    types = {"size": FloatTensorType, "code": DoubleTensorType}
    p = of_columns(clf, X.astype({"code": float}), types)[1]
    np.testing.assert_allclose(p, clf.predict_proba(X), rtol=0, atol=1e-5)


def seconds_since_1970(rng, spread, n=300):
    X = pd.DataFrame({"size": rng.normal(size=n)})
    X["time"] = 1_700_000_000 + np.rint(spread * rng.normal(size=n)).astype(int)
    late = (X["time"] - 1_700_000_000) / spread
    return X, np.digitize(late + 0.5 * rng.normal(size=n), [-0.5, 0.5])


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
@pytest.mark.parametrize("types", [Int32TensorType, Int64TensorType, UInt32TensorType])
def test_integers_keep_their_digits(rng, encoding, types):
    """Minutes of a day, in seconds since 1970, beside a column in float32."""
    X, y = seconds_since_1970(rng, 300)
    clf = SoftmaxMLPClassifier((), alpha=1.0, encoding=encoding).fit(X, y)
    types = {"size": FloatTensorType, "time": types}
    p = of_columns(clf, X, types)[1]
    assert p.dtype == np.float32
    np.testing.assert_allclose(p, clf.predict_proba(X), rtol=0, atol=1e-5)


def test_integers_alone_keep_their_digits(rng):
    """A single input of them, which float32 could not tell apart."""
    X, y = seconds_since_1970(rng, 3)
    X = X[["time"]].to_numpy()
    clf = SoftmaxMLPClassifier((), alpha=1.0).fit(X, y)
    np.testing.assert_allclose(run(clf, X)[1], clf.predict_proba(X), atol=1e-5)
    with pytest.raises(ValueError, match=r"float32 can't tell the values of column 0"):
        run(clf, X.astype(np.float32))


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
def test_encoders_of_integers_keep_their_digits(rng, encoding):
    """Parts are in float32, which has them, and whole columns rounded to it."""
    X, _ = seconds_since_1970(rng, 300)
    encoder = ColumnEncoder(encoding).fit(X)
    types = {"size": FloatTensorType, "time": Int64TensorType}
    (inputs,) = of_columns(encoder, X, types)
    assert inputs.dtype == np.float32
    np.testing.assert_allclose(inputs, encoder.transform(X), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
def test_digits_are_those_of_the_columns_own_input(rng, encoding):
    """A column in float32 is refused by its name, also beside integers or float64."""
    X, y = seconds_since_1970(rng, 3)
    clf = SoftmaxMLPClassifier((), alpha=1.0, encoding=encoding).fit(X, y)
    for other in (Int64TensorType, DoubleTensorType):
        types = {"size": other, "time": FloatTensorType}
        message = "float32 can't tell the values of column 'time' apart, about 1.7e"
        with pytest.raises(ValueError, match=message):
            of_columns(clf, X, types)


def test_fits_to_sparse_rows_have_no_gaps(small_data):
    """What is exported takes dense rows all the same."""
    X, y = small_data
    clf = SoftmaxMLPClassifier((5,), alpha=0.1, random_state=0).fit(csr_array(X), y)
    np.testing.assert_allclose(run(clf, X)[1], clf.predict_proba(X), atol=1e-12)
    encoder = ColumnEncoder("linear").fit(csr_array(X))
    exported = skl2onnx.to_onnx(encoder, X[:1])
    session = onnxruntime.InferenceSession(exported.SerializeToString())
    np.testing.assert_array_equal(session.run(None, {"X": X})[0], X)


@needs_new
@pytest.mark.parametrize("place", places())
@pytest.mark.parametrize("names", [[3, 5, 9], ["a", "b", "c"]])
def test_what_was_fitted_on_a_device_is_exported(small_data, place, names):
    """Alone, with its options, and as a part of others."""
    library, (X, y) = Library(*place), small_data
    names = names[: len(np.unique(y))]
    X, y = X.astype("float32"), np.array(names)[y]
    with dispatch():
        rows = library(X)
        clf = SoftmaxMLPClassifier((7, 5), alpha=0.01, max_iter=15, random_state=0)
        clf.fit(rows, y if y.dtype.kind == "U" else library(y))
        expected = library.back(clf.predict_proba(rows))
    voting = VotingClassifier([("ours", clf)], voting="soft", flatten_transform=False)
    voting.estimators_, voting.classes_ = [clf], np.unique(y)
    voting.le_ = LabelEncoder().fit(y)
    models = [clf]
    if library.name != "array_api_strict":  # whose arrays have no length for skl2onnx
        models.append(voting)
    for model in models:
        labels, p = run(model, X)
        np.testing.assert_allclose(p, expected, atol=1e-5)
        np.testing.assert_array_equal(labels, clf.to_numpy().predict(X))
    logits = clf.to_numpy().decision_function(X)
    for of in (None, type(clf), "all"):
        scores = run(clf, X, of, raw_scores=True)[1]
        scores = scores[:, 1] if logits.ndim == 1 else scores
        np.testing.assert_allclose(scores, logits, rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(
        run(clf, X, nocl=True)[0], np.searchsorted(names, clf.to_numpy().predict(X))
    )
    options = {id(clf): {"raw_scores": True}}
    skl2onnx.to_onnx(clf, X[:1], options=options)
    assert options == {id(clf): {"raw_scores": True}}
    first, *_ = run(clf, X, zipmap=True)[1]
    assert [*first] == names
