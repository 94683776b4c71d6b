"""The classifier of Dask collections: the bits of one in memory, faults included."""

import asyncio
import inspect
import os
import pickle
import re
import signal
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from functools import partial
from unittest.mock import Mock

import cloudpickle
import numpy as np
import pytest
from clusters import is_left
from libraries import skip_without_cuda
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning, NotFittedError

distributed = pytest.importorskip("distributed")
da = pytest.importorskip("dask.array")
dask = pytest.importorskip("dask")

from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

import sksoftmax._distributed.cluster  # noqa: E402
from sksoftmax import SoftmaxMLPClassifier  # noqa: E402
from sksoftmax._distributed.cluster import FitCluster  # noqa: E402
from sksoftmax.dask import DaskSoftmaxMLPClassifier  # noqa: E402

# Fits are short.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SLOW = pytest.mark.slow
N_ROWS = 800
# Of a fit with a failure, which is a fit again at worst.
WATCHDOG = 120


@pytest.fixture
def table(rng, monkeypatch):
    """Rows and labels, in many blocks."""
    monkeypatch.setattr("sksoftmax._rows.blocks._MAX_ROWS", 64)
    X = rng.normal(size=(N_ROWS, 4)) * [1, 10, 0.1, 1] + [0, 0, 0, 1e4]
    noise = rng.normal(size=N_ROWS)
    y = (X[:, 0] * X[:, 1] + noise > 0).astype(int) + (X[:, 2] > 0)
    return X, np.array(["a", "b", "c"])[y]


def a_cluster(n_workers, n_threads, **options):
    """Of this machine, in this process unless told otherwise."""
    options = {"processes": False, "dashboard_address": ":0", **options}
    return distributed.LocalCluster(
        n_workers=n_workers, threads_per_worker=n_threads, **options
    )


@pytest.fixture(scope="module")
def local_cluster():
    """Two workers of one thread each."""
    with a_cluster(2, 1) as cluster:
        yield cluster


@pytest.fixture
def client(local_cluster):
    """The current client, of which nothing is left on the cluster afterwards."""
    with distributed.Client(local_cluster) as client:
        yield client
        assert not is_left(client)


def pair(persist="auto", **parameters):
    """A classifier in memory, and one on a cluster."""
    parameters = {"alpha": 1, "random_state": 0, "max_iter": 4, **parameters}
    plain = SoftmaxMLPClassifier(5, **parameters)
    return plain, DaskSoftmaxMLPClassifier(5, persist=persist, **parameters)


def assert_same_bits(fitted, expected):
    """Of weights and of the losses on the way there."""
    assert fitted.loss_curve_ == expected.loss_curve_
    for got, coef in zip(
        (*fitted.coefs_, *fitted.intercepts_),
        (*expected.coefs_, *expected.intercepts_),
        strict=True,
    ):
        np.testing.assert_array_equal(got, coef)
    np.testing.assert_array_equal(fitted.classes_, expected.classes_)


CHUNKS = [N_ROWS, 70, (0, 1, 500, 0, 299), "unknown"]


def chunked(X, chunks):
    """Dask's array of rows."""
    if chunks != "unknown":
        return da.from_array(X, chunks=(chunks, 2))
    lazy = da.from_array(np.pad(X, [(150, 9), (0, 0)], constant_values=-1e9), 100)
    return lazy[lazy[:, 0] > -1e8]


@pytest.mark.parametrize("n_workers", [pytest.param(1, marks=SLOW), 2])
@pytest.mark.parametrize("n_threads", [1, 2])
def test_chunks_workers_and_threads_do_not_matter(table, n_workers, n_threads):
    """Nor do empty partitions, or unknown sizes."""
    X, y = table
    plain, on_cluster = pair()
    expected = plain.fit(X, y)
    with a_cluster(n_workers, n_threads) as cluster, distributed.Client(cluster):
        for chunks in CHUNKS:
            assert_same_bits(on_cluster.fit(chunked(X, chunks), y), expected)


FITS = {
    "float32": {},
    "piecewise": {"encoding": "piecewise"},
    "balanced": {"class_weight": "balanced"},
    "early stopping": {"early_stopping": True},
    "search": {"alpha": "auto", "relevance": False},
    "relevance": {"alpha": "auto", "encoding": "piecewise", "max_iter": 30},
    "finer parts": {"alpha": "auto", "encoding": "fine-piecewise", "max_iter": 30},
    "own units": {"standardize": False},
}


