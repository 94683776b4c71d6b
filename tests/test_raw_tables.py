"""Tables as they come: with gaps, categories and frames of any library."""

import pickle
import warnings

import numpy as np
import pytest
from scipy.sparse import csr_array, issparse
from sklearn.base import clone
from sklearn.feature_selection import SelectFromModel
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import OneHotEncoder
from threadpoolctl import threadpool_limits

from sksoftmax import (
    ColumnEncoder,
    SoftmaxMLPClassifier,
    SoftmaxMLPClassifierCV,
    check_gradient,
)

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")


def table(n=600, seed=0):
    """Labels by a number and a colour, one of which is often missing; and a shape."""
    rng = np.random.default_rng(seed)
    size = rng.normal(10, 3, n)
    colour = rng.choice(["red", "green", "blue"], n, p=[0.5, 0.3, 0.2])
    y = ((size > 10) ^ (colour == "red")).astype(int)
    shape = rng.choice(["round", "square"], n).astype(object)
    shape[rng.random(n) < 0.2] = None
    noise = rng.normal(size=n)
    noise[rng.random(n) < 0.3] = np.nan
    frame = {"size": size, "colour": colour, "shape": shape, "noise": noise}
    return pd.DataFrame(frame), np.array(["no", "yes"])[y]


@pytest.fixture(name="fitted", scope="module")
def of_the_table():
    X, y = table()
    return SoftmaxMLPClassifier(tol=0.05, random_state=0).fit(X, y)


def test_a_raw_table_is_learnt(fitted):
    """Better than what is linear in its columns, and by what tells of the labels."""
    X, y = table(seed=1)
    assert fitted.score(X, y) > 0.93
    importances = fitted.feature_importances_
    assert importances.shape == (4,)
    assert importances[:2].sum() > 0.9
    assert fitted.coefs_[0].shape[0] == fitted.encoder_.columns_.size
    selected = SelectFromModel(fitted, prefit=True, threshold=0.1).get_support()
    assert selected.tolist() == [True, True, False, False]


@pytest.mark.parametrize("hidden", [(), (5,)])
def test_categories_are_what_one_hot_columns_are(hidden):
    """The same network, from the same start, but for rounding."""
    X, y = table()
    X = X[["colour", "size"]]
    clf = SoftmaxMLPClassifier(hidden, alpha=1, tol=1e-4, random_state=0).fit(X, y)
    one_hot = OneHotEncoder(sparse_output=False).fit(X[["colour"]])
    columns = np.column_stack([X["size"], one_hot.transform(X[["colour"]])])
    other = clone(clf).fit(columns, y)
    np.testing.assert_allclose(
        clf.predict_proba(X), other.predict_proba(columns), atol=1e-8
    )
    names = ["size", "colour_blue", "colour_green", "colour_red"]
    assert clf.encoder_.get_feature_names_out().tolist() == names


