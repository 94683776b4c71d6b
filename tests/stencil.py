"""Derivatives by differences, to compare analytic ones with."""

import numpy as np


def five_point_gradient(function, x, step=1e-4):
    """Gradient of a scalar `function`, exact to about step**4 and 1e-16 / step.

    Abramowitz & Stegun 1964, 25.3.6.
    """
    gradient = np.empty(x.size)
    for i in range(x.size):
        values = []
        for k in (-2, -1, 1, 2):
            moved = x.astype(np.float64)
            moved[i] += k * step
            values.append(function(moved))
        gradient[i] = np.dot(values, [1, -8, 8, -1]) / (12 * step)
    return gradient
