"""`alpha="auto"`: the strength of regularisation that explains the data best."""

import math
import time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sksoftmax._evidence import LaplaceEvidence
from sksoftmax._lbfgs import report
from sksoftmax._objective import Objective
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
    began = time.perf_counter()
    evidence = LaplaceEvidence(objective, np.random.RandomState(seed))
    tried: dict[int, Candidate] = {}

    def at(step: int) -> tuple[Candidate, Trained]:
        alpha = 10.0 ** (step / _PER_DECADE)
        if verbose:
            report(f"With alpha = {alpha:.3g}")
        left = None if max_time is None else max_time - (time.perf_counter() - began)
        trained = train(
            objective.with_alpha(alpha),
            start,
            seed=seed,
            max_time=left,
            verbose=verbose,
            **options,
        )
        tried[step] = _candidate(alpha, trained, evidence)
        if verbose:
            report(tried[step].merit())
        return tried[step], trained

    def is_over() -> bool:
        return max_time is not None and time.perf_counter() - began >= max_time

    n_samples = objective.weights_sum * objective.weights_unit
    tenth = math.floor(_PER_DECADE * math.log10(n_samples / 10))
    first = min(max(tenth, -_LAST), _FIRST)
    best_step, best = first, at(first)
    for direction in (-1, 1):
        step = first + direction
        while not is_over() and abs(step) <= _LAST:
            found = at(step)
            if not found[0].is_better_than(best[0]):
                break
            best_step, best = step, found
            step += direction
        if best_step != first:
            break
    return *best, [tried[step] for step in sorted(tried)]


def _candidate(alpha: float, trained: Trained, evidence: LaplaceEvidence) -> Candidate:
    minimum, _, validation = trained
    n_iter = len(minimum.loss_curve)
    if validation is None:
        shown = evidence(minimum.x, minimum.loss, alpha)
        return Candidate(alpha, *shown, validation_loss=np.nan, n_iter=n_iter)
    validation_loss = validation.best.validation_loss
    return Candidate(alpha, np.nan, np.nan, validation_loss, n_iter)
