"""How long to the best test log-loss that Adam reaches?

    python docs/benchmarks/optimiser_adam.py [FOLDER]

MLPClassifier() with its default solver, Adam, 30 epochs, and ours, each with every
alpha of a grid; each then counts with the alpha that is best for it. Chosen on the test
part, for both alike. Ten minutes.
"""

import sys

import numpy as np
from competitors import mlp_adam, ours
from optimiser_curves import CASES, seconds_to, show, split
from problems import problem_on
from report import publish, table

ALPHAS = (0.1, 1.0, 3.0, 10.0, 30.0, 100.0)
EPOCHS, SECONDS = 30, {"mnist": 12, "covtype20k": 3, "connect4_binary": 8}


def test_curve(problem, points, X_test, y_test):
    """Seconds and test log-loss of up to 40 points."""
    places = np.unique(np.linspace(0, len(points) - 1, 40).astype(int))
    return np.array(
        [(points[i][0], problem.log_loss(points[i][1], X_test, y_test)) for i in places]
    )


def main(folder=None):
    """Measure, and fill the page."""
    rows = []
    for name, seconds in SECONDS.items():
        n_train, hidden, _, _ = CASES[name]
        X, y, X_test, y_test = split(name, n_train, folder)
        curves = {"adam": {}, "ours": {}}
        for alpha in ALPHAS:
            problem = problem_on(X, y, (hidden,), "relu", alpha)
            points = mlp_adam.trace(problem, np.inf, max_epochs=EPOCHS)
            curves["adam"][alpha] = test_curve(problem, points, X_test, y_test)
            points = ours.trace(problem, seconds)
            curves["ours"][alpha] = test_curve(problem, points, X_test, y_test)
        goals = {a: curve[:, 1].min() for a, curve in curves["adam"].items()}
        best = min(goals, key=goals.get)
        theirs = seconds_to(curves["adam"][best], 1, goals[best])
        times = {a: seconds_to(c, 1, goals[best]) for a, c in curves["ours"].items()}
        our_alpha = min(times, key=times.get)
        lowest = min(curve[:, 1].min() for curve in curves["ours"].values())
        rows.append(
            [
                name,
                f"{goals[best]:.4f}",
                f"{best:g}",
                show(theirs),
                f"{our_alpha:g}",
                show(times[our_alpha]),
                f"{times[our_alpha] / theirs:.2f}",
                f"{lowest:.4f}",
            ]
        )
        print(*rows[-1], sep=" | ", flush=True)
    header = ["data", "Adam's best test log-loss", "its alpha", "Adam, s", "our alpha"]
    header += ["ours, s", "ratio", "our lowest test log-loss"]
    publish("adam", table(header, rows), page="optimiser.md")


if __name__ == "__main__":
    main(*sys.argv[1:])
