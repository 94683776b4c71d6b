"""Passes over rows, wherever they are, up to whole fits."""

import numpy as np
import pytest
from elsewhere import Elsewhere
from scipy.sparse import csr_array

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._rows.passes import each_block, sum_blocks
from sksoftmax._rows.threads import BlockThreads

BLOCKS = [slice(0, 3), slice(3, 6), slice(6, 7)]


def moments(X, w, nothing):
    assert nothing is None
    return [w.sum(), w @ X]


@pytest.mark.parametrize("place", [lambda X: X, Elsewhere])
def test_a_pass_sums_over_blocks_or_lists_them(rng, place):
    """Of rows, and of vectors with an entry for each; None stays None."""
    X, w = rng.normal(size=(7, 2)), rng.uniform(size=7)
    rows = place(X)
    np.testing.assert_allclose(
        sum_blocks(moments, BLOCKS, rows, w, None)[1], w @ X, rtol=1e-12
    )
    each = [*each_block(moments, BLOCKS, rows, w, None)]
    expected = [w[0] + w[1] + w[2], w[3] + w[4] + w[5], w[6]]
    np.testing.assert_allclose([total for total, _ in each], expected)


def test_rows_in_this_process_are_shared_out_to_threads(rng):
    """By the map that is given."""
    X, w = rng.normal(size=(7, 2)), rng.uniform(size=7)
    with BlockThreads() as threads:
        total = sum_blocks(moments, BLOCKS, X, w, None, map_blocks=threads.map)
        each = [*each_block(moments, BLOCKS, X, w, None, map_blocks=threads.map)]
    np.testing.assert_array_equal(total[1], sum_blocks(moments, BLOCKS, X, w, None)[1])
    assert len(each) == 3


def table(rng, n=1500):
    """Columns of values, of few of them, and with gaps, and labels that need two."""
    X = rng.normal(size=(n, 4)) * [1, 10, 0.1, 1] + [0, 0, 0, 1e4]
    X[:, 2] = np.round(X[:, 2], 1)
    y = (X[:, 0] * X[:, 1] + rng.normal(size=n) > 0) + (X[:, 2] > 0)
    X[rng.random(n) < 0.1, 1] = np.nan
    return X, y


FITS = {
    "linear": {"alpha": 0.1},
    "parts": {"alpha": 0.1, "encoding": "piecewise"},
    "own units": {"alpha": 0.1, "standardize": False, "max_iter": 5},
    "search": {"alpha": "auto", "tol": 0.05},
    "early stopping": {"alpha": "auto", "early_stopping": True, "tol": 0.1},
    "class weights": {"alpha": 0.1, "class_weight": "balanced"},
}


@pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning",
    "ignore:standardize=False. the mean of column 3",
)
@pytest.mark.parametrize("name", FITS)
@pytest.mark.parametrize(
    "is_weighted", [False, pytest.param(True, marks=pytest.mark.slow)]
)
def test_a_fit_to_rows_elsewhere_has_the_same_bits(rng, name, is_weighted, monkeypatch):
    """Nothing in it asks where they are; and all that goes there can be sent."""
    monkeypatch.setattr("sksoftmax._rows.blocks._MAX_ROWS", 128)
    X, y = table(rng, 360)
    weights = rng.integers(3, size=len(y)) if is_weighted else None
    clf = SoftmaxMLPClassifier(4, relevance=False, random_state=0).set_params(
        **FITS[name]
    )
    expected = clf.fit(X, y, weights).coefs_
    fitted = clf.fit(Elsewhere(X), y, weights)
    for got, coef in zip(fitted.coefs_, expected, strict=True):
        np.testing.assert_array_equal(got, coef)


def test_sparse_rows_elsewhere_have_the_same_bits(rng, monkeypatch):
    """Of which the stored values are passed over."""
    monkeypatch.setattr("sksoftmax._rows.blocks._MAX_ROWS", 256)
    X, y = table(rng, 600)
    X = csr_array(np.where(X > 0, X, 0))
    clf = SoftmaxMLPClassifier(4, relevance=False, random_state=0, tol=0.05)
    expected = clf.fit(X, y).coefs_
    np.testing.assert_array_equal(clf.fit(Elsewhere(X), y).coefs_[0], expected[0])


def test_few_rows_of_many_features_are_fetched(rng):
    """A fit in the space that they span is one in this process."""
    X, y = rng.normal(size=(40, 400)), np.arange(40) % 2
    clf = SoftmaxMLPClassifier(5, alpha=1, random_state=0)
    expected = clf.fit(X, y).coefs_
    np.testing.assert_array_equal(clf.fit(Elsewhere(X), y).coefs_[0], expected[0])


def test_gaps_of_rows_elsewhere_are_filled_there(rng, monkeypatch):
    """In validation data, of columns that have none in training."""
    X, y = table(rng)
    X = np.nan_to_num(X)
    X_val = X[:500].copy()
    X_val[::7, 2] = np.nan
    clf = SoftmaxMLPClassifier(
        10, alpha=1, encoding="linear", early_stopping=True, random_state=0
    )
    for validation in (X_val, X[:500]):
        expected = clf.fit(X, y, X_val=validation, y_val=y[:500])
        curve = expected.validation_loss_curve_
        clf.fit(Elsewhere(X), y, X_val=Elsewhere(validation), y_val=y[:500])
        assert clf.validation_loss_curve_ == curve


def test_a_warm_start_goes_on_elsewhere(rng):
    """With the parts of columns that it knows, and how many rows are beyond them."""
    X, y = table(rng)
    clf = SoftmaxMLPClassifier(
        10, alpha=1, encoding="piecewise", warm_start=True, max_iter=3, random_state=0
    )
    fits = []
    for place in (np.asarray, Elsewhere):
        with pytest.warns(match="max_iter"):
            clf.set_params(warm_start=False).fit(place(X), y)
        with pytest.warns(match="max_iter"):
            clf.set_params(warm_start=True).fit(place(X), y)
        fits.append(clf.coefs_)
    np.testing.assert_array_equal(*(coefs[0] for coefs in fits))


def test_labels_of_rows_elsewhere_are_as_many(rng):
    """Or scikit-learn's error says so."""
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        SoftmaxMLPClassifier().fit(Elsewhere(rng.normal(size=(9, 2))), np.arange(8) % 2)
