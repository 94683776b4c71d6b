"""Curvature of the network: one Kronecker product for each layer.

The Gauss-Newton matrix of the mean cross-entropy, seen by the weights [W_l b_l] of one
layer alone, is close to

    A_l (x) G_l,    A_l = mean of [h; 1] [h; 1]',  h = h_(l-1),
                    G_l = mean of J' (diag(p) - p p') J,  J = d logits / d a_l

(Martens & Grosse 2015, section 3). The mean over labels drawn from the model's own p is
taken exactly, over all classes: `diag(p) - p p' = R R'` with the K columns
`R_k = sqrt(p_k) (e_k - p)`, each of which is propagated back. Of many classes there is
a sample instead, in which `e_k - p` is as often as `p_k` says: which labels a row draws
depends on what it holds, so that a copy draws the same, as a weight of two does.

Sums over rows, in the conventions of `network.py`; the floors above normalise.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotri
from scipy.special import softmax

from sksoftmax._network.activations import Activation
from sksoftmax._network.network import backpropagated, forward_layers
from sksoftmax._network.parameters import ParameterLayout
from sksoftmax._rows.matrix import Matrix
from sksoftmax._rows.namespace import (
    as_numpy,
    device_of,
    moved_to,
    namespace_of,
    one_hot,
    total,
)

Array = NDArray[np.floating]


class KroneckerFactors(NamedTuple):
    """The factors of each layer.

    Attributes
    ----------
    inputs : list of ndarray of shape (fan_in + 1, fan_in + 1) or (fan_in + 1,)
        A_l, or its diagonal; the last row and column belong to the intercept.
    deltas : list of ndarray of shape (fan_out, fan_out) or (fan_out,)
        G_l, or its diagonal.
    """

    inputs: list[Array]
    deltas: list[Array]


def curvature_sums(
    X: Matrix,
    sample_weight: Array | None,
    coefs: Sequence[Array],
    intercepts: Sequence[Array],
    activations: Sequence[Activation],
    max_dense: int,
    draws: Array | None = None,
) -> KroneckerFactors:
    """Factors summed over a block of rows; A of all layers but the first.

    That one does not depend on the weights: see `second_moment`. Of factors wider than
    `max_dense` only the diagonal is made. `draws`, numbers in [0, 1) of shape
    (n_labels, n_rows), draw labels instead of all classes.
    """
    pre_activations, outputs, logits = forward_layers(X, coefs, intercepts, activations)
    p = softmax(logits, axis=0)
    deltas = _all_labels(p) if draws is None else _drawn_labels(p, draws)
    if sample_weight is not None:
        deltas *= sample_weight**0.5
    deltas = namespace_of(p).reshape(deltas, (p.shape[0], -1))
    layers = backpropagated(deltas, pre_activations, outputs, coefs, activations)
    delta_sums = [_gram(deltas, max_dense) for deltas in layers]
    inputs = [second_moment(h, sample_weight, max_dense) for h in outputs[1:]]
    return KroneckerFactors(inputs, delta_sums[::-1])


def _all_labels(p: Array) -> Array:
    """Columns R of each row, (n_classes, n_classes, n_rows)."""
    xp = namespace_of(p)
    roots = xp.sqrt(p)
    deltas = -p[:, None, :] * roots
    if xp is np:
        classes = np.arange(len(p))
        deltas[classes, classes] += roots
        return deltas
    identity = xp.eye(p.shape[0], dtype=p.dtype, device=device_of(p))
    return deltas + identity[:, :, None] * roots


def _drawn_labels(p: Array, draws: Array) -> Array:
    """Columns `e_k - p` of labels drawn from p, (n_classes, n_labels, n_rows)."""
    n_classes, n_labels = p.shape[0], draws.shape[0]
    # By NumPy wherever p is: not all cumulative sums on a GPU are the same twice.
    labels = _labels(as_numpy(p), as_numpy(draws))
    labels = moved_to(labels, p)
    deltas = one_hot(labels, n_classes, p) - p[:, None, :]
    deltas /= n_labels**0.5
    return deltas


def _labels(p: Array, draws: Array) -> NDArray[np.integer]:
    """Which label each draw is, (n_labels, n_rows)."""
    rows = np.arange(p.shape[1])
    # Of all rows at once, one after the other.
    ends = np.cumsum(p.T, axis=1, dtype=np.float64) + rows[:, np.newaxis]
    places = np.searchsorted(ends.ravel(), draws + rows, side="right")
    return np.clip(places - len(p) * rows, 0, len(p) - 1)  # p may be NaN


def second_moment(h: Array, sample_weight: Array | None, max_dense: int) -> Array:
    """Sum over rows of [h; 1] [h; 1]', or its diagonal, of `h` (units, n_rows)."""
    xp = namespace_of(h)
    h = xp.concat([h, xp.ones_like(h[:1, :])])
    if sample_weight is not None:
        h *= sample_weight**0.5
    return _gram(h, max_dense)


