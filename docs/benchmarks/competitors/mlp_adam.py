"""scikit-learn's MLPClassifier() with its default solver, Adam on batches of 200.

It adds alpha / (2 * batch) * ||W||^2 to the mean loss of a batch, so that its alpha is
the benchmark's times batch / n.
"""

import contextlib
import time
import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from competitors import mlp_classifier


class _Traced(MLPClassifier):
    """Keeps the weights after each epoch."""

    def _update_no_improvement_count(self, *args):
        elapsed = time.perf_counter() - self.began
        weights = [part.copy() for part in (*self.coefs_, *self.intercepts_)]
        self.points.append((elapsed, weights))
        if elapsed > self.seconds:
            raise TimeoutError
        return super()._update_no_improvement_count(*args)


def trace(problem, seconds, max_epochs=10**6):
    """Time and weights after each epoch."""
    n = len(problem.X)
    clf = _Traced(
        problem.hidden,
        problem.activation,
        alpha=problem.alpha * min(200, n) / n,
        max_iter=max_epochs,
        n_iter_no_change=max_epochs,
        random_state=0,
    )
    clf.points, clf.seconds, clf.began = [], seconds, time.perf_counter()
    with contextlib.suppress(TimeoutError), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        clf.fit(problem.X, problem.y)
    return [(t, mlp_classifier.two_columns(weights)) for t, weights in clf.points]
