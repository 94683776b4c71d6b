"""The judge: what candidates are worth on rows that they have not seen, and how surely.

Knows candidates by their losses, one for each held-out row, and nothing of networks.
They are compared row by row on the same rows, which takes most of the noise out of
their difference.
"""

import math
from collections.abc import Hashable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

_OVERFLOW = 1e6
# Mean loss below which probabilities are 1 in float64.
_LEAST = 2.0**-53


class Estimate(NamedTuple):
    """A mean over held-out rows.

    Attributes
    ----------
    mean : float
        In nats a row.
    standard_error : float
        Of the mean.
    n : float
        Independent observations that it is of.
    """

    mean: float
    standard_error: float
    n: float

    def is_clear(self) -> bool:
        """Whether it is positive, by more than its error."""
        return self.mean > self.standard_error

    def if_a_row_were_lost(self, nats: float) -> "Estimate":
        """The same with an error to which one more row adds, that costs so much."""
        error = math.hypot(self.standard_error, nats / self.n)
        return self._replace(standard_error=error)


def _finite(losses: Array) -> Array:
    """Losses that overflowed, for differences of two of them to be numbers."""
    return np.nan_to_num(losses, nan=_OVERFLOW, posinf=_OVERFLOW).clip(max=_OVERFLOW)


def cost_of_an_error(loss: float) -> float:
    """Nats that a candidate would lose by a row whose label it does not expect.

    About minus the logarithm of its mean loss, as this is about what it leaves to other
    labels on average; from 1, where it is not sure of anything, to 37.

    Parameters
    ----------
    loss : float
        Its mean, on rows where there may have been none such.
    """
    return max(1.0, -math.log(max(loss, _LEAST)))


class Judge:
    """Losses of candidates on one part after the other, and what they tell.

    Candidates may have been judged on different parts: they are compared on those that
    both have.
    """

    def __init__(self) -> None:
        self._weights: dict[int, tuple[Array, Array]] = {}
        self._losses: dict[Hashable, dict[int, Array]] = {}

    def set_part(self, part: int, weights: Array, independent: Array) -> None:
        """Say what the held-out rows of a part weigh.

        Parameters
        ----------
        part : int
        weights : ndarray of shape (n_held_out,)
        independent : ndarray of shape (n_held_out,)
            How many independent observations each is.
        """
        self._weights[part] = weights, independent

    def hear(self, candidate: Hashable, part: int, losses: Array) -> None:
        """Take the losses of a candidate on the held-out rows of a part."""
        self._losses.setdefault(candidate, {})[part] = _finite(losses)

    def has_heard(self, candidate: Hashable, part: int) -> bool:
        """Whether a candidate has been judged on a part."""
        return part in self._losses.get(candidate, {})

    def loss(self, candidate: Hashable) -> Estimate:
        """Mean loss on all parts that the candidate was judged on."""
        return self._estimate(self._losses.get(candidate, {}))

    def difference(self, candidate: Hashable, other: Hashable) -> Estimate:
        """By how much a candidate is worse than another one; NaN if nobody knows."""
        ours, theirs = (self._losses.get(c, {}) for c in (candidate, other))
        return self._estimate({p: ours[p] - theirs[p] for p in ours if p in theirs})

    def excess(self, candidate: Hashable, part: int, losses: Array) -> Estimate:
        """By how much losses on a part are worse than those of a candidate."""
        return self._estimate({part: _finite(losses) - self._losses[candidate][part]})

    def _estimate(self, by_part: dict[int, Array]) -> Estimate:
        if not by_part:
            return Estimate(np.nan, np.inf, 0.0)
        values = np.concatenate(list(by_part.values()))
        weights, independent = (
            np.concatenate(parts)
            for parts in zip(*(self._weights[p] for p in by_part), strict=True)
        )
        weights = weights / weights.sum()
        mean = float(weights @ values)
        squares = float((weights**2 / independent) @ (values - mean) ** 2)
        n = float(independent.sum())
        error = np.sqrt(squares * n / (n - 1)) if n > 1 else np.inf
        return Estimate(mean, float(error), n)
