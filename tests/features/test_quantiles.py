"""Parts of columns between their quantiles."""

import numpy as np
import pytest

from sksoftmax._features.quantiles import divided_again, parts_of
from sksoftmax._features.standardization import smallest_scale

N_PARTS = 16


@pytest.fixture(name="X")
def columns(skewed):
    return skewed


def test_columns_are_first_and_then_their_parts(X):
    """Those of two values, or of one, have no parts; of three, two."""
    columns, *_ = parts_of(X, None, np.arange(6), N_PARTS)
    expected = [*range(6), *np.repeat([0, 1, 2, 4], [N_PARTS] * 3 + [2])]
    np.testing.assert_array_equal(columns, expected)


def test_knots_are_quantiles(X):
    """Of the rows that there are, as numpy has them of discrete values."""
    columns, starts, _ = parts_of(X, None, np.arange(6), N_PARTS)
    first = columns[6:] == 0
    levels = np.arange(1, N_PARTS) / N_PARTS
    inner = np.quantile(X[:, 0], levels, method="inverted_cdf")
    np.testing.assert_array_equal(starts[6:][first], [X[:, 0].min(), *inner])


@pytest.mark.parametrize("is_weighted", [False, True])
def test_what_many_rows_share_takes_one_knot(rng, is_weighted):
    """The other values have the knots that they would have alone, in as many parts."""
    others = rng.normal(size=300)
    shared = np.repeat([-0.5, 0.25], [2000, 700])
    X = np.concatenate([others, shared])[:, None]
    weights = np.ones(len(X))
    if is_weighted:
        X = np.concatenate([others, [-0.5, 0.25]])[:, None]
        weights = np.append(np.ones(300), [2000, 700])
    n_others = N_PARTS - 2
    levels = np.arange(n_others + 1) / n_others
    expected = np.quantile(others, levels, method="inverted_cdf")
    expected = np.sort(np.append(expected, [-0.5, 0.25]))
    for factor in 1, 1 / 3:
        _, starts, widths = parts_of(X, factor * weights, np.arange(1), N_PARTS)
        np.testing.assert_array_equal(starts[1:], expected[:-1])
        np.testing.assert_array_equal(widths[1:], np.diff(expected))


def test_a_whole_part_is_one_in_any_unit_of_weights(rng):
    """Rounding errors of their sums do not count."""
    X = np.append(rng.normal(size=150), 0.1)[:, np.newaxis]
    weights = np.append(np.ones(150), 10)
    expected = parts_of(X, weights, np.arange(1), N_PARTS)
    assert 0.1 in expected[1]
    for factor in (0.1, 1 / 3, 0.7):
        for ours, theirs in zip(
            parts_of(X, factor * weights, np.arange(1), N_PARTS), expected, strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_knots_of_weights_are_those_of_copies(rng, dtype):
    """Though thirds are rounded, in sums of which some are just a part."""
    for _ in range(20):
        X = np.round(rng.normal(size=(100, 2)), 2).astype(dtype)
        counts = rng.integers(0, 4, 100)
        ours = parts_of(X, (counts / 3).astype(dtype), np.arange(2), N_PARTS)
        theirs = parts_of(X.repeat(counts, axis=0), None, np.arange(2), N_PARTS)
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)


def test_there_may_be_more_parts(X):
    """Of columns that have as many values."""
    columns, *_ = parts_of(X, None, np.arange(6), 64)
    assert np.bincount(columns).tolist() == [65, 65, 65, 1, 3, 1]


def test_parts_too_narrow_for_coefficients_are_left_out():
    """Their values are told apart by nothing, then."""
    X = np.array([[0.0], [1e-307], [1.0], [2.0]])
    _, _, widths = parts_of(X, None, np.arange(1), N_PARTS)
    assert widths.tolist() == [2.0, 1.0, 1.0]


