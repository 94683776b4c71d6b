"""The minimiser: L-BFGS on any function that returns its value and gradient."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult
from scipy.optimize import minimize as scipy_minimize

Array = NDArray[np.floating]
Objective = Callable[[Array], tuple[float, Array]]

# Progress is judged over this many iterations: a single one can be short by chance.
WINDOW = 10
# A loss below this is as good as zero: without a penalty, that of separable classes
# falls for ever, by the same factor in each window.
_NEGLIGIBLE_LOSS = 1e-4


class NotFiniteError(ArithmeticError):
    """The loss or its gradient was not finite."""


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
    stop_reason : {"tol", "rounding", "max_iter", "line_search"}
        "tol": the loss has settled; "rounding": the last iteration changed it by no
        more than the rounding error of float64; "max_iter": out of iterations;
        "line_search": no lower loss was found along the last direction.
    """

    x: Array
    loss: float
    loss_curve: list[float]
    stop_reason: str


def minimize(
    objective: Objective, start: Array, *, max_iter: int, tol: float, verbose: int = 0
) -> Minimum:
    """Minimise `objective` from `start` by L-BFGS.

    Parameters
    ----------
    objective : callable
        `objective(x) -> (loss, gradient)`, in float64.
    start : ndarray of shape (n,)
        First point.
    max_iter : int
        Most iterations.
    tol : float
        Stop where `WINDOW` iterations together lowered the loss by no more than `tol`
        times the loss. Not where the gradient is small: at a minimum of a relu network,
        which is a kink, it never is; and with many parameters and little loss each of
        its entries is small from early on.
    verbose : int
        Print a line for each iteration, and the reason of the stop.

    Returns
    -------
    minimum : Minimum

    Raises
    ------
    NotFiniteError
        If the loss or its gradient is not finite at some point.

    References
    ----------
    D. C. Liu and J. Nocedal, On the limited memory BFGS method for large scale
    optimization, Mathematical Programming 45 (1989), algorithm 2.1; in the
    implementation L-BFGS-B of SciPy.
    """
    began = time.perf_counter()
    losses: list[float] = []

    # SciPy's line search would take an infinite value for convergence.
    def checked(x: Array) -> tuple[float, Array]:
        loss, gradient = objective(x)
        if not (np.isfinite(loss) and np.isfinite(gradient).all()):
            raise NotFiniteError(
                "the loss or its gradient is not finite after "
                f"{max(len(losses) - 1, 0)} iterations"
            )
        if not losses:
            losses.append(loss)
        return loss, gradient

    # The name of the argument asks SciPy for values rather than for x alone.
    def record(intermediate_result: OptimizeResult) -> None:
        losses.append(float(intermediate_result.fun))
        if verbose:
            _report(
                f"Iteration {len(losses) - 1}, loss = {losses[-1]:.8f}, "
                f"{time.perf_counter() - began:.1f} s"
            )
        if relative_decrease(losses) <= tol:
            raise StopIteration

    result = scipy_minimize(
        checked,
        start,
        method="L-BFGS-B",
        jac=True,
        callback=record,
        options={
            "maxiter": max_iter,
            # An iteration takes at most `maxls` evaluations and a restarted one twice
            # as many, so that `max_iter` alone limits a fit.
            "maxfun": 101 * max_iter + 1,
            "gtol": 0.0,
            # SciPy's 2.2e-9 can stop a fit at one short iteration; 64 eps is the
            # rounding error of the loss, as in sklearn.linear_model.LogisticRegression.
            "ftol": 64 * np.finfo(np.float64).eps,
            # The default of 20 can be short of what the steep start of a network needs.
            "maxls": 50,
        },
    )
    # 99: stopped by the callback; 0 and 1 are SciPy's, everything else is a failure.
    reasons = {99: "tol", 0: "rounding", 1: "max_iter"}
    stop_reason = reasons.get(result.status, "line_search")
    if verbose:
        _report(
            f"Stopped by {stop_reason} after {len(losses) - 1} iterations, loss = "
            f"{result.fun:.8f}"
        )
    return Minimum(result.x, float(result.fun), losses[1:], stop_reason)


def relative_decrease(losses: list[float]) -> float:
    """By which part of itself the loss fell over the last `WINDOW` entries.

    Infinity where there are not yet that many.
    """
    if len(losses) <= WINDOW:
        return np.inf
    return (losses[-1 - WINDOW] - losses[-1]) / max(abs(losses[-1]), _NEGLIGIBLE_LOSS)


def _report(line: str) -> None:
    print(line, flush=True)  # noqa: T201
