"""Rows of an array of another library: passes over them are those over NumPy's."""

import sys

import numpy as np
import pytest
from libraries import Library, dispatch, needs_new

import sksoftmax._device.rows
from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._device.rows import (
    DeviceRows,
    check_beside,
    given_rows,
    labels_beside,
    rows_on_device,
)
from sksoftmax._rows.blocks import row_blocks
from sksoftmax._rows.matrix import is_dense, is_on_device, row_values, taken
from sksoftmax._rows.namespace import local, namespace_of, total
from sksoftmax._rows.passes import Kernel, each_block, sum_blocks

pytestmark = needs_new
BLOCKS = [slice(0, 7), slice(7, 14), slice(14, 20)]


@pytest.fixture(name="X", params=[np.float32, np.float64])
def some_rows(rng, request):
    return rng.integers(-9, 9, size=(20, 3)).astype(request.param)


@pytest.fixture(name="rows")
def there(library, X):
    return DeviceRows(library(X))


def squares(factors, X, weights):
    """A kernel: of any library's arrays."""
    return [total(X * X * factors[0] * weights[:, None], axis=0)]


def test_rows_tell_what_they_are(rows, X, library):
    """As those of a matrix do."""
    assert rows.shape == (20, 3)
    assert rows.dtype == (X.dtype if library.has_float64 else np.float32)
    assert (rows.nnz, row_values(rows)) == (60, 3)
    assert is_dense(rows)
    assert is_on_device(rows)
    assert not is_on_device(X)
    assert rows.example.shape == (0, 3)


def test_kernels_run_where_the_rows_are(rows, X, rng, library):
    """With the arrays of their arguments and vectors; the sums come back in float64."""
    weights, factors = rng.random(20).astype(X.dtype), np.full(1, 0.5, X.dtype)
    seen = []

    def kernel(arguments, X, weights):
        seen.extend([*arguments, X, weights])
        return squares(arguments, X, weights)

    (found,) = sum_blocks(Kernel(kernel, [factors]), BLOCKS, rows, weights)
    assert all(map(library.is_here, seen))
    assert found.dtype == np.float64
    rtol = 1e-5 if rows.dtype == np.float32 else 1e-12
    np.testing.assert_allclose(found, weights @ X**2 * factors, rtol=rtol)


def test_other_functions_are_given_blocks_in_this_process(rows, X):
    """Of what is asked once; vectors, too, and none that is none."""
    y = np.arange(20)

    def function(X, y, nothing):
        assert type(X) is np.ndarray
        assert nothing is None
        return [X.sum(axis=0, dtype=np.float64), int(y.sum())]

    found, n = sum_blocks(function, BLOCKS, rows, y, None)
    np.testing.assert_allclose(found, X.sum(axis=0, dtype=np.float64), rtol=1e-6)
    assert n == y.sum()
    blocks = [*each_block(lambda X: X, BLOCKS, rows)]
    np.testing.assert_array_equal(np.concatenate(blocks), X)


def test_what_is_fetched_is_shared_out_to_threads(rows, X):
    """As rows in this process are; what is done on the device is not."""
    seen = []

    def map_blocks(function, blocks):
        seen.extend(blocks)
        return map(function, blocks)

    (total,) = sum_blocks(
        lambda X: [X.sum(dtype=np.float64)], BLOCKS, rows, map_blocks=map_blocks
    )
    assert total == pytest.approx(X.sum(dtype=np.float64), rel=1e-6)
    assert len([*each_block(np.shape, BLOCKS, rows, map_blocks=map_blocks)]) == 3
    assert seen == 2 * BLOCKS
    weights = np.ones(20, rows.dtype)
    sum_blocks(Kernel(squares, [1.0]), BLOCKS, rows, weights, map_blocks=map_blocks)
    assert seen == 2 * BLOCKS


def test_vectors_go_there_once(library, X, rng, monkeypatch):
    """The last few stay."""
    moved = []
    move = sksoftmax._device.rows.moved_to
    monkeypatch.setattr(
        sksoftmax._device.rows,
        "moved_to",
        lambda array, like: moved.append(array) or move(array, like),
    )
    rows = DeviceRows(library(X))
    vectors = [rng.random(20).astype(X.dtype) for _ in range(5)]
    kernel = Kernel(squares, [1.0])
    for vector in (vectors[0], vectors[0], *vectors, vectors[0]):
        sum_blocks(kernel, BLOCKS, rows, vector)
    assert len(moved) == 6  # the first again, after four others


@pytest.mark.parametrize("chosen", [slice(None), slice(3, 9), [4, 4, 1], "mask"])
def test_rows_come_back(rows, X, chosen):
    """By number, of a mask, or all."""
    if chosen == "mask":
        chosen = np.arange(20) % 3 == 0
    np.testing.assert_array_equal(rows[chosen], X[chosen])


def test_some_rows_stay_there(rows, X, library):
    """For passes of their own."""
    some = taken(rows, np.array([7, 0, 7]))
    assert library.is_here(some.array)
    np.testing.assert_array_equal(some[:], X[[7, 0, 7]])


def test_columns_come_one_by_one(rows, X):
    """Those that are divided."""
    for column, expected in zip(
        rows.columns(np.array([2, 0])), X[:, [2, 0]].T, strict=True
    ):
        np.testing.assert_array_equal(column, expected)


