"""The search for alpha: fits to parts of the rows, judged by the rows held out."""

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sksoftmax._features.encoding import EncodingName
from sksoftmax._features.standardization import Standardization
from sksoftmax._minimizer.lbfgs import State
from sksoftmax._minimizer.progress import relative_decrease, report
from sksoftmax._selection.evidence import Evidence, LaplaceEvidence
from sksoftmax._selection.held_out import HeldOut, Split
from sksoftmax._selection.inputs import (
    LINEAR,
    LOOSE,
    Inputs,
    encoded,
    first_encoding,
    start_of,
    train_on,
)
from sksoftmax._selection.judge import Estimate, Judge, cost_of_an_error
from sksoftmax._selection.race import Line, Place, race
from sksoftmax._training.objective import Objective
from sksoftmax._training.training import CUT_SHORT, Callback, Trained, train

Array = NDArray[np.floating]

# Candidates are 10**(step / _PER_DECADE): from one to the next, test log-losses change
# by a few percent. The first are 10, 1 and 0.1, the last 1e4 and 1e-5.
_PER_DECADE, COARSE, _LIMITS = 2, (2, 0, -2), (-10, 8)
# Parts of columns are more weights, and ask for a larger one.
COARSE_OF_PARTS = (4, 2, 0)
# Observations that an evidence counts for: none of it is noise.
_CERTAIN = 1e12
# The candidate that knows nothing of the features.
_FREQUENCIES = "class frequencies"
# A fit is given up where its held-out loss is worse than the best alpha's by so many
# errors, of which a row that the best one may lose is a part, and has risen by this
# part of it since its lowest. Iterations from one look at it to the next.
_CLEAR, _RISE, _LOOK_EVERY = 2.0, 0.05, 5

# Part of a loss that is hardly better, unless by so many errors.
_HARDLY, _SURE = 0.01, 4.0

_UNKNOWN = Evidence(np.nan, np.nan)


class Candidate(NamedTuple):
    """What the fits with one alpha have shown.

    Attributes
    ----------
    alpha : float
        Strength of regularisation.
    held_out_loss : float
        Log-loss on rows that the fits have not seen, or with early stopping on the
        validation data. Candidates were judged on different numbers of parts: this is
        the loss of the best one, plus the mean difference from it on the rows that both
        were judged on. NaN where nothing can be held out.
    standard_error : float
        Of the mean log-loss over the rows that it was judged on.
    log_evidence : float
        Of the labels of its first fit, up to a constant. NaN with early stopping, and
        for a fit that was given up, as the evidence is one of minima.
    n_effective : float
        Coefficients that these data determine, or NaN.
    n_iter : int
        Iterations of all its fits.
    encoding : str
        What columns are to the first layer: "linear", "piecewise" or "fine-piecewise".
    has_relevance : bool
        Whether their penalties were learnt.
    """

    alpha: float
    held_out_loss: float
    standard_error: float
    log_evidence: float
    n_effective: float
    n_iter: int
    encoding: EncodingName
    has_relevance: bool

    @property
    def what(self) -> tuple[Inputs, float]:
        """What it is, whatever it has shown."""
        return Inputs(self.encoding, self.has_relevance), self.alpha

    def with_more_rows(self, more: "Candidate") -> "Candidate":
        """What its fit to more rows has shown, with the evidence of fewer."""
        return more._replace(
            log_evidence=self.log_evidence,
            n_effective=self.n_effective,
            n_iter=self.n_iter + more.n_iter,
        )


