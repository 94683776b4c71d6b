"""From an objective to its minimum: the metric, and growing subsets of the rows."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sksoftmax._minimizer.lbfgs import Convergence, Minimum, State, minimize
from sksoftmax._minimizer.progress import report
from sksoftmax._rows.matrix import row_values
from sksoftmax._training.early_stopping import EarlyStopping, ValidationCurve
from sksoftmax._training.metric import KroneckerMetric
from sksoftmax._training.objective import Objective, evenly_spaced

Array = NDArray[np.floating]
# Of a state, and of the objective that its parameters are those of.
Callback = Callable[[State, Objective], bool | None]

# Subsets begin with this many rows, and grow by this factor, while all rows are at
# least twice as many, and the copy of X is small.
_FIRST_ROWS, _GROWTH, _MAX_COPY = 5000, 4, 2**25
_STAGE_ITERATIONS, _STAGE_TOL = 12, 1e-2
# Reasons of fits that did not come to a minimum, nor to the end of `max_iter`.
CUT_SHORT = ("interrupted", "callback", "max_time")
# Part of a start in float32.
_ROUNDING = 1e-6


class Stage(NamedTuple):
    """Iterations on some of the rows.

    Attributes
    ----------
    n_samples : int
        Rows.
    n_iter : int
        Iterations on them.
    """

    n_samples: int
    n_iter: int


class Trained(NamedTuple):
    """What training has found.

    Attributes
    ----------
    minimum : Minimum
        With early stopping `x` and `loss` are those of the best iterate.
    stages : list of Stage
    validation : ValidationCurve or None
        With early stopping.
    objective : Objective
        What the minimum is that of, and what its parameters are those of: the given
        objective, or that reduced.
    """

    minimum: Minimum
    stages: list[Stage]
    validation: ValidationCurve | None
    objective: Objective

    def followed_by(self, last: "Trained") -> "Trained":
        """The last of two fits, with the iterations of both."""
        before, after = self.minimum, last.minimum
        reason = after.convergence.reason
        if before.convergence.reason == "max_iter" and reason not in CUT_SHORT:
            reason = "max_iter"
        convergence = after.convergence._replace(
            reason=reason,
            n_iter=before.convergence.n_iter + after.convergence.n_iter,
            n_evaluations=before.convergence.n_evaluations
            + after.convergence.n_evaluations,
            seconds=before.convergence.seconds + after.convergence.seconds,
        )
        minimum = after._replace(
            loss_curve=before.loss_curve + after.loss_curve, convergence=convergence
        )
        if last.validation is not None and self.validation is not None:
            last.validation.follow(self.validation)
        return last._replace(minimum=minimum, stages=self.stages + last.stages)

    def ended_by(self, reason: str | None) -> "Trained":
        """The same fit, after which there would have been others."""
        convergence = self.minimum.convergence
        if reason is None or convergence.reason == "interrupted":
            return self
        convergence = convergence._replace(reason=reason)
        return self._replace(minimum=self.minimum._replace(convergence=convergence))


def train(
    objective: Objective,
    start: Array,
    *,
    max_iter: int,
    tol: float,
    ends: float = np.inf,
    seed: int = 0,
    is_warm: bool = False,
    state: State | None = None,
    early_stopping: EarlyStopping | None = None,
    callback: Callback | None = None,
    is_enough: Callable[[State], bool] | None = None,
    verbose: int = 0,
) -> Trained:
    """Minimise the objective: on growing subsets of its rows first, if it is large.

    The last stage is on all rows, and its minimum that of the objective: `max_iter` and
    `tol` are about that one, and it is the one that early stopping ends, with one of
    its iterates, the first included. Losses, evaluations and seconds are those of all
    stages. From a warm start there is only the last. Out of time, by
    `time.perf_counter` at `ends`, or asked to stop, there is one more iteration on all
    rows. After each of those `is_enough` is asked.

    Where `callback` or `is_enough` returns True, or the validation data have nothing
    left to gain, the reason is "callback", "enough" or "early_stopping". A
    KeyboardInterrupt after the first iteration ends the fit with what there is, and
    "interrupted" for its reason: to raise it again is left to the caller.

    References
    ----------
    R. Bollapragada et al., A progressive batching L-BFGS method for machine learning,
    ICML 2018, for growing the sample.
    """
    began = time.perf_counter()
    # What is kept of early stopping is no minimum, but a point of the path.
    if early_stopping is None:
        objective, start = _in_row_space(objective, start, is_warm, state)
    random_state = np.random.RandomState(seed)
    metric = KroneckerMetric(objective, random_state)
    validation = early_stopping and ValidationCurve(early_stopping)
    run = _Run(objective, began, ends, validation, callback, is_enough, verbose)
    try:
        x = start if is_warm else _fit_subsets(objective, start, run, random_state)
        minimum = run.stage(
            objective,
            x,
            max_iter=max_iter,
            tol=tol,
            initial_inverse_hessian=metric,
            state=state,
        )
    except KeyboardInterrupt:
        if run.last is None:
            raise
        return run.interrupted(run.last)
    return run.ended(minimum)


def _in_row_space(
    objective: Objective, start: Array, is_warm: bool, state: State | None
) -> tuple[Objective, Array]:
    """The reduced objective and its start, unless there is a reason against it.

    What the rows do not span of a warm start is the user's, for as long as it lasts.
    """
    reduced = objective.reduced()
    if reduced is not objective and state is not None:
        return reduced, state.x
    projected = reduced.projected(start)
    lengths = np.linalg.norm(projected), np.linalg.norm(start)
    if is_warm and lengths[0] < (1 - _ROUNDING) * lengths[1]:
        return objective, start
    return reduced, projected


def _fit_subsets(
    objective: Objective, start: Array, run: "_Run", random_state: np.random.RandomState
) -> Array:
    """Where the stages before the last lead to."""
    x = start
    for rows in _subsets(objective, random_state):
        part = objective.subset(rows)
        found = run.stage(
            part,
            x,
            max_iter=_STAGE_ITERATIONS,
            tol=_STAGE_TOL,
            initial_inverse_hessian=KroneckerMetric(part, random_state),
        )
        x = found.x
        del part
        if run.is_stopped or found.convergence.reason == "max_time":
            break
    # A row that no subset had can make all of them useless.
    if run.stages and not run.loss(objective, x) < run.loss(objective, start):
        return start
    return x


@dataclass
class _Run:
    """The stages of one fit: their iterations, evaluations and seconds together."""

    objective: Objective
    began: float
    ends: float
    validation: ValidationCurve | None
    callback: Callback | None
    is_enough: Callable[[State], bool] | None
    verbose: int
    losses: list[float] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    n_evaluations: int = 0
    last: Array | None = None
    is_stopped: bool = False  # by the callback; one more iteration is on all rows

    def loss(self, function: Objective, x: Array) -> float:
        """The objective at one point."""
        return self._evaluate(function, x)[0]

    def stage(self, function: Objective, x: Array, **options: Any) -> Minimum:
        """Iterations on the rows of `function`."""
        if self.validation:
            self.validation.restart(x, self.loss(function, x))
        self.stages.append(Stage(function.n_samples, 0))
        return minimize(
            partial(self._evaluate, function),
            x,
            ends=self.ends,
            callback=partial(self._after_iteration, function),
            eps=float(np.finfo(function.X.dtype).eps),
            pairs_dtype=function.pairs_dtype,
            # Why the iterations on some rows end is nothing that a fit ends by.
            verbose=self.verbose if function is self.objective else 0,
            **options,
        )

    def ended(self, minimum: Minimum) -> Trained:
        """The last stage's minimum, or with early stopping the best iterate."""
        point = self.validation.best if self.validation else minimum
        reason, norm = minimum.convergence.reason, minimum.convergence.gradient_norm
        return self._trained(point.x, point.loss, reason, norm, minimum.state)

    def interrupted(self, last: Array) -> Trained:
        """The same of the last iterate. The state may be that of half a step."""
        x = self.validation.best.x if self.validation else last
        return self._trained(x, self.loss(self.objective, x), "interrupted")

    def _trained(
        self,
        x: Array,
        loss: float,
        reason: str,
        gradient_norm: float = np.nan,
        state: State | None = None,
    ) -> Trained:
        """A point, with the sums of all stages."""
        seconds = time.perf_counter() - self.began
        convergence = Convergence(
            reason, len(self.losses), self.n_evaluations, gradient_norm, seconds
        )
        minimum = Minimum(x, loss, self.losses, convergence, state)
        return Trained(minimum, self.stages, self.validation, self.objective)

    def _evaluate(self, function: Objective, x: Array) -> tuple[float, Array]:
        self.n_evaluations += 1
        return function(x)

    def _after_iteration(self, function: Objective, state: State) -> str | None:
        """Take note of it; the reason to stop, if there is one."""
        self.last = state.x
        self.losses.append(state.loss)
        n_samples, n_iter = self.stages.pop()
        self.stages.append(Stage(n_samples, n_iter + 1))
        is_settled = self.validation and self.validation.add(state.x, state.loss)
        if self.verbose:
            report(self._progress(state))
        if self.callback is not None and self.callback(state, function):
            self.is_stopped = True
        is_enough = (
            self.is_enough is not None
            and function is self.objective
            and self.is_enough(state)
        )
        if self.is_stopped:
            return "callback"
        if is_enough:
            return "enough"
        return "early_stopping" if is_settled else None

    def _progress(self, state: State) -> str:
        n_samples, n_iter = self.stages[-1]
        loss = f"Iteration {n_iter}, loss = {state.loss:.8f}"
        if len(self.stages) > 1 or n_samples < self.objective.n_samples:
            loss += f" of {n_samples} rows"
        parts = [loss, f"gradient norm = {state.gradient_norm:.1e}"]
        if self.validation:
            parts.append(f"validation loss = {self.validation.losses[-1]:.8f}")
        return ", ".join([*parts, f"{time.perf_counter() - self.began:.1f} s"])


def _subsets(
    objective: Objective, random_state: np.random.RandomState
) -> Iterator[NDArray[np.integer]]:
    """Rows of the stages before the last, of each class in proportion."""
    rows = np.concatenate(objective.shuffled_classes(random_state))
    n_rows = _FIRST_ROWS
    n_bytes = row_values(objective.X) * objective.X.dtype.itemsize
    while 2 * n_rows <= len(rows) and n_rows * n_bytes <= _MAX_COPY:
        yield evenly_spaced(rows, n_rows)
        n_rows *= _GROWTH
