"""
Which alpha?
============

`alpha` is the strength of the penalty, and no other parameter is worth as much. By
default, it is chosen by rows that are held out, in a race of few fits;
``SoftmaxMLPClassifierCV`` fits all folds with each alpha of a grid. This page compares
both with the answer that neither is given: the log-loss on new data.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from sksoftmax import (
    RegularizationPathDisplay,
    SoftmaxMLPClassifier,
    SoftmaxMLPClassifierCV,
)

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, train_size=500, stratify=y, random_state=0
)

# %%
# What was tried, and what it lost on rows that the fits had not seen. The evidence, how
# probable the labels are for a network whose weights are drawn from a Gaussian of
# precision `alpha`, is there for comparison. By default the same race is about what the
# columns are to the first layer, too; here it is about alpha alone.

clf = SoftmaxMLPClassifier(encoding="linear", relevance=False, random_state=0)
clf.fit(X_train, y_train)
for step in clf.alpha_path_:
    print(
        f"alpha {step.alpha:6.3f}   held-out log-loss {step.held_out_loss:.3f} "
        f"+- {step.standard_error:.3f}   log-evidence {step.log_evidence:9.1f}"
    )
print(f"alpha={clf.alpha_:.3g} to all rows, to be expected: {clf.held_out_loss_:.3f}")

# %%
# Cross-validation fits each alpha to five parts of the rows, from the largest to where
# smaller ones are clearly worse.

search = SoftmaxMLPClassifierCV(random_state=0).fit(X_train, y_train)
print(f"{search.scores_.size} fits, and alpha={search.alpha_:.3g} to all rows")

# %%
# Neither has seen the new data. Too small an alpha fits noise, too large a one does not
# fit; the top is flat: half a decade beside the best costs little.

alphas = np.logspace(-2, 2, 9)
new_data = []
for alpha in alphas:
    fixed = SoftmaxMLPClassifier(alpha=alpha, random_state=0).fit(X_train, y_train)
    new_data.append(-log_loss(y_test, fixed.predict_proba(X_test)))

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
RegularizationPathDisplay.from_estimator(clf, ax=left)
RegularizationPathDisplay.from_estimator(search, ax=right)
right.plot(alphas, new_data, color="0.2", label="new data")
right.legend(loc="lower center")
for axes, name, model in (
    (left, "alpha='auto'", clf),
    (right, "cross-validation", search),
):
    loss = log_loss(y_test, model.predict_proba(X_test))
    axes.set(title=f"{name}: log-loss {loss:.3f} on new data")
plt.show()