def test_gaps_without_hidden_layers_are_means_and_indicators():
    """As LogisticRegression has them, on what the encoder makes, standardised."""
    X, y = table()
    X = X[["size", "noise"]].to_numpy()
    clf = SoftmaxMLPClassifier((), alpha=1e-3, tol=1e-6, random_state=0).fit(X, y)
    inputs = clf.encoder_.transform(X)
    assert inputs.shape == (600, 3)
    peer = LogisticRegression(C=1e4, tol=1e-8, max_iter=10_000).fit(inputs, y)
    np.testing.assert_allclose(
        clf.predict_proba(X), peer.predict_proba(inputs), atol=1e-4
    )


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
def test_logits_are_those_of_what_the_encoder_makes(encoding):
    """In the units of the user, gaps and unknown categories included."""
    X, y = table()
    clf = SoftmaxMLPClassifier((), alpha=1, encoding=encoding).fit(X, y)
    X.loc[:9, "colour"] = "pink"
    X.loc[10:19, ["size", "colour"]] = [np.nan, None]
    logits = clf.encoder_.transform(X) @ clf.coefs_[0] + clf.intercepts_[0]
    np.testing.assert_allclose(logits[:, 1] - logits[:, 0], clf.decision_function(X))
    mlp = clf.to_sklearn()
    np.testing.assert_allclose(mlp.predict_proba(X), clf.predict_proba(X), atol=1e-12)
    alone = ColumnEncoder(encoding).fit(table()[0])
    np.testing.assert_array_equal(alone.transform(X), clf.encoder_.transform(X))
    for ours, theirs in zip(alone.categories_, clf.encoder_.categories_, strict=True):
        assert (ours is theirs is None) or ours.tolist() == theirs.tolist()
    copied = clone(clf.encoder_).fit(table()[0])
    assert copied.get_feature_names_out().tolist() == (
        clf.encoder_.get_feature_names_out().tolist()
    )


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
def test_a_gap_first_met_is_the_mean(encoding):
    """Of what a column is to the network, which has no indicator for it."""
    X, y = table()
    X = X[["size"]].to_numpy()
    clf = SoftmaxMLPClassifier((5,), alpha=1, encoding=encoding, random_state=0)
    clf.fit(X, y)
    assert clf.encoder_.columns_.size == (1 if encoding == "linear" else 17)
    gap = clf.predict_proba([[np.nan]])
    if encoding == "linear":
        np.testing.assert_allclose(gap, clf.predict_proba([[X.mean()]]))
        assert clf.encoder_.transform([[np.nan]]) == pytest.approx(X.mean())
    else:
        means = clf.encoder_.transform(X).mean(axis=0)
        np.testing.assert_allclose(clf.encoder_.transform([[np.nan]])[0], means)
    own = clone(clf).set_params(standardize=False, encoding="linear").fit(X, y)
    np.testing.assert_allclose(
        own.predict_proba([[np.nan]]), own.predict_proba([[X.mean()]])
    )


def test_far_from_zero_a_gap_is_the_mean():
    """Where an origin is subtracted."""
    X, y = table()
    X = X[["size"]].to_numpy() + 1e7
    clf = SoftmaxMLPClassifier((5,), alpha=1, random_state=0).fit(X, y)
    mean = clf.predict_proba([[X.mean()]])
    np.testing.assert_allclose(clf.predict_proba([[np.nan]]), mean, atol=1e-7)


def test_an_unknown_category_is_none_of_those_that_are_known():
    """As one that is missing, where the training data had no gap."""
    X, y = table()
    clf = SoftmaxMLPClassifier((5,), alpha=1, random_state=0).fit(X[["colour"]], y)
    p = clf.predict_proba(pd.DataFrame({"colour": ["pink", None, "red"]}))
    np.testing.assert_array_equal(p[0], p[1])
    assert abs(p[0] - p[2]).max() > 0.05


@pytest.mark.parametrize("alpha", [1, pytest.param("auto", marks=pytest.mark.slow)])
def test_weights_are_copies(alpha):
    """Of rows with gaps and categories, where some of both have no weight."""
    X, y = table(300)
    counts = np.random.default_rng(3).integers(0, 3, size=300)
    counts[:2], counts[2] = 0, 1
    X.loc[0, "colour"] = "pink"
    X.loc[1, "size"] = np.nan
    clf = SoftmaxMLPClassifier((5,), alpha=alpha, random_state=0)
    clf.fit(X, y, sample_weight=counts)
    rows = np.repeat(np.arange(300), counts)
    other = clone(clf).fit(X.iloc[rows], y[rows])
    assert (
        clf.encoder_.get_feature_names_out().tolist()
        == other.encoder_.get_feature_names_out().tolist()
    )
    np.testing.assert_allclose(clf.predict_proba(X), other.predict_proba(X), atol=1e-6)
    assert clf.alpha_ == other.alpha_


@pytest.mark.parametrize("n_threads", [1, 3])
def test_threads_do_not_matter(n_threads):
    """The same bits."""
    X, y = table(5000)
    clf = SoftmaxMLPClassifier((30,), alpha=3, encoding="piecewise", random_state=0)
    p = clf.fit(X, y).predict_proba(X)
    with threadpool_limits(n_threads):
        other = clone(clf).fit(X, y)
        for ours, theirs in zip(clf.coefs_, other.coefs_, strict=True):
            np.testing.assert_array_equal(ours, theirs)
        np.testing.assert_array_equal(other.predict_proba(X), p)


