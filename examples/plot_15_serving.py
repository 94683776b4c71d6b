"""
How fast is an answer on a server?
==================================

A server answers one question at a time, often in another language. ONNX has the whole
classifier inside: categories, gaps, parts of columns. Below a raw table is learnt, and
then asked a thousand questions, one by one, in Python and by ONNX Runtime.
"""

import time

import matplotlib.pyplot as plt
import numpy as np
import onnxruntime
import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType

import sksoftmax.onnx  # noqa: F401, which teaches skl2onnx
from sksoftmax import SoftmaxMLPClassifier

rng = np.random.default_rng(0)
n = 3000
X = pd.DataFrame(
    {
        "age": rng.integers(18, 80, n).astype(np.float32),
        "income": rng.lognormal(10, 0.6, n).astype(np.float32),
        "region": rng.choice(["north", "south", "east", "west"], n),
    }
)
logit = (abs(X.age - 45) < 12) * 2 - 1 + (X.income > 30_000) - (X.region == "north")
y = (rng.logistic(size=n) < logit).astype(int)
X.loc[rng.random(n) < 0.1, "income"] = np.nan
clf = SoftmaxMLPClassifier(random_state=0).fit(X[:2000], y[:2000])

# %%
# The graph takes an input for each column: numbers, where NaN is a gap, or strings,
# where "" is one.

types = {"age": FloatTensorType, "income": FloatTensorType, "region": StringTensorType}
inputs = [(name, kind([None, 1])) for name, kind in types.items()]
model = to_onnx(clf, initial_types=inputs, options={"zipmap": False})
session = onnxruntime.InferenceSession(model.SerializeToString())


def question(row):
    """One row, for ONNX Runtime."""
    return {name: row[[name]].to_numpy() for name in X}


rows = [X[k : k + 1] for k in range(2000, n)]
questions = [*map(question, rows)]
answers = [session.run(["probabilities"], asked)[0] for asked in questions]
difference = abs(np.concatenate(answers) - clf.predict_proba(X[2000:])).max()
print(f"probabilities of both differ by {difference:.0e} at most")

# %%
# Most of the time in Python is that of pandas and of checks of what is asked.


def milliseconds(answer, asked):
    """Of each question."""
    seconds = []
    for one in asked:
        start = time.perf_counter()
        answer(one)
        seconds.append(time.perf_counter() - start)
    return 1e3 * np.sort(seconds)


arrays = [row.drop(columns="region").to_numpy() for row in rows]
numeric = SoftmaxMLPClassifier(random_state=0)
numeric.fit(X[:2000].drop(columns="region").to_numpy(), y[:2000])
times = {
    "predict_proba, frames": milliseconds(clf.predict_proba, rows),
    "predict_proba, arrays of numbers": milliseconds(numeric.predict_proba, arrays),
    "ONNX Runtime": milliseconds(
        lambda asked: session.run(["probabilities"], asked), questions
    ),
}
figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
colours = ["#D55E00", "#E69F00", "#0072B2"]
shares = np.arange(1, 1 + len(rows)) / len(rows)
for (name, of_one), colour in zip(times.items(), colours, strict=True):
    label = f"{name}: half in {np.median(of_one):.2g} ms"
    axes.plot(of_one, shares, color=colour, label=label)
axes.set(
    title="How long one answer takes",
    xscale="log",
    xlabel="milliseconds",
    ylabel="part of the answers by then",
)
axes.legend(loc="upper left", bbox_to_anchor=(0, -0.2), frameon=False)
axes.spines[["top", "right"]].set_visible(False)
plt.show()
