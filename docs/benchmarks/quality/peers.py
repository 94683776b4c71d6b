"""Whose probabilities are best, with what a user would reach for?

    cd docs/benchmarks
    python -m quality.peers [--folder FOLDER] [--jobs 2] [--results FILE]

Test log-loss, accuracy, calibration and seconds on 32 data sets and on fourteen that no
choice was made on (`held_out.py`), at most 4000 training rows, three stratified splits,
raw features. The slowest peers are on the first split alone. Three hours on two cores;
goes on where it was interrupted, also from a copy of what `quality.trees` has.
`--data` names other data sets, files of FOLDER or ids of OpenML; there TabM is compared
as well.
"""

import numpy as np
from report import FOLDER, installed, publish, table

from quality.calibration import expected_calibration_error
from quality.classifiers import OURS, PEERS, SLOW, VARIANTS, available, makers
from quality.held_out import HELD_OUT, load
from quality.picture import reliability_diagrams
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

MAX_ROWS = 4000
PICTURE = FOLDER / "images" / "reliability.png"
PLAIN = "SoftmaxMLPClassifier()"
PICTURED = [
    "SoftmaxMLPClassifierCV()",
    PLAIN,
    "with temperature",
    "MLPClassifier, L-BFGS",
    "LogisticRegressionCV",
    "RandomForest",
    "HistGradientBoosting",
    "LightGBM",
]


def summary(results, data, seeds, methods):
    """A table: one row for each method, and a sentence on what differs."""
    losses = grid(results, data, seeds, methods)
    ratios = losses / losses.min(axis=2, keepdims=True)
    ranking = Ranking.of(losses)
    accuracy = grid(results, data, seeds, methods, "accuracy").mean(axis=(0, 1))
    seconds = grid(results, data, seeds, methods, "seconds").sum(axis=(0, 1))
    rows = [
        [
            method,
            f"{geometric_mean(ratios)[i]:.3f}",
            f"{ranking.ranks[i]:.2f}",
            worst(ratios, data)[i],
            f"{accuracy[i]:.3f}",
            f"{calibration_error(results, data, seeds, method):.3f}",
            f"{seconds[i]:.0f}",
        ]
        for i, method in enumerate(methods)
    ]
    header = [
        "classifier",
        "log-loss / best: geometric mean",
        "mean rank",
        "largest",
        "accuracy",
        "calibration error",
        "s",
    ]
    sentence = (
        f"{len(data)} data sets, splits: {len(seeds)}. Mean ranks that differ by less "
        f"than {ranking.critical_difference:.2f} do not differ at the 5 % level "
        f"(Nemenyi)."
    )
    return sentence + "\n\n" + table(header, rows)


def calibration_error(results, data, seeds, method):
    """Mean over data sets and splits."""
    tables = grid(results, data, seeds, [method], "reliability")[:, :, 0]
    return np.mean([expected_calibration_error(t) for split in tables for t in split])


def by_data(results, data, entries, fast):
    """Log-loss on each data set, mean over splits; the best of the fast in bold."""
    means = {
        method: grid(results, data, range(entry.n_splits), [method]).mean(axis=(1, 2))
        for method, entry in entries.items()
    }
    rows = []
    for i, name in enumerate(data):
        best = min(means[method][i] for method in fast)
        cells = [f"{losses[i]:.3f}" for losses in means.values()]
        cells = [
            f"**{cell}**" if method in fast and means[method][i] == best else cell
            for method, cell in zip(means, cells, strict=True)
        ]
        rows.append([name, *cells])
    header = [m if m in fast else f"{m} (first split)" for m in entries]
    return table(["log-loss", *header], rows)