@pytest.mark.parametrize("is_weighted", [False, True])
def test_gaps_are_no_values(X, rng, is_weighted):
    """Parts are those of the others; of nothing else there are none."""
    is_gap = rng.random(500) < 0.3
    weights = rng.integers(0, 3, size=500) / 2 if is_weighted else None
    others = None if weights is None else weights[~is_gap]
    expected = parts_of(X[~is_gap], others, np.arange(6), N_PARTS)
    X[is_gap] = np.nan
    for ours, theirs in zip(
        parts_of(X, weights, np.arange(6), N_PARTS), expected, strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    X[:, 0] = np.nan
    columns, starts, widths = parts_of(X, weights, np.array([0, 1]), N_PARTS)
    assert columns.tolist() == [0, 1] + [1] * N_PARTS
    assert starts[0] == widths[0] == 0


def test_some_columns_alone_have_parts(X):
    """Or none at all."""
    columns, *_ = parts_of(X, None, np.array([1, 4]), N_PARTS)
    assert np.unique(columns).tolist() == [1, 4]
    assert [x.size for x in parts_of(X, None, np.empty(0, int), N_PARTS)] == [0, 0, 0]


def test_a_part_is_divided_at_the_quantiles_of_its_values(X):
    """Between its ends; the others are as they were, to the bit."""
    before = parts_of(X, None, np.arange(6), N_PARTS)
    chosen = np.array([8, 25])
    origins, starts, widths = divided_again(X, None, before, chosen, 4)
    columns = before[0]
    np.testing.assert_array_equal(np.bincount(origins)[chosen], [4, 4])
    kept = ~np.isin(origins, chosen)
    np.testing.assert_array_equal(
        origins[kept], np.delete(np.arange(columns.size), chosen)
    )
    np.testing.assert_array_equal(starts[kept], np.delete(before[1], chosen))
    np.testing.assert_array_equal(widths[kept], np.delete(before[2], chosen))
    for k in chosen:
        x = X[:, columns[k]]
        inside = x[(x >= before[1][k]) & (x <= before[1][k + 1])]
        expected = np.quantile(inside, np.arange(4) / 4, method="inverted_cdf")
        found = origins == k
        np.testing.assert_array_equal(starts[found], expected)
        ends = starts[found] + widths[found]
        np.testing.assert_allclose(ends, [*expected[1:], inside.max()], rtol=1e-12)


def test_a_part_of_few_values_is_divided_at_each(X):
    """Between two values there is nothing to divide."""
    before = parts_of(X, None, np.arange(6), N_PARTS)
    last = np.flatnonzero(before[0] == 4)[1:]
    origins, starts, _ = divided_again(X, None, before, last, 4)
    np.testing.assert_array_equal(origins, np.arange(before[0].size))
    np.testing.assert_array_equal(starts, before[1])
    origins, starts, _ = divided_again(X, None, before, np.array([6]), 1000)
    x = np.unique(X[:, 0])
    inside = x[(x >= before[1][6]) & (x < before[1][7])]
    np.testing.assert_array_equal(starts[origins == 6], inside)


def test_where_no_part_is_chosen_all_are_as_they_were(X):
    """Nor does it take a column."""
    for numeric in (np.arange(6), np.arange(0)):
        before = parts_of(X, None, numeric, N_PARTS)
        found = divided_again(X, None, before, np.arange(0), 4)
        np.testing.assert_array_equal(before[0][found[0]], before[0])
        for ours, theirs in zip(found[1:], before[1:], strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("far", [1e5, 1e7])
def test_parts_of_parts_adjoin(rng, far):
    """In float32, beside one so wide that the sum that ends it is rounded."""
    X = rng.normal(size=(800, 1)).astype(np.float32)
    X[0] = -far
    before = parts_of(X, None, np.arange(1), N_PARTS)
    chosen = np.arange(1, before[0].size)
    origins, starts, widths = divided_again(X, None, before, chosen, 8)
    assert np.bincount(origins)[1:].min() > 1
    ends = starts[1:-1].astype(np.float64) + widths[1:-1]
    np.testing.assert_allclose(ends[0], starts[2], atol=1e-7 * far, rtol=0)
    np.testing.assert_allclose(ends[1:], starts[3:], atol=1e-6)


def test_weights_divide_a_part_as_copies_do(X, rng):
    """And a row without a weight is none."""
    counts = rng.integers(4, size=len(X)).astype(np.float64)
    copies = np.repeat(X, counts.astype(int), axis=0)
    before = parts_of(copies, None, np.arange(6), N_PARTS)
    chosen = np.arange(6, 20)
    expected = divided_again(copies, None, before, chosen, 5)
    found = divided_again(X, counts, before, chosen, 5)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_part_that_is_too_narrow_is_left_out(X):
    """Coefficients would not be numbers of the dtype."""
    X = X[:, :1].astype(np.float32)
    X[:3, 0] = [0, 1e-38, X[:, 0].max()]
    X = np.append(X, -X, axis=0)
    before = parts_of(X, None, np.arange(1), N_PARTS)
    chosen = np.arange(1, before[0].size)
    origins, starts, widths = divided_again(X, None, before, chosen, 1000)
    assert origins.size == starts.size == widths.size == np.unique(X).size - 2
    assert starts.dtype == widths.dtype == np.float32
    assert (widths / 2 >= smallest_scale(np.float32)).all()
