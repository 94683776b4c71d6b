"""The estimator, by identities with other estimators and with itself."""

import _thread
import pickle
import signal
import threading
import tracemalloc
import warnings

import joblib
import numpy as np
import pytest
from scipy.sparse import coo_matrix, csc_array, csc_matrix, csr_array, csr_matrix
from scipy.special import log_softmax
from sklearn.base import clone
from sklearn.datasets import (
    load_digits,
    load_iris,
    load_wine,
    make_blobs,
    make_classification,
)
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import ThreadpoolController, threadpool_limits

import sksoftmax._classifier
import sksoftmax._training.objective
from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._network.activations import ACTIVATIONS
from sksoftmax._rows.malloc import keep_freed_memory

EXACT = {"tol": 0, "max_iter": 5000}


@pytest.mark.parametrize("alpha", [0.1, 10])
@pytest.mark.parametrize("weighted", [False, True])
def test_no_hidden_layer_is_logistic_regression(small_data, rng, alpha, weighted):
    """`()` is LogisticRegression with C = 1 / alpha, or 2 / alpha for two classes."""
    X, y = small_data
    X = StandardScaler().fit_transform(X)
    sample_weight = rng.uniform(size=len(y)) if weighted else None
    C = (2 if y.max() == 1 else 1) / alpha
    logistic = LogisticRegression(C=C, tol=1e-12, max_iter=10_000)
    logistic.fit(X, y, sample_weight)
    clf = SoftmaxMLPClassifier((), alpha=alpha, standardize=False, **EXACT)
    with warnings.catch_warnings():  # at tol=0 rounding errors may end the line search
        warnings.simplefilter("ignore", ConvergenceWarning)
        clf.fit(X, y, sample_weight)
    assert clf.loss_ < np.log(len(clf.classes_)) - 0.05
    np.testing.assert_allclose(
        clf.predict_proba(X), logistic.predict_proba(X), atol=1e-5
    )
    np.testing.assert_allclose(
        clf.decision_function(X), logistic.decision_function(X), atol=1e-4
    )


def test_standardize_is_a_scaler_in_front(small_data, rng):
    """Probabilities equal those of a pipeline with StandardScaler, weights included."""
    X, y = small_data
    weights = rng.uniform(size=len(y))
    inside = SoftmaxMLPClassifier(random_state=0, max_iter=30, tol=0, alpha=3)
    outside = make_pipeline(
        StandardScaler(), clone(inside).set_params(standardize=False)
    )
    weights_of_steps = dict.fromkeys(
        ["standardscaler__sample_weight", "softmaxmlpclassifier__sample_weight"],
        weights,
    )
    with pytest.warns(ConvergenceWarning):
        inside.fit(X, y, weights)
    with pytest.warns(ConvergenceWarning):
        outside.fit(X, y, **weights_of_steps)
    np.testing.assert_allclose(
        inside.predict_proba(X), outside.predict_proba(X), atol=1e-6
    )
    assert inside.loss_ == pytest.approx(outside[-1].loss_, rel=1e-9)


@pytest.mark.parametrize(
    ("a", "b"), [(7.3, 0), (1e-6, 0), (1e6, -11), (0.37, 1000), (1, 1e4)]
)
def test_units_of_a_column_do_not_matter(small_data, a, b):
    """Predictions stay, to 1e-6, where a column is replaced by a * column + b."""
    X, y = small_data
    changed = X.copy()
    changed[:, 2] = a * X[:, 2] + b * a * X[:, 2].std()
    clf = SoftmaxMLPClassifier((20,), "tanh", alpha=3, random_state=0)
    p = clf.fit(X, y).predict_proba(X)
    q = clf.fit(changed, y).predict_proba(changed)
    np.testing.assert_allclose(q, p, atol=1e-6)


@pytest.mark.filterwarnings("ignore:early_stopping kept")
def test_parameters_of_narrow_dtypes_are_computed_in_float64(small_data):
    """As half precision, of which a sum over samples soon is infinite."""
    X, y = small_data
    half = {"alpha": np.float16(0.3), "tol": np.float16(0.005)}
    whole = {name: float(value) for name, value in half.items()}
    for extra in ({}, {"early_stopping": True, "validation_fraction": np.float16(0.3)}):
        ours, other = (
            SoftmaxMLPClassifier((5,), random_state=0, **extra, **p).fit(X, y)
            for p in (half, whole)
        )
        np.testing.assert_array_equal(ours.predict_proba(X), other.predict_proba(X))


