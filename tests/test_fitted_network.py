"""What a fitted network predicts; what it is to others has tests of its own."""

import numpy as np
from scipy.special import log_softmax

from sksoftmax import SoftmaxMLPClassifier


def test_probabilities_are_softmax_of_the_logits(small_data):
    """predict_proba, predict_log_proba, decision_function and predict agree."""
    X, y = small_data
    clf = SoftmaxMLPClassifier(alpha=1, random_state=0).fit(X, y)
    p, log_p = clf.predict_proba(X), clf.predict_log_proba(X)
    decision = clf.decision_function(X)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose(np.exp(log_p), p, rtol=1e-12)
    if decision.ndim == 1:
        np.testing.assert_allclose(decision, log_p[:, 1] - log_p[:, 0], rtol=1e-10)
        np.testing.assert_array_equal(clf.predict(X), clf.classes_[1 * (decision > 0)])
    else:
        np.testing.assert_allclose(log_p, log_softmax(decision, axis=1), rtol=1e-12)
        np.testing.assert_array_equal(clf.predict(X), decision.argmax(axis=1))


def test_log_probabilities_are_finite_where_probabilities_underflow(small_data):
    """Far out a probability is 0, and its logarithm still a number."""
    X, y = small_data
    clf = SoftmaxMLPClassifier(encoding="linear", random_state=0).fit(X, y)
    far = X.mean(axis=0) + 1e6 * (X - X.mean(axis=0))
    assert (clf.predict_proba(far) == 0).any()
    assert np.isfinite(clf.predict_log_proba(far)).all()


def test_predictions_use_the_activation_of_each_layer(small_data):
    """A mixed list predicts what its layers, written out, give."""
    X, y = small_data
    clf = SoftmaxMLPClassifier((6, 5), ["relu", "tanh"], alpha=1, random_state=0)
    clf.fit(X, y)
    h = np.maximum(X @ clf.coefs_[0] + clf.intercepts_[0], 0)
    h = np.tanh(h @ clf.coefs_[1] + clf.intercepts_[1])
    logits = h @ clf.coefs_[2] + clf.intercepts_[2]
    np.testing.assert_allclose(
        clf.predict_log_proba(X), log_softmax(logits, axis=1), rtol=1e-9
    )


def test_set_params_does_not_change_a_fitted_model(small_data):
    """Predictions are those of the fitted network, whatever is set afterwards."""
    X, y = small_data
    clf = SoftmaxMLPClassifier(alpha=1, random_state=0).fit(X, y)
    p = clf.predict_proba(X)
    clf.set_params(activation="tanh", hidden_layer_sizes=(3,))
    np.testing.assert_array_equal(clf.predict_proba(X), p)
