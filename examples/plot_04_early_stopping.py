"""
When is it time to stop?
========================

Where the penalty is too weak, the loss on new data falls, turns and rises while that on
the training data goes on falling. ``early_stopping=True`` watches data that are not
trained on, and keeps the weights that were best for them. It saves a lot here, and a
penalty that suits the data saves more.
"""

import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import make_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from sksoftmax import LossCurveDisplay, SoftmaxMLPClassifier

X, y = make_classification(
    n_samples=12_000,
    n_features=20,
    n_informative=10,
    n_classes=3,
    flip_y=0.1,
    random_state=0,
)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, train_size=1000, stratify=y, random_state=0
)

# %%
# To see the whole way, these two networks make 60 iterations and never stop early. The
# validation set is one of our own. The training objective has the penalty in it.

X_fit, X_val, y_fit, y_val = train_test_split(
    X_train, y_train, test_size=0.2, stratify=y_train, random_state=0
)
figure, panels = plt.subplots(
    1, 2, figsize=(9, 3.8), layout="constrained", sharex=True, sharey=True
)
for axes, alpha in zip(panels, (0.1, 10), strict=True):
    clf = SoftmaxMLPClassifier(
        alpha=alpha,
        early_stopping=True,
        n_iter_no_change=60,
        max_iter=60,
        tol=0,
        random_state=0,
    )
    with warnings.catch_warnings():  # 60 iterations are not enough to converge
        warnings.simplefilter("ignore", ConvergenceWarning)
        clf.fit(X_fit, y_fit, X_val=X_val, y_val=y_val)
    LossCurveDisplay.from_estimator(clf, ax=axes)
    axes.set(title=f"alpha={alpha}")
plt.show()

# %%
# In use, the classifier takes the validation set from the training data, and stops ten
# iterations after the last gain. What that means on new data, beside the default, which
# trains on all rows until the loss has settled:

print(f"{'alpha':>8}{'early stopping':>18}{'iterations':>14}{'test log-loss':>16}")
for alpha in (0.1, 10):
    for early_stopping in (False, True):
        clf = SoftmaxMLPClassifier(
            alpha=alpha, early_stopping=early_stopping, random_state=0
        ).fit(X_train, y_train)
        loss = log_loss(y_test, clf.predict_proba(X_test))
        print(f"{alpha:8}{early_stopping!s:>18}{clf.n_iter_:14}{loss:16.3f}")
