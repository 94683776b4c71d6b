"""The minimiser's starting metric: curvature of the objective from some of its rows."""

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache, partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sksoftmax._features.draw_keys import draw_keys
from sksoftmax._features.first_inputs import FirstInputs
from sksoftmax._features.standardization import Standardization, in_units
from sksoftmax._network.activations import Activation
from sksoftmax._network.curvature import (
    KroneckerFactors,
    KroneckerInverse,
    curvature_sums,
    damped_inverse,
    second_moment,
)
from sksoftmax._rows.matrix import Matrix, is_on_device
from sksoftmax._rows.namespace import chosen_rows, nonzero, wide
from sksoftmax._rows.passes import Kernel
from sksoftmax._training.objective import Objective, counted_inputs

Array = NDArray[np.floating]

# Rows that the factors are estimated from, values of X and columns propagated back: of
# a row one for each class, unless there are more classes than this, and then so many.
_MAX_ROWS, _MAX_VALUES, _MAX_COLUMNS = 4096, 2**22, 2**12
_MAX_CLASSES, _LABELS = 64, 16
# Inverses of the first layer's A: with the damping of the last metric, and both next to
# it.
_KEPT_INVERSES = 3


class KroneckerMetric:
    """`metric(parameters)(damping)` estimates the inverse Hessian of an objective.

    The damping is that of the Gauss-Newton matrix, in units of the mean cross-entropy;
    the penalty adds its own.

    Parameters
    ----------
    objective : Objective
    random_state : RandomState
        Draws the rows, where there are more than are needed.
    """

    def __init__(
        self, objective: Objective, random_state: np.random.RandomState
    ) -> None:
        n_classes = objective.layout.layer_units[-1]
        self._penalty = objective.alpha / objective.weights_sum
        self._max_dense = _max_dense(objective)
        of_inputs, self._sample = samples(objective, random_state)
        self.first_inputs = _first_moments(of_inputs, self._max_dense)
        is_drawn = n_classes > _MAX_CLASSES
        self._draws = _draws(self._sample) if is_drawn else None

    def __call__(self, parameters: Array) -> Callable[[float], KroneckerInverse]:
        """The operator at one point, as a function of the damping."""
        return partial(self._damped, self.factors(parameters))

    def _damped(self, factors: KroneckerFactors, damping: float) -> KroneckerInverse:
        return KroneckerInverse(
            factors,
            self._sample.layout,
            damping=damping + self._penalty,
            dtype=self._sample.X.dtype,
            first_inverse=self._first_inverse,
        )

    def factors(self, parameters: Array) -> KroneckerFactors:
        """Kronecker factors of the mean cross-entropy, in float64."""
        sample = self._sample
        sums = Kernel(
            _factor_sums,
            sample.standardization.first,
            sample.network(parameters),
            sample.activations,
            self._max_dense,
        )
        means = _mean_over_rows(sample, sums, self._draws)
        n_hidden = len(sample.activations)
        return KroneckerFactors(
            [self.first_inputs, *means[:n_hidden]], means[n_hidden:]
        )

    @cached_property
    def _first_inverse(self) -> Callable[[float], Array]:
        inverse = partial(damped_inverse, self.first_inputs, dtype=self._sample.X.dtype)
        return lru_cache(_KEPT_INVERSES)(inverse)


