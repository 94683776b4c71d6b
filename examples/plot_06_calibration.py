"""
Are the probabilities right?
============================

A probability is right if of the rows that get 80 %, 80 % are as predicted. Four
classifiers on noisy data of four classes, as they are and after temperature scaling,
which divides all logits by one number (scikit-learn 1.8 and later).
"""

import warnings

import matplotlib.pyplot as plt
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import ReliabilityDisplay, SoftmaxMLPClassifier

X, y = make_classification(
    n_samples=12_000,
    n_features=15,
    n_informative=8,
    n_classes=4,
    flip_y=0.03,
    random_state=3,
)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, train_size=1500, stratify=y, random_state=0
)

models = {
    "SoftmaxMLPClassifier": SoftmaxMLPClassifier(random_state=0),
    "MLPClassifier, lbfgs": make_pipeline(
        StandardScaler(), MLPClassifier(solver="lbfgs", random_state=0)
    ),
    "LogisticRegression": make_pipeline(StandardScaler(), LogisticRegression()),
    "RandomForestClassifier": RandomForestClassifier(random_state=0),
}

# %%
# The log-loss is the price of wrong probabilities, and accuracy that of wrong classes.
# They do not tell the same. Where scaling, which takes five more fits, helps a lot, the
# probabilities were not right.

print(f"{'':24}{'accuracy':>10}{'log-loss':>10}{'scaled':>10}")
for name, model in models.items():
    scaled = CalibratedClassifierCV(model, method="temperature", ensemble=False)
    with warnings.catch_warnings():  # MLPClassifier stops at 200 iterations by design
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X_train, y_train)
        scaled.fit(X_train, y_train)
    losses = [log_loss(y_test, m.predict_proba(X_test)) for m in (model, scaled)]
    accuracy = model.score(X_test, y_test)
    print(f"{name:24}{accuracy:10.3f}{losses[0]:10.3f}{losses[1]:10.3f}")

# %%
# Of several classes, look at the one that is predicted: its probability against how
# often it is right. Below the diagonal a classifier is too sure of itself, above it not
# sure enough. The area of a point tells how many rows there are of that probability,
# and the expected calibration error (ECE) is their mean distance from the diagonal.
# LogisticRegression is nearest to it and knows least: calibration is not all.

figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 6.4), layout="constrained")
for name, model in models.items():
    ReliabilityDisplay.from_estimator(model, X_test, y_test, name=name, ax=left)
left.set_title("The predicted class")
ReliabilityDisplay.from_estimator(
    models["SoftmaxMLPClassifier"],
    X_test,
    y_test,
    kind="per-class",
    name="",
    ax=right,
)
right.set_title("SoftmaxMLPClassifier, class by class")
plt.show()
