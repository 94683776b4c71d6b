"""Standardised inputs that are made of columns."""

import numpy as np
import pytest
from scipy.sparse import csr_array

import sksoftmax._features.encoding
from sksoftmax._features.encoded import EncodedColumns, worth_dividing
from sksoftmax._features.encoding import Indicators
from sksoftmax._features.standardization import Standardization


def learnt(X, weights=None, indicators=None, encoding="piecewise"):
    features = Standardization.of(X, weights)
    return EncodedColumns.learnt(X, weights, features, indicators, encoding=encoding)


def assert_same(ours, theirs):
    """Encodings, to the bit."""
    for a, b in zip((*ours[:4], *ours[4]), (*theirs[:4], *theirs[4]), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.fixture(name="X")
def columns(skewed):
    return skewed


def test_parts_add_up_to_the_column(X):
    """Above its lowest value; and each alone is a clipped distance."""
    features = learnt(X)
    inputs = features.inputs(X)
    assert inputs.shape == (500, features.n_inputs)
    for column in (0, 1, 2, 4):
        of_column = np.flatnonzero(features.encoding.columns == column)[1:]
        total = inputs[:, of_column].sum(axis=1)
        np.testing.assert_allclose(total, X[:, column] - X[:, column].min(), rtol=1e-12)
        for k in of_column:
            _, start, width = (values[k] for values in features.encoding[:3])
            np.testing.assert_allclose(
                inputs[:, k], np.clip(X[:, column] - start, 0, width), rtol=1e-12
            )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_are_copies(X, rng, dtype):
    """Knots are the same, and the other statistics but for rounding."""
    X = X.astype(dtype)
    counts = rng.integers(0, 4, size=500)
    X[counts == 0] = np.nan  # rows without weight are not looked at
    weighted = learnt(X, (counts / 3).astype(dtype))
    copies = learnt(np.repeat(X, counts, axis=0))
    for ours, theirs in zip(weighted.encoding[:3], copies.encoding[:3], strict=True):
        np.testing.assert_array_equal(ours, theirs)
    rows = X[counts > 0]
    np.testing.assert_allclose(
        weighted.standardized(weighted.inputs(rows)),
        copies.standardized(copies.inputs(rows)),
        atol=1e-5 if dtype == np.float32 else 1e-12,
    )


def test_standardised_inputs_have_mean_zero(X):
    """Columns their own scale, and parts half of their width."""
    features = learnt(X)
    z = features.standardized(features.inputs(X))
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-12)
    own = Standardization.of(X, None)
    np.testing.assert_allclose(
        z[:, :6], own.standardized_values(X, slice(None)), atol=1e-12
    )
    np.testing.assert_allclose(np.ptp(z[:, 6:], axis=0), 2)


def test_all_is_constant_outside_of_the_training_rows(X):
    """However far a new value is."""
    features = learnt(X)
    ends = np.stack([X.min(axis=0), X.max(axis=0)])
    beyond = ends + np.array([[-1e9], [1e9]])
    np.testing.assert_array_equal(features.inputs(beyond), features.inputs(ends))


@pytest.mark.parametrize("weighted", [True, False])
def test_values_at_nodes_are_the_same_inputs(X, rng, monkeypatch, weighted):
    """Standardised and squared, and for first layers and their gradients."""
    weights = rng.random(500) if weighted else None
    X[::7, 0] = np.nan
    indicators = Indicators.of(np.zeros(6, int), np.isnan(X).any(axis=0), float)
    both = []
    for density in (0, 1):
        monkeypatch.setattr(sksoftmax._features.encoding, "_MAX_DENSITY", density)
        features = learnt(X, weights, indicators)
        n_inputs = features.n_inputs
        both.append(features.penalised(np.linspace(-1, 1, n_inputs)))
    dense, sparse = both
    rows, stored = dense.inputs(X), sparse.inputs(X)
    assert isinstance(stored, csr_array)
    z = dense.standardized(rows)
    np.testing.assert_allclose(sparse.standardized(stored), z, atol=1e-12)
    np.testing.assert_allclose(
        sparse.squares(stored, weights), dense.squares(rows, weights), rtol=1e-10
    )
    coef, intercept = rng.normal(size=(3, n_inputs)), rng.normal(size=3)
    (V, c), (U, d) = (f.fold(coef, intercept, float) for f in both)
    logits = rows @ V.T + c
    np.testing.assert_allclose(stored @ U.T + d, logits, atol=1e-11)
    assert U.flags.f_contiguous
    deltas = rng.normal(size=(3, 500))
    gradients = deltas @ rows, deltas @ stored
    for features, gradient in zip(both, gradients, strict=True):
        features.pull_back(gradient, deltas.sum(axis=1))
    np.testing.assert_allclose(*gradients, atol=1e-11)