def test_frames_of_another_library_are_the_same(fitted):
    """At predict, and at fit."""
    X, y = table()
    polars = pl.DataFrame(
        {name: [None if v != v else v for v in X[name].to_list()] for name in X}
    )
    np.testing.assert_allclose(
        fitted.predict_proba(polars), fitted.predict_proba(X), atol=1e-12
    )
    other = clone(fitted).fit(polars, y)
    np.testing.assert_allclose(
        other.predict_proba(X), fitted.predict_proba(X), atol=1e-6
    )
    with pytest.raises(ValueError, match="feature names should match"):
        fitted.predict(polars[["colour", "size", "shape", "noise"]])
    with pytest.raises(ValueError, match="feature names should match"):
        fitted.predict(X[["colour", "size"]])


def test_arrays_say_which_columns_are_categories():
    """By a mask, as HistGradientBoostingClassifier has it; codes are any number."""
    X, y = table()
    codes = {"red": 7.5, "green": 1.0, "blue": 3.0}
    rows = np.column_stack([X["size"], X["colour"].map(codes)])
    clf = SoftmaxMLPClassifier(
        (5,), alpha=1, categorical_features=[False, True], random_state=0
    ).fit(rows, y)
    names = ["x0", "x1_1.0", "x1_3.0", "x1_7.5"]
    assert clf.encoder_.get_feature_names_out().tolist() == names
    values = X[["size", "colour"]].to_numpy(dtype=object)
    other = clone(clf).set_params(categorical_features=[1]).fit(values.tolist(), y)
    assert other.score(values, y) > 0.85
    assert clf.score(rows, y) > 0.85


def test_sparse_rows_have_no_categories(fitted):
    """An error says so; of a table without these they are rows like others."""
    X, y = table()
    with pytest.raises(ValueError, match="needs dense X; got a sparse matrix"):
        SoftmaxMLPClassifier(categorical_features=[0]).fit(csr_array(np.eye(6)), y[:6])
    with pytest.raises(ValueError, match="needs dense X, as in fit; got a sparse"):
        fitted.predict(csr_array(np.ones((2, 4))))
    numeric = X[["size", "noise"]].to_numpy()
    clf = SoftmaxMLPClassifier((5,), alpha=1, random_state=0).fit(numeric, y)
    full = numeric[~np.isnan(numeric).any(axis=1)]
    np.testing.assert_allclose(
        clf.predict_proba(csr_array(full)), clf.predict_proba(full)
    )


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
def test_early_stopping_takes_raw_validation_data(encoding):
    """With other gaps and categories than those of the training data."""
    X, y = table()
    X_val, y_val = table(200, seed=5)
    X_val.loc[:20, "size"] = np.nan
    X_val.loc[10:30, "colour"] = "pink"
    clf = SoftmaxMLPClassifier(
        (20,), alpha=1, encoding=encoding, early_stopping=True, random_state=0
    )
    clf.fit(X, y, X_val=X_val, y_val=y_val)
    log_p = clf.predict_log_proba(X_val)
    loss = -log_p[np.arange(200), np.searchsorted(clf.classes_, y_val)].mean()
    assert clf.best_validation_loss_ == pytest.approx(loss, rel=1e-9)


