"""The minimiser on functions with known minima."""

import re

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der

from sksoftmax._lbfgs import WINDOW, NotFiniteError, minimize, relative_decrease


def rosenbrock(x):
    return rosen(x) + 1, rosen_der(x)


@pytest.mark.parametrize("n", [2, 20])
def test_finds_the_minimum_of_rosenbrock(n):
    """With tol=0 the minimiser ends at the minimum, to rounding."""
    minimum = minimize(rosenbrock, np.zeros(n), max_iter=1000, tol=0)
    assert minimum.stop_reason in ("rounding", "line_search")
    assert minimum.loss == pytest.approx(1, abs=1e-9)
    np.testing.assert_allclose(minimum.x, 1, atol=1e-3)


def test_curve_holds_the_loss_after_each_iteration():
    """The curve falls, ends in the final loss, and costs no evaluation."""
    seen = []

    def counted(x):
        seen.append(rosenbrock(x)[0])
        return rosenbrock(x)

    minimum = minimize(counted, np.zeros(4), max_iter=15, tol=0)
    assert minimum.stop_reason == "max_iter"
    assert len(minimum.loss_curve) == 15
    assert (np.diff(minimum.loss_curve) <= 0).all()
    assert minimum.loss_curve[-1] == minimum.loss == rosenbrock(minimum.x)[0]
    assert set(minimum.loss_curve) <= set(seen)
    assert len(seen) < 30


@pytest.mark.parametrize("scale", [1e-2, 1, 1e6])
def test_tol_is_relative_to_the_loss(scale):
    """The stop does not depend on the unit of the loss."""

    def scaled(x):
        return tuple(scale * value for value in rosenbrock(x))

    reference = minimize(rosenbrock, np.zeros(10), max_iter=1000, tol=1e-3)
    minimum = minimize(scaled, np.zeros(10), max_iter=1000, tol=1e-3)
    assert minimum.stop_reason == reference.stop_reason == "tol"
    losses = [rosenbrock(np.zeros(10))[0] * scale, *minimum.loss_curve]
    assert relative_decrease(losses) <= 1e-3 < relative_decrease(losses[:-1])


def test_a_negligible_loss_ends_the_fit():
    """A loss that falls for ever towards zero is not followed for ever."""

    def exponential(x):
        return float(np.exp(-x[0])), -np.exp(-x)

    minimum = minimize(exponential, np.zeros(1), max_iter=1000, tol=1e-3)
    assert minimum.stop_reason == "tol"
    assert minimum.loss < 1e-4


def test_window_is_what_the_estimator_documents():
    """The docstring of `tol` says ten iterations."""
    assert WINDOW == 10


def test_progress_is_unknown_before_the_window_is_full():
    """No decrease is reported before WINDOW iterations are done."""
    assert relative_decrease([3.0] * WINDOW) == np.inf
    assert relative_decrease([4.0] + [2.0] * WINDOW) == 1


def test_a_start_at_the_minimum_is_returned():
    """A zero gradient ends the fit with no iteration."""
    minimum = minimize(rosenbrock, np.ones(3), max_iter=10, tol=1e-3)
    np.testing.assert_array_equal(minimum.x, 1)
    assert minimum.loss_curve == []
    assert minimum.loss == 1


def test_a_wrong_gradient_fails_in_the_line_search():
    """Where no step lowers the loss, the reason is the line search."""
    minimum = minimize(
        lambda x: (float((x != 1).any()), np.ones(3)), np.ones(3), max_iter=10, tol=0
    )
    assert minimum.stop_reason == "line_search"


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("in_gradient", [True, False])
@pytest.mark.parametrize("after", [0, 5])
def test_non_finite_values_are_an_error(bad, in_gradient, after):
    """No NaN or infinity, of loss or gradient, ends as a result."""
    evaluations = []

    def objective(x):
        loss, gradient = rosenbrock(x)
        evaluations.append(loss)
        if len(evaluations) <= after:
            return loss, gradient
        return (loss, np.full(3, bad)) if in_gradient else (bad, gradient)

    with pytest.raises(NotFiniteError, match=r"not finite after \d+ iterations"):
        minimize(objective, np.zeros(3), max_iter=100, tol=0)
    assert len(evaluations) == after + 1


def test_verbose_prints_a_line_for_each_iteration(capsys):
    """Iteration, loss and time are shown, and the reason at the end."""
    minimum = minimize(rosenbrock, np.zeros(3), max_iter=4, tol=0, verbose=1)
    *lines, last = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    for i, line in enumerate(lines, start=1):
        loss = f"{minimum.loss_curve[i - 1]:.8f}"
        assert re.fullmatch(rf"Iteration {i}, loss = {re.escape(loss)}, \S+ s", line)
    assert last == f"Stopped by max_iter after 4 iterations, loss = {loss}"


def test_silent_by_default(capsys):
    """Without verbose nothing is printed."""
    minimize(rosenbrock, np.zeros(3), max_iter=4, tol=0)
    assert capsys.readouterr() == ("", "")