@pytest.mark.parametrize("offset", [10, 100, 1000])
@pytest.mark.parametrize("load", [load_iris, load_wine])
def test_offsets_do_not_matter_in_float32(load, offset):
    """Columns up to 1000 standard deviations from zero keep probabilities to 1e-2."""
    X, y = load(return_X_y=True)
    z = StandardScaler().fit_transform(X)
    near = z.astype(np.float32)
    far = (z + offset).astype(np.float32)
    clf = SoftmaxMLPClassifier(alpha=1, random_state=0, tol=1e-4)
    p = clf.fit(near, y).predict_proba(near)
    q = clf.fit(far, y).predict_proba(far)
    assert clf.coefs_[0].dtype == np.float32
    np.testing.assert_allclose(q, p, atol=1e-2)


def test_constant_columns_do_not_matter(small_data):
    """A constant column, zero or not, changes no probability."""
    X, y = small_data
    more = np.column_stack([X, np.full(len(X), 0.1), np.zeros(len(X))])
    # without hidden layers there is no random draw, that more features would change
    clf = SoftmaxMLPClassifier(hidden_layer_sizes=(), encoding="linear")
    p = clf.fit(X, y).predict_proba(X)
    q = clf.fit(more, y).predict_proba(more)
    np.testing.assert_allclose(q, p, atol=1e-9)
    np.testing.assert_array_equal(clf.coefs_[0][-2:], 0)


@pytest.mark.parametrize("container", [np.asarray, csr_array])
@pytest.mark.parametrize(
    ("constant", "dtype"), [(1e12, np.float32), (9.97e36, np.float32), (1e20, float)]
)
def test_large_constant_columns_do_not_matter(container, constant, dtype):
    """A time or a fill value in every row, whose rounding errors are large."""
    X, y = load_wine(return_X_y=True)
    X = X.astype(dtype)
    more = np.column_stack([X, np.full(len(X), constant, dtype)])
    clf = SoftmaxMLPClassifier(hidden_layer_sizes=(), alpha=1)
    p = clf.fit(X, y).predict_proba(X)
    more = container(more)
    np.testing.assert_allclose(clf.fit(more, y).predict_proba(more), p, atol=1e-3)


@pytest.mark.parametrize("hidden", [(), (20,), (10, 5)], ids=str)
def test_order_of_the_classes_does_not_matter(hidden):
    """Renaming the classes permutes probabilities and logits, and nothing else."""
    X, y = load_iris(return_X_y=True)
    names = np.array(["b", "c", "a"])
    clf = SoftmaxMLPClassifier(hidden, "tanh", alpha=1, random_state=0, max_iter=40)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        first, second = clone(clf).fit(X, y), clone(clf).fit(X, names[y])
    order = np.argsort(names)
    np.testing.assert_array_equal(second.classes_, names[order])
    np.testing.assert_array_equal(second.predict(X), names[first.predict(X)])
    for method in ("predict_proba", "decision_function"):
        a, b = (getattr(model, method)(X) for model in (first, second))
        np.testing.assert_allclose(b, a[:, order], atol=1e-6)


def test_weights_are_repetitions(small_data, rng):
    """A fit with weights 0 to 3 is the fit of 0 to 3 copies of each row."""
    X, y = small_data
    counts = rng.integers(0, 4, size=len(y))
    clf = SoftmaxMLPClassifier((10,), "tanh", random_state=0, alpha=3)
    weighted = clone(clf).fit(X, y, counts)
    repeated = clone(clf).fit(X.repeat(counts, axis=0), y.repeat(counts))
    np.testing.assert_allclose(
        weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-6
    )


