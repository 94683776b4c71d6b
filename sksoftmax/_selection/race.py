"""Which candidate is the best: coarse to fine, on more and more rows.

Places stand in lines, in each of which the larger is the simpler; lines come in
order, too. First all are judged on one part of the rows: of a line some far apart,
others beyond an end as long as that is the best, then the neighbours of the best. Those
that are not clearly worse race on, part after part (O. Maron and A. W. Moore, Hoeffding
races, NIPS 1993), until one is left.
"""

import math
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from sksoftmax._selection.judge import Judge, cost_of_an_error

# Standard errors that make a difference clear. Where no row was lost by any candidate,
# these know nothing of those that one may lose: as much as such a row would be, or
# half of it, is added to the error, and is what is not worth a weaker candidate.
_CLEAR, _ROW_LOST, _NATS = 1.0, 1.0, 0.5
# So many times of that put a candidate out of the race. There, and where rivals are
# chosen, a row lost costs what it would cost the best, which is very sure where it was
# lucky.
_OUT = 2.0
# Parts of the best loss that a difference has to have to be worth a weaker candidate,
# or another part.
_NEGLIGIBLE, _NOTICEABLE = 1e-3, 1e-2
# Steps at once towards the simplest, where the best is worse than that.
_LEAP = 2
# A single one may be lucky.
_MIN_PARTS = 2
# Where all are alike the search is to end, too: a line by some twenty-five attempts.
_MOST_RIVALS = 3  # and the best of each other line


class Place(NamedTuple):
    """A place in a line.

    Attributes
    ----------
    line : int
    step : int
    """

    line: int
    step: int


class Line(NamedTuple):
    """Where a line begins: at some steps, or from the best of another line.

    Attributes
    ----------
    first : sequence of int
        Steps, some equal ones apart; or, where there is a `parent`, relative to the
        best one of that line. They are moved to be within the limits, and go on beyond
        both ends.
    parent : int or None
        A line before, without which there is none.
    n_rivals : int
        Lines, from the first on, of which none may have put its parent out of the race.
    has_to_gain : bool
        Whether it ends, and its children with it, unless it is clearly better than its
        parent at once: it takes long.
    """

    first: Sequence[int]
    parent: int | None = None
    n_rivals: int = 0
    has_to_gain: bool = False


def race(
    judge: Judge,
    attempt: Callable[[Place, int], None],
    *,
    lines: Sequence[Line],
    spacing: int = 1,
    limits: tuple[int, int],
    n_parts: int,
    simplest: Hashable = None,
) -> list[Place]:
    """Find the candidate with the smallest loss on held-out rows.

    Parameters
    ----------
    judge : Judge
    attempt : callable
        `attempt(candidate, part)` lets the judge hear a candidate's losses on a part.
    lines : sequence of Line
    spacing : int, default=1
        From a candidate to its neighbours.
    limits : tuple of int
        The least and the largest step.
    n_parts : int
    simplest : hashable, default=None
        What lines come to beyond their largest steps, if the judge has heard of it.

    Returns
    -------
    best : list of Place
        The best, and after it those of the other lines that there were. Of candidates
        that differ negligibly, the largest of the first line.
    """
    field = _Field(judge, attempt, spacing, limits)
    for number, line in enumerate(lines):
        field.open(number, line)
    best = field.best(1)
    for n in range(2, n_parts + 1):
        rivals = field.rivals(best, n - 1)
        if not rivals and n > _MIN_PARTS:
            break
        for candidate in [best, *rivals]:
            field.judge_on(candidate, n)
        best = field.refine(n)
    best = field.no_worse_than(simplest, best)
    others = [field.best_of(line, 1) for line in field.lines() if line != best.line]
    return [best, *others]


