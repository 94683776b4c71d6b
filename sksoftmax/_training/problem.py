"""The problem of a fit: its objective on all rows, and where it begins."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sksoftmax._features.standardization import Standardization
from sksoftmax._minimizer.lbfgs import NotFiniteError, State
from sksoftmax._network.activations import ACTIVATIONS
from sksoftmax._network.parameters import ParameterLayout
from sksoftmax._network.prediction import overflow_message
from sksoftmax._rows.threads import Map
from sksoftmax._sklearn.training_data import TrainingData
from sksoftmax._sklearn.validation import check_weights, multiplied
from sksoftmax._training.objective import Objective
from sksoftmax._training.warm_start import (
    Attributes,
    check_same_problem,
    previous_point,
)

Array = NDArray[np.floating]


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
    """

    objective: Objective
    start: Array
    state: State | None
    seed: int

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
        """From where the previous fit has ended, one of the same network."""
        check_same_problem(previous, current, objective.layout.layer_units)
        return cls(objective, *previous_point(previous, objective), previous["_seed"])

    @contextmanager
    def overflow_told(
        self, alpha: float | str, feature_names: NDArray | None
    ) -> Iterator[None]:
        """Say of which column, where the minimiser knows only of a point."""
        try:
            yield
        except NotFiniteError as error:
            raise ValueError(
                f"{overflow_message(self.objective.X, error, feature_names)} Extreme "
                f"values of alpha ({alpha}) do this too."
            ) from error


def objective_of(
    data: TrainingData,
    hidden_units: Sequence[int],
    activations: Sequence[str],
    *,
    alpha: float,
    unit: float,
    has_class_weight: bool,
    standardize: bool,
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
    unit : float
        How many samples a weight of 1 stands for.
    has_class_weight : bool
        Whether weights are multiplied by those of `data`.
    standardize : bool
    feature_names : ndarray of shape (n_features,), default=None
        For errors.
    map_blocks : callable

    Raises
    ------
    ValueError
        If a column varies too little for its dtype, or all products of weights are 0.
    """
    X, weights, weights_sum = data.X, data.weights, data.weights_sum
    if has_class_weight:
        weights, weights_sum, factor = check_weights(
            multiplied(data.class_weight[data.codes], weights),
            X,
            "sample_weight times class_weight",
        )
        unit *= factor
    if standardize:
        standardization = Standardization.of(X, weights)
        standardization.check_dtype(X.dtype, feature_names)
    else:
        standardization = Standardization.identity(X.shape[1])
    return Objective(
        X,
        data.codes,
        weights,
        weights_sum=weights_sum,
        layout=ParameterLayout([X.shape[1], *hidden_units, data.classes.size]),
        activations=[ACTIVATIONS[name] for name in activations],
        alpha=alpha / unit,
        standardization=standardization,
        map_blocks=map_blocks,
        weights_unit=unit,
        class_weight=data.class_weight if has_class_weight else None,
    )
