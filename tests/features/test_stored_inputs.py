"""Standardised inputs that are made once."""

import numpy as np
import pytest
from elsewhere import Elsewhere
from libraries import Library, needs_new, places
from scipy.sparse import csr_array

from sksoftmax._device.rows import DeviceRows
from sksoftmax._features.encoded import EncodedColumns
from sksoftmax._features.encoding import Indicators
from sksoftmax._features.standardization import Standardization
from sksoftmax._features.stored_inputs import StoredInputs


def learnt(X, encoding=None, indicators=None):
    features = Standardization.of(X, None)
    if encoding is None:
        return features
    return EncodedColumns.learnt(X, None, features, indicators, encoding=encoding)


@pytest.fixture(
    params=[(None, 0), (None, 1e9), ("piecewise", 0)], ids=["linear", "far", "parts"]
)
def made(request, skewed):
    """What makes inputs of rows, and the rows."""
    encoding, offset = request.param
    X = skewed + offset
    return learnt(X, encoding), X


def test_they_are_the_standardised_inputs_in_float32(made):
    """Made in the dtype of the rows: an offset that float32 cannot hold is gone."""
    features, X = made
    stored, rows = StoredInputs.made_by(features, X)
    expected = features.standardized(features.inputs(X))
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows, expected, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(stored.standardized(stored.inputs(rows)), rows)


def test_blocks_are_made_one_after_the_other(skewed, monkeypatch):
    """Whatever blocks there are."""
    features = learnt(skewed, "piecewise")
    _, expected = StoredInputs.made_by(features, skewed)
    monkeypatch.setattr(
        "sksoftmax._features.stored_inputs.row_blocks",
        lambda X, *units: [slice(0, 7), slice(7, len(X))],
    )
    np.testing.assert_array_equal(StoredInputs.made_by(features, skewed)[1], expected)


def test_penalties_are_of_what_has_made_them(made, rng):
    """As if the inputs of the user's rows had them."""
    features, X = made
    first, second = rng.normal(size=(2, features.n_inputs))
    features = features.penalised(first)
    stored = StoredInputs.made_by(features, X)[0].penalised(second)
    expected = features.penalised(second)
    np.testing.assert_array_equal(stored.of_rows.scale, expected.scale)
    np.testing.assert_array_equal(stored.of_rows.log_penalties, first + second)
    assert features.of_rows is features


def test_constant_columns_stay_out(skewed):
    """They have no weight in the user's units, whatever is fitted."""
    stored, rows = StoredInputs.made_by(learnt(skewed), skewed)
    np.testing.assert_array_equal(np.isinf(stored.scale), [0, 0, 0, 0, 0, 1])
    assert not rows[:, 5].any()


def test_gaps_are_filled(skewed):
    """As the rule of the inputs says."""
    skewed[::7, 0] = np.nan
    features = Standardization.of(skewed, None)
    indicators = Indicators.of(np.zeros(6, int), features.has_gaps, np.float64)
    features = EncodedColumns.learnt(
        skewed, None, features, indicators, encoding="linear"
    )
    _, rows = StoredInputs.made_by(features, skewed)
    np.testing.assert_allclose(rows[::7, 0], 0, atol=1e-6)
    np.testing.assert_array_equal(rows[:, -1] > 0, np.isnan(skewed[:, 0]))


@pytest.mark.parametrize("is_rows", [True, False])
def test_many_parts_are_stored_as_values_at_nodes(skewed, rng, is_rows):
    """In float32, as what has made them takes them, with penalties of their own."""
    features = learnt(skewed, "fine-piecewise")
    chosen = np.arange(500) % 3 > 0 if is_rows else slice(None)
    stored, rows = StoredInputs.made_by(features, skewed, chosen)
    inputs = features.inputs(skewed[chosen])
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows.toarray(), inputs.toarray(), atol=1e-7)
    log_factors = rng.normal(size=features.n_inputs)
    stored, features = stored.penalised(log_factors), features.penalised(log_factors)
    assert stored.inputs(rows) is rows
    np.testing.assert_allclose(
        stored.standardized(rows), features.standardized(inputs), atol=1e-5
    )
    np.testing.assert_allclose(
        stored.squares(rows, None), features.squares(inputs, None), rtol=1e-5
    )
    coef, intercept = rng.normal(size=(3, features.n_inputs)), rng.normal(size=3)
    for ours, theirs in zip(
        stored.fold(coef, intercept, float),
        features.fold(coef, intercept, float),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs)
    gradients = coef.copy(), coef.copy()
    for one, gradient in zip((stored, features), gradients, strict=True):
        one.pull_back(gradient, intercept)
    np.testing.assert_array_equal(*gradients)


@pytest.mark.parametrize("case", ["sparse", "own units", "levels", "beyond float32"])
def test_some_are_better_made_anew(case, skewed):
    """Nothing is stored where it would take more memory, or lose digits."""
    X, features = skewed, learnt(skewed)
    if case == "sparse":
        X = csr_array(skewed)
        features = learnt(X)
    if case == "own units":
        features = Standardization.identity(6)
    if case == "levels":
        X = np.arange(500.0)[:, np.newaxis] % 100
        indicators = Indicators.of(np.array([100]), np.array([False]), np.float64)
        features = learnt(X, "linear", indicators)
    if case == "beyond float32":
        X[0, 0] = 1e300
    assert StoredInputs.made_by(features, X) is None


@pytest.mark.parametrize("is_sparse", [True, False])
def test_rows_that_are_elsewhere_are_fetched_to_be_stored(is_sparse, skewed):
    """All of them, and for nothing else."""
    fetched = []

    class Recorded(Elsewhere):
        def __getitem__(self, rows):
            found = super().__getitem__(rows)
            fetched.append(found.shape[0])
            return found

    X = csr_array(skewed) if is_sparse else skewed
    rows = Recorded(X)
    made = StoredInputs.made_by(learnt(X), rows, np.arange(500) % 5 > 0)
    assert fetched == ([] if is_sparse else [400])
    assert (made is None) == is_sparse
    if made is not None:
        _, expected = StoredInputs.made_by(learnt(X), X)
        np.testing.assert_array_equal(made[1], expected[np.arange(500) % 5 > 0])


@needs_new
@pytest.mark.parametrize("chosen", [slice(None), np.arange(500) % 5 > 0])
@pytest.mark.parametrize("place", places())
def test_rows_on_a_device_are_stored_there(place, made, chosen):
    """The same inputs, of the rows that are asked for."""
    library = Library(*place)
    features, X = made
    rows = DeviceRows(library(X))
    stored, inputs = StoredInputs.made_by(features, rows, chosen)
    assert library.is_here(inputs.array)
    assert inputs.dtype == np.float32
    _, expected = StoredInputs.made_by(features, X[chosen])
    if library.has_float64:  # others do not have the digits of what is far from 0
        np.testing.assert_allclose(inputs[:], expected, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(stored.of_rows.scale, features.scale)


@needs_new
def test_what_is_not_stored_on_a_device():
    """Values beyond float32, as of NumPy's rows."""
    X = np.array([[1e300], [0.0], [1.0]])
    rows = DeviceRows(Library("array_api_strict")(X))
    features = Standardization.identity(1)
    features.is_learnt = True
    with np.errstate(all="ignore"):
        assert StoredInputs.made_by(features, rows) is None
