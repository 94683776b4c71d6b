"""Early stopping: the iterate with the lowest log-loss on validation data is kept."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from sklearn import config_context
from sklearn.base import ClassifierMixin
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import _check_y

from sksoftmax._features.first_inputs import has_nan
from sksoftmax._features.standardization import FAR
from sksoftmax._minimizer.progress import relative_decrease
from sksoftmax._rows.cells import n_cells
from sksoftmax._rows.draws import originals
from sksoftmax._rows.matrix import Matrix
from sksoftmax._rows.row_keys import row_keys
from sksoftmax._sklearn.errors import column_name, refuse_gaps, refuse_lazy, renamed
from sksoftmax._sklearn.labels import as_labels, label_codes, refuse_objects
from sksoftmax._sklearn.validation import MatrixLike, checked_rows
from sksoftmax._sklearn.weights import check_weights, multiplied
from sksoftmax._training.objective import Objective, evenly_spaced

Array = NDArray[np.floating]

# Of keys that only tell which rows are equal.
_SEED = 0
# Distinct rows that are looked at, wherever they are, to tell copies from draws of a
# table; if there are more they are taken for copies.
_MOST_CELLS = 2**17
# That are looked at first.
_COLUMNS = 4
# What is no gain of the best of many iterates: a part of the log-loss, and nats of all
# validation data.
_HARDLY, _NATS = 0.01, 1.0
# Part of the validation data that are not those of other columns.
_MOST = 0.5
# Or of the columns, where nearly all values of so many rows lie within a part of a
# spread of the mean, as those that are not divided by it do.
_NEARLY_ALL, _ROWS, _NARROW = 0.95, 10, 0.25


class EarlyStopping(NamedTuple):
    """Validation data, and for how long a fit goes on without being better on them.

    Attributes
    ----------
    validation : Objective
        The objective on the validation rows, of which the log-loss is looked at.
    n_iter_no_change : int
        Iterations that are looked at together.
    tol : float
        Part of the lowest log-loss that they have to gain.
    """

    validation: Objective
    n_iter_no_change: int
    tol: float


class Iterate(NamedTuple):
    """A point of the path.

    Attributes
    ----------
    x : ndarray of shape (n,)
    loss : float
        Objective on the training rows.
    validation_loss : float
        Log-loss on the validation rows.
    n_iter : int
        Iterations before it.
    """

    x: Array
    loss: float
    validation_loss: float
    n_iter: int


class ValidationCurve:
    """Log-loss on validation data after each iteration, and the best iterate.

    Parameters
    ----------
    rule : EarlyStopping

    Attributes
    ----------
    losses : list of float
        After each iteration.
    best : Iterate
        The first with the lowest log-loss since the last `restart`.
    start : Iterate
        Where the fit began.
    """

    start: Iterate | None = None

    def __init__(self, rule: EarlyStopping) -> None:
        self._rule = rule
        self.losses: list[float] = []

    def restart(self, x: Array, loss: float) -> None:
        """Let only this point, and what comes after it, be the best."""
        validation_loss = self._log_loss(x)
        self.best = Iterate(x, loss, validation_loss, len(self.losses))
        self.start = self.start or self.best
        self._lowest = [validation_loss]

    def add(self, x: Array, loss: float) -> bool:
        """Take an iterate; whether it is time to stop."""
        validation_loss = self._log_loss(x)
        self.losses.append(validation_loss)
        if validation_loss < self.best.validation_loss:
            self.best = Iterate(x, loss, validation_loss, len(self.losses))
        self._lowest.append(self.best.validation_loss)
        _, window, tol = self._rule
        return relative_decrease(self._lowest, window) <= tol

    def follow(self, before: "ValidationCurve") -> None:
        """Take the iterations of the fit before this one."""
        n_iter = self.best.n_iter + len(before.losses)
        self.losses = before.losses + self.losses
        self.best = self.best._replace(n_iter=n_iter)
        self.start = before.start

    def has_learnt(self) -> bool:
        """Whether the best is clearly better than the start."""
        assert self.start is not None
        gain = self.start.validation_loss - self.best.validation_loss
        nats = gain * self._rule.validation.effective_samples
        return gain > _HARDLY * self.start.validation_loss and nats > _NATS

    def _log_loss(self, x: Array) -> float:
        loss = self._rule.validation.log_loss(x)
        return np.inf if np.isnan(loss) else loss  # both from overflow


def validation_doubt(
    rule: EarlyStopping,
    curve: ValidationCurve,
    training: Objective,
    *,
    is_given: bool,
    is_warm: bool,
    feature_names: NDArray | None,
) -> UserWarning | None:
    """What a user should know of validation data that a network was kept by."""
    advice = (
        "If X should tell more of y, try more samples, a larger alpha or "
        "alpha='auto', or a larger validation_fraction."
    )
    if is_given:
        advice = "In a Pipeline it is transformed as X with transform_input=['X_val']."
        rows = rule.validation
        shares = rows.features.share_far(rows.X, rows.weights, rows.blocks)
        column = int(shares.argmax())
        if shares[column] > _MOST:
            return UserWarning(
                f"early_stopping: X_val is not what X is, as {shares[column]:.0%} of "
                f"its values in {column_name(column, feature_names)} are more than "
                f"{FAR} spreads from the mean there. {advice}"
            )
        if (narrow := _share_narrow(rows, training)) > _MOST:
            return UserWarning(
                f"early_stopping: X_val is not what X is, as {narrow:.0%} of its "
                f"columns are within {_NARROW} spreads of the means in X. {advice}"
            )
        advice = f"Most likely X_val is not what X is. {advice}"
    if is_warm or curve.has_learnt():
        return None
    return UserWarning(
        "early_stopping kept a network that is hardly trained: no iterate predicts the "
        f"validation data clearly better than the first. {advice}"
    )


def _share_narrow(rows: Objective, training: Objective) -> float:
    """Part of the columns that hardly vary, of those that do in training."""
    if rows.n_samples < _ROWS:
        return 0.0
    near, before = (
        1 - part.features.share_far(part.X, part.weights, part.blocks, _NARROW)
        for part in (rows, training)
    )
    varies = before < 1 - _MOST
    return float((near[varies] > _NEARLY_ALL).mean()) if varies.any() else 0.0


def check_validation_data(
    estimator: ClassifierMixin,
    X_val: MatrixLike | None,
    y_val: ArrayLike | None,
    sample_weight_val: ArrayLike | None,
    classes: NDArray,
    dtype: DTypeLike,
) -> tuple[Matrix, NDArray[np.integer], Array | None] | None:
    """Rows, class codes and weights that a user validates on, if there are any.

    Parameters
    ----------
    estimator : classifier
        With `early_stopping`, and with the features of the training data.
    X_val, y_val, sample_weight_val
        What its `fit` is given.
    classes : ndarray of shape (n_classes,)
        Labels of the training data.
    dtype : dtype
        That of the training data.

    Raises
    ------
    ValueError
        If something is missing, invalid or not made use of.
    """
    given = {"X_val": X_val, "y_val": y_val, "sample_weight_val": sample_weight_val}
    names = [name for name, value in given.items() if value is not None]
    if not names:
        return None
    if not estimator.early_stopping:
        raise ValueError(
            f"fit got {' and '.join(names)}, which early_stopping=False makes no use "
            "of. Set early_stopping=True, or leave them out."
        )
    for name in ("X_val", "y_val"):
        if name not in names:
            raise ValueError(
                f"fit got validation data without {name}. Pass X_val and y_val "
                "together."
            )
    # What overflows float32 is infinite, and an error then.
    with (
        renamed(r"^(Input )?X\b", r"\1X_val", "X_val"),
        np.errstate(over="ignore"),
        config_context(assume_finite=False),  # NaN would be the worst of losses
    ):
        X = checked_rows(
            estimator,
            X_val,
            categories=estimator._categories,
            dtype=dtype,
            reset=False,
            name="X_val",
        )
    refuse_lazy(y_val, "y_val")
    with renamed(r"^(Input )?y\b", r"\1y_val", "y_val"):
        y = _check_y(as_labels(y_val, "y_val"))
        refuse_objects(y, "y_val", "np.asarray(y_val)")
        codes = label_codes(y, classes, "y_val")
    with renamed("^", "", "X_val", "y_val"):
        check_consistent_length(X, y)
    weights, _ = check_weights(sample_weight_val, X, "sample_weight_val")
    return X, codes, weights


def validation_objective(
    objective: Objective,
    X: Matrix,
    codes: NDArray[np.integer],
    weights: Array | None,
) -> Objective:
    """The same function of the rows that a user validates on."""
    if objective.class_weight is not None:
        weights, _ = check_weights(
            multiplied(objective.class_weight[codes], weights),
            X,
            "sample_weight_val times class_weight",
        )
    features = objective.standardization
    knows_gaps = features.fills is not None or features.encoding is not None
    if not knows_gaps and isinstance(X, np.ndarray) and has_nan(X):
        refuse_gaps("X_val", sparse="X")
    return objective.on(
        features.filled(X), codes, weights, standardization=features.bounding
    )


def parts(
    objective: Objective, fraction: float, seed: int
) -> tuple[Objective, Objective]:
    """Of rows to train on, with the same alpha, and of those to validate on.

    Both are the same rows: those of the other part have no weight.
    """
    held_out = held_out_rows(objective, fraction, np.random.RandomState(seed))
    alpha = objective.alpha * objective.weights_unit
    return objective.where(~held_out).with_alpha(alpha), objective.where(held_out)


def held_out_rows(
    objective: Objective, fraction: float, random_state: np.random.RandomState
) -> NDArray[np.bool_]:
    """Which rows to validate on, of each class in proportion, at random.

    Each class keeps a row to train on, and copies of a row are on the same side, as in
    the search for alpha. Rows without weight do not count.

    Raises
    ------
    ValueError
        If that leaves none to validate on.
    """
    of = _originals(objective)
    shuffled = objective.shuffled_classes(random_state)
    classes = [rows[of[rows] == rows] for rows in shuffled]
    spare = np.concatenate([rows[1:] for rows in classes])
    n_rows = sum(map(len, classes))
    n_validation = min(max(round(fraction * n_rows), 1), len(spare))
    if n_validation == 0:
        raise ValueError(
            f"early_stopping=True needs samples to validate on, but y has only one of "
            f"each of its {n_rows} classes. Pass X_val and y_val, or set "
            "early_stopping=False."
        )
    held_out = np.zeros(objective.y.size, bool)
    held_out[evenly_spaced(spare, n_validation)] = True
    for rows, copies in zip(classes, shuffled, strict=True):
        if 1 < len(rows) < len(copies) and not held_out[rows].any():
            held_out[rows[-1]] = True  # few that an oversampler has made many
    return held_out[of]


def _originals(objective: Objective) -> NDArray[np.integer]:
    """Of each row the one that it is a copy of."""
    of, X = np.arange(objective.y.size), objective.X
    if isinstance(X, np.ndarray):
        # Of most tables a few columns tell all rows apart, in a third of the time.
        some = row_keys(X[:, :: max(X.shape[1] // _COLUMNS, 1)], _SEED)
        if np.unique(some).size == some.size:
            return of
    rows, counts = of[objective.counted], objective.counts

    def cells(distinct: NDArray[np.integer]) -> float:
        if distinct.size > _MOST_CELLS:
            return np.inf
        return n_cells(X[rows[distinct]])

    of[rows] = rows[
        originals(
            row_keys(X, _SEED)[rows],
            objective.y[rows],
            None if counts is None else counts[rows],
            cells,
        )
    ]
    return of
