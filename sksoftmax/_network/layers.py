"""The hidden layers that a user asks for: checks of their units and activations."""

from collections.abc import Sequence
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike

from sksoftmax._network.activations import ACTIVATIONS


def check_hidden_units(hidden_layer_sizes: ArrayLike) -> list[int]:
    """Units of each hidden layer."""
    sizes = np.asarray(hidden_layer_sizes, dtype=object)
    if sizes.ndim > 1 or not all(
        not isinstance(size, bool)
        and isinstance(size, Integral)
        and 1 <= int(size) < 2**31
        for size in sizes.flat
    ):
        raise ValueError(
            "hidden_layer_sizes must be an integer from 1 to 2**31 - 1, or a sequence "
            f"of them with one for each hidden layer; got {hidden_layer_sizes!r}."
        )
    return [int(size) for size in sizes.flat]


def check_activations(
    activation: str | Sequence[str], n_hidden_layers: int
) -> list[str]:
    """Name of each hidden layer's activation."""
    if isinstance(activation, str):
        return [activation] * n_hidden_layers
    names = np.ravel(np.asarray(activation, dtype=object)).tolist()
    if len(names) != n_hidden_layers:
        raise ValueError(
            f"activation must be one name, or one for each of the {n_hidden_layers} "
            f"hidden layers; got {len(names)}: {activation!r}."
        )
    for name in names:
        if not (isinstance(name, str) and name in ACTIVATIONS):
            raise ValueError(
                f"activation must hold names among {sorted(ACTIVATIONS)}; got {name!r}."
            )
    return names
