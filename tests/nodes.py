"""Sums of some blocks of a problem, to be made in processes of their own."""

import numpy as np

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._features.columns import column_sums
from sksoftmax._rows.threads import BlockThreads
from sksoftmax._training.objective import Objective


def objective_and_point():
    """Of many blocks, with values of sizes that make the order of additions matter.

    A row in ten has no weight, and the layer is wide for blocks to be short.
    """
    rng = np.random.default_rng(1)
    X = rng.normal(size=(3000, 3)) * 10.0 ** rng.integers(-4, 4, (3000, 3))
    weights = rng.lognormal(0, 2, 3000) * (rng.random(3000) < 0.9)
    clf = SoftmaxMLPClassifier(2048, standardize=False, random_state=0)
    objective, start, *_ = clf._problem(X, rng.integers(3, size=3000), weights)
    return objective, start + 0.1 * rng.normal(size=start.size)


def node_of(start, stop):
    """Loss, gradient, totals of weights, and moments, of blocks `start` to `stop`."""
    whole, point = objective_and_point()
    part = Objective(
        whole.X,
        whole.y,
        whole.weights,
        layout=whole.layout,
        activations=whole.activations,
        alpha=whole.alpha,
        standardization=whole.standardization,
        blocks=whole.blocks[start:stop],
    )
    with BlockThreads():
        return [
            *part._sums(point),
            part.weights_sum,
            part.class_sums(whole.weights),
            *column_sums(
                part.X,
                part.weights,
                part.blocks,
                map,
                lambda x, _: x,
                lambda x, _: x**2,
            ),
        ]
