"""Generated problems for `quality.stress`: what a default has to survive.

Each function draws data of one law, `(random_state, n) -> X, y`, with labels from 0 on.
Below them are the tables: a line for each problem.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import expit
from sklearn.datasets import make_classification


class Part(NamedTuple):
    """Rows, their labels, and their weights or None."""

    X: Any
    y: np.ndarray
    weight: np.ndarray | None = None

    def times(self, class_weights):
        """With the weights of their classes multiplied in."""
        weight = class_weights[self.y]
        return self._replace(
            weight=weight if self.weight is None else weight * self.weight
        )


class Problem(NamedTuple):
    """What is fitted, to be judged on other rows of the same law.

    Attributes
    ----------
    draw : callable
        From a RandomState and a number of rows to X and y.
    n : int
        Rows for training.
    n_test : int
    n_drawn : int or None
        Of so many rows for training the first `n` are taken: problems that differ in
        `n` alone are nested.
    networks : tuple of dict
        Parameters of ours, one after the other.
    class_weight : dict, "balanced" or None
        The test log-loss has these weights, too.
    weigh : callable or None
        From a RandomState, X and y to X, y and weights, of both parts.
    n_seeds : int
        Each with other data and other random weights.
    smallest_alpha : float
        Of those tried, unless it is the best: a larger one where fits take long.
    """

    draw: Callable
    n: int
    n_test: int = 10_000
    n_drawn: int | None = None
    networks: tuple[dict, ...] = ({},)
    class_weight: dict | str | None = None
    weigh: Callable | None = None
    n_seeds: int = 1
    smallest_alpha: float = 1e-3

    def parts(self, seed):
        """One for training, with sample weights alone, and one for testing."""
        random_state = np.random.RandomState(seed)
        X, y = self.draw(random_state, self.n_test + (self.n_drawn or self.n))
        rows = slice(self.n_test, self.n_test + self.n), slice(self.n_test)
        weigh = self.weigh or (lambda _, X, y: (X, y))
        train, test = (Part(*weigh(random_state, X[i], y[i])) for i in rows)
        assert np.array_equal(np.unique(train.y), np.arange(y.max() + 1))
        if self.class_weight is not None:
            test = test.times(self.class_weights(train.y))
        return train, test

    def class_weights(self, y):
        """An array: of labels for training, as `class_weight` means it."""
        if self.class_weight == "balanced":
            counts = np.bincount(y)
            return y.size / (counts.size * counts)
        weights = self.class_weight or {}
        return np.array([float(weights.get(k, 1)) for k in range(y.max() + 1)])


def bernoulli(random_state, log_odds):
    """Labels 0 and 1."""
    return (random_state.uniform(size=log_odds.shape) < expit(log_odds)).astype(int)


def flipped(random_state, y, share):
    """Labels 0 and 1, that share of them the wrong one."""
    return y ^ (random_state.uniform(size=y.shape) < share)


def smooth(random_state, n, n_features=20):
    """Two classes, the log-odds smooth in the first five columns; much is chance."""
    X = random_state.normal(size=(n, n_features))
    log_odds = 1.5 * np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + X[:, 3]
    return X, bernoulli(random_state, log_odds - 0.5 * X[:, 4] ** 2 + 0.5)


def linear(random_state, n, n_features=20, slope=2.0):
    """Two classes, the log-odds linear in all columns."""
    coef = random_state.normal(size=n_features)
    X = random_state.normal(size=(n, n_features))
    log_odds = slope * X @ coef / np.linalg.norm(coef)
    return X, bernoulli(random_state, log_odds)


def rule(random_state, n, depth=4, n_features=10, flip=0.0):
    """A tree of random columns and thresholds; half of its leaves are of class 1."""
    columns = random_state.randint(n_features, size=2**depth)
    thresholds = random_state.uniform(-0.5, 0.5, size=2**depth)
    labels = random_state.permutation(np.arange(2**depth) % 2)
    X = random_state.normal(size=(n, n_features))
    node = np.ones(n, dtype=int)  # its children are 2 node and 2 node + 1
    for _ in range(depth):
        right = X[np.arange(n), columns[node]] > thresholds[node]
        node = 2 * node + right
    return X, flipped(random_state, labels[node - 2**depth], flip)


def clusters(random_state, n, n_features=30, n_informative=15, **parameters):
    """scikit-learn's Gaussian clusters at the corners of a cube."""
    return make_classification(
        n,
        n_features,
        n_informative=n_informative,
        random_state=random_state,
        **{"flip_y": 0, **parameters},
    )


