"""Write a fitted estimator and its probabilities, for later versions to read."""

import pickle
from pathlib import Path

from sklearn.datasets import load_iris

from sksoftmax import SoftmaxMLPClassifier, __version__


def main():
    """Keep all that a fit can leave behind, the minimiser's memory included."""
    iris = load_iris()
    clf = SoftmaxMLPClassifier(
        (5, 3), ["tanh", "silu"], alpha="auto", warm_start=True, random_state=0
    ).fit(iris.data, iris.target_names[iris.target])
    path = Path(__file__).with_name(f"iris-{__version__}.pickle")
    path.write_bytes(pickle.dumps((clf, clf.predict_proba(iris.data)), protocol=5))


if __name__ == "__main__":
    main()
