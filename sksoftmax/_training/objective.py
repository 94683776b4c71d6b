"""What the minimiser sees: the penalised mean cross-entropy of all rows.

    f(theta) = sum_i s_i * CE_i / S + alpha / (2 S) * sum_l ||W_l||^2,   S = sum_i s_i

with intercepts not penalised: MLPClassifier's scaling, so that the same `alpha` states
the same problem. Without hidden layers it is LogisticRegression with C = 1 / alpha for
three or more classes, and C = 2 / alpha for two (two softmax columns share the weight).
W_1 is in units of standardised features. The only place that normalises and penalises.
"""

from collections.abc import Callable, Sequence
from copy import copy
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.special import entr

from sksoftmax._features.first_inputs import FirstInputs
from sksoftmax._features.row_space import RowSpace
from sksoftmax._features.standardization import Standardization
from sksoftmax._features.stored_inputs import StoredInputs
from sksoftmax._network.activations import Activation
from sksoftmax._network.loss import cross_entropies, cross_entropy_sum
from sksoftmax._network.network import forward, loss_gradient_sums
from sksoftmax._network.parameters import ParameterLayout
from sksoftmax._rows.blocks import row_blocks
from sksoftmax._rows.malloc import keep_freed_memory
from sksoftmax._rows.matrix import Matrix, Rows, Vector, row_values, taken
from sksoftmax._rows.namespace import as_numpy, chosen_rows, namespace_of, nonzero
from sksoftmax._rows.passes import Kernel, each_block, sum_blocks
from sksoftmax._rows.sums import Sums, tree_sum
from sksoftmax._rows.threads import Map
from sksoftmax._sklearn.weights import multiplied

Array = NDArray[np.floating]

# Inputs of all rows, below which float32 hardly pays. With 100 and with 8 units, an
# evaluation of 300 x 30 took 0.96 of the time, one of 160 x 150 0.65.
_FEW_VALUES = 2**14
# Of weights in float32: that of a whole number of copies is still one. Far from it
# even the largest are none.
_ROUNDING, _FAR = 1e-6, 1 / 8
# Part of the class frequencies' loss below which something is learnt.
_LEARNT = 0.9


