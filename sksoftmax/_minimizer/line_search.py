"""Line search for a step that satisfies the strong Wolfe conditions.

    f(x + t p) <= f(x) + 1e-4 t f'(x) p,     |f'(x + t p) p| <= 0.9 |f'(x) p|

Nocedal & Wright 2006, algorithms 3.5 and 3.6 in one loop. Not
`scipy.optimize.line_search`, which asks for value and gradient one at a time and knows
nothing of values that are not finite.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

_SUFFICIENT_DECREASE, _CURVATURE = 1e-4, 0.9
# As many as L-BFGS-B's default. Too long a step is cut to a tenth, so that twenty of
# them reach any step that float64 tells from 0.
_MAX_TRIALS = 20
# An interval this short, relative to its worse end, is not searched any further: at a
# kink, as of relu networks, there is no step that satisfies the second condition.
_SHORT = 0.1


class Trial(NamedTuple):
    """A point on the line, with the loss and its derivative along the line there."""

    step: float
    x: Array
    loss: float
    gradient: Array
    slope: float


def strong_wolfe(
    trial_at: Callable[[float], Trial], start: Trial, step: float
) -> Trial | None:
    """Search from `start`, first at `step`.

    Parameters
    ----------
    trial_at : callable
        Point at a step. A loss that is not finite is +inf: the step was too long.
    start : Trial
        Step 0, where the slope is negative.
    step : float
        First step to try.

    Returns
    -------
    trial : Trial or None
        A step that satisfies both conditions; one that satisfies the first, where no
        other was found; or None, if there is none of these either.
    """
    low, high = start, None
    for _ in range(_MAX_TRIALS):
        trial = trial_at(step)
        enough = start.loss + _SUFFICIENT_DECREASE * step * start.slope
        if trial.loss > enough or trial.loss >= low.loss:
            high = trial
        elif abs(trial.slope) <= -_CURVATURE * start.slope:
            return trial
        else:
            beyond = np.inf if high is None else high.step
            if trial.slope * (beyond - low.step) >= 0:
                high = low
            low = trial
        if high is None:
            step = 4 * low.step
            continue
        step = _between(low, high)
        if low.step > 0 and abs(high.step - low.step) <= _SHORT * high.step:
            break
    return low if low.step > 0 else None


def _between(low: Trial, high: Trial) -> float:
    """Minimum of the cubic through both ends, kept away from them (N&W eq. (3.59))."""
    width = high.step - low.step
    if not np.isfinite(high.loss):
        return low.step + 0.1 * width
    secant = low.slope + high.slope - 3 * (high.loss - low.loss) / width
    # The slope at `low` points to `high`, whose loss is no less: there is a minimum.
    root = math.sqrt(max(secant * secant - low.slope * high.slope, 0))
    root = math.copysign(root, width)
    fraction = 1 - (high.slope + root - secant) / (high.slope - low.slope + 2 * root)
    return low.step + width * min(0.9, max(0.1, fraction))  # 0.1 for NaN
