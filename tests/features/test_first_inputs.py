"""What a fitted network takes of the user's rows."""

import numpy as np
import pytest
from scipy.sparse import csr_array

import sksoftmax._features.encoding
from sksoftmax._features.encoded import EncodedColumns
from sksoftmax._features.encoding import inputs_of
from sksoftmax._features.first_inputs import FirstInputs, bounded
from sksoftmax._features.standardization import Standardization

NAN = np.nan


@pytest.fixture(name="encoding")
def of_parts(skewed):
    features = Standardization.of(skewed, None)
    return EncodedColumns.learnt(
        skewed, None, features, encoding="fine-piecewise"
    ).encoding


def test_rows_are_filled_less_an_origin(rng):
    """For weights that are the user's."""
    rows = np.array([[0.0, 0, 5], [9, 1, 6], [NAN, NAN, 5], [3, -1, NAN]])
    origin, fills = np.array([1.0, 0, 0]), np.array([4.0, 5, 6])
    first = FirstInputs.of_fitted(origin, fills, None, None, 4)
    assert first.of(rows).tolist() == [[-1, 0, 5], [8, 1, 6], [3, 5, 5], [2, -1, 6]]
    whole = FirstInputs.of_fitted(None, fills, None, None, 4)
    assert whole.of(rows[:2]).tolist() == rows[:2].tolist()
    coef = rng.normal(size=(2, 3))
    assert first.coef(coef) is coef


@pytest.mark.parametrize("origin", [None, np.array([1e8, 0.0])])
@pytest.mark.parametrize("as_format", [np.asarray, csr_array])
def test_values_beyond_bounds_are_these(origin, as_format):
    """Less the origin, to the bit; of sparse rows zeros, too."""
    bounds = np.array([[1e8 - 0.25, 1.0], [1e8 + 0.5, 7.0]])
    rows = np.array([[0.0, 0.0], [1e8 + 0.125, 3.0], [1e300, 1e300]])
    first = FirstInputs.of_fitted(origin, None, None, bounds, 3)
    within = np.array([bounds[0], rows[1], bounds[1]])
    within -= 0 if origin is None else origin
    assert first.of(as_format(rows)).tolist() == within.tolist()


def test_bounds_of_other_arrays_are_theirs():
    """Of a library that has no `out`, and no rows of NumPy's."""
    xp = pytest.importorskip("array_api_strict")
    bounds, rows = [[-1.0, 0], [1, 7]], [[-9.0, 3], [9, 8], [0.5, -2]]
    found = bounded(xp.asarray(rows), xp.asarray(bounds))
    assert type(found) is type(xp.asarray(rows))
    assert np.from_dlpack(found).tolist() == [[-1, 3], [1, 7], [0.5, 0]]


@pytest.mark.parametrize("is_sparse", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_encoded_rows_have_the_same_products(
    encoding, skewed, rng, monkeypatch, is_sparse, dtype
):
    """Whether they are dense, or sparse ones with weights for these."""
    monkeypatch.setattr(sksoftmax._features.encoding, "_MAX_DENSITY", float(is_sparse))
    inputs = inputs_of(skewed, encoding)
    ranges = np.ptp(inputs, axis=0).clip(1e-9)
    coef = (rng.normal(size=(2, encoding.n_inputs)) / ranges).astype(dtype)
    first = FirstInputs.of_fitted(None, None, encoding, None, 500)
    rows, weights = first.of(skewed.astype(dtype)), first.coef(coef)
    assert isinstance(rows, csr_array) == is_sparse
    assert weights.dtype == dtype
    atol = 1e-12 if dtype == np.float64 else 1e-4
    np.testing.assert_allclose(rows @ weights.T, inputs @ coef.T, atol=atol)


def test_few_rows_are_dense(encoding, skewed):
    """As fast as can be for single ones."""
    assert encoding.is_sparse
    for n_rows, is_sparse in [(100, False), (101, True)]:
        first = FirstInputs.of_fitted(None, None, encoding, None, n_rows)
        assert isinstance(first.of(skewed[:n_rows]), csr_array) == is_sparse
