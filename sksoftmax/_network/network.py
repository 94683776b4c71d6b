"""Forward pass and backpropagation of one block of rows.

Conventions
-----------
Features first: inside a block every array is `(units, n_rows)`, the logits
`(n_classes, n_rows)`, and `coefs[l]` is `(fan_out, fan_in)`, the transpose of
scikit-learn's public `coefs_[l]`. For layer l = 1..L with h_0 = X.T:

    a_l = W_l @ h_(l-1) + b_l,     h_l = activation_l(a_l),     logits = a_L

`X` is a block `(n_rows, n_features)`, dense or CSR. The results are SUMS over the rows,
in the dtype of `X`: adding blocks, dividing by the sum of weights and penalising
belong to the floors above.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sksoftmax._network.activations import Activation
from sksoftmax._network.loss import cross_entropy_sum
from sksoftmax._rows.matrix import Matrix
from sksoftmax._rows.namespace import namespace_of, total

Array = NDArray[np.floating]


def forward(
    X: Matrix,
    coefs: Sequence[Array],
    intercepts: Sequence[Array],
    activations: Sequence[Activation],
) -> Array:
    """Logits of a block of rows, shape (n_classes, n_rows)."""
    h = X.T
    for W, b, activation in zip(coefs, intercepts, activations, strict=False):
        h = activation.value(_affine(W, h, b))
    return _affine(coefs[-1], h, intercepts[-1])


def forward_layers(
    X: Matrix,
    coefs: Sequence[Array],
    intercepts: Sequence[Array],
    activations: Sequence[Activation],
) -> tuple[list[Array], list[Array], Array]:
    """Pre-activations of the hidden layers, h_0 to h_(L-1), and the logits."""
    pre_activations, outputs = [], [X.T]
    for W, b, activation in zip(coefs, intercepts, activations, strict=False):
        pre_activations.append(_affine(W, outputs[-1], b))
        outputs.append(activation.value(pre_activations[-1]))
    return pre_activations, outputs, _affine(coefs[-1], outputs[-1], intercepts[-1])


def backpropagated(
    deltas: Array,
    pre_activations: Sequence[Array],
    outputs: Sequence[Array],
    coefs: Sequence[Array],
    activations: Sequence[Activation],
) -> Iterator[Array]:
    """Derivatives with respect to the logits, given, and then to a_(L-1) to a_1.

    Of one function of each row, (units, n_rows), or of several, side by side: (units,
    n_functions * n_rows).
    """
    yield deltas
    layers = zip(coefs[1:], activations, pre_activations, outputs[1:], strict=True)
    for W, activation, a, h in reversed([*layers]):
        deltas = W.T @ deltas
        derivative = activation.derivative(a, h)
        if deltas.shape == h.shape:
            deltas *= derivative
        else:
            xp, shape = namespace_of(h), deltas.shape
            deltas = xp.reshape(deltas, (h.shape[0], -1, h.shape[1]))
            deltas *= derivative[:, None, :]
            deltas = xp.reshape(deltas, shape)
        yield deltas


def loss_gradient_sums(
    X: Matrix,
    y: NDArray[np.integer],
    sample_weight: Array | None,
    coefs: Sequence[Array],
    intercepts: Sequence[Array],
    activations: Sequence[Activation],
) -> tuple[float, list[Array], list[Array]]:
    """Cross-entropy summed over a block of rows, and its derivatives.

    Parameters
    ----------
    X : {ndarray, CSR} of shape (n_rows, n_features)
    y : ndarray of shape (n_rows,)
        Class codes.
    sample_weight : ndarray of shape (n_rows,) or None
    coefs, intercepts : sequences of ndarray
        One of each per layer, in the dtype of `X`.
    activations : sequence of Activation
        One per hidden layer.

    Returns
    -------
    loss : float
        Sum of the weighted cross-entropies.
    coef_gradients, intercept_gradients : lists of ndarray
        Derivatives of `loss`, in the shapes of `coefs` and `intercepts`.
    """
    pre_activations, outputs, logits = forward_layers(X, coefs, intercepts, activations)
    loss, deltas = cross_entropy_sum(logits, y, sample_weight)
    layers = backpropagated(deltas, pre_activations, outputs, coefs, activations)
    coef_gradients: list[Array] = []
    intercept_gradients: list[Array] = []
    for deltas, h in zip(layers, reversed(outputs), strict=True):
        coef_gradients.append(deltas @ h.T)
        intercept_gradients.append(total(deltas, axis=1))
    return loss, coef_gradients[::-1], intercept_gradients[::-1]


def _affine(W: Array, h: Array, b: Array) -> Array:
    a = W @ h
    a += b[:, None]
    return a
