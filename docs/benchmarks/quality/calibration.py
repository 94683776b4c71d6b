"""How far confidence and accuracy agree: reliability diagrams, and their summary."""

import numpy as np

N_BINS = 15


def reliability(p, y):
    """Count, sum of confidences and number of correct predictions of each bin.

    The confidence is the largest probability of a row; bins are of equal width (Guo et
    al. 2017, section 2). Shape (3, 15).
    """
    confidence, correct = p.max(axis=1), p.argmax(axis=1) == y
    bins = np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)
    return np.array(
        [np.bincount(bins, weights, N_BINS) for weights in (None, confidence, correct)]
    )


def expected_calibration_error(table):
    """Mean over rows of |accuracy - confidence| of their bin (Guo et al., eq. (5))."""
    count, confidence, correct = np.asarray(table)
    return float(np.abs(correct - confidence).sum() / count.sum())
