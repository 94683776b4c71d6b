"""Bad input gets an error that names it, before any work is done or lost."""

import re
import warnings
from decimal import Decimal

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import InvalidParameterError

from sksoftmax import (
    ColumnEncoder,
    ReliabilityDisplay,
    SoftmaxMLPClassifier,
    SoftmaxMLPClassifierCV,
    cross_entropy,
)
from sksoftmax._features.encoding import ENCODINGS
from sksoftmax._network.activations import ACTIVATIONS

X = np.arange(24.0).reshape(12, 2) % 7
Y = np.repeat([0, 1, 2], 4)

# X tells next to nothing of Y.
pytestmark = pytest.mark.filterwarnings("ignore:No alpha predicts held-out samples")


def with_value(array, value):
    changed = array.astype(float)
    changed.flat[3] = value
    return changed


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"X": with_value(X, np.inf)}, "Input X contains infinity"),
        (
            {"X": csr_array(with_value(X, np.nan))},
            r"^Input X contains NaN, .* Pass X.toarray\(\) in fit and to predict.*fill",
        ),
        ({"X": X[:0], "y": Y[:0]}, "Found array with 0 sample"),
        ({"X": X[:, :0]}, "Found array with 0 feature"),
        ({"X": X[:, 0]}, "Expected 2D array, got 1D array"),
        ({"X": np.full((12, 2), "a")}, "X has 'a' in column 0, which is no number"),
        ({"X": np.full((12, 2), Decimal("sNaN"))}, "X has a signaling NaN in column 0"),
        ({"y": Y[:-1]}, "inconsistent numbers of samples"),
        ({"y": with_value(Y, np.nan)}, "Input y contains NaN"),
        ({"y": Y + 0.5}, "Unknown label type: continuous"),
        ({"y": np.eye(3)[Y]}, "y should be a 1d array, got an array of shape"),
        (
            {"y": np.full(12, "only")},
            "at least 2 classes; y has only one class: .*only",
        ),
        ({"sample_weight": with_value(Y, np.nan)}, "Input sample_weight contains NaN"),
        ({"sample_weight": with_value(Y, np.inf)}, "sample_weight contains infinity"),
        ({"sample_weight": with_value(Y, -1)}, "[Nn]egative values in .*sample_weight"),
        (
            {"sample_weight": np.zeros(12)},
            "at least one non-zero number; all of sample_weight are 0",
        ),
        ({"sample_weight": np.nan}, "sample_weight must hold finite numbers; got nan"),
        ({"sample_weight": "auto"}, "sample_weight must hold finite numbers; got auto"),
        ({"sample_weight": ["a"] * 12}, "sample_weight: could not convert string"),
        ({"sample_weight": 1 + 2j}, r"must hold finite numbers; got \(1\+2j\)"),
        ({"sample_weight": [None] * 12}, "Input sample_weight contains NaN"),
        ({"sample_weight": np.ones(11)}, "inconsistent|sample_weight.shape"),
    ],
    ids=str,
)
def test_bad_data_are_named(data, message):
    """Each kind of bad data raises a ValueError that says what is wrong."""
    clf = SoftmaxMLPClassifier()
    before = vars(clf).copy()
    with pytest.raises(ValueError, match=message):
        clf.fit(**{"X": X, "y": Y, **data})
    assert vars(clf) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hidden_layer_sizes", 0),
        ("hidden_layer_sizes", "100"),
        ("hidden_layer_sizes", 10.0),
        ("hidden_layer_sizes", None),
        ("activation", "sigmoid"),
        ("activation", None),
        ("alpha", -1e-9),
        ("alpha", np.nan),
        ("alpha", np.inf),
        ("alpha", "learnt"),
        ("standardize", "yes"),
        ("max_iter", 0),
        ("max_iter", 10.5),
        ("tol", -1.0),
        ("tol", None),
        ("warm_start", "no"),
        ("random_state", -1),
        ("random_state", "seed"),
        ("verbose", -1),
    ],
)
def test_parameters_out_of_range_are_named(name, value):
    """scikit-learn's own error names parameter, allowed values and what it got."""
    with pytest.raises(InvalidParameterError) as error:
        SoftmaxMLPClassifier(**{name: value}).fit(X, Y)
    assert f"The '{name}' parameter of SoftmaxMLPClassifier must be" in str(error.value)
    assert repr(value) in str(error.value)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"hidden_layer_sizes": (5, 0)}, "integer from 1 to .* got (5, 0)"),
        ({"hidden_layer_sizes": [2.5]}, "integer from 1 to .* got [2.5]"),
        ({"hidden_layer_sizes": 2**31}, "integer from 1 to .* got 2147483648"),
        ({"hidden_layer_sizes": True}, "integer from 1 to .* got True"),
        ({"hidden_layer_sizes": [[5]]}, "integer from 1 to .* got [[5]]"),
        ({"hidden_layer_sizes": {5}}, "integer from 1 to .* got {5}"),
        ({"hidden_layer_sizes": ["5"]}, "integer from 1 to .* got ['5']"),
        (
            {"hidden_layer_sizes": (5, 4), "activation": ["relu"]},
            "one for each of the 2 hidden layers; got 1: ['relu']",
        ),
        (
            {"activation": ["sigmoid"]},
            "names among ['elu', 'identity', .*'tanh']; got 'sigmoid'",
        ),
    ],
    ids=str,
)
def test_lists_with_bad_entries_are_named(parameters, message):
    """What scikit-learn's validation cannot see inside a list is said by ours."""
    pattern = re.escape(message).replace(r"\.\*", ".*")
    with pytest.raises(ValueError, match=pattern):
        SoftmaxMLPClassifier(**parameters).fit(X, Y)


