"""`alpha="auto"`: the strength of regularisation for which the evidence is largest."""

import time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sksoftmax._evidence import LaplaceEvidence
from sksoftmax._lbfgs import Minimum, report
from sksoftmax._objective import Objective
from sksoftmax._training import Stage, train

Array = NDArray[np.floating]

# Two candidates for each decade: on 26 data sets the test log-loss changes by some
# percent from one to the next. The first is the most frequent choice, and its fit ends
# sooner than those of smaller ones.
_PER_DECADE, _FIRST, _LAST = 2, 2, 8


class Candidate(NamedTuple):
    """What a fit with one alpha has shown.

    Attributes
    ----------
    alpha : float
        Strength of regularisation.
    log_evidence : float
        Of the labels, up to a constant.
    n_effective : float
        Coefficients that the data determine.
    n_iter : int
        Iterations of the fit.
    """

    alpha: float
    log_evidence: float
    n_effective: float
    n_iter: int


class Trained(NamedTuple):
    """A candidate, and its fit."""

    candidate: Candidate
    minimum: Minimum
    stages: list[Stage]


def train_with_best_alpha(
    objective: Objective,
    start: Array,
    *,
    seed: int = 0,
    max_time: float | None = None,
    verbose: int = 0,
    **options: Any,
) -> tuple[Trained, list[Candidate]]:
    """Fit with one alpha after the other, from 10 uphill to a maximum of the evidence.

    Each fit is from `start`, not from the one before: the units that a large alpha has
    put to sleep stay so for the smaller ones. So the best fit is also that of `train`
    with its alpha alone, bit for bit, unless it is the one that `max_time` ended. The
    evidence has a single maximum in all cases of the study.

    Parameters are those of `train`. `max_time` is for all fits together.
    """
    began = time.perf_counter()
    evidence = LaplaceEvidence(objective, np.random.RandomState(seed))
    seen: dict[int, Trained] = {}

    def at(step: int) -> Trained:
        alpha = 10.0 ** (step / _PER_DECADE)
        if verbose:
            report(f"With alpha = {alpha:.3g}")
        left = None if max_time is None else max_time - (time.perf_counter() - began)
        minimum, stages = train(
            objective.with_alpha(alpha),
            start,
            seed=seed,
            max_time=left,
            verbose=verbose,
            **options,
        )
        shown = evidence(minimum.x, minimum.loss, alpha)
        candidate = Candidate(alpha, *shown, len(minimum.loss_curve))
        if verbose:
            report(f"Log evidence = {candidate.log_evidence:.6g}")
        seen[step] = Trained(candidate, minimum, stages)
        return seen[step]

    def is_over() -> bool:
        return max_time is not None and time.perf_counter() - began >= max_time

    best = at(_FIRST)
    for direction in (-1, 1):
        step = _FIRST + direction
        while not is_over() and abs(step) <= _LAST:
            found = at(step)
            if not found.candidate.log_evidence > best.candidate.log_evidence:
                break
            best = found
            step += direction
        if best is not seen[_FIRST]:
            break
    return best, [seen[step].candidate for step in sorted(seen)]
