"""The minimiser's starting metric: curvature of the objective from some of its rows."""

import math
from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from sksoftmax._curvature import (
    MAX_DENSE,
    KroneckerFactors,
    KroneckerInverse,
    curvature_sums,
    second_moment,
)
from sksoftmax._objective import Objective

Array = NDArray[np.floating]

# Rows that the factors are estimated from, values of X and columns propagated back.
_MAX_ROWS, _MAX_VALUES, _MAX_COLUMNS = 4096, 2**22, 2**12
# Of the Gauss-Newton matrix, in units of the mean cross-entropy; the penalty adds its
# own.
_DAMPING = 1e-3


class KroneckerMetric:
    """`metric(parameters)` is an estimate of the inverse Hessian of an objective.

    Parameters
    ----------
    objective : Objective
    random_state : RandomState
        Draws the rows, where there are more than are needed.
    """

    def __init__(
        self, objective: Objective, random_state: np.random.RandomState
    ) -> None:
        rows = np.arange(objective.X.shape[0])
        if objective.weights is not None:
            rows = rows[objective.weights > 0]
        n_rows = min(_MAX_ROWS, max(_MAX_VALUES // _row_values(objective.X), 1))
        if len(rows) > n_rows:
            rows = np.sort(random_state.choice(rows, n_rows, replace=False))
        n_classes = objective.layout.layer_units[-1]
        step = math.ceil(len(rows) * n_classes / _MAX_COLUMNS)
        self._damping = _DAMPING + objective.alpha / objective.weights_sum
        self._sample = objective.subset(rows)
        self._small_sample = (
            self._sample if step == 1 else objective.subset(rows[::step])
        )
        self._first_inverses: dict[float, Array] = {}

    def __call__(self, parameters: Array) -> KroneckerInverse:
        """The operator at one point."""
        return KroneckerInverse(
            self.factors(parameters),
            self._sample.layout,
            damping=self._damping,
            dtype=self._sample.X.dtype,
            first_inverses=self._first_inverses,
        )

    def factors(self, parameters: Array) -> KroneckerFactors:
        """Kronecker factors of the mean cross-entropy, in float64."""
        sample = self._small_sample
        network = sample.network(parameters)

        def sums(rows: slice) -> list[Array]:
            X, _, weights = sample.block(rows)
            with np.errstate(all="ignore"):
                factors = curvature_sums(X, weights, *network, sample.activations)
            return [*factors.inputs, *factors.deltas]

        means = _mean_over_rows(sample, sums)
        n_hidden = len(sample.activations)
        return KroneckerFactors(
            [self._first_inputs, *means[:n_hidden]], means[n_hidden:]
        )

    @cached_property
    def _first_inputs(self) -> Array:
        """A of the first layer: standardised features do not move."""
        sample = self._sample
        is_wide = sample.X.shape[1] >= MAX_DENSE

        def sums(rows: slice) -> list[Array]:
            X, _, weights = sample.block(rows)
            if is_wide:
                weights_sum = X.shape[0] if weights is None else weights.sum()
                squares = sample.standardization.squares(X, weights)
                return [np.append(squares, weights_sum)]
            X = X.toarray() if issparse(X) else X
            return [second_moment(sample.standardization.standardized(X).T, weights)]

        return _mean_over_rows(sample, sums)[0]


def _row_values(X: Array) -> int:
    """Values that a row takes in the factors: of wide sparse ones those stored."""
    if issparse(X) and X.shape[1] >= MAX_DENSE:
        return X.nnz // X.shape[0] + 1
    return X.shape[1]


def _mean_over_rows(
    objective: Objective, sums: Callable[[slice], list[Array]]
) -> list[Array]:
    """Sums of the blocks added up in their order, in float64, over sum of weights."""
    total: list[Array] = []
    for parts in objective.map_blocks(sums, objective.blocks):
        if total:
            for whole, part in zip(total, parts, strict=True):
                whole += part
        else:
            total = [part.astype(np.float64) for part in parts]
    return [whole / objective.weights_sum for whole in total]
