"""
Which alpha?
============

`alpha` is the strength of the penalty, and no other parameter is worth as much.
``alpha="auto"`` takes it from the training data alone; cross-validation takes it from
rows that are held out in turn. This page compares both with the answer that neither is
given: the log-loss on new data.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold, train_test_split, validation_curve

from sksoftmax import SoftmaxMLPClassifier

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, train_size=500, stratify=y, random_state=0
)
alphas = np.logspace(-2, 2, 9)

# %%
# Five folds at each of nine alphas are 45 fits, and the best is fitted once more on all
# rows.

clf = SoftmaxMLPClassifier(random_state=0)
_, scores = validation_curve(
    clf,
    X_train,
    y_train,
    param_name="alpha",
    param_range=alphas,
    scoring="neg_log_loss",
    cv=StratifiedKFold(5, shuffle=True, random_state=0),
)
folds = -scores
cv_alpha = alphas[folds.mean(axis=1).argmin()]

# %%
# The evidence needs three or four fits, and no held-out rows: how probable the labels
# are, for a network whose weights are drawn from a Gaussian of precision `alpha`.

auto = SoftmaxMLPClassifier(alpha="auto", random_state=0).fit(X_train, y_train)
for step in auto.alpha_path_:
    print(
        f"alpha {step.alpha:6.3f}   log-evidence {step.log_evidence:9.1f}   "
        f"{step.n_effective:5.0f} effective parameters"
    )

# %%
# Too small an alpha fits noise, too large a one does not fit. The valley is flat: half
# a decade beside the best costs little.


def held_out(alpha):
    """Log-loss on the test rows."""
    clf.set_params(alpha=alpha).fit(X_train, y_train)
    return log_loss(y_test, clf.predict_proba(X_test))


figure, axes = plt.subplots(figsize=(7.2, 4.2), layout="constrained")
axes.plot(alphas, folds, color="#56B4E9", linewidth=0.7, alpha=0.8)
axes.plot(alphas, folds.mean(axis=1), color="#0072B2", label="5 folds, and their mean")
axes.plot(alphas, [held_out(alpha) for alpha in alphas], color="0.2", label="new data")
for name, alpha, color in (
    ("cross-validation", cv_alpha, "#0072B2"),
    ('alpha="auto"', auto.alpha_, "#D55E00"),
):
    loss = held_out(alpha)
    axes.axvline(alpha, color=color, linestyle=":")
    axes.plot(alpha, loss, "o", color=color, label=f"{name}: {loss:.3f}")
    print(f"{name}: alpha {alpha:.3g}, test log-loss {loss:.4f}")
axes.set(xscale="log", ylim=(0, 0.5), xlabel="alpha", ylabel="log-loss")
axes.legend()
plt.show()
