"""Data sets that no choice was made on: scikit-learn's own, and generated ones.

Not breast_cancer, which is wdbc of OpenML.
"""

import datasets
import numpy as np
from sklearn.datasets import (
    load_digits,
    load_iris,
    load_wine,
    make_circles,
    make_classification,
    make_gaussian_quantiles,
    make_hastie_10_2,
    make_moons,
)


def linear():
    """Two classes, a linear boundary, a tenth of the labels wrong."""
    random_state = np.random.RandomState(0)
    X = random_state.normal(size=(2000, 10))
    flipped = random_state.uniform(size=2000) < 0.1
    return X, ((X @ random_state.normal(size=10) > 0) ^ flipped).astype(int)


def heavy_tails():
    """Three Gaussian classes, seen through exp: columns of very different scales."""
    X, y = make_classification(3000, 12, n_informative=6, n_classes=3, random_state=1)
    return np.exp(np.linspace(0.5, 3, 12) * X / 2), y


def checkerboard():
    """Four by four fields of two classes, and two columns of noise."""
    random_state = np.random.RandomState(2)
    X = random_state.uniform(0, 4, size=(3000, 4))
    return X, np.floor(X[:, :2]).sum(axis=1).astype(int) % 2


def categorical():
    """Ten columns of zeros and ones; the label is a noisy majority of three pairs."""
    random_state = np.random.RandomState(3)
    X = random_state.randint(2, size=(2500, 10))
    votes = (X[:, 0:6:2] == X[:, 1:6:2]).sum(axis=1)
    flipped = random_state.uniform(size=2500) < 0.05
    return X, ((votes >= 2) ^ flipped).astype(int)


def hastie():
    """Hastie, Tibshirani & Friedman, Elements of Statistical Learning, eq. (10.2)."""
    X, y = make_hastie_10_2(4000, random_state=0)
    return X, (y > 0).astype(int)


HELD_OUT = {
    "digits": lambda: load_digits(return_X_y=True),
    "iris": lambda: load_iris(return_X_y=True),
    "wine": lambda: load_wine(return_X_y=True),
    "moons": lambda: make_moons(2000, noise=0.25, random_state=0),
    "circles": lambda: make_circles(2000, noise=0.15, factor=0.6, random_state=0),
    "gaussian_quantiles": lambda: make_gaussian_quantiles(
        n_samples=3000, n_features=5, n_classes=4, random_state=0
    ),
    "hastie": hastie,
    "clusters": lambda: make_classification(
        3000,
        20,
        n_informative=8,
        n_classes=5,
        n_clusters_per_class=3,
        random_state=0,
    ),
    "rare_class": lambda: make_classification(
        4000, 15, n_informative=5, weights=[0.95], flip_y=0.02, random_state=4
    ),
    "wide": lambda: make_classification(
        300, 300, n_informative=10, n_redundant=50, random_state=5
    ),
    "linear": linear,
    "heavy_tails": heavy_tails,
    "checkerboard": checkerboard,
    "categorical": categorical,
}


def load(name, folder):
    """One of these data sets, or of `datasets`."""
    return HELD_OUT[name]() if name in HELD_OUT else datasets.load(name, folder)
