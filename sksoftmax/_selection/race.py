"""Which of a line of candidates is the best: coarse to fine, on more and more rows.

Candidates are integers, the larger the simpler. First all are judged on one part of
the rows: some far apart, others beyond an end as long as that is the best, then the
neighbours of the best. Those that are not clearly worse race on, part after part
(O. Maron and A. W. Moore, Hoeffding races, NIPS 1993), until one is left.
"""

from collections.abc import Callable, Sequence

import numpy as np

from sksoftmax._selection.judge import Judge

# Standard errors that make a difference clear. Where no row was lost by any candidate,
# these know nothing of those that one may lose: as much as such a row would be, or
# half of it, is added to the error, and is what is not worth a weaker candidate.
_CLEAR, _ROW_LOST, _NATS = 1.0, 1.0, 0.5
# So many times of that put a candidate out of the race.
_OUT = 2.0
# Parts of the best loss that a difference has to have to be worth a weaker candidate,
# or another part.
_NEGLIGIBLE, _NOTICEABLE = 1e-3, 1e-2
# A single one may be lucky.
_MIN_PARTS = 2
# Where all are alike the search is to end, too: by some twenty-five attempts.
_MOST_RIVALS = 3


def race(
    judge: Judge,
    attempt: Callable[[int, int], None],
    *,
    first: Sequence[int],
    spacing: int = 1,
    limits: tuple[int, int],
    n_parts: int,
) -> int:
    """Find the candidate with the smallest loss on held-out rows.

    Parameters
    ----------
    judge : Judge
    attempt : callable
        `attempt(candidate, part)` lets the judge hear a candidate's losses on a part.
    first : sequence of int
        To begin with, some equal steps apart; moved to be within the limits. They go
        on beyond both ends.
    spacing : int, default=1
        From a candidate to its neighbours.
    limits : tuple of int
        The least and the largest candidate.
    n_parts : int

    Returns
    -------
    best : int
        Of candidates that differ negligibly, the largest.
    """
    field = _Field(judge, attempt, spacing, limits)
    least, largest = limits
    shift = min(largest - max(first), 0) + max(least - min(first), 0)
    for candidate in first:
        field.judge_on(candidate + shift, 1)
    field.extend((max(first) - min(first)) // (len(first) - 1))
    best = field.refine(1)
    for n in range(2, n_parts + 1):
        rivals = field.rivals(best, n - 1)
        if not rivals and n > _MIN_PARTS:
            break
        for candidate in [best, *rivals]:
            field.judge_on(candidate, n)
        best = field.refine(n)
    return best


class _Field:
    """The candidates so far, and on how many parts each was judged."""

    def __init__(
        self,
        judge: Judge,
        attempt: Callable[[int, int], None],
        spacing: int,
        limits: tuple[int, int],
    ) -> None:
        self._judge = judge
        self._attempt = attempt
        self._spacing = spacing
        self._limits = limits
        self._n_parts: dict[int, int] = {}

    def judge_on(self, candidate: int, n_parts: int) -> None:
        """Judge a candidate on the first parts."""
        for part in range(self._n_parts.get(candidate, 0), n_parts):
            self._attempt(candidate, part)
            self._n_parts[candidate] = part + 1

    def extend(self, step: int) -> None:
        """Go on beyond an end as long as it is clearly better than the one before."""
        for outwards in (step, -step):
            end = max(self._n_parts) if outwards > 0 else min(self._n_parts)
            while (
                self._best(1) == end
                and self.is_allowed(end + outwards)
                and self._is_clearly_worse(end - outwards, end)
            ):
                end += outwards
                self.judge_on(end, 1)

    def refine(self, n_parts: int) -> int:
        """The best on so many parts, once its neighbours have been judged on them."""
        while True:
            best = self._best(n_parts)
            missing = [
                candidate
                for candidate in self.neighbours(best)
                if self._n_parts.get(candidate, 0) < n_parts
                and not self._is_out(candidate, best)
            ]
            if not missing:
                return best
            for candidate in missing:
                self.judge_on(candidate, n_parts)

    def neighbours(self, candidate: int) -> list[int]:
        """Those next to a candidate."""
        both = (candidate + self._spacing, candidate - self._spacing)
        return [neighbour for neighbour in both if self.is_allowed(neighbour)]

    def rivals(self, best: int, n_parts: int) -> list[int]:
        """The best of those judged on so many parts that may noticeably be better."""
        rivals = [
            candidate
            for candidate, n in self._n_parts.items()
            if n >= n_parts and candidate != best and self._is_rival(candidate, best)
        ]
        return sorted(rivals, key=lambda c: self._judge.loss(c).mean)[:_MOST_RIVALS]

    def _best(self, n_parts: int) -> int:
        """Of the smallest loss, or next to that, as long as it is the same."""
        judged = {c for c, n in self._n_parts.items() if n >= n_parts}
        least = best = min(judged, key=lambda c: self._judge.loss(c).mean)
        while best + self._spacing in judged:
            if not self._is_same(best + self._spacing, least):
                break
            best += self._spacing
        return best

    def is_allowed(self, candidate: int) -> bool:
        """Whether it is within the limits."""
        least, largest = self._limits
        return least <= candidate <= largest

    def _is_out(self, candidate: int, best: int) -> bool:
        """Whether a candidate was so much worse that it need not be judged again."""
        if candidate not in self._n_parts:
            return False
        worse_by, error = self._difference(candidate, best)
        return worse_by > _OUT * error

    def _is_same(self, candidate: int, other: int) -> bool:
        """Whether the difference is not worth a weaker candidate."""
        worse_by = self._judge.difference(candidate, other)
        negligible = _NEGLIGIBLE * self._judge.loss(other).mean
        return abs(worse_by.mean) <= max(negligible, _NATS / worse_by.n)

    def _is_clearly_worse(self, candidate: int, best: int) -> bool:
        worse_by, error = self._difference(candidate, best)
        return worse_by > error

    def _is_rival(self, candidate: int, best: int) -> bool:
        loss = self._judge.loss(best).mean
        mean, error, _ = self._judge.difference(candidate, best)
        if abs(mean) + error <= _NEGLIGIBLE * loss:  # row by row
            return False
        worse_by, error = self._difference(candidate, best)
        return worse_by <= error and worse_by + error > _NOTICEABLE * loss

    def _difference(self, candidate: int, best: int) -> tuple[float, float]:
        """By how much a candidate is worse, and what makes that clear."""
        mean, error, n = self._judge.difference(candidate, best)
        return mean, _CLEAR * float(np.hypot(error, _ROW_LOST / n))
