"""
What if the data are larger than the memory?
============================================

A fit reads the rows block by block and never copies them as a whole, so they may stay
in a file: pass a :class:`numpy.memmap`. Here a file of 120 MB is fitted with a budget
of 60 MB.
"""

import tempfile
import tracemalloc
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from sksoftmax import SoftmaxMLPClassifier

n_samples, n_features, n_classes = 600_000, 50, 5
BUDGET = 60e6  # bytes

# %%
# The data are written to a file, a part at a time, and opened read-only.

folder = tempfile.TemporaryDirectory()
path = Path(folder.name) / "X.npy"
rng = np.random.default_rng(0)
directions = rng.normal(size=(n_features, n_classes)).astype(np.float32)
X = np.lib.format.open_memmap(path, "w+", np.float32, (n_samples, n_features))
y = np.empty(n_samples, np.int8)
for start in range(0, n_samples, 20_000):
    part = slice(start, start + 20_000)
    X[part] = rng.normal(size=X[part].shape)
    noise = rng.gumbel(scale=2, size=(*y[part].shape, n_classes))
    y[part] = (abs(X[part] @ directions) + noise).argmax(axis=1)
X.flush()
X = np.load(path, mmap_mode="r")
print(f"{X.nbytes / 1e6:.0f} MB in the file, a budget of {BUDGET / 1e6:.0f} MB")

# %%
# NumPy tells `tracemalloc` of all memory that it allocates; pages of the file that
# the system caches are not of them, and are given back when others need them. Five
# iterations show the peak; more need no more.

warnings.simplefilter("ignore", ConvergenceWarning)  # five are not enough to converge


def peak(clf, X, y):
    """Bytes that a fit allocates at its peak."""
    tracemalloc.start()
    clf.fit(X, y)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


clf = SoftmaxMLPClassifier(64, alpha=1, max_iter=5, random_state=0)
ours = peak(clf, X, y)
assert ours < BUDGET
print(f"the fit took {ours / 1e6:.0f} MB")

# %%
# MLPClassifier keeps the activations of all rows. A tenth of them must do here.

tenth = slice(n_samples // 10)
theirs = peak(MLPClassifier(64, solver="lbfgs", max_iter=5), X[tenth], y[tenth])

# %%
# Per row, beyond the file:

per_row = {
    "SoftmaxMLPClassifier": ours / n_samples,
    "the file itself": X.nbytes / n_samples,
    "MLPClassifier(solver='lbfgs')": theirs / (n_samples // 10),
}
figure, axes = plt.subplots(figsize=(7.2, 2.4), layout="constrained")
bars = axes.barh(per_row.keys(), per_row.values(), color=["#0072B2", "0.7", "#D55E00"])
axes.bar_label(bars, fmt="%.0f", padding=3)
axes.margins(x=0.1)
axes.set(title="Memory of a fit beyond the file", xlabel="bytes per row")
axes.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# Predictions go block by block, too. They are as large as the result.

probability = clf.predict_proba(X[:5])
print(probability.round(2))
del X
folder.cleanup()