def test_keys_of_rows_are_those_of_the_columns(X):
    """So that the same rows are drawn, however they are encoded."""
    own = Standardization.of(X, None)
    np.testing.assert_array_equal(
        learnt(X).standardized_values(X, slice(None)),
        own.standardized_values(X, slice(None)),
    )


def test_far_from_zero_no_digit_is_lost(rng):
    """In float32, too."""
    steps = rng.integers(0, 100, size=(300, 1))
    near, far = learnt(steps * 1.0), learnt((steps + 1e6).astype(np.float32))
    np.testing.assert_allclose(
        far.inputs((steps + 1e6).astype(np.float32)), near.inputs(steps * 1.0)
    )


def test_what_is_worth_it(X, rng):
    """Dense columns of some values each, with rows for what becomes of them."""

    def worth(X, features=None, has_relevance=False):
        features = features or Standardization.of(X, None)
        return worth_dividing(X, None, features, has_relevance=has_relevance)

    assert worth(X) == ["piecewise", "fine-piecewise"]
    assert worth(csr_array(X)) == []
    assert worth(X, Standardization.identity(6)) == []
    assert worth(X[:, [3, 5]]) == []  # no column has parts
    assert worth(rng.normal(size=(30, 8))) == []  # more than four for each row
    assert worth(rng.normal(size=(600, 120))) == []  # too many
    many = rng.normal(size=(600, 60))
    assert worth(many) == ["piecewise"]
    assert worth(many, has_relevance=True) == worth(X)  # of the relevant ones alone
    few = rng.integers(0, 20, size=(600, 9)) * 1.0
    assert worth(few) == worth(few, has_relevance=True) == ["piecewise"]
    huge = rng.choice([-1e308, 0, 1e308], size=(500, 1))
    with np.errstate(all="ignore"):
        assert worth(huge) == []  # the width overflows


def test_of_other_rows_it_is_learnt_anew(X):
    """Parts and scales of the columns."""
    again = learnt(X[:250]).relearnt(X, None, [slice(0, 500)])
    assert_same(again.encoding, learnt(X).encoding)
    np.testing.assert_array_equal(again.scale, learnt(X).scale)


@pytest.fixture(name="gaps")
def with_gaps(X, rng):
    """The same columns, the third of codes, with gaps in that and in the first."""
    X = X.copy()
    X[:, 2] = rng.integers(0, 3, size=500)
    X[rng.random(500) < 0.2, 0] = np.nan
    X[rng.random(500) < 0.1, 2] = np.nan
    return X


def indicators_of(X):
    return Indicators.of(np.array([0, 0, 3, 0, 0, 0]), np.isnan(X).any(axis=0), float)


