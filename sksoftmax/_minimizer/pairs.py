"""The curvature that L-BFGS remembers: its last steps and changes of the gradient.

The two-loop recursion (Nocedal & Wright 2006, algorithm 7.4) as four products with the
matrices S and Y of the pairs. With U the upper triangle of S Y' in the order of age,
and D its diagonal, the first loop is `U a = S q`, and the second, after the metric has
turned `q - Y' a` into r, `U' c = D a - Y r`, with `r + S' c` the result. (Byrd, Nocedal
& Schnabel 1994 have the matrices for a multiple of the identity.)
"""

from collections.abc import Callable
from typing import Self

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.linalg.lapack import dtrtrs

Array = NDArray[np.floating]

MEMORY = 10
# Of the rows that an operator takes at a time: ten of 800 values in 0.33 of the time of
# one by one, of 7,500 in 0.83, but of 21,000, out of the cache, in 2.3 of it.
_VALUES_AT_ONCE = 2**16


class CurvaturePairs:
    """Up to `MEMORY` pairs (s, y) of vectors of length n, the oldest of which go first.

    Parameters
    ----------
    n : int
    dtype : dtype, default=float64
        Of the vectors in memory. The estimate stays positive definite in any, as its
        products with a vector and with the transpose round alike.
    """

    def __init__(self, n: int, dtype: DTypeLike = np.float64) -> None:
        self._S, self._Y = np.zeros((2, MEMORY, n), dtype)
        self._SY = np.zeros((MEMORY, MEMORY))
        self._slots: list[int] = []

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def dtype(self) -> np.dtype:
        """Of the vectors."""
        return self._S.dtype

    def copy(self, dtype: DTypeLike) -> Self:
        """Pairs that do not change when these do, as vectors of a dtype."""
        other = type(self)(0)
        other._S, other._Y = self._S.astype(dtype), self._Y.astype(dtype)
        other._SY, other._slots = self._SY.copy(), self._slots.copy()
        return other

    def clear(self) -> None:
        """Forget all."""
        self._slots = []

    def add(self, s: Array, y: Array) -> bool:
        """Remember a pair, if the curvature along it is positive beyond rounding."""
        sy = s @ y
        if not sy > np.finfo(np.float64).eps * (y @ y):
            return False
        is_full = len(self._slots) == MEMORY
        slot = self._slots.pop(0) if is_full else len(self._slots)
        self._slots.append(slot)
        self._S[slot], self._Y[slot] = s, y
        # S of later pairs is below the diagonal of U.
        self._SY[:, slot] = self._S @ self._Y[slot]
        self._SY[slot, slot] = sy
        return True

    def scale(self, operator: Callable[[Array], Array]) -> float:
        """`s'y / y'Hy` of the newest pair: the size that H should have (eq. (7.20))."""
        newest = self._slots[-1]
        y = self._Y[newest].astype(np.float64)
        return self._SY[newest, newest] / (y @ operator(y))

    def spread(self, operator: Callable[[Array], Array]) -> float:
        """How far H is from `H y = c s` for the pairs: deviation of log(y'Hy / s'y)."""
        Y = self._Y[: len(self)]
        step = max(_VALUES_AT_ONCE // Y.shape[1], 1)
        parts = (
            Y[first : first + step].astype(np.float64)
            for first in range(0, len(Y), step)
        )
        products = [np.einsum("ij,ij->i", part, operator(part)) for part in parts]
        sy = self._SY.diagonal()[: len(Y)]
        return float(np.log(np.concatenate(products) / sy).std())

    def apply(self, operator: Callable[[Array], Array], vector: Array) -> Array:
        """The inverse Hessian, of which `operator` is the first estimate."""
        if not self._slots:
            return operator(vector)
        slots = np.array(self._slots)
        U = self._SY[slots][:, slots]  # in half of the time of np.ix_
        S, Y = self._S[: len(slots)], self._Y[: len(slots)]
        places = slots.argsort()
        a, _ = dtrtrs(U, _product(S, vector)[slots])
        r = operator(vector - _product(a[places], Y))
        c, _ = dtrtrs(U, U.diagonal() * a - _product(Y, r)[slots], trans=1)
        r += _product(c[places], S)
        return r


def _product(a: Array, b: Array) -> Array:
    """In the smaller of the two dtypes."""
    dtype = min(a.dtype, b.dtype)
    return a.astype(dtype, copy=False) @ b.astype(dtype, copy=False)
