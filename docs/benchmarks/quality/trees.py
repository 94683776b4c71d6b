"""Ours against boosted trees, all by default: log-loss and seconds.

    cd docs/benchmarks
    python -m quality.trees [--folder FOLDER] [--jobs 2] [--results FILE] [--only NAME]

The 46 data sets and three splits of `quality.peers`, raw features, one thread each;
seconds are those of the process. Half an hour on two cores; goes on where it was
interrupted. `--only` measures one classifier and leaves the page alone.
"""

import argparse
from pathlib import Path

from report import installed, publish, table

from quality.classifiers import OURS, PEERS, available
from quality.held_out import HELD_OUT, load
from quality.peers import MAX_ROWS, PLAIN, summary
from quality.study import SUITE, Study, Task, grid

TREES = ("CatBoost", "LightGBM", "XGBoost")
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
    return table(["log-loss", *methods, "ours / best of trees"], rows)


def main():
    """Measure and fill the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, help="files NAME.npz; else OpenML")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--results", type=Path, default=Path("trees.jsonl"))
    parser.add_argument("--only", help="this classifier alone, and no page")
    options = parser.parse_args()
    entries = {PLAIN: OURS[PLAIN], **{name: PEERS[name] for name in TREES}}
    methods = available(entries)
    if options.only:
        methods = {options.only: methods[options.only]}
    study = Study(
        {name: entry.make for name, entry in methods.items()},
        load,
        options.folder,
        MAX_ROWS,
        options.results,
    )
    results = study.run(
        [
            Task(data, seed, method)
            for data in (*SUITE, *HELD_OUT)
            for seed in SEEDS
            for method in methods
        ],
        options.jobs,
    )
    if not options.only:
        versions = ", ".join(
            f"{name} {installed(name)}" for name in ("catboost", "lightgbm", "xgboost")
        )
        for name, data in (("trees", SUITE), ("trees_held_out", [*HELD_OUT])):
            publish(
                name,
                summary(results, data, SEEDS, [*methods]),
                by_data(results, data, [*methods]),
                versions,
                page="quality/README.md",
            )


if __name__ == "__main__":
    main()
