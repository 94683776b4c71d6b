"""Which defaults give the best probabilities? One choice at a time.

    cd docs/benchmarks
    python -m quality.defaults [--folder FOLDER] [--jobs 2] [--results FILE]

Test log-loss on 32 data sets, at most 2000 training rows, one stratified split, raw
features. All but one thing is as in `SoftmaxMLPClassifier()`; with a number for alpha
inputs are linear, without relevances. An hour and a half on two cores; goes on where it
was interrupted.
"""

from functools import partial
from unittest.mock import patch

import numpy as np
from datasets import load
from report import publish, table
from scipy.special import log_softmax
from sklearn.ensemble import BaggingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    QuantileTransformer,
    StandardScaler,
)

from quality.study import (
    SUITE,
    Ranking,
    Study,
    Task,
    command_line,
    geometric_mean,
    grid,
    worst,
)
from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._network import network
from sksoftmax._network.parameters import ParameterLayout

N_SPLITS, MAX_ROWS = 1, 2000


def ours(seed, **parameters):
    """The classifier."""
    return SoftmaxMLPClassifier(random_state=seed, **parameters)


def behind(seed, *transformers):
    """Of transformed features, which it standardises."""
    return make_pipeline(*(make() for make in transformers), ours(seed))


def averaged(seed, n):
    """Probabilities averaged over random starts."""
    return BaggingClassifier(
        ours(None), n_estimators=n, bootstrap=False, random_state=seed
    )


class Patched:
    """With something replaced during the fit."""

    def __init__(self, seed, owner, name, replacement):
        self.clf, self.patch = ours(seed), (owner, name, replacement)

    def fit(self, X, y):
        """As the classifier does it otherwise."""
        with patch.object(*self.patch):
            self.clf.fit(X, y)
        return self

    def predict_proba(self, X):
        """The classifier's."""
        return self.clf.predict_proba(X)


def smooth_clip():
    """To (-3, 3)."""
    return FunctionTransformer(lambda x: x / np.sqrt(1 + (x / 3) ** 2))


def normal_quantiles():
    """Each feature as a normal one of the same ranks."""
    return QuantileTransformer(output_distribution="normal", n_quantiles=500)


def draw_with(gain, output):
    """Another initial draw: hidden bounds times `gain`, and the output layer as well.

    `output` is False where it is zero.
    """

    def draw(layout, random_state):
        flat = np.zeros(layout.n_parameters)
        coefs, _ = layout.unpack(flat)
        for coef in coefs if output else coefs[:-1]:
            bound = gain(*coef.shape)
            coef[:] = random_state.uniform(-bound, bound, coef.shape)
        return flat

    return draw


def glorot(fan_out, fan_in):
    """Glorot & Bengio 2010, eq. (16)."""
    return np.sqrt(6 / (fan_in + fan_out))


def he(fan_out, fan_in):
    """He et al. 2015, eq. (10)."""
    return np.sqrt(6 / fan_in)


def smoothed(share):
    """Cross-entropy with that share of each label spread over all classes."""
    sharp = network.cross_entropy_sum

    def cross_entropy_sum(logits, y, sample_weight):
        weight = np.ones(y.size) if sample_weight is None else sample_weight
        spread = -(log_softmax(logits, axis=0).mean(axis=0) @ weight)
        loss, deltas = sharp(logits, y, sample_weight)
        deltas -= share / len(deltas) * weight
        deltas[y, np.arange(y.size)] += share * weight
        return (1 - share) * loss + share * float(spread), deltas

    return cross_entropy_sum


def started(draw):
    """With another initial draw."""
    return partial(Patched, owner=ParameterLayout, name="draw", replacement=draw)


def with_labels(share):
    """With label smoothing."""
    return partial(
        Patched,
        owner=network,
        name="cross_entropy_sum",
        replacement=smoothed(share),
    )


