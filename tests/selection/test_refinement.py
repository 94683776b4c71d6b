"""Finer parts of columns, where relevances ask for them, and none of idle ones."""

import numpy as np
import pytest

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._selection import refinement
from sksoftmax._selection.inputs import PIECEWISE, encoded, start_of, train_on
from sksoftmax._selection.refinement import with_finer_parts, without_idle_parts

OPTIONS = {"max_iter": 300, "tol": 1e-3}


@pytest.fixture(name="relevant", scope="module")
def objective_with_relevances():
    """Of a step of one column of three, and a minimum of it."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 3))
    y = X[:, 0] > 0.3
    X[::7, 1] = X[:3, 0] = np.nan
    weights = rng.integers(1, 4, size=600).astype(float)
    clf = SoftmaxMLPClassifier((6,), random_state=0)
    objective, start = clf._problem(X, y, weights)[:2]
    objective = encoded(objective, "piecewise")
    start = start_of(objective, start, 0)
    inputs = PIECEWISE._replace(has_relevance=True)
    trained = train_on(inputs, objective, start, seed=0, **OPTIONS)
    return trained.objective, trained.minimum.x


def parts_of_first(features):
    """Starts and penalties of the parts of the first column."""
    chosen = np.flatnonzero(features.encoding.columns == 0)[1:]
    return features.encoding.starts[chosen], features.log_penalties[chosen]


def test_the_network_stays_the_same(relevant):
    """On all rows, with as much of a penalty or less."""
    objective, x = relevant
    other, parameters = with_finer_parts(objective, x)
    assert other.layout.n_parameters > objective.layout.n_parameters
    np.testing.assert_allclose(
        other.row_losses(parameters), objective.row_losses(x), rtol=1e-9, atol=1e-12
    )
    assert objective.log_loss(x) <= other(parameters)[0] <= objective(x)[0]
    assert other.alpha == objective.alpha


def test_parts_where_the_label_changes_are_divided(relevant):
    """And no part of other columns; of a part all have its penalty."""
    objective, x = relevant
    before = objective.standardization
    after = with_finer_parts(objective, x)[0].standardization
    n_before, n_after = (np.bincount(f.encoding.columns) for f in (before, after))
    assert n_after[0] > n_before[0] + 3
    np.testing.assert_array_equal(n_after[1:], n_before[1:])
    assert after.encoding.name == "fine-piecewise"
    (starts, penalties), (fine_starts, fine_penalties) = map(
        parts_of_first, (before, after)
    )
    origins = np.searchsorted(starts, fine_starts, side="right") - 1
    np.testing.assert_array_equal(fine_penalties, penalties[origins])
    is_divided = np.bincount(origins) > 1
    np.testing.assert_array_equal(is_divided, penalties < refinement._RELEVANT)
    assert starts[is_divided].min() < 0.3 < fine_starts[-1]


def test_inputs_are_limited(relevant, monkeypatch):
    """Then the most relevant parts are divided; where there is no room, none."""
    objective, x = relevant
    before = objective.standardization
    starts, penalties = parts_of_first(before)
    first = int(np.argmin(penalties))
    for room, expected in (refinement._N_PARTS - 1, {first}), (0, set()), (-50, set()):
        monkeypatch.setattr(refinement, "_MAX_INPUTS", before.n_inputs + room)
        after = with_finer_parts(objective, x)[0].standardization
        assert after.n_inputs <= before.n_inputs + max(room, 0)
        new = np.setdiff1d(parts_of_first(after)[0], starts)
        assert set(np.searchsorted(starts, new) - 1) == expected


@pytest.fixture(name="judged", scope="module")
def on_other_rows(relevant):
    """The same objective of rows that its minimum is not of."""
    objective, x = relevant
    X = np.random.default_rng(1).normal(size=(900, 3))
    return objective.on(X, (X[:, 0] > 0.3).astype(int), None), x


def numbers_of_inputs(features):
    """By column."""
    return np.bincount(features.encoding.columns)


def test_idle_parts_are_left_out(judged):
    """Of columns that tell other rows nothing; the rest is the same network."""
    objective, x = judged
    before = objective.standardization
    after, parameters = without_idle_parts(objective, x)
    n_before, n_after = numbers_of_inputs(before), numbers_of_inputs(after)
    assert n_after[0] == n_before[0] > 16
    assert set(n_after[1:]) <= {1, *n_before[1:]}
    is_idle = before.encoding.is_part
    is_idle &= np.isin(before.encoding.input_columns, np.flatnonzero(n_after == 1))
    assert is_idle.any()
    without = x.copy()
    objective.layout.unpack(without)[0][0][:, is_idle] = 0
    np.testing.assert_allclose(
        objective.seen_by(after).row_losses(parameters),
        objective.row_losses(without),
        rtol=1e-12,
    )
    np.testing.assert_array_equal(after.log_penalties, before.log_penalties[~is_idle])


def test_a_column_whose_parts_are_idle_stays_itself(judged):
    """Parts without weights are idle, whatever the column tells."""
    objective, x = judged
    of_first = objective.features.encoding.input_columns == 0
    without = x.copy()
    coefs, _ = objective.layout.unpack(without)
    coefs[0][:, of_first & objective.features.encoding.is_part] = 0
    after, parameters = without_idle_parts(objective, without)
    assert numbers_of_inputs(after)[0] == 1
    left, _ = objective.seen_by(after).layout.unpack(parameters)
    np.testing.assert_array_equal(left[0][:, 0], coefs[0][:, 0])
    assert coefs[0][:, 0].any()


def test_parts_that_help_by_chance_are_idle(monkeypatch):
    """Of noise: it has to be by more than twice the error."""
    rng = np.random.default_rng(0)
    X, others = rng.normal(size=(2, 800, 13))
    clf = SoftmaxMLPClassifier((), alpha=30, random_state=0)
    objective, start = clf._problem(X, abs(X[:, 0]) > 0.7, None)[:2]
    objective = encoded(objective, "piecewise")
    start = start_of(objective, start, 0)
    x = train_on(PIECEWISE, objective, start, seed=0, **OPTIONS).minimum.x
    held_out = objective.on(others, (abs(others[:, 0]) > 0.7).astype(int), None)
    n_inputs = numbers_of_inputs(without_idle_parts(held_out, x)[0])
    assert n_inputs[0] == 17
    n_left = np.count_nonzero(n_inputs[1:] > 1)
    monkeypatch.setattr(refinement, "_CLEAR", 0.0)
    n_inputs = numbers_of_inputs(without_idle_parts(held_out, x)[0])
    assert n_left <= 1 < np.count_nonzero(n_inputs[1:] > 1)


def test_a_draw_counts_as_one_where_equal_ones_are_together(judged, rng):
    """Idle are the parts that are so for the same draws, row by row."""
    objective, x = judged
    draws = rng.integers(20, 60, size=20)
    X, y = objective.X[:20], objective.y[:20]
    one_by_one = objective.on(X.repeat(draws, axis=0), y.repeat(draws), None)
    together = objective.on(X, y, draws.astype(float))
    expected = numbers_of_inputs(without_idle_parts(one_by_one, x)[0])
    found = numbers_of_inputs(without_idle_parts(together, x, draws)[0])
    np.testing.assert_array_equal(found, expected)
    as_copies = numbers_of_inputs(without_idle_parts(together, x)[0])
    assert (as_copies != expected).any()


@pytest.mark.parametrize("factor", [1e-3, 1, 1e3])
def test_idle_parts_are_the_same_in_other_units_of_weights(judged, factor):
    """And rows without weight do not count."""
    objective, x = judged
    y, X = objective.y, objective.X
    weights = np.random.default_rng(2).integers(4, size=y.size) * 1.0
    expected = without_idle_parts(objective.on(X, y, weights), x)[1]
    counts = weights > 0
    for rows, w in ((slice(None), weights * factor), (counts, weights[counts])):
        found = without_idle_parts(objective.on(X[rows], y[rows], w), x)[1]
        np.testing.assert_array_equal(found, expected)


@pytest.fixture(name="too_sure", scope="module")
def twice_what_two_columns_know():
    """Two equal columns that both tell all of what one does, and one that tells less.

    Of rows that are a whole distribution: the network's losses are exact.
    """
    z, u = (v.ravel() for v in np.meshgrid(*[np.linspace(-1.5, 1.5, 40)] * 2))
    logits = np.where(abs(z) > 0.7, 1.4, -1.4) + np.where(abs(u) > 0.7, 0.4, -0.4)
    p = 1 / (1 + np.exp(-logits))
    X = np.repeat(np.stack([z, z, u], axis=1), 2, axis=0)
    y = np.tile([0, 1], z.size)
    clf = SoftmaxMLPClassifier((), alpha=0.01, random_state=0)
    weights = np.stack([1 - p, p], axis=1).ravel()
    objective, start = clf._problem(X, y, weights)[:2]
    objective = encoded(objective, "piecewise")
    start = start_of(objective, start, 0)
    x = train_on(PIECEWISE, objective, start, seed=0, max_iter=500, tol=1e-6).minimum.x
    encoding = objective.features.encoding
    columns = encoding.input_columns
    objective.layout.unpack(x)[0][0][:, encoding.is_part & (columns < 2)] *= 2

    def loss_without(*chosen):
        other = x.copy()
        is_out = encoding.is_part & np.isin(columns, chosen)
        objective.layout.unpack(other)[0][0][:, is_out] = 0
        return objective.log_loss(other)

    return objective, x, loss_without


def test_of_columns_that_know_the_same_one_stays(too_sure):
    """Each is idle, but for the other one."""
    objective, x, loss_without = too_sure
    loss = objective.log_loss(x)
    assert loss_without(0) < loss - 0.01
    assert loss_without(1) < loss - 0.01
    assert loss_without(0, 1) > loss + 0.01
    after, parameters = without_idle_parts(objective, x)
    n_inputs = numbers_of_inputs(after)
    assert sorted(n_inputs[:2]) == [1, 17]
    found = objective.seen_by(after).log_loss(parameters)
    assert found == pytest.approx(min(loss_without(0), loss_without(1)))


def test_what_a_column_tells_is_not_set_off_by_others(too_sure):
    """Though without these, too, the loss would be lower than with all."""
    objective, x, loss_without = too_sure
    loss = objective.log_loss(x)
    assert loss_without(2) > loss + 1e-3
    assert max(loss_without(0, 2), loss_without(1, 2)) < loss - 1e-3
    after, _ = without_idle_parts(objective, x)
    assert numbers_of_inputs(after)[2] == 17


def test_columns_as_they_are_have_no_idle_parts():
    """Nothing is left out of linear ones."""
    X = np.random.default_rng(0).normal(size=(60, 3))
    clf = SoftmaxMLPClassifier((6,), random_state=0)
    objective, start = clf._problem(X, X[:, 0] > 0, None)[:2]
    found = without_idle_parts(objective, start)
    assert found == (objective.standardization, start)
