"""What the kernels do alike with arrays of any library."""

from typing import NamedTuple

import numpy as np
import pytest
from libraries import Library, places
from scipy.sparse import csr_array

from sksoftmax._rows.namespace import (
    as_factor,
    as_numpy,
    at_codes,
    chosen_rows,
    largest,
    less_one_at,
    move_arrays,
    moved_to,
    namespace_of,
    nonzero,
    numpy_dtype,
    one_hot,
    overwritten,
    packed,
    total,
    wide,
    wide_total,
    zero_beside,
)


@pytest.fixture(name="library", params=places())
def place(request):
    return Library(*request.param)


@pytest.fixture(name="values")
def some_values(rng):
    return rng.normal(size=(3, 5)).astype(np.float32)


CODES = np.array([2, 0, 0, 1, 2])


def test_namespaces(library, values):
    """NumPy's, of CSR too, or another one."""
    assert namespace_of(values) is np
    assert namespace_of(csr_array(values)) is np
    assert "numpy" not in namespace_of(library(values)).__name__


@pytest.mark.parametrize(
    "function",
    [
        lambda a: overwritten("tanh", a),
        lambda a: overwritten("maximum", a, zero_beside(a)),
        lambda a: largest(a, axis=0),
        lambda a: total(a, axis=1),
        wide,
        lambda a: packed([a, a[0, :]]),
        lambda a: as_factor(a > 0, a) * a,
    ],
)
def test_functions_of_an_array(library, values, function):
    """Are those of NumPy's."""
    there = function(library(values))
    assert library.is_here(there)
    np.testing.assert_allclose(library.back(there), function(values.copy()), rtol=1e-6)


@pytest.mark.parametrize("is_weighted", [True, False])
def test_sums_are_as_wide_as_can_be(library, values, rng, is_weighted):
    """In float64, where the device has it."""
    weights = rng.random(5).astype(np.float32) if is_weighted else None
    found = wide_total(library(values[0]), library(weights))
    expected = wide_total(values[0], weights)
    assert isinstance(expected, float)
    np.testing.assert_allclose(float(found), expected, rtol=1e-6)


def test_functions_of_codes(library, values):
    """Of each column the value in the row of its code."""
    there, codes = library(values), library(CODES)
    expected = values[CODES, np.arange(5)]
    np.testing.assert_array_equal(at_codes(values, CODES), expected)
    np.testing.assert_array_equal(library.back(at_codes(there, codes)), expected)
    ones = np.eye(3, dtype=np.float32)[CODES].T
    np.testing.assert_array_equal(library.back(one_hot(codes, 3, there)), ones)
    less = less_one_at(there, codes)
    np.testing.assert_array_equal(library.back(less), values - ones)
    np.testing.assert_array_equal(less_one_at(values.copy(), CODES), values - ones)


def test_rows_by_their_places(library, values):
    """Dense ones of any library, and CSR."""
    expected = values[[1, 2]]
    places = library.back(nonzero(library(np.array([0, 1, 2])) > 0))
    assert places.tolist() == [1, 2]
    np.testing.assert_array_equal(chosen_rows(values, places), expected)
    sparse = chosen_rows(csr_array(values), places)
    np.testing.assert_array_equal(sparse.toarray(), expected)
    there = chosen_rows(library(values), library(places))
    np.testing.assert_array_equal(library.back(there), expected)


def test_arrays_go_there_and_come_back(library, values):
    """With the digits that the device has; a copy, and read-only ones too."""
    values.flags.writeable = False
    there = moved_to(values, library(np.zeros(1, np.float32)))
    assert library.is_here(there)
    assert numpy_dtype(there) == np.float32
    np.testing.assert_array_equal(as_numpy(there), values)
    assert as_numpy(values) is values
    assert numpy_dtype(values) == np.float32


@pytest.mark.parametrize("dtype", ["float64", "torch.bfloat16"])
def test_others_are_asked_for_the_cpu(dtype):
    """As those that are on an accelerator; in a dtype that NumPy has."""

    class Elsewhere:
        float32 = "float32"

        def __init__(self, dtype):
            self.dtype = dtype

        def __array_namespace__(self, api_version=None):
            return Elsewhere

        def astype(self, dtype):
            return Elsewhere(dtype)

        def to_device(self, device, stream=None):
            return {"cpu": np.full(2, self.dtype)}[device]

    expected = "float32" if "bfloat16" in dtype else dtype
    assert as_numpy(Elsewhere(dtype)).tolist() == [expected, expected]


def test_a_device_may_have_no_float64():
    """Then float32 stands for it."""
    library = Library("array_api_strict", "no_float64")
    like = library(np.zeros(1, np.float32))
    there = moved_to(np.array([0.1]), like)
    assert numpy_dtype(there) == np.float32
    assert numpy_dtype(wide(there)) == np.float32
    assert numpy_dtype(wide(library([1, 2]))) == np.float32
    assert numpy_dtype(packed([there, like])) == np.float32


class Pair(NamedTuple):
    """Of an array and something else."""

    array: np.ndarray
    name: str


def test_arrays_of_arguments_are_moved():
    """Those in lists, tuples and named ones; nothing else."""
    one, two = np.zeros(1), np.ones(2)
    value = [one, (Pair(two, "b"), None), {"c": one}, 3.0]
    found = move_arrays(value, lambda array: array.size)
    assert found == [1, (Pair(2, "b"), None), value[2], 3.0]
    assert found[2]["c"] is one
    assert type(found[1][0]) is Pair