# The default is `ours` itself, measured once.
FACTORS = {
    "activation": {
        "relu": ours,
        **{
            name: partial(ours, activation=name)
            for name in ("tanh", "logistic", "silu")
        },
    },
    "encoding": {
        '"auto"': ours,
        '"linear"': partial(ours, encoding="linear"),
        '"piecewise"': partial(ours, encoding="piecewise"),
    },
    "relevance": {
        "True": ours,
        "False": partial(ours, relevance=False),
        'False, and encoding="linear"': partial(
            ours, relevance=False, encoding="linear"
        ),
    },
    "input transform": {
        "standard": ours,
        "standard, clipped, then standard": lambda seed: behind(
            seed, StandardScaler, smooth_clip
        ),
        "normal quantiles, then standard": lambda seed: behind(seed, normal_quantiles),
    },
    "random starts averaged": {
        "1": ours,
        "3": partial(averaged, n=3),
    },
    "hidden layers": {
        "(100,)": ours,
        **{
            str(sizes): partial(ours, hidden_layer_sizes=sizes)
            for sizes in ((), (64, 64))
        },
    },
    "width": {
        "100": ours,
        **{str(n): partial(ours, hidden_layer_sizes=(n,)) for n in (30, 200)},
    },
    "alpha": {
        '"auto"': ours,
        "1": partial(ours, alpha=1.0),
        "3": partial(ours, alpha=3.0),
    },
    "start": {
        "Glorot, output layer zero": ours,
        "Glorot": started(draw_with(glorot, output=True)),
        "He, output layer zero": started(draw_with(he, output=False)),
    },
    "label smoothing": {
        "0": ours,
        "0.05": with_labels(0.05),
        "0.1": with_labels(0.1),
    },
    "tol": {
        "5e-3": ours,
        "1e-3": partial(ours, tol=1e-3),
        "2e-2": partial(ours, tol=2e-2),
    },
}


def key(factor, choice):
    """Name of a method in the results."""
    is_default = FACTORS[factor][choice] is ours
    return "default" if is_default else f"{factor}: {choice}"


def summary(factor, results, data, seeds):
    """A row for each choice."""
    choices = list(FACTORS[factor])
    methods = [key(factor, choice) for choice in choices]
    losses = grid(results, data, seeds, methods)
    seconds = grid(results, data, seeds, methods, "seconds").sum(axis=(0, 1))
    ratios = losses / losses.min(axis=2, keepdims=True)
    to_default = losses / losses[:, :, [methods.index("default")]]
    ranking = Ranking.of(losses)
    rows = [
        [
            factor,
            choice,
            f"{geometric_mean(ratios)[i]:.3f}",
            f"{geometric_mean(to_default)[i]:.3f}",
            f"{ranking.ranks[i]:.2f}",
            worst(ratios, data)[i],
            f"{seconds[i]:.0f}",
        ]
        for i, choice in enumerate(choices)
    ]
    rows[0][4] += f" (critical difference {ranking.critical_difference:.2f})"
    return rows


def main():
    """Measure and fill the page."""
    parser = command_line(__doc__, "defaults.jsonl")
    parser.add_argument("--factors", nargs="+", choices=FACTORS, default=[*FACTORS])
    parser.add_argument("--data", nargs="+", choices=SUITE, default=SUITE)
    parser.add_argument("--splits", type=int, default=N_SPLITS)
    options = parser.parse_args()
    seeds = range(options.splits)
    methods = {
        key(factor, choice): make
        for factor in FACTORS
        for choice, make in FACTORS[factor].items()
    }
    study = Study(methods, load, MAX_ROWS)
    rows = []
    for factor in options.factors:
        print(f"\n{factor}")
        tasks = [
            Task(name, seed, key(factor, choice))
            for seed in seeds
            for name in options.data
            for choice in FACTORS[factor]
        ]
        results = study.run(tasks, options)
        rows += summary(factor, results, options.data, seeds)
        print("\n" + table(HEADER, rows[-len(FACTORS[factor]) :]))
    if options.factors == [*FACTORS] and options.data == SUITE:  # not a part of it
        publish("defaults", table(HEADER, rows), page="quality/README.md")


HEADER = [
    "what",
    "choice",
    "log-loss / best: geometric mean",
    "/ default",
    "mean rank",
    "largest / best",
    "s",
]


if __name__ == "__main__":
    main()
