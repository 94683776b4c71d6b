"""
Can it take my table as it is?
==============================

A frame with gaps and categories goes in without a pipeline. What matters in it, and
how, is then to be seen: here an age with a threshold, an income with gaps, a region,
and two columns that tell nothing.
"""

# %%
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
logit = 2 * (X.age > 65) - 1.5 * (X.region == "west") + np.log(X.income) - 8
y = np.where(rng.random(n) < 1 / (1 + np.exp(-logit)), "yes", "no")
X.loc[rng.random(n) < 0.2, "income"] = np.nan
X_train, X_test, y_train, y_test = X[:3000], X[3000:], y[:3000], y[3000:]
X_train.head()

# %%
# Three lines are enough; ``held_out_loss_`` says what to expect.

clf = SoftmaxMLPClassifier(random_state=0)
clf.fit(X_train, y_train)
p = clf.predict_proba(X_test)
print(f"log-loss expected {clf.held_out_loss_:.3f}, found {log_loss(y_test, p):.3f}")

# %%
# Which columns it goes by, and what it has learnt of two of them: the threshold of the
# age is one, and not a line through all ages.

fig, axes = plt.subplots(1, 3, figsize=(11, 3.5), layout="constrained")
FeatureImportancesDisplay.from_estimator(clf, ax=axes[0])
PartialDependenceDisplay.from_estimator(
    clf, X_train, ["age", "region"], categorical_features=["region"], ax=axes[1:]
)
plt.show()
