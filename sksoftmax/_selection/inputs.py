"""How columns become inputs of the first layer: what there is to choose from.

Columns as they are, or in parts; each with the same penalty, or with one that is learnt
from a first minimum. What is learnt is learnt from the rows of the fit alone.
"""

from dataclasses import replace
from typing import Any, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sksoftmax._features.encoded import (
    EncodedColumns,
    check_divisible,
    worth_dividing,
)
from sksoftmax._features.encoding import EncodingName, encoding_name
from sksoftmax._features.row_space import RowSpace
from sksoftmax._features.standardization import Standardization
from sksoftmax._minimizer.progress import report
from sksoftmax._rows.dealing import Part
from sksoftmax._rows.matrix import row_values
from sksoftmax._rows.row_keys import row_keys
from sksoftmax._selection.held_out import at_most, fifths
from sksoftmax._selection.refinement import with_finer_parts, without_idle_parts
from sksoftmax._selection.relevance import with_relevances
from sksoftmax._training.early_stopping import EarlyStopping
from sksoftmax._training.objective import Objective, evenly_spaced
from sksoftmax._training.training import CUT_SHORT, Trained, train

Array = NDArray[np.floating]

# Below so many rows for each column relevances would be those of noise.
_ROWS_PER_COLUMN = 0.5
# Fine parts of fewer rows are noise: on 46 data sets they were chosen once, to no
# avail, for a tenth to a third of the search. Without them, rules on thresholds of 360
# rows had up to 2.2 times the log-loss, of 240 up to 1.3 times.
_FINE_ROWS = 200
# With more, to compare takes four times the fits, minutes of them.
_MAX_CLASSES = 100
# A fit with relevances ends at so many times `tol`, where it is judged and where it is
# the last one: to go on makes too much of what they were learnt from.
LOOSE = 4.0
# Numbers, of 4 bytes each: inputs of all rows that are made once, in float32, for the
# fits that others are learnt from, which then take half of the time.
MAX_STORED = 2**24
# Of `_MANY` times as many rows and more, other inputs are learnt from `_SOURCE_ROWS`,
# or as many as `_MAX_COPY` bytes hold, if not too few; one in `_HELD_OUT` is held out.
_SOURCE_ROWS, _MIN_ROWS, _MAX_COPY, _MANY, _HELD_OUT = 2**17, 2**15, 2**27, 2, 9
# Part of the different rows that are there again, where such rows have their copies.
_COPIED = 0.1


class Inputs(NamedTuple):
    """A way to make inputs of columns.

    Attributes
    ----------
    encoding : {"linear", "piecewise", "fine-piecewise"}
    has_relevance : bool
    """

    encoding: EncodingName
    has_relevance: bool

    @property
    def plain(self) -> "Inputs":
        """The same, where all inputs are as relevant as each other."""
        return self._replace(has_relevance=False)

    @property
    def source(self) -> "Inputs | None":
        """What is to be trained first, for these to be made of its minimum.

        Fine parts with relevances are those of the relevant parts of 16.
        """
        if not self.has_relevance:
            return None
        return RELEVANT_PARTS if self.encoding == FINE.encoding else self.plain

    def learnt_from(
        self,
        objective: Objective,
        parameters: Array,
        seed: int,
        some: "SomeRows | None" = None,
    ) -> tuple[Objective, Array]:
        """What to train, and from where, by a minimum of the source.

        With `some`, that is a minimum of `some.training`, and columns whose parts are
        idle are left whole.
        """
        if self.source == RELEVANT_PARTS:
            return with_finer_parts(objective, parameters)
        if some is None:
            return with_relevances(objective, parameters, seed)
        held_out = some.held_out, parameters, some.held_out_draws
        features, parameters = without_idle_parts(*held_out)
        rows = some.training.seen_by(features)
        rows, parameters = with_relevances(rows, parameters, seed)
        return objective.seen_by(rows.standardization), parameters