class Found(NamedTuple):
    """What a search has found.

    Attributes
    ----------
    best : list of Place
        The best candidate, and after it those of the other lines.
    candidate : Candidate
        The first of them, in numbers.
    inputs : Inputs
        What it is a fit on.
    path : list of Candidate
        All of them, in the order of inputs and alpha.
    gain : Estimate
        By how much the best one's held-out loss is lower than that of the class
        frequencies. NaN, of no observations, where nothing can be held out.
    is_at_edge : bool
        Whether the best is the last one that is allowed, and better than its neighbour.
    fit : Trained
        The best of the fits to the first part.
    is_final : bool
        Whether that is the best candidate's, to all rows that there are to train on.
    ended_by : str or None
        Why the search ended before it was through: "max_time", "callback" or
        "interrupted". Then the best is that of `fit`.
    """

    best: list[Place]
    candidate: Candidate
    inputs: Inputs
    path: list[Candidate]
    gain: Estimate
    is_at_edge: bool
    fit: Trained
    is_final: bool
    ended_by: str | None

    def followed_by(self, again: "Found") -> "Found":
        """What a search on more rows has found, that began at the best candidate.

        The others are so much worse than that as they were; and evidences of more rows
        are not to be compared with theirs.
        """
        judged = {step.what: step for step in again.path}
        change = judged[self.candidate.what].held_out_loss
        change -= self.candidate.held_out_loss
        path = [
            step.with_more_rows(judged.pop(step.what))
            if step.what in judged
            else step._replace(held_out_loss=step.held_out_loss + change)
            for step in self.path
        ]
        path += [step._replace(**_UNKNOWN._asdict()) for step in judged.values()]
        order = [*dict.fromkeys(step.what[0] for step in self.path)]
        path.sort(key=lambda step: (order.index(step.what[0]), step.alpha))
        (best,) = (step for step in path if step.what == again.candidate.what)
        return again._replace(candidate=best, path=path)

    def has_learnt(self) -> bool:
        """Whether held-out rows are predicted better than by the class frequencies."""
        gain, error, n = self.gain
        noise = error / 2 if n > 1 else 0.0
        if gain > max(_HARDLY * self.candidate.held_out_loss, noise):
            return True
        return n > 1 and gain > _SURE * self.gain.if_a_row_were_lost(1).standard_error


