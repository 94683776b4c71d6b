"""Objective and test log-loss against wall time, on large data.

    python docs/benchmarks/optimiser_curves.py [FOLDER]

The same relu network on float32 features with the same penalty, minimised by ours, by
SciPy's L-BFGS-B on our objective, by MLPClassifier with L-BFGS and with Adam, and by
torch.optim.LBFGS, each for the same number of seconds. What they record is evaluated
afterwards, in float64, by the benchmark. Ten minutes.
"""

import sys

import matplotlib as mpl
import numpy as np
from datasets import load
from problems import problem_on
from report import FOLDER, load_competitors, publish, table
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

mpl.use("Agg")
import matplotlib.pyplot as plt

NAMES = {
    "ours": "sksoftmax",
    "scipy_lbfgsb": "L-BFGS-B, same evaluations",
    "mlp_fewer_threads": "MLPClassifier, lbfgs",
    "mlp_adam": "MLPClassifier, adam",
    "torch_eager": "torch.optim.LBFGS",
}
# Data: training rows at the front (None: a random fifth is for testing), hidden units,
# alpha, seconds.
CASES = {
    "mnist": (60_000, 128, 10.0, 25),
    "covtype20k": (None, 100, 3.0, 8),
    "connect4_binary": (None, 100, 10.0, 12),
    "shuttle": (43_500, 100, 1.0, 8),
    "adult": (32_561, 100, 30.0, 6),
}
N_POINTS = 40


def split(name, n_train, folder):
    """Training and test part, standardised; pixels between 0 and 1."""
    X, y = load(name, folder)
    if name == "covtype20k":  # the rest is from elsewhere
        X, y = X[:15_120], y[:15_120]
    if n_train is None:
        X, X_test, y, y_test = train_test_split(
            X, y, test_size=0.2, stratify=y, random_state=0
        )
    else:
        X, X_test, y, y_test = X[:n_train], X[n_train:], y[:n_train], y[n_train:]
    if name == "mnist":  # pixels at the edges hardly ever differ from 0
        return (X / np.float32(255)).astype(np.float32), y, X_test / 255, y_test
    scaler = StandardScaler().fit(X.astype(np.float64))
    X, X_test = (
        np.ascontiguousarray(scaler.transform(part), np.float32) for part in (X, X_test)
    )
    return X, y, X_test, y_test


def curve(problem, module, seconds, X_test, y_test):
    """Seconds, objective and test log-loss of some points of a trace."""
    points = module.trace(problem, seconds)
    places = np.unique(np.geomspace(1, len(points), N_POINTS).astype(int)) - 1
    return np.array(
        [
            (t, problem.objective(weights), problem.log_loss(weights, X_test, y_test))
            for t, weights in (points[i] for i in places)
        ]
    )


def seconds_to(curve, column, goal):
    """When the value was first at most `goal`; infinity for never."""
    hits = np.flatnonzero(curve[:, column] <= goal)
    return curve[hits[0], 0] if hits.size else np.inf


def show(seconds):
    """A cell."""
    return f"{seconds:.2f}" if np.isfinite(seconds) else "never"


def plot(axes, name, curves):
    """A column of two panels."""
    for column, (ax, what) in enumerate(
        zip(axes, ("objective", "test log-loss"), strict=True), start=1
    ):
        for competitor, values in curves.items():
            ax.plot(values[:, 0], values[:, column], label=NAMES[competitor], lw=1.5)
        lowest = min(values[:, column].min() for values in curves.values())
        ax.set(xscale="log", yscale="log", ylim=(0.97 * lowest, 4 * lowest))
        ax.set(xlabel="seconds", ylabel=what)
        ax.set_title(name if column == 1 else "")
        ax.grid(alpha=0.3, which="both")


def main(folder=None):
    """Measure, and fill the page."""
    competitors = load_competitors(list(NAMES))
    figure, axes = plt.subplots(2, len(CASES), figsize=(4 * len(CASES), 7))
    rows = []
    for pair, (name, (n_train, hidden, alpha, seconds)) in zip(
        axes.T, CASES.items(), strict=True
    ):
        X, y, X_test, y_test = split(name, n_train, folder)
        problem = problem_on(X, y, (hidden,), "relu", alpha)
        curves = {
            competitor: curve(problem, module, seconds, X_test, y_test)
            for competitor, module in competitors.items()
        }
        best = min(values[:, 1].min() for values in curves.values())
        for competitor, values in curves.items():
            goals = [seconds_to(values, 1, best * (1 + part)) for part in (0.2, 0.05)]
            test = values[:, 2]
            rows.append(
                [
                    name,
                    NAMES[competitor],
                    *map(show, goals),
                    f"{values[:, 1].min():.4f}",
                    f"{test.min():.4f}",
                    f"{values[test.argmin(), 0]:.2f}",
                ]
            )
            print(*rows[-1], sep=" | ", flush=True)
        plot(pair, name, curves)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=len(NAMES), frameon=False)
    figure.tight_layout(rect=(0, 0.05, 1, 1))
    (FOLDER / "images").mkdir(exist_ok=True)
    figure.savefig(FOLDER / "images" / "optimiser.png", dpi=90)
    header = ["data", "who", "s to 20 %", "s to 5 %", "lowest objective"]
    header += ["lowest test log-loss", "after s"]
    publish("curves", table(header, rows), page="optimiser.md")


if __name__ == "__main__":
    main(*sys.argv[1:])