class Objective:
    """A function of the flat parameter vector: `objective(theta) -> (loss, gradient)`.

    An overflow shows in the values returned, which the minimiser checks: to have NumPy
    ignore it is left to the caller, who may do so once for all evaluations.

    Parameters
    ----------
    X : {ndarray, CSR, RemoteRows} of shape (n_samples, n_features)
        float32 or float64, the dtype of all work inside blocks. Never copied as a
        whole.
    y : ndarray of shape (n_samples,)
        Class codes.
    weights : ndarray of shape (n_samples,) or None
        The s_i above, in the dtype of `X`.
    layout : ParameterLayout
    activations : sequence of Activation
        One per hidden layer.
    alpha : float
        In the unit of `weights`, as S.
    standardization : Standardization
        How theta's first layer relates to the features in `X`.
    map_blocks : callable
        `map_blocks(function, blocks)` gives the results in the order of the blocks, of
        rows in this process.
    weights_unit : float, default=1
        What a weight of 1 is to the user.
    class_weight : ndarray of shape (n_classes,), default=None
        Factors in `weights` that are no numbers of samples, in the user's unit. None
        for 1.
    blocks : list of slice, default=None
        The rows, cut; None to cut them by the shapes.

    Attributes
    ----------
    weights_sum : float
        S above.
    row_inputs : int
        Values that a row gives to the first layer: of a sparse one those stored.
    user_dtype : dtype
        Of the user's rows, as `X` may be what is made of them.
    """

    def __init__(
        self,
        X: Rows,
        y: NDArray[np.integer],
        weights: Array | None,
        *,
        layout: ParameterLayout,
        activations: Sequence[Activation],
        alpha: float,
        standardization: Standardization,
        map_blocks: Map = map,
        weights_unit: float = 1.0,
        class_weight: Array | None = None,
        blocks: list[slice] | None = None,
    ) -> None:
        self.X = X
        self.y = y
        self.weights = weights
        self.layout = layout
        self.activations = activations
        self.user_dtype = X.dtype
        self.alpha = alpha
        self.standardization = standardization
        self.map_blocks = map_blocks
        self.weights_unit = weights_unit
        self.class_weight = class_weight
        self.row_inputs = standardization.row_inputs or row_values(X)
        is_encoded = standardization.encoding is not None
        first = (self.row_inputs,) if is_encoded else ()
        self.blocks = blocks or row_blocks(X, *first, *layout.layer_units[1:])
        self.weights_sum = float(X.shape[0])
        if weights is not None:
            totals = (weights[rows].sum(dtype=np.float64) for rows in self.blocks)
            self.weights_sum = float(tree_sum([total] for total in totals)[0])
        keep_freed_memory()

    def __call__(self, parameters: Array) -> tuple[float, Array]:
        """Loss and its gradient, a new float64 vector, at one point."""
        loss, gradient = self._sums(parameters)
        gradient /= self.weights_sum
        penalised = slice(self.layout.n_coefs)
        coefs = parameters[penalised]
        strength = self.alpha / self.weights_sum
        gradient[penalised] += strength * coefs
        penalty = float(strength / 2 * (coefs @ coefs))
        return loss / self.weights_sum + penalty, gradient

    def log_loss(self, parameters: Array) -> float:
        """Mean cross-entropy at one point: no penalty, no gradient."""
        (loss,) = self.sum_blocks(self._at(parameters, _Network.loss))
        return loss / self.weights_sum

    def row_losses(self, parameters: Array) -> Array:
        """Cross-entropy of each row that has a weight, in float64."""
        losses = each_block(
            self._at(parameters, _Network.row_losses),
            self.blocks,
            self.X,
            self.y,
            self.weights,
            map_blocks=self.map_blocks,
        )
        return np.concatenate([as_numpy(part) for part in losses])

    @property
    def features(self) -> Standardization:
        """What makes the inputs of the user's rows."""
        return self.standardization.of_rows

    @property
    def pairs_dtype(self) -> np.dtype:
        """Of what the minimiser remembers: that of stored inputs, else float64."""
        is_stored = isinstance(self.standardization, StoredInputs)
        return self.X.dtype if is_stored else np.dtype(np.float64)

    @property
    def n_samples(self) -> int:
        """Number of rows that have a weight."""
        if self.weights is None:
            return self.X.shape[0]
        return int(np.count_nonzero(self.weights))

    @property
    def counted(self) -> slice | NDArray[np.bool_]:
        """Which rows have a weight."""
        if self.weights is None or (self.weights > 0).all():
            return slice(None)
        return self.weights > 0

    @property
    def counts(self) -> Array | None:
        """How many samples each row stands for, class weights aside; None for one."""
        if self.weights is None:
            return None
        counts = self.weights.astype(np.float64) * self.weights_unit
        if self.class_weight is not None:
            factors = self.class_weight[self.y]
            counts = np.divide(counts, factors, out=counts, where=factors > 0)
        whole = np.rint(counts)
        is_whole = abs(counts - whole) <= np.minimum(_ROUNDING * counts, _FAR)
        return np.where(is_whole, whole, counts)

    @property
    def mean_class_weight(self) -> float:
        """Of all samples: the unit in which an alpha means the same as without."""
        if self.class_weight is None:
            return 1.0
        largest = self.class_weight.max()
        return float(largest * self._class_mean(self.class_weight / largest))

    @property
    def effective_samples(self) -> float:
        """Number of samples; with class weights Kish's (Survey Sampling, 1965).

        That is `(sum s_i c_i)**2 / sum s_i c_i**2`.
        """
        mean = self.mean_class_weight
        n_samples = self.weights_sum * (self.weights_unit / mean)
        if self.class_weight is None:
            return n_samples
        relative = self.class_weight / mean
        return n_samples / self._class_mean(relative**2)

    def _class_mean(self, values: Array) -> float:
        """Mean over the samples of what is so much for each class."""
        return float(np.average(values, weights=self.class_sums(self.counts)))

    def class_sums(self, values: Array | None) -> Array:
        """Sum of values of the rows, None for ones, of each class."""
        n_classes = self.layout.layer_units[-1]
        return class_sums(self.y, values, self.blocks, n_classes)

    @property
    def class_frequencies(self) -> Array:
        """Parts of the classes in the weights."""
        totals = self.class_sums(self.weights)
        return totals / totals.sum()

    @property
    def entropy(self) -> float:
        """Log-loss of the class frequencies."""
        return float(entr(self.class_frequencies).sum())

    @property
    def plateau(self) -> float:
        """Loss below which something of the features is learnt."""
        return _LEARNT * self.entropy

    def with_alpha(self, alpha: float) -> "Objective":
        """The same function with another penalty, `alpha` in the user's unit."""
        other = copy(self)
        other.alpha = alpha / self.weights_unit
        return other

    def subset(
        self, rows: NDArray[np.integer], factors: Array | None = None
    ) -> "Objective":
        """The same function estimated from some of the rows, which are copied.

        Their weights are multiplied by `factors`, if there are any.
        """
        weights = None if self.weights is None else self.weights[rows]
        if factors is not None:
            weights = multiplied(factors.astype(self.X.dtype), weights)
        return self.on(taken(self.X, rows), self.y[rows], weights)

    def where(self, chosen: NDArray[np.bool_]) -> "Objective":
        """The same function of some of the rows, none copied: others have no weight."""
        weights = multiplied(chosen.astype(self.X.dtype), self.weights)
        return self.on(self.X, self.y, weights)

    def repeated(self, rows: NDArray[np.integer], counts: Array) -> "Objective":
        """The same function of so many copies of some of the rows, standardised anew.

        What is held out of them must not have a part in that; and weights are copies to
        the bit, whatever their unit is in all rows.
        """
        y = self.y[rows]
        weights = counts if self.class_weight is None else counts * self.class_weight[y]
        unit = float(weights.max()) or 1.0
        weights = (weights / unit).astype(self.X.dtype)
        other = self.on(taken(self.X, rows), y, weights)
        other.weights_unit = unit
        features = self.standardization.relearnt(other.X, other.weights, other.blocks)
        return other.seen_by(features)

    def seen_by(self, features: Standardization) -> "Objective":
        """The same rows, as other inputs of the first layer."""
        if features is self.standardization:
            return self
        layout = ParameterLayout([features.n_inputs, *self.layout.layer_units[1:]])
        other = self.on(
            self.X, self.y, self.weights, layout=layout, standardization=features
        )
        other.alpha = self.alpha  # not rounded
        return other

    def predicted_by(self, features: Standardization) -> "Objective":
        """The same, of rows that the features are not learnt from."""
        return self.seen_by(features.of_rows.bounding)

    def stored(self) -> "Objective":
        """The same function in float32, of inputs that are made once.

        Of few values in the dtype of the rows. Itself, where inputs are better made
        anew in each pass; where it takes no less time, as of columns that are inputs
        themselves, if they are few, and without hidden layers; and where weights are
        too different for float32.
        """
        rows = self.counted
        is_small = self.n_samples * self.row_inputs < _FEW_VALUES
        is_as_it_is = is_small and self.standardization.encoding is None
        if is_as_it_is or not self.activations or self._has_small_weights(rows):
            return self
        dtype = self.X.dtype if is_small else np.dtype(np.float32)
        found = StoredInputs.made_by(self.standardization, self.X, rows, dtype=dtype)
        if found is None:
            return self
        features, inputs = found
        weights = None if self.weights is None else self.weights[rows].astype(dtype)
        other = self.on(inputs, self.y[rows], weights, standardization=features)
        other.alpha = self.alpha  # not rounded
        return other

    def _has_small_weights(self, rows: slice | NDArray[np.bool_]) -> bool:
        """Whether float32 does not see some of them beside the largest."""
        if self.weights is None:
            return False
        weights = self.weights[rows]
        return bool(weights.min() < np.finfo(np.float32).eps * weights.max())

    def translated(self, parameters: Array, other: "Objective") -> Array:
        """The parameters of the same network where rows are standardised otherwise."""
        if other.standardization is self.standardization:
            return parameters
        coefs, intercepts = self.layout.unpack(parameters.copy())
        origin = self.features.origin
        layer = self.features.to_user_units(coefs[0], intercepts[0], np.float64, origin)
        coefs[0], intercepts[0] = other.features.from_user_units(*layer, origin)
        return self.layout.pack(coefs, intercepts)

    def reduced(self) -> "Objective":
        """The same function in the space of its rows, where that is worth it.

        Else itself.
        """
        space = self._row_space
        return self if space is None else self._in_space(space, space.rows)

    def beside(self, training: "Objective") -> "Objective":
        """The same function of these rows, for parameters of a reduced one."""
        space = training.standardization
        if not isinstance(space, RowSpace) or space is self.standardization:
            return self
        return self._in_space(space, space.coordinates(self.X[self.counted]))

    def projected(self, parameters: Array) -> Array:
        """Parameters of the same network in the space of the rows, from all features.

        Of one that is the same on these rows, with smaller weights.
        """
        space = self.standardization
        if not isinstance(space, RowSpace):
            return parameters
        units = space.n_features, *self.layout.layer_units[1:]
        coefs, intercepts = ParameterLayout(units).unpack(parameters)
        return self.layout.pack([space.projected(coefs[0]), *coefs[1:]], intercepts)

    @cached_property
    def _row_space(self) -> RowSpace | None:
        n_units = self.layout.layer_units[1]
        return RowSpace.if_worth_it(self.X, self.weights, self.standardization, n_units)

    def _in_space(self, space: RowSpace, coordinates: Array) -> "Objective":
        rows = self.counted
        return self.on(
            coordinates.astype(self.X.dtype, order="C"),
            self.y[rows],
            None if self.weights is None else self.weights[rows],
            layout=ParameterLayout(
                [coordinates.shape[1], *self.layout.layer_units[1:]]
            ),
            standardization=space,
        )

    def on(
        self,
        X: Rows,
        y: NDArray[np.integer],
        weights: Array | None,
        *,
        layout: ParameterLayout | None = None,
        standardization: Standardization | None = None,
    ) -> "Objective":
        """The same function of other rows, with the same penalty for each weight."""
        other = Objective(
            X,
            y,
            weights,
            layout=layout or self.layout,
            activations=self.activations,
            alpha=self.alpha,
            standardization=standardization or self.standardization,
            map_blocks=self.map_blocks,
            weights_unit=self.weights_unit,
            class_weight=self.class_weight,
        )
        other.user_dtype = self.user_dtype
        other.alpha *= other.weights_sum / self.weights_sum
        return other

    def shuffled_classes(
        self, random_state: np.random.RandomState
    ) -> list[NDArray[np.integer]]:
        """Rows that have a weight, of each class those in random order."""
        # Of a hundred million rows these are most of what one process has to hold.
        n_rows = self.X.shape[0]
        rows = np.arange(n_rows, dtype=np.int32 if n_rows < 2**31 else np.int64)
        if self.weights is not None:
            rows = rows[self.weights > 0]
        random_state.shuffle(rows)
        n_classes = self.layout.layer_units[-1]
        y = self.y.astype(np.min_scalar_type(n_classes))[rows]
        order = np.argsort(y, kind="stable")
        later = np.arange(1, n_classes, dtype=y.dtype)
        return np.split(rows[order], np.searchsorted(y, later, sorter=order))

    def _sums(self, parameters: Array) -> tuple[float, Array]:
        """Of all blocks, in float64."""
        loss, gradient = self.sum_blocks(self._at(parameters, _Network.sums))
        coefs, intercepts = self.layout.unpack(gradient)
        self.standardization.pull_back(coefs[0], intercepts[0])
        return loss, gradient

    def network(self, parameters: Array) -> tuple[list[Array], list[Array]]:
        """Coefs and intercepts that take the rows of a block, in the dtype of X."""
        dtype = self.X.dtype
        coefs, intercepts = self.layout.unpack(parameters)
        coefs[0], intercepts[0] = self.standardization.fold(
            coefs[0], intercepts[0], dtype
        )
        coefs = [W.astype(dtype, copy=False) for W in coefs]
        return coefs, [b.astype(dtype, copy=False) for b in intercepts]

    def public_weights(
        self, parameters: Array, dtype: DTypeLike, origin: Array | None = None
    ) -> tuple[list[Array], list[Array]]:
        """`coefs_` and `intercepts_`: in the user's units, coefs (fan_in, fan_out).

        For rows from which `origin` is subtracted.
        """
        coefs, intercepts = self.layout.unpack(parameters)
        coefs[0], intercepts[0] = self.features.to_user_units(
            coefs[0], intercepts[0], dtype, origin
        )
        return [W.astype(dtype).T for W in coefs], [b.astype(dtype) for b in intercepts]

    def importances(self, parameters: Array) -> Array:
        """Parts of the columns in the squares of the first layer's weights.

        Of standardised inputs, without their penalties; equal parts of nothing.
        """
        coefs, _ = self.layout.unpack(parameters)
        squares = self.features.of_columns(coefs[0])
        total = squares.sum()
        if not total > 0:
            return np.full(squares.size, 1 / squares.size)
        return squares / total

    def sum_blocks(self, function: Callable[..., Sums], *vectors: Vector) -> Any:
        """Sum of `function(X, y, weights, *vectors)` over the blocks of rows."""
        return sum_blocks(
            function,
            self.blocks,
            self.X,
            self.y,
            self.weights,
            *vectors,
            map_blocks=self.map_blocks,
        )

    def _at(self, parameters: Array, function: Callable[..., Any]) -> Kernel:
        first = self.standardization.first
        network = _Network(
            *self.network(parameters), self.activations, self.layout, first
        )
        return Kernel(function, network)


