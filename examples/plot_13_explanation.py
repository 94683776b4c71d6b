"""
Which columns count, and how?
=============================

Three pictures of one classifier. ``feature_importances_`` says at no cost what the
first layer goes by. ``permutation_importance`` of scikit-learn asks what the log-loss
on new rows owes to a column, and ``PartialDependenceDisplay`` how the probability
changes with it.

Here the answer is known. Of ten columns, drawn between 0 and 1, five count: two
together, as a wave, one as a parabola, and two as lines (Friedman's first problem).
"""

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.datasets import make_friedman1
from sklearn.inspection import PartialDependenceDisplay, permutation_importance
from sklearn.metrics import log_loss

from sksoftmax import FeatureImportancesDisplay, SoftmaxMLPClassifier

names = ["wave 1", "wave 2", "parabola", "line", "half a line"]
names += [f"noise {k}" for k in range(1, 6)]
X, score = make_friedman1(4000, n_features=10, noise=1, random_state=0)
X, y = pd.DataFrame(X, columns=names), (score > 14.4).astype(int)
X_train, X_test, y_train, y_test = X[:2000], X[2000:], y[:2000], y[2000:]

clf = SoftmaxMLPClassifier(random_state=0).fit(X_train, y_train)
print(f"test log-loss {log_loss(y_test, clf.predict_proba(X_test)):.3f}")

# %%
# The first is about weights: the part of each column in those of the first layer. The
# second is about predictions: how much the log-loss rises where a column is shuffled.
# They agree on which columns tell nothing. On how much the others do, believe the
# second: a small weight, too, can be amplified by the layers behind it. Of two columns
# that say the same, though, either can be shuffled without harm.

permuted = permutation_importance(
    clf, X_test, y_test, scoring="neg_log_loss", n_repeats=5, random_state=0
)
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
FeatureImportancesDisplay.from_estimator(clf, ax=left)
left.set(title="feature_importances_", xlabel="part of the squared weights")
order = permuted.importances_mean.argsort()
right.barh(
    X.columns[order],
    permuted.importances_mean[order],
    xerr=permuted.importances_std[order],
    color="#D55E00",
)
right.set(title="permutation_importance", xlabel="rise of the log-loss on new rows")
for axes in (left, right):
    axes.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# How: the mean probability if all rows had this value. Beside it two columns at once,
# as the wave is one of their product.

figure, panels = plt.subplots(1, 5, figsize=(11, 2.9), layout="constrained")
PartialDependenceDisplay.from_estimator(
    clf,
    X_train[:500],
    ["parabola", "line", "half a line", "noise 1", ("wave 1", "wave 2")],
    method="brute",
    response_method="predict_proba",
    grid_resolution=20,
    ax=panels,
)
figure.suptitle("probability of class 1, on average over all rows")
plt.show()

# %%
# For what a single prediction owes to each column there is the package shap, which
# takes any function from rows to probabilities::
#
#     explainer = shap.Explainer(clf.predict_proba, X_train[:100])
#     shap.plots.beeswarm(explainer(X_test[:200])[:, :, 0])
#
# It predicts thousands of rows for each that it explains. With
# ``clf.decision_function`` in the place of ``predict_proba``, of two classes, the parts
# are of the logit, and add up to it. Gaps may stay gaps, but shap 0.51 takes
# differences of all columns: categories have to be numbers there, which
# ``categorical_features`` says are none.