@pytest.mark.filterwarnings("ignore:standardize=False. the mean of column 3")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(n, marks=[SLOW] * (n in ("search", "relevance", "finer parts")))
        for n in FITS
    ],
)
def test_all_kinds_of_fits_have_the_same_bits(table, rng, client, name):
    """Weights and labels in memory, or in collections of other chunks."""
    X, y = table
    w = rng.integers(3, size=N_ROWS)
    if name == "float32":
        X = X.astype(np.float32)
    plain, on_cluster = pair(**FITS[name])
    expected = plain.fit(X, y, w)
    rows = da.from_array(X, chunks=(333, 3))
    assert_same_bits(on_cluster.fit(rows, y, w), expected)
    labels, weights = (da.from_array(v, chunks=100) for v in (y, w))
    assert_same_bits(on_cluster.fit(rows, labels, weights), expected)
    assert on_cluster.alpha_ == expected.alpha_


READS = []


def read(block):
    READS.append(len(block))
    return block


@pytest.mark.parametrize(("n_copies", "n_some"), [(1, 266), (5, 127)])
def test_of_many_rows_some_have_the_same_bits(
    table, client, monkeypatch, n_copies, n_some
):
    """Those that inputs are learnt from, which come to the client, copies as well."""
    limits = {"_SOURCE_ROWS": 300, "_MIN_ROWS": 300}
    for name, value in limits.items():
        monkeypatch.setattr(f"sksoftmax._selection.inputs.{name}", value)
    X, y = (np.concatenate(n_copies * [v[: N_ROWS // n_copies]]) for v in table)
    plain, far = pair(alpha="auto", encoding="piecewise")
    plain.fit(X, y)
    far.fit(da.from_array(X, chunks=(70, 4)), da.from_array(y, chunks=70))
    assert n_some in [n_rows for n_rows, _ in plain.stages_]
    assert_same_bits(far, plain)


@pytest.mark.parametrize("persist", [True, False])
def test_rows_that_are_read_again_have_the_same_bits(table, client, persist):
    """In each pass, where they are not to stay."""
    X, y = table
    plain, on_cluster = pair(max_iter=2, encoding="piecewise", persist=persist)
    expected = plain.fit(X, y)
    READS.clear()
    rows = da.from_array(X, chunks=400)
    rows = rows.map_blocks(read, dtype=float, meta=np.empty((0, 4)))
    assert_same_bits(on_cluster.fit(rows, y), expected)
    assert (len(READS) > 20) != persist


@pytest.mark.parametrize("kind", ["memory", "lazy", "sparse"])
def test_validation_data_have_the_same_bits(table, client, kind):
    """In memory, or in collections, their weights included."""
    X, y = table
    plain, on_cluster = pair(early_stopping=True, encoding="linear")
    validation = {"X_val": X[:300].copy(), "y_val": y[:300]}
    validation["sample_weight_val"] = np.arange(300.0)
    if kind != "sparse":
        validation["X_val"][::9, 1] = np.nan
    expected = plain.fit(X, y, **validation)
    if kind != "memory":
        validation = {k: da.from_array(v, chunks=70) for k, v in validation.items()}
    if kind == "sparse":
        rows = validation["X_val"].rechunk((70, 4)).map_blocks(csr_array)
        validation["X_val"] = rows
        expected = plain.fit(
            X,
            y,
            **{
                **validation,
                "X_val": csr_array(X[:300]),
                "y_val": y[:300],
                "sample_weight_val": np.arange(300.0),
            },
        )
    fitted = on_cluster.fit(da.from_array(X, chunks=500), y, **validation)
    assert_same_bits(fitted, expected)
    assert fitted.validation_loss_curve_ == expected.validation_loss_curve_
    on_cluster.fit(X, y, **validation)  # in memory
    assert_same_bits(on_cluster, expected)


def test_a_warm_start_goes_on_with_the_same_bits(table, client):
    """As one that has not stopped."""
    X, y = table
    rows = da.from_array(X, chunks=500)
    fits = []
    for clf, data in zip(pair(warm_start=True, max_iter=2), (X, rows), strict=True):
        for _ in range(2):
            clf.fit(data, y)
        fits.append(clf)
    assert_same_bits(*fits)


def test_labels_of_all_kinds_have_the_same_bits(table, client):
    """Booleans, and a column, of which scikit-learn warns."""
    X, y = table
    plain, on_cluster = pair()
    labels = (y == "a")[:, np.newaxis]
    expected = plain.fit(X, labels.ravel())
    rows = da.from_array(X, chunks=500)
    with pytest.warns(DataConversionWarning):
        on_cluster.fit(rows, da.from_array(labels, chunks=(300, 1)))
    assert_same_bits(on_cluster, expected)


FRAMES = {
    "given alpha": {},
    "search": {"alpha": "auto", "relevance": False},
    "rare": {"max_categories": 3, "class_weight": {0: 0, 1: 2}},
    "named": {"categorical_features": ["text", "number"]},
}


@pytest.fixture
def frame(rng, monkeypatch):
    """Numbers, strings, flags and categories, with gaps, and what labels they have."""
    pd = pytest.importorskip("pandas")
    monkeypatch.setattr("sksoftmax._rows.blocks._MAX_ROWS", 64)
    X = pd.DataFrame(
        {
            "real": rng.normal(size=N_ROWS),
            "text": rng.choice([*"uvw"], N_ROWS),
            "number": rng.integers(4, size=N_ROWS),
            "flag": rng.random(N_ROWS) < 0.5,
            "code": pd.Categorical(rng.choice([3, 1, 7, 9], N_ROWS)),
        },
        index=np.arange(N_ROWS) * 2,
    )
    y = (X.real > 0).astype(int) + (X.text == "u")
    X.loc[rng.random(N_ROWS) < 0.1, "real"] = np.nan
    X.loc[rng.random(N_ROWS) < 0.1, "text"] = None
    X.loc[34, "text"] = "rare"
    return X, y


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[SLOW] * (n == "search")) for n in FRAMES]
)
def test_frames_have_the_same_bits(frame, rng, client, name):
    """With categories, flags and gaps, and weights of any kind."""
    dd = pytest.importorskip("dask.dataframe")
    X, y = frame
    w = rng.uniform(size=N_ROWS)
    plain, on_cluster = pair(**FRAMES[name])
    expected = plain.fit(X, y, w)
    rows, labels = (dd.from_pandas(part, npartitions=5) for part in (X, y))
    assert_same_bits(on_cluster.fit(rows, labels, w), expected)
    column = labels.to_frame("label")
    with pytest.warns(DataConversionWarning):
        assert_same_bits(on_cluster.fit(rows, column, w), expected)
    assert on_cluster.classes_.dtype == plain.classes_.dtype
    names = [clf.encoder_.get_feature_names_out() for clf in (on_cluster, plain)]
    assert names[0].tolist() == names[1].tolist()
    assert on_cluster.feature_names_in_.tolist() == [*X.columns]
    p = on_cluster.predict_proba(rows).compute()
    assert p.index.tolist() == X.index.tolist()
    np.testing.assert_allclose(p.to_numpy(), plain.predict_proba(X))
    again = pickle.loads(pickle.dumps(on_cluster))
    predicted = rows.assign(label=again.predict(rows)).compute()
    assert predicted["label"].tolist() == plain.predict(X).tolist()


def test_frames_beside_those_of_training_have_other_categories(frame, client):
    """And gaps elsewhere, in validation and in predictions."""
    dd = pytest.importorskip("dask.dataframe")
    X, y = frame
    train, rest = X[:600].copy(), X[600:].copy()
    train.loc[train.index[:100], "real"] = np.nan  # in one partition alone
    rest["code"] = rest["code"].cat.add_categories([5])
    rest.loc[rest.index[::3], ["text", "code"]] = "new", 5
    plain, on_cluster = pair(early_stopping=True)
    expected = plain.fit(train, y[:600], X_val=rest, y_val=y[600:])
    rows, other = (dd.from_pandas(part, npartitions=6) for part in (train, rest))
    fitted = on_cluster.fit(rows, y[:600], X_val=other, y_val=y[600:])
    assert_same_bits(fitted, expected)
    p = fitted.predict_proba(other).compute()
    np.testing.assert_allclose(p, expected.predict_proba(rest))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_frames_of_numbers_have_the_same_bits(rng, client, dtype):
    """However they are cut: pandas has them column by column, and products round."""
    dd, pd = pytest.importorskip("dask.dataframe"), pytest.importorskip("pandas")
    X = pd.DataFrame(rng.normal(size=(1000, 4)).astype(dtype), columns=list("abcd"))
    y = (X["a"] * X["b"] > 0).astype(int)
    plain, on_cluster = pair()
    expected = plain.fit(X, y)
    assert_same_bits(pair()[0].fit(np.asfortranarray(X.to_numpy()), y), expected)
    assert_same_bits(pair()[0].fit(np.ascontiguousarray(X), y), expected)
    for n in (1, 2, 7):
        rows = dd.from_pandas(X, npartitions=n)
        assert_same_bits(on_cluster.fit(rows, y), expected)
    val = dd.from_pandas(X[:300], npartitions=3), y[:300]
    options = {"early_stopping": True}
    for clf, *data in ((plain, X, X[:300]), (on_cluster, rows, val[0])):
        clf.set_params(**options).fit(data[0], y, X_val=data[1], y_val=val[1])
    assert on_cluster.validation_loss_curve_ == plain.validation_loss_curve_


def test_dates_in_frames_are_refused(frame, client):
    """As in memory."""
    dd = pytest.importorskip("dask.dataframe")
    X, y = frame
    X["day"] = np.datetime64("2024-01-01", "ns")
    with pytest.raises(TypeError, match="X has dates or time spans: column 'day'"):
        DaskSoftmaxMLPClassifier().fit(dd.from_pandas(X, npartitions=2), y)


def test_sparse_blocks_have_the_same_bits(table, client):
    """Made of zeros for negative values."""
    X, y = table
    X = np.where(X > 0, X, 0)
    plain, on_cluster = pair()
    expected = plain.fit(csr_array(X), y)
    rows = da.from_array(X, chunks=(300, 4)).map_blocks(csr_array)
    assert_same_bits(on_cluster.fit(rows, y), expected)


@pytest.mark.parametrize("container", ["csr_matrix", "coo_matrix", "bsr_array"])
def test_sparse_blocks_are_of_any_format(table, client, container):
    """That `fit` takes in memory."""
    X, y = table
    X = np.where(X > 0, X, 0)
    plain, on_cluster = pair()
    as_sparse = getattr(pytest.importorskip("scipy.sparse"), container)
    rows = da.from_array(X, chunks=(300, 4)).map_blocks(as_sparse)
    assert_same_bits(on_cluster.fit(rows, y), plain.fit(as_sparse(X), y))


def test_what_is_in_memory_is_fitted_there(table):
    """Without a cluster."""
    plain, on_cluster = pair()
    assert_same_bits(on_cluster.fit(*table), plain.fit(*table))
    assert isinstance(on_cluster.predict_proba(table[0]), np.ndarray)


def test_outputs_are_lazy_and_scores_are_not(table, client):
    """Accuracy comes to this process."""
    X, y = table
    rows, labels = da.from_array(X, chunks=500), da.from_array(y, chunks=300)
    plain, on_cluster = pair()
    plain.fit(X, y)
    on_cluster.fit(rows, labels)
    for method in ("predict_proba", "predict_log_proba", "decision_function"):
        found = getattr(on_cluster, method)(rows)
        assert dask.is_dask_collection(found)
        np.testing.assert_allclose(found.compute(), getattr(plain, method)(X))
    assert (on_cluster.predict(rows).compute() == plain.predict(X)).all()
    score = plain.score(X, y)
    assert on_cluster.score(rows, labels) == on_cluster.score(X, y) == score
    weights = np.arange(N_ROWS)
    assert on_cluster.score(rows, y, weights) == plain.score(X, y, weights)


def test_the_local_classifier_is_a_plain_one(table, client):
    """With the parameters and attributes of the fit, and what it predicts."""
    X, y = table
    _, on_cluster = pair(warm_start=True)
    local = on_cluster.fit(da.from_array(X, chunks=500), y).to_local()
    assert type(local) is SoftmaxMLPClassifier
    ours, theirs = on_cluster.get_params(), local.get_params()
    assert ours.pop("client") is None
    assert ours.pop("persist") == "auto"
    assert ours == theirs
    np.testing.assert_array_equal(local.predict_proba(X), on_cluster.predict_proba(X))
    with pytest.raises(NotFittedError):
        DaskSoftmaxMLPClassifier().to_local()


def test_the_constructor_is_that_of_the_plain_class():
    """And takes a client, and what to keep on the cluster."""
    plain, ours = (
        inspect.signature(cls).parameters
        for cls in (SoftmaxMLPClassifier, DaskSoftmaxMLPClassifier)
    )
    assert [*ours] == [*plain, "client", "persist"]
    assert all(ours[name] == plain[name] for name in plain)
    for name in ("fit", "predict", "predict_proba", "decision_function", "score"):
        plain, ours = (
            [
                (one.name, one.default)
                for one in inspect.signature(getattr(cls, name)).parameters.values()
            ]
            for cls in (SoftmaxMLPClassifier, DaskSoftmaxMLPClassifier)
        )
        assert plain == ours


def test_a_client_is_cloned_but_not_pickled(table, client):
    """Another process has none of it."""
    X, y = table
    clf = DaskSoftmaxMLPClassifier(5, alpha=1, client=client, max_iter=4)
    assert clone(clf).client is client
    assert clone(clf).alpha == 1
    clf.fit(da.from_array(X, chunks=500), y)
    sent = cloudpickle.loads(cloudpickle.dumps(clf))
    for again in (pickle.loads(pickle.dumps(clf)), deepcopy(clf), sent):
        assert again.client is None
        np.testing.assert_array_equal(again.predict(X), clf.predict(X))
    assert clf.client is client


def test_without_a_cluster_there_is_an_error(table):
    """That says how to start one."""
    X, y = table
    with pytest.raises(ValueError, match=r"distributed.LocalCluster\(\)\)` starts one"):
        DaskSoftmaxMLPClassifier().fit(da.from_array(X), y)


def test_a_closed_client_is_an_error(table, local_cluster):
    """That says what to pass instead."""
    X, y = table
    with distributed.Client(local_cluster, set_as_default=False) as client:
        pass
    clf = DaskSoftmaxMLPClassifier(client=client)
    with pytest.raises(ValueError, match=r"client is closed\. Make a new one"):
        clf.fit(da.from_array(X), y)


def test_predictions_take_weights_alone(table, client):
    """Not what the minimiser goes on from, which is many times their size."""
    X, y = table
    sizes = []
    for warm_start in (False, True):
        clf = DaskSoftmaxMLPClassifier(50, alpha=1, warm_start=warm_start, max_iter=5)
        lazy = clf.fit(da.from_array(X), y).predict_proba(da.from_array(X))
        assert (clf._state is not None) == warm_start
        sizes.append(len(cloudpickle.dumps(lazy)))
    assert sizes[1] < 1.1 * sizes[0]
    clf.fit(da.from_array(X), y)  # goes on


@pytest.mark.parametrize("kind", ["array", "frame"])
def test_a_worker_is_sent_one_classifier(table, client, kind):
    """Not one with each task, of which there may be thousands."""
    X, y = table
    rows = da.from_array(X, chunks=100)
    if kind == "frame":
        dataframe = pytest.importorskip("dask.dataframe")
        rows = dataframe.from_dask_array(rows, columns=[*"abcd"])
    clf = DaskSoftmaxMLPClassifier(1000, alpha=1, max_iter=1).fit(rows, y)
    size = len(cloudpickle.dumps(clf.coefs_))
    lazy = clf.predict_proba(rows)
    tasks = dict(lazy.__dask_graph__()).values()
    assert sum(len(cloudpickle.dumps(task)) > size for task in tasks) == 1
    assert lazy.__dask_keys__() == clf.predict_proba(rows).__dask_keys__()
    expected = clf.to_local().predict_proba(rows.compute())
    np.testing.assert_array_equal(lazy.compute(), expected)


def test_parameters_are_checked_before_anything_is_read(client):
    """As in memory."""
    with pytest.raises(ValueError, match="The 'alpha' parameter"):
        DaskSoftmaxMLPClassifier(alpha=-1).fit(da.ones((4, 2)), np.arange(4) % 2)


@pytest.mark.parametrize("name", ["X", "y", "sample_weight", "X_val", "y_val"])
def test_the_plain_class_names_this_one(table, name):
    """Where it meets a collection, to fit or to predict."""
    X, y = table
    given = {"X": X, "y": y, "sample_weight": np.ones(N_ROWS), "X_val": X, "y_val": y}
    given[name] = da.from_array(given[name])
    with pytest.raises(TypeError, match=f"{name} is a collection .* sksoftmax.dask.D"):
        SoftmaxMLPClassifier(alpha=1, early_stopping=True).fit(**given)
    plain, _ = pair()
    with pytest.raises(TypeError, match=r"here pass X.compute\(\)"):
        plain.fit(X, y).predict(da.from_array(X))


def bad_rows(X):
    X = X.copy()
    X[700, 2] = np.inf
    return X


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (bad_rows, "^Input X contains infinity"),
        (lambda X: X[:0], r"^Found array with 0 sample\(s\)"),
        (lambda X: X[:-1], "inconsistent numbers of samples"),
        (lambda X: X * [1, 1, 1, 1e-310], "X varies in column 3"),
    ],
)
def test_errors_are_those_of_the_fit_in_memory(table, client, change, message):
    """With their own message, wherever they were found, and the estimator as it was."""
    X, y = table
    X = change(X)
    plain, on_cluster = pair()
    for clf, rows in ((plain, X), (on_cluster, da.from_array(X, chunks=(500, 4)))):
        with pytest.raises(ValueError, match=message) as raised:
            clf.fit(rows, y)
        assert not hasattr(clf, "classes_")
        assert "sksoftmax-" not in str(raised.value)


