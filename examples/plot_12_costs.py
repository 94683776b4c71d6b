"""
What if one mistake costs more than the other?
==============================================

A missed row of the rare class costs 10, a false alarm 1. ``predict`` knows nothing of
that: its threshold is a probability of a half. If the probabilities are right, the
threshold that costs least follows from the costs alone. scikit-learn's
``TunedThresholdClassifierCV`` finds one on held-out rows, whatever the probabilities
are worth. Do both come to the same? And what of class weights?
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_classification
from sklearn.metrics import confusion_matrix, make_scorer
from sklearn.model_selection import TunedThresholdClassifierCV, train_test_split

from sksoftmax import SoftmaxMLPClassifier

X, y = make_classification(
    n_samples=21_500,
    n_features=10,
    n_informative=6,
    weights=[0.9],
    flip_y=0.05,
    class_sep=0.7,
    random_state=1,
)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, train_size=1500, stratify=y, random_state=0
)
MISS, FALSE_ALARM = 10, 1


def cost(y_true, y_pred):
    """Mean cost of a row."""
    (_, false_alarms), (misses, _) = confusion_matrix(y_true, y_pred)
    return (MISS * misses + FALSE_ALARM * false_alarms) / len(y_true)


# %%
# An alarm costs 1 - p on average, silence 10 p. So alarm where p is above 1/11.

threshold = FALSE_ALARM / (FALSE_ALARM + MISS)
print(f"the threshold of the costs: {threshold:.3f}")

# %%
# Two networks, alike but for class weights, with which the probabilities are those of
# other data. Each is fitted once; tuning then takes six more fits.

options = {"hidden_layer_sizes": 30, "random_state": 0}
models = {
    "no weights": SoftmaxMLPClassifier(**options),
    "class_weight='balanced'": SoftmaxMLPClassifier(class_weight="balanced", **options),
}
grid = np.linspace(0.005, 0.995, 199)
figure, panels = plt.subplots(
    1, 2, figsize=(10, 4), layout="constrained", sharex=True, sharey=True
)
print(f"{'cost of a row':24}{'predict':>10}{'by the costs':>15}{'tuned':>10}{'at':>8}")
for axes, (name, model) in zip(panels, models.items(), strict=True):
    p = model.fit(X_train, y_train).predict_proba(X_test)[:, 1]
    tuned = TunedThresholdClassifierCV(
        model, scoring=make_scorer(cost, greater_is_better=False), random_state=0
    ).fit(X_train, y_train)
    at = tuned.best_threshold_
    found = [
        cost(y_test, model.predict(X_test)),
        cost(y_test, p > threshold),
        cost(y_test, tuned.predict(X_test)),
    ]
    print(f"{name:24}{found[0]:10.3f}{found[1]:15.3f}{found[2]:10.3f}{at:8.3f}")
    axes.plot(grid, [cost(y_test, p > t) for t in grid], color="0.2")
    for x, height, label, color, marker in (
        (0.5, found[0], "predict", "0.5", "s"),
        (threshold, found[1], "of the costs", "#0072B2", "o"),
        (at, found[2], "tuned", "#D55E00", "^"),
    ):
        axes.plot(x, height, marker, color=color, markersize=9, label=label)
    axes.set(title=name, xlabel="threshold", ylim=(0, None))
panels[0].set(ylabel="cost of a row, on new rows")
panels[0].legend(title="threshold", loc="upper center")
plt.show()

# %%
# Without weights the threshold of the costs needs no search, and another one tomorrow,
# when the costs have changed, needs no fit. It can even be different for each row, as
# where a miss costs what is in a column.
#
# Class weights have counted the rare class nine times already, nearly as much as the
# costs ask for, and ``predict`` is about right. To lower the threshold as well counts
# the costs twice; tuning finds out, and stays at a half. The cost is much the same as
# without weights. What is lost are the probabilities, and with them the freedom to
# change the costs.
#
# With more than two classes there is no threshold to tune, but still a class that costs
# least: the column of ``predict_proba(X) @ costs`` that is smallest, with
# ``costs[true, predicted]``.

costs = np.array([[0, FALSE_ALARM], [MISS, 0]])
p = models["no weights"].predict_proba(X_test)
print(f"by the matrix of costs: {cost(y_test, (p @ costs).argmin(axis=1)):.3f}")