def heavy_tails(random_state, n):
    """Three classes of clusters, seen through exp: columns of very different scales."""
    X, y = clusters(random_state, n, 12, 6, n_classes=3)
    return np.exp(np.linspace(0.5, 3, 12) * X / 2), y


def noise(random_state, n, n_classes):
    """Labels that have nothing to do with the columns."""
    return random_state.normal(size=(n, 20)), np.arange(n) % n_classes


def checkerboard(random_state, n, fields):
    """Two columns, `fields` by `fields` of them."""
    X = random_state.uniform(0, fields, size=(n, 2))
    return X, np.floor(X).sum(axis=1).astype(int) % 2


def parity(random_state, n, n_signs, n_noise=0):
    """Is the number of positive columns odd? Of two, the exclusive or."""
    X = random_state.normal(size=(n, n_signs + n_noise))
    return X, (X[:, :n_signs] > 0).sum(axis=1) % 2


def spirals(random_state, n):
    """Two arms of one and a half turns each, a little blurred."""
    y = np.arange(n) % 2
    angle = 3 * np.pi * np.sqrt(random_state.uniform(size=n))
    sign = 2 * y - 1
    X = (sign * angle) * np.array([np.cos(angle), np.sin(angle)])
    return X.T + 0.3 * random_state.normal(size=(n, 2)), y


def rare(random_state, n, share):
    """Class 1, that share of the rows, a step away in three of ten columns."""
    y = (random_state.uniform(size=n) < share).astype(int)
    X = random_state.normal(size=(n, 10))
    X[:, :3] += y[:, None]
    return X, y


def wide(random_state, n, n_features, step=0.5, n_informative=50):
    """Two classes, a small step apart in each of the informative columns."""
    y = np.arange(n) % 2
    X = random_state.normal(size=(n, n_features))
    X[:, :n_informative] += step * (2 * y[:, None] - 1)
    return X, y


def documents(random_state, n, n_words=20_000, length=100):
    """Sparse counts of words; a tenth of them is more frequent in one of two topics."""
    frequency = 1 / np.arange(1, n_words + 1)
    topical = random_state.uniform(size=(2, n_words)) < 0.05
    y = np.arange(n) % 2
    words = np.empty((n, length), dtype=int)
    for k, more_frequent in enumerate(topical):
        p = frequency * np.where(more_frequent, 2, 1)
        words[y == k] = random_state.choice(
            n_words, size=((y == k).sum(), length), p=p / p.sum()
        )
    rows = np.repeat(np.arange(n), length)
    counts = np.ones(n * length)
    return csr_matrix((counts, (rows, words.ravel())), shape=(n, n_words)), y


def cells(random_state, n, sizes=(4, 2, 3)):
    """Categories as columns of zeros and ones; each cell has its own odds."""
    log_odds = 1.5 * random_state.normal(size=sizes)
    codes = tuple(random_state.randint(size, size=n) for size in sizes)
    X = np.hstack([np.eye(size)[code] for size, code in zip(sizes, codes, strict=True)])
    return X, bernoulli(random_state, log_odds[codes])


def lognormal(random_state, X, y):
    """Weights that have nothing to do with the rows."""
    return X, y, random_state.lognormal(size=y.size)


def relative(random_state, X, y):
    """The same, as boosting has them: they sum to 1."""
    weight = random_state.lognormal(size=y.size)
    return X, y, weight / weight.sum()


def counted(random_state, X, y):
    """Each distinct row once, with its count for a weight."""
    rows, counts = np.unique(np.column_stack([X, y]), axis=0, return_counts=True)
    return rows[:, :-1], rows[:, -1].astype(int), counts.astype(float)


