"""`alpha="auto"`: a fit with the regularisation that is best on held-out rows."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from sksoftmax._features.encoding import EncodingName
from sksoftmax._minimizer.lbfgs import State
from sksoftmax._rows.matrix import row_values
from sksoftmax._selection.alpha_search import (
    COARSE,
    COARSE_OF_PARTS,
    AlphaSearch,
    EndedError,
    Found,
)
from sksoftmax._selection.held_out import (
    N_PARTS,
    HeldOut,
    fifths,
    weight_of_a_draw,
)
from sksoftmax._selection.inputs import (
    FINE,
    LINEAR,
    MAX_STORED,
    PIECEWISE,
    Inputs,
    encoded,
    encoding_of,
    first_encoding,
    offered,
    start_of,
    train_on,
)
from sksoftmax._selection.race import Line
from sksoftmax._training.early_stopping import EarlyStopping
from sksoftmax._training.objective import Objective
from sksoftmax._training.training import CUT_SHORT, Trained

Array = NDArray[np.floating]

# The rows of a search are limited, and where there are many more, one on a few comes
# first.
_MAX_ROWS, _FEW_ROWS, _FEW_OF_A_CLASS, _MANY = 20_000, 1000, 20, 4
# Bytes of X that a search copies, and inputs of all rows, but for few rows.
_MAX_COPY, _MAX_INPUTS = 2**27, 2**22
# The best inputs are judged again on half of all rows, up to `_MAX_ROWS`, or a quarter,
# and at most so many values of X and `MAX_STORED` inputs, if those are so many times
# the rows before: the best alpha moves with the rows. On 40,000 that of 5,000 had up to
# 1.6 times the log-loss, and that of 5,000 in parts 1.05 to 1.14 times.
_MORE_VALUES, _WORTH_IT = 2**20, 2
# Steps from the best alpha of parts to that of finer ones, which are more weights.
_FURTHER = 1


def search_doubts(found: Found, max_time: float | None) -> Iterator[Warning]:
    """What a user should know of the alpha that was found, and can try."""
    loss, alpha = found.candidate.held_out_loss, found.candidate.alpha
    if found.ended_by == "max_time":
        yield ConvergenceWarning(
            f"Half of max_time={max_time} seconds was over in the search for alpha: "
            f"alpha={alpha:.3g} is the best of the {len(found.path)} that were tried. "
            "Increase max_time, or pass alpha as a number."
        )
    if not found.gain.n:
        yield UserWarning(
            "Each class is a single sample, so that nothing can be held out: "
            f"alpha={alpha:.3g} is a guess. Pass more samples, or alpha as a number."
        )
    elif not found.has_learnt():
        yield UserWarning(
            "No alpha predicts held-out samples clearly better than the class "
            f"frequencies: the log-loss is {loss:.4g}, and theirs "
            f"{loss + found.gain.mean:.4g}. If X should tell more of y, try more "
            "samples, other features, other hidden_layer_sizes or activation, or a "
            "number for alpha."
        )
    elif found.is_at_edge:
        is_least = alpha == min(step.alpha for step in found.path)
        which = "smallest" if is_least else "largest"
        yield UserWarning(
            f"alpha={alpha:.3g}, the {which} that was tried, is the best on held-out "
            f"samples (log-loss {loss:.4g}). One beyond it may be better: pass it as a "
            "number."
        )


def train_with_best_alpha(
    objective: Objective,
    start: Array,
    *,
    encoding: EncodingName | Literal["auto"] = "linear",
    has_relevance: bool = False,
    seed: int = 0,
    ends: float = np.inf,
    early_stopping: EarlyStopping | None = None,
    is_warm: bool = False,
    state: State | None = None,
    **options: Any,
) -> tuple[Found, Trained]:
    """Find alpha by fits to parts of the rows, and fit it to all of them.

    Parameters are those of `train`, and what inputs there are to choose from; from a
    warm start there are none but its own. Each fit is from random weights, not from
    those of another alpha: the units that a large one has put to sleep stay so for the
    smaller ones. So the result is that of `train_on` with the alpha and the inputs
    found, bit for bit, unless time was over or a callback or the user ended the search:
    then it comes from the best of the fits that were made. Half of the time until
    `ends` is for the search.

    With early stopping the validation data judge, and the best of few fits to all rows
    that there are to train on is the last one; of many rows, others are to some of
    them. Where nothing can be held out each fit is to all rows, and the evidence
    judges.

    Returns
    -------
    found : Found
        Of the search.
    trained : Trained
        The fit with that alpha.
    """
    options["seed"] = seed
    if is_warm:
        encoding = encoding_of(objective)
    search = _searched
    if early_stopping is not None:
        options["early_stopping"] = early_stopping
        search = _searched_by_validation
    found = search(
        objective,
        # What held-out rows judge must not have seen them, as a warm start has.
        objective.layout.draw(np.random.RandomState(seed)) if is_warm else start,
        encoding=encoding,
        has_relevance=has_relevance and not is_warm,
        ends=(time.perf_counter() + ends) / 2,
        **options,
    )
    if found.ended_by in ("callback", "interrupted"):
        return found, _as_it_is(found, found.ended_by)
    if found.is_final and not (is_warm or found.inputs.has_relevance):
        return found, found.fit.ended_by(found.ended_by)
    options |= {"ends": ends, "is_warm": is_warm, "state": state}
    return found, _last_fit(found, objective, start, **options)


def _last_fit(
    found: Found, objective: Objective, start: Array, **options: Any
) -> Trained:
    """To all rows, with what a search has found.

    Where a callback or the user ends it, that or the best of the search, whichever has
    the lower loss.
    """
    alpha, inputs = found.candidate.alpha, found.inputs
    if found.ended_by == "max_time":
        best = found.fit
        if inputs != LINEAR:
            objective = best.objective
        objective = objective.with_alpha(alpha)
        start = best.objective.translated(best.minimum.x, objective)
        inputs = inputs.plain
        options |= {"is_warm": True, "state": None}
    else:
        objective = encoded(objective, first_encoding(inputs)).with_alpha(alpha)
        start = start_of(objective, start, options["seed"])
    try:
        trained = train_on(inputs, objective, start, **options)
    except KeyboardInterrupt:
        return _as_it_is(found, "interrupted")
    curve, of_search = trained.validation, found.fit.validation
    if found.ended_by == "max_time" and curve and of_search:
        curve.start = of_search.start  # it goes on from there
    reason = trained.minimum.convergence.reason
    if reason not in ("callback", "interrupted"):
        return trained.ended_by(found.ended_by)
    before = _as_it_is(found, reason)
    return before if before.minimum.loss < trained.minimum.loss else trained


def _searched(
    objective: Objective,
    start: Array,
    *,
    encoding: EncodingName | Literal["auto"],
    has_relevance: bool,
    **options: Any,
) -> Found:
    """What is best on held-out rows, or by the evidence, where there are none."""
    n_few, n_rows = _numbers_of_rows(objective)
    parts = fifths(objective, n_rows * N_PARTS // (N_PARTS - 1))
    held_out = HeldOut.of(objective, parts, n_few, 1)
    few = held_out.split(0).train if parts else None
    inputs = (LINEAR if encoding == "auto" else Inputs(encoding, False),)
    if few is not None:
        inputs = offered(few, encoding, has_relevance=has_relevance)
        n_rows = max(min(n_rows, _most_rows(few, inputs)), n_few)
    options["unit"] = objective.mean_class_weight * weight_of_a_draw(parts)
    first, steps, favourite = None, {}, LINEAR
    if objective.X.shape[0] >= _MANY * n_few:
        # Of few rows fine parts are noise.
        coarser = [one for one in inputs if not _is_finer(one, inputs)]
        look = {"inputs": coarser, "is_coarse": True, **options}
        coarse, first = _run(
            AlphaSearch(objective, held_out, start, **look), _lines(coarser, {})
        )
        if coarse.ended_by is not None:
            return coarse
        if coarse.has_learnt():
            steps = {coarser[place.line]: place.step for place in coarse.best}
            favourite = coarse.inputs
    held_out = HeldOut.of(objective, parts, n_rows, len(parts))
    found, so_far = _run(
        AlphaSearch(objective, held_out, start, inputs=inputs, **options),
        _lines(inputs, steps, favourite),
    )
    if found.ended_by is None:
        more = partial(_more_rows, objective, found, n_rows)
        return _again(found, so_far, more, objective, start, **options)
    return found if first is None else _further(first, found)


def _further(first: Found, found: Found) -> Found:
    """What a search that was cut short has found, or the first look before it.

    It begins anew: it is further, once it has been where the first look was best.
    """
    has_been_there = first.candidate.what in [step.what for step in found.path]
    if has_been_there and found.fit.minimum.convergence.reason not in CUT_SHORT:
        return found
    return first._replace(ended_by=found.ended_by)


def _run(search: AlphaSearch, lines: Sequence[Line]) -> tuple[Found, Found]:
    """What a search finds, and what of that there is if the next one is cut short.

    It is to be known nowhere else: it has stored inputs, which are to go with it.
    """
    return search.run(lines), search.so_far()


def _again(
    found: Found,
    so_far: Found,
    more: Callable[[], HeldOut | None],
    objective: Objective,
    start: Array,
    **options: Any,
) -> Found:
    """The best alpha on more rows of the inputs that were found, if there are more.

    If that ends before it is through, what there was so far.
    """
    try:
        held_out = more()
        if held_out is None:
            return found
        options["inputs"] = (found.inputs,)
        last = AlphaSearch(objective, held_out, start, **options)
        step = found.best[0].step  # or more, and less only where more is worse
        again = last.run([Line((step, step + 1))])
    except KeyboardInterrupt:
        return so_far._replace(ended_by="interrupted")
    except EndedError as error:
        return so_far._replace(ended_by=error.reason)
    if again.ended_by is not None:
        return so_far._replace(ended_by=again.ended_by)
    return found.followed_by(again)


def _more_rows(objective: Objective, found: Found, n_rows: int) -> HeldOut | None:
    """Many more than `n_rows`, if there are so many that are no copies."""
    n_all, n_inputs = objective.n_samples, found.fit.objective.row_inputs
    n_more = max(min(n_all // 2, _MAX_ROWS), n_all // _MANY)
    n_more = min(n_more, _MORE_VALUES // row_values(objective.X))
    n_more = min(n_more, MAX_STORED // n_inputs)
    if n_more < _WORTH_IT * n_rows:
        return None
    parts = fifths(objective, n_more * N_PARTS // (N_PARTS - 1))
    if parts[0].train.size <= n_rows:
        return None
    return HeldOut.of(objective, parts, n_more, 1)


def _numbers_of_rows(objective: Objective) -> tuple[int, int]:
    """Of a first look, and at most of a search."""
    n_few = max(_FEW_ROWS, _FEW_OF_A_CLASS * objective.layout.layer_units[-1])
    row_bytes = row_values(objective.X) * objective.X.dtype.itemsize
    return n_few, max(min(_MAX_ROWS, _MAX_COPY // row_bytes), n_few)


def _most_rows(few: Objective, inputs: Sequence[Inputs]) -> int:
    """Rows whose inputs are not too many values, where columns are divided."""
    encodings = {first_encoding(one) for one in inputs}
    n_inputs = max(_n_inputs(encoded(few, e)) for e in encodings)
    return _MAX_INPUTS // n_inputs if n_inputs > few.X.shape[1] else _MAX_ROWS


def _n_inputs(objective: Objective) -> int:
    """Of the first layer, where rows store one for all levels of a column, as one.

    With 2000 of two columns each counted, a search had 2000 rows of 5000, and what was
    best there had 1.07 times the log-loss.
    """
    n_inputs = objective.layout.layer_units[0]
    if objective.row_inputs == n_inputs:
        return n_inputs
    return int(np.unique(objective.standardization.groups).size)


def _searched_by_validation(
    objective: Objective,
    start: Array,
    *,
    encoding: EncodingName | Literal["auto"],
    has_relevance: bool,
    early_stopping: EarlyStopping,
    **options: Any,
) -> Found:
    """What is best on the validation data of early stopping.

    Of many rows it is sought on some, and then begun there on all of them.
    """
    unit = objective.mean_class_weight
    if objective.counts is not None:
        unit *= float(np.median(objective.counts[objective.counted]))
    options |= {"unit": unit, "early_stopping": early_stopping}
    beside = partial(HeldOut.by_validation, objective, early_stopping.validation)
    n_few, n_rows = _numbers_of_rows(objective)
    few = beside(n_few).split(0).train
    inputs = offered(few, encoding, has_relevance=has_relevance)
    held_out = beside(max(min(n_rows, _most_rows(few, inputs)), n_few))
    found, so_far = _run(
        AlphaSearch(objective, held_out, start, inputs=inputs, **options),
        _lines(inputs, {}),
    )
    if held_out.is_of_all or found.ended_by is not None:
        return found
    more = partial(beside, objective.n_samples)
    return _again(found, so_far, more, objective, start, **options)


def _lines(
    inputs: Sequence[Inputs], steps: dict[Inputs, int], favourite: Inputs = LINEAR
) -> list[Line]:
    """Where the races begin: near the best steps, as far as they are known."""
    lines: list[Line] = []
    plain = [one for one in inputs if not one.has_relevance and one != FINE]
    for number, one in enumerate(inputs):
        if _is_finer(one, inputs):
            lines.append(_line_of_fine(one, inputs))
        elif one.has_relevance:
            lines.append(Line((0,), inputs.index(one.plain), len(plain)))
        elif one in steps:
            # More rows of parts may ask for more alpha, where all others are lost: to
            # be tried, for a long fit, where they are what is best of few.
            is_favourite = one.encoding == favourite.encoding
            around = (0, 2, -2) if not number else (2, 0) if is_favourite else (0,)
            lines.append(Line([steps[one] + step for step in around]))
        else:
            lines.append(Line(COARSE_OF_PARTS if number else COARSE))
    return lines


def _is_finer(one: Inputs, inputs: Sequence[Inputs]) -> bool:
    """Whether it has fine parts, and others have not."""
    return one.encoding == FINE.encoding and inputs[0].encoding != FINE.encoding


def _line_of_fine(one: Inputs, inputs: Sequence[Inputs]) -> Line:
    """From the best of the coarser parts on."""
    parent = one._replace(encoding=PIECEWISE.encoding)
    further = 0 if one.has_relevance else _FURTHER
    number = inputs.index(one)
    return Line((further,), inputs.index(parent), number, has_to_gain=True)


def _as_it_is(found: Found, reason: str) -> Trained:
    """A fit to a part of the rows as one to all of them, for want of another."""
    trained = found.fit
    objective = trained.objective.with_alpha(found.candidate.alpha)
    minimum = trained.minimum._replace(loss=objective(trained.minimum.x)[0])
    return trained._replace(minimum=minimum).ended_by(reason)