def test_an_error_of_the_users_tasks_is_raised(table, client):
    """With its own message."""

    def full(block):
        raise OSError("the disk is full")

    rows = da.from_array(table[0], chunks=500).map_blocks(
        full, dtype=float, meta=np.ones((0, 4))
    )
    with pytest.raises(OSError, match=r"^the disk is full$"):
        DaskSoftmaxMLPClassifier().fit(rows, table[1])


FAILED = []


def failing(block):
    """A partition; of the last one for the third time."""
    if len(FAILED) < 2 and len(block) == 300:
        FAILED.append(None)
        raise OSError("connection reset")
    return block


def test_an_error_that_does_not_come_again_is_none(table, client):
    """Of a store that could not be reached, say: rows and labels are read again."""
    X, y = table
    plain, on_cluster = pair()
    expected = plain.fit(X, y)
    rows = da.from_array(X, chunks=(500, 4)).map_blocks(failing, meta=X[:0])
    labels = da.from_array(y, chunks=500).map_blocks(failing, meta=y[:0])
    for given in ((rows, y), (X, labels)):
        FAILED.clear()
        assert_same_bits(on_cluster.fit(*given), expected)
        assert len(FAILED) == 2


@pytest.mark.parametrize("kind", ["array", "frame"])
def test_integers_that_float64_cannot_tell_apart_are_refused(rng, client, kind):
    """By their ends in all partitions: in one alone they may be few."""
    X = 2**60 + rng.integers(0, 50, (100, 2))
    y = np.arange(100) % 2
    rows, far = da.from_array(X, chunks=(30, 2)), X.copy()
    far[0, 0] = 5
    collections = [rows, da.from_array(far, chunks=(30, 2))]
    name = "column 0"
    if kind == "frame":
        dd, pd = pytest.importorskip("dask.dataframe"), pytest.importorskip("pandas")
        collections = [
            dd.from_pandas(pd.DataFrame(values, columns=["a", "b"]), npartitions=4)
            for values in (X, far)
        ]
        name = "column 'a'"
    _, clf = pair()
    with pytest.raises(ValueError, match=rf"in {name} that differ by 4\d at most"):
        clf.fit(collections[0], y)
    name = name.replace("'a'", "'b'").replace("0", "1")
    with pytest.raises(ValueError, match=f"in {name} that differ"):
        clf.fit(collections[1], y)