class SomeRows(NamedTuple):
    """Of many rows those that other inputs are learnt from.

    Attributes
    ----------
    training : Objective
        With the penalty of all rows, as in the search: a part of it, as of the loss,
        would make too much of fewer rows.
    held_out : Objective
        Rows that are not among them.
    held_out_draws : ndarray of float64 or None
        How many independent observations each of these is; None for one.
    """

    training: Objective
    held_out: Objective
    held_out_draws: Array | None = None

    @classmethod
    def of(cls, objective: Objective, seed: int) -> "Self | None":
        """None where all rows are not many more."""
        row_bytes = row_values(objective.X) * objective.X.dtype.itemsize
        n_rows = min(_SOURCE_ROWS, _MAX_COPY // row_bytes)
        if n_rows < _MIN_ROWS or objective.n_samples < _MANY * _SOURCE_ROWS:
            return None
        parts = fifths(objective, n_rows) if _are_copied(objective) else []
        if parts:
            some = cls._with_copies(objective, parts[0], n_rows)
        else:
            some = cls._drawn(objective, seed, n_rows)
        some.training.alpha = objective.alpha
        return some

    @classmethod
    def _drawn(cls, objective: Objective, seed: int, n_rows: int) -> Self:
        rows = np.concatenate(objective.shuffled_classes(np.random.RandomState(seed)))
        rows = evenly_spaced(rows, n_rows)
        is_held_out = np.arange(n_rows) % _HELD_OUT == 0
        others = rows[~is_held_out]
        return cls(objective.subset(others), objective.subset(rows[is_held_out]))

    @classmethod
    def _with_copies(cls, objective: Objective, part: Part, n_rows: int) -> Self:
        """Different rows, each of which stands for all of its copies."""
        part = at_most(n_rows, part, objective.y)
        return cls(
            _standing_for(objective, part.train, part.train_counts),
            _standing_for(objective, part.held_out, part.held_out_counts),
            part.held_out_draws,
        )

    def seen_by(self, features: Standardization) -> Self:
        """The same rows, as other inputs."""
        training, held_out = (rows.seen_by(features) for rows in self[:2])
        return self._replace(training=training, held_out=held_out)


def _are_copied(objective: Objective) -> bool:
    """Whether many rows are there again, be they copies or draws of a table.

    The penalty is for all copies of a row. So then rows are to come with theirs.
    """
    keys = row_keys(objective.X, 0)[objective.counted]
    _, counts = np.unique(keys, return_counts=True)
    return bool((counts > 1).mean() > _COPIED)


def _standing_for(
    objective: Objective, rows: NDArray[np.integer], counts: Array
) -> Objective:
    """The same inputs of rows each of which stands for so many samples."""
    if objective.counts is not None:
        counts = counts / objective.counts[rows]
    return objective.subset(rows, counts)


LINEAR, PIECEWISE = Inputs("linear", False), Inputs("piecewise", False)
FINE = Inputs("fine-piecewise", False)
RELEVANT_PARTS = Inputs("piecewise", True)


def offered(
    objective: Objective,
    encoding: EncodingName | Literal["auto"],
    *,
    has_relevance: bool,
) -> tuple[Inputs, ...]:
    """What there is to choose from, the simplest first.

    Fine parts come last; with relevances alone, where there are some: of many parts
    hardly any tells something by itself.

    Parameters
    ----------
    objective : Objective
        With what is given by the encoding, on some rows at least.
    encoding : {"auto", "linear", "piecewise", "fine-piecewise"}
        "auto" for all, where it is worth it.
    has_relevance : bool
        Whether there is a choice of relevances, too.
    """
    X, weights, features = objective.X, objective.weights, objective.standardization
    plain = (LINEAR if encoding == "auto" else Inputs(encoding, False),)
    if objective.layout.layer_units[-1] > _MAX_CLASSES:
        return plain
    n_columns = np.inf if isinstance(features, RowSpace) else features.n_undivided
    has_relevance &= objective.n_samples >= _ROWS_PER_COLUMN * n_columns
    fine: tuple[Inputs, ...] = ()
    if encoding == "auto":
        worth = worth_dividing(X, weights, features, has_relevance=has_relevance)
        plain += (PIECEWISE,) * ("piecewise" in worth)
        is_fine = "fine-piecewise" in worth and objective.n_samples >= _FINE_ROWS
        fine = (FINE,) * is_fine
    if not has_relevance:
        return plain + fine
    return plain + _relevant(plain) + _relevant(fine)


def _relevant(inputs: tuple[Inputs, ...]) -> tuple[Inputs, ...]:
    return tuple(one._replace(has_relevance=True) for one in inputs)


def encoded(objective: Objective, encoding: EncodingName) -> Objective:
    """The objective as it is, or on parts of the columns."""
    features = objective.standardization
    if encoding in ("linear", encoding_of(objective)):
        return objective
    check_divisible(objective.X, features)
    features = EncodedColumns.learnt(
        objective.X, objective.weights, features, encoding=encoding
    )
    return objective.seen_by(features)


def encoding_of(objective: Objective) -> EncodingName:
    """What the columns of an objective are to its first layer."""
    return encoding_name(objective.features.encoding)


def start_of(objective: Objective, start: Array, seed: int) -> Array:
    """A given one, unless there is another number of parts: then a new one."""
    is_divided = encoding_of(objective) != "linear"
    if is_divided and start.size != objective.layout.n_parameters:
        return objective.layout.draw(np.random.RandomState(seed))
    return start


def train_on(
    inputs: Inputs,
    objective: Objective,
    start: Array,
    *,
    seed: int = 0,
    early_stopping: EarlyStopping | None = None,
    **options: Any,
) -> Trained:
    """Train, and again and again what is learnt from a minimum, from where that is.

    Parameters are those of `train`; the objective is on the inputs of the first of
    these fits already (`first_encoding`). All but the last are in float32, and of many
    rows to some, if there is no early stopping.
    """
    options["seed"] = seed
    tol, trained = options["tol"], None
    sequence = _sequence(inputs)
    some = None
    if early_stopping is None and len(sequence) > 1:
        some = SomeRows.of(objective, seed)
    for one in sequence:
        if trained is not None:
            objective, start = one.learnt_from(objective, trained.minimum.x, seed, some)
            options |= {"is_warm": True, "tol": LOOSE * tol}
        rule = seen_by(early_stopping, objective)
        is_last = one == inputs
        some = None if is_last else some and some.seen_by(objective.standardization)
        rows = objective if some is None else some.training
        if options.get("verbose"):
            report(f"Fit to {rows.n_samples} rows, {_described(one, objective)}")
        if is_last or rule is not None:
            fit = train(objective, start, early_stopping=rule, **options)
        else:
            fit = _roughly_trained(rows, start, objective, **options)
        trained = fit if trained is None else trained.followed_by(fit)
        if fit.minimum.convergence.reason in CUT_SHORT:
            break
    assert trained is not None
    return trained


def _described(inputs: Inputs, objective: Objective) -> str:
    relevance = ", relevance" * inputs.has_relevance
    alpha = objective.alpha * objective.weights_unit
    return f"alpha = {alpha:.3g}, {inputs.encoding}{relevance}"


def first_encoding(inputs: Inputs) -> EncodingName:
    """The inputs of the fit that all begins with."""
    return _sequence(inputs)[0].encoding


def _sequence(inputs: Inputs) -> list[Inputs]:
    """What is trained, one from the minimum of the other."""
    sequence = [inputs]
    while (source := sequence[0].source) is not None:
        sequence.insert(0, source)
    return sequence


def _roughly_trained(
    rows: Objective, start: Array, objective: Objective, **options: Any
) -> Trained:
    """Train on some rows, or all, in float32, unless that takes much memory.

    Told as one of the objective, whose loss is known where nothing comes after it.
    """
    n_values = rows.n_samples * rows.row_inputs
    stored = rows.stored() if n_values <= MAX_STORED else rows
    trained = train(stored, start, **options)
    if stored is objective:
        return trained
    trained = trained._replace(objective=objective)  # no copy is to be kept
    minimum, reason = trained.minimum, trained.minimum.convergence.reason
    if reason not in CUT_SHORT:
        return trained
    if rows is not objective and reason != "interrupted":
        options |= {"is_warm": True, "max_iter": 1}
        last = trained.followed_by(train(objective, minimum.x, **options))
        return last.ended_by(reason)
    loss, gradient = objective(minimum.x)
    state = minimum.state
    if state is not None:  # to go on from, which is told by loss and gradient
        state = replace(state, loss=loss, gradient=gradient)
    return trained._replace(minimum=minimum._replace(loss=loss, state=state))


def seen_by(rule: EarlyStopping | None, objective: Objective) -> EarlyStopping | None:
    """Validation data as the same inputs."""
    if rule is None:
        return None
    validation = rule.validation.predicted_by(objective.standardization)
    return rule._replace(validation=validation)