class _Field:
    """The candidates so far, and on how many parts each was judged."""

    def __init__(
        self,
        judge: Judge,
        attempt: Callable[[Place, int], None],
        spacing: int,
        limits: tuple[int, int],
    ) -> None:
        self._judge = judge
        self._attempt = attempt
        self._spacing = spacing
        self._limits = limits
        self._n_parts: dict[Place, int] = {}
        self._has_ended: set[int] = set()

    def lines(self) -> list[int]:
        """Those that have candidates."""
        return sorted({line for line, _ in self._n_parts})

    def judge_on(self, candidate: Place, n_parts: int) -> None:
        """Judge a candidate on the first parts."""
        for part in range(self._n_parts.get(candidate, 0), n_parts):
            self._attempt(candidate, part)
            self._n_parts[candidate] = part + 1

    def open(self, number: int, line: Line) -> None:
        """Find the best of a line on the first part, unless the line is out."""
        first, origin = line.first, 0
        if line.parent is not None:
            if line.parent not in self.lines() or line.parent in self._has_ended:
                return
            parent = self.best_of(line.parent, 1)
            rivals = [rival for rival in self.lines() if rival < line.n_rivals]
            if any(self._is_out(parent, self.best_of(rival, 1)) for rival in rivals):
                return
            origin = parent.step
        least, largest = self._limits
        steps = [origin + step for step in first]
        shift = min(largest - max(steps), 0) + max(least - min(steps), 0)
        for step in steps:
            self.judge_on(Place(number, step + shift), 1)
        if line.has_to_gain and not self._is_clearly_worse(
            parent, self.best_of(number, 1)
        ):
            self._has_ended.add(number)
            return
        if len(steps) > 1:
            self._extend(number, (max(steps) - min(steps)) // (len(steps) - 1))
        if not self._is_out(self.best_of(number, 1), self.best(1)):
            self._refine(lambda: self.best_of(number, 1), 1)

    def refine(self, n_parts: int) -> Place:
        """The best on so many parts, once its neighbours have been judged on them."""
        return self._refine(lambda: self.best(n_parts), n_parts)

    def no_worse_than(self, simplest: Hashable, best: Place) -> Place:
        """The best, once larger steps have been tried as long as it is worse."""
        n_parts, (line, step) = self._n_parts[best], best
        while self._is_worse(best, simplest) and self._is_allowed(step + _LEAP):
            step += _LEAP
            self.judge_on(Place(line, step), n_parts)
            best = self.refine(n_parts)
        return best

    def best(self, n_parts: int) -> Place:
        """Of all lines that of the smallest loss; of the first that has the same."""
        lines = {line for (line, _), n in self._n_parts.items() if n >= n_parts}
        of_lines = [self.best_of(line, n_parts) for line in sorted(lines)]
        least = min(of_lines, key=lambda c: self._judge.loss(c).mean)
        same = (c for c in of_lines if c == least or self._is_same(c, least))
        return next(same)

    def best_of(self, line: int, n_parts: int) -> Place:
        """Of the smallest loss, or next to that, as long as it is the same."""
        judged = {c for c, n in self._n_parts.items() if c.line == line}
        judged = {c for c in judged if self._n_parts[c] >= n_parts}
        least = best = min(judged, key=lambda c: self._judge.loss(c).mean)
        while (weaker := Place(line, best.step + self._spacing)) in judged:
            if not self._is_same(weaker, least):
                break
            best = weaker
        return best

    def rivals(self, best: Place, n_parts: int) -> list[Place]:
        """The best of those judged on so many parts that may noticeably be better.

        Of each other line the best of them at least: those of one line are lucky
        together.
        """
        rivals = [
            candidate
            for candidate, n in self._n_parts.items()
            if n >= n_parts and candidate != best and self._is_rival(candidate, best)
        ]
        rivals.sort(key=lambda c: self._judge.loss(c).mean)
        chosen = rivals[:_MOST_RIVALS]
        for rival in rivals[_MOST_RIVALS:]:
            if rival.line not in {best.line, *(other.line for other in chosen)}:
                chosen.append(rival)
        return chosen

    def _extend(self, line: int, step: int) -> None:
        """Go on beyond an end as long as it is clearly better than the one before."""
        for outwards in (step, -step):
            steps = [
                candidate.step for candidate in self._n_parts if candidate.line == line
            ]
            end = max(steps) if outwards > 0 else min(steps)
            while (
                self.best_of(line, 1).step == end
                and self._is_allowed(end + outwards)
                and self._is_clearly_worse(
                    Place(line, end - outwards), Place(line, end)
                )
            ):
                end += outwards
                self.judge_on(Place(line, end), 1)

    def _refine(self, find: Callable[[], Place], n_parts: int) -> Place:
        while True:
            best = find()
            missing = [
                candidate
                for candidate in self._neighbours(best)
                if self._n_parts.get(candidate, 0) < n_parts
                and not self._is_out(candidate, best)
            ]
            if not missing:
                return best
            for candidate in missing:
                self.judge_on(candidate, n_parts)

    def _neighbours(self, candidate: Place) -> list[Place]:
        line, step = candidate
        both = (step + self._spacing, step - self._spacing)
        return [Place(line, step) for step in both if self._is_allowed(step)]

    def _is_allowed(self, step: int) -> bool:
        least, largest = self._limits
        return least <= step <= largest

    def _is_out(self, candidate: Place, best: Place) -> bool:
        """Whether a candidate was so much worse that it need not be judged again."""
        if candidate not in self._n_parts or self._was_lucky(best, candidate):
            return False
        row_lost = cost_of_an_error(self._judge.loss(best).mean)
        worse_by, error = self._difference(candidate, best, row_lost)
        return worse_by > _OUT * error

    def _was_lucky(self, best: Place, candidate: Place) -> bool:
        """Whether more parts cost it clearly more than its own cost the candidate."""
        ours, theirs = self._judge.loss(best), self._judge.loss(candidate)
        error = math.hypot(ours.standard_error, theirs.standard_error)
        return ours.mean - theirs.mean > _CLEAR * error

    def _is_worse(self, candidate: Place, other: Hashable) -> bool:
        worse_by = self._judge.difference(candidate, other).mean
        return worse_by > 0 and not self._is_same(candidate, other)

    def _is_same(self, candidate: Place, other: Hashable) -> bool:
        """Whether the difference is not worth a weaker candidate."""
        worse_by = self._judge.difference(candidate, other)
        negligible = _NEGLIGIBLE * self._judge.loss(other).mean
        return abs(worse_by.mean) <= max(negligible, _NATS / worse_by.n)

    def _is_clearly_worse(self, candidate: Place, best: Place) -> bool:
        worse_by, error = self._difference(candidate, best)
        return worse_by > error

    def _is_rival(self, candidate: Place, best: Place) -> bool:
        loss = self._judge.loss(best).mean
        mean, error, _ = self._judge.difference(candidate, best)
        if abs(mean) + error <= _NEGLIGIBLE * loss:  # row by row
            return False
        worse_by, error = self._difference(candidate, best, cost_of_an_error(loss))
        return worse_by <= error and worse_by + error > _NOTICEABLE * loss

    def _difference(
        self, candidate: Place, best: Place, row_lost: float = _ROW_LOST
    ) -> tuple[float, float]:
        """By how much a candidate is worse, and what makes that clear."""
        difference = self._judge.difference(candidate, best)
        mean, error, _ = difference.if_a_row_were_lost(row_lost)
        return mean, _CLEAR * error
