"""The minimiser on functions with known minima."""

import pickle
import time

import numpy as np
import pytest
from scipy.optimize import minimize as scipy_minimize
from scipy.optimize import rosen, rosen_der
from sklearn.datasets import load_wine
from sklearn.preprocessing import scale

from sksoftmax import cross_entropy
from sksoftmax._minimizer.lbfgs import NotFiniteError, minimize
from sksoftmax._minimizer.progress import relative_decrease


def rosenbrock(x):
    return rosen(x) + 1, rosen_der(x)


def powell(x):
    """Extended Powell singular function plus 1 (Moré, Garbow & Hillstrom 1981, 22)."""
    a, b, c, d = x.reshape(-1, 4).T
    loss = (a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4
    gradient = [
        2 * (a + 10 * b) + 40 * (a - d) ** 3,
        20 * (a + 10 * b) + 4 * (b - 2 * c) ** 3,
        10 * (c - d) - 8 * (b - 2 * c) ** 3,
        -10 * (c - d) - 40 * (a - d) ** 3,
    ]
    return loss.sum() + 1, np.column_stack(gradient).ravel()


def quadratic(n, condition, seed=0):
    rng = np.random.default_rng(seed)
    Q, _ = np.linalg.qr(rng.normal(size=(n, n)))
    H = Q * np.geomspace(1, condition, n) @ Q.T
    return lambda x: (x @ H @ x / 2 + 1, H @ x), rng.normal(size=n)


def logistic_regression():
    X, y = load_wine(return_X_y=True)
    X = scale(X)

    def objective(x):
        W = x.reshape(3, -1)
        loss, gradient = cross_entropy(X @ W.T, y)
        return loss + 0.01 * x @ x, (gradient.T @ X + 0.02 * W).ravel()

    return objective, np.zeros(39)


def problems():
    for n in (2, 5, 20, 100, 1000):
        yield f"Rosenbrock {n}", [(rosenbrock, np.resize([-1.2, 1.0], n))]
    for n in (4, 100, 1000):
        yield f"Powell {n}", [(powell, np.resize([3.0, -1, 0, 1], n))]
    for condition in (1e2, 1e4):
        yield f"condition {condition:g}", [quadratic(50, condition)]
    for condition in (1e6, 1e8):
        # Thousands of evaluations, of which rounding decides, by the version of BLAS:
        # of 32 pairs from 0.9 to 1.3 times as many, 1.02 in the mean.
        draws = [quadratic(50, condition, seed) for seed in range(16)]
        yield f"condition {condition:g}", draws
    yield "logistic regression", [logistic_regression()]


@pytest.mark.parametrize(
    "draws",
    [
        pytest.param(draws, id=name, marks=[pytest.mark.slow] * (len(draws) > 1))
        for name, draws in problems()
    ],
)
def test_no_more_evaluations_than_scipy(draws):
    """Without a metric of its own it is as good as L-BFGS-B, up to a tenth.

    What that one reaches before it stops, ours reaches as well, and the same value
    takes at most 1.1 times as many evaluations (and two, for the short ones); of the
    worst conditioned problems, sixteen draws together.
    """
    counts = np.array([evaluations(*draw) for draw in draws]).sum(axis=0)
    assert (counts[:, 1] <= 1.1 * counts[:, 0] + 2).all()


def evaluations(objective, start):
    """L-BFGS-B's and ours, to three distances from what that one reaches."""
    theirs, ours = [], []

    def counted(x, losses):
        loss, gradient = objective(x)
        losses.append(loss)
        return loss, gradient

    scipy_minimize(
        counted,
        start,
        (theirs,),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 3000, "maxfun": 4000, "gtol": 0, "ftol": 1e-12},
    )
    minimize(lambda x: counted(x, ours), start, max_iter=6000, tol=0)
    best = min(theirs)
    assert min(ours) <= best * (1 + 1e-12)
    return [
        [
            next(i for i, loss in enumerate(losses, 1) if loss <= best * (1 + above))
            for losses in (theirs, ours)
        ]
        for above in (1e-3, 1e-6, 1e-9)
    ]


