"""From an objective to its minimum: the metric, and growing subsets of the rows."""

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sksoftmax._blocks import row_values
from sksoftmax._lbfgs import Minimum, State, minimize, report
from sksoftmax._metric import KroneckerMetric
from sksoftmax._objective import Objective

Array = NDArray[np.floating]

# Subsets begin with this many rows, and grow by this factor, while all rows are at
# least twice as many, and the copy of X is small.
_FIRST_ROWS, _GROWTH, _MAX_COPY = 5000, 4, 2**25
_STAGE_ITERATIONS, _STAGE_TOL = 12, 1e-2


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


def train(
    objective: Objective,
    start: Array,
    *,
    max_iter: int,
    tol: float,
    max_time: float | None = None,
    seed: int = 0,
    is_warm: bool = False,
    state: State | None = None,
    callback: Callable[[State], bool | None] | None = None,
    verbose: int = 0,
) -> tuple[Minimum, list[Stage]]:
    """Minimise the objective: on growing subsets of its rows first, if it is large.

    The last stage is on all rows, and its minimum that of the objective: `max_iter` and
    `tol` are about that one. Losses, evaluations and seconds are those of all stages.
    From a warm start there is only the last. Out of time, or asked to stop, there is
    one more iteration on all rows.

    References
    ----------
    R. Bollapragada et al., A progressive batching L-BFGS method for machine learning,
    ICML 2018, for growing the sample.
    """
    began = time.perf_counter()
    random_state = np.random.RandomState(seed)
    metric = KroneckerMetric(objective, random_state)
    n_rows = objective.X.shape[0]
    is_stopped = False
    losses: list[float] = []
    stages: list[Stage] = []
    n_evaluations = 0

    def is_enough(state: State) -> bool:
        nonlocal is_stopped
        is_stopped = is_stopped or bool(callback(state))
        return is_stopped

    def run(function: Objective, x: Array, **options: Any) -> Minimum:
        nonlocal n_evaluations
        n_samples = function.X.shape[0]
        if verbose and (stages or n_samples < n_rows):
            report(f"On {n_samples} of {n_rows} rows")
        left = None if max_time is None else max_time - (time.perf_counter() - began)
        minimum = minimize(
            function,
            x,
            max_time=left,
            callback=None if callback is None else is_enough,
            verbose=verbose,
            **options,
        )
        stages.append(Stage(n_samples, len(minimum.loss_curve)))
        losses.extend(minimum.loss_curve)
        n_evaluations += minimum.convergence.n_evaluations
        return minimum

    x = start
    for rows in [] if is_warm else _subsets(objective, random_state):
        part = objective.subset(rows)
        found = run(
            part,
            x,
            max_iter=_STAGE_ITERATIONS,
            tol=_STAGE_TOL,
            initial_inverse_hessian=KroneckerMetric(part, random_state),
        )
        x = found.x
        del part
        if found.convergence.reason in ("callback", "max_time"):
            break
    # A row that no subset had can make all of them useless.
    if stages and not objective(x)[0] < objective(start)[0]:
        x = start
    minimum = run(
        objective,
        x,
        max_iter=max_iter,
        tol=tol,
        initial_inverse_hessian=metric,
        state=state,
    )
    convergence = minimum.convergence._replace(
        n_iter=len(losses),
        n_evaluations=n_evaluations + (2 if len(stages) > 1 else 0),
        seconds=time.perf_counter() - began,
    )
    return minimum._replace(loss_curve=losses, convergence=convergence), stages


def _subsets(
    objective: Objective, random_state: np.random.RandomState
) -> Iterator[NDArray[np.integer]]:
    """Rows of the stages before the last, of each class in proportion."""
    rows = np.concatenate(objective.shuffled_classes(random_state))
    n_rows = _FIRST_ROWS
    n_bytes = row_values(objective.X) * objective.X.dtype.itemsize
    while 2 * n_rows <= len(rows) and n_rows * n_bytes <= _MAX_COPY:
        every = (np.arange(n_rows) + 0.5) * len(rows) / n_rows
        yield np.sort(rows[every.astype(int)])
        n_rows *= _GROWTH
