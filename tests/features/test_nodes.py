"""Divided columns as values at nodes."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from sksoftmax._features.encoded import EncodedColumns
from sksoftmax._features.encoding import Encoding, Indicators, inputs_of
from sksoftmax._features.nodes import Nodes
from sksoftmax._features.standardization import Standardization


def table(skewed, dtype):
    """Numbers, of which one is constant and two have gaps, and codes."""
    codes = np.random.default_rng(1).integers(0, 5, (500, 1))
    X = np.hstack([skewed, codes]).astype(dtype)
    X[::7, 0] = X[::9, 3] = np.nan
    return X


@pytest.fixture(params=[np.float32, np.float64], name="dtype")
def of_dtype(request):
    return request.param


@pytest.fixture(name="encoding")
def of_table(skewed, dtype):
    """In parts, with indicators of gaps and of codes."""
    X = table(skewed, dtype)
    n_levels = np.array([0, 0, 0, 0, 0, 0, 5])
    indicators = Indicators.of(n_levels, np.isnan(X).any(axis=0), dtype)
    features = Standardization.of(X, None)
    return EncodedColumns.learnt(
        X, None, features, indicators, encoding="piecewise"
    ).encoding


@pytest.fixture(name="rows")
def of_the_table_and_beyond(skewed, dtype):
    """Its rows, others, and gaps that it has none of."""
    X = table(skewed, dtype)
    beyond = np.vstack([np.full(7, -1e6), np.full(7, 1e6), np.full(7, np.nan)])
    return np.vstack([X, beyond.astype(dtype)])


@pytest.fixture(name="tolerance")
def of_rounding(dtype):
    return 1e-12 if dtype == np.float64 else 1e-5


def test_a_network_sees_the_same_in_values_at_nodes(encoding, rows, rng, tolerance):
    """Of every row, within the range of the parts, beyond it and of gaps."""
    nodes, inputs = Nodes(encoding), inputs_of(rows, encoding)
    coef = rng.normal(size=(3, encoding.n_inputs)) / np.ptp(inputs, axis=0).clip(1e-9)
    of_nodes = nodes.rows(rows) @ nodes.at_nodes(coef).T
    np.testing.assert_allclose(of_nodes, inputs @ coef.T, atol=20 * tolerance)


def test_a_row_stores_two_parts_of_each_divided_column(encoding, rows, dtype):
    """One of each other and of indicators, all from 0 to 1."""
    stored = Nodes(encoding).rows(rows)
    assert isinstance(stored, csr_array)
    assert stored.dtype == dtype
    # Of six columns four are divided; two have gaps and one has codes.
    np.testing.assert_array_equal(np.diff(stored.indptr), 6 + 4 + 3)
    assert stored.data.min() == 0
    assert stored.data.max() == 1
    stored.sum_duplicates()
    np.testing.assert_array_equal(np.diff(stored.indptr), 6 + 4 + 3)


def test_inputs_come_back_from_values_at_nodes(encoding, rows, tolerance):
    """By the transpose."""
    nodes, expected = Nodes(encoding), inputs_of(rows, encoding)
    inputs = nodes.of_inputs(nodes.rows(rows).toarray())
    assert inputs.dtype == rows.dtype
    scale = abs(expected).max(axis=0).clip(1e-9)
    np.testing.assert_allclose(inputs / scale, expected / scale, atol=20 * tolerance)


def test_gradients_return_by_the_transpose(encoding, rng):
    """Of any weights with any gradients the products are the same."""
    nodes = Nodes(encoding)
    coef, gradient = rng.normal(size=(2, 3, encoding.n_inputs))
    product = (nodes.at_nodes(coef) * gradient).sum()
    assert (coef * nodes.of_inputs(gradient)).sum() == pytest.approx(product, rel=1e-12)


def test_rows_may_be_sparse(encoding, rows, dtype):
    """Of which zeros are what they are."""
    nodes, rows = Nodes(encoding), np.nan_to_num(rows[:500])
    sparse = nodes.rows(csr_array(rows))
    np.testing.assert_array_equal(sparse.toarray(), nodes.rows(rows).toarray())


def test_parts_that_are_too_narrow_to_be_one_are_left_out():
    """The nodes next to them are the same for a network."""
    encoding = Encoding(
        columns=np.array([0, 0, 0]),
        starts=np.array([0.0, 0, 2]),
        widths=np.array([3.0, 2, 1]),
        fills=np.array([1.0, 1, 0]),
        indicators=Indicators(np.empty(0, int), np.empty(0)),
        name="piecewise",
    )
    nodes, coef = Nodes(encoding), np.array([[1.0, 10, 100]])
    rows = np.array([[0.0], [1], [2], [2.5], [3], [np.nan]])
    outputs = nodes.rows(rows) @ nodes.at_nodes(coef).T
    assert outputs.ravel().tolist() == [0, 11, 22, 72.5, 123, 11]


@pytest.mark.parametrize("has_parts", [True, False])
def test_columns_do_not_round_each_other(rng, has_parts):
    """Weights of one are as exact beside those of another in units of 1e12."""
    X = rng.normal(size=(200, 2)) * [1e-6, 1e6]
    features = Standardization.of(X, None)
    encoding = EncodedColumns.learnt(X, None, features, encoding="piecewise").encoding
    if not has_parts:
        first = encoding.starts[:2], encoding.widths[:2], encoding.fills[:2]
        encoding = Encoding(np.arange(2), *first, encoding.indicators, "piecewise")
    nodes, inputs = Nodes(encoding), inputs_of(X, encoding)
    coef = rng.normal(size=(3, encoding.n_inputs)) / np.ptp(inputs, axis=0)
    outputs = nodes.rows(X) @ nodes.at_nodes(coef).T
    np.testing.assert_allclose(outputs, inputs @ coef.T, rtol=1e-11, atol=1e-12)


def test_without_columns_of_numbers_there_are_indicators_alone():
    """Of a table of categories: one of each row."""
    none = np.empty(0)
    indicators = Indicators.of(np.array([3]), np.array([True]), float)
    encoding = Encoding(none.astype(int), none, none, none, indicators, "linear")
    rows = Nodes(encoding).rows(np.array([[1.0], [0], [np.nan], [-1]]))
    assert rows.toarray().tolist() == [
        [0, 1, 0, 0],
        [1, 0, 0, 0],
        [0, 0, 0, 1],
        [0, 0, 0, 0],
    ]


def test_columns_without_ends_are_themselves(skewed, dtype):
    """Linear ones beside many levels: nothing is clipped, and none has parts."""
    X = table(skewed, dtype)
    indicators = Indicators.of(
        np.array([0, 0, 0, 0, 0, 0, 5]), np.zeros(7, bool), dtype
    )
    encoding = EncodedColumns.learnt(
        X, None, Standardization.of(X, None), indicators, encoding="linear"
    ).encoding
    assert np.isinf(encoding.widths).any()
    nodes, rows = Nodes(encoding), X[~np.isnan(X).any(axis=1)]
    np.testing.assert_array_equal(
        nodes.of_inputs(nodes.rows(rows).toarray()), inputs_of(rows, encoding)
    )
