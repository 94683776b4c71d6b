"""Objective and test log-loss against wall time, on twenty small data sets.

    OMP_NUM_THREADS=1 python docs/benchmarks/optimiser_small_curves.py [FOLDER]

As `optimiser_curves.py`, with an alpha of 3 and two seconds for each, on one thread,
which is best for all of them on data of this size. Three minutes.
"""

import sys

import numpy as np
from datasets import OF_SCIKIT_LEARN, SMALL
from optimiser_curves import NAMES, curve, plot, plt, seconds_to, split
from problems import problem_on
from report import FOLDER, load_competitors, publish, table

SECONDS, ALPHA, N_COLUMNS = 2, 3.0, 5


def cells(values, best):
    """Seconds to within 20 and 5 % of the best objective, and the lowest log-loss."""
    return [
        seconds_to(values, 1, 1.2 * best),
        seconds_to(values, 1, 1.05 * best),
        values[:, 2].min(),
    ]


def summary(found):
    """For each competitor, means of its cells over ours, where it has them."""
    for competitor in found[0]:
        ratios = np.array(
            [np.divide(of_data[competitor], of_data["ours"]) for of_data in found]
        )
        row = [NAMES[competitor]]
        for column in ratios.T:
            met = column[np.isfinite(column)]
            row.append(f"{np.exp(np.log(met).mean()):.2f} ({met.size} of {len(found)})")
        yield row


def main(folder=None):
    """Measure, and fill the page."""
    competitors = load_competitors(list(NAMES))
    names = [*SMALL, *OF_SCIKIT_LEARN]
    n_rows = -(-len(names) // N_COLUMNS)
    figure, axes = plt.subplots(
        2 * n_rows, N_COLUMNS, figsize=(4 * N_COLUMNS, 5.5 * n_rows)
    )
    found = []
    for place, name in enumerate(names):
        X, y, X_test, y_test = split(name, None, folder)
        problem = problem_on(X, y, (100,), "relu", ALPHA)
        curves = {
            competitor: curve(problem, module, SECONDS, X_test, y_test)
            for competitor, module in competitors.items()
        }
        best = min(values[:, 1].min() for values in curves.values())
        found.append({who: cells(values, best) for who, values in curves.items()})
        row, column = divmod(place, N_COLUMNS)
        plot(axes[2 * row : 2 * row + 2, column], name, curves)
        print(name, found[-1], flush=True)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=len(NAMES), frameon=False)
    figure.tight_layout(rect=(0, 0.02, 1, 1))
    figure.savefig(FOLDER / "images" / "optimiser_small.png", dpi=60)
    header = [
        "who",
        "s to 20 % / ours",
        "s to 5 % / ours",
        "lowest test log-loss / ours",
    ]
    publish("small curves", table(header, list(summary(found))), page="optimiser.md")


if __name__ == "__main__":
    main(*sys.argv[1:])
