"""The softmax output layer: cross-entropy of logits, its gradient, and the Jacobian.

With logits z of one sample, true class t and p = softmax(z):

    CE      = logsumexp(z) - z[t]
    dCE/dz  = p - onehot(t),      p = exp(z - logsumexp(z))

so that one `logsumexp` serves loss and gradient, and no probability is ever clipped.
The kernel works on `(n_classes, n_rows)`: sums over classes then run along the fast
axis.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp
from sklearn import config_context
from sklearn.utils.validation import check_array, column_or_1d

from sksoftmax._rows.namespace import (
    at_codes,
    largest,
    less_one_at,
    overwritten,
    wide,
    wide_total,
)
from sksoftmax._sklearn.labels import as_labels
from sksoftmax._sklearn.weights import check_weights

Array = NDArray[np.floating]


def cross_entropy_sum(
    logits: Array, y: NDArray[np.integer], sample_weight: Array | None
) -> tuple[float, Array]:
    """Weighted sum of the cross-entropies of a block of rows, and its gradient.

    Parameters
    ----------
    logits : ndarray of shape (n_classes, n_rows)
        Overwritten.
    y : ndarray of shape (n_rows,)
        Class codes, 0 to n_classes - 1.
    sample_weight : ndarray of shape (n_rows,) or None
        None stands for ones.

    Returns
    -------
    loss : float
        Added up in float64.
    deltas : ndarray of shape (n_classes, n_rows)
        Gradient of `loss` with respect to `logits`, in their dtype.
    """
    # Subtracting the largest logit of a row first keeps the loss exact where all logits
    # are huge (softmax does not change); logsumexp alone would round at their size.
    logits -= largest(logits, axis=0)
    log_normalizer = logsumexp(logits, axis=0)
    losses = log_normalizer - at_codes(logits, y)
    logits -= log_normalizer
    deltas = less_one_at(overwritten("exp", logits), y)
    if sample_weight is not None:
        deltas *= sample_weight
    return wide_total(losses, sample_weight), deltas


def cross_entropies(logits: Array, y: NDArray[np.integer]) -> Array:
    """Cross-entropy of each row of a block.

    Parameters
    ----------
    logits : ndarray of shape (n_classes, n_rows)
        Outputs of the last layer.
    y : ndarray of shape (n_rows,)
        Class codes.

    Returns
    -------
    losses : ndarray of shape (n_rows,)
        In float64.
    """
    logits = wide(logits)
    logits = logits - largest(logits, axis=0)
    return logsumexp(logits, axis=0) - at_codes(logits, y)


def cross_entropy(
    logits: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
) -> tuple[float, Array]:
    """Cross-entropy of softmax probabilities, from the logits, and its gradient.

    The loss is the weighted mean over samples of `logsumexp(logits_i) - logits_i[y_i]`,
    which is `-log(softmax(logits_i)[y_i])` without rounding a probability to 0 or 1.

    Parameters
    ----------
    logits : array-like of shape (n_samples, n_classes)
        Outputs of the last layer before softmax. float32 is kept, everything else is
        computed in float64.
    y : array-like of shape (n_samples,)
        True class of each sample, an integer from 0 to `n_classes - 1`.
    sample_weight : array-like of shape (n_samples,), default=None
        Non-negative weights; None weighs all samples equally.

    Returns
    -------
    loss : float
        Mean cross-entropy in nats, at least 0.
    gradient : ndarray of shape (n_samples, n_classes)
        `d loss / d logits = w_i / sum(w) * (softmax(logits)_i - onehot(y_i))`, in the
        dtype of `logits`.

    Raises
    ------
    ValueError
        If `logits` or the weights are not finite or of the wrong shape, a class is out
        of range, the weights are negative or sum to zero, or the loss overflows.

    References
    ----------
    C. M. Bishop, Pattern Recognition and Machine Learning, Springer 2006, eq. (4.108)
    for the loss and (4.109), before its factor phi, for the gradient.

    Examples
    --------
    >>> from sksoftmax import cross_entropy
    >>> loss, gradient = cross_entropy([[1.6, 3.1, 0.5]], [1])
    >>> round(loss, 6)
    0.260365
    >>> gradient.round(3).tolist()
    [[0.172, -0.229, 0.057]]
    """
    with config_context(assume_finite=False):
        dtypes = [np.float64, np.float32]
        logits = check_array(logits, dtype=dtypes, input_name="logits")
    n_samples, n_classes = logits.shape
    y = column_or_1d(as_labels(y), dtype=None, warn=True)
    if y.dtype.kind not in "iub":
        raise ValueError(
            f"y must hold class codes, integers from 0 to {n_classes - 1}, got dtype "
            f"{y.dtype}. Encode labels with sklearn.preprocessing.LabelEncoder."
        )
    y = y.astype(np.intp)
    if y.size != n_samples:
        raise ValueError(
            f"y must have one class for each of the {n_samples} rows of logits, got "
            f"{y.size}."
        )
    if y.min() < 0 or y.max() >= n_classes:
        raise ValueError(
            f"y must hold integers from 0 to {n_classes - 1} (the columns of logits), "
            f"got values from {y.min()} to {y.max()}."
        )
    weights, _ = check_weights(sample_weight, logits)
    weights_sum = n_samples if weights is None else weights.sum(dtype=np.float64)
    with np.errstate(all="ignore"):
        loss, deltas = cross_entropy_sum(logits.T.copy(), y, weights)
        deltas /= weights_sum
        mean = loss / weights_sum
    if not np.isfinite(loss):
        raise ValueError(
            f"The loss overflows {logits.dtype}: logits range from "
            f"{logits.min():.3g} to {logits.max():.3g}."
        )
    return mean, deltas.T


@np.errstate(all="ignore")
def softmax_jacobian(p: ArrayLike) -> Array:
    """Jacobian of softmax: how each probability changes with each logit.

    Parameters
    ----------
    p : array-like of shape (..., n_classes)
        Softmax probabilities, of one sample or of many.

    Returns
    -------
    jacobian : ndarray of shape (..., n_classes, n_classes)
        `J[..., i, j] = dp_i/dz_j = p_i * (delta_ij - p_j)`. Symmetric, rows sum to
        zero.

    Raises
    ------
    ValueError
        If the probabilities of a sample are negative or do not sum to one.

    References
    ----------
    C. M. Bishop, Pattern Recognition and Machine Learning, Springer 2006, eq. (4.106).

    Examples
    --------
    >>> from sksoftmax import softmax_jacobian
    >>> softmax_jacobian([0.25, 0.75])
    array([[ 0.1875, -0.1875],
           [-0.1875,  0.1875]])
    """
    p = np.asarray(p)
    p = p if p.dtype.kind == "f" else p.astype(np.float64)
    if p.ndim == 0:
        raise ValueError(f"p must be an array of shape (..., n_classes); got {p!r}.")
    error = np.abs(p.sum(axis=-1) - 1).max(initial=0)
    if not (error < 1e-3 and p.min(initial=0) >= 0):
        raise ValueError(
            "p must hold probabilities that sum to 1 along its last axis; got sums "
            f"that differ by {error:.3g} and a smallest value of {p.min():.3g}. For "
            "logits z pass scipy.special.softmax(z, axis=-1)."
        )
    delta = np.eye(p.shape[-1], dtype=p.dtype)
    return p[..., :, np.newaxis] * (delta - p[..., np.newaxis, :])
