"""What a fit has set."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sksoftmax._sklearn.fitted import Layers, forget, restored_on_failure


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


def test_layers_are_those_for_shifted_rows():
    """Where there is an origin the first intercept is another one, and no other is."""
    attributes = {
        "coefs_": [np.ones((2, 3)), np.ones((3, 2))],
        "intercepts_": [np.zeros(3), np.ones(2)],
        "_origin": None,
        "_fills": None,
        "_encoding": None,
        "_bounds": None,
    }
    coefs, intercepts, origin, fills, encoding, bounds = Layers.of(attributes)
    assert origin is fills is encoding is bounds is None
    assert list(map(id, coefs)) == list(map(id, attributes["coefs_"]))
    assert list(map(id, intercepts)) == list(map(id, attributes["intercepts_"]))
    shifted = {"_origin": np.array([5.0, 7.0]), "_origin_intercept": np.full(3, 12.0)}
    coefs, intercepts, origin, *_ = Layers.of(attributes | shifted)
    assert origin is shifted["_origin"]
    assert intercepts[0] is shifted["_origin_intercept"]
    assert intercepts[1] is attributes["intercepts_"][1]
    assert attributes["intercepts_"][0].tolist() == [0, 0, 0]