def test_partitions_have_the_same_columns(client, rng):
    """In the same order: in memory frames are put together by names."""
    dd, pd = pytest.importorskip("dask.dataframe"), pytest.importorskip("pandas")
    X = pd.DataFrame(rng.normal(size=(60, 3)), columns=[*"abc"])
    y = np.arange(60) % 2
    clf = DaskSoftmaxMLPClassifier(3, alpha=1, max_iter=2)
    parts = [dask.delayed(part) for part in (X[:30], X[30:][[*"bac"]])]
    mixed = dd.from_delayed(parts, meta=X[:0], verify_meta=False)
    with pytest.raises(ValueError, match="feature names should match"):
        clf.fit(mixed, y)
    assert not hasattr(clf, "coefs_")


def test_files_are_read_again_in_each_pass(client, rng, tmp_path):
    """Frames of parquet files, and arrays that a file is mapped to: the same bits."""
    dd, pd = pytest.importorskip("dask.dataframe"), pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    plain, on_cluster = pair(persist=False, encoding="linear")
    X = pd.DataFrame(rng.normal(size=(300, 3)), columns=[*"abc"])
    X["text"] = pd.Series([*"xyz"]).iloc[np.arange(300) % 3].to_numpy()
    y = (X["a"] > 0).to_numpy()
    for i, part in enumerate((X[:100], X[100:110], X[110:])):
        part.to_parquet(tmp_path / f"{i}.parquet")
    found = on_cluster.fit(dd.read_parquet(tmp_path), y)
    assert_same_bits(found, plain.fit(X, y))
    np.save(tmp_path / "X.npy", X[[*"abc"]].to_numpy())
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    rows = da.from_array(mapped, chunks=(70, 3))
    assert_same_bits(on_cluster.fit(rows, y), plain.fit(np.asarray(mapped), y))


