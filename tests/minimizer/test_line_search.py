"""Steps along a line."""

import numpy as np
import pytest

from sksoftmax._minimizer.line_search import Trial, strong_wolfe


def search(function, derivative, step):
    """Search from 0, and count."""
    trials = []

    def trial_at(t):
        trials.append(t)
        return Trial(t, np.array([t]), function(t), np.array([0.0]), derivative(t))

    start = Trial(0.0, np.zeros(1), function(0.0), np.zeros(1), derivative(0.0))
    return strong_wolfe(trial_at, start, step), start, trials


FUNCTIONS = {
    "parabola": (lambda t: (t - 1) ** 2, lambda t: 2 * (t - 1)),
    # Moré & Thuente 1994, eq. (5.1) to (5.3).
    "barely decreasing": (
        lambda t: -t / (t * t + 2),
        lambda t: (t * t - 2) / (t * t + 2) ** 2,
    ),
    "quintic": (
        lambda t: (t + 0.004) ** 5 - 2 * (t + 0.004) ** 4,
        lambda t: 5 * (t + 0.004) ** 4 - 8 * (t + 0.004) ** 3,
    ),
    "oscillating": (
        lambda t: (t - 1) ** 2 + 0.05 * np.sin(20 * t),
        lambda t: 2 * (t - 1) + np.cos(20 * t),
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("step", [1e-3, 1e-1, 1, 10, 1e3])
def test_the_step_satisfies_the_conditions(name, step):
    """From steps far too short and far too long, in a few trials."""
    trial, start, trials = search(*FUNCTIONS[name], step)
    assert trial.loss <= start.loss + 1e-4 * trial.step * start.slope
    if name != "quintic":  # there an interval that is short enough ends it
        assert abs(trial.slope) <= 0.9 * abs(start.slope)
    assert len(trials) <= 12


def test_a_good_first_step_is_taken():
    """Nothing is evaluated twice, or more often than needed."""
    trial, _, trials = search(*FUNCTIONS["parabola"], 0.9)
    assert trial.step == 0.9
    assert trials == [0.9]


def test_a_cubic_is_minimised_in_two_trials():
    """Interpolation between two points is exact for a cubic."""
    trial, _, trials = search(lambda t: t**3 - 3 * t, lambda t: 3 * t * t - 3, 2.5)
    assert trials == [2.5, pytest.approx(1, abs=1e-12)]
    assert trial.step == trials[1]


@pytest.mark.parametrize("kink", [1e-3, 0.3, 7])
def test_a_kink_is_left_with_less_loss(kink):
    """At the minimum of |t - kink| no slope is small: a decrease is enough."""
    trial, start, trials = search(
        lambda t: abs(t - kink), lambda t: 1.0 if t > kink else -1.0, 1.0
    )
    assert trial.loss < start.loss
    assert abs(trial.step - kink) < 0.2 * kink
    assert len(trials) <= 8


@pytest.mark.parametrize("wall", [1e-6, 1e-2, 0.5])
def test_steps_that_are_not_finite_are_shortened(wall):
    """Behind a wall of infinite losses the finite part is searched."""
    trial, start, _ = search(
        lambda t: -t if t < wall else np.inf,
        lambda t: -1.0 if t < wall else np.nan,
        1.0,
    )
    assert 0 < trial.step < wall
    assert trial.loss < start.loss


def test_no_step_where_the_loss_only_rises():
    """A slope that lies gives None after a bounded number of trials."""
    trial, _, trials = search(lambda t: t, lambda t: -1.0, 1.0)
    assert trial is None
    assert len(trials) <= 20


def test_a_loss_without_bound_ends():
    """Where every longer step is better, the longest tried is taken."""
    trial, _, trials = search(lambda t: -t, lambda t: -1.0, 1.0)
    assert trial.step == max(trials)
    assert len(trials) == 20
