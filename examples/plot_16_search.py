"""
How far is the search, and what is a wider network worth?
=========================================================

A grid search is many fits, and each of ours is a search of its own. scikit-learn's
``ProgressBar`` says how far all of them are: one line for the search, below it one for
each fit. It needs scikit-learn 1.9 and ``pip install "sksoftmax[progress]"``. What the
search has found is better seen than read: the log-loss of each network on the folds,
against the seconds of its fit.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.callback import ProgressBar
from sklearn.model_selection import GridSearchCV

from sksoftmax import SoftmaxMLPClassifier

rng = np.random.default_rng(0)
X = rng.normal(size=(400, 4))
y = rng.random(400) < 1 / (1 + np.exp(-3 * X[:, 0] * X[:, 1] - X[:, 2]))

# %%
# The bars are given to the search, which passes them on to its fits. Each network has
# its alpha, its inputs and their relevances from its own training rows.

search = GridSearchCV(
    SoftmaxMLPClassifier(random_state=0),
    {"hidden_layer_sizes": [(), (5,), (20,), (100,)]},
    scoring="neg_log_loss",
    cv=3,
)
search.set_callbacks(ProgressBar()).fit(X, y)

# %%
# A product of two columns is what a network without a hidden layer cannot have,
# whatever its inputs are. Of those that can, the folds hardly tell which is the best:
# the bars below reach from the best fold to the worst.

results = search.cv_results_
losses = -np.stack([results[f"split{k}_test_score"] for k in range(3)])
seconds = results["mean_fit_time"]
mean, best, worst = losses.mean(axis=0), losses.min(axis=0), losses.max(axis=0)
figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
axes.errorbar(seconds, mean, (mean - best, worst - mean), fmt="o", capsize=3)
for sizes, at, loss in zip(
    results["param_hidden_layer_sizes"], seconds, mean, strict=True
):
    name = f"{sizes[0]} units" if sizes else "no hidden layer"
    axes.annotate(name, (at, loss), (6, 4), textcoords="offset points")
    print(f"{name:>16}: log-loss {loss:.3f}")
axes.margins(x=0.25)
axes.set(
    xlabel="seconds of a fit",
    ylabel="log-loss of held-out folds",
    title="What a wider network is worth, and costs",
)
plt.show()