class AlphaSearch:
    """Fits with one alpha or another, and what they show.

    Parameters
    ----------
    objective : Objective
        On all rows.
    held_out : HeldOut
        Without any parts the fits are to all rows, and the evidence judges.
    start : ndarray of shape (n_parameters,)
        Of all fits.
    inputs : sequence of Inputs
        One for each line of the race.
    unit : float, default=1
        Of alpha: 1 where rows have no weights.
    is_coarse : bool, default=False
        A first look: whole decades alone, and no evidence.
    seed : int
    ends : float, default=inf
        When time is over, by `time.perf_counter`.
    verbose : int
        1 prints a line for each fit, 2 also what each fit prints.
    callback : callable or None
        Called after each iteration of each fit, as of `train`; ends the search where
        it returns True.
    **options : dict
        What else `train` takes.
    """

    def __init__(
        self,
        objective: Objective,
        held_out: HeldOut,
        start: Array,
        *,
        inputs: Sequence[Inputs] = (LINEAR,),
        unit: float = 1.0,
        is_coarse: bool = False,
        seed: int = 0,
        ends: float = math.inf,
        verbose: int = 0,
        callback: Callback | None = None,
        **options: Any,
    ) -> None:
        self._objective = objective
        self._held_out = held_out
        self._start = start
        self._inputs = inputs
        self._unit = unit
        self._is_coarse = is_coarse
        self._seed = seed
        self._ends = ends
        self._verbose = verbose
        self._callback = callback
        self._options = options
        self._judge = Judge()
        self._evidence: dict[str, LaplaceEvidence] = {}
        self._shown: dict[Place, Evidence] = {}
        self._n_iter: dict[Place, int] = {}
        # Of fits that are no candidates.
        self._n_iter_before: Counter[Place] = Counter()
        self._minima: dict[tuple[Inputs, int, int], _Minimum] = {}
        self._splits: dict[EncodingName, tuple[int, Split]] = {}
        self._best_so_far: Place | None = None
        self._fit: tuple[Trained, Split | None] | None = None
        self._ended_by: str | None = None

    def run(self, lines: Sequence[Line]) -> Found:
        """Search, from some candidates of each line on.

        An EndedError or a KeyboardInterrupt before there is anything to be found is
        raised.
        """
        try:
            best = race(
                self._judge,
                self._attempt,
                lines=lines,
                spacing=_PER_DECADE if self._is_coarse else 1,
                limits=self._limits(),
                n_parts=max(self._held_out.n_parts, 1),
                simplest=_FREQUENCIES,
            )
        except (EndedError, KeyboardInterrupt) as error:
            if self._best_so_far is None:
                raise
            if isinstance(error, KeyboardInterrupt):
                self._ended_by = "interrupted"
            best = [self._best_so_far]
        return self._found(best)

    def so_far(self) -> Found:
        """The best of the first part, whose fit there is, if nothing comes after it."""
        assert self._best_so_far is not None
        return self._found([self._best_so_far])

    def _found(self, best: list[Place]) -> Found:
        assert self._fit is not None
        is_of_all = not self._held_out.n_parts or self._held_out.is_of_all
        return Found(
            best,
            self._candidate(best[0], best[0]),
            self._inputs[best[0].line],
            [self._candidate(place, best[0]) for place in sorted(self._n_iter)],
            self._gain(best[0]),
            self._is_at_edge(best[0]),
            self._on_all_rows(*self._fit),
            is_of_all and best[0] == self._best_so_far,
            self._ended_by,
        )

    def _limits(self) -> tuple[int, int]:
        """Without parts up to a tenth of the number of samples.

        Larger ones put all weights to sleep, where the evidence is flat.
        """
        least, largest = _LIMITS
        if self._held_out.n_parts:
            return least, largest
        tenth = self._objective.effective_samples / 10
        return least, min(math.floor(_PER_DECADE * math.log10(tenth)), largest)

    def _alpha(self, place: Place) -> float:
        """In the user's unit."""
        return self._unit * 10.0 ** (place.step / _PER_DECADE)

    def _candidate(self, place: Place, best: Place) -> Candidate:
        loss = error = np.nan
        if self._held_out.n_parts:
            loss, error, _ = self._judge.loss(place)
            if place != best:
                loss = self._judge.loss(best).mean
                loss += self._judge.difference(place, best).mean
        return Candidate(
            self._alpha(place),
            loss,
            error,
            *self._shown[place],
            self._n_iter[place] + self._n_iter_before[place],
            *self._inputs[place.line],
        )

    def _gain(self, best: Place) -> Estimate:
        if not self._held_out.n_parts:
            return Estimate(np.nan, np.nan, 0.0)
        return self._judge.difference(_FREQUENCIES, best)

    def _is_at_edge(self, best: Place) -> bool:
        least, largest = self._limits()
        inwards = {least: 1, largest: -1}.get(best.step)
        if inwards is None:
            return False
        inner = best._replace(step=best.step + inwards)
        if not self._judge.has_heard(inner, 0):
            return False
        return self._judge.difference(inner, best).is_clear()

    def _attempt(self, place: Place, part: int) -> None:
        """Fit with one alpha to one part, and let the judge hear of it."""
        if self._judge.has_heard(place, part):  # others are learnt from it
            return
        inputs, options = self._inputs[place.line], self._options
        if inputs.source is None:
            split = self._split(inputs.encoding, part)
            objective = self._objective_of(split).with_alpha(self._alpha(place))
            start = start_of(objective, self._start, self._seed)
        else:
            split, objective, start = self._learnt(inputs, place, part)
            options = {**options, "is_warm": True, "tol": LOOSE * options["tol"]}
        options = _with_rule(options, split)
        watch = self._watch(split, part)
        trained = train(
            objective,
            start,
            seed=self._seed,
            ends=self._ends,
            is_enough=watch,
            verbose=max(self._verbose - (watch is not None), 0),
            callback=self._callback,
            **options,
        )
        reason = trained.minimum.convergence.reason
        if reason == "interrupted" and self._best_so_far is not None:
            raise KeyboardInterrupt
        is_lost = watch is not None and watch.is_lost
        self._take(place, part, split, trained, is_lost)
        self._go_on(reason)

    def _go_on(self, reason: str) -> None:
        """Unless that is why a fit has ended, or time is over."""
        if reason in ("interrupted", "callback"):
            self._ended_by = reason
        elif time.perf_counter() >= self._ends:
            self._ended_by = "max_time"
        if self._ended_by is not None:
            raise EndedError(self._ended_by)

    def _learnt(
        self, inputs: Inputs, place: Place, part: int
    ) -> tuple[Split, Objective, Array]:
        """One part as inputs that are learnt from a minimum, and that as a start."""
        source, alpha = inputs.source, self._alpha(place)
        assert source is not None
        features, start = self._minimum(source, place, part)
        is_divided = inputs.encoding != source.encoding
        split = self._split(source.encoding, part)
        assert split is not None
        if is_divided:  # of the rows themselves
            split = self._held_out.split(part).seen_by(features.of_rows)
        objective = split.train.with_alpha(alpha)
        objective, start = inputs.learnt_from(objective, start, self._seed)
        split = split.seen_by(objective.standardization)
        if is_divided and "early_stopping" not in self._options:
            split = split.stored()
            objective = split.train.with_alpha(alpha)
        return split, objective, start

    def _minimum(self, inputs: Inputs, place: Place, part: int) -> "_Minimum":
        """What others are learnt from, which may be no line of the race."""
        key = inputs, place.step, part
        if key not in self._minima and inputs in self._inputs:
            self._attempt(place._replace(line=self._inputs.index(inputs)), part)
        if key not in self._minima:
            split = self._split(first_encoding(inputs), part)
            objective = self._objective_of(split).with_alpha(self._alpha(place))
            trained = train_on(
                inputs,
                objective,
                start_of(objective, self._start, self._seed),
                seed=self._seed,
                ends=self._ends,
                verbose=max(self._verbose - 1, 0),
                callback=self._callback,
                **_with_rule(self._options, split),
            )
            self._n_iter_before[place] += len(trained.minimum.loss_curve)
            self._go_on(trained.minimum.convergence.reason)
            self._minima[key] = _Minimum.of(trained)
        return self._minima[key]

    def _objective_of(self, split: Split | None) -> Objective:
        return self._objective if split is None else split.train

    def _split(self, encoding: EncodingName, part: int) -> Split | None:
        """One part, as other inputs; the judge is told of its rows."""
        if not self._held_out.n_parts:
            return None
        last = self._splits.get(encoding)
        if last is None or last[0] != part:
            split = self._held_out.split(part)
            if not self._judge.has_heard(_FREQUENCIES, part):
                self._judge.set_part(part, split.weights, split.independent)
                self._judge.hear(_FREQUENCIES, part, split.frequency_losses())
            train = encoded(split.train, encoding)
            if train is not split.train:
                split = split.seen_by(train.standardization)
            if "early_stopping" not in self._options:
                split = split.stored()
            last = self._splits[encoding] = part, split
        return last[1]

    def _take(
        self,
        place: Place,
        part: int,
        split: Split | None,
        trained: Trained,
        is_lost: bool,
    ) -> None:
        """What a fit has shown."""
        inputs = self._inputs[place.line]
        if inputs in [one.source for one in self._inputs]:
            self._minima[inputs, place.step, part] = _Minimum.of(trained)
        if part == 0:
            reason = trained.minimum.convergence.reason
            is_minimum = not is_lost and reason not in CUT_SHORT
            known = is_minimum and trained.validation is None and not self._is_coarse
            known = known and not inputs.has_relevance
            self._shown[place] = (
                self._evidence_of(place, trained) if known else _UNKNOWN
            )
        if split is None:
            nats = self._shown[place].log_evidence / self._objective.effective_samples
            self._judge.set_part(part, np.ones(1), np.full(1, _CERTAIN))
            self._judge.hear(place, part, np.array([-nats]))
        else:
            self._judge.hear(place, part, split.held_out.row_losses(trained.minimum.x))
        n_iter = len(trained.minimum.loss_curve)
        self._n_iter[place] = self._n_iter.get(place, 0) + n_iter
        if part == 0 and (
            self._best_so_far is None
            or self._judge.difference(place, self._best_so_far).mean < 0
        ):
            self._best_so_far, self._fit = place, (trained, split)
        if self._verbose:
            report(self._progress(place, part, trained, is_lost))

    def _on_all_rows(self, trained: Trained, split: Split | None) -> Trained:
        """In the parameters of the objective on all rows."""
        if split is None or split.train is self._objective:
            return trained
        assert self._best_so_far is not None
        x, objective = trained.minimum.x, self._objective
        if self._inputs[self._best_so_far.line] == LINEAR:
            x = split.train.translated(x, objective)
        else:  # of parts and penalties that were learnt from those rows
            objective = objective.seen_by(trained.objective.features)
        minimum = trained.minimum._replace(x=x, state=None)
        return trained._replace(minimum=minimum, objective=objective)

    def _evidence_of(self, place: Place, trained: Trained) -> Evidence:
        """On the rows of the first fit."""
        encoding = self._inputs[place.line].encoding
        if encoding not in self._evidence:
            random_state = np.random.RandomState(self._seed)
            evidence = LaplaceEvidence(trained.objective, random_state)
            self._evidence[encoding] = evidence
        minimum = trained.minimum
        return self._evidence[encoding](minimum.x, minimum.loss, self._alpha(place))

    def _watch(self, split: Split | None, part: int) -> "_Watch | None":
        """What ends a fit whose minimum itself is not asked for."""
        if split is None or "early_stopping" in self._options:
            return None
        best = self._best_so_far
        excess = None
        if self._judge.has_heard(best, part):
            excess = partial(self._judge.excess, best, part)
        return _Watch(split, self._options["tol"], excess)

    def _progress(
        self, place: Place, part: int, trained: Trained, is_lost: bool
    ) -> str:
        inputs = self._inputs[place.line]
        line = f"With alpha = {self._alpha(place):.3g}, "
        if len(self._inputs) > 1 or inputs != LINEAR:
            line += inputs.encoding + ", relevance" * inputs.has_relevance + ", "
        if not self._held_out.n_parts:
            line += f"log evidence = {self._shown[place].log_evidence:.6g}"
        else:
            loss, error, _ = self._judge.loss(place)
            line += f"held-out loss = {loss:.6f} +- {error:.2g}"
            line += f" ({part + 1} of {self._held_out.n_parts} parts)"
        n_iter, n_rows = len(trained.minimum.loss_curve), trained.objective.n_samples
        line += f", {n_iter} iterations on {n_rows} rows"
        return line + ", given up" * is_lost


