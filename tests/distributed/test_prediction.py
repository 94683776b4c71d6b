"""Lazy outputs have the shapes, dtypes and kinds that they say."""

import numpy as np
import pytest
from scipy.sparse import csr_array

distributed = pytest.importorskip("distributed")
da = pytest.importorskip("dask.array")

from sksoftmax import SoftmaxMLPClassifier  # noqa: E402
from sksoftmax._distributed.prediction import lazy_outputs  # noqa: E402

METHODS = ("predict", "predict_proba", "predict_log_proba", "decision_function")


@pytest.fixture(params=[2, 3])
def fitted(request, rng):
    """A classifier of strings, and rows."""
    X = rng.normal(size=(60, 3))
    y = np.array(["a", "b", "c"])[rng.integers(request.param, size=60)]
    return SoftmaxMLPClassifier(3, alpha=1, random_state=0).fit(X, y), X


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_of_an_array_there_is_one_of_the_stated_dtype(fitted, method, dtype):
    """Partition by partition, with empty and unknown ones."""
    clf, X = fitted
    X = (100 * X).astype(dtype)
    lazy = da.from_array(X, chunks=((0, 25, 35), (1, 2)))
    expected = getattr(clf, method)(X)
    for rows, of_rows in ((lazy, expected), (lazy[lazy[:, 0] > 50], None)):
        found = lazy_outputs(clf, method, rows)
        assert found.ndim == expected.ndim
        computed = found.compute(scheduler="synchronous")
        assert computed.dtype == found.dtype
        if of_rows is None:
            of_rows = expected[X[:, 0] > 50]
        if method == "predict":
            np.testing.assert_array_equal(computed, of_rows)
        else:
            np.testing.assert_allclose(computed, of_rows, rtol=1e-6)


@pytest.mark.parametrize("dtype", [str, object])
def test_of_strings_there_are_numbers(rng, dtype):
    """Columns that are categories, of an array."""
    X = rng.integers(3, size=(40, 2)).astype(str).astype(dtype)
    clf = SoftmaxMLPClassifier(
        3, alpha=1, categorical_features=[0, 1], random_state=0
    ).fit(X, X[:, 0] == X[:, 1])
    lazy = da.from_array(X, chunks=(15, 2))
    for method in METHODS[1:]:
        found = lazy_outputs(clf, method, lazy)
        computed = found.compute(scheduler="synchronous")
        assert computed.dtype == found.dtype == np.float64
        np.testing.assert_allclose(computed, getattr(clf, method)(X), rtol=1e-12)


def test_columns_that_do_not_fit_are_told_at_once(fitted):
    """Not by a task, when all others are done."""
    clf, X = fitted
    with pytest.raises(ValueError, match=r"X has 4 features, but .* is expecting 3"):
        lazy_outputs(clf, "predict", da.ones((10, 4)))
    dd, pd = pytest.importorskip("dask.dataframe"), pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=[*"abc"])
    clf.fit(frame, clf.predict(X))
    with pytest.raises(ValueError, match="feature names should match"):
        lazy_outputs(clf, "predict", dd.from_pandas(frame[[*"acb"]], npartitions=2))
    unknown = da.from_array(X).map_blocks(np.asarray, chunks=((np.nan,), (np.nan,)))
    clf.fit(X, clf.predict(frame))
    found = lazy_outputs(clf, "predict", unknown).compute(scheduler="synchronous")
    assert found.tolist() == clf.predict(X).tolist()


def test_sparse_blocks_are_rows(fitted):
    """As in memory."""
    clf, X = fitted
    lazy = da.from_array(X, chunks=(20, 3)).map_blocks(csr_array)
    found = lazy_outputs(clf, "predict_proba", lazy).compute(scheduler="synchronous")
    np.testing.assert_allclose(found, clf.predict_proba(X), rtol=1e-12)


def test_no_rows_have_no_outputs(fitted):
    """But as many columns as there are classes."""
    clf, _ = fitted
    found = lazy_outputs(clf, "predict_proba", da.ones((0, 3)))
    assert found.compute(scheduler="synchronous").shape == (0, clf.classes_.size)


def test_labels_of_a_frame_have_the_dtype_that_is_stated(rng):
    """Of strings pandas has one of its own, and files are written by what is stated."""
    dd, pd = pytest.importorskip("dask.dataframe"), pytest.importorskip("pandas")
    X = pd.DataFrame(rng.normal(size=(40, 2)), columns=["a", "b"])
    for labels in (["no", "yes"], pd.array(["no", "yes"]), [3, 5], [False, True]):
        y = pd.Series(labels).iloc[np.arange(40) % 2].reset_index(drop=True)
        clf = SoftmaxMLPClassifier(3, alpha=1, random_state=0).fit(X, y)
        found = lazy_outputs(clf, "predict", dd.from_pandas(X, npartitions=3))
        computed = found.compute(scheduler="synchronous")
        assert computed.dtype == found.dtype == pd.Series(clf.classes_).dtype
        assert computed.tolist() == clf.predict(X).tolist()


@pytest.mark.parametrize("method", METHODS)
def test_of_a_frame_there_is_one(fitted, method):
    """With its index, and the classes for columns."""
    clf, X = fitted
    dd = pytest.importorskip("dask.dataframe")
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, index=np.arange(60) * 3, columns=[*"abc"])
    clf.fit(frame, clf.predict(X))
    lazy = dd.from_pandas(frame, npartitions=3)
    lazy = dd.concat([lazy, lazy[lazy.a > 100]])  # nothing
    found = lazy_outputs(clf, method, lazy)
    expected = getattr(clf, method)(frame)
    computed = found.compute(scheduler="synchronous")
    assert computed.index.tolist() == frame.index.tolist()
    if method == "predict":
        assert computed.tolist() == expected.tolist()
        return
    np.testing.assert_allclose(computed.to_numpy(), expected, rtol=1e-12)
    if expected.ndim == 2:
        assert [*computed.columns] == [*found.columns] == clf.classes_.tolist()