@pytest.mark.parametrize(
    ("encoding", "n_parts"), [("linear", 0), ("piecewise", 16), ("fine-piecewise", 64)]
)
def test_a_gap_is_the_mean_of_the_column_and_of_its_parts(gaps, encoding, n_parts):
    """So that, standardised, it is nothing; its indicator tells of it."""
    features = learnt(gaps, None, indicators_of(gaps), encoding)
    z = features.standardized(features.inputs(gaps))
    is_gap = np.isnan(gaps[:, 0])
    of_first = features.encoding.columns == 0
    assert of_first.sum() == n_parts + 1
    np.testing.assert_allclose(z[is_gap][:, : of_first.size][:, of_first], 0, atol=1e-9)
    known = gaps[~is_gap, 0]
    np.testing.assert_allclose(z[~is_gap, 0], (known - known.mean()) / known.std())
    last = features.inputs(gaps)[:, -5:]
    expected = [is_gap, *(gaps[:, 2] == k for k in range(3)), np.isnan(gaps[:, 2])]
    np.testing.assert_array_equal(last.T, expected)
    # Centred, and of two values with half of their distance for a unit.
    np.testing.assert_allclose(z[:, -5:], 2 * (last - last.mean(axis=0)))


@pytest.mark.parametrize("weights", [None, np.full(500, 0.5)])
@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
def test_means_of_huge_values_do_not_overflow(gaps, encoding, weights):
    """To the bit those of small ones, with a gap or without."""
    largest = np.nanmax(np.nanmax(gaps, axis=0) - np.nanmin(gaps, axis=0))
    size = np.ldexp(1.0, 1023 - np.frexp(largest)[1])
    huge = gaps * size
    indicators = Indicators.of(np.zeros(6, int), np.isnan(gaps).any(axis=0), float)
    fills = learnt(huge, weights, indicators, encoding).encoding.fills
    small = learnt(gaps, weights, indicators, encoding).encoding.fills
    np.testing.assert_array_equal(fills / size, small)


def test_rare_indicators_count_less():
    """By the fourth root, as columns of two values do; those of no row do not."""
    codes = np.repeat([0.0, 1.0, 3.0], [990, 8, 2])[:, np.newaxis]
    indicators = Indicators.of(np.array([4]), np.array([False]), float)
    features = learnt(codes, None, indicators, encoding="linear")
    expected = [0.5, 0.5, np.inf, 0.5 * (0.002 * 200) ** 0.25]
    np.testing.assert_allclose(features.scale, expected)


def test_a_column_of_nothing_but_gaps_is_left_out(gaps):
    """Its indicator, which is 1 everywhere, too."""
    gaps[:, 1] = np.nan
    features = learnt(gaps, None, indicators_of(gaps))
    of_it = features.encoding.input_columns == 1
    assert of_it.sum() == 2
    assert np.isinf(features.scale[of_it]).all()
    assert np.isfinite(features.standardized(features.inputs(gaps))).all()


def test_importances_are_those_of_the_columns(gaps):
    """Of all that is made of each."""
    features = learnt(gaps, None, indicators_of(gaps))
    coef = np.ones((4, features.n_inputs))
    expected = 4 * np.bincount(features.encoding.input_columns)
    expected[5] = 0  # constant
    np.testing.assert_array_equal(features.of_columns(coef), expected)


@pytest.mark.parametrize("encoding", ["linear", "piecewise", "fine-piecewise"])
def test_with_gaps_other_rows_are_learnt_anew(gaps, encoding):
    """The indicators stay the same, also those of what these rows lack."""
    indicators = indicators_of(gaps)
    full = gaps[~np.isnan(gaps).any(axis=1)]
    some = learnt(gaps, None, indicators, encoding)
    again = some.relearnt(full, None, [slice(0, len(full))])
    expected = learnt(full, None, indicators, encoding)
    assert_same(again.encoding, expected.encoding)
    np.testing.assert_array_equal(again.scale, expected.scale)
    assert again.n_undivided == some.n_undivided == 10
    assert np.isinf(again.scale[-1])


