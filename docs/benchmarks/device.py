"""X on a device: evaluations a second, and seconds to the test log-loss of Adam.

    DEVICE=cpu python docs/benchmarks/device.py [FOLDER]

An evaluation of loss and gradient with X in torch is compared with the same in NumPy,
with PyTorch's autograd, and with the bare matrix products in both; on `DEVICE=cuda`
with 1,000,000 rows, too. Then the network is fitted until its test log-loss is the best
one of an eager training loop in torch with Adam, at the best of three rates; ours with
the best of three alphas. Both chosen by the test part. Ten minutes.
"""

import os
import sys
from contextlib import nullcontext

import numpy as np
import torch
from competitors import (
    matrix_products,
    ours,
    ours_device,
    torch_adam,
    torch_eager,
)
from optimiser_adam import test_curve
from optimiser_curves import seconds_to, show, split
from problems import problem_on, random_problem
from report import publish, ratio_cell, table
from timing import ratios, timed_rounds

DEVICE = ours_device.DEVICE
CASES = {"covtype20k": (None, 100, 10), "mnist": (60_000, 128, 40)}
RATES, ALPHAS = (3e-4, 1e-3, 3e-3), (3.0, 10.0, 30.0)
LARGE = 1_000_000, 100, (256,), 10


def products(problem):
    """The matrix products of one evaluation, by torch."""
    n_layers = len(problem.weights) // 2
    X, *coefs = (
        torch.asarray(part, device=DEVICE)
        for part in (problem.X, *problem.weights[:n_layers])
    )
    deltas = [torch.full((len(X), W.shape[1]), 0.5).to(X) for W in coefs]

    def evaluate():
        h = X
        inputs = [h, *(h := h @ W for W in coefs)]
        for layer in reversed(range(n_layers)):
            inputs[layer].T @ deltas[layer]
            if layer:
                deltas[layer] @ coefs[layer].T
        if DEVICE != "cpu":
            torch.accelerator.synchronize()

    return evaluate, nullcontext


def evaluations(name, problem):
    """Milliseconds and ratios of one problem."""
    loss, gradient = ours_device.evaluation(problem)[0]()
    expected, expected_gradient = ours.evaluation(problem)[0]()
    tolerance = 1e-9 if problem.X.dtype == np.float64 else 1e-3
    assert abs(loss - expected) < tolerance * expected
    size = abs(expected_gradient).max()
    assert abs(gradient - expected_gradient).max() < tolerance * size
    runs = [ours_device.evaluation(problem), ours.evaluation(problem)]
    runs += [matrix_products.evaluation(problem), products(problem)]
    runs += [torch_eager.evaluation(problem)] if DEVICE == "cpu" else []
    rounds = timed_rounds(runs)
    return [
        name,
        problem.X.dtype.name,
        f"{1e3 * np.median(rounds[:, 0]):.2f}",
        *(ratio_cell(ratios(rounds, 0, k)) for k in range(1, len(runs))),
    ]


def race_with_adam(name, n_train, hidden, seconds, folder):
    """Seconds of both to the same test log-loss."""
    X, y, X_test, y_test = split(name, n_train, folder)
    problem = problem_on(X, y, (hidden,), "relu")
    theirs = {
        rate: test_curve(
            problem, torch_adam.trace(problem, seconds, rate), X_test, y_test
        )
        for rate in RATES
    }
    rate = min(RATES, key=lambda rate: theirs[rate][:, 1].min())
    goal = theirs[rate][:, 1].min()
    mine = {}
    for alpha in ALPHAS:
        problem = problem_on(X, y, (hidden,), "relu", alpha)
        points = ours_device.trace(problem, seconds)
        mine[alpha] = test_curve(problem, points, X_test, y_test)
    times = {alpha: seconds_to(curve, 1, goal) for alpha, curve in mine.items()}
    alpha = min(times, key=times.get)
    taken = seconds_to(theirs[rate], 1, goal)
    return [
        name,
        f"{goal:.4f}",
        f"{rate:g}",
        show(taken),
        f"{alpha:g}",
        show(times[alpha]),
        f"{times[alpha] / taken:.2f}",
        f"{min(curve[:, 1].min() for curve in mine.values()):.4f}",
    ]


def main(folder=None):
    """Measure, and fill the page."""
    rows = []
    for dtype in (np.float32, np.float64):
        for name, (n_train, hidden, _) in CASES.items():
            X, y, *_ = split(name, n_train, folder)
            X = X[:20_000].astype(dtype)
            problem = problem_on(X, y[:20_000], (hidden,), "relu")
            rows.append(evaluations(name, problem))
            print(*rows[-1], sep=" | ", flush=True)
        if DEVICE != "cpu":
            problem = random_problem(*LARGE, "relu", dtype)
            rows.append(evaluations("1,000,000 x 100, 256 units", problem))
            print(*rows[-1], sep=" | ", flush=True)
    races = [race_with_adam(name, *case, folder) for name, case in CASES.items()]
    header = ["data", "dtype", f"torch on {DEVICE}, ms", "/ NumPy"]
    header += ["/ products in NumPy", "/ products in torch", "/ autograd"]
    of_race = ["data", "Adam's best test log-loss", "its rate", "Adam, s", "our alpha"]
    of_race += ["ours, s", "ratio", "our lowest test log-loss"]
    publish(
        f"device {DEVICE}",
        f"Device: {_device_name()}.",
        table(header[: len(rows[0])], rows),
        table(of_race, races),
        page="device.md",
    )


def _device_name():
    if DEVICE == "cpu":
        return f"the CPU, {torch.get_num_threads()} threads of {os.cpu_count()}"
    return torch.cuda.get_device_name() if DEVICE == "cuda" else DEVICE


if __name__ == "__main__":
    main(*sys.argv[1:])
