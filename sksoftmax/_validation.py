"""Checks of user input that more than one public function makes."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import _check_sample_weight

Array = NDArray[np.floating]


def check_weights(
    sample_weight: ArrayLike | None, X: Array
) -> tuple[Array | None, float]:
    """Validate sample weights against the rows of `X`.

    Returns
    -------
    sample_weight : ndarray of shape (n_samples,) or None
        In the dtype of `X`; None stays None, so that equal weights cost nothing.
    weight_sum : float
        Sum of the weights in float64; the number of rows for None.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, the number of weights is not that of the
        rows, or the sum is zero or overflows.
    """
    if sample_weight is None:
        return None, float(X.shape[0])
    sample_weight = _check_sample_weight(
        sample_weight, X, dtype=X.dtype, ensure_non_negative=True
    )
    weight_sum = float(sample_weight.sum(dtype=np.float64))
    if not 0 < weight_sum < np.inf:
        raise ValueError(
            f"The sum of sample_weight must be positive and finite, got {weight_sum}. "
            "Give at least one sample a positive weight."
        )
    return sample_weight, weight_sum
