"""Reliability diagrams."""

import numpy as np


def pooled(tables):
    """Sums per bin, with the same weight for each data set and split."""
    tables = np.asarray(tables, dtype=float)
    return (tables / tables[:, :1].sum(axis=2, keepdims=True)).sum(axis=0)


def reliability_diagrams(tables, path):
    """Accuracy against confidence, a panel for each method.

    Parameters
    ----------
    tables : dict
        From the name of a method to its tables of `calibration.reliability`.
    path : Path
        Where to.
    """
    import matplotlib.pyplot as plt

    n_columns = 4
    n_rows = -(-len(tables) // n_columns)
    figure, axes = plt.subplots(
        n_rows,
        n_columns,
        figsize=(2.6 * n_columns, 2.8 * n_rows),
        sharex=True,
        sharey=True,
        layout="constrained",
        squeeze=False,
    )
    for axis, (method, of_method) in zip(axes.flat, tables.items(), strict=False):
        count, confidence, correct = pooled(of_method)
        filled = count > 0
        accuracy = correct[filled] / count[filled]
        share = count[filled] / count.sum()
        axis.plot([0, 1], [0, 1], color="0.7", lw=1)
        axis.plot(confidence[filled] / count[filled], accuracy, lw=1)
        axis.scatter(
            confidence[filled] / count[filled], accuracy, s=4 + 150 * share, zorder=3
        )
        axis.set_title(method, fontsize=8)
        axis.set_aspect("equal")
    for axis in axes.flat[len(tables) :]:
        axis.axis("off")
    figure.supxlabel("confidence", fontsize=9)
    figure.supylabel("accuracy", fontsize=9)
    figure.savefig(path, dpi=110)
    plt.close(figure)