def test_a_fit_may_be_a_task(table, local_cluster, client):
    """Of the cluster that it runs on, which has no other thread for its tasks."""
    X, y = table
    plain, on_cluster = pair()
    expected = plain.fit(X, y)

    def fit(clf, seed):
        return clf.fit(da.from_array(X, chunks=200), y)

    futures = [client.submit(fit, on_cluster, seed) for seed in range(3)]
    for fitted in client.gather(futures):
        assert_same_bits(fitted, expected)


def test_callbacks_see_what_the_user_has_given(table, client):
    """Not rows that are let go meanwhile."""
    callback = pytest.importorskip("sklearn.callback")
    X, y = table
    plain, on_cluster = pair()
    rows = da.from_array(X, chunks=300)
    logs = []
    for clf, given in ((plain, X), (on_cluster, rows)):
        monitor = callback.ScoringMonitor(scoring="accuracy")
        clf.set_callbacks(monitor).fit(given, y)
        log = monitor.get_logs(select="most_recent")
        logs.append([task["accuracy"] for task in log.data])
    assert logs[0] == logs[1]
    assert len(logs[0]) > 3


def test_several_fits_at_once_do_not_disturb_one_another(table, client, local_cluster):
    """On one client, and on two."""
    X, y = table
    with distributed.Client(local_cluster, set_as_default=False) as other:
        jobs = [
            (pair(random_state=seed), one)
            for seed, one in enumerate([client, client, other])
        ]
        expected = [plain.fit(X, y) for (plain, _), _ in jobs]

        def fit(job):
            (_, clf), one = job
            return clf.set_params(client=one).fit(da.from_array(X, chunks=500), y)

        with ThreadPoolExecutor(3) as threads:
            for fitted, plain in zip(threads.map(fit, jobs), expected, strict=True):
                assert_same_bits(fitted, plain)