def far_from_best(results, data, entries):
    """Where ours has, on some split, more than 1.5 times the best peer's log-loss."""
    rows = []
    for method in OURS:
        for name in data:
            cases = []
            for seed in range(entries[method].n_splits):
                losses = {
                    peer: results[Task(name, seed, peer)]["log_loss"]
                    for peer, entry in entries.items()
                    if peer not in OURS and seed < entry.n_splits
                }
                best = min(losses, key=losses.get)
                loss = results[Task(name, seed, method)]["log_loss"]
                cases.append((loss / losses[best], loss, losses[best], best))
            ratio, loss, best_loss, best = max(cases)
            if ratio > 1.5:
                cells = f"{ratio:.2f}", f"{loss:.4f}", f"{best_loss:.4f}", best
                rows.append([method, name, *cells])
    if not rows:
        return "Nowhere is ours above 1.5 times the best peer."
    header = ["classifier", "data", "ratio", "log-loss", "best peer's", "peer"]
    return (
        "Where ours is above 1.5 times the best peer, and its worst split there:\n\n"
        + table(header, rows)
    )


def comparison(results, data, entries):
    """The tables of one suite."""
    n_splits = max(entry.n_splits for entry in entries.values())
    fast = [name for name, entry in entries.items() if entry.n_splits == n_splits]
    parts = [summary(results, data, range(n_splits), fast)]
    if len(fast) < len(entries):
        parts.append(summary(results, data, [0], [*entries]))
    parts.append(far_from_best(results, data, entries))
    parts.append(by_data(results, data, entries, fast))
    return parts


def calibration(results, data):
    """What a temperature changes, and what other units do."""
    before, after, raw, scaled = np.moveaxis(
        grid(results, data, [0], [PLAIN, *VARIANTS]), 2, 0
    )
    errors = [
        calibration_error(results, data, [0], method)
        for method in (PLAIN, "with temperature")
    ]
    units = raw / scaled
    with_temperature = (
        f"Expected calibration error of `{PLAIN}`, mean over {len(data)} data sets: "
        f"{errors[0]:.4f}, with a temperature {errors[1]:.4f}; log-loss with / without "
        f"it, median: {np.median(after / before):.3f} "
        f"({(after / before).min():.2f} to {(after / before).max():.2f})."
    )
    in_other_units = (
        "Columns times powers of ten from -6 to 6: log-loss without / with a "
        f"StandardScaler in front, geometric mean: {geometric_mean(units):.4f} "
        f"({units.min():.3f} to {units.max():.3f})."
    )
    return [with_temperature, in_other_units]


def main():
    """Measure and fill the page."""
    parser = command_line(__doc__, "peers.jsonl")
    parser.add_argument("--data", nargs="+", help="these alone, and no page")
    options = parser.parse_args()
    slow = SLOW if options.data else {}
    compared, variants = available({**OURS, **PEERS, **slow}), available(VARIANTS)
    methods = {**compared, **variants}
    study = Study(makers(methods), load, MAX_ROWS)
    suites = {"peers": SUITE, "held_out": [*HELD_OUT]}
    if options.data:
        suites = {"named": options.data}
    everything = [name for data in suites.values() for name in data]
    results = study.run(
        [
            Task(name, seed, method)
            for seed in range(max(entry.n_splits for entry in methods.values()))
            for name in everything
            for method, entry in methods.items()
            if seed < entry.n_splits
        ],
        options,
    )
    parts = {name: comparison(results, data, compared) for name, data in suites.items()}
    if not options.data:
        names = ("lightgbm", "xgboost", "catboost", "pytabkit")
        parts["peers"].append(", ".join(f"{name} {installed(name)}" for name in names))
    parts["calibration"] = calibration(results, everything)
    reliability_diagrams(
        {
            method: grid(results, everything, [0], [method], "reliability")[:, 0, 0]
            for method in PICTURED
            if method in methods
        },
        options.results.with_suffix(".png") if options.data else PICTURE,
    )
    for name, texts in parts.items():
        if options.data:
            print("\n" + "\n\n".join(texts))
        else:
            publish(name, *texts, page="quality/README.md")


if __name__ == "__main__":
    main()
