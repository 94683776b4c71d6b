"""Vectors of an entry for each row, beside rows that are elsewhere."""

from collections.abc import Callable
from typing import Generic, TypeVar

from numpy.typing import NDArray

Placed = TypeVar("Placed")

# Labels and weights of an objective, and those of validation data.
_MAX_VECTORS = 4


class PlacedVectors(Generic[Placed]):
    """What the last few of them have become there, for each to go there once.

    A vector is known by its identity: it is kept here, too, and must not change.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[NDArray, Placed]] = {}

    def placed(self, vector: NDArray, place: Callable[[NDArray], Placed]) -> Placed:
        """What `place(vector)` has given, now or before."""
        if id(vector) not in self._known:
            while len(self._known) >= _MAX_VECTORS:
                self._known.pop(next(iter(self._known)))
            self._known[id(vector)] = vector, place(vector)
        return self._known[id(vector)][1]
