"""Our objective and minima beside those of R's nnet, from the same start.

    python docs/benchmarks/r_nnet.py

Needs R with its recommended package nnet (Debian's r-cran-nnet): another program, of
other authors, for the same network: logistic hidden units, softmax, penalised
cross-entropy, BFGS (Venables & Ripley 2002). Its `decay` is that of each weight; with
alpha / 2 for coefficients and 0 for intercepts, n times our objective is its value.
"""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
from report import table
from sklearn.datasets import load_digits, load_iris, load_wine

from sksoftmax._features.standardization import Standardization
from sksoftmax._network.activations import ACTIVATIONS
from sksoftmax._network.parameters import ParameterLayout
from sksoftmax._training.objective import Objective
from sksoftmax._training.training import train

ALPHA = 0.5
R = """
library(nnet)
read <- function(name) as.matrix(read.csv(file.path("{folder}", name), header = FALSE))
fit <- function(maxit) nnet(
  read("X"), read("T"), size = {size}, skip = {skip}, softmax = TRUE, trace = FALSE,
  Wts = c(read("start")), decay = c(read("decay")), maxit = maxit, MaxNWts = 1e5,
  abstol = 0, reltol = 1e-14)
found <- fit(20000)
values <- c(fit(0)$value, found$value, found$wts)
write(format(values, digits = 17), file.path("{folder}", "found"), ncolumns = 1)
"""


def by_unit(coefs, intercepts):
    """Weights in the order of nnet: of each unit its intercept and its coefficients."""
    layers = zip(coefs, intercepts, strict=True)
    return np.concatenate([np.column_stack([b, W]).ravel() for W, b in layers])


def packed(layout, found):
    """Weights in our order from those of nnet."""
    coefs, intercepts = [], []
    for fan_in, fan_out in zip(
        layout.layer_units[:-1], layout.layer_units[1:], strict=True
    ):
        layer = found[: fan_out * (fan_in + 1)].reshape(fan_out, fan_in + 1)
        found = found[layer.size :]
        coefs.append(layer[:, 1:])
        intercepts.append(layer[:, 0])
    return layout.pack(coefs, intercepts)


def nnet(objective, start):
    """Values at the start and at the minimum of nnet, and its weights there."""
    layout = objective.layout
    coefs, intercepts = layout.unpack(start)
    decays = [np.full_like(W, ALPHA / 2) for W in coefs]
    tables = {
        "X": objective.X,
        "T": np.eye(layout.layer_units[-1])[objective.y],
        "start": by_unit(coefs, intercepts),
        "decay": by_unit(decays, [np.zeros_like(b) for b in intercepts]),
    }
    size = layout.layer_units[1] if len(coefs) > 1 else 0
    with tempfile.TemporaryDirectory() as folder:
        for name, values in tables.items():
            np.savetxt(Path(folder, name), values, delimiter=",", fmt="%.17g")
        script = R.format(folder=folder, size=size, skip="FALSE" if size else "TRUE")
        subprocess.run(["Rscript", "-"], input=script, text=True, check=True)
        at_start, at_minimum, *found = np.loadtxt(Path(folder, "found"))
    return at_start, at_minimum, packed(layout, np.array(found))


def compared(name, X, y, size):
    """A row of the table."""
    X = (X - X.mean(axis=0)) / np.maximum(X.std(axis=0), 1e-3)
    layout = ParameterLayout([X.shape[1], *([size] if size else []), y.max() + 1])
    objective = Objective(
        X,
        y,
        None,
        layout=layout,
        activations=[ACTIVATIONS["logistic"]] * bool(size),
        alpha=ALPHA,
        standardization=Standardization.identity(X.shape[1]),
    )
    start = np.random.default_rng(0).uniform(-0.5, 0.5, layout.n_parameters)
    at_start, at_minimum, theirs = nnet(objective, start)
    ours = train(objective, start, max_iter=20_000, tol=0).minimum
    n = len(X)
    return [
        name,
        size,
        f"{abs(n * objective(start)[0] / at_start - 1):.0e}",
        f"{abs(n * objective(theirs)[0] / at_minimum - 1):.0e}",
        f"{at_minimum / n:.10f}",
        f"{ours.loss:.10f}",
        ours.convergence.n_evaluations,
    ]


if __name__ == "__main__":
    digits, labels = load_digits(return_X_y=True)
    rows = [
        compared("iris", *load_iris(return_X_y=True), 0),
        compared("iris", *load_iris(return_X_y=True), 5),
        compared("wine", *load_wine(return_X_y=True), 0),
        compared("wine", *load_wine(return_X_y=True), 10),
        compared("digits", digits[:500], labels[:500], 0),
        compared("digits", digits[:500], labels[:500], 20),
    ]
    header = ["data", "hidden", "at the start, relative", "at its minimum, relative"]
    header += ["its minimum", "ours", "our evaluations"]
    print(table(header, rows))
