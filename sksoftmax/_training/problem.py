"""The problem of a fit: its objective, where it begins, and what it is judged by."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin

from sksoftmax._features.encoded import (
    EncodedColumns,
    check_divisible,
    with_indicators,
)
from sksoftmax._features.encoding import Encoding
from sksoftmax._features.standardization import Standardization
from sksoftmax._minimizer.lbfgs import NotFiniteError, State
from sksoftmax._network.activations import ACTIVATIONS
from sksoftmax._network.parameters import ParameterLayout
from sksoftmax._network.prediction import overflow_message
from sksoftmax._rows.blocks import row_blocks
from sksoftmax._rows.matrix import is_dense
from sksoftmax._rows.sums import tree_sum
from sksoftmax._rows.threads import Map
from sksoftmax._sklearn.errors import column_name
from sksoftmax._sklearn.labels import balanced_class_weight
from sksoftmax._sklearn.training_data import TrainingData
from sksoftmax._sklearn.validation import MatrixLike
from sksoftmax._sklearn.warning import warn
from sksoftmax._sklearn.weights import LEAST_SUM, check_weights, multiplied
from sksoftmax._training.early_stopping import (
    EarlyStopping,
    check_validation_data,
    parts,
    validation_objective,
)
from sksoftmax._training.objective import Objective, class_sums
from sksoftmax._training.warm_start import (
    Attributes,
    check_same_problem,
    previous_point,
)

Array = NDArray[np.floating]

# Part of the rows that has left the range of a column since its parts were learnt.
_MANY_BEYOND = 0.1
# Of a mean, in spreads: of 400 rows log-losses are the same up to 30, 0.52 to 0.54
# instead of 0.50 up to 1,000, and from 10,000 on those of the class frequencies.
_LARGEST_OFFSET = 1000


class Problem(NamedTuple):
    """What is to be minimised, from where.

    Attributes
    ----------
    objective : Objective
    start : ndarray of shape (n_parameters,)
    state : State or None
        Of the minimiser there, in parameters of the reduced objective.
    seed : int
        Of all draws but that of the start.
    early_stopping : EarlyStopping or None
        What to validate on, and for how long to go on.
    """

    objective: Objective
    start: Array
    state: State | None
    seed: int
    early_stopping: EarlyStopping | None = None

    @classmethod
    def drawn(cls, objective: Objective, random_state: np.random.RandomState) -> Self:
        """From random weights."""
        start = objective.layout.draw(random_state)
        seed = random_state.randint(np.iinfo(np.int32).max)
        return cls(objective, start, None, seed)

    @classmethod
    def continued(
        cls, objective: Objective, previous: Attributes, current: Attributes
    ) -> Self:
        """From where the previous fit has ended, one of the same network.

        On the same inputs as that, with the same penalties.
        """
        encoding, penalties = previous["_encoding"], previous["_log_penalties"]
        if previous["n_features_in_"] == objective.X.shape[1]:
            objective = _encoded_by(objective, encoding, previous.get("_bounds"))
            if penalties is not None:
                features = objective.standardization.penalised(penalties)
                objective = objective.seen_by(features)
        check_same_problem(previous, current, objective.layout.layer_units)
        features = objective.standardization
        if isinstance(features, EncodedColumns) and features.encoding.is_bounded:
            shares = features.share_beyond(objective.X, objective.weights)
            _warn_of_rows_beyond(shares, current)
        return cls(objective, *previous_point(previous, objective), previous["_seed"])

    def validated(
        self,
        classifier: ClassifierMixin,
        X_val: MatrixLike | None,
        y_val: ArrayLike | None,
        sample_weight_val: ArrayLike | None,
    ) -> Self:
        """The same with what to validate on, if there is early stopping.

        That is what `fit` of the classifier is given, or a part of the rows.

        Raises
        ------
        ValueError
            If validation data are invalid or not made use of, or no row is left.
        """
        objective = self.objective
        given = check_validation_data(
            classifier,
            X_val,
            y_val,
            sample_weight_val,
            classifier.classes_,
            objective.X.dtype,
        )
        if not classifier.early_stopping:
            return self
        if given is not None:
            validation = validation_objective(objective, *given)
        else:
            fraction = float(classifier.validation_fraction)
            objective, validation = parts(objective, fraction, self.seed)
        tol = float(classifier.tol)
        rule = EarlyStopping(validation, classifier.n_iter_no_change, tol)
        return self._replace(objective=objective, early_stopping=rule)

    @contextmanager
    def overflow_told(
        self, alpha: float | str, feature_names: NDArray | None
    ) -> Iterator[None]:
        """Say of which column, where the minimiser knows only of a point."""
        try:
            yield
        except (NotFiniteError, np.linalg.LinAlgError) as error:
            also = f" Extreme values of alpha ({alpha}) do this too, and of weights."
            X = self.objective.X
            raise ValueError(overflow_message(X, error, feature_names, also)) from error


def _encoded_by(
    objective: Objective, encoding: Encoding | None, bounds: Array | None
) -> Objective:
    """The objective on the inputs that other rows had."""
    X, weights, features = objective.X, objective.weights, objective.standardization
    if isinstance(features, EncodedColumns):
        features = features.columns
    if encoding is not None:
        if encoding.is_divided:
            check_divisible(X, features)
        if not is_dense(X):
            raise ValueError(
                "warm_start=True needs dense X, as in the previous fit; got a sparse "
                "matrix. Pass X.toarray(), or set warm_start=False."
            )
        features = EncodedColumns.known(encoding, X, weights, features)
    else:
        features = features.reaching(bounds)
    filled = features.filled(X)
    if filled is not X:
        objective = objective.on(filled, objective.y, weights)
    return objective.seen_by(features)


def _warn_of_rows_beyond(shares: Array, current: Attributes) -> None:
    column = int(shares.argmax())
    if shares[column] > _MANY_BEYOND:
        name = column_name(column, current.get("feature_names_in_"))
        warn(
            f"warm_start=True keeps the ranges of columns of the previous fit, and "
            f"{shares[column]:.0%} of the values of {name} are beyond theirs, where "
            "all are the same to the network. Set warm_start=False to learn new ones."
        )


def objective_of(
    data: TrainingData,
    hidden_units: Sequence[int],
    activations: Sequence[str],
    *,
    alpha: float,
    standardize: bool,
    is_bounded: bool = False,
    feature_names: NDArray | None = None,
    map_blocks: Map = map,
) -> Objective:
    """The penalised mean cross-entropy of the data.

    Parameters
    ----------
    data : TrainingData
    hidden_units : sequence of int
    activations : sequence of str
        One for each hidden layer.
    alpha : float
        In the user's unit.
    standardize : bool
    is_bounded : bool, default=False
        Whether values of other rows beyond those of dense `X` are taken for these, if
        it is standardised.
    feature_names : ndarray of shape (n_features,), default=None
        For errors.
    map_blocks : callable

    Raises
    ------
    ValueError
        If a column varies too little for its dtype, or is too large for it, or all
        products of weights are 0.

    Warns
    -----
    UserWarning
        If weights are taken for relative ones, or a column that is not standardised is
        far from 0.
    """
    X, weights = data.X, data.weights
    units = *hidden_units, data.classes.size
    blocks = row_blocks(X, *units)
    unit = samples_of_weight(weights, data.unit, blocks)
    class_weight = data.class_weight
    if isinstance(class_weight, str):
        class_weight = balanced_class_weight(
            class_sums(data.codes, weights, blocks, data.classes.size)
        )
    if class_weight is not None:
        weights, factor = check_weights(
            multiplied(class_weight[data.codes], weights),
            X,
            "sample_weight times class_weight",
        )
        unit *= factor
    features = Standardization.of(X, weights, blocks, map_blocks, is_bounded=is_bounded)
    if standardize:
        features.check_dtype(X.dtype, X.shape[0], feature_names)
    else:
        _warn_of_offsets(features.offsets, feature_names)
        features = features.undone()
    features = with_indicators(features, X, weights, data.n_levels)
    return Objective(
        X,
        data.codes,
        weights,
        layout=ParameterLayout([features.n_inputs, *units]),
        activations=[ACTIVATIONS[name] for name in activations],
        alpha=alpha / unit,
        standardization=features,
        map_blocks=map_blocks,
        weights_unit=unit,
        class_weight=class_weight,
        blocks=blocks if features.encoding is None else None,
    )


def _warn_of_offsets(offsets: Array, feature_names: NDArray | None) -> None:
    column = int(offsets.argmax())
    if _LARGEST_OFFSET < offsets[column] < np.inf:  # of an overflow others tell
        warn(
            f"standardize=False: the mean of {column_name(column, feature_names)} is "
            f"{offsets[column]:.3g} spreads from 0, so that fits end far from a "
            "minimum. Set standardize=True, or subtract a constant from the column."
        )


def samples_of_weight(weights: Array | None, unit: float, blocks: list[slice]) -> float:
    """How many samples a weight of 1 stands for.

    As a rule `unit`: weights are numbers of copies. Those whose sum is far below the
    number of rows cannot be that, as boosting's, which sum to 1: they are relative, and
    Kish's effective number of samples (Survey Sampling, 1965), `(sum s_i)**2 / sum
    s_i**2`, stands for their sum.

    Parameters
    ----------
    weights : ndarray of shape (n_samples,) or None
        As of `check_weights`.
    unit : float
        Theirs.
    blocks : list of slice
        Of the rows.

    Warns
    -----
    UserWarning
        If they are relative.
    """
    if weights is None:
        return unit
    of_blocks = (weights[rows].astype(np.float64) for rows in blocks)
    n_weighted, weights_sum, squares = tree_sum(
        [int(np.count_nonzero(w)), w.sum(), w @ w] for w in of_blocks
    )
    if weights_sum * unit >= LEAST_SUM * n_weighted:
        return unit
    with np.errstate(under="ignore"):
        n_effective = weights_sum**2 / squares
    if weights_sum * unit >= n_effective:
        return unit
    # Without figures of this fit, to be said once of all those of boosting.
    warn(
        f"The weights of {n_weighted} samples sum to {weights_sum * unit:.3g}, too "
        "little for numbers of copies: they are taken for relative ones, and Kish's "
        "effective number of samples for their sum. Multiply them by a constant to say "
        "otherwise."
    )
    return float(n_effective / weights_sum)