def copied(random_state, X, y):
    """Ten copies of each row of class 1, as oversampling makes them."""
    rows = np.repeat(np.arange(y.size), np.where(y == 1, 10, 1))
    return X[rows], y[rows]


def nested(name, draw, sizes):
    """Problems on the first rows of the same data."""
    return {f"{name}, {n:,} rows": Problem(draw, n, n_drawn=max(sizes)) for n in sizes}


def merged(groups):
    """One table of several."""
    return {name: problem for group in groups for name, problem in group.items()}


NETWORKS = (
    {},
    *({"hidden_layer_sizes": (width,)} for width in (10, 30, 300, 500)),
    {"hidden_layer_sizes": (100, 100)},
    {"hidden_layer_sizes": (64, 64, 64)},
    *(
        {"activation": name}
        for name in ("tanh", "logistic", "softplus", "silu", "elu", "identity")
    ),
)
TANH_6 = {"hidden_layer_sizes": (6,), "activation": "tanh"}
FAMILIES = {
    name: nested(name, draw, sizes)
    for name, draw, *sizes in [
        (
            "clusters, flip 0",
            partial(clusters, n_clusters_per_class=3),
            8_000,
            16_000,
            32_000,
        ),
        ("smooth", smooth, 200, 1_000, 4_000, 20_000),
        ("linear", linear, 200, 1_000, 4_000),
        ("rule", rule, 500, 2_000, 8_000),
        ("rule, flip 0.1", partial(rule, flip=0.1), 500, 4_000),
        ("noise of 10 classes", partial(noise, n_classes=10), 500, 2_000),
    ]
}
# For these the accuracy is compared with that of SoftmaxMLPClassifierCV.
PATTERNS = {
    **{
        f"checkerboard of {fields} x {fields}, {n:,} rows": Problem(
            partial(checkerboard, fields=fields), n, n_seeds=5
        )
        for fields, n in [
            (2, 100),
            (3, 100),
            (3, 300),
            (4, 300),
            (5, 500),
            (5, 1_000),
            (6, 1_000),
            (6, 2_000),
        ]
    },
    **{
        f"exclusive or, columns of noise: {n_noise}, {n:,} rows": Problem(
            partial(parity, n_signs=2, n_noise=n_noise), n, n_seeds=5
        )
        for n_noise, n in [(0, 100), (2, 100), (5, 200), (10, 500), (20, 1_000)]
    },
    **{
        f"spirals, {n:,} rows": Problem(spirals, n, n_seeds=5)
        for n in (100, 300, 1_000)
    },
    **{
        f"parity of 3, {n:,} rows": Problem(partial(parity, n_signs=3), n, n_seeds=5)
        for n in (100, 300, 1_000)
    },
}
GROUPS = {
    "rows": {
        **merged(FAMILIES.values()),
        "clusters of 5 classes, flip 0.05, 100,000 x 50": Problem(
            partial(clusters, n_features=50, n_classes=5, flip_y=0.05),
            100_000,
            smallest_alpha=0.1,
        ),
    },
    "hundred rows": {
        f"{name}, 100 rows": Problem(draw, 100, n_seeds=3)
        for name, draw in {
            "linear": linear,
            "smooth": smooth,
            "clusters of 4 classes": partial(clusters, n_classes=4),
            "rule of depth 2": partial(rule, depth=2),
            "noise of 2 classes": partial(noise, n_classes=2),
        }.items()
    },
    "label noise": {
        "smooth, 8,000 rows": Problem(smooth, 8_000, networks=({}, TANH_6), n_seeds=2),
        "clusters, flip 0.1, 16,000 rows": Problem(
            partial(clusters, flip_y=0.1), 16_000
        ),
        **{
            f"clusters of 4 classes, flip {flip}, 3,000 rows": Problem(
                partial(clusters, n_classes=4, flip_y=flip), 3_000
            )
            for flip in (0, 0.2, 0.4)
        },
    },
    "many classes": {
        "clusters of 10 classes, flip 0.01, 8,000 rows": Problem(
            partial(clusters, n_classes=10, flip_y=0.01), 8_000
        ),
        "clusters of 60 classes, 12,000 rows": Problem(
            partial(clusters, n_classes=60, n_clusters_per_class=1), 12_000
        ),
        "clusters of 200 classes, 6,000 rows": Problem(
            partial(clusters, n_classes=200, n_clusters_per_class=1), 6_000
        ),
    },
    "noise": {
        f"noise of {n_classes} classes, {n:,} rows": Problem(
            partial(noise, n_classes=n_classes), n
        )
        for n_classes, n in [
            (2, 500),
            (2, 2_000),
            (50, 2_000),
            (100, 1_000),
            (200, 2_000),
        ]
    },
    "patterns": {
        name: PATTERNS[name]._replace(n_seeds=1)
        for name in (
            "checkerboard of 4 x 4, 300 rows",
            "exclusive or, columns of noise: 10, 500 rows",
            "spirals, 300 rows",
            "parity of 3, 300 rows",
        )
    },
    "other laws": {
        "smooth, 95 columns of noise, 2,000 rows": Problem(
            partial(smooth, n_features=100), 2_000
        ),
        "linear, steep, 2,000 rows": Problem(partial(linear, slope=20), 2_000),
        "one percent of a class, 4,000 rows": Problem(partial(rare, share=0.01), 4_000),
        "heavy tails, 3,000 rows": Problem(heavy_tails, 3_000),
        "categories, 2,000 rows": Problem(cells, 2_000),
    },
    "weights": {
        "class_weight={1: 1000}, 3 % of a class": Problem(
            partial(rare, share=0.03), 3_000, 20_000, class_weight={1: 1000}
        ),
        "class_weight={0: 1e-6, 1: 1e-3}": Problem(
            partial(rare, share=0.03), 3_000, 20_000, class_weight={0: 1e-6, 1: 1e-3}
        ),
        'class_weight="balanced", 3 % of a class': Problem(
            partial(rare, share=0.03), 3_000, 20_000, class_weight="balanced"
        ),
        "ten copies of a rare class": Problem(
            partial(rare, share=0.03), 3_000, 20_000, weigh=copied
        ),
        "categories, with counts for weights": Problem(cells, 2_000, weigh=counted),
        "smooth, lognormal weights": Problem(smooth, 2_000, 20_000, weigh=lognormal),
        "smooth, weights that sum to 1": Problem(smooth, 2_000, 20_000, weigh=relative),
    },
    "more columns than rows": {
        "wide, 60 x 1,000": Problem(
            partial(wide, n_features=1_000), 60, 5_000, n_seeds=3
        ),
        "wide, 200 x 2,000": Problem(
            partial(wide, n_features=2_000, step=0.25), 200, 5_000
        ),
        "documents, 100 x 20,000": Problem(documents, 100, 5_000, smallest_alpha=0.1),
    },
    "networks": {
        "clusters of 10 classes, 2,000 rows": Problem(
            partial(clusters, n_classes=10, n_clusters_per_class=1),
            2_000,
            networks=NETWORKS,
        ),
        "smooth, 2,000 rows": Problem(smooth, 2_000, networks=NETWORKS),
    },
}
PROBLEMS = merged(GROUPS.values())
# Of each group one or two, and a minute in all.
SMALL = (
    "smooth, 200 rows",
    "smooth, 1,000 rows",
    "noise of 10 classes, 500 rows",
    "linear, 100 rows",
    "smooth, 8,000 rows",
    "clusters of 4 classes, flip 0.2, 3,000 rows",
    "noise of 2 classes, 500 rows",
    "checkerboard of 4 x 4, 300 rows",
    "categories, 2,000 rows",
    "class_weight={1: 1000}, 3 % of a class",
    "categories, with counts for weights",
    "smooth, weights that sum to 1",
    "wide, 60 x 1,000",
    "exclusive or, columns of noise: 2, 100 rows",
    "parity of 3, 300 rows",
)