@pytest.mark.parametrize("n", [2, 20])
def test_finds_the_minimum_of_rosenbrock(n):
    """With tol=0 the minimiser ends at the minimum, to rounding."""
    minimum = minimize(rosenbrock, np.zeros(n), max_iter=1000, tol=0)
    assert minimum.convergence.reason in ("rounding", "gradient", "line_search")
    assert minimum.loss == pytest.approx(1, abs=1e-9)
    np.testing.assert_allclose(minimum.x, 1, atol=1e-3)


def test_curve_holds_the_loss_after_each_iteration():
    """The curve falls, ends in the final loss, and costs no evaluation."""
    seen = []

    def counted(x):
        seen.append(rosenbrock(x)[0])
        return rosenbrock(x)

    minimum = minimize(counted, np.zeros(4), max_iter=15, tol=0)
    assert minimum.convergence.reason == "max_iter"
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
    assert minimum.convergence.reason == reference.convergence.reason == "tol"
    losses = [rosenbrock(np.zeros(10))[0] * scale, *minimum.loss_curve]
    assert relative_decrease(losses) <= 1e-3 < relative_decrease(losses[:-1])


def test_a_negligible_loss_ends_the_fit():
    """A loss that falls for ever towards zero is not followed for ever."""

    def exponential(x):
        return float(np.exp(-x[0])), -np.exp(-x)

    minimum = minimize(exponential, np.zeros(1), max_iter=1000, tol=1e-3)
    assert minimum.convergence.reason == "tol"
    assert minimum.loss < 1e-4


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
    assert minimum.convergence.reason == "line_search"


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("in_gradient", [True, False])
def test_a_start_that_is_not_finite_is_an_error(bad, in_gradient):
    """There is nothing to go back to."""

    def objective(x):
        loss, gradient = rosenbrock(x)
        return (loss, np.full(3, bad)) if in_gradient else (bad, gradient)

    with pytest.raises(NotFiniteError, match="at the start"):
        minimize(objective, np.zeros(3), max_iter=100, tol=0)


def test_a_start_among_values_that_are_not_finite_is_an_error():
    """Where no first step can be taken, the start is not called a minimum."""
    losses = iter([0.0])
    with pytest.raises(NotFiniteError, match="around the start"):
        minimize(
            lambda x: (next(losses, np.nan), np.ones(3)),
            np.ones(3),
            max_iter=100,
            tol=0,
        )


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("in_gradient", [True, False])
def test_steps_to_values_that_are_not_finite_are_shortened(bad, in_gradient):
    """Where the function ends the step was too long: its minimum is found."""

    def objective(x):
        if x.min() <= 0:
            return 1.0 if in_gradient else bad, np.full(5, bad)
        return (x - np.log(x)).sum(), 1 - 1 / x

    minimum = minimize(objective, np.geomspace(1e-4, 1e2, 5), max_iter=200, tol=0)
    assert minimum.loss == pytest.approx(5, abs=1e-9)
    assert np.isfinite(minimum.loss_curve).all()


def test_the_best_finite_point_is_kept():
    """Where nothing around is finite any more, what there was is the result."""
    evaluations = []

    def objective(x):
        evaluations.append(x)
        return rosenbrock(x) if len(evaluations) <= 8 else (np.nan, np.full(3, np.nan))

    minimum = minimize(objective, np.zeros(3), max_iter=100, tol=0)
    assert minimum.convergence.reason == "line_search"
    assert minimum.loss == rosenbrock(minimum.x)[0] == minimum.loss_curve[-1]


def everywhere(operator):
    """The same metric at each point, with each damping."""
    return lambda x: lambda damping: operator


def inverse(H):
    return everywhere(lambda vectors: np.linalg.solve(H, vectors.T).T)