class _Minimum(NamedTuple):
    """What a fit leaves to those that are learnt from it."""

    features: Standardization
    parameters: Array

    @classmethod
    def of(cls, trained: Trained) -> Self:
        return cls(trained.objective.standardization, trained.minimum.x)


def _with_rule(options: dict[str, Any], split: Split | None) -> dict[str, Any]:
    """Early stopping, if there is some, by the rows held out."""
    if split is None or "early_stopping" not in options:
        return options
    rule = options["early_stopping"]._replace(validation=split.held_out)
    return {**options, "early_stopping": rule}


class _Watch:
    """Ends a fit to a part where it is settled well enough, or lost.

    Along the path to a minimum with too small an alpha the loss on held-out rows soon
    has its lowest, and then rises for most of the iterations.

    Parameters
    ----------
    split : Split
    tol : float
        Of a fit to all rows.
    excess : callable or None
        `excess(losses)`: by how much those of the held-out rows are worse than the best
        alpha's.

    Attributes
    ----------
    is_lost : bool
        Whether it has ended a fit that cannot become the best.
    """

    is_lost = False

    def __init__(
        self,
        split: Split,
        tol: float,
        excess: Callable[[Array], Estimate] | None,
    ) -> None:
        self._split = split
        self._tol = LOOSE * tol
        self._plateau = split.train.plateau
        self._excess = excess
        self._n_iter = 0
        self._lowest = np.inf

    def __call__(self, state: State) -> bool:
        """Whether it is enough."""
        self._n_iter += 1
        if self._excess is not None and self._n_iter % _LOOK_EVERY == 0:
            self.is_lost = self._is_lost(state.x, self._excess)
        return self.is_lost or self._is_settled(state)

    def _is_settled(self, state: State) -> bool:
        """To less than a fit to all rows is, but not on the plateau of its start.

        That takes two thirds of the iterations, and log-losses are 1 % lower.
        """
        has_learnt = state.loss < self._plateau
        return has_learnt and relative_decrease(state.recent_losses) <= self._tol

    def _is_lost(self, x: Array, excess: Callable[[Array], Estimate]) -> bool:
        """Whether it is clearly worse than the best, and has been better."""
        losses = self._split.held_out.row_losses(x)
        loss = float(np.average(losses, weights=self._split.weights))
        difference = excess(losses)
        nats = cost_of_an_error(loss - difference.mean)
        worse_by, error, _ = difference.if_a_row_were_lost(nats)
        self._lowest = min(self._lowest, worse_by)
        rise = worse_by - max(self._lowest, 0.0)
        return worse_by > _CLEAR * error and rise > _RISE * loss


class EndedError(Exception):
    """The search ended before it was through.

    Parameters
    ----------
    reason : {"max_time", "callback", "interrupted"}
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