@pytest.mark.parametrize("encoding", ["piecewise", "fine-piecewise"])
def test_of_columns_that_are_whole_inputs_are_left(gaps, encoding):
    """As they were: themselves, and what tells of gaps and of codes."""
    gaps[:, 1] = np.nan
    features = learnt(gaps, None, indicators_of(gaps), encoding)
    penalties = np.arange(features.n_inputs) / features.n_inputs
    features = features.penalised(penalties)
    other, kept = features.undivided([1, 4])
    columns = features.encoding.input_columns
    is_part = np.arange(columns.size) >= features.encoding.n_numeric
    is_part[features.encoding.columns.size :] = False
    np.testing.assert_array_equal(~kept, is_part & np.isin(columns, [1, 4]))
    np.testing.assert_array_equal(other.encoding.input_columns, columns[kept])
    before, after = (f.standardized(f.inputs(gaps)) for f in (features, other))
    np.testing.assert_array_equal(after, before[:, kept])
    np.testing.assert_array_equal(other.log_penalties, penalties[kept])
    assert features.undivided([])[1].all()


def test_few_inputs_that_are_left_are_dense(X):
    """Most of which a row has."""
    features = learnt(X, encoding="fine-piecewise")
    other, _ = features.undivided([0, 1, 2])
    assert features.first.nodes is not None
    assert other.first.nodes is None
    nothing, _ = features.undivided([])
    assert nothing.first.nodes is not None


def test_in_their_own_units_gaps_are_still_filled(gaps):
    """By the mean, and nothing is scaled."""
    own = Standardization.of(gaps, None).undone()
    features = EncodedColumns.learnt(
        gaps, None, own, indicators_of(gaps), encoding="linear"
    )
    assert (features.scale == 1).all()
    assert features.relearnt(gaps[:9], None, [slice(0, 9)]) is features
    inputs = features.standardized(features.inputs(gaps))
    mean = np.nanmean(gaps[:, 0])
    np.testing.assert_allclose(inputs[np.isnan(gaps[:, 0]), 0], mean)


def test_shares_beyond_are_those_of_numeric_columns(gaps):
    """Codes have no range, and gaps are in it."""
    features = learnt(gaps, None, indicators_of(gaps))
    rows = gaps.copy()
    rows[:100, 1] = 1e9
    rows[:, 2] = 77
    expected = [0, 0.2, 0, 0, 0, 0]
    np.testing.assert_array_equal(features.share_beyond(rows, None), expected)
    weights = np.r_[np.ones(200), np.zeros(300)]
    assert features.share_beyond(rows, weights)[1] == 0.5


def test_shares_that_are_far_are_those_of_numeric_columns(gaps):
    """From the mean, in spreads; gaps are not far, nor anything in its own units."""
    plain = Standardization.of(gaps[:, :2], None)
    features = learnt(gaps, None, indicators_of(gaps))
    rows = gaps.copy()
    rows[:100, 1] += 5 * plain.scale[1]
    rows[100:200, 1] += 3 * plain.scale[1]
    rows[:, 2] = 77
    blocks = [slice(0, 300), slice(300, 500)]
    shares = features.share_far(rows, None, blocks)
    assert 0.1 < shares[1] < 0.3
    assert 0 < shares[0] < 0.1
    np.testing.assert_array_equal(shares[2:], 0)
    np.testing.assert_array_equal(
        plain.share_far(rows[:, :2], None, blocks), shares[:2]
    )
    weights = np.r_[np.ones(100), np.zeros(400)]
    assert features.share_far(rows, weights, blocks)[1] > 0.5
    own = Standardization.identity(2)
    np.testing.assert_array_equal(own.share_far(rows[:, :2], None, blocks), 0)


def test_gaps_are_filled_by_means_where_nothing_is_encoded(gaps):
    """Rows without are not copied."""
    features = Standardization.of(gaps, None)
    assert features.has_gaps.tolist() == [True, False, True, False, False, False]
    filled = features.filled(gaps)
    assert filled[np.isnan(gaps[:, 0]), 0].tolist() == pytest.approx(
        [np.nanmean(gaps[:, 0])] * np.isnan(gaps[:, 0]).sum()
    )
    assert features.filled(filled) is filled
    assert learnt(gaps, None, indicators_of(gaps)).filled(gaps) is gaps
    sparse = csr_array(filled)
    assert features.filled(sparse) is sparse
