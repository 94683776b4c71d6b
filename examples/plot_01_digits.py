"""
How well does a network with sigmoid units read digits?
=======================================================

The classical exercise: one hidden layer of sigmoid units, softmax, cross-entropy. Here
on the 1797 images of 8 x 8 pixels that scikit-learn brings along; with ``--full`` on
the 70,000 images of MNIST, which are downloaded once::

    python examples/plot_01_digits.py --full
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import fetch_openml, load_digits
from sklearn.metrics import ConfusionMatrixDisplay, log_loss
from sklearn.model_selection import train_test_split

from sksoftmax import SoftmaxMLPClassifier

if "--full" in sys.argv:
    images, labels = fetch_openml("mnist_784", return_X_y=True, as_frame=False)
    images, n_test, n_units = images.astype(np.float32), 10_000, 128
else:
    images, labels = load_digits(return_X_y=True)
    n_test, n_units = 450, 30
X_train, X_test, y_train, y_test = train_test_split(
    images, labels, test_size=n_test, stratify=labels, random_state=0
)

# %%
# The pixels go in as they are: the classifier standardises them on its way.

clf = SoftmaxMLPClassifier(n_units, activation="logistic", random_state=0)
clf.fit(X_train, y_train)
p = clf.predict_proba(X_test)
print(f"{clf.n_iter_} iterations, ended by {clf.convergence_.reason!r}")
print(
    f"test accuracy {clf.score(X_test, y_test):.3f}, log-loss {log_loss(y_test, p):.3f}"
)

# %%
# The loss starts at log 10 = 2.3, that of ten equal probabilities, and falls with each
# iteration: full-batch training has no noise.

figure, axes = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
axes.plot(range(1, clf.n_iter_ + 1), clf.loss_curve_)
axes.axhline(np.log(10), color="0.5", linestyle=":")
axes.text(clf.n_iter_, np.log(10), "log 10", ha="right", va="top", color="0.4")
axes.set(title="The objective falls with each iteration")
axes.set(xlabel="iteration", ylabel="objective", ylim=(0, None))
plt.show()

# %%
# Which digits are hard? The eight test images whose label got the least probability,
# and how the network divides its belief.

true_class = np.searchsorted(clf.classes_, y_test)
hardest = p[np.arange(len(p)), true_class].argsort()[:8]
side = round(images.shape[1] ** 0.5)
figure, rows = plt.subplots(
    4, 4, figsize=(8, 6.4), layout="constrained", width_ratios=[1, 1.6] * 2
)
for i, (left, right) in zip(hardest, rows.reshape(-1, 2), strict=True):
    left.imshow(X_test[i].reshape(side, side), cmap="gray_r")
    left.set(xticks=[], yticks=[], xlabel=f"label {y_test[i]}")
    colors = np.where(np.arange(10) == true_class[i], "#0072B2", "0.75")
    right.bar(clf.classes_, p[i], color=colors)
    right.set(ylim=(0, 1), yticks=[0, 1], xticks=clf.classes_)
    right.tick_params(labelsize=8)
figure.suptitle("The hardest images, and the probability of each digit")
plt.show()

# %%
# What is taken for what:

figure, axes = plt.subplots(figsize=(5.4, 5), layout="constrained")
ConfusionMatrixDisplay.from_estimator(
    clf, X_test, y_test, ax=axes, cmap="Blues", colorbar=False
)
axes.set(title="What is taken for what")
plt.show()

# %%
# And what a hidden unit looks at: its weight for each pixel, times the spread of that
# pixel, as `coefs_` are in the units of the data. Blue pixels speak for the unit,
# red ones against it.

weights = clf.coefs_[0] * X_train.std(axis=0)[:, np.newaxis]
figure, cells = plt.subplots(3, 10, figsize=(8, 2.7), layout="constrained")
for unit, cell in zip(weights.T, cells.flat, strict=False):
    limit = abs(unit).max()
    cell.imshow(unit.reshape(side, side), cmap="RdBu", vmin=-limit, vmax=limit)
    cell.set_axis_off()
figure.suptitle("The weights of thirty hidden units, as images")
plt.show()