class _Network(NamedTuple):
    """A network at one point: functions of a block, which go where its rows are."""

    coefs: list[Array]
    intercepts: list[Array]
    activations: Sequence[Activation]
    layout: ParameterLayout
    first: FirstInputs

    def sums(self, X: Matrix, y: NDArray[np.integer], weights: Array | None) -> Sums:
        """Loss and its gradient in the parameters."""
        rows = counted_inputs(self.first, X, y, weights)
        loss, *gradients = loss_gradient_sums(*rows, *self[:3])
        return [loss, self.layout.pack(*gradients)]

    def loss(self, X: Matrix, y: NDArray[np.integer], weights: Array | None) -> Sums:
        """Loss alone."""
        X, y, weights = counted_inputs(self.first, X, y, weights)
        return [cross_entropy_sum(forward(X, *self[:3]), y, weights)[0]]

    def row_losses(
        self, X: Matrix, y: NDArray[np.integer], weights: Array | None
    ) -> Array:
        """Loss of each row that has a weight."""
        X, y, _ = counted_inputs(self.first, X, y, weights)
        return cross_entropies(forward(X, *self[:3]), y)


def counted_inputs(
    first: FirstInputs,
    X: Matrix,
    y: NDArray[np.integer],
    weights: Array | None,
) -> tuple[Matrix, NDArray[np.integer], Array | None]:
    """Inputs, class codes and weights of a block, without rows that weigh nothing."""
    if weights is not None:
        places = nonzero(weights > 0)
        if places.shape < weights.shape:  # a row without weight may hold anything
            X, y, weights = (chosen_rows(each, places) for each in (X, y, weights))
        if namespace_of(weights).all(weights == 1):  # the same bits as without
            weights = None
    return first.of(X), y, weights


def class_sums(
    y: NDArray[np.integer], values: Array | None, blocks: list[slice], n_classes: int
) -> Array:
    """Sum of values of the rows, None for ones, of each class."""
    (sums,) = tree_sum(
        [np.bincount(y[rows], None if values is None else values[rows], n_classes)]
        for rows in blocks
    )
    return sums


def evenly_spaced(rows: NDArray[np.integer], n_rows: int) -> NDArray[np.integer]:
    """As many of `rows`, in order: sorted by class, of each class in proportion."""
    places = (np.arange(n_rows) + 0.5) * len(rows) / n_rows
    return np.sort(rows[places.astype(int)])