def test_a_function_takes_the_place_of_the_rows(rows, X, library, monkeypatch):
    """Those that it gives back as they are stay, without a copy of all."""
    monkeypatch.setattr(
        sksoftmax._device.rows, "_FETCHED_BYTES", 5 * rows.dtype.itemsize * X.shape[1]
    )
    assert len(rows.blocks) == 4
    assert rows.mapped(lambda X: X) is rows
    other = rows.mapped(lambda X: X + 1 if X[0, 0] > 0 else X)
    assert library.is_here(other.array)
    parts = [X[b] + 1 if X[b][0, 0] > 0 else X[b] for b in rows.blocks]
    np.testing.assert_array_equal(other[:], np.concatenate(parts))
    np.testing.assert_array_equal(rows[:], X)


@pytest.mark.parametrize("n_columns", [2, 7])
def test_a_kernel_takes_the_place_of_the_rows(library, X, n_columns, monkeypatch):
    """With other columns, and in its own dtype."""
    rows = DeviceRows(library(X))
    monkeypatch.setattr(
        sksoftmax._device.rows, "_FETCHED_BYTES", 5 * rows.dtype.itemsize * X.shape[1]
    )
    first = np.zeros(n_columns, int)
    other = rows.mapped(Kernel(_in_float32, first))
    assert library.is_here(other.array)
    assert other.dtype == np.float32
    np.testing.assert_array_equal(other[:], X[:, first].astype(np.float32))


def _in_float32(columns, X):
    xp = namespace_of(X)
    return xp.astype(xp.take(X, columns, axis=1), xp.float32)


def test_what_is_made_of_each_block_stays_there(rows, X, library):
    """Of a kernel: who wants it here asks for it."""
    made = [*each_block(Kernel(lambda X: X * 2), BLOCKS, rows)]
    assert all(map(library.is_here, made))
    np.testing.assert_array_equal(np.concatenate([*map(library.back, made)]), X * 2)


def test_blocks_are_large(library):
    """Of as many rows as their activations allow, and not those of a cache."""
    rows = DeviceRows(library(np.zeros((1, 3))))
    n_rows = 2**28 // (rows.dtype.itemsize * (3 + 3 * 52))
    rows.shape = 2 * n_rows + 1, 3
    assert len(row_blocks(rows, 50, 2)) == 3
    assert len(row_blocks(rows, 2)) == len(row_blocks(rows)) == 1


def test_what_is_not_dispatched_stays_what_it_is(library, X):
    """Without scikit-learn's setting; and NumPy's arrays with it, lists and None."""
    array = library(X)
    assert rows_on_device(array) is array
    assert local(array) is array
    with dispatch():
        for given in (X, [[1.0]], None):
            assert rows_on_device(given) is given
            assert local(given) is given
        rows = rows_on_device(array)
        assert given_rows(rows) is rows.array
        assert given_rows(X) is X
        np.testing.assert_array_equal(local(array), X)


def test_integers_are_float64(library):
    """As they are in NumPy's arrays; a device without it has float32."""
    with dispatch():
        rows = rows_on_device(library(np.arange(6).reshape(3, 2)))
    assert rows.dtype == (np.float64 if library.has_float64 else np.float32)
    assert rows[:].tolist() == [[0, 1], [2, 3], [4, 5]]


def test_wrong_arrays_are_refused(library, monkeypatch):
    """Before anything is made of them."""
    with dispatch():
        with pytest.raises(ValueError, match="Expected 2D array, got 1D array instead"):
            rows_on_device(library([1.0, 2.0]))
        with pytest.raises(TypeError, match=r"X must hold real numbers; got .*complex"):
            rows_on_device(library(np.array([[1j]], np.complex64)))
        array = library([[1.0]])
        monkeypatch.setattr(type(array), "layout", "sparse_csr", raising=False)
        with pytest.raises(TypeError, match=r"X is a sparse .* Pass X.to_dense\(\)"):
            rows_on_device(array)


def test_the_extra_is_named(library, X, monkeypatch):
    """Where it is not installed."""
    array = library(X)
    monkeypatch.setitem(sys.modules, "array_api_compat", None)
    with dispatch(), pytest.raises(ImportError, match=r'"sksoftmax\[array-api\]"'):
        rows_on_device(array)


def test_labels_are_beside_their_logits(library):
    """Numbers are; strings are NumPy's."""
    logits = library(np.array([[0.0, 2], [3, 1]], np.float32))
    numbers = labels_beside(logits, np.array([5, 7]))
    assert library.is_here(numbers)
    assert library.back(numbers).tolist() == [7, 5]
    assert labels_beside(logits, np.array(["a", "b"])).tolist() == ["b", "a"]


def test_rows_and_weights_are_in_one_place(library, X):
    """Or an error says where they are to be; NumPy's weights go to the rows."""
    clf = SoftmaxMLPClassifier()
    rows = DeviceRows(library(X))
    clf.coefs_ = [X.astype(np.float32)]
    check_beside(clf, X, "predict")
    check_beside(clf, rows, "predict")
    clf.coefs_ = [library(X)]
    check_beside(clf, rows, "predict")
    expected = r"SoftmaxMLPClassifier.predict\(\) must use the same namespace"
    with pytest.raises(ValueError, match=expected + ".* or take to_numpy"):
        check_beside(clf, X, "predict")


def test_devices_of_a_library_are_places():
    """Others than the one of the fit."""
    one, other = Library("array_api_strict"), Library("array_api_strict", "device1")
    rows = DeviceRows(one(np.zeros((2, 2), np.float32)))
    assert rows.is_beside(one([1.0]))
    assert not rows.is_beside(other(np.ones(1, np.float32)))
    assert not rows.is_beside(np.ones(1))