def _gram(vectors: Array, max_dense: int) -> Array:
    """Sum of outer products of the columns of (units, n), or the sums of squares."""
    if vectors.shape[0] > max_dense:
        if namespace_of(vectors) is np:
            return np.einsum("ij,ij->i", vectors, vectors)
        return total(vectors * vectors, axis=1)
    return vectors @ vectors.T


class KroneckerInverse:
    """Approximate inverse Hessian, as an operator on flat float64 vectors, or rows.

    Each layer's block is `(A + pi d I)^-1 (x) (G + d / pi I)^-1`: their product is
    damped by about d^2, and pi^2, the ratio of the mean eigenvalues of A and G, shares
    the damping out (Martens & Grosse 2015, section 6.3). pi is rounded to a power of
    two, so that an inverse of the first layer's A, which stays, is used again.

    Parameters
    ----------
    factors : KroneckerFactors
    layout : ParameterLayout
    damping : float
        d^2 above.
    dtype : dtype
        Of the products. In float32 the rounding errors of two fits that should be equal
        would be as large as that.
    first_inverse : callable
        `first_inverse(damping)` is `damped_inverse` of the first layer's A.
    """

    def __init__(
        self,
        factors: KroneckerFactors,
        layout: ParameterLayout,
        *,
        damping: float,
        dtype: np.dtype,
        first_inverse: Callable[[float], Array],
    ) -> None:
        self._layout = layout
        self._dtype = dtype
        self._inverses: list[tuple[Array, Array]] = []
        root = math.sqrt(damping)
        for A, G in zip(*factors, strict=True):
            pi = _share(A, G)
            inverse = (
                damped_inverse(A, pi * root, dtype)
                if self._inverses
                else first_inverse(pi * root)
            )
            self._inverses.append((inverse, damped_inverse(G, root / pi, dtype)))

    def __call__(self, vectors: Array) -> Array:
        """`G^-1 [W b] A^-1` of each layer."""
        result = np.empty_like(vectors)
        for W, b, new_W, new_b, (A, G) in zip(
            *self._layout.unpack(vectors),
            *self._layout.unpack(result),
            self._inverses,
            strict=True,
        ):
            V = np.empty((*W.shape[:-1], W.shape[-1] + 1), self._dtype)
            V[..., :-1], V[..., -1] = W, b
            V = V @ A if A.ndim == 2 else V * A
            V = G @ V if G.ndim == 2 else G[:, np.newaxis] * V
            new_W[...], new_b[...] = V[..., :-1], V[..., -1]
        return result


def _share(A: Array, G: Array) -> float:
    """Pi: square root of the ratio of mean eigenvalues, a power of two."""
    mean_A, mean_G = (
        (factor.trace() if factor.ndim == 2 else factor.sum()) / len(factor)
        for factor in (A, G)
    )
    with np.errstate(all="ignore"):
        exponent = np.log2(mean_A / mean_G) / 2
    return 2.0 ** round(exponent) if math.isfinite(exponent) else 1.0


def damped_inverse(factor: Array, damping: float, dtype: np.dtype) -> Array:
    """`(factor + damping I)^-1`, or its diagonal; NaN where there is none."""
    if factor.ndim == 1:
        return (1 / (factor + damping)).astype(dtype)
    damped = factor.copy()
    np.einsum("ii->i", damped)[:] += damping
    # By Cholesky factors, in half of the time of `np.linalg.inv`.
    triangle, info = dpotrf(damped.T, lower=1, overwrite_a=1)
    if info or not math.isfinite(factor.trace()):
        # For the minimiser to see, and to go on without.
        return np.full(factor.shape, np.nan, dtype)
    triangle, _ = dpotri(triangle, lower=1, overwrite_c=1)  # above it there are zeros
    np.einsum("ii->i", triangle)[:] /= 2
    triangle = triangle.astype(dtype)
    return triangle + triangle.T
