"""
Can it take my table as it is?
==============================

A frame with gaps and categories goes in without a pipeline. What matters in it, and
how, is then to be seen: here an age with a threshold, an income and a region with gaps,
and two columns that tell nothing.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.inspection import PartialDependenceDisplay
from sklearn.metrics import log_loss

from sksoftmax import FeatureImportancesDisplay, SoftmaxMLPClassifier

rng = np.random.default_rng(0)
n = 4000
X = pd.DataFrame(
    {
        "age": rng.integers(18, 90, n).astype(float),
        "income": rng.lognormal(8, 1, n),
        "region": rng.choice(["north", "south", "east", "west"], n),
        "card": rng.choice(["gold", "basic"], n),
        "noise": rng.normal(size=n),
    }
)


def truth(X):
    """Probability of "yes"."""
    logit = 2 * (X.age > 65) - 1.5 * (X.region == "west") + np.log(X.income) - 8
    return 1 / (1 + np.exp(-logit))


y = np.where(rng.random(n) < truth(X), "yes", "no")
complete = X.copy()
X.loc[rng.random(n) < 0.2, "income"] = np.nan
X.loc[rng.random(n) < 0.1, "region"] = None
X_train, X_test, y_train, y_test = X[:3000], X[3000:], y[:3000], y[3000:]
X_train.head()

# %%
# Three lines are enough; ``held_out_loss_`` says what to expect.

clf = SoftmaxMLPClassifier(random_state=0)
clf.fit(X_train, y_train)
p = clf.predict_proba(X_test)
print(f"log-loss expected {clf.held_out_loss_:.3f}, found {log_loss(y_test, p):.3f}")

# %%
# Which columns it goes by: those that tell nothing have next to no weight, as each
# input has a penalty of its own.

fig, axes = plt.subplots(figsize=(6.4, 2.6), layout="constrained")
FeatureImportancesDisplay.from_estimator(clf, ax=axes)
axes.set(title="Parts of the columns in the squared weights")
plt.show()

# %%
# What it has learnt of three of them, and in black what is true: the mean probability
# of all rows, if a column had one value in all of them. The threshold of the age is
# one, and not a line through all ages.

columns = ["age", "income", "region"]
known = X_train.dropna()[:1000]  # as the display sorts values
fig, axes = plt.subplots(1, 3, figsize=(11, 3.5), layout="constrained")
display = PartialDependenceDisplay.from_estimator(
    clf,
    known,
    columns,
    categorical_features=["region"],
    ax=axes,
)
for column, panel, result in zip(columns, axes, display.pd_results, strict=True):
    values = result["grid_values"][0]
    true = [
        truth(complete.loc[known.index].assign(**{column: value})).mean()
        for value in values
    ]
    style = "k_" if column == "region" else "k:"
    panel.plot(range(len(values)) if style == "k_" else values, true, style)
    panel.set(title=f"What it has learnt of the {column}", ylabel="probability of yes")
plt.show()