@pytest.mark.parametrize(
    ("refit", "message"),
    [
        ({"y": np.array(["a", "b", "c"])[Y]}, "the classes of .*[0, 1, 2]; got ['a',"),
        ({"y": Y % 2}, "the classes of the previous fit, [0, 1, 2]; got [0, 1]"),
        ({"X": X[:, :1]}, "the units of its layers .*(2, 100, 3); got (1, 100, 3)"),
        ({"hidden_layer_sizes": 7}, "the units of .*(2, 100, 3); got (2, 7, 3)"),
        ({"activation": "tanh"}, "the activations of .*['relu']; got ['tanh']"),
    ],
    ids=str,
)
def test_warm_start_with_another_problem_is_refused(refit, message):
    """What has changed is named, and the old weights stay."""
    clf = SoftmaxMLPClassifier(random_state=0).fit(X, Y)
    p = clf.predict_proba(X)
    data = {"X": X, "y": Y, **{name: refit[name] for name in refit if name in "Xy"}}
    parameters = {name: refit[name] for name in refit if name not in "Xy"}
    clf.set_params(warm_start=True, **parameters)
    pattern = re.escape(message).replace(r"\.\*", ".*")
    with pytest.raises(ValueError, match=pattern):
        clf.fit(**data)
    np.testing.assert_array_equal(clf.predict_proba(X), p)


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            X[:, :1],
            "X has 1 features, but SoftmaxMLPClassifier is expecting 2 features",
        ),
        (with_value(X, -np.inf), "Input X contains infinity"),
        (csr_array(with_value(X, np.nan)), "Input X contains NaN"),
        (csr_array(with_value(X, np.inf)), "Input X contains infinity"),
        (
            with_value(X, 1e308),
            "float64 overflows: .*infinite.*, up to 1e\\+308, are .* column 1: .*scale",
        ),
    ],
    ids=["features", "dense infinity", "NaN", "infinity", "overflow"],
)
def test_bad_data_at_predict_are_named(method, data, message):
    """Prediction never returns NaN: it says what is wrong with the data."""
    clf = SoftmaxMLPClassifier(activation="identity", alpha=1, random_state=0)
    clf.fit(X / 1e3, Y)
    with pytest.raises(ValueError, match=message):
        getattr(clf, method)(data)


@pytest.mark.parametrize("hidden", [(), (10,)], ids=str)
@pytest.mark.parametrize("size", [1e100, 1e160, 1e300])
def test_huge_features_fit_as_small_ones_do(hidden, size):
    """Standardised, features of size 1e300 give the probabilities of small ones."""
    clf = SoftmaxMLPClassifier(hidden, random_state=0)
    p = clf.fit(X, Y).predict_proba(X)
    q = clf.fit(size * X, Y).predict_proba(size * X)
    np.testing.assert_allclose(q, p, atol=1e-6)


