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


@pytest.mark.parametrize("alpha", [1, 10])
def test_columns_that_know_the_same_are_not_idle_together(alpha):
    """Neither each of those left out, by itself, nor all of them lower the loss."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=1200)
    X = z[:, np.newaxis] + 0.3 * rng.normal(size=(1200, 20))
    y = (abs(z) > 0.7) ^ (rng.random(1200) < 0.2)
    clf = SoftmaxMLPClassifier((20,), alpha=alpha, random_state=0)
    objective, start = clf._problem(X[:600], y[:600], None)[:2]
    objective = encoded(objective, "piecewise")
    start = start_of(objective, start, 0)
    x = train_on(PIECEWISE, objective, start, seed=0, **OPTIONS).minimum.x
    held_out = objective.on(X[600:], y[600:].astype(int), None)
    encoding = held_out.features.encoding

    def loss_without(columns):
        other = x.copy()
        is_out = encoding.is_part & np.isin(encoding.input_columns, columns)
        held_out.layout.unpack(other)[0][0][:, is_out] = 0
        return held_out.log_loss(other)

    loss = held_out.log_loss(x)
    alone = np.array([loss_without([j]) for j in range(20)])
    assert loss_without(np.flatnonzero(alone <= loss)) > 1.1 * loss
    after, parameters = without_idle_parts(held_out, x)
    idle = np.flatnonzero(numbers_of_inputs(after) == 1)
    assert idle.size
    assert (alone[idle] <= loss).all()
    together = held_out.seen_by(after).log_loss(parameters)
    assert together == pytest.approx(loss_without(idle))
    assert together <= loss


def test_columns_as_they_are_have_no_idle_parts():
    """Nothing is left out of linear ones."""
    X = np.random.default_rng(0).normal(size=(60, 3))
    clf = SoftmaxMLPClassifier((6,), random_state=0)
    objective, start = clf._problem(X, X[:, 0] > 0, None)[:2]
    found = without_idle_parts(objective, start)
    assert found == (objective.standardization, start)
