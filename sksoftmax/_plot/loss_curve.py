"""How the loss fell during a fit."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator

from sksoftmax._plot.axes import check_axes, fitted_classifier, line_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D


class LossCurveDisplay:
    """Loss against iteration: of the training data, and of validation data if any.

    Use :meth:`from_estimator` to make one. All parameters are stored as attributes.

    Parameters
    ----------
    loss_curve : array-like of shape (n_iter,)
        Objective of the training data after each iteration.

    stages : sequence of (n_samples, n_iter), default=None
        How many samples the iterations of `loss_curve` were on, in their order. None is
        one stage.

    validation_loss_curve : array-like of shape (n_iter,), default=None
        Loss of the validation data after each iteration.

    best_iter : int, default=None
        The iteration whose weights were kept, counted from 1; 0 for the start.

    name : str, default=None
        What the legend calls the estimator; None for nothing.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the curves.

    figure_ : matplotlib Figure
        Figure that holds them.

    lines_ : list of matplotlib Line2D
        Training curves, one for each stage.

    validation_line_ : matplotlib Line2D or None
        Validation curve.

    best_line_ : matplotlib Line2D or None
        Vertical line at `best_iter`.

    See Also
    --------
    sklearn.model_selection.LearningCurveDisplay : Score against the number of samples.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import LossCurveDisplay, SoftmaxMLPClassifier
    >>> clf = SoftmaxMLPClassifier(random_state=0).fit(*load_iris(return_X_y=True))
    >>> display = LossCurveDisplay.from_estimator(clf)
    >>> display.ax_.get_xlabel()
    'Iteration'
    """

    ax_: "Axes"
    figure_: "Figure"
    lines_: "list[Line2D]"
    validation_line_: "Line2D | None"
    best_line_: "Line2D | None"

    def __init__(
        self,
        loss_curve: Sequence[float],
        *,
        stages: Sequence[tuple[int, int]] | None = None,
        validation_loss_curve: Sequence[float] | None = None,
        best_iter: int | None = None,
        name: str | None = None,
    ) -> None:
        self.loss_curve = loss_curve
        self.stages = stages
        self.validation_loss_curve = validation_loss_curve
        self.best_iter = best_iter
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        *,
        ax: "Axes | None" = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot the curves of a fitted estimator.

        Parameters
        ----------
        estimator : SoftmaxMLPClassifier, or a Pipeline that ends with one
            Fitted. So can be an MLPClassifier of scikit-learn with another solver than
            "lbfgs".

        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.

        name : str, default=None
            What the legend calls the estimator; None for nothing.

        **kwargs : dict
            Passed to `matplotlib.axes.Axes.plot`, for all curves.

        Returns
        -------
        display : LossCurveDisplay
            With the data and the artists.

        Raises
        ------
        ValueError
            If the estimator has no `loss_curve_`.
        """
        clf = fitted_classifier(estimator)
        if not hasattr(clf, "loss_curve_"):
            raise ValueError(
                f"{cls.__name__} needs an estimator with a loss_curve_, such as "
                f"SoftmaxMLPClassifier; got {clf!r}."
            )
        display = cls(
            clf.loss_curve_,
            stages=getattr(clf, "stages_", None),
            validation_loss_curve=getattr(clf, "validation_loss_curve_", None),
            best_iter=getattr(clf, "best_iter_", None),
            name=name,
        )
        return display.plot(ax, **kwargs)

    def plot(
        self, ax: "Axes | None" = None, *, name: str | None = None, **kwargs: Any
    ) -> Self:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.

        name : str, default=None
            What the legend calls the estimator; None for `name` of the display.

        **kwargs : dict
            Passed to `matplotlib.axes.Axes.plot`, for all curves.

        Returns
        -------
        display : LossCurveDisplay
            The display itself.
        """
        ax = check_axes(self, ax)
        name = self.name if name is None else name
        of = f"{name}: " if name else ""
        stages = self.stages or [(0, len(self.loss_curve))]
        iterations = np.arange(1, len(self.loss_curve) + 1)

        self.lines_, start = [], 0
        for place, (n_samples, n_iter) in enumerate(stages):
            part = slice(start, start + n_iter)
            on = f", {n_samples:,} samples" if len(stages) > 1 else ""
            style = {
                "label": f"{of}training objective{on}",
                # One hue for all stages, in full for that of all samples.
                "alpha": (place + 1) / len(stages),
                # A single iteration makes no line.
                "marker": "." if n_iter == 1 else None,
            }
            if self.lines_:
                style["color"] = self.lines_[0].get_color()
            self.lines_ += ax.plot(
                iterations[part], self.loss_curve[part], **line_style(style, kwargs)
            )
            start += n_iter
        self.validation_line_ = self.best_line_ = None
        if self.validation_loss_curve is not None:
            style = {"label": f"{of}validation log-loss", "linestyle": "--"}
            (self.validation_line_,) = ax.plot(
                iterations, self.validation_loss_curve, **line_style(style, kwargs)
            )
        if self.best_iter is not None:
            self.best_line_ = ax.axvline(
                self.best_iter,
                color="0.4",
                linestyle=":",
                zorder=0,
                label=f"{of}best iteration, {self.best_iter}",
            )
        ax.set(xlabel="Iteration", ylabel="Loss", yscale="log")
        _label_in_decimals(ax.yaxis)
        ax.legend()
        return self


def _label_in_decimals(axis: "Axis") -> None:
    """0.3 and not 3 x 10^-1, as losses are within few decades."""
    from matplotlib.ticker import LogFormatter

    class Decimals(LogFormatter):
        def __call__(self, x: float, pos: int | None = None) -> str:
            is_shown = super().__call__(x, pos)
            return f"{x:g}" if is_shown else ""

    axis.set_major_formatter(Decimals())
    axis.set_minor_formatter(Decimals())
