"""Ours against boosted trees and scikit-learn's, all by default: log-loss and seconds.

    cd docs/benchmarks
    python -m quality.trees [--folder FOLDER] [--jobs 2] [--results FILE]
                            [--only NAME ...]

The 46 data sets and three splits of `quality.peers`, raw features, scaled for the last
two, one thread each; seconds are those of the process. Half an hour on two cores; goes
on where it was interrupted. `--only` measures some classifiers and leaves the page
alone.
"""

from report import installed, publish, table
from sklearn.linear_model import LogisticRegression

from quality.classifiers import OURS, PEERS, Entry, available, makers, scaled
from quality.held_out import HELD_OUT, load
from quality.peers import MAX_ROWS, PLAIN, summary
from quality.study import SUITE, Study, Task, command_line, grid

ENTRIES = {
    PLAIN: OURS[PLAIN],
    **{name: PEERS[name] for name in ("CatBoost", "LightGBM", "XGBoost")},
    "LogisticRegression": Entry(lambda seed: scaled(LogisticRegression(max_iter=1000))),
    "MLPClassifier": PEERS["MLPClassifier"],
}
SUITES = {"trees": SUITE, "trees_held_out": [*HELD_OUT]}
SEEDS = range(3)


def by_data(results, data, methods):
    """Mean log-loss on each data set, the one where ours loses most first."""
    losses = grid(results, data, SEEDS, methods).mean(axis=1)
    ratios = losses[:, 0] / losses[:, 1:].min(axis=1)
    rows = []
    for i in ratios.argsort()[::-1]:
        best = losses[i].min()
        cells = [f"**{x:.4f}**" if x == best else f"{x:.4f}" for x in losses[i]]
        rows.append([data[i], *cells, f"{ratios[i]:.2f}"])
    return table(["log-loss", *methods, "ours / best of others"], rows)


def tables(results, data, methods):
    """What the page has of a suite. The first method is ours."""
    return [
        summary(results, data, SEEDS, methods),
        by_data(results, data, methods),
    ]


def contest(parser, entries, load, suites):
    """Measure and fill the page.

    Of `entries` the first is ours. `suites` are lists of data sets, by the name of
    their part of the page.
    """
    parser.add_argument("--only", nargs="+", help="these classifiers, and no page")
    options = parser.parse_args()
    methods = available(entries)
    if options.only:
        methods = {name: methods[name] for name in options.only}
    tasks = [
        Task(name, seed, method)
        for data in suites.values()
        for name in data
        for seed in SEEDS
        for method in methods
    ]
    results = Study(makers(methods), load, MAX_ROWS).run(tasks, options)
    if options.only:
        return
    libraries = [entry.requires for entry in methods.values() if entry.requires]
    versions = ", ".join(f"{name} {installed(name)}" for name in libraries)
    for part, data in suites.items():
        publish(
            part,
            *tables(results, data, [*methods]),
            versions,
            page="quality/README.md",
        )


def main():
    """On columns of numbers."""
    contest(
        command_line(__doc__, "trees.jsonl"),
        ENTRIES,
        load,
        SUITES,
    )


if __name__ == "__main__":
    main()
