"""Parts of columns between their quantiles."""

import numpy as np
import pytest

from sksoftmax._features.quantiles import parts_of

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
