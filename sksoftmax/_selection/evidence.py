"""How well a strength of regularisation explains the labels: the evidence for it.

The penalty is a Gaussian prior of precision alpha on each coefficient. With S the sum
of the weights, f the objective, and S A (x) G + alpha the Hessian of S f for each layer
at the minimum, Laplace's approximation of the probability of all labels is

    log evidence = -S f - c/2 sum log(1 + S a g / alpha)

over the eigenvalues a of A and g of G, up to a constant, with c = 1 (MacKay 1992,
section 4; Immer et al. 2021, section 3, for Kronecker factors). An intercept has no
prior and is integrated out, which leaves of A the covariance of the inputs: the Schur
complement of the intercept in A (x) G.

Weights of samples are counts; weights of classes are not: they make no sample worth
several. With those, S in the first term is the effective number of samples.

Here c = 1/2. The determinant of the blocks on the diagonal is larger than that of the
whole matrix (Fischer's inequality), more so for a smaller alpha: with c = 1 the alpha
found is too large by half a decade. See docs/benchmarks/quality/README.md.
"""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sksoftmax._training.metric import KroneckerMetric
from sksoftmax._training.objective import Objective

Array = NDArray[np.floating]

OCCAM_FACTOR = 0.5


class Evidence(NamedTuple):
    """What the curvature at a minimum tells of the strength of regularisation.

    Attributes
    ----------
    log_evidence : float
        The above.
    n_effective : float
        `sum S a g / (S a g + alpha)`: how many coefficients the data determine.
    """

    log_evidence: float
    n_effective: float


class LaplaceEvidence:
    """`evidence(parameters, loss, alpha)` at the minimum of an objective.

    Parameters
    ----------
    objective : Objective
        With any alpha.
    random_state : RandomState
        Draws the rows of the curvature.
    """

    def __init__(
        self, objective: Objective, random_state: np.random.RandomState
    ) -> None:
        self._metric = KroneckerMetric(objective, random_state)
        self._weights_sum = objective.weights_sum * objective.weights_unit
        self._n_samples = objective.effective_samples

    def __call__(self, parameters: Array, loss: float, alpha: float) -> Evidence:
        """Evidence for `alpha`, positive and in the user's unit, as all sums here."""
        with np.errstate(all="ignore"):  # of an overflow nothing is known
            inputs, deltas = self._metric.factors(parameters)
            variances = [self._first_variances, *map(_variances, inputs[1:])]
            log_det = n_effective = 0.0
            for a, G in zip(variances, deltas, strict=True):
                # Negative by rounding only.
                curvature = np.multiply.outer(a, eigenvalues(G)).clip(0)
                ratio = self._weights_sum / alpha * curvature
                log_det += float(np.log1p(ratio).sum())
                n_effective += float((ratio / (1 + ratio)).sum())
            log_evidence = -self._n_samples * loss - OCCAM_FACTOR / 2 * log_det
        if np.isnan(log_evidence):
            log_evidence = -np.inf
        return Evidence(log_evidence, n_effective)

    @cached_property
    def _first_variances(self) -> Array:
        """Of the features, which do not move."""
        return _variances(self._metric.first_inputs)


def _variances(A: Array) -> Array:
    """Eigenvalues of the covariance of h."""
    return eigenvalues(covariance(A))


def covariance(A: Array) -> Array:
    """That of h, from the second moment A of [h; 1].

    Of a diagonal the second moments of h, which for standardised features is the same.
    """
    if A.ndim == 1:
        return A[:-1]
    mean = A[:-1, -1]
    return A[:-1, :-1] - np.outer(mean, mean)


def eigenvalues(factor: Array) -> Array:
    """Of a matrix, or of the diagonal that stands for it."""
    if factor.ndim == 1:
        return factor
    if not np.isfinite(factor).all():  # overflow: there is no evidence
        return np.full(len(factor), np.nan)
    return np.linalg.eigvalsh(factor)
