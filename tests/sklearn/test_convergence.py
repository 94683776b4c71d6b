"""Warnings of fits that ended early."""

import pytest

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._sklearn.convergence import convergence_warnings

CLASSIFIER = SoftmaxMLPClassifier(tol=0.02, max_iter=7, max_time=3.5)


def texts(*reasons):
    return [str(warning) for warning in convergence_warnings(CLASSIFIER, reasons)]


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("max_iter", "tol=0.02: max_iter=7 iterations were done. Increase max_iter, "),
        ("max_time", "tol=0.02: max_time=3.5 seconds were over. Increase max_time, "),
        ("line_search", "tol=0.02: the line search found no lower loss, "),
    ],
)
def test_a_single_fit_is_told_with_its_remedy(reason, text):
    """And with the parameter that ended it."""
    (told,) = texts(reason)
    assert text in told


def test_several_fits_are_counted():
    """By the reasons, in one warning, which needs only one of them to have ended so."""
    (told,) = texts("tol", "max_time", "max_iter", "max_time")
    assert "in 3 of 4 fits: 1 by max_iter, 2 by max_time." in told


@pytest.mark.parametrize("reasons", [["tol"], ["callback", "gradient"], []])
def test_nothing_is_told_of_fits_that_settled_or_were_stopped(reasons):
    """Who stops a fit knows."""
    assert texts(*reasons) == []