def test_the_inverse_hessian_of_a_quadratic_needs_one_step():
    """The metric is used: from the exact one the first step leads to the minimum."""
    H = np.diag(np.geomspace(1, 1e8, 20))
    minimum = minimize(
        lambda x: (x @ H @ x / 2 + 1, H @ x),
        np.ones(20),
        max_iter=100,
        tol=0,
        initial_inverse_hessian=inverse(H),
    )
    assert minimum.convergence.n_evaluations <= 3
    assert minimum.loss == pytest.approx(1, abs=1e-12)


def test_a_metric_that_changes_serves_a_function_that_does():
    """Rosenbrock's own Hessian, where positive, makes it a short walk."""

    def metric(x):
        hessian = np.array([rosen_der(x + step) for step in 1e-6 * np.eye(10)])
        hessian = (hessian - rosen_der(x)) / 1e-6
        values, vectors = np.linalg.eigh(hessian + hessian.T)
        values = np.maximum(abs(values) / 2, 1)
        return lambda damping: lambda v: (v @ vectors / values) @ vectors.T

    start = np.zeros(10)
    plain = minimize(rosenbrock, start, max_iter=1000, tol=0)
    helped = minimize(
        rosenbrock, start, max_iter=1000, tol=0, initial_inverse_hessian=metric
    )
    assert helped.loss == pytest.approx(plain.loss, abs=1e-9)
    assert helped.convergence.n_evaluations < plain.convergence.n_evaluations


@pytest.mark.parametrize(
    "operator",
    [np.negative, lambda v: np.full_like(v, np.nan), lambda v: 1e30 * v[..., ::-1]],
    ids=["negative", "NaN", "unsymmetric"],
)
def test_a_useless_metric_is_given_up(operator, capsys):
    """The fit goes on without it, as far, and says so."""
    plain = minimize(rosenbrock, np.zeros(10), max_iter=1000, tol=0)
    minimum = minimize(
        rosenbrock,
        np.zeros(10),
        max_iter=1000,
        tol=0,
        initial_inverse_hessian=everywhere(operator),
        verbose=1,
    )
    assert minimum.loss == pytest.approx(plain.loss, abs=1e-9)
    assert "going on without it" in capsys.readouterr().out
    assert minimum.state.metric_failed


@pytest.mark.parametrize("fits", [0.3, 0.03, 0.003, 0.0003])
def test_the_damping_is_what_fits_the_pairs(fits):
    """It goes to the level whose operator is the inverse Hessian, a level at a time."""
    H = np.diag(np.geomspace(1, 1e4, 40))

    def objective(x):
        return x @ H @ x / 2 + (x**4).sum() + 1, H @ x + 4 * x**3

    def metric(x):
        return lambda damping: lambda v: v / np.diag(H) ** (fits / damping) ** 0.2

    levels = []
    minimize(
        objective,
        np.ones(40),
        max_iter=61,
        tol=-1,
        initial_inverse_hessian=metric,
        callback=lambda state: levels.append(state.metric_damping),
    )
    assert levels[7] == 0.003
    assert max(abs(np.diff(np.log10(levels)))) < 1.5
    assert levels[-1] == fits


def same(a, b):
    np.testing.assert_array_equal(a.x, b.x)
    assert a.loss == b.loss


def metric_of_changes(x):
    """Any operator that depends on the point, and on the damping."""
    return lambda damping: lambda vector: vector / (1 + x * x + damping)


