"""What a fit has set."""

import pytest
from sklearn.linear_model import LogisticRegression

from sksoftmax._sklearn.fitted import forget, restored_on_failure


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_takes_all_back(error):
    """New attributes are gone, old ones have their values."""
    clf = LogisticRegression(C=3)
    clf.old_ = 1
    before = vars(clf).copy()

    @restored_on_failure(clf)
    def fit():
        clf.C, clf.old_, clf.new_ = 0, 2, 3
        raise error

    with pytest.raises(error):
        fit()
    assert vars(clf) == before


def test_success_changes_nothing():
    """What was set stays."""
    clf = LogisticRegression()
    with restored_on_failure(clf):
        clf.new_ = 3
    assert clf.new_ == 3


def test_fitted_attributes_are_forgotten():
    """Those that are named, or all; parameters and private ones are not among them."""
    clf = LogisticRegression(C=3)
    clf.a_, clf.b_, clf._c_, clf._d = range(4)
    forget(clf, "a_", "not_there_")
    assert not hasattr(clf, "a_")
    assert clf.b_ == 1
    forget(clf)
    assert not hasattr(clf, "b_")
    assert (clf.C, clf._c_, clf._d) == (3, 2, 3)
