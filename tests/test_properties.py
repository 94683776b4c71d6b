"""What the classifier promises of any table, on tables that hypothesis makes up.

All values are exact in float32. What is to be the same bits is so after any number of
iterations; what differs by rounding is compared at the only minimum, which a network
without hidden layers has.
"""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sksoftmax import SoftmaxMLPClassifier

# The same examples in each run, whatever the speed of the machine.
settings.register_profile(
    "same",
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
SAME = settings.get_profile("same")
FEWER = settings(SAME, max_examples=6)  # of a search for alpha, which is many fits

ALPHAS = st.sampled_from([0.1, 0.5, 1.0, 3.0, 10.0])
CONTAINERS = st.sampled_from([np.asarray, csr_array])
DTYPES = st.sampled_from([np.float64, np.float32])
NETWORKS = st.sampled_from([(), (3,)])
CLASS_WEIGHTS = st.sampled_from([None, {1: 4.0}, "balanced"])
SEEDS = st.integers(0, 2**32 - 1)

# What the minimiser takes for the rounding error of the loss.
ROUNDING = 64 * 2.0**-52

# Iterations are cut short, tables without a signal are among the others, and so are
# those that ask for no penalty or have nothing to hold out.
pytestmark = [
    pytest.mark.filterwarnings("ignore:L-BFGS stopped before the loss settled"),
    pytest.mark.filterwarnings("ignore:No alpha predicts held-out samples"),
    pytest.mark.filterwarnings("ignore:alpha=.* that was tried, is the best"),
    pytest.mark.filterwarnings("ignore:Each class is a single sample"),
]


class Table(NamedTuple):
    """Rows of multiples of 1/256 up to 16, labels 0, 1, ..., and numbers of copies.

    Each class has a row with a weight.
    """

    X: NDArray[np.float64]
    y: NDArray[np.int64]
    weights: NDArray[np.float64]


def column(kind, n, rng):
    if kind == "many":
        return rng.integers(-2048, 2048, n) / 256
    if kind == "rare":
        return np.where(rng.random(n) < 0.8, 0.0, rng.integers(-1, 2, n))
    n_values = {"constant": 1, "two": 2, "few": 7}[kind]
    return rng.integers(-3, 4) + rng.integers(n_values, size=n).astype(np.float64)


@st.composite
def tables(draw):
    """Labels that columns of all kinds tell, but for noise, and copies of some rows.

    Their values are drawn by NumPy: most of those of hypothesis are the same number.
    """
    rng = np.random.default_rng(draw(SEEDS))
    n, n_classes = draw(st.integers(8, 40)), draw(st.integers(2, 4))
    kinds = st.sampled_from(["many", "few", "two", "rare", "constant"])
    chosen = draw(st.lists(kinds, min_size=1, max_size=4))
    X = np.column_stack([column(kind, n, rng) for kind in chosen])
    n_distinct = draw(st.integers(2, 2 * n))
    if n_distinct < n:
        X = X[rng.integers(n_distinct, size=n)]
    z = (X - X.mean(axis=0)) / np.maximum(X.std(axis=0), 1)
    z = z @ rng.normal(size=len(chosen)) + draw(st.floats(0, 1)) * rng.normal(size=n)
    y = np.argsort(np.argsort(z, kind="stable")) * n_classes // n
    weights = rng.choice([0.0, 1.0, 3.0, 5.0], n, p=[0.2, 0.4, 0.2, 0.2])
    first_of_class = np.unique(y, return_index=True)[1]
    weights[first_of_class] = np.maximum(weights[first_of_class], 1)
    return Table(X, y, weights)


def fit(X, y, sample_weight=None, **parameters):
    """At the only minimum, unless parameters say otherwise."""
    parameters = {"hidden_layer_sizes": (), "alpha": 1.0, "tol": 0.0, **parameters}
    clf = SoftmaxMLPClassifier(max_iter=2000, random_state=0).set_params(**parameters)
    return clf.fit(X, y, sample_weight)


def powers_of(X, least, largest):
    """Of 2, one for each column."""
    return hnp.arrays(np.int64, X.shape[1], elements=st.integers(least, largest))


def assert_close(p, q, weights, rounding=ROUNDING):
    """Of two minima, each as good as the loss can tell.

    A probability that is off by d costs its row 2 d**2 nats at least, of a mean loss of
    about 1.
    """
    assert p[weights > 0] == pytest.approx(
        q[weights > 0], rel=0, abs=np.sqrt(weights.sum() / 2 * rounding)
    )


@SAME
@given(tables(), DTYPES, CONTAINERS, NETWORKS, ALPHAS, st.integers(0, 60))
def test_a_factor_of_all_weights_is_one_of_alpha(
    table, dtype, container, hidden, alpha, power
):
    """Bit for bit where it is a power of two."""
    X, y, weights = table
    X, factor = container(X.astype(dtype)), 2.0**power
    parameters = {"hidden_layer_sizes": hidden, "max_iter": 20}
    one = fit(X, y, weights, alpha=alpha, **parameters)
    other = fit(X, y, factor * weights, alpha=factor * alpha, **parameters)
    np.testing.assert_array_equal(other.predict_proba(X), one.predict_proba(X))


@SAME
@given(tables(), ALPHAS, st.floats(0.2, 1e6))
def test_any_factor_of_all_weights_is_one_of_alpha(table, alpha, factor):
    """Up to rounding, where it leaves numbers of copies."""
    X, y, weights = table
    one = fit(X, y, weights, alpha=alpha)
    other = fit(X, y, factor * weights, alpha=factor * alpha)
    assert_close(other.predict_proba(X), one.predict_proba(X), weights)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The weights of .* are taken for relative ones")
@FEWER
@given(tables(), DTYPES, NETWORKS, st.sampled_from([1.0, "auto"]), st.integers(8, 900))
def test_relative_weights_have_no_unit(table, dtype, hidden, alpha, power):
    """Those that are too small for numbers of copies: the same bits, and alpha."""
    X, y, weights = table
    X = X.astype(dtype)
    parameters = {"hidden_layer_sizes": hidden, "alpha": alpha, "max_iter": 20}
    one, other = (
        fit(X, y, unit * weights, **parameters) for unit in (2.0**-8, 2.0**-power)
    )
    assert other.alpha_ == one.alpha_
    np.testing.assert_array_equal(other.predict_proba(X), one.predict_proba(X))


@pytest.mark.slow
@FEWER
@given(tables(), DTYPES, NETWORKS, st.integers(-900, 900))
def test_class_weights_have_no_unit(table, dtype, hidden, power):
    """That of all of them is the one of the alpha found, and changes no bit."""
    X, y, weights = table
    X, factor = X.astype(dtype), 2.0**power
    class_weight = {0: 1.0, 1: 3.0, 2: 0.25, 3: 1.0}
    one, other = (
        fit(
            X,
            y,
            weights,
            alpha="auto",
            class_weight={label: unit * w for label, w in class_weight.items()},
            hidden_layer_sizes=hidden,
            max_iter=20,
        )
        for unit in (1.0, factor)
    )
    assert other.alpha_ == factor * one.alpha_
    np.testing.assert_array_equal(other.predict_proba(X), one.predict_proba(X))


@SAME
@given(tables(), DTYPES, CONTAINERS, NETWORKS, ALPHAS, st.data())
def test_units_of_columns_do_not_matter(table, dtype, container, hidden, alpha, data):
    """Bit for bit where they are powers of two."""
    X, y, weights = table
    units = 2.0 ** data.draw(powers_of(X, -60, 60))
    parameters = {"hidden_layer_sizes": hidden, "alpha": alpha, "max_iter": 20}
    p, q = (
        fit(rows, y, weights, **parameters).predict_proba(rows)
        for rows in (container(X.astype(dtype)), container((X * units).astype(dtype)))
    )
    np.testing.assert_array_equal(q, p)


@pytest.mark.parametrize(
    ("dtype", "largest", "rounding"),
    [(np.float64, 12, 2.0**-38), (np.float32, 10, 2.0**-20)],
    ids=["float64", "float32"],
)
@SAME
@given(tables(), CONTAINERS, ALPHAS, st.data())
def test_offsets_of_columns_do_not_matter(
    dtype, largest, rounding, table, container, alpha, data
):
    """Up to rounding, where 0 is no value between others that most rows may have.

    That is of values in float64, and in float32 of those 8 standard deviations off:
    beyond, rows are shifted.
    """
    X, y, weights = table
    X = X - X.min(axis=0)
    offsets = 3 * 2.0 ** data.draw(powers_of(X, 0, largest))
    near, far = (container(rows.astype(dtype)) for rows in (X, X + offsets))
    p = fit(near, y, weights, alpha=alpha).predict_proba(near)
    q = fit(far, y, weights, alpha=alpha).predict_proba(far)
    assert_close(q, p, weights, ROUNDING + rounding)


@SAME
@given(tables(), CONTAINERS, ALPHAS, st.data())
def test_columns_far_off_are_as_good_as_near_ones(table, container, alpha, data):
    """Rows are shifted, and no digit is lost."""
    X, y, weights = table
    X = X - X.min(axis=0)
    far = container(X + 3 * 2.0 ** data.draw(powers_of(X, 36, 42)))
    p = fit(container(X), y, weights, alpha=alpha).predict_proba(X)
    q = fit(far, y, weights, alpha=alpha).predict_proba(far)
    assert_close(q, p, weights)


@SAME
@given(tables(), CONTAINERS, ALPHAS, SEEDS)
def test_order_of_the_rows_does_not_matter(table, container, alpha, seed):
    """Up to rounding."""
    X, y, weights = table
    order = np.random.default_rng(seed).permutation(len(y))
    one = fit(container(X), y, weights, alpha=alpha)
    other = fit(container(X[order]), y[order], weights[order], alpha=alpha)
    assert_close(other.predict_proba(X), one.predict_proba(X), weights)


@pytest.mark.slow
@FEWER
@given(tables(), CONTAINERS, NETWORKS, SEEDS)
def test_alpha_is_found_in_any_order_of_the_rows(table, container, hidden, seed):
    """Held-out rows are known by what they hold."""
    X, y, weights = table
    order = np.random.default_rng(seed).permutation(len(y))
    parameters = {"hidden_layer_sizes": hidden, "alpha": "auto", "tol": 5e-3}
    one = fit(container(X), y, weights, **parameters)
    other = fit(container(X[order]), y[order], weights[order], **parameters)
    assert other.alpha_ == one.alpha_


@SAME
@given(tables(), CONTAINERS, ALPHAS, st.permutations(range(4)))
def test_order_of_the_classes_does_not_matter(table, container, alpha, names):
    """Columns of the probabilities are permuted, up to rounding."""
    X, y, weights = table
    X, names = container(X), np.array(names)
    one = fit(X, y, weights, alpha=alpha)
    other = fit(X, names[y], weights, alpha=alpha)
    columns = np.searchsorted(other.classes_, names[one.classes_])
    assert_close(other.predict_proba(X)[:, columns], one.predict_proba(X), weights)


@pytest.mark.slow
@FEWER
@given(tables(), NETWORKS, st.permutations(range(4)))
def test_alpha_is_found_in_any_order_of_the_classes(table, hidden, names):
    """Each is dealt out by itself."""
    X, y, weights = table
    parameters = {"hidden_layer_sizes": hidden, "alpha": "auto", "tol": 5e-3}
    one = fit(X, y, weights, **parameters)
    other = fit(X, np.array(names)[y], weights, **parameters)
    assert other.alpha_ == one.alpha_


@SAME
@given(tables(), CONTAINERS, ALPHAS, CLASS_WEIGHTS)
def test_weights_are_copies(table, container, alpha, class_weight):
    """Two are a weight of 2, and none is one of 0, up to rounding."""
    X, y, weights = table
    copies = np.repeat(np.arange(len(y)), weights.astype(int))
    parameters = {"alpha": alpha, "class_weight": class_weight}
    one = fit(container(X), y, weights, **parameters)
    other = fit(container(X[copies]), y[copies], **parameters)
    assert_close(other.predict_proba(X), one.predict_proba(X), weights)


@pytest.mark.slow
@FEWER
@given(tables(), CONTAINERS, NETWORKS, CLASS_WEIGHTS)
def test_alpha_of_weights_is_that_of_copies(table, container, hidden, class_weight):
    """Copies are held out together, and a row without weight is nowhere.

    Where each row is there once with a label: equal rows may be told as draws, which
    weights are not.
    """
    rows, places = np.unique(np.column_stack(table[:2]), axis=0, return_inverse=True)
    X, y = rows[:, :-1], rows[:, -1].astype(int)
    weights = np.bincount(places.ravel(), table.weights)
    copies = np.repeat(np.arange(len(y)), weights.astype(int))
    parameters = {
        "alpha": "auto",
        "class_weight": class_weight,
        "hidden_layer_sizes": hidden,
        "tol": 5e-3,
    }
    one = fit(container(X), y, weights, **parameters)
    other = fit(container(X[copies]), y[copies], **parameters)
    assert other.alpha_ == pytest.approx(one.alpha_)


@FEWER
@given(
    tables(), DTYPES, CONTAINERS, NETWORKS, st.sampled_from([1.0, "auto"]), st.data()
)
def test_rows_without_weight_may_hold_anything(
    table, dtype, container, hidden, alpha, data
):
    """Whatever it is, it changes no bit."""
    X, y, weights = table
    X = X.astype(dtype)
    counts = weights > 0
    parameters = {"hidden_layer_sizes": hidden, "alpha": alpha, "max_iter": 20}
    one = fit(container(X), y, weights, **parameters)
    other = X.copy()
    other[~counts] = data.draw(finite(dtype, X[~counts].shape))
    other = fit(container(other), y, weights, **parameters)
    if alpha == "auto":
        np.testing.assert_equal(other.alpha_path_, one.alpha_path_)
    np.testing.assert_array_equal(other.predict_proba(X), one.predict_proba(X))


def finite(dtype, shape):
    """All finite numbers of the dtype, the largest and the subnormal ones included."""
    elements = hnp.from_dtype(np.dtype(dtype), allow_nan=False, allow_infinity=False)
    return hnp.arrays(dtype, shape, elements=elements)


def names_of_classes(n_classes):
    """Different labels of one dtype, in their order."""
    integers = hnp.integer_dtypes() | hnp.unsigned_integer_dtypes()
    numbers = st.one_of(
        integers.flatmap(lambda dtype: hnp.arrays(dtype, n_classes, unique=True)),
        hnp.floating_dtypes(sizes=(16, 32, 64)).flatmap(
            lambda dtype: hnp.arrays(
                dtype,
                n_classes,
                elements=st.integers(-2048, 2048).map(float),
                unique=True,
            )
        ),
    )
    characters = st.characters(codec="utf-8", exclude_characters="\0")  # as NumPy does
    text = st.text(characters, min_size=1, max_size=5)
    texts = st.lists(text, min_size=n_classes, max_size=n_classes, unique=True)
    strings = st.builds(np.array, texts, dtype=st.sampled_from([str, object]))
    booleans = st.just(np.array([False, True]))
    kinds = [numbers, strings] + [booleans] * (n_classes == 2)
    return st.one_of(kinds).map(np.sort)


@SAME
@given(tables(), NETWORKS, st.data())
def test_labels_are_names(table, hidden, data):
    """Of any dtype, which predictions have, too; in their order they change no bit."""
    X, y, weights = table
    names = data.draw(names_of_classes(len(set(y))))
    parameters = {"hidden_layer_sizes": hidden, "max_iter": 20}
    one = fit(X, y, weights, **parameters)
    other = fit(X, names[y], weights, **parameters)
    assert other.classes_.dtype == names.dtype
    np.testing.assert_array_equal(other.classes_, names)
    np.testing.assert_array_equal(other.predict_proba(X), one.predict_proba(X))
    predicted = other.predict(X)
    assert predicted.dtype == names.dtype
    np.testing.assert_array_equal(predicted, names[one.predict(X)])


def reach(clf, X, X_train):
    """Bound of all that a prediction computes from X, in units of 2**100."""
    unit = 2.0**-100
    size = unit * np.abs(X.astype(np.float64)) + unit * 2 * np.abs(X_train).max()
    for coef, intercept in zip(clf.coefs_, clf.intercepts_, strict=True):
        size = size @ np.abs(coef.astype(np.float64)) + unit * np.abs(intercept)
    return size.max()


@SAME
@given(tables(), DTYPES, CONTAINERS, NETWORKS, st.data())
def test_any_row_has_probabilities(table, dtype, container, hidden, data):
    """They sum to 1, and their logarithms are those of `predict_log_proba`.

    Whatever finite values it has, unless a logit is out of the range of the dtype: that
    is said.
    """
    X, y, weights = table
    clf = fit(X.astype(dtype), y, weights, hidden_layer_sizes=hidden, max_iter=20)
    rows = data.draw(finite(dtype, (4, X.shape[1])))
    try:
        p, log_p = (
            method(container(rows))
            for method in (clf.predict_proba, clf.predict_log_proba)
        )
    except ValueError as error:
        limit = 2.0**-103 * float(np.finfo(dtype).max)
        if "overflows: a logit" not in str(error) or reach(clf, rows, X) <= limit:
            raise
        return
    eps, tiny = np.finfo(dtype).eps, np.finfo(dtype).tiny
    assert p.dtype == log_p.dtype == dtype
    assert np.isfinite(log_p).all()
    assert ((p >= 0) & (p <= 1)).all()
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=4 * eps)
    error = np.abs(np.exp(log_p) - p)
    assert (error <= (4 - log_p) * eps * p + tiny).all()