@pytest.mark.parametrize("metric", [None, metric_of_changes], ids=["plain", "metric"])
@pytest.mark.parametrize("k", [1, 7, 20, 25])
def test_a_state_goes_on_as_if_there_had_been_no_stop(metric, k):
    """k iterations and k more are 2 k iterations, bit for bit, also when pickled."""
    common = {"tol": 0, "initial_inverse_hessian": metric}
    start = np.resize([-1.2, 1.0], 30)
    whole = minimize(rosenbrock, start, max_iter=2 * k, **common)
    half = minimize(rosenbrock, start, max_iter=k, **common)
    for state in (half.state, pickle.loads(pickle.dumps(half.state))):
        rest = minimize(rosenbrock, half.x, max_iter=k, state=state, **common)
        same(rest, whole)
        assert half.loss_curve + rest.loss_curve == whole.loss_curve
        assert rest.convergence.n_evaluations + half.convergence.n_evaluations == (
            whole.convergence.n_evaluations + 1
        )


def test_a_state_keeps_the_progress_that_tol_looks_at():
    """What stops by tol in one go stops at the same iteration in two."""
    whole = minimize(rosenbrock, np.zeros(10), max_iter=1000, tol=1e-3)
    n = len(whole.loss_curve) - 3
    half = minimize(rosenbrock, np.zeros(10), max_iter=n, tol=1e-3)
    rest = minimize(rosenbrock, half.x, max_iter=1000, tol=1e-3, state=half.state)
    assert len(rest.loss_curve) == 3
    same(rest, whole)


def test_a_state_of_another_function_is_not_used():
    """Pairs of other data are not mixed in: the fit is one that starts there."""
    other = minimize(powell, np.zeros(4) + 1, max_iter=5, tol=0)
    start = other.x
    fresh = minimize(rosenbrock, start, max_iter=5, tol=0)
    same(minimize(rosenbrock, start, max_iter=5, tol=0, state=other.state), fresh)


def test_a_state_is_not_changed_by_going_on_from_it():
    """Whoever keeps it can go on from it twice."""
    half = minimize(rosenbrock, np.zeros(10), max_iter=5, tol=0)
    rests = [
        minimize(rosenbrock, half.x, max_iter=5, tol=0, state=half.state)
        for _ in range(2)
    ]
    same(*rests)
    assert half.state.n_iter == 5


@pytest.mark.parametrize("dtypes", [(np.float32, float), (float, np.float32)])
def test_a_state_goes_on_in_the_dtype_that_is_asked_for(dtypes):
    """A last fit from one in float32 gets as close to the minimum as any."""
    half = minimize(rosenbrock, np.zeros(10), max_iter=5, tol=0, pairs_dtype=dtypes[0])
    rest = minimize(
        rosenbrock, half.x, max_iter=5, tol=0, state=half.state, pairs_dtype=dtypes[1]
    )
    assert (half.state.pairs.dtype, rest.state.pairs.dtype) == dtypes


def test_a_callback_sees_each_iteration_and_may_stop():
    """What it returns is the reason of the end, at this point."""
    seen = []

    def callback(state):
        seen.append(state.loss)
        return "enough" if len(seen) == 4 else None

    minimum = minimize(rosenbrock, np.zeros(5), max_iter=50, tol=0, callback=callback)
    assert minimum.convergence.reason == "enough"
    assert seen == minimum.loss_curve
    assert len(seen) == 4


def test_time_is_kept():
    """After that moment the fit ends with the iteration that is running."""

    def slow(x):
        time.sleep(0.01)
        return rosenbrock(x)

    ends = time.perf_counter() + 0.05
    minimum = minimize(slow, np.zeros(20), max_iter=1000, tol=0, ends=ends)
    assert minimum.convergence.reason == "max_time"
    assert minimum.convergence.seconds >= 0.05
    assert len(minimum.loss_curve) < 50


def test_one_short_step_is_not_the_end():
    """Where a bad metric gains nothing, the fit goes on without it.

    Also in a kink: the short step counts as an iteration.
    """
    H = np.diag([1.0, 1e4])

    def objective(x):
        return x @ H @ x / 2 + 1, H @ x

    minimum = minimize(
        objective,
        np.ones(2),
        max_iter=200,
        tol=-1,
        initial_inverse_hessian=everywhere(lambda v: 1e-14 * v),
    )
    assert minimum.loss == pytest.approx(1, abs=1e-9)
    assert len(minimum.loss_curve) == minimum.state.n_iter
    assert minimum.loss_curve[-1] == minimum.loss