def test_same_seed_same_bits(small_data):
    """Two fits with one seed are equal to the last bit, two seeds differ."""
    X, y = small_data
    first, same, other = (
        SoftmaxMLPClassifier((10,), random_state=seed, tol=0.05).fit(X, y)
        for seed in (3, 3, 4)
    )
    for a, b in zip(first.coefs_, same.coefs_, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (first.coefs_[0] != other.coefs_[0]).any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_of_the_data_is_kept(small_data, dtype):
    """float32 data give float32 weights and probabilities, close to float64's."""
    X, y = small_data
    X = X.astype(dtype)
    clf = SoftmaxMLPClassifier((10,), alpha=1, random_state=0).fit(X, y)
    assert {part.dtype for part in (*clf.coefs_, *clf.intercepts_)} == {np.dtype(dtype)}
    assert clf.predict_proba(X).dtype == dtype
    assert clf.decision_function(X).dtype == dtype
    np.testing.assert_allclose(clf.predict_proba(X).sum(axis=1), 1, rtol=1e-6)
    reference = SoftmaxMLPClassifier((10,), alpha=1, random_state=0)
    reference.fit(X.astype(float), y)
    np.testing.assert_allclose(
        clf.predict_proba(X), reference.predict_proba(X), atol=2e-2
    )


@pytest.mark.parametrize(
    "container", [csr_array, csc_array, csr_matrix, csc_matrix, coo_matrix]
)
@pytest.mark.parametrize("standardize", [True, False])
def test_sparse_equals_dense(small_data, container, standardize):
    """Every sparse format gives the probabilities of its dense copy."""
    X, y = small_data
    X = X / X.std(axis=0)
    X = np.where(np.abs(X) < np.median(np.abs(X), axis=0), 0, X)
    clf = SoftmaxMLPClassifier(
        (20,), "tanh", alpha=3, random_state=0, standardize=standardize
    )
    dense, sparse = clone(clf).fit(X, y), clone(clf).fit(container(X), y)
    p = dense.predict_proba(X)
    np.testing.assert_allclose(sparse.predict_proba(container(X)), p, atol=1e-5)
    np.testing.assert_allclose(dense.predict_proba(container(X)), p, atol=1e-12)


@pytest.mark.slow
def test_sparse_is_never_densified_as_a_whole(rng):
    """A sparse matrix whose dense copy would take 240 GB is fitted and predicted."""
    n, d = 100_000, 300_000
    rows = np.arange(n)
    X = csr_array((np.ones(n), (rows, rows % 50)), shape=(n, d))
    y = rows % 2
    clf = SoftmaxMLPClassifier(hidden_layer_sizes=(), tol=0.1)
    assert clf.fit(X, y).score(X, y) == 1


def test_c_ordered_data_are_not_copied(small_data, monkeypatch):
    """The kernel reads the user's own memory, also from a read-only array."""
    X, y = small_data
    X.flags.writeable = False
    seen = []
    kernel = sksoftmax._training.objective.loss_gradient_sums

    def spy(X, *args):
        seen.append(X)
        return kernel(X, *args)

    monkeypatch.setattr(sksoftmax._training.objective, "loss_gradient_sums", spy)
    SoftmaxMLPClassifier(alpha=1).fit(X, y)
    assert all(np.shares_memory(block, X) for block in seen)


@pytest.mark.parametrize(
    "labels",
    [
        ["no", "yes"],
        [False, True],
        [-1, 1],
        [2**40, 7],
        [0.0, 2.0],
        np.array(["x", "yy"], dtype=object),
    ],
)
def test_labels_of_every_kind(labels):
    """Predictions are labels of the kind that was fitted, classes_ is sorted."""
    X = np.repeat([[0.0], [1.0]], 20, axis=0)
    y = np.asarray(labels)[np.repeat([0, 1], 20)]
    clf = SoftmaxMLPClassifier(alpha=1, random_state=0).fit(X, y)
    np.testing.assert_array_equal(clf.classes_, np.sort(np.asarray(labels)))
    assert clf.predict(X).dtype == y.dtype
    np.testing.assert_array_equal(clf.predict(X), y)
    assert clf.score(X, y) == 1


def test_attributes_describe_the_network(small_data):
    """Names, shapes and values of the fitted attributes are MLPClassifier's."""
    X, y = small_data
    clf = SoftmaxMLPClassifier((7, 5), "tanh", encoding="linear", random_state=0)
    clf.fit(X, y)
    K = len(set(y))
    assert [coef.shape for coef in clf.coefs_] == [(6, 7), (7, 5), (5, K)]
    assert [intercept.shape for intercept in clf.intercepts_] == [(7,), (5,), (K,)]
    assert (clf.n_layers_, clf.n_outputs_, clf.n_features_in_) == (4, K, 6)
    assert clf.out_activation_ == "softmax"
    assert len(clf.loss_curve_) == clf.n_iter_ > 10
    assert clf.loss_curve_[-1] == clf.loss_ < clf.loss_curve_[0]
    h = np.tanh(
        np.tanh(X @ clf.coefs_[0] + clf.intercepts_[0]) @ clf.coefs_[1]
        + (clf.intercepts_[1])
    )
    logits = h @ clf.coefs_[2] + clf.intercepts_[2]
    np.testing.assert_allclose(
        clf.predict_log_proba(X), log_softmax(logits, axis=1), rtol=1e-9
    )


def test_an_int_is_one_hidden_layer(small_data):
    """hidden_layer_sizes=7, [7] and (7,) are the same network."""
    X, y = small_data
    fits = [
        SoftmaxMLPClassifier(sizes, alpha=1, random_state=0).fit(X, y)
        for sizes in (7, [7], (7,), np.array([7]))
    ]
    for clf in fits[1:]:
        np.testing.assert_array_equal(clf.coefs_[1], fits[0].coefs_[1])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_learns(activation):
    """Each activation fits iris; only the linear one is no better than linear."""
    X, y = load_iris(return_X_y=True)
    clf = SoftmaxMLPClassifier(10, activation, relevance=False, random_state=0).fit(
        X, y
    )
    assert clf.score(X, y) > 0.95


def test_activations_may_differ_by_layer(small_data):
    """A list names one activation per layer; equal names are the plain string."""
    X, y = small_data
    one, listed, mixed = (
        SoftmaxMLPClassifier((6, 5), activation, alpha=1, random_state=0).fit(X, y)
        for activation in ("tanh", ["tanh", "tanh"], ("tanh", "silu"))
    )
    np.testing.assert_array_equal(one.coefs_[0], listed.coefs_[0])
    assert not np.allclose(one.coefs_[0], mixed.coefs_[0])


def test_round_trips(small_data, tmp_path):
    """pickle and joblib keep every bit of the predictions, clone keeps parameters."""
    X, y = small_data
    clf = SoftmaxMLPClassifier((8, 4), ["tanh", "silu"], random_state=0, tol=0.05)
    clf.fit(X, y)
    joblib.dump(clf, tmp_path / "clf.joblib")
    copies = (
        pickle.loads(pickle.dumps(clf)),
        joblib.load(tmp_path / "clf.joblib"),
        joblib.load(tmp_path / "clf.joblib", mmap_mode="r"),
    )
    for copy in copies:
        np.testing.assert_array_equal(copy.predict_proba(X), clf.predict_proba(X))
    assert clone(clf).get_params() == clf.get_params()
    with pytest.raises(NotFittedError):
        clone(clf).predict(X)


def test_without_warm_start_a_fit_forgets(small_data):
    """The second of two fits is the same as the first."""
    X, y = small_data
    clf = SoftmaxMLPClassifier(alpha=1, random_state=0).fit(X, y)
    first = clf.coefs_[0]
    np.testing.assert_array_equal(clf.fit(X, y).coefs_[0], first)


def test_a_warning_taken_for_an_error_leaves_the_fitted_model(small_data):
    """With warnings as errors a fit that runs out of iterations is still there."""
    X, y = small_data
    clf = SoftmaxMLPClassifier(relevance=False, max_iter=3, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ConvergenceWarning):
            clf.fit(X, y)
    assert clf.n_iter_ == 3
    assert clf.predict_proba(X).shape == (len(y), len(set(y)))


def test_convergence_is_told(small_data):
    """Reason, counts, gradient and seconds of the fit, in one place."""
    clf = SoftmaxMLPClassifier(relevance=False, random_state=0).fit(*small_data)
    told = clf.convergence_
    assert told.reason == "tol"
    assert told.n_iter == clf.n_iter_ == len(clf.loss_curve_)
    assert told.n_evaluations > told.n_iter
    assert 0 < told.gradient_norm < 0.3
    assert told.seconds > 0
    assert clf.stages_ == [(80, clf.n_iter_)]


def test_max_time_ends_a_fit_to_a_given_alpha(small_data):
    """With a warning, which names it."""
    clf = SoftmaxMLPClassifier(alpha=1, max_time=1e-9, random_state=0)
    message = r"settled to tol.*: max_time=1e-09 seconds were over. Increase max_time"
    with pytest.warns(ConvergenceWarning, match=message):
        clf.fit(*small_data)
    assert clf.convergence_.reason == "max_time"


def test_max_time_ends_a_fit_with_a_warning(small_data):
    """The first iteration is done, and the remedy is told."""
    with pytest.warns(ConvergenceWarning, match=r"max_time=1e-09.*Increase max_time"):
        clf = SoftmaxMLPClassifier(max_time=1e-9, random_state=0).fit(*small_data)
    assert clf.convergence_.reason == "max_time"
    assert clf.n_iter_ == 1


def test_running_out_of_iterations_is_said(small_data):
    """The warning names max_iter and the remedy, at the caller's line."""
    X, y = small_data
    clf = SoftmaxMLPClassifier(relevance=False, max_iter=3, random_state=0)
    with pytest.warns(
        ConvergenceWarning, match=r"max_iter=3 iterations were done\. Increase max_iter"
    ) as record:
        clf.fit(X, y)
    assert record[0].filename == __file__
    assert clf.n_iter_ == 3


def test_a_failed_line_search_is_said(small_data, monkeypatch):
    """Where rounding ends a fit, nobody is told to increase max_iter."""
    X, y = small_data
    train = sksoftmax._classifier.train

    def failing(*args, **kwargs):
        trained = train(*args, **kwargs)
        convergence = trained.minimum.convergence._replace(reason="line_search")
        return trained._replace(
            minimum=trained.minimum._replace(convergence=convergence)
        )

    monkeypatch.setattr(sksoftmax._classifier, "train", failing)
    with pytest.warns(ConvergenceWarning, match="line search") as record:
        SoftmaxMLPClassifier(alpha=1, random_state=0).fit(X, y)
    assert "max_iter" not in str(record[0].message)
    assert "float64" in str(record[0].message)


class Stop(BaseException):
    """Stands for KeyboardInterrupt, which pytest would take for its own."""


@pytest.fixture
def interrupt(monkeypatch):
    """Let the n-th evaluation of a block raise."""

    def after(n_evaluations, error):
        kernel = sksoftmax._training.objective.loss_gradient_sums
        calls = []

        def interrupted(*args):
            calls.append(args)
            if len(calls) > n_evaluations:
                raise error
            return kernel(*args)

        monkeypatch.setattr(
            sksoftmax._training.objective, "loss_gradient_sums", interrupted
        )

    return after


@pytest.mark.parametrize("error", [Stop(), MemoryError()], ids=repr)
def test_interrupted_first_fit_leaves_an_unfitted_estimator(
    small_data, interrupt, error
):
    """After a first fit that raises nothing of it is left."""
    clf = SoftmaxMLPClassifier()
    before = vars(clf).copy()
    interrupt(5, error)
    with pytest.raises(type(error)):
        clf.fit(*small_data)
    assert vars(clf) == before
    with pytest.raises(NotFittedError):
        clf.predict(small_data[0])


def test_interrupted_refit_leaves_the_old_model(small_data, interrupt):
    """After a refit that raises, the model predicts as before, for the old features."""
    X, y = small_data
    clf = SoftmaxMLPClassifier(alpha=1, random_state=0).fit(X, y)
    p = clf.predict_proba(X)
    interrupt(5, Stop())
    with pytest.raises(Stop):
        clf.fit(X[:, :2], np.where(y > 0, "u", "v"))
    np.testing.assert_array_equal(clf.predict_proba(X), p)


@pytest.fixture
def sigint_raises():
    """Also where pytest is a background job, to which the shell sends no SIGINT."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("sigint_raises")
def test_ctrl_c_ends_a_threaded_fit_cleanly(monkeypatch):
    """A KeyboardInterrupt leaves a model, no thread, and BLAS as it was.

    It comes with the first block that a thread works on, so as others start.
    """
    X, y = make_blobs(20_000, 5, random_state=0)
    kernel = sksoftmax._training.objective.loss_gradient_sums
    once = threading.Lock()

    def interrupting(*args):
        is_main = threading.current_thread() is threading.main_thread()
        if not is_main and once.acquire(blocking=False):
            _thread.interrupt_main()
        return kernel(*args)

    monkeypatch.setattr(
        sksoftmax._training.objective, "loss_gradient_sums", interrupting
    )
    clf = SoftmaxMLPClassifier(alpha=1)
    with threadpool_limits(3, "blas"):
        with pytest.raises(KeyboardInterrupt):
            clf.fit(X, y)
        blas = ThreadpoolController().select(user_api="blas")
        assert {library["num_threads"] for library in blas.info()} == {3}
    assert once.locked()
    assert clf.convergence_.reason == "interrupted"
    assert not [t for t in threading.enumerate() if t.name.startswith("sksoftmax")]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bits_do_not_depend_on_the_number_of_threads(dtype):
    """coefs_ and probabilities are the same bits with 1, 2, 3 and 8 threads."""
    X, y = make_blobs(20_000, 5, cluster_std=4, random_state=0)
    X = X.astype(dtype)
    fits = []
    for n_threads in (1, 2, 3, 8):
        with threadpool_limits(n_threads, "blas"):
            clf = SoftmaxMLPClassifier((20,), random_state=0, tol=0.1).fit(X, y)
            fits.append([*clf.coefs_, *clf.intercepts_, clf.predict_proba(X)])
    assert np.abs(fits[0][0]).max() > 0.1
    for fit in fits[1:]:
        for a, b in zip(fits[0], fit, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.fixture
def memmap(tmp_path):
    """A read-only float32 file of n rows and 50 columns, and labels."""

    def of(n):
        X = np.memmap(tmp_path / f"{n}", np.float32, "w+", shape=(n, 50))
        y = np.arange(n) % 3
        for start in range(0, n, 10_000):
            rng = np.random.default_rng(start)
            rows = slice(start, start + 10_000)
            X[rows] = rng.normal(size=X[rows].shape) + y[rows, np.newaxis] + 1000
        X.flush()
        return np.memmap(tmp_path / f"{n}", np.float32, "r", shape=(n, 50)), y

    return of


def peak(function):
    """Most memory that Python and NumPy had allocated during a call, in bytes."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize(("encoding", "most"), [("linear", 48e6), ("auto", 96e6)])
def test_memory_of_a_fit_does_not_grow_with_the_features(memmap, encoding, most):
    """A memory-mapped X is never copied: a few vectors of n are all that grows.

    Its columns are far from zero, so blocks are shifted, and rows have weights. The
    curvature of 850 parts, and inverses of it, have 6 MB each, and the inputs that the
    search stores at most 16 MB of an encoding.
    """
    clf = SoftmaxMLPClassifier((64,), encoding=encoding, max_iter=2, random_state=0)
    keep_freed_memory()  # 32 MiB that are never touched
    sizes = []
    for n in (170_000, 370_000):
        X, y = memmap(n)
        weights = np.full(n, 0.5, np.float32)
        with pytest.warns(ConvergenceWarning):
            sizes.append(peak(lambda: clf.fit(X, y, weights)))  # noqa: B023
    growth = (sizes[1] - sizes[0]) / 200_000
    assert growth < 60  # bytes per row: labels and codes; a row of X has 200
    assert sizes[0] < most


def test_memory_of_a_fit_to_wide_rows_is_a_few_blocks():
    """With thousands of features, shifted blocks are as short as they must be."""
    X = np.random.default_rng(0).normal(1000, 1, (6000, 3000)).astype(np.float32)
    clf = SoftmaxMLPClassifier((8,), alpha=1, max_iter=2, random_state=0)
    keep_freed_memory()
    with pytest.warns(ConvergenceWarning):
        extra = peak(lambda: clf.fit(X, X[:, 0] > 1000))
    assert X.nbytes == 72e6
    assert extra < 60e6


def test_memory_of_a_prediction_is_that_of_the_result(memmap):
    """Hidden activations of all rows are never held at once."""
    X, y = memmap(200_000)
    clf = SoftmaxMLPClassifier((256,), alpha=1, max_iter=1, random_state=0)
    with pytest.warns(ConvergenceWarning):
        clf.fit(X[:3000], y[:3000])
    result = 200_000 * 3 * 4
    assert peak(lambda: clf.predict_proba(X)) < result + 30e6  # activations: 205e6


def test_verbose_prints_progress(small_data, capsys):
    """verbose=1 prints a line for each iteration and the reason of the stop."""
    clf = SoftmaxMLPClassifier(alpha=1, verbose=1, random_state=0).fit(*small_data)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == clf.n_iter_ + 1
    assert lines[-1].startswith("Stopped by tol")


@pytest.mark.slow
def test_default_is_good_and_silent_on_digits():
    """On digits the default converges and beats LogisticRegression's log-loss."""
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, random_state=0, stratify=y)
    clf = SoftmaxMLPClassifier(random_state=0).fit(X, y)
    logistic = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
    rows = np.arange(len(y_test))
    ours, theirs = (
        -model.predict_log_proba(X_test)[rows, y_test].mean()
        for model in (clf, logistic)
    )
    assert ours < 0.1 < theirs
    assert clf.score(X_test, y_test) > 0.97


