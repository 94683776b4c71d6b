"""
What do class weights do to probabilities?
==========================================

``class_weight="balanced"`` lets a rare class count as much as a common one. What comes
out are the probabilities of a world in which both are equally common. That is good for
finding the rare class by ``predict``, and wrong where the numbers themselves are used.
Both can be had: one line turns the weights back.
"""

import matplotlib.pyplot as plt
from sklearn.calibration import CalibrationDisplay
from sklearn.datasets import make_classification
from sklearn.metrics import log_loss, recall_score
from sklearn.model_selection import train_test_split

from sksoftmax import SoftmaxMLPClassifier

X, y = make_classification(
    n_samples=12_000,
    n_features=8,
    n_informative=5,
    weights=[0.95],
    flip_y=0.02,
    class_sep=0.8,
    random_state=0,
)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, train_size=4000, stratify=y, random_state=0
)
print(f"{y.mean():.1%} of the rows are of class 1")

# %%
# Two networks, alike but for the weights.

options = {"hidden_layer_sizes": 30, "random_state": 0}
plain = SoftmaxMLPClassifier(**options).fit(X_train, y_train)
balanced = SoftmaxMLPClassifier(class_weight="balanced", **options).fit(
    X_train, y_train
)

# %%
# The way back, for any number of classes: a class of weight w was seen w times as
# often, so its odds are w times as large. Divide each column by its weight, and each
# row by its sum.

corrected = balanced.predict_proba(X_test) / balanced.class_weight_
corrected /= corrected.sum(axis=1, keepdims=True)

probabilities = {
    "no weights": plain.predict_proba(X_test),
    "balanced": balanced.predict_proba(X_test),
    "balanced, turned back": corrected,
}
print(f"{'':24}{'log-loss':>10}{'mean p of class 1':>20}{'its recall':>12}")
for name, p in probabilities.items():
    recall = recall_score(y_test, p.argmax(axis=1))
    print(f"{name:24}{log_loss(y_test, p):10.3f}{p[:, 1].mean():20.3f}{recall:12.2f}")

# %%
# With weights, rows that are said to be of class 1 with 50 % are so far less often.
# Turned back, they lie near the diagonal again, as those without weights do.

figure, axes = plt.subplots(figsize=(5.8, 5.2), layout="constrained")
colors = ("#0072B2", "#D55E00", "#009E73")
for (name, p), color, marker in zip(probabilities.items(), colors, "os^", strict=True):
    CalibrationDisplay.from_predictions(
        y_test, p[:, 1], n_bins=6, name=name, ax=axes, color=color, marker=marker
    )
axes.set(title="Frequency of class 1 against its predicted probability")
axes.set(xlabel="predicted probability of class 1", ylabel="frequency of class 1")
plt.show()
