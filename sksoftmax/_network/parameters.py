"""Where each coefficient and intercept lives in the one vector that is optimised."""

import math
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from sksoftmax._rows.namespace import packed

Array = NDArray[np.floating]


class ParameterLayout:
    """Shapes of a network's parameters and their place in one flat vector.

    The vector holds all coefficients first, layer by layer, then all intercepts, so
    that what is penalised is one slice of it, `flat[: n_coefs]`.

    Parameters
    ----------
    layer_units : sequence of int
        Units of each layer: features, hidden layers, classes.

    Attributes
    ----------
    coef_shapes : list of tuple
        `(fan_out, fan_in)` of each layer: features first, the transpose of
        scikit-learn's public `coefs_`.
    n_coefs : int
        Number of coefficients of all layers.
    n_parameters : int
        Number of coefficients and intercepts.
    """

    def __init__(self, layer_units: Sequence[int]) -> None:
        self.layer_units = tuple(int(units) for units in layer_units)
        self.coef_shapes = [
            (fan_out, fan_in)
            for fan_in, fan_out in zip(
                self.layer_units[:-1], self.layer_units[1:], strict=True
            )
        ]
        shapes = [*self.coef_shapes, *((units,) for units in self.layer_units[1:])]
        ends = [*accumulate(map(math.prod, shapes))]  # of any size
        self.n_coefs = ends[len(self.coef_shapes) - 1]
        self.n_parameters = ends[-1]
        self._parts = [
            (slice(start, end), shape)
            for start, end, shape in zip([0, *ends], ends, shapes, strict=False)
        ]

    def unpack(self, flat: NDArray) -> tuple[list[NDArray], list[NDArray]]:
        """Views of `flat` as coefs `(fan_out, fan_in)` and intercepts `(fan_out,)`.

        Of several vectors, the last axis of `flat`, with the other axes in front.
        """
        vectors = flat.shape[:-1]
        parts = [
            flat[..., place].reshape(vectors + shape) for place, shape in self._parts
        ]
        n_layers = len(self.coef_shapes)
        return parts[:n_layers], parts[n_layers:]

    def pack(self, coefs: Sequence[Array], intercepts: Sequence[Array]) -> Array:
        """Copy coefs and intercepts into a new flat float64 vector."""
        return packed([*coefs, *intercepts])

    def draw(self, random_state: np.random.RandomState) -> Array:
        """Draw the starting point of a fit.

        Hidden coefficients are uniform in +-sqrt(6 / (fan_in + fan_out)) (Glorot &
        Bengio 2010, eq. (16)). Intercepts and the output layer are zero: the first loss
        is log(n_classes) and the path does not depend on the order of the classes.

        Raises
        ------
        MemoryError
            If there is no room for so many parameters.
        """
        try:
            flat = np.zeros(self.n_parameters)
        except (MemoryError, ValueError) as error:  # of sizes beyond 2**63
            raise MemoryError(
                f"layers of {self.layer_units} units have {self.n_parameters} "
                f"parameters, {8 * self.n_parameters / 2**30:.3g} GiB, more than there "
                "is memory for. Make hidden_layer_sizes smaller, or X have fewer "
                "columns."
            ) from error
        coefs, _ = self.unpack(flat)
        for coef in coefs[:-1]:
            bound = np.sqrt(6 / sum(coef.shape))
            coef[:] = random_state.uniform(-bound, bound, coef.shape)
        return flat