class Passes:
    """Does something when a pass over the rows begins, one after so many others."""

    def __init__(self, monkeypatch, number, action):
        self.n_sums, submit_each = 0, FitCluster.submit_each

        def counted(cluster, name, *args):
            if name == "sums":
                self.n_sums += 1
                if self.n_sums == number:
                    action()
            return submit_each(cluster, name, *args)

        monkeypatch.setattr(FitCluster, "submit_each", counted)


def interrupt():
    raise KeyboardInterrupt


def test_an_interrupted_fit_keeps_its_best(table, client, monkeypatch):
    """And stops what runs."""
    X, y = table
    _, clf = pair(max_iter=20)
    Passes(monkeypatch, 9, interrupt)
    with pytest.raises(KeyboardInterrupt):
        clf.fit(da.from_array(X, chunks=500), y)
    assert clf.convergence_.reason == "interrupted"
    assert clf.n_iter_ >= 1
    assert clf.score(X, y) > 0.5


def test_time_that_is_over_ends_a_fit(table, client):
    """With what there is."""
    X, y = table
    _, clf = pair(max_iter=500, max_time=0.01)
    with pytest.warns(ConvergenceWarning, match="max_time"):
        clf.fit(da.from_array(X, chunks=500), y)
    assert clf.convergence_.reason == "max_time"


