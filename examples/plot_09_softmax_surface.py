"""
The two-class softmax surface, and cross-entropy beside squared error
=====================================================================

Draws the two pictures of docs/softmax.md. Needs matplotlib
(``pip install "sksoftmax[plot]"``)::

    python examples/plot_09_softmax_surface.py              # show them
    python examples/plot_09_softmax_surface.py docs/images  # write them as PNG files
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from scipy.special import expit, softmax

# Blue and vermilion of M. Okabe and K. Ito's palette: told apart with every kind
# of colour blindness, and in grey.
BLUE, VERMILION = "#0072B2", "#D55E00"
STYLE = {
    "font.size": 11,
    "axes.titlesize": 11.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "0.9",
    "lines.linewidth": 2.2,
}
DOTS_PER_INCH = 130


def plot_softmax_surface() -> Figure:
    """Probability of class 1 over the plane of both logits."""
    figure = plt.figure(figsize=(6.4, 4.6))
    axes = figure.add_axes(
        (0.0, 0.0, 0.86, 1.1), projection="3d", computed_zorder=False
    )
    limit = 6
    grid = np.linspace(-limit, limit, 97)
    logits = np.stack(np.meshgrid(grid, grid), axis=-1)
    surface = axes.plot_surface(
        logits[..., 0],
        logits[..., 1],
        softmax(logits, axis=-1)[..., 1],
        cmap="cividis",
        vmin=0,
        vmax=1,
        rcount=grid.size,
        ccount=grid.size,
        linewidth=0,
        antialiased=False,
    )
    # Along a line of slope 1 both logits grow by the same amount.
    for difference in (-4, -2, 0, 2, 4):
        z0 = np.clip([-limit - difference, limit - difference], -limit, limit)
        axes.plot(
            z0,
            z0 + difference,
            expit(difference),
            color="white" if difference < 0 else "black",
            linewidth=1.2 if difference else 2.4,
        )
        axes.text(
            z0[1] + 0.7,
            z0[1] + difference,
            expit(difference) + 0.008 * difference,
            f"$z_1 - z_0 = {difference}$",
            fontsize=9.5,
            verticalalignment="center",
        )
    ticks = [-5, 0, 5]
    axes.set(
        xlim=(-limit, limit),
        ylim=(-limit, limit),
        zlim=(0, 1),
        xlabel="logit $z_0$",
        ylabel="logit $z_1$",
        xticks=ticks,
        yticks=ticks,
        zticks=[0, 0.25, 0.5, 0.75, 1],
    )
    # The site reads it out; it is not drawn.
    axes.set_title("Probability of class 1 over both logits", visible=False)
    axes.set_box_aspect((1, 1, 0.72))
    axes.view_init(elev=27, azim=-112)
    colour_bar = figure.colorbar(
        surface, cax=figure.add_axes((0.86, 0.22, 0.024, 0.56))
    )
    colour_bar.set_label("probability $p_1$ of class 1")
    colour_bar.ax.grid(visible=False)
    return figure


def plot_cross_entropy() -> Figure:
    """Cost of a sample of two classes, against probability and against logits."""
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(9.4, 4), layout="constrained", sharey=True
    )
    figure.get_layout_engine().set(wspace=0.06)
    p = np.linspace(0.001, 1, 1000)
    difference = np.linspace(-8, 8, 1000)
    for axes, x, cross_entropy, squared_error in (
        (left, p, -np.log(p), (1 - p) ** 2),
        (
            right,
            difference,
            np.logaddexp(0, -difference),
            expit(-difference) ** 2,
        ),
    ):
        axes.plot(x, cross_entropy, color=BLUE, label=r"cross-entropy, $-\ln\,p_t$")
        axes.plot(
            x,
            squared_error,
            color=VERMILION,
            linestyle="--",
            label="squared error, $(1 - p_t)^2$",
        )
    left.set(
        xlim=(-0.01, 1),
        ylim=(-0.05, 6),
        xlabel="probability $p_t$ of the true class",
        ylabel="cost of one sample",
        title="(a) against the probability",
    )
    right.set(
        xlim=(-8, 8),
        xlabel="logit of the true class minus the other",
        title="(b) against the logits",
    )
    left.legend(frameon=False)
    right.annotate(
        "slope near $-$1 where the\nanswer is badly wrong",
        (-4, np.logaddexp(0, 4)),
        (-1.6, 4.4),
        color=BLUE,
        arrowprops={"arrowstyle": "->", "color": BLUE},
    )
    right.annotate(
        "flat: no slope\nto follow",
        (-5, expit(5) ** 2),
        (-7.6, 1.7),
        color=VERMILION,
        arrowprops={"arrowstyle": "->", "color": VERMILION},
    )
    return figure


def main(folder: str | Path | None = None) -> None:
    """Show the pictures, or write them to `folder`."""
    with plt.rc_context(STYLE):
        figures = {
            "softmax_surface.png": plot_softmax_surface(),
            "cross_entropy.png": plot_cross_entropy(),
        }
        if folder is None:
            plt.show()
            return
        for name, figure in figures.items():
            figure.savefig(
                Path(folder) / name,
                dpi=DOTS_PER_INCH,
                # Another version of matplotlib alone does not make another file.
                metadata={"Software": None},
            )
            plt.close(figure)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description="Draw the pictures of docs/softmax.md."
    )
    parser.add_argument("folder", nargs="?", help="where to write PNG files")
    main(parser.parse_args().folder)
