"""How long does one row take, in Python and by ONNX Runtime?

    python docs/benchmarks/serving.py

2,000 rows of 20 columns in parts, 100 hidden units, three classes, float32; both on one
thread. Needs skl2onnx and onnxruntime. Half a minute.
"""

from contextlib import nullcontext

import numpy as np
import onnxruntime
from report import installed, publish, ratio_cell, table
from skl2onnx import to_onnx
from sklearn.datasets import make_classification
from threadpoolctl import threadpool_limits
from timing import ratios, timed_rounds

import sksoftmax.onnx  # noqa: F401, which teaches skl2onnx
from sksoftmax import SoftmaxMLPClassifier


def main():
    """Measure and fill the table of docs/user_guide/export.md."""
    X, y = make_classification(12_000, 20, n_informative=8, n_classes=3, random_state=0)
    X = X.astype(np.float32)
    clf = SoftmaxMLPClassifier(alpha=1, encoding="piecewise", random_state=0)
    clf.fit(X[:2000], y[:2000])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = to_onnx(clf, X[:1], options={"zipmap": False})
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    rows = []
    for n in (1, 100, 10_000):
        part = X[-n:]
        calls = [
            (lambda part=part: clf.predict_proba(part), nullcontext),
            (
                lambda part=part: session.run(["probabilities"], {"X": part}),
                nullcontext,
            ),
        ]
        (p, _), (q, _) = calls
        error = abs(p() - q()[0]).max()
        assert error < 1e-5, error
        rounds = timed_rounds(calls)
        times = 1e3 * np.median(rounds, axis=0)
        ratio = ratio_cell(ratios(rounds, 0, 1))
        rows.append([f"{n:,}", *(f"{time:.3f}" for time in times), ratio])
        print(*rows[-1], sep=" | ", flush=True)
    header = ["rows", "predict_proba, ms", "ONNX Runtime, ms", "ratio"]
    text = f"onnxruntime {installed('onnxruntime')}."
    publish(
        "serving",
        table(header, rows),
        text,
        page="../user_guide/export.md",
    )


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