def test_a_decrease_that_is_rounding_ends_at_once():
    """Where the gradient promises no more than that, no step is tried."""
    minimum = minimize(
        lambda x: (x @ x / 2 + 1, x), np.full(3, 1e-9), max_iter=100, tol=0
    )
    assert minimum.convergence.reason == "gradient"
    assert minimum.convergence.n_evaluations == 1


@pytest.mark.parametrize(
    ("gain", "reason"), [(1e-9, "rounding"), (1e-3, "line_search")]
)
def test_what_rounding_promises_is_no_failure_where_the_last_step_gained_nothing(
    gain, reason
):
    """A gradient of rounding errors, as of float32, promises what is not there."""
    slope = np.sqrt(gain)

    def objective(x):
        if x[0] > -slope / 2:
            return 1 + slope * x[0], np.array([slope])
        return 1 - gain, np.array([0.1])

    minimum = minimize(objective, np.zeros(1), max_iter=100, tol=0)
    assert minimum.convergence.n_iter == 1
    assert minimum.convergence.reason == reason


@pytest.mark.parametrize("scale", [1e-2, 1, 1e6])
def test_the_gradient_norm_is_free_of_scale(scale):
    """Half its square is the part of the loss that a quadratic model still gains.

    With the exact inverse Hessian: f - min f = g' H g / 2.
    """
    H = scale * np.diag([1.0, 10, 100])
    minimum = minimize(
        lambda x: (x @ H @ x / 2 + scale, H @ x),
        np.ones(3),
        max_iter=1,
        tol=0,
        initial_inverse_hessian=everywhere(lambda v: np.linalg.solve(H, v) / 2),
    )
    gain = (minimum.loss - scale) / minimum.loss
    assert minimum.convergence.gradient_norm**2 / 2 == pytest.approx(gain, rel=0.01)


def test_counts_and_seconds_are_reported():
    """Evaluations are those of the objective, the start's included."""
    evaluations = []

    def counted(x):
        evaluations.append(x)
        return rosenbrock(x)

    minimum = minimize(counted, np.zeros(5), max_iter=12, tol=0)
    assert minimum.convergence.n_evaluations == len(evaluations)
    assert minimum.convergence.n_iter == 12
    assert minimum.convergence.reason == "max_iter"
    assert 0 < minimum.convergence.seconds < 60


def test_the_users_error_state_does_not_matter():
    """Numbers that underflow inside are ours to look after."""
    with np.errstate(all="raise"):
        minimize(
            lambda x: (1e-200 * x @ x + 1, 2e-200 * x), np.ones(3), max_iter=9, tol=0
        )


def test_verbose_tells_the_reason(capsys):
    """Iterations are for the callback to tell."""
    minimum = minimize(rosenbrock, np.zeros(3), max_iter=4, tol=0, verbose=1)
    last = f"Stopped by max_iter after 4 iterations, loss = {minimum.loss:.8f}\n"
    assert capsys.readouterr().out == last


def test_silent_by_default(capsys):
    """Without verbose nothing is printed."""
    minimize(rosenbrock, np.zeros(3), max_iter=4, tol=0)
    assert capsys.readouterr() == ("", "")


def test_curvature_that_is_not_positive_ends_the_metric(capsys):
    """Where a step finds none, as on a straight line to a wall, the fit says so."""

    def line(x):
        return (-x[0] if x[0] < 1.05 else np.inf), np.array([-1.0])

    found = minimize(
        line,
        np.zeros(1),
        max_iter=1,
        tol=0,
        initial_inverse_hessian=everywhere(lambda vector: vector),
        verbose=1,
    )
    assert not found.state.pairs
    assert found.state.metric_failed
    assert "going on without it" in capsys.readouterr().out