def test_without_labels_there_is_no_fit(table, client):
    """scikit-learn's error, as in memory."""
    _, clf = pair()
    with pytest.raises(ValueError, match="requires y to be passed"):
        clf.fit(da.from_array(table[0], chunks=500), None)


def test_arguments_that_there_are_not_are_refused(table, client):
    """By the words of the class in memory, before any work."""
    X, y = table
    plain, clf = pair()
    with pytest.raises(TypeError, match="X_val and y_val") as expected:
        plain.fit(X, y, eval_set=[(X, y)])
    with pytest.raises(TypeError) as found:
        clf.fit(da.from_array(X, chunks=500), y, eval_set=[(X, y)])
    assert str(found.value) == str(expected.value).replace(
        "SoftmaxMLPClassifier", "DaskSoftmaxMLPClassifier"
    )


def test_time_is_from_the_call_of_fit(table, client, monkeypatch):
    """That in which labels are computed is a part of it."""
    X, y = table
    _, clf = pair(max_time=1000)
    computed = []

    def values(self, collection):
        computed.append(time.perf_counter())
        return collection

    monkeypatch.setattr(FitCluster, "values", values)
    fit = Mock(wraps=clf._fit)
    monkeypatch.setattr(clf, "_fit", fit)
    clf.fit(da.from_array(X, chunks=500), y)
    assert fit.call_args.kwargs["ends"] < computed[0] + 1000


def test_warnings_are_of_the_line_that_fits(table, client):
    """And not of one of the package."""
    X, y = table
    _, clf = pair()
    for rows in (X, da.from_array(X, chunks=500)):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            clf.fit(rows, y, np.full(N_ROWS, 1e-4))
        assert len(warned) == 2
        assert {warning.filename for warning in warned} == {__file__}


def in_time(fit):
    """What it gives, or what it raises, unless the watchdog barks."""
    result = []

    def run():
        try:
            result.append(fit())
        except BaseException as error:
            result.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(WATCHDOG)
    assert result, f"the fit has not ended in {WATCHDOG} seconds"
    return result[0]