@pytest.mark.parametrize("hidden", [(), (10,)], ids=str)
@pytest.mark.parametrize("size", [1e160, 1e300])
def test_unscaled_features_that_overflow_are_named(hidden, size):
    """Without standardisation an error or a warning says to scale."""
    clf = SoftmaxMLPClassifier(hidden, standardize=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(
            (ValueError, ConvergenceWarning), match="scale the features"
        ):
            clf.fit(size * X, Y)


def test_features_that_overflow_at_the_start_are_an_error():
    """The error says what overflowed, and nothing is fitted."""
    clf = SoftmaxMLPClassifier(standardize=False, random_state=0)
    with pytest.raises(
        ValueError, match=r"float64 overflows: .*not finite.*scale the features"
    ):
        clf.fit(np.sign(X - 0.5) * 1.7e308, Y)
    assert not hasattr(clf, "coefs_")


@pytest.mark.parametrize("alpha", [1e4, 1e8, 1e12])
def test_a_large_alpha_leaves_the_shares_of_the_classes(alpha):
    """Intercepts are not penalised: there is a minimum, and it is found."""
    y = np.minimum(Y, 1)
    p = SoftmaxMLPClassifier(alpha=alpha, random_state=0).fit(X, y).predict_proba(X)
    shares = np.tile(np.bincount(y) / len(y), (len(y), 1))
    np.testing.assert_allclose(p, shares, atol=1e-3)


@pytest.mark.filterwarnings("ignore:L-BFGS stopped.*rounding errors hide it")
@pytest.mark.parametrize("alpha", [1e100, 1e308])
def test_an_alpha_beyond_reason_gives_finite_probabilities(alpha):
    """Even where the penalty's square root overflows."""
    p = SoftmaxMLPClassifier(alpha=alpha, random_state=0).fit(X, Y).predict_proba(X)
    np.testing.assert_allclose(p.sum(axis=1), 1)


def test_the_users_numpy_error_state_does_not_matter():
    """Underflow and overflow inside are ours to look after, whatever is set outside."""
    clf = SoftmaxMLPClassifier(alpha=0, random_state=0)
    with np.errstate(all="raise"):
        p = clf.fit(X, Y, np.geomspace(1e-300, 1, 12)).predict_proba(1e3 * X)
        clf.predict_log_proba(1e3 * X)
        cross_entropy([[0, 1000]], [0])
    assert (p < 1e-300).any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nor_does_it_where_weights_are_small(dtype):
    """In folds, their scores, and the loss of logits."""
    weights, y = np.r_[1e-310, np.ones(11)], Y > 0
    clf = SoftmaxMLPClassifierCV((2,), alphas=[1.0], cv=2, random_state=0)
    with np.errstate(all="raise"):
        clf.fit(X.astype(dtype), y, weights)
        cross_entropy(np.zeros((12, 2), dtype), y, weights)
    assert np.isfinite(clf.scores_).all()


def test_infinite_log_probabilities_are_refused():
    """Two finite logits whose difference overflows give an error, not infinity."""
    clf = SoftmaxMLPClassifier((), alpha=1, standardize=False)
    clf.fit([[0.0], [1.0]], [0, 1])
    clf.coefs_[0][:] = [[-1.2e308, 1.2e308]]
    np.testing.assert_array_equal(clf.predict_proba([[1.0]]), [[0, 1]])
    with pytest.raises(ValueError, match="a difference of logits is infinite"):
        clf.predict_log_proba([[1.0]])


@pytest.mark.filterwarnings("ignore:L-BFGS stopped.*scale the features")
def test_unscaled_features_that_just_fit_in_give_a_result():
    """Where nothing overflows there are finite probabilities, and maybe a warning."""
    clf = SoftmaxMLPClassifier((), standardize=False).fit(1e100 * X, Y)
    np.testing.assert_allclose(clf.predict_proba(1e100 * X).sum(axis=1), 1)


def test_missing_values_are_no_overflow():
    """Also where scikit-learn was told not to look."""
    with config_context(assume_finite=True):
        with pytest.raises(ValueError, match=r"Input X contains NaN or infinity\.$"):
            SoftmaxMLPClassifier((2,), alpha=1.0).fit(with_value(X, np.inf), Y)
        with pytest.raises(ValueError, match="Input X contains NaN or infinity"):
            SoftmaxMLPClassifier((2,), alpha=1.0).fit(
                csr_array(with_value(X, np.nan)), Y
            )
        clf = SoftmaxMLPClassifier((), alpha=1.0).fit(X, Y)
        with pytest.raises(ValueError, match="Input X contains NaN, which stands for"):
            clf.predict(csr_array(with_value(X, np.nan)))
        with pytest.raises(ValueError, match="Input X contains NaN or infinity"):
            clf.predict(csr_array(with_value(X, np.inf)))


def test_nor_are_those_beside_the_rows():
    """Of weights, validation data, logits and probabilities, which are few."""
    clf = SoftmaxMLPClassifier((2,), alpha=1.0, early_stopping=True)
    nan = np.array([np.nan, *np.ones(11)])
    with config_context(assume_finite=True):
        with pytest.raises(ValueError, match="Input sample_weight contains NaN"):
            clf.fit(X, Y, nan)
        for value, message in ((np.nan, "NaN, which stands for"), (np.inf, "infinity")):
            X_val = csr_array(with_value(X, value))
            with pytest.raises(ValueError, match=f"Input X_val contains {message}"):
                clf.fit(csr_array(X), Y, X_val=X_val, y_val=Y)
        with pytest.raises(ValueError, match="Input logits contains NaN"):
            cross_entropy(np.column_stack([nan, nan, nan]), Y)
        with pytest.raises(ValueError, match="contains NaN"):
            ReliabilityDisplay.from_predictions(Y > 0, nan)


def test_overflow_of_sparse_rows_names_the_column():
    """As of dense ones."""
    clf = SoftmaxMLPClassifier((), alpha=1.0).fit(X, Y)
    clf.coefs_ = [1e3 * clf.coefs_[0]]
    with pytest.raises(ValueError, match=r"up to 1e\+308, are those of column 1"):
        clf.predict(csr_array(with_value(X, -1e308)))


@pytest.mark.parametrize("name", ["alpha", "tol", "max_time", "class_weight"])
def test_integers_beyond_float64_are_refused(name):
    """With the parameter's name: Python has larger ones."""
    value = {0: 10**400} if name == "class_weight" else 10**400
    with pytest.raises(ValueError, match=name):
        SoftmaxMLPClassifier(**{name: value}).fit(np.eye(4), [0, 0, 1, 1])


def test_numbers_too_large_for_any_float_are_told():
    """As others that are, whatever Python calls it."""
    rows = [[10**400, 1.0]] * 12
    with pytest.raises(ValueError, match="Input X is too large for float64"):
        SoftmaxMLPClassifier().fit(rows, Y)
    clf = SoftmaxMLPClassifier(early_stopping=True)
    for given in (rows, 10**400):
        with pytest.raises(ValueError, match="X_val"):
            clf.fit(X, Y, X_val=given, y_val=Y)


def test_integers_of_arrow_that_float64_cannot_tell_apart_are_refused():
    """As those of frames are; gaps aside."""
    pa = pytest.importorskip("pyarrow")
    values = [2**60 + k for k in range(20)]
    y = np.arange(20) % 2
    for column in (values, [None, *values[1:]]):
        table = pa.table({"a": range(20), "b": column, "c": [0.5] * 20})
        with pytest.raises(ValueError, match="in column 'b' that differ by"):
            SoftmaxMLPClassifier().fit(table, y)
    table = pa.table({"a": range(20), "b": pa.array([None] * 20, "int64")})
    SoftmaxMLPClassifier((2,), alpha=1).fit(table, y)


def frame(library, rows):
    return pytest.importorskip(library).DataFrame({"a": rows[:, 0], "b": rows[:, 1]})


CONTAINERS = {
    "list": np.ndarray.tolist,
    "array": np.asarray,
    "float32": np.float32,
    "objects": lambda rows: rows.astype(str).astype(object),
    "CSR": csr_array,
    "CSC": lambda rows: csr_array(rows).tocsc(),
    "pandas": lambda rows: frame("pandas", rows),
    "text": lambda rows: frame("pandas", rows).assign(text="x"),
    "polars": lambda rows: frame("polars", rows),
}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_infinity_is_told_with_its_column(kind):
    """In fit, in predictions, and in validation data; what to do is, too."""
    finite, infinite = map(CONTAINERS[kind], (X, with_value(X, np.inf)))
    column = "column 'b'" if hasattr(finite, "columns") else "column 1"
    remedy = "Leave such rows out" if "CS" in kind else "Put NaN there"
    message = rf"contains infinity.*'float\d\d'\)\. It is in {column}\. {remedy}"
    clf = SoftmaxMLPClassifier((), alpha=1, random_state=0).fit(finite, Y)
    with pytest.raises(ValueError, match=f"Input X {message}"):
        clf.predict(infinite)
    with pytest.raises(ValueError, match=f"Input X {message}"):
        clf.fit(infinite, Y)
    clf.set_params(early_stopping=True)
    with pytest.raises(ValueError, match=f"Input X_val {message}"):
        clf.fit(finite, Y, X_val=infinite, y_val=Y)


def test_lazy_frames_are_to_be_collected():
    """In fit and in predictions."""
    pl = pytest.importorskip("polars")
    X = pl.DataFrame({"a": np.arange(20.0), "b": np.arange(20.0) % 3})
    y = np.arange(20) % 2
    clf = SoftmaxMLPClassifier((2,), alpha=1).fit(X, y)
    for method, given in ((clf.fit, (X.lazy(), y)), (clf.predict, (X.lazy(),))):
        with pytest.raises(TypeError, match=r"X is a LazyFrame. Pass X.collect\(\)"):
            method(*given)


def test_dates_are_refused_by_fit_and_predict():
    """They would be numbers of an arbitrary unit."""
    clf = SoftmaxMLPClassifier((2,), alpha=1.0).fit(X, Y)
    dates = X.astype("datetime64[D]")
    for call in (clf.predict, lambda dates: clf.fit(dates, Y)):
        with pytest.raises(TypeError, match="X has dates or time spans"):
            call(dates)


def test_arguments_of_boosted_trees_lead_to_ours():
    """`eval_set` is X_val and y_val."""
    with pytest.raises(
        TypeError, match=r"fit got unexpected eval_set.*X_val and y_val"
    ):
        SoftmaxMLPClassifier().fit(X, Y, eval_set=[(X, Y)])


@pytest.mark.parametrize(
    ("estimator", "names"),
    [
        (SoftmaxMLPClassifier(activation="?"), ACTIVATIONS),
        (SoftmaxMLPClassifier(encoding="?"), ["auto", *ENCODINGS]),
        (SoftmaxMLPClassifierCV(encoding="?"), ["auto", *ENCODINGS]),
        (ColumnEncoder(encoding="?"), ENCODINGS),
    ],
    ids=["activation", "encoding", "of CV", "of the encoder"],
)
def test_names_are_in_one_order(estimator, names):
    """Not in that of a set of strings, which is another one in each process."""
    with pytest.raises(InvalidParameterError) as error:
        estimator.fit(X, Y)
    places = [str(error.value).index(f"'{name}'") for name in names]
    assert places == sorted(places)


def test_offsets_without_standardisation_are_told():
    """Nothing is learnt beside a mean of many spreads; constants do not matter."""
    far = np.column_stack([X, np.full(12, 5)])
    clf = SoftmaxMLPClassifier((), alpha=1.0, standardize=False, random_state=0)
    clf.fit(far, Y)
    far[:, 1] += 10_000
    message = r"mean of column 1 is 5\.\d*e\+03 spreads from 0"
    with pytest.warns(UserWarning, match=message) as warned:
        clf.fit(far, Y)
    assert warned[0].filename == __file__
    clf.set_params(standardize=True).fit(far, Y)
    clf = SoftmaxMLPClassifierCV((), alphas=[1.0], cv=2, standardize=False)
    with pytest.warns(UserWarning, match=message) as warned:
        clf.fit(far, Y)
    assert [warning.filename for warning in warned] == [__file__]