def samples(
    objective: Objective, random_state: np.random.RandomState
) -> tuple[Objective, Objective]:
    """The rows of the first layer's inputs, and those of them for the other factors."""
    n_inputs, *_, n_classes = objective.layout.layer_units
    # Only narrow sparse rows are made dense.
    is_wide = n_inputs >= _max_dense(objective)
    n_values = objective.row_inputs if is_wide else n_inputs
    n_rows = min(_MAX_ROWS, max(_MAX_VALUES // n_values, 1))
    sample = _sample(objective, n_rows, random_state)
    n_rows = _MAX_COLUMNS // (_LABELS if n_classes > _MAX_CLASSES else n_classes)
    return sample, _sample(sample, n_rows, random_state)


def _first_moments(sample: Objective, max_dense: int) -> Array:
    """A of the first layer: standardised features do not move."""
    features = sample.standardization
    sums: Callable[..., list[Array]] = partial(_moment_sums, features, max_dense)
    if is_on_device(sample.X):
        units = features.units(sample.X.dtype)
        sums = Kernel(_moments_there, features.first, *units, max_dense)
    return _mean_over_rows(sample, sums)[0]


def _max_dense(objective: Objective) -> int:
    """Width of the factors that are worth inverting, at a cost of its cube.

    That of an evaluation or two, at most; but always the usual hundred hidden units.
    """
    n_inputs, *units = objective.layout.layer_units
    encoding = objective.features.encoding
    # Parts are correlated however few values stand for them: with their diagonal alone
    # fits take more iterations, and end at larger losses.
    is_divided = encoding is not None and encoding.is_divided
    layers = pairwise((n_inputs if is_divided else objective.row_inputs, *units))
    work = objective.n_samples * sum(a * b for a, b in layers)
    return min(max(128, round((4 * work) ** (1 / 3))), 2000)


def _draws(objective: Objective) -> Array:
    """Numbers that draw labels: of a row one at random, and others at equal distances.

    So evenly spaced ones vary least (systematic sampling). Of shape (n_rows, n_labels).
    """
    keys = draw_keys(objective.X, 0, objective.standardization)
    first = (keys >> np.uint64(11)) * 2.0**-53
    return (first[:, np.newaxis] + np.arange(_LABELS)) / _LABELS


def _sample(
    objective: Objective, n_rows: int, random_state: np.random.RandomState
) -> Objective:
    """The objective on at most so many of the rows that have a weight."""
    if objective.n_samples <= n_rows:
        return objective
    classes = objective.shuffled_classes(random_state)
    counts = np.array([len(rows) for rows in classes])
    share = _equal_share(counts, n_rows)
    if share == 0:  # more classes than rows
        rows = random_state.permutation(np.concatenate(classes))[:n_rows]
        return objective.subset(np.sort(rows))
    rows = np.sort(np.concatenate([rows[:share] for rows in classes]))
    factors = counts / np.clip(counts, 1, share)
    return objective.subset(rows, factors[objective.y[rows]])


def _equal_share(counts: NDArray[np.integer], n_rows: int) -> int:
    """Most rows of a class, for all classes together to have at most `n_rows`."""
    shares = np.arange(n_rows + 1)
    totals = np.minimum.outer(shares, counts).sum(axis=1)
    return int(shares[np.searchsorted(totals, n_rows, side="right") - 1])


def _factor_sums(
    first: FirstInputs,
    network: tuple[list[Array], list[Array]],
    activations: Sequence[Activation],
    max_dense: int,
    X: Matrix,
    y: NDArray[np.integer],
    weights: Array | None,
    draws: Array | None,
) -> list[Array]:
    """Factors of a block, in float64."""
    if draws is not None:
        if weights is not None:
            draws = chosen_rows(draws, nonzero(weights > 0))
        draws = draws.T
    X, _, weights = counted_inputs(first, X, y, weights)
    factors = curvature_sums(X, weights, *network, activations, max_dense, draws)
    return [wide(f) for f in (*factors.inputs, *factors.deltas)]


def _moment_sums(
    features: Standardization,
    max_dense: int,
    X: Matrix,
    y: NDArray[np.integer],
    weights: Array | None,
) -> list[Array]:
    """Second moments of a block's standardised inputs, and of 1, in float64."""
    X, _, weights = counted_inputs(features.first, X, y, weights)
    if X.shape[1] >= max_dense:
        weights_sum = X.shape[0] if weights is None else weights.sum()
        return [np.append(features.squares(X, weights), weights_sum).astype(float)]
    rows = features.standardized(X)
    return [second_moment(rows.T, weights, max_dense).astype(np.float64)]


def _moments_there(
    first: FirstInputs,
    scale: Array,
    centre: Array,
    max_dense: int,
    X: Array,
    y: NDArray[np.integer],
    weights: Array | None,
) -> list[Array]:
    """The same where rows are on a device: dense ones."""
    X, _, weights = counted_inputs(first, X, y, weights)
    rows = in_units(X, scale, centre)
    return [wide(second_moment(rows.T, weights, max_dense))]


def _mean_over_rows(
    objective: Objective, sums: Callable[..., list[Array]], *vectors: Array | None
) -> list[Array]:
    """Sums of the blocks over the sum of weights."""
    total = objective.sum_blocks(sums, *vectors)
    return [whole / objective.weights_sum for whole in total]