@pytest.fixture
def processes():
    """Workers that are killed."""
    pytest.importorskip("resource")  # where there is SIGKILL
    with (
        a_cluster(2, 1, processes=True) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        client.wait_for_workers(2, timeout=WATCHDOG)
        yield client


def pids(client):
    return [*client.run(os.getpid, on_error="ignore").values()]


@pytest.mark.parametrize("number", [1, *(pytest.param(n, marks=SLOW) for n in (2, 5))])
def test_a_killed_worker_costs_time_alone(table, processes, monkeypatch, number):
    """Before the first pass, or in the middle of it all: the bits are the same."""
    X, y = table
    plain, clf = pair()
    clf.set_params(client=processes)
    victim = pids(processes)[number % 2]
    Passes(monkeypatch, number, lambda: os.kill(victim, signal.SIGKILL))
    rows = da.from_array(X, chunks=(100, 4))
    fitted = in_time(lambda: clf.fit(rows, y))
    assert_same_bits(fitted, plain.fit(X, y))
    assert victim not in pids(processes)
    assert not is_left(processes)


@SLOW
def test_workers_killed_at_any_moment_cost_time_alone(table):
    """`KILLS=20 python -m pytest -m slow -k any_moment` is what was promised once."""
    pytest.importorskip("resource")  # where there is SIGKILL
    X, y = table
    plain, clf = pair(max_iter=12)
    expected = plain.fit(X, y)
    rows, rng = da.from_array(X, chunks=(100, 4)), np.random.default_rng()
    n_killed = 0
    while n_killed < int(os.environ.get("KILLS", "3")):
        with (
            a_cluster(3, 1, processes=True) as cluster,
            distributed.Client(cluster, set_as_default=False) as client,
        ):
            client.wait_for_workers(3, timeout=WATCHDOG)
            began = time.perf_counter()
            clf.set_params(client=client).fit(rows, y)
            seconds = time.perf_counter() - began
            for _ in range(2):  # a nanny needs a while to have another worker
                victim = rng.choice(pids(client))
                kill = partial(os.kill, victim, signal.SIGKILL)
                timer = threading.Timer(rng.uniform(0, seconds), kill)
                timer.start()
                assert_same_bits(in_time(lambda: clf.fit(rows, y)), expected)
                n_killed += not timer.is_alive()
                timer.join()
                assert not is_left(client)
                client.wait_for_workers(2, timeout=WATCHDOG)


def test_workers_come_and_go(table, processes, monkeypatch):
    """Retired in the middle of a fit, where another one has come."""
    X, y = table
    plain, clf = pair()
    clf.set_params(client=processes)
    processes.cluster.scale(3)
    first = next(iter(processes.nthreads()))
    Passes(monkeypatch, 3, lambda: processes.retire_workers([first]))
    fitted = in_time(lambda: clf.fit(da.from_array(X, chunks=(100, 4)), y))
    assert_same_bits(fitted, plain.fit(X, y))
    assert not is_left(processes)


def test_a_closed_cluster_is_an_error(table, monkeypatch):
    """In bounded time."""
    X, y = table
    _, clf = pair()
    with a_cluster(1, 1) as cluster, distributed.Client(cluster):
        Passes(monkeypatch, 4, cluster.close)
        error = in_time(lambda: clf.fit(da.from_array(X, chunks=500), y))
    assert isinstance(error, RuntimeError)
    assert "cluster has" in str(error)
    assert not hasattr(clf, "classes_")


def test_without_workers_a_fit_is_an_error(table, monkeypatch):
    """In bounded time. It has more to do than is done until the last one is gone."""
    X, y = table
    monkeypatch.setattr(sksoftmax._distributed.cluster, "_LOOK", 0.05)
    monkeypatch.setattr(sksoftmax._distributed.cluster, "_ALONE", 0.2)
    _, clf = pair(max_iter=1000, tol=0)
    with a_cluster(2, 1) as cluster, distributed.Client(cluster):
        Passes(monkeypatch, 4, lambda: cluster.scale(0))
        error = in_time(lambda: clf.fit(da.from_array(X, chunks=500), y))
    assert isinstance(error, RuntimeError)
    assert "has had no worker" in str(error)


def test_a_call_that_is_cancelled_is_made_again(table, client, monkeypatch):
    """As by a connection that is closed under it; the worker may be there again."""
    X, y = table
    plain, clf = pair()
    monkeypatch.setattr(sksoftmax._distributed.cluster, "_LOOK", 0.05)
    gather, calls = distributed.Client._gather, []

    async def cancelled_once(*args, **kwargs):
        calls.append(args)
        if len(calls) == 5:
            raise asyncio.CancelledError
        return await gather(*args, **kwargs)

    monkeypatch.setattr(distributed.Client, "_gather", cancelled_once)
    fitted = in_time(lambda: clf.fit(da.from_array(X, chunks=500), y))
    assert len(calls) > 5
    assert_same_bits(fitted, plain.fit(X, y))


@parametrize_with_checks([DaskSoftmaxMLPClassifier(5, alpha=1)])
def test_rows_in_memory_obey_the_scikit_learn_contract(estimator, check):
    """Every check of `check_estimator` passes, without a client."""
    skip_without_cuda(check)
    check(estimator)


@pytest.mark.parametrize(("persist", "anew"), [(True, False), (False, True)])
def test_verbose_tells_of_passes(client, table, capsys, persist, anew):
    """How many there were, and how many of them read the rows."""
    X, y = table
    clf = DaskSoftmaxMLPClassifier(5, alpha=1, persist=persist, max_iter=3, verbose=1)
    clf.fit(da.from_array(X, chunks=200), y)
    *_, last = capsys.readouterr().out.splitlines()
    n_passes, n_readings = map(int, re.findall(r"\d+", last))
    assert n_passes > clf.convergence_.n_evaluations
    # Before those they are looked at twice: as they are, and as they are checked.
    assert n_readings == (n_passes + 2 if anew else 1)
