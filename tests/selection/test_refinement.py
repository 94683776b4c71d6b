"""Finer parts of columns, where relevances ask for them."""

import numpy as np
import pytest

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._selection import refinement
from sksoftmax._selection.inputs import PIECEWISE, encoded, start_of, train_on
from sksoftmax._selection.refinement import with_finer_parts

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
