"""The minimiser: L-BFGS on any function that returns its value and gradient.

Limited-memory BFGS (Nocedal & Wright 2006, algorithms 7.4 and 7.5) with the strong
Wolfe conditions. Its starting metric, a multiple of the identity in the textbook, may
be any positive definite operator, anew every few iterations: it is applied between the
two passes of the recursion, so that the pairs stay valid when it changes.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sksoftmax._minimizer.line_search import Trial, strong_wolfe
from sksoftmax._minimizer.pairs import CurvaturePairs
from sksoftmax._minimizer.progress import (
    WINDOW,
    part_of_loss,
    relative_decrease,
    report,
)

Array = NDArray[np.floating]
Objective = Callable[[Array], tuple[float, Array]]
Operator = Callable[[Array], Array]
DampedOperator = Callable[[float], Operator]

# Rounding error of the loss, as in sklearn.linear_model.LogisticRegression.
_ROUNDING = 64 * float(np.finfo(np.float64).eps)
# Part of the loss that is no reason for a warning, if no step finds it: this, or so
# many rounding errors of the objective. Fits in float32 that could not go on at their
# minimum had up to eight left.
_AS_GOOD_AS_NOTHING, _HIDDEN = 1e-8, 8
# What the metric may be damped by, and is at first; the next is tried once there are so
# many pairs. Figures in docs/benchmarks/optimiser.md, "What was tried".
_DAMPINGS, _FIRST_DAMPING, _ENOUGH_PAIRS = (0.3, 0.03, 0.003, 0.0003), 0.003, 8


class NotFiniteError(ArithmeticError):
    """The loss or its gradient was not finite."""


class Convergence(NamedTuple):
    """Why a fit ended, and what it took.

    Attributes
    ----------
    reason : str
        "tol": the loss has settled; "gradient": the decrease that gradient and metric
        promise is below the rounding error of the loss; "rounding": so was the last
        one, and no step lowers the loss any more; "max_iter", "max_time": out of
        iterations, out of time; "line_search": no lower loss was found, for the
        rounding errors of the objective; or what the callback has said.
    n_iter : int
        Iterations.
    n_evaluations : int
        Evaluations of loss and gradient.
    gradient_norm : float
        `sqrt(g' H g / loss)` at the end, with the gradient g and the minimiser's
        estimate H of the inverse Hessian: free of scale, half its square is the part of
        the loss that is left to gain as far as H knows, often a small part of all.
    seconds : float
        Wall time.
    """

    reason: str
    n_iter: int
    n_evaluations: int
    gradient_norm: float
    seconds: float


@dataclass
class State:
    """Where the minimiser stands: all it needs to go on as if it had not stopped.

    Attributes
    ----------
    x, loss, gradient
        The point, the loss and its gradient there, in float64.
    n_iter : int
        Iterations so far, of all calls.
    recent_losses : list of float
        Those that the stopping rule looks at.
    pairs : CurvaturePairs
        The last steps and the changes of the gradient along them.
    gradient_norm : float
        Of `Convergence`, where the last direction was looked for.
    metric_at : ndarray of shape (n,) or None
        Where the starting metric was made; None for the identity.
    metric_damping : float
        How much it was damped.
    metric_scale : float
        What it is multiplied by.
    metric_failed : bool
        Whether the starting metric was given up.
    """

    x: Array
    loss: float
    gradient: Array
    recent_losses: list[float]
    pairs: CurvaturePairs
    n_iter: int = 0
    gradient_norm: float = np.nan
    metric_at: Array | None = None
    metric_damping: float = _FIRST_DAMPING
    metric_scale: float = 1.0
    metric_failed: bool = False

    def is_at(self, x: Array, loss: float, gradient: Array) -> bool:
        """Whether the same function was seen at the same point, bit for bit."""
        return (
            loss == self.loss
            and np.array_equal(x, self.x)
            and np.array_equal(gradient, self.gradient)
        )

    def move_to(self, trial: Trial) -> bool:
        """Take a step; whether the curvature along it was one to remember."""
        is_useful = self.pairs.add(trial.x - self.x, trial.gradient - self.gradient)
        self.x, self.loss, self.gradient = trial.x, trial.loss, trial.gradient
        self.n_iter += 1
        self.recent_losses = [*self.recent_losses[-WINDOW:], trial.loss]
        return is_useful


class Minimum(NamedTuple):
    """Where the minimiser ended, and why.

    Attributes
    ----------
    x : ndarray of shape (n,)
        The last, and lowest, iterate.
    loss : float
        Objective at `x`.
    loss_curve : list of float
        Objective after each iteration.
    convergence : Convergence
    state : State or None
        To go on from.
    """

    x: Array
    loss: float
    loss_curve: list[float]
    convergence: Convergence
    state: State | None


def minimize(
    objective: Objective,
    start: Array,
    *,
    max_iter: int,
    tol: float,
    ends: float = math.inf,
    initial_inverse_hessian: Callable[[Array], DampedOperator] | None = None,
    state: State | None = None,
    callback: Callable[[State], str | None] | None = None,
    eps: float = float(np.finfo(np.float64).eps),
    pairs_dtype: DTypeLike = np.float64,
    verbose: int = 0,
) -> Minimum:
    """Minimise `objective` from `start` by L-BFGS.

    Parameters
    ----------
    objective : callable
        `objective(x) -> (loss, gradient)`, in float64. Where a value is not finite, the
        step that led there is shortened.
    start : ndarray of shape (n,)
        First point.
    max_iter : int
        Most iterations.
    tol : float
        Stop where `WINDOW` iterations together lowered the loss by no more than `tol`
        times the loss. Not where the gradient is small: at a minimum of a relu network,
        which is a kink, it never is; and with many parameters and little loss each of
        its entries is small from early on.
    ends : float, default=inf
        Stop after the iteration in which `time.perf_counter` gets there: a moment, not
        seconds, as it is handed down from the call of `fit`.
    initial_inverse_hessian : callable, default=None
        `initial_inverse_hessian(x)(damping)` is an operator from vector to vector, or
        from rows to rows, symmetric and positive definite: an estimate of the inverse
        Hessian at `x`, the closer to a multiple of the identity the larger the damping.
        The same arguments must give the same operator. None is the identity.
    state : State, default=None
        Go on from here, with the bits of a run that did not stop, if `objective` has
        the same value and gradient at `start` as there. Otherwise it is ignored.
    callback : callable, default=None
        Called with the state after each iteration; stops where it returns a reason.
    eps : float, default=2.2e-16
        Relative rounding error of what the objective adds up.
    pairs_dtype : dtype, default=float64
        Of the steps and changes of the gradient that are remembered. With float32 an
        iteration of 50,000 parameters takes 0.83 of the time, but close to a minimum
        the line search fails twice as often.
    verbose : int
        Print where the metric is given up, and the reason of the stop.

    Returns
    -------
    minimum : Minimum

    Raises
    ------
    NotFiniteError
        If the loss or its gradient is not finite at `start`, or all around it.

    References
    ----------
    J. Nocedal and S. J. Wright, Numerical Optimization, 2nd ed., Springer 2006, ch. 7.
    """
    began = time.perf_counter()
    losses: list[float] = []

    def stop_reason(state: State) -> str | None:
        reason = None if callback is None else callback(state)
        if relative_decrease(state.recent_losses) <= tol:
            return "tol"
        if len(losses) == max_iter:
            return "max_iter"
        if time.perf_counter() >= ends:
            return "max_time"
        return reason

    # Overflow shows in values that are not finite, which are looked for.
    with np.errstate(all="ignore"):
        state = _state_at(start, objective, state, pairs_dtype)
        search = _Search(objective, initial_inverse_hessian, state, eps, verbose)
        reason = search.advance()
        while reason is None:
            losses.append(state.loss)
            reason = stop_reason(state) or search.advance()
        search.line()  # for the norm at the end
    if verbose:
        report(
            f"Stopped by {reason} after {len(losses)} iterations, loss = "
            f"{state.loss:.8f}"
        )
    convergence = Convergence(
        reason,
        len(losses),
        1 + search.n_evaluations,
        state.gradient_norm,
        time.perf_counter() - began,
    )
    return Minimum(state.x, state.loss, losses, convergence, state)


def _state_at(
    start: Array, objective: Objective, known: State | None, pairs_dtype: DTypeLike
) -> State:
    """A copy of the known state, if it is that of `objective` at `start`."""
    loss, gradient = objective(start)
    if not (np.isfinite(loss) and np.isfinite(gradient).all()):
        raise NotFiniteError("the loss or its gradient is not finite at the start")
    if known is not None and known.is_at(start, loss, gradient):
        return replace(known, pairs=known.pairs.copy(pairs_dtype))
    return State(start, loss, gradient, [loss], CurvaturePairs(start.size, pairs_dtype))


class _Search:
    """Directions and steps."""

    def __init__(
        self,
        objective: Objective,
        metric: Callable[[Array], DampedOperator] | None,
        state: State,
        eps: float,
        verbose: int,
    ) -> None:
        self.objective = objective
        self.metric = metric
        self.state = state
        self.hidden = max(_HIDDEN * eps, _AS_GOOD_AS_NOTHING)
        self.verbose = verbose
        self.n_evaluations = 0
        self._n_finite = 0
        self._operator: Operator = _identity
        if metric is not None and state.metric_at is not None:
            self._operator = metric(state.metric_at)(state.metric_damping)

    def advance(self) -> str | None:
        """Take one step; the reason, where there is none."""
        state = self.state
        if not state.gradient.any():
            return "gradient"
        self._refresh_metric()
        before, rounding = state.loss, _ROUNDING * abs(state.loss)
        direction, slope = self.line()
        promised = part_of_loss(-slope, before)
        while (trial := self._step(direction, slope, rounding)) is None:
            if not self._retreat():
                is_flat = 0 <= -slope <= rounding
                return "gradient" if is_flat else self._failure(promised)
            direction, slope = self.line()
        is_useful = state.move_to(trial)
        # Not the end at once: a bad metric, or a kink, can make one step that short.
        if before - trial.loss <= rounding or not is_useful:
            self._retreat()
        return None

    def line(self) -> tuple[Array, float]:
        """The direction from the current point, and the slope of the loss along it."""
        state = self.state
        direction = -state.pairs.apply(self._metric, state.gradient)
        slope = float(direction @ state.gradient)
        state.gradient_norm = _norm(part_of_loss(-slope, state.loss))
        return direction, slope

    def _step(self, direction: Array, slope: float, rounding: float) -> Trial | None:
        """The next point, if more than rounding is promised, and a lower one found."""
        state = self.state
        if not rounding < -slope < np.inf:  # nor NaN
            return None
        here = Trial(0.0, state.x, state.loss, state.gradient, slope)
        return strong_wolfe(lambda step: self._trial(direction, step), here, 1.0)

    def _trial(self, direction: Array, step: float) -> Trial:
        x = self.state.x + step * direction
        loss, gradient = self.objective(x)
        self.n_evaluations += 1
        slope = float(direction @ gradient)
        if math.isfinite(loss) and math.isfinite(slope):
            self._n_finite += 1
        else:
            loss, slope = np.inf, np.nan
        return Trial(step, x, float(loss), gradient, slope)

    def _metric(self, vector: Array) -> Array:
        """The starting metric, in its size."""
        state = self.state
        if self._operator is not _identity:
            return state.metric_scale * self._operator(vector)
        if state.pairs:
            return state.pairs.scale(_identity) * vector
        largest = np.abs(vector).max()  # for its square not to overflow
        return vector * min(1.0, 1 / largest / np.linalg.norm(vector / largest))

    def _failure(self, promised: float) -> str:
        # Of the last step, too: pairs that rounding made promise what is not there.
        *_, before, last = [np.inf, *self.state.recent_losses]
        if min(promised, part_of_loss(before - last, last)) <= self.hidden:
            return "rounding"
        if self.state.n_iter == self._n_finite == 0:
            raise NotFiniteError(
                "the loss or its gradient is not finite around the start"
            )
        return "line_search"

    def _refresh_metric(self) -> None:
        state = self.state
        if self.metric is None or state.metric_failed or not _is_due(state.n_iter):
            return
        state.metric_at = state.x
        self._operator = self._fitting(self.metric(state.x))
        # Once for each metric: as good as in each iteration (0.49 against 0.49 of the
        # evaluations of L-BFGS-B, docs/benchmarks/optimiser.md) at half of the cost.
        if state.pairs:
            state.metric_scale = state.pairs.scale(self._operator)

    def _fitting(self, damped: DampedOperator) -> Operator:
        """The metric as damped before, or next to that, whichever fits the pairs best.

        Not by the decrease of a step, as Levenberg and Marquardt (and Martens & Grosse
        2015, section 6.5) do: that is more the pairs' doing than the metric's.
        """
        state = self.state
        if len(state.pairs) < _ENOUGH_PAIRS:
            return damped(state.metric_damping)
        place = _DAMPINGS.index(state.metric_damping)
        near = _DAMPINGS[max(place - 1, 0) : place + 2]
        operators = ((damping, damped(damping)) for damping in near)  # two at a time
        state.metric_damping, operator = min(
            operators, key=lambda pair: state.pairs.spread(pair[1])
        )
        return operator

    def _retreat(self) -> bool:
        """Drop what may have led to a useless direction, if there is anything."""
        state = self.state
        if state.pairs:
            state.pairs.clear()
            return True
        if self._operator is _identity:
            return False
        state.metric_at, state.metric_scale, state.metric_failed = None, 1.0, True
        self._operator = _identity
        if self.verbose:
            report("The metric does not fit the loss: going on without it")
        return True


def _norm(promised: float) -> float:
    return math.sqrt(max(promised, 0.0))


def _is_due(n_iter: int) -> bool:
    """Whether the metric is made anew: often at first, when the curvature changes."""
    return n_iter % 20 == 0 or n_iter in (1, 2, 4, 8)


def _identity(x: Array) -> Array:
    return x
