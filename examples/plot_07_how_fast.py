"""
How fast is it?
===============

A fit by default against one of scikit-learn's L-BFGS, with the same network, penalty
and standardised data, from 150 to 5000 rows. Times are taken in turns and given as
ratios of their medians: a ratio depends less on the machine than seconds do. The
:doc:`benchmarks </benchmarks/index>` have more of them, and say where others are ahead.
"""

import time
import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from sksoftmax import SoftmaxMLPClassifier


def seconds(clf, X, y):
    """Time of one fit."""
    start = time.perf_counter()
    clf.fit(X, y)
    return time.perf_counter() - start


def objective(clf, X, y):
    """What both minimise: mean cross-entropy plus the penalty."""
    p = clf.predict_proba(X)[np.arange(len(y)), y]
    squares = sum((W**2).sum() for W in clf.coefs_)
    return -np.log(p).mean() + clf.alpha / (2 * len(y)) * squares


# %%
# Both fits run until their own rule ends them. So it matters what they ended with: the
# objective is compared, too.

warnings.simplefilter("ignore", ConvergenceWarning)  # MLPClassifier stops at max_iter
common = {"alpha": 3.0, "activation": "tanh", "random_state": 0}
sizes = [150, 500, 1500, 5000]
speedup, lower = [], []
print(f"{'rows':>8}{'ours, s':>10}{'MLPClassifier / ours':>24}{'objective / its':>18}")
for n_samples in sizes:
    X, y = make_classification(
        n_samples, 20, n_informative=8, n_classes=4, random_state=0
    )
    X = StandardScaler().fit_transform(X)
    ours = SoftmaxMLPClassifier(standardize=False, **common)
    theirs = MLPClassifier(solver="lbfgs", max_iter=500, **common)
    rounds = [
        (seconds(ours, X, y), seconds(theirs, X, y))
        for _ in range(3 if n_samples < 5000 else 1)
    ]
    ours_s, theirs_s = np.median(rounds, axis=0)
    speedup.append(theirs_s / ours_s)
    lower.append(objective(ours, X, y) / objective(theirs, X, y))
    print(f"{n_samples:8}{ours_s:10.2f}{speedup[-1]:24.2f}{lower[-1]:18.2f}")

# %%
# Above 1 in the first picture ours takes less time; below 1 in the second it ends
# lower. To end a little above its minimum is what the default `tol` is for.

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
left.plot(sizes, speedup, "o-")
left.set(title="Time", ylabel="time of MLPClassifier / ours", ylim=(0, None))
right.plot(sizes, lower, "o-", color="#D55E00")
right.set(title="What it ends with", ylim=(0.9, 1.1))
right.set(ylabel="objective of ours / MLPClassifier's")
for axes in (left, right):
    axes.axhline(1, color="0.5", linestyle=":")
    axes.set(xscale="log", xlabel="rows")
    axes.set_xticks(sizes, labels=sizes)
    axes.minorticks_off()
plt.show()