@pytest.mark.parametrize("weighted", [False, True])
def test_class_weights_are_sample_weights(small_data, rng, weighted):
    """The same bits, with and without weights of the samples."""
    X, y = small_data
    sample_weight = rng.integers(1, 5, len(y)).astype(float) if weighted else None
    factors = np.where(y == 1, 8.0, 1.0)
    both = factors if sample_weight is None else factors * sample_weight
    clf = SoftmaxMLPClassifier((5,), alpha=3, random_state=0, class_weight={1: 8})
    ours = clone(clf).fit(X, y, sample_weight)
    other = clf.set_params(class_weight=None).fit(X, y, both)
    np.testing.assert_array_equal(ours.coefs_[0], other.coefs_[0])


@pytest.mark.parametrize("weighted", [False, True])
def test_balanced_classes_count_alike(rng, weighted):
    """Where nothing is to be learnt, each class has the same probability."""
    X, y = rng.normal(size=(200, 2)), np.repeat(["a", "b"], [180, 20])
    sample_weight = rng.uniform(1, 5, 200) if weighted else None
    clf = SoftmaxMLPClassifier((), class_weight="balanced", alpha=1e4)
    p = clf.fit(X, y, sample_weight).predict_proba(X)
    np.testing.assert_allclose(p, 0.5, atol=1e-2)


