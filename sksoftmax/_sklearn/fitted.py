"""What a fit has set on an estimator: to take it back, or to drop it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sklearn.base import BaseEstimator


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
