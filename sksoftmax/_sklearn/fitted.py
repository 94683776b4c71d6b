"""What a fit has set on an estimator: to take it back, to drop it, to predict by it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from sksoftmax._rows.namespace import as_numpy, move_arrays, namespace_of, wide

Array = NDArray[np.floating]


class Layers(NamedTuple):
    """A fitted network for rows from which an origin is subtracted, or their encoding.

    `coefs_` and `intercepts_` alone are the same network for rows as they are, which
    loses digits of columns far from 0: the first intercept adds up what cancels. It is
    the only one that differs.

    Attributes
    ----------
    coefs : list of ndarray
        (fan_in, fan_out) each.
    intercepts : list of ndarray
    origin : ndarray of shape (n_features,) or None
        None for 0.
    fills : ndarray of shape (n_features,) or None
        What stands for gaps; None where there can be none.
    encoding : Encoding or None
        Of the columns, of which the inputs are made; None for the columns themselves.
    bounds : ndarray of shape (2, n_features) or None
        What lower values are taken for, and higher ones; None for themselves.
    """

    coefs: list[Array]
    intercepts: list[Array]
    origin: Array | None
    fills: Array | None
    encoding: Any
    bounds: Array | None

    @classmethod
    def of(cls, attributes: Mapping[str, Any]) -> Self:
        """From the attributes of an estimator, by their names."""
        coefs, intercepts = [*attributes["coefs_"]], [*attributes["intercepts_"]]
        origin = attributes["_origin"]
        if origin is not None:
            fitted = attributes["_origin_intercept"]
            intercepts[0] = _at_origin(origin, coefs[0], intercepts[0], fitted)
        fills, encoding = attributes["_fills"], attributes["_encoding"]
        bounds = attributes.get("_bounds")  # of pickles from before there were any
        return cls(coefs, intercepts, origin, fills, encoding, bounds)


def _at_origin(origin: Any, coef: Any, intercept: Any, fitted: Any) -> Any:
    """The first intercept for rows less an origin: the fitted one, which is exact.

    Unless a user has set other weights since, which shows beyond rounding. On a device
    the choice is made there, for predictions not to wait for it.
    """
    xp = namespace_of(coef)
    used, n_columns = coef, origin.shape[0]
    if xp is np:
        columns = np.flatnonzero(origin)
        used, origin, n_columns = coef[columns], origin[columns], len(columns)
    used, origin, before = wide(used), wide(origin), wide(intercept)
    with np.errstate(all="ignore"):
        size = abs(before) + abs(origin) @ abs(used)
        rounding = (n_columns + 4) * xp.finfo(coef.dtype).eps * size
        moved = before + origin @ used
        is_changed = xp.any(abs(moved - wide(fitted)) > rounding)
    moved = xp.astype(moved, coef.dtype)
    if xp is np:
        return moved if is_changed else fitted
    return xp.where(is_changed, moved, fitted)


# What follows X to its library and device, beside what is private to the fit.
_MOVED = (
    "classes_",
    "coefs_",
    "intercepts_",
    "feature_importances_",
    "class_weight_",
    "_origin",
    "_origin_intercept",
    "_fills",
    "_bounds",
    "_log_penalties",
    "alphas_",
    "scores_",
)


def moved_attributes(
    attributes: Mapping[str, Any], move: Callable[[Any], Any]
) -> dict[str, Any]:
    """All attributes of an estimator, with the arrays of a network elsewhere.

    Those that follow X to its library and its device. Classes that are no numbers,
    encodings and what is told of the fit stay where they are.
    """
    moved = {
        name: move_arrays(attributes[name], move)
        for name in _MOVED
        if name in attributes
    }
    return {**attributes, **moved}


def in_numpy(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same with arrays of NumPy's."""
    coefs = attributes.get("coefs_")
    if not coefs or isinstance(coefs[0], np.ndarray):
        return attributes
    return moved_attributes(attributes, lambda array: np.array(as_numpy(array)))


@contextmanager
def restored_on_failure(estimator: BaseEstimator) -> Iterator[None]:
    """Leave the estimator as it was if the block raises or is interrupted."""
    before = vars(estimator).copy()
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise


def forget(estimator: BaseEstimator, *names: str) -> None:
    """Drop fitted attributes of the given names, or all of them."""
    attributes = vars(estimator)
    for name in names or [n for n in attributes if n.endswith("_") and n[0] != "_"]:
        attributes.pop(name, None)
