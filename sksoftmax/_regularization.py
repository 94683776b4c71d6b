"""`alpha="auto"`: the strength of regularisation that explains the data best."""

import math
import time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sksoftmax._evidence import LaplaceEvidence
from sksoftmax._objective import Objective
from sksoftmax._progress import report
from sksoftmax._training import Trained, train

Array = NDArray[np.floating]

# Two candidates for each decade: on 26 data sets the test log-loss changes by some
# percent from one to the next. The first is the most frequent choice, and its fit ends
# sooner than those of smaller ones. Of less than a hundred samples it is a tenth of
# their number: larger ones shrink all weights to zero, where the evidence is flat.
_PER_DECADE, _FIRST, _LAST = 2, 2, 8


class Candidate(NamedTuple):
    """What a fit with one alpha has shown.

    Attributes
    ----------
    alpha : float
        Strength of regularisation.
    log_evidence : float
        Of the labels, up to a constant. NaN with early stopping, as the evidence is one
        of minima.
    n_effective : float
        Coefficients that the data determine. NaN with early stopping.
    validation_loss : float
        With early stopping, the log-loss on the validation data; otherwise NaN.
    n_iter : int
        Iterations of the fit.
    """

    alpha: float
    log_evidence: float
    n_effective: float
    validation_loss: float
    n_iter: int

    def is_better_than(self, other: "Candidate") -> bool:
        """By the validation data, where there are any, or by the evidence."""
        return (
            self.validation_loss < other.validation_loss
            or self.log_evidence > other.log_evidence
        )

    def merit(self) -> str:
        """What it is judged by, for a line of progress."""
        if np.isnan(self.validation_loss):
            return f"Log evidence = {self.log_evidence:.6g}"
        return f"Lowest validation loss = {self.validation_loss:.8f}"


def train_with_best_alpha(
    objective: Objective,
    start: Array,
    *,
    seed: int = 0,
    max_time: float | None = None,
    verbose: int = 0,
    **options: Any,
) -> tuple[Candidate, Trained, list[Candidate]]:
    """Fit with one alpha after the other, from 10 uphill to the best in its vicinity.

    That is a maximum of the evidence or, with early stopping, a minimum of the log-loss
    on the validation data.

    Each fit is from `start`, not from the one before: the units that a large alpha has
    put to sleep stay so for the smaller ones. So the best fit is also that of `train`
    with its alpha alone, bit for bit, unless it is the one that `max_time` ended. The
    evidence has a single maximum in all cases of the study.

    Parameters are those of `train`. `max_time` is for all fits together.

    Returns
    -------
    best : Candidate
    trained : Trained
        Its fit.
    path : list of Candidate
        In the order of alpha.
    """
    search = _Search(objective, start, seed, max_time, verbose, options)
    # In units of samples: class weights ask for an alpha in proportion to theirs.
    part = objective.independent_part
    n_samples = objective.weights_sum * objective.weights_unit * part
    tenth = math.floor(_PER_DECADE * math.log10(n_samples / 10))
    shift = round(-_PER_DECADE * math.log10(part))
    try:
        search.climb(min(max(tenth, -_LAST), _FIRST), shift)
    except KeyboardInterrupt:
        if search.best is None:
            raise
        search.reason = "interrupted"
    return search.result()


class _Search:
    """Fits of one alpha after the other, of which the best is held."""

    def __init__(
        self,
        objective: Objective,
        start: Array,
        seed: int,
        max_time: float | None,
        verbose: int,
        options: dict[str, Any],
    ) -> None:
        self._objective = objective
        self._start = start
        self._options = {"seed": seed, "verbose": verbose, **options}
        self._verbose = verbose
        self._evidence = LaplaceEvidence(objective, np.random.RandomState(seed))
        self._ends = None if max_time is None else time.perf_counter() + max_time
        self._tried: dict[int, Candidate] = {}
        self.best: tuple[Candidate, Trained] | None = None
        self.reason: str | None = None

    def climb(self, first: int, shift: int) -> None:
        """From one half decade to the next, first down and then up."""
        self._is_better_at(first + shift)
        for direction in (-1, 1):
            step = first + direction
            while abs(step) <= _LAST and not self._is_over():
                if not self._is_better_at(step + shift):
                    break
                step += direction
            if step != first + direction:
                break

    def result(self) -> tuple[Candidate, Trained, list[Candidate]]:
        """The best, and all that were tried."""
        assert self.best is not None  # after `climb`
        best, trained = self.best
        if self.reason:
            minimum = trained.minimum
            convergence = minimum.convergence._replace(reason=self.reason)
            trained = trained._replace(
                minimum=minimum._replace(convergence=convergence)
            )
        return best, trained, [self._tried[step] for step in sorted(self._tried)]

    def _is_better_at(self, step: int) -> bool:
        """Fit with an alpha; whether it is the best so far."""
        alpha = 10.0 ** (step / _PER_DECADE)
        if self._verbose:
            report(f"With alpha = {alpha:.3g}")
        trained = train(
            self._objective.with_alpha(alpha),
            self._start,
            max_time=self._left(),
            **self._options,
        )
        reason = trained.minimum.convergence.reason
        if reason in ("interrupted", "callback"):
            self.reason = reason
        if reason == "interrupted" and self.best is not None:
            return False
        candidate = _candidate(alpha, trained, self._evidence)
        if self._verbose:
            report(candidate.merit())
        self._tried[step] = candidate
        is_better = self.best is None or candidate.is_better_than(self.best[0])
        if is_better:
            self.best = candidate, trained
        return is_better

    def _is_over(self) -> bool:
        left = self._left()
        if left is not None and left <= 0:
            self.reason = self.reason or "max_time"
        return self.reason is not None

    def _left(self) -> float | None:
        return None if self._ends is None else self._ends - time.perf_counter()


def _candidate(alpha: float, trained: Trained, evidence: LaplaceEvidence) -> Candidate:
    minimum, _, validation = trained
    n_iter = len(minimum.loss_curve)
    if validation is None:
        shown = evidence(minimum.x, minimum.loss, alpha)
        return Candidate(alpha, *shown, validation_loss=np.nan, n_iter=n_iter)
    validation_loss = validation.best.validation_loss
    return Candidate(alpha, np.nan, np.nan, validation_loss, n_iter)