def test_validation_data_alone_may_have_gaps():
    """They are filled by the means of the training data."""
    X = table()[0][["size"]].to_numpy()
    y = X.ravel() > 10
    X_val, y_val = X[:100].copy(), y[:100]
    X_val[:30] = np.nan
    clf = SoftmaxMLPClassifier((9,), alpha=1, early_stopping=True, random_state=0)
    clf.fit(X, y, X_val=X_val, y_val=y_val)
    filled = clone(clf).fit(X, y, X_val=np.nan_to_num(X_val, nan=X.mean()), y_val=y_val)
    np.testing.assert_allclose(
        clf.validation_loss_curve_, filled.validation_loss_curve_, rtol=1e-9
    )
    assert np.isnan(X_val[:30]).all()


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
def test_a_warm_start_goes_on_with_the_same_inputs(encoding):
    """To the bit; categories and gaps of new rows are those of the first ones."""
    X, y = table()
    once = SoftmaxMLPClassifier(
        (5,), alpha=1, encoding=encoding, max_iter=20, tol=0, random_state=0
    )
    twice = clone(once).set_params(max_iter=10, warm_start=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        once.fit(X, y)
        twice.fit(X, y).fit(X, y)
        for ours, theirs in zip(once.coefs_, twice.coefs_, strict=True):
            np.testing.assert_array_equal(ours, theirs)
        X.loc[:9, "colour"] = "pink"
        X.loc[10:19, "size"] = np.nan
        names = twice.encoder_.get_feature_names_out().tolist()
        again = twice.fit(X, y)
    assert again.encoder_.get_feature_names_out().tolist() == names
    with pytest.raises(ValueError, match=r"columns of categories of .* \[1, 2\]; got"):
        again.fit(csr_array(np.ones((600, 4))), y)


@pytest.mark.parametrize("standardize", [True, False])
def test_a_warm_start_with_gaps_needs_dense_rows(standardize):
    """Of which there may be others with gaps, in any units."""
    X, y = table()
    X = X[["size", "noise"]].to_numpy()
    clf = SoftmaxMLPClassifier(
        (), alpha=1, standardize=standardize, warm_start=True, random_state=0
    )
    p = clf.fit(X, y).predict_proba(X)
    np.testing.assert_allclose(clf.fit(X, y).predict_proba(X), p, atol=0.01)
    assert clf.encoder_.columns_.tolist() == [0, 1, 1]
    with pytest.raises(ValueError, match="needs dense X, as in the previous fit"):
        clf.fit(csr_array(np.ones((600, 2))), y)


def test_few_rows_of_many_columns_may_have_gaps_later():
    """Which are the mean, where the fit was in the space of its rows."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 300))
    clf = SoftmaxMLPClassifier((5,), alpha=1, random_state=0).fit(X, X[:, 0] > 0)
    gap = X[:3].copy()
    gap[:, 7] = np.nan
    filled = np.where(np.isnan(gap), X[:, 7].mean(), gap)
    np.testing.assert_allclose(clf.predict_proba(gap), clf.predict_proba(filled))


def test_a_warm_start_fills_gaps_that_are_new():
    """As predictions do."""
    X, y = table()
    X = X[["size"]].to_numpy(copy=True)
    clf = SoftmaxMLPClassifier((5,), alpha=1, warm_start=True, random_state=0)
    clf.fit(X, y)
    X[:50] = np.nan
    clf.fit(X, y)
    assert clf.coefs_[0].shape == (1, 5)
    assert np.isfinite(clf.predict_proba(X)).all()


def test_a_pickle_knows_the_categories(fitted):
    """And so does its encoder."""
    X, _ = table(50)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))
    encoder = pickle.loads(pickle.dumps(fitted.encoder_))
    np.testing.assert_array_equal(encoder.transform(X), fitted.encoder_.transform(X))


def test_cross_validation_takes_raw_tables():
    """Each fold learns its own categories; as a grid search does."""
    X, y = table()
    X.loc[0, "colour"] = "pink"  # a single one
    clf = SoftmaxMLPClassifierCV((5,), alphas=[1.0, 0.1], cv=3, random_state=0)
    clf.fit(X, y)
    assert "colour_pink" in clf.encoder_.get_feature_names_out()
    assert clf.score(*table(seed=1)) > 0.85
    search = GridSearchCV(
        SoftmaxMLPClassifier((5,), random_state=0),
        {"alpha": [1.0, 0.1]},
        scoring="neg_log_loss",
        cv=3,
    ).fit(X, y)
    assert clf.best_score_ == pytest.approx(search.best_score_, rel=1e-9)
    rows = X.to_numpy(dtype=object)
    masked = clone(clf).set_params(categorical_features=[1, 2])
    masked.fit(rows.tolist(), y)
    np.testing.assert_allclose(masked.scores_, clf.scores_, rtol=1e-6)


def test_cross_validation_validates_on_raw_tables():
    """With early stopping, of which each fold sees the same."""
    X, y = table(300)
    X_val, y_val = table(100, seed=2)
    clf = SoftmaxMLPClassifierCV(
        (5,), alphas=[1.0], cv=2, early_stopping=True, random_state=0
    )
    clf.fit(X, y, X_val=X_val, y_val=y_val)
    assert clf.best_validation_loss_ < 0.6


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_gradient_is_that_of_the_loss(encoding, dtype):
    """Also where inputs are made of gaps and categories."""
    X, y = table(100)
    X = X.astype({"size": dtype, "noise": dtype})
    clf = SoftmaxMLPClassifier((4,), "tanh", alpha=1, encoding=encoding)
    assert check_gradient(clf, X, y) < 1e-6


def test_float32_is_computed_in_float32():
    """Where all numbers of a table are."""
    X, y = table(300)
    clf = SoftmaxMLPClassifier((4,), alpha=1, random_state=0)
    p = clf.fit(X, y).predict_proba(X)
    X = X.astype({"size": "float32", "noise": "float32"})
    clf.fit(X, y)
    assert clf.coefs_[0].dtype == clf.predict_proba(X).dtype == np.float32
    np.testing.assert_allclose(clf.predict_proba(X), p, atol=0.05)


def test_a_column_of_names_does_no_harm():
    """Each of which is there once: they share a level, which tells nothing.

    With weights that go with the labels, too.
    """
    X, y = table()
    X = X[["size", "colour"]].assign(name=[f"n{i}" for i in range(600)])
    clf = SoftmaxMLPClassifier((20,), alpha=1, max_categories=100, random_state=0)
    with pytest.warns(UserWarning, match="'name' has a category for each row"):
        clf.fit(X, y, np.where(y == y[0], 2, 1))
    assert "name_infrequent_sklearn" in clf.encoder_.get_feature_names_out()
    assert clf.encoder_.columns_.size == 5
    assert clf.feature_importances_[2] == 0
    test, y_test = table(seed=1)
    assert clf.score(test[["size", "colour"]].assign(name="other"), y_test) > 0.85


def test_a_column_without_values_does_no_harm():
    """Whatever is in it later."""
    X, y = table()
    empty = X.assign(nothing=np.nan, none=None)
    clf = SoftmaxMLPClassifier((5,), alpha=1, random_state=0).fit(empty, y)
    p = clf.predict_proba(empty)
    later = empty.assign(nothing=3.0, none=7.0)
    np.testing.assert_array_equal(clf.predict_proba(later), p)
    assert clf.feature_importances_[4:].tolist() == [0, 0]


def test_a_failing_fit_leaves_categories_as_they_were(fitted):
    """As all else."""
    X, y = table(50)
    clf = pickle.loads(pickle.dumps(fitted))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        clf.fit(X.assign(colour="other"), y[:-1])
    np.testing.assert_array_equal(clf.predict_proba(X), fitted.predict_proba(X))


def test_in_their_own_units_there_is_nothing_in_a_column_of_gaps():
    """Whatever it holds later."""
    X = np.column_stack([np.full(100, np.nan), np.linspace(-1, 1, 100)])
    clf = SoftmaxMLPClassifier((3,), alpha=1e-3, standardize=False, random_state=0)
    clf.fit(X, X[:, 1] > 0)
    p = clf.predict_proba([[0, 0.1], [1000, 0.1]])
    np.testing.assert_array_equal(p[0], p[1])


NA_ROWS = [[pd.NA, 1.0], [2.0, None], [3.0, 1.0], [5.0, np.nan]]


@pytest.mark.parametrize("convert", [list, lambda x: np.array(x, dtype=object)])
def test_the_gaps_of_pandas_are_gaps_in_lists(convert):
    """And in arrays of objects."""
    clf = SoftmaxMLPClassifier((), alpha=1).fit(convert(NA_ROWS), [0, 1, 0, 1])
    assert clf.encoder_.columns_.tolist() == [0, 1, 0, 1]
    assert np.isfinite(clf.predict_proba(convert([[1.0, pd.NA]]))).all()


@pytest.mark.parametrize("names", [["floats"], ["ints", "bools"], ["floats", "shape"]])
def test_sparse_columns_of_pandas_are_columns(names):
    """With gaps for what is not stored, of several dtypes, or beside strings."""
    X, y = table(60)
    X["ints"] = np.arange(60) % 3
    X["bools"] = np.arange(60) % 2 == 0
    X["floats"] = X["noise"]
    sparse = X.copy()
    for name, fill in {"ints": 0, "bools": False, "floats": np.nan}.items():
        sparse[name] = pd.arrays.SparseArray(X[name], fill_value=fill)
    clf = SoftmaxMLPClassifier((), alpha=1).fit(X[names], y)
    expected = clf.predict_proba(X[names])
    np.testing.assert_array_equal(clf.predict_proba(sparse[names]), expected)
    clf.fit(sparse[names], y)
    np.testing.assert_array_equal(clf.predict_proba(sparse[names]), expected)


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (pd.Series(["a", "b"]), ValueError, r"Expected (2D array|a 2-dim)"),
        (pd.DataFrame({"a": ["x"]})[:0], ValueError, "Found array with 0 sample"),
        (
            pd.DataFrame({"when": pd.to_datetime(["2020-01-01", "2020-01-02"])}),
            TypeError,
            r"column 'when' \(datetime64",
        ),
        (
            np.array([[np.timedelta64(1, "D")], [np.timedelta64(2, "D")]], object),
            TypeError,
            r"dates or time spans: column 0 \(timedelta64\)",
        ),
    ],
    ids=["1-D", "no rows", "dates", "time spans in objects"],
)
def test_what_is_no_table_is_told(X, error, message):
    """As scikit-learn tells it, before any work."""
    with pytest.raises(error, match=message):
        SoftmaxMLPClassifier((), alpha=1).fit(X, [0, 1][: len(X)] or [])
    if error is ValueError:
        clf = SoftmaxMLPClassifier((), alpha=1)
        clf.fit(pd.DataFrame({"a": ["x", "y"] * 3}), [0, 1] * 3)
        with pytest.raises(error, match=message):
            clf.predict(X)


def test_categories_of_pandas_may_be_intervals_or_dates():
    """As those that pandas.cut makes: they go by what they are called."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 4, 300)
    y = ((x > 1) & (x < 2)).astype(int)
    cut = pd.Series(pd.cut(x, [0, 1, 2, 3, 4]))
    cut[::50] = np.nan
    days = pd.to_datetime(["2026-01-01", "2026-01-02"])[rng.integers(2, size=300)]
    X = pd.DataFrame({"part": cut, "day": pd.Categorical(days)})
    clf = SoftmaxMLPClassifier((), alpha=0.1).fit(X, y)
    names = [f"({k}, {k + 1}]" for k in range(4)]
    assert clf.encoder_.categories_[0].tolist() == names
    assert clf.score(X[1:50], y[1:50]) == 1
    other = X.apply(lambda column: column.cat.rename_categories(str).astype(object))
    p = clf.predict_proba(other[1:50])
    np.testing.assert_array_equal(p, clf.predict_proba(X[1:50]))


@pytest.mark.parametrize("value", [[1, 2], {"a": 1}, (3,)])
def test_nested_values_are_named(value):
    """With their column and their type, in an array or a list of rows."""
    rows = [[float(k), value] for k in range(20)]
    X = np.empty((20, 2), object)
    X[:, 0] = 1.0
    for k in range(20):
        X[k, 1] = value
    message = r"in column 1 \(object\), which are neither"
    for given in (X, rows):
        with pytest.raises(TypeError, match=message):
            SoftmaxMLPClassifier().fit(given, np.arange(20) % 2)


def test_clones_of_the_encoder_have_its_limit():
    """Of categories."""
    X, y = table()
    clf = SoftmaxMLPClassifier((), alpha=1, max_categories=2).fit(X, y)
    names = clone(clf.encoder_).fit(X).get_feature_names_out().tolist()
    assert names == clf.encoder_.get_feature_names_out().tolist()
    assert "colour_infrequent_sklearn" in names


@pytest.mark.parametrize("method", ["predict_proba", "transform"])
def test_what_is_no_number_is_told(method, fitted):
    """At predict as well as in fit."""
    X, _ = table(50)
    X = X.astype({"size": object})
    X.loc[7, "size"] = "huge"
    estimator = fitted.encoder_ if method == "transform" else fitted
    with pytest.raises(ValueError, match="X has 'huge' in column 'size', which is no"):
        getattr(estimator, method)(X)
    X.loc[7, "size"] = np.inf
    with pytest.raises(ValueError, match="Input X contains infinity"):
        getattr(estimator, method)(X)


@pytest.fixture(name="cities")
def of_many_levels():
    """A label by the city, of four hundred, and by a number."""
    rng = np.random.default_rng(0)
    cities = rng.integers(0, 400, 3000)
    X = pd.DataFrame({"size": rng.normal(size=3000), "city": cities.astype(str)})
    X.loc[::50, "size"] = np.nan
    return X, rng.normal(size=400)[cities] + X["size"].fillna(0) > 0


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
def test_many_categories_are_the_same_problem_as_dense_ones(
    cities, encoding, monkeypatch
):
    """Loss and gradient, where products are sparse; and a fit as good."""
    X, y = cities
    clf = SoftmaxMLPClassifier((5,), alpha=3, encoding=encoding, random_state=0)
    results = []
    for density in (0.05, 0):
        monkeypatch.setattr("sksoftmax._features.encoding._MAX_DENSITY", density)
        objective, start, *_ = clf._on_inputs(clf._problem(X, y, None))
        rows = objective.X[objective.blocks[0]]
        is_sparse = issparse(objective.standardization.inputs(rows))
        assert is_sparse == (density > 0)
        results.append(objective(start + 0.1))
        assert clf.fit(X, y).score(X, y) > 0.8
    (loss, gradient), (dense_loss, dense_gradient) = results
    assert loss == pytest.approx(dense_loss, rel=1e-12)
    np.testing.assert_allclose(gradient, dense_gradient, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_many_parts_are_the_same_problem_as_dense_ones(dtype, rng, monkeypatch):
    """Loss, gradient and probabilities, with weights and gaps."""
    X = rng.normal(size=(600, 3)).astype(dtype)
    y, w = (X[:, 0] > X[:, 1]).astype(int), rng.integers(0, 3, 600)
    X[::5, 0] = np.nan
    clf = SoftmaxMLPClassifier((5,), alpha=3, encoding="fine-piecewise", random_state=0)
    clf.fit(X, y, sample_weight=w)
    results = []
    for density in (0.06, 0):
        monkeypatch.setattr("sksoftmax._features.encoding._MAX_DENSITY", density)
        objective, start, *_ = clf._on_inputs(clf._problem(X, y, w))
        rows = objective.X[objective.blocks[0]]
        is_sparse = issparse(objective.standardization.inputs(rows))
        assert is_sparse == (density > 0)
        results.append((*objective(start + 0.1), clf.predict_proba(X)))
    rtol = 1e-12 if dtype == np.float64 else 1e-5
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol)


def test_many_categories_give_the_same_bits_on_any_threads(cities):
    """And predictions of any block of rows."""
    X, y = cities
    clf = SoftmaxMLPClassifier((30,), alpha=3, random_state=0)
    p = clf.fit(X, y).predict_proba(X)
    with threadpool_limits(1):
        other = clone(clf).fit(X, y)
        np.testing.assert_array_equal(other.coefs_[0], clf.coefs_[0])
    np.testing.assert_allclose(clf.predict_proba(X[:7]), p[:7], rtol=1e-12)


def test_alpha_of_many_categories_is_found(cities):
    """Relevances and early stopping among what is tried."""
    X, y = cities
    clf = SoftmaxMLPClassifier((5,), random_state=0).fit(X[:2000], y[:2000])
    assert clf.score(X[2000:], y[2000:]) > 0.7
    clf.set_params(early_stopping=True, alpha=3).fit(X[:2000], y[:2000])
    assert clf.score(X[2000:], y[2000:]) > 0.7
