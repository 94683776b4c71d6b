"""
Are the probabilities right?
============================

A probability is right if of the rows that get 80 %, 80 % are as predicted. Four
classifiers on noisy data of four classes, as they are and after temperature scaling,
which divides all logits by one number (scikit-learn 1.8 and later).
"""

import warnings

import matplotlib.pyplot as plt
from sklearn.calibration import CalibratedClassifierCV, CalibrationDisplay
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxMLPClassifier

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
# sure enough. The histograms tell how many rows there are of each probability.

figure, panels = plt.subplots(
    2, 4, figsize=(11, 5), layout="constrained", sharex=True, height_ratios=[3, 1]
)
for (name, model), (axes, below) in zip(models.items(), panels.T, strict=True):
    p = model.predict_proba(X_test)
    is_right = model.classes_[p.argmax(axis=1)] == y_test
    CalibrationDisplay.from_predictions(
        is_right, p.max(axis=1), n_bins=10, strategy="quantile", ax=axes
    )
    axes.get_legend().remove()
    axes.set(title=name, xlabel="", ylabel="", xlim=(0.2, 1.02), ylim=(0.2, 1.02))
    below.hist(p.max(axis=1), bins=30, color="0.6")
    below.set(yticks=[], xlabel="probability of the predicted class")
panels[0, 0].set_ylabel("how often it is right")
plt.show()