def test_class_weights_can_be_taken_back():
    """Divided by the weights, the probabilities are calibrated again, on average."""
    X, y = make_classification(
        4000, 5, n_informative=5, n_redundant=0, weights=[0.9], random_state=0
    )
    class_weight = {0: 1, 1: 9}
    clf = SoftmaxMLPClassifier((), class_weight=class_weight, alpha=0).fit(X, y)
    p = clf.predict_proba(X)
    assert p[:, 1].mean() > 2 * y.mean()
    p /= [class_weight[k] for k in clf.classes_]
    p /= p.sum(axis=1, keepdims=True)
    assert p[:, 1].mean() == pytest.approx(y.mean(), rel=0.1)


@pytest.mark.parametrize("alpha", [1, "auto"])
def test_weights_that_are_no_counts_are_warned_of(small_data, alpha):
    """Where those that sum to 1 are taken for relative ones, once a fit."""
    X, y = small_data
    clf = SoftmaxMLPClassifier((5,), alpha=alpha, random_state=0, tol=0.05)
    weights = np.full(len(y), 1 / len(y))
    with pytest.warns(UserWarning, match="weights of 80 samples sum to 1, ") as w:
        clf.fit(X, y, weights)
    assert [warning.filename for warning in w] == [__file__]
    clf.fit(X, y, weights * 80)


def test_max_time_counts_from_the_call(small_data, monkeypatch):
    """Whatever takes the time before the first iteration, there is one."""
    clock = iter([0.0, *range(100, 10_000)])
    monkeypatch.setattr(sksoftmax._classifier.time, "perf_counter", lambda: next(clock))
    clf = SoftmaxMLPClassifier((5,), alpha=1.0, random_state=0, max_time=50)
    with pytest.warns(ConvergenceWarning, match="max_time=50 seconds were over"):
        clf.fit(*small_data)
    assert clf.n_iter_ == 1
