"""
Quickstart: fit, tune and compare on digits
===========================================

Fits a pipeline on scikit-learn's digits, tunes it by GridSearchCV on log-loss, compares
it with scikit-learn's own networks and LogisticRegression on the same split, and shows
what it thinks of a few test images. Takes well under a minute on two cores.
"""

import time
import warnings

import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import GridSearchCV, StratifiedKFold, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxMLPClassifier

CV = StratifiedKFold(3, shuffle=True, random_state=0)
TUNED = "softmaxmlpclassifier__alpha"


def competitors():
    """Estimators by the name that the table gives them, ours first."""
    ours = SoftmaxMLPClassifier(random_state=0)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), ours),
        {TUNED: [0.1, 0.3, 1, 3, 10]},
        scoring="neg_log_loss",
        cv=CV,
    )
    others = {
        "MLPClassifier(solver='lbfgs')": MLPClassifier(solver="lbfgs", random_state=0),
        "MLPClassifier()": MLPClassifier(random_state=0),
        "LogisticRegression()": LogisticRegression(),
    }
    return {
        "SoftmaxMLPClassifier()": make_pipeline(StandardScaler(), ours),
        "  alpha tuned by GridSearchCV": search,
    } | {name: make_pipeline(StandardScaler(), clf) for name, clf in others.items()}


def main():
    """Print the comparison and a few predictions."""
    images, labels = load_digits(return_X_y=True)
    rows = np.arange(len(labels))
    X_train, X_test, y_train, y_test, _, row_test = train_test_split(
        images, labels, rows, stratify=labels, random_state=0
    )
    print(f"digits: {len(X_train)} training and {len(X_test)} test images of 8 x 8\n")
    print(f"{'':32}{'accuracy':>10}{'log-loss':>10}{'fit':>9}")
    fitted = {}
    for name, model in competitors().items():
        start = time.perf_counter()
        with warnings.catch_warnings():  # MLPClassifier() stops at 200 epochs by design
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted[name] = model.fit(X_train, y_train)
        seconds = time.perf_counter() - start
        accuracy = accuracy_score(y_test, model.predict(X_test))
        loss = log_loss(y_test, model.predict_proba(X_test))
        print(f"{name:32}{accuracy:10.3f}{loss:10.3f}{seconds:7.1f} s", flush=True)

    search = fitted["  alpha tuned by GridSearchCV"]
    print(
        f"\nGridSearchCV chose alpha = {search.best_params_[TUNED]} by 3-fold "
        "cross-validation; no choice is sure to be the best for one test set."
    )
    show(search, X_test, y_test, row_test)


def show(model, X, y, rows):
    """Print the probabilities of sure, doubtful and wrongly read images."""
    p = model.predict_proba(X)
    confidence = p.max(axis=1)
    wrong = np.flatnonzero(p.argmax(axis=1) != y)
    chosen = {
        "the surest": confidence.argmax(),
        "the most doubtful": confidence.argmin(),
        "the surest mistake": wrong[confidence[wrong].argmax()],
    }
    print("\nProbability of each digit, in percent:")
    print(f"{'':40}" + "".join(f"{digit:>6}" for digit in model.classes_))
    for name, i in chosen.items():
        image = f"{name}: image {rows[i]}, a {y[i]}"
        print(f"{image:40}" + "".join(f"{100 * value:6.1f}" for value in p[i]))


if __name__ == "__main__":
    main()
