"""A numerical check of the analytic gradient, for users to run on their own data."""

import copy
from numbers import Integral, Real

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval

from sksoftmax._classifier import SoftmaxMLPClassifier
from sksoftmax._classifier_cv import SoftmaxMLPClassifierCV
from sksoftmax._sklearn.validation import FiniteInterval, MatrixLike

_NUMBER = Interval(Integral, 1, None, closed="left")
_LENGTH = FiniteInterval(Real, 0, None, closed="neither")


@np.errstate(all="ignore")  # what comes of it is checked
def check_gradient(
    estimator: SoftmaxMLPClassifier,
    X: MatrixLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    n_entries: int | None = 20,
    step: float = 1e-5,
    random_state: int | np.random.RandomState | None = 0,
) -> float:
    """Compare an estimator's analytic gradient with central differences of its loss.

    The estimator's own objective on `X` and `y` is differentiated in float64, at a
    random point near the start of a fit. The estimator need not be fitted, and is not
    changed.

    Parameters
    ----------
    estimator : SoftmaxMLPClassifier
        Its parameters state the objective.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Data, computed in float64.
    y : array-like of shape (n_samples,)
        Class labels.
    sample_weight : array-like of shape (n_samples,), default=None
        Non-negative weights.
    n_entries : int or None, default=20
        How many random entries of the coefficients, and of the intercepts, of each
        layer are checked; each costs two evaluations of the loss. None checks all.
    step : float, default=1e-5
        Half the distance of the two evaluations. The differences are exact to about
        `step**2` and to rounding errors of `1e-16 / step`.
    random_state : int, RandomState instance or None, default=0
        Draws the point and the entries.

    Returns
    -------
    relative_error : float
        `||analytic - numerical|| / max(||analytic||, ||numerical||)` over the entries
        checked: about 1e-8 for a right gradient, near 1 for a wrong one. relu has no
        derivative at 0, so a unit that crosses it within `step` shows as an error.

    Raises
    ------
    TypeError
        If `estimator` is not a SoftmaxMLPClassifier, or one that searches its alpha by
        cross-validation.
    ValueError
        For input that `fit` would refuse, or where the loss is not finite.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import SoftmaxMLPClassifier, check_gradient
    >>> clf = SoftmaxMLPClassifier(activation="tanh", random_state=0)
    >>> check_gradient(clf, *load_iris(return_X_y=True)) < 1e-6
    True
    """
    _check(estimator, n_entries, step)
    estimator._validate_params()
    random_state = check_random_state(random_state)
    estimator = copy.copy(estimator)
    estimator.warm_start = False
    problem = estimator._problem(X, y, sample_weight, dtype=np.float64)
    objective, point, *_ = estimator._on_inputs(problem)
    point += 0.1 * random_state.standard_normal(point.size)

    coefs, intercepts = objective.layout.unpack(np.arange(point.size))
    entries = np.concatenate(
        [
            random_state.permutation(part.ravel())[:n_entries]
            for part in (*coefs, *intercepts)
        ]
    )
    analytic = objective(point)[1][entries]
    numerical = np.empty_like(analytic)
    for i, entry in enumerate(entries):
        ahead, behind = point.copy(), point.copy()
        ahead[entry] += step
        behind[entry] -= step
        numerical[i] = (objective(ahead)[0] - objective(behind)[0]) / (2 * step)
    difference = np.linalg.norm(analytic - numerical)
    size = max(np.linalg.norm(analytic), np.linalg.norm(numerical))
    relative_error = difference / size
    if not np.isfinite(relative_error):
        raise ValueError(
            "At the point of the check the loss or its gradient is not finite, or all "
            "of the gradient is zero. Scale the features, or set another random_state."
        )
    return float(relative_error)


def _check(estimator: object, n_entries: int | None, step: float) -> None:
    if isinstance(estimator, SoftmaxMLPClassifierCV):
        raise TypeError(
            "estimator must have one objective; got SoftmaxMLPClassifierCV, which has "
            "one for each of its alphas. Pass SoftmaxMLPClassifier(alpha=...)."
        )
    if not isinstance(estimator, SoftmaxMLPClassifier):
        raise TypeError(
            "estimator must be a SoftmaxMLPClassifier, of a pipeline its last step; "
            f"got {type(estimator).__name__}."
        )
    is_number = n_entries is None or _NUMBER.is_satisfied_by(n_entries)
    if not (is_number and _LENGTH.is_satisfied_by(step)):
        raise ValueError(
            "n_entries must be None or an integer, at least 1, and step a positive "
            f"number; got n_entries={n_entries!r} and step={step!r}."
        )
